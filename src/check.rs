//! May this change to the memory be merged?
//!
//! The gate as a question about two states of a repository, whoever made the change: a cycle, a person, another
//! program. Owns the rules that look at files ([`rule`], one small file each) and what is mechanical to mend
//! ([`fix`]); what a text may say to agents, [`crate::learning::gate`] knows. Refuses to judge whether a learning is
//! true: that is the reviewer's work.

pub mod change;
pub mod finding;
pub mod fix;
mod rule;

pub use rule::loss::TOO_MUCH_LOST;

use crate::digest::Digest;
use crate::memory::Memory;
use crate::session::SessionId;
use crate::settings::Settings;
use crate::stale::Stale;
use change::Change;
use finding::Finding;
use std::collections::BTreeMap;

/// What is checked, as the rules see it.
pub(crate) struct Case<'a> {
    /// The two states and what differs.
    pub(crate) change: &'a Change,
    /// The memory before.
    pub(crate) before: Memory,
    /// The memory after.
    pub(crate) after: Memory,
    /// The thresholds.
    pub(crate) settings: &'a Settings,
    /// The digests that the evidence of changed notes quotes; `None` where this repository has no ledger.
    pub(crate) digests: Option<BTreeMap<SessionId, Digest>>,
}

/// The sessions whose digests [`check`] wants to see: those that evidence in changed notes names.
pub fn sessions_quoted(change: &Change) -> std::collections::BTreeSet<SessionId> {
    rule::evidence::sessions(change)
}

/// Changed notes that name something dead, to be looked at. `stale`: what was found of the state after the change.
pub fn dead_references(change: &Change, stale: &Stale) -> Vec<Finding> {
    rule::dead::inspect(change, stale)
}

/// Everything that speaks against a change, by path and line. Empty: it may be merged.
///
/// `digests`: those of [`sessions_quoted`]; `None` where there is no ledger to look into, which is said once.
pub fn check(change: &Change, settings: &Settings, digests: Option<Vec<Digest>>) -> Vec<Finding> {
    let digests = digests.map(|all| all.into_iter().map(|digest| (digest.session.clone(), digest)).collect());
    let case =
        Case { change, before: change.memory_before(), after: change.memory_after(), settings, digests };
    let mut findings: Vec<Finding> = rule::ALL.iter().flat_map(|inspect| inspect(&case)).collect();
    findings.sort();
    findings.dedup();
    findings
}
