//! A proposed change to one note of the memory, with its reasons.
//!
//! `plan` compares what holds across sessions with what the memory says and what people decided, and gives the
//! [`Learning`]s worth proposing. Owns the builtin [`author`] (which fills templates with typed slots and copies
//! free text only from what people typed), the commit [`message`], and the gate. Refuses to touch git.

pub mod author;
pub mod effect;
pub mod gate;
pub mod message;
pub(crate) mod named;
pub mod opened;
mod plan;
pub mod refusal;
pub mod standing;
pub mod usefulness;

pub use plan::{Due, Observed, Pair, Planned, into_archive, plan, undecided};

use crate::pattern::{Evidence, Fingerprint, Grade, Kind, Support};
use crate::redact::Clean;
use serde::{Deserialize, Serialize};

/// Makes ready what drafts are worded and judged with: expressions that take longer to compile than a draft to write.
/// Who knows that there will be drafts may do it while something else is done; who does not call it waits for it later.
pub fn get_ready() {
    author::get_ready();
    gate::inspect("a line");
}

/// What a learning does to its note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// The note is new.
    Add,
    /// The note stands, and says something else now.
    Revise,
    /// What was one agent's note is the team's now.
    Promote,
    /// One note says what two said.
    Merge,
    /// The note goes to the archive.
    Retire,
    /// The note comes back from the archive.
    Restore,
}

impl Change {
    /// Takes a word that was written down earlier (a commit trailer); `None` for any other.
    pub fn parse(word: &str) -> Option<Change> {
        use Change::{Add, Merge, Promote, Restore, Retire, Revise};
        [Add, Revise, Promote, Merge, Retire, Restore].into_iter().find(|change| change.to_string() == word)
    }

    /// Whether it changes where a note lies, and not what it says.
    pub fn only_moves(self) -> bool {
        matches!(self, Change::Promote | Change::Merge | Change::Retire)
    }
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Change::Add => "add",
            Change::Revise => "revise",
            Change::Promote => "promote",
            Change::Merge => "merge",
            Change::Retire => "retire",
            Change::Restore => "restore",
        })
    }
}

/// A proposed change to one note; becomes one commit.
#[derive(Clone, Debug, PartialEq)]
pub struct Learning {
    /// What it does.
    pub change: Change,
    /// Which folder the note belongs to.
    pub kind: Kind,
    /// The note's path inside the memory.
    pub note: String,
    /// The learning in a sentence.
    pub title: String,
    /// The pattern it is made from.
    pub pattern: Fingerprint,
    /// What makes the pattern this one ([`crate::pattern::Pattern::anchor`]).
    pub anchor: Vec<Clean>,
    /// How sure we may be.
    pub grade: Grade,
    /// How much speaks for it.
    pub support: Support,
    /// Its quotes.
    pub evidence: Vec<Evidence>,
    /// The note's new text, all of it.
    pub text: String,
    /// Paths, inside the memory, of files that go: where the note lay before it moved, the other note of a merge.
    pub leaves: Vec<String>,
    /// Why, in a few sentences: for the commit.
    pub rationale: String,
    /// How useful the note is beside others: who stays in the index when it is full.
    pub weight: f64,
    /// Who worded it, as the `Dream-Engine` trailer says it, where that was not the builtin author.
    pub worded_by: Option<String>,
}

/// A learning that was not proposed, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The learning in a sentence.
    pub title: String,
    /// Why, for people.
    pub reason: String,
}
