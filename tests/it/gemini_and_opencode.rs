//! Sessions of Gemini CLI and OpenCode, as their programs leave them, become learnings.

use crate::dream::{NOW, memory};
use crate::sandbox::Sandbox;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// What is asked of the agents, a job each.
const JOBS: [&str; 6] = [
    "Glaze the blue pot for the spring market.",
    "Customers complain about scratches on the plates, please redo them.",
    "We need twelve mugs by Friday, start with the handles.",
    "Find out why the tea bowls came out green.",
    "Add a second coat to everything on the top shelf.",
    "The museum wants its amphora back: finish the lid.",
];

/// The commands that an agent runs in each session, what they print and their exit status.
fn commands() -> [(&'static str, &'static str, i32); 3] {
    [
        ("potter glaze --kiln west", "error: cannot glaze: the kiln is cold", 2),
        ("potter heat --kiln west", "the kiln is warm", 0),
        ("potter glaze --kiln west", "glazed", 0),
    ]
}

/// A chat as Gemini CLI logs it: a message is written when a call begins and again when it is over.
fn gemini(id: &str, job: &str) -> String {
    let said = |id: &str, kind: &str, more: Value| {
        let mut message = json!({"id": id, "timestamp": "2026-01-01T10:00:01.000Z", "type": kind});
        message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        message
    };
    let mut lines = vec![
        json!({
            "sessionId": id, "projectHash": "5f2c", "startTime": "2026-01-01T10:00:00.000Z",
            "lastUpdated": "2026-01-01T10:00:00.000Z", "kind": "main",
        }),
        said("u1", "user", json!({"content": [{"text": job}]})),
    ];
    for (at, (command, printed, exit)) in commands().into_iter().enumerate() {
        let (message, call) = (format!("g{at}"), format!("run_shell_command-{at}"));
        let calling = |status: &str, result: Value| {
            said(
                &message,
                "gemini",
                json!({
                    "content": "", "model": "gemini-3-pro", "thoughts": [{"subject": "Plan", "description": "Glaze."}],
                    "toolCalls": [{
                        "id": call, "name": "run_shell_command", "args": {"command": command}, "status": status,
                        "result": result, "timestamp": "2026-01-01T10:00:06.000Z", "displayName": "Shell",
                    }],
                }),
            )
        };
        let status = if exit == 0 { String::new() } else { format!("\nExit Code: {exit}") };
        let output = format!("Output: {printed}{status}\nProcess Group PGID: 41{at}");
        let response = json!({"id": call, "name": "run_shell_command", "response": {"output": output}});
        lines.push(calling("executing", Value::Null));
        lines.push(calling("success", json!([{"functionResponse": response}])));
        lines.push(json!({"$set": {"lastUpdated": "2026-01-01T10:01:00.000Z"}}));
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// A session as `opencode export` prints it.
fn opencode(id: &str, job: &str, folder: &Path) -> String {
    let at = 1_767_261_600_000_i64;
    let with = |name: &str, more: Value| {
        let mut object = json!({"id": name, "sessionID": id, "messageID": "msg_1"});
        object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        object
    };
    let calls = commands().into_iter().enumerate().map(|(at_call, (command, printed, exit))| {
        let state = json!({
            "status": "completed", "input": {"command": command, "description": "Glaze"}, "title": "Glaze",
            "output": format!("{printed}\n"), "metadata": {"exit": exit}, "time": {"start": at, "end": at},
        });
        let part =
            json!({"type": "tool", "callID": format!("call_{at_call}"), "tool": "bash", "state": state});
        with(&format!("prt_{at_call}"), part)
    });
    let user = json!({"role": "user", "time": {"created": at}, "agent": "build"});
    let agent = json!({
        "role": "assistant", "time": {"created": at}, "modelID": "m-5", "providerID": "x",
        "path": {"cwd": folder, "root": folder},
    });
    let document = json!({
        "info": {
            "id": id, "slug": "warm-pot", "projectID": "p", "directory": folder, "title": "Glaze", "version": "1.2.6",
            "time": {"created": at, "updated": at},
        },
        "messages": [
            {"info": with("msg_1", user), "parts": [with("prt", json!({"type": "text", "text": job}))]},
            {"info": with("msg_2", agent), "parts": calls.collect::<Vec<_>>()},
        ],
    });
    serde_json::to_string_pretty(&document).unwrap()
}

fn write(file: &Path, text: &str) {
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, text).unwrap();
    // Nobody writes to it any more.
    let opened = std::fs::File::options().write(true).open(file).unwrap();
    opened.set_modified(SystemTime::now() - Duration::from_secs(7200)).unwrap();
}

/// The learnings about the failing call: on how many sessions of how many agents each rests.
fn about_the_kiln(report: &Value) -> Vec<(u64, u64)> {
    let learnings = report["learnings"].as_array().unwrap().iter();
    let ours = learnings.filter(|learning| learning["title"].as_str().unwrap().contains("the kiln is cold"));
    let support = |of: &Value, what: &str| of["support"][what].as_u64().unwrap();
    ours.map(|learning| (support(learning, "sessions"), support(learning, "agents"))).collect()
}

#[test]
fn what_fails_with_both_agents_is_learnt_once() {
    let sandbox = Sandbox::new();
    let memory = memory(&sandbox, "m");
    let mut files = Vec::new();
    for at in 0..3 {
        let chat = sandbox.path(&format!("chats/session-2026-01-0{at}.jsonl"));
        write(&chat, &gemini(&format!("chat-{at}"), JOBS[at]));
        let export = sandbox.path(&format!("exports/{at}.json"));
        write(&export, &opencode(&format!("ses_{at}"), JOBS[at + 3], &sandbox.path("shop")));
        files.extend([chat, export]);
    }
    let mut args = vec!["run", "--json", "--now", NOW, "--sessions"];
    args.extend(files.iter().map(|file| file.to_str().unwrap()));
    let report: Value = serde_json::from_str(&sandbox.dream(&memory, &args).ok()).unwrap();
    assert_eq!(report["skipped"].as_array().map(Vec::len), Some(0), "{report}");
    assert_eq!(about_the_kiln(&report), [(6, 2)], "{report}");
    // What worked against it comes from the calls that went well.
    let note = report["learnings"][0]["note"].as_str().unwrap();
    let branch = report["branch"].as_str().unwrap();
    let text = sandbox.git(&memory, &["show", &format!("{branch}:{note}")]);
    assert!(text.contains("potter heat --kiln west"), "{text}");
}

#[test]
fn the_chats_of_gemini_are_found_where_it_keeps_them() {
    for moved in [false, true] {
        let sandbox = Sandbox::new();
        let memory = memory(&sandbox, "m");
        let home = sandbox.path(if moved { "elsewhere" } else { "home" });
        for (at, job) in JOBS.iter().enumerate().take(4) {
            let file = format!(".gemini/tmp/shop/chats/session-2026-01-01T10-0{at}-chat.jsonl");
            write(&home.join(file), &gemini(&format!("chat-{at}"), job));
        }
        write(&home.join(".gemini/tmp/shop/logs.json"), "[]");
        write(&home.join(".gemini/tmp/shop/.project_root"), sandbox.path("shop").to_str().unwrap());
        let mut command = sandbox.dream_command(&memory, &["run", "--json", "--now", NOW]);
        if moved {
            command.env("GEMINI_CLI_HOME", &home);
        }
        let report: Value = serde_json::from_str(&sandbox.run(command).ok()).unwrap();
        assert_eq!(about_the_kiln(&report), [(4, 1)], "{report}");
    }
}
