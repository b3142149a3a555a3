//! Searching the notes, as a user does, after whatever git has done.

use crate::sandbox::Sandbox;
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

fn note(kind: &str, rule: &str, body: &str) -> String {
    format!(
        "---\nname: n\ndescription: \"{rule}\"\nkind: {kind}\nscope: team\nstatus: active\n---\n\n# {rule}\n\n{body}\n"
    )
}

/// A memory with a few notes.
fn memory(sandbox: &Sandbox) -> std::path::PathBuf {
    let push = note(
        "mistake",
        "Pull before you push",
        "**When:** `git push` was rejected.\n\n## Evidence\n\n- `error: failed to push some refs to 'h:a.git' after 3 tries` [source: aaaa#1; added: 2026-01-01]",
    );
    let totals = note("mistake", "Check that payments add up", "**When:** you call `book_reservation`.");
    let indent = note("preference", "Indent Python with four spaces", "Four spaces, never tabs.");
    sandbox.repo(
        "memory",
        &[
            ("MEMORY.md", "# Memory\n"),
            ("mistakes/push.md", &push),
            ("mistakes/totals.md", &totals),
            ("preferences/indent.md", &indent),
            ("archive/preferences/tabs.md", &note("preference", "Indent with tabs", "Tabs.")),
        ],
    )
}

/// What a question finds: the notes' paths, best first, and the whole answer.
#[track_caller]
fn ask(sandbox: &Sandbox, dir: &Path, question: &str) -> (Vec<String>, Value) {
    let answer: Value =
        serde_json::from_str(&sandbox.dream(dir, &["recall", "--json", question]).ok()).unwrap();
    let hits = answer["hits"].as_array().unwrap();
    (hits.iter().map(|hit| hit["note"].as_str().unwrap().to_owned()).collect(), answer)
}

#[test]
fn a_question_finds_what_is_about_its_words() {
    let sandbox = Sandbox::new();
    let dir = memory(&sandbox);
    assert_eq!(ask(&sandbox, &dir, "how are Python files indented?").0, ["preferences/indent.md"]);
    assert_eq!(ask(&sandbox, &dir, "book_reservation").0, ["mistakes/totals.md"]);
    assert_eq!(ask(&sandbox, &dir, "reservations").0, ["mistakes/totals.md"], "a part of an identifier");
    assert_eq!(ask(&sandbox, &dir, "kubernetes").0, [""; 0]);
    let shown = sandbox.dream(&dir, &["recall", "python", "indent"]).ok();
    assert!(
        shown.contains("Indent Python with four spaces") && shown.contains("has indent, python"),
        "{shown}"
    );
    let empty = sandbox.dream(&dir, &["recall", " "]);
    assert!(empty.status == 2 && empty.stderr.contains("empty"), "{empty:?}");
}

#[test]
fn an_error_message_pasted_whole_finds_its_mistake_first() {
    let sandbox = Sandbox::new();
    let dir = memory(&sandbox);
    let log = "$ git push\nTo other-host:b.git\n ! [rejected] main -> main (fetch first)\n\
        error: failed to push some refs to 'other-host:b.git' after 12 tries\nIndent Python with four spaces\n";
    let mut child = sandbox
        .dream_command(&dir, &["recall", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(log.as_bytes()).unwrap();
    let answer: Value = serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(answer["hits"][0]["note"], "mistakes/push.md");
    assert_eq!(answer["hits"][0]["is_its_message"], true);
    assert_eq!(answer["hits"][1]["is_its_message"], false);
}

#[test]
fn answers_are_right_after_whatever_git_does_with_and_without_an_index() {
    let sandbox = Sandbox::new();
    let dir = memory(&sandbox);
    let indent = note("preference", "Indent Python with two spaces", "Two.");
    let questions = [
        "indent python spaces",
        "push rejected",
        "payments add",
        "error: failed to push some refs to 'x' after 1 tries",
    ];
    let check = |what: &str| {
        let indexed: Vec<Value> = questions.iter().map(|question| ask(&sandbox, &dir, question).1).collect();
        std::fs::remove_dir_all(dir.join(".git/dream/cache")).unwrap();
        let fresh: Vec<Value> = questions.iter().map(|question| ask(&sandbox, &dir, question).1).collect();
        assert_eq!(indexed, fresh, "{what}");
    };
    check("at first");
    sandbox.commit(&dir, &[("preferences/indent.md", &indent)], "Two");
    check("a note changed");
    assert_eq!(ask(&sandbox, &dir, "two").0, ["preferences/indent.md"]);
    assert_eq!(ask(&sandbox, &dir, "four").0, [""; 0]);
    sandbox.git(&dir, &["revert", "--no-edit", "HEAD"]);
    check("and back");
    sandbox.git(&dir, &["mv", "mistakes/push.md", "mistakes/pull.md"]);
    sandbox.git(&dir, &["rm", "--quiet", "mistakes/totals.md"]);
    sandbox.commit(
        &dir,
        &[("agents/codex/mistakes/new.md", &note("mistake", "Push tags", "Rejected."))],
        "Move",
    );
    check("notes moved, came and went");
    assert!(ask(&sandbox, &dir, "rejected").0.contains(&"mistakes/pull.md".to_owned()));
    let index = dir.join(".git/dream/cache/recall");
    let whole = std::fs::read(&index).unwrap();
    for damaged in [&whole[..whole.len() / 2], b"".as_slice(), &[7; 4000]] {
        std::fs::write(&index, damaged).unwrap();
        check("a damaged index");
    }
}
