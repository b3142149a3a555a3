//! The moment before a mistake, as the agent had it before it.
//!
//! Owns what belongs to a moment: everything that happened before the failing call, which tools there are, and, kept
//! apart from both, what failed and what worked. Nothing that came after goes in: no value, no output, no word. Names of
//! tools and of their arguments do, wherever in the session they were used: transcripts carry no tool schemas, but the
//! agent had them. What the agent said right before it called is a part of its mistake, and stays out. Refuses moments
//! that nothing can be told from ([`Unfit`]).

mod find;
mod lines;

pub use find::sessions;
pub use lines::lines;

use crate::digest::failure::{Change, Failure, Fix, difference};
use crate::digest::step::{self, Step};
use crate::digest::{self};
use crate::learning::author::quote;
use crate::redact::Clean;
use crate::session::{Body, Call, Event, Session, SessionId};
use crate::settings::Reading;
use std::collections::{BTreeMap, BTreeSet};

/// Longest value that two calls are compared by, bytes.
const COMPARED: usize = 4096;

/// Most tools that are named, and most arguments of one.
const MOST_TOOLS: usize = 40;
/// See [`MOST_TOOLS`].
const MOST_ARGUMENTS: usize = 24;
/// Longest name of an argument, bytes: a longer one is data that somebody used as a key.
const LONGEST_NAME: usize = 60;

/// A moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// The session that it is from.
    pub session: SessionId,
    /// The event of the failing call.
    pub event: u32,
    /// What had happened before, in order.
    pub seen: Vec<Event>,
    /// What can be called.
    pub tools: Vec<Tool>,
    /// What went wrong next, and what worked.
    pub mistake: Mistake,
}

/// A tool, as far as a session shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool {
    /// Its name.
    pub name: Clean,
    /// Where its arguments stand, as in [`crate::session::Args`].
    pub arguments: Vec<Clean>,
}

/// What went wrong, and what worked: what an answer is compared with.
#[derive(Clone, Debug, PartialEq)]
pub struct Mistake {
    /// The step that failed.
    pub step: Step,
    /// The call that failed, whole.
    pub call: Call,
    /// What worked afterwards.
    pub remedy: Option<Remedy>,
}

/// What the same agent did afterwards that worked.
#[derive(Clone, Debug, PartialEq)]
pub struct Remedy {
    /// Its step: the failing one, or another that took its place.
    pub step: Step,
    /// The call that worked, whole.
    pub call: Call,
    /// What differs from the failing call.
    pub changes: Vec<Change>,
    /// What was done before it, for the first time.
    pub first: Vec<Prepared>,
    /// It merely came next and worked.
    pub guessed: bool,
}

/// Something that was done before what worked.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    /// Its step.
    pub step: Step,
    /// Its call; empty where the step says all.
    pub call: Clean,
}

/// Why nothing can be told from a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unfit {
    /// No transcript that was read is of this session.
    NoTranscript,
    /// It is not quoted from there how a call failed, nor what worked afterwards.
    NoFailure,
    /// The agent had the note before it.
    HadTheNote,
    /// Nothing came before.
    NothingBefore,
    /// The transcript does not say which file was to be read or changed, and how.
    NoArguments,
    /// The same call worked later: whether to make it cannot be told from the call.
    PassedByItself,
}

impl std::fmt::Display for Unfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Unfit::NoTranscript => "no transcript of its session is here",
            Unfit::NoFailure => "it says nothing of how a call failed",
            Unfit::HadTheNote => "the agent had read the note",
            Unfit::NothingBefore => "nothing came before it",
            Unfit::NoArguments => "the transcript does not say what was called",
            Unfit::PassedByItself => "the same call worked later, so no answer could be told from another",
        })
    }
}

/// A note, as far as moments are looked at with it in mind.
#[derive(Clone, Copy, Debug)]
pub struct Beside<'a> {
    /// Its path inside the memory.
    pub path: &'a str,
    /// What it says.
    pub text: &'a str,
}

/// Something that a note quotes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quote {
    /// The session.
    pub session: SessionId,
    /// The event in it.
    pub event: u32,
    /// The words, on one line.
    pub words: String,
}

/// The moment before the failure that is quoted from a session: by what it said, or by the call that worked in the end.
///
/// Errors: nothing can be told from it.
pub fn before(
    session: &Session,
    quoted: &Quote,
    note: Beside<'_>,
    settings: &Reading,
) -> Result<Moment, Unfit> {
    let digest = digest::read(session, settings);
    let failure =
        digest.failures.iter().find(|failure| is_quoted(failure, quoted)).ok_or(Unfit::NoFailure)?;
    // One that a hook showed once it had happened is no part of the moment before.
    if digest.uses.of(note.path).any(|one| one.event.is_none_or(|event| event < failure.event)) {
        return Err(Unfit::HadTheNote);
    }
    let call = call_at(session, failure.event).ok_or(Unfit::NoFailure)?.clone();
    if call.args.0.is_empty() && step::handles_files(&failure.step) {
        return Err(Unfit::NoArguments);
    }
    let remedy = failure.fix.as_ref().and_then(|fix| remedy(session, &call, fix, &failure.step, note));
    let passes =
        |remedy: &Remedy| remedy.step == failure.step && remedy.changes.is_empty() && remedy.first.is_empty();
    if remedy.as_ref().is_some_and(passes) {
        return Err(Unfit::PassedByItself);
    }
    let seen = seen_before(&session.events, failure.event);
    if !seen.iter().any(|event| matches!(event.body, Body::Person(_) | Body::Agent(_) | Body::Context(_))) {
        return Err(Unfit::NothingBefore);
    }
    Ok(Moment {
        session: session.id.clone(),
        event: failure.event,
        seen,
        tools: tools(session),
        mistake: Mistake { step: failure.step.clone(), call, remedy },
    })
}

/// Whether these words are what a failure said, or the call that worked afterwards. A call that failed may be quoted for
/// another reason: because of its arguments, where failing runs differ.
fn is_quoted(failure: &Failure, quoted: &Quote) -> bool {
    let says = |text: &Clean| quote::one_line(text) == quoted.words;
    let fix = failure.fix.as_ref().filter(|fix| fix.event == quoted.event);
    failure.event == quoted.event && (says(&failure.message) || failure.beside.iter().any(says))
        || fix.is_some_and(|fix| says(&fix.call) || fix.calls.iter().any(says))
}

fn call_at(session: &Session, event: u32) -> Option<&Call> {
    digest::calls(session).find(|(at, _)| at.number == event).map(|(_, call)| call)
}

fn remedy(session: &Session, failed: &Call, fix: &Fix, step: &Step, note: Beside<'_>) -> Option<Remedy> {
    let call = call_at(session, fix.event)?.clone();
    let changes = match fix.step == *step {
        true => changes(failed, &call, fix, note),
        false => Vec::new(),
    };
    let calls = fix.calls.iter().cloned().chain(std::iter::repeat(Clean::default()));
    let first = fix.between.iter().cloned().zip(calls).map(|(step, call)| Prepared { step, call });
    Some(Remedy { step: fix.step.clone(), call, changes, first: first.collect(), guessed: fix.guessed })
}

/// What the working call changed. A failure that came several times was mended at its last try; what the first try, the
/// one that is rehearsed, had otherwise is no part of that. Of several arguments those count that the note speaks of.
fn changes(failed: &Call, worked: &Call, fix: &Fix, note: Beside<'_>) -> Vec<Change> {
    let whole = difference::between_calls(failed, worked, &fix.step, true, COMPARED);
    let mut changes = whole.map_or_else(|| fix.changes.clone(), |(changes, _)| changes);
    if step::command_line(failed).is_some() {
        return changes;
    }
    let of_the_last_try: BTreeSet<&Clean> = fix.changes.iter().map(|change| &change.path).collect();
    let keep = |changes: &mut Vec<Change>, counts: &dyn Fn(&Change) -> bool| {
        if changes.iter().any(counts) {
            changes.retain(counts);
        }
    };
    keep(&mut changes, &|change| of_the_last_try.contains(&change.path));
    keep(&mut changes, &|change| names(note.text, &change.path));
    changes
}

/// Whether a text names an argument by the last word of its place.
fn names(text: &str, path: &str) -> bool {
    let name = path.rsplit(['.', ']']).find(|part| !part.is_empty()).unwrap_or(path).trim_end_matches('[');
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    !name.is_empty()
        && text.match_indices(name).any(|(at, _)| {
            let before = text.get(..at).and_then(|text| text.chars().next_back());
            let after = text.get(at + name.len()..).and_then(|text| text.chars().next());
            !is_part(before) && !is_part(after)
        })
}

/// The events before one, without what the agent said in the same turn.
fn seen_before(events: &[Event], number: u32) -> Vec<Event> {
    let mut seen: Vec<Event> = events.iter().filter(|event| event.number < number).cloned().collect();
    while seen.len() > 1 && seen.last().is_some_and(|event| matches!(event.body, Body::Agent(_))) {
        seen.pop();
    }
    seen
}

/// The tools that a session used, with the names of their arguments, in the order of their names: that of their use
/// would tell what comes.
fn tools(session: &Session) -> Vec<Tool> {
    let mut tools: BTreeMap<&Clean, BTreeSet<&Clean>> = BTreeMap::new();
    for (_, call) in digest::calls(session) {
        let names = call.args.0.iter().map(|arg| &arg.path).filter(|path| is_name(path));
        tools.entry(&call.tool).or_default().extend(names);
    }
    let tool = |(name, arguments): (&Clean, BTreeSet<&Clean>)| Tool {
        name: name.clone(),
        arguments: arguments.into_iter().take(MOST_ARGUMENTS).cloned().collect(),
    };
    tools.into_iter().take(MOST_TOOLS).map(tool).collect()
}

/// Whether the place of an argument names it, and is not itself a value: an object's keys may be ids or answers.
fn is_name(path: &str) -> bool {
    let digits = path.bytes().filter(u8::is_ascii_digit).count();
    path.len() <= LONGEST_NAME
        && digits <= 2
        && path.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.[]".contains(&b))
}

#[cfg(test)]
pub(crate) mod tests;
