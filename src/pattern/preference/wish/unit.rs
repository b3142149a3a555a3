//! What each word of a sentence does in it: names something, turns things around, ends what was turned, nothing.
//!
//! Owns the reading of word order (`pnpm, not npm`; `npm must not be used`; `a plot without units cannot be read`);
//! refuses to add it up ([`super::polarity`]).

use crate::digest::remark::word::Word;
use crate::pattern::preference::lexicon::LEXICON;
use crate::pattern::stem::stem;
use std::ops::Range;

/// One step through the sentence.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    /// What it does.
    pub(super) role: Role,
    /// Where it stands.
    pub(super) at: Range<usize>,
    /// An adverb of manner: `blindly`.
    pub(super) manner: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A telling word.
    Term(String),
    /// Turns what follows around.
    Not {
        /// In which way.
        turns: Turn,
    },
    /// Ends what a negation covers: what follows is where or when.
    Bound(String),
    /// Ends what a negation covers: a mark, or `but`.
    Break,
    /// What came before is no good without what follows.
    Lack,
    /// Says that what follows holds only where or when is said next.
    Only,
    /// Says nothing by itself.
    Filler,
}

/// In which way a word turns things around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// `don't use npm`
    Plain,
    /// `pnpm, not npm`: puts the one in the other's place.
    Replaces,
    /// `npm must not be used`: what came before is the subject.
    Predicate,
    /// `without npm`
    Without,
    /// `strip npm before you commit`
    Undoes,
}

/// Turns words into units, synonyms into one term.
pub(super) fn units(words: &[Word]) -> Vec<Unit> {
    let stems: Vec<String> = words.iter().map(|word| stem(&word.text)).collect();
    let mut units: Vec<Unit> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let word = &words[at];
        let rest: Vec<&str> = stems[at..].iter().take(4).map(String::as_str).collect();
        if let Some(length) = counts_one(words, at) {
            let end = words[at + length - 1].at.end;
            units.push(Unit { role: Role::Term("1".to_owned()), at: word.at.start..end, manner: false });
            at += length;
            continue;
        }
        if insists(words, at) {
            units.push(Unit { role: Role::Filler, at: word.at.clone(), manner: false });
            at += 2;
            continue;
        }
        let term = LEXICON.term(&rest).filter(|&(_, length)| length > 1 || !is_function_word(&word.text));
        if let Some((term, length)) = term {
            let end = words[at + length - 1].at.end;
            units.push(Unit { role: Role::Term(term.to_owned()), at: word.at.start..end, manner: false });
            at += length;
            continue;
        }
        let role = match word.code && !word.is_mark() {
            true => Role::Term(stems[at].clone()),
            false => role(words, at, &stems[at]),
        };
        units.push(Unit { role, at: word.at.clone(), manner: is_manner(&word.text) });
        at += 1;
    }
    units
}

/// Of how many words the number one is made that stands here before what is counted: `one replica`, `a single replica`,
/// but not `this one`, `one of them` or `single quotes`, nor `one commit per change`, which asks to keep things apart.
fn counts_one(words: &[Word], at: usize) -> Option<usize> {
    let text = |at: usize| words.get(at).map_or("", |word| word.text.as_str());
    let counted = |at: usize| {
        words.get(at).is_some_and(|word| !word.is_mark() && !word.code && !is_function_word(&word.text))
    };
    let points = |at: usize| {
        matches!(text(at), "this" | "that" | "the" | "which" | "any" | "another" | "each" | "every" | "no")
    };
    let apart = |word: &Word| matches!(word.text.as_str(), "per" | "each" | "every");
    match (text(at), text(at + 1)) {
        ("a" | "one", _) if words.iter().any(apart) => None,
        ("a" | "one", "single") if counted(at + 2) => Some(2),
        ("one", _) if counted(at + 1) && !at.checked_sub(1).is_some_and(points) => Some(1),
        _ => None,
    }
}

/// Whether a sentence insists in these two words, which turn nothing: `always the annex, without exception`.
fn insists(words: &[Word], at: usize) -> bool {
    let text = |at: usize| words.get(at).map_or("", |word| word.text.as_str());
    words.get(at + 2).is_none_or(Word::is_mark)
        && matches!(
            (text(at), text(at + 1)),
            ("without" | "no", "exception" | "exceptions") | ("without", "fail")
        )
}

/// Whether a negation is spent on a noun that everybody uses: `no time`, `not the point`.
fn names_nothing_telling(words: &[Word], at: usize) -> bool {
    const NOUNS: &[&str] =
        &["time", "idea", "clue", "point", "default", "standard", "rule", "reason", "way", "case", "style"];
    let text = |at: usize| words.get(at).map_or("", |word| word.text.as_str());
    let ends = |at: usize| words.get(at).is_none_or(Word::is_mark);
    let article = usize::from(matches!(text(at + 1), "the" | "a" | "an" | "our"));
    (text(at) == "no" || article > 0) && NOUNS.contains(&text(at + 1 + article)) && ends(at + 2 + article)
}

/// Whether a `not more` only names a bound: `no more than five`, `they read not more`.
fn bounds(words: &[Word], at: usize) -> bool {
    words.get(at + 2).is_none_or(|word| word.is_mark() || word.text == "than")
}

/// Whether this word stands in what is only the condition of a wish.
fn on_condition(words: &[Word], at: usize) -> bool {
    let clause = words.iter().take(at).rev().take_while(|word| !word.is_mark());
    clause.into_iter().any(|word| matches!(word.text.as_str(), "if" | "when" | "whenever" | "where" | "once"))
}

/// Whether this word tells that something is not there which should be.
fn misses(words: &[Word], at: usize) -> bool {
    let text = |at: usize| words.get(at).map_or("", |word| word.text.as_str());
    let before = || words.iter().take(at);
    let asks_why =
        before().take(LONGEST_WHY).any(|word| word.text == "why") && !before().any(|word| word.text == "you");
    let lacks = matches!(text(at), "missing" | "missed" | "forgot" | "forgotten" | "forgets")
        && !before().any(|word| word.text == "you" || LEXICON.has("negator", &word.text));
    let misses_it = matches!(text(at), "miss" | "misses")
        && before().next_back().is_some_and(|word| matches!(word.text.as_str(), "i" | "we"));
    asks_why && matches!(text(at), "no" | "not" | "without" | "missing") || lacks || misses_it
}

/// Words within which a question says that it asks why.
const LONGEST_WHY: usize = 3;

/// `asserts off in release`, `turn the radio on`: the state of what was just named, not a place (`on the desk`).
fn is_state(words: &[Word], at: usize) -> bool {
    let named = at.checked_sub(1).and_then(|at| words.get(at)).is_some_and(|word| {
        !word.is_mark() && (!is_function_word(&word.text) || matches!(word.text.as_str(), "it" | "them"))
    });
    let place = words.get(at + 1).is_some_and(|next| {
        !next.is_mark()
            && !matches!(
                next.text.as_str(),
                "again" | "all" | "always" | "here" | "please" | "too" | "everywhere"
            )
            && (!LEXICON.has("bound", &next.text))
    });
    let switched = at
        .checked_sub(1)
        .and_then(|at| words.get(at))
        .is_some_and(|w| matches!(w.text.as_str(), "turn" | "switch"));
    named && (!place || switched)
}

/// `blindly`, `manually`; not `apply`, `family`.
fn is_manner(word: &str) -> bool {
    const OTHERS: &[&str] =
        &["apply", "reply", "supply", "family", "assembly", "anomaly", "multiply", "comply"];
    word.len() > 5 && word.ends_with("ly") && word.is_ascii() && !OTHERS.contains(&word)
}

fn is_function_word(word: &str) -> bool {
    LEXICON.has("stop", word) || LEXICON.has("negator", word) || LEXICON.has("bound", word)
}

fn role(words: &[Word], at: usize, stem: &str) -> Role {
    let word = words[at].text.as_str();
    let next = words.get(at + 1).map(|word| word.text.as_str()).unwrap_or_default();
    let before =
        |back: usize| at.checked_sub(back).and_then(|at| words.get(at)).map_or("", |word| word.text.as_str());
    let next_is_mark = words.get(at + 1).is_none_or(Word::is_mark);
    match word {
        "instead" | "rather" | "lieu" | "place" => match next {
            "of" | "than" => Role::Not { turns: Turn::Replaces },
            _ => Role::Filler,
        },
        "over" | "to" if compares(words, at) => Role::Not { turns: Turn::Replaces },
        "from" if moves(&words[..at]) => Role::Not { turns: Turn::Replaces },
        "to" if words[..at].iter().any(|w| w.text == "from")
            && before(1) != "from"
            && moves(&words[..at]) =>
        {
            Role::Break
        }
        "with" | "by" | "for"
            if words[..at]
                .iter()
                .any(|w| matches!(w.text.as_str(), "replace" | "swap" | "ditch" | "drop")) =>
        {
            Role::Break
        }
        "but" => Role::Break,
        "only" => Role::Only,
        "leave" | "keep" | "stay" | "hands" if keeps_out(words, at) => Role::Not { turns: Turn::Plain },
        "strip" | "clear" | "remove" | "delete" | "purge" | "erase" | "discard" if leads(words, at) => {
            Role::Not { turns: Turn::Undoes }
        }
        "removed" | "deleted" | "erased" | "purged" | "discarded" if is_done_to_the_subject(words, at) => {
            Role::Not { turns: Turn::Plain }
        }
        "go" | "goes" if next == "away" => Role::Not { turns: Turn::Plain },
        "away" if matches!(before(1), "go" | "goes") => Role::Filler,
        // `the key was missing from the message` asks for the key.
        "missing" | "lacking" | "absent" if at > 0 && BEING.contains(&before(1)) => Role::Filler,
        "off" if next == "limits" => Role::Not { turns: Turn::Plain },
        "on" | "off" if is_state(words, at) => Role::Term(word.to_owned()),
        "too" if next_is_mark => Role::Filler,
        "no" if next == "," => Role::Break,
        "no" | "not" | "never" if matches!(next, "only" | "matter" | "enough" | "exceed" | "exceeding") => {
            Role::Filler
        }
        // `I have no time`, `never the default` turn nothing down that was named before.
        "no" | "never" | "not" if names_nothing_telling(words, at) => Role::Filler,
        // `implicit none` is a name.
        "none" if at > 0 && next != "of" && !words[at - 1].is_mark() => Role::Term(word.to_owned()),
        // `no more than 25 words` is not against words.
        "no" | "not"
            if matches!(next, "more" | "less" | "fewer" | "longer" | "later" | "earlier")
                && bounds(words, at) =>
        {
            Role::Filler
        }
        // `when it is not in the datasheet ask us` is not against asking.
        "not" if LEXICON.has("bound", next) && on_condition(words, at) => Role::Filler,
        // `why is there no test?`, `photo credit missing`, `forgot the flag again` ask for what is not there.
        _ if LEXICON.has("negator", word) && misses(words, at) => Role::Filler,
        "over" if LEXICON.has("determiner", next) && !compares(words, at) => Role::Term("above".to_owned()),
        _ if LEXICON.has("negator", word) => {
            // `X, not Y`; `not X but Y`; `replace X with Y`.
            let after_mark = at > 0 && words[at - 1].is_mark() && matches!(word, "not" | "never" | "no");
            let but = words[at..].iter().take(6).any(|word| word.text == "but");
            let swaps = matches!(word, "replace" | "swap" | "ditch");
            let after_name = at > 0 && word == "not" && !is_function_word(&words[at - 1].text);
            let verbs = [
                "must", "should", "shall", "may", "can", "is", "are", "be", "do", "does", "will", "need",
                "needs",
            ];
            let predicate =
                word == "not" && at > 1 && verbs.contains(&before(1)) && !is_function_word(before(2));
            if word == "without" && judges_the_lack(&words[at..]) {
                return Role::Lack;
            }
            // `the logs are far too long`
            let too = word == "too" && [before(1), before(2)].iter().any(|verb| BEING.contains(verb));
            // `outputs never go into git`
            let never_goes = word == "never"
                && matches!(
                    next,
                    "go" | "goes" | "get" | "gets" | "come" | "comes" | "land" | "belong" | "belongs"
                )
                && !is_function_word(before(1));
            let turns = match () {
                () if word == "without" => Turn::Without,
                () if predicate || never_goes && at > 0 || too => Turn::Predicate,
                () if after_mark || but || swaps || after_name => Turn::Replaces,
                () => Turn::Plain,
            };
            Role::Not { turns }
        }
        _ if LEXICON.has("bound", word) => Role::Bound(word.to_owned()),
        _ if words[at].is_mark() => Role::Break,
        _ if LEXICON.has("stop", word)
            || LEXICON.has("bad", word) && before_is_being(words, at)
            || word.chars().count() < 2 && !word.chars().all(|c| c.is_ascii_digit()) =>
        {
            Role::Filler
        }
        _ => Role::Term(LEXICON.term(&[stem]).map_or_else(|| stem.to_owned(), |(term, _)| term.to_owned())),
    }
}

/// Whether a sentence that goes on like this says that something is no good without something: `without units cannot
/// be read`, but not `without comments, please` or `without comments are fine`.
fn judges_the_lack(rest: &[Word]) -> bool {
    const GOOD: &[&str] = &[
        "fine",
        "ok",
        "okay",
        "good",
        "better",
        "best",
        "enough",
        "preferred",
        "allowed",
        "welcome",
        "nicer",
        "easier",
        "cleaner",
        "great",
        "acceptable",
        "preferable",
        "simpler",
        "please",
    ];
    let clause: Vec<&str> =
        rest.iter().take_while(|word| !word.is_mark()).map(|word| word.text.as_str()).collect();
    let predicate = clause.iter().skip(2).position(|word| {
        matches!(
            *word,
            "is" | "are" | "was" | "will" | "can" | "may" | "must" | "should" | "has" | "counts" | "gets"
        )
    });
    predicate.is_some() && !clause.iter().any(|word| GOOD.contains(word))
}

/// Whether this verb is what the sentence tells to do: `always strip the outputs`, not `ask before you delete`.
fn leads(words: &[Word], at: usize) -> bool {
    let quiet =
        |word: &Word| LEXICON.has("stop", &word.text) || matches!(word.text.as_str(), "not" | "never");
    let clause = words[..at].iter().rev().take_while(|word| !word.is_mark());
    clause.into_iter().all(|word| quiet(word) && !matches!(word.text.as_str(), "you" | "i" | "to"))
}

/// `outputs are removed`, `branches get deleted`: what came before is what must not stay.
fn is_done_to_the_subject(words: &[Word], at: usize) -> bool {
    words.iter().take(at).rev().take(2).any(|word| BEING.contains(&word.text.as_str()))
}

/// Whether this word is said of something: `is wrong`, `are a mess`.
fn before_is_being(words: &[Word], at: usize) -> bool {
    words.iter().take(at).rev().take(4).any(|word| BEING.contains(&word.text.as_str()))
}

/// Verbs between a subject and what is said or done to it.
const BEING: &[&str] =
    &["is", "are", "was", "were", "be", "been", "being", "get", "gets", "getting", "still"];

/// `leave emojis out`, `leave main alone`, `keep secrets out of the logs`, `hands off main`.
fn keeps_out(words: &[Word], at: usize) -> bool {
    words[at + 1..].iter().take(4).take_while(|word| !word.is_mark()).any(|word| {
        match words[at].text.as_str() {
            "leave" => matches!(word.text.as_str(), "out" | "alone" | "off"),
            "hands" => word.text == "off",
            _ => matches!(word.text.as_str(), "out" | "away"),
        }
    })
}

/// Whether these words speak of going over from one thing to another.
fn moves(words: &[Word]) -> bool {
    words.iter().any(|word| {
        matches!(word.text.as_str(), "switch" | "move" | "migrate" | "change" | "away" | "switching")
    })
}

/// Whether this `over` or `to` sets one thing above another: `prefer tabs over spaces`, `tabs over spaces`.
fn compares(words: &[Word], at: usize) -> bool {
    const CHOOSING: &[&str] = &[
        "prefer",
        "prefers",
        "preferred",
        "favour",
        "favor",
        "use",
        "choose",
        "pick",
        "take",
        "please",
        "like",
        "want",
        "always",
    ];
    let chooses = |of: &[&str]| words[..at].iter().any(|word| of.contains(&word.text.as_str()));
    let named_before = at > 0 && !is_function_word(&words[at - 1].text) && !words[at - 1].is_mark();
    let named_after = words.get(at + 1).is_some_and(|word| !is_function_word(&word.text) && !word.is_mark());
    match words[at].text.as_str() {
        "over" => named_before && named_after && (chooses(CHOOSING) || words.len() <= 7),
        _ => {
            named_before
                && named_after
                && chooses(&["prefer", "prefers", "preferred"])
                && at + 4 >= words.len()
        }
    }
}
