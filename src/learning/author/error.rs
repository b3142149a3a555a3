//! Words a recurring error: what to do instead, and what it looks like.

use super::quote::{brief, code};
use super::{Slots, Wording, condition, reasons};
use crate::pattern::{ErrorLesson, Pattern, Remedy, Way};

/// Longest message shown in a title or a rule, bytes.
const MOST_MESSAGE: usize = 90;

/// Remedies worth telling.
const MOST_REMEDIES: usize = 3;

pub(super) fn word(lesson: &ErrorLesson, pattern: &Pattern) -> Wording {
    let step = code(&lesson.step);
    let message = code(&brief(unprefixed(&lesson.template), MOST_MESSAGE));
    let advice = condition::advice(&lesson.template);
    let telling: Vec<&Remedy> = lesson.remedies.iter().filter(|remedy| is_specific(&remedy.way)).collect();
    let rule = match (telling.first(), &advice) {
        (Some(remedy), _) => rule_from(&remedy.way, &step, &message),
        (None, Some(advice)) => format!("Before {step}: {advice}; otherwise it fails with {message}."),
        (None, None) => match lesson.arguments.as_slice() {
            [] => format!("Expect {step} to fail with {message}; no way round it has been seen yet."),
            some => format!("Before {step}: check {}; otherwise it fails with {message}.", list(some)),
        },
    };
    let mut sentences: Vec<String> = Vec::new();
    sentences.extend(telling.iter().take(MOST_REMEDIES).map(|remedy| imperative(&remedy.way, &step)));
    sentences.extend(advice.map(|advice| capitalised(&format!("{advice}."))));
    if !lesson.arguments.is_empty() && telling.is_empty() {
        sentences.push(format!("Look at {}: that is what the message is about.", list(&lesson.arguments)));
    }
    let vague = lesson.remedies.iter().filter(|remedy| !is_specific(&remedy.way)).take(1);
    sentences.extend(vague.map(|remedy| format!("{} That is what worked.", imperative(&remedy.way, &step))));
    if sentences.is_empty() {
        sentences.push("No way round it has been seen yet: stop after the first failure and look for the reason.".to_owned());
    }
    Wording {
        template: "mistake",
        subject: Some(format!("{} {}", lesson.step, without_masks(&lesson.template))),
        rule,
        applies_to: vec![lesson.step.to_string()],
        rationale: rationale(lesson, pattern),
        slots: Slots {
            title: format!("{step} fails: {message}"),
            when: format!("you are about to use {step}, or it has just failed like this."),
            message: Some(code(&lesson.template)),
            advice: sentences,
            ..Slots::default()
        },
        measured: None,
        open: false,
    }
}

/// Why, in numbers.
fn rationale(lesson: &ErrorLesson, pattern: &Pattern) -> String {
    let mut text = reasons::seen(pattern);
    text.push_str(&format!(
        " It happened {} times and cost {} calls; {} got the step to work in the end.\n",
        lesson.times,
        lesson.cost,
        reasons::sessions(lesson.recovered)
    ));
    for remedy in lesson.remedies.iter().take(MOST_REMEDIES) {
        let sentence = imperative(&remedy.way, &code(&lesson.step));
        text.push_str(&format!("{} This {}.\n", sentence, reasons::remedy(remedy)));
    }
    if lesson.remedies.is_empty() {
        text.push_str("No remedy was seen to work in enough sessions.\n");
    }
    text.push_str(reasons::grade(pattern.grade));
    text
}

/// Whether a remedy says what to do, and not only that something was changed.
fn is_specific(way: &Way) -> bool {
    !matches!(way, Way::Changed { to: None, from: None, .. } | Way::Changed { to: None, .. })
}

/// The rule that a remedy makes.
fn rule_from(way: &Way, step: &str, message: &str) -> String {
    match way {
        Way::First(first) => format!("Do {} before {step}; without it, {step} fails with {message}.", code(first)),
        Way::Instead { call, .. } => format!("Use {} instead of {step}, which fails with {message}.", code(call)),
        other => {
            let sentence = imperative(other, step);
            format!("{}; otherwise it fails with {message}.", sentence.trim_end_matches('.'))
        }
    }
}

/// What to do, as one sentence.
fn imperative(way: &Way, step: &str) -> String {
    match way {
        Way::Changed { path, from, to } => match (in_command(path), from, to) {
            (true, Some(from), Some(to)) => format!("With {step}, write {} instead of {}.", code(to), code(from)),
            (true, None, Some(to)) => format!("With {step}, write {}.", code(to)),
            (true, Some(from), None) => format!("With {step}, do not write {}.", code(from)),
            (true, None, None) => format!("Change the command line of {step}."),
            (false, Some(from), Some(to)) => {
                format!("With {step}, set {} to {}, not to {}.", code(path), code(to), code(from))
            }
            (false, None, Some(to)) => format!("With {step}, set {} to {}.", code(path), code(to)),
            (false, Some(from), None) => format!("With {step}, set {} to something else than {}.", code(path), code(from)),
            (false, None, None) => format!("With {step}, choose another {}.", code(path)),
        },
        Way::Added { path, value } => match (in_command(path), value) {
            (true, Some(value)) => format!("With {step}, add {}.", code(value)),
            (true, None) => format!("With {step}, add what is missing to the command line."),
            (false, Some(value)) => format!("With {step}, give {} as {}.", code(path), code(value)),
            (false, None) => format!("With {step}, give {}.", code(path)),
        },
        Way::Dropped { path } => format!("With {step}, leave out {}.", code(path)),
        Way::First(first) => format!("Do {} first.", code(first)),
        Way::Instead { call, .. } => format!("Use {} instead.", code(call)),
    }
}

/// Whether an argument is the command line of a shell tool.
fn in_command(path: &str) -> bool {
    path == "command"
}

/// Code spans in a row.
fn list(paths: &[crate::redact::Clean]) -> String {
    let spans: Vec<String> = paths.iter().map(|path| code(path)).collect();
    match spans.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// With a capital first letter.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The message without the word `error` before it, which says nothing in a sentence about one.
fn unprefixed(message: &str) -> &str {
    let rest = message.split_once(':').filter(|(word, _)| {
        matches!(word.to_ascii_lowercase().as_str(), "error" | "err" | "fatal" | "exception" | "failed")
    });
    rest.map(|(_, rest)| rest.trim_start()).filter(|rest| !rest.is_empty()).unwrap_or(message)
}

/// The message's own words: what a name is made of.
fn without_masks(message: &str) -> String {
    let own = unprefixed(message).split_whitespace().filter(|word| !word.contains(['<', '*', '/']));
    own.collect::<Vec<_>>().join(" ")
}
