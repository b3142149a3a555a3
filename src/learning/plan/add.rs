//! A new note.

use super::{learning, text};
use crate::learning::author::{self, Draft};
use crate::learning::{Change, Learning};
use crate::memory::note::{Front, Status};
use crate::memory::place;
use crate::pattern::{Kind, Pattern};
use std::collections::BTreeSet;

/// Longest name of a note, bytes.
const MOST_NAME: usize = 60;

pub(super) fn add(pattern: &Pattern, draft: &Draft, taken: &mut BTreeSet<String>, today: &str) -> Learning {
    let agent = pattern.scope.agent.as_deref();
    let (name, note) = free(pattern.kind(), &place::slug(&draft.subject, MOST_NAME), agent, taken);
    let front = Front {
        name,
        description: draft.rule.clone(),
        kind: pattern.kind(),
        scope: author::scope(&pattern.scope),
        status: if draft.open { Status::Open } else { Status::Active },
        since: today.to_owned(),
        applies_to: text::distinct(&draft.applies_to),
    };
    let text = text::compose(front, draft, &[], &pattern.evidence, today);
    learning(Change::Add, pattern, draft, note, text)
}

/// A name that no note has yet, this one if it can be, and the path that goes with it, which is then taken.
pub(super) fn free(
    kind: Kind,
    wanted: &str,
    agent: Option<&str>,
    taken: &mut BTreeSet<String>,
) -> (String, String) {
    let is_free = |name: &String| !taken.contains(&place::path(kind, name, agent));
    let name = std::iter::once(wanted.to_owned())
        .chain((2..).map(|n| format!("{wanted}-{n}")))
        .find(is_free)
        .unwrap_or_else(|| wanted.to_owned());
    let path = place::path(kind, &name, agent);
    taken.insert(path.clone());
    (name, path)
}
