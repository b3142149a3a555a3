//! The course of a workflow: every step that its followers take, in order, and where each of them takes it.
//!
//! What many other sessions do as well (a test run, a commit) says nothing about a workflow, and what changes places
//! with its neighbour seems to be taken by too few. Both are no reason to leave a step out once the workflow is known:
//! a playbook without its check is worse than none. So the followers are aligned with the steps that were found, which
//! cuts each of them into the stretches between these steps; what nearly all of them do in one stretch, or beside one
//! step, is put in, be it a second call of a program that stands there already. Refuses what they do everywhere, and
//! what only comes somewhere before or after the rest.

use super::align::Aligner;
use super::consensus::Workflow;
use super::trail::{Symbol, Trails};
use std::collections::{BTreeMap, BTreeSet};

/// Largest share of the followers that may take a step at any other place, on average, for it to belong to one.
const ELSEWHERE: f64 = 0.35;
/// How many steps before the first and after the last belong to the workflow still.
const NEAR: usize = 2;
/// Of the followers that take two neighbours, the share that must take them the other way round for the order to be
/// free.
const FREE: f64 = 0.25;

/// One step of a course.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stop {
    pub(super) step: Symbol,
    /// The share of the followers that take it here.
    pub(super) share: f64,
    /// Followers take it now before and now after the next stop.
    pub(super) swaps: bool,
    /// The followers that take it, as places in [`Workflow::followers`], each with the place in its trail.
    pub(super) taken: Vec<(usize, usize)>,
}

/// The course of a workflow.
pub(super) fn of(workflow: &Workflow, trails: &Trails) -> Vec<Stop> {
    let walked: Vec<&[Symbol]> =
        workflow.followers.iter().map(|trail| trails.all[*trail as usize].steps.as_slice()).collect();
    let mut steps: Vec<Symbol> = workflow.steps.iter().map(|(step, _)| *step).collect();
    let mut taken = walks(&steps, &walked, trails);
    while steps.len() < trails.settings.workflow_max_steps {
        let Some((step, place)) = left_out(&steps, &taken, &walked, trails) else { break };
        steps.insert(place, step);
        taken = walks(&steps, &walked, trails);
    }
    let mut stops = stops(&steps, &taken);
    stops.retain(|stop| stop.share >= trails.settings.workflow_optional_share);
    bring_in_order(&mut stops);
    stops
}

/// For each trail where in it each of the steps is taken.
fn walks(steps: &[Symbol], walked: &[&[Symbol]], trails: &Trails) -> Vec<Vec<Option<usize>>> {
    let mut aligner = Aligner::of(steps, trails);
    walked.iter().map(|trail| with_neighbours_swapped(steps, aligner.align(None, trail), trail)).collect()
}

/// An alignment in which a step that comes on the other side of its neighbour is taken too.
fn with_neighbours_swapped(
    steps: &[Symbol],
    aligned: &[Option<usize>],
    trail: &[Symbol],
) -> Vec<Option<usize>> {
    let mut taken = aligned.to_vec();
    let (first, last) = (aligned.iter().flatten().next(), aligned.iter().flatten().next_back());
    let (Some(&first), Some(&last)) = (first, last) else { return taken };
    for (place, step) in steps.iter().enumerate().filter(|(place, _)| aligned[*place].is_none()) {
        let before = aligned.iter().take(place.saturating_sub(1)).rev().flatten().next();
        let after = aligned.iter().skip(place + 2).flatten().next();
        let from = before.map_or(first.saturating_sub(NEAR), |before| before + 1);
        let to = after.copied().unwrap_or(last + NEAR + 1).min(trail.len());
        let found = (from..to).find(|at| trail[*at] == *step && !taken.contains(&Some(*at)));
        taken[place] = found;
    }
    taken
}

/// The step that most followers take beside one of these and that is none of them, and where it belongs.
fn left_out(
    steps: &[Symbol],
    taken: &[Vec<Option<usize>>],
    walked: &[&[Symbol]],
    trails: &Trails,
) -> Option<(Symbol, usize)> {
    let mut others: BTreeMap<Symbol, Whereabouts> = BTreeMap::new();
    for (taken, trail) in taken.iter().zip(walked) {
        for (step, places) in places_of_others(taken, trail) {
            others.entry(step).or_insert_with(|| Whereabouts::new(steps.len())).of_one(&places);
        }
    }
    let all = walked.len().max(1) as f64;
    let found = others.into_iter().filter_map(|(step, whereabouts)| {
        let (beside, sessions) = whereabouts.most()?;
        let share = sessions as f64 / all;
        let belongs =
            share >= trails.settings.workflow_fill_share && whereabouts.elsewhere(beside) <= ELSEWHERE * all;
        belongs.then(|| (sessions, step, whereabouts.place(beside)))
    });
    // Of equally frequent steps the first by name.
    let best = found.max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
    best.map(|(_, step, place)| (step, place))
}

/// The steps of a trail that are not taken for one of the course, each with the places between those where it may
/// stand.
fn places_of_others(taken: &[Option<usize>], trail: &[Symbol]) -> BTreeMap<Symbol, BTreeSet<usize>> {
    let mut places: BTreeMap<Symbol, BTreeSet<usize>> = BTreeMap::new();
    let known = || taken.iter().flatten();
    let (Some(&first), Some(&last)) = (known().min(), known().max()) else { return places };
    let end = (last + NEAR + 1).min(trail.len());
    for at in (first.saturating_sub(NEAR)..end).filter(|at| !taken.contains(&Some(*at))) {
        let earliest = taken.iter().rposition(|m| m.is_some_and(|m| m < at)).map_or(0, |before| before + 1);
        let latest = taken.iter().position(|m| m.is_some_and(|m| m > at)).unwrap_or(taken.len());
        // Around neighbours that change places the two may cross.
        places.entry(trail[at]).or_default().extend(earliest.min(latest)..=earliest.max(latest));
    }
    places
}

/// Where followers take one step that is not of the course.
struct Whereabouts {
    /// How many take it at each place: before the first of the course's steps, after it, …
    places: Vec<usize>,
    /// How many take it right before or right after each of the course's steps.
    beside: Vec<usize>,
}

impl Whereabouts {
    fn new(steps: usize) -> Whereabouts {
        Whereabouts { places: vec![0; steps + 1], beside: vec![0; steps] }
    }

    fn of_one(&mut self, places: &BTreeSet<usize>) {
        for (place, count) in self.places.iter_mut().enumerate() {
            *count += usize::from(places.contains(&place));
        }
        for (step, count) in self.beside.iter_mut().enumerate() {
            *count += usize::from(places.contains(&step) || places.contains(&(step + 1)));
        }
    }

    /// The step of the course beside which most take it, and how many do.
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

fn stops(steps: &[Symbol], taken: &[Vec<Option<usize>>]) -> Vec<Stop> {
    let stop = |(place, step): (usize, &Symbol)| {
        let here = taken.iter().enumerate().filter_map(|(follower, taken)| Some((follower, taken[place]?)));
        let here: Vec<(usize, usize)> = here.collect();
        let share = here.len() as f64 / taken.len().max(1) as f64;
        Stop { step: *step, share, swaps: false, taken: here }
    };
    steps.iter().enumerate().map(stop).collect()
}

/// Puts neighbours in the order that most of the followers which take both have, and marks those whose order is free.
fn bring_in_order(stops: &mut [Stop]) {
    for at in 1..stops.len() {
        let (before, after) = orders(&stops[at - 1], &stops[at]);
        if after > before {
            stops.swap(at - 1, at);
        }
    }
    for at in 1..stops.len() {
        let (before, after) = orders(&stops[at - 1], &stops[at]);
        stops[at - 1].swaps = after > 0 && after as f64 >= FREE * (before + after) as f64;
    }
}

/// How many followers take the first before the second, and how many after it.
fn orders(a: &Stop, b: &Stop) -> (usize, usize) {
    let places: BTreeMap<usize, usize> = b.taken.iter().copied().collect();
    let both = a.taken.iter().filter_map(|(follower, at)| Some((*at, *places.get(follower)?)));
    both.fold((0, 0), |(before, after), (a, b)| if a < b { (before + 1, after) } else { (before, after + 1) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use crate::settings::Mining;

    /// The course around these steps when these sessions follow it: its steps, with `?` where they are optional and
    /// `~` where they change places with the next.
    fn course(found: &[&str], sessions: &[&str]) -> Vec<String> {
        let digest = |(number, steps): (usize, &&str)| -> Digest {
            serde_json::from_value(serde_json::json!({
                "session": format!("{number:016x}"), "root": number.to_string(), "agent": "a", "ask": "",
                "steps": steps.split(' ').collect::<Vec<_>>(),
                "counts": { "calls": 1, "failed": 0, "retries": 0, "turns": 1 },
            }))
            .unwrap()
        };
        let digests: Vec<Digest> = sessions.iter().enumerate().map(digest).collect();
        let settings = Mining::default();
        let trails = Trails::of(&digests, &settings);
        let symbol = |name: &str| trails.names.iter().position(|step| &**step == name).unwrap() as Symbol;
        let steps = found.iter().map(|name| (symbol(name), 1.0)).collect();
        let workflow = Workflow { steps, followers: (0..trails.all.len() as u32).collect() };
        let shown = of(&workflow, &trails).into_iter().map(|stop| {
            let optional = if stop.share < 0.8 { "?" } else { "" };
            format!("{}{optional}{}", trails.names[stop.step as usize], if stop.swaps { "~" } else { "" })
        });
        shown.collect()
    }

    #[test]
    fn what_all_followers_do_at_one_place_is_put_in_wherever_else_it_is_done() {
        let sessions = ["a b test c", "x a b test c", "a b test x c y", "a y b test c", "a b test c"];
        assert_eq!(course(&["a", "b", "c"], &sessions), ["a", "b", "test", "c"]);
        let anywhere = ["a test b c", "x a b test c", "a b x c y test", "a test y b c", "test a b c"];
        assert_eq!(course(&["a", "b", "c"], &anywhere), ["a", "b", "c"]);
    }

    #[test]
    fn neighbours_that_change_places_are_both_kept() {
        let sessions = ["a p q c", "a q p c", "x a p q c", "a q p y c", "a p q c"];
        assert_eq!(course(&["a", "p", "c"], &sessions), ["a", "p~", "q", "c"]);
        assert_eq!(course(&["a", "q", "p", "c"], &sessions), ["a", "p~", "q", "c"]);
    }

    #[test]
    fn a_step_may_stand_twice() {
        let sessions = ["a run b run c", "a run x b run c", "a run b run c", "y a run b run c"];
        assert_eq!(course(&["a", "b", "run", "c"], &sessions), ["a", "run", "b", "run", "c"]);
    }
}
