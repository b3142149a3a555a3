//! Whether two notes say the same, where words alone cannot tell.
//!
//! Owns the question, many pairs in one. Of the answer nothing but yes or no is taken, and only for pairs that were
//! asked about; what becomes of two notes that are one, the plan says.

use super::Taken;
use super::prompts::{Ask, Prompts, Task};
use crate::learning::Pair;
use crate::learning::author::quote;
use crate::model::{Prompt, Reply};
use crate::pattern::Fingerprint;
use anyhow::Result;
use serde::Deserialize;
use serde_json::json;

/// Pairs in one question.
const TOGETHER: usize = 8;

/// Pairs asked about in one cycle.
pub(super) const MOST: usize = 24;

/// Longest text shown of a note, bytes.
const LONGEST: usize = 600;

/// Tokens of the answer for one pair, and of what is around them.
const TOKENS: [u32; 2] = [24, 60];

/// A question, and what its answer is about.
pub(super) struct Question {
    /// The pairs, in the order of their ids.
    pub(super) pairs: Vec<Pair>,
    /// What is asked.
    pub(super) prompt: Prompt,
    /// What stands in it.
    pub(super) material: String,
}

#[derive(Deserialize)]
struct Answer {
    pairs: Vec<Judged>,
}

#[derive(Deserialize)]
struct Judged {
    id: String,
    same: bool,
}

/// Names a pair by what its notes say: it is asked about again when one of them says something else.
pub(super) fn name(pair: &Pair) -> Fingerprint {
    let Pair { notes, says } = pair;
    Fingerprint::of(&[&notes.0, &says.0, &notes.1, &says.1])
}

/// The questions about these pairs.
pub(super) fn questions(pairs: &[Pair], prompts: &Prompts) -> Result<Vec<Question>> {
    let mut questions = Vec::new();
    for pairs in pairs.chunks(TOGETHER) {
        let mut material = String::new();
        for (number, pair) in pairs.iter().enumerate() {
            let (one, other) = (shown(&pair.says.0), shown(&pair.says.1));
            material.push_str(&format!("[p{}]\none: {one}\nother: {other}\n\n", number + 1));
        }
        let pair = json!({
            "type": "object",
            "properties": { "id": { "type": "string" }, "same": { "type": "boolean" } },
            "required": ["id", "same"],
            "additionalProperties": false,
        });
        let schema = json!({
            "type": "object",
            "properties": { "pairs": { "type": "array", "items": pair } },
            "required": ["pairs"],
            "additionalProperties": false,
        });
        let most_tokens = TOKENS[0] * pairs.len() as u32 + TOKENS[1];
        let prompt = prompts.prompt(&Ask { task: Task::Merge, material: &material, schema, most_tokens })?;
        questions.push(Question { pairs: pairs.to_vec(), prompt, material });
    }
    Ok(questions)
}

fn shown(says: &str) -> String {
    quote::brief(says, LONGEST)
}

/// The pairs that are one.
pub(super) fn take(question: &Question, reply: &Reply) -> Taken<Vec<Pair>> {
    let answer: Answer = match reply.parse() {
        Ok(answer) => answer,
        Err(failure) => return Taken::Refused(failure.to_string()),
    };
    let mut same = Vec::new();
    for judged in answer.pairs {
        let number = judged.id.strip_prefix('p').and_then(|number| number.parse::<usize>().ok());
        let Some(pair) = number.and_then(|number| question.pairs.get(number.checked_sub(1)?)) else {
            return Taken::Refused("it judges a pair that was not shown".to_owned());
        };
        if judged.same && !same.contains(pair) {
            same.push(pair.clone());
        }
    }
    if same.is_empty() { Taken::Nothing } else { Taken::Kept(same) }
}
