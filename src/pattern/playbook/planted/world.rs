//! Worlds made from a seed: sessions that follow planted workflows among sessions that do anything.

use crate::digest::step::Step;
use crate::digest::{Digest, Outcome, OutcomeSource};
use crate::redact::redact;
use crate::session::SessionId;
use std::collections::BTreeSet;

/// SplitMix64 (Steele, Lea, Flood 2014).
pub(super) struct Random(pub(super) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    fn chance(&mut self, p: f64) -> bool {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64 <= p
    }

    pub(super) fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }

    /// A word that nobody has heard of.
    pub(super) fn word(&mut self) -> String {
        let syllables = [
            "ba", "ko", "ri", "ten", "vu", "mar", "zi", "lop", "qua", "den", "fro", "sil", "gam", "hex",
            "nu", "tar",
        ];
        (0..self.between(2, 3)).map(|_| self.pick(&syllables)).collect()
    }
}

/// How the steps of a world are called.
#[derive(Clone, Copy, Debug)]
pub(super) enum Style {
    /// `zeta lint`, each tool with several sub-commands.
    Tools,
    /// `update_order`.
    Api,
    /// Steps that developers know; workflows share some.
    Shell,
}

pub(super) struct Planted {
    pub(super) steps: Vec<(String, f64)>,
    pub(super) asks: Vec<String>,
    pub(super) share: f64,
}

pub(super) struct World {
    pub(super) workflows: Vec<Planted>,
    pub(super) digests: Vec<Digest>,
}

/// What a world is like.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) sessions: usize,
    pub(super) style: Style,
    pub(super) workflows: usize,
    /// Most noise steps between two steps of a workflow.
    pub(super) noise: usize,
    pub(super) outcomes: bool,
    /// Shares of the sessions that a workflow is in, in thousandths.
    pub(super) shares: (usize, usize),
    /// Other sessions take each workflow's steps in any order.
    pub(super) shuffled: bool,
    /// What workflows are asked for with has no word in common.
    pub(super) wordless: bool,
}

pub(super) fn step_names(random: &mut Random, style: Style, count: usize) -> Vec<String> {
    let verbs = [
        "lint", "build", "sync", "pack", "publish", "tag", "verify", "seed", "plan", "apply", "drain",
        "restore", "export", "index",
    ];
    let known = [
        "git add",
        "git checkout",
        "npm run build",
        "npm install",
        "docker build",
        "docker push",
        "kubectl apply",
        "kubectl rollout status",
        "terraform plan",
        "terraform apply",
        "alembic upgrade",
        "edit *.sql",
        "edit CHANGELOG.md",
        "edit package.json",
        "git tag",
        "gh pr create",
        "gh release create",
        "pytest",
        "mypy",
        "scripts/release.sh",
        "helm upgrade",
        "psql",
        "edit *.yaml",
        "make docs",
        "mkdocs build",
        "edit *.proto",
        "buf generate",
        "go generate",
        "poetry lock",
        "uv sync",
        "ansible-playbook",
        "aws s3 cp",
        "edit *.tf",
        "cargo publish",
        "cargo bench",
    ];
    let mut names = BTreeSet::new();
    let tools: Vec<String> = (0..6).map(|_| random.word()).collect();
    let mut tries = 0;
    while names.len() < count {
        tries += 1;
        names.insert(match style {
            Style::Tools if tries < 500 => format!("{} {}", random.pick(&tools), random.pick(&verbs)),
            Style::Tools => format!("{} {}", random.word(), random.pick(&verbs)),
            Style::Api => format!("{}_{}", random.pick(&verbs), random.word()),
            Style::Shell if tries < 500 => random.pick(&known).to_owned(),
            Style::Shell => format!("scripts/{}.sh", random.word()),
        });
    }
    let mut names: Vec<String> = names.into_iter().collect();
    random.shuffle(&mut names);
    names
}

pub(super) fn asks_about(random: &mut Random, things: &[String]) -> Vec<String> {
    let frames = [
        "Please {a} the {b} for the {x} team",
        "We need to {a} {b} {x} today",
        "Can you {a} {x}'s {b}?",
        "{b} of {x}: {a} it, then tell me",
        "Time to {a} the {b} again, this time {x}",
        "I want the {x} {b} to be ready; {a}",
    ];
    (0..random.between(3, 5))
        .map(|_| {
            let frame = random.pick(&frames);
            frame.replace("{a}", &random.pick(&things[..2])).replace("{b}", &random.pick(&things[2..]))
        })
        .collect()
}

impl World {
    pub(super) fn new(seed: u64, shape: Shape) -> World {
        let mut random = Random(seed.wrapping_mul(0x51_7C_C1_B7));
        let mut names = step_names(&mut random, shape.style, shape.workflows * 9 + 60).into_iter();
        let mut shared: Vec<String> = vec!["git commit".into(), "git push".into()];
        let topic = |random: &mut Random| -> Vec<String> { (0..4).map(|_| random.word()).collect() };
        let mut workflows = Vec::new();
        for _ in 0..shape.workflows {
            let length = random.between(5, 9);
            let optional = random.between(0, (length - 4).min(3));
            let mut steps: Vec<(String, f64)> = names.by_ref().take(length).map(|name| (name, 1.0)).collect();
            for _ in 0..optional {
                let at = random.below(length);
                steps[at].1 = random.between(50, 80) as f64 / 100.0;
            }
            if random.chance(0.4) {
                steps.extend(shared.iter().map(|name| (name.clone(), 1.0)));
            }
            let things = topic(&mut random);
            let asks = asks_about(&mut random, &things);
            let share = random.between(shape.shares.0, shape.shares.1) as f64 / 1000.0;
            workflows.push(Planted { steps, asks, share: share.min(0.7 / shape.workflows as f64) });
        }
        let habits: Vec<String> = ["read *.rs", "edit *.rs", "cargo test"].map(String::from).to_vec();
        let jumbles: Vec<(Vec<String>, Vec<String>)> = (0..2)
            .map(|_| {
                let things = topic(&mut random);
                (names.by_ref().take(random.between(4, 7)).collect(), asks_about(&mut random, &things))
            })
            .collect();
        let noise: Vec<String> = names.collect();
        shared.insert(0, "git add".into());
        let generic: Vec<Vec<String>> = (0..12)
            .map(|_| {
                let t = topic(&mut random);
                asks_about(&mut random, &t)
            })
            .collect();
        let mut digests = Vec::new();
        for number in 0..shape.sessions {
            let place = number as f64 / shape.sessions as f64;
            let mut from = 0.0;
            let planted = workflows.iter().find(|workflow| {
                from += workflow.share;
                place < from
            });
            let mut steps: Vec<String> = Vec::new();
            for _ in 0..random.between(1, 3) {
                steps.extend(habits.iter().cloned());
            }
            let any = |random: &mut Random| match random.below(4) {
                0 => random.pick(&habits),
                1 if random.chance(0.1) && !workflows.is_empty() => {
                    let which = random.below(workflows.len());
                    random.pick(&workflows[which].steps).0
                }
                _ => random.pick(&noise),
            };
            let ask = if let Some(workflow) = planted {
                for (step, share) in &workflow.steps {
                    if random.chance(*share) {
                        steps.push(step.clone());
                        for _ in 0..random.below(shape.noise + 1) {
                            steps.push(any(&mut random));
                        }
                    }
                }
                if shape.wordless {
                    (0..5).map(|_| random.word() + " ").collect()
                } else {
                    random.pick(&workflow.asks)
                }
            } else if let Some((jumble, asks)) = jumbles.get((place * 20.0) as usize % 6) {
                let mut jumble = jumble.clone();
                random.shuffle(&mut jumble);
                for step in jumble {
                    steps.push(step);
                    for _ in 0..random.below(shape.noise + 1) {
                        steps.push(any(&mut random));
                    }
                }
                random.pick(asks)
            } else {
                if shape.shuffled && random.chance(0.5) {
                    let which = random.below(workflows.len());
                    steps.extend(workflows[which].steps.iter().map(|(step, _)| step.clone()));
                    random.shuffle(&mut steps);
                }
                for _ in 0..random.between(3, 25) {
                    steps.push(any(&mut random));
                }
                let asks = random.pick(&generic);
                random.pick(&asks)
            };
            if random.chance(0.35) {
                steps.extend(shared.iter().cloned());
            }
            steps.dedup();
            let ask = ask.replace("{x}", &random.word());
            let failed = shape.outcomes && random.chance(0.2);
            digests.push(digest(number, seed, &mut random, &ask, steps, shape.outcomes.then_some(!failed)));
        }
        digests.sort_by(|a, b| a.session.cmp(&b.session));
        World { workflows, digests }
    }
}

pub(super) fn digest(
    number: usize,
    seed: u64,
    random: &mut Random,
    ask: &str,
    steps: Vec<String>,
    succeeded: Option<bool>,
) -> Digest {
    let session = SessionId::of(format!("{seed}/{number}").as_bytes());
    let agent = redact(random.pick(&["claude-code", "codex"]));
    Digest {
        contributor: Some(redact(&format!("person{}", random.below(5)))),
        ask: redact(ask),
        outcome: succeeded.map(|s| Outcome { score: f64::from(u8::from(s)), by: OutcomeSource::Stated }),
        steps: steps.iter().map(|step| Step(redact(step))).collect(),
        ..Digest::empty(session, agent)
    }
}
