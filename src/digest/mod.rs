//! What one session taught: small, redacted, mergeable; the only thing that leaves the machine it ran on.
//!
//! `read` turns a [`Session`] into a [`Digest`]. Owns the judgement of single events: [`step`] (what a call
//! did), [`failure`] (what went wrong and what fixed it), [`remark`] (what people said about it). Refuses to
//! look across sessions: that is [`crate::pattern`]'s work. Digests combine by set union.

pub mod failure;
pub mod remark;
pub mod step;

use crate::redact::Clean;
use crate::session::{Args, Session, SessionId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use step::Step;

/// What one session taught. A few kilobytes at most; every text in it is verbatim from the redacted session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Digest {
    /// The session's name.
    pub session: SessionId,
    /// [`Session::source`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Clean>,
    /// What it is a repetition of, if anything: sessions that share a root (a parent with its sub-agents, a
    /// fork with its origin) are one witness and count once. Equals the session's id for an independent one.
    pub root: Clean,
    /// [`Session::agent`].
    pub agent: Clean,
    /// [`Session::model`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<Clean>,
    /// [`Session::project`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<Clean>,
    /// [`Session::contributor`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contributor: Option<Clean>,
    /// [`Session::task`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<Clean>,
    /// What was asked first, shortened; empty if nobody asked anything.
    pub ask: Clean,
    /// First and last time stamp.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began: Option<Timestamp>,
    /// See `began`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// What the agent did, in order; immediate repetitions collapsed, at most
    /// [`crate::settings::Reading::max_steps`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// Calls that changed something (as far as their name says), with their arguments: what contrast between
    /// failing and succeeding runs of one job is made from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub writes: Vec<Write>,
    /// What went wrong: one entry a step and error, however often it repeated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<failure::Failure>,
    /// What people said about the work: corrections and wishes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<remark::Remark>,
    /// Names of the memory's notes that were shown to or opened by the agent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes_read: Vec<Clean>,
    /// Plain counts, for `audit`.
    pub counts: Counts,
}

/// How a session ended, and how we know.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// 0 failed, 1 succeeded.
    pub score: f64,
    /// The source of that judgement, most trustworthy first.
    pub by: OutcomeSource,
}

impl Outcome {
    /// Whether this counts as a success: at least 0.5 + half of the rest, i.e. nearer to 1 than to 0.
    pub fn succeeded(&self) -> bool {
        self.score > 0.5
    }
}

/// How we know how a session ended, most trustworthy first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutcomeSource {
    /// The transcript or an outcomes file states it.
    Stated,
    /// The last run of a test or build command in the session.
    Tests,
    /// A person pushed back at the end, or reverted the work.
    Person,
    /// The session broke off with an unanswered call or an interruption.
    Abandoned,
}

/// A call that changed something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Write {
    /// The event.
    pub event: u32,
    /// What it did.
    pub step: Step,
    /// Its arguments, values shortened.
    pub args: Args,
    /// Whether it worked.
    pub ok: bool,
}

/// Plain counts of one session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Tool calls.
    pub calls: u32,
    /// Calls that failed, expected non-zero exits left out.
    pub failed: u32,
    /// Calls spent between a failure and what fixed it, or until it was given up.
    pub retries: u32,
    /// Turns that a person typed.
    pub turns: u32,
}

/// Digests one session.
pub fn read(_session: &Session, _settings: &crate::settings::Reading) -> Digest {
    unimplemented!()
}
