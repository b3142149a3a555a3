//! The words of a sentence as they are compared: what turns its meaning around, what tells it from others.
//!
//! Owns no list of its own: what a word is to a wish, it is to any sentence of a note.

use super::lexicon::LEXICON;
use crate::digest::remark::word::words;
use crate::pattern::stem::stem;
use std::collections::HashMap;

/// A word of a sentence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Term {
    /// It turns the meaning of what stands beside it: `not`, `without`, `instead`, `before`, `unless`.
    Turning(String),
    /// Everybody says it, of anything.
    Plain(String),
    /// It tells this sentence from others.
    Telling(String),
}

/// What the words of many lines are: a word is looked up once.
#[derive(Debug, Default)]
pub struct Terms(HashMap<String, Option<Term>>);

impl Terms {
    /// The words of one line in their order, reduced to what is the same in other forms of them (`commits`,
    /// `committed`). Articles, pronouns and courtesies are left out.
    pub fn of(&mut self, line: &str) -> Vec<Term> {
        let spoken = words(line).into_iter().filter(|word| !word.is_mark());
        spoken
            .filter_map(|word| self.0.entry(word.text).or_insert_with_key(|text| term(text)).clone())
            .collect()
    }
}

fn term(word: &str) -> Option<Term> {
    if LEXICON.has("negator", word) || TURNING.contains(&word) {
        return Some(Term::Turning(word.to_owned()));
    }
    if LEXICON.has("stop", word) || LEXICON.has("bound", word) {
        return None;
    }
    let stem = stem(word);
    Some(if LEXICON.has("plain", &stem) { Term::Plain(stem) } else { Term::Telling(stem) })
}

/// Words that are no negation, and without which a sentence says something else all the same.
const TURNING: &[&str] =
    &["before", "after", "until", "till", "unless", "first", "last", "only", "always", "if", "when", "or"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_what_turns_it_and_what_tells_it() {
        let of = |text: &str| Terms::default().of(text);
        assert_eq!(of("Don't run the tests"), of("don’t run a test!"));
        assert_ne!(of("run it before the tests"), of("run it after the tests"));
        assert!(of("never push").contains(&Term::Turning("never".to_owned())));
        assert!(of("never push").contains(&Term::Telling("push".to_owned())));
        assert_eq!(of(""), []);
    }
}
