//! What waits to be pushed: for each memory a bare repository of the user's own, with an inbox as the memory has it.
//!
//! Owns the queue: what is captured is written there before anything is pushed, one commit a capture, so that no broken
//! line and no killed process loses it. `refs/dream/inbox/<name>` is what the memory is to have, `refs/dream/there/<name>`
//! what it was last known to have, `refs/dream/ledger` its ledger as last seen, which says what is folded in already.
//! Refuses to talk to anybody; [`super::push`] does.

use super::places::Places;
use crate::digest::Digest;
use crate::ledger::{Addition, INBOXES, Ledger, Stamp, append};
use crate::repo::{MoveError, Oid, RefMove, Repo};
use crate::session::SessionId;
use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Most bytes of digests that are put into one file: an eighth of what is read of one.
const LARGEST_FILE: usize = 4 << 20;
/// How often another capture may be first before it is given up.
const ATTEMPTS: usize = 16;

/// The queue for one memory.
#[derive(Debug)]
pub struct Outbox {
    repo: Repo,
}

impl Outbox {
    /// The folder of the queue for the memory at this address.
    pub fn folder(places: &Places, memory: &str) -> PathBuf {
        Places::of_memory(&places.outbox, memory)
    }

    /// The queue for a memory, made if there is none.
    pub fn open(places: &Places, memory: &str) -> Result<Outbox> {
        let folder = Outbox::folder(places, memory);
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        Ok(Outbox { repo: Repo::bare(&folder)? })
    }

    /// The inboxes of a memory that lies here: what is added is there at once, and waits for nothing but a cycle.
    pub fn within(memory: Repo) -> Outbox {
        Outbox { repo: memory }
    }

    /// The queue in this folder; `None` if there is none.
    pub fn open_if_there(places: &Places, memory: &str) -> Result<Option<Outbox>> {
        let is_there = Outbox::folder(places, memory).join("HEAD").exists();
        is_there.then(|| Outbox::open(places, memory)).transpose()
    }

    /// The repository that it is.
    pub fn repo(&self) -> &Repo {
        &self.repo
    }

    /// The sessions that wait here, or that the memory was known to have or to have had erased.
    pub fn known(&self) -> Result<BTreeSet<SessionId>> {
        let ledger = Ledger::open(&self.repo)?;
        let mut known = ledger.folded_in()?;
        known.append(&mut ledger.seen()?);
        Ok(known)
    }

    /// The names under which something was captured here.
    pub fn names(&self) -> Result<Vec<String>> {
        let inboxes = self.repo.refs_under(INBOXES)?;
        Ok(inboxes.iter().filter_map(|(inbox, _)| inbox.strip_prefix(INBOXES)).map(str::to_owned).collect())
    }

    /// Deletes the queue for a memory with what waits in it.
    pub fn delete(places: &Places, memory: &str) -> Result<()> {
        let folder = Outbox::folder(places, memory);
        if !folder.exists() {
            return Ok(());
        }
        std::fs::remove_dir_all(&folder).with_context(|| format!("cannot delete {}", folder.display()))
    }

    /// How many sessions of a contributor wait to be pushed.
    pub fn waiting(&self, name: &str) -> Result<usize> {
        let ledger = Ledger::open(&self.repo)?;
        let inbox = inbox_of(name);
        let sessions = |commit: Option<Oid>| match commit {
            Some(commit) => ledger.sessions_of_inbox(&inbox, commit),
            None => Ok(BTreeSet::new()),
        };
        let there = sessions(self.repo.resolve(&there_of(name))?)?;
        Ok(sessions(self.repo.resolve(&inbox)?)?.difference(&there).count())
    }

    /// Puts digests into the queue, those that are not known yet; gives how many. Two captures at once both succeed.
    pub fn add(&self, name: &str, digests: &[Digest], stamp: &Stamp) -> Result<usize> {
        let inbox = inbox_of(name);
        for _ in 0..ATTEMPTS {
            let (known, erased) = (self.known()?, Ledger::open(&self.repo)?.erased()?);
            let is_new = |digest: &&Digest| !known.contains(&digest.session) && !erased.covers(digest);
            let new: Vec<Digest> = digests.iter().filter(is_new).cloned().collect();
            if new.is_empty() {
                return Ok(0);
            }
            let tip = self.repo.resolve(&inbox)?;
            let added = self.chain(tip, &new, stamp)?;
            match self.repo.move_refs(&[moving(&inbox, tip, added, "capture")]) {
                Ok(()) => return Ok(new.len()),
                Err(MoveError::Lost { .. }) => {}
                Err(MoveError::Failed(error)) => return Err(error),
            }
        }
        bail!("other captures were always first: nothing was captured, run it again")
    }

    /// The commits that add digests to an inbox that stands on `tip`; gives the last one. One commit, unless its file would
    /// be larger than is read of an inbox.
    pub(super) fn chain(&self, tip: Option<Oid>, digests: &[Digest], stamp: &Stamp) -> Result<Option<Oid>> {
        let mut at = tip;
        let mut from = 0;
        while let Some(rest) = digests.get(from..).filter(|rest| !rest.is_empty()) {
            let mut bytes = 0;
            let fits = rest.iter().take_while(|digest| {
                bytes += serde_json::to_vec(digest).map_or(0, |line| line.len() + 1);
                bytes <= LARGEST_FILE
            });
            let count = fits.count().max(1);
            let part = rest.get(..count).unwrap_or(rest);
            let cycle = file_name(at, part, stamp);
            let addition = Addition { cycle: &cycle, digests: part, outcomes: &[], record: None };
            at = Some(append(&self.repo, at, &addition, stamp)?);
            from += count;
        }
        Ok(at)
    }
}

/// A name for a file of an inbox that no other capture chooses: when, and a hash of what it adds to what.
fn file_name(at: Option<Oid>, digests: &[Digest], stamp: &Stamp) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(at.map(|at| at.to_string()).unwrap_or_default().as_bytes());
    for digest in digests {
        hasher.update(digest.session.as_str().as_bytes());
    }
    format!("{}-{}", stamp.at.strftime("%Y-%m-%dT%H%M%SZ"), &hasher.finalize().to_hex()[..8])
}

/// The ref that the memory has for a contributor.
pub fn inbox_of(name: &str) -> String {
    format!("{INBOXES}{name}")
}

/// The ref for where that stood at the memory when it was last looked at.
pub(super) fn there_of(name: &str) -> String {
    format!("refs/dream/there/{name}")
}

pub(super) fn moving(name: &str, from: Option<Oid>, to: Option<Oid>, reason: &str) -> RefMove {
    RefMove { name: name.to_owned(), from, to, reason: reason.to_owned() }
}

/// Whether a folder holds queues of memories that nobody is connected to any more, with something in them.
pub fn forgotten(places: &Places, memories: &BTreeSet<&str>) -> Vec<PathBuf> {
    let used: BTreeSet<PathBuf> = memories.iter().map(|memory| Outbox::folder(places, memory)).collect();
    let entries = std::fs::read_dir(&places.outbox).into_iter().flatten().filter_map(Result::ok);
    let folders = entries.map(|entry| entry.path()).filter(|path| !used.contains(path) && has_inbox(path));
    let mut forgotten: Vec<PathBuf> = folders.collect();
    forgotten.sort();
    forgotten
}

fn has_inbox(folder: &Path) -> bool {
    let repo = folder.join("HEAD").exists().then(|| Repo::at(folder).ok()).flatten();
    repo.is_some_and(|repo| repo.refs_under(INBOXES).is_ok_and(|refs| !refs.is_empty()))
}
