//! What a note names that can be looked up: paths, commands, flags, versions.
//!
//! Owns the words of it. Refuses to look anything up: whether the repository that the note is about still has it, only
//! that repository can say.

use serde::Serialize;

/// Something that a note names and the repository it is about no longer has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct DeadReference {
    /// The line of the note's file, counted from 1.
    pub line: u32,
    /// What is named, as the note writes it.
    pub named: String,
    /// What is gone, and since which commit where that is known: a sentence for people.
    pub gone: String,
}
