//! Grows a frequent sequence into the workflow that its sessions share.
//!
//! The sessions that show the sequence are aligned with it (weighted longest common subsequence), and whatever
//! else many of them do at the same place, and others do not, is put in at that place: the sequence closes, and
//! steps that only some sessions take become optional ones. Then the sessions that follow the grown workflow
//! are looked up anew, and it is grown again. Refuses steps that wander: what stands now here, now there is
//! noise, however frequent.

use super::chain;
use super::significance::LogFactorials;
use super::trail::{Symbol, Trails, distinct};
use std::collections::BTreeMap;

/// Share of the followers from which a step at one place is theirs beyond doubt.
const UNANIMOUS: f64 = 0.9;
/// Of the followers that take a step at all, the share that must take it at one place.
const SETTLED: f64 = 0.6;
/// Share of other sessions up to which they take a step seldom.
const SELDOM: f64 = 0.2;
/// How many times likelier a step must be in followers than in other sessions if those do not take it seldom, but
/// nearly all followers do.
const LIFT_OF_HABIT: f64 = 2.0;
/// Chance, over all kinds of step, that a step is taken in that has nothing to do with the workflow; for a step
/// that nearly all followers take, the chance for that step alone.
const ERROR_RATE: f64 = 0.01;
/// Weighted share of a workflow that a session must show, in order, to follow it.
const FOLLOWED: f64 = 0.7;
/// Times that a workflow is grown and its followers looked up.
const ROUNDS: usize = 3;

/// A workflow and who follows it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Workflow {
    /// Its steps in order, each with the share of the followers that take it there.
    pub(super) steps: Vec<(Symbol, f64)>,
    /// The trails that follow it (indices into [`Trails::all`]), ascending.
    pub(super) followers: Vec<u32>,
}

impl Workflow {
    /// The steps of the core that other sessions seldom take: what order has to be shown on. That a habit comes
    /// after everything else says nothing about the rest.
    pub(super) fn specific(&self, trails: &Trails) -> Vec<Symbol> {
        let seldom = |step: &Symbol| Takers::of(*step, &self.followers, trails).elsewhere <= SELDOM;
        self.core(trails).into_iter().filter(seldom).collect()
    }

    /// The steps that most followers take: what makes it this workflow and no other.
    pub(super) fn core(&self, trails: &Trails) -> Vec<Symbol> {
        let core = trails.settings.workflow_core_share;
        self.steps.iter().filter(|(_, share)| *share >= core).map(|(step, _)| *step).collect()
    }
}

/// The workflow around a sequence; `None` if it dissolves.
pub(super) fn grow(seed: &[Symbol], trails: &Trails, table: &LogFactorials) -> Option<Workflow> {
    let settings = &trails.settings;
    let shows =
        |trail: &u32| chain::occurs(&trails.all[*trail as usize].telling, seed, settings.workflow_gap);
    let mut followers: Vec<u32> = trails.with_all(seed).into_iter().filter(shows).collect();
    let mut steps: Vec<Symbol> = seed.to_vec();
    let mut shares = Vec::new();
    for _ in 0..ROUNDS {
        while steps.len() < settings.workflow_max_steps {
            let Some((step, place)) = missing(&steps, &followers, trails, table) else { break };
            steps.insert(place, step);
        }
        shares = shares_of(&steps, &followers, trails);
        keep_own(&mut steps, &mut shares, &followers, trails, table);
        let found = following(&steps, &shares, trails);
        let settled = found == followers;
        followers = found;
        if followers.len() < trails.support || steps.len() < settings.workflow_min_steps {
            return None;
        }
        shares = shares_of(&steps, &followers, trails);
        keep_own(&mut steps, &mut shares, &followers, trails, table);
        if settled {
            break;
        }
    }
    Some(Workflow { steps: steps.into_iter().zip(shares).collect(), followers })
}

/// Drops steps that too few followers take, and those that followers take hardly more than others.
fn keep_own(
    steps: &mut Vec<Symbol>,
    shares: &mut Vec<f64>,
    followers: &[u32],
    trails: &Trails,
    table: &LogFactorials,
) {
    let is_own = |(step, share): (&Symbol, &f64)| {
        *share >= trails.settings.workflow_optional_share
            && Takers::of(*step, followers, trails).is_own(*share, trails, table)
    };
    let kept: Vec<bool> = steps.iter().zip(&*shares).map(is_own).collect();
    let mut keep = kept.iter();
    steps.retain(|_| *keep.next().unwrap_or(&false));
    let mut keep = kept.iter();
    shares.retain(|_| *keep.next().unwrap_or(&false));
}

/// Who takes a step.
struct Takers {
    /// How many followers there are, how many of them take it, and how many sessions do at all.
    followers: usize,
    inside: usize,
    everywhere: usize,
    /// The share of other sessions that take it.
    elsewhere: f64,
}

impl Takers {
    fn of(step: Symbol, followers: &[u32], trails: &Trails) -> Takers {
        let all = &trails.with[step as usize];
        let inside = followers.iter().filter(|trail| all.binary_search(trail).is_ok()).count();
        Takers::counted(inside, followers.len(), all.len(), trails)
    }

    fn counted(inside: usize, followers: usize, everywhere: usize, trails: &Trails) -> Takers {
        let outside = trails.usable.saturating_sub(followers).max(1);
        let elsewhere = everywhere.saturating_sub(inside) as f64 / outside as f64;
        Takers { followers, inside, everywhere, elsewhere }
    }

    /// Whether a step that this share of the followers takes at its place has to do with the workflow. What other
    /// sessions do not take seldom may be a habit: it is a step only if nearly all followers take it.
    fn is_own(&self, share: f64, trails: &Trails, table: &LogFactorials) -> bool {
        let (unanimous, seldom) = (share >= UNANIMOUS, self.elsewhere <= SELDOM);
        if !unanimous && !seldom {
            return false;
        }
        let lift = if seldom { trails.settings.workflow_lift } else { LIFT_OF_HABIT };
        // What nearly all followers do at one place, and others seldom do, is no find among many.
        let tried = if unanimous && seldom { 1 } else { trails.names.len().max(1) };
        let by_chance = table.hypergeometric(trails.usable, self.everywhere, self.followers, self.inside);
        self.inside as f64 >= lift * self.elsewhere * self.followers as f64
            && by_chance <= (ERROR_RATE / tried as f64).ln()
    }
}

/// The step that most followers take at one place of the workflow and that is not in it yet, and that place.
fn missing(
    steps: &[Symbol],
    followers: &[u32],
    trails: &Trails,
    table: &LogFactorials,
) -> Option<(Symbol, usize)> {
    let mut found: BTreeMap<Symbol, Candidate> = BTreeMap::new();
    let mut aligner = Aligner::of(steps, trails);
    let mut spans: Vec<(Symbol, usize, usize)> = Vec::new();
    for &follower in followers {
        let trail = &trails.all[follower as usize].steps;
        aligner.align(None, trail);
        let Aligner { matched, is_step, .. } = &aligner;
        let mut ahead = (0..).zip(matched).filter_map(|(place, at)| Some((place, (*at)?))).peekable();
        let mut earliest = 0;
        spans.clear();
        for (at, &step) in trail.iter().enumerate() {
            // It stands after the last step matched before it, and not after the next one matched.
            while let Some((place, _)) = ahead.next_if(|(_, matched)| *matched < at) {
                earliest = place + 1;
            }
            if !is_step[step as usize] {
                spans.push((step, earliest, ahead.peek().map_or(steps.len(), |(place, _)| *place)));
            }
        }
        spans.sort_unstable();
        for same in spans.chunk_by(|a, b| a.0 == b.0) {
            found.entry(same[0].0).or_insert_with(|| Candidate::new(steps.len())).stands(same);
        }
    }
    let belongs = |step: Symbol, candidate: &Candidate| {
        let (inside, times) = (followers.len(), candidate.most() as f64);
        let takers = Takers::counted(candidate.sessions, inside, trails.with[step as usize].len(), trails);
        times >= trails.settings.workflow_optional_share * inside as f64
            && times >= SETTLED * candidate.sessions as f64
            && takers.is_own(times / inside as f64, trails, table)
    };
    let best = found.into_iter().filter(|(step, candidate)| belongs(*step, candidate)).max_by_key(
        |(step, candidate)| {
            // Of equally frequent steps the first by name.
            (candidate.most(), std::cmp::Reverse(*step))
        },
    );
    best.map(|(step, candidate)| (step, candidate.place()))
}

/// A step that may be missing: how many followers take it, and at each place.
struct Candidate {
    sessions: usize,
    places: Vec<usize>,
}

impl Candidate {
    fn new(steps: usize) -> Candidate {
        Candidate { sessions: 0, places: vec![0; steps + 1] }
    }

    /// Takes down that one follower takes it in these spans of places, each place once. Spans come sorted.
    fn stands(&mut self, spans: &[(Symbol, usize, usize)]) {
        self.sessions += 1;
        let mut counted = 0;
        for &(_, earliest, latest) in spans {
            let from = earliest.max(counted);
            self.places.iter_mut().take(latest + 1).skip(from).for_each(|count| *count += 1);
            counted = counted.max(latest + 1);
        }
    }

    fn most(&self) -> usize {
        self.places.iter().copied().max().unwrap_or(0)
    }

    /// The first of the places with most followers.
    fn place(&self) -> usize {
        let most = self.most();
        self.places.iter().position(|count| *count == most).unwrap_or(0)
    }
}

/// Aligns steps with trails, in the same room every time: a cycle does so some hundred thousand times.
pub(super) struct Aligner<'s> {
    steps: &'s [Symbol],
    /// For each symbol whether it is one of the steps.
    is_step: Vec<bool>,
    /// Where in the trail the steps stand. Only these can be matched: the rest of the trail costs a look, no more.
    places: Vec<usize>,
    /// `best[i][j]`: weight of the best alignment of the first i steps with the first j places, row by row.
    best: Vec<f64>,
    matched: Vec<Option<usize>>,
}

impl Aligner<'_> {
    /// Ready to align these steps.
    pub(super) fn of<'s>(steps: &'s [Symbol], trails: &Trails) -> Aligner<'s> {
        let mut is_step = vec![false; trails.names.len()];
        steps.iter().for_each(|step| is_step[*step as usize] = true);
        Aligner { steps, is_step, places: Vec::new(), best: Vec::new(), matched: Vec::new() }
    }

    /// The weight of the best alignment. Every step weighs one if no weights are given.
    fn weigh(&mut self, weights: Option<&[f64]>, trail: &[Symbol]) -> f64 {
        let Aligner { steps, is_step, places, best, .. } = self;
        places.clear();
        places.extend((0..trail.len()).filter(|at| is_step[trail[*at] as usize]));
        let width = places.len() + 1;
        best.clear();
        best.resize((steps.len() + 1) * width, 0.0);
        for (i, step) in steps.iter().enumerate() {
            let weight = weights.map_or(1.0, |weights| weights[i]);
            let (above, row) = best[i * width..][..2 * width].split_at_mut(width);
            for (j, place) in places.iter().enumerate() {
                let taken = if *step == trail[*place] { above[j] + weight } else { 0.0 };
                row[j + 1] = above[j + 1].max(row[j]).max(taken);
            }
        }
        best.last().copied().unwrap_or_default()
    }

    /// For each step where in the trail it is matched, in the alignment of most weight. Of equally good alignments,
    /// the one whose steps come last.
    pub(super) fn align(&mut self, weights: Option<&[f64]>, trail: &[Symbol]) -> &[Option<usize>] {
        self.weigh(weights, trail);
        let Aligner { steps, places, best, matched, .. } = self;
        let weight = |step: usize| weights.map_or(1.0, |weights| weights[step]);
        let width = places.len() + 1;
        matched.clear();
        matched.resize(steps.len(), None);
        let (mut i, mut j) = (steps.len(), places.len());
        while i > 0 && j > 0 {
            let here = best[i * width + j];
            let place = places[j - 1];
            // Behind the place stands something else: a step that the rest can do without is given up there.
            let is_followed_by_other = places.get(j).copied().unwrap_or(trail.len()) > place + 1;
            if is_followed_by_other && here <= best[(i - 1) * width + j] {
                i -= 1;
            } else if steps[i - 1] == trail[place] && here <= best[(i - 1) * width + j - 1] + weight(i - 1) {
                matched[i - 1] = Some(place);
                (i, j) = (i - 1, j - 1);
            } else if here <= best[(i - 1) * width + j] {
                i -= 1;
            } else {
                j -= 1;
            }
        }
        matched
    }
}

/// The share of the followers that take each step in its place.
fn shares_of(steps: &[Symbol], followers: &[u32], trails: &Trails) -> Vec<f64> {
    let mut taken = vec![0usize; steps.len()];
    let mut aligner = Aligner::of(steps, trails);
    for &follower in followers {
        let matched = aligner.align(None, &trails.all[follower as usize].steps);
        taken.iter_mut().zip(matched).for_each(|(count, matched)| *count += usize::from(matched.is_some()));
    }
    taken.into_iter().map(|count| count as f64 / followers.len().max(1) as f64).collect()
}

/// The trails that did not fail and show enough of a workflow, in order.
pub(super) fn following(steps: &[Symbol], shares: &[f64], trails: &Trails) -> Vec<u32> {
    let needed = needed(shares);
    // What a trail has in any order bounds what it has in order, and is cheap to know.
    let mut has = vec![0.0f64; trails.all.len()];
    for (step, share) in steps.iter().zip(shares) {
        trails.with[*step as usize].iter().for_each(|trail| has[*trail as usize] += share);
    }
    let may_follow = (0u32..).zip(&has).filter(|(_, has)| **has >= needed).map(|(trail, _)| trail);
    let mut aligner = Aligner::of(steps, trails);
    let mut shows = |trail: u32| aligner.weigh(Some(shares), &trails.all[trail as usize].steps) >= needed;
    may_follow.filter(|trail| shows(*trail)).collect()
}

/// Which of these trails, failed or not, follow this workflow.
pub(super) fn follow(workflow: &Workflow, among: &[u32], trails: &Trails) -> Vec<bool> {
    let (steps, shares): (Vec<Symbol>, Vec<f64>) = workflow.steps.iter().copied().unzip();
    let mut aligner = Aligner::of(&steps, trails);
    let mut weigh = |trail: &u32| aligner.weigh(Some(&shares), &trails.all[*trail as usize].steps);
    among.iter().map(|trail| weigh(trail) >= needed(&shares)).collect()
}

/// The weight that a follower shows at least. A hair less than exact, so that the order of a sum never decides.
fn needed(shares: &[f64]) -> f64 {
    FOLLOWED * shares.iter().sum::<f64>() - 1e-9
}

/// How sessions that take most of these steps order them: how many do, how many of them in this order, and what
/// share would by chance.
pub(super) struct Ordering {
    pub(super) sessions: usize,
    pub(super) in_order: usize,
    pub(super) chance: f64,
}

/// Counts the order of some steps over those of these trails that take most of them, in whatever order.
pub(super) fn ordering(core: &[Symbol], among: &[u32], trails: &Trails) -> Ordering {
    let most = ((core.len() as f64 * FOLLOWED).ceil() as usize).max(2);
    let mut ordering = Ordering { sessions: 0, in_order: 0, chance: 0.0 };
    let mut aligner = Aligner::of(core, trails);
    for &trail in among {
        let trail = &trails.all[trail as usize].steps;
        let present = distinct(trail).iter().filter(|step| core.contains(step)).count();
        if present < most {
            continue;
        }
        let matched = aligner.align(None, trail).iter().flatten().count();
        ordering.sessions += 1;
        ordering.in_order += usize::from(matched == present);
        ordering.chance += chance_of_order(core, trail, present);
    }
    ordering.chance /= ordering.sessions.max(1) as f64;
    ordering
}

/// An upper bound for the probability that a shuffled trail has its steps of the core in order: each way to
/// choose one occurrence of each is in order once in `present!` shuffles.
fn chance_of_order(core: &[Symbol], trail: &[Symbol], present: usize) -> f64 {
    let times = |step: &Symbol| trail.iter().filter(|done| *done == step).count().max(1) as f64;
    let ways: f64 = core.iter().map(times).product();
    let orders: f64 = (1..=present).map(|n| n as f64).product();
    (ways / orders).min(1.0)
}
