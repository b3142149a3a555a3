//! Where requests go, and with what: the address, the key, the program, the certificate authority.
//!
//! All of it comes from the person at this machine: the command line, then the environment, then `git config`, none of
//! which a repository's history can change. Refuses to read `dream.toml`, which anybody who can propose a change to the
//! memory can propose a change to: that could send a reader's key and excerpts elsewhere, or run something.
//!
//! A key goes to the service's own host or to an address that the person gave. One that says nothing of its service
//! (`GIT_DREAM_KEY`) is used only where the person named the service or the address, too: `dream.toml` could else turn a
//! key for one service over to another.

use super::service::{Service, Wire};
use crate::unusable::Unusable;
use crate::web::address::{self, Wanted};
use crate::web::key::Key;
use crate::web::person::Person;
use crate::web::words::command_line;
use anyhow::Result;
use reqwest::Url;

/// What a service's address is to be.
const ADDRESS: Wanted = Wanted {
    whose: "the model's service",
    example: "https://host/v1",
    sends: "excerpts and the key",
    key_variable: "GIT_DREAM_KEY",
};

/// What the person at this machine says, wherever they say it.
pub struct Said<'a> {
    /// `--base-url`
    pub base_url: Option<&'a str>,
    /// `--command`
    pub command: Option<&'a str>,
    /// Looks up an environment variable.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// Looks up a key of the git configuration.
    pub configured: &'a dyn Fn(&str) -> Result<Option<String>>,
}

impl Said<'_> {
    /// What was said on the command line, else in this variable, else under this key of `git config`; nothing said
    /// empty.
    pub fn first(&self, flag: Option<&str>, variable: &str, key: &str) -> Result<Option<String>> {
        self.person().first(flag, variable, key)
    }

    fn person(&self) -> Person<'_> {
        Person { variable: self.variable, configured: self.configured }
    }

    fn in_environment(&self, variable: &str) -> Option<String> {
        self.person().in_environment(variable)
    }

    fn in_config(&self, key: &str) -> Result<Option<String>> {
        self.person().in_config(key)
    }
}

/// Where a key comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum KeySource {
    /// None is sent.
    Nowhere,
    /// One is needed and none is there: what to say about it.
    Missing(String),
    /// It is here.
    Given(Key),
    /// A program prints it; run once something has to be asked.
    Program(Vec<String>),
}

/// A service, and the way to it.
#[derive(Clone, Debug)]
pub struct Access {
    pub(super) service: &'static Service,
    /// `None` for a program.
    pub(super) address: Option<Url>,
    pub(super) key: KeySource,
    /// The program with its arguments; empty for what is asked over HTTP.
    pub(super) program: Vec<String>,
    /// Certificates, PEM, of an authority that the system does not know.
    pub(super) authority: Option<Vec<u8>>,
}

impl Access {
    /// The way to a service. `named` is whether the person named it, and not only `dream.toml`.
    ///
    /// Errors: [`Unusable`] where an address or program is missing or is none, or a key is none; a git configuration
    /// that cannot be read. That a key is missing is an error of [`Access::check_key`].
    pub fn find(service: &'static Service, named: bool, said: &Said<'_>) -> Result<Access> {
        if service.wire == Wire::Program {
            let program = program(said)?;
            return Ok(Access { service, address: None, key: KeySource::Nowhere, program, authority: None });
        }
        let given = said.first(said.base_url, "GIT_DREAM_BASE_URL", "dream.baseUrl")?;
        let written = given.as_deref().or(service.address).unwrap_or_default();
        let address = address(written, service.wire)?;
        let mut key = key(service, named || given.is_some(), said)?;
        if key == KeySource::Nowhere
            && given.is_none()
            && let Some(variable) = service.key_variable
        {
            key = KeySource::Missing(no_key(service, variable, said)?);
        }
        let authority = said.person().authority()?;
        Ok(Access { service, address: Some(address), key, program: Vec::new(), authority })
    }

    /// What tells this service from another that has the same models: where it is, if that is not the usual place.
    pub(super) fn identity(&self) -> String {
        let own = self.service.address.and_then(|own| address(own, self.service.wire).ok());
        match &self.address {
            Some(address) if Some(address) != own.as_ref() => format!("{} {address}", self.service.name),
            Some(_) => self.service.name.to_owned(),
            None => [self.service.name, &self.program.join(" ")].join(" "),
        }
    }

    /// Whether there is a key, if one is needed, or a program that prints it.
    pub(super) fn check_key(&self) -> Result<(), Unusable> {
        match &self.key {
            KeySource::Missing(why) => Err(Unusable(why.clone())),
            _ => Ok(()),
        }
    }

    /// The key, fetched from the program that prints it where there is one.
    ///
    /// Errors: there is none; the program cannot be run, fails, or prints no key.
    pub(super) fn key(&self) -> Result<Option<Key>, Unusable> {
        match &self.key {
            KeySource::Nowhere => Ok(None),
            KeySource::Missing(why) => Err(Unusable(why.clone())),
            KeySource::Given(key) => Ok(Some(key.clone())),
            KeySource::Program(words) => Key::printed_by(words).map(Some),
        }
    }
}

/// The program that the person named.
fn program(said: &Said<'_>) -> Result<Vec<String>> {
    let Some(line) = said.first(said.command, "GIT_DREAM_COMMAND", "dream.command")? else {
        return Err(Unusable(
            "the engine `command` needs a program that reads a prompt: name it with --command, GIT_DREAM_COMMAND or \
             `git config dream.command`, as in --command 'claude -p'"
                .to_owned(),
        )
        .into());
    };
    Ok(command_line(&line, "the program of the engine `command`")?)
}

/// The address that a base URL names.
fn address(written: &str, wire: Wire) -> Result<Url, Unusable> {
    let mut url = address::parse(written, &ADDRESS)?;
    let path = url.path().trim_end_matches('/').to_owned();
    // People write the address of a server with and without the version that all of its paths begin with.
    let path = match wire {
        Wire::OpenAi if path.is_empty() => "/v1",
        Wire::Anthropic => path.strip_suffix("/v1").unwrap_or(&path),
        _ => &path,
    };
    url.set_path(path);
    Ok(url)
}

/// Where the key comes from. `meant`: whether the person said where a key that names no service goes.
fn key(service: &Service, meant: bool, said: &Said<'_>) -> Result<KeySource> {
    let read = |written: String, whence: &str| {
        Key::new(&written).map(KeySource::Given).ok_or_else(|| {
            Unusable(format!(
                "what {whence} holds is no key: it has spaces, line breaks or other letters in it"
            ))
        })
    };
    let run = |line: &str, whence: &str| command_line(line, whence).map(KeySource::Program);
    if meant && let Some(written) = said.in_environment("GIT_DREAM_KEY") {
        return Ok(read(written, "GIT_DREAM_KEY")?);
    }
    if meant && let Some(line) = said.in_environment("GIT_DREAM_KEY_COMMAND") {
        return Ok(run(&line, "GIT_DREAM_KEY_COMMAND")?);
    }
    if let Some(variable) = service.key_variable
        && let Some(written) = said.in_environment(variable)
    {
        return Ok(read(written, variable)?);
    }
    if meant && let Some(line) = said.in_config("dream.keyCommand")? {
        return Ok(run(&line, "dream.keyCommand")?);
    }
    Ok(KeySource::Nowhere)
}

/// What to say where a key is missing.
fn no_key(service: &Service, variable: &str, said: &Said<'_>) -> Result<String> {
    let name = service.name;
    let has_nameless = said.in_environment("GIT_DREAM_KEY").is_some()
        || said.in_environment("GIT_DREAM_KEY_COMMAND").is_some()
        || said.in_config("dream.keyCommand")?.is_some();
    Ok(match has_nameless {
        true => format!(
            "your key is not sent to `{name}`, because only the repository's dream.toml names that service: if that is \
             where it belongs, say so with --engine {name} or `git config dream.engine {name}`"
        ),
        false => format!(
            "the engine `{name}` needs a key: put it into {variable}, or name a program that prints it with \
             `git config dream.keyCommand` (and the service with `git config dream.engine {name}`)"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::super::service;
    use super::*;

    fn find(name: &str, named: bool, said: &[(&str, &str)]) -> Result<Access, String> {
        let look =
            |name: &str| said.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let said = Said { base_url: None, command: None, variable: &look, configured: &|key| Ok(look(key)) };
        let access =
            Access::find(service::find(name).unwrap(), named, &said).map_err(|error| format!("{error:#}"))?;
        access.check_key().map(|()| access).map_err(|error| error.to_string())
    }

    fn key(access: Result<Access, String>) -> Option<String> {
        access.unwrap().key().unwrap().map(|key| key.reveal().to_owned())
    }

    #[test]
    fn what_is_said_nearer_counts_more() {
        let both = [("GIT_DREAM_BASE_URL", "https://near/v1/"), ("dream.baseUrl", "https://far/v1")];
        assert_eq!(find("openai", false, &both).unwrap().address.unwrap().as_str(), "https://near/v1");
        assert_eq!(find("openai", false, &both[1..]).unwrap().address.unwrap().as_str(), "https://far/v1");
        let own = find("openai", false, &[("OPENAI_API_KEY", "k")]).unwrap();
        assert_eq!(
            (own.identity().as_str(), own.address.unwrap().as_str()),
            ("openai", "https://api.openai.com/v1")
        );
        let given = [("dream.command", "claude -p"), ("GIT_DREAM_COMMAND", "codex exec")];
        assert_eq!(find("command", false, &given).unwrap().program, ["codex", "exec"]);
    }

    #[test]
    fn a_key_without_a_name_goes_only_where_the_person_meant_it_to() {
        let nameless = [("GIT_DREAM_KEY", "mine")];
        assert!(find("openrouter", false, &nameless).unwrap_err().contains("--engine openrouter"));
        assert_eq!(key(find("openrouter", true, &nameless)).as_deref(), Some("mine"));
        let there = [nameless[0], ("dream.baseUrl", "https://llm.example/v1"), ("OPENAI_API_KEY", "theirs")];
        assert_eq!(key(find("openai", false, &there)).as_deref(), Some("mine"));
        assert_eq!(key(find("openai", false, &[there[2]])).as_deref(), Some("theirs"));
        assert!(find("openai", true, &[]).unwrap_err().contains("OPENAI_API_KEY"));
        assert_eq!(key(find("openai", false, &[("dream.baseUrl", "http://localhost:8080")])), None);
    }

    #[test]
    fn what_would_travel_unencrypted_stays() {
        let address = |url| {
            find("openai", false, &[("dream.baseUrl", url)]).map(|access| access.address.unwrap().to_string())
        };
        for local in ["http://localhost:8080", "http://127.1.2.3:1", "http://[::1]:11434/"] {
            assert!(address(local).unwrap().ends_with("/v1"), "{local}");
        }
        for other in [
            "http://10.0.0.7/v1",
            "http://localhost.example/v1",
            "ftp://localhost",
            "localhost:8080",
            "x",
            "",
        ] {
            assert!(address(other).is_err() || other.is_empty(), "{other}");
        }
        let secret = address("https://ann:pa55word@llm.example/v1").unwrap_err();
        assert!(!secret.contains("pa55word"), "{secret}");
        let anthropic =
            find("anthropic", false, &[("dream.baseUrl", "https://gate.example/claude/v1/")]).unwrap();
        assert_eq!(anthropic.address.unwrap().as_str(), "https://gate.example/claude");
    }

    #[cfg(unix)]
    #[test]
    fn a_program_prints_the_key_once_it_is_needed() {
        let key = |line| find("openai", true, &[("GIT_DREAM_KEY_COMMAND", line)]).unwrap().key();
        let printed = key("printf 'mine\\nnotes: none\\n'").unwrap().unwrap();
        assert_eq!(printed.reveal(), "mine");
        for wrong in ["false", "true", "no-such-program", "echo two words"] {
            assert!(key(wrong).is_err(), "{wrong}");
        }
        assert!(find("openai", true, &[("GIT_DREAM_KEY_COMMAND", "pass 'open")]).is_err());
    }

    #[test]
    fn a_key_is_written_down_nowhere() {
        let access = find("openai", true, &[("GIT_DREAM_KEY", "s3cr3t-of-ann")]).unwrap();
        assert!(!format!("{access:?}{access:#?}{}", access.identity()).contains("s3cr3t"));
    }
}
