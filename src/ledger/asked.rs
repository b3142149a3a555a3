//! What a model was asked in a cycle, what was taken of its answers, and what that cost.
//!
//! Owns the form in the record of a cycle. What was taken is kept so that a later cycle says the same in the same words,
//! with a model or without; what was asked is kept so that nothing is asked twice. Turns are named and not quoted: their
//! words stand in the digests, and go with them.

use crate::pattern::Evidence;
use crate::redact::Clean;
use crate::session::SessionId;
use serde::{Deserialize, Serialize};

/// What a model had to do with a cycle.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelRecord {
    /// What the cycle paid.
    pub cost: CostRecord,
    /// What was asked and answered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub asked: Vec<AskedRecord>,
    /// What to do about mistakes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub readings: Vec<ReadingRecord>,
    /// Lessons in better words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phrases: Vec<PhraseRecord>,
    /// Turns that ask for the same.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub wishes: Vec<WishRecord>,
    /// Notes that say the same.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub same: Vec<SameRecord>,
}

/// Tokens and money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CostRecord {
    /// Calls that a service answered.
    pub calls: u32,
    /// Answers that had been paid for earlier.
    #[serde(skip_serializing_if = "is_nought")]
    pub recalled: u32,
    /// Tokens read at the full price.
    pub input: u64,
    /// Tokens read from what the service had kept.
    pub kept: u64,
    /// Tokens written into what the service keeps.
    pub keeping: u64,
    /// Tokens written.
    pub output: u64,
    /// US dollars; absent where the model's price is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dollars: Option<f64>,
}

fn is_nought(number: &u32) -> bool {
    *number == 0
}

impl CostRecord {
    /// All tokens.
    pub fn tokens(&self) -> u64 {
        [self.input, self.kept, self.keeping, self.output].into_iter().fold(0, u64::saturating_add)
    }

    /// `1234 tokens, $0.0012`.
    pub fn in_words(&self) -> String {
        let dollars = self.dollars.map(|dollars| format!(", ${dollars:.4}")).unwrap_or_default();
        format!("{} tokens{dollars}", self.tokens())
    }
}

impl std::ops::AddAssign for CostRecord {
    /// Both together; without dollars where those of either are not known.
    fn add_assign(&mut self, other: CostRecord) {
        self.calls = self.calls.saturating_add(other.calls);
        self.recalled = self.recalled.saturating_add(other.recalled);
        self.input = self.input.saturating_add(other.input);
        self.kept = self.kept.saturating_add(other.kept);
        self.keeping = self.keeping.saturating_add(other.keeping);
        self.output = self.output.saturating_add(other.output);
        self.dollars = self.dollars.zip(other.dollars).map(|(one, more)| one + more);
    }
}

/// A question that was answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AskedRecord {
    /// `explain`, `phrase`, `merge`, `wishes`.
    pub task: String,
    /// What it was about: a pattern, two notes; empty where there is only one such question.
    pub about: String,
    /// Independent sessions behind it then: it is asked again when there are materially more.
    pub sessions: u32,
}

/// What to do about a mistake.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReadingRecord {
    /// Fingerprint of the pattern.
    pub pattern: String,
    /// One sentence.
    pub advice: Clean,
    /// What agents did.
    pub quotes: Vec<Evidence>,
}

/// A lesson in better words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhraseRecord {
    /// Fingerprint of the pattern.
    pub pattern: String,
    /// The name of the words that these stand for.
    pub of: String,
    /// The learning in a few words.
    pub title: Clean,
    /// The rule in one sentence.
    pub rule: Clean,
    /// What to do.
    pub advice: Vec<Clean>,
}

/// Turns that ask for the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WishRecord {
    /// Fingerprint of the pattern that they make.
    pub pattern: String,
    /// By what it is known.
    pub anchor: Vec<Clean>,
    /// The turns.
    pub turns: Vec<TurnRecord>,
    /// Where in `turns` the one stands that says it best.
    pub best: usize,
}

/// A turn, by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnRecord {
    /// The session.
    pub session: SessionId,
    /// The event in it.
    pub event: u32,
    /// Hash of what was said.
    pub hash: String,
}

/// Notes that say the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SameRecord {
    /// Hash of their paths and of what they say.
    pub name: String,
    /// Their paths.
    pub notes: (String, String),
}
