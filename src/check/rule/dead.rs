//! Changed notes that name what the repository they are about no longer has.

use crate::check::change::Change;
use crate::check::finding::Finding;
use crate::stale::Stale;

/// The rule's name.
const RULE: &str = "dead-reference";

pub(in crate::check) fn inspect(change: &Change, stale: &Stale) -> Vec<Finding> {
    let changed = stale.dead.iter().filter(|(path, _)| change.changed.contains_key(*path));
    let findings = changed.flat_map(|(path, gone)| {
        let shown = change.outside(path);
        gone.iter().map(move |dead| {
            let named = dead.named.lines().next().unwrap_or_default();
            Finding::warning(
                RULE,
                &shown,
                format!("`{named}` is named, but {}", dead.gone),
                "name what there is now, or take it out",
            )
            .at(Some(dead.line))
        })
    });
    findings.collect()
}
