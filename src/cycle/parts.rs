//! How long each part of a dream took, for who wants to know where the time goes.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// One part of a dream.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// What was done: `reading`, `wishes`, …
    pub name: &'static str,
    /// How long it took by the wall's clock. Parts that ran at the same time overlap.
    pub took: Duration,
}

/// Collects the parts, from any thread.
#[derive(Debug, Default)]
pub(super) struct Parts(Mutex<Vec<Part>>);

impl Parts {
    /// Does one part of the work.
    pub(super) fn timed<T>(&self, name: &'static str, work: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let done = work();
        self.add(name, began.elapsed());
        done
    }

    /// Takes down a part that somebody else has timed.
    pub(super) fn add(&self, name: &'static str, took: Duration) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Part { name, took });
    }

    /// Everything, in the order in which it was done.
    pub(super) fn into_vec(self) -> Vec<Part> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}
