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
    let rule = sentence(&brief(&without_courtesies(&lesson.wording), MOST_WORDING));
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
    let wording = sentence(&brief(&without_courtesies(&lesson.wording), MOST_WORDING));
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
        .map(|side| {
            format!(
                "“{}”",
                sentence(&brief(&without_courtesies(&side.wish.wording), 80)).trim_end_matches('.')
            )
        })
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
        wording: sentence(&brief(&without_courtesies(&side.wish.wording), MOST_WORDING)),
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

/// A wish as a rule: without `please`, without a greeting before it or thanks after it, and `could you …?` as `…`.
/// Only courtesy is left out, never a word of what is wanted, so that no wish can turn into its opposite.
fn without_courtesies(text: &str) -> String {
    const ANYWHERE: &[&str] = &["please", "pls", "plz", "kindly"];
    const BEFORE: &[&[&str]] = &[
        &["could", "you"],
        &["can", "you"],
        &["would", "you"],
        &["will", "you"],
        &["by", "the", "way"],
        &["one", "more", "thing"],
        &["may", "i", "remind", "you"],
        &["reminder"],
        &["btw"],
        &["fyi"],
        &["also"],
        &["and"],
        &["but"],
        &["so"],
        &["ok"],
        &["okay"],
        &["hey", "team"],
        &["hi", "team"],
        &["hey", "folks"],
        &["hi", "all"],
        &["hey"],
        &["hi"],
        &["hello"],
        &["team"],
        &["folks"],
        &["everyone"],
        &["yes"],
        &["sure"],
        &["great"],
        &["thanks"],
    ];
    const AFTER: &[&[&str]] = &[
        &["if", "you"],
        &["thanks"],
        &["thank", "you"],
        &["thx"],
        &["ok"],
        &["okay"],
        &["folks"],
        &["team"],
    ];
    let bare = |word: &str| word.trim_matches(|c: char| c.is_ascii_punctuation()).to_lowercase();
    let mut words: Vec<String> = Vec::new();
    let mut wishes_politely = false;
    for word in text.split_whitespace() {
        if !ANYWHERE.contains(&bare(word).as_str()) {
            words.push(word.to_owned());
            continue;
        }
        wishes_politely = true;
        // `use pnpm please, not npm` keeps its comma.
        if let Some(before) = words.last_mut().filter(|before| before.ends_with(char::is_alphanumeric)) {
            before.extend(word.chars().rev().take_while(|c| matches!(c, ',' | ';' | ':')));
        }
    }
    let matches = |words: &[String], phrase: &[&str]| {
        words.len() > phrase.len() && words.iter().zip(phrase).all(|(word, expected)| bare(word) == *expected)
    };
    let mut asks = false;
    // A greeting or an aside is one only before a comma; `so` and `and` always are, and so is `could you`.
    let opens = |words: &[String]| -> Option<usize> {
        let phrase = BEFORE.iter().find(|phrase| matches(words, phrase))?;
        let last = words.get(phrase.len() - 1)?;
        let always = matches!(
            phrase.first().copied(),
            Some("could" | "can" | "would" | "will" | "and" | "so" | "also")
        );
        (always || last.ends_with([',', ':', '!', '.', '-'])).then_some(phrase.len())
    };
    while let Some(length) = opens(&words) {
        asks |= words.get(1).is_some_and(|word| bare(word) == "you");
        words.drain(..length);
    }
    while let Some(phrase) = AFTER.iter().find(|phrase| {
        let start = words.len().saturating_sub(phrase.len());
        let ends =
            words.get(start..).is_some_and(|end| end.iter().zip(**phrase).all(|(word, e)| bare(word) == *e));
        let comma = start
            .checked_sub(1)
            .and_then(|at| words.get(at))
            .is_some_and(|word| word.ends_with([',', '.', '!', ';']));
        start > 0 && ends && (comma || wishes_politely && phrase.first() == Some(&"if"))
    }) {
        words.truncate(words.len() - phrase.len());
    }
    let plain = words.join(" ");
    let plain = plain.trim_end_matches([',', ';', ':', ' ']);
    let plain = if asks { plain.trim_end_matches(['?', ' ']) } else { plain };
    if plain.is_empty() { text.to_owned() } else { plain.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_courtesy_is_left_out() {
        let cases = [
            ("please never push to main", "never push to main"),
            ("we use pnpm here, please never npm", "we use pnpm here, never npm"),
            ("use pnpm please, not npm", "use pnpm, not npm"),
            ("Could you please always set a seed?", "always set a seed"),
            ("Would you always wrap a finished piece in linen.", "always wrap a finished piece in linen."),
            ("Kiln doors stay shut overnight, please.", "Kiln doors stay shut overnight"),
            ("Screws are turned sunwise, if you please.", "Screws are turned sunwise"),
            ("hey team, no emojis, thanks!", "no emojis,"),
            ("Prefer X over Y", "Prefer X over Y"),
            ("Where is the flag? New code needs one.", "Where is the flag? New code needs one."),
            ("please", "please"),
            ("Hey Jude belongs into every playlist", "Hey Jude belongs into every playlist"),
        ];
        for (text, expected) in cases {
            assert_eq!(
                without_courtesies(text).trim_end_matches(','),
                expected.trim_end_matches(','),
                "{text}"
            );
        }
    }
}
