//! One agent's note becomes the team's, because other agents show it by themselves.
//!
//! Refuses to take one agent's word for another: agents that read the note are no witnesses, and an agent that merely
//! was the only one there names no scope.

use super::held::Held;
use super::{add, learning, revise, text};
use crate::learning::author::Draft;
use crate::learning::{Change, Learning};
use crate::memory::place;
use crate::pattern::Pattern;
use std::collections::BTreeSet;

/// Agents that have to show it.
const LEAST_AGENTS: u32 = 2;

/// Whether an agent's note is to be the team's.
pub(super) fn is_due(pattern: &Pattern, held: &Held<'_>) -> bool {
    let widened = place::agent_at(held.path).is_some() && pattern.scope.agent.is_none();
    widened && pattern.support.agents >= LEAST_AGENTS
}

/// The note in the team's folder, under its name if that is free there.
pub(super) fn promote(
    pattern: &Pattern,
    draft: &Draft,
    held: &Held<'_>,
    taken: &mut BTreeSet<String>,
    today: &str,
) -> Learning {
    let (name, path) = add::free(held.note.front.kind, &held.note.front.name, None, taken);
    let mut front = revise::front(pattern, draft, &path, held.note.front.clone());
    front.name = name;
    let kept: Vec<&str> = text::evidence_lines(held.note).collect();
    let text = text::compose(front, draft, &kept, &pattern.evidence, today);
    let agent = place::agent_at(held.path).unwrap_or_default();
    let mut learning = learning(Change::Promote, pattern, draft, path, text);
    learning.title = format!("for every agent: {}", draft.title);
    learning.rationale = format!(
        "So far this was a note for `{agent}` alone; {} agents show it by now, none of which had read the note.\n{}",
        pattern.support.agents, draft.rationale
    );
    learning.leaves = vec![held.path.to_owned()];
    learning
}
