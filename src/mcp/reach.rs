//! The memory as it stands when somebody asks.
//!
//! Owns the answer where there is none: every tool says what to do then. Refuses to keep anything from one request to the
//! next.

use super::Told;
use crate::capture::belonging::connected;
use crate::capture::consent::Consent;
use crate::capture::places::Places;
use crate::memory::place::{inside, is_note, outside};
use crate::memory::{MEMORY_FILE, place};
use crate::nearest::{self, Nearest};
use crate::repo::Oid;
use anyhow::Result;
use std::path::{Path, PathBuf};

/// A memory, and for which folder it is.
pub(super) struct Reached {
    /// The memory.
    pub(super) nearest: Nearest,
    /// The folder that the agent works in.
    pub(super) folder: PathBuf,
}

/// The memory for the first of these folders that has one.
pub(super) fn reach(folders: &[PathBuf], places: &Places) -> Result<Reached, Told> {
    let mut failed = None;
    for folder in folders {
        match nearest::find(folder, places) {
            Ok(Some(nearest)) => return Ok(Reached { nearest, folder: folder.clone() }),
            Ok(None) => {}
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    Err(match failed {
        Some(error) => error.into(),
        None => Told(none_here(folders, places)),
    })
}

/// Why there is no memory, and what the person can do.
fn none_here(folders: &[PathBuf], places: &Places) -> String {
    let consent = Consent::read(&places.consent).unwrap_or_default();
    if let Some(project) = folders.iter().find_map(|folder| connected(&consent, folder)) {
        return format!(
            "the memory that {} is connected to has not been fetched yet, or has no commit: ask the person to run \
             `git dream capture`, which fetches it",
            project.folder.display()
        );
    }
    let folder = folders.first().map_or(Path::new("."), PathBuf::as_path);
    format!(
        "there is no memory for {}: go on without it, and tell the person that `git dream connect --memory ADDRESS` there \
         connects the project to a team's memory, and `git dream init` makes one",
        folder.display()
    )
}

impl Reached {
    /// The notes, by path, each with its content's name; MEMORY.md first, where there is one. What is in the archive is
    /// none.
    pub(super) fn notes(&self) -> Result<Vec<(String, Oid)>> {
        let Nearest { repo, settings, at, .. } = &self.nearest;
        let root = &settings.memory.root;
        let mut notes = Vec::new();
        for entry in repo.list(*at, root)? {
            if let Some(path) = inside(root, &entry.path).filter(|path| is_note(path)) {
                notes.push((path.to_owned(), entry.blob));
            }
        }
        notes.sort();
        let main = repo.blob_at(*at, &outside(root, MEMORY_FILE))?;
        notes.splice(0..0, main.map(|blob| (MEMORY_FILE.to_owned(), blob)));
        Ok(notes)
    }

    /// What a file of the memory holds.
    pub(super) fn content(&self, blob: Oid) -> Result<Vec<u8>> {
        self.nearest.repo.read_blob(blob)
    }

    /// The note that is called so: by its path, or by its name where no other one has it.
    pub(super) fn find(&self, name: &str) -> Result<(String, Oid), Told> {
        let wanted = name.trim();
        if !is_inside(wanted) {
            return Err(Told(format!("{} leads out of the memory: {NAME_IT}", shortened(wanted))));
        }
        let notes = self.notes()?;
        if let Some(found) = notes.iter().find(|(path, _)| path == wanted) {
            return Ok(found.clone());
        }
        let is_called = |(path, _): &&(String, Oid)| stem(path).eq_ignore_ascii_case(wanted);
        let called: Vec<&(String, Oid)> = notes.iter().filter(is_called).collect();
        match called.as_slice() {
            [one] => Ok((*one).clone()),
            [] if place::from_archive(wanted).is_some() => Err(Told(format!(
                "{} was retired to the archive and is not to be followed",
                shortened(wanted)
            ))),
            [] => Err(Told(format!("no note is called {}: {NAME_IT}", shortened(wanted)))),
            several => {
                let paths: Vec<&str> = several.iter().map(|(path, _)| path.as_str()).collect();
                Err(Told(format!("several notes are called {}: {}", shortened(wanted), paths.join(", "))))
            }
        }
    }
}

/// What to do about a name that fits nothing.
const NAME_IT: &str = "take a path as `recall`, `playbooks` or MEMORY.md give it, as in mistakes/name.md";

/// Whether a name stays within the memory: no folder above, no absolute path, nothing that another system reads as one.
fn is_inside(name: &str) -> bool {
    let is_plain = |part: &str| !matches!(part, "" | "." | "..");
    name.len() <= MOST_NAME
        && !name.contains(['\\', '\0', ':'])
        && !name.chars().any(char::is_control)
        && name.split('/').all(is_plain)
}

/// Longest name, bytes.
const MOST_NAME: usize = 500;

/// A name as it can be repeated.
fn shortened(name: &str) -> String {
    format!("`{}`", crate::learning::author::quote::brief(&name.replace('`', "'"), 80))
}

/// What a note is called without its folders: `mistakes/x.md` and `playbooks/x/SKILL.md` are `x`.
fn stem(path: &str) -> &str {
    let path = path.strip_suffix("/SKILL.md").unwrap_or(path);
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".md").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_inside() {
        for inside in ["MEMORY.md", "x", "mistakes/a b.md", "agents/codex/playbooks/x/SKILL.md"] {
            assert!(is_inside(inside), "{inside}");
        }
        for out in ["", "..", "../x", "a/../b", "/etc/passwd", "C:\\x", "a//b", "a\0b", "./x", "refs:HEAD"] {
            assert!(!is_inside(out), "{out:?}");
        }
        assert_eq!(
            [stem("mistakes/x.md"), stem("playbooks/y/SKILL.md"), stem("MEMORY.md")],
            ["x", "y", "MEMORY"]
        );
    }
}
