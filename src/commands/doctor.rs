//! `git dream doctor`

use super::exit::Failed;
use super::talk::{BAD, COMMAND, FAINT, GOOD, STRONG, Talk};
use super::whereabouts;
use crate::doctor::{Finding, Health, Scene, examine};
use crate::learning::author::quote;
use anyhow::Result;
use serde::Serialize;
use std::path::Path;

/// Version of what `--json` prints.
const VERSION: u32 = 1;

#[derive(clap::Args)]
pub(super) struct Options {
    /// Tell how long ago things were as seen from this moment
    #[arg(long, value_name = "MOMENT")]
    now: Option<String>,
}

#[derive(Serialize)]
struct Wire<'a> {
    version: u32,
    findings: &'a [Finding],
}

pub(super) fn main(options: &Options, dir: &Path, talk: &Talk) -> Result<()> {
    let places = whereabouts::places();
    let scene = Scene {
        dir: &whereabouts::here(dir)?,
        home: &std::env::home_dir().unwrap_or_default(),
        places: &places,
        variable: &|name| std::env::var_os(name),
        now: whereabouts::now(options.now.as_deref())?,
    };
    let findings = examine(&scene);
    match talk.json {
        true => talk.data_json(&Wire { version: VERSION, findings: &findings })?,
        false => talk.data(&text(&findings))?,
    }
    match findings.iter().filter(|finding| finding.health == Health::Problem).count() {
        0 => Ok(()),
        1 => Err(Failed("one thing does not work; what to do about it stands above".to_owned()).into()),
        more => Err(Failed(format!("{more} things do not work; what to do about them stands above")).into()),
    }
}

fn text(findings: &[Finding]) -> String {
    let mut text = String::new();
    let mut part = "";
    for finding in findings {
        if finding.part != part {
            part = finding.part;
            text.push_str(&format!("{STRONG}{part}{STRONG:#}\n"));
        }
        let (style, mark) = match finding.health {
            Health::Well => (GOOD, "ok"),
            Health::Note => (FAINT, "note"),
            Health::Problem => (BAD, "problem"),
        };
        text.push_str(&format!("  {style}{mark:7}{style:#}  {}\n", quote::one_line(&finding.what)));
        if let Some(remedy) = &finding.remedy {
            text.push_str(&format!("           {COMMAND}{}{COMMAND:#}\n", quote::one_line(remedy)));
        }
    }
    text
}
