//! What sort of thing a sentence asks for, where English has a form of its own for it: ask first, one thing at a time,
//! this before that.
//!
//! `never p4 submit without my ok`, `wait for confirmation before any submit` and `submitting unasked is a no-go` have
//! one word in common and one act. Owns recognising the acts by a small grammar of closed-class words, and what
//! each does to the words of its sentence: an act becomes a term of its own (`ask`), and one term with each thing that
//! it is about (`one:commit`), so that two people who ask for the same act on the same thing share two terms and not
//! one. Refuses to know any thing.

use super::unit::{Role, Unit};
use crate::digest::remark::word::{Word, is_mark};
use crate::pattern::preference::lexicon::LEXICON;
use std::collections::BTreeMap;

/// The term of asking first.
const ASK: &str = "ask";
/// What stands between an act and a thing in the term that ties them.
const TIE: char = ':';
/// The acts that are tied to things.
const ACTS: &[&str] = &[ASK, "first", "one"];

/// Whether a term is the tie of an act and a thing: it says something only where others say it, too.
pub(in crate::pattern::preference) fn is_tie(term: &str) -> bool {
    act_and_thing(term).is_some()
}

/// Both parts of such a term.
pub(in crate::pattern::preference) fn act_and_thing(term: &str) -> Option<(&str, &str)> {
    term.split_once(TIE).filter(|(act, _)| ACTS.contains(act))
}

/// Adds the acts of a sentence to its terms, and turns the terms as the acts do.
pub(super) fn add(words: &[Word], units: &[Unit], terms: &mut BTreeMap<String, i8>) {
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    if let Some(sign) = asks_first(&texts) {
        asking(sign, terms);
    } else if let Some(sign) = one_each(&texts) {
        terms.remove("1");
        terms.values_mut().filter(|own| **own < 0).for_each(|own| *own = 0);
        tie("one", sign, terms, |_| true);
    } else {
        ordering(words, units, &texts, terms);
    }
}

/// Whether a sentence asks to be asked before something is done (1), or not to be (-1).
fn asks_first(texts: &[&str]) -> Option<i8> {
    let text = |at: usize| texts.get(at).copied().unwrap_or_default();
    let back = |at: usize, by: usize| at.checked_sub(by).map_or("", text);
    let at = (0..texts.len()).find(|&at| match texts[at] {
        "ask" | "asks" | "asking" | "asked" => {
            !matches!(back(at, 1), "i" | "we" | "they" | "people" | "was" | "were")
                && !matches!(text(at + 1), "for" | "why" | "what" | "how" | "about" | "if" | "whether")
        }
        "unasked" | "permission" | "confirmation" | "consent" | "approval" => true,
        "confirm" | "confirms" | "confirmed" | "confirming" | "approve" | "approves" | "approved"
        | "agreed" => {
            !matches!(back(at, 1), "i" | "as")
                && texts.iter().any(|word| BEFORE.contains(word) || PEOPLE.contains(word))
        }
        "check" | "talk" | "checking" | "talking" => {
            matches!(text(at + 1), "with" | "to" | "in") && (2..4).any(|by| PEOPLE.contains(&text(at + by)))
        }
        "ok" | "okay" | "go" | "yes" | "blessing" | "nod" => {
            matches!(
                back(at, 1),
                "my" | "our"
                    | "your"
                    | "an"
                    | "a"
                    | "the"
                    | "says"
                    | "say"
                    | "said"
                    | "gives"
                    | "gave"
                    | "without"
                    | "explicit"
                    | "his"
                    | "her"
                    | "their"
            ) && (back(at, 2) != "is" && !matches!(text(at + 1), "to" | "through"))
                && texts.iter().any(|word| BEFORE.contains(word))
        }
        "so" | "otherwise" => matches!(back(at, 1), "say" | "says" | "said") && texts.contains(&"unless"),
        "own" => {
            back(at, 1) == "your" && back(at, 2) == "on" && texts.iter().any(|word| REFUSING.contains(word))
        }
        "word" => matches!(back(at, 1), "a") && back(at, 2) == "without",
        _ => false,
    })?;
    let near = |from: usize| (1..=4).map(move |by| back(from, by));
    let refused = near(at)
        .take_while(|word| !is_mark(word))
        .any(|word| matches!(word, "not" | "never" | "stop" | "quit" | "needless"))
        && !near(at).any(|word| BEFORE.contains(&word))
        || near(at).take(3).collect::<Vec<_>>().windows(2).any(|pair| pair == ["need", "no"]);
    let verb = matches!(texts[at], "ask" | "asking" | "confirm" | "confirming" | "check" | "checking");
    // `commit without asking` lets the agent; `never commit without asking` does not, and blame does not either.
    let lets = near(at).take(2).any(|word| word == "without")
        && !texts.iter().any(|word| REFUSING.contains(word))
        && text(0) != "you";
    Some(if refused && verb || lets { -1 } else { 1 })
}

/// Words that put one thing before another.
const BEFORE: &[&str] =
    &["before", "first", "until", "till", "unless", "without", "prior", "after", "wait", "only", "upfront"];
/// Who may be asked.
const PEOPLE: &[&str] = &[
    "me",
    "us",
    "somebody",
    "someone",
    "anybody",
    "anyone",
    "human",
    "person",
    "people",
    "team",
    "colleague",
];
/// Words that turn down.
const REFUSING: &[&str] = &[
    "not",
    "never",
    "no",
    "nothing",
    "nobody",
    "forbidden",
    "no-go",
    "stop",
    "avoid",
    "unacceptable",
    "wrong",
    "banned",
    "again",
];

/// What is asked about is neither wanted nor unwanted; how the asking is worded says nothing.
fn asking(sign: i8, terms: &mut BTreeMap<String, i8>) {
    const WORDING: &[&str] = &[
        "approv",
        "human",
        "somebodi",
        "unask",
        "wait",
        "own",
        "word",
        "initiativ",
        "say",
        "no-go",
        "agre",
        "check",
        "confirm",
        "explicit",
        "accept",
        "below",
        "talk",
    ];
    terms.retain(|term, _| !WORDING.contains(&term.as_str()));
    terms.values_mut().for_each(|own| *own = 0);
    terms.remove(ASK);
    tie(ASK, sign, terms, |_| true);
    terms.insert(ASK.to_owned(), sign);
}

/// Whether a sentence asks for one at a time (1), or for one of all (-1).
fn one_each(texts: &[&str]) -> Option<i8> {
    let has = |any: &[&str]| texts.iter().any(|word| any.contains(word));
    let text = |at: usize| texts.get(at).copied().unwrap_or_default();
    let one = ["one", "a", "1", "single", "separate", "own"];
    let per = (0..texts.len()).any(|at| {
        text(at) == "per" && (at > 1 && one.contains(&text(at - 2)) || at > 2 && one.contains(&text(at - 3)))
    });
    let own = has(&["each", "every"]) && has(&["own", "separate", "single"]);
    let counted = (0..texts.len()).filter(|&at| matches!(text(at), "one" | "single" | "1")).count();
    let each = counted > 0
        && (0..texts.len()).any(|at| {
            text(at) == "each"
                && at > 1
                && (at + 1 >= texts.len() || is_mark(text(at + 1)) || text(at + 1) == "from")
        });
    let only = counted > 0
        && (0..texts.len()).any(|at| {
            text(at) == "one"
                && (text(at + 1) == "thing" || counted > 1)
                && has(&["only", "just", "each", "every", "per"])
        });
    let mixes = has(&["not", "never", "no"]) && has(&["several", "multiple", "mix", "many"]) && counted > 0;
    let split = has(&["split", "splits"]) && has(&["separate"]);
    let all =
        counted > 0 && has(&["all", "everything", "everybody", "everyone"]) && has(&["for", "in", "into"]);
    // `never lump everything into one commit` asks for several.
    let several = all && has(&["not", "never", "no", "stop", "avoid"]);
    if per || own || each || only || mixes || split || several { Some(1) } else { all.then_some(-1) }
}

/// `tests first, then code`: what comes first is asked for, the rest is only when.
fn ordering(words: &[Word], units: &[Unit], texts: &[&str], terms: &mut BTreeMap<String, i8>) {
    let text = |at: usize| texts.get(at).copied().unwrap_or_default();
    let ends = |at: usize| {
        at >= texts.len() || is_mark(text(at)) || matches!(text(at), "then" | "and" | "always" | "please")
    };
    let later = |at: usize| matches!(text(at), "then" | "afterwards" | "afterward" | "only" if text(at) != "only" || text(at + 1) == "after");
    let first = (0..texts.len()).find(|&at| {
        text(at) == "first" && at > 0 && ends(at + 1)
            || text(at) == "first" && matches!(text(at + 1), "the" | "a" | "make" | "write" | "do")
    });
    let starts = (0..texts.len()).find(|&at| matches!(text(at), "start" | "begin") && text(at + 1) == "with");
    let precedes =
        texts.iter().any(|word| matches!(*word, "before" | "prior" | "until" | "precede" | "precedes"))
            || texts.contains(&"without")
                && texts.iter().any(|word| matches!(*word, "never" | "not" | "no" | "nothing"));
    if first.is_none() && starts.is_none() && !precedes {
        return;
    }
    // `tests first, then code`, `start with a test and implement afterwards`: what is done later is no wish by itself.
    if first.is_some() || starts.is_some() {
        let from = (0..texts.len()).find(|&at| at > first.or(starts).unwrap_or_default() && later(at));
        let cut = from.map(|at| match text(at) {
            "afterwards" | "afterward" => {
                (0..at).rev().find(|&back| is_mark(text(back)) || text(back) == "and").unwrap_or(at)
            }
            _ => at,
        });
        if let Some(word) = cut.and_then(|at| words.get(at)) {
            for unit in units.iter().filter(|unit| unit.at.start >= word.at.start) {
                if let Role::Term(term) = &unit.role {
                    terms.entry(term.clone()).and_modify(|sign| *sign = 0);
                }
            }
        }
        for word in ["start", "begin", "afterward"] {
            terms.remove(word);
        }
    }
    tie("first", 1, terms, |sign| sign > 0);
}

/// Ties an act to each thing that it is about.
fn tie(act: &str, sign: i8, terms: &mut BTreeMap<String, i8>, about: impl Fn(i8) -> bool) {
    let things: Vec<String> = terms
        .iter()
        .filter(|(term, own)| about(**own) && !is_tie(term) && !term.bytes().all(|b| b.is_ascii_digit()))
        .filter(|(term, _)| LEXICON.telling(term) > 0.3)
        .map(|(term, _)| format!("{act}{TIE}{term}"))
        .collect();
    terms.extend(things.into_iter().map(|thing| (thing, sign)));
}

#[cfg(test)]
mod tests {
    use super::super::read;

    fn sign(text: &str, term: &str) -> Option<i8> {
        read(text, false).terms.get(term).copied()
    }

    #[test]
    fn asking_first_is_one_act_in_many_words() {
        for text in [
            "never wax gorps without my ok",
            "ask before you wax gorps, always",
            "wait for confirmation before any gorp is waxed",
            "do not wax gorps on your own, ask",
            "you must not wax gorps before somebody says ok",
            "waxing gorps without asking is not on, check with us first",
            "waxing gorps unasked is a no-go",
            "gorps are only waxed after approval",
            "never wax a gorp unless we say so",
            "you waxed gorps without asking",
        ] {
            assert_eq!((sign(text, "ask"), sign(text, "ask:gorp")), (Some(1), Some(1)), "{text}");
            assert_eq!(sign(text, "gorp"), Some(0), "{text}");
        }
        for text in [
            "do not ask before you wax gorps",
            "wax gorps without asking",
            "no need to ask before waxing gorps",
        ] {
            assert_eq!(sign(text, "ask"), Some(-1), "{text}");
        }
        assert_eq!(sign("I asked for gorps", "ask:gorp"), None);
    }

    #[test]
    fn one_at_a_time_and_one_for_all_are_opposites() {
        for text in [
            "one gorp per zindle please",
            "every zindle gets its own gorp",
            "keep gorps small, one zindle each.",
            "only one zindle in one gorp",
            "every gorp must do one thing only",
            "do not put several zindles into one gorp",
            "never lump everything into one gorp",
        ] {
            assert_eq!(sign(text, "one:gorp"), Some(1), "{text}");
        }
        assert_eq!(sign("one gorp for all zindles", "one:gorp"), Some(-1));
        assert_eq!(sign("I want one gorp", "one:gorp"), None);
    }

    #[test]
    fn what_comes_first_is_asked_for() {
        for text in [
            "gorps first. then wax. always",
            "make the gorp first and only after the wax",
            "start with a gorp and wax afterwards",
            "the gorp comes before any wax",
            "never wax without a gorp",
        ] {
            assert_eq!(
                (sign(text, "first:gorp"), sign(text, "wax").unwrap_or_default()),
                (Some(1), 0),
                "{text}"
            );
        }
    }
}
