//! What the sessions show of every pattern: all that measuring needs of them, as plain data.
//!
//! Mining all sessions takes seconds, and who asks what notes did asks again. What was mined depends on the ledger, the
//! inboxes and the settings alone ([`key`]), and the cache may keep it under the hash of these: a merge, which changes
//! what stands and not what was seen, needs no mining. Refuses to look at notes and at what people decided.

use super::occasion::{Occasion, Occasions};
use crate::digest::Digest;
use crate::digest::uses::Uses;
use crate::ledger::Ledger;
use crate::pattern::{Fingerprint, Mined};
use crate::settings::Mining;
use anyhow::Result;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The cached file.
const FILE: &str = "seen";

/// What the sessions show.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Seen {
    /// Every session once; occasions name them by their places here.
    pub(super) sessions: Vec<Session>,
    /// The sessions that tell something about a pattern; `None` for a conflict, which nobody can follow. A pattern that
    /// is not here is none any more.
    pub(super) occasions: BTreeMap<Fingerprint, Option<Occasion>>,
}

/// A session, as far as it counts.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Session {
    pub(super) root: String,
    pub(super) agent: String,
    pub(super) began: Option<Timestamp>,
    pub(super) ended: Option<Timestamp>,
    /// The notes that came before it.
    pub(super) uses: Uses,
    /// Whether git-dream could have shown it any.
    pub(super) connected: bool,
    /// Its job.
    pub(super) job: usize,
}

/// What is cached.
#[derive(Serialize, Deserialize)]
struct Kept<S> {
    key: String,
    seen: S,
}

impl Seen {
    /// What was mined, as far as these patterns are concerned.
    pub(super) fn of(mined: &Mined, is_wanted: impl Fn(&Fingerprint) -> bool) -> Seen {
        let occasions = Occasions::of(mined);
        let wanted = mined.patterns.iter().filter(|pattern| is_wanted(&pattern.fingerprint));
        let session = |(place, digest): (usize, &Digest)| Session {
            root: digest.root.to_string(),
            agent: digest.agent.to_string(),
            began: digest.began,
            ended: digest.ended,
            uses: digest.uses.clone(),
            connected: digest.connected,
            job: mined.jobs.of(place),
        };
        Seen {
            sessions: mined.digests.iter().enumerate().map(session).collect(),
            occasions: wanted.map(|one| (one.fingerprint.clone(), occasions.of_lesson(one))).collect(),
        }
    }

    /// What was kept under this key; `None` where nothing was, or under another one.
    pub(super) fn recalled(ledger: &Ledger<'_>, key: &str) -> Option<Seen> {
        let kept: Kept<Seen> = serde_json::from_slice(&ledger.cache().load(FILE)?).ok()?;
        (kept.key == key).then_some(kept.seen)
    }

    /// Keeps it.
    pub(super) fn keep(&self, ledger: &Ledger<'_>, key: String) -> Result<()> {
        ledger.cache().store(FILE, &serde_json::to_vec(&Kept { key, seen: self })?);
        Ok(())
    }
}

/// Names what is mined: the hash of where the ledger and the inboxes stand, and of the settings of mining.
pub(super) fn key(ledger: &Ledger<'_>, settings: &Mining) -> Result<String> {
    let mut hasher = blake3::Hasher::new();
    let tips = ledger.inboxes().iter().map(|(name, tip)| format!("{name} {tip}\n"));
    for line in ledger.tip().map(|tip| format!("{tip}\n")).into_iter().chain(tips) {
        hasher.update(line.as_bytes());
    }
    hasher.update(&serde_json::to_vec(settings)?);
    Ok(hasher.finalize().to_hex().to_string())
}
