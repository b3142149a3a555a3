//! Adding a cycle to the ledger, or digests to an inbox.

use super::layout::{self, CYCLES, DIGESTS, OUTCOMES, SESSIONS};
use super::{CycleRecord, LateOutcome, Ledger};
use crate::digest::Digest;
use crate::repo::{Commit, FileChange, Identity, Oid, Plan, Repo, Signing};
use anyhow::{Context, Result, bail};
use jiff::Timestamp;

/// What is added in one commit.
#[derive(Clone, Copy, Debug)]
pub struct Addition<'a> {
    /// Names the added files, so it must not be taken yet: the cycle's name, or for an inbox any name that says
    /// when and where. See [`layout::is_cycle_name`].
    pub cycle: &'a str,
    /// The digests, in any order.
    pub digests: &'a [Digest],
    /// What became known of sessions that are in the ledger already.
    pub outcomes: &'a [LateOutcome],
    /// What the cycle did; `None` for an inbox.
    pub record: Option<&'a CycleRecord>,
}

/// Who adds it, and when.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// Author and committer.
    pub identity: Identity,
    /// The commit's time.
    pub at: Timestamp,
}

impl Ledger<'_> {
    /// Prepares the commit that adds a cycle; the caller moves [`super::LEDGER`] from [`Ledger::tip`] to it
    /// in the same transaction as the cycle's branch. Nothing points to it until then.
    ///
    /// Errors if the name is not allowed or was used before: the ledger only grows.
    pub fn append(&self, addition: &Addition<'_>, stamp: &Stamp) -> Result<Oid> {
        let commit = append(self.repo, self.tip, addition, stamp)?;
        // The next cycle will read it.
        let path = layout::path(DIGESTS, addition.cycle);
        for added in self.repo.list(commit, DIGESTS)?.iter().filter(|file| file.path == path) {
            self.cache.keep_digests(added.blob, sorted(addition.digests).into_iter());
        }
        Ok(commit)
    }
}

/// Prepares the commit that adds to the ledger or inbox that stands on `tip`; see [`Ledger::append`].
pub fn append(repo: &Repo, tip: Option<Oid>, addition: &Addition<'_>, stamp: &Stamp) -> Result<Oid> {
    let Addition { cycle, digests, outcomes, record } = *addition;
    if !layout::is_cycle_name(cycle) {
        bail!("{cycle:?} cannot be the name of a cycle; use letters, digits, `.`, `_` and `-`");
    }
    if let Some(tip) = tip {
        for folder in [DIGESTS, SESSIONS, CYCLES, OUTCOMES] {
            if repo.read(tip, &layout::path(folder, cycle))?.is_some() {
                bail!("the ledger has a cycle named {cycle} already; it only grows, so choose another name");
            }
        }
    }
    let mut lines = Vec::new();
    let mut sessions = String::new();
    for digest in sorted(digests) {
        serde_json::to_writer(&mut lines, digest)
            .with_context(|| format!("cannot write the digest of session {}", digest.session))?;
        lines.push(b'\n');
        sessions.push_str(&layout::session_line(
            &digest.session,
            digest.source.as_deref(),
            digest.contributor.as_deref(),
        ));
    }
    let added = |folder: &str, content: Vec<u8>| FileChange {
        path: layout::path(folder, cycle),
        content: Some(content),
    };
    let mut changes = Vec::new();
    if !digests.is_empty() {
        changes.push(added(DIGESTS, lines));
        changes.push(added(SESSIONS, sessions.into_bytes()));
    }
    if !outcomes.is_empty() {
        let mut lines = Vec::new();
        for outcome in outcomes {
            serde_json::to_writer(&mut lines, outcome)
                .with_context(|| format!("cannot write the outcome of session {}", outcome.session))?;
            lines.push(b'\n');
        }
        changes.push(added(OUTCOMES, lines));
    }
    if let Some(record) = record {
        let mut text = serde_json::to_vec_pretty(record)
            .with_context(|| format!("cannot write the record of {cycle}"))?;
        text.push(b'\n');
        changes.push(added(CYCLES, text));
    }
    changes.extend(layout::readme(repo, tip)?);
    let count = match digests.len() {
        0 => "no new sessions".to_owned(),
        1 => "1 session".to_owned(),
        many => format!("{many} sessions"),
    };
    let plan = Plan {
        base: tip,
        identity: stamp.identity.clone(),
        at: stamp.at,
        signing: Signing::Never,
        commits: vec![Commit { message: format!("ledger: {cycle}, {count}\n"), changes }],
    };
    match repo.write(&plan)?.first() {
        Some(commit) => Ok(*commit),
        None => bail!("no commit was written for {cycle}"),
    }
}

/// Digests in the order in which they are written.
fn sorted(digests: &[Digest]) -> Vec<&Digest> {
    let mut sorted: Vec<&Digest> = digests.iter().collect();
    sorted.sort_by(|a, b| a.session.cmp(&b.session));
    sorted
}
