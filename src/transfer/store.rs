//! A memory store of Anthropic's, over its API.
//!
//! Owns the requests (`/v1/memory_stores/{id}/memories`, beta `agent-memory-2026-07-22`) and a list of what git-dream wrote
//! there, kept in the store itself ([`LIST`]): what others wrote or changed since is never written over, and every change
//! names the content that it replaces, so that who writes at the same time loses nothing. Format: the types of the
//! `anthropic` package on PyPI, 2.12.

use super::export::Outgoing;
use super::folder::Done;
use super::{Found, Left, Piece};
use crate::memory::note;
use crate::model::{Access, way};
use crate::unusable::Unusable;
use crate::web::http::{Fault, Http, Lost, Request, Way};
use crate::web::retry::{self, Patience};
use crate::web::telling;
use anyhow::{Context, Result, bail};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::runtime::Runtime;

/// What goes with every request.
const HEADERS: &[(&str, &str)] =
    &[("anthropic-version", "2023-06-01"), ("anthropic-beta", "agent-memory-2026-07-22")];
/// How long one answer may take, and how often it is asked again.
const PATIENCE: Patience = Patience { retries: 3, deadline: Duration::from_secs(30) };
/// Where the list of what git-dream wrote is.
const LIST: &str = "/git-dream.json";
/// What the API gives at most on one page with contents.
const PAGE: &str = "20";
/// Most pages that are read: 10,000 memories, which is what a store can have.
const MOST_PAGES: usize = 500;
/// Most bytes of one memory.
const LARGEST: usize = 102_400;

/// A store, and the line to it.
pub struct Store {
    http: Http,
    runtime: Runtime,
    id: String,
}

/// A memory in it.
#[derive(Clone, Debug, Deserialize)]
struct Memory {
    id: String,
    path: String,
    content_sha256: String,
    content: Option<String>,
}

/// A page of a list. What is no memory (`memory_prefix`) is passed over.
#[derive(Deserialize)]
struct Page {
    data: Vec<Value>,
    next_page: Option<String>,
}

/// What git-dream wrote: hashes by path, as the store told them.
#[derive(Default, Serialize, Deserialize)]
struct List {
    version: u32,
    memories: BTreeMap<String, String>,
}

impl Store {
    /// The line to a store.
    ///
    /// Errors: [`Unusable`] where the id is none or there is no key.
    pub fn open(access: &Access, id: &str) -> Result<Store> {
        let is_id = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        if id.is_empty() || !is_id {
            return Err(Unusable(format!("{id:?} is no memory store: name one as in memstore_0123")).into());
        }
        let way = Way { renamed_by: "GIT_DREAM_BASE_URL", ..way(access, ("x-api-key", ""), HEADERS)? };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.context("cannot wait for the memory store")?;
        Ok(Store {
            http: Http::new(way, PATIENCE, |status, _, _| retry::may_pass(status))?,
            runtime,
            id: id.to_owned(),
        })
    }

    /// What it has.
    ///
    /// Errors: the store cannot be reached, or says no.
    pub fn read(&self) -> Result<Found> {
        let mut found = Found::default();
        let memories = self.memories()?;
        let list = list(&memories);
        for memory in memories.into_iter().filter(|memory| memory.path != LIST) {
            let name = memory.path.trim_start_matches('/').to_owned();
            let written = list.memories.get(&memory.path);
            match memory.content {
                _ if written == Some(&memory.content_sha256) => {}
                Some(text) => {
                    let note = written.map(|_| name.clone());
                    found.pieces.push(Piece { name, text, note, ..Piece::default() });
                }
                None => found.left.push(Left::new(memory.path, "the store did not give its content")),
            }
        }
        Ok(found)
    }

    /// Writes notes, each at its own path. `force`: also over what somebody else wrote or changed. `dry_run`: only says
    /// what would be done.
    ///
    /// Errors: the store cannot be reached, or says no; what was written by then stays, and is known.
    pub fn write(&self, notes: &[Outgoing<'_>], force: bool, dry_run: bool) -> Result<Done> {
        let memories = self.memories()?;
        let mut list = list(&memories);
        let standing: BTreeMap<&str, &Memory> =
            memories.iter().map(|memory| (memory.path.as_str(), memory)).collect();
        let mut done = Done::default();
        let mut wanted = BTreeMap::new();
        for Outgoing { path, note } in notes {
            let text = note::render(note);
            match text.len() {
                0..=LARGEST => drop(wanted.insert(format!("/{path}"), text)),
                _ => done.left.push(Left::new(*path, "a memory has 100 kB at most")),
            }
        }
        let before = list.memories.clone();
        let wrote = self.change(&wanted, &standing, &mut list, &mut done, force, dry_run);
        if !dry_run && list.memories != before {
            self.keep(&list, standing.get(LIST).copied())?;
        }
        wrote?;
        done.left.sort();
        Ok(done)
    }

    fn change(
        &self,
        wanted: &BTreeMap<String, String>,
        standing: &BTreeMap<&str, &Memory>,
        list: &mut List,
        done: &mut Done,
        force: bool,
        dry_run: bool,
    ) -> Result<()> {
        for (path, text) in wanted {
            let name = path.trim_start_matches('/').to_owned();
            let there = standing.get(path.as_str()).copied();
            if let Some(memory) = there {
                let is_own = list.memories.get(path) == Some(&memory.content_sha256);
                if memory.content.as_ref() == Some(text) {
                    done.same += 1;
                    continue;
                }
                if !is_own && !force {
                    let reason = match list.memories.contains_key(path) {
                        true => "somebody changed it there: import it, or --force writes over it",
                        false => "git-dream did not write it: --force writes over it",
                    };
                    done.left.push(Left::new(name, reason));
                    continue;
                }
            }
            if !dry_run {
                let Some(memory) = self.put(path, text, there)? else {
                    done.left.push(Left::new(name, "somebody wrote it at the same time: try again"));
                    continue;
                };
                list.memories.insert(path.clone(), memory.content_sha256);
            }
            done.written.push(name);
        }
        let gone: Vec<String> =
            list.memories.keys().filter(|path| !wanted.contains_key(*path)).cloned().collect();
        for path in gone {
            let name = path.trim_start_matches('/').to_owned();
            let Some(memory) = standing.get(path.as_str()) else {
                list.memories.remove(&path);
                continue;
            };
            if list.memories.get(&path) != Some(&memory.content_sha256) && !force {
                let reason =
                    "its note is no more, but somebody changed it there: import it, or --force removes it";
                done.left.push(Left::new(name, reason));
                continue;
            }
            if !dry_run {
                self.delete(memory)?;
                list.memories.remove(&path);
            }
            done.removed.push(name);
        }
        Ok(())
    }

    /// Every memory, with its content.
    fn memories(&self) -> Result<Vec<Memory>> {
        let mut memories = Vec::new();
        let mut page: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let mut query = vec![("beta", "true"), ("limit", PAGE), ("view", "full")];
            query.extend(page.as_deref().map(|page| ("page", page)));
            let path = ["v1", "memory_stores", &self.id, "memories"];
            let listed: Page = self.call("list the memories", Method::GET, &path, &query, None)?;
            for one in listed.data.into_iter().filter(|one| one["type"] == "memory") {
                memories.push(serde_json::from_value(one).context("the store names a memory that is none")?);
            }
            match listed.next_page {
                Some(next) => page = Some(next),
                None => return Ok(memories),
            }
        }
        bail!("the memory store {} has more memories than one can have", self.id)
    }

    /// Writes one memory; `None` where somebody else was first.
    fn put(&self, path: &str, text: &str, there: Option<&Memory>) -> Result<Option<Memory>> {
        let body = match there {
            None => json!({ "path": path, "content": text }),
            Some(memory) => json!({
                "content": text,
                "precondition": { "type": "content_sha256", "content_sha256": memory.content_sha256 },
            }),
        };
        let mut parts = vec!["v1", "memory_stores", &self.id, "memories"];
        parts.extend(there.map(|memory| memory.id.as_str()));
        let query = [("beta", "true")];
        let of = format!("write {path}");
        match self.send(&of, Method::POST, &parts, &query, Some(&body)) {
            Err(Said::Conflict) => Ok(None),
            Err(Said::Failed(error)) => Err(error),
            Ok(answer) => Ok(Some(
                serde_json::from_slice(&answer)
                    .with_context(|| format!("cannot read what came of {path}"))?,
            )),
        }
    }

    fn delete(&self, memory: &Memory) -> Result<()> {
        let query = [("beta", "true"), ("expected_content_sha256", memory.content_sha256.as_str())];
        let parts = ["v1", "memory_stores", &self.id, "memories", &memory.id];
        let _: Value = self.call("delete a memory", Method::DELETE, &parts, &query, None)?;
        Ok(())
    }

    fn keep(&self, list: &List, there: Option<&Memory>) -> Result<()> {
        let list = List { version: 1, memories: list.memories.clone() };
        let text =
            serde_json::to_string_pretty(&list).context("cannot write the list of what was exported")?;
        match self.put(LIST, &text, there)? {
            Some(_) => Ok(()),
            None => {
                bail!("somebody else exported to the memory store {} at the same time: try again", self.id)
            }
        }
    }

    fn call<T: for<'d> Deserialize<'d>>(
        &self,
        what: &str,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<T> {
        match self.send(what, method, path, query, body) {
            Ok(answer) => serde_json::from_slice(&answer)
                .with_context(|| format!("the memory store said nothing that helps to {what}")),
            Err(Said::Conflict) => bail!("cannot {what}: somebody changed it at the same time, try again"),
            Err(Said::Failed(error)) => Err(error),
        }
    }

    fn send(
        &self,
        what: &str,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Vec<u8>, Said> {
        let request = Request { method, path, query, body, most: 0, of: what };
        let answered = self.runtime.block_on(self.http.send(&request));
        answered.map(|answer| answer.body).map_err(|fault| match fault {
            Fault::Answered(409, ..) => Said::Conflict,
            Fault::Answered(status, says, _) => {
                Said::failed(what, &format!("{} (status {status})", telling(&says)))
            }
            Fault::Unreachable(why) => Said::failed(what, &why),
            Fault::Lost(Lost::Malformed(why) | Lost::Broken(why)) => Said::failed(what, &why),
            Fault::Lost(Lost::TimedOut(seconds)) => {
                Said::failed(what, &format!("no answer within {seconds} seconds"))
            }
        })
    }
}

/// Why there is no answer.
enum Said {
    /// The store has something else by now.
    Conflict,
    Failed(anyhow::Error),
}

impl Said {
    fn failed(what: &str, why: &str) -> Said {
        Said::Failed(anyhow::anyhow!("cannot {what} in the memory store: {why}"))
    }
}

/// What git-dream wrote, as the store keeps it.
fn list(memories: &[Memory]) -> List {
    let kept =
        memories.iter().find(|memory| memory.path == LIST).and_then(|memory| memory.content.as_deref());
    kept.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}
