//! Which contents a note has had: before a learning, as it was proposed, and now.
//!
//! Owns the names of these contents, which tell most notes to be as they were proposed before any of them is read, and
//! looks them up together, a cycle or the whole target at a time: a memory's folders are long, and asking for one note
//! after another would read them thousands of times. Refuses to judge what a difference means: that is
//! [`super::text`]'s work.

use crate::ledger::{CycleRecord, LearningRecord};
use crate::memory::place::outside;
use crate::repo::{Oid, Repo};
use anyhow::Result;
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;

/// By a note's path in the repository: its content.
type Blobs = BTreeMap<String, Oid>;

/// The contents of every note that was ever proposed.
pub(super) struct Versions<'a> {
    repo: &'a Repo,
    root: &'a str,
    target: Oid,
    /// What stands on the target at each path that was looked up.
    now: RefCell<BTreeMap<String, Option<Oid>>>,
    /// By a cycle's name, once it is asked for: what it proposed, as its branch ended.
    proposed: BTreeMap<String, OnceCell<Blobs>>,
    /// By a cycle's name, once it is asked for: what it started from.
    before: BTreeMap<String, OnceCell<Blobs>>,
}

impl<'a> Versions<'a> {
    /// Looks up what stands now where these cycles proposed something.
    pub(super) fn of(
        repo: &'a Repo,
        cycles: &[CycleRecord],
        target: Oid,
        root: &'a str,
    ) -> Result<Versions<'a>> {
        let learnings = cycles.iter().flat_map(|cycle| &cycle.learnings);
        let notes: Vec<String> = learnings.map(|learning| outside(root, &learning.note)).collect();
        let now = repo.blobs(target, notes.iter().map(String::as_str))?;
        let now = now.into_iter().map(|(path, blob)| (path.to_owned(), Some(blob)));
        let gone = notes.iter().map(|path| (path.clone(), None));
        Ok(Versions {
            now: RefCell::new(gone.chain(now).collect()),
            ..Versions::of_few(repo, cycles, target, root)
        })
    }

    /// The same for who will ask of few notes: each is looked up when it is asked for.
    pub(super) fn of_few(repo: &'a Repo, cycles: &[CycleRecord], target: Oid, root: &'a str) -> Versions<'a> {
        let none = || cycles.iter().map(|cycle| (cycle.cycle.clone(), OnceCell::new())).collect();
        Versions { repo, root, target, now: RefCell::default(), proposed: none(), before: none() }
    }

    /// The content that stands at this path inside the memory; `None` where none does.
    pub(super) fn now(&self, note: &str) -> Result<Option<Oid>> {
        let path = outside(self.root, note);
        if let Some(known) = self.now.borrow().get(&path) {
            return Ok(*known);
        }
        let now = self.repo.blob_at(self.target, &path)?;
        self.now.borrow_mut().insert(path, now);
        Ok(now)
    }

    /// The content that a learning proposed; `None` where that is no longer known: git removes commits that no branch
    /// has any more.
    pub(super) fn proposed(&self, cycle: &CycleRecord, learning: &LearningRecord) -> Option<Oid> {
        let path = outside(self.root, &learning.note);
        // The branch's end has what the learning's own commit has, unless another one of the cycle came over it.
        let is_only = cycle.learnings.iter().filter(|other| other.note == learning.note).take(2).count() == 1;
        let at_end = self.proposed.get(&cycle.cycle).and_then(|blobs| {
            let tip = cycle.tip.as_deref().and_then(Oid::parse);
            let notes = || tip.map(|tip| notes_at(self.repo, self.root, tip, cycle)).unwrap_or_default();
            blobs.get_or_init(notes).get(&path)
        });
        match at_end.filter(|_| is_only && learning.commit.is_some()) {
            Some(blob) => Some(*blob),
            None => self.repo.blobs(learning.commit()?, [path.as_str()]).ok()?.into_values().next(),
        }
    }

    /// The content that the note had before a learning; `None` where it was new, or where that is no longer known.
    pub(super) fn before(&self, cycle: &CycleRecord, learning: &LearningRecord) -> Option<Oid> {
        // A cycle adds no note where one lies.
        if learning.change == "add" {
            return None;
        }
        let blobs = self.before.get(&cycle.cycle)?.get_or_init(|| {
            Oid::parse(&cycle.base)
                .map(|base| notes_at(self.repo, self.root, base, cycle))
                .unwrap_or_default()
        });
        blobs.get(&outside(self.root, &learning.note)).copied()
    }
}

/// The notes of a cycle's learnings as they are at a commit; none where the commit is gone.
fn notes_at(repo: &Repo, root: &str, at: Oid, cycle: &CycleRecord) -> Blobs {
    let notes: Vec<String> = cycle.learnings.iter().map(|learning| outside(root, &learning.note)).collect();
    let found = repo.blobs(at, notes.iter().map(String::as_str)).unwrap_or_default();
    found.into_iter().map(|(path, blob)| (path.to_owned(), blob)).collect()
}
