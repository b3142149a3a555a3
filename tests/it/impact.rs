//! What `git dream impact` says of notes that help, that do nothing, and that are new.

use crate::cli::{FERRY, Mistake, NOW, dreamt, json};
use crate::dream::write;
use crate::sandbox::Sandbox;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Three commands that fail, in the order of their notes.
const MISTAKES: [Mistake; 3] = [
    FERRY,
    ("kiln fire tiles", "error: the damper is shut", "kiln fire tiles --open-damper"),
    ("loom weave cloth", "error: no shuttle on this side", "loom weave cloth --swap-shuttle"),
];

/// What a session does with one of them.
#[derive(Clone, Copy, PartialEq)]
enum Does {
    /// It never runs the command.
    Nothing,
    /// It fails first.
    Fails,
    /// It is right at once.
    Works,
}

/// A session of a job of its own, on the `day` of a year that begins in December 2025; the notes that it reads.
fn session(number: usize, day: usize, does: [Does; 3], reads: &[&str]) -> String {
    let at = jiff::civil::date(2025, 12, 1).checked_add(jiff::Span::new().days(day as i64)).unwrap();
    let at = format!("{at}T10:00:00Z");
    let mut lines = vec![
        json!({ "git_dream": 1, "id": format!("s{number}"), "agent": "codex", "job": format!("errand {number}") }),
        json!({ "person": format!("Run errand {number}"), "at": at }),
    ];
    let mut call = |line: &str, output: &str, ok: bool| {
        let status = if ok { "returned" } else { "failed" };
        lines.push(
            json!({ "at": at, "call": { "tool": "shell", "args": { "command": line }, "status": status,
            "exit": if ok { 0 } else { 4 }, "output": output } }),
        );
    };
    for note in reads {
        call(&format!("cat memory/{note}"), "---", true);
    }
    for ((wrong, error, right), does) in MISTAKES.iter().zip(does) {
        if does == Does::Fails {
            call(wrong, error, false);
        }
        if does != Does::Nothing {
            call(right, "done", true);
        }
    }
    lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n")
}

/// Dreams on these sessions; gives the report. A dream on what came before the merge is the earlier one: of two at the
/// same moment, the one with the smaller name would be.
#[track_caller]
fn dream(sandbox: &Sandbox, memory: &Path, name: &str, sessions: &[String]) -> Value {
    let file = write(sandbox, name, sessions);
    let now = if name == "before.jsonl" { NOW } else { "2026-01-06T02:00:00Z" };
    json(sandbox.dream(memory, &["run", "--json", "--now", now, "--sessions", file.to_str().unwrap()]))
}

/// A memory whose dream of three notes was merged on the first of January, after 30 sessions that failed in every
/// second one, with the paths of the notes in the order of the mistakes.
fn merged(sandbox: &Sandbox, settings: &str) -> (PathBuf, Vec<String>) {
    let memory = sandbox.repo("m", &[("dream.toml", settings)]);
    let before: Vec<String> = (0..30)
        .map(|n| session(n, n, [if n % 2 == 0 { Does::Fails } else { Does::Works }; 3], &[]))
        .collect();
    let report = dream(sandbox, &memory, "before.jsonl", &before);
    let mut notes: Vec<String> = report["learnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|learning| learning["note"].as_str().unwrap().to_owned())
        .collect();
    notes.sort();
    assert_eq!(notes.len(), 3, "{report:#}");
    let branch = report["branch"].as_str().unwrap();
    sandbox.git(&memory, &["merge", "--quiet", "--no-ff", "--no-edit", branch]);
    (memory, notes)
}

/// 60 sessions since: the first note helps who reads it, the second one helps nobody, and hardly anybody runs the third
/// command any more. Every other session reads both.
fn since(notes: &[String]) -> Vec<String> {
    let session = |n: usize| {
        let reads = n.is_multiple_of(2);
        let fails = |of: usize| if (n / 2).is_multiple_of(of) { Does::Fails } else { Does::Works };
        let ferry = if reads { Does::Works } else { fails(2) };
        let loom = if n < 4 { Does::Works } else { Does::Nothing };
        let notes: Vec<&str> = notes.iter().take(2).map(String::as_str).filter(|_| reads).collect();
        session(100 + n, 40 + n, [ferry, fails(2), loom], &notes)
    };
    (0..60).map(session).collect()
}

/// The figures of a note.
#[track_caller]
fn of<'v>(report: &'v Value, note: &str) -> &'v Value {
    let notes = report["notes"].as_array().unwrap();
    notes.iter().find(|one| one["note"] == note).unwrap_or_else(|| panic!("{note}: {report:#}"))
}

#[test]
fn what_works_what_does_nothing_and_what_is_new_are_told_apart() {
    let sandbox = Sandbox::new();
    let (memory, notes) = merged(&sandbox, "");
    let early = json(sandbox.dream(&memory, &["impact", "--json"]));
    assert_eq!((&early["version"], &early["sessions"]), (&json!(1), &json!(30)));
    for note in &notes {
        assert_eq!(of(&early, note)["effect"], "too-early", "{early:#}");
    }
    dream(&sandbox, &memory, "since.jsonl", &since(&notes));
    let report = json(sandbox.dream(&memory, &["impact", "--json"]));
    let [ferry, kiln, loom] = [0, 1, 2].map(|at| of(&report, &notes[at]));
    let counts =
        |note: &Value, name: &str| (note[name]["hits"].as_u64().unwrap(), note[name]["of"].as_u64().unwrap());
    for (note, read, unread) in
        [(ferry, (0, 30), (15, 30)), (kiln, (15, 30), (15, 30)), (loom, (0, 0), (0, 4))]
    {
        assert_eq!(counts(note, "before"), (15, 30), "{note:#}");
        assert_eq!((counts(note, "read"), counts(note, "unread")), (read, unread), "{note:#}");
    }
    assert_eq!((&ferry["effect"], &ferry["claim"]), (&json!("works"), &json!("within-agents")), "{ferry:#}");
    assert_eq!(loom["effect"], "too-early", "{loom:#}");
    assert_ne!(kiln["effect"], "works", "{kiln:#}");
    let merge = sandbox.git(&memory, &["rev-parse", "main"]);
    assert_eq!(
        (&ferry["merged"]["by"]["commit"], &ferry["merged"]["by"]["name"]),
        (&json!(merge), &json!("Ann"))
    );
    assert_eq!(ferry["merged"]["at"], "2026-01-01T00:00:00Z");
    assert_eq!(ferry["last_read"], "2026-03-09T10:00:00Z");
    let weeks = ferry["weeks"].as_array().unwrap();
    let total: u64 = weeks.iter().map(|week| week["of"].as_u64().unwrap()).sum();
    assert_eq!(total, 90);
    let text = sandbox.dream(&memory, &["impact"]).ok();
    assert!(text.starts_with(&format!("works  {}", notes[0])), "{text}");
    assert!(text.contains("too early (n=4)") && text.contains("│"), "{text}");
    let one = sandbox.dream(&memory, &["impact", &notes[2]]).ok();
    assert!(one.starts_with("too early") && !one.contains(&notes[0]), "{one}");
}

#[test]
fn a_note_that_is_read_for_long_and_changes_nothing_is_to_be_revised() {
    let sandbox = Sandbox::new();
    let (memory, notes) = merged(&sandbox, "[memory]\ngrowth = 100.0\n");
    let again = |part: usize| {
        since(&notes).iter().map(|s| s.replace("errand ", &format!("errand {part}-"))).collect::<Vec<_>>()
    };
    for part in 0..4 {
        let sessions: Vec<String> =
            again(part).iter().map(|s| s.replace("\"s1", &format!("\"s{part}-1"))).collect();
        dream(&sandbox, &memory, &format!("{part}.jsonl"), &sessions);
    }
    let report = json(sandbox.dream(&memory, &["impact", "--json"]));
    assert_eq!(of(&report, &notes[1])["effect"], "ineffective", "{report:#}");
    assert_eq!(of(&report, &notes[0])["effect"], "works", "{report:#}");
}

#[test]
fn a_note_is_the_same_one_after_it_was_moved_and_under_a_folder() {
    let sandbox = Sandbox::new();
    let (memory, notes) = merged(&sandbox, "[memory]\nroot = \"docs/memory\"\n");
    dream(&sandbox, &memory, "since.jsonl", &since(&notes));
    let moved = "mistakes/mind-the-ramp.md";
    sandbox.git(&memory, &["mv", &format!("docs/memory/{}", notes[0]), &format!("docs/memory/{moved}")]);
    sandbox.git(&memory, &["commit", "--quiet", "-m", "Call it what it is about"]);
    for asked in [moved, &format!("docs/memory/{moved}"), "mind-the-ramp", &notes[0]] {
        let report = json(sandbox.dream(&memory, &["impact", "--json", asked]));
        let ferry = of(&report, moved);
        assert_eq!(report["notes"].as_array().unwrap().len(), 1, "{asked}");
        assert_eq!((&ferry["effect"], &ferry["read"]["of"]), (&json!("works"), &json!(30)), "{ferry:#}");
    }
}

#[test]
fn where_there_is_nothing_to_measure_it_says_so() {
    let sandbox = Sandbox::new();
    let (memory, branch) = dreamt(&sandbox, "m");
    let quiet = sandbox.dream(&memory, &["impact"]);
    assert_eq!((quiet.status, quiet.stdout.as_str()), (0, ""), "{quiet:#?}");
    assert!(quiet.stderr.contains("nothing to measure"), "{quiet:#?}");
    let empty = json(sandbox.dream(&memory, &["impact", "--json"]));
    assert_eq!((&empty["version"], &empty["notes"]), (&json!(1), &json!([])));
    let unknown = sandbox.dream(&memory, &["impact", "no-such-note"]);
    assert_eq!(unknown.status, 2, "{unknown:#?}");
    sandbox.git(&memory, &["merge", "--quiet", &branch]);
    let wrong = sandbox.dream(&memory, &["impact", "no-such-note"]);
    assert!(wrong.status == 2 && wrong.stderr.contains("mistakes/"), "{wrong:#?}");
    let outside = sandbox.dream(&sandbox.path("home"), &["impact"]);
    assert_eq!((outside.status, outside.stdout.as_str()), (2, ""), "{outside:#?}");
    let unborn = sandbox.path("unborn");
    sandbox.git(&sandbox.path(""), &["init", "--quiet", unborn.to_str().unwrap()]);
    let unborn = sandbox.dream(&unborn, &["impact"]);
    assert!(unborn.status == 2 && unborn.stderr.contains("no commit yet"), "{unborn:#?}");
    sandbox.git(&memory, &["checkout", "--quiet", "--detach"]);
    let detached = sandbox.dream(&memory, &["impact"]);
    assert!(detached.status == 2 && detached.stderr.contains("git switch"), "{detached:#?}");
}

#[test]
fn where_every_session_shows_it_nothing_can_be_compared_and_that_is_said() {
    let sandbox = Sandbox::new();
    let memory = sandbox.repo("m", &[]);
    let failing = |first: usize, days: usize| -> Vec<String> {
        let does = [Does::Fails, Does::Nothing, Does::Nothing];
        (first..first + 12).map(|n| session(n, days + n, does, &[])).collect()
    };
    let report = dream(&sandbox, &memory, "before.jsonl", &failing(0, 0));
    let branch = report["branch"].as_str().unwrap();
    sandbox.git(&memory, &["merge", "--quiet", "--no-ff", "--no-edit", branch]);
    dream(&sandbox, &memory, "since.jsonl", &failing(12, 60));
    let report = json(sandbox.dream(&memory, &["impact", "--json"]));
    let note = &report["notes"][0];
    assert_eq!((&note["before"]["hits"], &note["after"]["hits"]), (&json!(12), &json!(12)), "{note:#}");
    assert_eq!((&note["effect"], &note["claim"]), (&json!("too-early"), &json!("alike")), "{note:#}");
    assert_eq!(note["power"], Value::Null, "{note:#}");
    let text = sandbox.dream(&memory, &["impact"]).ok();
    assert!(text.contains("came out the same") && !text.contains("chance of"), "{text}");
}

#[test]
fn what_was_seen_is_kept_until_there_is_more_and_changes_nothing() {
    let sandbox = Sandbox::new();
    let (memory, notes) = merged(&sandbox, "");
    let ask = || json(sandbox.dream(&memory, &["impact", "--json"]));
    let kept = memory.join(".git/dream/cache/seen");
    let first = ask();
    assert!(kept.exists());
    assert_eq!(ask(), first);
    std::fs::write(&kept, "damaged").unwrap();
    assert_eq!(ask(), first);
    // A note that is no longer there changes what stands, and nothing that was seen.
    sandbox.git(&memory, &["rm", "--quiet", &notes[0]]);
    sandbox.git(&memory, &["commit", "--quiet", "-m", "We do without"]);
    let seen = std::fs::read(&kept).unwrap();
    let fewer = ask();
    assert_eq!(fewer["notes"].as_array().unwrap().len(), 2, "{fewer:#}");
    assert_eq!(std::fs::read(&kept).unwrap(), seen);
    dream(&sandbox, &memory, "since.jsonl", &since(&notes));
    assert_eq!(ask()["sessions"], 90);
}
