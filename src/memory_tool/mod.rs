//! Anthropic's memory tool (`memory_20250818`), served over a memory repository.
//!
//! One tool input in, one answer out ([`Desk::answer`]): `view`, `create`, `str_replace`, `insert`, `delete`, `rename` under
//! `/memories`, with the words of the vendor's own implementation (`BetaLocalFilesystemMemoryTool` of the `anthropic` SDK
//! 2.12). What is read is the memory on the target with what waits of the agent's own ([`shelf`]); what is written goes to
//! the agent's branch ([`crate::candidate`]) and nowhere else. Paths are names ([`path`]), not places on a disk.
//!
//! Refuses to write anything but notes, to show what is hidden, and to end because of what it is asked.

mod edit;
mod path;
mod shelf;
mod show;

use crate::candidate::objections::Refusal;
use crate::candidate::{Candidate, Writer};
use crate::memory::place;
use crate::redact::redact;
use crate::repo::{MoveError, Repo};
use crate::settings::Settings;
use anyhow::Result;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shelf::Shelf;

/// How often a write is tried again when somebody else was first.
const ATTEMPTS: usize = 20;

/// What an agent asks for. Fields that are not known are passed over, as the vendor's own types do.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
enum Asked {
    View { path: String, view_range: Option<Vec<i64>> },
    Create { path: String, file_text: String },
    StrReplace { path: String, old_str: String, new_str: Option<String> },
    Insert { path: String, insert_line: i64, insert_text: String },
    Delete { path: String },
    Rename { old_path: String, new_path: String },
}

/// An answer, as a `tool_result` takes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The text.
    pub content: String,
    /// Whether what was asked for was not done.
    pub is_error: bool,
    /// The note that was opened, by its path inside the memory.
    #[serde(skip)]
    pub opened: Option<String>,
}

/// The agent's own place in a memory.
pub struct Desk<'r> {
    repo: &'r Repo,
    settings: &'r Settings,
    writer: &'r Writer,
    /// Its folder's name.
    agent: String,
    candidate: Candidate<'r>,
}

/// The writer that an agent of this name is. `session`: as the agent calls it.
pub fn writer(agent: &str, session: Option<&str>) -> Writer {
    let agent = place::slug(agent, place::MOST_AGENT);
    Writer {
        by: format!("agent/{agent}"),
        why: redact(&format!("The agent {agent} wrote this down itself, with its memory tool.")),
        session: session.map(redact),
    }
}

impl<'r> Desk<'r> {
    /// Looks at the memory. `writer`: as [`writer`] makes it.
    ///
    /// Errors: the repository cannot be read, or has no branch for a memory.
    pub fn open(repo: &'r Repo, settings: &'r Settings, writer: &'r Writer) -> Result<Desk<'r>> {
        let agent = writer.by.trim_start_matches("agent/").to_owned();
        let candidate = Candidate::open(repo, settings, writer)?;
        Ok(Desk { repo, settings, writer, agent, candidate })
    }

    /// Answers one line: a tool input as JSON. `at`: the moment that what is written is dated with.
    pub fn answer(&mut self, line: &[u8], at: Timestamp) -> Answer {
        let asked = match serde_json::from_slice::<Asked>(line) {
            Ok(asked) => asked,
            Err(error) => {
                return failed(format!(
                    "This is no command of the memory tool: {}. Send one JSON object a line, as in \
                     {{\"command\": \"view\", \"path\": \"/memories\"}}",
                    crate::learning::author::quote::visible(&error.to_string())
                ));
            }
        };
        self.act(&asked, at)
            .unwrap_or_else(|error| failed(format!("The memory cannot be reached: {error:#}")))
    }

    fn act(&mut self, asked: &Asked, at: Timestamp) -> Result<Answer> {
        for attempt in 1.. {
            if !self.candidate.is_up_to_date()? {
                self.candidate = Candidate::open(self.repo, self.settings, self.writer)?;
            }
            let shelf = Shelf::of(&self.candidate.files()?, &self.agent);
            if let Asked::View { path, view_range } = asked {
                return Ok(show::view(&shelf, path, view_range.as_deref()));
            }
            let today = at.strftime("%Y-%m-%d").to_string();
            let edited = match edit::edit(&shelf, asked, &self.agent, &today) {
                Ok(edited) => edited,
                Err(said) => return Ok(failed(said)),
            };
            match self.candidate.propose(&edited.changes, at) {
                Ok(_) => return Ok(Answer { content: edited.said, is_error: false, opened: None }),
                Err(error) => match (error.downcast_ref::<MoveError>(), error.downcast_ref::<Refusal>()) {
                    (Some(MoveError::Lost { .. }), _) if attempt < ATTEMPTS => {}
                    (_, Some(refusal)) => {
                        return Ok(failed(format!(
                            "The memory does not take this, and nothing was changed: {refusal}"
                        )));
                    }
                    _ => return Err(error),
                },
            }
        }
        Ok(failed("Others write to this memory all the time: try again".to_owned()))
    }
}

fn failed(content: String) -> Answer {
    Answer { content, is_error: true, opened: None }
}
