//! The services there are: what each is called, how it is talked to, and what is its own.
//!
//! A table and nothing else. A server that nobody here has heard of is `openai` with an address of its own: that wire
//! format is what everybody speaks.

/// How a service is talked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// Chat completions, as OpenAI's API has them and most servers copy.
    OpenAi,
    /// The Messages API of Anthropic.
    Anthropic,
    /// A program: the prompt on its standard input, the answer on its standard output.
    Program,
}

/// One service.
#[derive(Debug, PartialEq, Eq)]
pub struct Service {
    /// What `[engine] name` and `--engine` call it.
    pub name: &'static str,
    /// How it is talked to.
    pub wire: Wire,
    /// Where it is, where it is in one place.
    pub address: Option<&'static str>,
    /// The environment variable that its own tools read a key from; `None`: it asks for no key.
    pub key_variable: Option<&'static str>,
    /// The model that is asked where none is named.
    pub default_model: Option<&'static str>,
}

/// Every service; what is not here is the builtin engine, or a mistake.
pub const SERVICES: &[Service] = &[
    Service {
        name: "anthropic",
        wire: Wire::Anthropic,
        address: Some("https://api.anthropic.com"),
        key_variable: Some("ANTHROPIC_API_KEY"),
        default_model: Some("claude-haiku-5-5"),
    },
    Service {
        name: "openai",
        wire: Wire::OpenAi,
        address: Some("https://api.openai.com/v1"),
        key_variable: Some("OPENAI_API_KEY"),
        default_model: None,
    },
    Service {
        name: "openrouter",
        wire: Wire::OpenAi,
        address: Some("https://openrouter.ai/api/v1"),
        key_variable: Some("OPENROUTER_API_KEY"),
        default_model: None,
    },
    Service {
        name: "ollama",
        wire: Wire::OpenAi,
        address: Some("http://localhost:11434/v1"),
        key_variable: None,
        default_model: None,
    },
    Service { name: "command", wire: Wire::Program, address: None, key_variable: None, default_model: None },
];

/// What `[engine] name` says where no model is asked.
pub const BUILTIN: &str = "builtin";

/// The service of this name.
pub fn find(name: &str) -> Option<&'static Service> {
    SERVICES.iter().find(|service| service.name == name)
}

/// What became of an engine that was one.
pub fn gone(name: &str) -> Option<&'static str> {
    (name == "github-models").then_some("GitHub took GitHub Models out of service on 30 July 2026")
}

/// All names that an engine can have, for an error that lists them.
pub fn names() -> String {
    let services = SERVICES.iter().map(|service| service.name);
    std::iter::once(BUILTIN).chain(services).collect::<Vec<_>>().join(", ")
}
