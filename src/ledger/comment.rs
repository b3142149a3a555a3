//! What reviewers said about a learning where git does not keep it: on its pull request.
//!
//! One small file each, added and never changed: who, when, what, about which learning of which cycle. It is foreign text:
//! redacted, on one line, cut. It speaks for and against nothing; people and the next proposal of the lesson are shown it.

use super::layout::COMMENTS;
use super::{LEDGER, Ledger};
use crate::learning::author::quote;
use crate::redact::{Clean, redact};
use crate::session::Skipped;
use anyhow::Result;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Longest comment that is kept, bytes.
const MOST_TEXT: usize = 1000;

/// A comment, as it is written down in `comments/<cycle>.<pattern>.<id>.json`. Unknown fields are ignored, absent ones
/// have defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CommentRecord {
    /// Version of this format.
    pub version: u32,
    /// When it was made.
    pub at: Timestamp,
    /// Who made it, by the name that they have on the forge.
    pub by: Clean,
    /// The cycle that proposed the learning.
    pub cycle: String,
    /// Fingerprint of the learning's pattern.
    pub pattern: String,
    /// The forge's own name for it: a comment is kept once.
    pub id: String,
    /// The line of the note that it is about, as it was proposed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// What was said, on one line.
    pub text: Clean,
}

impl CommentRecord {
    /// A comment on a learning. `by` and `text` are foreign: both are redacted and brought on one line.
    pub fn new(cycle: &str, pattern: &str, id: &str, by: &str, text: &str, at: Timestamp) -> CommentRecord {
        CommentRecord {
            version: 1,
            at,
            by: redact(&quote::one_line(by)),
            cycle: cycle.to_owned(),
            pattern: pattern.to_owned(),
            id: id.to_owned(),
            line: None,
            text: redact(&quote::one_line(text)).cut(MOST_TEXT),
        }
    }

    /// The name of its file.
    pub(super) fn name(&self) -> String {
        format!("{}.{}.{}", self.cycle, self.pattern, self.id)
    }
}

impl Ledger<'_> {
    /// What was said about learnings of these patterns, the oldest first; of every pattern with `None`. One that cannot be
    /// read is skipped and told.
    pub fn comments(&self, patterns: Option<&[&str]>) -> Result<(Vec<CommentRecord>, Vec<Skipped>)> {
        let (mut comments, mut skipped) = (Vec::new(), Vec::new());
        let Some(tip) = self.tip else { return Ok((comments, skipped)) };
        let is_wanted = |path: &str| {
            patterns
                .is_none_or(|patterns| patterns.iter().any(|pattern| path.contains(&format!(".{pattern}."))))
        };
        for file in self.repo.list(tip, COMMENTS)?.into_iter().filter(|file| is_wanted(&file.path)) {
            match serde_json::from_slice::<CommentRecord>(&self.repo.read_blob(file.blob)?) {
                Ok(record) => comments.push(record),
                Err(error) => skipped.push(Skipped {
                    path: format!("{LEDGER}:{}", file.path),
                    line: None,
                    reason: format!("not a comment: {error}"),
                }),
            }
        }
        comments.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        Ok((comments, skipped))
    }
}
