//! Which traits are worth telling: how likely each is to matter, the false-discovery bound, gates.
//!
//! All traits are weighed alone; those that show something go into one model ([`joint`]), where a trait that only
//! keeps company with a cause gives its share back. What is told is the number of habits at which told and true
//! agree best, as far as their probabilities say; the grade says which of them hold the false-discovery bound.

use super::candidate::{Candidate, Source};
use super::departure;
use super::difference::{self, Difference};
use super::habits::{self, Family};
use super::likeness::Sided;
use super::runs::Runs;
use super::{CANDIDATES, MOST_CONTRASTS, MOST_FURTHER, MOST_TOGETHER, likeness};
use crate::digest::step::Step;
use crate::pattern::statistics::discovery;
use crate::pattern::statistics::gamma::normal_upper_tail;
use crate::pattern::statistics::joint::{self, Prior};
use crate::pattern::statistics::stratified::Table;
use crate::pattern::{Further, Grade, Habit};
use crate::settings::Mining;
use std::collections::{BTreeMap, BTreeSet};

/// A habit with what the tests say about it.
pub(super) struct Finding {
    /// The habit, on the side of failing runs.
    pub(super) habit: Habit,
    /// Sessions of failing runs that have it.
    pub(super) failing: Vec<usize>,
    /// Sessions that it shows itself against, where it shows only in comparison.
    pub(super) beside: Vec<usize>,
    /// One table a job.
    pub(super) tables: Vec<Table>,
    /// p of the test.
    pub(super) p: f64,
    /// Its q over everything that was tested.
    pub(super) q: f64,
    /// Probability that it makes runs fail; `None` where nothing was tested.
    pub(super) chance: Option<f64>,
    /// Failing runs with the habit beyond what chance expects.
    pub(super) excess: f64,
    /// Confirmed within the bound; corroborated where it misses it narrowly; else friction.
    pub(super) grade: Grade,
    /// Other ways in which failing runs differ in the same call.
    pub(super) also: Vec<Further>,
}

/// Finds the habits worth telling, most certain first.
pub(super) fn select(runs: &Runs<'_>, settings: &Mining) -> Vec<Finding> {
    let departures = departure::observe(runs);
    let traits = habits::observe(runs, settings.min_sessions as usize).into_iter();
    let traits = traits.filter_map(|seen| Candidate::of_trait(runs, seen, settings));
    let mut candidates: Vec<Candidate> = traits.collect();
    candidates.extend(departures.into_iter().filter_map(|seen| Candidate::of_departure(seen, settings)));
    make_even(&mut candidates);
    refine(&mut candidates);
    look_together(runs, &mut candidates);
    let q = bounded(&candidates);
    let mut findings: Vec<Finding> = Vec::new();
    for (candidate, q) in
        candidates.iter().zip(q).filter(|(candidate, _)| candidate.chance() >= settings.least_chance)
    {
        let (tables, failing) = candidate.shown(runs);
        if !passes_gates(&tables, &failing, settings) {
            continue;
        }
        let grade = match q / settings.false_discovery_rate {
            times if times <= 1.0 => Grade::Confirmed,
            times if times <= CANDIDATES => Grade::Corroborated,
            _ => Grade::Friction,
        };
        findings.push(Finding {
            habit: candidate.habit().clone(),
            failing,
            beside: Vec::new(),
            tables,
            p: candidate.p,
            q,
            chance: Some(candidate.chance()),
            excess: candidate.excess.value.abs(),
            grade,
            also: Vec::new(),
        });
    }
    findings.sort_by(|a, b| {
        let by_certainty = b.grade.cmp(&a.grade).then(certainty(b).total_cmp(&certainty(a)));
        by_certainty.then(b.failing.len().cmp(&a.failing.len())).then_with(|| a.habit.cmp(&b.habit))
    });
    likeness::leave_out_repetitions(&mut findings);
    let all = candidates.iter().map(Candidate::chance).sum();
    findings.truncate(worth_telling(&findings, all));
    add_observed(difference::observe(runs, settings), &mut findings, settings.untested_calls);
    findings
}

/// How sure a finding is, 0 to 1.
fn certainty(finding: &Finding) -> f64 {
    finding.chance.unwrap_or(0.0)
}

/// Lets no sort of trait drown the others by the number of its members.
fn make_even(candidates: &mut [Candidate]) {
    let mut members: BTreeMap<Family, f64> = BTreeMap::new();
    candidates.iter().for_each(|candidate| *members.entry(candidate.family).or_default() += 1.0);
    let of = |family: Family| members.get(&family).copied().unwrap_or(1.0).max(1.0);
    for candidate in candidates.iter_mut() {
        let share = candidate.family.share() / Family::Step.share();
        let factor = (share * of(Family::Step) / of(candidate.family)).min(1.0);
        candidate.readiness = candidate.readiness.map(|readiness| readiness * factor);
    }
}

/// Puts an order in the place of the step left out that it says more exactly: that failing runs do the step too
/// late, or not at all, against not at all. The step must show something itself, and one of its orders more than
/// the best of so many would by chance.
fn refine(candidates: &mut Vec<Candidate>) {
    let evidence = |candidate: &Candidate| {
        candidate.excess.evidence(candidate.excess.value.signum(), Prior::default().effect).0
    };
    let mut omitted: BTreeMap<&Step, usize> = BTreeMap::new();
    for (i, candidate) in candidates.iter().enumerate().filter(|(_, seen)| seen.family == Family::Step) {
        if let (Habit::Omits(step), true) = (candidate.habit(), evidence(candidate) > 0.0) {
            omitted.insert(step, i);
        }
    }
    let mut orders: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (i, candidate) in candidates.iter().enumerate() {
        if let Habit::Without { first, .. } = candidate.habit() {
            omitted.get(first).into_iter().for_each(|&plain| orders.entry(plain).or_default().push(i));
        }
    }
    let mut replaced: BTreeSet<usize> = BTreeSet::new();
    for (plain, orders) in orders {
        let towards = orders.iter().copied().filter(|&i| candidates[i].excess.value > 0.0);
        let best = towards.max_by(|&a, &b| evidence(&candidates[a]).total_cmp(&evidence(&candidates[b])));
        let rivals = orders.len() as f64;
        let is_better =
            |&best: &usize| evidence(&candidates[best]) - rivals.ln() > evidence(&candidates[plain]);
        if let Some(best) = best.filter(is_better) {
            // It stands for the step left out and is held to that standard, shared with its rivals.
            candidates[best].readiness = [candidates[plain].readiness[1] / rivals, 0.0];
            candidates[best].family = Family::Step;
            replaced.insert(plain);
        }
    }
    let mut at = 0..;
    candidates.retain(|_| !at.next().is_some_and(|i| replaced.contains(&i)));
}

/// Looks at what shows something together, the rest keeps no chance.
fn look_together(runs: &Runs<'_>, candidates: &mut [Candidate]) {
    let alone = |candidate: &Candidate| {
        let belief =
            candidate.excess.belief(Prior::default(), candidate.readiness[0], candidate.readiness[1]);
        if candidate.excess.value < 0.0 { belief.help } else { belief.harm }
    };
    let mut order: Vec<(usize, f64)> =
        candidates.iter().enumerate().map(|(i, candidate)| (i, alone(candidate))).collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let is_trait = |i: usize| matches!(candidates[i].source, Source::Trait(_));
    let order: Vec<usize> = order.into_iter().map(|(i, _)| i).filter(|&i| is_trait(i)).collect();
    let sided: Vec<Sided<'_>> =
        order.iter().take(MOST_TOGETHER).filter_map(|&i| candidates[i].sided()).collect();
    let standing = likeness::representatives(&sided, runs.count(), |at| candidates[order[at]].habit());
    let standing: Vec<usize> = standing.into_iter().map(|at| order[at]).collect();
    let traits: Vec<joint::Trait> = standing
        .iter()
        .map(|&i| {
            let [harm, help] = candidates[i].readiness;
            joint::Trait { column: candidates[i].column(runs), harm, help }
        })
        .collect();
    let all: f64 = candidates.iter().map(|candidate| candidate.readiness.iter().sum::<f64>()).sum();
    let looked_at: f64 = traits.iter().map(|seen| seen.harm + seen.help).sum();
    let (beliefs, prior) = joint::look(&runs.strata, &traits, &[length(runs)], all - looked_at);
    for (&i, belief) in standing.iter().zip(beliefs) {
        let z = if candidates[i].side() == 0 { belief.z } else { -belief.z };
        candidates[i].belief = belief;
        // It must hold alone, where the test is exact, and beside the others.
        candidates[i].p = candidates[i].p.max(normal_upper_tail(z));
    }
    for candidate in candidates.iter_mut() {
        if let Source::Departure(_) = candidate.source {
            candidate.belief = candidate.excess.belief(prior, candidate.readiness[0], candidate.readiness[1]);
        }
    }
}

/// How long each run was, as the logarithm of its calls, with mean 0: a run that breaks off early leaves out
/// whatever comes late, and what is a matter of length alone is no habit.
fn length(runs: &Runs<'_>) -> joint::Column {
    let calls = |digest: &&crate::digest::Digest| (digest.counts.calls as usize).max(digest.steps.len());
    let logs: Vec<f64> = runs.digests.iter().map(|digest| (1.0 + calls(digest) as f64).ln()).collect();
    let mean = logs.iter().sum::<f64>() / logs.len().max(1) as f64;
    (0u32..).zip(logs).map(|(run, log)| (run, log - mean)).collect()
}

/// q of every candidate over all sides of all of them; a side that is believed more readily is held to a lesser
/// standard, paid for by the others.
fn bounded(candidates: &[Candidate]) -> Vec<f64> {
    let own = candidates.iter().map(|candidate| (candidate.p, candidate.readiness[candidate.side()]));
    let other = candidates.iter().map(|candidate| (1.0, candidate.readiness[1 - candidate.side()]));
    let (p, weights): (Vec<f64>, Vec<f64>) = own.chain(other.filter(|(_, weight)| *weight > 0.0)).unzip();
    let mut q = discovery::weighted(&p, &weights);
    q.truncate(candidates.len());
    q
}

/// What a habit needs besides a good chance: enough failing runs, and the same direction in most jobs and without
/// the job that speaks loudest.
fn passes_gates(tables: &[Table], failing: &[usize], settings: &Mining) -> bool {
    let leanings: Vec<f64> = tables.iter().map(leaning).collect();
    let towards = leanings.iter().filter(|l| **l > 0.0).count();
    let against = leanings.iter().filter(|l| **l < 0.0).count();
    let loudest = leanings.iter().copied().fold(0.0, f64::max);
    let rest: f64 = leanings.iter().sum::<f64>() - loudest;
    failing.len() >= settings.min_sessions as usize
        && towards >= settings.min_jobs.max(2) as usize
        && towards > against
        && rest > 0.0
}

/// Failing runs of one job with the habit beyond what the job's margins expect.
fn leaning(table: &Table) -> f64 {
    let [a, b, c, d] = table.map(f64::from);
    let all = a + b + c + d;
    if all > 0.0 { a - (a + b) * (a + c) / all } else { 0.0 }
}

/// How many findings, the likeliest first, make told and true agree best: the expected F1 is largest (Ye, Chai,
/// Lee and Chieu, "Optimizing F-measures: a tale of two approaches", ICML 2012). `all` is how many true ones there
/// are to expect, told or not.
fn worth_telling(findings: &[Finding], all: f64) -> usize {
    let mut right = 0.0;
    let agreement = findings.iter().take(MOST_CONTRASTS).zip(1u32..).map(|(finding, told)| {
        right += certainty(finding);
        right / (f64::from(told) + all)
    });
    let agreement: Vec<f64> = agreement.collect();
    let best = agreement.iter().copied().fold(0.0, f64::max);
    agreement.iter().rposition(|found| *found >= best).map_or(0, |last| last + 1)
}

/// Adds differences that recur over jobs, for which there are too few runs to call them a cause, at most `calls` new
/// findings: one a call, for whoever looks at a call looks at all of it. The way to differ that most failing runs
/// may owe their failure to comes first. What a test has told is left out.
fn add_observed(differences: Vec<Difference>, findings: &mut Vec<Finding>, calls: usize) {
    let tested = findings.len();
    for seen in differences {
        let told = findings.iter().take(tested).any(|finding| match finding.grade {
            Grade::Friction => likeness::says_more_of(&finding.habit, &seen.habit),
            _ => likeness::is_same_matter(&finding.habit, &seen.habit),
        });
        if told {
            continue;
        }
        let is_of_call = |finding: &&mut Finding| {
            finding.grade == Grade::Friction && finding.habit.step() == seen.habit.step()
        };
        let is_full = findings.len() >= tested + calls;
        match findings.iter_mut().find(is_of_call) {
            Some(finding) if finding.also.len() < MOST_FURTHER => finding.add(seen),
            None if !is_full => findings.push(Finding::of(seen)),
            _ => {}
        }
    }
}

impl Finding {
    /// What was merely compared.
    fn of(seen: Difference) -> Finding {
        Finding {
            p: 1.0,
            q: 1.0,
            chance: None,
            grade: Grade::Friction,
            habit: seen.habit,
            failing: seen.failing,
            beside: seen.beside,
            tables: seen.tables,
            excess: seen.excess,
            also: Vec::new(),
        }
    }

    /// Adds a further way to differ in the same call.
    fn add(&mut self, seen: Difference) {
        let union = |one: &[usize], other: &[usize]| -> Vec<usize> {
            one.iter().chain(other).copied().collect::<BTreeSet<usize>>().into_iter().collect()
        };
        self.failing = union(&self.failing, &seen.failing);
        self.beside = union(&self.beside, &seen.beside);
        // A run fails once, in however many ways.
        self.excess = (self.excess + seen.excess).min(self.failing.len() as f64);
        self.also.push(Further { habit: seen.habit, table: super::total(&seen.tables) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::redact;

    #[test]
    fn ways_to_differ_in_one_call_are_one_finding() {
        let step = |name: &str| Step(redact(name));
        let seen = |habit: &Habit, excess: f64| Difference {
            habit: habit.clone(),
            failing: vec![0, 1],
            beside: vec![2],
            tables: vec![[1, 1, 0, 2]],
            excess,
        };
        let omitted = Habit::Omits(step("order"));
        let other = Habit::Argument { step: step("order"), path: redact("cabin") };
        let extra = [Habit::Does(step("cancel")), Habit::Does(step("ship"))];
        let mut findings = Vec::new();
        let differences =
            vec![seen(&omitted, 3.0), seen(&extra[0], 2.0), seen(&extra[1], 1.5), seen(&other, 1.0)];
        add_observed(differences, &mut findings, 2);
        let told: Vec<&Habit> = findings.iter().map(|finding| &finding.habit).collect();
        assert_eq!(told, [&omitted, &extra[0]], "two calls and no more");
        assert_eq!(findings[0].also, [Further { habit: other, table: [1, 1, 0, 2] }]);
        // Two runs failed, in however many ways.
        assert_eq!(findings[0].excess, 2.0);
    }
}
