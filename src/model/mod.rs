//! A language model, asked: prompts in, replies out, and what they cost.
//!
//! Owns everything between a [`Prompt`] and a [`Reply`]: the services (one file a wire format), keys and addresses,
//! retrying and deadlines, [`price`]s, the [`purse`] that nothing is spent beyond, and the [`replies`] that are kept so
//! that nothing is paid for twice. Refuses to know what is asked for, and to believe an answer: what of a reply holds is
//! for [`crate::engine`] to find out.
//!
//! What reaches a model is [`Clean`], and what it says is made [`Clean`] before anybody reads it.

pub mod access;
mod answer;
mod anthropic;
pub mod asker;
mod batches;
pub mod estimate;
pub mod failure;
mod heard;
mod http;
mod interrupt;
mod line;
mod openai;
pub mod price;
mod program;
pub mod purse;
pub mod replies;
pub mod service;
mod terms;

pub use access::Access;
pub use asker::Model;
pub use estimate::Estimate;
pub use failure::Failure;
pub(crate) use http::way;

use crate::redact::Clean;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// One question.
#[derive(Clone, Debug, PartialEq)]
pub struct Prompt {
    /// What is asked for, in one word: `explain`, `phrase`. Names the reply's schema on the wire.
    pub task: &'static str,
    /// What is the same in every prompt of the task: what to do, the rules, the form of the answer. Services that keep
    /// prompts keep this part.
    pub system: Clean,
    /// What this prompt is about; text from transcripts stands in it fenced, as data.
    pub user: Clean,
    /// The JSON Schema of the answer: objects with every property required and none beside them, as the strict modes
    /// of all services ask for.
    pub schema: serde_json::Value,
    /// Most tokens of the answer; one that reaches them is [`Failure::Truncated`].
    pub most_tokens: u32,
}

/// An answer: a text that somebody else wrote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// What the model said: one JSON value, if it did as it was told.
    pub text: Clean,
    /// The model that answered, as the service names it.
    pub model: String,
    /// What was used up.
    pub tokens: Tokens,
}

impl Reply {
    /// The answer as a value.
    ///
    /// Errors: [`Failure::Malformed`] where the text is no such value.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_str(self.text.as_str()).map_err(|error| Failure::Malformed(error.to_string()))
    }
}

/// A reply, or why there is none.
pub type Answer = Result<Reply, Failure>;

/// Tokens of one or more calls, as the service counted them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// Read by the model at the full price.
    pub input: u64,
    /// Read from what the service had kept.
    #[serde(default)]
    pub kept: u64,
    /// Written into what the service keeps.
    #[serde(default)]
    pub keeping: u64,
    /// Written by the model.
    pub output: u64,
}

impl Tokens {
    /// All of them.
    pub fn all(self) -> u64 {
        let Tokens { input, kept, keeping, output } = self;
        [input, kept, keeping, output].into_iter().fold(0, u64::saturating_add)
    }
}

impl std::ops::AddAssign for Tokens {
    fn add_assign(&mut self, other: Tokens) {
        self.input = self.input.saturating_add(other.input);
        self.kept = self.kept.saturating_add(other.kept);
        self.keeping = self.keeping.saturating_add(other.keeping);
        self.output = self.output.saturating_add(other.output);
    }
}

/// Whoever answers prompts.
pub trait Answers {
    /// Asks every prompt once; the answers stand in the prompts' order. One that fails leaves the others alone, but for
    /// a [`Failure::is_final`] one, after which no other is asked.
    fn ask(&self, prompts: &[Prompt]) -> Vec<Answer>;
}

/// Tokens that a text has, about; more rather than fewer. Real counts are the service's, and known only afterwards.
pub fn estimate(text: &str) -> u64 {
    // English is at four bytes a token, code and ids at about three.
    (text.len() as u64).div_ceil(3)
}

/// Most tokens that asking this can take.
pub fn most(prompt: &Prompt) -> Tokens {
    let schema = prompt.schema.to_string();
    let input = [prompt.system.as_str(), prompt.user.as_str(), &schema].into_iter().map(estimate).sum();
    Tokens { input, output: u64::from(prompt.most_tokens), ..Tokens::default() }
}
