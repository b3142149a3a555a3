//! Everything that a cycle asks a model, in one go, and what it takes of the answers.
//!
//! Owns the choice of what is worth asking: only what is about to be proposed or could not be settled, and nothing that
//! was asked before and is no better founded now. Owns the tally: what was refused and why, what was not answered, what
//! each answer cost. Refuses to ask: [`Questions::prompts`] go to whoever answers, and the answers come back.

use super::earlier::Earlier;
use super::prompts::{Prompts, Task};
use super::{Said, Scene, Taken, explain, fence, merge, phrase, wishes};
use crate::learning::author::{Author, Draft, EVIDENCE, Phrase, Words, evidence_line, is_unexplained};
use crate::learning::{Change, Learning, Pair, Refused, gate, undecided};
use crate::ledger::{
    AskedRecord, ModelRecord, PhraseRecord, ReadingRecord, SameRecord, TurnRecord, WishRecord,
};
use crate::model::{Answer, Failure, Prompt, Reply, Tokens};
use crate::pattern::preference::{self, Grouped};
use crate::pattern::{Evidence, Fingerprint, Pattern};
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};

/// One question.
enum Question {
    Explain(explain::Question),
    Phrase(phrase::Question),
    Merge(merge::Question),
    Wishes(wishes::Question),
}

impl Question {
    fn task(&self) -> Task {
        match self {
            Question::Explain(_) => Task::Explain,
            Question::Phrase(_) => Task::Phrase,
            Question::Merge(_) => Task::Merge,
            Question::Wishes(_) => Task::Wishes,
        }
    }

    /// What is asked, each with the material in it.
    fn prompts(&self) -> Vec<(&Prompt, &str)> {
        match self {
            Question::Explain(question) => vec![(&question.prompt, &question.material)],
            Question::Phrase(question) => vec![(&question.prompt, &question.material)],
            Question::Merge(question) => vec![(&question.prompt, &question.material)],
            Question::Wishes(question) => {
                question.asked.iter().map(|asked| (&asked.prompt, asked.material.as_str())).collect()
            }
        }
    }

    /// What it is about, in a few words.
    fn title(&self) -> String {
        match self {
            Question::Explain(question) => format!("what to do: {}", question.title),
            Question::Phrase(question) => format!("better words: {}", question.told.title),
            Question::Merge(_) => "notes that say the same".to_owned(),
            Question::Wishes(_) => "wishes in other words".to_owned(),
        }
    }

    /// The lesson that it is about.
    fn pattern(&self) -> Option<&Fingerprint> {
        match self {
            Question::Explain(question) => Some(&question.pattern),
            Question::Phrase(question) => Some(&question.pattern),
            Question::Merge(_) | Question::Wishes(_) => None,
        }
    }
}

/// Everything that is asked.
#[derive(Default)]
pub struct Questions(Vec<Question>);

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

impl Questions {
    /// What is worth asking, given what would be proposed without asking and what is said already.
    ///
    /// Errors: a template that cannot be filled.
    pub fn of(
        scene: &Scene<'_>,
        planned: &[Learning],
        said: &Said,
        earlier: &Earlier<'_>,
        author: &Author,
        prompts: &Prompts,
    ) -> Result<Questions> {
        let mut questions = Vec::new();
        let growth = scene.settings.memory.growth;
        let patterns = scene.by_name();
        let worded = |name: &Fingerprint| {
            said.words.readings.contains_key(name) || said.words.phrases.contains_key(name)
        };
        let new = planned.iter().filter(|learning| matches!(learning.change, Change::Add | Change::Revise));
        for learning in new.filter(|learning| !worded(&learning.pattern)) {
            let Some(pattern) = patterns.get(&learning.pattern) else { continue };
            let told = author.tells(pattern);
            let sessions = pattern.support.sessions;
            let name = pattern.fingerprint.as_str();
            if is_unexplained(pattern) {
                let may = earlier.may_ask(Task::Explain.name(), name, sessions, growth);
                let question = match may {
                    true => explain::question(pattern, &told, scene.mined, &scene.settings.mining, prompts)?,
                    false => None,
                };
                if let Some(question) = question {
                    questions.push(Question::Explain(question));
                    continue;
                }
            }
            let about = format!("{name} {}", told.hash());
            if earlier.may_ask(Task::Phrase.name(), &about, sessions, f64::INFINITY) {
                questions.extend(phrase::question(pattern, told, prompts)?.map(Question::Phrase));
            }
        }
        let pairs = undecided(&scene.mined.patterns, scene.memory, scene.standings, scene.observed);
        let is_new =
            |pair: &Pair| earlier.may_ask(Task::Merge.name(), merge::name(pair).as_str(), 0, f64::INFINITY);
        let pairs: Vec<_> = pairs.into_iter().filter(is_new).take(merge::MOST).collect();
        questions.extend(merge::questions(&pairs, prompts)?.into_iter().map(Question::Merge));
        questions.extend(Questions::about_wishes(scene, said, earlier, prompts)?.map(Question::Wishes));
        Ok(Questions(questions))
    }

    /// The question about what people said and no pattern took up.
    fn about_wishes(
        scene: &Scene<'_>,
        said: &Said,
        earlier: &Earlier<'_>,
        prompts: &Prompts,
    ) -> Result<Option<wishes::Question>> {
        if scene.mined.digests.iter().all(|digest| digest.remarks.is_empty()) {
            return Ok(None);
        }
        let open = preference::open(&scene.corpus(), &scene.mined.patterns);
        let task = Task::Wishes.name();
        if !open.may_be_one || !earlier.may_ask(task, "", open.sessions, scene.settings.memory.growth) {
            return Ok(None);
        }
        // One turn stands for each wish that is known, so that others may join it.
        let known: BTreeSet<_> = said.grouped.values().flat_map(|group| &group.turns).collect();
        let best = said.grouped.values().filter_map(|group| group.turns.get(group.best)).cloned();
        let others = open.turns.iter().filter(|turn| !known.contains(turn)).cloned();
        let turns: Vec<_> = best.chain(others).take(wishes::MOST).collect();
        wishes::question(turns, open.sessions, prompts).map(Some)
    }

    /// Whether there is nothing to ask.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The prompts, in order.
    pub fn prompts(&self) -> Vec<Prompt> {
        self.0.iter().flat_map(Question::prompts).map(|(prompt, _)| prompt.clone()).collect()
    }

    /// Takes what holds of the answers, which stand in the prompts' order.
    pub fn take(
        &self,
        answers: &[Answer],
        scene: &Scene<'_>,
        said: &Said,
        author: &Author,
        engine: &str,
    ) -> Result<Settled> {
        let mut settled = Settled::default();
        let mut answers = answers.iter();
        for question in &self.0 {
            let prompts = question.prompts();
            let answered: Vec<&Answer> = answers.by_ref().take(prompts.len()).collect();
            let replies: Vec<&Reply> = answered.iter().filter_map(|answer| answer.as_ref().ok()).collect();
            replies.iter().for_each(|reply| settled.count(question, reply));
            if let Some(failure) = answered.iter().find_map(|answer| answer.as_ref().err()) {
                settled.note(question, failure, scene);
                continue;
            }
            settled.ask(question, scene);
            if replies.iter().zip(&prompts).any(|(reply, (_, material))| fence::sings(&reply.text, material))
            {
                settled.refuse(question, "it does as the text says that it was to read".to_owned());
                continue;
            }
            match (question, replies.as_slice()) {
                (Question::Explain(asked), [reply]) => {
                    settled.explained(question, asked, reply, scene, author, engine)?;
                }
                (Question::Phrase(asked), [reply]) => {
                    settled.phrased(question, asked, reply, scene, author, engine)?;
                }
                (Question::Merge(asked), [reply]) => {
                    settled.merged(question, merge::take(asked, reply), engine)
                }
                (Question::Wishes(asked), [first, again]) => {
                    settled.wishes(question, wishes::take(asked, [first, again]), scene, said, engine);
                }
                _ => {}
            }
        }
        Ok(settled)
    }
}

impl Settled {
    /// Takes down a question without an answer.
    fn note(&mut self, question: &Question, failure: &Failure, scene: &Scene<'_>) {
        *self.unanswered.entry(failure.to_string()).or_default() += 1;
        // What came to nothing and will come to nothing again is not asked again.
        if !failure.may_pass() {
            self.ask(question, scene);
        }
    }

    /// Takes down that it was asked.
    fn ask(&mut self, question: &Question, scene: &Scene<'_>) {
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

    fn count(&mut self, question: &Question, reply: &Reply) {
        let of_lesson = question.pattern().map(|name| self.tokens.entry(name.clone()).or_default());
        for (calls, tokens) in of_lesson.into_iter().chain([&mut self.all_tokens]) {
            *calls += 1;
            *tokens += reply.tokens;
        }
    }

    fn refuse(&mut self, question: &Question, why: String) {
        self.refused.push(Refused { title: question.title(), reason: format!("the model's answer: {why}") });
    }

    fn merged(&mut self, question: &Question, taken: Taken<Vec<Pair>>, engine: &str) {
        let pairs = match taken {
            Taken::Kept(pairs) => pairs,
            Taken::Nothing => return,
            Taken::Refused(why) => return self.refuse(question, why),
        };
        for pair in pairs {
            let name = merge::name(&pair).to_string();
            self.record.same.push(SameRecord { name, notes: pair.notes.clone() });
            self.said.same.insert(pair.notes, engine.to_owned());
        }
    }

    fn explained(
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
        let explained = match taken {
            Taken::Kept(explained) => explained,
            Taken::Nothing => return Ok(()),
            Taken::Refused(why) => {
                self.refuse(question, why);
                return Ok(());
            }
        };
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

    fn phrased(
        &mut self,
        question: &Question,
        asked: &phrase::Question,
        reply: &Reply,
        scene: &Scene<'_>,
        author: &Author,
        engine: &str,
    ) -> Result<()> {
        let Some(pattern) = scene.by_name().get(&asked.pattern).copied() else { return Ok(()) };
        let phrased = match phrase::take(asked, reply) {
            Taken::Kept(phrased) => phrased,
            Taken::Nothing => return Ok(()),
            Taken::Refused(why) => {
                self.refuse(question, why);
                return Ok(());
            }
        };
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

    fn wishes(
        &mut self,
        question: &Question,
        taken: Vec<Taken<Grouped>>,
        scene: &Scene<'_>,
        said: &Said,
        engine: &str,
    ) {
        let mut groups: Vec<(Grouped, Option<&Pattern>)> = Vec::new();
        for taken in taken {
            match taken {
                Taken::Kept(group) => groups.push(said.joined(group)),
                Taken::Refused(why) => self.refuse(question, why),
                Taken::Nothing => {}
            }
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
            let turn = |turn: &preference::Turn| TurnRecord {
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
