//! Which sessions are worth grading: those that nothing tells the outcome of.

use super::rubric::Rubric;
use crate::digest::{self, Digest, OutcomeSource};
use crate::session::{Body, Session, SessionId, Skipped, read_file};
use crate::settings::Reading;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Longest beginning of what was asked that is shown of a session, bytes.
const ASK: usize = 100;

/// The sessions to grade, and how many were passed over.
#[derive(Debug, Default)]
pub struct Candidates {
    /// The newest, newest first.
    pub sessions: Vec<Session>,
    /// Older ones that found no room.
    pub left_over: u32,
    /// Those whose transcript or tests tell how they ended.
    pub told: u32,
    /// Those that this version of the rubric graded before.
    pub graded: u32,
    /// Those that the rubric is not for.
    pub others: u32,
    /// What could not be read.
    pub skipped: Vec<Skipped>,
}

/// Reads transcripts one after the other and keeps the newest sessions, at most `most`, that are to be graded.
/// `graded` are those that this version of the rubric has graded; `erased` says which are not to be read.
pub fn find(
    transcripts: &[PathBuf],
    rubric: &Rubric,
    graded: &BTreeSet<SessionId>,
    erased: &dyn Fn(&Digest) -> bool,
    reading: &Reading,
    most: usize,
) -> Candidates {
    let mut found = Candidates::default();
    let mut newest: BTreeMap<(Option<Timestamp>, SessionId), Session> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for path in transcripts {
        let mut take = |session: Session| {
            let digest = digest::read(&session, reading);
            if erased(&digest) || !seen.insert(session.id.clone()) {
                return;
            }
            let tells = |source: OutcomeSource| source <= OutcomeSource::Tests;
            if !rubric.is_for(&session) {
                found.others += 1;
            } else if graded.contains(&session.id) {
                found.graded += 1;
            } else if digest.outcome.is_some_and(|outcome| tells(outcome.by)) {
                found.told += 1;
            } else {
                newest.insert((digest.began, session.id.clone()), session);
                if newest.len() > most {
                    newest.pop_first();
                    found.left_over += 1;
                }
            }
        };
        let read = read_file(path, reading, &mut take);
        found.skipped.extend(read.skipped);
    }
    found.sessions = newest.into_values().rev().collect();
    found
}

/// What was asked first, in one line.
pub fn ask(session: &Session) -> String {
    let asked = session.events.iter().find_map(|event| match &event.body {
        Body::Person(text) => Some(text),
        _ => None,
    });
    crate::learning::author::quote::brief(asked.map(|text| text.as_str()).unwrap_or_default(), ASK)
}
