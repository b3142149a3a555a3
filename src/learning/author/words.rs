//! Words for lessons that are not the builtin author's: what a model read in excerpts, or said better.
//!
//! Owns where such words stand in a note, and the one rule of both: they hold as long as the author would still say
//! what they were found for. Who gives other words for the same twice, once with a model and once without, would have
//! notes swing to and fro. Refuses to check what words say: that is for whoever brings them.

use super::{RULE, Wording, error, quote};
use crate::pattern::{Fingerprint, Lesson, Pattern};
use crate::redact::Clean;
use std::collections::BTreeMap;

/// Words by the pattern that they are for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Words {
    /// What to do where the miners found no remedy.
    pub readings: BTreeMap<Fingerprint, Reading>,
    /// The author's words, put better.
    pub phrases: BTreeMap<Fingerprint, Phrase>,
    /// Who held turns in other words to be one wish.
    pub groups: BTreeMap<Fingerprint, String>,
}

/// What to do about a mistake, as a model reads it in what agents did.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// One sentence.
    pub advice: Clean,
    /// Independent sessions whose agents did so.
    pub sessions: u32,
    /// Who read it.
    pub engine: String,
}

/// The author's words for a lesson, put better.
#[derive(Clone, Debug, PartialEq)]
pub struct Phrase {
    /// [`Told::hash`] of the words that these stand for.
    pub of: String,
    /// The learning in a few words.
    pub title: Clean,
    /// The rule in one sentence.
    pub rule: Clean,
    /// What to do, one for each of the author's sentences.
    pub advice: Vec<Clean>,
    /// Who said it so.
    pub engine: String,
}

/// What the author says of a lesson: what may be put better.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The learning in a few words.
    pub title: String,
    /// The rule in one sentence.
    pub rule: String,
    /// What to do, one sentence each.
    pub advice: Vec<String>,
}

impl Told {
    /// A name for these words, 16 hexadecimal digits.
    pub fn hash(&self) -> String {
        let parts = [&self.title, &self.rule].into_iter().chain(&self.advice);
        Fingerprint::of(&parts.map(String::as_str).collect::<Vec<_>>()).to_string()
    }
}

/// Whether the miners found no way round what keeps going wrong, so that a model may be asked for one.
pub fn is_unexplained(pattern: &Pattern) -> bool {
    match &pattern.lesson {
        Lesson::Error(lesson) => !lesson.remedies.iter().any(|remedy| error::is_specific(&remedy.way)),
        Lesson::Contrast(_) => true,
        _ => false,
    }
}

impl Wording {
    /// What these words say, as far as it may be put better.
    pub(super) fn told(&self) -> Told {
        let advice = self.slots.advice.clone();
        Told { title: self.slots.title.clone(), rule: self.rule.clone(), advice }
    }

    /// Takes words in the place of these, where there are any for them; gives who said them.
    pub(super) fn take(&mut self, words: &Words, pattern: &Pattern) -> Option<String> {
        let name = &pattern.fingerprint;
        if let Some(reading) = words.readings.get(name).filter(|_| is_unexplained(pattern)) {
            self.take_reading(reading, pattern);
            return Some(reading.engine.clone());
        }
        if let Some(engine) = words.groups.get(name) {
            self.rationale.push_str(&format!(
                "\nThat these turns ask for the same, a model holds ({engine}); the words are the people's, and they were \
                 counted without it."
            ));
            return Some(engine.clone());
        }
        let phrase = words.phrases.get(name)?;
        let told = self.told();
        if phrase.of != told.hash() || phrase.advice.len() != told.advice.len() {
            return None;
        }
        // The name of a note is made from the author's own title, whoever words it.
        self.subject.get_or_insert(told.title);
        self.slots.title = phrase.title.to_string();
        self.rule = phrase.rule.to_string();
        self.slots.advice = phrase.advice.iter().map(Clean::to_string).collect();
        Some(phrase.engine.clone())
    }

    fn take_reading(&mut self, reading: &Reading, pattern: &Pattern) {
        let advice = quote::sentence(&reading.advice);
        if let Lesson::Error(lesson) = &pattern.lesson {
            self.slots.advice.retain(|said| !error::is_without_remedy(said, lesson));
            let does = advice.trim_end_matches('.');
            let room = RULE.saturating_sub(does.len());
            self.rule = error::with_message(does, "else", &lesson.template, room);
        }
        self.slots.advice.insert(0, advice);
        self.rationale.push_str(&format!(
            "\nWhat to do is a model's reading ({}) of what agents did in {} independent sessions: all it names is \
             quoted from them, and nobody has measured that it helps.",
            reading.engine, reading.sessions
        ));
    }
}
