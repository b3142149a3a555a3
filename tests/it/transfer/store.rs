//! A memory store of Anthropic's, played by a server on this machine that keeps what it is sent.

use crate::models::vendor;
use crate::server::{Played, Request, Server};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Contents by path, with the id of each.
type Memories = BTreeMap<String, (String, String)>;

/// The store.
pub(crate) struct Store {
    pub(crate) server: Server,
    memories: Arc<Mutex<Memories>>,
}

impl Store {
    /// An empty one.
    pub(crate) fn new() -> Store {
        let memories: Arc<Mutex<Memories>> = Arc::default();
        let kept = memories.clone();
        let server = Server::with(move |_, request| play(&mut kept.lock().unwrap(), request), Some, wrong);
        Store { server, memories }
    }

    /// Puts a memory there as somebody else.
    pub(crate) fn put(&self, path: &str, content: &str) {
        let mut memories = self.memories.lock().unwrap();
        let id = memories.get(path).map_or_else(|| format!("mem_{}", memories.len()), |(id, _)| id.clone());
        memories.insert(path.to_owned(), (id, content.to_owned()));
    }

    /// What it holds at a path.
    pub(crate) fn at(&self, path: &str) -> Option<String> {
        self.memories.lock().unwrap().get(path).map(|(_, content)| content.clone())
    }

    /// The paths of all it holds.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.memories.lock().unwrap().keys().cloned().collect()
    }
}

/// 64 hexadecimal digits that are the content's own, as the store's are: FNV-1a four times over.
fn hash(content: &str) -> String {
    let one = |seed: u64| {
        content.bytes().fold(0xcbf2_9ce4_8422_2325 ^ seed, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
    };
    (0..4).map(|seed| format!("{:016x}", one(seed))).collect()
}

fn memory(path: &str, id: &str, content: &str) -> Value {
    vendor::checked(
        "anthropic.memory",
        json!({
            "id": id, "type": "memory", "path": path, "content": content, "content_sha256": hash(content),
            "content_size_bytes": content.len(), "memory_store_id": "memstore_1", "memory_version_id": "memver_1",
            "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
        }),
    )
}

fn play(memories: &mut Memories, request: &Request) -> Played {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    if request.header("x-api-key") != Some("key-of-ann") {
        return Played::json(
            401,
            &json!({"type": "error", "error": {"type": "authentication_error", "message": "no"}}),
        );
    }
    let conflict = || {
        let error = json!({"type": "memory_precondition_failed_error", "message": "changed"});
        Played::json(409, &json!({"type": "error", "error": error}))
    };
    let body = request.json();
    match (request.method.as_str(), path.strip_prefix("/v1/memory_stores/memstore_1/memories").unwrap_or("?"))
    {
        ("GET", "") => {
            let from: usize = query.split("page=").nth(1).and_then(|page| page.parse().ok()).unwrap_or(0);
            let mut data: Vec<Value> = memories
                .iter()
                .skip(from)
                .take(20)
                .map(|(path, (id, text))| memory(path, id, text))
                .collect();
            if from == 0 {
                data.push(json!({"type": "memory_prefix", "path": "/x/"}));
            }
            let next = (memories.len() > from + 20).then(|| (from + 20).to_string());
            Played::json(200, &json!({"data": data, "next_page": next}))
        }
        ("POST", "") => {
            let path = body["path"].as_str().unwrap().to_owned();
            if memories.contains_key(&path) {
                return conflict();
            }
            let id = format!("mem_{}", memories.len());
            let content = body["content"].as_str().unwrap().to_owned();
            let answer = memory(&path, &id, &content);
            memories.insert(path, (id, content));
            Played::json(200, &answer)
        }
        (method, id) => {
            let id = id.trim_start_matches('/');
            let Some((path, (_, content))) = memories.clone().into_iter().find(|(_, (of, _))| of == id)
            else {
                return Played::json(
                    404,
                    &json!({"type": "error", "error": {"type": "not_found_error", "message": "no"}}),
                );
            };
            let expected = match method {
                "DELETE" => query.split("expected_content_sha256=").nth(1).unwrap_or_default().to_owned(),
                _ => body["precondition"]["content_sha256"].as_str().unwrap_or_default().to_owned(),
            };
            if expected != hash(&content) {
                return conflict();
            }
            if method == "DELETE" {
                memories.remove(&path);
                let deleted = json!({"id": id, "type": "memory_deleted"});
                return Played::json(200, &vendor::checked("anthropic.deleted_memory", deleted));
            }
            let content = body["content"].as_str().unwrap().to_owned();
            let answer = memory(&path, id, &content);
            memories.insert(path, (id.to_owned(), content));
            Played::json(200, &answer)
        }
    }
}

/// What the vendor finds wrong with a request.
fn wrong(request: &Request) -> Option<String> {
    if request.header("anthropic-beta") != Some("agent-memory-2026-07-22")
        || request.header("anthropic-version") != Some("2023-06-01")
    {
        return Some("its headers are not the vendor's".to_owned());
    }
    let (path, query) = request.path.split_once('?')?;
    let query: BTreeMap<&str, &str> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
    if query.get("beta") != Some(&"true") {
        return Some("it lacks beta=true".to_owned());
    }
    let rest = path.strip_prefix("/v1/memory_stores/memstore_1/memories")?;
    let mut body = request.json();
    let kind = match (request.method.as_str(), rest) {
        ("GET", "") => {
            body = json!({"limit": query.get("limit")?.parse::<u32>().ok()?, "view": query.get("view")?});
            if let Some(page) = query.get("page") {
                body["page"] = json!(page);
            }
            "anthropic.memory_list"
        }
        ("POST", "") => "anthropic.memory_create",
        ("POST", _) => {
            body["memory_store_id"] = json!("memstore_1");
            "anthropic.memory_update"
        }
        ("DELETE", _) => {
            body = json!({"memory_store_id": "memstore_1",
                "expected_content_sha256": query.get("expected_content_sha256")?});
            "anthropic.memory_delete"
        }
        (method, path) => return Some(format!("there is no {method} {path}")),
    };
    vendor::wrong(kind, &body)
}
