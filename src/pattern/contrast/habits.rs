//! What a run can be seen to do or to leave out, whatever its outcome.
//!
//! A trait is the set of runs that have it. Which traits are looked at depends on how often they occur and never
//! on outcomes: otherwise the tests that follow would be worth nothing.

use super::runs::Runs;
use crate::digest::Digest;
use crate::digest::step::Step;
use crate::pattern::Habit;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

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
    /// Runs that have it, ascending.
    pub(super) with: Vec<u32>,
    /// Runs that are compared, ascending, where not all can have it: that a step comes too early says nothing
    /// of runs that never do it.
    pub(super) among: Option<Rc<[u32]>>,
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
    let least = least.max(1);
    let mut with_step: BTreeMap<&Step, Vec<u32>> = BTreeMap::new();
    let mut with_repeat: BTreeMap<&Step, Vec<u32>> = BTreeMap::new();
    for (run, digest) in runs.digests.iter().enumerate() {
        let run = run as u32;
        steps_done(digest).into_iter().for_each(|step| with_step.entry(step).or_default().push(run));
        steps_repeated(digest).into_iter().for_each(|step| with_repeat.entry(step).or_default().push(run));
    }
    let varies = |with: &[u32]| with.len() >= least && with.len() + least <= runs.count();
    let orders = orders(runs, &with_step, least);
    let steps = with_step.into_iter().filter(|(_, with)| varies(with)).map(|(step, with)| Trait {
        habit: Habit::Does(step.clone()),
        opposite: Some(Habit::Omits(step.clone())),
        with,
        among: None,
        family: Family::Step,
    });
    let repeats = with_repeat.into_iter().filter(|(_, with)| varies(with)).map(|(step, with)| Trait {
        habit: Habit::Repeats(step.clone()),
        opposite: None,
        with,
        among: None,
        family: Family::Repeat,
    });
    steps.chain(repeats).chain(orders).collect()
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
fn orders(runs: &Runs<'_>, with_step: &BTreeMap<&Step, Vec<u32>>, least: usize) -> Vec<Trait> {
    let mut common: Vec<(&Step, usize)> =
        with_step.iter().map(|(step, with)| (*step, with.len())).filter(|(_, with)| *with >= least).collect();
    common.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    common.truncate(MOST_ORDERED_STEPS);
    let number: BTreeMap<&Step, usize> = common.iter().enumerate().map(|(i, (step, _))| (*step, i)).collect();
    let places = Places::of(runs, &number);
    let mut usual: Vec<(usize, usize, usize)> = Vec::new();
    for (first, then) in (0..common.len()).flat_map(|first| (0..common.len()).map(move |then| (first, then)))
    {
        let (kept, having) = (places.in_order[first * common.len() + then], places.having[then].len());
        let is_usual = kept as f64 >= USUAL_SHARE * having as f64;
        if first != then && is_usual && kept >= least && having - kept >= least {
            usual.push((kept * 1000 / having.max(1), first, then));
        }
    }
    usual.sort_by(|a, b| b.0.cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    usual.truncate(MOST_ORDERS);
    let order = |(_, first, then): (usize, usize, usize)| {
        let with = places.violated(first, then);
        // Where hardly any run does the first step too late, leaving it out says as much.
        let late = with.iter().filter(|&&run| places.at(run, first) != ABSENT).count();
        let omitting = runs.count() - places.having[first].len();
        let overlap = (with.len() - late) as f64 / (omitting + late).max(1) as f64;
        (overlap < super::EQUIVALENT).then(|| Trait {
            habit: Habit::Without { first: common[first].0.clone(), then: common[then].0.clone() },
            opposite: None,
            with,
            among: Some(Rc::clone(&places.having[then])),
            family: Family::Order,
        })
    };
    usual.into_iter().filter_map(order).collect()
}

/// The place of a step that a run does not do.
const ABSENT: u16 = u16::MAX;

/// Where in each run each step first occurs.
struct Places {
    steps: usize,
    /// A row a run, a column a step.
    of: Vec<u16>,
    /// Runs that do a step.
    having: Vec<Rc<[u32]>>,
    /// How many runs do one step (row) before another (column).
    in_order: Vec<usize>,
}

impl Places {
    fn of(runs: &Runs<'_>, number: &BTreeMap<&Step, usize>) -> Places {
        let steps = number.len();
        let mut of = vec![ABSENT; runs.count() * steps];
        let mut having = vec![Vec::new(); steps];
        let mut in_order = vec![0; steps * steps];
        for ((run, digest), row) in runs.digests.iter().enumerate().zip(of.chunks_mut(steps.max(1))) {
            let mut sequence: Vec<usize> = Vec::new();
            for step in digest.steps.iter().filter_map(|step| number.get(step).copied()) {
                if row[step] == ABSENT {
                    row[step] = sequence.len() as u16;
                    sequence.iter().for_each(|&first| in_order[first * steps + step] += 1);
                    sequence.push(step);
                    having[step].push(run as u32);
                }
            }
        }
        Places { steps, of, having: having.into_iter().map(Rc::from).collect(), in_order }
    }

    fn at(&self, run: u32, step: usize) -> u16 {
        self.of[run as usize * self.steps + step]
    }

    /// Runs that do the second step and have not done the first one before.
    fn violated(&self, first: usize, then: usize) -> Vec<u32> {
        let runs = self.having[then].iter().copied();
        runs.filter(|&run| self.at(run, first) > self.at(run, then)).collect()
    }
}
