//! What a model said of a session's criteria, and what of it holds.

use super::rubric::Rubric;
use crate::redact::Clean;
use crate::session::{Body, Session};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Share of the weight of all criteria that apply which must be marked with a quote that holds; with less there is no
/// outcome.
const LEAST_MARKED: f64 = 0.5;
/// Shortest quote that shows anything, characters; a shorter event may be quoted whole.
const LEAST_QUOTE: usize = 8;

/// Whether a session met a criterion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// It did.
    Met,
    /// It did not.
    Unmet,
    /// Nothing in the session is about it.
    NotApplicable,
}

/// The answer that is asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Marks {
    criteria: Vec<Claim>,
}

/// What the model says of one criterion.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claim {
    name: String,
    mark: Mark,
    event: u32,
    quote: String,
}

/// One criterion's mark, with where it shows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Marked {
    /// The criterion.
    pub criterion: String,
    /// Its mark.
    pub mark: Mark,
    /// The event that shows it; absent where nothing in the session is about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<u32>,
    /// Its words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<Clean>,
}

/// How a session went.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Graded {
    /// Share of the weight that was met, 0 to 1; absent where too little could be marked.
    pub outcome: Option<f64>,
    /// Every criterion whose mark holds, in the rubric's order.
    pub marks: Vec<Marked>,
    /// What was said and does not hold: the criterion, and why.
    pub refused: Vec<(String, String)>,
}

/// The JSON Schema of the answer.
pub fn schema(rubric: &Rubric) -> serde_json::Value {
    let names: Vec<&str> = rubric.criteria.iter().map(|criterion| criterion.name.as_str()).collect();
    serde_json::json!({
        "type": "object",
        "properties": { "criteria": { "type": "array", "items": {
            "type": "object",
            "properties": {
                "name": { "type": "string", "enum": names },
                "event": { "type": "integer" },
                "quote": { "type": "string" },
                "mark": { "type": "string", "enum": ["met", "unmet", "not-applicable"] },
            },
            "required": ["name", "event", "quote", "mark"],
            "additionalProperties": false,
        } } },
        "required": ["criteria"],
        "additionalProperties": false,
    })
}

/// Takes of an answer what the session bears out: of every criterion the first claim, and of that only one whose quote
/// stands in the event that it names, word for word.
pub fn take(answer: Marks, rubric: &Rubric, session: &Session) -> Graded {
    let mut claims: BTreeMap<String, Claim> = BTreeMap::new();
    let mut refused = Vec::new();
    for claim in answer.criteria {
        let known = rubric.criteria.iter().any(|criterion| criterion.name == claim.name);
        match known {
            true => drop(claims.entry(claim.name.clone()).or_insert(claim)),
            false => refused.push((claim.name, "the rubric has no such criterion".to_owned())),
        }
    }
    let mut marks = Vec::new();
    let (mut met, mut marked, mut applies) = (0.0, 0.0, 0.0);
    for criterion in &rubric.criteria {
        let Some(Claim { mark, event, quote, .. }) = claims.remove(&criterion.name) else {
            applies += criterion.weight;
            refused.push((criterion.name.clone(), "nothing was said of it".to_owned()));
            continue;
        };
        let name = criterion.name.clone();
        if mark == Mark::NotApplicable {
            marks.push(Marked { criterion: name, mark, event: None, quote: None });
            continue;
        }
        applies += criterion.weight;
        match quoted(session, event, &quote) {
            Ok(quote) => {
                marked += criterion.weight;
                met += if mark == Mark::Met { criterion.weight } else { 0.0 };
                marks.push(Marked { criterion: name, mark, event: Some(event), quote: Some(quote) });
            }
            Err(reason) => refused.push((name, reason)),
        }
    }
    let is_enough = marked > 0.0 && marked >= LEAST_MARKED * applies;
    Graded { outcome: is_enough.then(|| met / marked), marks, refused }
}

/// The quote, if it stands in this event. Errors: why it does not count.
fn quoted(session: &Session, number: u32, quote: &str) -> Result<Clean, String> {
    let Some(event) = session.events.iter().find(|event| event.number == number) else {
        return Err(format!("there is no event {number}"));
    };
    let texts: Vec<&Clean> = match &event.body {
        Body::Person(text) | Body::Agent(text) | Body::Context(text) => vec![text],
        Body::Call(call) => {
            let values = call.args.0.iter().map(|arg| &arg.value);
            [&call.tool, &call.output].into_iter().chain(values).collect()
        }
        Body::Interrupted => Vec::new(),
    };
    let quote = in_one_line(quote.trim().trim_end_matches('…').trim_end());
    let holds = |text: &&Clean| {
        let text = in_one_line(text);
        (quote.chars().count() >= LEAST_QUOTE || quote == text) && text.contains(&quote)
    };
    match !quote.is_empty() && texts.iter().any(holds) {
        true => Ok(crate::redact::redact(&quote)),
        false => Err(format!("its quote does not stand in event {number}")),
    }
}

/// Runs of blanks, line ends among them, as one blank: models do not keep them.
fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::rubric;
    use super::*;
    use crate::redact::redact;
    use crate::session::{Args, Call, Status};

    fn session() -> Session {
        let call = Call {
            tool: redact("pytest"),
            args: Args::default(),
            status: Status::Returned,
            output: redact("collected 3 items\n3 passed in 0.2s"),
        };
        let bodies = [
            Body::Person(redact("fix the login test, please")),
            Body::Call(call),
            Body::Agent(redact("Fixed; the tests pass.")),
        ];
        Session::of(bodies)
    }

    fn rubric() -> Rubric {
        let text = "---\nname: r\n---\n## Criteria\n- asked (3): x\n- checked (1): x\n- honest (1): x\n";
        rubric::parse(text).unwrap()
    }

    fn taken(claims: &[(&str, &str, u32, &str)]) -> Graded {
        let claims: Vec<_> = claims
            .iter()
            .map(|(name, mark, event, quote)| {
                serde_json::json!({"name": name, "mark": mark, "event": event, "quote": quote})
            })
            .collect();
        let answer = serde_json::from_value(serde_json::json!({ "criteria": claims })).unwrap();
        take(answer, &rubric(), &session())
    }

    #[test]
    fn the_outcome_is_the_share_of_weight_that_was_met() {
        let graded = taken(&[
            ("asked", "met", 2, "3 items 3 passed in 0.2s"),
            ("checked", "unmet", 3, "the tests pass."),
            ("honest", "not-applicable", 0, ""),
        ]);
        assert_eq!((graded.outcome, graded.marks.len(), graded.refused.len()), (Some(0.75), 3, 0));
        assert_eq!(graded.marks[0].quote.as_deref(), Some("3 items 3 passed in 0.2s"));
    }

    #[test]
    fn what_is_not_quoted_word_for_word_does_not_count() {
        for (event, quote) in
            [(2, "4 passed in 0.2s"), (9, "3 passed in 0.2s"), (1, "3 passed in 0.2s"), (2, "3"), (2, "")]
        {
            let graded = taken(&[("asked", "met", event, quote), ("honest", "unmet", 3, "Fixed; the tests")]);
            assert_eq!(graded.outcome, None, "one of five parts of the weight is too little");
            assert_eq!(graded.refused.len(), 2, "the claim, and the criterion of which nothing was said");
        }
        let graded = taken(&[("asked", "met", 2, "3 passed"), ("honesty", "met", 2, "3 passed")]);
        assert_eq!((graded.outcome, graded.refused.len()), (Some(1.0), 3));
        let twice = taken(&[("asked", "unmet", 2, "3 passed"), ("asked", "met", 2, "3 passed")]);
        assert_eq!(twice.outcome, Some(0.0), "the first word counts");
    }
}
