//! What people did with every learning, read from the history alone.
//!
//! A cycle proposed something: what became of it? What landed on the target and what was taken back, its commits say
//! ([`landing`]); what stands there now and in whose words, its tip says ([`place`], [`text`]); what waits, the open
//! branches say ([`branches`]). The tip decides what a verdict is, the commits say who gave it and when. What was refused
//! in a review leaves no trace there: the ledger keeps whose word that was, and it counts where nothing landed. Refuses to
//! guess: where the history that would tell is missing, the verdict is [`Verdict::Unclear`], with the reason.

mod branches;
mod fold;
mod history;
mod how;
mod landing;
mod moved;
mod place;
mod reason;
mod text;
mod versions;

pub use fold::settled;
pub use how::How;

use crate::learning::standing::Verdict;
use crate::ledger::{CycleRecord, Decision, LearningRecord, Ledger, REJECTED};
use crate::memory::place::{in_archive, outside};
use crate::redact::Clean;
use crate::repo::{Oid, Past, Repo};
use anyhow::Result;
use branches::Branches;
pub use branches::open_branches;
use history::History;
use jiff::Timestamp;
pub use landing::{Key, named};
use landing::{Landing, Landings};
use moved::Moves;
use place::Places;
use serde::Serialize;
use std::cell::RefCell;
use std::collections::BTreeMap;
use text::Kept;
use versions::Versions;

/// One learning that a cycle proposed, with what became of it.
#[derive(Clone, Debug)]
pub struct Proposal<'a> {
    /// The cycle.
    pub cycle: &'a CycleRecord,
    /// The learning.
    pub learning: &'a LearningRecord,
    /// What people did with it.
    pub verdict: Verdict,
    /// How it came to that.
    pub how: How,
    /// The commit that decided, and whose it is; `None` where git keeps none, as of a branch that is deleted.
    pub by: Option<Decider>,
    /// The note's path inside the memory: where people or later cycles have moved it, else where it was proposed.
    pub note: String,
}

/// Who decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decider {
    /// The commit: the merge, the revert, the one that removed the note; the ledger's, where it was refused in a review.
    pub commit: Oid,
    /// Whose it is.
    pub name: String,
    /// When it was made.
    pub at: Timestamp,
    /// Why, where it takes something away and says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Clean>,
}

/// The notes that cycles proposed, as they stand on the target: what is asked of them is looked up once.
pub struct Notes<'a> {
    repo: &'a Repo,
    cycles: &'a [CycleRecord],
    /// The tip of the branch that they were proposed for.
    target: Oid,
    /// The memory's folder in the repository.
    root: &'a str,
    versions: Versions<'a>,
    places: RefCell<Places<'a>>,
}

/// What is known of the repository when verdicts are asked for.
struct Looking<'a, 'n> {
    notes: &'n Notes<'a>,
    repo: &'a Repo,
    root: &'a str,
    target: Oid,
    history: History,
    landings: Landings,
    branches: Branches,
    versions: &'n Versions<'a>,
    /// What was refused in reviews, by cycle and pattern.
    refusals: BTreeMap<(String, String), Decision>,
}

/// The verdict on every learning of these cycles, oldest first. `target`: the tip of the branch that they were
/// proposed for. `root`: the memory's folder in the repository.
///
/// Errors: the repository cannot be read. What a shallow clone or a rewritten branch cannot tell is no error.
pub fn decided<'a>(
    repo: &'a Repo,
    cycles: &'a [CycleRecord],
    target: Oid,
    root: &'a str,
) -> Result<Vec<Proposal<'a>>> {
    Looking::at(&Notes::all(repo, cycles, target, root)?)?.decided(|_| true)
}

/// The verdict on the learnings that are wanted alone, told from the commits that changed their notes: the target's
/// history as [`Repo::versions`] gives it.
///
/// Errors: as [`decided`].
pub fn decided_among<'a>(
    notes: &Notes<'a>,
    commits: Vec<Past>,
    is_wanted: impl Fn(&LearningRecord) -> bool,
) -> Result<Vec<Proposal<'a>>> {
    Looking::on(notes, History::of(commits, notes.target))?.decided(is_wanted)
}

type Decided = (Verdict, How, Option<Decider>);

impl<'a> Notes<'a> {
    /// For who asks of most of them: they are looked up together.
    fn all(repo: &'a Repo, cycles: &'a [CycleRecord], target: Oid, root: &'a str) -> Result<Notes<'a>> {
        let versions = Versions::of(repo, cycles, target, root)?;
        Ok(Notes { versions, ..Notes::few(repo, cycles, target, root) })
    }

    /// For who asks of few of them. The same as with all of them; `target` and `root` as for [`decided`].
    pub fn few(repo: &'a Repo, cycles: &'a [CycleRecord], target: Oid, root: &'a str) -> Notes<'a> {
        let versions = Versions::of_few(repo, cycles, target, root);
        let places = RefCell::new(Places::new(repo, cycles, target, root));
        Notes { repo, cycles, target, root, versions, places }
    }

    /// Where the note of the first of these learnings that has one stands now, inside the memory; `None` where none
    /// does.
    ///
    /// Errors: the repository cannot be read.
    pub fn place_of<'l>(
        &self,
        learnings: impl IntoIterator<Item = (&'l CycleRecord, &'l LearningRecord)>,
    ) -> Result<Option<String>> {
        learnings.into_iter().find_map(|(cycle, learning)| self.of(cycle, learning).transpose()).transpose()
    }

    fn of(&self, cycle: &CycleRecord, learning: &LearningRecord) -> Result<Option<String>> {
        self.places.borrow_mut().of(&self.versions, cycle, learning)
    }
}

impl<'a, 'n> Looking<'a, 'n> {
    fn at(notes: &'n Notes<'a>) -> Result<Looking<'a, 'n>> {
        Looking::on(notes, History::read(notes.repo, notes.cycles, notes.target)?)
    }

    fn on(notes: &'n Notes<'a>, history: History) -> Result<Looking<'a, 'n>> {
        let Notes { repo, cycles, target, root, versions, .. } = notes;
        let landings = Landings::of(&history);
        let branches = Branches::open(repo, cycles)?;
        let (decisions, _) = Ledger::open(repo)?.decisions()?;
        let refusals = decisions.into_iter().filter(|decision| decision.record.verdict == REJECTED);
        let refusals = refusals
            .map(|decision| ((decision.record.cycle.clone(), decision.record.pattern.clone()), decision))
            .collect();
        Ok(Looking { notes, repo, root, target: *target, history, landings, branches, versions, refusals })
    }

    fn decided(&self, is_wanted: impl Fn(&LearningRecord) -> bool) -> Result<Vec<Proposal<'a>>> {
        let cycles = self.notes.cycles;
        let moves = Moves::of(cycles, |cycle, learning| {
            Ok::<_, anyhow::Error>(is_wanted(learning) && self.is_taken_up(cycle, learning)?)
        })?;
        let mut proposals = Vec::new();
        let learnings = cycles.iter().flat_map(|cycle| cycle.learnings.iter().map(move |one| (cycle, one)));
        for (order, (cycle, learning)) in learnings.enumerate().filter(|(_, (_, one))| is_wanted(one)) {
            let place = self.notes.of(cycle, learning)?;
            let moved = match place {
                Some(_) => None,
                None => moves.last(order, learning),
            };
            // Who moved a note wanted it; if it is gone from there, too, that was people's work.
            let now = moved.map(|one| self.notes.of(one.cycle, one.learning)).transpose()?.flatten();
            let since = moved.zip(now).and_then(|(one, now)| Some((self.since(cycle, learning, one)?, now)));
            let at = since.as_ref().map(|(_, now)| now.as_str()).or(place.as_deref());
            let ((verdict, how, by), note) = match (self.forgotten(learning, at), since) {
                (Some(forgotten), _) => (forgotten, learning.note.clone()),
                (None, Some(since)) => since,
                (None, None) => {
                    let note = place.clone().unwrap_or_else(|| learning.note.clone());
                    (self.decide(cycle, learning, place.as_deref())?, note)
                }
            };
            proposals.push(Proposal { cycle, learning, verdict, how, by, note });
        }
        settle(&mut proposals);
        Ok(proposals)
    }

    /// The verdict on a learning whose lesson is forgotten; `None` where it is not, or where somebody who wants it has put
    /// its note back among the others.
    fn forgotten(&self, learning: &LearningRecord, place: Option<&str>) -> Option<Decided> {
        let landing = self.landings.forgotten(&learning.pattern)?;
        let is_back = place.is_some_and(crate::memory::place::is_note);
        (!is_back).then(|| (Verdict::Rejected, How::Forgotten, self.history.refuser(landing.decided)))
    }

    /// The verdict on a learning whose note a later one moved; `None` where it had not been taken up.
    fn since(
        &self,
        cycle: &CycleRecord,
        learning: &LearningRecord,
        later: &moved::Move<'_>,
    ) -> Option<Decided> {
        let landing = self.landings.of_learning(&(cycle.cycle.clone(), learning.pattern.clone()))?;
        let by = self.history.decider(self.history.brought_by(landing.decided));
        landing.stands.then_some((Verdict::Merged, How::Since(later.change), by))
    }

    /// Whether people took up a learning that takes notes away: a commit says so or, where none names it, the target
    /// has what it proposed and no longer has what it takes away.
    fn is_taken_up(&self, cycle: &CycleRecord, learning: &LearningRecord) -> Result<bool> {
        let key = (cycle.cycle.clone(), learning.pattern.clone());
        if let Some(landing) = self.landings.of_learning(&key) {
            return Ok(landing.stands);
        }
        for left in &learning.leaves {
            if self.repo.has(self.target, &outside(self.root, left))? {
                return Ok(false);
            }
        }
        Ok(self.kept(cycle, learning, Some(&learning.note))? == Kept::All)
    }

    fn decide(&self, cycle: &CycleRecord, learning: &LearningRecord, place: Option<&str>) -> Result<Decided> {
        let key = (cycle.cycle.clone(), learning.pattern.clone());
        let kept = self.kept(cycle, learning, place)?;
        match self.landings.of_learning(&key) {
            Some(landing) if landing.stands => self.landed(learning, place, &kept, landing),
            // Who wrote it again by hand after a revert wants it.
            Some(landing) if kept == Kept::All => {
                Ok((Verdict::Merged, How::Content, self.history.decider(landing.decided)))
            }
            Some(landing) => {
                let how = if landing.is_revert { How::Revert } else { How::Undone };
                Ok((Verdict::Reverted, how, self.history.refuser(landing.decided)))
            }
            None => self.not_landed(cycle, learning, &kept, &key),
        }
    }

    /// The verdict where commits of the target say that it is there.
    fn landed(
        &self,
        learning: &LearningRecord,
        place: Option<&str>,
        kept: &Kept,
        landing: &Landing,
    ) -> Result<Decided> {
        if place.is_none() {
            let archived = outside(self.root, &in_archive(&learning.note));
            let how = match self.repo.blob_at(self.target, &archived)? {
                Some(_) => How::Archived,
                None => How::Deleted,
            };
            let path = outside(self.root, &learning.note);
            let removed = self.history.removal_of(self.repo, &path)?;
            return Ok((Verdict::Rejected, how, removed.and_then(|at| self.history.refuser(at))));
        }
        let by = self.history.decider(self.history.brought_by(landing.decided));
        let how =
            match (landing.again, self.history.brought_by(landing.landed)) {
                (true, _) => How::Relanded,
                (_, at)
                    if learning
                        .commit()
                        .is_some_and(|commit| self.history.is_commit(landing.landed, commit)) =>
                {
                    if at == landing.landed { How::FastForward } else { How::Merge }
                }
                _ if landing.in_company => How::Squash,
                _ if self.history.is_reviewed(landing.landed) => How::Review,
                _ => How::Copy,
            };
        Ok(match kept {
            Kept::All | Kept::Untold => (Verdict::Merged, how, by),
            Kept::Partly => (Verdict::PartlyTaken, how, by),
            Kept::Changed => (Verdict::Edited, how, by),
            Kept::Nothing => (Verdict::Reverted, How::Undone, None),
        })
    }

    /// The verdict where no commit of the target names it.
    fn not_landed(
        &self,
        cycle: &CycleRecord,
        learning: &LearningRecord,
        kept: &Kept,
        key: &landing::Key,
    ) -> Result<Decided> {
        // A squash under a message of somebody's own names nothing, but it brings the note. A note that was added stood
        // nowhere before; one that was revised tells only by the very words.
        let is_new = !matches!(learning.change.as_str(), "revise" | "merge");
        let brought = match kept {
            Kept::All => Some(Verdict::Merged),
            Kept::Untold if is_new => Some(Verdict::Merged),
            Kept::Partly if is_new => Some(Verdict::PartlyTaken),
            Kept::Changed if is_new => Some(Verdict::Edited),
            _ => None,
        };
        if let Some(verdict) = brought {
            return Ok((verdict, How::Content, None));
        }
        if let Some(Decision { record, commit }) = self.refusals.get(key) {
            let reason = Some(record.reason.clone()).filter(|reason| !reason.is_empty());
            let by = Decider { commit: *commit, name: record.by.to_string(), at: record.at, reason };
            return Ok((Verdict::Rejected, How::Declined, Some(by)));
        }
        if let Some(branch) = cycle.branch.as_deref().filter(|branch| self.branches.is_open(branch)) {
            return Ok(match self.branches.has(self.repo, self.root, cycle, learning)? {
                true => (Verdict::Pending, How::Waits(branch.to_owned()), None),
                false => (Verdict::Rejected, How::LeftOut, self.branches.taken_back(learning)),
            });
        }
        if let Some(reason) = self.history.gap(self.repo, cycle)? {
            return Ok((Verdict::Unclear, How::Untold(reason), None));
        }
        // Who took the others left this one out.
        Ok(match self.landings.last_of(&cycle.cycle) {
            Some(other) => {
                let by = self.history.decider(self.history.brought_by(other.landed));
                (Verdict::Rejected, How::LeftOut, by)
            }
            None => (Verdict::Rejected, How::BranchGone, None),
        })
    }

    /// How much of what the learning says stands at the target's tip.
    fn kept(&self, cycle: &CycleRecord, learning: &LearningRecord, place: Option<&str>) -> Result<Kept> {
        let Some(place) = place else { return Ok(Kept::Nothing) };
        let Some(now) = self.versions.now(place)? else { return Ok(Kept::Nothing) };
        let Some(proposed) = self.versions.proposed(cycle, learning) else { return Ok(Kept::Untold) };
        if now == proposed {
            return Ok(Kept::All);
        }
        let before = self.versions.before(cycle, learning);
        let before = before.map(|blob| self.repo.read_blob(blob)).transpose()?.unwrap_or_default();
        text::kept(&before, &self.repo.read_blob(proposed)?, &self.repo.read_blob(now)?)
    }
}

/// Of several learnings about one note, only the last that landed can have been edited: what it wrote over, the
/// others said. And what one of them brought, no other one did.
fn settle(proposals: &mut [Proposal<'_>]) {
    let mut last: BTreeMap<String, usize> = BTreeMap::new();
    let named = |proposal: &Proposal<'_>| proposal.verdict.stands() && proposal.how != How::Content;
    for (at, proposal) in proposals.iter().enumerate().filter(|(_, proposal)| named(proposal)) {
        last.insert(proposal.note.clone(), at);
    }
    for (at, proposal) in proposals.iter_mut().enumerate() {
        let Some(&last) = last.get(&proposal.note) else { continue };
        if at < last && named(proposal) {
            proposal.verdict = Verdict::Merged;
        } else if at != last && proposal.how == How::Content {
            (proposal.verdict, proposal.how, proposal.by) = (Verdict::Rejected, How::BranchGone, None);
        }
    }
}
