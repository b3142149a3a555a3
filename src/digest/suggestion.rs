//! What an agent asked to be remembered, in its own words.
//!
//! It says so through a tool while it works ([`crate::mcp`]); a digest of its own brings the suggestion to the ledger.
//! Owns the form and the bounds. Refuses to believe any of it: a suggestion is what one run claims, and what comes of it,
//! people decide.

use crate::redact::Clean;
use serde::{Deserialize, Serialize};

/// Longest lesson, bytes: two long sentences.
pub const MOST_TEXT: usize = 400;
/// Longest saying when it applies, bytes.
pub const MOST_WHEN: usize = 200;
/// Longest quote of what the agent saw, bytes.
pub const MOST_SAW: usize = 400;
/// Most suggestions of one digest, and of one run of an agent.
pub const MOST: usize = 20;
/// Most notes that a suggestion names as shown before it.
pub const MOST_SHOWN: usize = 200;

/// A lesson that an agent suggests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    /// Which of its run's suggestions it is, from 1: what evidence names.
    pub event: u32,
    /// Which kind of lesson.
    pub sort: Sort,
    /// The lesson, verbatim.
    pub text: Clean,
    /// When it applies, as the agent says; empty where it does not.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub when: Clean,
    /// What the agent saw, as it quotes it; empty where it quotes nothing.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub saw: Clean,
    /// Paths, inside the memory, of the notes that this run had been given before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shown: Vec<Clean>,
}

fn is_empty(text: &Clean) -> bool {
    text.is_empty()
}

/// Which kind of lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sort {
    /// Something that goes wrong.
    Mistake,
    /// Something that people want.
    Preference,
    /// Steps in order.
    Playbook,
}

impl Sort {
    /// What a text that does not say it looks like: several steps in order, something that goes wrong, else a preference.
    pub fn of(text: &str) -> Sort {
        let text = text.to_lowercase();
        let words = || text.split(|c: char| !(c.is_alphanumeric() || c == '\'' || c == '’'));
        let steps = words().filter(|word| matches!(*word, "then" | "finally" | "afterwards")).count();
        let numbered = text.split_whitespace().filter(|word| is_number_of_step(word)).count();
        if steps > 1 || numbered > 1 {
            return Sort::Playbook;
        }
        let goes_wrong = words().any(|word| GOES_WRONG.iter().any(|start| word.starts_with(start)));
        if goes_wrong { Sort::Mistake } else { Sort::Preference }
    }
}

/// Beginnings of words that tell of something going wrong.
const GOES_WRONG: &[&str] =
    &["fail", "error", "crash", "broke", "break", "wrong", "panic", "abort", "reject", "hang", "timeout"];

/// `1.`, `2)`.
fn is_number_of_step(word: &str) -> bool {
    word.strip_suffix(['.', ')']).is_some_and(|number| {
        !number.is_empty() && number.len() < 3 && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// Brings suggestions that somebody else's machine sent within bounds.
pub(super) fn bound(suggestions: &mut Vec<Suggestion>) {
    suggestions.truncate(MOST);
    for suggestion in suggestions.iter_mut() {
        let Suggestion { text, when, saw, shown, .. } = suggestion;
        *text = text.cut(MOST_TEXT);
        *when = when.cut(MOST_WHEN);
        *saw = saw.cut(MOST_SAW);
        shown.truncate(MOST_SHOWN);
    }
    suggestions.retain(|suggestion| !suggestion.text.trim().is_empty());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_a_lesson_shows_in_its_shape() {
        for (text, sort) in [
            ("`cargo test` fails without the database: start it first.", Sort::Mistake),
            ("Use pnpm in this repository.", Sort::Preference),
            ("Bump the version, then tag, then push the tag.", Sort::Playbook),
            ("1. make gen 2. make test", Sort::Playbook),
            ("", Sort::Preference),
        ] {
            assert_eq!(Sort::of(text), sort, "{text}");
        }
    }
}
