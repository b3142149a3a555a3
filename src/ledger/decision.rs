//! What people decided in a review where git alone would not keep it: a refusal, with its reason.
//!
//! What lands on the target is told by the target's history, and always wins. What is refused leaves no trace there, so
//! the ledger keeps who refused which learning of which cycle, when and why: one small file each, added and never
//! changed.

use super::layout::{self, COMMENTS, DECISIONS};
use super::{CommentRecord, LEDGER, Ledger, Stamp};
use crate::count::count;
use crate::learning::author::quote;
use crate::redact::{Clean, redact};
use crate::repo::{Commit, FileChange, Oid, Plan, Signing};
use crate::session::Skipped;
use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What [`DecisionRecord::verdict`] says of a learning that was refused.
pub const REJECTED: &str = "rejected";

/// Longest reason that is kept, bytes: a paragraph.
const MOST_REASON: usize = 1000;

/// A decision, as it is written down in `decisions/<name>.json`. Unknown fields are ignored, absent ones have defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DecisionRecord {
    /// Version of this format.
    pub version: u32,
    /// When it was made.
    pub at: Timestamp,
    /// Who made it, by name.
    pub by: Clean,
    /// The cycle that proposed the learning.
    pub cycle: String,
    /// Fingerprint of the learning's pattern.
    pub pattern: String,
    /// [`REJECTED`]; what another version of git-dream may say besides is left alone.
    pub verdict: String,
    /// Why, on one line; empty where nobody said.
    pub reason: Clean,
}

impl DecisionRecord {
    /// The refusal of a learning. `by` and `reason` are what people typed: both are redacted and brought on one line.
    pub fn rejected(cycle: &str, pattern: &str, by: &str, reason: &str, at: Timestamp) -> DecisionRecord {
        DecisionRecord {
            version: 1,
            at,
            by: redact(&quote::one_line(by)),
            cycle: cycle.to_owned(),
            pattern: pattern.to_owned(),
            verdict: REJECTED.to_owned(),
            reason: redact(&quote::one_line(reason)).cut(MOST_REASON),
        }
    }

    /// The name of its file: a learning is refused once.
    fn name(&self) -> String {
        format!("{}.{}", self.cycle, self.pattern)
    }
}

/// A decision with the commit of the ledger that holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What was decided.
    pub record: DecisionRecord,
    /// The commit that added it.
    pub commit: Oid,
}

impl Ledger<'_> {
    /// All decisions, sorted by cycle and pattern. One that cannot be read is skipped and told.
    pub fn decisions(&self) -> Result<(Vec<Decision>, Vec<Skipped>)> {
        let (mut decisions, mut skipped) = (Vec::new(), Vec::new());
        let Some(tip) = self.tip else { return Ok((decisions, skipped)) };
        let files = self.repo.list(tip, DECISIONS)?;
        let added =
            if files.is_empty() { Default::default() } else { self.repo.brought_by(tip, DECISIONS)? };
        for file in files {
            match serde_json::from_slice::<DecisionRecord>(&self.repo.read_blob(file.blob)?) {
                Ok(record) => {
                    let commit = added.get(&file.path).copied().unwrap_or(tip);
                    decisions.push(Decision { record, commit });
                }
                Err(error) => skipped.push(Skipped {
                    path: format!("{LEDGER}:{}", file.path),
                    line: None,
                    reason: format!("not a decision: {error}"),
                }),
            }
        }
        Ok((decisions, skipped))
    }

    /// Prepares the commit that adds decisions; the caller moves [`LEDGER`] from [`Ledger::tip`] to it. A learning that
    /// was decided already keeps the first decision; `None` when there is nothing new to add.
    ///
    /// Errors if a cycle or a pattern has no name that can be a file's.
    pub fn append_decisions(&self, decisions: &[DecisionRecord], stamp: &Stamp) -> Result<Option<Oid>> {
        self.append_words(decisions, &[], stamp)
    }

    /// The same for decisions together with what reviewers said.
    pub fn append_words(
        &self,
        decisions: &[DecisionRecord],
        comments: &[CommentRecord],
        stamp: &Stamp,
    ) -> Result<Option<Oid>> {
        let mut changes: Vec<FileChange> = Vec::new();
        for decision in decisions {
            changes.extend(self.added(DECISIONS, &decision.name(), decision, &changes)?);
        }
        let refusals = changes.len();
        for comment in comments {
            changes.extend(self.added(COMMENTS, &comment.name(), comment, &changes)?);
        }
        let counts = [(refusals, "refusal"), (changes.len() - refusals, "comment")];
        let counts = counts.into_iter().filter(|(n, _)| *n > 0).map(|(n, noun)| count(n, noun));
        let counts = counts.collect::<Vec<_>>().join(", ");
        if changes.is_empty() {
            return Ok(None);
        }
        changes.extend(layout::readme(self.repo, self.tip)?);
        let plan = Plan {
            base: self.tip,
            identity: stamp.identity.clone(),
            at: stamp.at,
            signing: Signing::Never,
            commits: vec![Commit { message: format!("ledger: {counts}\n"), changes }],
        };
        Ok(self.repo.write(&plan)?.first().copied())
    }

    /// The file that is added for a record; `None` where there is one of its name.
    fn added(
        &self,
        folder: &str,
        name: &str,
        record: &impl Serialize,
        others: &[FileChange],
    ) -> Result<Option<FileChange>> {
        if !layout::is_cycle_name(name) {
            bail!("{name:?} cannot be the name of a record; use letters, digits, `.`, `_` and `-`");
        }
        let path = layout::path(folder, name);
        let is_there = match self.tip {
            Some(tip) => self.repo.has(tip, &path)?,
            None => false,
        };
        if is_there || others.iter().any(|change| change.path == path) {
            return Ok(None);
        }
        let mut text = serde_json::to_vec_pretty(record).with_context(|| format!("cannot write {path}"))?;
        text.push(b'\n');
        Ok(Some(FileChange { path, content: Some(text) }))
    }
}
