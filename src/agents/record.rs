//! Where settings were added to, so that they can be given back as they were.
//!
//! One file of the user's own: for each settings file what it was like when it was written, as a hash, and which bytes of it
//! are ours. No settings are kept in it. Where somebody wrote to the settings since, it says nothing, and our entries are
//! looked for.

use super::edit::{self, Spans};
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// What was added to every settings file, by its path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    files: BTreeMap<String, Added>,
}

/// What was added to a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Added {
    /// The hash of the file as it was written.
    hash: String,
    /// Whether there was no file before.
    pub(super) is_new: bool,
    /// Our bytes in it.
    spans: Spans,
}

impl Added {
    pub(super) fn new(text: &str, is_new: bool, spans: Spans) -> Added {
        Added { hash: hash(text), is_new, spans }
    }

    /// The text as it was before, if nobody wrote to it since: `Some(None)` where there was no file.
    pub(super) fn before(&self, text: &str) -> Option<Option<String>> {
        if hash(text) != self.hash {
            return None;
        }
        let before = edit::without(text, &self.spans)?;
        Some(if self.is_new && before.is_empty() { None } else { Some(before) })
    }
}

fn hash(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex()[..32].to_owned()
}

impl Record {
    /// What a record says; nothing where there is none, or none that can be read: then entries are looked for.
    pub fn read(file: &Path) -> Record {
        let text = std::fs::read(file).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    pub(super) fn of(&self, file: &Path) -> Option<&Added> {
        self.files.get(file.to_str()?)
    }

    pub(super) fn set(&mut self, file: &Path, added: Option<Added>) {
        let Some(file) = file.to_str() else { return };
        match added {
            Some(added) => self.files.insert(file.to_owned(), added),
            None => self.files.remove(file),
        };
    }

    pub(super) fn write(&self, file: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        super::file::write(file, Some(text.as_bytes()))
            .with_context(|| format!("cannot write {}", file.display()))
    }
}
