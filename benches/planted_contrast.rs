//! Planted habits with the difficulty confounder: what contrast mining finds of them, beside plain tests.
//!
//! `cargo bench --bench planted_contrast`
//!
//! Every seed makes a world of ten planted habits, each of which raises a session's odds of failing, and 43 steps
//! that look guilty and are not: 25 common steps without effect, 6 that belong to hard jobs (and hard jobs fail
//! more whatever is done), 6 that one failing job is full of, 6 that sessions repeat many times over. In the plain worlds a planted habit is a step that is done, as in the benchmark whose
//! figures are quoted as the baseline; in the mixed world two of each sort are planted: steps done, steps left
//! out, orders broken, failing calls repeated, arguments that depart from what the job wants.
//!
//! A finding is right when it names the planted habit; F1 is the mean over seeds. Thresholds were set on seeds
//! 1000 to 1019; the seeds reported are 0 to 19.
#![allow(clippy::print_stdout, reason = "a bench is a program that prints figures")]

use git_dream::digest::failure::Failure;
use git_dream::digest::step::Step;
use git_dream::digest::{Counts, Digest, Outcome, OutcomeSource, Write};
use git_dream::pattern::job::Jobs;
use git_dream::pattern::statistics::{discovery, stratified};
use git_dream::pattern::{Corpus, Grade, Habit, Lesson, contrast};
use git_dream::redact::redact;
use git_dream::session::{Arg, Args, SessionId};
use git_dream::settings::Mining;
use std::collections::{BTreeMap, BTreeSet};

/// SplitMix64 (Steele, Lea and Flood, 2014).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    /// Roughly normal: twelve uniform draws.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn step(name: &str) -> Step {
    Step(redact(name))
}

fn arg(path: &str, value: &str) -> Arg {
    Arg { path: redact(path), value: redact(value) }
}

/// How a world is made.
#[derive(Clone, Copy)]
struct World {
    sessions: usize,
    jobs: usize,
    /// Log odds that a planted habit adds to failing, least and most.
    effect: (f64, f64),
    /// Whether habits of all sorts are planted, or only steps that are done.
    mixed: bool,
}

/// Makes a world's digests, and what was planted.
fn make(world: World, seed: u64) -> (Vec<Digest>, BTreeSet<Habit>) {
    let mut dice = Dice(seed.wrapping_mul(0x0123_4567_89AB_CDEF) ^ 0xC0FF_EE00);
    let jobs = world.jobs;
    let difficulty: Vec<f64> = (0..jobs).map(|_| 1.2 * dice.normal()).collect();
    let planted: Vec<(Habit, f64, f64)> = (0..10)
        .map(|i| {
            (habit(world.mixed, i), dice.between(0.12, 0.35), dice.between(world.effect.0, world.effect.1))
        })
        .collect();
    let common: Vec<f64> = (0..25).map(|_| dice.between(0.2, 0.8)).collect();
    let burst_job: Vec<usize> = (0..6).map(|_| dice.below(jobs)).collect();
    let mean_harm: f64 = planted.iter().map(|(_, often, effect)| often * effect).sum();
    let mut digests = Vec::new();
    for n in 0..world.sessions {
        let job = n % jobs;
        let mut session = Draft::default();
        let mut harm = difficulty[job] - mean_harm;
        for (i, often) in common.iter().enumerate() {
            if dice.chance(*often) {
                session.add(format!("common_{i}"), &mut dice);
            }
        }
        for (i, &burst) in burst_job.iter().enumerate() {
            if dice.chance(logistic(-1.0 + 1.6 * difficulty[job])) {
                session.add(format!("hard_{i}"), &mut dice);
            }
            if burst == job && dice.chance(0.9) {
                session.add(format!("burst_{i}"), &mut dice);
                harm += 1.0;
            }
            if dice.chance(0.25) {
                (0..2 + dice.below(20)).for_each(|_| session.add(format!("loop_{i}"), &mut dice));
            }
        }
        for (habit, often, effect) in &planted {
            let has = dice.chance(*often);
            session.show(habit, has, job, &mut dice);
            harm += if has { *effect } else { 0.0 };
        }
        let failed = dice.chance(logistic(harm));
        digests.push(session.digest(n, job, failed, seed));
    }
    digests.sort_by(|a, b| a.session.cmp(&b.session));
    (digests, planted.into_iter().map(|(habit, ..)| habit).collect())
}

/// The habit that is planted at this place.
fn habit(mixed: bool, i: usize) -> Habit {
    match if mixed { i % 5 } else { 0 } {
        0 => Habit::Does(step(&format!("planted_{i}"))),
        1 => Habit::Omits(step(&format!("needed_{i}"))),
        2 => Habit::Without { first: step(&format!("before_{i}")), then: step(&format!("after_{i}")) },
        3 => Habit::Repeats(step(&format!("flaky_{i}"))),
        _ => Habit::Argument { step: step(&format!("write_{i}")), path: redact("choice") },
    }
}

/// A session being made.
#[derive(Default)]
struct Draft {
    steps: Vec<String>,
    /// Steps in pairs that must stay in this order.
    last: Vec<String>,
    writes: Vec<Write>,
    failures: Vec<Failure>,
}

impl Draft {
    fn add(&mut self, name: String, dice: &mut Dice) {
        let at = dice.below(self.steps.len() + 1);
        self.steps.insert(at, name);
    }

    fn show(&mut self, habit: &Habit, has: bool, job: usize, dice: &mut Dice) {
        match habit {
            Habit::Does(step) if has => self.add(step.to_string(), dice),
            Habit::Omits(step) if !has => self.add(step.to_string(), dice),
            Habit::Does(_) | Habit::Omits(_) => {}
            Habit::Without { first, then } => {
                let pair = if has { [then, first] } else { [first, then] };
                let shown = if has && dice.chance(0.5) { 1 } else { 2 };
                self.last.extend(pair.iter().take(shown).map(|step| step.to_string()));
            }
            Habit::Repeats(step) => {
                if has || dice.chance(0.3) {
                    self.failures.push(Failure {
                        event: 3,
                        step: step.clone(),
                        message: redact("it did not work"),
                        beside: Vec::new(),
                        args: Args::default(),
                        exit: Some(1),
                        times: if has { 2 + dice.below(4) as u32 } else { 1 },
                        cost: 1,
                        attempts: Vec::new(),
                        fix: None,
                    });
                }
                self.add(step.to_string(), dice);
            }
            Habit::Argument { step, path } => {
                let value = if has { format!("other_{}", dice.below(3)) } else { format!("wanted_{job}") };
                self.writes.push(Write {
                    event: 4,
                    step: step.clone(),
                    args: Args(vec![
                        arg("id", &format!("x{job}")),
                        arg(path, &value),
                        arg("note", &dice.next().to_string()),
                    ]),
                    ok: true,
                });
                self.add(step.to_string(), dice);
            }
        }
    }

    fn digest(self, n: usize, job: usize, failed: bool, seed: u64) -> Digest {
        let session = SessionId::of(format!("{seed}/{n}").as_bytes());
        Digest {
            root: redact(session.as_str()),
            session,
            source: None,
            agent: redact("agent"),
            model: None,
            project: None,
            contributor: None,
            task: Some(redact(&format!("task-{job}"))),
            ask: redact(&format!("please do task {job}")),
            began: None,
            ended: None,
            outcome: Some(Outcome { score: if failed { 0.0 } else { 1.0 }, by: OutcomeSource::Stated }),
            steps: self.steps.iter().chain(&self.last).map(|name| step(name)).collect(),
            writes: self.writes,
            failures: self.failures,
            remarks: Vec::new(),
            notes_read: Vec::new(),
            counts: Counts::default(),
        }
    }
}

/// What was found, each with whether the bound held.
type Method = fn(&Corpus<'_>) -> BTreeSet<Habit>;

fn ours(corpus: &Corpus<'_>) -> BTreeSet<Habit> {
    published(corpus, Grade::Corroborated)
}

fn ours_confirmed(corpus: &Corpus<'_>) -> BTreeSet<Habit> {
    published(corpus, Grade::Confirmed)
}

fn published(corpus: &Corpus<'_>, least: Grade) -> BTreeSet<Habit> {
    let patterns = contrast::mine(corpus).into_iter().filter(|pattern| pattern.grade >= least);
    patterns
        .filter_map(|pattern| match pattern.lesson {
            Lesson::Contrast(lesson) => Some(lesson.habit),
            _ => None,
        })
        .collect()
}

/// Plain tests of every step's presence: p on the failing side, tables by job.
fn presence(corpus: &Corpus<'_>, by_job: bool) -> Vec<(Step, f64, Vec<stratified::Table>)> {
    let mut steps: BTreeSet<&Step> = BTreeSet::new();
    corpus.digests.iter().for_each(|digest| steps.extend(&digest.steps));
    let test = |step: &Step| {
        let mut tables: BTreeMap<usize, stratified::Table> = BTreeMap::new();
        for (i, digest) in corpus.digests.iter().enumerate() {
            let succeeded = digest.outcome.is_some_and(|outcome| outcome.succeeded());
            let stratum = if by_job { corpus.jobs.of(i) } else { 0 };
            let cell = usize::from(succeeded) * 2 + usize::from(!digest.steps.contains(step));
            tables.entry(stratum).or_default()[cell] += 1;
        }
        let tables: Vec<_> = tables.into_values().collect();
        let tested = stratified::test(&tables);
        (step.clone(), if tested.excess > 0.0 { tested.p } else { 1.0 }, tables)
    };
    steps.into_iter().map(test).collect()
}

/// The gates of the benchmark quoted: three failing sessions with the step, in three jobs.
fn passes_gates(corpus: &Corpus<'_>, step: &Step) -> bool {
    let failing = corpus.digests.iter().enumerate().filter(|(_, digest)| {
        digest.steps.contains(step) && digest.outcome.is_some_and(|outcome| !outcome.succeeded())
    });
    let failing: Vec<usize> = failing.map(|(i, _)| corpus.jobs.of(i)).collect();
    failing.len() >= 3 && failing.iter().collect::<BTreeSet<_>>().len() >= 3
}

fn top_ten(corpus: &Corpus<'_>, by_job: bool) -> BTreeSet<Habit> {
    let mut tests = presence(corpus, by_job);
    tests.retain(|(step, ..)| passes_gates(corpus, step));
    tests.sort_by(|a, b| a.1.total_cmp(&b.1));
    tests.into_iter().take(10).map(|(step, ..)| Habit::Does(step)).collect()
}

fn bounded(corpus: &Corpus<'_>, by_job: bool) -> BTreeSet<Habit> {
    let tests = presence(corpus, by_job);
    let q = discovery::benjamini_hochberg(&tests.iter().map(|test| test.1).collect::<Vec<f64>>());
    let found = tests.into_iter().zip(q).filter(|((step, ..), q)| *q <= 0.1 && passes_gates(corpus, step));
    found.map(|((step, ..), _)| Habit::Does(step)).collect()
}

fn below_five_percent(corpus: &Corpus<'_>) -> BTreeSet<Habit> {
    let tests = presence(corpus, true).into_iter();
    let found = tests.filter(|(step, p, _)| *p < 0.05 && passes_gates(corpus, step));
    found.map(|(step, ..)| Habit::Does(step)).collect()
}

/// What ours ranks first, as many as the ten that there are to find and however weak: what the best of the plain
/// methods is told as well.
fn ours_ten(corpus: &Corpus<'_>) -> BTreeSet<Habit> {
    let settings = Mining { false_discovery_rate: 0.5, ..corpus.settings.clone() };
    let corpus = Corpus { digests: corpus.digests, jobs: corpus.jobs.clone(), settings: &settings };
    let found = contrast::mine(&corpus).into_iter().take(10);
    found
        .filter_map(|pattern| match pattern.lesson {
            Lesson::Contrast(lesson) => Some(lesson.habit),
            _ => None,
        })
        .collect()
}

const METHODS: [(&str, Method); 8] = [
    ("git-dream, all it publishes", ours),
    ("git-dream, confirmed", ours_confirmed),
    ("git-dream, ten best", ours_ten),
    ("top 10 by stratified p, gates", |corpus| top_ten(corpus, true)),
    ("stratified p < .05, gates", below_five_percent),
    ("stratified, BH .1, gates", |corpus| bounded(corpus, true)),
    ("top 10 by unstratified p, gates", |corpus| top_ten(corpus, false)),
    ("unstratified, BH .1, gates", |corpus| bounded(corpus, false)),
];

/// Name, jobs at 200 and at 600 sessions, effects, whether mixed.
type Named = (&'static str, [usize; 2], (f64, f64), bool);

/// `quoted` is set so that the plain methods come out as in the benchmark whose figures are quoted (ten best by
/// stratified p: F1 .63 and .78; p < .05: .56 and .76); its effects go down to nothing, so no method finds all.
const WORLDS: [Named; 3] = [
    ("quoted", [20, 20], (0.0, 2.0), false),
    ("strong", [40, 120], (1.0, 2.2), false),
    ("mixed", [40, 120], (1.0, 2.2), true),
];

fn main() {
    let first = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0u64);
    let shows_wrong = std::env::var_os("WRONG").is_some();
    let seeds = first..first + 20;
    let settings = Mining::default();
    let (digests, _) = make(World { sessions: 10_000, jobs: 2_000, effect: (1.0, 2.2), mixed: true }, first);
    let corpus = Corpus { jobs: Jobs::group(&digests, &settings), digests: &digests, settings: &settings };
    let began = std::time::Instant::now();
    let told = contrast::mine(&corpus).len();
    println!("10,000 sessions of 2,000 jobs: {told} told in {:.1} s", began.elapsed().as_secs_f64());
    for (name, jobs, effect, mixed) in WORLDS {
        for (sessions, jobs) in [200, 600].into_iter().zip(jobs) {
            println!("\n{name} world, {sessions} sessions, seeds {seeds:?}");
            println!("{:<34} {:>9} {:>6} {:>6} {:>12}", "", "precision", "recall", "F1", "pooled wrong");
            for (title, method) in METHODS {
                let (mut precision, mut recall, mut f1) = (0.0, 0.0, 0.0);
                let (mut wrong, mut all) = (0.0, 0.0);
                for seed in seeds.clone() {
                    let (digests, planted) = make(World { sessions, jobs, effect, mixed }, seed);
                    let jobs = Jobs::group(&digests, &settings);
                    let found = method(&Corpus { digests: &digests, jobs, settings: &settings });
                    let right = found.intersection(&planted).count() as f64;
                    wrong += found.len() as f64 - right;
                    all += found.len() as f64;
                    if shows_wrong && title.starts_with("git-dream, all") {
                        found
                            .difference(&planted)
                            .for_each(|habit| println!("  wrong, seed {seed}: {habit:?}"));
                    }
                    let (p, r) = (right / found.len().max(1) as f64, right / planted.len() as f64);
                    precision += p;
                    recall += r;
                    f1 += if p + r > 0.0 { 2.0 * p * r / (p + r) } else { 0.0 };
                }
                let of = seeds.clone().count() as f64;
                let (precision, recall, f1, wrong) =
                    (precision / of, recall / of, f1 / of, if all > 0.0 { wrong / all } else { 0.0 });
                println!("{title:<34} {precision:>9.2} {recall:>6.2} {f1:>6.2} {wrong:>12.3}");
            }
        }
    }
}
