//! A forge that remembers: pull requests, comments, labels, spoken to in any of the three dialects.

use super::{contract, forgejo, git, github, gitlab};
use crate::server::{Played, Request, Server};
use git_dream::forge::Kind;
use serde_json::json;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

/// The token that must be found nowhere but in a header.
pub(super) const TOKEN: &str = "s3cr3t-token-of-ann";

/// A pull request.
#[derive(Clone, Debug, Default)]
pub(super) struct Pull {
    pub(super) number: u64,
    pub(super) title: String,
    pub(super) body: String,
    pub(super) head: String,
    pub(super) base: String,
    pub(super) draft: bool,
    /// `open`, `closed` or `merged`.
    pub(super) state: &'static str,
    pub(super) labels: Vec<String>,
    pub(super) reviewers: Vec<String>,
    pub(super) said: Vec<Said>,
    pub(super) closed_by: Option<&'static str>,
    pub(super) closed_at: Option<&'static str>,
}

/// What somebody said.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) id: u64,
    pub(super) by: &'static str,
    pub(super) at: &'static str,
    pub(super) text: String,
    /// A file and a line of it.
    pub(super) about: Option<(String, u32)>,
}

/// What the forge knows.
#[derive(Default)]
pub(super) struct State {
    pub(super) pulls: Vec<Pull>,
    pub(super) labels: Vec<String>,
    /// What is answered instead, to calls whose method and path contain these words.
    pub(super) instead: Option<([&'static str; 2], Played)>,
    /// What is answered to whoever opens a draft.
    pub(super) no_drafts: Option<Played>,
}

impl State {
    /// Opens a pull request, unless one of that branch is open.
    pub(super) fn open(&mut self, pull: Pull) -> Result<&Pull, u64> {
        if let Some(open) = self.pulls.iter().find(|open| open.head == pull.head && open.state == "open") {
            return Err(open.number);
        }
        let number = self.pulls.len() as u64 + 1;
        self.pulls.push(Pull { number, state: "open", ..pull });
        Ok(self.pulls.last().unwrap())
    }

    pub(super) fn pull(&mut self, number: &str) -> Option<&mut Pull> {
        let number: u64 = number.parse().ok()?;
        self.pulls.iter_mut().find(|pull| pull.number == number)
    }
}

/// A call to the API, taken apart.
pub(super) struct Call<'a> {
    pub(super) method: &'a str,
    /// The path behind the API's own, decoded part by part.
    pub(super) path: Vec<String>,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: serde_json::Value,
}

impl Call<'_> {
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn text(&self, name: &str) -> String {
        self.body[name].as_str().unwrap_or_default().to_owned()
    }

    pub(super) fn list(&self, name: &str) -> Vec<String> {
        let list = self.body[name].as_array().into_iter().flatten();
        list.filter_map(|value| value.as_str().map(str::to_owned)).collect()
    }
}

/// The forge, on a server of its own.
pub(super) struct LocalForge {
    server: Server,
    state: Arc<Mutex<State>>,
    kind: Kind,
}

impl LocalForge {
    /// A forge of this kind for the bare repositories below a folder.
    pub(super) fn new(kind: Kind, repositories: &Path) -> LocalForge {
        let state = Arc::new(Mutex::new(State::default()));
        let (shared, folder) = (state.clone(), repositories.to_owned());
        let play = move |_: usize, request: &Request| match request.path.contains(".git/") {
            true => git::serve(&folder, request),
            false => answer(kind, &mut shared.lock().unwrap(), request),
        };
        let judge = match kind {
            Kind::GitHub => contract::github,
            Kind::GitLab => contract::gitlab,
            Kind::Forgejo => contract::forgejo,
        };
        LocalForge { server: Server::with(play, Some, judge), state, kind }
    }

    /// What it knows.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// The address of a repository.
    pub(super) fn remote(&self) -> String {
        self.server.address("/ann/memory.git")
    }

    /// The address of its API.
    pub(super) fn api(&self) -> String {
        self.server.address(api_path(self.kind))
    }

    /// The calls to its API so far, as `POST /repos/ann/memory/pulls`.
    pub(super) fn calls(&self) -> Vec<String> {
        let api = api_path(self.kind);
        let calls =
            self.server.requests().into_iter().filter_map(|request| {
                Some(format!("{} {}", request.method, request.path.strip_prefix(api)?))
            });
        calls.collect()
    }
}

pub(super) fn api_path(kind: Kind) -> &'static str {
    match kind {
        Kind::GitHub => "/api/v3",
        Kind::GitLab => "/api/v4",
        Kind::Forgejo => "/api/v1",
    }
}

fn answer(kind: Kind, state: &mut State, request: &Request) -> Played {
    if let Some(([method, path], played)) = &state.instead
        && request.method == *method
        && request.path.contains(path)
    {
        return played.clone();
    }
    if let Some(played) = &state.no_drafts
        && request.json()["draft"] == true
    {
        return played.clone();
    }
    let sent = request.header("authorization").unwrap_or_default();
    let wanted = if kind == Kind::Forgejo { format!("token {TOKEN}") } else { format!("Bearer {TOKEN}") };
    if sent != wanted {
        return Played::json(401, &json!({ "message": format!("Bad credentials: {sent}") }));
    }
    let Some(path) = request.path.strip_prefix(api_path(kind)) else { return missing() };
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let decoded = |text: &str| {
        // What a form encodes, a form decodes.
        let url = reqwest::Url::parse(&format!("http://x/?v={}", text.replace('+', "%20"))).unwrap();
        url.query_pairs().next().map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let call = Call {
        method: &request.method,
        path: path.trim_matches('/').split('/').map(decoded).collect(),
        query: query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (decoded(name), decoded(value)))
            .collect(),
        body: request.json(),
    };
    // Nothing here has two pages.
    if call.query("page").is_some_and(|page| page != "1") {
        return Played::json(200, &json!([]));
    }
    let answered = match kind {
        Kind::GitHub => github::answer(state, &call),
        Kind::GitLab => gitlab::answer(state, &call),
        Kind::Forgejo => forgejo::answer(state, &call),
    };
    answered.unwrap_or_else(missing)
}

fn missing() -> Played {
    Played::json(404, &json!({ "message": "Not Found" }))
}
