//! What holds of a model's answers, and the tally of what does not.
//!
//! Owns what is refused and why, what was not answered, what each answer cost, and what the record of the cycle keeps:
//! what was taken, so that later cycles say the same, and what was asked, so that nothing is asked twice. Refuses to let
//! an answer cost a finding: words that the gate would not have are left out, and the author's own stand.

use super::questions::Question;
use super::{NO_SUCH_VALUE, Said, Scene, Taken, explain, merge, phrase};
use crate::learning::author::{Author, Draft, EVIDENCE, Phrase, Words, evidence_line};
use crate::learning::{Pair, Refused, gate};
use crate::ledger::{
    AskedRecord, ModelRecord, PhraseRecord, ReadingRecord, SameRecord, TurnRecord, WishRecord,
};
use crate::model::{Failure, Reply, Tokens};
use crate::pattern::preference::{self, Grouped};
use crate::pattern::{Evidence, Fingerprint, Pattern};
use anyhow::Result;
use std::collections::BTreeMap;

/// What came of asking.
#[derive(Debug, Default)]
pub struct Settled {
    /// What holds.
    pub said: Said,
    /// What does not, and why.
    pub refused: Vec<Refused>,
    /// Why questions have no answer, with how many; the builtin words stand for these.
    pub unanswered: BTreeMap<String, u32>,
    /// Tokens that the answers about each lesson took, whenever that was.
    pub tokens: BTreeMap<Fingerprint, (u32, Tokens)>,
    /// Tokens that all answers took, whenever that was, and how many there are.
    pub all_tokens: (u32, Tokens),
    /// For the record of the cycle; without its cost.
    pub record: ModelRecord,
}

impl Settled {
    /// Takes down a question without an answer.
    pub(super) fn note(&mut self, question: &Question, failure: &Failure, scene: &Scene<'_>) {
        // What a model said in place of an answer is nobody's to repeat.
        let why = match failure {
            Failure::Malformed(_) => format!("the answer: {NO_SUCH_VALUE}"),
            Failure::Refused(_) => "the model would not answer".to_owned(),
            other => other.to_string(),
        };
        *self.unanswered.entry(why).or_default() += 1;
        // What came to nothing and will come to nothing again is not asked again.
        if !failure.may_pass() {
            self.ask(question, scene);
        }
    }

    /// Takes down that it was asked.
    pub(super) fn ask(&mut self, question: &Question, scene: &Scene<'_>) {
        let sessions = |name: &Fingerprint| {
            scene.by_name().get(name).map(|pattern| pattern.support.sessions).unwrap_or_default()
        };
        let task = question.task().name().to_owned();
        let entry = |about: String, sessions: u32| AskedRecord { task: task.clone(), about, sessions };
        match question {
            Question::Explain(asked) => {
                self.record.asked.push(entry(asked.pattern.to_string(), sessions(&asked.pattern)));
            }
            Question::Phrase(asked) => {
                let about = format!("{} {}", asked.pattern, asked.told.hash());
                self.record.asked.push(entry(about, sessions(&asked.pattern)));
            }
            Question::Merge(asked) => {
                let pairs = asked.pairs.iter().map(|pair| entry(merge::name(pair).to_string(), 0));
                self.record.asked.extend(pairs);
            }
            Question::Wishes(asked) => self.record.asked.push(entry(String::new(), asked.sessions)),
        }
    }

    pub(super) fn count(&mut self, question: &Question, reply: &Reply) {
        let of_lesson = question.pattern().map(|name| self.tokens.entry(name.clone()).or_default());
        for (calls, tokens) in of_lesson.into_iter().chain([&mut self.all_tokens]) {
            *calls += 1;
            *tokens += reply.tokens;
        }
    }

    pub(super) fn refuse(&mut self, question: &Question, why: String) {
        self.refused.push(Refused { title: question.title(), reason: format!("the model's answer: {why}") });
    }

    /// What is kept of an answer; a refusal is noted.
    fn kept<T>(&mut self, question: &Question, taken: Taken<T>) -> Option<T> {
        match taken {
            Taken::Kept(kept) => Some(kept),
            Taken::Nothing => None,
            Taken::Refused(why) => {
                self.refuse(question, why);
                None
            }
        }
    }

    pub(super) fn merged(&mut self, question: &Question, taken: Taken<Vec<Pair>>, engine: &str) {
        for pair in self.kept(question, taken).unwrap_or_default() {
            let name = merge::name(&pair).to_string();
            self.record.same.push(SameRecord { name, notes: pair.notes.clone() });
            self.said.same.insert(pair.notes, engine.to_owned());
        }
    }

    pub(super) fn explained(
        &mut self,
        question: &Question,
        asked: &explain::Question,
        reply: &Reply,
        scene: &Scene<'_>,
        author: &Author,
        engine: &str,
    ) -> Result<()> {
        let Some(pattern) = scene.by_name().get(&asked.pattern).copied() else { return Ok(()) };
        let told = author.tells(pattern);
        let taken = explain::take(asked, reply, pattern, &told, scene.mined, &scene.settings.mining);
        let Some(explained) = self.kept(question, taken) else { return Ok(()) };
        let mut alone = Said::default();
        alone.take_reading(&asked.pattern, explained.clone(), engine);
        if let Some(why) = refusal_of_gate(pattern, alone.words, &explained.quotes, author)? {
            self.refuse(question, why);
            return Ok(());
        }
        self.record.readings.push(ReadingRecord {
            pattern: asked.pattern.to_string(),
            advice: explained.advice.clone(),
            quotes: explained.quotes.clone(),
        });
        self.said.take_reading(&asked.pattern, explained, engine);
        Ok(())
    }

    pub(super) fn phrased(
        &mut self,
        question: &Question,
        asked: &phrase::Question,
        reply: &Reply,
        scene: &Scene<'_>,
        author: &Author,
        engine: &str,
    ) -> Result<()> {
        let Some(pattern) = scene.by_name().get(&asked.pattern).copied() else { return Ok(()) };
        let Some(phrased) = self.kept(question, phrase::take(asked, reply)) else { return Ok(()) };
        let phrase::Phrased { title, rule, advice } = phrased;
        let (name, of) = (asked.pattern.clone(), asked.told.hash());
        let phrase = Phrase { of, title, rule, advice, engine: engine.to_owned() };
        let words = Words { phrases: BTreeMap::from([(name.clone(), phrase.clone())]), ..Words::default() };
        if let Some(why) = refusal_of_gate(pattern, words, &[], author)? {
            self.refuse(question, why);
            return Ok(());
        }
        self.record.phrases.push(PhraseRecord {
            pattern: name.to_string(),
            of: phrase.of.clone(),
            title: phrase.title.clone(),
            rule: phrase.rule.clone(),
            advice: phrase.advice.clone(),
        });
        self.said.words.phrases.insert(name, phrase);
        Ok(())
    }

    pub(super) fn wishes(
        &mut self,
        question: &Question,
        taken: Vec<Taken<Grouped>>,
        scene: &Scene<'_>,
        said: &Said,
        engine: &str,
    ) {
        let mut groups: Vec<(Grouped, Option<&Pattern>)> = Vec::new();
        for taken in taken {
            groups.extend(self.kept(question, taken).map(|group| said.joined(group)));
        }
        let grouped: Vec<Grouped> = groups.iter().map(|(group, _)| group.clone()).collect();
        let judged = match grouped.is_empty() {
            true => Vec::new(),
            false => preference::judged(&scene.corpus(), &grouped, &scene.mined.patterns),
        };
        for ((group, known), pattern) in groups.into_iter().zip(judged) {
            let mut pattern = match pattern {
                Ok(pattern) => pattern,
                Err(why) => {
                    self.refuse(question, why.to_owned());
                    continue;
                }
            };
            if let Some(known) = known {
                (pattern.fingerprint, pattern.anchor) = (known.fingerprint.clone(), known.anchor.clone());
            }
            let turn = |turn: &preference::Spoken| TurnRecord {
                session: turn.session.clone(),
                event: turn.event,
                hash: turn.hash(),
            };
            self.record.wishes.push(WishRecord {
                pattern: pattern.fingerprint.to_string(),
                anchor: pattern.anchor.clone(),
                turns: group.turns.iter().map(turn).collect(),
                best: group.best,
            });
            self.said.take_wish(pattern, group, engine, scene);
        }
    }
}

/// What the gate says of a note with these words, if it would have the note without them.
fn refusal_of_gate(
    pattern: &Pattern,
    words: Words,
    quotes: &[Evidence],
    author: &Author,
) -> Result<Option<String>> {
    let none = BTreeMap::new();
    let note = |draft: &Draft, quotes: &[Evidence]| {
        let quotes: Vec<String> = quotes.iter().map(|quote| evidence_line(quote, "2026-01-01")).collect();
        format!("{}\n\n{}\n{EVIDENCE}\n\n{}\n", draft.rule, draft.body, quotes.join("\n"))
    };
    let without = gate::inspect(&note(&author.draft(pattern, &none)?, &[]));
    let with = Author::builtin()?.with(words).draft(pattern, &none)?;
    let found = gate::inspect(&note(&with, quotes));
    let is_new = |finding: &&gate::Finding| !without.iter().any(|known| known.rule == finding.rule);
    let orders = quotes.iter().any(|quote| gate::is_instruction_like(&quote.quote));
    let orders = orders.then(|| "what it quotes gives orders to agents".to_owned());
    Ok(orders
        .or_else(|| found.iter().find(is_new).map(|finding| format!("{}: {}", finding.rule, finding.what))))
}
