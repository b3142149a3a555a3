//! Which sessions stand behind the patterns, and since when the ledger has known them.

use super::Before;
use crate::digest::Digest;
use crate::learning::refusal::Witness;
use crate::learning::standing::Standings;
use crate::ledger::CycleRecord;
use crate::pattern::Known;
use crate::pattern::witness::in_order;
use anyhow::Result;
use std::collections::BTreeMap;

/// The sessions of these digests in the order that patterns count them in. `cycles`: oldest first.
/// Empty where nothing was ever rejected and no wish is known: then nobody asks.
///
/// A session that was read before it went on is as old as it was then.
pub(super) fn of(
    digests: &[Digest],
    before: &Before<'_>,
    cycles: &[CycleRecord],
    standings: &Standings,
    known: &[Known],
) -> Result<Vec<Witness>> {
    let was_refused = standings.values().any(|standing| standing.refusal.is_some());
    if !was_refused && known.iter().all(|known| known.turns.is_empty()) {
        return Ok(Vec::new());
    }
    let places: BTreeMap<&str, usize> =
        cycles.iter().enumerate().map(|(place, cycle)| (cycle.cycle.as_str(), place)).collect();
    let arrivals = before.ledger.arrivals()?;
    let mut by_session = BTreeMap::new();
    let mut by_source: BTreeMap<(&str, Option<&str>), usize> = BTreeMap::new();
    for (line, cycle) in &arrivals {
        // What came with a cycle whose record is lost has been there for ever.
        let place = places.get(cycle.as_str()).copied().unwrap_or_default();
        by_session.insert(&line.session, place);
        if let Some(source) = &line.source {
            let first = by_source.entry((source, line.contributor.as_deref())).or_insert(place);
            *first = place.min(*first);
        }
    }
    let went_on = |digest: &Digest| -> Option<usize> {
        let source = digest.source.as_deref()?;
        let place = *by_source.get(&(source, digest.contributor.as_deref()))?;
        // Some tools number their sessions from 1 in every file: what began later is another one.
        let ran = cycles.get(place)?.at;
        digest.began.is_none_or(|began| began <= ran).then_some(place)
    };
    let witness = |digest: &Digest| Witness {
        session: digest.session.clone(),
        root: digest.root.clone(),
        began: digest.began,
        read_after: went_on(digest)
            .into_iter()
            .chain(by_session.get(&digest.session).copied())
            .min()
            .unwrap_or(cycles.len()),
    };
    let mut counted: Vec<&Digest> = digests.iter().collect();
    in_order(&mut counted, |digest| digest);
    Ok(counted.into_iter().map(witness).collect())
}
