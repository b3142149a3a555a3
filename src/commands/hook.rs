//! `git dream hook`: what an agent's hooks call.
//!
//! Whatever happens here, the agent is neither held up nor told: it waits no longer than the deadline, the exit status is
//! always 0, and what went wrong is noted where `git dream doctor` finds it.

use super::whereabouts::{self, here};
use crate::agents::Agent;
use crate::capture::consent::Consent;
use crate::capture::{background, trouble};
use crate::hook::wire::{self, MOST};
use crate::hook::{self, Answer, Moment, said};
use crate::nearest;
use crate::usage::{self, How, Used};
use anyhow::{Context, Result, anyhow};
use jiff::Timestamp;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

/// Answer an agent's hook
///
/// Reads what the agent tells on standard input and prints what it is to be told, if anything: at a session's beginning what
/// holds for it, at a call that fails the note about its error. A session that ends is captured in the background.
/// `git dream connect` puts the calls into an agent's settings.
#[derive(clap::Args)]
pub(super) struct Options {
    /// The event, as the agent calls it: `SessionStart`, `PostToolUse`, …
    #[arg(value_name = "EVENT")]
    event: Option<String>,
    /// The agent
    #[arg(long, value_name = "NAME", default_value = "claude-code")]
    agent: String,
}

/// How long an agent waits at most; the rest of 50 ms is for starting and ending this program.
const DEADLINE: Duration = Duration::from_millis(40);
/// The variable that says so in milliseconds, for machines that are slower.
const VARIABLE: &str = "GIT_DREAM_HOOK_DEADLINE";
/// A question that has the notes indexed, and whose answer nobody reads.
const INDEXING: [&str; 5] = ["recall", "--quiet", "--limit", "0", "index"];
/// What brings the copies of memories up to date that lie elsewhere: for the next session, this one does not wait.
const REFRESHING: [&str; 3] = ["connect", "--refresh", "--quiet"];

/// What a hook comes to.
struct Found {
    reply: Reply,
    /// The memory is read from a copy that is not new.
    is_due: bool,
}

enum Reply {
    Nothing,
    Say { session: String, answer: Answer },
    Capture { session: String, told: Option<Vec<u8>> },
}

pub(super) fn main(options: &Options) {
    // A panic is no more the agent's business than an error.
    std::panic::set_hook(Box::new(|_| {}));
    if let Err(error) = respond(options) {
        note(&format!("the hook {}: {error:#}", options.event.as_deref().unwrap_or("without an event")));
    }
}

/// A hook that was called with arguments it does not know, as by settings of another version.
pub(super) fn misused(error: &clap::Error) {
    let said = error.to_string();
    let said = said.lines().next().unwrap_or_default();
    note(&format!("a hook was called wrongly: {said}; `git dream connect` writes an agent's settings anew"));
}

fn note(what: &str) {
    trouble::note(&whereabouts::places().trouble(), Timestamp::now(), what);
}

fn respond(options: &Options) -> Result<()> {
    let event = options.event.clone().context("name the event, as in `git dream hook SessionStart`")?;
    let agent = Agent::named(&options.agent).ok_or_else(|| {
        anyhow!("there is no agent {:?}: name one that `git dream connect` knows", options.agent)
    })?;
    let (reply, replied) = mpsc::channel();
    let about = event.clone();
    std::thread::spawn(move || reply.send(find(agent, &about)));
    let found = match replied.recv_timeout(deadline()) {
        Ok(found) => found?,
        Err(mpsc::RecvTimeoutError::Disconnected) => return Err(anyhow!("it broke off")),
        Err(mpsc::RecvTimeoutError::Timeout) => {
            // Most likely the notes had to be indexed: the next time they are.
            background::start(INDEXING, b"")?;
            return Err(anyhow!("nothing was said, because it took longer than an agent is to wait"));
        }
    };
    if found.is_due {
        background::start(REFRESHING, b"")?;
    }
    match found.reply {
        Reply::Nothing => Ok(()),
        Reply::Say { session, answer } => {
            say(&wire::answer(agent, &event, &answer.text));
            let to_index = answer.to_index;
            keep(session, answer)?;
            if to_index { background::start(INDEXING, b"") } else { Ok(()) }
        }
        Reply::Capture { session, told } => {
            said::forget(&whereabouts::places(), &session);
            told.map_or(Ok(()), |told| background::start(["capture", "--hook"], &told))
        }
    }
}

fn deadline() -> Duration {
    let said = std::env::var(VARIABLE).ok().and_then(|said| said.trim().parse().ok());
    said.map_or(DEADLINE, Duration::from_millis)
}

/// Finds out what to say.
fn find(agent: Agent, event: &str) -> Result<Found> {
    let mut told = Vec::new();
    std::io::stdin().take(MOST + 1).read_to_end(&mut told).context("cannot read stdin")?;
    if told.len() as u64 > MOST {
        return Err(anyhow!("the agent told more than {} MiB", MOST >> 20));
    }
    let mut told = wire::read(agent, event, &told).map_err(|why| anyhow!(why))?;
    let places = whereabouts::places();
    if let Moment::Ends = told.moment {
        let is_connected = !Consent::read(&places.consent)?.projects.is_empty();
        if is_connected && agent == Agent::Cursor && told.transcript.is_none() {
            told.transcript = std::env::home_dir()
                .and_then(|home| whereabouts::homes(&home).cursor_transcript(&told.session));
        }
        let session = told.session.clone();
        let reply = Reply::Capture { session, told: hook::to_capture(&told).filter(|_| is_connected) };
        return Ok(Found { reply, is_due: false });
    }
    let folder = here(Path::new("."))?;
    let answer = hook::answer(agent, &told, &folder, &places)?;
    let is_due = match told.moment {
        Moment::Begins { .. } => nearest::is_due(hook::place(&told, &folder), &places)?,
        _ => false,
    };
    let reply = answer.map_or(Reply::Nothing, |answer| Reply::Say { session: told.session, answer });
    Ok(Found { reply, is_due })
}

/// Whoever does not listen any more is not to be told.
fn say(answer: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(answer.as_bytes()).and_then(|()| stdout.flush());
}

/// Keeps what was said: for the session's digest, and so that it is said once.
fn keep(session: String, answer: Answer) -> Result<()> {
    if session.is_empty() {
        return Ok(());
    }
    let places = whereabouts::places();
    said::remember(&places, &session, &answer.about);
    let at = whereabouts::now(None)?;
    usage::keep(&places.usage(), &Used { session, at, how: How::Shown, notes: answer.notes })
}
