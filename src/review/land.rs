//! Landing a review: everything that was answered, in one move.
//!
//! The accepted learnings become commits of their own on the target, with the author and the message that they have on
//! their branch and whoever reviews as committer; one more brings the index in step. The refused ones are written into
//! the ledger. A branch on which nothing waits any more is deleted. All refs move together or none does, and the working
//! trees follow ([`Repo::advance_with`]); where somebody else moved one of them first, everything is looked at anew.

use super::answers::{Answer, Answers};
use super::branches::{Fate, fates};
use super::outcome::{Contents, Fit, Outcome};
use super::{Review, Waiting};
use crate::cycle::BUILTIN;
use crate::learning::author::quote;
use crate::learning::message;
use crate::ledger::{DecisionRecord, LEDGER, Stamp};
use crate::memory::MEMORY_FILE;
use crate::memory::place::outside;
use crate::redact::redact;
use crate::repo::{AdvanceError, Commit, FileChange, MoveError, Oid, Plan, RefMove, Repo, Signing};
use crate::settings::Settings;
use anyhow::{Result, bail};

/// How often everything is looked at anew when somebody else moves a ref meanwhile.
const ATTEMPTS: usize = 5;

/// What landed.
#[derive(Clone, Debug)]
pub struct Landed {
    /// The branch.
    pub target: String,
    /// Where it stood.
    pub base: Oid,
    /// Where it stands.
    pub tip: Oid,
    /// What was taken, in the order of the commits.
    pub taken: Vec<Taken>,
    /// What was refused, with the reason.
    pub refused: Vec<(Waiting, String)>,
    /// The commit that brought the index in step; `None` where it was.
    pub index: Option<Oid>,
    /// Branches that are deleted.
    pub deleted: Vec<String>,
    /// Branches on which nothing waits any more and that stay, with the reason.
    pub kept: Vec<(String, String)>,
    /// What still waits on any branch.
    pub waits: usize,
}

/// A learning that was taken.
#[derive(Clone, Debug)]
pub struct Taken {
    /// What was proposed.
    pub proposed: Waiting,
    /// The commit on the target.
    pub commit: Oid,
    /// Whether in a person's words.
    pub is_edited: bool,
}

/// What keeps answers from landing: the learnings, each with what is to be said about it. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit(pub Vec<(String, Vec<String>)>);

impl std::fmt::Display for Unfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("this cannot land, and nothing was changed:")?;
        for (title, reasons) in &self.0 {
            write!(f, "\n  {title}")?;
            for reason in reasons {
                write!(f, "\n    {reason}")?;
            }
        }
        f.write_str("\nedit, skip or reject it in `git dream review`, or leave it out")
    }
}

impl std::error::Error for Unfit {}

/// Lands these answers; those to learnings that wait no more are passed over. `stamp`: whoever reviews, and when.
///
/// Errors: [`Unfit`]; local changes in the way ([`AdvanceError::InTheWay`], as [`crate::unusable::Unusable`]); the
/// repository cannot be read or written. Nothing has changed then.
pub fn land(repo: &Repo, settings: &Settings, answers: &Answers, stamp: &Stamp) -> Result<Landed> {
    for attempt in 1.. {
        let review = Review::open(repo, settings)?;
        match once(&review, answers, stamp)? {
            Ok(landed) => return Ok(landed),
            Err(AdvanceError::Refs(MoveError::Lost { .. })) if attempt < ATTEMPTS => {}
            Err(error) => return Err(error.into()),
        }
    }
    bail!("nothing landed: other programs keep moving the branches; run again")
}

/// What is to be written.
#[derive(Default)]
struct Draft {
    commits: Vec<Commit>,
    /// Whose author each commit keeps.
    authors: Vec<Option<Oid>>,
    taken: Vec<(Waiting, bool)>,
    /// For each taken one, what it makes of the files.
    contents: Vec<Contents>,
    refused: Vec<(Waiting, String)>,
}

fn once(review: &Review<'_>, answers: &Answers, stamp: &Stamp) -> Result<Result<Landed, AdvanceError>> {
    let mut outcome = Outcome::new(review)?;
    let draft = drafted(review, answers, stamp, &mut outcome)?;
    let root = &review.settings.memory.root;
    let (mut commits, mut authors) = (draft.commits, draft.authors);
    let index = if commits.is_empty() { None } else { outcome.index() };
    let has_index = index.is_some();
    if let (Some(text), Some((last, _))) = (index, draft.taken.last()) {
        let left = outcome.left_out(&text);
        commits.push(Commit {
            message: message::of_index(&last.cycle, BUILTIN, draft.taken.len(), &left),
            changes: vec![FileChange { path: outside(root, MEMORY_FILE), content: Some(text.into_bytes()) }],
        });
        authors.push(None);
    }
    let plan = Plan {
        base: Some(review.base),
        identity: stamp.identity.clone(),
        at: stamp.at,
        signing: Signing::AsConfigured,
        commits,
    };
    let written = review.repo.write_authored(&plan, &authors)?;

    let fates = fates(review, answers)?;
    let mut moves = Vec::new();
    let refusals = draft.refused.iter().map(|(one, reason)| {
        DecisionRecord::rejected(&one.cycle, &one.learning.pattern, &stamp.identity.name, reason, stamp.at)
    });
    let reason = "review".to_owned();
    if let Some(ledger) = review.ledger.append_decisions(&Vec::from_iter(refusals), stamp)? {
        let (name, reason) = (LEDGER.to_owned(), reason.clone());
        moves.push(RefMove { name, from: review.ledger.tip(), to: Some(ledger), reason });
    }
    let (mut deleted, mut kept) = (Vec::new(), Vec::new());
    for (branch, fate) in fates {
        match fate {
            Fate::Stay(why) => kept.push((branch, why)),
            Fate::Delete(tip) => {
                let name = format!("refs/heads/{branch}");
                moves.push(RefMove { name, from: Some(tip), to: None, reason: reason.clone() });
                deleted.push(branch);
            }
        }
    }
    let tip = written.last().copied().unwrap_or(review.base);
    let target = review.target.branch.clone();
    let moved = match tip == review.base {
        true => review.repo.move_refs(&moves).map_err(AdvanceError::from),
        false => review.repo.advance_with(&target, review.base, tip, "review: take learnings", &moves),
    };
    if let Err(error) = moved {
        return Ok(Err(error));
    }
    let waits = review.waiting.len() - draft.taken.len() - draft.refused.len();
    let taken = draft.taken.into_iter().zip(&written);
    let taken = taken.map(|((proposed, is_edited), commit)| Taken { proposed, commit: *commit, is_edited });
    Ok(Ok(Landed {
        target,
        base: review.base,
        tip,
        taken: taken.collect(),
        refused: draft.refused,
        index: written.last().copied().filter(|_| has_index),
        deleted,
        kept,
        waits,
    }))
}

/// Puts the answers into commits and refusals. Errors with [`Unfit`] if one of them cannot land.
fn drafted(
    review: &Review<'_>,
    answers: &Answers,
    stamp: &Stamp,
    outcome: &mut Outcome<'_>,
) -> Result<Draft> {
    let mut draft = Draft::default();
    let mut unfit: Vec<(String, Vec<String>)> = Vec::new();
    for one in &review.waiting {
        let (edited, of_author) = match answers.0.get(&one.key()) {
            None => continue,
            Some(Answer::Reject(reason)) => {
                draft.refused.push((one.clone(), reason.to_string()));
                continue;
            }
            Some(Answer::Accept) => (None, Some(one.commit)),
            // Lines that a person wrote are theirs, and `git blame` has to say so.
            Some(Answer::Edit(text)) => (Some(text.as_str()), None),
        };
        match outcome.fit(one, edited)? {
            Fit::Conflict { why, .. } => unfit.push((one.learning.title.clone(), vec![why])),
            Fit::Fits { contents, .. } => {
                outcome.take(&contents);
                draft.commits.push(commit(review, one, &contents, edited.is_some(), stamp));
                draft.authors.push(of_author);
                draft.taken.push((one.clone(), edited.is_some()));
                draft.contents.push(contents);
            }
        }
    }
    let mut objections = outcome.objections_to_all()?;
    for ((one, _), contents) in draft.taken.iter().zip(&draft.contents) {
        let about: Vec<_> =
            objections.extract_if(.., |finding| outcome.is_about(finding, contents)).collect();
        if !about.is_empty() {
            unfit.push((one.learning.title.clone(), about.iter().map(in_words).collect()));
        }
    }
    if !objections.is_empty() {
        unfit.push(("all of it together".to_owned(), objections.iter().map(in_words).collect()));
    }
    if unfit.is_empty() { Ok(draft) } else { Err(Unfit(unfit).into()) }
}

/// A finding of the gate as a line.
pub fn in_words(finding: &crate::check::finding::Finding) -> String {
    let line = finding.line.map(|line| format!(":{line}")).unwrap_or_default();
    let crate::check::finding::Finding { path, rule, what, remedy, .. } = finding;
    format!("{path}{line}: {what} ({rule}): {remedy}")
}

fn commit(review: &Review<'_>, one: &Waiting, contents: &Contents, is_edited: bool, stamp: &Stamp) -> Commit {
    let root = &review.settings.memory.root;
    let changes = contents
        .iter()
        .map(|(path, content)| FileChange { path: outside(root, path), content: content.clone() });
    let message = message::reviewed(&one.message, is_edited, &redact(&quote::one_line(&stamp.identity.name)));
    Commit { message, changes: changes.collect() }
}
