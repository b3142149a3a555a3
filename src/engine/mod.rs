//! What a language model may settle, and what of its answers holds.
//!
//! The builtin engine finds and counts; where a memory repository names a model, it is asked about what the counting left
//! open: mistakes nobody's fix explains, wishes in free words, how a note is worded. Owns the questions (templates under
//! `templates/prompts/`), the fences that keep transcript text data, and the checks: a quote that is not verbatim in its
//! session, a number or a name that nothing bears out, too few independent sessions, or a text that the gate refuses is
//! dropped, counted and listed. Refuses to write anything: what is left is patterns and words for [`crate::learning`].
//!
//! One file a question ([`explain`], [`phrase`], [`merge`], [`wishes`]), each with what it takes of the answer; all of
//! them together are [`questions`], and what earlier cycles were told is [`earlier`].

pub mod earlier;
mod excerpt;
mod explain;
pub mod fence;
mod ground;
mod merge;
mod phrase;
pub mod prompts;
pub mod questions;
mod settled;
mod wishes;

pub use settled::Settled;

use crate::learning::Observed;
use crate::learning::author::Words;
use crate::learning::standing::Standings;
use crate::memory::Memory;
use crate::model::Answers;
use crate::model::purse::Spent;
use crate::pattern::preference::Grouped;
use crate::pattern::{Corpus, Evidence, Fingerprint, Mined, Pattern};
use crate::settings::Settings;
use std::collections::BTreeMap;

/// A model that may be asked.
#[derive(Clone, Copy)]
pub struct Engine<'a> {
    /// Its service and its own name: `anthropic/claude-haiku-4-5`.
    pub name: &'a str,
    /// Who answers.
    pub answers: &'a dyn Answers,
    /// What was spent on it so far.
    pub spent: &'a dyn Fn() -> Spent,
}

/// Why an answer that cannot be read is refused. Why exactly would repeat what it says.
const NO_SUCH_VALUE: &str = "it is not the value that was asked for";

/// What of an answer is taken.
#[derive(Clone, Debug, PartialEq)]
enum Taken<T> {
    /// What holds.
    Kept(T),
    /// It claims nothing, which is a good answer.
    Nothing,
    /// It claims something that does not hold; why.
    Refused(String),
}

/// What questions are made from, and answers checked against.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// What the miners found, and in what.
    pub mined: &'a Mined,
    /// The memory as it stands.
    pub memory: &'a Memory,
    /// What people decided.
    pub standings: &'a Standings,
    /// What is known of the notes.
    pub observed: &'a Observed<'a>,
    /// The path of the note of each pattern that has one.
    pub notes: &'a BTreeMap<Fingerprint, String>,
    /// The settings.
    pub settings: &'a Settings,
}

impl<'a> Scene<'a> {
    fn corpus(&self) -> Corpus<'a> {
        let Mined { digests, jobs, .. } = self.mined;
        Corpus { digests, jobs: jobs.clone(), settings: &self.settings.mining }
    }

    fn by_name(&self) -> BTreeMap<&'a Fingerprint, &'a Pattern> {
        self.mined.patterns.iter().map(|pattern| (&pattern.fingerprint, pattern)).collect()
    }
}

/// What models have said and what holds of it.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// Words for lessons.
    pub words: Words,
    /// What agents did that such words rest on.
    pub evidence: BTreeMap<Fingerprint, Vec<Evidence>>,
    /// Wishes that the miners did not see to be one.
    pub patterns: Vec<Pattern>,
    /// The turns of each of these.
    pub grouped: BTreeMap<Fingerprint, Grouped>,
    /// Pairs of notes that say the same, and who holds that.
    pub same: BTreeMap<(String, String), String>,
}

impl Said {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.words == Words::default() && self.patterns.is_empty() && self.same.is_empty()
    }

    /// Adds what was said later; it counts more.
    pub fn extend(&mut self, later: Said) {
        let Said { words, evidence, patterns, grouped, same } = later;
        self.words.readings.extend(words.readings);
        self.words.phrases.extend(words.phrases);
        self.words.groups.extend(words.groups);
        self.evidence.extend(evidence);
        self.patterns.retain(|known| !patterns.iter().any(|new| new.fingerprint == known.fingerprint));
        self.patterns.extend(patterns);
        self.grouped.extend(grouped);
        self.same.extend(same);
    }

    /// The patterns that were mined, with what was read beside them: wishes, and quotes behind words.
    pub fn beside(&self, mined: &[Pattern]) -> Vec<Pattern> {
        let mut patterns: Vec<Pattern> = mined.iter().chain(&self.patterns).cloned().collect();
        for pattern in &mut patterns {
            let quotes = self.evidence.get(&pattern.fingerprint).into_iter().flatten();
            let known: Vec<_> = pattern.evidence.iter().map(|one| (one.session.clone(), one.event)).collect();
            let new = quotes.filter(|quote| !known.contains(&(quote.session.clone(), quote.event)));
            pattern.evidence.extend(new.cloned());
        }
        // As the miners sort them: the best founded first, then what costs most.
        patterns.sort_by(|a, b| {
            let by_grade = b.grade.cmp(&a.grade).then_with(|| b.weight.total_cmp(&a.weight));
            by_grade.then_with(|| a.fingerprint.cmp(&b.fingerprint))
        });
        patterns
    }

    /// A group with the turns of the known wish whose turn stands in it, and that wish.
    fn joined(&self, mut group: Grouped) -> (Grouped, Option<&Pattern>) {
        let has =
            |known: &Grouped| known.turns.get(known.best).is_some_and(|best| group.turns.contains(best));
        let Some((name, known)) = self.grouped.iter().find(|(_, known)| has(known)) else {
            return (group, None);
        };
        let (best, turns) = (known.best, known.turns.clone());
        let more = group.turns.drain(..).filter(|turn| !turns.contains(turn)).collect::<Vec<_>>();
        let turns = turns.into_iter().chain(more).collect();
        // What it is called by stays what people know it by.
        let pattern = self.patterns.iter().find(|pattern| pattern.fingerprint == *name);
        (Grouped { turns, best }, pattern)
    }
}
