//! Which words compete for one place, learnt from who says which: `hide glue for joints`, `fish glue for joints`.
//!
//! Two wishes that differ in one word may be one wish with a synonym or two that exclude each other; no list knows
//! the words of every trade. People know: who wants the one never says the other. Two words are taken for rivals when,
//! of the wishes about one thing, nearly each has one of the two and none has both, different people say them, and they
//! stand beside the same word. Refuses what the lexicon knows better.

use super::frame::spoken;
use super::lexicon::LEXICON;
use super::likeness::Pair;
use super::vote::{Wording, person};
use crate::digest::Digest;
use std::collections::{BTreeMap, BTreeSet};

/// Share of the sessions that say one of the two words.
const COVERED: f64 = 0.8;
/// Sessions that say either word.
const SESSIONS: usize = 2;
/// Most sessions of wishes about one thing that are looked at.
const MOST_SESSIONS: usize = 400;

/// Who says a word.
#[derive(Default)]
struct Said<'a> {
    roots: BTreeSet<&'a str>,
    people: BTreeSet<&'a str>,
    /// Stems that stand directly before (-1) and after (1) it.
    beside: BTreeSet<(i8, String)>,
}

/// The rivals among these wordings, all about one thing. Nobody's names, nobody's rivals: people have to be known.
pub(super) fn rivals(wordings: &[&Wording<'_>], digests: &[Digest]) -> Vec<Pair> {
    let mut said: BTreeMap<&str, Said<'_>> = BTreeMap::new();
    let mut all: BTreeSet<&str> = BTreeSet::new();
    for wording in wordings {
        let places = places(wording);
        for vote in &wording.votes {
            let Some(digest) = digests.get(vote.session) else { continue };
            let Some(person) = person(digest) else { continue };
            all.insert(&digest.root);
            for term in wording.wish.terms.iter().filter(|(_, sign)| **sign >= 0).map(|(term, _)| term) {
                let entry = said.entry(term).or_default();
                entry.roots.insert(&digest.root);
                entry.people.insert(person);
                entry.beside.extend(places.get(term.as_str()).into_iter().flatten().cloned());
            }
        }
    }
    if all.len() > MOST_SESSIONS {
        return Vec::new();
    }
    let several = |entry: &Said<'_>| entry.roots.len() >= SESSIONS && entry.roots.len() < all.len();
    let candidates: Vec<(&str, &Said<'_>)> = said
        .iter()
        .filter(|(term, entry)| several(entry) && LEXICON.telling(term) > 0.5)
        .map(|(term, entry)| (*term, entry))
        .collect();
    let mut found = Vec::new();
    for (at, (one, here)) in candidates.iter().enumerate() {
        for (other, there) in candidates.iter().skip(at + 1) {
            let apart = here.roots.is_disjoint(&there.roots) && here.people.is_disjoint(&there.people);
            let cover = (here.roots.len() + there.roots.len()) as f64 >= COVERED * all.len() as f64;
            let known = LEXICON.knows(one) && LEXICON.knows(other);
            // `keep glorps short` and `keep snarfs short` are about two things, not two ways with one.
            let topic = || {
                said.iter().any(|(term, both)| {
                    LEXICON.telling(term) > 0.99
                        && term != one
                        && term != other
                        && [here, there]
                            .iter()
                            .all(|side| both.roots.intersection(&side.roots).count() * 2 > side.roots.len())
                })
            };
            if apart && cover && !known && topic() && !here.beside.is_disjoint(&there.beside) {
                found.push((BTreeSet::from([(*one).to_owned()]), BTreeSet::from([(*other).to_owned()])));
            }
        }
    }
    found
}

/// Beside which telling stems each term of a wording stands, whatever small words lie between.
fn places(wording: &Wording<'_>) -> BTreeMap<String, BTreeSet<(i8, String)>> {
    let mut places: BTreeMap<String, BTreeSet<(i8, String)>> = BTreeMap::new();
    for text in &wording.texts {
        let terms: Vec<String> = spoken(text).iter().map(|word| super::alternative::term(word)).collect();
        for (at, term) in terms.iter().enumerate() {
            let entry = places.entry(term.clone()).or_default();
            if let Some(before) = at.checked_sub(1).and_then(|at| terms.get(at)) {
                entry.insert((-1, before.clone()));
            }
            if let Some(after) = terms.get(at + 1) {
                entry.insert((1, after.clone()));
            }
        }
    }
    for beside in places.values_mut() {
        beside.retain(|(_, word)| {
            !["stop", "negator", "bound"].iter().any(|section| LEXICON.has(section, word))
        });
    }
    places
}
