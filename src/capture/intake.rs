//! Reading what is new of connected projects, and saying of everything else why it stays out.

use super::belonging::{Outside, belongs};
use super::consent::Consent;
use crate::digest::{self, Digest};
use crate::ledger::stat_cache::{Stat, StatCache};
use crate::redact::redact;
use crate::session::{Session, SessionId, Skipped, read_file};
use crate::settings::Reading;
use crate::usage;
use anyhow::Result;
use jiff::Timestamp;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Where what a session taught goes: the memory and the contributor.
pub type Recipient = (String, String);

/// What is to be read.
pub struct Sources<'a> {
    /// The transcripts.
    pub transcripts: &'a [PathBuf],
    /// Whether their sessions are said to be over: then one that was just written to is read as well.
    pub are_over: bool,
    /// The folder that their agent works in, as it says itself; `None` where nobody said.
    pub folder: Option<&'a Path>,
    /// Transcripts that were kept out when their session ended.
    pub kept_out: &'a BTreeSet<PathBuf>,
    /// The folder with what is known of notes that were put before sessions ([`usage`]).
    pub usage: &'a Path,
    /// How sessions are read.
    pub reading: &'a Reading,
}

/// What was read.
#[derive(Debug, Default)]
pub struct Taken {
    /// Digests by recipient.
    pub digests: BTreeMap<Recipient, Vec<Digest>>,
    /// Sessions that stay out, counted by the reason.
    pub outside: BTreeMap<String, usize>,
    /// Transcripts that may still be written to.
    pub unsettled: usize,
    /// What could not be read.
    pub skipped: Vec<Skipped>,
    seen: Vec<Seen>,
}

/// What a file came to.
#[derive(Debug)]
struct Seen {
    path: PathBuf,
    stat: Option<Stat>,
    sessions: Vec<SessionId>,
    at: SystemTime,
}

/// One file, read.
#[derive(Default)]
struct OneFile {
    digests: Vec<(Recipient, Digest)>,
    outside: Vec<Outside>,
    is_kept_out: bool,
    is_unsettled: bool,
    skipped: Vec<Skipped>,
    seen: Option<Seen>,
}

/// Reads what is not known. `cache` spares opening files; `known` are the sessions that need not be captured again.
pub fn read(
    sources: &Sources<'_>,
    consent: &Consent,
    known: &BTreeSet<SessionId>,
    cache: &StatCache,
) -> Taken {
    let files: Vec<OneFile> =
        sources.transcripts.par_iter().map(|path| read_one(path, sources, consent, known, cache)).collect();
    let mut taken = Taken::default();
    for file in files {
        for (recipient, digest) in file.digests {
            taken.digests.entry(recipient).or_default().push(digest);
        }
        let mut stays_out = |reason: String| *taken.outside.entry(reason).or_default() += 1;
        file.outside.iter().for_each(|outside| stays_out(outside.to_string()));
        if file.is_kept_out {
            stays_out("GIT_DREAM_CAPTURE=0 kept it out when it ended".to_owned());
        }
        taken.unsettled += usize::from(file.is_unsettled);
        taken.skipped.extend(file.skipped);
        taken.seen.extend(file.seen);
    }
    taken
}

impl Taken {
    /// Remembers what each file came to. Only once what was captured is queued.
    pub fn remember(&self, cache: &mut StatCache) -> Result<()> {
        for Seen { path, stat, sessions, at } in &self.seen {
            if let Some(stat) = stat {
                cache.remember(path, stat, sessions, *at);
            }
        }
        cache.store()
    }
}

fn read_one(
    path: &Path,
    sources: &Sources<'_>,
    consent: &Consent,
    known: &BTreeSet<SessionId>,
    cache: &StatCache,
) -> OneFile {
    let mut file = OneFile::default();
    if sources.kept_out.contains(path) {
        file.is_kept_out = true;
        return file;
    }
    let at = SystemTime::now();
    let metadata = std::fs::metadata(path).ok();
    let stat = metadata.as_ref().and_then(Stat::of);
    let looked = stat.and_then(|stat| cache.sessions(path, &stat));
    if looked.is_some_and(|sessions| sessions.iter().all(|session| known.contains(session))) {
        return file;
    }
    let mut sessions = Vec::new();
    let mut is_for_good = true;
    let mut unused = Vec::new();
    let mut take = |session: Session| {
        let said = session.folders.iter().map(|folder| folder.path()).chain(sources.folder);
        match belongs(consent, &said.collect::<Vec<&Path>>(), path) {
            Ok(project) => {
                sessions.push(session.id.clone());
                if !known.contains(&session.id) {
                    let mut digest = digest::read(&session, sources.reading);
                    digest.contributor = Some(redact(&project.name));
                    unused.extend(usage::add_to(&mut digest, &session, sources.usage, path));
                    file.digests.push(((project.memory.clone(), project.name.clone()), digest));
                }
            }
            Err(outside) => {
                // A marker can go, and a hook can say where it was, without anybody touching the transcript.
                is_for_good &= outside == Outside::Unconnected && sources.folder.is_none();
                file.outside.push(outside);
            }
        }
    };
    let read = read_file(path, sources.reading, &mut take);
    if !sources.are_over && !read.is_settled(Timestamp::now(), sources.reading) {
        return OneFile {
            is_unsettled: !file.digests.is_empty(),
            outside: file.outside,
            ..OneFile::default()
        };
    }
    // Among what was found a file that is no transcript is nobody's loss, nor is what is wrong with one that stays out.
    let is_named = sources.are_over && file.outside.is_empty();
    if is_named || !sessions.is_empty() {
        file.skipped = read.skipped;
    }
    file.skipped.append(&mut unused);
    file.seen = (is_for_good && !read.unfinished).then(|| Seen { path: path.to_owned(), stat, sessions, at });
    file
}
