//! Which witnesses a note came before, when, and what that comes to.
//!
//! What counts as reading: a session opened the note, or was shown its rule; or it opened MEMORY.md, where transcripts do
//! not keep all of what that showed, after the merge, and the index names the note now. The index is taken as it stands,
//! because which note left it when costs a walk through the history and changes little. Refuses to count what was before
//! the note got its present words.

use super::following::{Course, Moments};
use super::merged::Merged;
use super::occasion::Occasion;
use super::tally::Witnesses;
use crate::digest::uses::How;
use crate::learning::effect::Usage;
use crate::memory::MEMORY_FILE;
use std::collections::{BTreeMap, BTreeSet};

/// A note before one session.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    pub(super) session: usize,
    pub(super) how: How,
    pub(super) event: Option<u32>,
}

/// Where a note was read, by witness.
pub(super) type Readings = BTreeMap<usize, Vec<Reading>>;

/// The moments of a lesson in a session.
fn moments(occasion: &Occasion, session: usize) -> Option<Moments> {
    occasion.moments.get(&session).copied()
}

impl Witnesses<'_> {
    /// How often a note came before agents, of which nobody knows what they did with it.
    pub(super) fn usage_alone(&self, note: &Merged) -> Usage {
        self.usage(&self.readings(note), None, note)
    }

    pub(super) fn usage(&self, readings: &Readings, occasion: Option<&Occasion>, note: &Merged) -> Usage {
        let is_since = |witness: usize| self.is_after(witness, note.worded);
        let mut usage = Usage::default();
        for (&witness, readings) in readings.iter().filter(|(witness, _)| is_since(**witness)) {
            match readings.iter().map(|reading| reading.how).max() {
                Some(How::Opened) => usage.opened += 1,
                _ => usage.shown += 1,
            }
            let course = |reading: &Reading| {
                moments(occasion?, reading.session).map(|moments| moments.since(reading.event))
            };
            match readings.iter().filter_map(course).max() {
                Some(Course::Contradicted) => usage.contradicted += 1,
                Some(Course::Followed) => {
                    usage.followed += 1;
                    usage.last_followed = usage.last_followed.max(self.last(std::iter::once(witness)));
                }
                Some(Course::Unknown) | None => {}
            }
        }
        let connected = self.sessions.iter().zip(&self.of).filter(|(session, _)| session.connected);
        let connected: BTreeSet<usize> = connected.map(|(_, witness)| *witness).collect();
        usage.connected = connected.into_iter().filter(|witness| is_since(*witness)).count() as u32;
        usage
    }

    /// The witnesses whose every session that showed what the note is against had the note before it only afterwards.
    pub(super) fn too_late(&self, readings: &Readings, occasion: &Occasion) -> BTreeSet<usize> {
        let was_late = |session: usize, readings: &[Reading]| {
            let mut here = readings.iter().filter(|reading| reading.session == session).peekable();
            let is_late = |reading: &Reading| {
                moments(occasion, session).is_some_and(|moments| moments.is_over_by(reading.event))
            };
            here.peek().is_some() && here.all(is_late)
        };
        let mut late: BTreeMap<usize, bool> = BTreeMap::new();
        for &session in &occasion.did {
            let Some(&witness) = self.of.get(session) else { continue };
            let Some(readings) = readings.get(&witness) else { continue };
            *late.entry(witness).or_insert(true) &= was_late(session, readings);
        }
        late.into_iter().filter_map(|(witness, is_late)| is_late.then_some(witness)).collect()
    }

    /// Where a note was read, by witness.
    pub(super) fn readings(&self, note: &Merged) -> Readings {
        let of = |path: &str| self.readings.get(path).into_iter().flatten().copied();
        let by_name = note.names.iter().flat_map(|name| of(name));
        // Who opened the index was shown a line of the note.
        let by_index = of(MEMORY_FILE).map(|reading| Reading { how: How::Shown, ..reading });
        let by_index = by_index.filter(|reading| {
            let witness = self.of.get(reading.session);
            note.is_indexed && witness.is_some_and(|&witness| self.is_after(witness, note.at))
        });
        let mut readings = Readings::new();
        for reading in by_name.chain(by_index) {
            if let Some(&witness) = self.of.get(reading.session) {
                readings.entry(witness).or_default().push(reading);
            }
        }
        readings
    }
}
