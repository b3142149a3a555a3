//! Message Batches: many prompts in one request, answered within a day for half the price.
//!
//! Owns the requests that make a batch, look at it and fetch its results. Refuses to wait and to remember: that is for
//! [`crate::model::asker`]. A prompt goes by the hash of its reply, which fits what the service takes as a name.

use super::{Message, Messages, failed, request, understood};
use crate::model::failure::telling;
use crate::model::heard::Heard;
use crate::model::http::{Fault, Lost, Request};
use crate::model::{Failure, Prompt, Tokens, most};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Largest results that are read, bytes.
const MOST_RESULTS: usize = 256 << 20;

/// A batch, as the service sees it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(in crate::model) struct Batch {
    /// Its name there.
    pub(in crate::model) id: String,
    processing_status: String,
}

impl Batch {
    /// Whether every prompt has its result.
    pub(in crate::model) fn has_ended(&self) -> bool {
        self.processing_status == "ended"
    }

    /// Whether its name can be one of a file and a part of an address.
    fn is_sound(&self) -> bool {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        (1..=128).contains(&self.id.len()) && self.id.bytes().all(is_plain)
    }
}

impl Messages {
    /// Sends prompts as a batch, each under its name.
    pub(in crate::model) async fn send_batch(&self, prompts: &[(String, &Prompt)]) -> Result<Batch, Heard> {
        let wording = self.wording();
        let requests: Vec<Value> = prompts
            .iter()
            .map(|(name, prompt)| {
                json!({ "custom_id": name, "params": request(prompt, &self.model, wording) })
            })
            .collect();
        let of = prompts.first().map(|(name, _)| name.as_str()).unwrap_or_default();
        let body = json!({ "requests": requests });
        self.batch(Method::POST, &["v1", "messages", "batches"], Some(&body), of).await.map_err(failed)
    }

    /// Looks at a batch; `None` where the service knows of none by this name.
    pub(in crate::model) async fn look_at_batch(&self, id: &str) -> Result<Option<Batch>, Failure> {
        match self.batch(Method::GET, &["v1", "messages", "batches", id], None, id).await {
            Ok(batch) => Ok(Some(batch)),
            Err(Fault::Answered(404, ..)) => Ok(None),
            Err(fault) => Err(failed(fault).said.err().unwrap_or(Failure::NotAsked)),
        }
    }

    async fn batch(
        &self,
        method: Method,
        path: &[&str],
        body: Option<&Value>,
        of: &str,
    ) -> Result<Batch, Fault> {
        let answer = self.http.send(&Request { method, path, query: &[], body, most: 0, of }).await?.body;
        let batch: Batch = serde_json::from_slice(&answer)
            .map_err(|error| Fault::Lost(Lost::Malformed(format!("no batch: {error}"))))?;
        match batch.is_sound() {
            true => Ok(batch),
            false => Err(Fault::Lost(Lost::Malformed("a batch of no name".to_owned()))),
        }
    }

    /// What came of every prompt of a batch that has ended, by its name. `prompts` are those that are still known: what
    /// the service did not count is counted from them. A line that cannot be read is left out.
    ///
    /// The results are fetched from the service's own address, wherever the batch says that they are.
    pub(in crate::model) async fn results_of_batch(
        &self,
        id: &str,
        prompts: &BTreeMap<String, &Prompt>,
    ) -> Result<BTreeMap<String, Heard>, Failure> {
        let request = Request {
            method: Method::GET,
            path: &["v1", "messages", "batches", id, "results"],
            query: &[],
            body: None,
            most: MOST_RESULTS,
            of: id,
        };
        let lines = match self.http.send(&request).await {
            Ok(answer) => answer.body,
            Err(fault) => return Err(failed(fault).said.err().unwrap_or(Failure::NotAsked)),
        };
        let lines = lines.split(|byte| *byte == b'\n');
        let results = lines.filter_map(|line| serde_json::from_slice::<Line>(line).ok());
        Ok(results
            .map(|Line { custom_id, result }| {
                let most = prompts.get(&custom_id).map_or(Tokens::default(), |prompt| most(prompt));
                (custom_id, result.heard(most))
            })
            .collect())
    }
}

/// One line of a batch's results.
#[derive(Deserialize)]
struct Line {
    custom_id: String,
    result: Outcome,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Outcome {
    Succeeded { message: Message },
    Errored { error: Value },
    Canceled,
    Expired,
}

impl Outcome {
    /// What a result comes to; only answers are charged for.
    fn heard(self, most: Tokens) -> Heard {
        match self {
            Outcome::Succeeded { message } => understood(message, most),
            Outcome::Errored { error } => {
                let error = error.get("error").unwrap_or(&error);
                let text = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
                let says = telling(&format!("{} ({})", text("message"), text("type")));
                Heard::nothing(match text("type") {
                    "invalid_request_error" if says.contains("too long") => Failure::Refused(says),
                    "invalid_request_error" | "not_found_error" | "permission_error" => Failure::Denied(says),
                    _ => Failure::Broken(says),
                })
            }
            Outcome::Canceled => Heard::nothing(Failure::Broken("its batch was canceled".to_owned())),
            Outcome::Expired => {
                Heard::nothing(Failure::Broken("its batch took longer than a day".to_owned()))
            }
        }
    }
}
