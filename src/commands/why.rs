//! `git dream why`: where a note, or a line of it, comes from, and what has become of it.

mod text;
mod wire;

use super::exit::Usage;
use super::naming;
use super::talk::Talk;
use super::whereabouts::{self, Whereabouts};
use crate::cycle::Target;
use crate::ledger::Ledger;
use crate::memory::MEMORY_FILE;
use crate::memory::place::outside;
use crate::provenance::name::Meant;
use crate::provenance::{self, Asked};
use crate::repo::{Oid, Repo};
use anyhow::Result;
use std::path::Path;

/// Show where a note, or a line of it, comes from
#[derive(clap::Args)]
pub(super) struct Options {
    /// The note: its path, its name or a part of it, its pattern, or a commit; a line of it after a colon
    #[arg(value_name = "NOTE[:LINE]")]
    note: String,
}

pub(super) fn main(options: &Options, dir: &Path, talk: &Talk) -> Result<()> {
    let Whereabouts { repo, settings } = whereabouts::find(dir)?;
    let target = Target::find(&repo, &settings)?;
    let tip = target.commit()?;
    let ledger = Ledger::open(&repo)?;
    let (cycles, _) = ledger.cycles()?;
    let root = settings.memory.root.as_str();
    let asked = Asked { repo: &repo, root, target: tip, ledger: &ledger, cycles: &cycles };
    let (name, line) = parts(&options.note);
    let (path, line) = match naming::find(&asked, name, line, dir)? {
        Meant::Note { path, line } => (path, line),
        Meant::Everything => return Err(about_all().into()),
        other => return Err(naming::complaint(&options.note, &other)),
    };
    let story = provenance::explain(&asked, &path, line)?;
    if talk.json {
        return talk.data_json(&wire::of(&story, &target.branch));
    }
    if let Some(notice) = &target.notice {
        talk.say(notice);
    }
    if differs(&repo, tip, &outside(root, &story.note)) {
        talk.say("The file in your working tree differs; lines are counted as they are committed.");
    }
    talk.data(&text::of(&story, &target.branch, talk.verbose > 0))
}

fn about_all() -> Usage {
    Usage(format!(
        "{MEMORY_FILE} is about all notes: name one of its lines, as in `git dream why {MEMORY_FILE}:12`, or a note"
    ))
}

/// A name, and the line behind its last colon.
fn parts(asked: &str) -> (&str, Option<u32>) {
    let parts = asked.rsplit_once(':').map(|(name, line)| (name, line.parse::<u32>()));
    match parts {
        Some((name, Ok(line))) if !name.is_empty() => (name, Some(line)),
        _ => (asked, None),
    }
}

/// Whether the working tree has this file, and has it in other words.
fn differs(repo: &Repo, tip: Oid, path: &str) -> bool {
    let there = repo.work_dir().and_then(|top| std::fs::read(top.join(path)).ok());
    let committed = repo.read(tip, path).ok().flatten();
    // Checking out may change how lines end.
    let plain = |text: &[u8]| text.iter().copied().filter(|byte| *byte != b'\r').collect::<Vec<u8>>();
    matches!((there, committed), (Some(there), Some(committed)) if plain(&there) != plain(&committed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stands_behind_the_last_colon() {
        assert_eq!(parts("a.md:12"), ("a.md", Some(12)));
        assert_eq!(parts("C:\\m\\a.md"), ("C:\\m\\a.md", None));
        assert_eq!(parts("a.md:x"), ("a.md:x", None));
        assert_eq!(parts(":3"), (":3", None));
    }
}
