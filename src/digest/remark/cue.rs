//! Which sort of sentence it is, by its phrases: a wish for how to work, a correction, neither.
//!
//! Owns the lists of phrases (`cues.txt`) and how they weigh against each other. One sentence cannot tell a
//! team's habit from one task's need with certainty, so this judges generously and says how sure the sentence
//! itself is; that several people say the same is asked later, across sessions.

use super::courtesy::courtesies;
use super::statement::{points_at_one_thing, states, wants};
use super::word::Word;
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

/// How much a sentence alone says that it is about how to work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Strength {
    /// A plain statement: only that several people say the same in sessions about other things makes it a wish.
    Faint,
    /// It may as well be what this task needs.
    Mild,
    /// A prohibition, a replacement, a condition that comes again.
    Standing,
    /// It says that it holds from now on.
    Lasting,
}

/// What the phrases of one sentence say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Judgement {
    /// As a wish; `None` where it is none.
    pub(crate) wish: Option<Strength>,
    /// It says that something the agent did was wrong.
    pub(crate) wrong: bool,
    /// It says that it holds for this task alone.
    pub(crate) passing: bool,
    /// It is small talk.
    pub(crate) chat: bool,
}

/// One element of a phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Element {
    /// Any of these words, or a word ending so.
    Word(Vec<Choice>),
    /// A word that is none of these.
    Other(Vec<&'static str>),
    /// Up to three words of any sort.
    Gap,
    /// The sentence starts here.
    Start,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Choice {
    Exactly(&'static str),
    Ending(&'static str),
    Pause,
    End,
}

type Phrase = Vec<Element>;

/// The phrases of `cues.txt`, by section.
static CUES: LazyLock<BTreeMap<&'static str, Section>> = LazyLock::new(|| {
    let mut sections: BTreeMap<&'static str, Section> = BTreeMap::new();
    let mut section = "";
    for line in include_str!("cues.txt").lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name;
        } else if !line.is_empty() && !line.starts_with('#') {
            sections.entry(section).or_default().add(line.split_whitespace().map(element).collect());
        }
    }
    sections
});

/// The phrases of one section, found by their first word: most words of a sentence begin none.
#[derive(Default)]
struct Section {
    phrases: Vec<Phrase>,
    /// Those that begin with one of a few words, by that word.
    by_first: HashMap<&'static str, Vec<usize>>,
    /// The others.
    other: Vec<usize>,
}

impl Section {
    fn add(&mut self, phrase: Phrase) {
        let number = self.phrases.len();
        let exactly = |choice: &Choice| match choice {
            Choice::Exactly(word) => Some(*word),
            _ => None,
        };
        let first: Option<Vec<&'static str>> = match phrase.first() {
            Some(Element::Word(choices)) => choices.iter().map(exactly).collect(),
            _ => None,
        };
        match first {
            Some(words) => {
                words.into_iter().for_each(|word| self.by_first.entry(word).or_default().push(number))
            }
            None => self.other.push(number),
        }
        self.phrases.push(phrase);
    }

    /// Whether one of its phrases occurs; `start` is where the sentence proper begins.
    fn occurs(&self, words: &[Word], start: usize) -> bool {
        let phrase = |number: &usize| self.phrases.get(*number).map_or(&[][..], Vec::as_slice);
        let begins = |(at, word): (usize, &Word)| {
            let here = self.by_first.get(word.text.as_str());
            here.is_some_and(|here| here.iter().any(|number| fits(phrase(number), words, at)))
        };
        words.iter().enumerate().any(begins)
            || self.other.iter().any(|number| occurs(phrase(number), words, start))
    }
}

fn element(text: &'static str) -> Element {
    match text {
        "*" => Element::Gap,
        "^" => Element::Start,
        _ if text.starts_with('!') => Element::Other(text.trim_start_matches('!').split('|').collect()),
        _ => Element::Word(
            text.split('|')
                .map(|choice| match choice {
                    "," => Choice::Pause,
                    "$" => Choice::End,
                    _ => choice.strip_prefix('~').map_or(Choice::Exactly(choice), Choice::Ending),
                })
                .collect(),
        ),
    }
}

/// Judges one sentence.
pub(crate) fn judge(words: &[Word]) -> Judgement {
    let start = courtesies(words);
    let says = |section: &str| CUES.get(section).is_some_and(|section| section.occurs(words, start));
    let passing = says("passing") || points_at_one_thing(words);
    if says("chat") {
        return Judgement { passing, chat: true, ..Judgement::default() };
    }
    let wrong = says("wrong");
    let lasting = says("lasting");
    let asking = says("asking");
    let own_business = says("own") || says("task") && !asking;
    let asks_something = words.last().is_some_and(|word| word.text == "?") && !requests(words);
    let wish = match () {
        () if asks_something => None,
        () if lasting => Some(Strength::Lasting),
        () if own_business => wants(words, start).then_some(Strength::Faint),
        () if asking => Some(Strength::Standing),
        () if says("standing") => {
            Some(if names_one_thing(words, start) { Strength::Mild } else { Strength::Standing })
        }
        () if says("mild") => Some(Strength::Mild),
        () => states(words, start).then_some(Strength::Faint),
    };
    Judgement { wish, wrong, passing, chat: false }
}

/// Whether a wish starts at this word: for telling where `fix the bug and always run the tests` turns into one.
pub(crate) fn starts_wish(words: &[Word]) -> bool {
    const OPENERS: &[&str] = &[
        "always", "never", "please", "do", "make", "remember", "from", "keep", "use", "avoid", "we", "no",
        "stop", "ensure", "be", "stick", "prefer", "only", "our", "as", "i", "whenever", "before", "after",
        "when", "every", "each", "going", "in", "team", "immer", "nie", "toujours", "jamais", "siempre",
        "nunca",
    ];
    words.first().is_some_and(|word| OPENERS.contains(&word.text.as_str()))
        && judge(words).wish.is_some_and(|strength| strength >= Strength::Standing)
}

/// `can you …?`, `could you please …?`, `why don't we …?` are requests, whatever mark ends them.
fn requests(words: &[Word]) -> bool {
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    texts.windows(2).any(|pair| {
        matches!(
            pair,
            ["can" | "could" | "would" | "will", "you" | "we"] | ["why", "not"] | ["mind", _] | [_, "please"]
        )
    }) || texts.starts_with(&["why", "do", "not", "we"])
}

/// A sentence about one thing that stands before people's eyes (`this button must be blue`).
fn names_one_thing(words: &[Word], start: usize) -> bool {
    let first = words.get(start).map(|word| word.text.as_str());
    matches!(first, Some("this" | "that" | "it" | "there" | "these" | "those" | "they"))
}

/// Whether a phrase occurs; `start` is where the sentence proper begins.
fn occurs(phrase: &[Element], words: &[Word], start: usize) -> bool {
    match phrase.split_first() {
        Some((Element::Start, rest)) => {
            let after_mark = |at: &usize| matches!(words.get(*at).map(|w| w.text.as_str()), Some(";" | ":"));
            fits(rest, words, start)
                || start > 0 && fits(rest, words, 0)
                || (0..words.len()).filter(after_mark).any(|at| fits(rest, words, at + 1))
        }
        _ => (0..words.len()).any(|at| fits(phrase, words, at)),
    }
}

/// Whether a phrase fits at this word. Phrases come from this program's own list and are a few elements long, so
/// the recursion is as deep as the longest of them.
fn fits(phrase: &[Element], words: &[Word], at: usize) -> bool {
    let Some((first, rest)) = phrase.split_first() else { return true };
    match first {
        Element::Start => at == 0 && fits(rest, words, at),
        Element::Gap => (0..=3).any(|skipped| at + skipped <= words.len() && fits(rest, words, at + skipped)),
        Element::Other(not) => {
            words.get(at).is_some_and(|word| !word.is_mark() && !not.contains(&word.text.as_str()))
                && fits(rest, words, at + 1)
        }
        Element::Word(choices) => choices.iter().any(|choice| match (choice, words.get(at)) {
            (Choice::End, None) => rest.is_empty(),
            (Choice::End, Some(word)) => {
                rest.is_empty() && matches!(word.text.as_str(), "." | "!" | "?" | ",")
            }
            (_, None) => false,
            (Choice::Exactly(text), Some(word)) => word.text == *text && fits(rest, words, at + 1),
            (Choice::Ending(end), Some(word)) => {
                word.text.len() > end.len() + 1 && word.text.ends_with(end) && fits(rest, words, at + 1)
            }
            (Choice::Pause, Some(word)) => {
                matches!(word.text.as_str(), "," | ":" | "—" | "–" | "-" | "(") && fits(rest, words, at + 1)
            }
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::word::words;
    use super::*;

    #[test]
    fn strength_follows_from_the_phrases() {
        let cases = [
            ("Always run zeta fmt before you commit", Some(Strength::Lasting)),
            ("hey, from now on blorp goes first", Some(Strength::Lasting)),
            ("we use pnpm here", Some(Strength::Lasting)),
            ("pls use pnpm, not npm", Some(Strength::Standing)),
            ("Dont add comments", Some(Strength::Standing)),
            ("I'd rather you asked first", Some(Strength::Standing)),
            ("no emojis please", Some(Strength::Standing)),
            ("could you run blorp before committing?", Some(Strength::Standing)),
            ("bitte immer auf Deutsch antworten", Some(Strength::Lasting)),
            ("use the blue button on the login page", Some(Strength::Mild)),
            ("I want to change my flight", None),
            ("Please use my gift card", None),
            ("Moving forward, use blorp for builds", Some(Strength::Lasting)),
            ("I am interested in moving forward with booking the new one", None),
            ("I don't know why", None),
            ("never mind", None),
            ("No problem, thanks!", None),
            ("does the loop always end?", None),
            ("the tests fail", Some(Strength::Faint)),
        ];
        for (text, expected) in cases {
            assert_eq!(judge(&words(text)).wish, expected, "{text}");
        }
    }

    #[test]
    fn passing_and_wrong_are_heard() {
        for text in ["skip the tests for now", "just this once, push to main", "only in this file, use var"] {
            assert!(judge(&words(text)).passing, "{text}");
        }
        for text in ["always sign commits", "in this repo we squash"] {
            assert!(!judge(&words(text)).passing, "{text}");
        }
        for text in [
            "no, that's wrong",
            "I said use pnpm",
            "you broke the build",
            "you forgot to run blorp again",
            "that's not what I asked",
            "revert that",
            "why did you delete it?",
            "stop doing that",
        ] {
            assert!(judge(&words(text)).wrong, "{text}");
        }
        for text in ["looks good", "no emojis please", "run it again tomorrow"] {
            assert!(!judge(&words(text)).wrong, "{text}");
        }
    }
}
