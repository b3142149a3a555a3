//! Workflows planted among noise, and how many of them are found again.
//!
//! Every world is made from a seed: its own tools, topics, wordings, workflows with optional steps and noise
//! between the steps, and what must not be taken for a workflow: loops that every session runs, a habit that a
//! good third of all sessions end with whatever they were asked, steps that a topic's sessions take in no
//! order, sessions that do anything.

use super::*;
use crate::digest::step::Step;
use crate::digest::{Counts, Outcome, OutcomeSource};
use crate::pattern::job::Jobs;
use crate::redact::redact;
use crate::session::SessionId;
use crate::settings::Mining;

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    fn chance(&mut self, p: f64) -> bool {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64 <= p
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }

    /// A word that nobody has heard of.
    fn word(&mut self) -> String {
        let syllables = [
            "ba", "ko", "ri", "ten", "vu", "mar", "zi", "lop", "qua", "den", "fro", "sil", "gam", "hex",
            "nu", "tar",
        ];
        (0..self.between(2, 3)).map(|_| self.pick(&syllables)).collect()
    }
}

/// How the steps of a world are called.
#[derive(Clone, Copy, Debug)]
enum Style {
    /// `zeta lint`, each tool with several sub-commands.
    Tools,
    /// `update_order`.
    Api,
    /// Steps that developers know; workflows share some.
    Shell,
}

struct Planted {
    steps: Vec<(String, f64)>,
    asks: Vec<String>,
    share: f64,
}

struct World {
    workflows: Vec<Planted>,
    digests: Vec<Digest>,
}

/// What a world is like.
#[derive(Clone, Copy)]
struct Shape {
    sessions: usize,
    style: Style,
    workflows: usize,
    /// Most noise steps between two steps of a workflow.
    noise: usize,
    outcomes: bool,
    /// Shares of the sessions that a workflow is in, in thousandths.
    shares: (usize, usize),
    /// Other sessions take each workflow's steps in any order.
    shuffled: bool,
    /// What workflows are asked for with has no word in common.
    wordless: bool,
}

fn step_names(random: &mut Random, style: Style, count: usize) -> Vec<String> {
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

fn asks_about(random: &mut Random, things: &[String]) -> Vec<String> {
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
    fn new(seed: u64, shape: Shape) -> World {
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

fn digest(
    number: usize,
    seed: u64,
    random: &mut Random,
    ask: &str,
    steps: Vec<String>,
    succeeded: Option<bool>,
) -> Digest {
    let session = SessionId::of(format!("{seed}/{number}").as_bytes());
    Digest {
        root: redact(session.as_str()),
        session,
        source: None,
        agent: redact(random.pick(&["claude-code", "codex"])),
        model: None,
        project: None,
        contributor: Some(redact(&format!("person{}", random.below(5)))),
        task: None,
        ask: redact(ask),
        began: None,
        ended: None,
        outcome: succeeded.map(|s| Outcome { score: f64::from(u8::from(s)), by: OutcomeSource::Stated }),
        steps: steps.iter().map(|step| Step(redact(step))).collect(),
        forms: Vec::new(),
        writes: Vec::new(),
        failures: Vec::new(),
        remarks: Vec::new(),
        checks: Vec::new(),
        notes_read: Vec::new(),
        counts: Counts::default(),
    }
}

/// What came of one world.
#[derive(Default, Debug)]
struct Score {
    planted: usize,
    found: usize,
    playbooks: usize,
    wrong: usize,
    twice: usize,
    /// Steps of playbooks that their workflow does not have, and steps of workflows that playbooks lack.
    noise_steps: usize,
    lost_steps: usize,
}

fn mined(world: &World) -> Vec<Pattern> {
    let settings = Mining::default();
    let jobs = Jobs::group(&world.digests, &settings);
    mine(&Corpus { digests: &world.digests, jobs, settings: &settings })
}

fn score(world: &World, say: bool) -> Score {
    let patterns = mined(world);
    let mut score = Score { planted: world.workflows.len(), playbooks: patterns.len(), ..Score::default() };
    let mut found = BTreeSet::new();
    for pattern in &patterns {
        let Lesson::Workflow(lesson) = &pattern.lesson else { continue };
        let steps: Vec<String> = lesson.steps.iter().map(|step| step.step.to_string()).collect();
        let shown = world.workflows.iter().position(|workflow| {
            let required: Vec<String> =
                workflow.steps.iter().filter(|s| s.1 == 1.0).map(|s| s.0.clone()).collect();
            common_in_order(&required, &steps) * 3 > required.len() * 2
        });
        match shown {
            Some(which) => {
                score.twice += usize::from(!found.insert(which));
                let planted: Vec<String> = world.workflows[which].steps.iter().map(|s| s.0.clone()).collect();
                score.noise_steps += steps.iter().filter(|step| !planted.contains(step)).count();
                score.lost_steps += planted.iter().filter(|step| !steps.contains(step)).count();
            }
            None => {
                score.wrong += 1;
                if say {
                    let shares: Vec<String> =
                        lesson.steps.iter().map(|s| format!("{} {:.2}", s.step, s.share)).collect();
                    println!("  wrong: {:?} {:?} {:?}", lesson.topic, shares, pattern.support.sessions);
                }
            }
        }
    }
    score.found = found.len();
    if say {
        for (at, workflow) in world.workflows.iter().enumerate().filter(|(at, _)| !found.contains(at)) {
            println!("  lost {at}: share {:.3} {:?} {:?}", workflow.share, workflow.steps, workflow.asks);
        }
    }
    score
}

fn shapes() -> Vec<(&'static str, Shape)> {
    let plain = Shape {
        sessions: 240,
        style: Style::Tools,
        workflows: 4,
        noise: 2,
        outcomes: false,
        shares: (50, 200),
        shuffled: false,
        wordless: false,
    };
    vec![
        ("tools", plain),
        ("api", Shape { style: Style::Api, ..plain }),
        ("shell", Shape { style: Style::Shell, ..plain }),
        ("noisy", Shape { noise: 4, ..plain }),
        ("outcomes", Shape { outcomes: true, workflows: 6, ..plain }),
        ("few", Shape { sessions: 80, workflows: 2, ..plain }),
        ("shuffled", Shape { shuffled: true, ..plain }),
        ("wordless", Shape { wordless: true, ..plain }),
        ("gaps", Shape { noise: 7, ..plain }),
        ("rare", Shape { shares: (20, 40), sessions: 400, ..plain }),
        ("one", Shape { workflows: 1, ..plain }),
        ("none", Shape { workflows: 0, ..plain }),
    ]
}

/// Recall and precision over these seeds, all shapes together.
fn measure(seeds: std::ops::Range<u64>, say: bool) -> (f64, f64) {
    let mut total = Score::default();
    println!(
        "{:10} {:>7} {:>5} {:>9} {:>5} {:>5} {:>5} {:>4}",
        "world", "planted", "found", "playbooks", "wrong", "twice", "noise", "lost"
    );
    for (name, shape) in shapes() {
        let mut sum = Score::default();
        for seed in seeds.clone() {
            let world = World::new(seed, shape);
            let one = score(&world, say);
            for sum in [&mut sum, &mut total] {
                sum.planted += one.planted;
                sum.found += one.found;
                sum.playbooks += one.playbooks;
                sum.wrong += one.wrong;
                sum.twice += one.twice;
                sum.noise_steps += one.noise_steps;
                sum.lost_steps += one.lost_steps;
            }
        }
        let Score { planted, found, playbooks, wrong, twice, noise_steps, lost_steps } = sum;
        println!(
            "{name:10} {planted:7} {found:5} {playbooks:9} {wrong:5} {twice:5} {noise_steps:5} {lost_steps:4}"
        );
    }
    let recall = total.found as f64 / total.planted.max(1) as f64;
    let precision = total.found as f64 / total.playbooks.max(1) as f64;
    println!("recall {recall:.3} precision {precision:.3}");
    (recall, precision)
}

/// Thresholds were fixed on seeds 0 to 19; these are others.
#[test]
fn planted_workflows_are_found_and_nothing_else() {
    let (recall, precision) = measure(100..103, false);
    assert!(recall >= 0.9 && precision >= 0.95, "recall {recall:.3}, precision {precision:.3}");
}

/// Prints the measures over many seeds: `cargo test --release --lib planted -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement; takes a minute without optimisation"]
fn measures() {
    println!("seeds that thresholds were fixed on");
    measure(0..20, false);
    println!("other seeds");
    measure(100..120, true);
}

/// How long 10,000 sessions of 200 steps take.
#[test]
#[ignore = "a measurement"]
fn large_worlds_take_seconds() {
    let plain = Shape {
        sessions: 10_000,
        style: Style::Tools,
        workflows: 12,
        noise: 2,
        outcomes: false,
        shares: (10, 60),
        shuffled: true,
        wordless: false,
    };
    let mut world = World::new(7, plain);
    let mut random = Random(1);
    let vocabulary: Vec<String> = (0..400).map(|_| format!("{} {}", random.word(), random.word())).collect();
    for digest in &mut world.digests {
        // The workflow stands somewhere inside of much else.
        let before = random.below(150);
        let mut steps: Vec<Step> = (0..before).map(|_| Step(redact(&random.pick(&vocabulary)))).collect();
        steps.append(&mut digest.steps);
        steps.extend((steps.len()..200).map(|_| Step(redact(&random.pick(&vocabulary)))));
        digest.steps = steps;
    }
    let settings = Mining::default();
    let jobs = Jobs::group(&world.digests, &settings);
    let corpus = Corpus { digests: &world.digests, jobs, settings: &settings };
    let start = std::time::Instant::now();
    let patterns = mine(&corpus);
    println!("{} playbooks of {} planted in {:?}", patterns.len(), world.workflows.len(), start.elapsed());
}

#[test]
fn the_order_of_the_sessions_does_not_matter() {
    let mut world = World::new(100, shapes()[0].1);
    let patterns = mined(&world);
    Random(3).shuffle(&mut world.digests);
    let again = mined(&world);
    assert!(!patterns.is_empty());
    let counted = |pattern: &Pattern| {
        // Which sessions they were is told by their place in the given order.
        let support = crate::pattern::Support { seen_in: Vec::new(), ..pattern.support.clone() };
        (pattern.lesson.clone(), support)
    };
    assert_eq!(
        patterns.iter().map(counted).collect::<Vec<_>>(),
        again.iter().map(counted).collect::<Vec<_>>()
    );
}
