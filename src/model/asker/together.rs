//! Prompts sent together, as a batch, and batches of earlier cycles fetched.
//!
//! A batch is noted the moment it is sent, and struck out once its replies are kept. So one that is not done while
//! somebody waits, or whose cycle was stopped, is fetched by the next cycle, and nothing is asked twice: a prompt that is
//! in an open batch waits for that one. What a batch answers to prompts that nobody asks any more is kept, too; it was
//! paid for.

use super::Model;
use crate::model::anthropic::Messages;
use crate::model::batches::Sent;
use crate::model::heard::Took;
use crate::model::interrupt::Waiting;
use crate::model::purse::Hold;
use crate::model::replies;
use crate::model::{Answer, Failure, Prompt, most};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// How long it is waited before a batch is looked at again, at first and at most.
const LOOKING: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// Prompts on their way in batches.
pub(super) struct Together<'a> {
    model: &'a Model,
    messages: &'a Messages,
    waiting: &'a Waiting,
    /// Every prompt that has no answer yet, by the name of its reply.
    wanted: BTreeMap<String, &'a Prompt>,
    /// The names in the prompts' order.
    names: Vec<String>,
    found: BTreeMap<String, Answer>,
    holds: BTreeMap<String, Hold>,
}

/// Asks what has no answer yet in batches, as far as it is in one or may be sent as one. Gives whether anything else may
/// be asked afterwards.
pub(super) async fn ask(
    model: &Model,
    messages: &Messages,
    waiting: &Waiting,
    prompts: &[Prompt],
    answers: &mut [Option<Answer>],
) -> bool {
    let terms = &model.terms;
    let name = |prompt| replies::name(&terms.identity, &terms.model, prompt);
    let names: Vec<String> = prompts.iter().map(name).collect();
    let open = names.iter().zip(prompts).zip(answers.iter()).filter(|(_, answer)| answer.is_none());
    let wanted = open.map(|((name, prompt), _)| (name.clone(), prompt)).collect();
    let mut together =
        Together { model, messages, waiting, wanted, names, found: BTreeMap::new(), holds: BTreeMap::new() };
    together.all().await;
    for (name, answer) in together.names.iter().zip(answers.iter_mut()) {
        if answer.is_none() {
            *answer = together.found.get(name).cloned();
        }
    }
    !together.is_over()
}

impl Together<'_> {
    async fn all(&mut self) {
        let minutes = if self.model.terms.batch { self.model.batch_minutes } else { 0 };
        let until = Instant::now() + Duration::from_secs(u64::from(minutes) * 60);
        let mut open = self.model.batches.of(&self.model.terms.identity, &self.model.terms.model);
        self.look_at(&mut open).await;
        open.retain(|sent| sent.names.iter().any(|name| self.wanted.contains_key(name)));
        if self.model.terms.batch && !self.is_over() {
            open.extend(self.send(&open).await);
        }
        let mut pause = LOOKING.0;
        while !open.is_empty() && !self.is_over() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return self.give_up(&open, &Failure::InBatch);
            }
            tokio::select! {
                () = tokio::time::sleep(pause.min(left)) => {}
                () = self.waiting.interrupted() => return self.give_up(&open, &Failure::Interrupted),
            }
            pause = pause.mul_f64(1.5).min(LOOKING.1);
            self.look_at(&mut open).await;
        }
    }

    /// Looks at every batch once; those that have ended are fetched and are open no more.
    async fn look_at(&mut self, open: &mut Vec<Sent>) {
        let mut still = Vec::new();
        for sent in std::mem::take(open) {
            let looked = tokio::select! {
                looked = self.messages.look_at_batch(&sent.id) => looked,
                () = self.waiting.interrupted() => Err(Failure::Interrupted),
            };
            match looked {
                Ok(Some(batch)) if batch.has_ended() => self.fetch(sent).await,
                Ok(Some(_)) => still.push(sent),
                // The service knows of none by this name: its prompts have to be asked anew.
                Ok(None) => self.model.batches.forget(&sent),
                Err(failure) => self.give_up(&[sent], &failure),
            }
        }
        *open = still;
    }

    /// Sends what is in no batch yet, as far as the budget reaches.
    async fn send(&mut self, open: &[Sent]) -> Option<Sent> {
        let mut sent: Vec<(String, &Prompt)> = Vec::new();
        for name in &self.names {
            let is_under_way = open.iter().any(|sent| sent.names.contains(name));
            let Some(prompt) = self.wanted.get(name).filter(|_| !is_under_way) else { continue };
            if self.found.contains_key(name) || self.holds.contains_key(name) {
                continue;
            }
            match self.model.purse.borrow_mut().hold(prompt) {
                Some(hold) => {
                    self.holds.insert(name.clone(), hold);
                    sent.push((name.clone(), prompt));
                }
                None => {
                    self.found.insert(name.clone(), Err(Failure::OverBudget));
                }
            }
        }
        if sent.is_empty() {
            return None;
        }
        match self.messages.send_batch(&sent).await {
            Ok(batch) => {
                let terms = &self.model.terms;
                let (identity, model) = (terms.identity.clone(), terms.model.clone());
                let names = sent.into_iter().map(|(name, _)| name).collect();
                let sent = Sent { id: batch.id, identity, model, names };
                self.model.batches.remember(&sent);
                Some(sent)
            }
            Err(heard) => {
                let failure = heard.said.err().unwrap_or(Failure::NotAsked);
                for (name, prompt) in sent {
                    self.settle(&name, heard.took, Some(prompt));
                    self.found.insert(name, Err(failure.clone()));
                }
                None
            }
        }
    }

    /// Fetches what a batch brings, keeps it, and strikes the batch out.
    async fn fetch(&mut self, sent: Sent) {
        let mut results = match self.messages.results_of_batch(&sent.id, &self.wanted).await {
            Ok(results) => results,
            Err(failure) => return self.give_up(&[sent], &failure),
        };
        for name in &sent.names {
            let prompt = self.wanted.get(name).copied();
            let Some(heard) = results.remove(name) else {
                self.settle(name, Took::Nothing, prompt);
                self.found
                    .insert(name.clone(), Err(Failure::Broken("its batch has no result for it".to_owned())));
                continue;
            };
            self.settle(name, heard.took, prompt);
            let schema = prompt.map_or(&Value::Null, |prompt| &prompt.schema);
            let answer = heard.answer(schema, &self.model.terms.model);
            if let Ok(reply) = &answer {
                self.model.replies.keep_as(name, reply);
            }
            self.found.insert(name.clone(), answer);
        }
        self.model.batches.forget(&sent);
    }

    /// Answers what is wanted of these batches with a failure; the batches stay noted.
    fn give_up(&mut self, open: &[Sent], failure: &Failure) {
        for name in open.iter().flat_map(|sent| &sent.names) {
            if self.wanted.contains_key(name) {
                self.settle(name, Took::Nothing, None);
                self.found.insert(name.clone(), Err(failure.clone()));
            }
        }
    }

    /// Books what a prompt took, whichever cycle sent it.
    fn settle(&mut self, name: &str, took: Took, prompt: Option<&Prompt>) {
        let took = match took {
            Took::Nothing => None,
            Took::Counted(tokens) => Some(tokens),
            Took::Unknown => prompt.map(most),
        };
        let mut purse = self.model.purse.borrow_mut();
        match (self.holds.remove(name), took) {
            (Some(hold), took) => purse.settle(hold, took),
            (None, Some(tokens)) => purse.book(tokens),
            (None, None) => {}
        }
    }

    fn is_over(&self) -> bool {
        self.found.values().any(|answer| answer.as_ref().is_err_and(Failure::is_final))
    }
}
