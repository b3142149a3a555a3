//! The target's history since the first cycle: its commits, and which of them brought which.

use super::{Decider, reason};
use crate::learning::message::REVIEWED;
use crate::ledger::CycleRecord;
use crate::repo::{Oid, Past, Repo};
use anyhow::Result;
use std::collections::BTreeMap;

/// Commits of the target, oldest first, parents before their children.
pub(super) struct History {
    pub(super) commits: Vec<Past>,
    /// By its name, where a commit stands in `commits`.
    places: BTreeMap<Oid, usize>,
    /// For each commit, the one of the target's own line (its first parents) with which it came.
    brought_by: Vec<usize>,
    /// The target's own line, oldest first.
    line: Vec<usize>,
}

impl History {
    /// Reads what happened since the first of these cycles; everything where that one started from no commit that
    /// the target still has.
    pub(super) fn read(repo: &Repo, cycles: &[CycleRecord], target: Oid) -> Result<History> {
        if cycles.is_empty() {
            return Ok(History::of(Vec::new(), target));
        }
        let first = cycles.iter().find_map(|cycle| Oid::parse(&cycle.base));
        let commits = match first.and_then(|first| walked_since(repo, first, target)) {
            Some(commits) => commits,
            None => repo.walk(&[], target)?,
        };
        Ok(History::of(commits, target))
    }

    /// A history of these commits, oldest first, parents before their children.
    pub(super) fn of(commits: Vec<Past>, target: Oid) -> History {
        let places: BTreeMap<Oid, usize> =
            commits.iter().enumerate().map(|(at, past)| (past.id, at)).collect();
        let mut line = Vec::new();
        let mut next = places.get(&target).copied();
        while let Some(at) = next {
            line.push(at);
            next = commits[at].parents.first().and_then(|parent| places.get(parent)).copied();
        }
        line.reverse();
        let mut history = History { brought_by: (0..commits.len()).collect(), commits, places, line };
        let mut is_known = vec![false; history.commits.len()];
        history.line.iter().for_each(|at| is_known[*at] = true);
        for &merge in &history.line {
            for at in side(&history.commits, &history.places, merge, &mut is_known) {
                history.brought_by[at] = merge;
            }
        }
        history
    }

    /// Where a commit stands, by its name or the first digits of it, seven at least.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        if let Some(id) = Oid::parse(name) {
            return self.places.get(&id).copied();
        }
        let is_short = (7..40).contains(&name.len());
        let mut fitting = self.places.iter().filter(|(id, _)| is_short && id.to_string().starts_with(name));
        // A name that fits two commits names neither.
        fitting.next().filter(|_| fitting.next().is_none()).map(|(_, at)| *at)
    }

    /// Whether this is that commit.
    pub(super) fn is_commit(&self, at: usize, id: Oid) -> bool {
        self.commits.get(at).is_some_and(|past| past.id == id)
    }

    /// Whether a commit says that a review took it up.
    pub(super) fn is_reviewed(&self, at: usize) -> bool {
        let says = |line: &str| REVIEWED.iter().any(|said| line.starts_with(said));
        self.commits.get(at).is_some_and(|past| past.message.lines().any(says))
    }

    /// The commit of the target's own line with which this one came; itself, if it is on that line.
    pub(super) fn brought_by(&self, at: usize) -> usize {
        self.brought_by.get(at).copied().unwrap_or(at)
    }

    /// The commits that a merge brought to the line that it was made on.
    pub(super) fn merged_with(&self, merge: usize) -> Vec<usize> {
        let mut is_known = vec![false; self.commits.len()];
        let parents = |at: usize| self.commits[at].parents.iter();
        let mut open: Vec<&Oid> = parents(merge).take(1).collect();
        while let Some(id) = open.pop() {
            let unseen = self.places.get(id).filter(|at| !std::mem::replace(&mut is_known[**at], true));
            open.extend(unseen.into_iter().flat_map(|at| parents(*at)));
        }
        side(&self.commits, &self.places, merge, &mut is_known)
    }

    /// Whose commit it is. A copy of an agent's commit is its committer's; what a forge commits is its author's.
    pub(super) fn decider(&self, at: usize) -> Option<Decider> {
        let past = self.commits.get(at)?;
        let is_copy =
            !past.message.trim_start().starts_with("Revert") && past.trailer("Dream-Pattern").is_some();
        let name = if is_copy { &past.committer } else { &past.author };
        Some(Decider { commit: past.id, name: name.clone(), at: past.at, reason: None })
    }

    /// The same of a commit that takes something away, with the reason that it gives.
    pub(super) fn refuser(&self, at: usize) -> Option<Decider> {
        let reason = self.commits.get(at).and_then(|past| reason::given(&past.message));
        self.decider(at).map(|decider| Decider { reason, ..decider })
    }

    /// Whether the target had this commit when it stood on `base`. A base that it no longer has was before.
    pub(super) fn has(&self, base: &str, commit: Oid) -> bool {
        let place = |id: Oid| self.places.get(&id).map(|at| self.brought_by(*at));
        match (Oid::parse(base).and_then(place), place(commit)) {
            (Some(base), Some(commit)) => commit <= base,
            _ => false,
        }
    }

    /// The commit that removed a file from the target's own line: the first without it, after the last one with it.
    /// `None` where it never stood there since the first cycle.
    pub(super) fn removal_of(&self, repo: &Repo, path: &str) -> Result<Option<usize>> {
        // Newest first: what is gone was mostly removed not long ago, and it may have stood more than once.
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut newer: Option<(usize, Option<Oid>)> = None;
        for &older in self.line.iter().rev() {
            let inside = repo.folder(self.commits[older].id, folder)?;
            // Most commits leave the folder as it is; only where one does not, it is looked into.
            if let Some((removed, _)) = newer.filter(|(_, after)| *after != inside)
                && repo.has(self.commits[older].id, path)?
            {
                return Ok(Some(removed));
            }
            newer = Some((older, inside));
        }
        Ok(None)
    }

    /// Why the history cannot tell what became of a cycle's learnings; `None` where it can.
    pub(super) fn gap(&self, repo: &Repo, cycle: &CycleRecord) -> Result<Option<String>> {
        let Some(base) = Oid::parse(&cycle.base) else { return Ok(None) };
        if self.places.contains_key(&base) {
            return Ok(None);
        }
        let Some(tip) = self.line.last() else { return Ok(None) };
        if repo.is_ancestor(base, self.commits[*tip].id).unwrap_or(false) {
            return Ok(None);
        }
        Ok(Some(match repo.is_shallow() {
            true => "this clone is too shallow to tell: run `git fetch --unshallow`".to_owned(),
            false => format!("the branch was rewritten since: it no longer has {}", base.short()),
        }))
    }
}

/// The target's commits since this one; `None` where the target does not come from it. A walk that ends at a commit
/// tells by itself whether it came there: asking first would be a second walk.
fn walked_since(repo: &Repo, base: Oid, target: Oid) -> Option<Vec<Past>> {
    let commits = repo.walk(&[base], target).ok()?;
    let arrives = base == target || commits.iter().any(|past| past.parents.contains(&base));
    arrives.then_some(commits)
}

/// The commits behind a merge's other parents that are not known yet; they are then.
fn side(commits: &[Past], places: &BTreeMap<Oid, usize>, merge: usize, is_known: &mut [bool]) -> Vec<usize> {
    let mut open: Vec<&Oid> = commits[merge].parents.iter().skip(1).collect();
    let mut found = Vec::new();
    while let Some(id) = open.pop() {
        let unseen = places.get(id).filter(|at| !std::mem::replace(&mut is_known[**at], true));
        if let Some(&at) = unseen {
            found.push(at);
            open.extend(&commits[at].parents);
        }
    }
    found
}
