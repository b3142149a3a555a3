//! One agent conversation, whichever tool wrote it down.
//!
//! Owns the normalised form and, in [`formats`], one reader a transcript format. A reader pairs every tool
//! call with its result, redacts while it reads and keeps only bounded excerpts, so that a [`Session`] stays
//! small however large its transcript is. Refuses to judge: what a failure or a wish is, the digest decides.

pub mod discover;
pub mod homes;
pub mod outcomes;
pub mod read;
pub mod scan;
pub mod shard;
pub mod shell_report;
pub mod single;
pub mod told;

mod arguments;
mod draft;
mod excerpt;
mod formats;
mod place;
pub(crate) mod records;
pub(crate) mod skips;
mod turn;
mod verdict;

pub use place::Folder;
pub use read::{FileRead, read_bytes, read_file};

use crate::redact::{Clean, Redactor};
use crate::settings::Reading;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Names a session by its content: 16 hexadecimal digits of the BLAKE3 hash of the bytes it was read from.
/// Renamed or copied transcripts keep their name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionId(String);

impl SessionId {
    /// The id of a session that was read from these bytes.
    pub fn of(content: &[u8]) -> SessionId {
        SessionId::of_hash(blake3::hash(content))
    }

    /// The id of a session whose bytes were hashed while they were read.
    pub(crate) fn of_hash(hash: blake3::Hash) -> SessionId {
        SessionId(hash.to_hex()[..16].to_owned())
    }

    /// Takes an id that was written down earlier; `None` unless it is 16 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<SessionId> {
        let well_formed = text.len() == 16 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        well_formed.then(|| SessionId(text.to_owned()))
    }

    /// The 16 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for SessionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// One agent conversation, redacted.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// Its name, made from its content.
    pub id: SessionId,
    /// The id that the tool itself gave it, where it did. Two sessions of one contributor with the same
    /// source id are one session at two moments: the longer one counts.
    pub source: Option<Clean>,
    /// The source id of the session that started this one (sub-agents, side chains, forks).
    pub parent: Option<Clean>,
    /// The tool that held the conversation: `claude-code`, `codex`, `chat`, …
    pub agent: Clean,
    /// The model, as the transcript names it; the one that answered most, where several did.
    pub model: Option<Clean>,
    /// The last component of the folder worked in, or the repository's name.
    pub project: Option<Clean>,
    /// The folders worked in, in the order in which they came up, each once; none where the transcript states none, or too
    /// many to keep.
    pub folders: Vec<Folder>,
    /// Who the agent worked for: the name of the home folder worked under, unless the transcript says better.
    pub contributor: Option<Clean>,
    /// The task id that the transcript carries, if any.
    pub task: Option<Clean>,
    /// How it ended, 0 (failed) to 1 (succeeded), where the transcript or an outcomes file says.
    pub outcome: Option<f64>,
    /// What happened, in the transcript's order.
    pub events: Vec<Event>,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Position among the session's events, from 1. `<session>#<event>` points here.
    pub number: u32,
    /// When, if the transcript says.
    pub at: Option<Timestamp>,
    /// What.
    pub body: Body,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// A person typed this.
    Person(Clean),
    /// The agent said this. Also the prompt that an agent gave its sub-agent.
    Agent(Clean),
    /// Text the tool put before the agent: system prompt, memory, hook output, compaction summary. Never evidence.
    Context(Clean),
    /// A tool call with its result.
    Call(Call),
    /// A person stopped the agent.
    Interrupted,
}

/// A tool call, paired with its result.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The tool's name as the transcript has it: `Bash`, `exec_command`, `book_reservation`, …
    pub tool: Clean,
    /// Its arguments.
    pub args: Args,
    /// How it went.
    pub status: Status,
    /// The result's text: all of it when short, otherwise its beginning and, for failures, its end.
    pub output: Clean,
}

/// How a call went, as far as the transcript itself says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The transcript marks it as failed, or its output states a non-zero exit.
    Failed {
        /// The exit status, where there is one.
        exit: Option<i32>,
    },
    /// It came back and nothing marks it as failed. Its text may still be an error: the digest looks.
    Returned,
    /// A person refused to let it run.
    Refused,
    /// No result in the transcript.
    Unanswered,
    /// The transcript keeps no results, so that none is here says nothing.
    Unrecorded,
}

/// A call's arguments, flattened: one entry a leaf, in the transcript's order.
/// `{"flights":[{"date":"x"}],"n":2}` is `flights[].date = x`, `n = 2`. Bounded by the reader.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Args(pub Vec<Arg>);

/// One leaf of a call's arguments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arg {
    /// Where it stands: object keys joined by `.`, every list index written `[]`.
    #[serde(rename = "p")]
    pub path: Clean,
    /// The value: strings as they are, other values as JSON.
    #[serde(rename = "v")]
    pub value: Clean,
}

impl Args {
    /// The arguments that a JSON object holds, as a reader has them: flat, bounded, redacted.
    pub fn of_json(object: &[u8], settings: &Reading) -> Args {
        arguments::flatten(object, &mut Redactor::new(), settings)
    }

    /// The first value at this path.
    pub fn get(&self, path: &str) -> Option<&Clean> {
        self.0.iter().find(|arg| &*arg.path == path).map(|arg| &arg.value)
    }
}

/// What a reader could not use, and why. Counted in the report; never stops the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The transcript, as it was named on the way in.
    pub path: String,
    /// The line (or, for formats without lines, the record) from 1; `None` when it is the whole file.
    pub line: Option<u64>,
    /// Why, for people.
    pub reason: String,
}

#[cfg(test)]
impl Session {
    /// A session of these events, of which nothing else is known.
    pub(crate) fn of(bodies: impl IntoIterator<Item = Body>) -> Session {
        let event = |(at, body)| Event { number: at as u32 + 1, at: None, body };
        Session {
            id: SessionId::of(b"x"),
            source: None,
            parent: None,
            agent: crate::redact::redact("chat"),
            model: None,
            project: None,
            folders: Vec::new(),
            contributor: None,
            task: None,
            outcome: None,
            events: bodies.into_iter().enumerate().map(event).collect(),
        }
    }
}
