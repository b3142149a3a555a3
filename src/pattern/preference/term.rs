//! The words of a sentence as they are compared: what turns its meaning around, what tells it from others.
//!
//! Owns no list of its own: what a word is to a wish, it is to any sentence of a note.

use super::lexicon::LEXICON;
use super::stem::stem;
use crate::digest::remark::word::words;

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

/// The words of one line in their order, reduced to what is the same in other forms of them (`tests`, `test suite`).
/// Articles, pronouns and courtesies are left out.
pub fn terms(line: &str) -> Vec<Term> {
    let words = words(line);
    let stems: Vec<String> = words.iter().map(|word| stem(&word.text)).collect();
    let stems: Vec<&str> = stems.iter().map(String::as_str).collect();
    let mut terms = Vec::new();
    let mut at = 0;
    while let (Some(word), Some(rest)) = (words.get(at), stems.get(at..)) {
        let in_list = |section: &str| LEXICON.has(section, &word.text);
        let (term, length) = LEXICON.term(rest).unwrap_or((rest.first().copied().unwrap_or_default(), 1));
        if word.is_mark() {
            // Marks say nothing that words do not.
        } else if in_list("negator") || TURNING.contains(&word.text.as_str()) {
            terms.push(Term::Turning(word.text.clone()));
        } else if in_list("stop") || in_list("bound") {
        } else if LEXICON.has("plain", term) {
            terms.push(Term::Plain(term.to_owned()));
        } else {
            terms.push(Term::Telling(term.to_owned()));
        }
        at += length.max(1);
    }
    terms
}

/// Words that are no negation, and without which a sentence says something else all the same.
const TURNING: &[&str] =
    &["before", "after", "until", "till", "unless", "first", "last", "only", "always", "if", "when", "or"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_what_turns_it_and_what_tells_it() {
        let of = |text: &str| terms(text);
        assert_eq!(of("Don't run the tests"), of("don’t run a test!"));
        assert_ne!(of("run it before the tests"), of("run it after the tests"));
        assert!(of("never push").contains(&Term::Turning("never".to_owned())));
        assert!(of("never push").contains(&Term::Telling("push".to_owned())));
        assert_eq!(of(""), []);
    }
}
