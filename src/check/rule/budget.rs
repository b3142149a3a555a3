//! MEMORY.md is loaded into every session, so it keeps to its budget of tokens.

use crate::check::Case;
use crate::check::finding::Finding;
use crate::memory::{MEMORY_FILE, index};

pub(super) fn inspect(case: &Case<'_>) -> Vec<Finding> {
    let budget = case.settings.memory.budget as usize;
    let tokens = case.after.main.as_deref().map_or(0, index::tokens);
    let was = case.before.main.as_deref().map_or(0, index::tokens);
    // Who makes a file that is too long shorter is on the right way.
    if tokens <= budget || tokens < was {
        return Vec::new();
    }
    let what = format!("it has about {tokens} tokens, {} more than its budget of {budget}", tokens - budget);
    let remedy = "shorten what people wrote in it, or run `git dream check --fix` to shorten the index";
    vec![Finding::error("budget", &case.change.outside(MEMORY_FILE), what, remedy)]
}
