//! What somebody meets who uses the program for the first time.

use crate::sandbox::{Ran, Sandbox};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The moment that every dream here is dated with.
pub(crate) const NOW: &str = "2026-01-05T02:00:00Z";

/// A command that fails in every session, what it says, and the call that works.
pub(crate) type Mistake<'a> = (&'a str, &'a str, &'a str);

pub(crate) const FERRY: Mistake<'_> =
    ("ferry load crates", "error: the ramp is still up", "ferry load crates --lower-ramp");

/// A folder of five short sessions of different jobs, in each of which one command fails until a flag is added;
/// a name with a space in it, because people have those.
pub(crate) fn transcripts(sandbox: &Sandbox) -> PathBuf {
    transcripts_of(sandbox, "old sessions", &[FERRY])
}

/// The same with these mistakes.
pub(crate) fn transcripts_of(sandbox: &Sandbox, folder: &str, mistakes: &[Mistake<'_>]) -> PathBuf {
    let folder = sandbox.path(folder);
    std::fs::create_dir_all(&folder).unwrap();
    let asks =
        ["Repair the pump", "Paint the north wall", "Count all lanterns", "Write to Ada", "Move house"];
    for (number, ask) in asks.iter().enumerate() {
        let mut lines: Vec<String> = Vec::new();
        let mut say = |kind: &str, content: Value| {
            let at = lines.len();
            let (uuid, parent) =
                (format!("{number}-{at}"), at.checked_sub(1).map(|at| format!("{number}-{at}")));
            let line = serde_json::json!({
                "type": kind, "sessionId": format!("session-{number}"), "uuid": uuid, "parentUuid": parent,
                "isSidechain": false, "userType": "external", "cwd": format!("/srv/p{number}"), "version": "2.0.1",
                "timestamp": format!("2025-12-0{}T10:00:{at:02}Z", number + 1),
                "message": {"role": kind, "content": content},
            });
            lines.push(line.to_string());
        };
        let call = |id: &str, command: &str| serde_json::json!([{"type": "tool_use", "id": id, "name": "Bash", "input": {"command": command}}]);
        let answer = |id: &str, text: &str, failed: bool| serde_json::json!([{"type": "tool_result", "tool_use_id": id, "content": text, "is_error": failed}]);
        say("user", serde_json::json!(ask));
        for (at, (failing, error, working)) in mistakes.iter().enumerate() {
            let (first, second) = (format!("a{at}"), format!("b{at}"));
            say("assistant", call(&first, failing));
            say("user", answer(&first, &format!("Exit code 4\n{error}"), true));
            say("assistant", call(&second, working));
            say("user", answer(&second, "done", false));
        }
        std::fs::write(folder.join(format!("session-{number}.jsonl")), lines.join("\n") + "\n").unwrap();
    }
    folder
}

pub(crate) fn run(sandbox: &Sandbox, dir: &Path, more: &[&str]) -> Ran {
    let folder = transcripts(sandbox);
    let mut args = vec!["run", "--now", NOW, "--sessions", folder.to_str().unwrap()];
    args.extend(more);
    sandbox.dream(dir, &args)
}

pub(crate) fn json(ran: Ran) -> Value {
    serde_json::from_str(&ran.ok()).unwrap()
}

/// A memory with one dream in it that waits for review: the repository and the branch.
pub(crate) fn dreamt(sandbox: &Sandbox, name: &str) -> (PathBuf, String) {
    let memory = sandbox.repo(name, &[]);
    sandbox.dream(&memory, &["init", "--quiet"]).ok();
    let report = json(run(sandbox, &memory, &["--json"]));
    (memory, report["branch"].as_str().unwrap().to_owned())
}

#[test]
fn what_run_prints_for_programs_has_every_promised_field() {
    let sandbox = Sandbox::new();
    let memory = sandbox.repo("m", &[]);
    sandbox.dream(&memory, &["init"]).ok();
    let report = json(run(&sandbox, &memory, &["--json"]));
    for field in ["version", "cycle", "base", "branch", "sessions", "skipped", "learnings", "refused"] {
        assert!(report.get(field).is_some(), "{field}: {report:#}");
    }
    assert_eq!((&report["version"], &report["sessions"]["new"]), (&Value::from(1), &Value::from(5)));
    let learning = &report["learnings"][0];
    for field in ["commit", "change", "kind", "note", "title", "pattern", "grade"] {
        assert!(learning[field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {learning:#}");
    }
    assert_eq!(learning["support"]["sessions"], 5);
    let again = json(run(&sandbox, &memory, &["--json"]));
    assert_eq!((&again["branch"], &again["learnings"]), (&Value::Null, &Value::Array(Vec::new())));
}

#[test]
fn every_command_prints_json_with_a_version_and_nothing_else() {
    let sandbox = Sandbox::new();
    let (memory, _) = dreamt(&sandbox, "m");
    let folder = transcripts(&sandbox);
    let folder = folder.to_str().unwrap();
    for args in [
        vec!["init", "--json"],
        vec!["status", "--json"],
        vec!["--json"],
        vec!["log", "--json"],
        vec!["impact", "--json"],
        vec!["run", "--json", "--dry-run", "--sessions", folder],
        vec!["audit", "--json", "--sessions", folder],
    ] {
        let printed = json(sandbox.dream(&memory, &args));
        assert_eq!(printed["version"], 1, "{args:?}: {printed:#}");
    }
}

#[test]
fn a_folder_named_with_c_is_where_everything_happens() {
    let sandbox = Sandbox::new();
    let (memory, branch) = dreamt(&sandbox, "m");
    let elsewhere = sandbox.repo("elsewhere", &[("a.txt", "a\n")]);
    let named = memory.to_str().unwrap();
    let status = sandbox.dream(&elsewhere, &["-C", named, "status"]).ok();
    assert!(status.contains(&branch), "{status}");
    std::fs::write(memory.join("near.jsonl"), "{}\n").unwrap();
    sandbox.dream(&elsewhere, &["-C", named, "run", "--dry-run", "--sessions", "near.jsonl"]).ok();
    let nowhere = sandbox.dream(&memory, &["-C", "no-such-folder", "status"]);
    assert_eq!((nowhere.status, nowhere.stdout.as_str()), (2, ""), "{nowhere:#?}");
    assert!(nowhere.stderr.contains("no-such-folder"), "{nowhere:#?}");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let sandbox = Sandbox::new();
    let (memory, _) = dreamt(&sandbox, "m");
    for args in [&["log"][..], &["status", "--json"], &["completions", "zsh"], &["man"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = sandbox.dream_command(&memory, args).stdout(writer).output().unwrap();
        assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0), "{args:?}: {output:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_with_what_could_not_be_written() {
    let sandbox = Sandbox::new();
    let (memory, _) = dreamt(&sandbox, "m");
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = sandbox.dream_command(&memory, &["log"]).stdout(full).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3));
    assert!(said.contains("standard output") && said.contains("No space left"), "{said}");
}

#[test]
fn colours_are_for_terminals() {
    let sandbox = Sandbox::new();
    let memory = sandbox.repo("m", &[]);
    let made = sandbox.dream(&memory, &["init"]);
    let ran = run(&sandbox, &memory, &[]);
    let looked = [sandbox.dream(&memory, &["status"]), sandbox.dream(&memory, &["log", "--verbose"])];
    for ran in [made, ran].iter().chain(&looked) {
        assert_eq!(ran.status, 0, "{ran:#?}");
        assert!(!ran.stdout.contains('\u{1b}') && !ran.stderr.contains('\u{1b}'), "{ran:#?}");
    }
}

/// Only some file systems take such names.
#[cfg(target_os = "linux")]
#[test]
pub(crate) fn transcripts_are_read_whatever_bytes_their_names_have() {
    use std::os::unix::ffi::OsStrExt;
    let sandbox = Sandbox::new();
    let memory = sandbox.repo("m", &[]);
    sandbox.dream(&memory, &["init", "--quiet"]).ok();
    let folder = transcripts(&sandbox);
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = [b"\xff", path.file_name().unwrap().as_bytes()].concat();
        std::fs::rename(&path, folder.join(std::ffi::OsStr::from_bytes(&name))).unwrap();
    }
    let command = ["run", "--json", "--now", NOW, "--sessions", folder.to_str().unwrap()];
    let report = json(sandbox.dream(&memory, &command));
    assert_eq!(
        (&report["sessions"]["new"], &report["skipped"]),
        (&Value::from(5), &Value::Array(Vec::new()))
    );
}

#[test]
fn nothing_to_read_is_explained() {
    let sandbox = Sandbox::new();
    let memory = sandbox.repo("m", &[]);
    sandbox.dream(&memory, &["init"]).ok();
    let none = sandbox.dream(&memory, &["run"]);
    assert!(none.status == 0 && none.stderr.contains("--sessions"), "{none:#?}");
    assert_eq!(sandbox.git(&memory, &["for-each-ref", "refs/dream"]), "", "nothing to keep of it");
    std::fs::write(sandbox.path("junk.json"), "[1, 2, 3]").unwrap();
    let junk = sandbox.dream(&memory, &["run", "--sessions", "../junk.json"]);
    assert!(junk.status == 0 && junk.stderr.contains("none of these files"), "{junk:#?}");
    assert_eq!(sandbox.git(&memory, &["branch", "--list", "dream/*"]), "");
}

#[test]
fn the_manual_names_every_command() {
    let sandbox = Sandbox::new();
    let page = sandbox.dream(&sandbox.path(""), &["man"]).ok();
    assert!(page.lines().any(|line| line.starts_with(".TH git-dream 1")), "{page}");
    for command in ["init", "demo", "audit", "run", "check", "status", "log", "completions"] {
        let heading = format!(".SH \"GIT DREAM {}\"", command.to_uppercase());
        assert!(page.lines().any(|line| line == heading), "{command}:\n{page}");
    }
    assert!(page.contains("dry\\-run") && page.contains("no\\-commit"), "{page}");
    sandbox.dream(&sandbox.path(""), &["man", "share/man1"]).ok();
    let run = std::fs::read_to_string(sandbox.path("share/man1/git-dream-run.1")).unwrap();
    assert!(run.contains("dry\\-run"), "{run}");
    assert!(sandbox.path("share/man1/git-dream.1").is_file());
}

/// Typed both ways, since people type `git dream`.
#[cfg(unix)]
#[test]
fn bash_completes_commands_and_their_options() {
    let sandbox = Sandbox::new();
    let script = sandbox.dream(&sandbox.path(""), &["completions", "bash"]).ok();
    let asked = r#"
        COMP_WORDS=(git-dream run --dr); COMP_CWORD=2; _git__dream git-dream --dr run; echo "${COMPREPLY[*]}"
        COMP_WORDS=(git dream st); COMP_CWORD=2; _git_dream; echo "${COMPREPLY[*]}"
        COMP_WORDS=(git -C x dream init --r); COMP_CWORD=5; _git_dream; echo "${COMPREPLY[*]}"
    "#;
    let mut command = sandbox.command("bash", &sandbox.path(""));
    let output = command.args(["--norc", "-c", &format!("{script}\n{asked}")]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "--dry-run\nstatus\n--root\n", "{output:?}");
}
