//! Where a note that was proposed stands now: people rename notes, and a renamed note is a kept one.
//!
//! Refuses to judge what is kept in other words under another name: a rename is what git takes for one. Git is asked
//! only where a note is gone and another one, at a path that nobody proposed, has lines of it: comparing thousands of
//! notes with each other takes seconds.

use super::versions::Versions;
use crate::ledger::{CycleRecord, LearningRecord};
use crate::memory::place::{self, inside, outside};
use crate::repo::{Oid, Repo};
use anyhow::Result;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// Least share of lines in common from which git is asked whether one note is the other one renamed. Git wants half of
/// the content to be the same; what it counts is not quite lines.
const ALIKE: f64 = 0.3;

/// Looks notes up on the target branch; remembers what it found out about each cycle.
pub(super) struct Places<'a> {
    repo: &'a Repo,
    cycles: &'a [CycleRecord],
    target: Oid,
    root: &'a str,
    /// The target's notes, once one is gone.
    listed: OnceCell<Listed>,
    /// The lines of each note that may be another one renamed, once one is gone.
    lines_of_others: OnceCell<Vec<BTreeSet<Vec<u8>>>>,
    /// By a cycle's last commit: what was renamed between it and the target.
    renames: BTreeMap<Oid, BTreeMap<String, String>>,
}

/// Every note of the target, by its path in the repository.
#[derive(Default)]
struct Listed {
    standing: BTreeSet<String>,
    /// Those at paths that no cycle ever proposed, and their contents: only these can be proposed ones renamed. A note
    /// at a path that was proposed is that proposal's.
    others: BTreeMap<String, Oid>,
}

impl<'a> Places<'a> {
    pub(super) fn new(repo: &'a Repo, cycles: &'a [CycleRecord], target: Oid, root: &'a str) -> Places<'a> {
        let (listed, lines_of_others) = (OnceCell::new(), OnceCell::new());
        Places { repo, cycles, target, root, listed, lines_of_others, renames: BTreeMap::new() }
    }

    fn listed(&self) -> Result<&Listed> {
        if let Some(listed) = self.listed.get() {
            return Ok(listed);
        }
        let learnings = self.cycles.iter().flat_map(|cycle| &cycle.learnings);
        let proposed: BTreeSet<&str> = learnings.map(|learning| learning.note.as_str()).collect();
        let mut listed = Listed::default();
        for file in self.repo.list(self.target, self.root)? {
            let note = inside(self.root, &file.path).unwrap_or(&file.path);
            if place::is_note(note) && !proposed.contains(note) {
                listed.others.insert(file.path.clone(), file.blob);
            }
            listed.standing.insert(file.path);
        }
        Ok(self.listed.get_or_init(|| listed))
    }

    /// The path, inside the memory, at which the note of this learning stands; `None` where it does not.
    ///
    /// All notes of the branch that are gone are compared, not the one alone: of two that look alike, each is then found
    /// under the name that suits it best.
    pub(super) fn of(
        &mut self,
        versions: &Versions<'_>,
        cycle: &CycleRecord,
        learning: &LearningRecord,
    ) -> Result<Option<String>> {
        if versions.now(&learning.note)?.is_some() {
            return Ok(Some(learning.note.clone()));
        }
        // Without the branch's commits, which git removes some time after the branch, nothing can be compared.
        let Some(tip) = cycle.tip.as_deref().and_then(Oid::parse) else { return Ok(None) };
        if !self.may_be_renamed(versions, cycle, learning)? {
            return Ok(None);
        }
        if !self.renames.contains_key(&tip) {
            let renames = self.renamed_since(tip).unwrap_or_default();
            self.renames.insert(tip, renames);
        }
        let note = outside(self.root, &learning.note);
        let moved = self.renames.get(&tip).and_then(|renames| renames.get(&note));
        let others = &self.listed()?.others;
        let moved = moved.filter(|moved| others.contains_key(*moved));
        Ok(moved.and_then(|moved| inside(self.root, moved)).map(str::to_owned))
    }

    /// Whether any other note has lines of what was proposed.
    fn may_be_renamed(
        &self,
        versions: &Versions<'_>,
        cycle: &CycleRecord,
        learning: &LearningRecord,
    ) -> Result<bool> {
        let Listed { others, .. } = self.listed()?;
        if others.is_empty() {
            return Ok(false);
        }
        let Some(proposed) = versions.proposed(cycle, learning) else { return Ok(false) };
        let Ok(proposed) = self.repo.read_blob(proposed) else { return Ok(false) };
        let proposed = lines(&proposed);
        let alike = |other: &BTreeSet<Vec<u8>>| {
            let common = proposed.intersection(other).count();
            2.0 * common as f64 >= ALIKE * (proposed.len() + other.len()) as f64
        };
        let read = |blob: &Oid| self.repo.read_blob(*blob).map(|text| lines(&text)).unwrap_or_default();
        Ok(self.lines_of_others.get_or_init(|| others.values().map(read).collect()).iter().any(alike))
    }

    /// What was renamed between a cycle's last commit and the target.
    fn renamed_since(&self, tip: Oid) -> Result<BTreeMap<String, String>> {
        let Listed { standing, others } = self.listed()?;
        let there = self.repo.list(tip, self.root)?.into_iter().map(|file| file.path);
        let gone = there.filter(|path| {
            !standing.contains(path) && place::is_note(inside(self.root, path).unwrap_or(path))
        });
        let compared: Vec<String> = gone.chain(others.keys().cloned()).collect();
        self.repo.renamed(tip, self.target, &compared)
    }
}

/// The different lines of a text that say something.
fn lines(text: &[u8]) -> BTreeSet<Vec<u8>> {
    let lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    lines.filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect()
}
