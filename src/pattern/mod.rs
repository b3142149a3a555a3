//! What holds across sessions.
//!
//! [`mine`] takes the digests of all sessions and gives [`Pattern`]s: recurring mistakes ([`mistake`] from error
//! texts, [`contrast`] from outcomes), converged workflows ([`playbook`]), emergent [`preference`]s. Pure
//! functions: the same set of digests gives the same patterns in the same order, whatever order they came in.
//! Refuses to word anything: that is the author's work in [`crate::learning`].

pub mod contrast;
pub mod identity;
pub mod job;
mod mining;
pub mod mistake;
pub mod playbook;
pub mod preference;
pub mod statistics;
pub mod template;
pub mod witness;

pub use identity::Known;
pub use mining::{Given, mine, mine_telling};

use crate::digest::Digest;
use crate::redact::Clean;
use crate::session::SessionId;
use crate::settings::Mining;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Names a pattern; stays the same from cycle to cycle. 16 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The fingerprint of a lesson with these defining parts (kind first, then whatever makes it this lesson
    /// and no other: never counts, dates or examples).
    pub fn of(parts: &[&str]) -> Fingerprint {
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        Fingerprint(hasher.finalize().to_hex()[..16].to_owned())
    }

    /// Takes a fingerprint that was written down earlier (a commit trailer); `None` unless well-formed.
    pub fn parse(text: &str) -> Option<Fingerprint> {
        SessionId::parse(text).map(|_| Fingerprint(text.to_owned()))
    }

    /// The 16 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The three kinds of thing that a memory holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Something that keeps going wrong.
    Mistake,
    /// A workflow that sessions converge on.
    Playbook,
    /// What people keep asking for.
    Preference,
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Kind::Mistake => "mistake",
            Kind::Playbook => "playbook",
            Kind::Preference => "preference",
        })
    }
}

impl std::fmt::Display for Grade {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Grade::Friction => "friction",
            Grade::Corroborated => "corroborated",
            Grade::Confirmed => "confirmed",
        })
    }
}

/// How sure we may be, and of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// It recurs and costs retries; no outcome says that it causes failure.
    Friction,
    /// Independent sessions, jobs and agents over the thresholds, with a remedy that was seen to work or
    /// several people asking.
    Corroborated,
    /// A contrast within jobs with outcomes, the false-discovery bound held.
    Confirmed,
}

/// Where a pattern was seen: the smallest circle that covers its evidence. All `None` is the whole team.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Scope {
    /// Only with this agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<Clean>,
    /// Only with this model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<Clean>,
    /// Only in this project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<Clean>,
    /// Only for this person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contributor: Option<Clean>,
}

/// How much speaks for a pattern, independent witnesses only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Support {
    /// Independent sessions (distinct roots).
    pub sessions: u32,
    /// Distinct jobs.
    pub jobs: u32,
    /// Distinct agents (tool and model).
    pub agents: u32,
    /// Distinct people; 0 where no transcript says who.
    pub people: u32,
    /// First and last time it was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Timestamp>,
    /// See `first`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Timestamp>,
    /// The sessions counted, as indices into the digests that were mined; empty where it was read back.
    #[serde(skip)]
    pub seen_in: Vec<usize>,
}

/// A verbatim quote with the session and event it comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Evidence {
    /// The session.
    pub session: SessionId,
    /// The event in it.
    pub event: u32,
    /// When the session began, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The quote, from a digest of that session.
    pub quote: Clean,
}

/// Everything a miner looks at.
#[derive(Clone, Debug)]
pub struct Corpus<'a> {
    /// Every digest there is, sorted by session id: miners must not depend on any other order.
    pub digests: &'a [Digest],
    /// Which session (index into `digests`) had which job.
    pub jobs: job::Jobs,
    /// The thresholds.
    pub settings: &'a Mining,
}

/// Something that holds across sessions.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// Its name.
    pub fingerprint: Fingerprint,
    /// What makes it this lesson and no other: the lesson's sort first (`error`, `contrast`, `correction`,
    /// `workflow`, `wish`, `conflict`), then its defining parts (step and template; the steps; what is wanted
    /// and what not; …). Later cycles recognise the lesson by it, in other words too.
    pub anchor: Vec<Clean>,
    /// What it says.
    pub lesson: Lesson,
    /// How much speaks for it.
    pub support: Support,
    /// How sure we may be.
    pub grade: Grade,
    /// Where it holds.
    pub scope: Scope,
    /// A few quotes, the clearest first, at most one a session; never more than
    /// [`Mining::max_evidence`].
    pub evidence: Vec<Evidence>,
    /// Larger is more worth a place in the memory: cost avoided times certainty. Only for ordering.
    pub weight: f64,
}

impl Pattern {
    /// Which folder of the memory it belongs to.
    pub fn kind(&self) -> Kind {
        match self.lesson {
            Lesson::Error(_) | Lesson::Contrast(_) | Lesson::Correction(_) => Kind::Mistake,
            Lesson::Workflow(_) => Kind::Playbook,
            Lesson::Wish(_) | Lesson::Conflict(_) => Kind::Preference,
        }
    }
}

/// What a pattern says.
#[derive(Clone, Debug, PartialEq)]
pub enum Lesson {
    /// A step keeps failing with one error.
    Error(ErrorLesson),
    /// Failing runs of the same jobs differ from succeeding ones in this.
    Contrast(ContrastLesson),
    /// People correct the same thing again and again.
    Correction(WishLesson),
    /// A sequence of steps that sessions converge on.
    Workflow(WorkflowLesson),
    /// People ask for the same thing again and again.
    Wish(WishLesson),
    /// People ask for opposite things.
    Conflict(ConflictLesson),
}

/// A step keeps failing with one error.
#[derive(Clone, Debug, PartialEq)]
pub struct ErrorLesson {
    /// The step that fails: `book_reservation`, `cargo test`, …
    pub step: Step,
    /// The error with its variable parts masked: `not enough seats on flight <id>`.
    pub template: Clean,
    /// The argument paths whose value the error repeats, or that differ in every fix: what to look at.
    pub arguments: Vec<Clean>,
    /// What worked afterwards, most often first.
    pub remedies: Vec<Remedy>,
    /// Sessions where the same step worked in the end, whatever the agent did.
    pub recovered: u32,
    /// Failing calls in all sessions together.
    pub times: u32,
    /// Calls spent on it in all sessions together.
    pub cost: u32,
}

/// What the same agents did next that worked.
#[derive(Clone, Debug, PartialEq)]
pub struct Remedy {
    /// In what way the working call differed.
    pub way: Way,
    /// Independent sessions in which it worked.
    pub worked: u32,
    /// Independent sessions in which it was tried.
    pub tried: u32,
    /// One example of the call that worked, verbatim and shortened.
    pub example: Evidence,
}

/// In what way a working call differs from the failing one. Values are masked to what the sessions share.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// An argument had another value: `payment_id`: `certificate_<num>` → `credit_card_<num>`.
    Changed {
        /// Which.
        path: Clean,
        /// Masked value before; `None` when they have nothing in common.
        from: Option<Clean>,
        /// Masked value after; `None` when they have nothing in common.
        to: Option<Clean>,
    },
    /// An argument was given that had been missing.
    Added {
        /// Which.
        path: Clean,
        /// Its masked value, if shared.
        value: Option<Clean>,
    },
    /// An argument was left out.
    Dropped {
        /// Which.
        path: Clean,
    },
    /// This was done first, and then the same call worked.
    First(Step),
    /// This was done in its place. The command line as it worked, masked.
    Instead {
        /// The step.
        step: Step,
        /// Masked command line or call.
        call: Clean,
    },
}

/// What distinguishes failing from succeeding runs of the same jobs.
#[derive(Clone, Debug, PartialEq)]
pub struct ContrastLesson {
    /// The difference, on the side of the failing runs.
    pub habit: Habit,
    /// Odds ratio of failing with the habit against without, stratified by job (Mantel–Haenszel).
    pub odds_ratio: f64,
    /// p of the stratified test.
    pub p: f64,
    /// Benjamini–Hochberg q over all habits tested.
    pub q: f64,
    /// Sessions: failed with it, failed without, succeeded with it, succeeded without; only jobs that have both
    /// failing and succeeding runs.
    pub table: [u32; 4],
}

/// Something that failing runs do or leave out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Habit {
    /// They do this step.
    Does(Step),
    /// They leave this step out.
    Omits(Step),
    /// They do the second without the first having come before.
    Without {
        /// What succeeding runs do first.
        first: Step,
        /// What failing runs do all the same.
        then: Step,
    },
    /// They repeat a failing or idle call.
    Repeats(Step),
    /// They call it with another value of this argument than succeeding runs of the same job.
    Argument {
        /// The call.
        step: Step,
        /// The argument.
        path: Clean,
    },
}

/// A sequence of steps that sessions of different jobs converge on.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkflowLesson {
    /// Words that the requests behind it share, most telling first.
    pub topic: Vec<Clean>,
    /// A few requests, verbatim and shortened.
    pub asks: Vec<Clean>,
    /// The steps in order.
    pub steps: Vec<WorkflowStep>,
    /// Sessions with this topic that followed it and succeeded, of those with a known outcome.
    pub with: Rate,
    /// The same for sessions with this topic that did not follow it.
    pub without: Rate,
    /// Errors that sessions met on the way: fingerprints of [`ErrorLesson`]s on its steps.
    pub pitfalls: Vec<Fingerprint>,
}

/// One step of a workflow.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkflowStep {
    /// What is done.
    pub step: Step,
    /// Share of the sessions that do it here; below 1 it is optional.
    pub share: f64,
    /// An example with what varies masked, where sessions agree on more than the step: `git tag v<num>`.
    pub example: Option<Clean>,
}

/// So many out of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub hits: u32,
    /// Out of how many.
    pub of: u32,
}

/// What people keep asking for.
#[derive(Clone, Debug, PartialEq)]
pub struct WishLesson {
    /// The clearest wording, verbatim from a person.
    pub wording: Clean,
    /// Other wordings of the same wish, verbatim, most different first.
    pub variants: Vec<Clean>,
    /// What is wanted, if the wish names it: `pnpm`.
    pub wanted: Option<Clean>,
    /// What is not wanted, if the wish names it: `npm`.
    pub unwanted: Option<Clean>,
}

/// People ask for opposite things.
#[derive(Clone, Debug, PartialEq)]
pub struct ConflictLesson {
    /// The sides, the one with more people first.
    pub sides: Vec<Side>,
}

/// One side of a conflict.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    /// What this side wants.
    pub wish: WishLesson,
    /// How much speaks for it.
    pub support: Support,
    /// Its quotes.
    pub evidence: Vec<Evidence>,
}
