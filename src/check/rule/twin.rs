//! No two notes have one name or say the same: agents would find either, and people would mend one of them.

use crate::check::Case;
use crate::check::finding::Finding;
use std::collections::BTreeMap;

pub(super) fn inspect(case: &Case<'_>) -> Vec<Finding> {
    let mut by_rule: BTreeMap<String, Vec<&String>> = BTreeMap::new();
    for (path, note) in &case.after.notes {
        let words: Vec<String> = note
            .front
            .description
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        // What is meant for one agent may be said to another in the same words.
        let key = format!("{} {}", note.front.scope, words.join(" "));
        by_rule.entry(key).or_default().push(path);
    }
    let mut findings = Vec::new();
    for same in by_rule.values().filter(|same| same.len() > 1) {
        for path in same.iter().filter(|path| case.change.changed.contains_key(**path)) {
            let Some(other) = same.iter().find(|other| *other != path) else { continue };
            let what = format!("it says what {} says", case.change.outside(other));
            findings.push(Finding::error("twin", &case.change.outside(path), what, "keep one of them"));
        }
    }
    findings
}
