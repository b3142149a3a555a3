//! Which lesson is which, from cycle to cycle.
//!
//! The more sessions there are, the more a miner can say: an error's template grows a wildcard, a workflow a
//! step, a wish another wording. The lesson stays the one it was, and so does its name: a verdict on it holds.

mod again;
mod alike;

pub use again::{Again, said_again};
pub use alike::{alike, touch};

use super::preference::Turns;
use super::{Fingerprint, Pattern, mistake, playbook, preference};
use crate::redact::Clean;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A pattern that an earlier cycle already named, so that it keeps its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Known {
    /// Its name.
    pub fingerprint: Fingerprint,
    /// The defining parts it was made from ([`super::Pattern::anchor`]).
    pub anchor: Vec<Clean>,
    /// Of a wish: the turns that it was made from then.
    #[serde(default, skip_serializing_if = "Turns::is_empty")]
    pub turns: Turns,
    /// How many cycles had run when this was written down, its own among them: what they had read was there then.
    #[serde(skip)]
    pub cycles: usize,
}

/// Gives every pattern that an earlier cycle knew its earlier name. Where several patterns would take one
/// name, the one with most of what people had said has it, then the one with the very same anchor, else the weightiest;
/// the others are the same lesson twice and are left out. A workflow that nobody finds any more has grown into the first
/// one that has its steps and no name.
pub fn keep_names(patterns: &mut Vec<Pattern>, known: &[Known]) {
    let latest = again::latest(known);
    let grown: BTreeMap<Vec<Clean>, &Known> = patterns
        .iter()
        .filter_map(|pattern| Some((pattern.anchor.clone(), again::grown_from(pattern, &latest)?)))
        .collect();
    let earlier =
        |pattern: &Pattern| grown.get(&pattern.anchor).copied().or_else(|| find(&pattern.anchor, known));
    let earlier: Vec<Option<&Known>> = patterns.iter().map(earlier).collect();
    let mut taken: BTreeSet<&Fingerprint> =
        earlier.iter().flatten().map(|known| &known.fingerprint).collect();
    let mut renamed: BTreeMap<Fingerprint, Fingerprint> = BTreeMap::new();
    for (pattern, earlier) in patterns.iter_mut().zip(earlier) {
        let is_shorter = |known: &&Known| {
            !taken.contains(&known.fingerprint) && alike::grown_workflow(&known.anchor, &pattern.anchor)
        };
        let Some(earlier) = earlier.or_else(|| known.iter().find(is_shorter)) else { continue };
        taken.insert(&earlier.fingerprint);
        renamed.insert(pattern.fingerprint.clone(), earlier.fingerprint.clone());
        pattern.fingerprint = earlier.fingerprint.clone();
    }
    for pattern in patterns.iter_mut() {
        if let super::Lesson::Workflow(workflow) = &mut pattern.lesson {
            for pitfall in &mut workflow.pitfalls {
                if let Some(name) = renamed.get(pitfall) {
                    *pitfall = name.clone();
                }
            }
        }
    }
    let mut best: BTreeMap<Fingerprint, (bool, bool, f64)> = BTreeMap::new();
    let rank = |pattern: &Pattern| {
        let is_named = known.iter().any(|known| known.anchor == pattern.anchor);
        (grown.contains_key(&pattern.anchor), is_named, pattern.weight)
    };
    for pattern in patterns.iter() {
        let entry = best.entry(pattern.fingerprint.clone()).or_insert((false, false, f64::NEG_INFINITY));
        if rank(pattern) > *entry {
            *entry = rank(pattern);
        }
    }
    patterns.retain(|pattern| {
        let kept = best.get(&pattern.fingerprint) == Some(&rank(pattern));
        if kept {
            best.remove(&pattern.fingerprint);
        }
        kept
    });
}

/// The earlier lesson that this anchor is: the very same one, else the first that says the same, else a wish that is
/// disputed by now: its note has to say so, and not stand beside another one that does.
pub fn find<'a>(anchor: &[Clean], known: &'a [Known]) -> Option<&'a Known> {
    let exact = known.iter().find(|earlier| earlier.anchor == anchor);
    let alike = || known.iter().find(|earlier| same(&earlier.anchor, anchor));
    exact
        .or_else(alike)
        .or_else(|| known.iter().find(|earlier| preference::disputes(anchor, &earlier.anchor)))
}

/// Whether two anchors are the same lesson, in other words too.
pub fn same(a: &[Clean], b: &[Clean]) -> bool {
    let sort = |anchor: &[Clean]| anchor.first().map(|sort| sort.to_string()).unwrap_or_default();
    match (sort(a).as_str(), sort(b).as_str()) {
        ("error", "error") => mistake::same(a, b),
        ("workflow", "workflow") => playbook::same_workflow(a, b),
        ("wish" | "correction" | "conflict", "wish" | "correction" | "conflict") => {
            preference::same_wish(a, b)
        }
        ("suggestion", "suggestion") => a == b || preference::same_wish(a, b),
        _ => a == b,
    }
}
