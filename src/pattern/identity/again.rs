//! Which wishes were made from what an earlier lesson was made from.
//!
//! Words tell little here: people say one wish in sentences that have a single rare word in common, and as more of them
//! say it, the groups that a miner makes of them are others. But the sentences that are there stay, and no two wishes
//! share one. So a wish that has most of what a lesson was made from is that lesson, grown; and one whose sentences had
//! mostly been taken for that lesson, as far as they were there, is a part of it. Owns these two questions; refuses to
//! look at words ([`super::alike`]) and at what people decided.

use super::Known;
use crate::pattern::{Fingerprint, Lesson, Pattern};
use std::collections::{BTreeMap, BTreeSet};

/// By each pattern the earlier lessons that it says again, under their names.
pub type Again = BTreeMap<Fingerprint, BTreeSet<Fingerprint>>;

/// The lesson that a pattern is, grown: the one with most of whose turns it has; of several the one that it has most
/// of, then the one that has its very anchor, then the first.
pub(super) fn grown_from<'a>(pattern: &Pattern, known: &'a [Known]) -> Option<&'a Known> {
    let grown = latest(pattern, known).filter_map(|known| {
        let shared = known.turns.grown_into(&pattern.support.said)?;
        Some((shared, known.anchor == pattern.anchor, known))
    });
    // The first of equals.
    let best = grown.reduce(|best, one| if (one.0, one.1) > (best.0, best.1) { one } else { best });
    best.map(|(.., known)| known)
}

/// Every lesson under another name that a pattern says again by who said it. `read_after`: how many cycles had run
/// before the one that read each session, by the places that the patterns count them in.
pub fn said_again(patterns: &[Pattern], known: &[Known], read_after: &[usize]) -> Again {
    let of_pattern = |pattern: &Pattern| {
        let said = &pattern.support.said;
        let says = |known: &&Known| {
            let was_there = |session: usize| read_after.get(session).is_some_and(|read| *read < known.cycles);
            known.turns.grown_into(said).is_some() || known.turns.had(said, was_there)
        };
        let names = latest(pattern, known).filter(|known| known.fingerprint != pattern.fingerprint);
        let names: BTreeSet<Fingerprint> =
            names.filter(says).map(|known| known.fingerprint.clone()).collect();
        (pattern.fingerprint.clone(), names)
    };
    patterns.iter().map(of_pattern).filter(|(_, names)| !names.is_empty()).collect()
}

/// What was last written down of each lesson that a pattern could be, in the order of their names. A wish and a conflict
/// about it are two lessons.
fn latest<'a>(pattern: &Pattern, known: &'a [Known]) -> impl Iterator<Item = &'a Known> {
    let mut latest: BTreeMap<&Fingerprint, &Known> = BTreeMap::new();
    if !pattern.support.said.is_empty() {
        let is_conflict = matches!(pattern.lesson, Lesson::Conflict(_));
        let has_turns = known.iter().filter(|known| !known.turns.is_empty());
        let is_one =
            |known: &&Known| known.anchor.first().is_some_and(|sort| **sort == *"conflict") == is_conflict;
        latest.extend(has_turns.filter(is_one).map(|known| (&known.fingerprint, known)));
    }
    latest.into_values()
}
