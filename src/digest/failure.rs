//! What went wrong in a session, and what the same agent did next that worked.

use super::step::Step;
use crate::redact::Clean;
use crate::session::{Args, Call, Session, Status};
use crate::settings::Reading;
use serde::{Deserialize, Serialize};

/// A kind of failure in one session: one step with one error, however often it repeated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// The first event where it happened.
    pub event: u32,
    /// What was being done: the step of the failing call (the failing part, for a shell line of several).
    pub step: Step,
    /// The line of the output that says what went wrong, verbatim, at most
    /// [`crate::settings::Reading::max_quote`] bytes.
    pub message: Clean,
    /// The failing call's arguments, values shortened. For shell tools one entry, `command`.
    pub args: Args,
    /// Exit status, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit: Option<i32>,
    /// How often it happened in the session, at least 1.
    pub times: u32,
    /// Calls spent from the first failure until the fix, or until it was given up.
    pub cost: u32,
    /// What worked in the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
}

/// What the same agent did after a failure that worked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fix {
    /// The call that worked.
    pub event: u32,
    /// Its step; the failing one's, unless the agent took another way.
    pub step: Step,
    /// Arguments that differ between the failing call and this one. Empty when the same call worked later.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// Steps that succeeded between the two and that the session had not done before the failure: what was
    /// missing, if the call itself did not change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub between: Vec<Step>,
    /// The command line or the essential argument that worked, verbatim and shortened.
    pub call: Clean,
}

/// One argument that differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Path of the argument, as in [`Args`].
    pub path: Clean,
    /// What it was; `None` if it was not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Clean>,
    /// What it became; `None` if it was left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Clean>,
}

/// Whether a call failed: marked as failed by the transcript, or its text says so. Expected non-zero exits (a
/// search without a match) are none.
pub fn has_failed(call: &Call) -> bool {
    matches!(call.status, Status::Failed { .. })
}

/// What went wrong in a session, one entry a step and error, in order of first occurrence.
pub fn find(_session: &Session, _settings: &Reading) -> Vec<Failure> {
    Vec::new()
}
