//! In which changing calls failing runs differ from succeeding runs of the same job, and how many failing runs may
//! owe their failure to it.
//!
//! Compares run with run ([`change`]). How often succeeding runs of one job differ from one another says what is
//! free, and only what failing runs do beyond that counts. Jobs that never succeeded have nothing to compare with:
//! there a difference counts as often as it counts in the other jobs, and more where the failing runs contradict
//! one another, for then at least one of them is wrong. Rates of rare calls lean on the average over calls. Tests
//! nothing and claims no cause: with two or three runs a job no test could.

use super::change::{self, Aspect, Change};
use super::departure;
use super::runs::Runs;
use crate::digest::step::Step;
use crate::pattern::Habit;
use crate::pattern::statistics::stratified::Table;
use crate::settings::Mining;
use std::collections::{BTreeMap, BTreeSet};

/// Most runs of its job that one run is compared with; keeps the work linear in the runs.
const MOST_COMPARED: usize = 8;

/// How many times more often failing runs must differ than succeeding ones do among themselves.
const TIMES_MORE: f64 = 1.5;

/// How many runs the average over calls weighs beside the runs that make a call.
const WEIGHT_OF_AVERAGE: f64 = 3.0;

/// How much less often than failing runs succeeding ones are taken to differ, where few were compared.
const SUCCEEDING_DIFFER: f64 = 0.5;

/// Something that failing runs do otherwise.
pub(super) struct Difference {
    /// Call left out, extra call, or other value.
    pub(super) habit: Habit,
    /// Sessions of failing runs that differ in it from a run of their job.
    pub(super) failing: Vec<usize>,
    /// Sessions of the runs that these differ from.
    pub(super) beside: Vec<usize>,
    /// One table a job with both endings: runs that differ from most succeeding ones.
    pub(super) tables: Vec<Table>,
    /// Failing runs that may owe their failure to it.
    pub(super) excess: f64,
}

/// Differences that recur in several jobs, those that most failing runs may owe their failure to first.
pub(super) fn observe(runs: &Runs<'_>, settings: &Mining) -> Vec<Difference> {
    let mut tally = Tally::default();
    for members in &runs.mixed {
        tally.add_job(runs, members);
    }
    for members in &runs.unbroken {
        tally.add_job(runs, members);
    }
    for members in &runs.lost {
        tally.add_lost(runs, members);
    }
    let average = Average::of(&tally);
    let mut found: Vec<Difference> =
        tally.of.keys().filter_map(|aspect| tally.difference(runs, *aspect, &average, settings)).collect();
    found.sort_by(|a, b| b.excess.total_cmp(&a.excess).then_with(|| a.habit.cmp(&b.habit)));
    found
}

/// A number for failing and one for succeeding runs.
type Sides = [f64; 2];

/// Sums over runs.
#[derive(Default)]
struct Tally<'a> {
    of: BTreeMap<Aspect<'a>, Sums>,
    steps: BTreeMap<&'a Step, StepSums>,
    /// Runs compared with succeeding runs of their job.
    compared: Sides,
    /// Failing runs of jobs that never succeeded.
    lost: f64,
}

/// One aspect's sums.
#[derive(Default)]
struct Sums {
    /// Runs that differ, each by the share of the succeeding runs it differs from.
    differing: Sides,
    /// The same among failing runs of jobs that never succeeded.
    contradicting: f64,
    jobs: BTreeSet<usize>,
    failing: BTreeSet<usize>,
    beside: BTreeSet<usize>,
    /// Failing and succeeding runs of each mixed job that differ from most succeeding ones.
    most: BTreeMap<usize, [u32; 2]>,
}

/// One step's sums.
#[derive(Default)]
struct StepSums {
    /// Runs that make the call, of those compared.
    made: Sides,
    /// The same, where a run compared with makes it too.
    shared: Sides,
    /// Failing runs of jobs that never succeeded that make it.
    lost: f64,
    /// All runs that make it.
    all: f64,
}

impl<'a> Tally<'a> {
    /// Adds a job with succeeding runs.
    fn add_job(&mut self, runs: &Runs<'a>, members: &[usize]) {
        let made: Vec<Vec<Change<'a>>> =
            members.iter().map(|&session| change::changes(&runs.all[session])).collect();
        let failed: Vec<bool> = members.iter().map(|&session| runs.has_failed(session)).collect();
        for (own, &session) in members.iter().enumerate() {
            let steps: BTreeSet<&Step> = made[own].iter().map(|change| change.step).collect();
            steps.iter().for_each(|step| self.steps.entry(step).or_default().all += 1.0);
            let others: Vec<usize> =
                spread((0..members.len()).filter(|&other| other != own && !failed[other]).collect());
            if others.is_empty() {
                continue;
            }
            let side = usize::from(!failed[own]);
            self.compared[side] += 1.0;
            let theirs: BTreeSet<&Step> =
                others.iter().flat_map(|&other| made[other].iter().map(|change| change.step)).collect();
            for step in steps {
                let sums = self.steps.entry(step).or_default();
                sums.made[side] += 1.0;
                sums.shared[side] += f64::from(u8::from(theirs.contains(step)));
            }
            let mut differing: BTreeMap<Aspect<'a>, Vec<usize>> = BTreeMap::new();
            for &other in &others {
                for aspect in change::differences(&made[own], &made[other]) {
                    differing.entry(aspect).or_default().push(members[other]);
                }
            }
            for (aspect, from) in differing {
                let sums = self.of.entry(aspect).or_default();
                let share = from.len() as f64 / others.len() as f64;
                sums.differing[side] += share;
                if share > 0.5 {
                    sums.most.entry(runs.job(session)).or_default()[side] += 1;
                }
                if failed[own] {
                    sums.seen(runs, session, &from);
                }
            }
        }
    }

    /// Adds a job that never succeeded.
    fn add_lost(&mut self, runs: &Runs<'a>, members: &[usize]) {
        let made: Vec<Vec<Change<'a>>> =
            members.iter().map(|&session| change::changes(&runs.all[session])).collect();
        self.lost += members.len() as f64;
        for (own, &session) in members.iter().enumerate() {
            let steps: BTreeSet<&Step> = made[own].iter().map(|change| change.step).collect();
            for step in steps {
                let sums = self.steps.entry(step).or_default();
                sums.lost += 1.0;
                sums.all += 1.0;
            }
            let others = spread((0..members.len()).filter(|&other| other != own).collect());
            for &other in &others {
                for aspect in change::differences(&made[own], &made[other]) {
                    let sums = self.of.entry(aspect).or_default();
                    // Either one run does too much or the other too little; of two values neither was right yet.
                    let blame = if matches!(aspect, Aspect::Value(..)) { 1.0 } else { 0.5 };
                    sums.contradicting += blame / others.len() as f64;
                    sums.seen(runs, session, &[members[other]]);
                }
            }
        }
    }

    fn difference(
        &self,
        runs: &Runs<'_>,
        aspect: Aspect<'a>,
        average: &Average,
        settings: &Mining,
    ) -> Option<Difference> {
        let sums = self.of.get(&aspect)?;
        let witnesses = sums.failing.union(&sums.beside).count();
        if sums.jobs.len() < settings.min_jobs.max(2) as usize || witnesses < settings.min_sessions as usize {
            return None;
        }
        let step = self.steps.get(aspect.step())?;
        let (possible, lost, usual) = match aspect {
            Aspect::Extra(_) => (step.made, step.lost, average.extra),
            Aspect::Missing(_) => (self.compared, self.lost, average.missing * step.all / average.all),
            Aspect::Value(..) => (step.shared, step.lost, average.value),
        };
        let rate = |side: usize, usual: f64| {
            (sums.differing[side] + WEIGHT_OF_AVERAGE * usual) / (possible[side] + WEIGHT_OF_AVERAGE)
        };
        let (failing, free) = (rate(0, usual), rate(1, usual * SUCCEEDING_DIFFER));
        if failing <= 0.0 || failing < TIMES_MORE * free {
            return None;
        }
        let habit = match aspect {
            Aspect::Missing(step) => Habit::Omits(step.clone()),
            Aspect::Extra(step) => Habit::Does(step.clone()),
            Aspect::Value(step, path) => departure::argument(runs, step, path)?,
        };
        let beyond = (failing - free).max(0.0);
        let excess = (sums.differing[0] - free * possible[0]).max(0.0)
            + lost * beyond
            + sums.contradicting * beyond / failing;
        let tables = sums.most.iter().filter_map(|(&job, most)| {
            let [failed, succeeded] = runs.endings(job)?;
            let [with, succeeding_with] = *most;
            Some([
                with,
                failed.saturating_sub(with),
                succeeding_with,
                succeeded.saturating_sub(succeeding_with),
            ])
        });
        let tables: Vec<Table> = tables.collect();
        // Where jobs have both endings, their runs must bear it out.
        let [a, b, c, d] = super::total(&tables).map(f64::from);
        if a * (c + d) < TIMES_MORE * c * (a + b) {
            return None;
        }
        Some(Difference {
            habit,
            failing: sums.failing.iter().copied().collect(),
            beside: sums.beside.iter().copied().collect(),
            tables,
            excess,
        })
    }
}

impl Sums {
    fn seen(&mut self, runs: &Runs<'_>, session: usize, from: &[usize]) {
        self.jobs.insert(runs.job(session));
        self.failing.insert(session);
        self.beside.extend(from);
    }
}

/// How often a failing run differs in a thing on average over calls.
struct Average {
    extra: f64,
    missing: f64,
    value: f64,
    /// Runs that make a call, on average over calls.
    all: f64,
}

impl Average {
    fn of(tally: &Tally<'_>) -> Average {
        let (mut extra, mut missing, mut value, mut values) = (0.0, 0.0, 0.0, 0.0);
        for (aspect, sums) in &tally.of {
            match aspect {
                Aspect::Extra(_) => extra += sums.differing[0],
                Aspect::Missing(_) => missing += sums.differing[0],
                Aspect::Value(step, _) => {
                    value += sums.differing[0];
                    values += tally.steps.get(step).map_or(0.0, |step| step.shared[0]);
                }
            }
        }
        let steps = tally.steps.len().max(1) as f64;
        let made: f64 = tally.steps.values().map(|step| step.made[0]).sum();
        Average {
            extra: extra / made.max(1.0),
            missing: missing / tally.compared[0].max(1.0) / steps,
            value: value / values.max(1.0),
            all: (tally.steps.values().map(|step| step.all).sum::<f64>() / steps).max(1.0),
        }
    }
}

/// At most [`MOST_COMPARED`] of them, evenly taken.
fn spread(others: Vec<usize>) -> Vec<usize> {
    let step = others.len().div_ceil(MOST_COMPARED).max(1);
    others.into_iter().step_by(step).collect()
}
