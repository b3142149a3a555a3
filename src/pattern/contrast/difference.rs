//! In which changing calls failing runs differ from succeeding runs of the same job.
//!
//! Compares run with run: calls that are equal cancel out, the rest are matched with the call of the same step
//! that has most arguments in common; what finds no partner is left out or extra, what differs within a pair is
//! another value. The same is done among succeeding runs, jobs that never failed included, because some freedom
//! does no harm: what succeeding runs differ in nearly as often is dropped. Tests nothing and claims no cause: with
//! two or three runs a job no test could.

use super::departure;
use super::runs::Runs;
use crate::digest::Digest;
use crate::digest::step::Step;
use crate::pattern::Habit;
use crate::pattern::statistics::stratified::Table;
use crate::settings::Mining;
use std::collections::{BTreeMap, BTreeSet};

/// Most succeeding runs of its job that one run is compared with; keeps the work linear in the runs.
const MOST_COMPARED: usize = 8;

/// How many times more often failing runs must differ than succeeding ones do among themselves.
const TIMES_MORE: f64 = 1.5;

/// Comparisons among succeeding runs that must have been possible before another value counts: without them
/// nobody knows whether the value is free.
const LEAST_COMPARED: f64 = 3.0;

/// Something that failing runs do otherwise.
pub(super) struct Difference {
    /// Call left out, extra call, or other value.
    pub(super) habit: Habit,
    /// Failing runs that differ in it from most succeeding runs of their job.
    pub(super) failing: Vec<u32>,
    /// One table a job.
    pub(super) tables: Vec<Table>,
    /// Failing runs beyond those that would differ if they did so as often as succeeding ones.
    pub(super) excess: f64,
}

/// One thing in which one run differs from another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Aspect<'a> {
    Missing(&'a Step),
    Extra(&'a Step),
    /// Of the argument at the top, whatever part of it differs.
    Value(&'a Step, &'a str),
}

impl<'a> Aspect<'a> {
    fn step(self) -> &'a Step {
        match self {
            Aspect::Missing(step) | Aspect::Extra(step) | Aspect::Value(step, _) => step,
        }
    }
}

/// A call that worked: its step, and the leaves of each argument at the top, sorted.
#[derive(PartialEq, Eq)]
struct Change<'a> {
    step: &'a Step,
    values: BTreeMap<&'a str, Vec<(&'a str, &'a str)>>,
}

/// What a run compared with others of its job showed.
#[derive(Default)]
struct Compared<'a> {
    /// Share of the others that it differs from, by aspect; 0 to 1.
    differs: BTreeMap<Aspect<'a>, f64>,
    /// Steps that it could differ in: any of the runs compared makes them.
    steps: BTreeSet<&'a Step>,
    /// Steps that it makes and so does one of the others.
    shared: BTreeSet<&'a Step>,
}

/// Differences that recur in failing runs of several jobs, those with the largest excess first.
pub(super) fn observe(runs: &Runs<'_>, settings: &Mining) -> Vec<Difference> {
    let made: Vec<Vec<Change<'_>>> = runs.digests.iter().map(|digest| changes(digest)).collect();
    let mut tally = Tally::default();
    for (job, members) in runs.strata.runs.iter().enumerate() {
        let succeeding: Vec<usize> =
            members.iter().copied().filter(|&run| !runs.strata.failed[run]).collect();
        for &run in members {
            let others: Vec<&Vec<Change<'_>>> =
                succeeding.iter().filter(|&&other| other != run).map(|&other| &made[other]).collect();
            if let Some(compared) = compare(&made[run], &spread(&others)) {
                let failed = runs.strata.failed[run].then_some(run);
                tally.add(job, failed, compared);
            }
        }
    }
    let unbroken: Vec<Vec<Vec<Change<'_>>>> =
        runs.unbroken.iter().map(|job| job.iter().map(|digest| changes(digest)).collect()).collect();
    for job in &unbroken {
        for (run, own) in job.iter().enumerate() {
            let others: Vec<&Vec<Change<'_>>> =
                job.iter().enumerate().filter(|(other, _)| *other != run).map(|(_, other)| other).collect();
            if let Some(compared) = compare(own, &spread(&others)) {
                tally.add(usize::MAX, None, compared);
            }
        }
    }
    let mut found: Vec<Difference> =
        tally.of.keys().filter_map(|aspect| tally.difference(runs, *aspect, settings)).collect();
    // Where some failing runs leave a step out and others add it, it is the job that decides, and no rule helps.
    let habits: BTreeSet<Habit> = found.iter().map(|difference| difference.habit.clone()).collect();
    found.retain(|difference| match &difference.habit {
        Habit::Does(step) => !habits.contains(&Habit::Omits(step.clone())),
        Habit::Omits(step) => !habits.contains(&Habit::Does(step.clone())),
        _ => true,
    });
    found.sort_by(|a, b| b.excess.total_cmp(&a.excess).then_with(|| a.habit.cmp(&b.habit)));
    found
}

/// Sums over runs.
#[derive(Default)]
struct Tally<'a> {
    of: BTreeMap<Aspect<'a>, Sums>,
    /// Failing and succeeding runs that could differ in a step's being done.
    with_step: BTreeMap<&'a Step, [f64; 2]>,
    /// The same for its arguments.
    with_shared: BTreeMap<&'a Step, [f64; 2]>,
}

/// One aspect's sums.
#[derive(Default)]
struct Sums {
    /// Runs that differ, each by the share of the runs it differs from: failing, succeeding.
    differing: [f64; 2],
    /// Failing runs that differ from most, with their job.
    failing: Vec<(usize, usize)>,
    /// Succeeding runs of each compared job that differ from most others.
    succeeding: BTreeMap<usize, u32>,
}

impl<'a> Tally<'a> {
    fn add(&mut self, job: usize, failed: Option<usize>, compared: Compared<'a>) {
        let side = usize::from(failed.is_none());
        compared.steps.into_iter().for_each(|step| self.with_step.entry(step).or_default()[side] += 1.0);
        compared.shared.into_iter().for_each(|step| self.with_shared.entry(step).or_default()[side] += 1.0);
        for (aspect, share) in compared.differs {
            let sums = self.of.entry(aspect).or_default();
            sums.differing[side] += share;
            match failed {
                Some(run) if share > 0.5 => sums.failing.push((job, run)),
                None if share > 0.5 => *sums.succeeding.entry(job).or_default() += 1,
                _ => {}
            }
        }
    }

    fn difference(&self, runs: &Runs<'_>, aspect: Aspect<'a>, settings: &Mining) -> Option<Difference> {
        let sums = self.of.get(&aspect)?;
        let is_value = matches!(aspect, Aspect::Value(..));
        let comparable = if is_value { &self.with_shared } else { &self.with_step };
        let [failing, succeeding] = *comparable.get(aspect.step())?;
        if is_value && succeeding < LEAST_COMPARED {
            return None;
        }
        let rate = |side: usize, of: f64| if of > 0.0 { sums.differing[side] / of } else { 0.0 };
        let (of_failing, of_succeeding) = (rate(0, failing), rate(1, succeeding));
        let jobs: BTreeSet<usize> = sums.failing.iter().map(|(job, _)| *job).collect();
        let recurs = sums.failing.len() >= settings.min_sessions.max(1) as usize
            && jobs.len() >= settings.min_jobs.max(2) as usize;
        if !recurs || of_failing < TIMES_MORE * of_succeeding {
            return None;
        }
        let habit = match aspect {
            Aspect::Missing(step) => Habit::Omits(step.clone()),
            Aspect::Extra(step) => Habit::Does(step.clone()),
            Aspect::Value(step, path) => departure::argument(runs, step, path)?,
        };
        let table = |job: &usize| -> Table {
            let members = runs.strata.runs.get(*job).map_or(&[][..], Vec::as_slice);
            let failed = members.iter().filter(|&&run| runs.strata.failed[run]).count() as u32;
            let with = sums.failing.iter().filter(|(of, _)| of == job).count() as u32;
            let succeeding_with = sums.succeeding.get(job).copied().unwrap_or(0);
            let succeeded = members.len() as u32 - failed;
            [with, failed.saturating_sub(with), succeeding_with, succeeded.saturating_sub(succeeding_with)]
        };
        let shown: BTreeSet<usize> = jobs.iter().chain(sums.succeeding.keys()).copied().collect();
        Some(Difference {
            habit,
            failing: sums.failing.iter().map(|(_, run)| *run as u32).collect(),
            tables: shown.iter().filter(|job| **job < runs.strata.runs.len()).map(table).collect(),
            excess: (of_failing - of_succeeding) * failing,
        })
    }
}

fn changes(digest: &Digest) -> Vec<Change<'_>> {
    let worked = digest.writes.iter().filter(|write| write.ok);
    worked
        .map(|write| {
            let mut values: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
            for arg in &write.args.0 {
                values.entry(stem(&arg.path)).or_default().push((&arg.path, &arg.value));
            }
            values.values_mut().for_each(|leaves| leaves.sort_unstable());
            Change { step: &write.step, values }
        })
        .collect()
}

/// The argument at the top that a path is a part of: `a[].b` is a part of `a`.
fn stem(path: &str) -> &str {
    path.find(['.', '[']).and_then(|end| path.get(..end)).filter(|stem| !stem.is_empty()).unwrap_or(path)
}

/// At most [`MOST_COMPARED`] of them, evenly taken.
fn spread<'r, 'a>(others: &[&'r Vec<Change<'a>>]) -> Vec<&'r Vec<Change<'a>>> {
    let step = others.len().div_ceil(MOST_COMPARED).max(1);
    others.iter().copied().step_by(step).collect()
}

/// Compares a run with others; `None` without others.
fn compare<'a>(own: &[Change<'a>], others: &[&Vec<Change<'a>>]) -> Option<Compared<'a>> {
    if others.is_empty() {
        return None;
    }
    let mut compared = Compared::default();
    let made: BTreeSet<&Step> = own.iter().map(|change| change.step).collect();
    compared.steps.extend(&made);
    for other in others {
        for aspect in differences(own, other) {
            *compared.differs.entry(aspect).or_default() += 1.0 / others.len() as f64;
        }
        let theirs = other.iter().map(|change| change.step);
        compared.shared.extend(theirs.clone().filter(|step| made.contains(step)));
        compared.steps.extend(theirs);
    }
    Some(compared)
}

/// In what a run's changes differ from another's.
fn differences<'a>(own: &[Change<'a>], other: &[Change<'a>]) -> BTreeSet<Aspect<'a>> {
    let mut mine: Vec<&Change<'a>> = own.iter().collect();
    let mut theirs: Vec<&Change<'a>> = Vec::new();
    for change in other {
        match mine.iter().position(|made| *made == change) {
            Some(same) => drop(mine.remove(same)),
            None => theirs.push(change),
        }
    }
    let mut found = BTreeSet::new();
    for wanted in theirs {
        let alike = |made: &Change<'_>| {
            wanted.values.iter().filter(|(path, leaves)| made.values.get(*path) == Some(*leaves)).count()
        };
        let nearest =
            (0..mine.len()).filter(|&i| mine[i].step == wanted.step).max_by_key(|&i| alike(mine[i]));
        let Some(nearest) = nearest else {
            found.insert(Aspect::Missing(wanted.step));
            continue;
        };
        let made = mine.remove(nearest);
        let paths = wanted.values.keys().chain(made.values.keys());
        let differing = paths.filter(|path| wanted.values.get(*path) != made.values.get(*path));
        found.extend(differing.map(|path| Aspect::Value(wanted.step, path)));
    }
    found.extend(mine.into_iter().map(|change| Aspect::Extra(change.step)));
    found
}
