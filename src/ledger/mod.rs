//! Digests and cycles, kept in git under `refs/dream/ledger`.
//!
//! Owns the layout ([`layout`]), the record of a cycle ([`CycleRecord`]) of a refusal ([`DecisionRecord`]) and of what reviewers said
//! ([`CommentRecord`]), the rule which of two digests of one
//! session counts ([`newest()`]), what becomes known of a session later ([`LateOutcome`]), and what spares reading
//! again ([`cache`] of digests and texts, [`stat_cache`] of transcripts). The ledger and the inboxes are read as one set.
//! Refuses to judge digests, and to move refs: [`Ledger::append`] prepares a commit that the cycle moves together with
//! its branch.

mod arrival;
mod asked;
pub mod cache;
mod comment;
mod decision;
pub mod erase;
mod erased;
mod find;
mod inbox;
mod late;
pub mod layout;
mod mentions;
mod newest;
mod own;
mod packed;
mod record;
pub mod stat_cache;
mod union;
mod write;

pub use asked::{
    AskedRecord, CostRecord, ModelRecord, PhraseRecord, ReadingRecord, SameRecord, TurnRecord, WishRecord,
};
pub use comment::CommentRecord;
pub use decision::{Decision, DecisionRecord, REJECTED};
pub use erased::{Erased, whole};
pub use late::{LateOutcome, join};
pub use mentions::Mentions;
pub use newest::{newest, one_each};
pub use record::{
    CycleRecord, DueRecord, LearningRecord, RefusedRecord, ReopenedRecord, SupportRecord, known,
};
pub use union::union;
pub use write::{Addition, Stamp, append};

use crate::digest::Digest;
use crate::repo::{Oid, Repo};
use crate::session::{SessionId, Skipped};
use anyhow::{Result, bail};
use cache::Cache;
use jiff::Timestamp;
use layout::{CYCLES, DIGESTS, OUTCOMES, SESSIONS};
use rayon::prelude::*;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;

/// The ref of the ledger.
pub const LEDGER: &str = "refs/dream/ledger";

/// What the refs of inboxes begin with; the contributor follows.
pub const INBOXES: &str = "refs/dream/inbox/";

/// The ledger and the inboxes, as they stood when it was opened.
#[derive(Debug)]
pub struct Ledger<'repo> {
    repo: &'repo Repo,
    tip: Option<Oid>,
    inboxes: Vec<(String, Oid)>,
    /// Inboxes that are left alone, and why.
    odd: Vec<Skipped>,
    now: Option<Timestamp>,
    cache: Cache,
}

/// Digests that were read, and what could not be.
#[derive(Clone, Debug, Default)]
pub struct Digests {
    /// One a session, sorted by session id; see [`newest()`].
    pub digests: Vec<Digest>,
    /// Lines that are no digest. Their path is `<ref>:<path>`, as `git show` takes it.
    pub skipped: Vec<Skipped>,
}

impl<'repo> Ledger<'repo> {
    /// The ledger of a repository; an empty one if there is none yet. Reads two refs and nothing else.
    pub fn open(repo: &'repo Repo) -> Result<Ledger<'repo>> {
        let cache = Cache::of(repo, false);
        let (inboxes, odd) = inbox::usable(repo.refs_under(INBOXES)?);
        Ok(Ledger { repo, tip: repo.resolve(LEDGER)?, inboxes, odd, now: None, cache })
    }

    /// The same ledger, read at this moment: no session of an inbox begins later.
    pub fn as_of(self, now: Timestamp) -> Ledger<'repo> {
        Ledger { now: Some(now), ..self }
    }

    /// The same ledger with this cache; an opened one only reads what others have cached.
    pub fn with_cache(self, cache: Cache) -> Ledger<'repo> {
        Ledger { cache, ..self }
    }

    /// What spares reading its files from git.
    pub fn cache(&self) -> &Cache {
        &self.cache
    }

    /// The commit that the ledger stands on: what the move that adds to it has to expect.
    pub fn tip(&self) -> Option<Oid> {
        self.tip
    }

    /// The repository that it lies in.
    pub fn repo(&self) -> &'repo Repo {
        self.repo
    }

    /// The inboxes of contributors: full names of their refs and where they stand, sorted by name.
    pub fn inboxes(&self) -> &[(String, Oid)] {
        &self.inboxes
    }

    /// The sessions that the ledger itself has, without the inboxes, and those that were erased: whatever is seen but not
    /// folded in waits.
    pub fn folded_in(&self) -> Result<BTreeSet<SessionId>> {
        let mut folded_in = self.sessions_at(self.tip)?;
        folded_in.append(&mut self.erased()?.sessions);
        Ok(folded_in)
    }

    /// Whether an inbox holds a session that is not among those folded in.
    pub fn has_waiting(&self, folded_in: &BTreeSet<SessionId>) -> Result<bool> {
        for (name, commit) in &self.inboxes {
            if inbox::is_waiting(self.repo, name, *commit, folded_in)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The sessions that have a digest in the ledger or an inbox. Reads `sessions/` only, not the digests.
    pub fn seen(&self) -> Result<BTreeSet<SessionId>> {
        let mut seen = self.sessions_at(self.tip)?;
        for (name, commit) in &self.inboxes {
            seen.append(&mut inbox::sessions(self.repo, name, *commit)?);
        }
        Ok(seen)
    }

    /// All digests of the ledger and the inboxes, one a session, with what became known of it later. A line that is
    /// no digest is skipped and told.
    ///
    /// Files are read in parallel; what is in memory beyond the digests is one file a thread.
    pub fn digests(&self) -> Result<Digests> {
        self.digests_and(&[])
    }

    /// The same, together with digests that are not in it yet.
    pub fn digests_and(&self, more: &[Digest]) -> Result<Digests> {
        let files = self.files()?;
        let mut all = self.read(&files)?;
        let blobs: BTreeSet<String> = files.iter().map(|(_, blob)| blob.to_string()).collect();
        self.cache.retain_digests(|name| blobs.contains(name));
        all.digests.extend_from_slice(more);
        let known: BTreeSet<SessionId> = all.digests.iter().map(|digest| digest.session.clone()).collect();
        let mut pushed = self.pushed(&known)?;
        all.digests.append(&mut pushed.digests);
        all.skipped.append(&mut pushed.skipped);
        let erased = self.erased()?;
        all.digests.retain(|digest| !erased.covers(digest));
        all.digests = newest(all.digests);
        join(&mut all.digests, self.late_outcomes(&mut all.skipped)?);
        Ok(all)
    }

    /// The digests in the inboxes whose sessions the ledger does not have yet: what a cycle folds in. Sorted by
    /// session id, each once; also those that a longer one of the same session replaces, so that whoever pushes
    /// them again finds them known.
    pub fn waiting(&self) -> Result<Digests> {
        if self.inboxes.is_empty() {
            return Ok(Digests::default());
        }
        let mut waiting = self.pushed(&self.folded_in()?)?;
        let erased = self.erased()?;
        waiting.digests.retain(|digest| !erased.covers(digest));
        Ok(waiting)
    }

    /// The files of digests in the ledger itself: what to call each, and its content.
    fn files(&self) -> Result<Vec<(String, Oid)>> {
        let Some(tip) = self.tip else { return Ok(Vec::new()) };
        let listed = self.repo.list(tip, DIGESTS)?.into_iter();
        Ok(listed.map(|file| (format!("{LEDGER}:{}", file.path), file.blob)).collect())
    }

    /// The digests in the inboxes, without those of sessions that are known from where nobody else can write; sorted by
    /// session id, each once.
    fn pushed(&self, known: &BTreeSet<SessionId>) -> Result<Digests> {
        let mut pushed = inbox::all(self.repo, &self.inboxes, self.now)?;
        pushed.digests.retain(|digest| !known.contains(&digest.session));
        pushed.skipped.extend_from_slice(&self.odd);
        Ok(pushed)
    }

    /// Every digest in these files.
    fn read(&self, files: &[(String, Oid)]) -> Result<Digests> {
        let (git_dir, cache) = (self.repo.git_dir(), &self.cache);
        let read: Vec<Result<Digests>> = files
            .par_iter()
            .with_min_len(4)
            .map_init(
                || Repo::at(git_dir),
                |repo, (path, blob)| {
                    if let Some(digests) = cache.digests(*blob) {
                        return Ok(Digests { digests, skipped: Vec::new() });
                    }
                    // Every thread has its own handle; the error of opening one is told by the first file.
                    let content = match repo {
                        Ok(repo) => repo.read_blob(*blob)?,
                        Err(error) => bail!("{error:#}"),
                    };
                    let (digests, skipped) = lines_of(path, &content, "a digest");
                    // What has to be told of a file is told by every cycle.
                    if skipped.is_empty() {
                        cache.keep_digests(*blob, digests.iter());
                    }
                    Ok(Digests { digests, skipped })
                },
            )
            .collect();
        let mut all = Digests::default();
        for file in read {
            let mut file = file?;
            all.digests.append(&mut file.digests);
            all.skipped.append(&mut file.skipped);
        }
        Ok(all)
    }

    /// How many cycles have added what became known of sessions later.
    pub fn late_additions(&self) -> Result<usize> {
        Ok(self.tip.map_or(Ok(Vec::new()), |tip| self.repo.list(tip, OUTCOMES))?.len())
    }

    /// The sessions that this version of a rubric has graded ([`LateOutcome::rubric`]).
    pub fn graded_by(&self, rubric: &str) -> Result<BTreeSet<SessionId>> {
        let late = self.late_outcomes(&mut Vec::new())?.into_iter();
        Ok(late.filter(|late| late.rubric.as_deref() == Some(rubric)).map(|late| late.session).collect())
    }

    /// What became known of sessions after they were digested.
    fn late_outcomes(&self, skipped: &mut Vec<Skipped>) -> Result<Vec<LateOutcome>> {
        let mut late = Vec::new();
        let Some(tip) = self.tip else { return Ok(late) };
        for file in self.repo.list(tip, OUTCOMES)? {
            let path = format!("{LEDGER}:{}", file.path);
            let (mut read, more) = lines_of(&path, &self.repo.read_blob(file.blob)?, "an outcome");
            late.append(&mut read);
            skipped.extend(more);
        }
        Ok(late)
    }

    /// The records of all cycles, oldest first. A record that cannot be read is skipped and told.
    pub fn cycles(&self) -> Result<(Vec<CycleRecord>, Vec<Skipped>)> {
        let (mut cycles, mut skipped) = (Vec::new(), Vec::new());
        let Some(tip) = self.tip else { return Ok((cycles, skipped)) };
        let mut files = Vec::new();
        for file in self.repo.list(tip, CYCLES)? {
            files.push((file.path, self.repo.read_blob(file.blob)?));
        }
        let parsed: Vec<Result<CycleRecord, Skipped>> = files
            .par_iter()
            .with_min_len(16)
            .map(|(path, content)| {
                serde_json::from_slice(content).map_err(|error| Skipped {
                    path: format!("{LEDGER}:{path}"),
                    line: None,
                    reason: format!("not the record of a cycle: {error}"),
                })
            })
            .collect();
        for record in parsed {
            match record {
                Ok(cycle) => cycles.push(cycle),
                Err(broken) => skipped.push(broken),
            }
        }
        cycles.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.cycle.cmp(&b.cycle)));
        Ok((cycles, skipped))
    }

    /// The record of the dream that was added last; `None` if there is none. Reads one record where the ledger is as
    /// cycles leave it, all of them where it was put together in another way.
    pub fn last_cycle(&self) -> Result<Option<CycleRecord>> {
        let Some(tip) = self.tip else { return Ok(None) };
        let added = self.repo.changes(tip, CYCLES)?;
        if let [only] = added.as_slice() {
            let content = only.after.map(|blob| self.repo.read_blob(blob)).transpose()?;
            let record = content.and_then(|content| serde_json::from_slice::<CycleRecord>(&content).ok());
            if record.as_ref().is_some_and(CycleRecord::is_of_dream) {
                return Ok(record);
            }
        }
        Ok(self.cycles()?.0.into_iter().rfind(CycleRecord::is_of_dream))
    }

    /// Whether everything in an inbox of this full name, standing at this commit, is among those folded in.
    pub fn is_folded_in(&self, name: &str, inbox: Oid, folded_in: &BTreeSet<SessionId>) -> Result<bool> {
        inbox::is_spent(self.repo, name, inbox, folded_in)
    }

    /// The sessions that an inbox of this full name lists, standing at this commit.
    pub fn sessions_of_inbox(&self, name: &str, commit: Oid) -> Result<BTreeSet<SessionId>> {
        inbox::sessions(self.repo, name, commit)
    }

    /// The digests in an inbox of this full name, standing at this commit, in the order of its files.
    pub fn digests_of_inbox(&self, name: &str, commit: Oid) -> Result<Digests> {
        inbox::of(self.repo, name, commit, self.now)
    }

    /// The inboxes that go once a cycle has folded in what they hold: those of which nothing was left out as a whole.
    pub fn read_whole(&self) -> Result<Vec<(String, Oid)>> {
        let mut whole = self.inboxes.clone();
        for (name, commit) in &self.inboxes {
            if inbox::files(self.repo, name, *commit)?.holds_back {
                whole.retain(|(other, _)| other != name);
            }
        }
        Ok(whole)
    }

    fn sessions_at(&self, commit: Option<Oid>) -> Result<BTreeSet<SessionId>> {
        let mut ids = Vec::new();
        let Some(commit) = commit else { return Ok(BTreeSet::new()) };
        for file in self.repo.list(commit, SESSIONS)? {
            let content = self.repo.read_blob(file.blob)?;
            ids.extend(String::from_utf8_lossy(&content).lines().filter_map(layout::session_of));
        }
        Ok(BTreeSet::from_iter(ids))
    }
}

/// What the lines of one file say, read in parallel: a first cycle can hold everything there is in one file. `what`
/// is what a line should be.
fn lines_of<T: DeserializeOwned + Send>(path: &str, content: &[u8], what: &str) -> (Vec<T>, Vec<Skipped>) {
    let lines = content.split(|byte| *byte == b'\n').zip(1_u64..);
    let lines: Vec<(&[u8], u64)> = lines.filter(|(line, _)| !line.trim_ascii().is_empty()).collect();
    let parsed: Vec<Result<T, Skipped>> = lines
        .par_iter()
        .with_min_len(16)
        .map(|(line, number)| {
            serde_json::from_slice(line).map_err(|error| Skipped {
                path: path.to_owned(),
                line: Some(*number),
                reason: format!("not {what}: {error}"),
            })
        })
        .collect();
    let (mut read, mut skipped) = (Vec::with_capacity(parsed.len()), Vec::new());
    for line in parsed {
        match line {
            Ok(value) => read.push(value),
            Err(line) => skipped.push(line),
        }
    }
    (read, skipped)
}
