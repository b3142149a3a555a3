//! By what a wish is recognised in later cycles, in other words too.
//!
//! An anchor is the lesson's sort and its telling words, each with its sign (`+pnpm`, `-npm`), sorted. Owns its
//! making and comparing; refuses counts, dates and examples, which change while the wish stays the same.

use super::lexicon::LEXICON;
use super::likeness::Vector;
use crate::redact::{Clean, redact};
use std::collections::{BTreeMap, BTreeSet};

/// Share of the heaviest word's weight that a word of an anchor has at least.
const CORE: f64 = 0.4;
/// Most words of an anchor.
const MOST_WORDS: usize = 6;
/// Weighted share of words in common from which two anchors are one wish (Dice's coefficient).
const SAME: f64 = 0.55;

/// Weighted share of the words of the one that says less that the other has, from which two wishes may be one.
const OF_THE_SHORTER: f64 = 0.6;
/// The same of all words of both.
const OF_BOTH: f64 = 0.4;

/// Weighted share of a wish's words that a conflict about it has.
const DISPUTED: f64 = 0.75;

/// The anchor of a group that nobody contradicts: `["wish", "+fmt", "+zeta"]`.
pub(super) fn agreement(sort: &'static str, middle: &Vector) -> Vec<Clean> {
    let mut words: Vec<String> =
        core(middle).into_iter().map(|(term, sign)| format!("{sign}{term}")).collect();
    words.sort();
    std::iter::once(Clean::fixed(sort)).chain(words.iter().map(|word| redact(word))).collect()
}

/// What one wording says, in the form of an anchor.
pub(super) fn spoken(terms: &BTreeMap<String, i8>) -> Vec<Clean> {
    let signed = terms.iter().map(|(term, sign)| format!("{}{term}", if *sign < 0 { "-" } else { "+" }));
    let mut words: Vec<String> = signed.collect();
    words.sort();
    std::iter::once(Clean::fixed("wish")).chain(words.iter().map(|word| redact(word))).collect()
}

/// Whether two anchors have a telling word in common, whatever its sign.
pub(super) fn shares_a_word(one: &[Clean], other: &[Clean]) -> bool {
    let (one, other) = (signed(one.get(1..).unwrap_or_default()), signed(other.get(1..).unwrap_or_default()));
    one.keys().any(|term| LEXICON.telling(term) > 0.5 && other.contains_key(term))
}

/// Whether a wish wants the opposite of what another one, or one side of a conflict, wants.
pub(super) fn stands_against(wish: &[Clean], other: &[Clean]) -> bool {
    if disputes(other, wish) {
        return true;
    }
    let (Some((_, words)), Some((sort, theirs))) = (wish.split_first(), other.split_first()) else {
        return false;
    };
    if !matches!(&**sort, "wish" | "correction") {
        return false;
    }
    let (words, theirs) = (signed(words), signed(theirs));
    let weight = |term: &str| LEXICON.telling(term).powi(2);
    let all: f64 = words.keys().map(|term| weight(term)).sum();
    let denied = words.iter().map(plain).filter(|word| is_denied(*word, &theirs));
    denied.map(|(term, _)| weight(term)).sum::<f64>() * 2.0 >= all && all > 0.0
}

/// The anchor of a conflict, the same whichever side is the larger: the words of all sides, without signs.
pub(super) fn conflict(middles: &[Vector]) -> Vec<Clean> {
    let words: BTreeSet<String> = middles.iter().flat_map(core).map(|(term, _)| term.to_owned()).collect();
    std::iter::once(Clean::fixed("conflict")).chain(words.iter().map(|word| redact(word))).collect()
}

/// The telling words of a middle with their signs; the heaviest, whatever they are, where none tells anything.
fn core(middle: &Vector) -> Vec<(&str, &'static str)> {
    let heaviest = middle.core(CORE);
    let telling: Vec<(&str, f64)> =
        heaviest.iter().copied().filter(|(term, _)| LEXICON.telling(term) > 0.5).take(MOST_WORDS).collect();
    let chosen = if telling.is_empty() { heaviest.into_iter().take(MOST_WORDS).collect() } else { telling };
    chosen.into_iter().map(|(term, sign)| (term, if sign < -0.1 { "-" } else { "+" })).collect()
}

/// Whether two anchors name the same wish: most of their telling words in common, none with the opposite sign, and not two
/// alternatives.
///
/// Takes anchors of the sorts `wish`, `correction`, `conflict` and `suggestion`; a correction that later turns into a wish
/// is still the same lesson, a conflict is one only with a conflict, a suggestion only with a suggestion. Anything else is
/// `false`.
pub fn same_wish(anchor_a: &[Clean], anchor_b: &[Clean]) -> bool {
    let (Some((sort_a, words_a)), Some((sort_b, words_b))) = (anchor_a.split_first(), anchor_b.split_first())
    else {
        return false;
    };
    let kind = |sort: &str| match sort {
        "wish" | "correction" => Some("wish"),
        "conflict" => Some("conflict"),
        "suggestion" => Some("suggestion"),
        _ => None,
    };
    if kind(sort_a).is_none() || kind(sort_a) != kind(sort_b) {
        return false;
    }
    let (here, there) = (signed(words_a), signed(words_b));
    let again = |(term, sign): (&str, char), words: &BTreeMap<&str, char>| words.get(term) == Some(&sign);
    let [all_here, all_there, shared] = weighed(&here, &there, again);
    let total = all_here + all_there;
    let opposed = here.iter().map(plain).any(|word| is_denied(word, &there));
    let aspects = |of: &BTreeMap<&str, char>| -> BTreeSet<String> {
        of.keys().filter(|term| LEXICON.has("aspect", term)).map(|term| (*term).to_owned()).collect()
    };
    let (aspects_here, aspects_there) = (aspects(&here), aspects(&there));
    let other_aspect =
        !aspects_here.is_empty() && !aspects_there.is_empty() && aspects_here.is_disjoint(&aspects_there);
    !opposed && !other_aspect && total > 0.0 && 2.0 * shared / total >= SAME
}

/// Whether the telling words of two wishes, the sorts left out, may be those of one in other words: most of what the one
/// says that says less is in the other, wanting the one thing or not wanting the other of two alternatives being the
/// same, and nothing in it is the opposite.
pub(in crate::pattern) fn alike_wish(words_a: &[Clean], words_b: &[Clean]) -> bool {
    let (here, there) = (signed(words_a), signed(words_b));
    let [all_here, all_there, shared] = weighed(&here, &there, is_said);
    let smaller = all_here.min(all_there);
    smaller > 0.0
        && !here.iter().map(plain).any(|word| is_denied(word, &there))
        && shared >= OF_THE_SHORTER * smaller
        && 2.0 * shared >= OF_BOTH * (all_here + all_there)
}

/// How much each of two wishes says, and how much of the first one the second one says too (`said`).
///
/// Where both say something of their own, that weighs as much as any single word of the other one's own, light as it
/// is: `keep functions short` is another wish than `document functions`.
fn weighed(
    here: &BTreeMap<&str, char>,
    there: &BTreeMap<&str, char>,
    said: impl Fn((&str, char), &BTreeMap<&str, char>) -> bool,
) -> [f64; 3] {
    let weigh = |words: &BTreeMap<&str, char>, other: &BTreeMap<&str, char>| {
        let (mut shared, mut own, mut heaviest) = (0.0, 0.0, 0.0_f64);
        for word in words.iter().map(plain) {
            let weight = LEXICON.telling(word.0).powi(2);
            if said(word, other) {
                shared += weight;
            } else {
                own += weight;
                heaviest = heaviest.max(weight);
            }
        }
        (shared, own, heaviest)
    };
    let (shared, own_here, heaviest_here) = weigh(here, there);
    let (shared_too, own_there, heaviest_there) = weigh(there, here);
    let least = |own: f64, heaviest: f64| if own > 0.0 { own.max(heaviest) } else { own };
    [shared + least(own_here, heaviest_there), shared_too + least(own_there, heaviest_here), shared]
}

/// Whether a wish says this too: the same word with the same sign, or an alternative with the opposite one.
fn is_said((term, sign): (&str, char), wish: &BTreeMap<&str, char>) -> bool {
    wish.iter().map(plain).any(|(other, its)| match other == term {
        true => its == sign,
        false => its != sign && LEXICON.exclude(term, other),
    })
}

/// Whether a wish says the opposite of this: the same word with the other sign, or an alternative, wanted too.
fn is_denied((term, sign): (&str, char), wish: &BTreeMap<&str, char>) -> bool {
    wish.iter().map(plain).any(|(other, its)| match other == term {
        true => its != sign,
        false => its == sign && sign == '+' && LEXICON.exclude(term, other),
    })
}

fn plain<'a>((term, sign): (&&'a str, &char)) -> (&'a str, char) {
    (term, *sign)
}

/// Whether a conflict is about this wish: the wish's telling words are among those of its sides.
pub fn disputes(conflict: &[Clean], wish: &[Clean]) -> bool {
    let (Some((sort, sides)), Some((sort_of_wish, words))) = (conflict.split_first(), wish.split_first())
    else {
        return false;
    };
    if &**sort != "conflict" || !matches!(&**sort_of_wish, "wish" | "correction") {
        return false;
    }
    let (sides, words) = (signed(sides), signed(words));
    let weigh = |terms: &mut dyn Iterator<Item = &&str>| -> f64 {
        terms.map(|term| LEXICON.telling(term).powi(2)).sum()
    };
    let all = weigh(&mut words.keys());
    all > 0.0 && weigh(&mut words.keys().filter(|term| sides.contains_key(*term))) >= DISPUTED * all
}

/// The words of an anchor with their signs; ` ` where it has none.
fn signed(words: &[Clean]) -> BTreeMap<&str, char> {
    words
        .iter()
        .map(|word| match word.as_str().strip_prefix(['+', '-']) {
            Some(term) if word.starts_with('-') => (term, '-'),
            Some(term) => (term, '+'),
            None => (word.as_str(), ' '),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anchor(words: &[&str]) -> Vec<Clean> {
        words.iter().map(|word| redact(word)).collect()
    }

    #[test]
    fn a_wish_stays_itself_while_it_grows() {
        let same = |a: &[&str], b: &[&str]| same_wish(&anchor(a), &anchor(b));
        assert!(same(&["wish", "+pnpm"], &["wish", "+pnpm", "-npm"]));
        assert!(same(&["wish", "+fmt", "+zeta"], &["correction", "+commit", "+fmt", "+zeta"]));
        assert!(same(&["conflict", "space", "tab"], &["conflict", "indent", "space", "tab"]));
        assert!(!same(&["wish", "+npm"], &["wish", "-npm"]));
        assert!(!same(&["wish", "+function", "+short"], &["wish", "+function", "+long"]));
        assert!(!same(&["wish", "+function", "+short"], &["wish", "+commit-message", "+short"]));
        // What is light on one side tells two wishes apart as well as what is not on the other.
        let (short, documented) = (["wish", "+function", "+short"], ["wish", "+documentation", "+function"]);
        assert!(!same(&short, &documented));
        assert!(!alike_wish(&anchor(&short[1..]), &anchor(&documented[1..])));
        assert!(alike_wish(&anchor(&["+fmt", "+zeta"]), &anchor(&["+commit", "+fmt", "+zeta"])));
        assert!(!same(&["wish", "+tab"], &["conflict", "tab"]));
        assert!(!same(&["wish"], &["wish"]));
        let disputes = |a: &[&str], b: &[&str]| disputes(&anchor(a), &anchor(b));
        assert!(disputes(&["conflict", "footnote", "text"], &["wish", "+footnote"]));
        assert!(!disputes(&["conflict", "footnote", "text"], &["wish", "+footnote", "+margin"]));
        assert!(!disputes(&["conflict", "footnote"], &["conflict", "footnote"]));
        assert!(!same(&[], &["wish", "+tab"]));
        assert!(!same(&["error", "+tab"], &["error", "+tab"]));
    }
}
