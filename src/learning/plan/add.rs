//! A new note.

use super::twin::Sayings;
use super::{learning, text};
use crate::learning::author::{self, Draft};
use crate::learning::{Change, Learning};
use crate::memory::note::{Front, Note, Status};
use crate::memory::place;
use crate::pattern::{Kind, Pattern};
use std::collections::BTreeSet;

/// Longest name of a note, bytes.
const MOST_NAME: usize = 60;

/// The note that is not there yet; `None` where another one, whoever wrote it, already says the same.
pub(super) fn add(
    pattern: &Pattern,
    draft: &Draft,
    sayings: &Sayings<'_>,
    taken: &mut BTreeSet<String>,
    today: &str,
) -> Option<Learning> {
    let agent = pattern.scope.agent.as_deref();
    let wanted = place::slug(&draft.subject, MOST_NAME);
    let mut front = Front {
        name: wanted.clone(),
        description: draft.rule.clone(),
        kind: pattern.kind(),
        scope: author::scope(&pattern.scope),
        status: if draft.open { Status::Open } else { Status::Active },
        since: today.to_owned(),
        applies_to: text::distinct(&draft.applies_to),
    };
    let note = Note { front: front.clone(), body: draft.body.clone() };
    if sayings.already(&note).is_some() {
        return None;
    }
    let path;
    (front.name, path) = free(pattern.kind(), &wanted, agent, taken);
    let text = text::compose(front, draft, &[], &pattern.evidence, today);
    Some(learning(Change::Add, pattern, draft, path, text))
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
