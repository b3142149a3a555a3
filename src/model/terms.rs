//! On what terms a model is asked: which one, at what price, within what budget.

use super::access::Access;
use super::price::{self, Money};
use super::purse::{Budget, Purse};
use super::service::Wire;
use crate::settings::{EngineSettings, Price};
use crate::unusable::Unusable;
use crate::web::is_loopback;
use std::path::Path;

/// On what terms a model is asked.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    /// What the model is called in commits: `anthropic/claude-haiku-4-5`.
    pub(super) name: String,
    /// What tells the service from another that has the same models.
    pub(super) identity: String,
    /// The model, as the service names it.
    pub(super) model: String,
    /// Its price; `None` where it is not known.
    price: Option<Price>,
    budget: Budget,
    /// Whether prompts are sent as a batch.
    pub(super) batch: bool,
    /// What a person ought to know before.
    pub(super) notices: Vec<String>,
}

impl Terms {
    /// The terms that the settings set for this way to a service.
    ///
    /// Errors: no model is named and the service has no usual one; the name is none.
    pub(super) fn of(access: &Access, settings: &EngineSettings) -> Result<Terms, Unusable> {
        let service = access.service;
        let model = model(access, settings)?;
        let mut notices = Vec::new();
        let batch = settings.batch && service.wire == Wire::Anthropic;
        if settings.batch && !batch {
            notices.push(format!("`{}` takes no batches: prompts are sent one by one.", service.name));
        }
        let price = price::find(&settings.prices, &model).copied();
        // A model on this machine costs nothing that anybody would count.
        let is_own = access.address.as_ref().is_some_and(is_loopback);
        if price.is_none() && !is_own {
            notices.push(format!(
                "The price of {}/{model} is not known: this cycle may take {} tokens, whatever they cost. Set one in \
                 dream.toml under [engine.prices].",
                service.name, settings.budget_tokens
            ));
        }
        let budget = Budget {
            tokens: settings.budget_tokens,
            money: price.map(|_| Money::dollars(settings.budget_dollars)),
        };
        let price = if batch { price.map(halved) } else { price };
        let name = format!("{}/{model}", service.name);
        Ok(Terms { name, identity: access.identity(), model, price, budget, batch, notices })
    }

    /// A purse with the budget in it.
    pub(super) fn purse(&self) -> Purse {
        Purse::new(self.budget, self.price)
    }
}

/// The model that is asked.
fn model(access: &Access, settings: &EngineSettings) -> Result<String, Unusable> {
    let service = access.service;
    let named = settings.model.trim();
    if named.chars().any(|character| character.is_control() || character.is_whitespace()) || named.len() > 200
    {
        return Err(Unusable(format!("`engine.model = {named:?}` is no model's name")));
    }
    if !named.is_empty() {
        return Ok(named.to_owned());
    }
    if let Some(program) = access.program.first() {
        let stem = Path::new(program).file_stem().unwrap_or_default().to_string_lossy();
        return Ok(stem.split_whitespace().collect::<Vec<_>>().join("-"));
    }
    service.default_model.map(str::to_owned).ok_or_else(|| {
        Unusable(format!(
            "which model of `{}`? Name one with --model, or as `model` under [engine] in dream.toml",
            service.name
        ))
    })
}

/// What a token costs in a batch: half.
fn halved(price: Price) -> Price {
    let Price { input, output, kept, keeping } = price;
    let half = |price: f64| price / 2.0;
    Price { input: half(input), output: half(output), kept: kept.map(half), keeping: keeping.map(half) }
}
