//! The memory, taken to where agents keep notes of their own, and what they noted there taken back.
//!
//! Three sides ([`Side`]): the auto-memory folder of Claude Code ([`claude_code`]), the memories of Codex ([`codex`]), a
//! memory store of Anthropic's ([`store`]). What comes from there is foreign text: it becomes a candidate branch
//! ([`import`]), through redaction and the gate, and never goes straight into the memory. What goes there ([`export`]) says
//! which note it is made from, so that it is known again when it comes back. Owns the words for both. Refuses to write over
//! what it did not write, and to drop anything without saying so.

pub mod claude_code;
pub mod codex;
pub mod export;
pub mod folder;
pub mod import;
mod mark;
pub mod store;

use crate::pattern::Kind;
use serde::Serialize;
use std::fmt;

/// Where notes come from and go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The auto-memory folder of Claude Code.
    ClaudeCode,
    /// The memories of Codex.
    Codex,
    /// A memory store of Anthropic's.
    Anthropic,
}

impl Side {
    /// All of them.
    pub const ALL: [Side; 3] = [Side::ClaudeCode, Side::Codex, Side::Anthropic];

    /// What it is called on the command line; also the folder of the notes that are for it alone.
    pub fn name(self) -> &'static str {
        match self {
            Side::ClaudeCode => "claude-code",
            Side::Codex => "codex",
            Side::Anthropic => "anthropic",
        }
    }

    /// The side of this name.
    pub fn named(name: &str) -> Option<Side> {
        Side::ALL.into_iter().find(|side| side.name() == name)
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Something that may become a note.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Piece {
    /// What it is called there: `debugging.md`.
    pub name: String,
    /// Its text.
    pub text: String,
    /// Its rule in one sentence, where it says so itself.
    pub rule: Option<String>,
    /// Its kind, where it says so itself.
    pub kind: Option<Kind>,
    /// The note that it was made from, where it says so: its path inside the memory.
    pub note: Option<String>,
}

/// Something that was not taken along.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Left {
    /// What it is, by the name that it has where it is.
    pub what: String,
    /// Why, for people.
    pub reason: String,
}

impl Left {
    fn new(what: impl Into<String>, reason: impl Into<String>) -> Left {
        Left { what: what.into(), reason: reason.into() }
    }
}

/// What a side has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// What may become notes.
    pub pieces: Vec<Piece>,
    /// What cannot.
    pub left: Vec<Left>,
}
