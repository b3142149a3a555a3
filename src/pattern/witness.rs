//! Who speaks for a pattern: counts independent witnesses.
//!
//! Sessions with one root (a parent with its sub-agents, a fork with its origin) are one witness, whatever
//! number of transcripts they left.

use super::job::Jobs;
use super::{Scope, Support};
use crate::digest::Digest;
use crate::redact::Clean;
use std::collections::{BTreeMap, BTreeSet};

/// Counts what independently speaks for something seen in these sessions (indices into `digests`).
pub fn support(digests: &[Digest], jobs: &Jobs, seen_in: &BTreeSet<usize>) -> Support {
    let distinct = |of: &dyn Fn(&Digest) -> Option<String>| {
        seen_in.iter().filter_map(|&i| of(&digests[i])).collect::<BTreeSet<_>>().len() as u32
    };
    Support {
        sessions: distinct(&|d| Some(d.root.to_string())),
        jobs: seen_in.iter().map(|&i| jobs.of(i)).collect::<BTreeSet<_>>().len() as u32,
        agents: distinct(&|d| Some(agent(d))),
        people: distinct(&|d| d.contributor.as_ref().map(|person| person.to_string())),
        first: seen_in.iter().filter_map(|&i| digests[i].began).min(),
        last: seen_in.iter().filter_map(|&i| digests[i].began).max(),
    }
}

/// An agent is a tool with a model.
fn agent(digest: &Digest) -> String {
    format!("{}/{}", digest.agent, digest.model.as_deref().unwrap_or(""))
}

/// The smallest scope that covers these sessions: what they all have in common and all sessions together have
/// not (where everything is one project, naming the project says nothing).
pub fn scope(digests: &[Digest], seen_in: &BTreeSet<usize>) -> Scope {
    let common = |of: &dyn Fn(&Digest) -> Option<&Clean>| -> Option<Clean> {
        let here: BTreeSet<_> = seen_in.iter().map(|&i| of(&digests[i])).collect();
        let everywhere: BTreeSet<_> = digests.iter().map(of).collect();
        match here.iter().next() {
            Some(Some(one)) if here.len() == 1 && everywhere.len() > 1 => Some((*one).clone()),
            _ => None,
        }
    };
    Scope {
        agent: common(&|d| Some(&d.agent)),
        model: common(&|d| d.model.as_ref()),
        project: common(&|d| d.project.as_ref()),
        contributor: common(&|d| d.contributor.as_ref()),
    }
}

/// Every session once, sorted by name, with its root found across sessions: the first of the chain of sessions
/// that started one another; forks (same first moment, same request) share one. A chain that runs in a circle
/// ends where it closes.
pub fn independent(digests: &[Digest]) -> Vec<Digest> {
    let mut sorted: Vec<Digest> = digests.to_vec();
    sorted.sort_by(|a, b| a.session.cmp(&b.session));
    sorted.dedup_by(|a, b| a.session == b.session);
    let parents: BTreeMap<&Clean, &Clean> =
        sorted.iter().filter_map(|d| Some((d.source.as_ref()?, &d.root))).collect();
    let mut roots: Vec<Clean> = sorted.iter().map(|digest| first_of_chain(&digest.root, &parents)).collect();
    let mut forks: BTreeMap<(jiff::Timestamp, &str), Clean> = BTreeMap::new();
    let mut merged: BTreeMap<Clean, Clean> = BTreeMap::new();
    for (digest, root) in sorted.iter().zip(&roots) {
        let Some(began) = digest.began.filter(|_| !digest.ask.is_empty()) else { continue };
        let origin = forks.entry((began, &digest.ask)).or_insert_with(|| root.clone()).clone();
        if origin != *root {
            merged.insert(root.clone(), origin);
        }
    }
    let merged: BTreeMap<&Clean, &Clean> = merged.iter().collect();
    for root in &mut roots {
        *root = first_of_chain(root, &merged);
    }
    for (digest, root) in sorted.iter_mut().zip(roots) {
        digest.root = root;
    }
    sorted
}

/// Follows `next` from `start` to its end.
fn first_of_chain(start: &Clean, next: &BTreeMap<&Clean, &Clean>) -> Clean {
    let mut seen = BTreeSet::from([start]);
    let mut at = start;
    while let Some(&further) = next.get(at) {
        if !seen.insert(further) {
            // A circle has no first; its smallest name stands for all of it.
            return seen.into_iter().next().unwrap_or(at).clone();
        }
        at = further;
    }
    at.clone()
}
