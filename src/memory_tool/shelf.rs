//! What an agent sees under `/memories`: the notes by the names that it knows them under.
//!
//! Notes stand under their paths in the memory. What the agent itself wrote under another name stands under that one, with
//! its text as it was written ([`crate::candidate::free`]). Refuses to show what is no file of the memory's.

use super::path;
use crate::candidate::{Files, free, text_of};
use crate::memory::{MEMORY_FILE, place};
use std::collections::{BTreeMap, BTreeSet};

/// A file as the agent sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    /// Its path inside the memory.
    pub(super) stored: String,
    /// Its text as the agent sees it.
    pub(super) text: String,
    /// The whole file, where the agent sees only the text that it wrote.
    pub(super) whole: Option<String>,
}

/// Everything that is seen, by name.
pub(super) struct Shelf(pub(super) BTreeMap<String, Shown>);

impl Shelf {
    /// Arranges the files of a memory for this agent.
    pub(super) fn of(files: &Files, agent: &str) -> Shelf {
        let mut shelf = BTreeMap::new();
        let mut own = Vec::new();
        for (stored, file) in files.iter().filter(|(stored, _)| is_of_memory(stored)) {
            let Some(text) = text_of(file).filter(|text| !text.contains('\0')) else { continue };
            let free = free::read(text).filter(|_| place::agent_at(stored) == Some(agent));
            match free {
                Some(free) => own.push((free, stored, text)),
                None => {
                    let shown = Shown { stored: stored.clone(), text: text.to_owned(), whole: None };
                    shelf.insert(stored.clone(), shown);
                }
            }
        }
        for (free, stored, whole) in own {
            let shown = Shown { stored: stored.clone(), text: free.text, whole: Some(whole.to_owned()) };
            // What people call so now is theirs; the agent's own is found under its path then.
            let is_free = is_name(&free.name) && !is_taken(&shelf, &free.name);
            shelf.insert(if is_free { free.name } else { stored.clone() }, shown);
        }
        Shelf(shelf)
    }

    /// The names below a folder, each with what follows the folder's name.
    pub(super) fn below<'s>(&'s self, folder: &'s str) -> impl Iterator<Item = (&'s str, &'s Shown)> {
        self.0.iter().filter_map(move |(name, shown)| Some((rest_of(name, folder)?, shown)))
    }

    /// Whether there is a folder of this name; the root always is one.
    pub(super) fn is_folder(&self, name: &str) -> bool {
        name.is_empty() || self.below(name).next().is_some()
    }

    /// Whether a file or a folder has this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name) || self.is_folder(name)
    }

    /// The file that a name would have to lie in as if it were a folder.
    pub(super) fn file_above<'n>(&self, name: &'n str) -> Option<&'n str> {
        let above = name.match_indices('/').map(|(at, _)| &name[..at]);
        above.into_iter().find(|above| self.0.contains_key(*above))
    }

    /// The paths inside the memory that are taken, in lower case.
    pub(super) fn taken(&self) -> BTreeSet<String> {
        self.0.values().map(|shown| shown.stored.to_lowercase()).collect()
    }
}

/// What follows a folder's name in the name of what lies below it.
fn rest_of<'n>(name: &'n str, folder: &str) -> Option<&'n str> {
    match folder {
        "" => Some(name),
        folder => name.strip_prefix(folder)?.strip_prefix('/'),
    }
}

fn is_taken(shelf: &BTreeMap<String, Shown>, name: &str) -> bool {
    let is_beside =
        |other: &String| other == name || rest_of(other, name).is_some() || rest_of(name, other).is_some();
    shelf.keys().any(is_beside)
}

/// Whether what a note says it was written as can be a name.
fn is_name(name: &str) -> bool {
    path::parse(&format!("{}/{name}", path::ROOT)).as_deref() == Ok(name)
        && path::is_shown(name)
        && !name.is_empty()
}

/// Whether this is a file of the memory that agents may see.
fn is_of_memory(stored: &str) -> bool {
    let folders = ["mistakes/", "playbooks/", "preferences/", "agents/"];
    path::is_shown(stored)
        && (stored == MEMORY_FILE || folders.iter().any(|folder| stored.starts_with(folder)))
}
