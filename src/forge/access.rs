//! Which forge is at a remote, where its API is, and which token goes there.
//!
//! All of it comes from the person at this machine: the command line, the environment, `git config`, and the address of
//! the remote. Refuses to read `dream.toml`, as everything that keys go by. A token goes to the host that it belongs to:
//! the one that its own variable is for (`GITHUB_TOKEN`: github.com, or the server that a workflow says it runs at), or one
//! of which the person said what it is. A host of which nobody said anything gets none, whatever its name looks like.

use super::{Kind, Place};
use crate::unusable::Unusable;
use crate::web::address::{self, Wanted};
use crate::web::is_loopback;
use crate::web::key::Key;
use crate::web::person::Person;
use crate::web::words::command_line;
use anyhow::Result;
use reqwest::Url;

/// What a forge's address is to be.
const ADDRESS: Wanted = Wanted {
    whose: "the forge's API",
    example: "https://host/api/v4",
    sends: "the token",
    key_variable: OWN,
};
/// The variable with a token for whatever forge there is.
const OWN: &str = "GIT_DREAM_FORGE_TOKEN";
/// The same, printed by a program.
const OWN_COMMAND: &str = "GIT_DREAM_FORGE_TOKEN_COMMAND";
const OWN_COMMAND_KEY: &str = "dream.forgeTokenCommand";

/// What the person at this machine says, wherever they say it.
pub struct Said<'a> {
    /// `--forge`
    pub forge: Option<&'a str>,
    /// Looks up an environment variable.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// Looks up a key of the git configuration.
    pub configured: &'a dyn Fn(&str) -> Result<Option<String>>,
}

/// Whether there is a forge.
#[derive(Clone, Debug)]
pub enum Found {
    /// There is.
    Forge(Box<Access>),
    /// There is none, for this reason.
    None(String),
}

/// A project on a forge, and the way to it.
#[derive(Clone, Debug)]
pub struct Access {
    /// What the forge speaks.
    pub kind: Kind,
    /// The project.
    pub place: Place,
    pub(super) api: Url,
    pub(super) authority: Option<Vec<u8>>,
    token: Token,
}

#[derive(Clone, Debug)]
enum Token {
    /// None is there: what to say about it.
    Missing(String),
    /// It is in this variable.
    Given(Key, &'static str),
    /// A program prints it.
    Printed(Vec<String>),
}

impl Access {
    /// The forge at a remote's address.
    ///
    /// Errors: [`Unusable`] where somebody names a forge that there is not, an address that is none, or a token that cannot
    /// be sent; a git configuration that cannot be read.
    pub fn find(remote: &str, said: &Said<'_>) -> Result<Found> {
        let person = Person { variable: said.variable, configured: said.configured };
        let named = person.first(said.forge, "GIT_DREAM_FORGE", "dream.forge")?;
        if named.as_deref().is_some_and(|name| name.trim() == "none") {
            return Ok(Found::None("no forge is to be asked (`none`)".to_owned()));
        }
        let named = named.map(|name| kind_of(&name)).transpose()?;
        let Some(place) = Place::parse(remote) else {
            return Ok(Found::None("the remote is no project on a forge".to_owned()));
        };
        let given = person.first(None, "GIT_DREAM_FORGE_URL", "dream.forgeUrl")?;
        let given = given.map(|written| address::parse(&written, &ADDRESS)).transpose()?;
        let server = Server::here(&person).filter(|server| server.is_at(&place));
        let spoken = given.as_ref().and_then(spoken_at);
        let of_server = server.as_ref().map(|server| server.kind);
        let Some(kind) = named.or(spoken).or(of_server).or(place.likely()) else {
            return Ok(Found::None(format!(
                "which forge {} is, nobody said: name it with --forge or `git config dream.forge`, as github, gitlab or \
                 forgejo",
                place.host
            )));
        };
        let is_meant = named.is_some() || given.is_some();
        let token = token(kind, &place, is_meant, given.is_some(), &person)?;
        let api = match (given, &server) {
            (Some(given), _) => with_path(given, kind),
            (None, Some(server)) if server.kind == kind && server.api.is_some() => {
                address::parse(server.api.as_deref().unwrap_or_default(), &ADDRESS)?
            }
            (None, _) => match usual(kind, &place) {
                Ok(api) => api,
                Err(why) => return Ok(Found::None(why.to_string())),
            },
        };
        let authority = person.authority()?;
        let place = on_page(place, &api);
        Ok(Found::Forge(Box::new(Access { kind, place, api, authority, token })))
    }

    /// Whether there is a token, or a program that prints one; else what to do to have one.
    pub fn check_token(&self) -> Result<(), String> {
        match &self.token {
            Token::Missing(why) => Err(why.clone()),
            _ => Ok(()),
        }
    }

    /// The token.
    pub(super) fn key(&self) -> Result<Key, Unusable> {
        match &self.token {
            Token::Missing(why) => Err(Unusable(why.clone())),
            Token::Given(key, _) => Ok(key.clone()),
            Token::Printed(words) => Key::printed_by(words),
        }
    }

    /// Where the token is from, for errors.
    pub(super) fn token_name(&self) -> &str {
        match &self.token {
            Token::Given(_, variable) => variable,
            _ => OWN_COMMAND_KEY,
        }
    }

    /// Whether the token is one that a GitLab job has for itself.
    pub(super) fn is_of_job(&self) -> bool {
        matches!(self.token, Token::Given(_, "CI_JOB_TOKEN"))
    }
}

/// The server that runs us, where we run in one's workflow.
struct Server {
    kind: Kind,
    host: String,
    api: Option<String>,
}

impl Server {
    fn here(person: &Person<'_>) -> Option<Server> {
        let of = |kind: Kind, page: &str, api: &str| {
            let url = Url::parse(&person.in_environment(page)?).ok()?;
            Some(Server { kind, host: host_of(&url), api: person.in_environment(api) })
        };
        let is = |variable: &str| person.in_environment(variable).is_some_and(|value| value == "true");
        // Forgejo and Gitea run workflows in GitHub's words.
        let by_words =
            if is("GITEA_ACTIONS") || is("FORGEJO_ACTIONS") { Kind::Forgejo } else { Kind::GitHub };
        of(Kind::GitLab, "CI_SERVER_URL", "CI_API_V4_URL")
            .or_else(|| of(by_words, "GITHUB_SERVER_URL", "GITHUB_API_URL"))
    }

    fn is_at(&self, place: &Place) -> bool {
        self.host.eq_ignore_ascii_case(&place.host)
    }
}

fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or(host.to_owned(), |port| format!("{host}:{port}"))
}

fn kind_of(name: &str) -> Result<Kind, Unusable> {
    Kind::parse(name).ok_or_else(|| {
        Unusable(format!("there is no forge {name:?}: name github, gitlab, forgejo (also for Gitea) or none"))
    })
}

/// What is spoken at an API's address, where the address says so.
fn spoken_at(api: &Url) -> Option<Kind> {
    match api.path().rsplit('/').next()? {
        "v3" => Some(Kind::GitHub),
        "v4" => Some(Kind::GitLab),
        "v1" => Some(Kind::Forgejo),
        _ if api.host_str() == Some("api.github.com") => Some(Kind::GitHub),
        _ => None,
    }
}

/// The address of an API that somebody named by the address of its server.
fn with_path(mut api: Url, kind: Kind) -> Url {
    let is_bare = api.path().trim_matches('/').is_empty();
    if is_bare && !api.host_str().unwrap_or_default().starts_with("api.") {
        api.set_path(api_path(kind));
    }
    api
}

fn api_path(kind: Kind) -> &'static str {
    match kind {
        Kind::GitHub => "/api/v3",
        Kind::GitLab => "/api/v4",
        Kind::Forgejo => "/api/v1",
    }
}

/// The API that usually belongs to a host.
fn usual(kind: Kind, place: &Place) -> Result<Url, Unusable> {
    let is_cloud = place.host == "github.com" || place.host.ends_with(".ghe.com");
    match kind {
        Kind::GitHub if is_cloud => address::parse(&format!("https://api.{}", place.host), &ADDRESS),
        _ => address::parse(&format!("{}{}", place.web, api_path(kind)), &ADDRESS),
    }
}

/// The project without the folder that its whole server lies in, where the API's address tells of one.
fn on_page(place: Place, api: &Url) -> Place {
    let before = api.path().rsplit_once("/api/").map_or("", |(before, _)| before).trim_matches('/');
    let rest = place.path.strip_prefix(before).and_then(|rest| rest.strip_prefix('/'));
    match rest.filter(|rest| !before.is_empty() && rest.contains('/')) {
        Some(rest) => {
            Place { web: format!("{}/{before}", place.web), path: rest.to_owned(), host: place.host.clone() }
        }
        None => place,
    }
}

/// The variables that tools for a forge keep a token in, and the one that says which server it is for.
fn variables(kind: Kind) -> (&'static [&'static str], &'static str) {
    match kind {
        Kind::GitHub => (&["GITHUB_TOKEN", "GH_TOKEN"], "GITHUB_SERVER_URL"),
        Kind::GitLab => (&["GITLAB_TOKEN", "CI_JOB_TOKEN"], "CI_SERVER_URL"),
        Kind::Forgejo => (&["FORGEJO_TOKEN", "GITEA_TOKEN"], "GITHUB_SERVER_URL"),
    }
}

/// The token for a place. `is_meant`: the person said what is there; `is_named`: they said where its API is.
fn token(kind: Kind, place: &Place, is_meant: bool, is_named: bool, person: &Person<'_>) -> Result<Token> {
    let host = &place.host;
    let read = |written: String, variable: &'static str| {
        Key::new(&written).map(|key| Token::Given(key, variable)).ok_or_else(|| {
            Unusable(format!(
                "what {variable} holds is no token: it has spaces, line breaks or other letters in it"
            ))
        })
    };
    let plain = Url::parse(&place.web).is_ok_and(|url| url.scheme() == "http" && !is_loopback(&url));
    if plain && !is_named {
        return Ok(Token::Missing(format!(
            "no token is sent to http://{host}, which would be unencrypted: use https for the remote, or name the API \
             with GIT_DREAM_FORGE_URL"
        )));
    }
    let (own, server) = variables(kind);
    let server = person.in_environment(server).and_then(|url| Url::parse(&url).ok()).map(|url| host_of(&url));
    let is_known = place.known() == Some(kind);
    // In a workflow its token is its server's, wherever the remote points.
    let is_its = match &server {
        Some(server) => is_named || server.eq_ignore_ascii_case(host),
        None => is_meant || is_known,
    };
    let may_have_any = is_meant || is_known || is_its;
    let command = person.first(None, OWN_COMMAND, OWN_COMMAND_KEY)?;
    if may_have_any && let Some(written) = person.in_environment(OWN) {
        return Ok(read(written, OWN)?);
    }
    if may_have_any && let Some(line) = command {
        return Ok(Token::Printed(command_line(&line, OWN_COMMAND_KEY)?));
    }
    for variable in own {
        if let Some(written) = person.in_environment(variable).filter(|_| is_its) {
            return Ok(read(written, variable)?);
        }
    }
    let has_some = person.in_environment(OWN).is_some()
        || own.iter().any(|variable| person.in_environment(variable).is_some());
    Ok(Token::Missing(match has_some {
        true => format!(
            "your token is not sent to {host}, because nobody said that it belongs there: if it does, say so with \
             --forge {name} or `git config dream.forge {name}`",
            name = kind.name()
        ),
        false => format!("there is no token for {host}: put one into {OWN} or {}", own.join(" or ")),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(remote: &str, forge: Option<&str>, said: &[(&str, &str)]) -> Result<Access, String> {
        let look =
            |name: &str| said.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let said = Said { forge, variable: &look, configured: &|key| Ok(look(key)) };
        match Access::find(remote, &said) {
            Ok(Found::Forge(access)) => Ok(*access),
            Ok(Found::None(why)) => Err(why),
            Err(error) => Err(format!("{error:#}")),
        }
    }

    fn token(access: &Access) -> Option<String> {
        access.key().ok().map(|key| key.reveal().to_owned())
    }

    const GITHUB: &str = "git@github.com:ann/memory.git";
    const OTHER: &str = "https://git.example.org/team/memory.git";

    #[test]
    fn the_api_is_where_the_host_says_or_the_person() {
        for (remote, forge, said, api) in [
            (GITHUB, None, vec![], "https://api.github.com/"),
            ("git@octo.ghe.com:a/b", None, vec![], "https://api.octo.ghe.com/"),
            (OTHER, Some("github"), vec![], "https://git.example.org/api/v3"),
            (OTHER, Some("gitea"), vec![], "https://git.example.org/api/v1"),
            ("git@gitlab.com:a/b/c", None, vec![], "https://gitlab.com/api/v4"),
            (
                OTHER,
                None,
                vec![("dream.forgeUrl", "https://api.example.org/gitlab/api/v4/")],
                "https://api.example.org/gitlab/api/v4",
            ),
            (
                OTHER,
                Some("gitlab"),
                vec![("GIT_DREAM_FORGE_URL", "http://localhost:81")],
                "http://localhost:81/api/v4",
            ),
            (
                OTHER,
                None,
                vec![
                    ("CI_SERVER_URL", "https://git.example.org"),
                    ("CI_API_V4_URL", "https://git.example.org/x/v4"),
                ],
                "https://git.example.org/x/v4",
            ),
        ] {
            assert_eq!(find(remote, forge, &said).unwrap().api.as_str(), api);
        }
        assert!(find(OTHER, None, &[]).unwrap_err().contains("--forge"));
        assert!(find(OTHER, Some("svn"), &[]).unwrap_err().contains("svn"));
        assert!(find(OTHER, Some("none"), &[]).unwrap_err().contains("none"));
        assert!(find("/srv/git/memory", None, &[]).is_err());
        assert!(
            find(OTHER, None, &[("GIT_DREAM_FORGE_URL", "http://git.example.org/api/v4")])
                .unwrap_err()
                .contains("unencrypted")
        );
    }

    #[test]
    fn a_token_goes_to_the_host_that_it_belongs_to() {
        let all = [("GITHUB_TOKEN", "hub"), ("GITLAB_TOKEN", "lab")];
        assert_eq!(token(&find(GITHUB, None, &all).unwrap()).as_deref(), Some("hub"));
        assert_eq!(token(&find("git@gitlab.com:a/b", None, &all).unwrap()).as_deref(), Some("lab"));
        let guessed = find("git@gitlab.evil.example:a/b", None, &all).unwrap();
        assert_eq!(token(&guessed), None);
        assert!(guessed.check_token().unwrap_err().contains("--forge gitlab"));
        assert_eq!(token(&find("git@gitlab.evil.example:a/b", None, &[(OWN, "own")]).unwrap()), None);
        assert_eq!(token(&find(OTHER, Some("gitlab"), &all).unwrap()).as_deref(), Some("lab"));
        let both = [(OWN, "own"), all[0]];
        assert_eq!(token(&find(GITHUB, None, &both).unwrap()).as_deref(), Some("own"));
        assert!(find(GITHUB, None, &[]).unwrap().check_token().unwrap_err().contains("GITHUB_TOKEN"));
        assert!(find(GITHUB, None, &[(OWN, "two words")]).unwrap_err().contains(OWN));
    }

    #[test]
    fn the_token_of_a_workflow_stays_at_its_server() {
        let run = [("GITHUB_SERVER_URL", "https://github.com"), ("GITHUB_TOKEN", "hub")];
        assert_eq!(token(&find(GITHUB, None, &run).unwrap()).as_deref(), Some("hub"));
        assert_eq!(token(&find(OTHER, Some("github"), &run).unwrap()), None);
        let named = [run[0], run[1], ("GIT_DREAM_FORGE_URL", "http://127.0.0.1:9/api/v3")];
        assert_eq!(token(&find(OTHER, Some("github"), &named).unwrap()).as_deref(), Some("hub"));
        let own = [
            ("GITHUB_SERVER_URL", "https://git.example.org"),
            ("FORGEJO_ACTIONS", "true"),
            ("FORGEJO_TOKEN", "jo"),
        ];
        let access = find(OTHER, None, &own).unwrap();
        assert_eq!((access.kind, token(&access).as_deref()), (Kind::Forgejo, Some("jo")));
    }

    #[test]
    fn nothing_goes_unencrypted_over_a_network() {
        let access = find("http://git.example.org/a/b", Some("forgejo"), &[(OWN, "own")]);
        assert!(access.unwrap_err().contains("unencrypted"));
        let local = find("http://127.0.0.1:3000/a/b", Some("forgejo"), &[(OWN, "own")]).unwrap();
        assert_eq!(token(&local).as_deref(), Some("own"));
        assert!(!format!("{local:?}").contains("own\""));
    }

    #[test]
    fn a_server_in_a_folder_is_no_part_of_the_project() {
        let said = [("GIT_DREAM_FORGE_URL", "https://host.example/git/api/v4")];
        let access = find("https://host.example/git/team/ai/memory", None, &said).unwrap();
        assert_eq!(
            (access.place.web.as_str(), access.place.path.as_str()),
            ("https://host.example/git", "team/ai/memory")
        );
    }
}
