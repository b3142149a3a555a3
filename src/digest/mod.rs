//! What one session taught: small, redacted, mergeable; the only thing that leaves the machine it ran on.
//!
//! `read` turns a [`Session`] into a [`Digest`]. Owns the judgement of single events: [`step`] (what a call
//! did), [`failure`] (what went wrong and what fixed it), [`remark`] (what people said about it). Refuses to
//! look across sessions: that is [`crate::pattern`]'s work. Digests combine by set union.

pub mod addressed;
mod expression;
pub mod failure;
pub mod foreign;
pub mod lines;
mod notes;
mod outcome;
pub mod remark;
pub(crate) mod shell;
pub mod step;
pub mod suggestion;
pub mod uses;

use crate::redact::Clean;
use crate::session::{Arg, Args, Body, Call, Event, Session, SessionId, Status};
use crate::settings::Reading;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use step::{Form, Step};
use uses::Uses;

/// What one session taught. A few kilobytes at most; every text in it is verbatim from the redacted session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Digest {
    /// The session's name.
    pub session: SessionId,
    /// [`Session::source`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Clean>,
    /// What it is a part or repetition of: the source id of the session that started it, else its own source
    /// id, else its id. Sessions that share a root (a parent with its sub-agents, a fork with its origin) are
    /// one witness and count once.
    pub root: Clean,
    /// [`Session::agent`].
    pub agent: Clean,
    /// [`Session::model`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<Clean>,
    /// [`Session::project`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<Clean>,
    /// [`Session::contributor`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contributor: Option<Clean>,
    /// [`Session::task`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<Clean>,
    /// What was asked first, shortened; empty if nobody asked anything.
    pub ask: Clean,
    /// First and last time stamp.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began: Option<Timestamp>,
    /// See `began`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// What the agent did, in order; immediate repetitions collapsed, at most
    /// [`crate::settings::Reading::max_steps`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// The same in finer words ([`Form`]); empty where none says more than its step.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forms: Vec<Form>,
    /// Calls that changed something (as far as their name says), with their arguments: what contrast between
    /// failing and succeeding runs of one job is made from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub writes: Vec<Write>,
    /// Calls of a shell that asked or checked and changed nothing, the first of each step: how a step is called.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Write>,
    /// What went wrong: one entry a step and error, however often it repeated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<failure::Failure>,
    /// What people said about the work: corrections and wishes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<remark::Remark>,
    /// The notes that were shown to or opened by the agent, also by their line of the index; `MEMORY.md` where more of the
    /// index was shown than the transcript keeps. Earlier versions called the paths `notes_read`.
    #[serde(default, alias = "notes_read", skip_serializing_if = "Uses::is_empty")]
    pub uses: Uses,
    /// git-dream could have shown notes: the agent was told of it or asked it, or it kept a log of the session.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub connected: bool,
    /// Plain counts, for `audit`.
    pub counts: Counts,
    /// What the agent asked to be remembered: of a digest that was made for this, and of no other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suggestions: Vec<suggestion::Suggestion>,
}

impl Digest {
    /// The digest of a session in which nothing happened, and of which only the agent is known: it is its own root.
    pub fn empty(session: SessionId, agent: Clean) -> Digest {
        Digest {
            root: crate::redact::redact(session.as_str()),
            session,
            source: None,
            agent,
            model: None,
            project: None,
            contributor: None,
            task: None,
            ask: Clean::default(),
            began: None,
            ended: None,
            outcome: None,
            steps: Vec::new(),
            forms: Vec::new(),
            writes: Vec::new(),
            checks: Vec::new(),
            failures: Vec::new(),
            remarks: Vec::new(),
            uses: Uses::default(),
            connected: false,
            counts: Counts::default(),
            suggestions: Vec::new(),
        }
    }
}

/// How a session ended, and how we know.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// 0 failed, 1 succeeded.
    pub score: f64,
    /// The source of that judgement, most trustworthy first.
    pub by: OutcomeSource,
}

impl Outcome {
    /// Whether this counts as a success: at least 0.5 + half of the rest, i.e. nearer to 1 than to 0.
    pub fn succeeded(&self) -> bool {
        self.score > 0.5
    }

    /// Whether somebody judged the session as a whole. What was read from single events of it is made of the very steps
    /// that comparisons are about: who leaves out the tests fails none.
    pub fn is_judged(&self) -> bool {
        matches!(self.by, OutcomeSource::Stated | OutcomeSource::Graded)
    }
}

/// How we know how a session ended, most trustworthy first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutcomeSource {
    /// The transcript or an outcomes file states it.
    Stated,
    /// The last run of a test or build command in the session.
    Tests,
    /// A model that read the session by a rubric of people ([`crate::grading`]).
    Graded,
    /// A person pushed back at the end, or reverted the work.
    Person,
    /// The session broke off with an unanswered call or an interruption.
    Abandoned,
}

/// A call that changed something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Write {
    /// The event.
    pub event: u32,
    /// What it did.
    pub step: Step,
    /// Its arguments, values shortened.
    pub args: Args,
    /// Whether it worked.
    pub ok: bool,
}

/// Plain counts of one session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Tool calls.
    pub calls: u32,
    /// Calls that failed, expected non-zero exits left out.
    pub failed: u32,
    /// Calls spent between a failure and what fixed it, or until it was given up.
    pub retries: u32,
    /// Turns that a person typed.
    pub turns: u32,
}

/// Digests one session.
///
/// In: a redacted session and the bounds. Out: its digest, every text of it verbatim from the session.
pub fn read(session: &Session, settings: &Reading) -> Digest {
    let failures = failure::find(session, settings);
    let remarks = remark::find(session, settings);
    let forms = step::sequence(session, settings.max_steps);
    let times = || session.events.iter().filter_map(|event| event.at);
    Digest {
        session: session.id.clone(),
        source: session.source.clone(),
        root: root(session),
        agent: session.agent.clone(),
        model: session.model.clone(),
        project: session.project.clone(),
        contributor: session.contributor.clone(),
        task: session.task.clone(),
        ask: ask(session).map(|text| text.cut(settings.max_ask)).unwrap_or_default(),
        began: times().min(),
        ended: times().max(),
        outcome: outcome::of(session, &remarks),
        steps: step::steps(&forms),
        forms: if forms.iter().any(|form| form.details().next().is_some()) { forms } else { Vec::new() },
        writes: writes(session, settings),
        checks: checks(session, settings),
        counts: count(session, &failures),
        uses: notes::read_in(session),
        connected: notes::speaks_of_git_dream(session),
        failures,
        remarks,
        suggestions: Vec::new(),
    }
}

/// What a session is a repetition of, as far as it says itself: the session that started it, else itself.
/// That two of them are one fork, only a look across sessions can tell ([`crate::pattern::witness`]).
fn root(session: &Session) -> Clean {
    let own = || session.source.clone().unwrap_or_else(|| crate::redact::redact(session.id.as_str()));
    session.parent.clone().unwrap_or_else(own)
}

/// The first thing that was asked: by a person, or by the agent that started this one.
fn ask(session: &Session) -> Option<&Clean> {
    let person = session.events.iter().find_map(|event| match &event.body {
        Body::Person(text) if !text.trim().is_empty() => Some(text),
        _ => None,
    });
    let parent = || match &session.events.first()?.body {
        Body::Agent(text) if session.parent.is_some() => Some(text),
        _ => None,
    };
    person.or_else(parent)
}

/// The calls of a session with their events, in order.
pub fn calls(session: &Session) -> impl DoubleEndedIterator<Item = (&Event, &Call)> {
    session.events.iter().filter_map(|event| match &event.body {
        Body::Call(call) => Some((event, call)),
        _ => None,
    })
}

/// The calls that changed something, the first [`Reading::max_writes`] of them.
fn writes(session: &Session, settings: &Reading) -> Vec<Write> {
    let changing = calls(session).filter(|(_, call)| step::changes_something(call));
    changing.filter_map(|(event, call)| write(event, call, settings)).take(settings.max_writes).collect()
}

/// The shell calls that changed nothing and worked, the first of each step with these flags, without those that look
/// at files.
fn checks(session: &Session, settings: &Reading) -> Vec<Write> {
    let mut known = BTreeSet::new();
    let asking = calls(session)
        .filter(|(_, call)| step::command_line(call).is_some() && !step::changes_something(call));
    let checks = asking.filter_map(|(event, call)| {
        let form = step::forms_of(call).pop()?;
        let flags = form.details().filter(|detail| detail.starts_with('-')).map(str::to_owned);
        let told = (form.step(), flags.collect::<Vec<String>>());
        let (step, _) = &told;
        let tells = !step::handles_files(step) && !step::is_look_around(step) && !known.contains(&told);
        let write = tells.then(|| write(event, call, settings)).flatten().filter(|write| write.ok)?;
        known.insert(told);
        Some(write)
    });
    checks.take(settings.max_writes).collect()
}

/// A call as a deed; `None` where the transcript keeps no results, so that nothing says whether it worked.
fn write(event: &Event, call: &Call, settings: &Reading) -> Option<Write> {
    if call.status == Status::Unrecorded {
        return None;
    }
    let step = step::of(call).into_iter().last()?;
    let args = shorten(&call.args, settings);
    Some(Write { event: event.number, step, args, ok: !failure::has_failed(call) })
}

/// The arguments with long values cut; those that no longer fit [`Reading::max_args`] bytes in all are left out.
fn shorten(args: &Args, settings: &Reading) -> Args {
    let mut left = settings.max_args;
    let mut kept = Vec::new();
    for Arg { path, value } in &args.0 {
        let value = value.cut(settings.max_quote);
        let size = path.len() + value.len();
        if size > left {
            continue;
        }
        left -= size;
        kept.push(Arg { path: path.clone(), value });
    }
    Args(kept)
}

/// Counts what `audit` shows.
fn count(session: &Session, failures: &[failure::Failure]) -> Counts {
    Counts {
        calls: calls(session).count() as u32,
        failed: failures.iter().map(|failure| failure.times).sum(),
        retries: failures.iter().map(|failure| failure.cost).sum(),
        turns: session.events.iter().filter(|event| matches!(event.body, Body::Person(_))).count() as u32,
    }
}
