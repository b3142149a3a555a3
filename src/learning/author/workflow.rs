//! Words a converged workflow as an Agent Skill.

use super::quote::{brief, code};
use super::{Slots, Wording, reasons};
use crate::pattern::{Fingerprint, Pattern, WorkflowLesson, WorkflowStep};
use serde::Serialize;
use std::collections::BTreeMap;

/// Share of the sessions from which a step is held to belong to the workflow and is not optional.
const REQUIRED: f64 = 0.85;

/// One step, as the template shows it.
#[derive(Serialize)]
pub(super) struct StepSlot {
    text: String,
    optional: bool,
}

pub(super) fn word(
    lesson: &WorkflowLesson,
    pattern: &Pattern,
    notes: &BTreeMap<Fingerprint, String>,
) -> Wording {
    let name = |at: Option<&WorkflowStep>| at.map(|step| step.step.to_string()).unwrap_or_default();
    let (first, last) = (name(lesson.steps.first()), name(lesson.steps.last()));
    let required = lesson.steps.iter().filter(|step| step.share >= REQUIRED);
    let order = required.map(|step| code(&step.step)).collect::<Vec<_>>().join(", then ");
    let pitfalls = lesson.pitfalls.iter().filter_map(|pitfall| notes.get(pitfall));
    Wording {
        template: "playbook",
        subject: Some(format!("{first} to {last}")),
        rule: match asks(lesson).as_slice() {
            [] => format!("Use for work that begins with {}: {order}.", code(&first)),
            asks => format!("Use when asked for something like {}: {order}.", asks.join(" or ")),
        },
        applies_to: lesson.steps.iter().map(|step| step.step.to_string()).collect(),
        measured: measured(lesson),
        rationale: rationale(lesson, pattern),
        slots: Slots {
            title: format!("From {} to {} in {} steps", code(&first), code(&last), lesson.steps.len()),
            when: when(lesson),
            steps: lesson.steps.iter().map(slot).collect(),
            pitfalls: pitfalls.map(|path| format!("[{path}](../../{path})")).collect(),
            ..Slots::default()
        },
        open: false,
    }
}

/// A step as the template shows it.
fn slot(step: &WorkflowStep) -> StepSlot {
    let text = match &step.example {
        Some(example) if **example != *step.step => {
            format!("{}, for example {}", code(&step.step), code(&brief(example, 120)))
        }
        _ => code(&step.step),
    };
    StepSlot { text, optional: step.share < REQUIRED }
}

/// A few requests that it answered, as people typed them.
fn asks(lesson: &WorkflowLesson) -> Vec<String> {
    lesson.asks.iter().take(2).map(|ask| code(&brief(ask, 80))).collect()
}

/// When the playbook applies, with what was asked.
fn when(lesson: &WorkflowLesson) -> String {
    let topic: Vec<&str> = lesson.topic.iter().map(|word| word.as_str()).take(6).collect();
    let shared = match topic.as_slice() {
        [] => String::new(),
        words => format!(" Such requests share the words: {}.", words.join(", ")),
    };
    match asks(lesson).as_slice() {
        [] => format!("the job looks like this one.{shared}"),
        asks => format!("you are asked for something like {}.{shared}", asks.join(" or ")),
    }
}

/// Why, in numbers.
fn rationale(lesson: &WorkflowLesson, pattern: &Pattern) -> String {
    let sessions = if pattern.support.jobs > 1 { "with different jobs" } else { "on different days" };
    let mut text =
        format!("{}\nSessions {sessions} converged on these steps in this order.\n", reasons::seen(pattern));
    if let Some(measured) = measured(lesson) {
        text.push_str(&format!("{measured}\n"));
    }
    text.push_str(reasons::grade(pattern.grade));
    text
}

/// How sessions ended with and without it; nothing where no outcome is known.
fn measured(lesson: &WorkflowLesson) -> Option<String> {
    if lesson.with.of == 0 {
        return None;
    }
    let others = match lesson.without.of {
        0 => "no session with such a job did otherwise".to_owned(),
        _ => format!("of those with such a job that did not, {}", reasons::rate(lesson.without)),
    };
    Some(format!("Of the sessions that followed it, {} succeeded; {others}.", reasons::rate(lesson.with)))
}
