//! Sessions that were erased for good: `erased/<name>.txt`.
//!
//! Owns what is kept of them, which is no word of theirs: the session's id, a hash of its content, so that the same
//! transcript is not read again; and a hash of what does not change while a session goes on, so that a longer version
//! of it is not either.

use super::Ledger;
use super::layout::ERASED;
use crate::digest::Digest;
use crate::repo::{Oid, Repo};
use crate::session::SessionId;
use anyhow::Result;
use std::collections::BTreeSet;

/// What is known of erased sessions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Their ids.
    pub sessions: BTreeSet<SessionId>,
    /// What they are known by when they went on; see [`whole`].
    wholes: BTreeSet<String>,
}

impl Erased {
    /// Whether a digest is of an erased session.
    pub fn covers(&self, digest: &Digest) -> bool {
        self.sessions.contains(&digest.session)
            || !self.wholes.is_empty() && whole(digest).is_some_and(|whole| self.wholes.contains(&whole))
    }

    /// Adds what is known of others.
    pub(super) fn add(&mut self, mut other: Erased) {
        self.sessions.append(&mut other.sessions);
        self.wholes.append(&mut other.wholes);
    }

    /// Takes what the lines of a file say.
    fn read(&mut self, text: &str) {
        for line in text.lines() {
            let mut fields = line.split(' ');
            self.sessions.extend(fields.next().and_then(SessionId::parse));
            self.wholes.extend(fields.next().filter(|field| *field != "-").map(str::to_owned));
        }
    }
}

/// Hash of what two versions of one session have in common, 16 hexadecimal digits: the tool, the person, the tool's own
/// id for it, its beginning and its first request. `None` where the tool gives no id.
pub fn whole(digest: &Digest) -> Option<String> {
    let source = digest.source.as_deref()?;
    let began = digest.began.map(|began| began.to_string()).unwrap_or_default();
    let mut hasher = blake3::Hasher::new();
    for part in
        [&*digest.agent, digest.contributor.as_deref().unwrap_or_default(), source, &began, &digest.ask]
    {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    Some(hasher.finalize().to_hex()[..16].to_owned())
}

/// The line that is kept of a session.
pub(super) fn line(digest: &Digest) -> String {
    format!("{} {}\n", digest.session, whole(digest).as_deref().unwrap_or("-"))
}

impl Ledger<'_> {
    /// What was erased from this ledger.
    pub fn erased(&self) -> Result<Erased> {
        self.tip.map_or(Ok(Erased::default()), |tip| erased_at(self.repo, tip))
    }
}

/// What was erased from the ledger that stands at a commit.
pub(super) fn erased_at(repo: &Repo, at: Oid) -> Result<Erased> {
    let mut erased = Erased::default();
    for file in repo.list(at, ERASED)? {
        erased.read(&String::from_utf8_lossy(&repo.read_blob(file.blob)?));
    }
    Ok(erased)
}
