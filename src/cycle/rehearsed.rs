//! Learnings that are rehearsed before they are proposed.
//!
//! Owns what is said in their reasons, and the gate: a learning that falls short of what `[engine] require_lift` asks for
//! is refused with its numbers. One that cannot be rehearsed, or was not answered about, says so and passes: nothing
//! speaks against it. Refuses to rehearse what brings no advice against a mistake.

use super::{Before, Request};
use crate::learning::{Change, Learning, Planned, Refused};
use crate::model::Failure;
use crate::pattern::Kind;
use crate::rehearsal::{Stage, Subject, moment};
use crate::session::SessionId;
use anyhow::{Result, anyhow};
use std::collections::BTreeSet;

/// Rehearses what is planned, where it is asked for and there is a model. Gives whether anything was asked.
///
/// Errors: the service does not take what it is asked, or a person stopped it.
pub(super) fn rehearse(planned: &mut Planned, request: &Request<'_>, before: &Before<'_>) -> Result<bool> {
    let Request { settings, sources, .. } = request;
    let parts = (&request.engine, &before.prompts, request.rehearse);
    let (Some(engine), Some(prompts), Some(effort)) = parts else { return Ok(false) };
    let subject =
        |learning: &Learning| is_advice(learning).then(|| Subject::of(&learning.note, &learning.text));
    let subjects: Vec<Option<Subject>> = planned.learnings.iter().map(subject).collect();
    let wanted: BTreeSet<SessionId> = subjects.iter().flatten().flat_map(Subject::sessions).collect();
    if wanted.is_empty() {
        return Ok(false);
    }
    let reading = &settings.reading;
    let sessions = moment::sessions(sources.transcripts, &wanted, reading, sources.progress);
    let mut has_asked = false;
    let mut kept: Vec<Learning> = Vec::new();
    for (mut learning, subject) in std::mem::take(&mut planned.learnings).into_iter().zip(subjects) {
        let stage = subject.map(|subject| Stage::set(&subject, &sessions, effort, reading));
        let Some(stage) = stage else {
            kept.push(learning);
            continue;
        };
        let asked = stage.prompts(prompts)?;
        has_asked |= !asked.is_empty();
        let outcome = stage
            .judged(&engine.answers.ask(&asked), reading)
            .map_err(|failure| stopped(engine.name, &failure))?;
        match outcome.falls_short(settings.engine.require_lift, engine.name) {
            Some(reason) => planned.refused.push(Refused { title: learning.title.clone(), reason }),
            None => {
                learning.rationale =
                    format!("{}\n\n{}", learning.rationale.trim_end(), outcome.in_words(engine.name));
                kept.push(learning);
            }
        }
    }
    planned.learnings = kept;
    Ok(has_asked)
}

/// Whether a learning tells agents what to do about a mistake.
fn is_advice(learning: &Learning) -> bool {
    learning.kind == Kind::Mistake
        && matches!(learning.change, Change::Add | Change::Revise | Change::Restore)
}

fn stopped(name: &str, failure: &Failure) -> anyhow::Error {
    anyhow!(
        "{name} cannot be asked to rehearse: {failure}; nothing was written, and answers that had come are kept and not \
         paid for again"
    )
}
