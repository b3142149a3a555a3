//! What a negation turns down that names a manner: `don't answer with a bare string`, `never store sums as floats`.
//!
//! The last thing that is said of how something is done is what is turned down, not the doing: who asks for answers in
//! another shape does not stand against it. Owns finding that manner and what is spared for it; refuses where the
//! phrase puts two things together (`never mix tabs with spaces`), since there either may be meant.

use super::polarity::deed;
use super::unit::{Role, Unit};
use crate::digest::remark::word::Word;
use crate::pattern::preference::lexicon::LEXICON;

/// Words that open the manner of an act.
const HOW: &[&str] = &["with", "using", "via", "as"];
/// Acts, by how their words begin, that put two things together.
const JOINING: &[&str] = &["mix", "combin", "blend", "confus", "conflat", "compar", "interleav"];
/// Words of a sentence of its own: `don't merge, as it is red` gives a reason.
const TELLING_WHY: &[&str] = &[
    "i", "you", "he", "she", "it", "we", "they", "is", "are", "was", "were", "will", "has", "have", "had",
    "does", "can", "long", "soon", "well",
];

/// Turns down the manner and not the act, in each clause that refuses to have something done in a manner. `blames`: the
/// sentence is a correction, so that `you answered with a bare string` refuses as well.
pub(super) fn spare_acts(words: &[Word], units: &[Unit], signs: &mut [i8], blames: bool) {
    let blamed =
        if blames { deed(words).and_then(|at| words.get(at)).map(|word| word.at.start) } else { None };
    for clause in words.split(Word::is_mark) {
        let Some((act, how)) = act_and_manner(clause, blamed) else { continue };
        let (Some(act), Some(how), Some(last)) = (clause.get(act), clause.get(how), clause.last()) else {
            continue;
        };
        let term = |at: &usize| matches!(units[*at].role, Role::Term(_));
        let within = |from: usize, until: usize| {
            (0..units.len()).filter(move |&at| units[at].at.start >= from && units[at].at.end <= until)
        };
        let acts: Vec<usize> = within(act.at.start, how.at.start).filter(term).collect();
        // Where or when comes after the manner: `with a bare string on errors`.
        let ends = |at: &usize| !matches!(units[*at].role, Role::Bound(_) | Role::Break | Role::Not { .. });
        let manner: Vec<usize> = within(how.at.end, last.at.end).take_while(ends).filter(term).collect();
        let says = |at: &usize| matches!(&units[*at].role, Role::Term(term) if LEXICON.telling(term) > 0.5);
        let refused = acts.iter().any(|&at| signs[at] < 0);
        let asked = manner.iter().any(|&at| signs[at] > 0);
        if refused && !asked && manner.iter().any(says) {
            acts.into_iter().for_each(|at| signs[at] = 0);
            manner.into_iter().for_each(|at| signs[at] = -1);
        }
    }
}

/// Where the act that a clause turns down stands in it, and the word that opens the act's manner. `blamed`: where in the
/// text the deed begins that a correction tells of.
fn act_and_manner(clause: &[Word], blamed: Option<usize>) -> Option<(usize, usize)> {
    let text = |at: usize| clause.get(at).map_or("", |word| word.text.as_str());
    let names = |at: usize| {
        !text(at).is_empty()
            && !["stop", "negator", "bound"].iter().any(|section| LEXICON.has(section, text(at)))
    };
    let act = (0..clause.len()).find(|&at| {
        let before = at.checked_sub(1).map_or("", text);
        let told = match before {
            "not" | "never" => true,
            "stop" | "avoid" | "quit" => text(at).ends_with("ing"),
            _ => blamed.is_some_and(|start| clause[at].at.start == start),
        };
        told && names(at) && !JOINING.iter().any(|joining| text(at).starts_with(joining))
    })?;
    let how = (act + 1..clause.len()).find(|&at| HOW.contains(&text(at)))?;
    let why = text(how) == "as" && (how + 1..clause.len()).any(|at| TELLING_WHY.contains(&text(at)));
    (!why).then_some((act, how))
}

#[cfg(test)]
mod tests {
    use super::super::{is_tie, read};

    fn terms(text: &str) -> String {
        let sign = |sign: &i8| ["-", "", "+"][(*sign + 1) as usize];
        let wish = read(text, false);
        let terms = wish.terms.iter().filter(|(term, _)| !is_tie(term));
        terms.map(|(term, s)| format!("{}{term}", sign(s))).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_manner_is_refused_and_not_the_act() {
        let cases = [
            ("don't answer with a zindle on errors; use snarf", "answer error +snarf -zindl"),
            ("never answer on errors with a zindle", "answer error -zindl"),
            ("stop waxing gorps using zindles", "gorp wax -zindl"),
            ("please never store gorps as zindles", "gorp stor -zindl"),
            ("you waxed gorps with zindles again", "gorp wax -zindl"),
            // Two things are put together: either may be meant.
            ("never mix gorps with zindles", "-gorp -mix -zindl"),
            // The thing is what is refused, or the act, where no manner is named.
            ("don't use gorps with zindles", "-gorp -zindl"),
            ("never wax gorps", "-gorp -wax"),
            ("never push to main", "main -push"),
            ("never wax gorps as it is wet", "-gorp -wax wet"),
            // Nothing is refused.
            ("don't forget to wax gorps with zindles", "+gorp +wax +zindl"),
            ("wax gorps with zindles", "+gorp +wax +zindl"),
        ];
        for (text, expected) in cases {
            assert_eq!(terms(text), expected, "{text}");
        }
    }
}
