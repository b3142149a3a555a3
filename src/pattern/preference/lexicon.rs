//! Words of engineering talk (`lexicon.txt`): synonyms, alternatives, how telling a word is.
//!
//! Owns reading the list and looking words up. Refuses to be needed: a word it does not know is simply a rare
//! word, and rare words are what wishes are grouped by.

use super::wish::act_and_thing;
use crate::digest::remark::word::words;
use crate::pattern::stem::stem;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::LazyLock;

/// A group of alternatives; wanting one means not wanting the others.
#[derive(Clone, Debug)]
pub(super) struct Alternatives {
    /// Each alternative.
    pub(super) terms: Vec<String>,
    /// They are alternatives only where this is spoken of too.
    pub(super) about: Option<String>,
}

/// What `lexicon.txt` says, every word stemmed. It is asked about every word of every remark, and nothing is listed in
/// the order of its tables.
#[derive(Debug, Default)]
pub(super) struct Lexicon {
    /// Stems in a row, by the first of them, and the one term that they are.
    phrases: HashMap<String, Vec<Phrase>>,
    /// Alternatives.
    alternatives: Vec<Alternatives>,
    /// Where in `alternatives` each term is one.
    among: HashMap<String, Vec<usize>>,
    sections: BTreeMap<&'static str, HashSet<String>>,
}

/// Stems in a row that are one term.
#[derive(Clone, Debug)]
struct Phrase {
    /// All stems but the first.
    rest: Vec<String>,
    term: String,
}

/// The one lexicon.
pub(super) static LEXICON: LazyLock<Lexicon> = LazyLock::new(read);

impl Lexicon {
    /// The term that starts at these stems, and how many of them it takes.
    pub(super) fn term(&self, stems: &[&str]) -> Option<(&str, usize)> {
        let (first, after) = stems.split_first()?;
        let begins = |phrase: &&Phrase| {
            phrase.rest.len() <= after.len()
                && phrase.rest.iter().zip(after).all(|(known, stem)| known == stem)
        };
        let longest =
            self.phrases.get(*first)?.iter().filter(begins).max_by_key(|phrase| phrase.rest.len())?;
        Some((longest.term.as_str(), longest.rest.len() + 1))
    }

    /// Whether a section names this word: raw words for `negator`, `bound`, `stop`, `bad`, stems or terms for the others.
    pub(super) fn has(&self, section: &str, word: &str) -> bool {
        self.sections.get(section).is_some_and(|words| words.contains(word))
    }

    /// Whether it stands in the list at all, as a term of its own or as an alternative.
    pub(super) fn knows(&self, term: &str) -> bool {
        ["quality", "aspect"].iter().any(|section| self.has(section, term)) || self.among.contains_key(term)
    }

    /// The groups of alternatives that any of these terms belongs to, in the order in which they are listed.
    pub(super) fn alternatives_of<'a>(
        &self,
        terms: impl Iterator<Item = &'a String>,
    ) -> impl Iterator<Item = &Alternatives> {
        let groups: BTreeSet<usize> =
            terms.filter_map(|term| self.among.get(term)).flatten().copied().collect();
        groups.into_iter().filter_map(|group| self.alternatives.get(group))
    }

    /// Whether who wants the one does not want the other, whatever they speak of.
    pub(super) fn exclude(&self, one: &str, other: &str) -> bool {
        let groups =
            self.among.get(one).into_iter().flatten().filter_map(|group| self.alternatives.get(*group));
        one != other
            && groups
                .into_iter()
                .any(|group| group.about.is_none() && group.terms.iter().any(|it| it == other))
    }

    /// How much sharing this term says, before its rarity is known: 1 for a name, less for what everybody says.
    pub(super) fn telling(&self, term: &str) -> f64 {
        // An act tells as much as the thing that it is tied to.
        let term = act_and_thing(term).map_or(term, |(_, thing)| thing);
        if self.has("plain", term) {
            // `open` says little, unless somebody else wants it shut.
            if self.among.contains_key(term) { 0.7 } else { 0.35 }
        } else if self.has("quality", term) || term.bytes().all(|b| b.is_ascii_digit()) {
            0.7
        } else {
            1.0
        }
    }
}

fn read() -> Lexicon {
    let mut lexicon = Lexicon::default();
    let mut section = "";
    for line in include_str!("lexicon.txt").lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name;
        } else if !line.is_empty() && !line.starts_with('#') {
            match section {
                "same" => add_synonyms(&mut lexicon, line),
                "opposite" => add_alternatives(&mut lexicon, line),
                "antonym" => add_antonyms(&mut lexicon, line),
                _ => {
                    let stems = matches!(section, "plain" | "quality" | "aspect" | "gate");
                    let entry = lexicon.sections.entry(section).or_default();
                    entry.extend(
                        line.split_whitespace().map(|word| if stems { stem(word) } else { word.to_owned() }),
                    );
                    entry.extend(line.split_whitespace().map(str::to_owned));
                }
            }
        }
    }
    for (number, group) in lexicon.alternatives.iter().enumerate() {
        for term in &group.terms {
            lexicon.among.entry(term.clone()).or_default().push(number);
        }
    }
    lexicon
}

fn add_synonyms(lexicon: &mut Lexicon, line: &str) {
    let Some((name, others)) = line.split_once(':') else { return };
    for phrase in others.split(',').chain([name]) {
        let mut stems = words(phrase).into_iter().map(|word| stem(&word.text));
        let Some(first) = stems.next() else { continue };
        let phrase = Phrase { rest: stems.collect(), term: name.to_owned() };
        let known = lexicon.phrases.entry(first).or_default();
        // What is listed twice is what it is listed as last.
        known.retain(|other| other.rest != phrase.rest);
        known.push(phrase);
    }
}

fn add_alternatives(lexicon: &mut Lexicon, line: &str) {
    let (group, about) = match line.split_once('@') {
        Some((group, about)) => (group, Some(about.trim().to_owned())),
        None => (line, None),
    };
    let terms = group.split('|').map(|term| known(lexicon, term.trim())).collect();
    lexicon.alternatives.push(Alternatives { terms, about });
}

/// `open | shut closed`: two alternatives each.
fn add_antonyms(lexicon: &mut Lexicon, line: &str) {
    let Some((here, there)) = line.split_once('|') else { return };
    for one in here.split_whitespace() {
        for other in there.split_whitespace() {
            let terms = vec![known(lexicon, one), known(lexicon, other)];
            lexicon.alternatives.push(Alternatives { terms, about: None });
        }
    }
}

fn known(lexicon: &Lexicon, word: &str) -> String {
    let stems: Vec<String> = words(word).iter().map(|word| stem(&word.text)).collect();
    let stems: Vec<&str> = stems.iter().map(String::as_str).collect();
    let whole = lexicon.term(&stems).filter(|(_, length)| *length == stems.len());
    whole.map_or_else(|| stem(word), |(term, _)| term.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_words_can_be_one_term() {
        let stems = ["commit", "messag", "short"];
        assert_eq!(LEXICON.term(&stems), Some(("commit-message", 2)));
        assert_eq!(LEXICON.term(&["zeta"]), None);
        assert!(LEXICON.telling("zeta") > LEXICON.telling("run"));
        assert!(LEXICON.alternatives.iter().any(|group| group.terms == ["tab", "space"]));
    }
}
