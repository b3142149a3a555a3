//! A memory that lies elsewhere: written to here, and taken there for people to decide on.

use super::{NOW, create};
use crate::capture::{Machine, Team};
use crate::sandbox::Ran;
use serde_json::{Value, json};
use std::io::Write;
use std::process::Stdio;

/// Runs the tool on a person's machine with these inputs.
fn tool(machine: &Machine<'_>, inputs: &[Value]) -> Ran {
    let mut command = machine.command(&["memory-tool", "--agent", "a", "--now", NOW]);
    let mut process =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut input = process.stdin.take().unwrap();
    for line in inputs {
        writeln!(input, "{line}").unwrap();
    }
    drop(input);
    Ran::of(process.wait_with_output().unwrap())
}

#[test]
fn a_memory_elsewhere_is_written_to_and_what_people_decide_there_comes_back() {
    let team = Team::new();
    let ann = team.machine("ann", "ann");
    let address = format!("file://{}", team.remote.display());
    ann.dream(&["connect", "--memory", &address, "--as", "ann", "--yes"]).ok();
    ann.capture();
    let wrote = tool(&ann, &[create("/memories/n.md", "Use tabs."), create("/memories/m.md", "Use rebase.")]);
    assert!(wrote.status == 0 && wrote.stderr.contains("is at the memory now"), "{wrote:#?}");
    assert!(!wrote.stdout.contains("\"is_error\":true"), "{wrote:#?}");

    // Somebody else reviews it in a clone.
    let git = |args: &[&str]| team.sandbox.git(&team.clone, args);
    git(&["fetch", "--quiet", "origin", "refs/dream/ledger:refs/dream/ledger"]);
    git(&["fetch", "--quiet", "origin"]);
    let waits = team.sandbox.dream(&team.clone, &["status"]).ok();
    assert!(waits.contains("2 pending"), "{waits}");
    for (key, value) in [("user.name", "Bob"), ("user.email", "bob@example.com")] {
        git(&["config", key, value]);
    }
    let reviewed =
        team.sandbox.dream(&team.clone, &["review", "--accept", "n", "--reject", "m=we merge", "--now", NOW]);
    assert_eq!(reviewed.status, 0, "{reviewed:#?}");
    git(&["push", "--quiet", "origin", "HEAD", "refs/dream/ledger"]);
    let branch = git(&["for-each-ref", "--format=%(refname:lstrip=3)", "refs/remotes/origin/dream"]);
    git(&["push", "--quiet", "origin", "--delete", &branch]);

    // What ann's machine has is looked at again once it is old.
    let looked = walkdir::WalkDir::new(ann.home.join("data")).into_iter().filter_map(Result::ok);
    let looked = looked
        .filter(|entry| entry.file_name() == "looked" && entry.path().to_string_lossy().contains("away"));
    for entry in looked {
        let long_ago = std::time::SystemTime::UNIX_EPOCH;
        std::fs::File::options().append(true).open(entry.path()).unwrap().set_modified(long_ago).unwrap();
    }
    let again = tool(
        &ann,
        &[json!({"command": "view", "path": "/memories"}), create("/memories/o.md", "Use rebase.")],
    );
    assert!(
        again.stdout.contains("/memories/n.md") && !again.stdout.contains("/memories/m.md"),
        "{again:#?}"
    );
    assert!(again.stdout.contains("people have refused this in the same words"), "{again:#?}");

    // Without a network it goes on, says so at its end, and is taken there the next time.
    let gone = team.sandbox.path("gone.git");
    std::fs::rename(&team.remote, &gone).unwrap();
    let offline = tool(&ann, &[create("/memories/p.md", "Use spaces in YAML.")]);
    assert!(offline.status == 3 && offline.stdout.contains("File created"), "{offline:#?}");
    std::fs::rename(&gone, &team.remote).unwrap();
    let online = tool(&ann, &[json!({"command": "view", "path": "/memories/p.md"})]);
    assert!(online.status == 0 && online.stderr.contains("is at the memory now"), "{online:#?}");
    let there = team.sandbox.git(&team.remote, &["for-each-ref", "--format=%(refname)", "refs/heads/dream"]);
    assert_eq!(there.lines().count(), 1, "{there}");

    // Two machines' ledgers grow apart and are one again.
    let bob = team.machine("bob", "bob");
    bob.dream(&["connect", "--memory", &address, "--as", "bob", "--yes"]).ok();
    bob.capture();
    let inputs = [create("/memories/q.md", "Tag releases."), create("/memories/r.md", "Sign tags.")];
    assert_eq!(tool(&bob, &inputs).status, 0);
    // The record of ann's branch is written twice before it meets bob's.
    let inputs = [create("/memories/s.md", "Squash nothing."), create("/memories/t.md", "Lint first.")];
    assert_eq!(tool(&ann, &inputs).status, 0);
    git(&["fetch", "--quiet", "origin"]);
    git(&["fetch", "--quiet", "origin", "+refs/dream/ledger:refs/dream/ledger"]);
    let status = team.sandbox.dream(&team.clone, &["status"]).ok();
    assert!(
        status.contains("5 pending") && status.contains("1 merged") && status.contains("1 rejected"),
        "{status}"
    );
}
