//! What Cursor's and pi's sessions teach, read from where these agents leave them.

use crate::capture::{Machine, Team, rest};
use crate::dream::{NOW, memory};
use crate::hook::tell;
use crate::sandbox::Sandbox;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Writes a session as it was left a day before the dream.
fn leave(path: &Path, lines: &[Value]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, lines.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    let now: jiff::Timestamp = NOW.parse().unwrap();
    let left = SystemTime::UNIX_EPOCH + Duration::from_secs(now.as_second() as u64 - 86_400);
    std::fs::File::options().write(true).open(path).unwrap().set_modified(left).unwrap();
}

/// Dreams on what this user's agents left.
#[track_caller]
fn dream(sandbox: &Sandbox, memory: &Path) -> Value {
    serde_json::from_str(&sandbox.dream(memory, &["run", "--json", "--now", NOW]).ok()).unwrap()
}

/// The index of the memory as the dream proposes it.
fn index(sandbox: &Sandbox, memory: &Path, report: &Value) -> String {
    let branch = report["branch"].as_str().unwrap_or_else(|| panic!("{report:#}"));
    sandbox.git(memory, &["show", &format!("{branch}:MEMORY.md")])
}

/// A session in which the agent ran a command that failed, and another one that did not; `left` was tried and left
/// behind by going back.
fn of_pi(number: usize, left: &str) -> Vec<Value> {
    let asked =
        ["heat the kiln for the mugs", "fire the plates of monday", "glaze the tall vase"][number % 3];
    let at = |minute: usize| format!("2026-01-0{}T09:{minute:02}:00.000Z", number + 1);
    let entry = |id: usize, parent: Option<usize>, message: Value| {
        let parent = parent.map(|parent| format!("e{parent}"));
        json!({"type": "message", "id": format!("e{id}"), "parentId": parent, "timestamp": at(id), "message": message})
    };
    let call = |id: &str, command: &str| {
        json!({"role": "assistant", "model": "m", "stopReason": "toolUse", "content": [
            {"type": "toolCall", "id": id, "name": "bash", "arguments": {"command": command}}]})
    };
    let result = |id: &str, text: &str, failed: bool| {
        json!({"role": "toolResult", "toolCallId": id, "toolName": "bash", "isError": failed,
            "content": [{"type": "text", "text": text}]})
    };
    let failed =
        "kiln: error: the door sensor needs --calibrate before heating\n\nCommand exited with code 3";
    let refused = format!("{left}: error: this was never the way to do it\n\nCommand exited with code 1");
    vec![
        json!({"type": "session", "version": 3, "id": format!("s{number}"), "timestamp": at(0), "cwd": "/home/ada/src/kiln"}),
        entry(0, None, json!({"role": "user", "content": [{"type": "text", "text": asked}]})),
        entry(1, Some(0), call("c1", left)),
        entry(2, Some(1), result("c1", &refused, true)),
        // The person goes back, and asks anew.
        entry(3, None, json!({"role": "user", "content": [{"type": "text", "text": asked}]})),
        entry(4, Some(3), call("c2", "kiln heat --to 900")),
        entry(5, Some(4), result("c2", failed, true)),
        entry(6, Some(5), call("c3", "kiln heat --to 900 --calibrate")),
        entry(7, Some(6), result("c3", "at 900 degrees", false)),
        entry(
            8,
            Some(7),
            json!({"role": "assistant", "model": "m", "stopReason": "stop",
            "content": [{"type": "text", "text": "It is hot."}]}),
        ),
    ]
}

#[test]
fn what_fails_in_many_of_pi_s_sessions_is_learnt_and_what_was_left_behind_is_not() {
    let sandbox = Sandbox::new();
    for number in 0..4 {
        let place = format!("home/.pi/agent/sessions/--home-ada-src-kiln--/2026-01-01_s{number}.jsonl");
        leave(&sandbox.path(&place), &of_pi(number, "wheel --spin"));
    }
    let memory = memory(&sandbox, "m");
    let report = dream(&sandbox, &memory);
    assert_eq!(report["sessions"]["read"], 4, "{report:#}");
    let index = index(&sandbox, &memory, &report);
    assert!(index.contains("kiln heat") && index.contains("--calibrate"), "{index}");
    assert!(!index.contains("wheel"), "{index}");
}

#[test]
fn in_files_from_before_there_was_a_tree_nothing_was_left_behind() {
    let sandbox = Sandbox::new();
    for number in 0..4 {
        let mut lines = of_pi(number, "wheel --spin");
        lines[0].as_object_mut().unwrap().remove("version");
        leave(&sandbox.path(&format!("home/.pi/agent/sessions/p/{number}.jsonl")), &lines);
    }
    let memory = memory(&sandbox, "m");
    let index = index(&sandbox, &memory, &dream(&sandbox, &memory));
    assert!(index.contains("wheel") && index.contains("kiln heat"), "{index}");
}

/// A session in which a person asked for something, then for how it is to be done; Cursor's own rules stand beside it.
fn of_cursor(number: usize, project: &str) -> Vec<Value> {
    let asked =
        ["add a page for mugs", "why is the list of plates empty?", "rename the vase", "sort the bowls"]
            [number % 4];
    let wished = "Never edit the generated files under src/gen, change the schema instead.";
    let turn = |text: &str| {
        let at = format!("Friday, January {}, 2026, 6:05 AM (UTC+1)", number + 1);
        let query = format!("<timestamp>{at}</timestamp>\n<user_query>\n{text}\n</user_query>");
        json!({"role": "user", "message": {"content": [
            {"type": "text", "text": "<rules>\nAlways sing while you work.\n</rules>"}, {"type": "text", "text": query}]}})
    };
    let act = |text: &str, path: &str| {
        json!({"role": "assistant", "message": {"content": [{"type": "text", "text": text},
            {"type": "tool_use", "name": "StrReplace", "input": {"path": format!("{project}/{path}"), "new_string": "x"}}]}})
    };
    vec![
        turn(asked),
        act("[REDACTED]", "src/gen/shop.ts"),
        turn(wished),
        act("I change the schema.", "schema/shop.json"),
        json!({"type": "turn_ended", "status": "success"}),
    ]
}

#[test]
fn what_people_want_in_many_of_cursor_s_sessions_becomes_a_preference() {
    let sandbox = Sandbox::new();
    for number in 0..4 {
        let owner = ["ada", "ben"][number % 2];
        let place =
            format!("home/.cursor/projects/home-{owner}-shop/agent-transcripts/u{number}/u{number}.jsonl");
        leave(&sandbox.path(&place), &of_cursor(number, &format!("/home/{owner}/shop")));
    }
    // What lies beside transcripts is none.
    leave(
        &sandbox.path("home/.cursor/projects/home-ada-shop/mcps/tool.json"),
        &[json!({"role": "user", "content": "x"})],
    );
    let memory = memory(&sandbox, "m");
    let report = dream(&sandbox, &memory);
    assert_eq!(report["sessions"]["read"], 4, "{report:#}");
    let index = index(&sandbox, &memory, &report);
    assert!(index.contains("generated files under src/gen"), "{index}");
    assert!(!index.contains("sing"), "{index}");
    let kinds: Vec<&str> = report["learnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|learning| learning["kind"].as_str().unwrap())
        .collect();
    assert!(!kinds.contains(&"mistake"), "a call without a result has not failed: {kinds:?}");
}

/// A transcript of Cursor's on a machine, with that of an agent that the session started.
fn on(machine: &Machine<'_>, id: &str) -> PathBuf {
    let project = machine.project.to_str().unwrap();
    let folder =
        machine.home.join(".cursor/projects").join(spelt(project)).join("agent-transcripts").join(id);
    let path = folder.join(format!("{id}.jsonl"));
    for (path, lines) in
        [(&path, of_cursor(0, project)), (&folder.join("subagents/sub.jsonl"), of_cursor(1, project))]
    {
        leave(path, &lines);
        rest(path);
    }
    path
}

/// A path as Cursor spells it.
fn spelt(path: &str) -> String {
    path.replace(|c: char| !c.is_ascii_alphanumeric(), "-").trim_start_matches('-').to_owned()
}

#[test]
fn a_session_of_cursor_s_is_captured_for_the_project_that_its_paths_show() {
    let team = Team::new();
    let ann = team.machine("ann", "ann");
    on(&ann, "u1");
    let captured = ann.capture();
    assert_eq!(Machine::counts(&captured), (2, 2, 0), "{captured:#}");
    assert_eq!(team.inboxes(), ["sub ann", "u1 ann"]);
}

#[test]
fn a_session_of_cursor_s_that_ends_is_captured_even_if_its_hook_is_not_told_where_it_is() {
    let team = Team::new();
    let ann = team.machine("ann", "ann");
    on(&ann, "u2");
    let mut command = ann.command(&["hook", "sessionEnd", "--agent", "cursor"]);
    command.env("GIT_DREAM_HOOK_DEADLINE", "60000");
    let told = json!({"conversation_id": "u2", "transcript_path": null, "workspace_roots": [ann.project]});
    assert_eq!(tell(command, told.to_string().as_bytes()), "");
    for _ in 0..600 {
        if team.inboxes() == ["sub ann", "u2 ann"] {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("{:?}", team.inboxes());
}
