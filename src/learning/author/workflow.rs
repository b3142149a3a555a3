//! Words a converged workflow as an Agent Skill.

use super::quote::{brief, code};
use super::{Slots, Wording, reasons};
use crate::pattern::{Fingerprint, Pattern, WorkflowLesson};
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

pub(super) fn word(lesson: &WorkflowLesson, pattern: &Pattern, notes: &BTreeMap<Fingerprint, String>) -> Wording {
    let topic = lesson.topic.iter().map(|word| word.as_str()).take(5).collect::<Vec<_>>().join(" ");
    let ends = match (lesson.steps.first(), lesson.steps.last()) {
        (Some(first), Some(last)) => format!("{} … {}", code(&first.step), code(&last.step)),
        _ => String::new(),
    };
    let subject = if topic.is_empty() { format!("from {ends}") } else { topic.clone() };
    let order = lesson.steps.iter().filter(|step| step.share >= REQUIRED).map(|step| code(&step.step)).collect::<Vec<_>>().join(", then ");
    let steps = lesson.steps.iter().map(|step| StepSlot {
        text: match &step.example {
            Some(example) if **example != *step.step => format!("{}, for example {}", code(&step.step), code(&brief(example, 120))),
            _ => code(&step.step),
        },
        optional: step.share < REQUIRED,
    });
    let pitfalls = lesson.pitfalls.iter().filter_map(|pitfall| notes.get(pitfall));
    Wording {
        template: "playbook",
        subject: None,
        rule: format!("For work like “{subject}”: {order}."),
        applies_to: lesson.steps.iter().map(|step| step.step.to_string()).collect(),
        rationale: rationale(lesson, pattern),
        slots: Slots {
            title: format!("How to: {subject}"),
            when: when(lesson),
            steps: steps.collect(),
            pitfalls: pitfalls.map(|path| format!("[{path}](../../{path})")).collect(),
            ..Slots::default()
        },
        measured: measured(lesson),
        open: false,
    }
}

/// When the playbook applies, with what was asked.
fn when(lesson: &WorkflowLesson) -> String {
    let asks: Vec<String> = lesson.asks.iter().take(2).map(|ask| code(&brief(ask, 120))).collect();
    match asks.as_slice() {
        [] => "the job looks like the ones below.".to_owned(),
        asks => format!("you are asked for something like {}.", asks.join(" or ")),
    }
}

/// Why, in numbers.
fn rationale(lesson: &WorkflowLesson, pattern: &Pattern) -> String {
    let mut text = format!("{}\nSessions with different jobs converged on these steps in this order.\n", reasons::seen(pattern));
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
