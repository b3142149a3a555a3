//! Which things people name as each other's alternatives: `quimby instead of tarvel`.
//!
//! Owns learning them from what is said in a collection, so that `no tarvel` and `use quimby` are one wish and
//! `use tarvel` is its opposite, whatever the words are. Refuses what only one session says.

use super::frame::spoken;
use super::lexicon::LEXICON;
use super::likeness::Pair;
use super::wish::{Wish, read};
use crate::pattern::stem::stem;
use std::collections::{BTreeMap, BTreeSet};

/// Most words that name one thing.
const LONGEST_NAME: usize = 3;
/// Sessions that have to set one word against another.
const SESSIONS: usize = 2;

/// Learns alternatives from wishes that put one thing in another's place, each with the session that voices it.
///
/// Both directions count alike. Of the words on a side those belong to its name that stand against the other
/// side most often: in `squash merge instead of rebasing` and `rebase merge instead of squashing` the alternatives
/// are squash and rebase.
pub(super) fn learn<'a>(said: impl Iterator<Item = (&'a Wish, &'a str)>) -> Vec<Pair> {
    let mut against: BTreeMap<(String, String), BTreeSet<&str>> = BTreeMap::new();
    let mut sides: BTreeSet<Pair> = BTreeSet::new();
    for (wish, session) in said {
        let (wanted, unwanted) = (side(wish, 1), side(wish, -1));
        for one in &wanted {
            for other in &unwanted {
                against.entry(unordered(one, other)).or_default().insert(session);
            }
        }
        sides.insert((wanted, unwanted));
    }
    let count = |one: &String, other: &String| against.get(&unordered(one, other)).map_or(0, BTreeSet::len);
    let name = |of: &BTreeSet<String>, against: &BTreeSet<String>| -> (usize, BTreeSet<String>) {
        let best = |word: &String| against.iter().map(|other| count(word, other)).max().unwrap_or_default();
        let most = of.iter().map(best).max().unwrap_or_default();
        (most, of.iter().filter(|word| best(word) == most).cloned().collect())
    };
    let mut pairs = BTreeSet::new();
    for (wanted, unwanted) in &sides {
        let ((times, here), (_, there)) = (name(wanted, unwanted), name(unwanted, wanted));
        let short = |side: &BTreeSet<String>| (1..=LONGEST_NAME).contains(&side.len());
        if times >= SESSIONS && short(&here) && short(&there) {
            pairs.insert((here, there));
        }
    }
    pairs.into_iter().collect()
}

/// Learns alternatives from sentences that are the same but for one word, where each word is said in at least two
/// sessions and the frame is not one that takes several (`run … before the merge`): `plant with a waxing moon`,
/// `plant with a waning moon`. Takes sentences with the sessions that they were said in.
pub(super) fn one_place(said: &BTreeMap<&str, BTreeSet<&str>>) -> Vec<Pair> {
    let mut frames: BTreeMap<Vec<String>, BTreeSet<String>> = BTreeMap::new();
    let mut together: BTreeSet<(String, String)> = BTreeSet::new();
    let mut anywhere: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (text, sessions) in said {
        let spoken = spoken(text);
        let names: Vec<usize> = (0..spoken.len()).filter(|&at| !is_quiet(&spoken[at])).collect();
        for &at in &names {
            anywhere.entry(term(&spoken[at])).or_default().extend(sessions.iter().take(SESSIONS));
        }
        for &at in names.iter().filter(|_| spoken.len() <= LONGEST_FRAME && spoken.len() > 2) {
            let telling = |other: &&usize| **other != at && LEXICON.telling(&term(&spoken[**other])) > 0.99;
            let several = spoken.iter().any(|word| TAKES_SEVERAL.contains(&word.as_str()));
            if several || !names.iter().any(|other| telling(&other)) {
                continue;
            }
            let mut frame = spoken.clone();
            frame[at] = String::new();
            frames.entry(frame).or_default().insert(term(&spoken[at]));
        }
        // Who asks for both does not take them for alternatives; who asks for one and not the other does.
        let both: Vec<String> =
            read(text, false).terms.into_iter().filter(|(_, s)| *s > 0).map(|(t, _)| t).collect();
        together.extend(both.iter().flat_map(|one| both.iter().map(|other| unordered(one, other))));
    }
    let mut facing: BTreeSet<(String, String)> = BTreeSet::new();
    for fillers in frames.values().filter(|fillers| (2..=3).contains(&fillers.len())) {
        for one in fillers {
            facing.extend(
                fillers.iter().filter(|other| *other > one).map(|other| (one.clone(), other.clone())),
            );
        }
    }
    let often = |word: &String| anywhere.get(word).is_some_and(|sessions| sessions.len() >= SESSIONS);
    let number = |word: &String| word.bytes().any(|b| b.is_ascii_digit());
    let fits = |word: &String| often(word) && !number(word);
    let apart = facing.into_iter().filter(|pair| fits(&pair.0) && fits(&pair.1) && !together.contains(pair));
    apart.map(|(one, other)| (BTreeSet::from([one]), BTreeSet::from([other]))).collect()
}

/// Longest sentence whose words are tried one by one, words.
const LONGEST_FRAME: usize = 16;

/// Words of frames that take several things at a time.
pub(super) const TAKES_SEVERAL: &[&str] = &[
    "before", "after", "add", "mention", "run", "include", "update", "check", "avoid", "not", "no", "never",
    "without",
];

/// Whether a word names nothing.
pub(super) fn is_quiet(word: &str) -> bool {
    ["stop", "negator", "bound"].iter().any(|section| LEXICON.has(section, word))
}

/// The term that a word is.
pub(super) fn term(word: &str) -> String {
    let stem = stem(word);
    LEXICON.term(&[stem.as_str()]).map_or_else(|| stem.clone(), |(term, _)| term.to_owned())
}

fn side(wish: &Wish, sign: i8) -> BTreeSet<String> {
    let telling = |term: &&String| LEXICON.telling(term) > 0.5;
    wish.terms.iter().filter(|&(_, &s)| s == sign).map(|(term, _)| term).filter(telling).cloned().collect()
}

fn unordered(one: &str, other: &str) -> (String, String) {
    if one <= other { (one.to_owned(), other.to_owned()) } else { (other.to_owned(), one.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_both_directions_share_is_no_part_of_the_name() {
        let texts = [
            ("moffle merge instead of snibbing", "a"),
            ("snib merge instead of moffling", "b"),
            ("x over y", "c"),
        ];
        let wishes: Vec<(Wish, &str)> =
            texts.iter().map(|(text, session)| (read(text, false), *session)).collect();
        let pairs = learn(wishes.iter().map(|(wish, session)| (wish, *session)));
        let set = |word: &str| BTreeSet::from([word.to_owned()]);
        assert!(pairs.contains(&(set("moffl"), set("snib"))), "{pairs:?}");
        assert_eq!(pairs.len(), 2, "{pairs:?}");
    }

    #[test]
    fn one_word_in_one_place_is_an_alternative_to_another() {
        let said = ["a", "b"].into_iter().flat_map(|session| {
            [
                "plant with a waxing moon",
                "plant with a waning moon",
                "run zeta before merging",
                "run blorp before merging",
            ]
            .map(|text| (text, session))
        });
        let mut voiced: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        said.for_each(|(text, session)| _ = voiced.entry(text).or_default().insert(session));
        let pairs = one_place(&voiced);
        assert_eq!(pairs, [(BTreeSet::from(["wan".to_owned()]), BTreeSet::from(["wax".to_owned()]))]);
    }
}
