//! What people said and decided on a forge, brought into the ledger.
//!
//! Two things that git does not keep: a pull request closed without being merged while its branch still stands, with who
//! closed it and what they said (a refusal of everything that still waits on it), and comments on a learning's file. Both
//! are added to the ledger and nowhere else; what lands on the target counts for more. Refuses to take a comment for a
//! verdict.

use super::{Pulls, Request};
use crate::forge::{Closer, Comment, Forge, PullRequest, State};
use crate::learning::standing::Verdict;
use crate::ledger::{CommentRecord, CycleRecord, DecisionRecord, LEDGER, LearningRecord, Ledger};
use crate::memory::place::outside;
use crate::repo::{MoveError, Oid, RefMove};
use crate::verdict::{self, Proposal};
use anyhow::{Result, bail};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// Of how many cycles at most is asked what was said.
const MOST_CYCLES: usize = 10;
/// Of how many of the newest cycles is asked, whatever became of them: a comment may stand on what was merged.
const NEWEST: usize = 3;
/// How long before and after a pull request was closed a comment tells why.
const NEAR: SignedDuration = SignedDuration::from_mins(10);
/// How often it is tried again while others move the ledger.
const ATTEMPTS: usize = 5;

/// What was new.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// Learnings that are refused because their pull request was closed: title, and by whom.
    pub refused: Vec<(String, String)>,
    /// How many comments.
    pub comments: usize,
    /// Pull requests that a program closed, which decides nothing: the page, and the program.
    pub closed_by_programs: Vec<(String, String)>,
}

/// Asks a forge and writes down what is new. `base`: the target's tip. Gives the pull requests that were found, too.
pub(super) fn hear(request: &Request<'_>, forge: &dyn Forge, base: Oid) -> Result<(Heard, Pulls)> {
    let (repo, root) = (request.repo, &request.settings.memory.root);
    let ledger = Ledger::open(repo)?;
    let (cycles, _) = ledger.cycles()?;
    let proposals = verdict::decided(repo, &cycles, base, root)?;
    let waits: BTreeSet<&str> = proposals
        .iter()
        .filter(|proposal| proposal.verdict == Verdict::Pending)
        .map(|proposal| proposal.cycle.cycle.as_str())
        .collect();
    let mut pulls = Pulls::new();
    let (mut decisions, mut comments, mut heard) = (Vec::new(), Vec::new(), Heard::default());
    let with_branch = cycles.iter().rev().filter(|cycle| cycle.branch.is_some()).enumerate();
    let asked = with_branch.filter(|(at, cycle)| *at < NEWEST || waits.contains(cycle.cycle.as_str()));
    for (_, cycle) in asked.take(MOST_CYCLES) {
        let branch = cycle.branch.clone().unwrap_or_default();
        let found: &Vec<PullRequest> = pulls.entry(branch.clone()).or_insert(forge.find(&branch)?);
        let shown = found.iter().find(|pull| pull.state == State::Open).or(found.first());
        if let Some(pull) = shown {
            let said = forge.comments(pull.number)?;
            comments.extend(said.iter().filter_map(|comment| about(comment, cycle, root)));
            let waiting = proposals.iter().filter(|proposal| {
                proposal.cycle.cycle == cycle.cycle && proposal.verdict == Verdict::Pending
            });
            let waiting: Vec<&Proposal<'_>> = waiting.collect();
            if pull.state == State::Closed && !waiting.is_empty() {
                let closer = forge.closer(pull)?;
                if let Closer::Program(program) = closer {
                    heard.closed_by_programs.push((pull.url.clone(), program));
                    continue;
                }
                let closing = closing(closer, pull, &said, request.stamp.at);
                for proposal in waiting {
                    decisions.push(closing.refusal(cycle, proposal.learning));
                    heard.refused.push((proposal.learning.title.clone(), closing.by.clone()));
                }
            }
        }
    }
    heard.comments = write(request, &decisions, &comments)?;
    Ok((heard, pulls))
}

/// A comment as it is kept; `None` where it is about no learning's file.
fn about(comment: &Comment, cycle: &CycleRecord, root: &str) -> Option<CommentRecord> {
    let path = comment.path.as_deref()?;
    let is_of = |learning: &&LearningRecord| {
        outside(root, &learning.note) == path
            || learning.leaves.iter().any(|left| outside(root, left) == path)
    };
    let learning = cycle.learnings.iter().find(is_of)?;
    let Comment { id, by, text, at, line, .. } = comment;
    let record = CommentRecord::new(&cycle.cycle, &learning.pattern, id, by, text, *at);
    Some(CommentRecord { line: *line, ..record })
}

/// Who closed a pull request, when and why.
struct Closing {
    by: String,
    at: Timestamp,
    reason: String,
}

impl Closing {
    fn refusal(&self, cycle: &CycleRecord, learning: &LearningRecord) -> DecisionRecord {
        DecisionRecord::rejected(&cycle.cycle, &learning.pattern, &self.by, &self.reason, self.at)
    }
}

fn closing(closer: Closer, pull: &PullRequest, said: &[Comment], now: Timestamp) -> Closing {
    let by = match closer {
        Closer::Person(by) | Closer::Program(by) => Some(by),
        Closer::Unknown => None,
    };
    let at = pull.closed_at.unwrap_or(now);
    let is_reason = |comment: &&Comment| {
        comment.path.is_none()
            && by.as_ref().is_none_or(|by| *by == comment.by)
            && comment.at.duration_since(at).abs() <= NEAR
    };
    let reason = said.iter().rev().find(is_reason);
    Closing {
        by: by.or(reason.map(|comment| comment.by.clone())).unwrap_or_else(|| "somebody".to_owned()),
        at,
        reason: reason.map(|comment| comment.text.clone()).unwrap_or_default(),
    }
}

/// Adds what is new to the ledger; how many of the comments were.
fn write(request: &Request<'_>, decisions: &[DecisionRecord], comments: &[CommentRecord]) -> Result<usize> {
    for _ in 0..ATTEMPTS {
        let ledger = Ledger::open(request.repo)?;
        let known: BTreeSet<(String, String)> =
            ledger.comments(None)?.0.into_iter().map(|comment| (comment.cycle, comment.id)).collect();
        let is_new = |comment: &&CommentRecord| !known.contains(&(comment.cycle.clone(), comment.id.clone()));
        let new: Vec<CommentRecord> = comments.iter().filter(is_new).cloned().collect();
        let Some(commit) = ledger.append_words(decisions, &new, &request.stamp)? else { return Ok(0) };
        let moving = RefMove {
            name: LEDGER.to_owned(),
            from: ledger.tip(),
            to: Some(commit),
            reason: "publish: what people said".to_owned(),
        };
        match request.repo.move_refs(&[moving]) {
            Ok(()) => return Ok(new.len()),
            Err(MoveError::Lost { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    bail!("the ledger is moved by other programs all the time: nothing was written, run again")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comment(path: Option<&str>, by: &str, at: &str, text: &str) -> Comment {
        let (path, at) = (path.map(str::to_owned), at.parse().unwrap());
        Comment { id: "line-7".to_owned(), by: by.to_owned(), at, text: text.to_owned(), path, line: Some(3) }
    }

    #[test]
    fn a_comment_is_about_the_learning_whose_file_it_stands_on() {
        let learning = |note: &str, pattern: &str, leaves: &[&str]| LearningRecord {
            note: note.to_owned(),
            pattern: pattern.to_owned(),
            leaves: leaves.iter().map(|path| (*path).to_owned()).collect(),
            ..LearningRecord::default()
        };
        let cycle = CycleRecord {
            cycle: "c".to_owned(),
            learnings: vec![
                learning("mistakes/a.md", "aa", &[]),
                learning("archive/mistakes/b.md", "bb", &["mistakes/b.md"]),
            ],
            ..CycleRecord::default()
        };
        let of = |path| {
            about(&comment(Some(path), "ben", "2026-01-06T08:00:00Z", "why\u{202e}?\nsay"), &cycle, "notes")
        };
        let kept = of("notes/mistakes/a.md").unwrap();
        assert_eq!((kept.pattern.as_str(), kept.text.as_str(), kept.line), ("aa", "why? say", Some(3)));
        assert_eq!(of("notes/mistakes/b.md").map(|kept| kept.pattern), Some("bb".to_owned()));
        assert!(of("mistakes/a.md").is_none() && of("notes/MEMORY.md").is_none());
    }

    #[test]
    fn the_last_words_of_who_closed_it_are_the_reason() {
        let pull = PullRequest {
            number: 1,
            url: String::new(),
            state: State::Closed,
            body: String::new(),
            is_draft: false,
            labels: Vec::new(),
            closed_by: Closer::Unknown,
            closed_at: Some("2026-01-06T08:00:00Z".parse().unwrap()),
        };
        let said = [
            comment(None, "ben", "2026-01-05T08:00:00Z", "long before"),
            comment(None, "ben", "2026-01-06T07:58:00Z", "not ours"),
            comment(None, "cy", "2026-01-06T07:59:00Z", "a pity"),
            comment(Some("a.md"), "ben", "2026-01-06T07:59:30Z", "about a line"),
        ];
        let reason = |closer| closing(closer, &pull, &said, Timestamp::UNIX_EPOCH);
        assert_eq!(reason(Closer::Person("ben".to_owned())).reason, "not ours");
        let unknown = reason(Closer::Unknown);
        assert_eq!((unknown.by.as_str(), unknown.reason.as_str()), ("cy", "a pity"));
        assert_eq!(reason(Closer::Person("dee".to_owned())).reason, "");
    }
}
