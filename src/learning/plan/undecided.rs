//! Notes that may say the same, of which words alone cannot tell.
//!
//! Owns the choice of pairs worth asking somebody about. Refuses pairs whose numbers, negations or names differ: those
//! say different things, whoever is asked.

use super::twin::Sayings;
use super::{Observed, held, text};
use crate::learning::standing::Standings;
use crate::memory::Memory;
use crate::pattern::Pattern;

/// Two notes, in the order of their paths, and what each tells its readers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The paths inside the memory.
    pub notes: (String, String),
    /// What they say.
    pub says: (String, String),
}

/// The pairs that are alike without being the same as far as words can tell, the most alike first. Only of notes that
/// a cycle may change.
pub fn undecided(
    patterns: &[Pattern],
    memory: &Memory,
    standings: &Standings,
    observed: &Observed<'_>,
) -> Vec<Pair> {
    let held = held::held(memory, standings, patterns, observed);
    let held: Vec<&held::Held<'_>> = held.ours.values().collect();
    if held.len() < 2 {
        return Vec::new();
    }
    let near = Sayings::of(memory).near(&held);
    let mut near: Vec<((usize, usize), f64)> = near.into_iter().collect();
    near.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let says = |at: usize| text::says(held[at].note).to_owned();
    let path = |at: usize| held[at].path.to_owned();
    let pair = |((one, other), _)| Pair { notes: (path(one), path(other)), says: (says(one), says(other)) };
    near.into_iter().map(pair).collect()
}
