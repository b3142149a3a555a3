//! Writing: the branch is made anew and moved, with its record in the ledger, or nothing is.

use super::objections::{self, Refusal};
use super::{Candidate, Changes, Current, Files, learnings, text_of};
use crate::learning::{Learning, message};
use crate::ledger::{CycleRecord, LEDGER, LearningRecord, Ledger, Stamp};
use crate::memory::place::outside;
use crate::memory::{MEMORY_FILE, index};
use crate::repo::compare::merged;
use crate::repo::{Commit, FileChange, Identity, Oid, Plan, RefMove, Signing};
use anyhow::Result;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// What came of writing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// The branch stands anew, with so many notes that differ from the target's.
    On(String, usize),
    /// Nothing differs from the target any more: there is no branch.
    Nothing,
    /// All of it was there already.
    Same,
}

/// What a branch is made of.
struct Made {
    base: Oid,
    before: Files,
    changes: Changes,
}

impl Candidate<'_> {
    /// Proposes these changes on top of what waits on the branch.
    ///
    /// Errors: [`Refusal`], where the gate or people will not have it; [`crate::repo::MoveError::Lost`], where somebody
    /// else was first and everything has to be looked at anew; the repository cannot be read or written. Nothing has
    /// changed then.
    pub fn propose(&mut self, changes: &Changes, at: Timestamp) -> Result<Written> {
        if let Some(path) = changes.iter().find_map(|(path, content)| self.is_peoples(path, content)) {
            let reason =
                format!("{path} waits for people to decide on it, and cannot be taken back until then");
            return Err(Refusal(vec![reason]).into());
        }
        let made = self.made(changes)?;
        let earlier = self.on_target()?;
        if made.changes == earlier && self.base_of_current().is_none_or(|base| base == made.base) {
            return Ok(Written::Same);
        }
        let today = at.strftime("%Y-%m-%d").to_string();
        let (reasons, known) = objections::against(self, &made.before, &earlier, &made.changes, &today)?;
        if !reasons.is_empty() {
            return Err(Refusal(reasons).into());
        }
        let written = self.write(made, at, &today)?;
        self.known = self.current.as_ref().map(|_| known);
        Ok(written)
    }

    /// Why these changes would be refused; empty where they would be taken. Nothing is written.
    ///
    /// Errors: the repository cannot be read.
    pub fn objections(&mut self, changes: &Changes, at: Timestamp) -> Result<Vec<String>> {
        let (made, earlier) = (self.made(changes)?, self.on_target()?);
        let today = at.strftime("%Y-%m-%d").to_string();
        Ok(objections::against(self, &made.before, &earlier, &made.changes, &today)?.0)
    }

    /// A note that is to go, and stands only on a branch that is people's to decide on.
    fn is_peoples<'p>(&self, path: &'p str, content: &Option<String>) -> Option<&'p str> {
        let waits = self.waiting.get(path).is_some_and(Option::is_some);
        (content.is_none() && waits && !self.files.contains_key(path)).then_some(path)
    }

    /// What the branch is to change with these changes on top.
    fn made(&self, changes: &Changes) -> Result<Made> {
        let mut all = self.earlier();
        all.extend(changes.iter().map(|(path, content)| (path.clone(), content.clone())));
        self.rebased(all)
    }

    fn earlier(&self) -> Changes {
        self.current.as_ref().map(|current| current.changes.clone()).unwrap_or_default()
    }

    /// What the branch changes, beside what people have changed since it was made.
    pub(super) fn on_target(&self) -> Result<Changes> {
        Ok(self.rebased(self.earlier())?.changes)
    }

    fn base_of_current(&self) -> Option<Oid> {
        self.current.as_ref().and_then(|current| Oid::parse(&current.record.base))
    }

    /// What the branch is to change on the target's tip, beside what people have changed there since. Where both changed
    /// the same lines the branch stays where it started, and the review shows both.
    fn rebased(&self, changes: Changes) -> Result<Made> {
        let started = self.base_of_current().unwrap_or(self.base);
        if started == self.base {
            return Ok(Made {
                base: self.base,
                before: self.files.clone(),
                changes: differing(&self.files, changes),
            });
        }
        let old = self.files_at(started)?;
        let mut together = Changes::new();
        for (path, content) in &changes {
            let (was, now) = (old.get(path).and_then(text_of), self.files.get(path).and_then(text_of));
            let content = match (was, now, content) {
                _ if was == now => content.clone(),
                (_, Some(now), Some(own)) if now == own => continue,
                (Some(was), Some(now), Some(own)) => {
                    let both = merged(was.as_bytes(), now.as_bytes(), own.as_bytes(), ("target", "own"))?;
                    match both.is_clean {
                        true => Some(String::from_utf8_lossy(&both.text).into_owned()),
                        false => {
                            return Ok(Made {
                                base: started,
                                changes: differing(&old, changes),
                                before: old,
                            });
                        }
                    }
                }
                (_, Some(_), None) => None,
                (_, None, None) => continue,
                _ => return Ok(Made { base: started, changes: differing(&old, changes), before: old }),
            };
            together.insert(path.clone(), content);
        }
        Ok(Made { base: self.base, before: self.files.clone(), changes: differing(&self.files, together) })
    }

    fn write(&mut self, made: Made, at: Timestamp, today: &str) -> Result<Written> {
        let Made { base, before, changes } = made;
        let ledger = Ledger::open(self.repo)?;
        let by = &self.writer.by;
        let cycle = match &self.current {
            Some(current) => current.record.cycle.clone(),
            None => self.name(base, &changes, at),
        };
        let branch = format!("dream/{cycle}");
        let after = objections::after(self, &before, &changes, today);
        let learnt = learnings::of(&before, &after, &changes, self.writer);
        let commits = self.commits(&learnt, &before, &after, &cycle);
        let identity = Identity::of(&self.settings.author);
        let written = match learnt.is_empty() {
            true => Vec::new(),
            false => self.repo.write(&Plan {
                base: Some(base),
                identity: identity.clone(),
                at,
                signing: Signing::AsConfigured,
                commits,
            })?,
        };
        let tip = written.last().copied();
        let records = learnt.iter().zip(&written).map(|((learning, words), commit)| LearningRecord {
            commit: Some(commit.to_string()),
            words: Some(words.clone()),
            ..LearningRecord::from(learning)
        });
        let record = CycleRecord {
            version: 1,
            cycle,
            at,
            target: self.target.clone(),
            base: base.to_string(),
            branch: tip.map(|_| branch.clone()),
            tip: tip.map(|tip| tip.to_string()),
            engine: by.clone(),
            by: Some(by.clone()),
            learnings: records.collect(),
            ..CycleRecord::default()
        };
        let stood =
            self.current.as_ref().and_then(|current| current.record.tip.as_deref()).and_then(Oid::parse);
        if stood.is_none() && tip.is_none() {
            return Ok(Written::Nothing);
        }
        let appended = ledger.append_own(&record, &Stamp { identity, at })?;
        let reason = format!("{by}: write {branch}");
        let moving =
            |name: &str, from, to| RefMove { name: name.to_owned(), from, to, reason: reason.clone() };
        self.repo.move_refs(&[
            moving(LEDGER, self.stamp.ledger, Some(appended)),
            moving(&format!("refs/heads/{branch}"), stood, tip),
        ])?;
        self.stamp.ledger = Some(appended);
        match tip {
            Some(tip) => drop(self.stamp.branches.insert(branch.clone(), vec![tip])),
            None => drop(self.stamp.branches.remove(&branch)),
        }
        if tip.is_none() {
            self.current = None;
            return Ok(Written::Nothing);
        }
        let notes = record.learnings.len();
        self.current = Some(Current { record, changes });
        Ok(Written::On(branch, notes))
    }

    /// One commit for each note, then the index.
    fn commits(
        &self,
        learnt: &[(Learning, String)],
        before: &Files,
        after: &Files,
        cycle: &str,
    ) -> Vec<Commit> {
        let by = &self.writer.by;
        let change = |path: &str, text: Option<&str>| FileChange {
            path: outside(&self.settings.memory.root, path),
            content: text.map(|text| text.as_bytes().to_vec()),
        };
        let mut commits: Vec<Commit> = Vec::new();
        let mut left = BTreeSet::new();
        for (learning, _) in learnt {
            let mut changes = vec![change(&learning.note, Some(&learning.text))];
            let leaves = learning.leaves.iter().filter(|path| left.insert((*path).clone()));
            changes.extend(leaves.map(|path| change(path, None)));
            commits.push(Commit { message: message::of(learning, cycle, by), changes });
        }
        let main = |files: &Files| files.get(MEMORY_FILE).and_then(text_of).map(str::to_owned);
        if let Some(new) = main(after).filter(|new| main(before).as_ref() != Some(new)) {
            let (old, now) = (objections::memory(before), objections::memory(after));
            let left = index::left_out(&old, &now, &new);
            commits.push(Commit {
                message: message::of_index(cycle, by, commits.len(), &left),
                changes: vec![change(MEMORY_FILE, Some(&new))],
            });
        }
        commits
    }

    /// The branch's name: its day, whose it is, and a few digits of the hash of what it starts from and with. The same
    /// author on two machines begins with different words, and so has two branches.
    fn name(&self, base: Oid, changes: &Changes, at: Timestamp) -> String {
        let stood = self.stamp.ledger.map(|tip| tip.to_string()).unwrap_or_default();
        let begins = format!("{base}\n{stood}\n{}\n{at}\n{changes:?}", self.writer.by);
        let whose = crate::memory::place::slug(&self.writer.by, 60);
        let digits = blake3::hash(begins.as_bytes()).to_hex();
        format!("{}-{whose}-{}", at.strftime("%Y-%m-%d"), &digits[..6])
    }
}

/// The changes that make a difference.
fn differing(files: &Files, mut changes: Changes) -> Changes {
    changes.retain(|path, content| files.get(path).and_then(text_of) != content.as_deref());
    changes
}
