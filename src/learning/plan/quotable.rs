//! What the gate would not let through.

use crate::learning::{Learning, author, gate};
use crate::memory::{index, note};
use crate::pattern::{Evidence, Lesson, Pattern};
use rayon::prelude::*;

/// Why the gate will not have it, if it will not: what the note says, or what its tools' output tries to say.
pub(super) fn objection(learning: &Learning, is_quotable: bool) -> Option<String> {
    if !is_quotable {
        return Some("instruction-in-evidence: what the tool printed gives orders to agents".to_owned());
    }
    // Its line of the index stands alone, and what is harmless in the note may act there.
    let line = note::parse(&learning.text).map(|note| index::line(&learning.note, &note));
    let mut found = gate::inspect(&learning.text);
    found.extend(line.iter().flat_map(|line| gate::inspect(line)));
    let first = found.into_iter().next()?;
    Some(format!("{}: {}", first.rule, first.what))
}

/// The pattern without the quotes of tools that the gate would not let through. One session's odd output takes its
/// quote with it and not what the others say; where too few others are left, nothing is taken out, and the learning
/// is refused for what it quotes. Also gives whether all that is left may be quoted.
pub(super) fn quotable(pattern: &Pattern) -> (Pattern, bool) {
    let mut pattern = pattern.clone();
    if !matches!(pattern.lesson, Lesson::Error(_)) {
        return (pattern, true);
    }
    let kept: Vec<Evidence> = pattern.evidence.par_iter().filter(|one| may_be_quoted(one)).cloned().collect();
    let all = kept.len() == pattern.evidence.len();
    let enough = kept.len() * 2 > pattern.evidence.len();
    if enough {
        pattern.evidence = kept;
    }
    (pattern, enough || all)
}

/// Whether what a tool printed may be shown to agents.
fn may_be_quoted(evidence: &Evidence) -> bool {
    !gate::is_instruction_like(&evidence.quote)
        && gate::inspect(&author::evidence_line(evidence, "")).is_empty()
}
