//! Which cycle is published.

use super::Request;
use crate::learning::standing::Verdict;
use crate::ledger::layout::is_cycle_name;
use crate::ledger::{CycleRecord, Ledger};
use crate::unusable::Unusable;
use crate::verdict::{Proposal, open_branches};
use anyhow::Result;
use std::collections::BTreeSet;

/// A cycle with a branch that can be published.
pub(super) struct Chosen<'a> {
    pub(super) cycle: &'a CycleRecord,
    /// Its branch: `dream/2026-01-02-abcdef`.
    pub(super) branch: String,
    /// Whether the branch is here, and not only at the remote.
    pub(super) is_here: bool,
}

/// The cycle that was named, else the newest whose branch waits and is not at the remote, else the newest that waits.
/// `None` where nothing waits.
///
/// Errors with [`Unusable`]: the one that was named is not known, had nothing to say, or has no branch any more.
pub(super) fn choose<'a>(
    request: &Request<'_>,
    cycles: &'a [CycleRecord],
    proposals: &[Proposal<'_>],
) -> Result<Option<Chosen<'a>>> {
    let open = open_branches(request.repo)?;
    let chosen = |cycle: &'a CycleRecord| -> Result<Option<Chosen<'a>>> {
        let Some(branch) = cycle.branch.clone().filter(|branch| is_sound(branch)) else { return Ok(None) };
        let is_here = request.repo.resolve(&format!("refs/heads/{branch}"))?.is_some();
        let is_open = open.contains_key(&branch) || is_here;
        Ok(is_open.then_some(Chosen { cycle, branch, is_here }))
    };
    if let Some(named) = request.cycle {
        let cycle = named_cycle(named, cycles)?;
        return match chosen(cycle)? {
            Some(chosen) => Ok(Some(chosen)),
            None if cycle.branch.is_none() => Err(Unusable(format!(
                "the cycle {} had nothing to say, so there is nothing to publish",
                cycle.cycle
            ))
            .into()),
            None => Err(Unusable(format!(
                "the branch of the cycle {} is gone: it was merged or given up; `git dream log` says which",
                cycle.cycle
            ))
            .into()),
        };
    }
    let waits = proposals.iter().filter(|proposal| proposal.verdict == Verdict::Pending);
    let waits: BTreeSet<&str> = waits.map(|proposal| proposal.cycle.cycle.as_str()).collect();
    let mut newest = None;
    for cycle in cycles.iter().rev().filter(|cycle| waits.contains(cycle.cycle.as_str())) {
        let Some(chosen) = chosen(cycle)? else { continue };
        let copy = request.remote.map(|remote| format!("refs/remotes/{}/{}", remote.name(), chosen.branch));
        let is_there = match &copy {
            Some(copy) => request.repo.resolve(copy)?.is_some(),
            None => false,
        };
        if !is_there {
            return Ok(Some(chosen));
        }
        newest = newest.or(Some(chosen));
    }
    Ok(newest)
}

/// Whether there is a cycle of the name that somebody gave, before anybody is asked about it.
///
/// Errors as [`choose`].
pub(super) fn check_name(request: &Request<'_>) -> Result<()> {
    let Some(named) = request.cycle else { return Ok(()) };
    let (cycles, _) = Ledger::open(request.repo)?.cycles()?;
    named_cycle(named, &cycles).map(drop)
}

/// Whether a branch is one that a cycle makes: a ledger may hold what somebody else wrote.
fn is_sound(branch: &str) -> bool {
    branch.strip_prefix("dream/").is_some_and(is_cycle_name)
}

/// The cycle of this name, or of this branch, or whose name begins so.
fn named_cycle<'a>(named: &str, cycles: &'a [CycleRecord]) -> Result<&'a CycleRecord> {
    let name = named.trim().trim_start_matches("refs/heads/");
    let name = name.strip_prefix("dream/").unwrap_or(name);
    if let Some(cycle) = cycles.iter().find(|cycle| cycle.cycle == name) {
        return Ok(cycle);
    }
    let near: Vec<&CycleRecord> =
        cycles.iter().filter(|cycle| !name.is_empty() && cycle.cycle.starts_with(name)).collect();
    match near.as_slice() {
        [only] => Ok(only),
        [] => Err(Unusable(format!("there is no cycle {named:?}: `git dream log` lists them")).into()),
        several => {
            let names: Vec<&str> = several.iter().map(|cycle| cycle.cycle.as_str()).collect();
            Err(Unusable(format!("{named:?} fits several cycles: name one of {}", names.join(", "))).into())
        }
    }
}
