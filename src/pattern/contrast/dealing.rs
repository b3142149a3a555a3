//! How many failing runs would depart from the succeeding ones if a job's outcomes were dealt out at random.

use super::departure::{Aspect, departs};
use crate::pattern::statistics::exact::Distribution;
use crate::pattern::statistics::gamma::{ln_choose, normal_upper_tail};
use std::collections::BTreeMap;

/// Most ways to deal a job's outcomes out that are gone through; jobs with more are looked at with the agreement
/// held fixed, which with so many runs hardly depends on single ones.
const MOST_DEALINGS: usize = 4_000;

/// Widest exact distribution that is worth computing, in values; beyond it the normal approximation is as good.
const WIDEST_EXACT: usize = 400;

/// The number of departing failing runs under chance, over jobs.
pub(super) struct Sum {
    pub(super) mean: f64,
    pub(super) variance: f64,
    /// `None` where it would be too wide.
    exact: Option<Distribution>,
}

impl Default for Sum {
    fn default() -> Sum {
        Sum { mean: 0.0, variance: 0.0, exact: Some(Distribution::certain(0)) }
    }
}

impl Sum {
    pub(super) fn add(&mut self, job: &Distribution) {
        self.mean += job.mean();
        self.variance += job.variance();
        let exact = self.exact.take().filter(|sum| sum.width() + job.width() <= WIDEST_EXACT);
        self.exact = exact.map(|sum| sum.plus(job));
    }

    /// Probability of at least so many, and the smallest such probability there is.
    pub(super) fn tails(&self, observed: u32) -> (f64, f64) {
        match &self.exact {
            Some(sum) => (sum.upper_tail(observed), sum.smallest_upper_tail()),
            None => {
                let z = (f64::from(observed) - 0.5 - self.mean) / self.variance.sqrt();
                (normal_upper_tail(z), 0.0)
            }
        }
    }
}

/// What decides how a job's outcomes can be dealt out: jobs of one shape have one distribution.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Shape {
    /// Whether values are compared, or counts of calls and in which direction.
    sort: u8,
    /// Runs of each class in the order of the classes, and whether the class is that of runs without the call.
    classes: Vec<(bool, usize)>,
    succeeding: usize,
}

/// How many failing runs would depart if the job's outcomes were dealt out at random.
pub(super) fn under_chance(
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
