//! Something under test: what it shows, and how readily it is believed.

use super::departure::Departure;
use super::habits::{Family, Trait};
use super::likeness::Sided;
use super::runs::Runs;
use super::{OMISSION, RARITY};
use crate::pattern::Habit;
use crate::pattern::statistics::gamma::normal_upper_tail;
use crate::pattern::statistics::joint::{self, Belief, Excess};
use crate::pattern::statistics::stratified::{self, Table};
use crate::settings::Mining;
use std::collections::BTreeMap;

/// Something under test.
pub(super) struct Candidate {
    pub(super) source: Source,
    pub(super) family: Family,
    pub(super) excess: Excess,
    /// How readily harm and help are believed: what few runs do is more often the mistake than what most do.
    pub(super) readiness: [f64; 2],
    pub(super) belief: Belief,
    /// One-sided, on the side that failing runs show more often.
    pub(super) p: f64,
}

/// What is tested: a trait of runs, or a departure from what succeeding runs agree on.
pub(super) enum Source {
    Trait(Trait),
    Departure(Departure),
}

impl Candidate {
    pub(super) fn of_trait(runs: &Runs<'_>, seen: Trait, settings: &Mining) -> Option<Candidate> {
        let tables = runs.tables(&seen.with, seen.among.as_deref());
        let surplus = stratified::surplus(&tables);
        let compared = seen.among.as_ref().map_or(runs.count(), |among| among.len()).max(1);
        let usual = seen.with.len() as f64 / compared as f64;
        let rarity = |usual: f64| (1.0 - usual).powi(RARITY);
        let omitted = if seen.opposite.is_some() { OMISSION * rarity(1.0 - usual) } else { 0.0 };
        let readiness = [rarity(usual), omitted];
        let side = usize::from(surplus.excess < 0.0);
        // Margins alone say that it could never be found; counting it would only cost the others.
        let deviation = surplus.variance.sqrt();
        let furthest =
            if seen.opposite.is_some() { surplus.reach.0.max(-surplus.reach.1) } else { surplus.reach.0 };
        let informative = tables.iter().filter(|table| stratified::is_informative(table)).count();
        if normal_upper_tail(furthest / deviation) > settings.false_discovery_rate
            || informative < settings.min_jobs.max(2) as usize
        {
            return None;
        }
        let z = surplus.excess.abs() / deviation;
        // The exact tail costs much and matters where it is small.
        let tail = match (z > 1.5, side) {
            (false, _) => normal_upper_tail(z),
            (true, 0) => stratified::test(&tables).above,
            (true, _) => 1.0 - stratified::test(&tables).above,
        };
        Some(Candidate {
            family: seen.family,
            source: Source::Trait(seen),
            excess: Excess { value: surplus.excess, variance: surplus.variance },
            readiness,
            belief: Belief::default(),
            p: tail,
        })
    }

    pub(super) fn of_departure(seen: Departure, settings: &Mining) -> Option<Candidate> {
        let informative = seen.tables.iter().filter(|table| stratified::is_informative(table)).count();
        let could_be_found = seen.smallest_p <= settings.false_discovery_rate
            && informative >= settings.min_jobs.max(2) as usize;
        could_be_found.then(|| Candidate {
            family: Family::Departure,
            excess: seen.excess,
            readiness: [1.0, 0.0],
            belief: Belief::default(),
            p: seen.p,
            source: Source::Departure(seen),
        })
    }

    /// The side that failing runs show more often: 0 for having it, 1 for having it not.
    pub(super) fn side(&self) -> usize {
        usize::from(self.excess.value < 0.0)
    }

    /// The habit on the side that failing runs show more often.
    pub(super) fn habit(&self) -> &Habit {
        match &self.source {
            Source::Trait(seen) if self.excess.value < 0.0 => seen.opposite.as_ref().unwrap_or(&seen.habit),
            Source::Trait(seen) => &seen.habit,
            Source::Departure(seen) => &seen.habit,
        }
    }

    /// Probability that the habit on that side makes runs fail.
    pub(super) fn chance(&self) -> f64 {
        if self.side() == 0 { self.belief.harm } else { self.belief.help }
    }

    pub(super) fn sided<'a>(&'a self) -> Option<Sided<'a>> {
        let Source::Trait(seen) = &self.source else { return None };
        Some(Sided { with: &seen.with, is_turned: self.excess.value < 0.0 && seen.opposite.is_some() })
    }

    /// One table a job, and the sessions of failing runs with the habit.
    pub(super) fn shown(&self, runs: &Runs<'_>) -> (Vec<Table>, Vec<usize>) {
        let seen = match &self.source {
            Source::Trait(seen) => seen,
            Source::Departure(seen) => {
                let failing = seen.failing.iter().map(|&run| runs.sessions[run as usize]);
                return (seen.tables.clone(), failing.collect());
            }
        };
        let is_turned = self.excess.value < 0.0 && seen.opposite.is_some();
        let mut tables = runs.tables(&seen.with, seen.among.as_deref());
        if is_turned {
            tables.iter_mut().for_each(|[a, b, c, d]| {
                std::mem::swap(a, b);
                std::mem::swap(c, d);
            });
        }
        let has = |run: &u32| seen.with.binary_search(run).is_ok() != is_turned;
        let failing = (0..runs.count() as u32).filter(|&run| runs.strata.failed[run as usize]).filter(has);
        (tables, failing.map(|run| runs.sessions[run as usize]).collect())
    }

    /// Its values by run; where only some runs are compared, what they are beyond the mean of those of the job.
    pub(super) fn column(&self, runs: &Runs<'_>) -> joint::Column {
        let Source::Trait(seen) = &self.source else { return Vec::new() };
        let Some(among) = &seen.among else { return seen.with.iter().map(|&run| (run, 1.0)).collect() };
        let mut of_job: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
        let has = |run: u32| f64::from(u8::from(seen.with.binary_search(&run).is_ok()));
        for &run in among.iter() {
            let (with, all) = of_job.entry(runs.stratum[run as usize]).or_default();
            *with += has(run);
            *all += 1.0;
        }
        let mean = |run: u32| of_job.get(&runs.stratum[run as usize]).map_or(0.0, |(with, all)| with / all);
        among.iter().map(|&run| (run, has(run) - mean(run))).filter(|(_, value)| *value != 0.0).collect()
    }
}
