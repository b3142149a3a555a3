//! What a run can be seen to do or to leave out, whatever its outcome.
//!
//! Every trait is a column of yes and no over the runs. Which traits are looked at depends on how often they
//! occur and never on outcomes: otherwise the tests that follow would be worth nothing.

use super::runs::Runs;
use crate::digest::Digest;
use crate::digest::step::Step;
use crate::pattern::Habit;
use std::collections::{BTreeMap, BTreeSet};

/// Most steps whose order is looked at, the most common ones.
const MOST_ORDERED_STEPS: usize = 256;

/// Most orders that are tested, the most usual ones.
const MOST_ORDERS: usize = 2000;

/// An order is usual when this share of the runs that do the second step do the first one before it.
const USUAL_SHARE: f64 = 1.0 / 3.0;

/// A trait that runs have or have not.
pub(super) struct Trait {
    /// The habit of those who have it.
    pub(super) habit: Habit,
    /// The habit of those who have it not, if that is one too.
    pub(super) opposite: Option<Habit>,
    /// One number a run: 1 for those who have it.
    pub(super) column: Vec<f64>,
    /// The step whose presence must be held equal for this one to mean anything.
    pub(super) beside: Option<Step>,
    /// Which share of the false-discovery bound it draws on.
    pub(super) family: Family,
}

/// Sorts of trait. Sorts with many members must not drown those with few.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Family {
    /// A step is done or left out.
    Step,
    /// A call is repeated although it failed or changed nothing.
    Repeat,
    /// A step comes without the one that usually precedes it.
    Order,
    /// A call departs from what succeeding runs of the same job agree on.
    Departure,
}

impl Family {
    /// Its share of the bound: steps are what most lessons are about.
    pub(super) fn share(self) -> f64 {
        match self {
            Family::Step => 0.6,
            Family::Repeat => 0.1,
            Family::Order => 0.15,
            Family::Departure => 0.15,
        }
    }
}

/// All traits that at least `least` runs have and `least` have not.
pub(super) fn observe(runs: &Runs<'_>, least: usize) -> Vec<Trait> {
    let done: Vec<BTreeSet<&Step>> = runs.digests.iter().map(|digest| steps_done(digest)).collect();
    let mut with_step: BTreeMap<&Step, Vec<usize>> = BTreeMap::new();
    let mut with_repeat: BTreeMap<&Step, Vec<usize>> = BTreeMap::new();
    for (run, digest) in runs.digests.iter().enumerate() {
        done[run].iter().for_each(|step| with_step.entry(step).or_default().push(run));
        steps_repeated(digest).into_iter().for_each(|step| with_repeat.entry(step).or_default().push(run));
    }
    let varies = |with: &[usize]| with.len() >= least.max(1) && with.len() + least.max(1) <= runs.count();
    let mut found = Vec::new();
    for (step, with) in with_step.iter().filter(|(_, with)| varies(with)) {
        found.push(Trait {
            habit: Habit::Does((*step).clone()),
            opposite: Some(Habit::Omits((*step).clone())),
            column: column(with, runs.count()),
            beside: None,
            family: Family::Step,
        });
    }
    for (step, with) in with_repeat.iter().filter(|(_, with)| varies(with)) {
        found.push(Trait {
            habit: Habit::Repeats((*step).clone()),
            opposite: None,
            column: column(with, runs.count()),
            beside: None,
            family: Family::Repeat,
        });
    }
    found.extend(orders(runs, &with_step, least));
    found
}

fn column(with: &[usize], runs: usize) -> Vec<f64> {
    let mut column = vec![0.0; runs];
    with.iter().for_each(|&run| column[run] = 1.0);
    column
}

/// Every step of a run, also those beyond what its sequence keeps.
fn steps_done(digest: &Digest) -> BTreeSet<&Step> {
    digest.steps.iter().chain(digest.writes.iter().map(|write| &write.step)).collect()
}

/// Steps of calls that failed more than once with one error, or that were made again with the same arguments.
fn steps_repeated(digest: &Digest) -> BTreeSet<&Step> {
    let failing = digest.failures.iter().filter(|failure| failure.times > 1).map(|failure| &failure.step);
    let mut seen = Vec::new();
    let idle = digest.writes.iter().filter(|write| {
        let again = seen.contains(&(&write.step, &write.args));
        seen.push((&write.step, &write.args));
        again
    });
    let idle: Vec<&Step> = idle.map(|write| &write.step).collect();
    failing.chain(idle).collect()
}

/// Violations of usual orders: the second step is done and the first has not been before.
fn orders(runs: &Runs<'_>, with_step: &BTreeMap<&Step, Vec<usize>>, least: usize) -> Vec<Trait> {
    let mut common: Vec<(&Step, usize)> =
        with_step.iter().map(|(step, with)| (*step, with.len())).filter(|(_, with)| *with >= least).collect();
    common.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    common.truncate(MOST_ORDERED_STEPS);
    let number: BTreeMap<&Step, usize> = common.iter().enumerate().map(|(i, (step, _))| (*step, i)).collect();
    let size = common.len();
    let mut having = vec![0usize; size];
    let mut in_order = vec![0usize; size * size];
    let sequences: Vec<Vec<usize>> = runs.digests.iter().map(|digest| firsts(digest, &number)).collect();
    for sequence in &sequences {
        for (at, &then) in sequence.iter().enumerate() {
            having[then] += 1;
            sequence[..at].iter().for_each(|&first| in_order[first * size + then] += 1);
        }
    }
    let mut usual: Vec<(usize, usize, usize)> = Vec::new();
    for (first, then) in (0..size).flat_map(|first| (0..size).map(move |then| (first, then))) {
        let kept = in_order[first * size + then];
        let is_usual = kept as f64 >= USUAL_SHARE * having[then] as f64;
        if first != then && is_usual && kept >= least && having[then] - kept >= least.max(1) {
            usual.push((kept * 1000 / having[then].max(1), first, then));
        }
    }
    usual.sort_by(|a, b| b.0.cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    usual.truncate(MOST_ORDERS);
    let violated = |first: usize, then: usize| -> Vec<f64> {
        let violates = |sequence: &Vec<usize>| {
            let at = sequence.iter().position(|&step| step == then);
            at.is_some_and(|at| !sequence[..at].contains(&first))
        };
        sequences.iter().map(|sequence| f64::from(u8::from(violates(sequence)))).collect()
    };
    let adds_to_omission = |first: usize, column: &[f64]| {
        let omits = sequences.iter().map(|sequence| f64::from(u8::from(!sequence.contains(&first))));
        overlap(column, &omits.collect::<Vec<f64>>()) < super::EQUIVALENT
    };
    usual
        .into_iter()
        .map(|(_, first, then)| (first, then, violated(first, then)))
        .filter(|(first, _, column)| adds_to_omission(*first, column))
        .map(|(first, then, column)| Trait {
            beside: Some(common[then].0.clone()),
            habit: Habit::Without { first: common[first].0.clone(), then: common[then].0.clone() },
            opposite: None,
            column,
            family: Family::Order,
        })
        .collect()
}

/// A run's steps by number, each where it first occurs.
fn firsts(digest: &Digest, number: &BTreeMap<&Step, usize>) -> Vec<usize> {
    let mut seen = BTreeSet::new();
    digest.steps.iter().filter_map(|step| number.get(step).copied()).filter(|step| seen.insert(*step)).collect()
}

/// Share of runs that two traits have in common, of those that have either; 0 to 1.
pub(super) fn overlap(one: &[f64], other: &[f64]) -> f64 {
    let both = one.iter().zip(other).filter(|(a, b)| **a > 0.5 && **b > 0.5).count();
    let either = one.iter().zip(other).filter(|(a, b)| **a > 0.5 || **b > 0.5).count();
    if either == 0 { 0.0 } else { both as f64 / either as f64 }
}
