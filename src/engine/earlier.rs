//! What models said in earlier cycles, as far as it holds today.
//!
//! Owns reading it back from the records of cycles. Everything is checked again by what the digests and the author say
//! now: a quote whose session was erased, a phrase for words that the author would no longer use, a wish that too few
//! people stand behind is left out. So a cycle says the same in the same words, whichever engine it has, and a ledger
//! that somebody has edited brings nothing in. Refuses to ask.

use super::explain::{self, Explained};
use super::phrase::{self, Phrased};
use super::{Said, Scene, Taken, merge};
use crate::learning::author::{Author, Phrase, Reading};
use crate::learning::standing::needed;
use crate::learning::undecided;
use crate::ledger::{AskedRecord, CycleRecord, ModelRecord, ReadingRecord, WishRecord};
use crate::pattern::preference::{self, Grouped, Spoken};
use crate::pattern::{Corpus, Fingerprint, Pattern, Support, identity, witness};
use std::collections::BTreeMap;

/// What earlier cycles asked and were told.
#[derive(Debug, Default)]
pub struct Earlier<'a> {
    /// Sessions behind each question when it was answered, the most there were, by task and what it was about.
    asked: BTreeMap<(&'a str, &'a str), u32>,
    /// The records of cycles that had a model, oldest first, and the engine of each.
    records: Vec<(&'a ModelRecord, &'a str)>,
}

impl<'a> Earlier<'a> {
    /// What these cycles, oldest first, asked and were told.
    pub fn of(cycles: &'a [CycleRecord]) -> Earlier<'a> {
        let told = |cycle: &'a CycleRecord| Some((cycle.model.as_ref()?, cycle.engine.as_str()));
        let records: Vec<_> = cycles.iter().filter_map(told).collect();
        let mut asked: BTreeMap<(&str, &str), u32> = BTreeMap::new();
        for AskedRecord { task, about, sessions } in records.iter().flat_map(|(record, _)| &record.asked) {
            let most = asked.entry((task, about)).or_default();
            *most = (*most).max(*sessions);
        }
        Earlier { asked, records }
    }

    /// Whether no cycle had a model.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Whether this may be asked: it never was, or materially more sessions are behind it by now.
    pub(super) fn may_ask(&self, task: &str, about: &str, sessions: u32, growth: f64) -> bool {
        self.asked.get(&(task, about)).is_none_or(|before| {
            let then = Support { sessions: *before, ..Support::default() };
            sessions >= before.saturating_add(needed(&then, growth))
        })
    }

    /// What of it holds today.
    pub fn said(&self, scene: &Scene<'_>, author: &Author) -> Said {
        let mut said = Said::default();
        if self.records.is_empty() {
            return said;
        }
        self.wishes(scene, &mut said);
        let patterns: BTreeMap<&Fingerprint, &Pattern> =
            scene.mined.patterns.iter().map(|pattern| (&pattern.fingerprint, pattern)).collect();
        for (record, engine) in &self.records {
            for reading in &record.readings {
                let pattern =
                    Fingerprint::parse(&reading.pattern).and_then(|name| patterns.get(&name).copied());
                if let Some((pattern, explained)) = pattern
                    .and_then(|pattern| Some((pattern, still_explains(reading, pattern, scene, author)?)))
                {
                    said.take_reading(&pattern.fingerprint, explained, engine);
                }
            }
            for phrased in &record.phrases {
                let Some(pattern) =
                    Fingerprint::parse(&phrased.pattern).and_then(|name| patterns.get(&name).copied())
                else {
                    continue;
                };
                let told = author.tells(pattern);
                let (title, rule, advice) =
                    (phrased.title.clone(), phrased.rule.clone(), phrased.advice.clone());
                let checked = phrase::checked(Phrased { title, rule, advice }, &told);
                if let (Taken::Kept(Phrased { title, rule, advice }), true) =
                    (checked, phrased.of == told.hash())
                {
                    let phrase =
                        Phrase { of: phrased.of.clone(), title, rule, advice, engine: (*engine).to_owned() };
                    said.words.phrases.insert(pattern.fingerprint.clone(), phrase);
                }
            }
        }
        self.same(scene, &mut said);
        said
    }

    /// The wishes that models grouped, counted anew.
    fn wishes(&self, scene: &Scene<'_>, said: &mut Said) {
        let corpus = scene.corpus();
        let mut known: BTreeMap<&str, (&WishRecord, &str)> = BTreeMap::new();
        for (record, engine) in &self.records {
            known.extend(record.wishes.iter().map(|wish| (wish.pattern.as_str(), (wish, *engine))));
        }
        let groups: Vec<(&WishRecord, &str, Grouped)> = known
            .into_values()
            .filter_map(|(wish, engine)| Some((wish, engine, turns_of(wish, &corpus)?)))
            .collect();
        let grouped: Vec<Grouped> = groups.iter().map(|(_, _, group)| group.clone()).collect();
        let judged = match grouped.is_empty() {
            true => Vec::new(),
            false => preference::judged(&corpus, &grouped, &scene.mined.patterns),
        };
        for ((wish, engine, group), pattern) in groups.into_iter().zip(judged) {
            let (Ok(mut pattern), Some(name)) = (pattern, Fingerprint::parse(&wish.pattern)) else {
                continue;
            };
            // A wish keeps its name while it grows.
            (pattern.fingerprint, pattern.anchor) = (name, wish.anchor.clone());
            said.take_wish(pattern, group, engine, scene);
        }
        witness::leave_out_readers(&mut said.patterns, scene.notes, &corpus);
    }

    fn same(&self, scene: &Scene<'_>, said: &mut Said) {
        let known: BTreeMap<&str, &str> = self
            .records
            .iter()
            .flat_map(|(record, engine)| record.same.iter().map(|same| (same.name.as_str(), *engine)))
            .collect();
        if known.is_empty() {
            return;
        }
        for pair in undecided(&scene.mined.patterns, scene.memory, scene.standings, scene.observed) {
            if let Some(engine) = known.get(merge::name(&pair).as_str()) {
                said.same.insert(pair.notes, (*engine).to_owned());
            }
        }
    }
}

fn still_explains(
    reading: &ReadingRecord,
    pattern: &Pattern,
    scene: &Scene<'_>,
    author: &Author,
) -> Option<Explained> {
    let (advice, quotes) = (reading.advice.clone(), reading.quotes.clone());
    let told = author.tells(pattern);
    match explain::checked(advice, quotes, pattern, &told, scene.mined, &scene.settings.mining) {
        Taken::Kept(explained) => Some(explained),
        Taken::Nothing | Taken::Refused(_) => None,
    }
}

/// The turns of a group that are still there, if the best of them is.
fn turns_of(wish: &WishRecord, corpus: &Corpus<'_>) -> Option<Grouped> {
    let turn = |at: usize| {
        let turn = wish.turns.get(at)?;
        preference::spoken_of(corpus, &turn.session, turn.event, &turn.hash)
    };
    let best = turn(wish.best)?;
    let turns: Vec<Spoken> = (0..wish.turns.len()).filter_map(turn).collect();
    let best = turns.iter().position(|turn| *turn == best)?;
    Some(Grouped { turns, best })
}

impl Said {
    /// Takes up a wish, unless the miners found it themselves.
    pub(super) fn take_wish(&mut self, pattern: Pattern, group: Grouped, engine: &str, scene: &Scene<'_>) {
        let is_known = |other: &&Pattern| {
            other.fingerprint == pattern.fingerprint || identity::same(&other.anchor, &pattern.anchor)
        };
        if scene.mined.patterns.iter().chain(&self.patterns).find(is_known).is_none() {
            self.words.groups.insert(pattern.fingerprint.clone(), engine.to_owned());
            self.grouped.insert(pattern.fingerprint.clone(), group);
            self.patterns.push(pattern);
        }
    }

    /// Takes up what to do about a mistake.
    pub(super) fn take_reading(&mut self, pattern: &Fingerprint, explained: Explained, engine: &str) {
        let sessions = explained.quotes.len() as u32;
        let reading = Reading { advice: explained.advice, sessions, engine: engine.to_owned() };
        self.words.readings.insert(pattern.clone(), reading);
        self.evidence.insert(pattern.clone(), explained.quotes);
    }
}
