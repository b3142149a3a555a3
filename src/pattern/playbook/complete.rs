//! The steps that a workflow's followers take and that the search for it left out.
//!
//! What many other sessions do as well (a test run, a commit) says nothing about a workflow, and what changes places
//! with its neighbour seems to be taken by too few. Both are no reason to leave a step out once the workflow is known:
//! a playbook without its check is worse than none. Owns which further steps nearly all followers take at one place.
//! Refuses what they do everywhere, and what only comes somewhere before or after the rest.

use super::consensus::{Aligner, Workflow};
use super::trail::{Symbol, Trails};
use std::collections::{BTreeMap, BTreeSet};

/// Share of the followers that have to take a step at one place.
const NEARLY_ALL: f64 = 0.8;
/// Largest share of the followers that may take it at any other place, on average.
const ELSEWHERE: f64 = 0.35;
/// How many steps before the first and after the last belong to the workflow still.
const NEAR: usize = 2;

/// Puts in the steps that were left out.
pub(super) fn complete(workflow: &mut Workflow, trails: &Trails) {
    while workflow.steps.len() < trails.settings.workflow_max_steps {
        let Some((step, share, place)) = left_out(workflow, trails) else { return };
        workflow.steps.insert(place, (step, share));
    }
}

/// The step that most followers take beside one of the workflow's, the share of them, and where it belongs.
fn left_out(workflow: &Workflow, trails: &Trails) -> Option<(Symbol, f64, usize)> {
    let steps: Vec<Symbol> = workflow.steps.iter().map(|(step, _)| *step).collect();
    let mut taken: BTreeMap<Symbol, Taken> = BTreeMap::new();
    let mut aligner = Aligner::of(&steps, trails);
    for follower in &workflow.followers {
        let trail = &trails.all[*follower as usize].steps;
        let matched = aligner.align(None, trail);
        for (step, places) in places_of_others(&steps, matched, trail) {
            taken.entry(step).or_insert_with(|| Taken::new(steps.len())).by_one(&places);
        }
    }
    let all = workflow.followers.len().max(1) as f64;
    let found = taken.into_iter().filter_map(|(step, taken)| {
        let (beside, sessions) = taken.most()?;
        let share = sessions as f64 / all;
        let belongs = share >= NEARLY_ALL && taken.elsewhere(beside) <= ELSEWHERE * all;
        belongs.then(|| (step, share, taken.place(beside)))
    });
    // Of equally frequent steps the first by name.
    found.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
}

/// The steps of a trail that are not among these, each with the places between them where it may stand.
fn places_of_others(
    steps: &[Symbol],
    matched: &[Option<usize>],
    trail: &[Symbol],
) -> BTreeMap<Symbol, BTreeSet<usize>> {
    let mut places: BTreeMap<Symbol, BTreeSet<usize>> = BTreeMap::new();
    let (first, last) = (matched.iter().flatten().next(), matched.iter().flatten().next_back());
    let (Some(&first), Some(&last)) = (first, last) else { return places };
    for (at, step) in trail.iter().enumerate().filter(|(_, step)| !steps.contains(step)) {
        if at + NEAR < first || at > last + NEAR {
            continue;
        }
        let earliest = matched.iter().rposition(|m| m.is_some_and(|m| m < at)).map_or(0, |before| before + 1);
        let latest = matched.iter().position(|m| m.is_some_and(|m| m > at)).unwrap_or(steps.len());
        places.entry(*step).or_default().extend(earliest..=latest);
    }
    places
}

/// Where followers take one step.
struct Taken {
    /// How many take it at each place: before the first of the workflow's steps, after it, …
    places: Vec<usize>,
    /// How many take it right before or right after each of the workflow's steps.
    beside: Vec<usize>,
}

impl Taken {
    fn new(steps: usize) -> Taken {
        Taken { places: vec![0; steps + 1], beside: vec![0; steps] }
    }

    fn by_one(&mut self, places: &BTreeSet<usize>) {
        for (place, count) in self.places.iter_mut().enumerate() {
            *count += usize::from(places.contains(&place));
        }
        for (step, count) in self.beside.iter_mut().enumerate() {
            *count += usize::from(places.contains(&step) || places.contains(&(step + 1)));
        }
    }

    /// The step of the workflow beside which most take it, and how many do.
    fn most(&self) -> Option<(usize, usize)> {
        let most = self.beside.iter().copied().max()?;
        Some((self.beside.iter().position(|count| *count == most)?, most))
    }

    /// How many take it at each of the places that are not beside this step, on average.
    fn elsewhere(&self, beside: usize) -> f64 {
        let others =
            self.places.iter().enumerate().filter(|(place, _)| *place != beside && *place != beside + 1);
        let counts: Vec<usize> = others.map(|(_, count)| *count).collect();
        counts.iter().sum::<usize>() as f64 / counts.len().max(1) as f64
    }

    /// Where it belongs: on the side of that step where more take it.
    fn place(&self, beside: usize) -> usize {
        let at = |place: usize| self.places.get(place).copied().unwrap_or(0);
        if at(beside) >= at(beside + 1) { beside } else { beside + 1 }
    }
}
