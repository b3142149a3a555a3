//! Where failing runs depart from what the succeeding runs of the same job agree on.
//!
//! Looks at calls that changed something: how often a run made each, and with which values. "Agree" is defined by
//! outcomes, so succeeding runs agree with themselves better than failing ones for no reason at all. The test
//! therefore deals the outcomes of a job out again in every possible way and asks how often failing runs would
//! depart as much by chance (a permutation test; Fisher 1935); jobs are strata.

use super::runs::Runs;
use crate::digest::Digest;
use crate::digest::step::Step;
use crate::pattern::Habit;
use crate::pattern::statistics::exact::Distribution;
use crate::pattern::statistics::gamma::{ln_choose, normal_upper_tail};
use crate::pattern::statistics::joint::Excess;
use crate::pattern::statistics::stratified::Table;
use crate::redact::Clean;
use std::collections::{BTreeMap, BTreeSet};

/// Most ways to deal a job's outcomes out that are gone through; jobs with more are looked at with the agreement
/// held fixed, which with so many runs hardly depends on single ones.
const MOST_DEALINGS: usize = 4_000;

/// Widest exact distribution that is worth computing, in values; beyond it the normal approximation is as good.
const WIDEST_EXACT: usize = 400;

/// A habit of failing runs to depart from the agreement of succeeding ones.
pub(super) struct Departure {
    /// Extra call, missing call, or other value.
    pub(super) habit: Habit,
    /// Failing runs that depart, ascending.
    pub(super) failing: Vec<u32>,
    /// One table a job.
    pub(super) tables: Vec<Table>,
    /// One-sided p of the permutation test.
    pub(super) p: f64,
    /// The smallest p that the values allow, whatever the outcomes.
    pub(super) smallest_p: f64,
    /// Departing failing runs beyond what chance expects, and the variance of that.
    pub(super) excess: Excess,
}

/// What is compared.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Aspect<'a> {
    /// Calls that worked, as a number: more than any succeeding run.
    More(&'a Step),
    /// The same: fewer than any succeeding run.
    Fewer(&'a Step),
    /// The values given at this path, as a sorted list over the calls that worked.
    Value(&'a Step, &'a str),
}

/// All departures that occur.
pub(super) fn observe(runs: &Runs<'_>) -> Vec<Departure> {
    let contents: Vec<Content<'_>> = runs.digests.iter().map(|digest| Content::of(digest)).collect();
    let mut aspects: BTreeSet<Aspect<'_>> = BTreeSet::new();
    for content in &contents {
        for step in content.calls.keys() {
            aspects.insert(Aspect::More(step));
            aspects.insert(Aspect::Fewer(step));
        }
        aspects.extend(content.values.keys().map(|&(step, path)| Aspect::Value(step, path)));
    }
    let having = stratum_index(runs, &contents);
    let mut dealt = BTreeMap::new();
    aspects.iter().filter_map(|aspect| test(runs, &contents, &having, aspect, &mut dealt)).collect()
}

/// A run's successful changes.
struct Content<'a> {
    calls: BTreeMap<&'a Step, u32>,
    values: BTreeMap<(&'a Step, &'a str), Vec<&'a str>>,
}

impl<'a> Content<'a> {
    fn of(digest: &'a Digest) -> Content<'a> {
        let mut content = Content { calls: BTreeMap::new(), values: BTreeMap::new() };
        for write in digest.writes.iter().filter(|write| write.ok) {
            *content.calls.entry(&write.step).or_default() += 1;
            for arg in &write.args.0 {
                // A whole list or object is compared as well as its leaves: what is wrong may be how many
                // entries it has, or now one leaf and now another.
                for path in with_stems(&arg.path) {
                    content.values.entry((&write.step, path)).or_default().push(&arg.value);
                }
            }
        }
        content.values.values_mut().for_each(|values| values.sort_unstable());
        content
    }
}

/// A path and what it is a part of: `a[].b` gives `a` and `a[].b`.
fn with_stems(path: &Clean) -> BTreeSet<&str> {
    let stem = path.find(['.', '[']).and_then(|end| path.as_str().get(..end)).filter(|stem| !stem.is_empty());
    stem.into_iter().chain([path.as_str()]).collect()
}

/// Which strata have a step at all.
fn stratum_index<'a>(runs: &Runs<'_>, contents: &[Content<'a>]) -> BTreeMap<&'a Step, Vec<usize>> {
    let mut having: BTreeMap<&Step, Vec<usize>> = BTreeMap::new();
    for (stratum, members) in runs.strata.runs.iter().enumerate() {
        let steps: BTreeSet<&Step> =
            members.iter().flat_map(|&run| contents[run].calls.keys().copied()).collect();
        steps.into_iter().for_each(|step| having.entry(step).or_default().push(stratum));
    }
    having
}

fn test(
    runs: &Runs<'_>,
    contents: &[Content<'_>],
    having: &BTreeMap<&Step, Vec<usize>>,
    aspect: &Aspect<'_>,
    dealt: &mut BTreeMap<Shape, Distribution>,
) -> Option<Departure> {
    let step = match aspect {
        Aspect::More(step) | Aspect::Fewer(step) | Aspect::Value(step, _) => *step,
    };
    let (mut failing, mut tables) = (Vec::new(), Vec::new());
    let mut sum = Sum::default();
    for &stratum in having.get(step)? {
        let members = &runs.strata.runs[stratum];
        let classes = classify(contents, members, aspect);
        let failed: Vec<bool> = members.iter().map(|&run| runs.strata.failed[run]).collect();
        let departing = departing(&classes, &failed, aspect);
        let mut table = [0u32; 4];
        for ((&run, &departs), &failed) in members.iter().zip(&departing).zip(&failed) {
            table[usize::from(!failed) * 2 + usize::from(!departs)] += 1;
            if departs && failed {
                failing.push(run as u32);
            }
        }
        tables.push(table);
        sum.add(&under_chance(&classes, &failed, &departing, aspect, dealt));
    }
    if failing.is_empty() {
        return None;
    }
    failing.sort_unstable();
    let habit = match aspect {
        Aspect::More(step) => Habit::Does((*step).clone()),
        Aspect::Fewer(step) => Habit::Omits((*step).clone()),
        Aspect::Value(step, path) => argument(runs, step, path)?,
    };
    let observed = failing.len() as u32;
    let excess = Excess { value: f64::from(observed) - sum.mean, variance: sum.variance };
    let (p, smallest_p) = sum.tails(observed);
    Some(Departure { habit, failing, tables, p, smallest_p, excess })
}

/// The number of departing failing runs under chance, over jobs.
struct Sum {
    mean: f64,
    variance: f64,
    /// `None` where it would be too wide.
    exact: Option<Distribution>,
}

impl Default for Sum {
    fn default() -> Sum {
        Sum { mean: 0.0, variance: 0.0, exact: Some(Distribution::certain(0)) }
    }
}

impl Sum {
    fn add(&mut self, job: &Distribution) {
        self.mean += job.mean();
        self.variance += job.variance();
        let exact = self.exact.take().filter(|sum| sum.width() + job.width() <= WIDEST_EXACT);
        self.exact = exact.map(|sum| sum.plus(job));
    }

    /// Probability of at least so many, and the smallest such probability there is.
    fn tails(&self, observed: u32) -> (f64, f64) {
        match &self.exact {
            Some(sum) => (sum.upper_tail(observed), sum.smallest_upper_tail()),
            None => {
                let z = (f64::from(observed) - 0.5 - self.mean) / self.variance.sqrt();
                (normal_upper_tail(z), 0.0)
            }
        }
    }
}

/// The habit for a path, its text taken from a run that gave it.
pub(super) fn argument(runs: &Runs<'_>, step: &Step, path: &str) -> Option<Habit> {
    let calls = runs.digests.iter().flat_map(|digest| &digest.writes).filter(|write| write.step == *step);
    let part = |given: &Clean| given.starts_with(path).then(|| given.part(0..path.len())).flatten();
    let path = calls.flat_map(|write| &write.args.0).find_map(|arg| part(&arg.path))?;
    Some(Habit::Argument { step: step.clone(), path })
}

/// Gives runs with the same content the same class. Counts are their own class; values get numbers, and `None`
/// where the call was not made.
fn classify(contents: &[Content<'_>], members: &[usize], aspect: &Aspect<'_>) -> Vec<Option<u32>> {
    let mut numbers: BTreeMap<&[&str], u32> = BTreeMap::new();
    let class = |&run: &usize| match aspect {
        Aspect::More(step) | Aspect::Fewer(step) => Some(contents[run].calls.get(step).copied().unwrap_or(0)),
        Aspect::Value(step, path) => {
            let next = numbers.len() as u32;
            let made = contents[run].calls.contains_key(*step);
            let values = contents[run].values.get(&(*step, *path)).map_or(&[][..], Vec::as_slice);
            made.then(|| *numbers.entry(values).or_insert(next))
        }
    };
    members.iter().map(class).collect()
}

/// Which runs depart from the agreement of the succeeding ones other than themselves.
fn departing(classes: &[Option<u32>], failed: &[bool], aspect: &Aspect<'_>) -> Vec<bool> {
    (0..classes.len())
        .map(|run| {
            let others =
                classes.iter().zip(failed).enumerate().filter(|(i, (_, failed))| *i != run && !**failed);
            let mut tally = BTreeMap::new();
            others.for_each(|(_, (class, _))| *tally.entry(*class).or_insert(0) += 1);
            departs(classes[run], &tally, aspect)
        })
        .collect()
}

/// Whether a class departs from a tally of classes of succeeding runs.
fn departs(class: Option<u32>, succeeding: &BTreeMap<Option<u32>, usize>, aspect: &Aspect<'_>) -> bool {
    let present = || succeeding.iter().filter(|(_, times)| **times > 0).map(|(class, _)| *class);
    match aspect {
        Aspect::More(_) => present().max().is_some_and(|most| class > most),
        Aspect::Fewer(_) => present().min().is_some_and(|least| class < least),
        Aspect::Value(..) => {
            let said = || succeeding.iter().filter(|(class, _)| class.is_some());
            let all: usize = said().map(|(_, times)| times).sum();
            let agreed = said().find(|(_, times)| 2 * **times > all).map(|(class, _)| *class);
            class.is_some() && agreed.is_some_and(|agreed| agreed != class)
        }
    }
}

/// What decides how a job's outcomes can be dealt out: jobs of one shape have one distribution.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Shape {
    /// Whether values are compared, or counts of calls and in which direction.
    sort: u8,
    /// Runs of each class in the order of the classes, and whether the class is that of runs without the call.
    classes: Vec<(bool, usize)>,
    succeeding: usize,
}

/// How many failing runs would depart if the job's outcomes were dealt out at random.
fn under_chance(
    classes: &[Option<u32>],
    failed: &[bool],
    departing: &[bool],
    aspect: &Aspect<'_>,
    dealt: &mut BTreeMap<Shape, Distribution>,
) -> Distribution {
    let mut all: BTreeMap<Option<u32>, usize> = BTreeMap::new();
    classes.iter().for_each(|class| *all.entry(*class).or_default() += 1);
    let is_value = matches!(aspect, Aspect::Value(..));
    if is_value && all.iter().all(|(class, n)| class.is_none() || *n == 1) {
        // Free text: no two runs give the same value, so however outcomes fall nothing distinguishes them.
        let departing = departing.iter().zip(failed).filter(|(departs, failed)| **departs && **failed);
        return Distribution::certain(departing.count() as u32);
    }
    let dealings = all
        .values()
        .try_fold(1usize, |ways, n| ways.checked_mul(n + 1).filter(|ways| *ways <= MOST_DEALINGS));
    let succeeding = failed.iter().filter(|failed| !**failed).count();
    if dealings.is_none() {
        let marked = departing.iter().filter(|departs| **departs).count();
        let failing = classes.len() - succeeding;
        return Distribution::hypergeometric(classes.len() as u32, marked as u32, failing as u32);
    }
    let mut sizes: Vec<(bool, usize)> = all.iter().map(|(class, n)| (class.is_none(), *n)).collect();
    if is_value {
        // Values have no order, so their numbers may come in any.
        sizes.sort_unstable();
    }
    let sort = match aspect {
        Aspect::More(_) => 0,
        Aspect::Fewer(_) => 1,
        Aspect::Value(..) => 2,
    };
    let shape = Shape { sort, classes: sizes, succeeding };
    if let Some(known) = dealt.get(&shape) {
        return known.clone();
    }
    let found = deal(&shape, aspect);
    dealt.insert(shape, found.clone());
    found
}

/// Goes through every way to deal the outcomes out.
fn deal(shape: &Shape, aspect: &Aspect<'_>) -> Distribution {
    let numbered = shape.classes.iter().zip(0u32..);
    let all: Vec<(Option<u32>, usize)> =
        numbered.map(|((is_without, n), number)| ((!is_without).then_some(number), *n)).collect();
    let mut outcomes = Vec::new();
    let mut dealt = vec![0usize; all.len()];
    // Counts up like an odometer: how many of each class succeed.
    loop {
        if dealt.iter().sum::<usize>() == shape.succeeding {
            let tally = all.iter().zip(&dealt).map(|((class, _), n)| (*class, *n)).collect();
            let leaving = all.iter().zip(&dealt).filter(|((class, _), _)| departs(*class, &tally, aspect));
            let departing: usize = leaving.map(|((_, n), succeeding)| n - succeeding).sum();
            let ways: f64 = all.iter().zip(&dealt).map(|((_, n), k)| ln_choose(*n as u32, *k as u32)).sum();
            outcomes.push((departing as u32, ways.exp()));
        }
        let Some(next) = all.iter().zip(&dealt).position(|((_, n), k)| k < n) else { break };
        dealt[next] += 1;
        dealt[..next].fill(0);
    }
    Distribution::weighted(&outcomes)
}
