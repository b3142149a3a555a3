//! What an agent is told at the moments of its session.
//!
//! At the beginning what holds for it ([`crate::context`]); at a call that fails with an error that a note is about, that
//! note, at once; at the end nothing, but the session is captured. Owns what is answered and that nothing is said twice
//! ([`said`]); how each agent tells and is told, [`wire`] knows. Refuses to say anything about a call that went well, to
//! block an agent, and to wait for anything.

mod lesson;
pub mod said;
pub mod wire;

use crate::agents::Agent;
use crate::capture::places::Places;
use crate::context::{self, Asked};
use crate::nearest::{self, Nearest};
use crate::recall::Recall;
use crate::settings::Reading;
use anyhow::Result;
use std::path::{Path, PathBuf};

/// Most tokens of what a session begins with: Claude Code puts what has more than 10,000 characters into a file.
const MOST_TOKENS: u32 = 2_400;

/// What a hook was told.
#[derive(Clone, Debug, Default)]
pub struct Told<'a> {
    /// The session as its agent calls it; empty where it is not said.
    pub session: String,
    /// Where the agent works.
    pub folder: Option<PathBuf>,
    /// Where the session's transcript is.
    pub transcript: Option<PathBuf>,
    /// What happens.
    pub moment: Moment<'a>,
}

/// A moment of a session.
#[derive(Clone, Debug, Default)]
pub enum Moment<'a> {
    /// It begins. `again`: it goes on from where it was, with all that was said before.
    Begins {
        /// Whether what was said before still stands.
        again: bool,
    },
    /// A call came back.
    Called(wire::Called<'a>),
    /// It ends.
    Ends,
    /// Nothing that concerns us.
    #[default]
    Other,
}

/// What an agent is to be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The text.
    pub text: String,
    /// The notes in it: paths inside the memory.
    pub notes: Vec<String>,
    /// What not to say again in this session.
    pub about: String,
    /// The notes are not indexed yet, and the next moment may need them.
    pub to_index: bool,
}

/// What an agent is to be told at this moment of its session; `None` where there is nothing to say. `folder`: where it
/// works, unless it says otherwise.
///
/// Errors: the memory cannot be read.
pub fn answer(agent: Agent, told: &Told<'_>, folder: &Path, places: &Places) -> Result<Option<Answer>> {
    match &told.moment {
        Moment::Begins { again } => begin(agent, told, *again, folder, places),
        Moment::Called(called) => {
            let settings = Reading::default();
            // Most calls go well: then no repository is opened.
            let Some(failed) = lesson::failed(called, &settings) else { return Ok(None) };
            let about = format!("{:x}", lesson::known_by(&failed.message));
            if said::was_said(places, &told.session, &about) {
                return Ok(None);
            }
            let Some(nearest) = find(told, folder, places)? else { return Ok(None) };
            let found = lesson::find(&nearest, agent, place(told, folder), &failed)?;
            Ok(found.map(|(note, text)| Answer { text, notes: vec![note], about, to_index: false }))
        }
        Moment::Ends | Moment::Other => Ok(None),
    }
}

/// What a session begins with.
fn begin(
    agent: Agent,
    told: &Told<'_>,
    again: bool,
    folder: &Path,
    places: &Places,
) -> Result<Option<Answer>> {
    if again && said::was_said(places, &told.session, said::BEGINNING) {
        return Ok(None);
    }
    let Some(nearest) = find(told, folder, places)? else { return Ok(None) };
    let budget = nearest.settings.memory.budget.min(MOST_TOKENS) as usize;
    let asked = Asked { folder: place(told, folder), agent: Some(agent.name()), paths: &[], budget };
    let context = context::of(&nearest, &asked)?;
    let notes = context.notes.into_iter().map(|(note, _)| note).collect();
    let about = said::BEGINNING.to_owned();
    let to_index = !Recall::is_ready(&nearest.repo, nearest.at, &nearest.settings.memory.root)?;
    Ok((!context.text.is_empty()).then_some(Answer { text: context.text, notes, about, to_index }))
}

/// The memory for the place where an agent works.
fn find(told: &Told<'_>, folder: &Path, places: &Places) -> Result<Option<Nearest>> {
    nearest::find(place(told, folder), places)
}

fn place<'p>(told: &'p Told<'_>, folder: &'p Path) -> &'p Path {
    told.folder.as_deref().filter(|folder| folder.is_absolute()).unwrap_or(folder)
}

/// What a capture is told at a session's end, as [`crate::capture::hook`] reads it; `None` where there is no transcript to
/// capture.
pub fn to_capture(told: &Told<'_>) -> Option<Vec<u8>> {
    let transcript = told.transcript.as_ref().filter(|path| path.is_absolute())?;
    let said = serde_json::json!({
        "session_id": told.session, "transcript_path": transcript, "cwd": told.folder, "hook_event_name": "SessionEnd",
    });
    Some(said.to_string().into_bytes())
}
