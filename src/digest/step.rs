//! What a call did, without its arguments: the alphabet of workflows.
//!
//! `git push origin main` is the step `git push`; an edit of `src/a.rs` is `edit *.rs`; an API tool is its own
//! name. One shell line can be several steps (`cd x && cargo test | tail` is `cargo test`).

use crate::redact::Clean;
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
