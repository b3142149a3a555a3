//! The protocol's own client (npm `@modelcontextprotocol/client`), in both revisions: it holds every answer against its
//! schemas, those of the tools' output too.

use super::{VERSIONS, memory, serve};
use crate::sandbox::Sandbox;
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// The folder that `.ci/run` installs into, where this is there; else it is said what is not tested.
#[expect(clippy::print_stdout, reason = "whoever runs the tests has to see what was not tested")]
pub(super) fn installed(what: &str) -> Option<PathBuf> {
    let modules = match std::env::var_os("GIT_DREAM_MCP_TOOLS") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("target/mcp-tools"),
    }
    .join("node_modules");
    let is_there = modules.join(what).is_dir();
    if !is_there {
        println!("skipped: {what} is not installed; .ci/run installs it into target/mcp-tools");
    }
    is_there.then_some(modules)
}

/// The node that runs it: the one that was installed with it, where the system's was too old.
pub(super) fn node(modules: &Path) -> PathBuf {
    let own = modules.join(".bin/node");
    if own.exists() { own } else { PathBuf::from("node") }
}

pub(super) fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mcp").join(name)
}

/// What the client comes to with these steps, for a server that is started in this folder.
#[track_caller]
fn client(
    sandbox: &Sandbox,
    modules: &Path,
    version: &str,
    root: &str,
    dir: &Path,
    steps: &[Value],
) -> Vec<Value> {
    let server = serve(sandbox, dir);
    let mut command = sandbox.command(node(modules), dir);
    command.arg(script("client.mjs")).arg(modules.parent().unwrap()).args([version, root]).arg(dir);
    command.arg(server.get_program()).args(server.get_args());
    let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = process.stdin.take().unwrap();
    for step in steps {
        writeln!(stdin, "{step}").unwrap();
    }
    drop(stdin);
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn the_protocols_own_client_is_served_in_both_revisions() {
    let Some(modules) = installed("@modelcontextprotocol/client") else { return };
    let sandbox = Sandbox::new();
    let dir = memory(&sandbox);
    for version in VERSIONS {
        let tool =
            |name: &str, arguments: Value| json!(["callTool", { "name": name, "arguments": arguments }]);
        let steps = [
            json!(["getNegotiatedProtocolVersion"]),
            json!(["getInstructions"]),
            json!(["listTools"]),
            tool("recall", json!({ "query": "error: missing generated file src/x.rs" })),
            tool("read_note", json!({ "note": "proto" })),
            tool("playbooks", json!({})),
            tool("playbooks", json!({ "name": "release" })),
            tool(
                "remember",
                json!({ "lesson": format!("Stir the {version} soup clockwise."), "kind": "preference" }),
            ),
            tool("recall", json!({})),
            tool("no_such_tool", json!({})),
            json!(["listResources"]),
            json!(["listResourceTemplates"]),
            json!(["readResource", { "uri": "dream://note/MEMORY.md" }]),
            json!(["readResource", { "uri": "dream://note/mistakes/proto.md" }]),
            json!(["readResource", { "uri": "dream://note/../secret.txt" }]),
            json!(["complete", { "ref": { "type": "ref/resource", "uri": "dream://note/{+path}" }, "argument": { "name": "path", "value": "mis" } }]),
        ];
        let answers = client(&sandbox, &modules, version, "-", &dir, &steps);
        assert_eq!(answers.len(), steps.len());
        let result = |at: usize| &answers[at]["result"];
        assert_eq!(*result(0), version);
        assert!(result(1).as_str().unwrap().contains("`recall`"));
        let hints: Vec<&Value> = result(2)["tools"]
            .as_array()
            .unwrap()
            .iter()
            .map(|tool| &tool["annotations"]["readOnlyHint"])
            .collect();
        assert_eq!(hints, [true, true, true, false]);
        assert_eq!(result(3)["structuredContent"]["notes"][0]["path"], "mistakes/proto.md");
        assert_eq!(result(4)["structuredContent"]["kind"], "mistake");
        assert_eq!(result(5)["structuredContent"]["playbooks"][0]["name"], "release");
        assert_eq!(result(6)["structuredContent"]["opened"]["kind"], "playbook");
        assert_eq!(result(7)["structuredContent"]["kept"], true);
        assert_eq!(result(8)["isError"], true);
        assert_eq!(answers[9]["code"], -32602);
        assert_eq!(result(10)["resources"][0]["uri"], "dream://note/MEMORY.md");
        assert_eq!(result(11)["resourceTemplates"][0]["mimeType"], "text/markdown");
        assert!(result(12)["contents"][0]["text"].as_str().unwrap().starts_with("# Memory"));
        assert!(result(13)["contents"][0]["text"].as_str().unwrap().contains("make proto"));
        assert!(answers[14]["code"].is_i64(), "{}", answers[14]);
        assert_eq!(result(15)["completion"]["values"], json!(["mistakes/proto.md"]));
    }
}

#[test]
fn a_client_that_names_its_roots_is_served_from_there() {
    let Some(modules) = installed("@modelcontextprotocol/client") else { return };
    let sandbox = Sandbox::new();
    let dir = memory(&sandbox);
    let elsewhere = sandbox.path("home");
    let root = format!("file://{}", dir.display());
    for version in VERSIONS {
        let asked = json!(["callTool", { "name": "recall", "arguments": { "query": "pnpm" } }]);
        let answers = client(&sandbox, &modules, version, &root, &elsewhere, &[asked.clone(), asked.clone()]);
        for answer in &answers {
            assert_eq!(
                answer["result"]["structuredContent"]["notes"][0]["path"], "preferences/pnpm.md",
                "{answer}"
            );
        }
        let nowhere = client(&sandbox, &modules, version, "https://x.example", &elsewhere, &[asked]);
        assert_eq!(nowhere[0]["result"]["isError"], true, "{nowhere:?}");
    }
}
