//! What reviewers said about earlier proposals of a lesson, told with the next one.
//!
//! Owns the sentence. A comment is foreign text: it stands in code, in the reasons and nowhere else, and changes no word of
//! a note.

use crate::learning::Planned;
use crate::learning::author::quote;
use crate::ledger::{CommentRecord, Ledger};
use anyhow::Result;

/// Most comments that a proposal repeats, the newest.
const MOST: usize = 5;
/// Longest part of a comment and of a name that is repeated, bytes.
const MOST_TEXT: usize = 300;
const MOST_NAME: usize = 60;

/// Adds to the reasons of each learning what reviewers said about earlier proposals of its pattern.
///
/// Errors: the ledger cannot be read.
pub(super) fn tell(planned: &mut Planned, ledger: &Ledger<'_>) -> Result<()> {
    let patterns: Vec<&str> = planned.learnings.iter().map(|learning| learning.pattern.as_str()).collect();
    let (comments, _) = ledger.comments(Some(&patterns))?;
    for learning in &mut planned.learnings {
        let about = comments.iter().filter(|comment| comment.pattern == learning.pattern.as_str());
        let about: Vec<&CommentRecord> = about.collect();
        let newest = about.iter().skip(about.len().saturating_sub(MOST));
        for comment in newest {
            learning.rationale = format!("{}\n\n{}", learning.rationale.trim_end(), sentence(comment));
        }
    }
    Ok(())
}

fn sentence(comment: &CommentRecord) -> String {
    let by = quote::code(&quote::brief(&comment.by, MOST_NAME));
    let text = quote::code(&quote::brief(&comment.text, MOST_TEXT));
    format!("On an earlier proposal {by} said on {}: {text}", comment.at.strftime("%Y-%m-%d"))
}
