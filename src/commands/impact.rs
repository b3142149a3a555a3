//! `git dream impact`: what sessions made of the notes that people took up.

mod chart;
mod output;

use super::exit::Usage;
use super::naming;
use super::talk::Talk;
use super::whereabouts;
use crate::cycle::Target;
use crate::impact::{self, Merged};
use anyhow::Result;
use std::path::Path;

#[derive(clap::Args)]
pub(super) struct Options {
    /// Only these notes: their path, their name or a part of it, their pattern, or a commit
    #[arg(value_name = "NOTE")]
    notes: Vec<String>,
}

pub(super) fn main(options: &Options, dir: &Path, talk: &Talk) -> Result<()> {
    let here = whereabouts::find(dir)?;
    let target = Target::find(&here.repo, &here.settings)?;
    // Before anything that takes long.
    let asked = options.notes.iter().map(|called| naming::note(called, &here, dir));
    let asked: Vec<String> = asked.collect::<Result<_>>()?;
    let looked = impact::look(&here.repo, &here.settings, target.commit()?)?;
    let wanted = choose(&looked.merged, &asked)?;
    if talk.json {
        return talk.data_json(&output::report(&looked, &wanted));
    }
    if let Some(notice) = &target.notice {
        talk.say(notice);
    }
    for skipped in &looked.skipped {
        talk.say(&format!("{}: {}: left out", skipped.path, skipped.reason));
    }
    if looked.merged.is_empty() {
        talk.say(&format!(
            "No learning stands on {} yet, so there is nothing to measure: `git dream status` says what waits for review.",
            target.branch
        ));
        return Ok(());
    }
    talk.data(&output::text(&looked, &wanted, chart::room()))
}

/// The learnings that were asked for, by the paths of their notes; all of them where none was.
///
/// Errors: a note that no learning that stands is about.
fn choose<'a>(merged: &'a [Merged], asked: &[String]) -> Result<Vec<&'a Merged>> {
    let mut wanted: Vec<&Merged> = Vec::new();
    for path in asked {
        let is_about = |note: &&Merged| note.note == *path || note.names.contains(path);
        let about: Vec<&Merged> = merged.iter().filter(is_about).collect();
        if about.is_empty() {
            let known: Vec<&str> = merged.iter().map(|note| note.note.as_str()).collect();
            return Err(Usage(match known.is_empty() {
                true => format!("no merged learning is about {path}: none was merged yet"),
                false => format!("no merged learning is about {path}: there are {}", known.join(", ")),
            })
            .into());
        }
        wanted.extend(about.into_iter().filter(|note| !wanted.contains(note)).collect::<Vec<_>>());
    }
    Ok(if asked.is_empty() { merged.iter().collect() } else { wanted })
}
