//! Grows a frequent sequence into the workflow that its sessions share.
//!
//! The sessions that show the sequence are aligned with it (weighted longest common subsequence), and whatever
//! else many of them do at the same place, and others do not, is put in at that place: the sequence closes, and
//! steps that only some sessions take become optional ones. Then the sessions that follow the grown workflow
//! are looked up anew, and it is grown again. Refuses steps that wander: what stands now here, now there is
//! noise, however frequent.

use super::align::Aligner;
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
    let mut followers = Followers::of(trails.with_all(seed).into_iter().filter(shows).collect(), trails);
    let mut steps: Vec<Symbol> = seed.to_vec();
    let mut shares = Vec::new();
    // Whether the shares are those of just these steps among just these followers.
    let mut measured = false;
    for _ in 0..ROUNDS {
        let candidates = followers.own(trails, table);
        while steps.len() < settings.workflow_max_steps {
            let Some((step, place)) = missing(&steps, &followers, &candidates, trails, table) else { break };
            steps.insert(place, step);
            measured = false;
        }
        if !measured {
            shares = shares_of(&steps, &followers.trails, trails);
            measured = keep_own(&mut steps, &mut shares, &followers, trails, table);
        }
        let found = following(&steps, &shares, trails);
        let settled = found == followers.trails;
        if found.len() < trails.support || steps.len() < settings.workflow_min_steps {
            return None;
        }
        if !settled {
            followers = Followers::of(found, trails);
        }
        if !settled || !measured {
            shares = shares_of(&steps, &followers.trails, trails);
            measured = keep_own(&mut steps, &mut shares, &followers, trails, table);
        }
        if settled {
            break;
        }
    }
    Some(Workflow { steps: steps.into_iter().zip(shares).collect(), followers: followers.trails })
}

/// Drops steps that too few followers take, and those that followers take hardly more than others. Whether all stay.
fn keep_own(
    steps: &mut Vec<Symbol>,
    shares: &mut Vec<f64>,
    followers: &Followers,
    trails: &Trails,
    table: &LogFactorials,
) -> bool {
    let is_own = |(step, share): (&Symbol, &f64)| {
        *share >= trails.settings.workflow_optional_share
            && followers.takers(*step, trails).is_own(*share, trails, table)
    };
    let kept: Vec<bool> = steps.iter().zip(&*shares).map(is_own).collect();
    let mut keep = kept.iter();
    steps.retain(|_| *keep.next().unwrap_or(&false));
    let mut keep = kept.iter();
    shares.retain(|_| *keep.next().unwrap_or(&false));
    !kept.contains(&false)
}

/// The trails that follow a workflow.
struct Followers {
    /// Indices into [`Trails::all`], ascending.
    trails: Vec<u32>,
    /// For each symbol how many of them take it.
    taking: Vec<usize>,
}

impl Followers {
    fn of(followers: Vec<u32>, trails: &Trails) -> Followers {
        let mut taking = vec![0; trails.names.len()];
        let mut last_seen_in = vec![u32::MAX; trails.names.len()];
        for &follower in &followers {
            for &step in &trails.all[follower as usize].steps {
                if std::mem::replace(&mut last_seen_in[step as usize], follower) != follower {
                    taking[step as usize] += 1;
                }
            }
        }
        Followers { trails: followers, taking }
    }

    fn takers(&self, step: Symbol, trails: &Trails) -> Takers {
        let inside = self.taking[step as usize];
        Takers::counted(inside, self.trails.len(), trails.with[step as usize].len(), trails)
    }

    /// For each symbol whether it would be the workflow's own if all who take it took it at one place. Only these are
    /// worth looking for a place.
    fn own(&self, trails: &Trails, table: &LogFactorials) -> Vec<bool> {
        let all = self.trails.len() as f64;
        let is_own = |(step, taking): (Symbol, &usize)| {
            let share = *taking as f64 / all;
            *taking as f64 >= trails.settings.workflow_optional_share * all
                && self.takers(step, trails).is_own(share, trails, table)
        };
        (0..).zip(&self.taking).map(is_own).collect()
    }
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
    followers: &Followers,
    candidates: &[bool],
    trails: &Trails,
    table: &LogFactorials,
) -> Option<(Symbol, usize)> {
    let is_open = |step: Symbol| candidates[step as usize] && !steps.contains(&step);
    if !(0..candidates.len() as Symbol).any(is_open) {
        return None;
    }
    let mut found: BTreeMap<Symbol, Candidate> = BTreeMap::new();
    let mut aligner = Aligner::of(steps, trails);
    let mut spans: Vec<(Symbol, usize, usize)> = Vec::new();
    for &follower in &followers.trails {
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
            if candidates[step as usize] && !is_step[step as usize] {
                spans.push((step, earliest, ahead.peek().map_or(steps.len(), |(place, _)| *place)));
            }
        }
        spans.sort_unstable();
        for same in spans.chunk_by(|a, b| a.0 == b.0) {
            found.entry(same[0].0).or_insert_with(|| Candidate::new(steps.len())).stands(same);
        }
    }
    let belongs = |step: Symbol, candidate: &Candidate| {
        let (inside, times) = (followers.trails.len(), candidate.most() as f64);
        let takers = followers.takers(step, trails);
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
