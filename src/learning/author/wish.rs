//! Words what people keep asking for, keep correcting, and disagree about.

use super::quote::{brief, code, sentence};
use super::{Slots, Wording, reasons};
use crate::pattern::{ConflictLesson, Pattern, Side, WishLesson};
use serde::Serialize;

/// Longest wording shown in a title or a rule, bytes.
const MOST_WORDING: usize = 160;

/// One side of a conflict, as the template shows it.
#[derive(Serialize)]
pub(super) struct SideSlot {
    wording: String,
    support: String,
    quotes: Vec<String>,
}

pub(super) fn word(lesson: &WishLesson, pattern: &Pattern) -> Wording {
    let rule = sentence(&brief(&lesson.wording, MOST_WORDING));
    Wording {
        template: "preference",
        subject: None,
        applies_to: named(lesson),
        rationale: rationale(lesson, pattern, "People asked for it in these words, among others."),
        slots: Slots {
            title: rule.trim_end_matches('.').to_owned(),
            advice: choice(lesson).into_iter().collect(),
            ..Slots::default()
        },
        rule,
        measured: None,
        open: false,
    }
}

pub(super) fn word_correction(lesson: &WishLesson, pattern: &Pattern) -> Wording {
    let wording = sentence(&brief(&lesson.wording, MOST_WORDING));
    let title = format!("People keep correcting: “{}”", wording.trim_end_matches('.'));
    Wording {
        template: "mistake",
        subject: None,
        rule: format!("Do not make people say again: “{}”", wording),
        applies_to: named(lesson),
        rationale: rationale(lesson, pattern, "People corrected agents in these words, among others."),
        slots: Slots {
            title,
            when: "you do work of this kind.".to_owned(),
            advice: choice(lesson)
                .into_iter()
                .chain([format!("People said: “{wording}” Check this before you hand over.")])
                .collect(),
            ..Slots::default()
        },
        measured: None,
        open: false,
    }
}

pub(super) fn word_conflict(lesson: &ConflictLesson, pattern: &Pattern) -> Wording {
    let sides: Vec<String> = lesson
        .sides
        .iter()
        .map(|side| format!("“{}”", sentence(&brief(&side.wish.wording, 80)).trim_end_matches('.')))
        .collect();
    let title = format!("The team disagrees: {}", sides.join(" or "));
    Wording {
        template: "conflict",
        subject: None,
        rule: format!("{title}. Ask which holds; do not pick one."),
        applies_to: lesson.sides.iter().flat_map(|side| named(&side.wish)).collect(),
        rationale: format!(
            "{}\nPeople ask for opposite things, so this is theirs to decide. Merging it records the question, not an answer; agents are not told to follow either side.\n{}",
            reasons::seen(pattern),
            reasons::grade(pattern.grade)
        ),
        slots: Slots { title, sides: lesson.sides.iter().map(side).collect(), ..Slots::default() },
        measured: None,
        open: true,
    }
}

fn side(side: &Side) -> SideSlot {
    SideSlot {
        wording: sentence(&brief(&side.wish.wording, MOST_WORDING)),
        support: crate::learning::message::support_in_words(&side.support),
        quotes: side
            .evidence
            .iter()
            .map(|evidence| format!("{} ({}#{})", code(&evidence.quote), evidence.session, evidence.event))
            .collect(),
    }
}

/// What is wanted and what is not, where the wish names both.
fn choice(lesson: &WishLesson) -> Option<String> {
    match (&lesson.wanted, &lesson.unwanted) {
        (Some(wanted), Some(unwanted)) => {
            Some(format!("Wanted: {}. Not wanted: {}.", code(wanted), code(unwanted)))
        }
        _ => None,
    }
}

/// The things that a wish names.
fn named(lesson: &WishLesson) -> Vec<String> {
    lesson.wanted.iter().chain(&lesson.unwanted).map(|what| super::quote::one_line(what)).collect()
}

/// Why, in numbers.
fn rationale(lesson: &WishLesson, pattern: &Pattern, how: &str) -> String {
    let mut text = format!("{}\n{how}\n", reasons::seen(pattern));
    for variant in lesson.variants.iter().take(3) {
        text.push_str(&format!("  > {}\n", brief(variant, MOST_WORDING)));
    }
    text.push_str(reasons::grade(pattern.grade));
    text
}
