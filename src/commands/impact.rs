//! `git dream impact`: what sessions made of the notes that people took up.

mod chart;
mod output;

use super::exit::Usage;
use super::talk::Talk;
use super::whereabouts;
use crate::cycle::Target;
use crate::impact::{self, Merged};
use crate::memory::place::inside;
use anyhow::Result;
use std::path::Path;

#[derive(clap::Args)]
pub(super) struct Options {
    /// Only these notes: their path, or the name of their file
    #[arg(value_name = "NOTE")]
    notes: Vec<String>,
}

pub(super) fn main(options: &Options, dir: &Path, talk: &Talk) -> Result<()> {
    let here = whereabouts::find(dir)?;
    let target = Target::find(&here.repo, &here.settings)?;
    let looked = impact::look(&here.repo, &here.settings, target.commit()?)?;
    let root = here.settings.memory.root.as_str();
    let wanted = choose(&looked.merged, &options.notes, root)?;
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

/// The learnings that were asked for; all of them where none was.
///
/// Errors: a note that no learning that stands is about.
fn choose<'a>(merged: &'a [Merged], asked: &[String], root: &str) -> Result<Vec<&'a Merged>> {
    let mut wanted: Vec<&Merged> = Vec::new();
    for asked in asked {
        let path = asked.trim_start_matches("./");
        let path = inside(root, path).unwrap_or(path);
        let names: Vec<&Merged> = merged.iter().filter(|note| is_called(note, path)).collect();
        if names.is_empty() {
            let known: Vec<&str> = merged.iter().map(|note| note.note.as_str()).collect();
            return Err(Usage(match known.is_empty() {
                true => format!("no merged learning is about {asked:?}: none was merged yet"),
                false => format!("no merged learning is about {asked:?}: there are {}", known.join(", ")),
            })
            .into());
        }
        wanted.extend(names.into_iter().filter(|note| !wanted.contains(note)).collect::<Vec<_>>());
    }
    Ok(if asked.is_empty() { merged.iter().collect() } else { wanted })
}

/// Whether a note has or had this path, or has this file name, with or without its ending; a playbook has its folder's.
fn is_called(note: &Merged, path: &str) -> bool {
    let stem = note.note.trim_end_matches("/SKILL.md").trim_end_matches(".md");
    let name = stem.rsplit('/').next().unwrap_or(stem);
    note.names.contains(path) || note.note == path || name == path.trim_end_matches(".md")
}
