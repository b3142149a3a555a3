//! The world that is made for a seed: digests, what was planted, and what only its maker knows.

use crate::random::Random;
use git_dream::digest::failure::Failure;
use git_dream::digest::step::Step;
use git_dream::digest::{Digest, Outcome, OutcomeSource, Write};
use git_dream::pattern::Habit;
use git_dream::redact::redact;
use git_dream::session::{Arg, Args, SessionId};
use std::collections::BTreeMap;

/// How a world is made. Pairs are the least and the most of a uniform draw.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// Jobs in a world of 200 sessions and in one of 600.
    pub(crate) jobs: [usize; 2],
    /// Log odds that a planted habit adds to failing.
    pub(crate) effect: (f64, f64),
    /// Share of sessions with a planted habit.
    pub(crate) often: (f64, f64),
    /// Share of sessions with a common step.
    pub(crate) common: (f64, f64),
    /// Standard deviation of jobs' difficulty, log odds of failing.
    pub(crate) difficulty: f64,
    /// How much likelier a hard job's companions are, log odds for one of difficulty.
    pub(crate) company: f64,
    /// What the step that one job is full of adds to failing, log odds.
    pub(crate) burst: f64,
    /// Whether habits of all sorts are planted, or only steps that are done.
    pub(crate) mixed: bool,
}

/// A world.
pub(crate) struct World {
    /// Sorted by session.
    pub(crate) digests: Vec<Digest>,
    /// What was planted, with its effect.
    pub(crate) planted: BTreeMap<Habit, f64>,
    /// The log odds of failing of each session, in the order of the digests.
    pub(crate) odds: Vec<f64>,
}

fn unit(random: &mut Random) -> f64 {
    (random.next() >> 11) as f64 / (1u64 << 53) as f64
}

fn within(random: &mut Random, (low, high): (f64, f64)) -> f64 {
    low + (high - low) * unit(random)
}

/// Roughly normal: twelve uniform draws.
fn normal(random: &mut Random) -> f64 {
    (0..12).map(|_| unit(random)).sum::<f64>() - 6.0
}

pub(crate) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn step(name: &str) -> Step {
    Step(redact(name))
}

fn arg(path: &str, value: &str) -> Arg {
    Arg { path: redact(path), value: redact(value) }
}

pub(crate) fn make(kind: Kind, sessions: usize, jobs: usize, seed: u64) -> World {
    let mut random = Random::new(seed);
    let difficulty: Vec<f64> = (0..jobs).map(|_| kind.difficulty * normal(&mut random)).collect();
    let planted: Vec<(Habit, f64, f64)> = (0..10)
        .map(|i| (habit(kind.mixed, i), within(&mut random, kind.often), within(&mut random, kind.effect)))
        .collect();
    let common: Vec<f64> = (0..25).map(|_| within(&mut random, kind.common)).collect();
    let burst_job: Vec<usize> = (0..6).map(|_| random.below(jobs)).collect();
    let mean_harm: f64 = planted.iter().map(|(_, often, effect)| often * effect).sum();
    let mut made = Vec::new();
    for n in 0..sessions {
        let job = n % jobs;
        let mut session = Draft::default();
        let mut odds = difficulty[job] - mean_harm;
        for (i, often) in common.iter().enumerate() {
            if random.chance(*often) {
                session.add(format!("common_{i}"), &mut random);
            }
        }
        for (i, &burst) in burst_job.iter().enumerate() {
            if random.chance(logistic(-1.0 + kind.company * difficulty[job])) {
                session.add(format!("hard_{i}"), &mut random);
            }
            if burst == job && random.chance(0.9) {
                session.add(format!("burst_{i}"), &mut random);
                odds += kind.burst;
            }
            if random.chance(0.25) {
                (0..random.between(2, 21)).for_each(|_| session.add(format!("loop_{i}"), &mut random));
            }
        }
        for (habit, often, effect) in &planted {
            let has = random.chance(*often);
            session.show(habit, has, job, &mut random);
            odds += if has { *effect } else { 0.0 };
        }
        let failed = random.chance(logistic(odds));
        made.push((session.digest(n, job, failed, seed), odds));
    }
    made.sort_by(|(a, _), (b, _)| a.session.cmp(&b.session));
    let (digests, odds) = made.into_iter().unzip();
    World { digests, odds, planted: planted.into_iter().map(|(habit, _, effect)| (habit, effect)).collect() }
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
    fn add(&mut self, name: String, random: &mut Random) {
        let at = random.below(self.steps.len() + 1);
        self.steps.insert(at, name);
    }

    fn show(&mut self, habit: &Habit, has: bool, job: usize, random: &mut Random) {
        match habit {
            Habit::Does(step) if has => self.add(step.to_string(), random),
            Habit::Omits(step) if !has => self.add(step.to_string(), random),
            Habit::Does(_) | Habit::Omits(_) => {}
            Habit::Without { first, then } => {
                let pair = if has { [then, first] } else { [first, then] };
                let shown = if has && random.chance(0.5) { 1 } else { 2 };
                self.last.extend(pair.iter().take(shown).map(|step| step.to_string()));
            }
            Habit::Repeats(step) => {
                if has || random.chance(0.3) {
                    self.failures.push(Failure {
                        event: 3,
                        last: None,
                        step: step.clone(),
                        message: redact("it did not work"),
                        args: Args::default(),
                        exit: Some(1),
                        times: if has { random.between(2, 5) as u32 } else { 1 },
                        cost: 1,
                        attempts: Vec::new(),
                        given_up: false,
                        beside: Vec::new(),
                        fix: None,
                    });
                }
                self.add(step.to_string(), random);
            }
            Habit::Argument { step, path } => {
                let value = if has { format!("other_{}", random.below(3)) } else { format!("wanted_{job}") };
                self.writes.push(Write {
                    event: 4,
                    step: step.clone(),
                    args: Args(vec![
                        arg("id", &format!("x{job}")),
                        arg(path, &value),
                        arg("note", &random.next().to_string()),
                    ]),
                    ok: true,
                });
                self.add(step.to_string(), random);
            }
        }
    }

    fn digest(self, n: usize, job: usize, failed: bool, seed: u64) -> Digest {
        let session = SessionId::of(format!("{seed}/{n}").as_bytes());
        Digest {
            task: Some(redact(&format!("task-{job}"))),
            ask: redact(&format!("please do task {job}")),
            outcome: Some(Outcome { score: if failed { 0.0 } else { 1.0 }, by: OutcomeSource::Stated }),
            steps: self.steps.iter().chain(&self.last).map(|name| step(name)).collect(),
            writes: self.writes,
            failures: self.failures,
            ..Digest::empty(session, redact("agent"))
        }
    }
}
