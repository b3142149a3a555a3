//! Which engine a command dreams with: what is said on the command line, in the environment and in `git config`, over
//! what the repository's `dream.toml` says.

use super::exit::Usage;
use crate::model::access::Said;
use crate::model::{Access, Estimate, Model, service};
use crate::repo::Repo;
use crate::settings::EngineSettings;
use anyhow::Result;
use std::path::PathBuf;

#[derive(clap::Args, Default)]
pub(super) struct EngineOptions {
    /// Dream with this engine: builtin, anthropic, openai, openrouter, ollama or command
    ///
    /// Else the one that GIT_DREAM_ENGINE, `git config dream.engine` or dream.toml names. Keys are read from the
    /// service's own variable (ANTHROPIC_API_KEY, OPENAI_API_KEY, OPENROUTER_API_KEY), from GIT_DREAM_KEY,
    /// or from a program that prints one (GIT_DREAM_KEY_COMMAND, `git config dream.keyCommand`); never from dream.toml.
    #[arg(long, value_name = "NAME", help_heading = ENGINE)]
    engine: Option<String>,
    /// Ask this model, as the service names it
    ///
    /// Else the one of GIT_DREAM_MODEL, `git config dream.model`, or dream.toml.
    #[arg(long, value_name = "NAME", help_heading = ENGINE)]
    model: Option<String>,
    /// Ask the server at this address; without --engine, as an OpenAI-compatible one
    ///
    /// Else the one of GIT_DREAM_BASE_URL or `git config dream.baseUrl`, or the service's own. GIT_DREAM_CA_FILE or
    /// `git config dream.caFile` names certificates of an authority of your own.
    #[arg(long, value_name = "URL", help_heading = ENGINE)]
    base_url: Option<String>,
    /// Ask this program, which reads a prompt on stdin; without --engine, that is the engine
    ///
    /// Else the one of GIT_DREAM_COMMAND or `git config dream.command`. Split into words as a shell does, run without
    /// one.
    #[arg(long, value_name = "PROGRAM", help_heading = ENGINE, conflicts_with = "base_url")]
    command: Option<String>,
    /// Spend at most so much: tokens (60k, 1.5M), dollars ('$0.25', 0.25usd), or both (60k,0.25usd)
    #[arg(long, value_name = "LIMIT", value_delimiter = ',', value_parser = limit, help_heading = ENGINE)]
    budget: Vec<Limit>,
    /// Send prompts as a batch: half the price, and an answer within minutes to a day
    #[arg(long, help_heading = ENGINE)]
    batch: bool,
}

const ENGINE: &str = "Engine";

/// One limit of a budget.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Limit {
    Tokens(u64),
    Dollars(f64),
}

/// A service that was chosen, and where its replies are kept.
pub(super) struct Chosen {
    access: Access,
    folder: PathBuf,
}

impl EngineOptions {
    /// Puts what the person says in place of what `settings` say. Gives the service that is asked then; `None` for the
    /// builtin engine.
    ///
    /// Errors: no such engine; an address or program that is missing or none; a model for the builtin engine.
    pub(super) fn choose(&self, settings: &mut EngineSettings, repo: &Repo) -> Result<Option<Chosen>> {
        let variable = |name: &str| std::env::var(name).ok();
        let configured = |key: &str| repo.config(key);
        let said = Said {
            base_url: self.base_url.as_deref(),
            command: self.command.as_deref(),
            variable: &variable,
            configured: &configured,
        };
        let implied = match (&self.base_url, &self.command) {
            _ if self.engine.is_some() => None,
            (_, Some(_)) => Some("command"),
            (Some(_), None) if settings.name == service::BUILTIN => Some("openai"),
            _ => None,
        };
        let flag = self.engine.as_deref().or(implied);
        let named = said.first(flag, "GIT_DREAM_ENGINE", "dream.engine")?;
        if let Some(name) = &named {
            settings.name.clone_from(name);
        }
        if let Some(model) = said.first(self.model.as_deref(), "GIT_DREAM_MODEL", "dream.model")? {
            settings.model = model;
        }
        settings.batch |= self.batch;
        for limit in &self.budget {
            match limit {
                Limit::Tokens(tokens) => settings.budget_tokens = *tokens,
                Limit::Dollars(dollars) => settings.budget_dollars = *dollars,
            }
        }
        if settings.name == service::BUILTIN {
            if self.model.is_some() || self.batch {
                return Err(Usage(format!(
                    "the builtin engine asks no model: name a service with --engine, one of {}",
                    service::names()
                ))
                .into());
            }
            return Ok(None);
        }
        let Some(service) = service::find(&settings.name) else {
            let (name, names) = (&settings.name, service::names());
            let gone = service::gone(name).map(|gone| format!(" ({gone})")).unwrap_or_default();
            return Err(Usage(format!("there is no engine {name:?}{gone}: name one of {names}")).into());
        };
        let access = Access::find(service, named.is_some(), &said)?;
        Ok(Some(Chosen { access, folder: repo.private_dir() }))
    }
}

impl Chosen {
    /// The model to ask, on the terms of `settings`.
    ///
    /// Errors: no model is named, or there is no key.
    pub(super) fn model(self, settings: &EngineSettings) -> Result<Model> {
        Ok(Model::new(self.access, settings, &self.folder)?)
    }

    /// What asking would take, on the terms of `settings`; needs no key.
    ///
    /// Errors: no model is named.
    pub(super) fn estimate(&self, settings: &EngineSettings) -> Result<Estimate> {
        Ok(Estimate::new(&self.access, settings, &self.folder)?)
    }
}

/// A limit as it is typed.
fn limit(typed: &str) -> Result<Limit, String> {
    let typed = typed.trim();
    let dollars = typed
        .strip_prefix('$')
        .or_else(|| typed.strip_suffix('$'))
        .or_else(|| typed.strip_suffix("usd"))
        .or_else(|| typed.strip_suffix("USD"));
    let number = |digits: &str| {
        let number: Option<f64> = digits.trim().parse().ok();
        number.filter(|number| number.is_finite() && *number >= 0.0)
    };
    let wrong = || {
        "write tokens as 60k or 1.5M, dollars as '$0.25' (in quotes, for the shell's sake) or 0.25usd"
            .to_owned()
    };
    if let Some(digits) = dollars {
        return number(digits).map(Limit::Dollars).ok_or_else(wrong);
    }
    let (digits, unit) = match typed.char_indices().last() {
        Some((end, 'k' | 'K')) => (typed.get(..end), 1e3),
        Some((end, 'm' | 'M')) => (typed.get(..end), 1e6),
        _ => (Some(typed), 1.0),
    };
    let tokens = digits.and_then(number).map(|number| number * unit);
    tokens.filter(|tokens| tokens.fract() == 0.0).map(|tokens| Limit::Tokens(tokens as u64)).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_tokens_or_dollars() {
        assert_eq!(limit("60k"), Ok(Limit::Tokens(60_000)));
        assert_eq!(limit("1.5M"), Ok(Limit::Tokens(1_500_000)));
        assert_eq!(limit(" 12 "), Ok(Limit::Tokens(12)));
        assert_eq!([limit("$0.25"), limit("0.25usd")], [Ok(Limit::Dollars(0.25)), Ok(Limit::Dollars(0.25))]);
        for wrong in ["", "k", "-1", "1.5", "$", "$-1", "NaN", "infusd", "bash.25", "é"] {
            assert!(limit(wrong).is_err(), "{wrong}");
        }
    }
}
