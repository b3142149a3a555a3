//! A pinned note stays as it is. Who wants to change it takes the pin out first, in a change that does nothing else
//! to it.

use crate::check::Case;
use crate::check::finding::Finding;
use crate::memory::note::{Front, Note, Status};

pub(super) fn inspect(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, before) in &case.before.notes {
        if before.front.status != Status::Pinned || !case.change.changed.contains_key(path) {
            continue;
        }
        let after = case.after.notes.get(path);
        if after.is_some_and(|after| differs_in_pin_only(before, after)) {
            continue;
        }
        let what = if after.is_some() { "a pinned note was changed" } else { "a pinned note was removed" };
        let remedy = "leave it, or set `status: active` in a change of its own first";
        findings.push(Finding::error("pinned", &case.change.outside(path), what, remedy));
    }
    findings
}

fn differs_in_pin_only(before: &Note, after: &Note) -> bool {
    let front = Front { status: before.front.status, ..after.front.clone() };
    front == before.front && after.body == before.body
}
