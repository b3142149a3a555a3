//! Whether each thing that a sentence names is wanted, not wanted, or only where and when.
//!
//! Owns how far a negation reaches, and what is only a reason or a place; refuses to read words ([`super::unit`]).

use super::unit::{Role, Turn, Unit};
use crate::digest::remark::cue::{Strength, judge};
use crate::digest::remark::word::Word;
use crate::pattern::preference::lexicon::LEXICON;

/// Whether each unit is wanted (1), not wanted (-1) or only where or when (0).
pub(super) fn signs(units: &[Unit]) -> Vec<i8> {
    let mut signs = vec![0; units.len()];
    let mut sign = 1;
    // Units that the open negation covers, and whether anything telling was said in this stretch yet.
    let mut covered: Vec<usize> = Vec::new();
    let mut open_negation = false;
    let mut said = false;
    let (mut since_break, mut before_break): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
    let (mut turned, mut only, mut undoes) = (false, None, false);
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
                undoes = *turns == Turn::Undoes;
                covered.clear();
                if said {
                    before_break.clear();
                }
                match turns {
                    Turn::Replaces => since_break.clear(),
                    // `outputs must not be committed`, `commit notebooks without outputs`: the subject is only where.
                    Turn::Predicate | Turn::Without => {
                        for &unit in &since_break {
                            signs[unit] = 0;
                        }
                    }
                    Turn::Plain | Turn::Undoes => {}
                }
            }
            Role::Bound(word) if open_negation => {
                // `no saw before chalk has marked the cut` asks for the chalk; `no deploys before noon` for nothing.
                let time = || units.get(at + 1).is_some_and(|unit| is_a_time(&unit.role));
                let asks_for_what_follows = matches!(word.as_str(), "until" | "till" | "unless")
                    || word == "before" && !undoes && !time();
                if asks_for_what_follows {
                    for &unit in &covered {
                        signs[unit] = 0;
                    }
                    (open_negation, sign) = (false, 1);
                } else if says_what(units, &covered) || !is_place(word) {
                    close(&mut signs, &covered, &since_break, &[]);
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
                    close(&mut signs, &covered, &since_break, &before_break);
                }
                (open_negation, turned, sign, said, only) = (false, false, 1, false, None);
                covered.clear();
                if !since_break.is_empty() {
                    before_break = std::mem::take(&mut since_break);
                }
            }
            Role::Filler => {}
        }
    }
    if open_negation {
        close(&mut signs, &covered, &since_break, &before_break);
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
pub(super) fn spare_what_is_qualified(units: &[Unit], signs: &mut [i8]) {
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

/// `decimal addresses again. hex!`, `why tin cups? wood, always`, `there is wax on it, we use oil`: what a complaint
/// names first is not wanted, what else it names is what it speaks of; what a mere question names is neither, unless
/// it is all that is said. True where something else is wanted instead.
pub(super) fn spare_complaints(words: &[Word], units: &[Unit], signs: &mut [i8]) -> bool {
    const ASKS_POLITELY: &[&str] = &["can", "could", "will", "would", "may", "might", "mind", "please"];
    let mut spared: Vec<usize> = Vec::new();
    let mut blamed: Vec<usize> = Vec::new();
    let parts: Vec<&[Word]> = words.split_inclusive(Word::is_mark).collect();
    for (number, whole) in parts.iter().enumerate() {
        let mark = whole.last().filter(|word| word.is_mark()).map_or("", |word| word.text.as_str());
        let part: Vec<&str> =
            whole.iter().filter(|word| !word.is_mark()).map(|word| word.text.as_str()).collect();
        let is_again = part.last() == Some(&"again") || mark == "?" && part.contains(&"again");
        let polite = part.iter().any(|word| ASKS_POLITELY.contains(word));
        let asks = mark == "?" && !polite;
        let tells = match part.as_slice() {
            ["there", "is" | "are", ..] | ["i", "see" | "saw" | "find" | "found" | "keep", ..] => {
                number + 1 < parts.len()
            }
            _ => false,
        };
        if !(is_again || asks || tells) {
            continue;
        }
        let place = |unit: &Unit| {
            whole.first().is_some_and(|first| unit.at.start >= first.at.start)
                && whole.last().is_some_and(|last| unit.at.end <= last.at.end)
        };
        let named: Vec<usize> = (0..units.len())
            .filter(|&at| place(&units[at]) && matches!(units[at].role, Role::Term(_)))
            .collect();
        let left_out = part.contains(&"out") && part.iter().any(|word| matches!(*word, "left" | "leaving"));
        if left_out || part.iter().any(|word| LACKING.contains(word)) {
            // `a plan without units again`, `you left the units out again` ask for units.
            named
                .iter()
                .filter(|&&at| signs[at] < 0)
                .copied()
                .collect::<Vec<_>>()
                .into_iter()
                .for_each(|at| signs[at] = 1);
            continue;
        }
        let wanted: Vec<usize> = named.into_iter().filter(|&at| signs[at] > 0).collect();
        if is_again || tells || part.first() == Some(&"why") {
            let says = |at: usize| matches!(&units[at].role, Role::Term(term) if LEXICON.telling(term) > 0.5);
            blamed.extend(wanted.iter().copied().find(|&at| says(at)));
        }
        spared.extend(wanted);
    }
    let named = |unit: &usize| matches!(units[*unit].role, Role::Term(_));
    let says_more = (0..units.len()).any(|unit| named(&unit) && signs[unit] != 0 && !spared.contains(&unit));
    if says_more {
        spared.into_iter().for_each(|unit| signs[unit] = 0);
    }
    let term = |unit: usize| match &units[unit].role {
        Role::Term(term) => Some(term),
        _ => None,
    };
    // `why is the plan late? a plan comes first` is not against plans.
    let wanted_too =
        |at: usize| (0..units.len()).any(|other| other != at && signs[other] > 0 && term(other) == term(at));
    let blamed: Vec<usize> = blamed.into_iter().filter(|&at| !wanted_too(at)).collect();
    let replaces = says_more && !blamed.is_empty() && signs.iter().any(|sign| *sign > 0);
    blamed.into_iter().for_each(|at| signs[at] = -1);
    replaces
}

/// Words that tell that something is not there.
const LACKING: &[&str] =
    &["without", "no", "missing", "forgot", "forgotten", "missed", "skipped", "omitted", "dropped", "lost"];

/// Whether a sentence blames the agent whatever sort of remark it was taken for: `you are waxing the saw AGAIN`.
pub(super) fn blames_the_agent(words: &[Word]) -> bool {
    let text = |at: usize| words.get(at).map_or("", |word| word.text.as_str());
    let repeats = words.iter().any(|word| matches!(word.text.as_str(), "again" | "still" | "keep"));
    text(0) == "you"
        && (repeats && matches!(text(1), "are" | "keep" | "still" | "have" | "did")
            || text(1).ends_with("ed") && text(1) != "need")
}

/// `keep it lazy, eager blows up the memory`: what follows the wish and asks for nothing is why, not what.
pub(super) fn spare_reasons(words: &[Word], units: &[Unit], signs: &mut [i8]) {
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
        // `the PNGs are far too big` is why, too.
        let turns = units.iter().any(|unit| inside(unit) && matches!(unit.role, Role::Not { .. }))
            && !part.iter().any(|word| word.text == "too");
        let asks = judge(part).wish >= Some(Strength::Mild) || tells_where_instead(part);
        if asked && !asks && !turns && part.len() > 2 {
            for (_, sign) in units.iter().zip(signs.iter_mut()).filter(|(unit, _)| inside(unit)) {
                *sign = 0;
            }
        }
        let names = units.iter().any(|unit| inside(unit) && matches!(unit.role, Role::Term(_)));
        asked |= asks && names;
    }
}

/// `no logic in notebooks; it goes into the package`, `… ; conf/ is the place`: no reason, but what is wanted instead.
fn tells_where_instead(part: &[Word]) -> bool {
    let texts: Vec<&str> =
        part.iter().filter(|word| !word.is_mark()).map(|word| word.text.as_str()).collect();
    matches!(
        texts.as_slice(),
        ["it" | "they" | "that" | "those", "goes" | "go" | "belongs" | "belong" | "lives" | "live", ..]
            | ["move" | "put" | "keep" | "store", "it" | "them" | "that" | "those", ..]
            | [.., "is" | "are", "the" | "our", "place" | "home" | "way" | "rule"]
    )
}

/// `reads were trimmed, we never trim`: a clause that tells what was done asks for nothing where another one turns
/// something down.
pub(super) fn spare_reports(words: &[Word], units: &[Unit], signs: &mut [i8]) {
    for part in words.split(Word::is_mark) {
        let (Some(first), Some(last)) = (part.first(), part.last()) else { continue };
        if !part.iter().skip(1).any(|word| matches!(word.text.as_str(), "was" | "were")) {
            continue;
        }
        let inside = |at: &usize| {
            units.get(*at).is_some_and(|unit| unit.at.start >= first.at.start && unit.at.end <= last.at.end)
        };
        let (told, besides): (Vec<usize>, Vec<usize>) = (0..signs.len()).partition(inside);
        let turned = |of: &[usize]| of.iter().any(|&at| signs[at] < 0);
        if turned(&besides) && !turned(&told) {
            told.into_iter().for_each(|at| signs[at] = 0);
        }
    }
}

/// `one replica hides bugs, always three`: of two numbers the one that is said to hold always is asked for, the other
/// one is spoken of.
pub(super) fn spare_other_numbers(words: &[Word], units: &[Unit], signs: &mut [i8]) {
    let number = |at: &usize| {
        matches!(&units[*at].role, Role::Term(term) if term.bytes().all(|b| b.is_ascii_digit()))
            && signs[*at] > 0
    };
    let numbers: Vec<usize> = (0..units.len().min(signs.len())).filter(number).collect();
    let always = |at: &usize| {
        let clause = words.split(Word::is_mark).find(|clause| {
            clause
                .iter()
                .any(|word| word.at.start <= units[*at].at.start && units[*at].at.start < word.at.end)
        });
        clause.is_some_and(|clause| clause.iter().any(|word| word.text == "always"))
    };
    let (meant, others): (Vec<usize>, Vec<usize>) = numbers.into_iter().partition(always);
    if !meant.is_empty() {
        others.into_iter().for_each(|at| signs[at] = 0);
    }
}

/// A negation that covers nothing telling belongs to what came before it: `emojis are not welcome`.
///
/// Where nothing came before it since the last mark, it answers: `cups? no. grams`.
fn close(signs: &mut [i8], covered: &[usize], since_break: &[usize], before_break: &[usize]) {
    if covered.is_empty() {
        let meant = if since_break.is_empty() { before_break } else { since_break };
        for &unit in meant {
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
pub(super) fn deed(words: &[Word]) -> Option<usize> {
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
