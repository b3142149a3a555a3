//! `git dream why`: where a note, or a line of it, comes from, and what has become of it.

mod text;
mod wire;

use super::exit::Usage;
use super::talk::Talk;
use super::whereabouts::{self, Whereabouts};
use crate::cycle::Target;
use crate::ledger::Ledger;
use crate::memory::MEMORY_FILE;
use crate::memory::place::outside;
use crate::provenance::name::{self, Candidate, Meant};
use crate::provenance::{self, Asked};
use crate::repo::{Oid, Repo};
use anyhow::Result;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Most candidates that are listed.
const MOST_CANDIDATES: usize = 12;

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
    let (here, name) = from_root(&repo, dir, name);
    let (path, line) = match name::find(&asked, &name, line, &here)? {
        Meant::Note { path, line } => (path, line),
        other => return Err(Usage(complaint(&options.note, &other)).into()),
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

/// A name, and the line behind its last colon.
fn parts(asked: &str) -> (&str, Option<u32>) {
    let parts = asked.rsplit_once(':').map(|(name, line)| (name, line.parse::<u32>()));
    match parts {
        Some((name, Ok(line))) if !name.is_empty() => (name, Some(line)),
        _ => (asked, None),
    }
}

/// The folder of the repository that one stands in, and the name as seen from there: an absolute path is made one
/// that begins at the repository's root.
fn from_root(repo: &Repo, dir: &Path, name: &str) -> (String, String) {
    let text = |path: &Path| path.to_string_lossy().replace('\\', "/");
    let Some(top) = repo.work_dir().and_then(|top| top.canonicalize().ok()) else {
        return (String::new(), name.to_owned());
    };
    if Path::new(name).is_absolute() {
        let named = whole(Path::new(name));
        return (String::new(), named.strip_prefix(&top).map_or(name.to_owned(), text));
    }
    let here = dir.canonicalize().unwrap_or_default();
    (here.strip_prefix(&top).map(text).unwrap_or_default(), name.to_owned())
}

/// A path as the file system knows it, as far as it is there.
fn whole(path: &Path) -> PathBuf {
    let mut missing = PathBuf::new();
    for start in path.ancestors() {
        if let Ok(found) = start.canonicalize() {
            return found.join(missing);
        }
        if let Some(name) = start.file_name() {
            missing = Path::new(name).join(missing);
        }
    }
    path.to_owned()
}

/// Whether the working tree has this file, and has it in other words.
fn differs(repo: &Repo, tip: Oid, path: &str) -> bool {
    let there = repo.work_dir().and_then(|top| std::fs::read(top.join(path)).ok());
    let committed = repo.read(tip, path).ok().flatten();
    // Checking out may change how lines end.
    let plain = |text: &[u8]| text.iter().copied().filter(|byte| *byte != b'\r').collect::<Vec<u8>>();
    matches!((there, committed), (Some(there), Some(committed)) if plain(&there) != plain(&committed))
}

/// Why no note can be told a story of.
fn complaint(asked: &str, meant: &Meant) -> String {
    match meant {
        Meant::Several(candidates) => {
            format!("{asked:?} fits several notes; name one of them by its path:{}", list(candidates))
        }
        Meant::Unknown(near) if near.is_empty() => format!(
            "no note is called {asked:?}, and none was: name it by its path or a word of its title; \
             `git dream log` lists what was learnt"
        ),
        Meant::Unknown(near) => format!("no note is called {asked:?}; did you mean:{}", list(near)),
        Meant::NoSuchLine { path, lines: 0 } => {
            format!("{path} does not stand on the branch, so it has no lines: ask without one")
        }
        Meant::NoSuchLine { path, lines } => format!("{path} has only {lines} lines as it is committed"),
        Meant::Everything | Meant::Note { .. } => format!(
            "{MEMORY_FILE} is about all notes: name one of its lines, as in `git dream why {MEMORY_FILE}:12`, or \
             a note"
        ),
    }
}

fn list(candidates: &[Candidate]) -> String {
    let mut text = String::new();
    for Candidate { path, title } in candidates.iter().take(MOST_CANDIDATES) {
        let title = text::plain(title);
        let _ = write!(text, "\n  {}{}{title}", text::plain(path), if title.is_empty() { "" } else { ": " });
    }
    if candidates.len() > MOST_CANDIDATES {
        let _ = write!(text, "\n  and {} more", candidates.len() - MOST_CANDIDATES);
    }
    text
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
