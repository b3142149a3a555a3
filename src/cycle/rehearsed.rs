//! Learnings that are rehearsed before they are proposed.
//!
//! Owns what is said in their reasons, and the gate: a learning that falls short of what `[engine] require_lift` asks for
//! is refused with its numbers. One that cannot be rehearsed, or was not answered about, says so and passes: nothing
//! speaks against it. Refuses to rehearse what brings no advice against a mistake.

use super::{Before, Request};
use crate::learning::{Change, Learning, Planned, Refused};
use crate::model::{Answer, Failure, Tokens};
use crate::pattern::{Fingerprint, Kind};
use crate::rehearsal::{Stage, Subject, moment};
use crate::session::SessionId;
use anyhow::{Result, anyhow};
use std::collections::{BTreeMap, BTreeSet};

/// Answers about a lesson, and their tokens.
type Took = BTreeMap<Fingerprint, (u32, Tokens)>;

/// Rehearses what is planned, where it is asked for and there is a model. Gives what the answers about each lesson took;
/// nothing about a lesson that nothing was asked about.
///
/// Errors: the service does not take what it is asked, or a person stopped it.
pub(super) fn rehearse(planned: &mut Planned, request: &Request<'_>, before: &Before<'_>) -> Result<Took> {
    let Request { settings, sources, .. } = request;
    let parts = (&request.engine, &before.prompts, request.rehearse);
    let (Some(engine), Some(prompts), Some(effort)) = parts else { return Ok(Took::new()) };
    let subject =
        |learning: &Learning| is_advice(learning).then(|| Subject::of(&learning.note, &learning.text));
    let subjects: Vec<Option<Subject>> = planned.learnings.iter().map(subject).collect();
    let wanted: BTreeSet<SessionId> = subjects.iter().flatten().flat_map(Subject::sessions).collect();
    if wanted.is_empty() {
        return Ok(Took::new());
    }
    let reading = &settings.reading;
    let sessions = moment::sessions(sources.transcripts, &wanted, reading, sources.progress);
    let mut took = Took::new();
    let mut kept: Vec<Learning> = Vec::new();
    let mut refused: Vec<String> = Vec::new();
    for (mut learning, subject) in std::mem::take(&mut planned.learnings).into_iter().zip(subjects) {
        let stage = subject.map(|subject| Stage::set(&subject, &sessions, effort, reading));
        let Some(stage) = stage else {
            kept.push(learning);
            continue;
        };
        let answers = engine.answers.ask(&stage.prompts(prompts)?);
        if !answers.is_empty() {
            took.insert(learning.pattern.clone(), tokens(&answers));
        }
        let outcome = stage.judged(&answers, reading).map_err(|failure| stopped(engine.name, &failure))?;
        match outcome.falls_short(settings.engine.require_lift, engine.name) {
            Some(reason) => {
                // A note that stands is still there to be linked.
                refused.extend((learning.change != Change::Revise).then_some(learning.note));
                planned.refused.push(Refused { title: learning.title, reason });
            }
            None => {
                learning.rationale =
                    format!("{}\n\n{}", learning.rationale.trim_end(), outcome.in_words(engine.name));
                kept.push(learning);
            }
        }
    }
    for learning in &mut kept {
        learning.text = without_links(&learning.text, &refused);
    }
    planned.learnings = kept;
    Ok(took)
}

/// Whether a learning tells agents what to do about a mistake.
fn is_advice(learning: &Learning) -> bool {
    learning.kind == Kind::Mistake
        && matches!(learning.change, Change::Add | Change::Revise | Change::Restore)
}

/// A note without the items that link these notes: a playbook names the mistakes on its way.
fn without_links(text: &str, notes: &[String]) -> String {
    let links = |line: &str| notes.iter().any(|note| line.contains(&format!("{note})")));
    text.split_inclusive('\n').filter(|line| !(line.starts_with("- ") && links(line))).collect()
}

/// How many answers there are, and the tokens that they took.
fn tokens(answers: &[Answer]) -> (u32, Tokens) {
    let mut tokens = Tokens::default();
    let replies = answers.iter().flatten();
    let calls = replies.map(|reply| tokens += reply.tokens).count() as u32;
    (calls, tokens)
}

fn stopped(name: &str, failure: &Failure) -> anyhow::Error {
    anyhow!(
        "{name} cannot be asked to rehearse: {failure}; nothing was written, and answers that had come are kept and not \
         paid for again"
    )
}
