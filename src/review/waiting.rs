//! The learnings that wait, as they stand on their branches: reviewers work there, too.

use crate::ledger::{CycleRecord, LearningRecord};
use crate::memory::MEMORY_FILE;
use crate::memory::place::{inside, outside};
use crate::repo::{Oid, Past, PathChange, Repo};
use crate::verdict::{self, How, Key, named, open_branches};
use anyhow::Result;
use std::collections::BTreeMap;

/// A learning that waits for a decision.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The cycle that proposed it.
    pub cycle: String,
    /// The branch that it waits on: `dream/2026-01-02-abcdef`.
    pub branch: String,
    /// What the cycle said of it.
    pub learning: LearningRecord,
    /// The commit on the branch that brings it; not the one that the cycle wrote where a reviewer rewrote the branch.
    pub commit: Oid,
    /// The whole message that it lands with.
    pub message: String,
    /// The note's path inside the memory: where people have moved it, else where it was proposed.
    pub note: String,
    /// The files that it changes, but for MEMORY.md, whose index is made anew.
    pub steps: Vec<Step>,
    /// What else it changes, which no learning may: files outside of the memory, links. By path in the repository.
    pub foreign: Vec<String>,
}

/// One file that a learning changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its path inside the memory, where it stands now.
    pub path: String,
    /// What the learning was made for; `None`: no such file.
    pub before: Option<Vec<u8>>,
    /// What the learning makes of it; `None`: it goes.
    pub after: Option<Vec<u8>>,
}

impl Waiting {
    /// The name that its answer is kept under: the same as long as it waits.
    pub fn key(&self) -> String {
        format!("{}.{}", self.cycle, self.learning.pattern)
    }

    /// The note's name as people say it: its file's, or its folder's where it is a skill.
    pub fn name(&self) -> &str {
        let path =
            self.note.strip_suffix("/SKILL.md").or(self.note.strip_suffix(".md")).unwrap_or(&self.note);
        path.rsplit('/').next().unwrap_or(path)
    }
}

/// The commits of a branch that its target does not have.
struct Branch {
    tip: Oid,
    commits: Vec<Made>,
}

/// One of them, with the learnings that it names and the files that it changes.
struct Made {
    past: Past,
    names: Vec<Key>,
    changes: Vec<PathChange>,
}

impl Branch {
    fn read(repo: &Repo, since: &[Oid], tip: Oid) -> Result<Branch> {
        let mut commits = Vec::new();
        for past in repo.walk(since, tip)?.into_iter().filter(|past| past.parents.len() == 1) {
            let (names, changes) = (named(&past.message), repo.changes(past.id, "")?);
            commits.push(Made { past, names, changes });
        }
        Ok(Branch { tip, commits })
    }

    /// The last commit that brings a learning.
    fn commit_of(&self, key: &Key) -> Option<&Made> {
        self.commits.iter().rev().find(|made| made.names.contains(key))
    }

    /// Whether several learnings' commits change a file: then each commit has to speak for itself.
    fn is_shared(&self, path: &str) -> bool {
        let touches =
            |made: &&Made| !made.names.is_empty() && made.changes.iter().any(|change| change.path == path);
        self.commits.iter().filter(touches).count() > 1
    }
}

/// Everything that waits: the oldest cycle first, in the order in which it was proposed.
pub(super) fn find(repo: &Repo, root: &str, cycles: &[CycleRecord], target: Oid) -> Result<Vec<Waiting>> {
    let tips = open_branches(repo)?;
    let mut branches: BTreeMap<Oid, Branch> = BTreeMap::new();
    let mut waiting = Vec::new();
    for proposal in verdict::decided(repo, cycles, target, root)? {
        let How::Waits(branch) = &proposal.how else { continue };
        let (cycle, learning) = (proposal.cycle, proposal.learning);
        let key = (cycle.cycle.clone(), learning.pattern.clone());
        let since: Vec<Oid> = Oid::parse(&cycle.base).into_iter().chain([target]).collect();
        // Here before at a remote: where both are open, this is the one that people look at.
        for tip in tips.get(branch).into_iter().flatten().rev() {
            if !branches.contains_key(tip) {
                branches.insert(*tip, Branch::read(repo, &since, *tip)?);
            }
            let Some(found) = branches.get(tip) else { continue };
            if let Some(made) = found.commit_of(&key) {
                let mut one = Waiting {
                    cycle: cycle.cycle.clone(),
                    branch: branch.clone(),
                    learning: learning.clone(),
                    commit: made.past.id,
                    message: message(repo, learning, made),
                    note: proposal.note.clone(),
                    steps: Vec::new(),
                    foreign: Vec::new(),
                };
                one.take_steps(repo, root, found, made)?;
                waiting.push(one);
                break;
            }
        }
    }
    Ok(waiting)
}

/// The message of a commit that brings one learning; of a squash, what the cycle wrote about this one.
fn message(repo: &Repo, learning: &LearningRecord, made: &Made) -> String {
    let of_cycle = || repo.past(learning.commit()?).ok().map(|past| past.message);
    let is_alone = made.names.len() == 1;
    let own = || made.past.message.clone();
    if is_alone { own() } else { of_cycle().unwrap_or_else(own) }
}

impl Waiting {
    fn take_steps(&mut self, repo: &Repo, root: &str, branch: &Branch, made: &Made) -> Result<()> {
        let is_alone = made.names.len() == 1;
        let proposed_at = outside(root, &self.learning.note);
        let read = |at: Option<Oid>, path: &str| at.map_or(Ok(None), |at| repo.read(at, path));
        for change in &made.changes {
            let path = change.path.as_str();
            let Some(within) = inside(root, path) else {
                self.foreign.push(path.to_owned());
                continue;
            };
            let is_named = path == proposed_at || self.learning.leaves.iter().any(|left| left == within);
            if within == MEMORY_FILE || !(is_alone || is_named) {
                continue;
            }
            let at = if branch.is_shared(path) { made.past.id } else { branch.tip };
            let before = read(made.past.parents.first().copied(), path)?;
            let after = read(Some(at), path)?;
            // What is there and cannot be read as a file is a link or a submodule.
            let is_file = |blob: Option<Oid>, text: &Option<Vec<u8>>| blob.is_none() || text.is_some();
            if !is_file(change.before, &before) || (after.is_none() && repo.has(at, path)?) {
                self.foreign.push(path.to_owned());
                continue;
            }
            // A note that is new has been renamed by nobody: what looks like it elsewhere is another one.
            let is_renamed = path == proposed_at && before.is_some();
            if path == proposed_at && !is_renamed {
                self.note = within.to_owned();
            }
            let path = if is_renamed { self.note.clone() } else { within.to_owned() };
            self.steps.push(Step { path, before, after });
        }
        Ok(())
    }
}
