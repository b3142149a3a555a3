//! What became of something that a note names, and how that is said.

use crate::redact::redact;
use crate::repo::{Oid, Repo};
use anyhow::Result;

/// What a repository says about something that a note names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// It has it.
    Stands,
    /// It does not know it, or cannot tell.
    Unknown,
    /// It had it, or has it otherwise: a sentence for people.
    Gone(String),
}

impl Found {
    /// Gone, in these words, which may quote the repository.
    pub(super) fn gone_as(sentence: &str) -> Found {
        Found::Gone(redact(sentence).to_string())
    }

    /// The sentence, where it is gone.
    pub(super) fn gone(&self) -> Option<&str> {
        match self {
            Found::Gone(sentence) => Some(sentence),
            Found::Stands | Found::Unknown => None,
        }
    }
}

/// A commit as sentences name it: `1a2b3c4d5e (2026-01-31)`.
pub(super) fn commit(repo: &Repo, id: Oid) -> Result<String> {
    Ok(format!("{} ({})", id.short(), repo.past(id)?.at.strftime("%Y-%m-%d")))
}
