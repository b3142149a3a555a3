//! The rules, one file each. A rule looks at a [`Case`] and gives what it found; none depends on another.

mod budget;
pub(super) mod dead;
pub(super) mod evidence;
mod file;
mod front_matter;
mod index;
pub(super) mod loss;
mod pinned;
mod rubric;
pub(super) mod style;
mod territory;
mod twin;
mod unsafe_text;

use super::Case;
use super::finding::Finding;

/// A rule.
type Inspect = fn(&Case<'_>) -> Vec<Finding>;

/// All of them.
pub(super) const ALL: &[Inspect] = &[
    file::inspect,
    territory::inspect,
    front_matter::inspect,
    rubric::inspect,
    unsafe_text::inspect,
    evidence::inspect,
    pinned::inspect,
    loss::inspect,
    twin::inspect,
    index::inspect,
    budget::inspect,
    style::inspect,
];
