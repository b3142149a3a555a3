//! What people said about the work: corrections of the agent, and wishes for how to work.
//!
//! Only text that a person typed is looked at.

use crate::redact::Clean;
use crate::session::Session;
use crate::settings::Reading;
use serde::{Deserialize, Serialize};

/// One sentence that a person typed and that says how to work, or what was wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Remark {
    /// The event it stands in.
    pub event: u32,
    /// The sentence, verbatim and shortened.
    pub text: Clean,
    /// What sort.
    pub sort: Sort,
    /// It says so itself: always, never, from now on, as a rule, we use …
    #[serde(default)]
    pub lasting: bool,
    /// It says that it is about this task alone: for now, just this once, in this file …
    #[serde(default)]
    pub passing: bool,
}

/// What sort of remark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sort {
    /// How to work: use this, avoid that.
    Wish,
    /// What the agent did was wrong.
    Correction,
}

/// What people said about the work, in order.
pub fn find(_session: &Session, _settings: &Reading) -> Vec<Remark> {
    Vec::new()
}
