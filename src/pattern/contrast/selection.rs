//! Which traits are worth telling: tests, gates, and one of several that say the same.

use super::departure::{self, Departure};
use super::difference::{self, Difference};
use super::habits::{self, Family, Trait};
use super::runs::Runs;
use super::{
    CANDIDATES, EQUIVALENT, MIN_ODDS_RATIO, MIN_Z_BESIDE_LENGTH, MINORITY_SHARE, MOST_CONTRASTS,
    MOST_OBSERVED,
};
use crate::digest::step::Step;
use crate::pattern::statistics::adjusted::Model;
use crate::pattern::statistics::discovery;
use crate::pattern::statistics::gamma::normal_upper_tail;
use crate::pattern::statistics::stratified::{self, Table};
use crate::pattern::{Grade, Habit};
use crate::settings::Mining;
use std::collections::{BTreeMap, BTreeSet};

/// A habit with what the tests say about it.
pub(super) struct Finding {
    /// The habit, on the side of failing runs.
    pub(super) habit: Habit,
    /// Failing runs that have it.
    pub(super) failing: Vec<usize>,
    /// One table a job.
    pub(super) tables: Vec<Table>,
    /// p of the test that decided.
    pub(super) p: f64,
    /// Its q over everything that was tested.
    pub(super) q: f64,
    /// Failing runs with the habit beyond what chance expects.
    pub(super) excess: f64,
    /// Confirmed within the bound; corroborated by a small p beside something confirmed; friction where failing
    /// runs merely depart from what succeeding ones of the same jobs agree on.
    pub(super) grade: Grade,
}

/// A trait under test, turned so that having it is what failing runs do more often.
struct Candidate {
    habit: Habit,
    column: Vec<f64>,
    tables: Vec<Table>,
    /// One-sided, over its share.
    p: f64,
    /// Which part of its trait's error rate this side has, 0 to 1.
    share: f64,
    smallest_p: f64,
    excess: f64,
    family: Family,
    /// The step whose presence is always held equal beside it: that a step comes too early says nothing where it
    /// is the step itself that harms.
    beside: Option<Step>,
    /// Whether it can be held equal in a model: not so for departures, whose columns depend on outcomes.
    is_plain: bool,
    passes_gates: bool,
}

impl Candidate {
    /// Whether it is about this step being done or left out.
    fn is_presence_of(&self, step: &Step) -> bool {
        self.is_plain && matches!(&self.habit, Habit::Does(own) | Habit::Omits(own) if own == step)
    }
}

/// Traits with a larger p before anything is held equal are not tested again: it would cost most of the time and
/// find next to nothing. Orders, of which there are many, need a small p to count at all.
fn is_hopeless(candidate: &Candidate) -> bool {
    candidate.p > if candidate.family == Family::Order { 0.02 } else { 0.3 }
}

/// A more exact habit takes a plain one's place when its p is this many times as large, or smaller.
const REFINES: f64 = 0.2;

/// Finds the habits worth telling, most certain first.
///
/// Forward: the most certain habit is taken, then the others are tested again with it held equal, so that what
/// it explains neither drowns them nor makes its companions look guilty; until none is left.
/// Backward: a habit that the later ones explain is dropped.
pub(super) fn select(runs: &Runs<'_>, settings: &Mining) -> Vec<Finding> {
    let least = settings.min_sessions as usize;
    let traits = habits::observe(runs, least).into_iter().map(|seen| turned(runs, seen));
    let departures = departure::observe(runs);
    let mut candidates: Vec<Candidate> = traits.chain(departures.iter().map(departed)).collect();
    // Margins alone say that these could never be found; counting them would only cost the others.
    candidates.retain(|candidate| {
        let jobs = candidate.tables.iter().filter(|table| stratified::is_informative(table)).count();
        candidate.smallest_p <= settings.false_discovery_rate && jobs >= settings.min_jobs.max(2) as usize
    });
    let length = lengths(runs);
    for candidate in &mut candidates {
        candidate.passes_gates = passes_gates(runs, candidate, &length, settings);
    }
    let bound = settings.false_discovery_rate;
    let chosen = choose(runs, &mut candidates, (CANDIDATES * bound).min(0.5));
    let (p, q) = judged(runs, &candidates, &chosen);
    let mut findings: Vec<Finding> = Vec::new();
    for &i in &chosen {
        let grade = if q[i] <= bound { Grade::Confirmed } else { Grade::Corroborated };
        findings.push(finding(runs, &candidates[i], p[i], q[i], grade));
    }
    findings.sort_by(|a, b| {
        let by_certainty = b.grade.cmp(&a.grade).then(a.p.total_cmp(&b.p));
        by_certainty.then(b.failing.len().cmp(&a.failing.len())).then_with(|| a.habit.cmp(&b.habit))
    });
    let observed = observed(difference::observe(runs, settings), &departures, &findings);
    findings.extend(observed);
    findings
}

/// Differences that recur over jobs, for which there are too few runs to call them a cause; those left out that a
/// test has already told of. The largest excess comes first.
fn observed(differences: Vec<Difference>, departures: &[Departure], told: &[Finding]) -> Vec<Finding> {
    let is_new = |seen: &Difference| !told.iter().any(|other| is_same_matter(&other.habit, &seen.habit));
    let finding = |seen: Difference| {
        let tested = departures.iter().find(|departure| departure.habit == seen.habit);
        Finding {
            p: tested.map_or(1.0, |departure| departure.p),
            q: 1.0,
            grade: Grade::Friction,
            habit: seen.habit,
            failing: seen.failing,
            tables: seen.tables,
            excess: seen.excess,
        }
    };
    differences.into_iter().filter(is_new).map(finding).take(MOST_OBSERVED).collect()
}

/// Whether two habits are about one step being done or left out, or about an argument and a part of it.
fn is_same_matter(one: &Habit, other: &Habit) -> bool {
    match (one, other) {
        (Habit::Does(a) | Habit::Omits(a), Habit::Does(b) | Habit::Omits(b)) => a == b,
        (Habit::Argument { step: a, path: p }, Habit::Argument { step: b, path: q }) => {
            a == b && (p.starts_with(&**q) || q.starts_with(&**p))
        }
        _ => one == other,
    }
}

fn turned(runs: &Runs<'_>, seen: Trait) -> Candidate {
    let mut tables = runs.tables(&seen.column);
    let mut tested = stratified::test(&tables);
    let (mut habit, mut column) = (seen.habit, seen.column);
    let is_minority = 2.0 * column.iter().sum::<f64>() <= column.len() as f64;
    // A trait with an opposite is two hypotheses, which share what may go wrong. What few runs do is more often
    // the habit than what most do; by how much depends on no outcome.
    let mut share = match (&seen.opposite, is_minority) {
        (None, _) => 1.0,
        (Some(_), true) => MINORITY_SHARE,
        (Some(_), false) => 1.0 - MINORITY_SHARE,
    };
    if let (true, Some(opposite)) = (tested.excess < 0.0, seen.opposite) {
        share = 1.0 - share;
        tested.above = 1.0 - tested.above;
        habit = opposite;
        column.iter_mut().for_each(|with| *with = 1.0 - *with);
        tables.iter_mut().for_each(|[a, b, c, d]| {
            std::mem::swap(a, b);
            std::mem::swap(c, d);
        });
        tested.excess = -tested.excess;
    }
    Candidate {
        habit,
        column,
        tables,
        p: (tested.above / share).min(1.0),
        share,
        smallest_p: tested.smallest_p,
        excess: tested.excess,
        family: seen.family,
        beside: seen.beside,
        is_plain: true,
        passes_gates: false,
    }
}

fn departed(seen: &Departure) -> Candidate {
    Candidate {
        habit: seen.habit.clone(),
        column: seen.column.clone(),
        tables: seen.tables.clone(),
        p: seen.p,
        share: 1.0,
        smallest_p: seen.smallest_p,
        excess: seen.excess,
        family: Family::Departure,
        beside: None,
        is_plain: false,
        passes_gates: false,
    }
}

/// What a trait needs besides a small p: enough failing runs in enough jobs, the same direction in most jobs and
/// without the job that speaks loudest, an effect worth acting on, and more to it than long or short runs.
fn passes_gates(runs: &Runs<'_>, candidate: &Candidate, length: &[f64], settings: &Mining) -> bool {
    let failing: u32 = candidate.tables.iter().map(|table| table[0]).sum();
    let leanings: Vec<f64> = candidate.tables.iter().map(leaning).collect();
    let towards = leanings.iter().filter(|l| **l > 0.0).count();
    let against = leanings.iter().filter(|l| **l < 0.0).count();
    let loudest = leanings.iter().copied().fold(0.0, f64::max);
    let rest: f64 = leanings.iter().sum::<f64>() - loudest;
    failing >= settings.min_sessions
        && towards >= settings.min_jobs.max(2) as usize
        && towards > against
        && rest > 0.0
        && candidate.excess > 0.0
        && stratified::odds_ratio(&candidate.tables).value >= MIN_ODDS_RATIO
        && (!candidate.is_plain || stands_beside_length(runs, candidate, length))
}

/// Failing runs of one job with the trait beyond what the job's margins expect.
fn leaning(table: &Table) -> f64 {
    let [a, b, c, d] = table.map(f64::from);
    let all = a + b + c + d;
    if all > 0.0 { a - (a + b) * (a + c) / all } else { 0.0 }
}

/// How long each run was, as the logarithm of its calls.
fn lengths(runs: &Runs<'_>) -> Vec<f64> {
    let calls = |digest: &&crate::digest::Digest| (digest.counts.calls as usize).max(digest.steps.len());
    runs.digests.iter().map(|digest| (1.0 + calls(digest) as f64).ln()).collect()
}

/// A run that breaks off early leaves out whatever comes late. What is a matter of length alone is no habit.
fn stands_beside_length(runs: &Runs<'_>, candidate: &Candidate, length: &[f64]) -> bool {
    Model::fit(&runs.strata, vec![length]).z(&candidate.column, 0.5) >= MIN_Z_BESIDE_LENGTH
}

fn choose(runs: &Runs<'_>, candidates: &mut [Candidate], bound: f64) -> Vec<usize> {
    let mut chosen: Vec<usize> = Vec::new();
    while chosen.len() < MOST_CONTRASTS {
        let (p, q) = judged(runs, candidates, &chosen);
        let open = |i: &usize| {
            q[*i] <= bound
                && candidates[*i].passes_gates
                && !chosen.iter().any(|c| candidates[*c].habit == candidates[*i].habit)
        };
        let best = (0..candidates.len()).filter(open).min_by(|&a, &b| p[a].total_cmp(&p[b]).then(a.cmp(&b)));
        let Some(best) = best else { break };
        let says_the_same = |i: &usize| {
            let overlap = habits::overlap(&candidates[*i].column, &candidates[best].column);
            *i == best || overlap >= EQUIVALENT
        };
        let told = (0..candidates.len()).filter(open).filter(says_the_same);
        let told = told.min_by_key(|&i| (remoteness(&candidates[i].habit), i != best, i)).unwrap_or(best);
        let refines = |i: &usize| {
            candidates[*i].passes_gates
                && p[*i] < REFINES * p[told]
                && refines(&candidates[*i].habit, &candidates[told].habit)
        };
        let refined = (0..candidates.len()).filter(refines).min_by(|&a, &b| p[a].total_cmp(&p[b]));
        if let Some(refined) = refined {
            // It stands for a step left out and is held to that standard.
            candidates[refined].family = Family::Step;
        }
        chosen.push(refined.unwrap_or(told));
    }
    let mut kept = chosen.clone();
    for &late in chosen.iter().rev() {
        let (_, q) = judged(runs, candidates, &kept);
        if q[late] > bound {
            kept.retain(|&i| i != late);
        }
    }
    kept
}

/// Whether a habit says more exactly what another one says: a step done too late, against one left out.
fn refines(exact: &Habit, plain: &Habit) -> bool {
    matches!((exact, plain), (Habit::Without { first, .. }, Habit::Omits(step)) if first == step)
}

/// How far a habit is from something to do: what to give, what to do and in which order comes before what not to
/// do.
fn remoteness(habit: &Habit) -> u8 {
    match habit {
        Habit::Argument { .. } => 0,
        Habit::Omits(_) => 1,
        Habit::Without { .. } => 2,
        Habit::Repeats(_) => 3,
        Habit::Does(_) => 4,
    }
}

/// p and q of every candidate with the chosen ones (other than itself) held equal.
fn judged(runs: &Runs<'_>, candidates: &[Candidate], chosen: &[usize]) -> (Vec<f64>, Vec<f64>) {
    let held = |but: usize, beside: Option<&Step>| -> Vec<&[f64]> {
        let is_beside = |i: &usize| beside.is_some_and(|step| candidates[*i].is_presence_of(step));
        let held: BTreeSet<usize> =
            chosen.iter().copied().chain((0..candidates.len()).filter(is_beside)).collect();
        held.into_iter()
            .filter(|&i| i != but && candidates[i].is_plain)
            .map(|i| &*candidates[i].column)
            .collect()
    };
    let mut models: BTreeMap<Option<&Step>, Option<Model<'_>>> = BTreeMap::new();
    let model = |columns: Vec<_>| (!columns.is_empty()).then(|| Model::fit(&runs.strata, columns));
    let mut p = Vec::with_capacity(candidates.len());
    for (i, candidate) in candidates.iter().enumerate() {
        let beside = candidate.beside.as_ref();
        let z = match candidate.is_plain && !is_hopeless(candidate) {
            false => None,
            true if chosen.contains(&i) => model(held(i, beside)).map(|m| m.z(&candidate.column, 0.0)),
            true => {
                let shared = models.entry(beside).or_insert_with(|| model(held(usize::MAX, beside)));
                shared.as_ref().map(|m| m.z(&candidate.column, 0.0))
            }
        };
        let held_equal = z.map_or(candidate.p, |z| (normal_upper_tail(z) / candidate.share).min(1.0));
        // Orders are so many that only the far tail counts, where the normal approximation promises too much.
        p.push(if candidate.beside.is_some() { held_equal.max(candidate.p) } else { held_equal });
    }
    let members = |family: Family| candidates.iter().filter(|c| c.family == family).count().max(1) as f64;
    let weights: Vec<f64> = candidates.iter().map(|c| c.family.share() / members(c.family)).collect();
    let q = discovery::weighted(&p, &weights);
    (p, q)
}

fn finding(runs: &Runs<'_>, candidate: &Candidate, p: f64, q: f64, grade: Grade) -> Finding {
    let failing = (0..runs.count()).filter(|&run| runs.strata.failed[run] && candidate.column[run] > 0.5);
    Finding {
        habit: candidate.habit.clone(),
        failing: failing.collect(),
        tables: candidate.tables.clone(),
        p,
        q,
        excess: candidate.excess,
        grade,
    }
}
