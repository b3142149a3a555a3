//! What is known of one run of the server: its name, what it has shown, what was suggested in it.
//!
//! All suggestions of a run are one witness, whatever its client calls itself and however often it asks.

use crate::digest::suggestion::{MOST, MOST_SHOWN};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// One run.
pub(super) struct Run {
    /// Its name, which no other run has.
    pub(super) name: String,
    state: Mutex<State>,
    pushes: Mutex<Vec<JoinHandle<()>>>,
}

#[derive(Default)]
struct State {
    shown: BTreeSet<String>,
    suggestions: usize,
}

impl Run {
    pub(super) fn new(now: Timestamp) -> Run {
        // The keys of the standard library's tables are as random as a name needs; nobody has to be kept from guessing it.
        let chance = std::hash::RandomState::new().build_hasher().finish();
        let name = format!("{now} {} {chance:016x}", std::process::id());
        let name = format!("mcp-{}", &blake3::hash(name.as_bytes()).to_hex()[..16]);
        Run { name, state: Mutex::default(), pushes: Mutex::default() }
    }

    /// Remembers that these notes were given out.
    pub(super) fn show<'n>(&self, notes: impl IntoIterator<Item = &'n String>) {
        let shown = &mut self.state().shown;
        for note in notes {
            if shown.len() < MOST_SHOWN {
                shown.insert(note.clone());
            }
        }
    }

    /// The notes that were given out.
    pub(super) fn shown(&self) -> Vec<String> {
        self.state().shown.iter().cloned().collect()
    }

    /// How many more suggestions this run may make.
    pub(super) fn left(&self) -> usize {
        MOST.saturating_sub(self.state().suggestions)
    }

    /// Counts one more suggestion; gives its number, from 1.
    pub(super) fn count_suggestion(&self) -> u32 {
        let mut state = self.state();
        state.suggestions += 1;
        state.suggestions as u32
    }

    /// Keeps what hands something over, so that the server does not end before it.
    pub(super) fn is_pushing(&self, push: JoinHandle<()>) {
        self.pushes.lock().unwrap_or_else(PoisonError::into_inner).push(push);
    }

    /// Waits until everything is handed over or given up.
    pub(super) fn wait_for_pushes(&self) {
        let pushes = std::mem::take(&mut *self.pushes.lock().unwrap_or_else(PoisonError::into_inner));
        for push in pushes {
            // What went wrong in it, it has noted down itself.
            let _ = push.join();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
