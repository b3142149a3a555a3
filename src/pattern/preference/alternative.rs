//! Which things people name as each other's alternatives: `quimby instead of tarvel`.
//!
//! Owns learning them from what is said in a collection, so that `no tarvel` and `use quimby` are one wish and
//! `use tarvel` is its opposite, whatever the words are. Refuses what only one session says.

use super::lexicon::LEXICON;
use super::likeness::Pair;
use super::wish::Wish;
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

fn side(wish: &Wish, sign: i8) -> BTreeSet<String> {
    let telling = |term: &&String| LEXICON.telling(term) > 0.5;
    wish.terms.iter().filter(|&(_, &s)| s == sign).map(|(term, _)| term).filter(telling).cloned().collect()
}

fn unordered(one: &str, other: &str) -> (String, String) {
    if one <= other { (one.to_owned(), other.to_owned()) } else { (other.to_owned(), one.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::super::wish::read;
    use super::*;

    #[test]
    fn what_both_directions_share_is_no_part_of_the_name() {
        let texts = [("moffle merge instead of snibbing", "a"), ("snib merge instead of moffling", "b"), ("x over y", "c")];
        let wishes: Vec<(Wish, &str)> = texts.iter().map(|(text, session)| (read(text, false), *session)).collect();
        let pairs = learn(wishes.iter().map(|(wish, session)| (wish, *session)));
        let set = |word: &str| BTreeSet::from([word.to_owned()]);
        assert!(pairs.contains(&(set("moffl"), set("snib"))), "{pairs:?}");
        assert_eq!(pairs.len(), 2, "{pairs:?}");
    }
}
