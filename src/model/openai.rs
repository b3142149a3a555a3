//! Chat completions: the wire format of OpenAI that most servers speak.
//!
//! Owns the request and the answer, and what servers differ in: how an answer is held to a schema, how the limit of an
//! answer is called, and how a model is kept from thinking first, which counts towards that limit. All are tried in order
//! and remembered, so that a server is asked what it does not know once.
//! Format: the types of the `openai` package on PyPI.

use super::access::Access;
use super::answer::asking_for;
use super::failure::telling;
use super::heard::{Heard, Said, Took};
use super::http::{self, Fault, Http, Request};
use super::{Failure, Prompt, Tokens, estimate};
use crate::unusable::Unusable;
use crate::web::retry::Patience;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

/// A server that speaks chat completions.
pub(super) struct Chat {
    http: Http,
    model: String,
    /// How answers are held to a schema: a [`Form`] as a number.
    form: AtomicU8,
    /// Whether the limit of an answer is called `max_completion_tokens`, and not `max_tokens`.
    is_completion_limit: AtomicBool,
    /// How much a model is asked to think before it answers: a place in [`EFFORTS`].
    effort: AtomicU8,
}

/// How much a model is asked to think before it answers, least first. Models know one or the other, or none.
const EFFORTS: [Option<&str>; 3] = [Some("none"), Some("minimal"), None];

/// How a request is worded for a server.
#[derive(Clone, Copy)]
struct Wording {
    form: Form,
    is_completion_limit: bool,
    effort: u8,
}

/// How an answer is held to its schema, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    /// The server sees to it.
    Schema,
    /// The server sees to it that it is an object; the prompt says which.
    Object,
    /// The prompt says so.
    Text,
}

impl Form {
    fn of(number: u8) -> Form {
        match number {
            0 => Form::Schema,
            1 => Form::Object,
            _ => Form::Text,
        }
    }
}

impl Chat {
    /// The way to a server's model.
    ///
    /// Errors: as [`http::open`].
    pub(super) fn new(access: &Access, model: &str, patience: Patience) -> Result<Chat, Unusable> {
        let http = http::open(access, patience, ("authorization", "Bearer "), &[])?;
        // The newer name is OpenAI's own: its newest models know no other. Others may pass over a name that they do not
        // know, and answer without a limit.
        let is_own = access.address.as_ref().and_then(|url| url.host_str()) == Some("api.openai.com");
        let unsaid = EFFORTS.len() as u8 - 1;
        Ok(Chat {
            http,
            model: model.to_owned(),
            form: AtomicU8::new(0),
            is_completion_limit: AtomicBool::new(is_own),
            effort: AtomicU8::new(if is_own { 0 } else { unsaid }),
        })
    }

    /// Asks once. `of` tells the prompt from others.
    pub(super) async fn ask(&self, prompt: &Prompt, of: &str) -> Heard {
        let mut renamed = false;
        loop {
            let wording = Wording {
                form: Form::of(self.form.load(Ordering::Relaxed)),
                is_completion_limit: self.is_completion_limit.load(Ordering::Relaxed),
                effort: self.effort.load(Ordering::Relaxed),
            };
            let body = request(prompt, &self.model, wording);
            let request = Request {
                method: Method::POST,
                path: &["chat", "completions"],
                query: &[],
                body: Some(&body),
                most: 0,
                of,
            };
            match self.http.send(&request).await {
                Ok(answer) => return heard(&answer.body, prompt),
                Err(Fault::Answered(status @ (400 | 422), says, _)) => match complaint(&says) {
                    Complaint::TooLong => return Heard::nothing(Failure::Refused(says)),
                    Complaint::Content => return Heard::nothing(Failure::Refused(says)),
                    Complaint::Limit if !renamed => {
                        renamed = true;
                        self.is_completion_limit.store(!wording.is_completion_limit, Ordering::Relaxed);
                    }
                    Complaint::Effort if usize::from(wording.effort) + 1 < EFFORTS.len() => {
                        self.effort.fetch_max(wording.effort + 1, Ordering::Relaxed);
                    }
                    // Servers word it in too many ways to tell whether it is the form that they do not know.
                    _ if wording.form < Form::Text => {
                        self.form.fetch_max(wording.form as u8 + 1, Ordering::Relaxed);
                    }
                    _ => return Heard::nothing(http::failure(status, says)),
                },
                Err(Fault::Answered(status, says, _)) => return Heard::nothing(http::failure(status, says)),
                Err(Fault::Unreachable(why)) => return Heard::nothing(Failure::Unreachable(why)),
                Err(Fault::Lost(lost)) => return Heard::lost(lost.into()),
            }
        }
    }
}

/// What a server finds wrong with a request.
#[derive(Debug, PartialEq, Eq)]
enum Complaint {
    /// It has more tokens than the model reads.
    TooLong,
    /// What it says may not be said.
    Content,
    /// The limit of the answer has another name.
    Limit,
    /// The model cannot be told how much to think, or not so little.
    Effort,
    /// Something else.
    Other,
}

fn complaint(says: &str) -> Complaint {
    let says = says.to_lowercase();
    let any = |words: &[&str]| words.iter().any(|word| says.contains(word));
    if any(&[
        "context length",
        "context_length",
        "context window",
        "context size",
        "exceed_context",
        "too long",
    ]) {
        Complaint::TooLong
    } else if any(&["content_filter", "content management policy", "content_policy"]) {
        Complaint::Content
    } else if any(&["max_tokens", "max_completion_tokens"]) {
        Complaint::Limit
    } else if any(&["reasoning"]) {
        Complaint::Effort
    } else {
        Complaint::Other
    }
}

/// The request's body.
fn request(prompt: &Prompt, model: &str, wording: Wording) -> Value {
    let system = match wording.form {
        Form::Schema => prompt.system.as_str().to_owned(),
        Form::Object | Form::Text => format!("{}\n\n{}", prompt.system, asking_for(&prompt.schema)),
    };
    let mut body = json!({
        "model": model,
        "messages": [
            { "role": "system", "content": system },
            { "role": "user", "content": prompt.user.as_str() },
        ],
    });
    let limit = if wording.is_completion_limit { "max_completion_tokens" } else { "max_tokens" };
    body[limit] = json!(prompt.most_tokens);
    if let Some(effort) = EFFORTS.get(usize::from(wording.effort)).copied().flatten() {
        body["reasoning_effort"] = json!(effort);
    }
    match wording.form {
        Form::Schema => {
            body["response_format"] = json!({
                "type": "json_schema",
                "json_schema": { "name": prompt.task, "strict": true, "schema": prompt.schema },
            });
        }
        Form::Object => body["response_format"] = json!({ "type": "json_object" }),
        Form::Text => {}
    }
    body
}

#[derive(Deserialize)]
struct Completion {
    #[serde(default)]
    choices: Vec<Choice>,
    model: Option<String>,
    usage: Option<Usage>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    finish_reason: Option<String>,
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    content: Option<String>,
    refusal: Option<String>,
}

#[derive(Clone, Copy, Default, Deserialize)]
struct Usage {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
    prompt_tokens_details: Option<PromptTokens>,
}

#[derive(Clone, Copy, Default, Deserialize)]
struct PromptTokens {
    cached_tokens: Option<u64>,
    cache_write_tokens: Option<u64>,
}

/// What an answer says.
fn heard(body: &[u8], prompt: &Prompt) -> Heard {
    let completion: Completion = match serde_json::from_slice(body) {
        Ok(completion) => completion,
        Err(error) => return Heard::lost(Failure::Malformed(format!("no chat completion: {error}"))),
    };
    // OpenRouter tells of errors of those it asks with a status of 200.
    if let Some(error) = completion.error.filter(|_| completion.choices.is_empty()) {
        return Heard::lost(Failure::Broken(telling(&error.to_string())));
    }
    let Some(choice) = completion.choices.into_iter().next() else {
        return Heard::lost(Failure::Malformed("a chat completion without an answer".to_owned()));
    };
    let text = choice.message.content.unwrap_or_default();
    let took = Took::Counted(tokens(completion.usage, prompt, &text));
    let refusal = choice.message.refusal.filter(|refusal| !refusal.is_empty());
    let said = match (refusal, choice.finish_reason.as_deref()) {
        (Some(refusal), _) => Err(Failure::Refused(telling(&refusal))),
        (None, Some("content_filter")) => Err(Failure::Refused("its filter took the answer away".to_owned())),
        (None, Some("length")) => Err(Failure::Truncated),
        _ if text.trim().is_empty() => Err(Failure::Malformed("an empty answer".to_owned())),
        _ => Ok(Said { text, model: completion.model.unwrap_or_default() }),
    };
    Heard { said, took }
}

/// What the server counted, or what there is to count where it did not.
fn tokens(usage: Option<Usage>, prompt: &Prompt, text: &str) -> Tokens {
    let usage = usage.unwrap_or_default();
    let details = usage.prompt_tokens_details.unwrap_or_default();
    let (kept, keeping) = (details.cached_tokens.unwrap_or(0), details.cache_write_tokens.unwrap_or(0));
    let counted = |count: Option<u64>| count.filter(|count| *count > 0);
    let input = counted(usage.prompt_tokens).unwrap_or_else(|| super::most(prompt).input);
    Tokens {
        input: input.saturating_sub(kept).saturating_sub(keeping),
        kept,
        keeping,
        output: counted(usage.completion_tokens).unwrap_or_else(|| estimate(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::redact;

    fn prompt() -> Prompt {
        let schema = json!({"type": "object"});
        Prompt { task: "explain", system: redact("be brief"), user: redact("why?"), schema, most_tokens: 9 }
    }

    #[test]
    fn cached_tokens_are_not_counted_twice() {
        let body = json!({
            "model": "m-1",
            "choices": [{ "finish_reason": "stop", "message": { "content": "{}" } }],
            "usage": { "prompt_tokens": 10, "completion_tokens": 2, "prompt_tokens_details": { "cached_tokens": 7 } },
        });
        let heard = heard(body.to_string().as_bytes(), &prompt());
        let tokens = Tokens { input: 3, kept: 7, keeping: 0, output: 2 };
        assert_eq!(heard.took, Took::Counted(tokens));
        assert_eq!(heard.said, Ok(Said { text: "{}".to_owned(), model: "m-1".to_owned() }));
    }

    #[test]
    fn a_request_says_no_more_than_a_server_knows() {
        let wording = |form, effort| Wording { form, is_completion_limit: effort == 0, effort };
        let newest = request(&prompt(), "m", wording(Form::Schema, 0));
        assert_eq!(
            (&newest["reasoning_effort"], &newest["max_completion_tokens"]),
            (&json!("none"), &json!(9))
        );
        let oldest = request(&prompt(), "m", wording(Form::Text, 2));
        let names: Vec<&String> = oldest.as_object().unwrap().keys().collect();
        assert_eq!(names, ["max_tokens", "messages", "model"]);
    }

    #[test]
    fn complaints_are_told_apart() {
        assert_eq!(complaint("maximum context length is 4096; reduce max_tokens"), Complaint::TooLong);
        assert_eq!(complaint("Unsupported parameter: 'max_tokens'"), Complaint::Limit);
        assert_eq!(complaint("Unrecognized request argument: reasoning_effort"), Complaint::Effort);
        assert_eq!(complaint("response_format is not supported"), Complaint::Other);
    }
}
