//! The whole cycle, as a user runs it, on the real sessions that `demo` ships.

use crate::kill::{killed_at_any_instant, refs_and_locks};
use crate::sandbox::Sandbox;
use std::path::{Path, PathBuf};

/// The moment that every dream here is dated with.
pub(crate) const NOW: &str = "2026-01-05T02:00:00Z";

/// The shipped sessions, a line each.
pub(crate) fn sessions(sandbox: &Sandbox) -> Vec<String> {
    let dir = sandbox.path("shipped");
    sandbox.dream(&sandbox.path(""), &["demo", dir.to_str().unwrap(), "--now", NOW, "--quiet"]).ok();
    let text = std::fs::read_to_string(dir.join("sessions.jsonl")).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// A file of sessions.
pub(crate) fn write(sandbox: &Sandbox, name: &str, sessions: &[String]) -> PathBuf {
    let path = sandbox.path(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, sessions.join("\n") + "\n").unwrap();
    path
}

/// An empty memory repository.
pub(crate) fn memory(sandbox: &Sandbox, name: &str) -> PathBuf {
    sandbox.dream(&sandbox.path(""), &["init", name]).ok();
    sandbox.path(name)
}

/// Dreams on these files; gives what `--json` printed.
#[track_caller]
pub(crate) fn run(sandbox: &Sandbox, memory: &Path, files: &[&Path], more: &[&str]) -> serde_json::Value {
    let mut args = vec!["run", "--json", "--now", NOW, "--sessions"];
    args.extend(files.iter().map(|file| file.to_str().unwrap()));
    args.extend(more);
    serde_json::from_str(&sandbox.dream(memory, &args).ok()).unwrap()
}

/// The titles of what was proposed.
pub(crate) fn titles(report: &serde_json::Value) -> Vec<String> {
    let learnings = report["learnings"].as_array().unwrap();
    learnings.iter().map(|learning| learning["title"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_real_sessions_teach_is_said_in_words_to_act_on() {
    let sandbox = Sandbox::new();
    let file = write(&sandbox, "s/a.jsonl", &sessions(&sandbox));
    let memory = memory(&sandbox, "m");
    let report = run(&sandbox, &memory, &[&file], &[]);
    let branch = report["branch"].as_str().unwrap();
    let index = sandbox.git(&memory, &["show", &format!("{branch}:MEMORY.md")]);
    for (tool, words) in [
        ("book_reservation", "“payment amount” adds up to “total price”"),
        ("update_reservation_flights", "do not use “certificate” for “update reservation”"),
        ("update_reservation_flights", "“gift card balance” is enough"),
        ("update_reservation_flights", "there are enough “seats on flight …”"),
        ("update_reservation_flights", "“flight …” is available"),
    ] {
        assert!(index.lines().any(|line| line.contains(tool) && line.contains(words)), "{words}:\n{index}");
    }
    sandbox.fsck(&memory);
    // One commit a learning, each touching one note, the index last.
    let log = sandbox.git(&memory, &["log", "--reverse", "--format=%H", &format!("main..{branch}")]);
    let commits: Vec<&str> = log.lines().collect();
    let learnings = report["learnings"].as_array().unwrap();
    assert_eq!(commits.len(), learnings.len() + 1);
    for (commit, learning) in commits.iter().zip(learnings) {
        assert_eq!(learning["commit"], *commit);
        let touched = sandbox.git(&memory, &["show", "--format=", "--name-only", commit]);
        assert_eq!(learning["note"], touched.as_str());
        let named =
            sandbox.git(&memory, &["log", "-1", "--format=%(trailers:key=Dream-Pattern,valueonly)", commit]);
        assert_eq!(learning["pattern"], named.trim());
    }
    let touched = sandbox.git(&memory, &["show", "--format=", "--name-only", branch]);
    assert_eq!(touched, "MEMORY.md");
}

#[test]
fn the_same_inputs_give_the_same_commits() {
    let sandbox = Sandbox::new();
    let all = sessions(&sandbox);
    let whole = write(&sandbox, "whole/a.jsonl", &all);
    let (one, other) = all.split_at(70);
    let late = write(&sandbox, "parts/1.jsonl", other);
    let early = write(&sandbox, "parts/2.jsonl", one);
    let copy = write(&sandbox, "parts/copy of some.jsonl", &all[20..40]);
    let refs: Vec<String> = [
        (vec![whole.as_path()], "1"),
        (vec![whole.as_path()], "4"),
        (vec![late.as_path(), early.as_path(), copy.as_path()], "2"),
    ]
    .iter()
    .enumerate()
    .map(|(at, (files, threads))| {
        let memory = memory(&sandbox, &format!("m{at}"));
        run(&sandbox, &memory, files, &["--threads", threads]);
        sandbox.git(&memory, &["for-each-ref", "refs/heads"])
    })
    .collect();
    assert_eq!(refs[0], refs[1], "threads");
    assert_eq!(refs[0], refs[2], "order, files and copies");
}

#[test]
fn nothing_but_refs_and_objects_is_touched() {
    let sandbox = Sandbox::new();
    let file = write(&sandbox, "s.jsonl", &sessions(&sandbox));
    let memory = memory(&sandbox, "m");
    std::fs::write(memory.join("MEMORY.md"), "being edited\n").unwrap();
    std::fs::write(memory.join("staged.txt"), "staged\n").unwrap();
    sandbox.git(&memory, &["add", "staged.txt"]);
    let look = || {
        (
            sandbox.git(&memory, &["status", "--porcelain=v2", "--branch"]),
            sandbox.git(&memory, &["diff", "HEAD"]),
        )
    };
    let before = look();
    assert!(!run(&sandbox, &memory, &[&file], &[])["branch"].is_null());
    assert_eq!(look(), before);
}

#[test]
fn a_mistake_seen_once_a_week_is_a_pattern_in_week_three() {
    let sandbox = Sandbox::new();
    let shipped = sessions(&sandbox);
    let about =
        |needle: &str| shipped.iter().filter(|line| line.contains(needle)).cloned().collect::<Vec<_>>();
    let failing = about("certificate cannot be used to update reservation");
    assert!(failing.len() >= 3);
    let memory = memory(&sandbox, "m");
    let mut proposed = Vec::new();
    for (week, session) in failing.iter().take(3).enumerate() {
        let file = write(&sandbox, &format!("week{week}.jsonl"), std::slice::from_ref(session));
        proposed.push(
            titles(&run(&sandbox, &memory, &[&file], &[]))
                .iter()
                .filter(|t| t.contains("certificate"))
                .count(),
        );
    }
    assert_eq!(proposed, [0, 0, 1]);
}

#[test]
fn what_people_decided_holds() {
    let sandbox = Sandbox::new();
    let shipped = sessions(&sandbox);
    let memory = memory(&sandbox, "m");
    // What the evidence has to grow to is another test's matter.
    std::fs::write(memory.join("dream.toml"), "[memory]\ngrowth = 100.0\n").unwrap();
    let author = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"];
    sandbox.git(&memory, &[&author[..], &["commit", "--quiet", "--all", "-m", "Be stubborn"]].concat());
    let first = run(&sandbox, &memory, &[&write(&sandbox, "1.jsonl", &shipped[..120])], &[]);
    let branch = first["branch"].as_str().unwrap().to_owned();
    assert!(!titles(&first).is_empty());
    // Pending: the same session again says nothing, and a new one proposes nothing twice.
    let again = run(&sandbox, &memory, &[&sandbox.path("1.jsonl")], &[]);
    assert!(again["branch"].is_null() && again["sessions"]["new"] == 0, "{again:#}");
    let more = run(&sandbox, &memory, &[&write(&sandbox, "2.jsonl", &shipped[120..130])], &[]);
    assert!(titles(&more).iter().all(|title| !titles(&first).contains(title)), "{more:#}");
    // Rejected: its branch is gone.
    sandbox.git(&memory, &["branch", "-D", &branch]);
    let later = run(&sandbox, &memory, &[&write(&sandbox, "3.jsonl", &shipped[130..140])], &[]);
    assert!(titles(&later).iter().all(|title| !titles(&first).contains(title)), "{later:#}");
    let status: serde_json::Value =
        serde_json::from_str(&sandbox.dream(&memory, &["status", "--json"]).ok()).unwrap();
    assert_eq!(status["verdicts"]["rejected"].as_u64().unwrap() as usize, titles(&first).len());
}

#[test]
fn every_merged_learning_reverts_alone_after_later_cycles() {
    let sandbox = Sandbox::new();
    let shipped = sessions(&sandbox);
    let memory = memory(&sandbox, "m");
    let mut merged = Vec::new();
    for (at, part) in
        [&shipped[..60], &shipped[60..100], &shipped[100..130], &shipped[130..]].iter().enumerate()
    {
        let report = run(&sandbox, &memory, &[&write(&sandbox, &format!("{at}.jsonl"), part)], &[]);
        if let Some(branch) = report["branch"].as_str() {
            sandbox.git(
                &memory,
                &[
                    "-c",
                    "user.name=Ann",
                    "-c",
                    "user.email=a@b",
                    "merge",
                    "--quiet",
                    "--no-ff",
                    "--no-edit",
                    branch,
                ],
            );
            let commits = report["learnings"].as_array().unwrap().iter();
            merged.extend(
                commits.map(|l| {
                    (l["commit"].as_str().unwrap().to_owned(), l["note"].as_str().unwrap().to_owned())
                }),
            );
        }
    }
    assert!(merged.len() >= 3, "{merged:?}");
    for (at, (commit, note)) in merged.iter().enumerate() {
        if merged[at + 1..].iter().any(|(_, later)| later == note) {
            continue;
        }
        sandbox.git(&memory, &["-c", "user.name=Ann", "-c", "user.email=a@b", "revert", "--no-edit", commit]);
        sandbox.git(&memory, &["reset", "--quiet", "--hard", "HEAD~1"]);
    }
}

#[test]
fn a_killed_run_leaves_a_whole_repository() {
    let sandbox = Sandbox::new();
    let shipped = sessions(&sandbox);
    // As few sessions as make a branch: what is killed is the writing, not the reading.
    let failing = |line: &&String| line.contains("certificate cannot be used to update reservation");
    let few: Vec<String> = shipped.iter().filter(failing).take(4).cloned().collect();
    let file = write(&sandbox, "s.jsonl", &few);
    let memory = memory(&sandbox, "m");
    let command = |dir: &Path| {
        sandbox.dream_command(dir, &["run", "--quiet", "--now", NOW, "--sessions", file.to_str().unwrap()])
    };
    killed_at_any_instant(&sandbox, &memory, 100, command, |dir| refs_and_locks(&sandbox, dir));
}

#[test]
fn a_memory_can_be_a_folder_of_a_code_repository() {
    let sandbox = Sandbox::new();
    let file = write(&sandbox, "s.jsonl", &sessions(&sandbox));
    let code = sandbox.repo("code", &[("src/main.rs", "fn main() {}\n")]);
    sandbox.dream(&code, &["init", "--root", "docs/memory"]).ok();
    let report = run(&sandbox, &code, &[&file], &[]);
    let branch = report["branch"].as_str().unwrap();
    let touched = sandbox.git(&code, &["diff", "--name-only", &format!("main..{branch}")]);
    assert!(touched.lines().all(|path| path.starts_with("docs/memory/")), "{touched}");
    assert!(touched.lines().any(|path| path == "docs/memory/MEMORY.md"), "{touched}");
}

#[test]
fn init_never_overwrites_what_stands() {
    let sandbox = Sandbox::new();
    let dir = sandbox.repo("m", &[("MEMORY.md", "# Ours\n"), ("README.md", "ours\n")]);
    std::fs::write(dir.join("half.txt"), "staged by somebody\n").unwrap();
    sandbox.git(&dir, &["add", "half.txt"]);
    sandbox.dream(&dir, &["init"]).ok();
    assert_eq!(std::fs::read_to_string(dir.join("MEMORY.md")).unwrap(), "# Ours\n");
    assert_eq!(sandbox.git(&dir, &["status", "--porcelain"]), "A  half.txt");
    let head = sandbox.git(&dir, &["rev-parse", "HEAD"]);
    sandbox.dream(&dir, &["init"]).ok();
    assert_eq!(sandbox.git(&dir, &["rev-parse", "HEAD"]), head, "a second time changes nothing");
}

#[test]
fn mistakes_at_the_command_line_are_named_and_exit_with_2() {
    let sandbox = Sandbox::new();
    let memory = memory(&sandbox, "m");
    for (args, named) in [
        (vec!["run", "--sessions", "nowhere"], "nowhere"),
        (vec!["run", "--now", "tomorrow"], "tomorrow"),
        (vec!["run", "--outcomes", "none.csv", "--sessions", "."], "none.csv"),
        (vec!["frobnicate"], "frobnicate"),
        (vec!["demo", "."], "name another folder"),
    ] {
        let ran = sandbox.dream(&memory, &args);
        assert_eq!(ran.status, 2, "{args:?}: {ran:#?}");
        assert!(ran.stderr.contains(named), "{args:?}: {ran:#?}");
    }
    std::fs::write(memory.join("dream.toml"), "[mining]\nmin_sesions = 3\n").unwrap();
    sandbox.git(&memory, &["-c", "user.name=A", "-c", "user.email=a@b", "commit", "--quiet", "-am", "typo"]);
    let ran = sandbox.dream(&memory, &["run"]);
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("min_sesions"), "{ran:#?}");
    assert_eq!(sandbox.dream(&sandbox.path(""), &["run"]).status, 2, "no repository");
}

#[test]
fn input_of_any_kind_is_counted_and_stops_nothing() {
    let sandbox = Sandbox::new();
    let good = sessions(&sandbox);
    let dir = sandbox.path("s");
    write(&sandbox, "s/good.jsonl", &good);
    let half = &good[0][..good[0].len() / 2];
    for (name, content) in [
        ("truncated.jsonl", format!("{}\n{half}", good[1]).into_bytes()),
        ("binary.jsonl", vec![0, 159, 146, 150, 0, 1, 2]),
        ("empty.jsonl", Vec::new()),
        ("utf16.jsonl", good[2].encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("future.jsonl", br#"{"type":"warp","version":"99.0","payload":{}}"#.to_vec()),
        ("nested.jsonl", "[".repeat(100_000).into_bytes()),
        ("long.jsonl", [b"{\"traj\":\"".to_vec(), vec![b'x'; 20 << 20]].concat()),
        ("cyclic.jsonl", br#"{"type":"user","uuid":"a","parentUuid":"a","sessionId":"s","isSidechain":true,"message":{"role":"user","content":"hi"}}"#.to_vec()),
    ] {
        std::fs::write(dir.join(name), content).unwrap();
    }
    let memory = memory(&sandbox, "m");
    let report = run(&sandbox, &memory, &[&dir], &[]);
    assert!(report["sessions"]["read"].as_u64().unwrap() >= good.len() as u64);
    let skipped = report["skipped"].as_array().unwrap();
    for name in ["truncated", "binary", "empty", "future", "nested", "long"] {
        let about = |row: &&serde_json::Value| row["path"].as_str().unwrap().contains(name);
        let row = skipped.iter().find(about).unwrap_or_else(|| panic!("{name}: {skipped:#?}"));
        assert!(!row["reason"].as_str().unwrap().is_empty());
    }
    assert!(!report["branch"].is_null());
}
