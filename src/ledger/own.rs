//! The record of a branch that is an agent's own, or an import's: it stands among those of the cycles, so that whatever
//! reads these knows it.
//!
//! Where a cycle proposes once, an agent goes on writing: its record is written anew with every change, by nobody else and
//! only while nothing on the branch was decided. Refuses to touch the record of a dream.

use super::layout::{self, CYCLES};
use super::{CycleRecord, Ledger, Stamp};
use crate::repo::{Commit, FileChange, Oid, Plan, Signing};
use anyhow::{Context, Result, bail};

impl CycleRecord {
    /// Whether a dream is what it tells of.
    pub fn is_of_dream(&self) -> bool {
        self.by.is_none()
    }
}

impl Ledger<'_> {
    /// Prepares the commit that adds such a record, or puts it in the place of its earlier form; the caller moves
    /// [`super::LEDGER`] from [`Ledger::tip`] to it in the same transaction as the branch.
    ///
    /// Errors: it names no author, its name cannot be a file's or is that of a dream.
    pub fn append_own(&self, record: &CycleRecord, stamp: &Stamp) -> Result<Oid> {
        let CycleRecord { cycle, by, learnings, .. } = record;
        let Some(by) = by else { bail!("the record {cycle} names nobody whose own it is") };
        if !layout::is_cycle_name(cycle) {
            bail!("{cycle:?} cannot be the name of a cycle; use letters, digits, `.`, `_` and `-`");
        }
        let path = layout::path(CYCLES, cycle);
        let standing = self.tip.map(|tip| self.repo.read(tip, &path)).transpose()?.flatten();
        let standing = standing.map(|text| serde_json::from_slice::<CycleRecord>(&text)).transpose();
        let standing = standing.with_context(|| format!("cannot read the record of {cycle}"))?;
        if standing.is_some_and(|standing| standing.by.as_deref() != Some(by)) {
            bail!("the ledger has a cycle named {cycle} already, which is not of {by}");
        }
        let mut text = serde_json::to_vec_pretty(record)
            .with_context(|| format!("cannot write the record of {cycle}"))?;
        text.push(b'\n');
        let mut changes = vec![FileChange { path, content: Some(text) }];
        changes.extend(layout::readme(self.repo, self.tip)?);
        let notes = if learnings.len() == 1 { "1 note" } else { &format!("{} notes", learnings.len()) };
        let plan = Plan {
            base: self.tip,
            identity: stamp.identity.clone(),
            at: stamp.at,
            signing: Signing::Never,
            commits: vec![Commit { message: format!("ledger: {cycle}, {notes} of {by}\n"), changes }],
        };
        self.repo.write(&plan)?.first().copied().context("no commit was written")
    }
}
