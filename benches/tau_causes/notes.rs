//! What each method would note, and whether it holds on runs that it has not seen.

use crate::Split;
use crate::runs::{Cause, Run, stem};
use git_dream::digest::Digest;
use git_dream::digest::step::Step;
use git_dream::pattern::job::Jobs;
use git_dream::pattern::statistics::stratified;
use git_dream::pattern::{Corpus, Grade, Habit, Lesson, Pattern, contrast, mine};
use git_dream::redact::redact;
use git_dream::settings::Mining;
use std::collections::{BTreeMap, BTreeSet};

/// What a note says, as far as causes go: one claim or several.
pub(crate) type Note = Vec<Claim>;

/// One thing that a note says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Claim {
    Habit(Habit),
    /// An error of a call, with the arguments that it is about.
    Error(String, Vec<String>),
}

impl Claim {
    /// The claim that names this cause.
    fn of(cause: &Cause) -> Claim {
        let step = |call: &str| Step(redact(call));
        Claim::Habit(match cause {
            Cause::Missing(call) => Habit::Omits(step(call)),
            Cause::Extra(call) => Habit::Does(step(call)),
            Cause::Wrong(call, key) => Habit::Argument { step: step(call), path: redact(key) },
        })
    }

    pub(crate) fn covers(&self, cause: &Cause) -> bool {
        match (self, cause) {
            (Claim::Habit(Habit::Omits(step)), Cause::Missing(call)) => **step == **call,
            (Claim::Habit(Habit::Does(step)), Cause::Extra(call)) => **step == **call,
            (Claim::Habit(Habit::Argument { step, path }), Cause::Wrong(call, key)) => {
                **step == **call && stem(path) == key
            }
            (Claim::Error(step, paths), Cause::Wrong(call, key)) => {
                step == call && paths.iter().any(|p| stem(p) == key)
            }
            _ => false,
        }
    }
}

/// One claim a note, for what says one thing at a time.
fn single(claims: impl IntoIterator<Item = Claim>) -> Vec<Note> {
    claims.into_iter().map(|claim| vec![claim]).collect()
}

/// Learns from runs; the best note first.
pub(crate) type Method = fn(&[&Run]) -> Vec<Note>;

pub(crate) const METHODS: &[(&str, Method)] = &[
    ("git-dream, a whole cycle", |seen| notes(cycle(seen))),
    ("git-dream, a whole cycle, ten claims", |seen| single(notes(cycle(seen)).concat())),
    ("git-dream, contrasts", |seen| notes(mined(seen, Grade::Friction))),
    ("git-dream, tested contrasts only", |seen| notes(tested(seen, Grade::Friction))),
    ("git-dream, confirmed and corroborated only", |seen| notes(tested(seen, Grade::Corroborated))),
    ("ten best by stratified p", |seen| best_by_p(seen, true)),
    ("ten best by unstratified p", |seen| best_by_p(seen, false)),
    ("most frequent calls of failing runs", most_frequent),
    ("most frequent true causes (needs truth)", most_frequent_causes),
];

fn with_corpus<T>(seen: &[&Run], then: impl Fn(&Corpus<'_>) -> T) -> T {
    let mut digests: Vec<Digest> = seen.iter().map(|run| run.digest.clone()).collect();
    digests.sort_by(|a, b| a.session.cmp(&b.session));
    let settings = Mining::default();
    let jobs = Jobs::group(&digests, &settings);
    then(&Corpus { digests: &digests, jobs, settings: &settings })
}

fn mined(seen: &[&Run], least: Grade) -> Vec<Pattern> {
    let mut found = with_corpus(seen, contrast::mine);
    found.retain(|pattern| pattern.grade >= least);
    found
}

/// What a test found, in whatever grade; without what was merely compared.
fn tested(seen: &[&Run], least: Grade) -> Vec<Pattern> {
    let mut found = mined(seen, least);
    found.retain_mut(|pattern| match &mut pattern.lesson {
        Lesson::Contrast(lesson) => {
            lesson.also.clear();
            lesson.chance.is_some()
        }
        _ => false,
    });
    found
}

/// Prints what is learnt from these runs.
pub(crate) fn tell(seen: &[&Run]) {
    for pattern in mined(seen, Grade::Friction) {
        if let Lesson::Contrast(lesson) = pattern.lesson {
            println!("{} {:?} {:?} p {:.4}", pattern.grade, lesson.habit, lesson.table, lesson.p);
            lesson.also.iter().for_each(|also| println!("    also {:?} {:?}", also.habit, also.table));
        }
    }
    let told = notes(cycle(seen));
    let mut times: BTreeMap<&Cause, (usize, BTreeSet<&str>)> = BTreeMap::new();
    for run in seen.iter().filter(|run| !run.succeeded()) {
        for cause in &run.causes {
            let entry = times.entry(cause).or_default();
            entry.0 += 1;
            entry.1.insert(&run.task);
        }
    }
    let mut causes: Vec<_> = times.into_iter().collect();
    causes.sort_by(|a, b| b.1.0.cmp(&a.1.0).then(a.0.cmp(b.0)));
    println!("\ntrue causes: failing runs, tasks, place of the first note of a cycle that names it");
    for (cause, (runs, tasks)) in causes {
        let place = told.iter().position(|note| note.iter().any(|claim| claim.covers(cause)));
        let place = place.map_or("-".to_owned(), |at| (at + 1).to_string());
        println!("{runs:>4} {:>3} {place:>3}  {cause:?}", tasks.len());
    }
    let jobs = with_corpus(seen, |corpus| corpus.jobs.count());
    let tasks: BTreeSet<&str> = seen.iter().map(|run| &*run.task).collect();
    println!("{jobs} jobs of {} tasks", tasks.len());
}

/// All that a cycle mines.
fn cycle(seen: &[&Run]) -> Vec<Pattern> {
    let digests: Vec<Digest> = seen.iter().map(|run| run.digest.clone()).collect();
    mine(&digests, &Mining::default(), &[])
}

/// What truth says was wrong most often with the failing runs: no method, but what one could hope for.
fn most_frequent_causes(seen: &[&Run]) -> Vec<Note> {
    let mut times: BTreeMap<&Cause, usize> = BTreeMap::new();
    let failing = seen.iter().filter(|run| !run.succeeded());
    failing.flat_map(|run| &run.causes).for_each(|cause| *times.entry(cause).or_default() += 1);
    let mut causes: Vec<(&Cause, usize)> = times.into_iter().collect();
    causes.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    single(causes.into_iter().map(|(cause, _)| Claim::of(cause)))
}

/// What patterns say, in the order in which a dream ranks them.
fn notes(mut patterns: Vec<Pattern>) -> Vec<Note> {
    patterns.sort_by(|a, b| b.weight.total_cmp(&a.weight).then_with(|| a.fingerprint.cmp(&b.fingerprint)));
    let note = |pattern: Pattern| match pattern.lesson {
        Lesson::Contrast(lesson) => {
            let also = lesson.also.into_iter().map(|further| further.habit);
            std::iter::once(lesson.habit).chain(also).map(Claim::Habit).collect()
        }
        Lesson::Error(lesson) => {
            let paths = lesson.arguments.iter().map(|path| path.to_string()).collect();
            vec![Claim::Error(lesson.step.to_string(), paths)]
        }
        // A note of another kind takes one of the ten places and names no cause.
        _ => Vec::new(),
    };
    patterns.into_iter().map(note).collect()
}

/// Presence of steps by p on the failing side, the stricter way within jobs and the naive way over all runs.
fn best_by_p(seen: &[&Run], by_job: bool) -> Vec<Note> {
    let steps: BTreeSet<&Step> = seen.iter().flat_map(|run| &run.digest.steps).collect();
    let mut tested: Vec<(f64, Habit)> = Vec::new();
    for step in steps {
        let mut tables: BTreeMap<&str, stratified::Table> = BTreeMap::new();
        for run in seen {
            let cell = usize::from(run.succeeded()) * 2 + usize::from(!run.digest.steps.contains(step));
            tables.entry(if by_job { &run.task } else { "" }).or_default()[cell] += 1;
        }
        let found = stratified::test(&tables.into_values().collect::<Vec<_>>());
        let habit = if found.excess > 0.0 { Habit::Does(step.clone()) } else { Habit::Omits(step.clone()) };
        tested.push((found.p, habit));
    }
    tested.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
    single(tested.into_iter().take(10).map(|(_, habit)| Claim::Habit(habit)))
}

/// Every changing call of failing runs, as extra and as missing, most frequent first.
fn most_frequent(seen: &[&Run]) -> Vec<Note> {
    let mut times: BTreeMap<&Step, usize> = BTreeMap::new();
    for run in seen.iter().filter(|run| !run.succeeded()) {
        let steps: BTreeSet<&Step> = run.digest.writes.iter().map(|write| &write.step).collect();
        steps.into_iter().for_each(|step| *times.entry(step).or_default() += 1);
    }
    let mut steps: Vec<(&Step, usize)> = times.into_iter().collect();
    steps.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let both = |(step, _): (&Step, usize)| [Habit::Does(step.clone()), Habit::Omits(step.clone())];
    single(steps.into_iter().flat_map(both).map(Claim::Habit))
}

/// Share of claims that keep their direction, and how many could be judged.
pub(crate) fn direction(runs: &[Run], splits: &[Split], method: Method) -> String {
    let (mut kept, mut lost, mut silent) = (0, 0, 0);
    for (seen, held) in splits {
        let learnt: Vec<&Run> = seen.iter().map(|&i| &runs[i]).collect();
        for claim in method(&learnt).into_iter().take(10).flatten() {
            let Claim::Habit(habit) = claim else { continue };
            let lean = lean(runs, seen, held, &habit);
            if lean > 1e-9 {
                kept += 1;
            } else if lean < -1e-9 {
                lost += 1;
            } else {
                silent += 1;
            }
        }
    }
    let judged = kept + lost;
    let share = if judged > 0 { 100.0 * f64::from(kept) / f64::from(judged) } else { 0.0 };
    let per = |n: i32| f64::from(n) / splits.len() as f64;
    format!("{share:>4.0} % of {:>4.1} judged, {:>4.1} silent a split", per(judged), per(silent))
}

/// Over pairs of a failing and a succeeding run of one job, at least one of them unseen: how much more often the
/// failing one shows the habit. Every job has one vote.
fn lean(runs: &[Run], seen: &[usize], held: &[usize], habit: &Habit) -> f64 {
    let mut sum = 0.0;
    let tasks: BTreeSet<&str> = held.iter().map(|&i| runs[i].task.as_str()).collect();
    for task in tasks {
        let members: Vec<usize> =
            seen.iter().chain(held).copied().filter(|&i| runs[i].task == task).collect();
        let (mut difference, mut pairs) = (0.0, 0.0);
        for &bad in members.iter().filter(|&&i| !runs[i].succeeded()) {
            for &good in members.iter().filter(|&&i| runs[i].succeeded()) {
                if !held.contains(&bad) && !held.contains(&good) {
                    continue;
                }
                // A departure is measured against the job's succeeding runs other than the two compared.
                let others: Vec<&Digest> = members
                    .iter()
                    .filter(|&&i| runs[i].succeeded() && i != good && i != bad)
                    .map(|&i| &runs[i].digest)
                    .collect();
                let (bad, good) = (&runs[bad].digest, &runs[good].digest);
                if let (Some(a), Some(b)) =
                    (shows(bad, habit, &others, good), shows(good, habit, &others, bad))
                {
                    difference += f64::from(u8::from(a)) - f64::from(u8::from(b));
                    pairs += 1.0;
                }
            }
        }
        if pairs > 0.0 {
            sum += difference / pairs;
        }
    }
    sum
}

/// Whether a run shows a habit; `None` where that cannot be told.
fn shows(run: &Digest, habit: &Habit, others: &[&Digest], _counterpart: &Digest) -> Option<bool> {
    let done = |step: &Step| {
        run.steps.contains(step) || run.writes.iter().any(|write| write.step == *step && write.ok)
    };
    match habit {
        Habit::Does(step) => Some(done(step)),
        Habit::Omits(step) => Some(!done(step)),
        Habit::Without { first, then } => {
            let at = run.steps.iter().position(|step| step == then);
            Some(at.is_some_and(|at| !run.steps.iter().take(at).any(|step| step == first)))
        }
        Habit::Repeats(step) => {
            Some(run.failures.iter().any(|failure| failure.step == *step && failure.times > 1))
        }
        Habit::Argument { step, path } => {
            let values = |digest: &Digest| {
                let calls = digest.writes.iter().filter(|write| write.ok && write.step == *step);
                let given = calls.flat_map(|write| &write.args.0).filter(|arg| arg.path.starts_with(&**path));
                let mut values: Vec<String> = given.map(|arg| arg.value.to_string()).collect();
                values.sort();
                values
            };
            let own = values(run);
            let agreed: Vec<_> =
                others.iter().map(|other| values(other)).filter(|values| !values.is_empty()).collect();
            let first = agreed.first()?;
            (!own.is_empty() && agreed.iter().all(|values| values == first)).then(|| own != *first)
        }
    }
}
