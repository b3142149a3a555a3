//! Everything that a cycle asks a model, in one go, and what it takes of the answers.
//!
//! Owns the choice of what is worth asking: only what is about to be proposed or could not be settled, and nothing that
//! was asked before and is no better founded now. Refuses to ask: [`Questions::prompts`] go to whoever answers, and the
//! answers come back ([`Settled`]).

use super::earlier::Earlier;
use super::prompts::{Prompts, Task};
use super::settled::Settled;
use super::{Said, Scene, explain, fence, merge, phrase, wishes};
use crate::learning::author::{Author, is_unexplained};
use crate::learning::{Change, Learning, Pair, undecided};
use crate::model::{Answer, Prompt, Reply};
use crate::pattern::{Fingerprint, preference};
use anyhow::Result;
use std::collections::BTreeSet;

/// One question.
pub(super) enum Question {
    Explain(explain::Question),
    Phrase(phrase::Question),
    Merge(merge::Question),
    Wishes(wishes::Question),
}

impl Question {
    pub(super) fn task(&self) -> Task {
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
    pub(super) fn title(&self) -> String {
        match self {
            Question::Explain(question) => format!("what to do: {}", question.title),
            Question::Phrase(question) => format!("better words: {}", question.told.title),
            Question::Merge(_) => "notes that say the same".to_owned(),
            Question::Wishes(_) => "wishes in other words".to_owned(),
        }
    }

    /// The lesson that it is about.
    pub(super) fn pattern(&self) -> Option<&Fingerprint> {
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
