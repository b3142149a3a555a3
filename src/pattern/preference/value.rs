//! Which values people give one thing: `screenshots as jpg`, `png for every screenshot`, `lists by bed`.
//!
//! Owns the reading of such phrases and learning from a whole collection which values exclude each other: different
//! people say them of the same thing, again and again, and nobody both. Refuses values that only one session names.

use super::alternative::{is_quiet, term};
use super::frame::{Told, Voices};
use super::lexicon::LEXICON;
use super::likeness::Pair;
use super::wish::read;
use crate::digest::remark::word::words;
use std::collections::{BTreeMap, BTreeSet};

/// Sessions that must name a value.
const SESSIONS: usize = 2;
/// Share of the sessions that want something of a thing which name one of the two values.
const COVERED: f64 = 0.6;

/// Values that exclude each other. Takes what known people said.
pub(super) fn rivals(said: &Told<'_>) -> Vec<Pair> {
    // Which sentences want each thing, and the values that phrases give it.
    let mut wanting: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    let mut values: BTreeMap<(String, &'static str), BTreeSet<String>> = BTreeMap::new();
    for (at, text) in said.keys().enumerate() {
        let mut wanted = read(text, false).terms;
        wanted.retain(|_, sign| *sign > 0);
        for (thing, way, value) in phrases(text) {
            if wanted.contains_key(&thing) && wanted.contains_key(&value) {
                values.entry((thing, way)).or_default().insert(value);
            }
        }
        for term in wanted.into_keys() {
            wanting.entry(term).or_default().insert(at);
        }
    }
    let voices: Vec<&Voices<'_>> = said.values().collect();
    let of = |sentences: &mut dyn Iterator<Item = &usize>| -> Voices<'_> {
        let mut all = Voices::default();
        sentences.filter_map(|at| voices.get(*at)).for_each(|voices| all.add(voices));
        all
    };
    let mut found = BTreeSet::new();
    for ((thing, _), values) in values.iter().filter(|(_, values)| values.len() > 1) {
        let Some(about) = wanting.get(thing) else { continue };
        let both = |value: &String| Some(of(&mut wanting.get(value)?.intersection(about)));
        let values: Vec<(&String, Voices<'_>)> = values
            .iter()
            .filter(|value| *value != thing)
            .filter_map(|value| Some((value, both(value)?)))
            .filter(|(_, voices)| voices.roots.len() >= SESSIONS)
            .collect();
        let all = of(&mut about.iter()).roots.len() as f64;
        for (at, (one, here)) in values.iter().enumerate() {
            for (other, there) in values.iter().skip(at + 1) {
                let either = here.roots.union(&there.roots).count() as f64;
                if here.people.is_disjoint(&there.people) && either >= COVERED * all {
                    found.insert((BTreeSet::from([(*one).clone()]), BTreeSet::from([(*other).clone()])));
                }
            }
        }
    }
    found.into_iter().collect()
}

/// A thing, the sort of phrase, and the value that the thing is given.
type Phrase = (String, &'static str, String);

/// The phrases of a sentence that give a thing a value, each with the sort of phrase: `V for T` is `T as V`.
fn phrases(text: &str) -> Vec<Phrase> {
    let words = words(text);
    let named = |at: usize| -> Option<String> {
        let word = words.get(at).filter(|word| !word.is_mark() && !is_quiet(&word.text))?;
        let term = term(&word.text);
        (LEXICON.telling(&term) > 0.99).then_some(term)
    };
    // A determiner may stand between, a mark may not.
    let quiet = |at: usize| words.get(at).is_some_and(|word| !word.is_mark() && is_quiet(&word.text));
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate().skip(1) {
        let before = named(at - 1);
        let after = named(at + 1).or_else(|| quiet(at + 1).then(|| named(at + 2)).flatten());
        let (Some(before), Some(after)) = (before, after) else { continue };
        match word.text.as_str() {
            "as" => found.push((before, "as", after)),
            "for" => found.push((after, "as", before)),
            "by" => found.push((before, "by", after)),
            "in" => found.push((before, "in", after)),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learnt(said: &[(&'static str, &'static str)]) -> Vec<Pair> {
        let mut told = Told::new();
        for (root, (person, text)) in ["a", "b", "c", "d", "e", "f"].iter().zip(said) {
            told.entry(text).or_default().hear(person, root);
        }
        rivals(&told)
    }

    #[test]
    fn values_of_one_thing_exclude_each_other_if_nobody_says_both() {
        let said = [
            ("ada", "keep glorps as snarf"),
            ("ada", "snarf for every glorp"),
            ("bo", "save glorps as zindle"),
            ("bo", "zindle for glorps please"),
        ];
        let pair = (BTreeSet::from(["snarf".to_owned()]), BTreeSet::from(["zindl".to_owned()]));
        assert_eq!(learnt(&said), [pair]);
        let mut both = said;
        both[3].0 = "ada";
        assert_eq!(learnt(&both), []);
        assert_eq!(learnt(&said[..3]), []);
    }
}
