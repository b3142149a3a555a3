//! The memory as it stands: notes, MEMORY.md and its index.
//!
//! Owns the formats: what a note looks like ([`note`]), which files are notes ([`place`]), how the index is made
//! ([`index`]). Works on texts; where they come from, [`crate::repo`] knows. Refuses to decide what should be in
//! the memory: that is [`crate::learning`]'s work.

pub mod index;
pub mod note;
pub mod place;
pub mod reference;

use note::{Broken, Note};
use std::collections::BTreeMap;

/// The file that agents always load.
pub const MEMORY_FILE: &str = "MEMORY.md";

/// Every note there is, with MEMORY.md.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// MEMORY.md as it stands; `None` when there is none.
    pub main: Option<String>,
    /// The notes by their path inside the memory; those in the archive are not among them.
    pub notes: BTreeMap<String, Note>,
    /// Retired notes by their path inside the memory (`archive/…`); agents do not load them.
    pub archived: BTreeMap<String, Note>,
    /// Files where a note should be that cannot be read as one, with the reason. Left alone.
    pub broken: BTreeMap<String, Broken>,
}

impl Memory {
    /// Reads a memory from its files: path inside the memory, and content. Files that are no part of a memory
    /// are passed over.
    pub fn read(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Memory {
        let mut memory = Memory::default();
        for (path, content) in files {
            if path == MEMORY_FILE {
                memory.main = Some(String::from_utf8_lossy(&content).into_owned());
            } else if place::is_note(&path) {
                match note::parse(&String::from_utf8_lossy(&content)) {
                    Ok(note) => drop(memory.notes.insert(path, note)),
                    Err(broken) => drop(memory.broken.insert(path, broken)),
                }
            } else if place::from_archive(&path).is_some() {
                // What people made of an archived file is theirs.
                if let Ok(note) = note::parse(&String::from_utf8_lossy(&content)) {
                    memory.archived.insert(path, note);
                }
            }
        }
        memory
    }
}
