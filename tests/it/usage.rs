//! What came before agents, by transcripts and by hooks' logs, and what they did then: from sessions to `impact`.

use crate::capture::Team;
use crate::cli::{FERRY, dreamt, json};
use crate::sandbox::Sandbox;
use git_dream::usage::{How, Used, keep};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// What a session of Claude Code shows, one after the other.
enum Shows<'a> {
    /// A hook put this before the agent.
    Hook(&'a str),
    /// A command that failed with this output.
    Fails(&'a str, &'a str),
    /// A command that worked with this output.
    Works(&'a str, &'a str),
}

use Shows::{Fails, Hook, Works};

const BEGIN: &str = "2026-02-03T10:00:00Z";

/// A transcript of Claude Code, one record a second.
fn transcript(id: &str, shows: &[Shows<'_>]) -> String {
    let begin: jiff::Timestamp = BEGIN.parse().unwrap();
    let mut lines: Vec<Value> = Vec::new();
    let mut add = |kind: &str, more: Value| {
        let at = lines.len();
        let mut line = json!({ "type": kind, "sessionId": id, "uuid": format!("{id}-{at}"), "cwd": "/srv/app", "version": "2.1.0",
            "timestamp": begin + jiff::Span::new().seconds(at as i64) });
        line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        lines.push(line);
    };
    let message = |role: &str, content: Value| json!({ "message": { "role": role, "content": content } });
    add("user", message("user", json!(format!("See to errand {id}"))));
    for (at, shows) in shows.iter().enumerate() {
        let call = |command: &str| json!([{ "type": "tool_use", "id": format!("t{at}"), "name": "Bash", "input": { "command": command } }]);
        let answer = |output: &str, failed: bool| json!([{ "type": "tool_result", "tool_use_id": format!("t{at}"), "content": output, "is_error": failed }]);
        let (command, output, failed) = match shows {
            Hook(text) => {
                add(
                    "attachment",
                    json!({ "attachment": { "type": "hook_additional_context", "hookName": "SessionStart",
                    "toolUseID": "x", "hookEvent": "SessionStart", "content": [text] } }),
                );
                continue;
            }
            Fails(command, output) => (command, format!("Exit code 4\n{output}"), true),
            Works(command, output) => (command, (*output).to_owned(), false),
        };
        add("assistant", message("assistant", call(command)));
        add("user", message("user", answer(&output, failed)));
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// What hooks keep of a session, so many seconds after it began.
fn kept(folder: &Path, session: &str, second: i64, how: How, notes: &[&str]) {
    let at = BEGIN.parse::<jiff::Timestamp>().unwrap() + jiff::Span::new().seconds(second);
    let notes = notes.iter().map(|note| (*note).to_owned()).collect();
    keep(folder, &Used { session: session.to_owned(), at, how, notes }).unwrap();
}

/// A memory with a note about the ferry that was merged, its path, and a folder with six sessions since then:
/// what they were shown, by a hook's text or by its log, and what they did.
fn told(sandbox: &Sandbox) -> (PathBuf, String, PathBuf) {
    let (memory, branch) = dreamt(sandbox, "m");
    sandbox.git(&memory, &["merge", "--quiet", "--no-ff", "--no-edit", &branch]);
    let note = sandbox
        .git(&memory, &["ls-files", "mistakes"])
        .lines()
        .find(|file| file.ends_with(".md"))
        .unwrap()
        .to_owned();
    let (wrong, error, right) = FERRY;
    let shown = format!("git-dream: lower the ramp first. [more]({note})\n> {error}");
    let index = "git-dream has no note for this.";
    let recalled = format!("{note}: lower the ramp\n  {error}");
    let sessions: [(&str, Vec<Shows<'_>>); 6] = [
        ("told-and-right", vec![Hook(&shown), Works(right, "done")]),
        ("told-when-it-failed", vec![Fails(wrong, error), Hook(&shown), Works(right, "done")]),
        ("told-in-vain", vec![Hook(&shown), Fails(wrong, error), Fails(wrong, error)]),
        ("logged", vec![Fails(wrong, error), Works(right, "done")]),
        ("asked", vec![Works("git dream recall 'the ramp is still up'", &recalled)]),
        ("never-told", vec![Hook(index), Works("lantern count", "12")]),
    ];
    let folder = sandbox.path("since");
    std::fs::create_dir_all(&folder).unwrap();
    for (id, shows) in &sessions {
        std::fs::write(folder.join(format!("{id}.jsonl")), transcript(id, shows)).unwrap();
    }
    let log = sandbox.path("home/.local/share/git-dream/usage");
    // Between its two calls, of which the second works.
    kept(&log, "logged", 2, How::Opened, &[&note]);
    // The same that the transcript shows.
    kept(&log, "told-and-right", 1, How::Shown, &[&note]);
    (memory, note, folder)
}

#[track_caller]
fn usage(sandbox: &Sandbox, memory: &Path) -> (Value, Value) {
    let report = json(sandbox.dream(memory, &["impact", "--json"]));
    let mut usage = report["notes"][0]["usage"].clone();
    usage.as_object_mut().unwrap_or_else(|| panic!("{report:#}")).remove("last_followed");
    (usage, report["notes"][0].clone())
}

/// What the six sessions come to.
fn expected() -> Value {
    json!({ "shown": 4, "opened": 1, "followed": 3, "contradicted": 1, "unknown": 1, "connected": 6 })
}

#[test]
fn what_was_shown_opened_followed_and_contradicted_is_told_of_every_note() {
    let sandbox = Sandbox::new();
    let (memory, note, folder) = told(&sandbox);
    let run = ["run", "--json", "--now", "2026-02-05T02:00:00Z", "--sessions", folder.to_str().unwrap()];
    let report = json(sandbox.dream(&memory, &run));
    assert_eq!(
        (&report["sessions"]["new"], &report["sessions"]["skipped"]),
        (&json!(6), &json!(0)),
        "{report:#}"
    );
    let (usage, measured) = usage(&sandbox, &memory);
    assert_eq!(usage, expected(), "{measured:#}");
    // Who was told only once it had failed had not read it when it mattered; what the memory says is no failure.
    let counts =
        |name: &str| (measured[name]["hits"].as_u64().unwrap(), measured[name]["of"].as_u64().unwrap());
    assert_eq!((counts("read"), counts("unread")), ((1, 2), (2, 2)), "{measured:#}");
    let text = sandbox.dream(&memory, &["impact"]).ok();
    assert!(
        text.contains(
            "shown in 4 sessions, opened in 1; then followed in 3, contradicted in 1, unknown in 1"
        ),
        "{text}"
    );
    let why = json(sandbox.dream(&memory, &["why", "--json", &note]));
    let since = &why["sessions_since"];
    assert_eq!(
        [&since["read"], &since["opened"], &since["followed"], &since["contradicted"]],
        [5, 1, 3, 1].map(Value::from).each_ref(),
        "{why:#}"
    );
    let told = json(sandbox.dream(&memory, &["report", "--json"]));
    assert_eq!(told["impact"][0]["usage"]["followed"], 3, "{told:#}");
}

#[test]
fn digests_that_were_captured_elsewhere_carry_it_and_those_of_earlier_versions_are_read() {
    let sandbox = Sandbox::new();
    let (memory, _, folder) = told(&sandbox);
    let (lines, old) = (sandbox.path("lines.jsonl"), sandbox.path("old.jsonl"));
    let capture = ["capture", "--to", lines.to_str().unwrap(), "--sessions", folder.to_str().unwrap()];
    sandbox.dream(&sandbox.path(""), &capture).ok();
    std::fs::remove_dir_all(sandbox.path("home/.local")).unwrap();
    let earlier = sandbox.path("earlier");
    sandbox
        .git(&sandbox.path(""), &["clone", "--quiet", memory.to_str().unwrap(), earlier.to_str().unwrap()]);
    sandbox.git(&earlier, &["fetch", "--quiet", "origin", "refs/dream/ledger:refs/dream/ledger"]);
    let dream = |memory: &Path, file: &Path| {
        json(sandbox.dream(
            memory,
            &["run", "--json", "--now", "2026-02-05T02:00:00Z", "--digests", file.to_str().unwrap()],
        ))
    };
    dream(&memory, &lines);
    let (carried, measured) = usage(&sandbox, &memory);
    assert_eq!(carried, expected(), "{measured:#}");
    let text = std::fs::read_to_string(&lines).unwrap();
    let as_before = text.lines().map(|line| {
        let mut line: Value = serde_json::from_str(line).unwrap();
        let fields = line.as_object_mut().unwrap();
        fields.remove("connected");
        if let Some(uses) = fields.remove("uses") {
            let notes: Vec<Value> = uses
                .as_array()
                .unwrap()
                .iter()
                .flat_map(|one| one["notes"].as_array().unwrap().clone())
                .collect();
            fields.insert("notes_read".to_owned(), notes.into());
        }
        format!("{line}\n")
    });
    std::fs::write(&old, as_before.collect::<String>()).unwrap();
    let report = dream(&earlier, &old);
    assert_eq!(report["sessions"]["new"], 6, "{report:#}");
    let (carried, measured) = usage(&sandbox, &earlier);
    let unknown =
        json!({ "shown": 5, "opened": 0, "followed": 0, "contradicted": 0, "unknown": 5, "connected": 0 });
    assert_eq!(carried, unknown, "{measured:#}");
}

#[test]
fn a_capture_takes_what_hooks_kept_whatever_lies_beside_it_and_old_files_go() {
    let team = Team::new();
    let ann = team.machine("ann", "ann");
    let log = ann.home.join("data/git-dream/usage");
    kept(&log, "s-1", 0, How::Shown, &["mistakes/ramp.md", "../../etc/passwd"]);
    let of_session = std::fs::read_dir(&log).unwrap().next().unwrap().unwrap().path();
    let mut hostile = std::fs::read(&of_session).unwrap();
    hostile.extend(b"\xff\xfe{\n{\"session\":\"s-1\"}\n".repeat(3));
    std::fs::write(&of_session, hostile).unwrap();
    kept(&log, "long-ago", 0, How::Shown, &["mistakes/ramp.md"]);
    let forgotten = std::fs::read_dir(&log)
        .unwrap()
        .map(|file| file.unwrap().path())
        .find(|file| *file != of_session)
        .unwrap();
    let year_ago = std::time::SystemTime::UNIX_EPOCH;
    std::fs::File::options().write(true).open(&forgotten).unwrap().set_modified(year_ago).unwrap();
    ann.session("s-1", &ann.project, 2);
    let captured = ann.capture();
    assert_eq!(
        (&captured["memories"][0]["captured"], &captured["skipped"]),
        (&json!(1), &json!(1)),
        "{captured:#}"
    );
    let inbox = team.sandbox.git(&team.remote, &["for-each-ref", "--format=%(refname)", "refs/dream/inbox"]);
    let found = team.sandbox.git(&team.remote, &["grep", "-h", "-e", "\"uses\"", &inbox]);
    assert!(
        found.contains("\"notes\":[\"mistakes/ramp.md\"]") && found.contains("\"connected\":true"),
        "{found}"
    );
    assert!(of_session.exists() && !forgotten.exists());
}
