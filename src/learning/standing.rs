//! What is known of a pattern from earlier cycles: which note it has, and what people decided.

use crate::pattern::{Fingerprint, Support};
use std::collections::BTreeMap;

/// What people did with a learning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is on the target branch.
    Merged,
    /// It waits on an open dream branch.
    Pending,
    /// Its branch is gone and it never reached the target, or the target lost it again.
    Rejected,
}

/// What is known of one pattern.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The path of its note inside the memory.
    pub note: String,
    /// What people decided.
    pub verdict: Verdict,
    /// How much spoke for it when it was last proposed.
    pub support: Support,
    /// The note's text as it was last proposed; `None` when that is no longer known.
    pub text: Option<String>,
}

/// What is known, by pattern.
pub type Standings = BTreeMap<Fingerprint, Standing>;

/// Whether the evidence has grown materially: by this share of the sessions there were, and by one at least.
pub fn has_grown(before: &Support, now: &Support, share: f64) -> bool {
    let needed = (f64::from(before.sessions) * (1.0 + share)).ceil().max(f64::from(before.sessions) + 1.0);
    f64::from(now.sessions) >= needed
}
