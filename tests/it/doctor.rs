//! What the doctor finds, and what it says to do about it.

use crate::capture::Team;
use crate::cli;
use crate::sandbox::{Ran, Sandbox};
use serde_json::Value;

/// What was found about a part: how it is, in what words, and what to do.
#[track_caller]
fn found(ran: Ran, part: &str) -> Vec<(String, String, String)> {
    assert!(ran.status <= 1, "{ran:?}");
    let wire: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(wire["version"], 1);
    let findings: Vec<&Value> = wire["findings"].as_array().unwrap().iter().collect();
    let is_any_problem = findings.iter().any(|finding| finding["health"] == "problem");
    assert_eq!(ran.status == 1, is_any_problem, "the exit status says whether something does not work");
    let text = |finding: &Value, field: &str| finding[field].as_str().unwrap_or_default().to_owned();
    let of_part = findings.into_iter().filter(|finding| finding["part"] == part);
    of_part.map(|finding| (text(finding, "health"), text(finding, "what"), text(finding, "remedy"))).collect()
}

#[track_caller]
fn assert_one(findings: &[(String, String, String)], health: &str, what: &str, remedy: &str) {
    let fits = |(is, says, advises): &(String, String, String)| {
        is == health && says.contains(what) && advises.contains(remedy)
    };
    assert!(
        findings.iter().any(fits),
        "no {health} that says {what:?} and advises {remedy:?}: {findings:#?}"
    );
}

#[test]
fn who_starts_is_told_how() {
    let sandbox = Sandbox::new();
    let nowhere = sandbox.path("nowhere");
    std::fs::create_dir_all(&nowhere).unwrap();
    let look = |part| found(sandbox.dream(&nowhere, &["doctor", "--json"]), part);
    assert_one(&look("memory"), "note", "no memory is for", "git dream init");
    assert_one(&look("sessions"), "note", "no agent left transcripts", "--sessions");
    assert_one(&look("capture"), "note", "no project is connected", "git dream connect --memory");
    assert_eq!(look("dreams"), []);
    let memory = sandbox.repo("memory", &[]);
    sandbox.dream(&memory, &["init", "--quiet"]).ok();
    let look = |part| found(sandbox.dream(&memory, &["doctor", "--json"]), part);
    assert_one(&look("memory"), "well", "0 notes on main", "");
    assert_one(&look("dreams"), "note", "nothing was dreamt yet", "git dream run");
}

#[test]
fn why_nothing_was_learnt_is_told() {
    let sandbox = Sandbox::new();
    let (memory, branch) = cli::dreamt(&sandbox, "memory");
    let now = "2026-02-02T00:00:00Z";
    let look = |part| found(sandbox.dream(&memory, &["doctor", "--json", "--now", now]), part);
    assert_one(&look("dreams"), "note", "for review", "git dream review");
    assert_one(&look("dreams"), "note", "days ago", "git dream schedule");
    sandbox.git(&memory, &["merge", "--quiet", &branch]);
    assert_one(&look("dreams"), "well", "people decided", "");

    // One session of one job: nothing recurs.
    let alone = sandbox.repo("alone", &[]);
    sandbox.dream(&alone, &["init", "--quiet"]).ok();
    let folder = cli::transcripts(&sandbox);
    let session = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    sandbox.dream(&alone, &["run", "--quiet", "--now", now, "--sessions", session.to_str().unwrap()]).ok();
    let found_alone = found(sandbox.dream(&alone, &["doctor", "--json", "--now", now]), "dreams");
    assert_one(&found_alone, "note", "nothing recurred in 3 sessions of 2 jobs", "git dream audit");
}

#[test]
fn what_does_not_work_is_a_problem_with_a_remedy() {
    let team = Team::new();
    let ann = team.machine("ann", "ann");
    let look = |part| found(ann.dream(&["doctor", "--json"]), part);
    assert_one(&look("capture"), "note", "nothing captured yet", "git dream capture");
    let transcript = ann.session("s1", &ann.project, 3);
    assert_one(&look("sessions"), "well", "1 transcript in", "");
    ann.capture();
    assert_one(&look("capture"), "well", "all of it is pushed", "");

    // A hook that nobody watched fails.
    let told = serde_json::json!({ "transcript_path": transcript.with_file_name("gone.jsonl"), "cwd": ann.project,
        "hook_event_name": "SessionEnd" });
    let mut hook = ann.command(&["capture", "--hook"]);
    let mut child = hook.stdin(std::process::Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), told.to_string().as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    assert_one(&look("capture"), "problem", "is not there", "git dream capture");

    // A memory elsewhere that was not fetched, and a note that cannot be read.
    let address = format!("file://{}", team.remote.display());
    let away = team.sandbox.path("away.git");
    std::fs::rename(&team.remote, &away).unwrap();
    ann.dream(&["connect", "--memory", &address, "--as", "ann", "--yes"]).ok();
    assert_one(&look("memory"), "problem", "was not fetched yet", "git dream capture");
    std::fs::rename(&away, &team.remote).unwrap();
    std::fs::create_dir_all(team.clone.join("mistakes")).unwrap();
    std::fs::write(team.clone.join("mistakes/broken.md"), "---\nname: [\n---\n").unwrap();
    team.sandbox.git(&team.clone, &["add", "."]);
    team.sandbox.git(&team.clone, &["commit", "--quiet", "-m", "A broken note"]);
    team.sandbox.git(&team.clone, &["push", "--quiet", "origin", "HEAD"]);
    ann.capture();
    assert_one(&look("memory"), "problem", "1 of them cannot be read", "git dream status");
    assert_one(&look("memory"), "well", "just now", "");
    assert_one(&look("dreams"), "well", "not here", "");

    // An agent whose settings somebody broke.
    assert_one(&look("agents"), "note", "none is connected", "git dream connect claude-code");
    ann.dream(&["connect", "claude-code", "--yes"]).ok();
    assert_one(&look("agents"), "well", "claude-code is connected", "");
    std::fs::write(ann.home.join(".claude/settings.json"), "{\"hooks\": [").unwrap();
    assert_one(&look("agents"), "problem", "settings of claude-code cannot be read", "mend");

    // An agreement that cannot be understood.
    std::fs::write(ann.home.join("config/git-dream/projects.toml"), "[[projects]]\n").unwrap();
    assert_one(&look("capture"), "problem", "nothing is captured", "");
}
