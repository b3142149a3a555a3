//! What was found in a history, kept so that the next walk ends where the last one began.

use super::lookup::Before;
use super::place::About;
use crate::repo::{Oid, Trace, Wanted};
use anyhow::Result;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most commits that are walked back through.
const MOST_COMMITS: usize = 20_000;

/// What one walk found, from the commit it began at.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Walked {
    head: Oid,
    /// By what was looked for: the commit that took it away; `None`: it never was there.
    found: BTreeMap<String, Option<Oid>>,
}

/// Looks for these things in the history of a repository's HEAD, which lacks them. `last`: what the last walk found.
/// Gives a trace for each, and what is to be kept.
pub(super) fn trace(
    about: &About,
    before: &[&Before],
    last: Option<&Walked>,
) -> Result<(Vec<Trace>, Walked)> {
    let known = |before: &Before| last.and_then(|last| last.found.get(&before.key()));
    let (old, new): (Vec<usize>, Vec<usize>) =
        (0..before.len()).partition(|at| before.get(*at).is_some_and(|before| known(before).is_some()));
    let mut traces = vec![Trace::Unknown; before.len()];
    for (numbers, end) in [(old, last.map(|last| last.head)), (new, None)] {
        if numbers.is_empty() {
            continue;
        }
        let chosen = numbers.iter().filter_map(|at| before.get(*at));
        let wanted: Vec<Wanted<'_>> =
            chosen.map(|before| Wanted { path: before.path.clone(), like: before.like.as_deref() }).collect();
        let found = about.repo.trace(about.head, &wanted, end, MOST_COMMITS)?;
        for (at, found) in numbers.into_iter().zip(found) {
            let recalled = || match before.get(at).and_then(|before| known(before)) {
                Some(Some(commit)) => Trace::Gone(*commit),
                Some(None) => Trace::Never,
                None => Trace::Unknown,
            };
            if let Some(trace) = traces.get_mut(at) {
                *trace = if found == Trace::Reached { recalled() } else { found };
            }
        }
    }
    let kept = before.iter().zip(&traces).filter_map(|(before, trace)| {
        let found = match trace {
            Trace::Gone(commit) => Some(*commit),
            Trace::Never => None,
            Trace::Reached | Trace::Unknown => return None,
        };
        Some((before.key(), found))
    });
    let walked = Walked { head: about.head, found: kept.collect() };
    Ok((traces, walked))
}
