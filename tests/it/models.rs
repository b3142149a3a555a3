//! Language models, asked: every service against a server on this machine that plays back what the real one may say.

mod anthropic;
mod batch;
mod openai;
mod process;
mod program;
pub(crate) mod server;
mod tls;
pub(crate) mod vendor;

use git_dream::model::access::Said;
use git_dream::model::{Access, Model, Prompt, service};
use git_dream::redact::redact;
use git_dream::settings::EngineSettings;
use serde_json::json;
use std::path::Path;

/// The key that must be found nowhere but in a header.
const KEY: &str = "s3cr3t-key-of-ann";

/// A question whose answer has a `why`.
fn prompt(user: &str) -> Prompt {
    Prompt {
        task: "explain",
        system: redact("Explain the failure in one sentence."),
        user: redact(user),
        schema: json!({
            "type": "object",
            "properties": { "why": { "type": "string" } },
            "required": ["why"],
            "additionalProperties": false,
        }),
        most_tokens: 200,
    }
}

/// Settings for a service's model that lose no time.
fn settings(name: &str, model: &str) -> EngineSettings {
    EngineSettings {
        name: name.to_owned(),
        model: model.to_owned(),
        deadline_seconds: 20,
        retries: 2,
        ..EngineSettings::default()
    }
}

/// The way to a service, where the person's environment holds these variables.
fn access(name: &str, said: &[(&str, &str)]) -> Access {
    let variable =
        |name: &str| said.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    let said = Said { base_url: None, command: None, variable: &variable, configured: &|_| Ok(None) };
    Access::find(service::find(name).unwrap(), true, &said).unwrap()
}

/// The model of these settings, asked at this address.
fn model(settings: &EngineSettings, address: &str, folder: &Path) -> Model {
    let said = [("GIT_DREAM_BASE_URL", address), ("GIT_DREAM_KEY", KEY)];
    Model::new(access(&settings.name, &said), settings, folder).unwrap()
}
