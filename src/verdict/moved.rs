//! Where notes went that a cycle took away: to the archive, to the team, into another note, and back.
//!
//! A note that is no longer where it was proposed was not rejected if people took up the learning that moved it.
//! Refuses to follow what people moved by hand: that is [`super::place`]'s work.

use crate::learning::Change;
use crate::ledger::{CycleRecord, LearningRecord};

/// A learning that took notes away, and whose change people took up.
pub(super) struct Move<'a> {
    /// Its place among all learnings, the oldest first.
    order: usize,
    /// The cycle.
    pub(super) cycle: &'a CycleRecord,
    /// The learning.
    pub(super) learning: &'a LearningRecord,
    /// What it did.
    pub(super) change: Change,
}

/// All of them, oldest first.
pub(super) struct Moves<'a>(Vec<Move<'a>>);

impl<'a> Moves<'a> {
    /// The moves among these cycles' learnings; `is_taken_up` says which of them people took up.
    pub(super) fn of<E>(
        cycles: &'a [CycleRecord],
        mut is_taken_up: impl FnMut(&CycleRecord, &LearningRecord) -> Result<bool, E>,
    ) -> Result<Moves<'a>, E> {
        let mut moves = Vec::new();
        let learnings = cycles.iter().flat_map(|cycle| cycle.learnings.iter().map(move |one| (cycle, one)));
        for (order, (cycle, learning)) in learnings.enumerate() {
            let Some(change) = Change::parse(&learning.change) else { continue };
            if !learning.leaves.is_empty() && is_taken_up(cycle, learning)? {
                moves.push(Move { order, cycle, learning, change });
            }
        }
        Ok(Moves(moves))
    }

    /// The last move of the note that was proposed as the `order`th learning; `None` where no cycle moved it. A note
    /// that people renamed before it was moved is known by its pattern.
    pub(super) fn last(&self, order: usize, learning: &LearningRecord) -> Option<&Move<'a>> {
        let (mut path, mut pattern) = (&learning.note, &learning.pattern);
        let mut last = None;
        for one in self.0.iter().filter(|one| one.order > order) {
            let is_own = one.change != Change::Merge && one.learning.pattern == *pattern;
            if is_own || one.learning.leaves.contains(path) {
                (path, pattern) = (&one.learning.note, &one.learning.pattern);
                last = Some(one);
            }
        }
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learning(change: &str, pattern: &str, note: &str, leaves: &[&str]) -> LearningRecord {
        LearningRecord {
            change: change.to_owned(),
            pattern: pattern.to_owned(),
            note: note.to_owned(),
            leaves: leaves.iter().map(|path| path.to_string()).collect(),
            ..LearningRecord::default()
        }
    }

    #[test]
    fn a_note_is_followed_from_move_to_move() {
        let learnings = vec![
            learning("add", "p", "agents/a/mistakes/x.md", &[]),
            learning("add", "q", "mistakes/y.md", &[]),
            learning("promote", "p", "mistakes/x.md", &["agents/a/mistakes/x.md"]),
            learning("merge", "q", "mistakes/y.md", &["mistakes/x.md"]),
            learning("retire", "q", "archive/mistakes/y.md", &["mistakes/y.md"]),
        ];
        let cycles = [CycleRecord { learnings, ..CycleRecord::default() }];
        let last = |moves: Moves<'_>, order: usize| {
            let found = moves.last(order, &cycles[0].learnings[order]);
            found.map(|one| (one.change, one.learning.note.clone()))
        };
        let all = || Moves::of(&cycles, |_, _| Ok::<_, ()>(true)).unwrap();
        let archived = Some((Change::Retire, "archive/mistakes/y.md".to_owned()));
        assert_eq!((last(all(), 0), last(all(), 1)), (archived.clone(), archived));
        assert_eq!(last(all(), 4), None);
        let promoted_only = Moves::of(&cycles, |_, one| Ok::<_, ()>(one.change == "promote")).unwrap();
        assert_eq!(last(promoted_only, 0), Some((Change::Promote, "mistakes/x.md".to_owned())));
    }
}
