//! The author's words, put better.
//!
//! Owns the question, and the checks of the answer: sentence by sentence it must say what the author's does, with the
//! same names and the same words that turn a meaning, and nothing new. What people said is never put otherwise: a wish
//! keeps its person's words.

use super::ground::restates;
use super::prompts::{Ask, Prompts, Task};
use super::{NO_SUCH_VALUE, Taken};
use crate::learning::author::{RULE, Told};
use crate::model::{Prompt, Reply};
use crate::pattern::{Fingerprint, Lesson, Pattern};
use crate::redact::Clean;
use anyhow::Result;
use serde::Deserialize;
use serde_json::json;

/// Most tokens of an answer.
const MOST_TOKENS: u32 = 600;

/// A question, and what its answer is checked against.
pub(super) struct Question {
    /// The lesson.
    pub(super) pattern: Fingerprint,
    /// The author's own words.
    pub(super) told: Told,
    /// What is asked.
    pub(super) prompt: Prompt,
    /// What stands in it.
    pub(super) material: String,
}

/// A lesson in other words.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Phrased {
    /// The learning in a few words.
    pub(super) title: Clean,
    /// The rule in one sentence.
    pub(super) rule: Clean,
    /// What to do, one for each of the author's sentences.
    pub(super) advice: Vec<Clean>,
}

/// The question how to put these words better; `None` where they are a person's.
pub(super) fn question(pattern: &Pattern, told: Told, prompts: &Prompts) -> Result<Option<Question>> {
    if !matches!(pattern.lesson, Lesson::Error(_) | Lesson::Contrast(_) | Lesson::Workflow(_)) {
        return Ok(None);
    }
    let mut material = format!("title: {}\nrule: {}\n", told.title, told.rule);
    for sentence in &told.advice {
        material.push_str(&format!("advice: {sentence}\n"));
    }
    let text = json!({ "type": "string" });
    let schema = json!({
        "type": "object",
        "properties": { "title": text, "rule": text, "advice": { "type": "array", "items": text } },
        "required": ["title", "rule", "advice"],
        "additionalProperties": false,
    });
    let ask = Ask { task: Task::Phrase, material: &material, schema, most_tokens: MOST_TOKENS };
    let prompt = prompts.prompt(&ask)?;
    Ok(Some(Question { pattern: pattern.fingerprint.clone(), told, prompt, material }))
}

/// What of an answer holds.
pub(super) fn take(question: &Question, reply: &Reply) -> Taken<Phrased> {
    match reply.parse() {
        Ok(phrased) => checked(phrased, &question.told),
        Err(_) => Taken::Refused(NO_SUCH_VALUE.to_owned()),
    }
}

/// Whether these words say what the author does.
pub(super) fn checked(phrased: Phrased, told: &Told) -> Taken<Phrased> {
    if phrased.advice.len() != told.advice.len() {
        return Taken::Refused("it has more or fewer sentences than the draft".to_owned());
    }
    let parts = || {
        let said = [(&told.title, &phrased.title), (&told.rule, &phrased.rule)].into_iter();
        said.chain(told.advice.iter().zip(&phrased.advice))
    };
    if parts().all(|(old, new)| old.as_str() == new.as_str()) {
        return Taken::Nothing;
    }
    if phrased.rule.len() > RULE.max(told.rule.len()) {
        return Taken::Refused("its rule is too long for the index".to_owned());
    }
    let changed = parts().filter(|(old, new)| old.as_str() != new.as_str());
    for (old, new) in changed {
        if let Some(wrong) = restates(old, new) {
            return Taken::Refused(wrong);
        }
    }
    Taken::Kept(phrased)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::redact;

    #[test]
    fn better_words_are_kept_and_other_meanings_are_not() {
        let told = Told {
            title: "`kiln fire` fails: `glaze wet`".to_owned(),
            rule: "With `kiln fire`, add `--slow` (else `glaze wet`).".to_owned(),
            advice: vec!["With `kiln fire`, add `--slow`.".to_owned()],
        };
        let said = |rule: &str, advice: &[&str]| {
            let advice = advice.iter().map(|text| redact(text)).collect();
            checked(Phrased { title: redact(&told.title), rule: redact(rule), advice }, &told)
        };
        let same = &["With `kiln fire`, add `--slow`."];
        assert!(matches!(said(&told.rule, same), Taken::Nothing));
        let better = "Add `kiln fire` with `--slow`, else `glaze wet`.";
        assert!(matches!(said(better, same), Taken::Kept(_)), "{:?}", said(better, same));
        for wrong in ["Add `--slow` to `kiln fire` and `--force`.", "Never add `--slow` to `kiln fire`.", ""]
        {
            assert!(matches!(said(wrong, same), Taken::Refused(_)), "{wrong}");
        }
        assert!(matches!(said(&told.rule, &[]), Taken::Refused(_)));
    }
}
