//! How much speaks for what was learnt, with and without some sessions.

use crate::digest::Digest;
use crate::learning::standing::{Standings, Verdict, notes};
use crate::ledger::{CycleRecord, SupportRecord, known};
use crate::pattern::{self, Fingerprint, Given, Pattern};
use crate::session::SessionId;
use crate::settings::Mining;
use std::collections::{BTreeMap, BTreeSet};

/// A lesson that loses some of what speaks for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Rescored {
    /// The pattern's name.
    pub pattern: Fingerprint,
    /// Its note inside the memory, and what people decided on it; `None` for what was never proposed.
    pub proposed: Option<(String, Verdict)>,
    /// What spoke for it.
    pub before: SupportRecord,
    /// What still does; `None` where that is not enough for a pattern any more.
    pub after: Option<SupportRecord>,
}

/// Mines twice: with these sessions and without. Gives the lessons that make a difference, sorted by name.
pub fn rescore(
    digests: Vec<Digest>,
    without: &BTreeSet<SessionId>,
    standings: &Standings,
    cycles: &[CycleRecord],
    settings: &Mining,
) -> Vec<Rescored> {
    let (known, notes) = (known(cycles), notes(standings));
    let given = Given { settings, known: &known, notes: &notes };
    let left: Vec<Digest> =
        digests.iter().filter(|digest| !without.contains(&digest.session)).cloned().collect();
    let mine = |digests: Vec<Digest>| -> BTreeMap<Fingerprint, Pattern> {
        let patterns = pattern::mine_telling(digests, &given, &|_, _| {}).into_patterns();
        patterns.into_iter().map(|pattern| (pattern.fingerprint.clone(), pattern)).collect()
    };
    let (before, after) = (mine(digests), mine(left));
    let rescored = before.into_values().filter_map(|pattern| {
        let now = after.get(&pattern.fingerprint).map(|now| SupportRecord::from(&now.support));
        let then = SupportRecord::from(&pattern.support);
        let proposed =
            standings.get(&pattern.fingerprint).map(|standing| (standing.note.clone(), standing.verdict));
        let rescored = Rescored { pattern: pattern.fingerprint, proposed, before: then, after: now };
        (now != Some(then)).then_some(rescored)
    });
    rescored.collect()
}
