//! Workflows planted among noise, and how many of them are found again.
//!
//! Every world is made from a seed: its own tools, topics, wordings, workflows with optional steps and noise
//! between the steps, and what must not be taken for a workflow: loops that every session runs, a habit that a
//! good third of all sessions end with whatever they were asked, steps that a topic's sessions take in no
//! order, sessions that do anything.

mod measurements;
mod scorer;
mod world;

use super::*;
use scorer::{measure, mined};
use world::{Random, Shape, Style, World};

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

/// Thresholds were fixed on seeds 0 to 19; these are others.
#[test]
fn planted_workflows_are_found_and_nothing_else() {
    let (recall, precision) = measure(100..103, false);
    assert!(recall >= 0.9 && precision >= 0.95, "recall {recall:.3}, precision {precision:.3}");
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
        let support =
            crate::pattern::Support { seen_in: Vec::new(), asked: Vec::new(), ..pattern.support.clone() };
        (pattern.lesson.clone(), support)
    };
    assert_eq!(
        patterns.iter().map(counted).collect::<Vec<_>>(),
        again.iter().map(counted).collect::<Vec<_>>()
    );
}
