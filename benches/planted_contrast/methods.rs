//! What is compared: git-dream, the plain methods whose figures are quoted, and what perfect knowledge would find.

use crate::world::{World, logistic};
use git_dream::digest::step::Step;
use git_dream::pattern::job::Jobs;
use git_dream::pattern::statistics::gamma::normal_upper_tail;
use git_dream::pattern::statistics::{discovery, stratified};
use git_dream::pattern::{Corpus, Grade, Habit, Lesson, contrast};
use git_dream::settings::Mining;
use std::collections::{BTreeMap, BTreeSet};

/// What a method finds in a world.
pub(crate) type Method = fn(&World, &Mining) -> BTreeSet<Habit>;

pub(crate) const METHODS: [(&str, Method); 10] = [
    ("git-dream, all it tells", |world, settings| told(world, settings, Grade::Friction)),
    ("git-dream, within twice the bound", |world, settings| told(world, settings, Grade::Corroborated)),
    ("git-dream, bound held", |world, settings| told(world, settings, Grade::Confirmed)),
    ("top 10 by stratified p, gates", |world, _| top_ten(world, true)),
    ("stratified p < .05, gates", |world, _| below_five_percent(world)),
    ("stratified, BH .1, gates", |world, _| bounded(world, true)),
    ("top 10 by unstratified p, gates", |world, _| top_ten(world, false)),
    ("unstratified, BH .1", |world, _| bounded(world, false)),
    ("perfect knowledge, likely ones", |world, _| known(world, false)),
    ("perfect knowledge, ten", |world, _| known(world, true)),
];

pub(crate) fn mine(world: &World, settings: &Mining) -> Vec<(Habit, Grade)> {
    let jobs = Jobs::group(&world.digests, settings);
    let found = contrast::mine(&Corpus { digests: &world.digests, jobs, settings });
    let habits = |pattern: git_dream::pattern::Pattern| match pattern.lesson {
        Lesson::Contrast(lesson) => {
            let also = lesson.also.into_iter().map(|further| (further.habit, Grade::Friction));
            std::iter::once((lesson.habit, pattern.grade)).chain(also).collect()
        }
        _ => Vec::new(),
    };
    found.into_iter().flat_map(habits).collect()
}

fn told(world: &World, settings: &Mining, least: Grade) -> BTreeSet<Habit> {
    mine(world, settings).into_iter().filter(|(_, grade)| *grade >= least).map(|(habit, _)| habit).collect()
}

/// A step's presence, tested.
struct Presence<'a> {
    step: &'a Step,
    /// Two-sided; 1 where succeeding runs have it more often.
    p: f64,
    passes_gates: bool,
}

/// Plain tests of every step's presence: Cochran–Mantel–Haenszel without continuity correction by job, or Fisher's
/// exact test of all runs together. The gates are those quoted: three failing sessions with it, in three jobs.
fn presence(world: &World, by_job: bool) -> Vec<Presence<'_>> {
    let mut steps: BTreeMap<&Step, BTreeMap<&str, stratified::Table>> = BTreeMap::new();
    let all: BTreeSet<&Step> = world.digests.iter().flat_map(|digest| &digest.steps).collect();
    for digest in &world.digests {
        let succeeded = digest.outcome.is_some_and(|outcome| outcome.succeeded());
        let done: BTreeSet<&Step> = digest.steps.iter().collect();
        for step in &all {
            let tables = steps.entry(step).or_default();
            let table = tables.entry(digest.task.as_deref().unwrap_or_default()).or_default();
            table[usize::from(succeeded) * 2 + usize::from(!done.contains(step))] += 1;
        }
    }
    let tested = steps.into_iter().map(|(step, tables)| {
        let tables: Vec<stratified::Table> = tables.into_values().collect();
        let failing: u32 = tables.iter().map(|table| table[0]).sum();
        let jobs = tables.iter().filter(|table| table[0] > 0).count();
        let p = if by_job {
            let surplus = stratified::surplus(&tables);
            let z = surplus.excess / surplus.variance.sqrt();
            if z > 0.0 { 2.0 * normal_upper_tail(z) } else { 1.0 }
        } else {
            let sum = tables.iter().fold([0; 4], |sum, table| std::array::from_fn(|i| sum[i] + table[i]));
            let tested = stratified::test(&[sum]);
            if tested.excess > 0.0 { tested.p } else { 1.0 }
        };
        Presence { step, p, passes_gates: failing >= 3 && jobs >= 3 }
    });
    tested.collect()
}

fn habits<'a>(found: impl Iterator<Item = Presence<'a>>) -> BTreeSet<Habit> {
    found.map(|presence| Habit::Does(presence.step.clone())).collect()
}

fn top_ten(world: &World, by_job: bool) -> BTreeSet<Habit> {
    let mut tests = presence(world, by_job);
    tests.retain(|presence| presence.passes_gates);
    tests.sort_by(|a, b| a.p.total_cmp(&b.p));
    habits(tests.into_iter().take(10))
}

fn bounded(world: &World, by_job: bool) -> BTreeSet<Habit> {
    let tests = presence(world, by_job);
    let q = discovery::benjamini_hochberg(&tests.iter().map(|test| test.p).collect::<Vec<f64>>());
    let found = tests.into_iter().zip(q);
    habits(found.filter(|(test, q)| *q <= 0.1 && (test.passes_gates || !by_job)).map(|(test, _)| test))
}

fn below_five_percent(world: &World) -> BTreeSet<Habit> {
    habits(presence(world, true).into_iter().filter(|test| test.p < 0.05 && test.passes_gates))
}

/// Steps by the likelihood of their having a planted effect against none, by someone who knows every job's
/// difficulty, every other habit's effect, the range of effects and how many were planted: what no method can
/// expect to beat, where steps are planted. Either the ten likeliest, or all whose probability makes telling them
/// worth it.
fn known(world: &World, ten: bool) -> BTreeSet<Habit> {
    let effects: Vec<f64> = world.planted.values().copied().collect();
    let (least, most) =
        effects.iter().fold((f64::INFINITY, 0.0f64), |(low, high), e| (low.min(*e), high.max(*e)));
    let steps: BTreeSet<&Step> = world.digests.iter().flat_map(|digest| &digest.steps).collect();
    let mut tested: Vec<(f64, Habit)> = Vec::new();
    for step in steps.into_iter().filter(|step| !step.starts_with("burst_")) {
        let habit = Habit::Does(step.clone());
        let own = world.planted.get(&habit).copied().unwrap_or(0.0);
        let with: Vec<usize> =
            (0..world.digests.len()).filter(|&i| world.digests[i].steps.contains(step)).collect();
        let log_likelihood = |effect: f64| -> f64 {
            let of = |&i: &usize| {
                let failing = logistic(world.odds[i] - own + effect);
                let succeeded = world.digests[i].outcome.is_some_and(|outcome| outcome.succeeded());
                if succeeded { (1.0 - failing).ln() } else { failing.ln() }
            };
            with.iter().map(of).sum()
        };
        let none = log_likelihood(0.0);
        let some = (0..16).map(|k| least + (most - least) * (f64::from(k) + 0.5) / 16.0);
        tested.push((some.map(|effect| (log_likelihood(effect) - none).exp()).sum::<f64>() / 16.0, habit));
    }
    tested.sort_by(|a, b| b.0.total_cmp(&a.0));
    let prior = 10.0 / tested.len() as f64;
    let is_likely = |ratio: f64| ratio * prior / (ratio * prior + 1.0 - prior) > 0.38;
    let kept = tested.into_iter().enumerate().filter(
        |(rank, (ratio, _))| {
            if ten { *rank < 10 } else { is_likely(*ratio) }
        },
    );
    kept.map(|(_, (_, habit))| habit).collect()
}
