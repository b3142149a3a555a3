//! What is new: transcripts that no cycle has read yet, read and digested, and digests that were captured elsewhere.

mod carried;
pub mod entire;

use super::report::SessionCounts;
use crate::digest::{self, Digest, OutcomeSource};
use crate::ledger::stat_cache::{Stat, StatCache};
use crate::ledger::{Erased, LateOutcome, newest, one_each};
use crate::redact::Clean;
use crate::repo::Repo;
use crate::session::outcomes::Outcomes;
use crate::session::read::read_file;
use crate::session::{Session, SessionId, Skipped};
use crate::settings::{Reading, Settings};
use crate::usage;
use anyhow::Result;
use jiff::Timestamp;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

/// Where sessions come from.
pub struct Sources<'a> {
    /// The transcripts, sorted.
    pub transcripts: &'a [PathBuf],
    /// Files of digests that were captured elsewhere, sorted.
    pub digests: &'a [PathBuf],
    /// The git folder of a repository with transcripts on Entire's branch ([`entire`]).
    pub entire: Option<&'a Path>,
    /// The folder with what is known of notes that were put before sessions of this machine ([`usage`]).
    pub usage: Option<&'a Path>,
    /// What could not be found among what was named.
    pub skipped: &'a [Skipped],
    /// Outcomes that live elsewhere.
    pub outcomes: Option<&'a Outcomes>,
    /// Whether the transcripts were found and not named: then one that was just written to may be going on.
    pub found: bool,
    /// Told how many transcripts of how many are read; called from any thread.
    pub progress: &'a (dyn Fn(usize, usize) + Sync),
}

/// What came of reading.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    /// Digests of the sessions that no cycle has seen, sorted by session, each once.
    pub digests: Vec<Digest>,
    /// Outcomes of sessions that earlier cycles have digested; see [`Gathered::judge`].
    pub late: Vec<LateOutcome>,
    /// What could not be used.
    pub skipped: Vec<Skipped>,
    /// New sessions that inboxes held and no transcript here.
    pub(super) arrived: u32,
    /// Sessions found, known ones among them.
    pub(super) read: u32,
    /// Of these, those that people had erased from the ledger.
    erased: u32,
    /// Transcripts left for the next cycle.
    pub(super) unsettled: u32,
    /// What is known of how sessions ended: by the file of outcomes, and by the lines of digests.
    pub(super) outcomes: Option<Outcomes>,
    /// In which file each session lies that the file of outcomes has a row for.
    places: BTreeMap<SessionId, PathBuf>,
    /// What each file held, to be remembered once the cycle is written.
    files: Vec<FileSeen>,
    /// What is remembered of earlier runs; `None` where nothing is to be remembered.
    cache: Option<StatCache>,
}

/// What one file held.
#[derive(Clone, Debug)]
struct FileSeen {
    path: PathBuf,
    stat: Option<Stat>,
    sessions: Vec<SessionId>,
    at: SystemTime,
}

/// Everything from one transcript.
struct OneFile {
    seen: FileSeen,
    digests: Vec<Digest>,
    skipped: Vec<Skipped>,
    unsettled: bool,
}

/// What is known of a transcript before it is opened.
enum Look<'c> {
    /// It looks as it did when these sessions were read from it, and all of them are dreamt already.
    Known(&'c [SessionId]),
    /// Found and not named, and written to so lately that its session may be going on.
    Young,
    /// It has to be read.
    Unread,
}

/// Reads and digests every session that is not in `seen`, files in parallel; what comes back does not depend on
/// their order or on the number of threads. `erased`, which `seen` includes, are counted.
///
/// A file that looks as it did when it was last read, and whose sessions are all in `seen`, is not opened.
pub fn gather(
    sources: &Sources<'_>,
    seen: &BTreeSet<SessionId>,
    erased: &Erased,
    settings: &Settings,
    repo: &Repo,
) -> Result<Gathered> {
    let cache = StatCache::load(repo, &readers(&settings.reading));
    let mut gathered = Gathered::of(sources);
    let looks: Vec<Look<'_>> = sources
        .transcripts
        .par_iter()
        .with_min_len(64)
        .map(|path| look(path, sources.found, &cache, seen, &settings.reading))
        .collect();
    let mut unread: Vec<&Path> = Vec::new();
    for (path, look) in sources.transcripts.iter().zip(looks) {
        match look {
            Look::Known(sessions) => {
                gathered.count(sessions, erased);
                gathered.place(sessions, path);
            }
            Look::Young => gathered.unsettled += 1,
            Look::Unread => unread.push(path),
        }
    }
    let files = read_all(&unread, sources, seen, &settings.reading);
    for file in files {
        gathered.skipped.extend(file.skipped);
        if file.unsettled {
            gathered.unsettled += 1;
            continue;
        }
        gathered.count(&file.seen.sessions, erased);
        gathered.place(&file.seen.sessions, &file.seen.path);
        gathered.digests.extend(file.digests);
        gathered.files.push(file.seen);
    }
    gathered.add_carried(sources, seen, erased);
    gathered.cache = Some(cache);
    gathered.add_entire(sources, seen, erased, &settings.reading)?;
    gathered.keep_one_each();
    Ok(gathered)
}

/// Looks at a transcript without opening it.
fn look<'c>(
    path: &Path,
    found: bool,
    cache: &'c StatCache,
    seen: &BTreeSet<SessionId>,
    reading: &Reading,
) -> Look<'c> {
    let Ok(metadata) = std::fs::metadata(path) else { return Look::Unread };
    let known = Stat::of(&metadata).and_then(|stat| cache.sessions(path, &stat));
    if let Some(sessions) = known.filter(|sessions| sessions.iter().all(|id| seen.contains(id))) {
        return Look::Known(sessions);
    }
    let modified = metadata.modified().ok().and_then(|modified| Timestamp::try_from(modified).ok());
    if found && modified.is_some_and(|modified| is_young(modified, reading)) {
        return Look::Young;
    }
    Look::Unread
}

/// Reads and digests every session of the sources, whatever any ledger knows: for `audit`.
pub fn gather_all(sources: &Sources<'_>, settings: &Settings) -> Gathered {
    let mut gathered = digest_all(sources, &settings.reading, &mut |_, _| {});
    gathered.add_carried(sources, &BTreeSet::new(), &Erased::default());
    gathered.keep_one_each();
    gathered.digests = newest(std::mem::take(&mut gathered.digests));
    gathered
}

/// Reads and digests every session of the transcripts, and tells `lies_in` where each lies. A session that lies in
/// several files is there several times.
pub(super) fn digest_all(
    sources: &Sources<'_>,
    reading: &Reading,
    lies_in: &mut dyn FnMut(&SessionId, &Path),
) -> Gathered {
    let transcripts: Vec<&Path> = sources.transcripts.iter().map(PathBuf::as_path).collect();
    let files = read_all(&transcripts, sources, &BTreeSet::new(), reading);
    let mut gathered = Gathered::of(sources);
    for file in files {
        gathered.skipped.extend(file.skipped);
        gathered.unsettled += u32::from(file.unsettled);
        if !file.unsettled {
            gathered.read += file.seen.sessions.len() as u32;
            gathered.place(&file.seen.sessions, &file.seen.path);
            file.seen.sessions.iter().for_each(|session| lies_in(session, &file.seen.path));
        }
        gathered.digests.extend(file.digests);
    }
    gathered
}

/// Reads files in parallel, and tells how far it is. What comes back is in their order.
fn read_all(
    files: &[&Path],
    sources: &Sources<'_>,
    seen: &BTreeSet<SessionId>,
    reading: &Reading,
) -> Vec<OneFile> {
    let done = AtomicUsize::new(0);
    let read = files.par_iter().map(|path| {
        let file = read_one(path, sources, seen, reading);
        (sources.progress)(done.fetch_add(1, Ordering::Relaxed) + 1, files.len());
        file
    });
    read.collect()
}

fn read_one(path: &Path, sources: &Sources<'_>, seen: &BTreeSet<SessionId>, reading: &Reading) -> OneFile {
    let at = SystemTime::now();
    let stat = std::fs::metadata(path).ok().and_then(|metadata| Stat::of(&metadata));
    let mut sessions = Vec::new();
    let mut digests = Vec::new();
    let mut unused = Vec::new();
    let mut take = |session: Session| {
        sessions.push(session.id.clone());
        if !seen.contains(&session.id) {
            let mut digest = digest::read(&session, reading);
            unused
                .extend(sources.usage.and_then(|folder| usage::add_to(&mut digest, &session, folder, path)));
            digests.push(digest);
        }
    };
    let read = read_file(path, reading, &mut take);
    let young = read.modified.is_some_and(|modified| is_young(modified, reading));
    let unsettled = young && (sources.found || read.unfinished);
    // In a folder, a file that is no transcript is nobody's loss.
    let mut skipped = if read.unknown && sources.found { Vec::new() } else { read.skipped };
    skipped.append(&mut unused);
    let seen = FileSeen { path: path.to_owned(), stat, sessions, at };
    OneFile { seen, digests: if unsettled { Vec::new() } else { digests }, skipped, unsettled }
}

/// Whether a file was written to so lately, by the machine's own clock, that it may be written to again.
fn is_young(modified: Timestamp, reading: &Reading) -> bool {
    let age = Timestamp::now().as_second() - modified.as_second();
    age < i64::from(reading.settle_minutes) * 60
}

/// Names everything that decides what is read from a file.
fn readers(reading: &Reading) -> String {
    let settings = toml::to_string(reading).unwrap_or_default();
    format!("{} {}", env!("CARGO_PKG_VERSION"), &blake3::hash(settings.as_bytes()).to_hex()[..16])
}

impl Gathered {
    /// Nothing read yet.
    fn of(sources: &Sources<'_>) -> Gathered {
        let outcomes = sources.outcomes.cloned();
        Gathered { skipped: sources.skipped.to_vec(), outcomes, ..Gathered::default() }
    }

    /// Takes down where sessions lie, if there is an outcome for the file. One that lies in several is taken to lie in
    /// the first by name.
    fn place(&mut self, sessions: &[SessionId], path: &Path) {
        if !self.outcomes.as_ref().is_some_and(|outcomes| outcomes.name(path)) {
            return;
        }
        for session in sessions {
            let known = self.places.entry(session.clone()).or_insert_with(|| path.to_owned());
            if path < known.as_path() {
                *known = path.to_owned();
            }
        }
    }

    /// The outcome and the job of a session, where somebody told them.
    pub(super) fn told(&self, digest: &Digest) -> Option<(f64, Option<&Clean>)> {
        let file = self.places.get(&digest.session).map(PathBuf::as_path);
        self.outcomes.as_ref()?.of(&digest.session, digest.source.as_deref(), file)
    }

    /// Keeps one digest of each session, with what somebody told of it.
    fn keep_one_each(&mut self) {
        let mut digests = std::mem::take(&mut self.digests);
        one_each(&mut digests);
        for digest in &mut digests {
            if let Some((outcome, job)) = self.told(digest) {
                digest.set_told(outcome, job);
            }
        }
        self.digests = digests;
    }

    /// What was told of digested sessions and the ledger does not know. `after`: see [`LateOutcome::after`].
    pub fn judge(&mut self, digests: &[Digest], now: Timestamp, after: usize) {
        let late = digests.iter().filter_map(|digest| {
            let (outcome, job) = self.told(digest)?;
            let session = digest.session.clone();
            let (by, rubric, job) = (OutcomeSource::Stated, None, job.cloned());
            let late = LateOutcome { session, outcome, by, rubric, job, at: now, after };
            late.is_news_to(digest).then_some(late)
        });
        self.late = late.collect();
    }

    /// Counts the sessions of a file.
    fn count(&mut self, sessions: &[SessionId], erased: &Erased) {
        self.read += sessions.len() as u32;
        if !erased.sessions.is_empty() {
            self.erased += sessions.iter().filter(|id| erased.sessions.contains(*id)).count() as u32;
        }
    }

    /// Leaves out what was erased and has gone on since: it is still the session that was erased.
    pub(super) fn leave_out(&mut self, erased: &Erased) {
        let before = self.digests.len();
        self.digests.retain(|digest| !erased.covers(digest));
        self.erased += (before - self.digests.len()) as u32;
    }

    /// Sessions, counted.
    pub fn counts(&self) -> SessionCounts {
        SessionCounts {
            read: self.read + self.arrived,
            inbox: self.arrived,
            judged: self.late.len() as u32,
            new: self.digests.len() as u32 + self.arrived,
            skipped: self.skipped.len() as u32,
            unsettled: self.unsettled,
            erased: self.erased,
        }
    }

    /// Remembers what each file held, so that the next run need not open it. Only once the cycle is written: a
    /// cycle that failed must read them again.
    pub fn remember(mut self) -> Result<()> {
        let Some(cache) = &mut self.cache else { return Ok(()) };
        for FileSeen { path, stat, sessions, at } in &self.files {
            if let Some(stat) = stat {
                cache.remember(path, stat, sessions, *at);
            }
        }
        cache.store()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const SESSION: &str = concat!(
        r#"{"messages":[{"role":"user","content":"count the words in notes.txt"},"#,
        r#"{"role":"assistant","content":"There are twelve."}]}"#,
    );

    fn gathered(repo: &Repo, path: &Path, found: bool) -> Gathered {
        let sources = Sources {
            transcripts: &[path.to_owned()],
            digests: &[],
            entire: None,
            usage: None,
            skipped: &[],
            outcomes: None,
            found,
            progress: &|_, _| {},
        };
        gather(&sources, &BTreeSet::new(), &Erased::default(), &Settings::default(), repo).unwrap()
    }

    #[test]
    fn a_session_that_is_being_written_is_left_for_the_next_cycle() {
        let dir = tempfile::tempdir().unwrap();
        let repo = Repo::init(&dir.path().join("memory"), "main").unwrap();
        let path = dir.path().join("s.jsonl");
        let counted = |found: bool| {
            let counts = gathered(&repo, &path, found).counts();
            (counts.new, counts.unsettled)
        };
        std::fs::write(&path, format!("{SESSION}\n")).unwrap();
        assert_eq!(counted(true), (0, 1), "found, and written to just now");
        assert_eq!(counted(false), (1, 0), "named, and whole");
        let half = SESSION.get(..SESSION.len() / 2).unwrap();
        std::fs::write(&path, format!("{SESSION}\n{half}")).unwrap();
        assert_eq!(counted(false), (0, 1), "named, and cut off");
        let hours_ago = SystemTime::now() - Duration::from_secs(7_200);
        std::fs::File::options().write(true).open(&path).unwrap().set_modified(hours_ago).unwrap();
        assert_eq!((counted(true), counted(false)), ((1, 0), (1, 0)), "left alone since");
    }
}
