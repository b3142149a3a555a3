//! Which values people give one thing: `screenshots as jpg`, `png for every screenshot`, `lists by bed`.
//!
//! Owns the reading of such phrases and learning from a whole collection which values exclude each other: different
//! people say them of the same thing, again and again, and nobody both. Refuses values that only one session names.

use super::alternative::{is_quiet, term};
use super::frame::{Sentence, Voices};
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
pub(super) fn rivals<'a>(said: impl Iterator<Item = Sentence<'a>>) -> Vec<Pair> {
    let mut about: BTreeMap<String, Voices<'a>> = BTreeMap::new();
    let mut values: BTreeMap<(String, &'static str), BTreeSet<String>> = BTreeMap::new();
    let mut together: BTreeMap<(String, String), Voices<'a>> = BTreeMap::new();
    let mut readings: BTreeMap<&str, (Vec<String>, Vec<Phrase>)> = BTreeMap::new();
    for sentence in said {
        let (wanted, given) = readings.entry(sentence.text).or_insert_with(|| {
            let terms = read(sentence.text, false).terms.into_iter();
            (terms.filter(|(_, sign)| *sign > 0).map(|(term, _)| term).collect(), phrases(sentence.text))
        });
        for thing in wanted.iter() {
            about.entry(thing.clone()).or_default().hear(&sentence);
            for value in wanted.iter().filter(|value| *value != thing) {
                together.entry((thing.clone(), value.clone())).or_default().hear(&sentence);
            }
        }
        for (thing, way, value) in given.iter() {
            if wanted.contains(thing) && wanted.contains(value) {
                values.entry((thing.clone(), *way)).or_default().insert(value.clone());
            }
        }
    }
    let mut found = BTreeSet::new();
    for ((thing, _), values) in &values {
        let values: Vec<(&String, &Voices<'a>)> = values
            .iter()
            .filter_map(|value| Some((value, together.get(&(thing.clone(), value.clone()))?)))
            .filter(|(_, voices)| voices.roots.len() >= SESSIONS)
            .collect();
        let all = about.get(thing).map_or(0, |voices| voices.roots.len()) as f64;
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
        let sentences = said.iter().enumerate().map(|(at, (person, text))| {
            let root: &'static str = ["a", "b", "c", "d", "e", "f"][at];
            Sentence { text, person, root }
        });
        rivals(sentences)
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
