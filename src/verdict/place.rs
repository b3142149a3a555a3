//! Where a note that was proposed stands now: people rename notes, and a renamed note is a kept one.
//!
//! Refuses to judge what is kept in other words under another name: a rename is what git takes for one.

use crate::ledger::{CycleRecord, LearningRecord};
use crate::memory::place::{self, inside, outside};
use crate::pattern::Kind;
use crate::repo::{Oid, Repo};
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};

/// Looks notes up on the target branch; remembers what it found out about each cycle.
pub(super) struct Places<'a> {
    repo: &'a Repo,
    target: Oid,
    root: &'a str,
    /// Every path that a cycle ever proposed: a note there is that proposal's, not another one renamed.
    proposed: BTreeSet<&'a str>,
    /// Those of them at which a note stands.
    standing: BTreeSet<&'a str>,
    /// Notes of the target at other paths, in the repository: only these can be proposed ones renamed.
    others: Vec<String>,
    /// By a cycle's last commit: what was renamed between it and the target.
    renames: BTreeMap<Oid, BTreeMap<String, String>>,
}

impl<'a> Places<'a> {
    pub(super) fn new(
        repo: &'a Repo,
        cycles: &'a [CycleRecord],
        target: Oid,
        root: &'a str,
    ) -> Result<Places<'a>> {
        let learnings = cycles.iter().flat_map(|cycle| &cycle.learnings);
        let proposed: BTreeSet<&str> = learnings.map(|learning| learning.note.as_str()).collect();
        let listed: BTreeSet<String> = match cycles.is_empty() {
            true => BTreeSet::new(),
            false => repo.list(target, root)?.into_iter().map(|file| file.path).collect(),
        };
        let (mut standing, mut others) = (BTreeSet::new(), Vec::new());
        for path in listed {
            let note = inside(root, &path).unwrap_or(&path);
            match proposed.get(note) {
                Some(proposed) => drop(standing.insert(*proposed)),
                None if place::is_note(note) => others.push(path),
                None => {}
            }
        }
        Ok(Places { repo, target, root, proposed, standing, others, renames: BTreeMap::new() })
    }

    /// The path, inside the memory, at which the note of this learning stands; `None` where it does not.
    ///
    /// The whole branch is compared with the target, not the one commit: of two notes that look alike and are both
    /// gone, each is then found under the name that suits it best.
    pub(super) fn of(&mut self, cycle: &CycleRecord, learning: &LearningRecord) -> Result<Option<String>> {
        if self.standing.contains(learning.note.as_str()) {
            return Ok(Some(learning.note.clone()));
        }
        // Without the branch's commits, which git removes some time after the branch, nothing can be compared.
        let Some(tip) = cycle.tip.as_deref().and_then(Oid::parse) else { return Ok(None) };
        if self.others.is_empty() {
            return Ok(None);
        }
        let note = outside(self.root, &learning.note);
        let (repo, target, root) = (self.repo, self.target, self.root);
        let renames = self
            .renames
            .entry(tip)
            .or_insert_with(|| repo.renamed(tip, target, &folders(root)).unwrap_or_default());
        let moved = renames.get(&note).and_then(|moved| inside(root, moved));
        let is_note = |path: &&str| place::is_note(path) && !self.proposed.contains(path);
        Ok(moved.filter(is_note).map(str::to_owned))
    }
}

/// The folders that hold notes, as the repository knows them: a code repository's own files are never compared.
fn folders(root: &str) -> Vec<String> {
    let kinds = [Kind::Mistake, Kind::Playbook, Kind::Preference].map(place::folder);
    kinds.iter().chain(&["agents"]).map(|folder| outside(root, folder)).collect()
}
