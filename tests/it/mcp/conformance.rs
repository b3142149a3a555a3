//! The protocol's conformance suite (npm `@modelcontextprotocol/conformance`), every scenario that either revision requires
//! of a server.
//!
//! The suite speaks HTTP, so `tests/mcp/bridge.mjs` stands between it and the server's lines. Many scenarios are about a
//! server with special tools, prompts and resources that exist for testing, others about HTTP itself: those are listed here
//! with the reason, and each must really fail, so that the list cannot hide what works. Whatever else a scenario checks
//! must hold, in each of them that every message fits the revision's schema.

use super::official::{installed, node, script};
use super::{VERSIONS, memory};
use crate::sandbox::Sandbox;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::process::Stdio;

/// Beginnings of scenarios that do not apply, and why.
const NOT_OURS: &[(&str, &str)] = &[
    ("tools-call-", "calls a tool that exists for testing"),
    ("elicitation-", "calls a tool that exists for testing"),
    ("json-schema-2020-12", "looks at a tool that exists for testing"),
    ("input-required-result-", "calls tools that exist for testing"),
    ("prompts-", "there are no prompts, and none are declared"),
    ("completion-complete", "completes an argument of a prompt"),
    ("resources-read-", "reads resources that exist for testing"),
    ("resources-templates-read", "reads a resource that exists for testing"),
    ("resources-subscribe", "no subscriptions are declared"),
    ("resources-unsubscribe", "no subscriptions are declared"),
    ("logging-set-level", "no logging is declared"),
    ("tasks-", "the extension for tasks is not declared"),
    ("dns-rebinding-protection", "about HTTP, which only the bridge speaks"),
    ("http-", "about HTTP, which only the bridge speaks"),
];

/// Checks that do not apply in scenarios that do, and why.
const NOT_CHECKED: &[(&str, &str)] = &[
    ("sep-2549-prompts-list-caching-hints", "there are no prompts, and none are declared"),
    ("sep-2575-http-server-header-mismatch-400", "about a header of HTTP"),
    ("sep-2575-server-rejects-undeclared-capability", "calls a tool that exists for testing"),
    ("sep-2575-missing-capability-http-400", "calls a tool that exists for testing"),
    ("sep-2575-http-server-no-independent-requests-on-stream", "calls a tool that exists for testing"),
    ("sep-2575-server-no-log-without-loglevel", "calls a tool that exists for testing"),
    ("sep-2575-server-sends-subscription-ack", "no notifications are declared"),
    ("sep-2575-server-tags-subscription-id", "no notifications are declared"),
    ("sep-2575-server-honors-notification-filter", "no notifications are declared"),
    ("sep-2575-server-sends-prompts-list-changed-on-subscription", "no notifications are declared"),
    ("sep-2575-server-sends-tools-list-changed-on-subscription", "no notifications are declared"),
];

/// What is left, and has to hold.
const OURS: &[(&str, &[&str])] = &[
    (
        "2026-07-28",
        &[
            "caching",
            "resources-list",
            "sep-2164-resource-not-found",
            "server-sse-multiple-streams",
            "server-stateless",
            "tools-list",
        ],
    ),
    (
        "2025-11-25",
        &[
            "ping",
            "resources-list",
            "server-initialize",
            "server-session-lifecycle",
            "server-sse-multiple-streams",
            "server-sse-polling",
            "tools-list",
        ],
    ),
];

/// The checks of a scenario: which, and how each went.
type Checks = Vec<(String, String, String)>;

/// Runs everything that a revision requires; gives the scenarios.
fn run(
    sandbox: &Sandbox,
    version: &str,
    address: &str,
    modules: &std::path::Path,
) -> BTreeMap<String, Checks> {
    let out = sandbox.path(version);
    let mut suite = sandbox.command(node(modules), &sandbox.path(""));
    suite.arg(modules.join("@modelcontextprotocol/conformance/dist/index.js"));
    suite.args([
        "server",
        "--url",
        address,
        "--requirements",
        version,
        "--output-dir",
        out.to_str().unwrap(),
    ]);
    // It fails for what is not ours; what it found is judged here.
    suite.output().unwrap();
    let mut scenarios = BTreeMap::new();
    for entry in std::fs::read_dir(&out).unwrap() {
        let folder = entry.unwrap();
        let name = folder.file_name().into_string().unwrap();
        let name = name.strip_prefix("server-").unwrap();
        // The moment follows: `-2026-01-31T02-03-04-567Z`.
        let name = name[..name.len() - 25].to_owned();
        let text = std::fs::read_to_string(folder.path().join("checks.json")).unwrap();
        let checks: Vec<Value> = serde_json::from_str(&text).unwrap();
        let text_of = |check: &Value, key: &str| check[key].as_str().unwrap_or_default().to_owned();
        let checks = checks
            .iter()
            .map(|one| (text_of(one, "id"), text_of(one, "status"), text_of(one, "errorMessage")));
        scenarios.insert(name, checks.collect());
    }
    scenarios
}

fn holds(status: &str) -> bool {
    matches!(status, "SUCCESS" | "INFO")
}

#[test]
fn what_the_suite_requires_of_what_is_served_holds() {
    let Some(modules) = installed("@modelcontextprotocol/conformance") else { return };
    let sandbox = Sandbox::new();
    let dir = memory(&sandbox);
    let mut bridge = sandbox.command(node(&modules), &dir);
    bridge.arg(script("bridge.mjs")).args([env!("CARGO_BIN_EXE_git-dream"), "mcp"]).stdout(Stdio::piped());
    let mut bridge = bridge.stdin(Stdio::piped()).spawn().unwrap();
    let mut address = String::new();
    BufReader::new(bridge.stdout.take().unwrap()).read_line(&mut address).unwrap();
    let found: Vec<(&str, BTreeMap<String, Checks>)> =
        VERSIONS.iter().map(|version| (*version, run(&sandbox, version, address.trim(), &modules))).collect();
    drop(bridge.stdin.take());
    bridge.wait().unwrap();
    let mut wrong: Vec<String> = Vec::new();
    let mut exempt: BTreeSet<&str> = BTreeSet::new();
    for (version, scenarios) in &found {
        let (_, ours) = OURS.iter().find(|(of, _)| of == version).unwrap();
        let mut applying: Vec<&str> = Vec::new();
        for (name, checks) in scenarios {
            let not_ours = NOT_OURS.iter().find(|(start, _)| name.starts_with(start));
            for (id, status, why) in checks.iter().filter(|(_, status, _)| !holds(status)) {
                let not_checked = NOT_CHECKED.iter().find(|(check, _)| check == id);
                exempt.extend(not_ours.or(not_checked).map(|(what, _)| *what));
                let fits_no_schema = id == "wire-schema-valid";
                if fits_no_schema || (not_ours.is_none() && not_checked.is_none()) {
                    wrong.push(format!("{version} {name}: {id} {status}: {why}"));
                }
            }
            if not_ours.is_none() {
                applying.push(name);
            }
        }
        assert_eq!(applying, *ours, "{version}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let listed: BTreeSet<&str> = NOT_OURS.iter().chain(NOT_CHECKED).map(|(what, _)| *what).collect();
    assert_eq!(exempt, listed, "what is listed as not ours and holds all the same");
}
