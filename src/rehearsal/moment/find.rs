//! Finding the transcripts of sessions that are known by name.
//!
//! A session's name is made from its content, so a transcript that was moved or copied is found, and one that has gone
//! on since is not. Refuses to guess by path.

use crate::session::{Session, SessionId, read_file};
use crate::settings::Reading;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The wanted sessions among these transcripts; once all are found, no other file is opened. `progress` is told how many
/// transcripts of how many are done, from any thread.
pub fn sessions(
    transcripts: &[PathBuf],
    wanted: &BTreeSet<SessionId>,
    settings: &Reading,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> BTreeMap<SessionId, Session> {
    let done = AtomicUsize::new(0);
    let found: Mutex<BTreeMap<SessionId, Session>> = Mutex::default();
    // A thread that panics has found nothing; what others found stands.
    let lock = || found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    transcripts.par_iter().for_each(|path| {
        progress(done.fetch_add(1, Ordering::Relaxed) + 1, transcripts.len());
        if lock().len() == wanted.len() {
            return;
        }
        read_file(path, settings, &mut |session| {
            if wanted.contains(&session.id) {
                lock().insert(session.id.clone(), session);
            }
        });
    });
    found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}
