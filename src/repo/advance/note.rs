//! The note that a branch is on its way and working trees have to follow, kept beside the intent.

use crate::repo::Oid;
use crate::repo::intent;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::io::ErrorKind;
use std::path::Path;

const FILE: &str = "advance";

/// What is on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Note {
    /// The branch, by its full name.
    pub(super) branch: String,
    /// Where it was.
    pub(super) from: Oid,
    /// Where it goes.
    pub(super) to: Oid,
}

/// Notes it down, on disk before this returns.
pub(super) fn write(folder: &Path, note: &Note) -> Result<()> {
    let content = serde_json::to_vec(note).context("cannot note down where a branch goes")?;
    intent::write_whole(folder, FILE, &content)
}

/// What a process left; `None` if nothing, or if it cannot be read: then git itself shows what is missing.
pub(super) fn read(folder: &Path) -> Result<Option<Note>> {
    let path = folder.join(FILE);
    match std::fs::read(&path) {
        Ok(content) => Ok(serde_json::from_slice(&content).ok()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Forgets it.
pub(super) fn remove(folder: &Path) -> Result<()> {
    intent::remove_file(folder, FILE)
}
