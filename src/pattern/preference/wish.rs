//! What a sentence asks for: its telling words, each wanted or not.
//!
//! Owns polarity: `use tabs`, `don't use tabs`, `tabs, not spaces`, `never commit without tabs` and `you used
//! spaces again` say different things with nearly the same words. Refuses to compare: see [`super::likeness`].

use super::lexicon::LEXICON;
use super::stem::stem;
use crate::digest::remark::cue::{Strength, judge};
use crate::digest::remark::word::{Word, words};
use std::collections::BTreeMap;
use std::ops::Range;

/// What a sentence asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wish {
    /// Each telling word, and whether it is wanted (1), not wanted (-1) or only where or when (0).
    pub(super) terms: BTreeMap<String, i8>,
    /// Where the sentence names what is wanted.
    pub(super) wanted: Option<Range<usize>>,
    /// Where the sentence names what is not wanted.
    pub(super) unwanted: Option<Range<usize>>,
    /// It says that the one is to stand in the other's place.
    pub(super) replaces: bool,
}

/// One step through the sentence.
#[derive(Clone, Debug)]
struct Unit {
    role: Role,
    at: Range<usize>,
    /// An adverb of manner: `blindly`.
    manner: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Role {
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
enum Turn {
    /// `don't use npm`
    Plain,
    /// `pnpm, not npm`: puts the one in the other's place.
    Replaces,
    /// `npm must not be used`: what came before is the subject.
    Predicate,
    /// `without npm`
    Without,
}

/// Reads a sentence. `blames`: it is a correction, so that `you used npm` means that npm is not wanted.
pub(super) fn read(text: &str, blames: bool) -> Wish {
    let words = words(text);
    let units = units(&words);
    let mut signs = signs(&units);
    if blames && let Some(from) = deed(&words) {
        let until = words[from..].iter().find(|word| word.is_mark()).map_or(usize::MAX, |mark| mark.at.start);
        let start = words[from].at.start;
        // `you changed the alert but forgot the runbook`: what comes before is no blame.
        let but = words[from..].iter().find(|word| word.text == "but").map_or(0, |but| but.at.start);
        for (unit, sign) in units.iter().zip(&mut signs) {
            if unit.at.start >= start && unit.at.start < until {
                *sign = if unit.at.start < but { 0 } else { -*sign };
            }
        }
    }
    spare_what_is_qualified(&units, &mut signs);
    spare_reasons(&words, &units, &mut signs);
    let mut wish = Wish { replaces: replaces(&units, &signs), ..Wish::default() };
    let mut both_ways = Vec::new();
    for (unit, &sign) in units.iter().zip(&signs) {
        if let Role::Term(term) = &unit.role {
            let known = wish.terms.entry(term.clone()).or_insert(sign);
            if *known * sign < 0 {
                both_ways.push(term.clone());
            } else if *known == 0 {
                *known = sign;
            }
        }
    }
    // `double quotes, not single quotes` is not about quotes being wanted or not.
    for term in both_ways {
        wish.terms.insert(term, 0);
    }
    name_sides(&units, &signs, &mut wish);
    wish
}

/// Turns words into units, synonyms into one term.
fn units(words: &[Word]) -> Vec<Unit> {
    let stems: Vec<String> = words.iter().map(|word| stem(&word.text)).collect();
    let mut units: Vec<Unit> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let word = &words[at];
        let rest: Vec<&str> = stems[at..].iter().take(4).map(String::as_str).collect();
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
            Role::Not { turns: Turn::Plain }
        }
        "removed" | "deleted" | "erased" | "purged" | "discarded" if is_done_to_the_subject(words, at) => {
            Role::Not { turns: Turn::Plain }
        }
        "go" | "goes" if next == "away" => Role::Not { turns: Turn::Plain },
        "away" if matches!(before(1), "go" | "goes") => Role::Filler,
        // `the key was missing from the message` asks for the key.
        "missing" | "lacking" | "absent" if at > 0 && BEING.contains(&before(1)) => Role::Filler,
        "off" if next == "limits" => Role::Not { turns: Turn::Plain },
        "too" if next_is_mark => Role::Filler,
        "no" if next == "," => Role::Break,
        "no" | "not" | "never" if matches!(next, "only" | "matter") => Role::Filler,
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
            let turns = match () {
                () if word == "without" => Turn::Without,
                () if predicate => Turn::Predicate,
                () if after_mark || but || swaps || after_name => Turn::Replaces,
                () => Turn::Plain,
            };
            Role::Not { turns }
        }
        _ if LEXICON.has("bound", word) => Role::Bound(word.to_owned()),
        _ if words[at].is_mark() => Role::Break,
        _ if LEXICON.has("stop", word)
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
    words[..at]
        .iter()
        .all(|word| quiet(word) && !matches!(word.text.as_str(), "you" | "i" | "to") || word.is_mark())
}

/// `outputs are removed`, `branches get deleted`: what came before is what must not stay.
fn is_done_to_the_subject(words: &[Word], at: usize) -> bool {
    words.iter().take(at).rev().take(2).any(|word| BEING.contains(&word.text.as_str()))
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

/// Whether each unit is wanted (1), not wanted (-1) or only where or when (0).
fn signs(units: &[Unit]) -> Vec<i8> {
    let mut signs = vec![0; units.len()];
    let mut sign = 1;
    // Units that the open negation covers, and whether anything telling was said in this stretch yet.
    let mut covered: Vec<usize> = Vec::new();
    let mut open_negation = false;
    let mut said = false;
    let mut since_break: Vec<usize> = Vec::new();
    let (mut turned, mut only) = (false, None);
    for (at, unit) in units.iter().enumerate() {
        match &unit.role {
            Role::Term(_) => {
                signs[at] = sign;
                said = true;
                if sign != 0 {
                    since_break.push(at);
                }
                if open_negation {
                    covered.push(at);
                }
            }
            // `don't delete data without asking`: what is asked for is the asking.
            Role::Not { turns: Turn::Without } if turned && !open_negation => sign = 1,
            Role::Not { .. } if open_negation => {
                // `never … without`, `don't forget`: two turns are none.
                for &unit in &covered {
                    signs[unit] = 0;
                }
                (open_negation, sign) = (false, 1);
                covered.clear();
            }
            Role::Not { turns } => {
                (open_negation, turned, sign) = (true, true, -1);
                covered.clear();
                match turns {
                    Turn::Replaces => since_break.clear(),
                    // `outputs must not be committed`, `commit notebooks without outputs`: the subject is only where.
                    Turn::Predicate | Turn::Without => {
                        for &unit in &since_break {
                            signs[unit] = 0;
                        }
                    }
                    Turn::Plain => {}
                }
            }
            Role::Bound(word) if open_negation => {
                // `no saw before chalk has marked the cut` asks for the chalk; `no deploys before noon` for nothing.
                let time = || units.get(at + 1).is_some_and(|unit| is_a_time(&unit.role));
                let asks_for_what_follows =
                    matches!(word.as_str(), "until" | "till" | "unless") || word == "before" && !time();
                if asks_for_what_follows {
                    for &unit in &covered {
                        signs[unit] = 0;
                    }
                    (open_negation, sign) = (false, 1);
                } else if says_what(units, &covered) || !is_place(word) {
                    close(&mut signs, &covered, &since_break);
                    (open_negation, sign) = (false, 0);
                }
            }
            // `a plot without units cannot be read` asks for units.
            Role::Lack if !open_negation => {
                for &unit in &since_break {
                    signs[unit] = 0;
                }
            }
            Role::Lack => {}
            Role::Only => only = Some(at),
            // `only round at the end` does not ask for rounding.
            Role::Bound(_) if only.is_some() => {
                for &unit in since_break.iter().filter(|&&unit| Some(unit) > only) {
                    signs[unit] = 0;
                }
                (only, sign) = (None, 1);
            }
            // `answer in German` asks for German; what comes after `before` or `when` is only when.
            Role::Bound(word) if is_place(word) && !turned => {}
            Role::Bound(_) => sign = if said || at == 0 { 0 } else { sign },
            Role::Break => {
                if open_negation {
                    close(&mut signs, &covered, &since_break);
                }
                (open_negation, turned, sign, said, only) = (false, false, 1, false, None);
                covered.clear();
                since_break.clear();
            }
            Role::Filler => {}
        }
    }
    if open_negation {
        close(&mut signs, &covered, &since_break);
    }
    let turned = units.iter().any(|unit| matches!(unit.role, Role::Not { .. }));
    if !turned && signs.iter().all(|&sign| sign == 0) {
        for (unit, sign) in units.iter().zip(&mut signs) {
            *sign = i8::from(matches!(unit.role, Role::Term(_)));
        }
    }
    signs
}

/// `no long functions` is against length, not against functions.
fn spare_what_is_qualified(units: &[Unit], signs: &mut [i8]) {
    let mut start = 0;
    while start < units.len() {
        let bounds = |unit: &Unit| matches!(unit.role, Role::Bound(_) | Role::Break | Role::Not { .. });
        let end = units[start..].iter().position(bounds).map_or(units.len(), |length| start + length);
        let qualified = |at: usize| matches!(&units[at].role, Role::Term(term) if LEXICON.has("quality", term) || units[at].manner);
        if (start..end).any(|at| signs[at] < 0 && qualified(at)) {
            for at in (start..end).filter(|&at| !qualified(at)) {
                signs[at] = signs[at].max(0);
            }
        }
        start = end + 1;
    }
}

/// `keep it lazy, eager blows up the memory`: what follows the wish and asks for nothing is why, not what.
fn spare_reasons(words: &[Word], units: &[Unit], signs: &mut [i8]) {
    let mut asked = false;
    // `paper scratches: wrap pieces in linen` gives the reason, or the place, first.
    let first = words.iter().position(|word| matches!(word.text.as_str(), ";" | ":")).filter(|&at| {
        let rest = words.get(at + 1..).unwrap_or_default();
        words.get(..at).is_some_and(|before| judge(before).wish < Some(Strength::Mild))
            && judge(rest).wish.is_some()
    });
    if let Some(mark) = first.and_then(|at| words.get(at)) {
        for (unit, sign) in units.iter().zip(signs.iter_mut()) {
            let turned = *sign < 0;
            *sign = if unit.at.start < mark.at.start && !turned { 0 } else { *sign };
        }
    }
    for part in words.split(|word| matches!(word.text.as_str(), "," | ";" | ":" | "(")) {
        let (Some(first), Some(last)) = (part.first(), part.last()) else { continue };
        let inside = |unit: &Unit| unit.at.start >= first.at.start && unit.at.end <= last.at.end;
        let turns = units.iter().any(|unit| inside(unit) && matches!(unit.role, Role::Not { .. }));
        let asks = judge(part).wish >= Some(Strength::Mild);
        if asked && !asks && !turns && part.len() > 2 {
            for (_, sign) in units.iter().zip(signs.iter_mut()).filter(|(unit, _)| inside(unit)) {
                *sign = 0;
            }
        }
        let names = units.iter().any(|unit| inside(unit) && matches!(unit.role, Role::Term(_)));
        asked |= asks && names;
    }
}

/// A negation that covers nothing telling belongs to what came before it: `emojis are not welcome`.
fn close(signs: &mut [i8], covered: &[usize], since_break: &[usize]) {
    if covered.is_empty() {
        for &unit in since_break {
            signs[unit] = -1;
        }
    }
}

/// Whether a negation covers anything telling yet: `never edit anything in plimsol` is about what comes after.
fn says_what(units: &[Unit], covered: &[usize]) -> bool {
    covered.iter().any(|&unit| matches!(&units[unit].role, Role::Term(term) if LEXICON.telling(term) > 0.5))
}

/// Words before a place or a purpose, not before a time or a condition.
fn is_place(word: &str) -> bool {
    matches!(
        word,
        "to" | "for" | "in" | "as" | "on" | "into" | "onto" | "inside" | "within" | "from" | "at" | "by"
    )
}

fn is_a_time(role: &Role) -> bool {
    const TIMES: &[&str] = &["noon", "midnight", "dawn", "dusk", "morning", "evening", "weekend", "lunch"];
    matches!(role, Role::Term(term) if TIMES.contains(&term.as_str()) || term.ends_with("dai")
        || term.starts_with(|c: char| c.is_ascii_digit()) && term.len() > 1)
}

/// Where a correction tells what the agent did (`you used npm again`): from there on, what was done is unwanted.
fn deed(words: &[Word]) -> Option<usize> {
    const DOING: &[&str] =
        &["still", "keep", "again", "once", "also", "just", "even", "did", "have", "had", "are", "were"];
    const ASKING: &[&str] =
        &["should", "must", "need", "can", "could", "to", "shall", "may", "will", "would", "not"];
    let text = |at: usize| words.get(at).map_or("", |word| word.text.as_str());
    let mut at = (0..words.len()).find(|&at| text(at) == "you")?;
    let asked_why = (0..at).any(|before| matches!(text(before), "why" | "stop"));
    let told =
        (0..at).any(|before| matches!(text(before), "said" | "told" | "asked" | "want" | "wanted" | "need"));
    at += 1;
    while DOING.contains(&text(at)) {
        at += 1;
    }
    let supposed = matches!(text(at), "supposed" | "should" | "must" | "need" | "can" | "could");
    let verb = text(at);
    let something = at < words.len() && (asked_why || !ASKING.contains(&verb) || verb == "not");
    (something && !told && !supposed).then_some(at)
}

/// Whether one thing is asked for in another's place.
fn replaces(units: &[Unit], signs: &[i8]) -> bool {
    let has = |wanted: i8| {
        units.iter().zip(signs).any(|(unit, &sign)| sign == wanted && matches!(unit.role, Role::Term(_)))
    };
    units.iter().any(|unit| unit.role == Role::Not { turns: Turn::Replaces }) && has(1) && has(-1)
}

/// Finds where the sentence names what is wanted and what is not.
fn name_sides(units: &[Unit], signs: &[i8], wish: &mut Wish) {
    let mut runs: Vec<(i8, Range<usize>, f64)> = Vec::new();
    let mut joins = false;
    for (unit, &sign) in units.iter().zip(signs) {
        match &unit.role {
            Role::Term(term) if sign != 0 => {
                let telling = LEXICON.telling(term);
                match runs.last_mut() {
                    Some((open, at, sum)) if joins && *open == sign => {
                        at.end = unit.at.end;
                        *sum += telling;
                    }
                    _ => runs.push((sign, unit.at.clone(), telling)),
                }
                // A verb that everybody uses is no part of the name: `run zeta fmt` names `zeta fmt`.
                if telling < 0.5 && runs.last().is_some_and(|run| run.1 == unit.at) {
                    runs.pop();
                    joins = false;
                } else {
                    joins = true;
                }
            }
            Role::Filler | Role::Only if joins => {
                joins = matches!(runs.last(), Some(run) if unit.at.start <= run.1.end + 1)
            }
            _ => joins = false,
        }
    }
    let first = |wanted: i8| runs.iter().find(|run| run.0 == wanted).map(|run| run.1.clone());
    wish.unwanted = first(-1);
    if wish.unwanted.is_none() || wish.replaces {
        wish.wanted = first(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> String {
        let wish = read(text, false);
        let sign = |sign: &i8| ["-", "", "+"][(*sign + 1) as usize];
        wish.terms.iter().map(|(term, s)| format!("{}{term}", sign(s))).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn polarity_follows_the_sentence() {
        let cases = [
            ("use pnpm, not npm", "-npm +pnpm"),
            ("don't use npm", "-npm"),
            ("npm is banned here", "-npm"),
            ("emojis are not welcome", "-emoji"),
            ("pnpm instead of npm please", "-npm +pnpm"),
            ("instead of npm, use pnpm", "-npm +pnpm"),
            ("we prefer glorp over snarf", "+glorp -snarf"),
            ("not glorp but snarf", "-glorp +snarf"),
            ("switch from glorp to snarf", "-glorp +snarf"),
            ("never commit without zeta fmt", "commit +fmt +zeta"),
            ("don't commit until zeta passes", "commit +pass +zeta"),
            ("don't forget zeta", "+zeta"),
            ("never push to main", "main -push"),
            ("before you commit, run zeta", "commit +run +zeta"),
            ("no emojis in commit messages", "commit-message -emoji"),
            ("use zeta instead", "+zeta"),
            ("run zeta too", "+run +zeta"),
            ("only deploy after zeta", "deploy +zeta"),
            ("intermediate values must not be rounded", "intermediat -round valu"),
        ];
        for (text, expected) in cases {
            assert_eq!(terms(text), expected, "{text}");
        }
    }

    #[test]
    fn blame_turns_the_deed_around() {
        let sign = |text: &str, term: &str| read(text, true).terms.get(term).copied();
        assert_eq!(sign("you used npm again", "npm"), Some(-1));
        assert_eq!(sign("you forgot to run zeta", "zeta"), Some(1));
        assert_eq!(sign("you didn't run zeta", "zeta"), Some(1));
        assert_eq!(sign("why did you add comments?", "comment"), Some(-1));
        assert_eq!(sign("I said use pnpm", "pnpm"), Some(1));
        assert_eq!(sign("you should use pnpm", "pnpm"), Some(1));
        assert_eq!(sign("stop adding comments", "comment"), Some(-1));
        assert_eq!(sign("I told you not to use npm", "npm"), Some(-1));
    }

    #[test]
    fn the_sides_are_named_verbatim() {
        let text = "Always use `zeta fmt` instead of the blorp formatter, thanks";
        let wish = read(text, false);
        assert_eq!(wish.wanted.map(|at| &text[at]), Some("zeta fmt"));
        assert_eq!(wish.unwanted.map(|at| &text[at]), Some("blorp formatter"));
    }
}
