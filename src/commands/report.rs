//! `git dream report`: what came of dreaming, for who leads the team.

use super::exit::Usage;
use super::talk::Talk;
use super::whereabouts;
use crate::cycle::Target;
use crate::report::{self, Asked, json, markdown, page};
use anyhow::{Context, Result};
use jiff::{Span, Timestamp};
use std::path::{Path, PathBuf};

/// What goes to stdout instead of a file.
const STDOUT: &str = "-";

#[derive(clap::Args)]
pub(super) struct Options {
    /// Write one self-contained page to this file instead of printing markdown; `-` prints it
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// What is news: a day, a moment, or so many days back, as `2026-01-31`, `14d`; `all` for everything
    #[arg(long, value_name = "WHEN", default_value = "7d")]
    since: String,
    /// Make the report at this moment instead of now
    #[arg(long, value_name = "MOMENT")]
    now: Option<String>,
}

pub(super) fn main(options: &Options, dir: &Path, talk: &Talk) -> Result<()> {
    let is_stdout = options.html.as_deref() == Some(Path::new(STDOUT));
    if talk.json && is_stdout {
        return Err(Usage("--json and --html - both print: name a file for the page".to_owned()).into());
    }
    let now = whereabouts::now(options.now.as_deref())?;
    let since = since(&options.since, now)?;
    let here = whereabouts::find(dir)?;
    let target = Target::find(&here.repo, &here.settings)?;
    let report =
        report::report(&Asked { repo: &here.repo, settings: &here.settings, target: &target, now, since })?;
    if let Some(notice) = &target.notice {
        talk.say(notice);
    }
    match &options.html {
        Some(_) if is_stdout => return talk.data(&page::of(&report)?),
        Some(file) => {
            // Named as seen from where the command was started.
            let file = dir.join(file);
            std::fs::write(&file, page::of(&report)?).with_context(|| {
                format!("cannot write {}: name a file in a folder that is there and yours", file.display())
            })?;
            talk.say(&format!("The report is in {}: open it in a browser.", file.display()));
        }
        None if !talk.json => return talk.data(&markdown::of(&report)),
        None => {}
    }
    if talk.json { talk.data_json(&json::of(&report)) } else { Ok(()) }
}

/// The moment that people mean: so many days back, a moment, or the beginning of all.
fn since(said: &str, now: Timestamp) -> Result<Timestamp> {
    let unusable = || {
        Usage(format!("--since {said:?} is no moment before now: write it as `2026-01-31`, `14d` or `all`"))
    };
    if said == "all" {
        return Ok(Timestamp::UNIX_EPOCH);
    }
    let days = said.strip_suffix('d').and_then(|days| days.parse::<i64>().ok());
    let since = match days {
        Some(days) => {
            let hours = days.checked_mul(24).filter(|hours| *hours >= 0);
            let span = hours.and_then(|hours| Span::new().try_hours(hours).ok());
            span.and_then(|span| now.checked_sub(span).ok()).ok_or_else(unusable)?
        }
        None => whereabouts::parse_moment(said).ok_or_else(unusable)?,
    };
    if since > now { Err(unusable().into()) } else { Ok(since) }
}
