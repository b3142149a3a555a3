//! Measurements that nothing is asserted on, left out of the tests' run.

use super::scorer::measure;
use super::world::{Random, Shape, Style, World};
use crate::digest::step::Step;
use crate::pattern::Corpus;
use crate::pattern::job::Jobs;
use crate::pattern::playbook::{Ways, mine};
use crate::redact::redact;
use crate::settings::Mining;

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
    let patterns = mine(Ways::of(corpus.digests, corpus.settings), &corpus);
    println!("{} playbooks of {} planted in {:?}", patterns.len(), world.workflows.len(), start.elapsed());
}
