//! Which of a world's workflows are found again, and what else is found.

use super::shapes;
use super::world::World;
use crate::pattern::job::Jobs;
use crate::pattern::playbook::{Ways, common_in_order, mine};
use crate::pattern::{Corpus, Lesson, Pattern};
use crate::settings::Mining;
use std::collections::BTreeSet;

/// What came of one world.
#[derive(Default, Debug)]
pub(super) struct Score {
    pub(super) planted: usize,
    pub(super) found: usize,
    pub(super) playbooks: usize,
    pub(super) wrong: usize,
    pub(super) twice: usize,
    /// Steps of playbooks that their workflow does not have, and steps of workflows that playbooks lack.
    pub(super) noise_steps: usize,
    pub(super) lost_steps: usize,
}

pub(super) fn mined(world: &World) -> Vec<Pattern> {
    let settings = Mining::default();
    let jobs = Jobs::group(&world.digests, &settings);
    let ways = Ways::of(&world.digests, &settings);
    mine(ways, &Corpus { digests: &world.digests, jobs, settings: &settings })
}

pub(super) fn score(world: &World, say: bool) -> Score {
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

/// Recall and precision over these seeds, all shapes together.
pub(super) fn measure(seeds: std::ops::Range<u64>, say: bool) -> (f64, f64) {
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
