//! Whether two notes say the same, where words alone cannot tell.
//!
//! Owns the question, many pairs in one, and two trials of whoever answers: every pair is shown twice, the other way
//! round the second time, and among them stand pairs that nobody who reads takes for one. Who contradicts himself about a
//! pair has said nothing about it; who takes the false ones has said nothing at all. Of the answer nothing but yes or no
//! is taken; what becomes of two notes that are one, the plan says.

use super::prompts::{Ask, Prompts, Task};
use super::{NO_SUCH_VALUE, Taken};
use crate::learning::Pair;
use crate::learning::author::quote;
use crate::model::{Prompt, Reply};
use crate::pattern::Fingerprint;
use anyhow::Result;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeSet;

/// Pairs in one question.
const TOGETHER: usize = 8;

/// Pairs that are not the same.
const FALSE: [(&str, &str); 2] = [
    ("Write dates as year, month and day.", "Keep functions short enough to be read at a glance."),
    ("Ask before files are deleted.", "Name branches after what they change."),
];

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
        let says = pairs.iter().map(|pair| (pair.says.0.as_str(), pair.says.1.as_str()));
        let first: Vec<(&str, &str)> =
            FALSE.into_iter().take(1).chain(says).chain(FALSE.into_iter().skip(1)).collect();
        let shown: Vec<(&str, &str)> =
            first.iter().copied().chain(first.iter().rev().map(|(one, other)| (*other, *one))).collect();
        let mut material = String::new();
        for (number, (one, other)) in (1..).zip(&shown) {
            let (one, other) = (quote::brief(one, LONGEST), quote::brief(other, LONGEST));
            material.push_str(&format!("[p{number}]\none: {one}\nother: {other}\n\n"));
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
        let most_tokens = TOKENS[0] * shown.len() as u32 + TOKENS[1];
        let prompt = prompts.prompt(&Ask { task: Task::Merge, material: &material, schema, most_tokens })?;
        questions.push(Question { pairs: pairs.to_vec(), prompt, material });
    }
    Ok(questions)
}

/// The pairs that are one.
pub(super) fn take(question: &Question, reply: &Reply) -> Taken<Vec<Pair>> {
    let answer: Answer = match reply.parse() {
        Ok(answer) => answer,
        Err(_) => return Taken::Refused(NO_SUCH_VALUE.to_owned()),
    };
    let once = question.pairs.len() + FALSE.len();
    let mut same = BTreeSet::new();
    for judged in answer.pairs {
        let number = judged.id.strip_prefix('p').and_then(|number| number.parse::<usize>().ok());
        let Some(place) = number.and_then(|number| number.checked_sub(1)).filter(|place| *place < 2 * once)
        else {
            return Taken::Refused("it judges a pair that was not shown".to_owned());
        };
        if judged.same {
            same.insert(place);
        }
    }
    let is_false = |place: &usize| [0, once - 1].contains(&(*place).min(2 * once - 1 - place));
    if same.iter().any(is_false) {
        return Taken::Refused("it takes for one what nobody takes for one".to_owned());
    }
    let twice = |place: usize| same.contains(&place) && same.contains(&(2 * once - 1 - place));
    let pairs = question.pairs.iter().enumerate().filter(|(at, _)| twice(at + 1));
    let pairs: Vec<Pair> = pairs.map(|(_, pair)| pair.clone()).collect();
    if pairs.is_empty() { Taken::Nothing } else { Taken::Kept(pairs) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Tokens;
    use crate::redact::redact;

    #[test]
    fn only_who_says_so_twice_and_is_not_taken_in_is_believed() {
        let prompts = Prompts::load(|_| Ok(None), 3).unwrap();
        let pair = |name: &str| Pair {
            notes: (format!("{name}/a.md"), format!("{name}/b.md")),
            says: (format!("{name} a"), format!("{name} b")),
        };
        let pairs = [pair("x"), pair("y")];
        let question = questions(&pairs, &prompts).unwrap().remove(0);
        let said = |same: &[usize]| {
            let judged: Vec<_> =
                (1..=8).map(|n| json!({"id": format!("p{n}"), "same": same.contains(&n)})).collect();
            let text = redact(&json!({ "pairs": judged }).to_string());
            take(&question, &Reply { text, model: String::new(), tokens: Tokens::default() })
        };
        // Shown as false, x, y, false, false, y, x, false.
        assert_eq!(said(&[2, 7]), Taken::Kept(vec![pair("x")]));
        assert_eq!(said(&[2, 3, 6, 7]), Taken::Kept(pairs.to_vec()));
        assert_eq!(said(&[2, 3]), Taken::Nothing);
        for wrong in [[1, 2, 7], [2, 4, 7], [2, 5, 7], [2, 7, 8]] {
            assert!(matches!(said(&wrong), Taken::Refused(_)), "{wrong:?}");
        }
    }
}
