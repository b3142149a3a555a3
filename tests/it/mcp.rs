//! The memory, served to agents: by lines as any client writes them, by the protocol's own client, and held against the
//! protocol's conformance suite.

mod conformance;
mod hostile;
mod official;
mod suggestions;

use crate::sandbox::Sandbox;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// The revisions that are spoken: the current one, and the one before it.
const VERSIONS: [&str; 2] = ["2026-07-28", "2025-11-25"];

fn note(kind: &str, name: &str, rule: &str, body: &str) -> String {
    format!(
        "---\nname: {name}\ndescription: \"{rule}\"\nkind: {kind}\nscope: team\nstatus: active\nsince: 2026-01-02\n---\n\n\
         # {rule}\n\n{body}\n"
    )
}

/// A memory with a few notes, in a repository of its own.
fn memory(sandbox: &Sandbox) -> PathBuf {
    let proto = note(
        "mistake",
        "proto",
        "Run make proto before cargo build",
        "**When:** you build.\n\n**What it looks like:** `error: missing generated file src/gen/api.rs`",
    );
    let release = "---\nname: release\ndescription: How a release is made.\nmetadata:\n  kind: playbook\n  scope: team\n  \
                   status: active\n  since: \"2026-01-02\"\n---\n\n# Release\n\n**When:** you are asked to release.\n\n\
                   1. Tag.\n2. Push the tag.\n";
    sandbox.repo(
        "memory",
        &[
            ("dream.toml", ""),
            ("MEMORY.md", "# Memory\n\n## Index\n"),
            ("mistakes/proto.md", &proto),
            ("preferences/pnpm.md", &note("preference", "pnpm", "Use pnpm, not npm", "Always.")),
            ("playbooks/release/SKILL.md", release),
            ("archive/mistakes/old.md", &note("mistake", "old", "Old", "Gone.")),
            ("secret.txt", "not a note"),
        ],
    )
}

/// A request as a client of this revision writes it.
fn request(version: &str, id: u64, method: &str, params: Value) -> Value {
    let mut params = params;
    if version >= "2026-07-28" {
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": version,
            "io.modelcontextprotocol/clientInfo": { "name": "claude-code", "version": "1" },
            "io.modelcontextprotocol/clientCapabilities": {},
        });
    }
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}

fn call(tool: &str, arguments: Value) -> Value {
    json!({ "name": tool, "arguments": arguments })
}

/// A conversation with a server, one request at a time.
struct Conversation {
    version: &'static str,
    process: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    last: u64,
}

impl Conversation {
    fn begin(version: &'static str, command: Command) -> Conversation {
        Conversation::begin_as("claude-code", version, command)
    }

    fn begin_as(agent: &str, version: &'static str, mut command: Command) -> Conversation {
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(process.stdout.take().unwrap());
        let stdin = process.stdin.take();
        let mut conversation = Conversation { version, process, stdin, stdout, last: 0 };
        if version < "2026-07-28" {
            let begun = conversation.ask(
                "initialize",
                json!({
                    "protocolVersion": version, "capabilities": {}, "clientInfo": { "name": agent, "version": "1" },
                }),
            );
            assert_eq!(begun["result"]["protocolVersion"], version, "{begun}");
            conversation.write(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
        }
        conversation
    }

    fn write(&mut self, line: &str) {
        writeln!(self.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    /// The answer to a request.
    #[track_caller]
    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        let line = request(self.version, self.last, method, params).to_string();
        self.write(&line);
        self.answer_to(self.last)
    }

    #[track_caller]
    fn answer_to(&mut self, id: u64) -> Value {
        loop {
            let mut line = String::new();
            assert!(
                self.stdout.read_line(&mut line).unwrap() > 0,
                "the server ended before it answered {id}"
            );
            let answer: Value =
                serde_json::from_str(&line).unwrap_or_else(|_| panic!("not the protocol: {line}"));
            if answer["id"] == id {
                return answer;
            }
        }
    }

    /// What a tool gives; the test fails where it refuses.
    #[track_caller]
    fn call(&mut self, tool: &str, arguments: Value) -> Value {
        let answer = self.ask("tools/call", call(tool, arguments));
        assert_eq!(answer["result"]["isError"], false, "{answer}");
        answer["result"]["structuredContent"].clone()
    }

    /// Why a tool refuses.
    #[track_caller]
    fn refusal(&mut self, tool: &str, arguments: Value) -> String {
        let answer = self.ask("tools/call", call(tool, arguments));
        assert_eq!(answer["result"]["isError"], true, "{answer}");
        answer["result"]["content"][0]["text"].as_str().unwrap().to_owned()
    }

    /// Says nothing more; the server has to end well.
    #[track_caller]
    fn end(mut self) {
        drop(self.stdin.take());
        assert!(self.process.wait().unwrap().success());
    }
}

/// Everything that a server answers to these lines, by the requests' ids. The server has to end well.
#[track_caller]
fn answers(mut command: Command, lines: &[String]) -> BTreeMap<u64, Value> {
    let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = process.stdin.take().unwrap();
    let text = lines.join("\n") + "\n";
    let writing = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = process.wait_with_output().unwrap();
    writing.join().unwrap().unwrap();
    assert!(output.status.success(), "{output:?}");
    let read = |line: &str| -> Value {
        serde_json::from_str(line).unwrap_or_else(|_| panic!("not the protocol: {line}"))
    };
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(read).filter_map(|answer| Some((answer["id"].as_u64()?, answer))).collect()
}

fn serve(sandbox: &Sandbox, dir: &Path) -> Command {
    sandbox.dream_command(dir, &["mcp", "--now", "2026-02-03T04:05:06Z"])
}

#[test]
fn every_tool_answers_in_both_revisions() {
    let sandbox = Sandbox::new();
    let dir = memory(&sandbox);
    for version in VERSIONS {
        let mut server = Conversation::begin(version, serve(&sandbox, &dir));
        let tools = server.ask("tools/list", json!({}));
        assert_eq!(tools["result"]["tools"].as_array().unwrap().len(), 4);
        let log = "$ cargo build\nerror: missing generated file src/gen/other.rs\nerror: aborting\n";
        let found = server.call("recall", json!({ "query": log }));
        assert_eq!(
            (&found["notes"][0]["path"], &found["searched"]),
            (&json!("mistakes/proto.md"), &json!(3))
        );
        assert_eq!(
            server.call("recall", json!({ "query": "pnpm make proto", "limit": 1 }))["notes"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
        for name in ["mistakes/proto.md", "proto", "Proto"] {
            let opened = server.call("read_note", json!({ "note": name }));
            assert_eq!((&opened["path"], &opened["kind"]), (&json!("mistakes/proto.md"), &json!("mistake")));
            assert!(opened["text"].as_str().unwrap().starts_with("---\nname: proto\n"), "{opened}");
        }
        let listed = server.call("playbooks", json!({}));
        assert_eq!(listed["playbooks"][0]["when"], "you are asked to release.");
        let opened = server.call("playbooks", json!({ "name": "release" }));
        assert!(opened["opened"]["text"].as_str().unwrap().contains("2. Push the tag."));
        assert!(server.refusal("playbooks", json!({ "name": "proto" })).contains("no playbook"));
        let kept = server
            .call("remember", json!({ "lesson": format!("Wipe the {version} cache before the oven test.") }));
        assert_eq!(kept["kept"], true);
        server.end();
    }
}

#[test]
fn notes_are_resources_page_by_page() {
    let sandbox = Sandbox::new();
    let dir = memory(&sandbox);
    let many: Vec<(String, String)> = (0..120)
        .map(|n| (format!("mistakes/n {n:03}.md"), note("mistake", "n", &format!("Rule {n}"), "Do.")))
        .collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    sandbox.commit(&dir, &many, "Many");
    for version in VERSIONS {
        let mut server = Conversation::begin(version, serve(&sandbox, &dir));
        let mut uris: Vec<String> = Vec::new();
        let mut cursor = Value::Null;
        loop {
            let params = if cursor.is_null() { json!({}) } else { json!({ "cursor": cursor }) };
            let page = server.ask("resources/list", params);
            let page = &page["result"];
            uris.extend(
                page["resources"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|one| one["uri"].as_str().unwrap().to_owned()),
            );
            cursor = page["nextCursor"].clone();
            if cursor.is_null() {
                break;
            }
        }
        assert_eq!((uris.len(), uris[0].as_str()), (124, "dream://note/MEMORY.md"));
        assert!(!uris.iter().any(|uri| uri.contains("archive") || uri.contains("secret")), "{uris:?}");
        for uri in [&uris[0], &uris[1], &uris[123]] {
            let read = server.ask("resources/read", json!({ "uri": uri }));
            assert_eq!(read["result"]["contents"][0]["uri"], **uri, "{read}");
        }
        let templates = server.ask("resources/templates/list", json!({}));
        let template = templates["result"]["resourceTemplates"][0]["uriTemplate"].clone();
        let complete = json!({
            "ref": { "type": "ref/resource", "uri": template }, "argument": { "name": "path", "value": "play" },
        });
        let completed = server.ask("completion/complete", complete);
        assert_eq!(completed["result"]["completion"]["values"], json!(["playbooks/release/SKILL.md"]));
        server.end();
    }
}

#[test]
fn the_memory_may_change_under_the_server() {
    let sandbox = Sandbox::new();
    let dir = memory(&sandbox);
    let mut server = Conversation::begin(VERSIONS[0], serve(&sandbox, &dir));
    assert_eq!(server.call("recall", json!({ "query": "walrus" }))["notes"], json!([]));
    let walrus = note("mistake", "walrus", "Feed the walrus", "Daily.");
    sandbox.commit(&dir, &[("mistakes/walrus.md", &walrus)], "More");
    assert_eq!(server.call("recall", json!({ "query": "walrus" }))["notes"][0]["path"], "mistakes/walrus.md");
    sandbox.git(&dir, &["mv", "mistakes/walrus.md", "mistakes/seal.md"]);
    sandbox.commit(&dir, &[], "Rename");
    assert!(server.refusal("read_note", json!({ "note": "walrus" })).contains("no note is called"));
    assert_eq!(server.call("read_note", json!({ "note": "seal" }))["kind"], "mistake");
    sandbox.git(&dir, &["revert", "--no-edit", "HEAD~1..HEAD"]);
    assert_eq!(server.call("read_note", json!({ "note": "walrus" }))["path"], "mistakes/walrus.md");
    server.end();
}

#[test]
fn without_a_memory_every_tool_says_what_to_do() {
    let sandbox = Sandbox::new();
    let nowhere = sandbox.path("home");
    let plain = sandbox.repo("plain", &[("a.txt", "a")]);
    let unborn = sandbox.path("unborn");
    std::fs::create_dir(&unborn).unwrap();
    sandbox.git(&unborn, &["init", "--quiet", "--initial-branch=main"]);
    std::fs::write(unborn.join("dream.toml"), "").unwrap();
    for dir in [&nowhere, &plain, &unborn] {
        let mut server = Conversation::begin(VERSIONS[1], serve(&sandbox, dir));
        for (tool, arguments) in [
            ("recall", json!({ "query": "x" })),
            ("read_note", json!({ "note": "x" })),
            ("playbooks", json!({})),
            ("remember", json!({ "lesson": "Feed the walrus." })),
        ] {
            let why = server.refusal(tool, arguments);
            assert!(why.contains("git dream"), "{tool}: {why}");
        }
        assert_eq!(server.ask("resources/list", json!({}))["result"]["resources"], json!([]));
        server.end();
    }
}

#[test]
fn a_memory_below_a_root_is_served_from_anywhere_in_its_repository() {
    let sandbox = Sandbox::new();
    let proto = note("mistake", "proto", "Run make proto", "First.");
    let files = [
        ("dream.toml", "[memory]\nroot = \"docs/memory\"\n"),
        ("docs/memory/mistakes/proto.md", proto.as_str()),
        ("src/a.rs", ""),
        ("mistakes/not-a-note.md", &proto),
    ];
    let dir = sandbox.repo("code", &files);
    let mut server = Conversation::begin(VERSIONS[0], serve(&sandbox, &dir.join("src")));
    assert_eq!(server.call("recall", json!({ "query": "proto" }))["searched"], 1);
    assert_eq!(server.call("read_note", json!({ "note": "mistakes/proto.md" }))["path"], "mistakes/proto.md");
    assert!(server.refusal("read_note", json!({ "note": "not-a-note" })).contains("no note"));
    sandbox.git(&dir, &["checkout", "--quiet", "--detach"]);
    assert!(server.refusal("recall", json!({ "query": "proto" })).contains("git switch main"));
    server.end();
}
