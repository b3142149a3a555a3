//! The index of MEMORY.md says what the notes say.

use crate::check::Case;
use crate::check::finding::Finding;
use crate::memory::{MEMORY_FILE, index};

/// The rule's name.
const RULE: &str = "index";

pub(super) fn inspect(case: &Case<'_>) -> Vec<Finding> {
    let shown = case.change.outside(MEMORY_FILE);
    let drift = index::drift(&case.after).into_iter();
    drift
        .map(|(line, what)| Finding::error(RULE, &shown, what, "run `git dream check --fix`").at(line))
        .collect()
}
