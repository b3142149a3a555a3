//! What has happened to a note, and with it, since it was taken up.
//!
//! Commits that changed it come from its history, sessions from the digests that later cycles added. Refuses to say
//! whether the note works: that takes all sessions, also those that say nothing of it.

use super::lines::{Author, author, is_index, learnings_of};
use super::{Looked, Proposed};
use crate::digest::Digest;
use crate::digest::failure::Failure;
use crate::digest::step::Step;
use crate::digest::uses::{self, Use};
use crate::impact::following::{Course, Moments};
use crate::ledger::CycleRecord;
use crate::pattern::{identity, template};
use crate::redact::{Clean, redact};
use crate::repo::versions::{FileAt, Version};
use crate::verdict::How;
use anyhow::Result;
use jiff::Timestamp;

/// How much of the ledger is read for what sessions did since, bytes: many hundred sessions, so that the answer comes
/// at once.
const MOST_READ: u64 = 2 << 20;

/// A commit, not a learning, that changed the note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// Who, when, and what they said.
    pub author: Author,
    /// What it did to the note.
    pub what: Touch,
}

/// What a commit did to a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Touch {
    /// It was not there before.
    Written,
    /// It says something else.
    Reworded,
    /// It lies elsewhere, and may say something else too.
    Moved {
        /// Where it lay, in the repository.
        from: String,
        /// Where it lies.
        to: String,
    },
    /// It is gone.
    Removed,
    /// An earlier commit was taken back.
    TakenBack,
}

/// What sessions say that cycles have read since the note was taken up.
#[derive(Clone, Debug, PartialEq)]
pub struct Sessions {
    /// How many were looked at that began since then, the newest first.
    pub looked_at: usize,
    /// Whether there are more.
    pub is_all: bool,
    /// How many read the note.
    pub read: usize,
    /// When the last of those began.
    pub last_read: Option<Timestamp>,
    /// How many of them asked for all of it.
    pub opened: usize,
    /// What they did then; `None` where only a look at all sessions can tell.
    pub done: Option<Done>,
    /// How often its mistake was seen; `None` where only a look at all sessions can tell.
    pub again: Option<Again>,
}

/// What sessions did once the note of a mistake had come before them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// The step worked.
    pub followed: usize,
    /// The mistake came again.
    pub contradicted: usize,
}

/// The mistake, seen again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Again {
    /// In so many sessions.
    pub sessions: usize,
    /// Of those, where the note was read.
    pub though_read: usize,
    /// When the last of them began.
    pub last: Option<Timestamp>,
}

/// The commits that changed the note and are no learnings, oldest first.
pub(super) fn touched(looked: &Looked<'_>, proposals: &[Proposed]) -> Result<Vec<Touched>> {
    let mut touched = Vec::new();
    for version in &looked.versions.commits {
        let own = own(looked, version);
        let parents: Vec<&[FileAt]> = version
            .past
            .parents
            .iter()
            .filter_map(|parent| looked.versions.of(*parent))
            .map(|parent| self::own(looked, parent))
            .collect();
        if looked.versions.cut == Some(version.past.id) || is_index(&version.past) {
            continue;
        }
        let nothing: Vec<FileAt> =
            own.iter().map(|file| FileAt { path: file.path.clone(), blob: None }).collect();
        let before = parents.first().copied().unwrap_or(&nothing);
        // What a merge only brought, the commits that it brought have done.
        let is_new = |(at, file): (usize, &FileAt)| parents.iter().all(|parent| parent.get(at) != Some(file));
        if !own.iter().enumerate().any(is_new) {
            continue;
        }
        let Some(what) = touch(own, before, &version.past.message) else { continue };
        let learnings = learnings_of(&version.past, proposals);
        let is_landing = match what {
            Touch::TakenBack | Touch::Removed => false,
            Touch::Written => !learnings.is_empty(),
            _ => learnings.iter().any(|at| proposals.get(*at).is_some_and(|it| it.how != How::Content)),
        };
        if !is_landing {
            touched.push(Touched { author: author(&version.past), what });
        }
    }
    Ok(touched)
}

fn own<'v>(looked: &Looked<'_>, version: &'v Version) -> &'v [FileAt] {
    version.files.get(..looked.own).unwrap_or(&version.files)
}

/// What became of the files; `None`: nothing.
fn touch(now: &[FileAt], before: &[FileAt], message: &str) -> Option<Touch> {
    let mut pairs = now.iter().zip(before).filter(|(now, before)| now != before);
    let (after, then) = pairs.next()?;
    if message.contains("This reverts commit ") {
        return Some(Touch::TakenBack);
    }
    let moved = now.iter().zip(before).find(|(now, then)| now.path != then.path && now.blob.is_some());
    if let Some((now, then)) = moved {
        return Some(Touch::Moved { from: then.path.clone(), to: now.path.clone() });
    }
    Some(match (then.blob, after.blob) {
        (None, Some(_)) => Touch::Written,
        (Some(_), None) => Touch::Removed,
        _ => Touch::Reworded,
    })
}

/// What sessions did since; `None` where the note was never taken up.
pub(super) fn sessions(looked: &Looked<'_>, proposals: &[Proposed]) -> Result<Option<Sessions>> {
    let Some(landed) = proposals.iter().find(|proposal| proposal.verdict.stands()) else { return Ok(None) };
    let since = landed.by.as_ref().map_or(landed.at, |by| by.at);
    let asked = looked.asked;
    let later: Vec<&str> = asked
        .cycles
        .iter()
        .rev()
        .take_while(|cycle| cycle.cycle != landed.cycle)
        .map(|cycle| cycle.cycle.as_str())
        .collect();
    if later.is_empty() {
        return Ok(None);
    }
    let anchors: Vec<&[Clean]> = asked
        .cycles
        .iter()
        .flat_map(|cycle| anchors(looked, cycle))
        .filter(|anchor| is_error(anchor))
        .collect();
    let paths: Vec<&str> = looked.kin.paths.iter().chain([&looked.note]).map(String::as_str).collect();
    let mut words: Vec<String> = paths.iter().map(|path| format!("\"{path}\"")).collect();
    for step in anchors.iter().filter_map(|anchor| anchor.get(1)) {
        words.push(format!("\"step\":{}", serde_json::to_string(step)?));
    }
    let found = asked.ledger.mentions(&later, since, &words, MOST_READ)?;
    let has_read = |digest: &Digest| digest.uses.has_one(&paths);
    let last = |of: &[&Digest]| of.iter().filter_map(|digest| digest.began).max();
    let readers: Vec<&Digest> = found.digests.iter().filter(|digest| has_read(digest)).collect();
    let again: Vec<&Digest> = found.digests.iter().filter(|digest| shows(digest, &anchors)).collect();
    Ok(Some(Sessions {
        looked_at: found.sessions,
        is_all: found.is_all,
        read: readers.len(),
        last_read: last(&readers),
        opened: readers.iter().filter(|digest| has_opened(digest, &paths)).count(),
        done: (!anchors.is_empty()).then(|| done(&readers, &paths, &anchors)),
        again: (!anchors.is_empty()).then(|| Again {
            sessions: again.len(),
            though_read: again.iter().filter(|digest| has_read(digest)).count(),
            last: last(&again),
        }),
    }))
}

/// The anchors that a cycle gave the note's patterns.
fn anchors<'a>(looked: &Looked<'a>, cycle: &'a CycleRecord) -> impl Iterator<Item = &'a [Clean]> {
    let patterns = looked.kin.patterns.clone();
    let known = cycle.known.iter().filter(move |known| patterns.contains(known.fingerprint.as_str()));
    known.map(|known| known.anchor.as_slice())
}

fn is_error(anchor: &[Clean]) -> bool {
    anchor.first().is_some_and(|sort| &**sort == "error")
}

/// Whether a session has a failure of one of these patterns.
fn shows(digest: &Digest, anchors: &[&[Clean]]) -> bool {
    digest.failures.iter().any(|failure| is_one(failure, anchors))
}

/// Whether a failure is of one of these patterns.
fn is_one(failure: &Failure, anchors: &[&[Clean]]) -> bool {
    let template = redact(&template::masked(&failure.message));
    let seen = [Clean::fixed("error"), failure.step.0.clone(), template];
    anchors.iter().any(|anchor| identity::same(anchor, &seen))
}

/// Where the note came before a session.
fn uses<'d>(digest: &'d Digest, paths: &[&str]) -> impl Iterator<Item = &'d Use> {
    digest.uses.0.iter().filter(|one| one.notes.iter().any(|note| paths.contains(&&**note)))
}

fn has_opened(digest: &Digest, paths: &[&str]) -> bool {
    uses(digest, paths).any(|one| one.how == uses::How::Opened)
}

/// What the readers of a mistake's note did then.
fn done(readers: &[&Digest], paths: &[&str], anchors: &[&[Clean]]) -> Done {
    let steps: Vec<Step> = anchors.iter().filter_map(|anchor| anchor.get(1)).cloned().map(Step).collect();
    let steps: Vec<&Step> = steps.iter().collect();
    let mut done = Done::default();
    for digest in readers {
        let failures = digest.failures.iter().filter(|failure| is_one(failure, anchors));
        let last = failures.map(|failure| failure.last.unwrap_or(failure.event)).max();
        let moments = Moments::of_error(digest, last, &steps);
        match uses(digest, paths).map(|one| moments.since(one.event)).max() {
            Some(Course::Contradicted) => done.contradicted += 1,
            Some(Course::Followed) => done.followed += 1,
            Some(Course::Unknown) | None => {}
        }
    }
    done
}
