//! Which note somebody means, for every command that takes one: see [`crate::provenance::name`].
//!
//! Owns where a path starts from, and the words for what fits no note or several. Refuses to choose for people.

use super::exit::Usage;
use super::whereabouts::Whereabouts;
use crate::cycle::Target;
use crate::learning::author::quote::one_line;
use crate::ledger::Ledger;
use crate::memory::MEMORY_FILE;
use crate::memory::place::{is_note, outside};
use crate::provenance::Asked;
use crate::provenance::name::{self, Candidate, Meant};
use crate::repo::Repo;
use anyhow::Result;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Most candidates that are listed.
const MOST_CANDIDATES: usize = 12;

/// The path inside the memory of the note that is meant, where it stands, stood last or was proposed. Where a name fits
/// several and one of them stands among those that agents read, that one is meant.
///
/// Errors with [`Usage`]: the name fits none, or several.
pub(super) fn note(called: &str, here: &Whereabouts, dir: &Path) -> Result<String> {
    let target = Target::find(&here.repo, &here.settings)?.commit()?;
    let ledger = Ledger::open(&here.repo)?;
    let (cycles, _) = ledger.cycles()?;
    let root = here.settings.memory.root.as_str();
    let asked = Asked { repo: &here.repo, root, target, ledger: &ledger, cycles: &cycles };
    let meant = find(&asked, called, None, dir)?;
    if let Meant::Several(candidates) = &meant {
        let mut standing = Vec::new();
        for Candidate { path, .. } in candidates.iter().filter(|candidate| is_note(&candidate.path)) {
            standing.extend(here.repo.has(target, &outside(root, path))?.then_some(path));
        }
        if let [only] = standing.as_slice() {
            return Ok((*only).clone());
        }
    }
    match meant {
        Meant::Note { path, .. } if path != MEMORY_FILE => Ok(path),
        other => Err(complaint(called, &other)),
    }
}

/// What a name stands for, and a line of it; paths are taken from the folder that one stands in.
pub(super) fn find(asked: &Asked<'_>, called: &str, line: Option<u32>, dir: &Path) -> Result<Meant> {
    let (here, called) = from_root(asked.repo, dir, called);
    name::find(asked, &called, line, &here)
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

/// Why no note is meant, or not one.
pub(super) fn complaint(called: &str, meant: &Meant) -> anyhow::Error {
    let said = match meant {
        Meant::Several(candidates) => {
            format!("{called:?} fits several notes; name one of them by its path:{}", list(candidates))
        }
        Meant::Unknown { all: 0, .. } => {
            format!(
                "no note is called {called:?}: the memory has none yet; `git dream status` says what waits"
            )
        }
        Meant::Unknown { near, .. } if !near.is_empty() => {
            format!("no note is called {called:?}; did you mean:{}", list(near))
        }
        Meant::Unknown { others, .. } => format!(
            "no note is called {called:?}, and none was: name it by its path or a word of its title; \
             `git dream log` lists what was learnt{}{}",
            if others.is_empty() { "" } else { ":" },
            list(others)
        ),
        Meant::NoSuchLine { path, lines: 0 } => {
            format!("{path} does not stand on the branch, so it has no lines: ask without one")
        }
        Meant::NoSuchLine { path, lines } => format!("{path} has only {lines} lines as it is committed"),
        Meant::Everything | Meant::Note { .. } => {
            format!("{MEMORY_FILE} is about all notes: name a note, or one that it links")
        }
    };
    Usage(said).into()
}

fn list(candidates: &[Candidate]) -> String {
    let mut text = String::new();
    for Candidate { path, title } in candidates.iter().take(MOST_CANDIDATES) {
        let title = one_line(title);
        // Writing to a String cannot fail.
        let _ = write!(text, "\n  {}{}{title}", one_line(path), if title.is_empty() { "" } else { ": " });
    }
    if candidates.len() > MOST_CANDIDATES {
        let _ = write!(text, "\n  and {} more", candidates.len() - MOST_CANDIDATES);
    }
    text
}
