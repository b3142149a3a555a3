//! Notes that an agent, or an import, proposes itself: a branch of its own under `dream/`, one commit a note.
//!
//! Such a branch is a dream branch like any other: reviewed, published, checked and judged by the same commands, because its
//! commits carry the same trailers and its record stands among those of the cycles. What differs is that its author goes on
//! writing: with every change the branch is made anew ([`mod@write`]), as the target's tip, one commit for each note that
//! differs ([`learnings`]), and the index; the same notes at the same moment give the same commits. As soon as people have
//! decided on any of it, published it or put commits of their own on it, it is theirs, and what comes later goes to a new
//! branch. Owns what its author sees: the memory as it is on the target, with what waits of its own.
//!
//! Refuses what the gate refuses ([`objections`]), what people refused before in the same words, and every note that is
//! pinned. Touches no working tree.

pub mod free;
pub mod learnings;
pub mod objections;
pub mod write;

use crate::check::change::{Change, File};
use crate::cycle::{Target, usefulness};
use crate::learning::Change as Kind;
use crate::learning::standing::Verdict;
use crate::ledger::{CycleRecord, Ledger};
use crate::memory::place::{inside, outside};
use crate::redact::Clean;
use crate::repo::compare::Sort;
use crate::repo::{Oid, Repo};
use crate::settings::Settings;
use crate::verdict::{self, Proposal, open_branches};
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};

/// New contents of notes by path inside the memory; `None`: the note goes.
pub type Changes = BTreeMap<String, Option<String>>;

/// Files of the memory by path inside it.
pub type Files = BTreeMap<String, File>;

/// Whose notes they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Writer {
    /// As the ledger and the `Dream-Engine` trailer name it: `agent/claude-code`, `import/codex`.
    pub by: String,
    /// Why anybody proposes this, in a sentence for the commit.
    pub why: Clean,
    /// The session that it writes in, as its agent calls it.
    pub session: Option<Clean>,
}

/// The branch that is written on.
#[derive(Clone, Debug)]
struct Current {
    record: CycleRecord,
    /// What it changes against the commit that it starts from.
    changes: Changes,
}

/// Where refs stood when the repository was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    target: Option<Oid>,
    ledger: Option<Oid>,
    branches: BTreeMap<String, Vec<Oid>>,
}

/// What an author has before it.
pub struct Candidate<'r> {
    repo: &'r Repo,
    settings: &'r Settings,
    writer: &'r Writer,
    target: String,
    base: Oid,
    /// The memory on the target.
    files: Files,
    /// What waits of the author's own on branches that are people's to decide on now.
    waiting: Changes,
    current: Option<Current>,
    /// What people refused, by its words.
    refused: BTreeSet<String>,
    useful: BTreeMap<String, f64>,
    /// What the gate has against the branch as it stands: nothing new.
    known: Option<BTreeSet<objections::Told>>,
    stamp: Stamp,
}

impl Stamp {
    fn of(repo: &Repo, target: &Target) -> Result<Stamp> {
        Ok(Stamp { target: target.tip, ledger: Ledger::open(repo)?.tip(), branches: open_branches(repo)? })
    }
}

impl<'r> Candidate<'r> {
    /// Looks at the repository.
    ///
    /// Errors: the target cannot be told or has no commit; the repository cannot be read.
    pub fn open(repo: &'r Repo, settings: &'r Settings, writer: &'r Writer) -> Result<Candidate<'r>> {
        repo.recover()?;
        let target = Target::find(repo, settings)?;
        let base = target.commit()?;
        let stamp = Stamp::of(repo, &target)?;
        let root = settings.memory.root.as_str();
        let (cycles, _) = Ledger::open(repo)?.cycles()?;
        let proposals = verdict::decided(repo, &cycles, base, root)?;
        let own: Vec<&Proposal<'_>> =
            proposals.iter().filter(|one| one.cycle.by.as_ref() == Some(&writer.by)).collect();
        let refused = proposals
            .iter()
            .filter(|one| matches!(one.verdict, Verdict::Rejected | Verdict::Reverted))
            .filter_map(|one| one.learning.words.clone());
        let mut candidate = Candidate {
            repo,
            settings,
            writer,
            target: target.branch,
            base,
            files: Change::between(repo, None, base, root)?.after,
            waiting: Changes::new(),
            current: None,
            refused: refused.collect(),
            useful: usefulness::on_record(&cycles),
            known: None,
            stamp,
        };
        for cycle in cycles.iter().filter(|cycle| cycle.by.as_ref() == Some(&writer.by)) {
            let of_cycle: Vec<&&Proposal<'_>> =
                own.iter().filter(|one| one.cycle.cycle == cycle.cycle).collect();
            let mut changes = Changes::new();
            for one in of_cycle.iter().filter(|one| one.verdict == Verdict::Pending) {
                candidate.take(&mut changes, one)?;
            }
            let all_wait = of_cycle.iter().all(|one| one.verdict == Verdict::Pending);
            if all_wait && candidate.is_untouched(cycle)? {
                candidate.current = Some(Current { record: cycle.clone(), changes });
            } else {
                candidate.waiting.extend(changes);
            }
        }
        Ok(candidate)
    }

    /// Whether everything stands where it stood when it was looked at, or written last.
    pub fn is_up_to_date(&self) -> Result<bool> {
        let target = Target::find(self.repo, self.settings)?;
        Ok(target.branch == self.target && Stamp::of(self.repo, &target)? == self.stamp)
    }

    /// The memory as its author sees it: as it is on the target, with what waits of the author's own.
    ///
    /// Errors: the repository cannot be read.
    pub fn files(&self) -> Result<Files> {
        let own = self.on_target()?;
        let mut files = with(&self.files, self.waiting.iter().chain(&own));
        // Nobody but people and cycles writes the index; what waits is not in it.
        if let Some(main) = self.files.get(crate::memory::MEMORY_FILE) {
            files.insert(crate::memory::MEMORY_FILE.to_owned(), main.clone());
        }
        Ok(files)
    }

    /// The branch that its changes wait on; `None` while there are none.
    pub fn branch(&self) -> Option<&str> {
        self.current.as_ref().and_then(|current| current.record.branch.as_deref())
    }

    /// Whether a branch stands as its author left it, here alone, with nobody looking at it.
    fn is_untouched(&self, cycle: &CycleRecord) -> Result<bool> {
        let Some(branch) = &cycle.branch else { return Ok(false) };
        let tip = cycle.tip.as_deref().and_then(Oid::parse);
        let stands = self.stamp.branches.get(branch).map(Vec::as_slice);
        Ok(tip.is_some()
            && stands == tip.as_ref().map(std::slice::from_ref)
            && self.repo.resolve(&format!("refs/heads/{branch}"))? == tip
            && self.repo.upstream(branch)?.is_none()
            && !self.repo.is_checked_out(branch)?)
    }

    /// Takes up what a proposal that waits makes of the notes, as it stands on its branch.
    fn take(&self, changes: &mut Changes, proposal: &Proposal<'_>) -> Result<()> {
        let Proposal { cycle, learning, .. } = proposal;
        changes.extend(learning.leaves.iter().map(|left| (left.clone(), None)));
        if Kind::parse(&learning.change) == Some(Kind::Retire) {
            return Ok(());
        }
        let tips = cycle.branch.as_ref().and_then(|branch| self.stamp.branches.get(branch));
        let path = outside(&self.settings.memory.root, &learning.note);
        for tip in tips.into_iter().flatten().rev() {
            if let Some(text) = self.repo.read(*tip, &path)? {
                changes.insert(learning.note.clone(), Some(String::from_utf8_lossy(&text).into_owned()));
                break;
            }
        }
        Ok(())
    }

    /// The memory's files at a commit.
    fn files_at(&self, at: Oid) -> Result<Files> {
        match at == self.base {
            true => Ok(self.files.clone()),
            false => Ok(Change::between(self.repo, None, at, &self.settings.memory.root)?.after),
        }
    }
}

/// Files with other contents in their place.
pub fn with<'c>(files: &Files, changes: impl IntoIterator<Item = (&'c String, &'c Option<String>)>) -> Files {
    let mut files = files.clone();
    for (path, content) in changes {
        match content {
            None => drop(files.remove(path)),
            Some(text) => {
                let sort = files.get(path).map_or(Sort::File, |file| file.sort);
                files.insert(path.clone(), File { sort, bytes: text.as_bytes().to_vec() });
            }
        }
    }
    files
}

/// The text of a file; `None` where it is none.
pub fn text_of(file: &File) -> Option<&str> {
    let is_file = matches!(file.sort, Sort::File | Sort::Program);
    std::str::from_utf8(&file.bytes).ok().filter(|_| is_file)
}

/// A path of the repository inside the memory of these settings.
pub fn within<'p>(settings: &Settings, path: &'p str) -> Option<&'p str> {
    inside(&settings.memory.root, path)
}
