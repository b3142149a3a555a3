//! What was answered in a review and has not landed yet.
//!
//! Kept in the repository's private folder after every answer, so that a review can be broken off at any moment and
//! gone on with. Nobody else ever sees it; once it has landed, or is thrown away, it is gone.

use crate::redact::Clean;
use crate::repo::Repo;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::PathBuf;

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// It is taken as it is.
    Accept,
    /// It is taken with this text of its note.
    Edit(String),
    /// It is refused, for this reason.
    Reject(Clean),
}

/// Answers by [`super::Waiting::key`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers(pub BTreeMap<String, Answer>);

impl Answers {
    /// Those that are kept; none where nothing was answered, or what was kept cannot be read.
    pub fn load(repo: &Repo) -> Result<Answers> {
        let path = place(repo);
        match std::fs::read(&path) {
            Ok(content) => Ok(serde_json::from_slice(&content).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Answers::default()),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }

    /// Takes out, as answers of their own, those that have one of these names.
    pub fn take(&mut self, is_meant: impl Fn(&str) -> bool) -> Answers {
        Answers(self.0.extract_if(.., |key, _| is_meant(key)).collect())
    }

    /// Keeps them, instead of those that were kept.
    pub fn keep(&self, repo: &Repo) -> Result<()> {
        let path = place(repo);
        let failed = || format!("cannot write {}", path.display());
        if self.0.is_empty() {
            return match std::fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => Err(error).with_context(failed),
                _ => Ok(()),
            };
        }
        std::fs::create_dir_all(repo.private_dir()).with_context(failed)?;
        let draft = path.with_extension("new");
        std::fs::write(&draft, serde_json::to_vec(self).with_context(failed)?).with_context(failed)?;
        std::fs::rename(&draft, &path).with_context(failed)
    }
}

fn place(repo: &Repo) -> PathBuf {
    repo.private_dir().join("review.json")
}
