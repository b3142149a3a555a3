//! Which dream branches are open, and what is on them.

use super::landing::{named, reverted};
use super::{Decider, reason};
use crate::ledger::{CycleRecord, LearningRecord};
use crate::memory::place::outside;
use crate::repo::{Oid, Repo};
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};

/// Every open dream branch.
pub(super) struct Branches {
    /// By its name (`dream/2026-01-02-abcdef`): where it stands, here and at remotes as last fetched.
    tips: BTreeMap<String, Vec<Oid>>,
    /// The learnings that commits of these branches name, by cycle and pattern.
    named: BTreeSet<(String, String)>,
    /// By the name of a commit, who reverted it on one of these branches.
    reverted: BTreeMap<String, Decider>,
}

/// Where each open dream branch stands, by its name: at remotes as last fetched, then here. A branch that follows one
/// of a remote stands where that one stands: reviewers work there. If it was deleted there, it is closed.
pub fn open_branches(repo: &Repo) -> Result<BTreeMap<String, Vec<Oid>>> {
    let mut tips: BTreeMap<String, Vec<Oid>> = BTreeMap::new();
    for (name, tip) in repo.refs_under("refs/remotes/")? {
        if let Some(at) = name.find("/dream/") {
            tips.entry(name[at + 1..].to_owned()).or_default().push(tip);
        }
    }
    for (name, tip) in repo.refs_under("refs/heads/dream/")? {
        let name = name.trim_start_matches("refs/heads/");
        if repo.upstream(name)?.is_none() {
            tips.entry(name.to_owned()).or_default().push(tip);
        }
    }
    Ok(tips)
}

impl Branches {
    /// Looks for them.
    pub(super) fn open(repo: &Repo, cycles: &[CycleRecord]) -> Result<Branches> {
        let mut branches =
            Branches { tips: open_branches(repo)?, named: BTreeSet::new(), reverted: BTreeMap::new() };
        for cycle in cycles {
            let Some(base) = Oid::parse(&cycle.base) else { continue };
            let Some(branch) = &cycle.branch else { continue };
            for tip in branches.tips.get(branch).into_iter().flatten() {
                for past in repo.walk(&[base], *tip)? {
                    branches.named.extend(named(&past.message));
                    for commit in reverted(&past.message) {
                        let by = Decider {
                            commit: past.id,
                            name: past.author.clone(),
                            at: past.at,
                            reason: reason::given(&past.message),
                        };
                        branches.reverted.insert(commit.to_owned(), by);
                    }
                }
            }
        }
        Ok(branches)
    }

    pub(super) fn is_open(&self, branch: &str) -> bool {
        self.tips.contains_key(branch)
    }

    /// Who reverted a learning on its open branch; `None` where its commit was dropped.
    pub(super) fn taken_back(&self, learning: &LearningRecord) -> Option<Decider> {
        self.reverted.get(learning.commit.as_ref()?).cloned()
    }

    /// Whether a learning waits on its cycle's branch: a commit there names it, and its note was not put back as it
    /// was. A reviewer who drops the commit, or reverts it on the branch, has left it out.
    pub(super) fn has(
        &self,
        repo: &Repo,
        root: &str,
        cycle: &CycleRecord,
        learning: &LearningRecord,
    ) -> Result<bool> {
        if !self.named.contains(&(cycle.cycle.clone(), learning.pattern.clone())) {
            return Ok(false);
        }
        let path = outside(root, &learning.note);
        let before = match Oid::parse(&cycle.base) {
            Some(base) => repo.read(base, &path)?,
            None => None,
        };
        for tip in cycle.branch.iter().filter_map(|branch| self.tips.get(branch)).flatten() {
            if repo.read(*tip, &path)? != before {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
