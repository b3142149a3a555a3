//! What is worth proposing: as the builtin engine says it, and again with what a model has to add.
//!
//! Owns the order: everything is planned first, so that a model is asked only about what would be proposed or could not be
//! settled, all in one go; then it is planned anew with what holds of the answers. Without a model, and with no cycle
//! before that had one, it is one plan. A model that fails costs its words and nothing else; only where asking at all
//! is wrong (a key that is not taken, a model that is not there, a person who has had enough) there is no cycle.

use super::{Before, Request};
use crate::engine::earlier::Earlier;
use crate::engine::questions::Questions;
use crate::engine::{Engine, Said, Scene, Settled};
use crate::learning::author::Author;
use crate::learning::refusal::{self, Weighed, Witness};
use crate::learning::standing::{Standings, notes};
use crate::learning::{Observed, Planned, plan};
use crate::ledger::{CostRecord, CycleRecord};
use crate::memory::Memory;
use crate::model::purse::Spent;
use crate::model::{Answer, Failure, Tokens, price};
use crate::pattern::identity::said_again;
use crate::pattern::{Known, Mined, Pattern};
use crate::settings::Settings;
use anyhow::{Result, anyhow};

/// What is known before anything is planned.
pub(super) struct Ground<'a> {
    pub(super) request: &'a Request<'a>,
    pub(super) before: &'a Before<'a>,
    pub(super) cycles: &'a [CycleRecord],
    pub(super) known: &'a [Known],
    pub(super) memory: &'a Memory,
    pub(super) standings: &'a Standings,
    pub(super) observed: &'a Observed<'a>,
    pub(super) witnesses: &'a [Witness],
    pub(super) today: &'a str,
}

/// What is worth proposing, and what it was made from.
pub(super) struct Considered {
    /// What holds across sessions.
    pub(super) patterns: Vec<Pattern>,
    /// Which of it may be proposed.
    pub(super) weighed: Weighed,
    /// What is proposed.
    pub(super) planned: Planned,
    /// What came of asking a model, where one was asked.
    pub(super) asked: Option<Settled>,
}

/// Plans, and asks a model where there is one and something to ask.
pub(super) fn consider(ground: &Ground<'_>, mined: Mined) -> Result<Considered> {
    let Ground { request, before, cycles, .. } = ground;
    let earlier = Earlier::of(cycles);
    let engine = request.engine.as_ref().zip(before.prompts.as_ref());
    if engine.is_none() && earlier.is_empty() {
        let patterns = mined.into_patterns();
        let (weighed, planned) = planned(ground, &patterns, &Said::default())?;
        return Ok(Considered { patterns, weighed, planned, asked: None });
    }
    let author = Author::builtin()?;
    let notes = notes(ground.standings);
    let scene = Scene {
        mined: &mined,
        memory: ground.memory,
        standings: ground.standings,
        observed: ground.observed,
        notes: &notes,
        settings: request.settings,
    };
    let mut said = earlier.said(&scene, &author);
    let mut patterns = said.beside(&mined.patterns);
    let (mut weighed, mut plan) = planned(ground, &patterns, &said)?;
    let mut asked = None;
    if let Some((engine, prompts)) = engine {
        let questions = Questions::of(&scene, &plan.learnings, &said, &earlier, &author, prompts)?;
        if !questions.is_empty() {
            let answers = engine.answers.ask(&questions.prompts());
            stop_where_asking_is_wrong(engine, &answers)?;
            let settled = questions.take(&answers, &scene, &said, &author, &before.engine)?;
            if !settled.said.is_empty() {
                said.extend(settled.said.clone());
                patterns = said.beside(&mined.patterns);
                (weighed, plan) = planned(ground, &patterns, &said)?;
            }
            plan.refused.extend(settled.refused.iter().cloned());
            asked = Some(settled);
        }
    }
    Ok(Considered { patterns, weighed, planned: plan, asked })
}

fn planned(ground: &Ground<'_>, patterns: &[Pattern], said: &Said) -> Result<(Weighed, Planned)> {
    let Ground { request, known, memory, standings, observed, witnesses, today, .. } = ground;
    let settings = &request.settings.memory;
    let read_after: Vec<usize> = witnesses.iter().map(|witness| witness.read_after).collect();
    let again = said_again(patterns, known, &read_after);
    let weighed = refusal::weigh(patterns, standings, known, &again, witnesses, settings.growth);
    let author = Author::builtin()?.with(said.words.clone());
    let observed = Observed { same: said.same.clone(), again, ..(*observed).clone() };
    let mut planned = plan(&weighed.open, memory, standings, &observed, &author, settings, today)?;
    planned.settled += weighed.held;
    refusal::tell(&mut planned.learnings, &weighed.reopened);
    Ok((weighed, planned))
}

/// Errors: the service does not take what it is asked, or a person stopped it.
fn stop_where_asking_is_wrong(engine: &Engine<'_>, answers: &[Answer]) -> Result<()> {
    let name = engine.name;
    for failure in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        match failure {
            Failure::Denied(_) => {
                return Err(anyhow!(
                    "{name} cannot be asked: {failure}; nothing was written: correct the key, the model or the address, \
                     or dream without a model (`--engine builtin`)"
                ));
            }
            Failure::Interrupted => {
                return Err(anyhow!(
                    "stopped while {name} was asked: nothing was written; answers that had come are kept, and the next \
                     run does not pay for them again"
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

/// What tokens cost by the settings' prices.
pub(super) fn cost(calls: u32, tokens: Tokens, engine: &Engine<'_>, settings: &Settings) -> CostRecord {
    let model = engine.name.split_once('/').map_or(engine.name, |(_, model)| model);
    let money = price::find(&settings.engine.prices, model).map(|price| price::cost(price, tokens));
    of_spent(&Spent { calls, recalled: 0, tokens, money })
}

/// What was spent, in the form of records.
pub fn of_spent(spent: &Spent) -> CostRecord {
    let Spent { calls, recalled, tokens, money } = *spent;
    let Tokens { input, kept, keeping, output } = tokens;
    let dollars = money.map(|money| money.0 as f64 / 1e6);
    CostRecord { calls, recalled, input, kept, keeping, output, dollars }
}
