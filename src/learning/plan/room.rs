//! What one cycle may still propose.

use crate::learning::{Change, Learning};
use crate::memory::Memory;
use crate::pattern::Grade;
use crate::settings::MemorySettings;
use std::collections::BTreeSet;

/// What is left of the bounds.
pub(super) struct Room {
    /// Learnings.
    learnings: usize,
    /// Those of them that rest on what agents suggested alone.
    suggestions: usize,
    /// Lines that may be dropped in all.
    most_lost: usize,
    /// Lines that what was taken so far drops.
    lost: usize,
    /// Paths that it changes: no two learnings of a cycle touch one file, so that each can be reverted alone.
    touched: BTreeSet<String>,
}

impl Room {
    pub(super) fn of(memory: &Memory, settings: &MemorySettings) -> Room {
        let lines: usize = memory.notes.values().map(|note| note.body.lines().count()).sum();
        Room {
            learnings: settings.max_learnings as usize,
            suggestions: settings.max_suggestions as usize,
            most_lost: (lines as f64 * settings.max_loss) as usize,
            lost: 0,
            touched: BTreeSet::new(),
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.learnings == 0
    }

    /// Whether there is none left for a learning of this grade.
    pub(super) fn is_full_for(&self, grade: Grade) -> bool {
        self.is_full() || grade == Grade::Suggested && self.suggestions == 0
    }

    pub(super) fn is_touched(&self, path: &str) -> bool {
        self.touched.contains(path)
    }

    /// Takes a learning in, if it fits. One note may always go or say something else, whatever share of a small memory
    /// that is.
    pub(super) fn take(&mut self, learning: &Learning, memory: &Memory) -> bool {
        let lost = lines_lost(learning, memory);
        let fits = lost == 0 || self.lost == 0 || self.lost + lost <= self.most_lost;
        let paths = || std::iter::once(&learning.note).chain(&learning.leaves);
        let is_suggested = learning.grade == Grade::Suggested && !learning.change.only_moves();
        if self.is_full()
            || is_suggested && self.suggestions == 0
            || !fits
            || paths().any(|path| self.is_touched(path))
        {
            return false;
        }
        self.learnings -= 1;
        self.suggestions -= usize::from(is_suggested);
        self.lost += lost;
        self.touched.extend(paths().cloned());
        true
    }
}

/// How many lines agents no longer find: those of the notes that stand which are not in the new text. What lies in the
/// archive is not found.
fn lines_lost(learning: &Learning, memory: &Memory) -> usize {
    let kept: BTreeSet<&str> = match learning.change {
        Change::Retire => BTreeSet::new(),
        _ => learning.text.lines().collect(),
    };
    let changed = std::iter::once(&learning.note).chain(&learning.leaves);
    let lines = changed.filter_map(|path| memory.notes.get(path)).flat_map(|note| note.body.lines());
    lines.filter(|line| !kept.contains(line)).count()
}
