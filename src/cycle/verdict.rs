//! What people did with what was proposed, read from the history alone.

use super::outside;
use super::place::Places;
use crate::learning::standing::{Standing, Standings, Verdict};
use crate::ledger::{CycleRecord, LearningRecord};
use crate::pattern::{Fingerprint, Support};
use crate::repo::{Oid, Repo};
use anyhow::Result;
use std::collections::BTreeSet;

/// One learning that a cycle proposed, with what became of it.
#[derive(Clone, Debug)]
pub struct Proposal<'a> {
    /// The cycle.
    pub cycle: &'a CycleRecord,
    /// The learning.
    pub learning: &'a LearningRecord,
    /// What people did with it.
    pub verdict: Verdict,
    /// The note's path inside the memory: where people have moved it, else where it was proposed.
    pub note: String,
}

/// The verdict on every learning of every cycle, oldest first.
///
/// Merged: its commit is in the target's history, or a commit there names its pattern (rebased, squashed,
/// cherry-picked), or the note that it added stands there whatever the message says, and its note still stands,
/// under another name perhaps. Pending: a branch `dream/<cycle>`, here or at a remote as last fetched, has it and
/// the target has not. Rejected: neither.
pub fn decided<'a>(
    repo: &Repo,
    cycles: &'a [CycleRecord],
    target: Oid,
    root: &str,
) -> Result<Vec<Proposal<'a>>> {
    let open = open_branches(repo)?;
    let mut landed: Option<BTreeSet<String>> = None;
    let mut places = Places::new(repo, cycles, target, root);
    let mut proposals = Vec::new();
    for cycle in cycles {
        for learning in &cycle.learnings {
            let commit = Oid::parse(&learning.commit);
            let in_history = match commit {
                Some(commit) => repo.is_ancestor(commit, target).unwrap_or(false),
                None => false,
            };
            let merged = in_history || {
                if landed.is_none() {
                    landed = Some(patterns_on(repo, cycles, target)?);
                }
                landed.as_ref().is_some_and(|landed| landed.contains(&learning.pattern))
            };
            let place = places.of(cycle, learning)?;
            // A squash under a message of somebody's own names no pattern, but it brings the note.
            let merged = merged
                || place.as_ref().is_some_and(|place| brought(repo, cycle, learning, &outside(root, place)));
            let is_open = cycle.branch.as_ref().is_some_and(|branch| open.contains(branch));
            let verdict = match (merged, place.is_some(), is_open) {
                (true, true, _) => Verdict::Merged,
                (true, false, _) => Verdict::Rejected,
                (false, _, true) => Verdict::Pending,
                (false, _, false) => Verdict::Rejected,
            };
            let note = place.unwrap_or_else(|| learning.note.clone());
            proposals.push(Proposal { cycle, learning, verdict, note });
        }
    }
    Ok(proposals)
}

/// Whether a note that stands can only have come from this learning: it did not stand before the cycle.
fn brought(repo: &Repo, cycle: &CycleRecord, learning: &LearningRecord, note: &str) -> bool {
    let before = Oid::parse(&cycle.base).map(|base| repo.read(base, note));
    learning.change == "add" && matches!(before, Some(Ok(None)))
}

/// What is known of every pattern that was ever proposed: the last proposal counts.
pub fn standings(repo: &Repo, cycles: &[CycleRecord], target: Oid, root: &str) -> Result<Standings> {
    let mut standings = Standings::new();
    for Proposal { learning, verdict, note, .. } in decided(repo, cycles, target, root)? {
        let Some(pattern) = Fingerprint::parse(&learning.pattern) else { continue };
        let counted = &learning.support;
        let text = match Oid::parse(&learning.commit) {
            Some(commit) => repo.read(commit, &outside(root, &learning.note)).unwrap_or(None),
            None => None,
        };
        let standing = Standing {
            note,
            verdict,
            support: Support {
                sessions: counted.sessions,
                jobs: counted.jobs,
                agents: counted.agents,
                people: counted.people,
                ..Support::default()
            },
            text: text.and_then(|bytes| String::from_utf8(bytes).ok()),
        };
        standings.insert(pattern, standing);
    }
    Ok(standings)
}

/// The names of all dream branches, local and as last fetched.
fn open_branches(repo: &Repo) -> Result<BTreeSet<String>> {
    let local = repo.refs_under("refs/heads/dream/")?;
    let remote = repo.refs_under("refs/remotes/")?;
    let names = local.iter().chain(&remote).filter_map(|(name, _)| {
        let at = name.find("/dream/")?;
        name.get(at + 1..).map(str::to_owned)
    });
    Ok(names.collect())
}

/// The patterns that commits of the target's history name, since the first cycle: in trailers, or, where commits
/// were squashed into one, anywhere at the beginning of a line.
fn patterns_on(repo: &Repo, cycles: &[CycleRecord], target: Oid) -> Result<BTreeSet<String>> {
    let first = cycles.iter().find_map(|cycle| Oid::parse(&cycle.base));
    let known_since = first.filter(|base| repo.is_ancestor(*base, target).unwrap_or(false));
    let since: Vec<Oid> = known_since.into_iter().collect();
    let commits = repo.walk(&since, target, "")?;
    let named = commits.iter().flat_map(|commit| commit.message.lines());
    Ok(named
        // `git merge --squash` indents the messages it puts together.
        .filter_map(|line| line.trim_start().strip_prefix("Dream-Pattern: "))
        .map(|name| name.trim().to_owned())
        .collect())
}
