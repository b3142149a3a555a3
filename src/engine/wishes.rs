//! Which turns ask for the same lasting thing, in other words.
//!
//! Owns the question, and what is taken of the answer: which of the turns that were shown belong together, and which of
//! them says it best. No word of the answer gets any further, and whether a group is a team's wish is counted by
//! [`crate::pattern::preference`], as it counts its own.

use super::Taken;
use super::prompts::{Ask, Prompts, Task};
use crate::learning::author::quote;
use crate::model::{Prompt, Reply};
use crate::pattern::preference::{Grouped, Turn};
use anyhow::Result;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeSet;

/// Turns shown in one question.
pub(super) const MOST: usize = 100;

/// Longest text shown of a turn, bytes.
const LONGEST: usize = 200;

/// Most tokens of an answer.
const MOST_TOKENS: u32 = 1_500;

/// A question, and what its answer is about.
pub(super) struct Question {
    /// The turns, in the order of their ids.
    pub(super) turns: Vec<Turn>,
    /// Independent sessions that the open turns come from.
    pub(super) sessions: u32,
    /// What is asked.
    pub(super) prompt: Prompt,
    /// What stands in it.
    pub(super) material: String,
}

#[derive(Deserialize)]
struct Answer {
    groups: Vec<Together>,
}

#[derive(Deserialize)]
struct Together {
    turns: Vec<String>,
    best: String,
}

/// The question about these turns.
pub(super) fn question(turns: Vec<Turn>, sessions: u32, prompts: &Prompts) -> Result<Question> {
    let mut material = String::new();
    for (number, turn) in turns.iter().enumerate() {
        material.push_str(&format!("[t{}] {}\n", number + 1, quote::brief(&turn.text, LONGEST)));
    }
    let text = json!({ "type": "string" });
    let group = json!({
        "type": "object",
        "properties": { "turns": { "type": "array", "items": text }, "best": text },
        "required": ["turns", "best"],
        "additionalProperties": false,
    });
    let schema = json!({
        "type": "object",
        "properties": { "groups": { "type": "array", "items": group } },
        "required": ["groups"],
        "additionalProperties": false,
    });
    let ask = Ask { task: Task::Wishes, material: &material, schema, most_tokens: MOST_TOKENS };
    let prompt = prompts.prompt(&ask)?;
    Ok(Question { turns, sessions, prompt, material })
}

/// The groups of an answer, or why one is none.
pub(super) fn take(question: &Question, reply: &Reply) -> Vec<Taken<Grouped>> {
    let answer: Answer = match reply.parse() {
        Ok(answer) => answer,
        Err(failure) => return vec![Taken::Refused(failure.to_string())],
    };
    let mut used = BTreeSet::new();
    answer.groups.iter().map(|group| grouped(group, question, &mut used)).collect()
}

fn grouped(group: &Together, question: &Question, used: &mut BTreeSet<usize>) -> Taken<Grouped> {
    let place = |id: &str| {
        let number = id.strip_prefix('t')?.parse::<usize>().ok()?.checked_sub(1)?;
        (number < question.turns.len()).then_some(number)
    };
    let places: Option<BTreeSet<usize>> = group.turns.iter().map(|id| place(id)).collect();
    let Some(places) = places else {
        return Taken::Refused("it names a turn that was not shown".to_owned());
    };
    if places.len() < 2 {
        return Taken::Nothing;
    }
    if places.iter().any(|at| used.contains(at)) {
        return Taken::Refused("one of its turns stands in another group".to_owned());
    }
    let best = place(&group.best).and_then(|best| places.iter().position(|at| *at == best));
    let Some(best) = best else {
        return Taken::Refused("its best wording is none of its turns".to_owned());
    };
    used.extend(&places);
    let turns = places.iter().filter_map(|at| question.turns.get(*at)).cloned().collect();
    Taken::Kept(Grouped { turns, best })
}
