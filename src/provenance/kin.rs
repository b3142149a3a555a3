//! Which learnings are about one note: those of its path, those of the same patterns, those that moved it or another
//! one into it, and so on.
//!
//! A pattern keeps its fingerprint from cycle to cycle while its note may move, and a note may stay while its pattern
//! is found anew. Refuses to read what learnings say.

use super::Asked;
use crate::ledger::{CycleRecord, LearningRecord};
use crate::memory::place::{ARCHIVE, folder, in_archive, outside};
use crate::pattern::Kind;
use crate::verdict::Notes;
use anyhow::Result;
use std::collections::BTreeSet;

/// Most notes of the same cycles that are looked at beside the one that is asked about.
const MOST_MATES: usize = 100;

/// What belongs together.
pub(super) struct Kin<'a> {
    /// The learnings with their cycles, oldest first.
    pub(super) learnings: Vec<(&'a CycleRecord, &'a LearningRecord)>,
    /// Every path that one of them has, and those that it began with.
    pub(super) paths: BTreeSet<String>,
    /// Their fingerprints.
    pub(super) patterns: BTreeSet<String>,
}

impl<'a> Kin<'a> {
    /// Begins with these paths inside the memory.
    pub(super) fn of(cycles: &'a [CycleRecord], paths: impl IntoIterator<Item = String>) -> Kin<'a> {
        let mut kin =
            Kin { learnings: Vec::new(), paths: paths.into_iter().collect(), patterns: BTreeSet::new() };
        let all = || cycles.iter().flat_map(|cycle| cycle.learnings.iter().map(move |it| (cycle, it)));
        loop {
            let before = kin.paths.len() + kin.patterns.len();
            for (_, learning) in all() {
                if kin.has(learning) {
                    kin.paths.insert(learning.note.clone());
                    kin.paths.extend(learning.leaves.iter().cloned());
                    kin.patterns.insert(learning.pattern.clone());
                }
            }
            if kin.paths.len() + kin.patterns.len() == before {
                break;
            }
        }
        kin.learnings = all().filter(|(_, learning)| kin.has(learning)).collect();
        kin
    }

    fn has(&self, learning: &LearningRecord) -> bool {
        self.patterns.contains(&learning.pattern)
            || self.paths.contains(&learning.note)
            || learning.leaves.iter().any(|path| self.paths.contains(path))
    }

    /// The notes of other learnings of the same cycles.
    pub(super) fn mates(&self) -> Vec<String> {
        let all = self.learnings.iter().flat_map(|(cycle, _)| &cycle.learnings);
        let mates: BTreeSet<&String> =
            all.map(|learning| &learning.note).filter(|note| !self.paths.contains(*note)).collect();
        mates.into_iter().take(MOST_MATES).cloned().collect()
    }
}

/// Where the note stands: at this path, at another one that a learning gave it, or where people moved it.
pub(super) fn standing(
    asked: &Asked<'_>,
    notes: &Notes<'_>,
    kin: &Kin<'_>,
    path: &str,
) -> Result<Option<String>> {
    let Asked { repo, root, target, .. } = *asked;
    let proposed = kin.learnings.iter().rev().map(|(_, learning)| learning.note.as_str());
    for path in std::iter::once(path).chain(proposed) {
        for path in [path.to_owned(), in_archive(path)] {
            if repo.blob_at(target, &outside(root, &path))?.is_some() {
                return Ok(Some(path));
            }
        }
    }
    if kin.learnings.is_empty() {
        return Ok(None);
    }
    notes.place_of(kin.learnings.iter().rev().copied())
}

/// The note as it was proposed last; `None` where that is no longer known.
pub(super) fn last_proposed(asked: &Asked<'_>, kin: &Kin<'_>) -> Option<Vec<u8>> {
    let (_, learning) = kin.learnings.last()?;
    asked.repo.read(learning.commit()?, &outside(asked.root, &learning.note)).ok()?
}

/// The folders that notes lie in, retired ones too, as the repository knows them.
pub(super) fn folders(root: &str) -> Vec<String> {
    let kinds = [Kind::Mistake, Kind::Playbook, Kind::Preference].map(folder);
    kinds.iter().chain(&["agents", ARCHIVE]).map(|folder| outside(root, folder)).collect()
}
