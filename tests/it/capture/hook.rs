//! A hook at a session's end: it captures one session, and whatever happens the agent does not notice.

use super::{Machine, Team, rest};
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

/// Tells the hook this; gives its exit status, and fails the test if it said anything.
#[track_caller]
fn hook(machine: &Machine<'_>, told: &[u8], variable: Option<&str>) -> i32 {
    let mut command = machine.command(&["capture", "--hook"]);
    if let Some(value) = variable {
        command.env("GIT_DREAM_CAPTURE", value);
    }
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Whoever does not read to the end is not to be told more.
    let _ = child.stdin.take().unwrap().write_all(told);
    let output = child.wait_with_output().unwrap();
    assert!(output.stdout.is_empty() && output.stderr.is_empty(), "{output:?}");
    output.status.code().unwrap()
}

fn ended(transcript: &Path, folder: &Path) -> Vec<u8> {
    let told = json!({
        "session_id": "x", "transcript_path": transcript, "cwd": folder, "permission_mode": "default",
        "hook_event_name": "SessionEnd", "reason": "prompt_input_exit",
    });
    told.to_string().into_bytes()
}

fn trouble(machine: &Machine<'_>) -> String {
    let status: Value =
        serde_json::from_str(&machine.dream(&["capture", "--status", "--json"]).ok()).unwrap();
    status["trouble"].to_string()
}

#[test]
fn a_session_that_is_over_is_captured_at_once_and_alone() {
    let team = Team::new();
    let ann = team.machine("ann", "ann");
    let path = ann.session("just-now", &ann.project, 1);
    // Written to a moment ago: an ordinary capture would wait.
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(std::time::SystemTime::now()).unwrap();
    ann.session("another", &ann.project, 1);
    assert_eq!(ann.capture()["unsettled"], 1);
    assert_eq!(team.inboxes(), ["another ann"]);
    assert_eq!(hook(&ann, &ended(&path, &ann.project), None), 0);
    assert_eq!(team.inboxes(), ["another ann", "just-now ann"]);
    // A turn that ends is not a session that ends.
    let path = ann.session("going-on", &ann.project, 1);
    std::fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_modified(std::time::SystemTime::now())
        .unwrap();
    let stop = String::from_utf8(ended(&path, &ann.project)).unwrap().replace("SessionEnd", "Stop");
    assert_eq!(hook(&ann, stop.as_bytes(), None), 0);
    assert_eq!((team.inboxes().len(), trouble(&ann).as_str()), (2, "[]"));
}

#[test]
fn nothing_that_a_hook_is_told_fails_the_agent() {
    let team = Team::new();
    let ann = team.machine("ann", "ann");
    let garbage: [&[u8]; 7] = [
        b"",
        b"\xff\xfe\x00garbage",
        b"{\"transcript_path\": 7}",
        b"{\"transcript_path\": \"/nowhere/at/all.jsonl\", \"hook_event_name\": \"SessionEnd\"}",
        b"{\"transcript_path\": \"../relative.jsonl\"}",
        b"[[[[[[[[",
        &[b'['; 2 << 20],
    ];
    for told in garbage {
        assert_eq!(hook(&ann, told, None), 0);
    }
    let said = trouble(&ann);
    assert!(said.contains("not what a hook is told") && said.contains("is not there"), "{said}");
    // A broken file of consent, and a memory that is gone.
    let path = ann.session("a", &ann.project, 1);
    let gone = team.sandbox.path("gone.git");
    std::fs::rename(&team.remote, &gone).unwrap();
    assert_eq!(hook(&ann, &ended(&path, &ann.project), None), 0);
    assert!(trouble(&ann).contains("could not be pushed"));
    std::fs::rename(&gone, &team.remote).unwrap();
    let config = ann.home.join("config/git-dream/projects.toml");
    let agreed = std::fs::read(&config).unwrap();
    std::fs::write(&config, "nonsense").unwrap();
    assert_eq!(hook(&ann, &ended(&path, &ann.project), None), 0);
    std::fs::write(&config, agreed).unwrap();
    assert!(trouble(&ann).contains("nothing is captured"));
    // What waits goes with the next capture, and then nothing is wrong any more.
    assert_eq!(Machine::counts(&ann.capture()), (0, 1, 0));
    assert_eq!((team.inboxes(), trouble(&ann)), (vec!["a ann".to_owned()], "[]".to_owned()));
}

#[test]
fn a_session_that_was_kept_out_at_its_end_stays_out() {
    let team = Team::new();
    let ann = team.machine("ann", "ann");
    let secret = ann.session("secret", &ann.project, 1);
    assert_eq!(hook(&ann, &ended(&secret, &ann.project), Some("0")), 0);
    let captured = ann.capture();
    assert_eq!(captured["not_captured"][0]["sessions"], 1, "{captured:#}");
    assert_eq!(team.inboxes(), Vec::<String>::new());
    // A transcript that names no folder belongs where its agent says that it works.
    let path = ann.home.join("s.jsonl");
    let text = std::fs::read_to_string(&secret).unwrap();
    let lines = text.lines().map(|line| {
        let mut line: Value = serde_json::from_str(line).unwrap();
        line.as_object_mut().unwrap().remove("cwd");
        format!("{line}\n")
    });
    std::fs::write(&path, lines.collect::<String>()).unwrap();
    rest(&path);
    assert_eq!(hook(&ann, &ended(&path, &ann.home), None), 0);
    assert_eq!(team.inboxes(), Vec::<String>::new());
    assert_eq!(hook(&ann, &ended(&path, &ann.project), None), 0);
    assert_eq!(team.inboxes(), ["secret ann"]);
}

#[test]
fn in_the_background_the_agent_does_not_wait() {
    let team = Team::new();
    let ann = team.machine("ann", "ann");
    let path = ann.session("a", &ann.project, 1);
    let mut command = ann.command(&["capture", "--hook", "--background"]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&ended(&path, &ann.project)).unwrap();
    assert!(child.wait().unwrap().success());
    // It comes in its own time.
    for _ in 0..600 {
        if !team.inboxes().is_empty() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    assert_eq!(team.inboxes(), ["a ann"]);
}
