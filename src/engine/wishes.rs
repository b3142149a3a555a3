//! Which turns ask for the same lasting thing, in other words.
//!
//! Owns the question, and what is taken of the answer: which of the turns that were shown belong together, and which of
//! them says it best. No word of the answer gets any further, and whether a group is a team's wish is counted by
//! [`crate::pattern::preference`], as it counts its own.
//!
//! That turns mean the same cannot be checked, but whoever says so can. It is asked twice, in another order the second
//! time, and only what is put together both times is together; among the turns stand sentences that have nothing to do
//! with each other, and who puts two of those together has said nothing.

use super::prompts::{Ask, Prompts, Task};
use super::{NO_SUCH_VALUE, Taken};
use crate::learning::author::quote;
use crate::model::{Prompt, Reply};
use crate::pattern::preference::{Grouped, Spoken};
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

/// Sentences that ask for nothing in common.
const FALSE: [&str; 4] = [
    "Write dates as year, month and day.",
    "Keep functions short enough to be read at a glance.",
    "Ask before files are deleted.",
    "Name branches after what they change.",
];

/// A question, and what its answers are about.
pub(super) struct Question {
    /// The turns.
    turns: Vec<Spoken>,
    /// Independent sessions that the open turns come from.
    pub(super) sessions: u32,
    /// It is asked twice.
    pub(super) asked: [Asked; 2],
}

/// The question in one order.
pub(super) struct Asked {
    /// What is asked.
    pub(super) prompt: Prompt,
    /// What stands in it.
    pub(super) material: String,
    /// Which turn each id is; `None`: one of [`FALSE`].
    order: Vec<Option<usize>>,
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
pub(super) fn question(turns: Vec<Spoken>, sessions: u32, prompts: &Prompts) -> Result<Question> {
    let asked = [asked(&turns, 0, prompts)?, asked(&turns, 1, prompts)?];
    Ok(Question { turns, sessions, asked })
}

fn asked(turns: &[Spoken], round: u8, prompts: &Prompts) -> Result<Asked> {
    let shown = turns.iter().enumerate().map(|(at, turn)| (Some(at), turn.text.as_str()));
    let mut shown: Vec<(Option<usize>, &str)> = shown.chain(FALSE.map(|text| (None, text))).collect();
    // By a hash: in no order that means anything, the same every time.
    let place = |(at, text): &(Option<usize>, &str)| {
        blake3::hash(format!("{round} {at:?} {text}").as_bytes()).to_hex()
    };
    shown.sort_by_cached_key(|one| place(one).to_string());
    let mut material = String::new();
    for (number, (_, text)) in (1..).zip(&shown) {
        material.push_str(&format!("[t{number}] {}\n", quote::brief(text, LONGEST)));
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
    Ok(Asked { prompt, material, order: shown.into_iter().map(|(at, _)| at).collect() })
}

/// The groups that both answers have, or why there is none.
pub(super) fn take(question: &Question, replies: [&Reply; 2]) -> Vec<Taken<Grouped>> {
    let [first, again] = [0, 1].map(|round: usize| groups(&question.asked[round], replies[round]));
    let (first, again) = match (first, again) {
        (Ok(first), Ok(again)) => (first, again),
        (Err(why), _) | (_, Err(why)) => return vec![Taken::Refused(why)],
    };
    let mut taken = Vec::new();
    for (turns, best) in &first {
        let shared =
            again.iter().map(|(other, _)| turns.intersection(other).copied().collect::<Vec<usize>>());
        let Some(shared) = shared.max_by_key(Vec::len).filter(|shared| shared.len() >= 2) else {
            taken.push(Taken::Refused("asked again, the model does not put these turns together".to_owned()));
            continue;
        };
        // What was said best may have been put elsewhere the second time; whoever says a thing first says it well enough.
        let best = shared.iter().position(|turn| turn == best).unwrap_or_default();
        let turns = shared.iter().filter_map(|at| question.turns.get(*at)).cloned().collect();
        taken.push(Taken::Kept(Grouped { turns, best }));
    }
    taken
}

/// The groups of one answer, each with its best turn, or why it is to be believed in nothing.
fn groups(asked: &Asked, reply: &Reply) -> Result<Vec<(BTreeSet<usize>, usize)>, String> {
    let answer: Answer = reply.parse().map_err(|_| NO_SUCH_VALUE.to_owned())?;
    let place = |id: &String| {
        let number = id.strip_prefix('t').and_then(|number| number.parse::<usize>().ok());
        number.and_then(|number| asked.order.get(number.checked_sub(1)?).copied())
    };
    let mut used = BTreeSet::new();
    let mut groups = Vec::new();
    for Together { turns, best } in &answer.groups {
        let places: Option<Vec<Option<usize>>> = turns.iter().map(place).collect();
        let Some((places, best)) = places.zip(place(best)) else {
            return Err("it names a turn that was not shown".to_owned());
        };
        if !places.contains(&best) {
            return Err("its best wording is none of its turns".to_owned());
        }
        match places.iter().filter(|place| place.is_none()).count() {
            0 => {}
            // It may be that people ask for what one of the sentences asks for.
            1 => continue,
            _ => return Err("it puts together what nobody puts together".to_owned()),
        }
        let turns: BTreeSet<usize> = places.into_iter().flatten().collect();
        if turns.iter().any(|turn| !used.insert(*turn)) {
            return Err("a turn stands in two of its groups".to_owned());
        }
        if let Some(best) = best.filter(|_| turns.len() > 1) {
            groups.push((turns, best));
        }
    }
    Ok(groups)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Tokens;
    use crate::redact::redact;
    use crate::session::SessionId;

    /// The two answers that put these turns together.
    fn answers(question: &Question, groups: [&[usize]; 2]) -> Vec<Taken<Grouped>> {
        let reply = |round: usize| {
            let asked = &question.asked[round];
            let id = |turn: &usize| {
                format!("t{}", 1 + asked.order.iter().position(|at| *at == Some(*turn)).unwrap())
            };
            let ids: Vec<String> = groups[round].iter().map(id).collect();
            let text = json!({"groups": [{"turns": ids, "best": ids[0]}]}).to_string();
            Reply { text: redact(&text), model: String::new(), tokens: Tokens::default() }
        };
        take(question, [&reply(0), &reply(1)])
    }

    #[test]
    fn only_what_is_put_together_twice_is_together() {
        let prompts = Prompts::load(|_| Ok(None), 3).unwrap();
        let turn =
            |n: u8| Spoken { text: redact(&format!("thing {n}")), session: SessionId::of(&[n]), event: 1 };
        let turns: Vec<Spoken> = (0..9).map(turn).collect();
        let question = question(turns.clone(), 9, &prompts).unwrap();
        let kept = answers(&question, [&[4, 1, 7], &[7, 8, 4]]);
        assert_eq!(kept, [Taken::Kept(Grouped { turns: vec![turn(4), turn(7)], best: 0 })]);
        assert!(matches!(answers(&question, [&[1, 2, 3], &[3, 4, 5]]).as_slice(), [Taken::Refused(_)]));
        // The same ids both times are other turns the second time.
        let blind = json!({"groups": [{"turns": ["t1", "t2", "t3", "t4"], "best": "t1"}]}).to_string();
        let blind = Reply { text: redact(&blind), model: String::new(), tokens: Tokens::default() };
        let all: Vec<String> = (1..=13).map(|n| format!("t{n}")).collect();
        let all = json!({"groups": [{"turns": all, "best": "t1"}]}).to_string();
        let all = Reply { text: redact(&all), model: String::new(), tokens: Tokens::default() };
        for liar in [blind, all] {
            let taken = take(&question, [&liar, &liar]);
            assert!(taken.iter().all(|one| matches!(one, Taken::Refused(_))), "{taken:?}");
        }
    }
}
