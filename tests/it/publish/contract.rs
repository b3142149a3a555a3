//! What forges publish about their APIs, as judges of every request that is sent to the local one.
//!
//! GitHub: its own OpenAPI description, served by Prism, both from npm. Forgejo and Gitea: the client that is generated
//! from their swagger description, from npm, too. GitLab: an excerpt of its OpenAPI description that lies beside this.

mod excerpt;
mod generated;

use crate::server::Request;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

/// Where `.ci/run` installs what forges publish.
fn folder() -> PathBuf {
    match std::env::var_os("GIT_DREAM_FORGE_CONTRACTS") {
        Some(folder) => folder.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("target/forge-contracts"),
    }
}

/// The path of a request behind its API's own; `None` where it is not to the API.
fn of_api<'r>(request: &'r Request, api: &str) -> Option<&'r str> {
    request.path.strip_prefix(api)
}

/// Prism, which ends with the tests.
struct Prism {
    port: u16,
    _process: Child,
}

#[expect(clippy::print_stdout, reason = "whoever runs the tests has to see what was not tested")]
fn prism() -> Option<&'static Prism> {
    static PRISM: OnceLock<Option<Prism>> = OnceLock::new();
    PRISM
        .get_or_init(|| {
            let folder = folder();
            if !folder.join("node_modules/@stoplight/prism-cli").exists() {
                println!("skipped: requests are not held against GitHub's description of its API; .ci/run installs it");
                return None;
            }
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let mut process = Command::new("node")
                .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/publish/prism.mjs"))
                .arg(&folder)
                .arg(port.to_string())
                .stdin(Stdio::piped())
                .spawn()
                .inspect_err(|error| println!("skipped: node cannot be run ({error})"))
                .ok()?;
            while TcpStream::connect(("127.0.0.1", port)).is_err() {
                assert!(process.try_wait().unwrap().is_none(), "Prism ended before it began");
                std::thread::sleep(Duration::from_millis(100));
            }
            Some(Prism { port, _process: process })
        })
        .as_ref()
}

/// What GitHub's description has against a request.
pub(super) fn github(request: &Request) -> Option<String> {
    let path = of_api(request, "/api/v3")?;
    let prism = prism()?;
    let mut stream = TcpStream::connect(("127.0.0.1", prism.port)).unwrap();
    let Request { method, body, .. } = request;
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: api.github.com\r\nconnection: close\r\nauthorization: Bearer x\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer);
    let head = answer.split("\r\n\r\n").next().unwrap_or_default();
    let is_wrong = [" 400 ", " 401 ", " 404 ", " 405 ", " 415 ", " 422 "]
        .iter()
        .any(|status| head.lines().next().unwrap_or_default().contains(status))
        || head.lines().any(|line| {
            line.to_lowercase().starts_with("sl-violations") && line.contains("\"location\":[\"request\"")
        });
    is_wrong.then(|| format!("GitHub's description: {answer}"))
}

/// What the client that is generated from Gitea's and Forgejo's description has against a request.
pub(super) fn forgejo(request: &Request) -> Option<String> {
    generated::wrong(request, of_api(request, "/api/v1")?)
}

/// What GitLab's description has against a request.
pub(super) fn gitlab(request: &Request) -> Option<String> {
    excerpt::wrong(request, of_api(request, "/api/v4")?)
}

fn request(method: &str, path: &str, body: &Value) -> Request {
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    Request { method: method.to_owned(), path: path.to_owned(), headers: Vec::new(), body }
}

#[test]
fn the_judges_see_what_no_forge_knows() {
    let create = json!({ "title": "a", "head": "b", "base": "c", "body": "d", "draft": true });
    let mut without = create.clone();
    without.as_object_mut().unwrap().remove("base");
    if prism().is_some() {
        assert_eq!(github(&request("POST", "/api/v3/repos/o/r/pulls", &create)), None);
        assert!(github(&request("POST", "/api/v3/repos/o/r/pulls", &without)).is_some());
        assert!(github(&request("GET", "/api/v3/repos/o/r/pulls?state=merged", &Value::Null)).is_some());
        assert!(github(&request("PUT", "/api/v3/repos/o/r/pulls", &create)).is_some());
    }
    if generated::is_there() {
        let create = json!({ "title": "a", "head": "b", "base": "c", "body": "d" });
        assert_eq!(forgejo(&request("POST", "/api/v1/repos/o/r/pulls", &create)), None);
        assert!(forgejo(&request("POST", "/api/v1/repos/o/r/pulls", &json!({ "source": "b" }))).is_some());
        assert!(forgejo(&request("POST", "/api/v1/repos/o/r/pulls", &json!({ "title": 1 }))).is_some());
        assert!(forgejo(&request("GET", "/api/v1/repos/o/r/pulls?state=merged", &Value::Null)).is_some());
        assert!(forgejo(&request("GET", "/api/v1/repos/o/r/merges", &Value::Null)).is_some());
    }
    let create = json!({ "title": "a", "source_branch": "b", "target_branch": "c" });
    let path = "/api/v4/projects/a%2Fb/merge_requests";
    assert_eq!(gitlab(&request("POST", path, &create)), None);
    assert!(gitlab(&request("POST", path, &json!({ "title": "a", "source_branch": "b" }))).is_some());
    assert!(gitlab(&request("POST", path, &json!({ "title": "a", "head": "b" }))).is_some());
    assert!(gitlab(&request("GET", &format!("{path}?state=any"), &Value::Null)).is_some());
    assert!(gitlab(&request("GET", "/api/v4/projects/a/b/merge_requests", &Value::Null)).is_some());
}
