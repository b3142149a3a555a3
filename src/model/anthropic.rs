//! The Messages API of Anthropic.
//!
//! Owns the request (the system text marked to be kept by the service, the answer held to its schema) and what an answer
//! says; [`batch`] sends many at once. A model that cannot be held to a schema is asked in words, and one that cannot be
//! kept from thinking first is asked to think little, once that is known: what it thinks counts towards the answer's
//! limit. Format: the types of the `anthropic` package on PyPI.

pub(super) mod batch;

use super::access::Access;
use super::answer::asking_for;
use super::failure::telling;
use super::heard::{Heard, Said, Took};
use super::http::{self, Fault, Http, Request};
use super::{Failure, Prompt, Tokens, estimate, most};
use crate::unusable::Unusable;
use crate::web::retry::Patience;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

/// The version of the API, which has had this name since it began.
const VERSION: &str = "2023-06-01";

/// A model of the Messages API.
pub(super) struct Messages {
    http: Http,
    model: String,
    /// Whether the model has to be asked in words to keep to the schema.
    in_words: AtomicBool,
    /// How it is kept from thinking: a [`Thinking`] as a number.
    thinking: AtomicU8,
}

/// How a model is kept from thinking before it answers. Models know one of these each, and refuse the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Thinking {
    Disabled,
    BetweenTools,
    /// It cannot be, but told to make little effort.
    LittleEffort,
    /// As the model has it.
    Unsaid,
}

impl Thinking {
    fn of(number: u8) -> Thinking {
        match number {
            0 => Thinking::Disabled,
            1 => Thinking::BetweenTools,
            2 => Thinking::LittleEffort,
            _ => Thinking::Unsaid,
        }
    }

    /// What a model knows, as far as that is known: in a batch nobody can try.
    fn guess(model: &str) -> Thinking {
        let is_any = |names: &[&str]| names.iter().any(|name| model.contains(name));
        match model {
            _ if is_any(&["sonnet-5-5"]) => Thinking::BetweenTools,
            _ if is_any(&["opus-5-5", "fable", "mythos"]) => Thinking::LittleEffort,
            _ => Thinking::Disabled,
        }
    }
}

/// How a request is worded for a model.
#[derive(Clone, Copy, Debug)]
struct Wording {
    in_words: bool,
    thinking: Thinking,
}

impl Messages {
    /// The way to a model.
    ///
    /// Errors: as [`http::open`].
    pub(super) fn new(access: &Access, model: &str, patience: Patience) -> Result<Messages, Unusable> {
        let http = http::open(access, patience, ("x-api-key", ""), &[("anthropic-version", VERSION)])?;
        let thinking = AtomicU8::new(Thinking::guess(model) as u8);
        Ok(Messages { http, model: model.to_owned(), in_words: AtomicBool::new(false), thinking })
    }

    /// Asks once. `of` tells the prompt from others.
    pub(super) async fn ask(&self, prompt: &Prompt, of: &str) -> Heard {
        loop {
            let wording = self.wording();
            let body = request(prompt, &self.model, wording);
            let request = Request {
                method: Method::POST,
                path: &["v1", "messages"],
                query: &[],
                body: Some(&body),
                most: 0,
                of,
            };
            match self.http.send(&request).await {
                Ok(answer) => return heard(&answer.body, prompt),
                Err(Fault::Answered(400, says, _)) if self.reword(wording, &says) => {}
                Err(fault) => return failed(fault),
            }
        }
    }

    /// How requests are worded now.
    fn wording(&self) -> Wording {
        Wording {
            in_words: self.in_words.load(Ordering::Relaxed),
            thinking: Thinking::of(self.thinking.load(Ordering::Relaxed)),
        }
    }

    /// Words requests otherwise after what the service said to this wording; `false` where that is of no use.
    fn reword(&self, wording: Wording, says: &str) -> bool {
        let says_any = |words: &[&str]| words.iter().any(|word| says.contains(word));
        if wording.thinking < Thinking::Unsaid && says_any(&["thinking", "effort"]) {
            self.thinking.fetch_max(wording.thinking as u8 + 1, Ordering::Relaxed);
            return true;
        }
        let is_form = !wording.in_words && says_any(&["output_config", "output format", "structured output"]);
        if is_form {
            self.in_words.store(true, Ordering::Relaxed);
        }
        is_form
    }
}

/// What a fault comes to.
fn failed(fault: Fault) -> Heard {
    match fault {
        Fault::Answered(400, says, _) if says.contains("too long") => Heard::nothing(Failure::Refused(says)),
        Fault::Answered(status, says, _) => Heard::nothing(http::failure(status, says)),
        Fault::Unreachable(why) => Heard::nothing(Failure::Unreachable(why)),
        Fault::Lost(lost) => Heard::lost(lost.into()),
    }
}

/// The request's body.
fn request(prompt: &Prompt, model: &str, wording: Wording) -> Value {
    let system = match wording.in_words {
        true => format!("{}\n\n{}", prompt.system, asking_for(&prompt.schema)),
        false => prompt.system.as_str().to_owned(),
    };
    let mut body = json!({
        "model": model,
        "max_tokens": prompt.most_tokens,
        "system": [{ "type": "text", "text": system, "cache_control": { "type": "ephemeral" } }],
        "messages": [{ "role": "user", "content": prompt.user.as_str() }],
    });
    if !wording.in_words {
        body["output_config"]["format"] =
            json!({ "type": "json_schema", "schema": told_in_words(&prompt.schema) });
    }
    match wording.thinking {
        Thinking::Disabled => body["thinking"] = json!({ "type": "disabled" }),
        Thinking::BetweenTools => body["thinking"] = json!({ "type": "between_tools" }),
        Thinking::LittleEffort => body["output_config"]["effort"] = json!("low"),
        Thinking::Unsaid => {}
    }
    body
}

/// What a schema may say here beside its structure; anything else is refused.
const KNOWN: [&str; 14] = [
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "const",
    "anyOf",
    "allOf",
    "$ref",
    "$defs",
    "description",
    "title",
    "format",
];

/// A schema in which what the service would refuse (lengths, ranges, patterns) is said in the description.
///
/// As deep as the schema, which is this program's own.
fn told_in_words(schema: &Value) -> Value {
    let Value::Object(fields) = schema else {
        return match schema {
            Value::Array(schemas) => schemas.iter().map(told_in_words).collect(),
            other => other.clone(),
        };
    };
    let mut told = Map::new();
    let mut in_words = Vec::new();
    for (name, value) in fields {
        let value = match name.as_str() {
            "properties" | "$defs" => {
                let fields = value.as_object().into_iter().flatten();
                fields.map(|(name, schema)| (name.clone(), told_in_words(schema))).collect()
            }
            "items" | "anyOf" | "allOf" => told_in_words(value),
            known if KNOWN.contains(&known) => value.clone(),
            other => {
                in_words.push(format!("{other}: {value}"));
                continue;
            }
        };
        told.insert(name.clone(), value);
    }
    if !in_words.is_empty() {
        let before = told.get("description").and_then(Value::as_str).unwrap_or_default();
        let description = format!("{before} ({})", in_words.join(", "));
        told.insert("description".to_owned(), Value::String(description.trim().to_owned()));
    }
    Value::Object(told)
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    content: Vec<Block>,
    #[serde(default)]
    model: String,
    stop_reason: Option<String>,
    stop_details: Option<StopDetails>,
    usage: Option<Usage>,
}

/// A part of the answer; only texts count, not what the model thought before.
#[derive(Deserialize)]
struct Block {
    #[serde(rename = "type")]
    kind: String,
    text: Option<String>,
}

#[derive(Deserialize)]
struct StopDetails {
    category: Option<String>,
    explanation: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
struct Usage {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
}

/// What an answer says.
fn heard(body: &[u8], prompt: &Prompt) -> Heard {
    match serde_json::from_slice(body) {
        Ok(message) => understood(message, most(prompt)),
        Err(error) => Heard::lost(Failure::Malformed(format!("no message: {error}"))),
    }
}

/// What a message says; `most` is what counts where the service did not count.
fn understood(message: Message, most: Tokens) -> Heard {
    let texts =
        message.content.into_iter().filter(|block| block.kind == "text").filter_map(|block| block.text);
    let text: String = texts.collect();
    let took = Took::Counted(tokens(message.usage, most, &text));
    let said = match message.stop_reason.as_deref() {
        Some("max_tokens" | "model_context_window_exceeded") => Err(Failure::Truncated),
        Some("refusal") => {
            let details = message.stop_details;
            let why =
                details.and_then(|details| details.explanation.or(details.category)).unwrap_or_default();
            Err(Failure::Refused(if why.is_empty() {
                "it gives no reason".to_owned()
            } else {
                telling(&why)
            }))
        }
        Some(other @ ("tool_use" | "pause_turn")) => {
            Err(Failure::Malformed(format!("it stopped in between ({other})")))
        }
        _ if text.trim().is_empty() => Err(Failure::Malformed("an empty answer".to_owned())),
        _ => Ok(Said { text, model: message.model }),
    };
    Heard { said, took }
}

fn tokens(usage: Option<Usage>, most: Tokens, text: &str) -> Tokens {
    let Some(usage) = usage else {
        return Tokens { input: most.input, output: estimate(text), ..Tokens::default() };
    };
    Tokens {
        input: usage.input_tokens.unwrap_or(most.input),
        kept: usage.cache_read_input_tokens.unwrap_or(0),
        keeping: usage.cache_creation_input_tokens.unwrap_or(0),
        output: usage.output_tokens.unwrap_or_else(|| estimate(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_schema_may_not_say_is_said_in_words() {
        let schema = json!({
            "type": "object",
            "properties": {
                "maxItems": { "type": "integer", "minimum": 1, "description": "How many" },
                "quotes": { "type": "array", "maxItems": 3, "items": { "type": "string", "maxLength": 9 } },
            },
            "required": ["maxItems", "quotes"],
            "additionalProperties": false,
        });
        assert_eq!(
            told_in_words(&schema),
            json!({
                "type": "object",
                "properties": {
                    "maxItems": { "type": "integer", "description": "How many (minimum: 1)" },
                    "quotes": {
                        "type": "array",
                        "description": "(maxItems: 3)",
                        "items": { "type": "string", "description": "(maxLength: 9)" },
                    },
                },
                "required": ["maxItems", "quotes"],
                "additionalProperties": false,
            })
        );
    }
}
