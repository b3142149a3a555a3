//! What a clause says of its subject where nothing in it is negated word by word: `generated files stay out of git`,
//! `globals are a mess`, `trailing blanks must go`, `the loop stays allocation free`.
//!
//! Owns these few predicates of English and what they do to the signs; refuses to look beyond a clause.

use super::unit::{Role, Unit};
use crate::digest::remark::word::Word;
use crate::pattern::preference::lexicon::LEXICON;

/// Sets the signs of clauses with such a predicate.
pub(super) fn judge_subjects(words: &[Word], units: &[Unit], signs: &mut [i8]) {
    const OPENS_ASIDE: &[&str] = &["if", "when", "where", "because", "since", "as", "while", "unless"];
    for clause in words.split(Word::is_mark).filter(|clause| !clause.is_empty()) {
        if clause.first().is_some_and(|word| OPENS_ASIDE.contains(&word.text.as_str())) {
            continue;
        }
        let Some((from, until, verdict)) = (0..clause.len()).find_map(|at| predicate(clause, at)) else {
            continue;
        };
        let place = |at: usize| clause.get(at).map_or(usize::MAX, |word| word.at.start);
        let (start, end) = (place(0), clause.last().map_or(0, |word| word.at.end));
        let named = |low: usize, high: usize| {
            let of = move |unit: &Unit| {
                unit.at.start >= low && unit.at.end <= high && matches!(unit.role, Role::Term(_))
            };
            (0..units.len()).filter(move |&at| of(&units[at])).collect::<Vec<usize>>()
        };
        let mut subject = named(start, place(from));
        let mut object = named(place(until).min(end), end);
        match verdict {
            Verdict::Unwanted if subject.is_empty() => std::mem::swap(&mut subject, &mut object),
            Verdict::Unwanted => {}
            Verdict::Reserved => {
                subject.into_iter().for_each(|at| signs[at] = 0);
                continue;
            }
            Verdict::FreeOf => {
                std::mem::swap(&mut subject, &mut object);
            }
            Verdict::Free => {
                let last = subject.pop();
                object.append(&mut subject);
                subject.extend(last);
            }
        }
        subject.into_iter().for_each(|at| signs[at] = -1);
        object.into_iter().for_each(|at| signs[at] = 0);
    }
}

/// What a predicate says of what stands around it.
enum Verdict {
    /// What comes before it is unwanted (what comes after, where nothing does), what comes after is where.
    Unwanted,
    /// What comes before it is only spoken of: `the test split is for the last number only`.
    Reserved,
    /// What comes after it is unwanted.
    FreeOf,
    /// The word right before it is unwanted.
    Free,
}

/// The predicate whose telling word stands here: where it begins, where it ends, and what it says.
fn predicate(clause: &[Word], at: usize) -> Option<(usize, usize, Verdict)> {
    const STAYING: &[&str] = &[
        "stay", "stays", "keep", "keeps", "leave", "leaves", "remain", "remains", "belong", "belongs",
        "kept", "left",
    ];
    const GOING: &[&str] = &[
        "go", "goes", "get", "gets", "come", "comes", "land", "lands", "belong", "belongs", "live", "lives",
        "place", "business",
    ];
    const MUST: &[&str] = &["must", "should", "to", "shall"];
    let text = |at: usize| clause.get(at).map_or("", |word| word.text.as_str());
    let back = |by: usize| at.checked_sub(by).map_or("", text);
    match text(at) {
        "out" | "away" if matches!(text(at + 1), "of" | "from") => {
            let verb = (0..at).rev().find(|&verb| STAYING.contains(&text(verb)))?;
            let named = if matches!(text(verb), "keep" | "leave") { at } else { verb };
            Some((named, at + 2, Verdict::Unwanted))
        }
        "in" | "into" | "to" | "on" | "inside" | "under" if GOING.contains(&back(1)) => {
            let negator = (2..4).find(|&by| matches!(back(by), "never" | "not" | "no"))?;
            Some((at - negator, at + 1, Verdict::Unwanted))
        }
        "go" if MUST.contains(&back(1))
            && matches!(text(at + 1), "" | "away" | "always" | "please" | "now") =>
        {
            Some((at - 1, at + 1, Verdict::Unwanted))
        }
        "for"
            if matches!(back(usize::from(back(1) == "only") + 1), "is" | "are" | "reserved" | "meant")
                && clause.iter().any(|word| word.text == "only" || word.text == "reserved") =>
        {
            Some((at, at + 1, Verdict::Reserved))
        }
        "free" if at > 0 && matches!(text(at + 1), "of" | "from") => Some((at, at + 2, Verdict::FreeOf)),
        "free" if at > 0 && matches!(text(at + 1), "" | "always" | "please" | "everywhere") => {
            Some((at, at + 1, Verdict::Free))
        }
        word if LEXICON.has("bad", word) => {
            let be = (1..=4).find(|&by| matches!(back(by), "is" | "are" | "be" | "looks" | "look"))?;
            let before = at.checked_sub(be + 1).map_or("", text);
            let pointing = matches!(
                before,
                "it" | "they" | "this" | "that" | "these" | "those" | "which" | "" | "there"
            );
            let denied = (1..be).any(|by| back(by) == "not")
                || (0..at).any(|other| matches!(text(other), "without" | "no" | "missing" | "lack"));
            (!pointing && !denied).then_some((at - be, at + 1, Verdict::Unwanted))
        }
        _ => None,
    }
}
