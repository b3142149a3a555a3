//! What a difference between two groups of sessions can carry.
//!
//! Every comparison is one exact conditional distribution: given how many sessions of either group there are and how
//! many showed what the note is against in both together, how many of these fall to the group that had the note? Where
//! the note does nothing that is hypergeometric, over strata a convolution; where it halves the odds (for what is rare:
//! the rate) it is Fisher's noncentral one ([`Distribution::tilted`]). So one distribution says whether a fall is
//! beyond chance, whether a halving would have shown, and whether a halving can be ruled out.
//!
//! **Before and after.** A note is proposed once its mistake was seen in [`crate::settings::Mining::min_sessions`]
//! sessions. Among many things that might have recurred, those that did by luck are picked, and fall back afterwards
//! whatever the note says. So the distribution is the one given that nearly so many came before: all but the last,
//! which ended the wait and would have come sooner or later (as with Haldane's inverse sampling, 1945). What a note was
//! found by can hardly show that it works as well. In planted worlds of rare mistakes the bound holds so, and fails by
//! far without (`planted.rs`).

use super::tally::{Case, Period, Tally};
use crate::pattern::statistics::exact::Distribution;
use serde::Serialize;
use std::collections::BTreeMap;

/// The odds ratio of a note that is worth having: it halves what it is against.
const HALVED: f64 = 0.5;

/// What a comparison can carry, the most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Claim {
    /// Readers against others with the same job, in the same time.
    WithinJobs,
    /// Readers against others with the same agent, in the same time.
    WithinAgents,
    /// Readers against what was before the merge.
    ReadersAgainstBefore,
    /// All sessions since the merge against those before.
    AfterAgainstBefore,
    /// It became rarer where the note was not read as well.
    FellAnyway,
    /// Nothing: there are too few sessions on one side.
    Nothing,
    /// Nothing: all sessions came out the same, so none can be told from the others.
    Alike,
    /// Nothing: but for those that the note was found by, all sessions came out the same.
    FoundBy,
}

impl Claim {
    /// Whether anything is compared at all.
    pub fn compares(self) -> bool {
        !matches!(self, Claim::Nothing | Claim::Alike | Claim::FoundBy)
    }
}

impl std::fmt::Display for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Claim::WithinJobs => {
                "readers against others with the same jobs since the merge: no drift, no other work; who reads may still \
                 differ"
            }
            Claim::WithinAgents => {
                "readers against others with the same agent since the merge: no drift; their work may differ"
            }
            Claim::ReadersAgainstBefore => {
                "readers since the merge against everybody before: whatever else changed then would look the same"
            }
            Claim::AfterAgainstBefore => {
                "all since the merge against all before, as hardly any transcript shows that the note was read: \
                 whatever else changed then would look the same"
            }
            Claim::FellAnyway => {
                "it became rarer where the note was not read as well, so something else may have done it"
            }
            Claim::Nothing => "nothing, as there are too few sessions on one side",
            Claim::Alike => {
                "nothing yet: all sessions that could be compared came out the same, so there is no other to tell them from"
            }
            Claim::FoundBy => "nothing yet: but for the sessions that the note was found by, all came out the same",
        })
    }
}

/// Two groups of sessions compared.
#[derive(Clone, Debug)]
pub(super) struct Comparison {
    pub(super) claim: Claim,
    /// How many of the hits fall to the group that had the note, if it does nothing.
    even: Distribution,
    observed: u32,
    /// Whether sessions came out one way and the other, those that the note was found by included.
    is_mixed: bool,
    /// Sessions of the smaller group.
    pub(super) smaller: u32,
}

impl Comparison {
    /// Readers against others since the merge, within strata.
    pub(super) fn of_readers<K: Ord>(
        tally: &Tally,
        claim: Claim,
        stratum: impl Fn(&Case) -> K,
    ) -> Comparison {
        let mut strata: BTreeMap<K, [u32; 4]> = BTreeMap::new();
        for case in tally.cases.iter().filter(|case| case.period == Period::After) {
            let [readers, hits_of_readers, others, hits_of_others] = strata.entry(stratum(case)).or_default();
            let (all, hits) = if case.read { (readers, hits_of_readers) } else { (others, hits_of_others) };
            *all += 1;
            *hits += u32::from(case.hit);
        }
        let even = Distribution::certain(0);
        let mut comparison = Comparison { claim, even, observed: 0, is_mixed: false, smaller: 0 };
        let (mut readers, mut others) = (0, 0);
        for [of_readers, hits, of_others, other_hits] in strata.into_values() {
            if of_readers == 0 || of_others == 0 {
                continue;
            }
            readers += of_readers;
            others += of_others;
            comparison.observed += hits;
            let stratum = Distribution::hypergeometric(of_readers + of_others, hits + other_hits, of_readers);
            comparison.even = comparison.even.plus(&stratum);
        }
        comparison.smaller = readers.min(others);
        comparison.is_mixed = comparison.even.variance() > 0.0;
        comparison
    }

    /// Those since the merge that fit against all before it. `found_by`: of the sessions before it, how many were bound
    /// to show it, or there would be no note.
    pub(super) fn with_before(
        tally: &Tally,
        claim: Claim,
        found_by: u32,
        fits: impl Fn(&Case) -> bool,
    ) -> Comparison {
        let before = tally.before();
        let after = tally.rate(|case| case.period == Period::After && fits(case));
        let hits = before.hits + after.hits;
        let even = Distribution::hypergeometric(before.of + after.of, hits, after.of);
        let possible = match tally.is_workflow {
            // A workflow was found by those who followed it.
            true => hits.saturating_sub(before.of - found_by.min(before.of - before.hits))..=u32::MAX,
            false => 0..=hits - found_by.min(before.hits),
        };
        Comparison {
            claim,
            is_mixed: even.variance() > 0.0,
            even: even.given(possible),
            observed: after.hits,
            smaller: before.of.min(after.of),
        }
    }

    /// What it can carry: nothing where the figures could not be others, as where every session is a hit.
    pub(super) fn carries(&self) -> Claim {
        match (self.even.variance() > 0.0, self.is_mixed) {
            (true, _) => self.claim,
            (false, true) => Claim::FoundBy,
            (false, false) => Claim::Alike,
        }
    }

    /// Probability of so few hits if the note does nothing.
    pub(super) fn fallen(&self) -> f64 {
        self.even.lower_tail(self.observed)
    }

    /// Probability of so many hits if the note halves the odds.
    pub(super) fn not_halved(&self) -> f64 {
        self.even.tilted(HALVED).upper_tail(self.observed)
    }

    /// Probability that a note which halves the odds is told from one that does nothing at this level. Depends on how
    /// many hits there are in all and not on where they are, so that it may choose among comparisons.
    pub(super) fn power(&self, level: f64) -> f64 {
        let limit = self.even.largest_below(level);
        limit.map_or(0.0, |limit| self.even.tilted(HALVED).lower_tail(limit))
    }
}
