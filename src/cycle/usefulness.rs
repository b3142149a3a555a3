//! How useful each note is: as far as a cycle knows, and as far as the ledger alone does.
//!
//! Owns where the figures come from. How they make a rank, [`crate::learning::usefulness`] says.

use crate::learning::standing::{Standing, Standings};
use crate::learning::usefulness::{self, Known, days};
use crate::learning::{Observed, Planned};
use crate::ledger::CycleRecord;
use crate::pattern::{Fingerprint, Grade, Pattern, Rate};
use std::collections::BTreeMap;

/// How useful notes are by what cycles wrote down when they last proposed them, by their paths: for who makes the index
/// anew without a dream.
pub fn on_record(cycles: &[CycleRecord]) -> BTreeMap<String, f64> {
    let mut useful = BTreeMap::new();
    for learning in cycles.iter().flat_map(|cycle| &cycle.learnings) {
        let known = Known {
            weight: learning.weight,
            sessions: learning.support.sessions,
            grade: Some(Grade::parse(&learning.grade)),
            ..Known::default()
        };
        useful.insert(learning.note.clone(), usefulness::of(&known));
    }
    useful
}

/// How useful the notes that stand are, by their paths. Of several patterns that one note says, the most useful counts.
pub(super) fn of_notes(
    standings: &Standings,
    patterns: &[Pattern],
    observed: &Observed<'_>,
) -> BTreeMap<String, f64> {
    let mined: BTreeMap<&Fingerprint, &Pattern> =
        patterns.iter().map(|pattern| (&pattern.fingerprint, pattern)).collect();
    let mut useful: BTreeMap<String, f64> = BTreeMap::new();
    for (fingerprint, standing) in standings {
        let known = known(standing, mined.get(fingerprint).copied(), observed);
        let of_note = useful.entry(standing.note.clone()).or_insert(f64::NEG_INFINITY);
        *of_note = of_note.max(usefulness::of(&known));
    }
    useful
}

/// The same with what is planned: a learning's note is as useful as what speaks for it.
pub(super) fn with_planned(mut useful: BTreeMap<String, f64>, planned: &Planned) -> BTreeMap<String, f64> {
    for learning in &planned.learnings {
        let before = learning.leaves.iter().filter_map(|left| useful.remove(left)).max_by(f64::total_cmp);
        let known = Known {
            weight: learning.weight,
            sessions: learning.support.sessions,
            grade: Some(learning.grade),
            ..Known::default()
        };
        let of_note = useful.entry(learning.note.clone()).or_insert(f64::NEG_INFINITY);
        *of_note = of_note.max(usefulness::of(&known)).max(before.unwrap_or(f64::NEG_INFINITY));
    }
    useful
}

fn known(standing: &Standing, pattern: Option<&Pattern>, observed: &Observed<'_>) -> Known {
    let impact = observed.impacts.get(&standing.note);
    let seen = impact.and_then(|impact| impact.last_seen);
    let last = seen.max(pattern.and_then(|pattern| pattern.support.last));
    Known {
        weight: pattern.map_or(standing.weight, |pattern| pattern.weight),
        sessions: pattern.map_or(standing.support.sessions, |pattern| pattern.support.sessions),
        grade: Some(pattern.map_or(standing.grade, |pattern| pattern.grade)),
        effect: impact.map(|impact| impact.effect),
        followed: impact.map(|impact| impact.usage).map_or_else(Rate::default, |usage| Rate {
            hits: usage.followed,
            of: usage.followed + usage.contradicted,
        }),
        unconfirmed: last.zip(observed.newest).map(|(last, newest)| days(last, newest)),
    }
}
