//! `[engine]`: which engine dreams, and what it may spend.
//!
//! A memory repository says *which* service and model its team uses. Where requests go and which programs run is not
//! read from it: whoever can propose a change to `dream.toml` could else have a reader's excerpts and key sent
//! elsewhere, or run something on their machine. That comes from the person's side ([`crate::model::access`]).

use super::Invalid;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which engine dreams, and what it may spend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EngineSettings {
    /// `builtin` (no model), `anthropic`, `openai`, `openrouter`, `ollama`, or `command`.
    pub name: String,
    /// The model, as the service names it; empty: the service's default, where it has one.
    pub model: String,
    /// Most tokens, read and written, that one cycle may take.
    pub budget_tokens: u64,
    /// Most US dollars that one cycle may take, where the model's price is known.
    pub budget_dollars: f64,
    /// Whether prompts are sent as a batch where the service takes batches: half the price, and an answer within minutes
    /// to a day.
    pub batch: bool,
    /// Minutes that a batch is waited for; one that is not done then is fetched by the next cycle.
    pub batch_minutes: u32,
    /// Most prompts that are under way at once.
    pub parallel: usize,
    /// Seconds that one answer may take.
    pub deadline_seconds: u32,
    /// How often a prompt is asked again when the service is busy or fails.
    pub retries: u32,
    /// Lift, 0 to 1, that a learning about a mistake must show in a rehearsal, at the lower end of its 95 % interval: by
    /// what share of the attempts the mistake is repeated less often with the note than without it. 0: none is asked for.
    pub require_lift: f64,
    /// US dollars for a million tokens, by what the model's name begins with.
    pub prices: Prices,
}

impl Default for EngineSettings {
    fn default() -> Self {
        let price = |name: &str, input: f64, output: f64, kept: f64| {
            (name.to_owned(), Price { input, output, kept: Some(kept), keeping: Some(input * 1.25) })
        };
        EngineSettings {
            name: "builtin".to_owned(),
            model: String::new(),
            budget_tokens: 60_000,
            budget_dollars: 0.25,
            batch: false,
            batch_minutes: 20,
            parallel: 4,
            deadline_seconds: 120,
            retries: 4,
            require_lift: 0.0,
            prices: Prices::from([
                // Five times that for prompts of more than 100,000 tokens, which nothing here asks.
                price("claude-haiku-5-5", 0.1, 0.5, 0.01),
                price("claude-haiku-4-5", 1.0, 5.0, 0.1),
                price("claude-sonnet-5-5", 2.0, 10.0, 0.1),
                price("claude-sonnet-5", 2.0, 10.0, 0.2),
                price("claude-opus-5-5", 4.0, 20.0, 0.2),
                price("claude-opus-5", 5.0, 25.0, 0.5),
            ]),
        }
    }
}

impl EngineSettings {
    /// Whether every value is in its range.
    pub(super) fn check(&self, file: &str) -> Result<(), Invalid> {
        if !(self.budget_dollars.is_finite() && self.budget_dollars >= 0.0) {
            return Err(Invalid(format!(
                "{file}: `engine.budget_dollars = {}` must be 0 or more",
                self.budget_dollars
            )));
        }
        if !(0.0..=1.0).contains(&self.require_lift) {
            return Err(Invalid(format!(
                "{file}: `engine.require_lift = {}` must lie between 0 and 1",
                self.require_lift
            )));
        }
        if self.parallel == 0 || self.deadline_seconds == 0 {
            return Err(Invalid(format!(
                "{file}: `engine.parallel` and `engine.deadline_seconds` must be 1 or more"
            )));
        }
        if let Some((name, _)) = self.prices.iter().find(|(_, price)| !price.is_sound()) {
            return Err(Invalid(format!("{file}: `engine.prices.{name:?}` must be numbers of 0 or more")));
        }
        Ok(())
    }
}

/// US dollars for a million tokens.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Tokens that the model reads.
    pub input: f64,
    /// Tokens that the model writes.
    pub output: f64,
    /// Tokens read from what the service had kept; absent: as `input`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<f64>,
    /// Tokens written into what the service keeps; absent: as `input`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keeping: Option<f64>,
}

impl Price {
    /// Whether it can be counted with.
    fn is_sound(&self) -> bool {
        let all = [Some(self.input), Some(self.output), self.kept, self.keeping];
        all.into_iter().flatten().all(|price| price.is_finite() && price >= 0.0)
    }
}

/// Prices by the model's name, or by what its name begins with: services add a date to a name.
pub type Prices = BTreeMap<String, Price>;
