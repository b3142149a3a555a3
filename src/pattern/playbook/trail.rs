//! The sessions as trails of numbered steps: what workflows are mined from.
//!
//! One trail a witness, so that a session and its sub-agents count once. Of the steps, only those are kept that
//! could belong to a workflow at all: not looking around, not what hardly any session does. What most sessions
//! do (a habit) starts no workflow, though it may turn out to be a step of one; gaps are counted without it.

use super::form::Settled;
use crate::digest::step::{self, Step};
use crate::digest::{Digest, Outcome};
use crate::settings::Mining;
use std::collections::BTreeMap;

/// Most kinds of step that are looked at, the most frequent first. Bounds the table of pairs to 16 MB.
const MOST_SYMBOLS: usize = 2048;
/// A workflow is in at least one of this many sessions: rarer ones cost more search than they are worth.
const RAREST: usize = 500;

/// A step, as an index into [`Trails::names`].
pub(super) type Symbol = u32;

/// What one witness did.
#[derive(Clone, Debug)]
pub(super) struct Trail {
    /// The session that speaks for the witness (index into the corpus' digests).
    pub(super) session: usize,
    /// Its steps.
    pub(super) steps: Vec<Symbol>,
    /// Its steps without habits.
    pub(super) telling: Vec<Symbol>,
    /// Whether it succeeded, where that is known.
    pub(super) succeeded: Option<bool>,
}

/// All trails.
#[derive(Debug)]
pub(super) struct Trails {
    /// What the symbols stand for, sorted.
    pub(super) names: Vec<Step>,
    /// One a witness, those without steps included.
    pub(super) all: Vec<Trail>,
    /// For each symbol the trails that have it and did not fail (indices into `all`), ascending.
    pub(super) with: Vec<Vec<u32>>,
    /// How often each of those trails has the symbol, in the same order.
    pub(super) times: Vec<Vec<u16>>,
    /// How many trails have steps and did not fail.
    pub(super) usable: usize,
    /// How many trails a workflow needs.
    pub(super) support: usize,
    /// What makes a workflow one.
    pub(super) settings: Mining,
}

impl Trails {
    pub(super) fn of(digests: &[Digest], settings: &Mining) -> Trails {
        let speakers = speakers(digests);
        let support = (settings.min_sessions as usize).max(speakers.len() / RAREST).max(2);
        let said: Vec<&Digest> = speakers.iter().map(|&session| &digests[session]).collect();
        let settled = Settled::of(&said, support);
        let sessions = sessions_with(&settled);
        let most = settings.habit_share * speakers.len() as f64;
        let counted = settled.names.iter().zip(&sessions).enumerate();
        let mut kept: Vec<(&Step, usize, usize)> = counted
            .filter(|(_, (step, count))| **count >= support && !step::is_look_around(step))
            .map(|(kind, (step, count))| (step, *count, kind))
            .collect();
        kept.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        kept.truncate(MOST_SYMBOLS);
        kept.sort_unstable();
        let names: Vec<Step> = kept.iter().map(|(step, ..)| (*step).clone()).collect();
        let habits: Vec<bool> = kept.iter().map(|(_, count, _)| *count as f64 > most).collect();
        let mut symbols: Vec<Option<Symbol>> = vec![None; settled.names.len()];
        for (symbol, (.., kind)) in (0..).zip(&kept) {
            symbols[*kind] = Some(symbol);
        }
        let taken = speakers.iter().zip(&settled.taken);
        let trails = taken.map(|(&session, kinds)| {
            let steps = kinds.iter().filter_map(|kind| symbols[*kind]).collect();
            trail(session, steps, digests[session].outcome, &habits)
        });
        let all: Vec<Trail> = trails.collect();
        let mut with = vec![Vec::new(); names.len()];
        let mut times = vec![Vec::new(); names.len()];
        let usable = |trail: &&Trail| trail.succeeded != Some(false) && !trail.steps.is_empty();
        for (index, trail) in all.iter().enumerate().filter(|(_, trail)| usable(trail)) {
            let mut sorted = trail.steps.clone();
            sorted.sort_unstable();
            for same in sorted.chunk_by(|a, b| a == b) {
                with[same[0] as usize].push(index as u32);
                times[same[0] as usize].push(same.len().min(usize::from(u16::MAX)) as u16);
            }
        }
        let usable = all.iter().filter(usable).count();
        Trails { names, all, with, times, usable, support, settings: settings.clone() }
    }

    /// The trails that have both symbols and did not fail, each with how often it has the one and the other.
    pub(super) fn with_both(&self, a: Symbol, b: Symbol) -> impl Iterator<Item = (u32, u16, u16)> + '_ {
        let list = |symbol: Symbol| {
            let symbol = symbol as usize;
            self.with[symbol].iter().copied().zip(self.times[symbol].iter().copied())
        };
        let mut other = list(b).peekable();
        list(a).filter_map(move |(trail, times)| {
            while other.next_if(|(behind, _)| *behind < trail).is_some() {}
            other
                .next_if(|(same, _)| *same == trail)
                .map(|(_, times_of_other)| (trail, times, times_of_other))
        })
    }

    /// The trails that have all these symbols and did not fail, ascending.
    pub(super) fn with_all(&self, symbols: &[Symbol]) -> Vec<u32> {
        let mut lists: Vec<&Vec<u32>> = symbols.iter().map(|&symbol| &self.with[symbol as usize]).collect();
        lists.sort_by_key(|list| list.len());
        let Some((first, others)) = lists.split_first() else { return Vec::new() };
        let everywhere = |trail: &&u32| others.iter().all(|list| list.binary_search(trail).is_ok());
        first.iter().filter(everywhere).copied().collect()
    }
}

/// The distinct symbols of a trail, ascending.
pub(super) fn distinct(steps: &[Symbol]) -> Vec<Symbol> {
    let mut symbols = steps.to_vec();
    symbols.sort_unstable();
    symbols.dedup();
    symbols
}

/// One session a witness: of those with a request, the one that did most.
fn speakers(digests: &[Digest]) -> Vec<usize> {
    let mut best: BTreeMap<&str, usize> = BTreeMap::new();
    let says = |session: usize| (!digests[session].ask.is_empty(), digests[session].steps.len());
    for (session, digest) in digests.iter().enumerate() {
        let speaker = best.entry(&digest.root).or_insert(session);
        if says(session) > says(*speaker) {
            *speaker = session;
        }
    }
    let mut speakers: Vec<usize> = best.into_values().collect();
    speakers.sort_unstable();
    speakers
}

/// In how many sessions each step is.
fn sessions_with(settled: &Settled) -> Vec<usize> {
    let mut sessions = vec![0; settled.names.len()];
    let mut last_seen_in = vec![usize::MAX; settled.names.len()];
    for (session, taken) in settled.taken.iter().enumerate() {
        for &step in taken {
            if std::mem::replace(&mut last_seen_in[step], session) != session {
                sessions[step] += 1;
            }
        }
    }
    sessions
}

fn trail(session: usize, mut steps: Vec<Symbol>, outcome: Option<Outcome>, habits: &[bool]) -> Trail {
    steps.dedup();
    let mut telling: Vec<Symbol> = steps.iter().copied().filter(|step| !habits[*step as usize]).collect();
    telling.dedup();
    Trail { session, steps, telling, succeeded: outcome.map(|outcome| outcome.succeeded()) }
}
