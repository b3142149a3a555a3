//! Words a converged workflow as an Agent Skill.

use super::quote::{brief, code};
use super::{Slots, Wording, reasons};
use crate::pattern::{Fingerprint, Pattern, WorkflowLesson, WorkflowStep};
use crate::redact::Clean;
use serde::Serialize;
use std::collections::BTreeMap;

/// Share of the sessions from which a step is held to belong to the workflow and is not optional.
const REQUIRED: f64 = 0.8;
/// Longest call shown as a step, bytes.
const LONGEST_CALL: usize = 160;

/// One step, as the template shows it.
#[derive(Serialize)]
pub(super) struct StepSlot {
    text: String,
    optional: bool,
    swaps: bool,
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
    let purpose = purpose(lesson);
    let path = format!("from {} to {} in {} steps", code(&first), code(&last), lesson.steps.len());
    let pitfalls = lesson.pitfalls.iter().filter_map(|pitfall| notes.get(pitfall));
    Wording {
        template: "playbook",
        subject: Some([purpose.as_str(), &first, "to", &last].join(" ")),
        rule: match asks(lesson).as_slice() {
            [] => format!("Use for work that begins with {}: {order}.", code(&first)),
            asks => format!("Use when asked for something like {}: {order}.", asks.join(" or ")),
        },
        applies_to: lesson.steps.iter().map(|step| step.step.to_string()).collect(),
        measured: measured(lesson),
        rationale: rationale(lesson, pattern),
        slots: Slots {
            title: if purpose.is_empty() {
                capitalised(&path)
            } else {
                format!("{}: {path}", capitalised(&purpose))
            },
            when: when(lesson),
            steps: lesson.steps.iter().map(slot).collect(),
            pitfalls: pitfalls.map(|path| format!("[{path}](../../{path})")).collect(),
            ..Slots::default()
        },
        open: false,
    }
}

/// What it is for, in the words that its requests share: those of the request that has most of them, in its order.
/// Empty where no request has two.
fn purpose(lesson: &WorkflowLesson) -> String {
    let shared = |ask: &Clean| -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        for word in ask.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase) {
            if lesson.topic.iter().any(|topic| topic.to_lowercase() == word) && !words.contains(&word) {
                words.push(word);
            }
        }
        words
    };
    let most = lesson.asks.iter().map(shared).rev().max_by_key(Vec::len).unwrap_or_default();
    if most.len() < 2 { String::new() } else { most.join(" ") }
}

/// The text with a capital first letter; code stays as it is.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A step as the template shows it: what its calls have in common, or its name.
fn slot(step: &WorkflowStep) -> StepSlot {
    let call = step.example.as_ref().unwrap_or(&step.step.0);
    StepSlot { text: code(&brief(call, LONGEST_CALL)), optional: step.share < REQUIRED, swaps: step.swaps }
}

/// A few requests that it answered, as people typed them.
fn asks(lesson: &WorkflowLesson) -> Vec<String> {
    lesson.asks.iter().take(2).map(|ask| code(&brief(ask, 80))).collect()
}

/// When the playbook applies, with what was asked.
fn when(lesson: &WorkflowLesson) -> String {
    match asks(lesson).as_slice() {
        [] => "the job looks like this one.".to_owned(),
        asks => format!("you are asked for something like {}.", asks.join(" or ")),
    }
}

/// Why, in numbers.
fn rationale(lesson: &WorkflowLesson, pattern: &Pattern) -> String {
    let sessions = if pattern.support.jobs > 1 { "with different jobs" } else { "on different days" };
    let mut text =
        format!("{}\nSessions {sessions} converged on these steps in this order.\n", reasons::seen(pattern));
    if !lesson.topic.is_empty() {
        let words: Vec<&str> = lesson.topic.iter().map(|word| word.as_str()).take(6).collect();
        text.push_str(&format!("Their requests share the words {}.\n", words.join(", ")));
    }
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
