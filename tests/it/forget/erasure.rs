//! What came from a session or a person is erased for good.

use super::sessions::{RAMP, failing, session, told};
use super::{Memory, learnings};
use crate::cli::json;
use crate::kill::{killed_at_any_instant, refs_and_locks};
use serde_json::Value;

/// What only one session says.
const SECRET: &str = "the vault of Agatha Quill is jammed";

/// A session with something that nobody else says, of a person who is in no other one.
fn hers() -> String {
    let mut events = failing("vault open", &format!("error: {SECRET}"), "vault open --gently");
    events.append(&mut RAMP[0](0));
    told("hers-1", "agatha", "Open the vault for Agatha Quill", events)
}

/// Every object that this can be reached from, as text.
fn objects(memory: &Memory, which: &[&str]) -> String {
    let listed = memory.git(&[&["rev-list", "--objects"], which].concat());
    let names = listed.lines().filter_map(|line| line.split(' ').next());
    names.map(|name| memory.git(&["cat-file", "-p", name])).collect::<Vec<_>>().join("\n")
}

fn forget(memory: &Memory, args: &[&str]) -> Value {
    let now = ["forget", "--json", "--now", "2026-03-01T00:00:00Z"];
    json(memory.sandbox.dream(&memory.dir, &[&now, args].concat()))
}

/// A memory that has dreamt on four sessions, one of them hers, in two cycles.
fn with_hers() -> (Memory, Value) {
    let mut memory = Memory::new();
    memory.dream(1, RAMP[0]);
    let mut all = vec![hers()];
    all.extend((10..12).map(|number| session(number, RAMP[0])));
    let report = memory.dream_on(&all);
    assert_eq!(learnings(&report).len(), 1, "{report:#}");
    (memory, report)
}

#[test]
fn nothing_of_an_erased_session_is_left_and_it_is_not_read_again() {
    let (mut memory, report) = with_hers();
    memory.merge(&report);
    memory.dream(1, RAMP[0]);
    let dry = forget(&memory, &["--session", "hers-1", "--dry-run"]);
    assert!(objects(&memory, &["refs/dream/ledger"]).contains(SECRET), "{dry:#}");
    let before = memory.git(&["rev-parse", "refs/dream/ledger"]);
    let told = forget(&memory, &["--session", "hers-1"]);
    assert_eq!((&dry["sessions"], &dry["learnings"]), (&told["sessions"], &told["learnings"]));
    assert_eq!(told["sessions"].as_array().unwrap().len(), 1, "{told:#}");
    assert_eq!(
        (&told["learnings"][0]["before"]["sessions"], &told["learnings"][0]["after"]["sessions"]),
        (&5.into(), &4.into())
    );

    let left = objects(&memory, &["refs/dream/ledger"]);
    for gone in [SECRET, "Agatha", "agatha", "hers-1"] {
        assert!(!left.contains(gone), "{gone} is left");
    }
    // Who else was there is still there, with the same history.
    assert_eq!(memory.git(&["rev-list", "--count", "refs/dream/ledger"]), "4");
    let status = json(memory.sandbox.dream(&memory.dir, &["status", "--json"]));
    assert_eq!(status["sessions"], 4);

    let again = memory.dream_on(&[hers()]);
    assert_eq!((&again["sessions"]["new"], &again["branch"]), (&0.into(), &Value::Null), "{again:#}");
    assert_eq!(again["sessions"]["erased"], 1, "{again:#}");
    let went_on = format!("{}\n{}", hers(), serde_json::json!({ "person": "And close it again." }));
    let longer = memory.dream_on(&[went_on]);
    let counted = ["new", "erased"].map(|name| longer["sessions"][name].as_u64());
    assert_eq!(counted, [Some(0), Some(1)], "a longer version of it is still it: {longer:#}");

    // Once the old objects are gone, nothing says it, caches included.
    let quoted = &told["quoted"][0];
    assert_eq!(quoted["branch"], "main", "{told:#}");
    assert!(
        told["commands"].as_array().unwrap().last().unwrap().as_str().unwrap().contains("git gc --prune=now")
    );
    memory.git(&["reflog", "expire", "--expire=now", "--all"]);
    memory.git(&["gc", "--quiet", "--prune=now"]);
    assert_ne!(memory.sandbox.try_git(&memory.dir, &["cat-file", "-e", &before]).status, 0);
    let all = memory.git(&["cat-file", "--batch-all-objects", "--batch"]);
    assert!(!all.contains(SECRET));
    for file in walkdir::WalkDir::new(memory.dir.join(".git/dream")).into_iter().map(Result::unwrap) {
        let content = std::fs::read(file.path()).unwrap_or_default();
        assert!(!String::from_utf8_lossy(&content).contains("Agatha"), "{}", file.path().display());
    }
    memory.sandbox.fsck(&memory.dir);
}

#[test]
fn a_lesson_that_loses_its_support_is_named_and_so_is_who_quotes_it() {
    let (memory, report) = with_hers();
    let branch = report["branch"].as_str().unwrap();
    let id = report["learnings"][0]["commit"].as_str().unwrap();
    let told = forget(&memory, &["--session", "hers-1"]);
    let lesson = &told["learnings"][0];
    assert_eq!(
        (&lesson["verdict"], &lesson["before"]["sessions"]),
        (&"pending".into(), &4.into()),
        "{told:#}"
    );
    assert_eq!(lesson["after"]["sessions"], 3);
    let quoted = &told["quoted"][0];
    assert_eq!((&quoted["branch"], &quoted["is_dream"]), (&branch.into(), &true.into()), "{told:#}");
    assert_eq!(quoted["commits"], serde_json::json!([id]));
    let rest: Vec<Value> =
        (0..2).map(|number| forget(&memory, &["--session", &format!("run-{}", number + 10)])).collect();
    let lost = rest.iter().find(|told| told["learnings"][0]["after"].is_null());
    assert!(lost.is_some(), "{rest:#?}");
    let text = objects(&memory, &["refs/dream/ledger"]);
    assert!(!text.contains("`ferry load` fails") && text.contains("(erased)"), "{text}");
}

#[test]
fn a_person_is_erased_from_the_ledger_and_from_inboxes() {
    let (mut memory, _) = with_hers();
    // Other machines have pushed what she did there.
    let mut other = Memory::new();
    let more = told("hers-2", "agatha", "Feed the cat of Agatha Quill", RAMP[0](0));
    other.dream_on(&[more, session(40, RAMP[0])]);
    let from = other.dir.to_str().unwrap();
    memory.git(&["fetch", "--quiet", from, "refs/dream/ledger:refs/dream/inbox/laptop"]);
    let mut phone = Memory::new();
    phone.dream_on(&[told("phone-1", "somebody", "Water the plants of Agatha Quill", RAMP[0](0))]);
    let its = phone.dir.to_str().unwrap();
    memory.git(&["fetch", "--quiet", its, "refs/dream/ledger:refs/dream/inbox/agatha"]);
    memory.git(&["remote", "add", "origin", from]);
    let before = memory.git(&["rev-parse", "refs/dream/inbox/agatha"]);

    let told = forget(&memory, &["--contributor", "Agatha"]);
    let sessions: Vec<&Value> =
        told["sessions"].as_array().unwrap().iter().map(|session| &session["source"]).collect();
    for id in ["hers-1", "hers-2", "phone-1"] {
        assert!(sessions.contains(&&id.into()), "{id}: {told:#}");
    }
    let left = objects(&memory, &["refs/dream/ledger", "--glob=refs/dream/inbox/*"]);
    assert!(!left.contains("Agatha") && left.contains("run-40"), "{left}");
    let commands: Vec<&str> = told["commands"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let push = format!("git push --force-with-lease=refs/dream/inbox/agatha:{before} origin ");
    assert!(commands.iter().any(|command| command.starts_with(&push)), "{commands:#?}");

    let unknown = memory.sandbox.dream(&memory.dir, &["forget", "--contributor", "agatha"]);
    assert_eq!(unknown.status, 2, "{unknown:?}");
    assert!(unknown.stderr.contains("person-"), "{unknown:?}");
    // She comes back with another machine's inbox: what was erased stays so.
    memory.git(&["fetch", "--quiet", from, "+refs/dream/ledger:refs/dream/inbox/laptop"]);
    let report = memory.dream(1, RAMP[0]);
    assert_eq!(memory.git(&["for-each-ref", "refs/dream/inbox"]), "", "folded in: {report:#}");
    assert!(!objects(&memory, &["refs/dream/ledger"]).contains("Agatha"));
}

#[test]
fn an_id_that_fits_nothing_or_several_changes_nothing() {
    let (memory, _) = with_hers();
    let before = memory.git(&["for-each-ref"]);
    for (id, said) in [("hers-9", "no session"), ("run-", "fits 3 sessions"), ("", "needs the id")] {
        let ran = memory.sandbox.dream(&memory.dir, &["forget", "--session", id]);
        assert_eq!(ran.status, 2, "{ran:?}");
        assert!(ran.stderr.contains(said), "{ran:?}");
    }
    assert_eq!(memory.git(&["for-each-ref"]), before);
}

#[test]
fn killed_at_any_instant_an_erasure_is_done_or_not_begun() {
    let (memory, _) = with_hers();
    let dry = forget(&memory, &["--session", "hers-1", "--dry-run"]);
    let id = dry["sessions"][0]["session"].as_str().unwrap().to_owned();
    let sandbox = &memory.sandbox;
    killed_at_any_instant(
        sandbox,
        &memory.dir,
        12,
        |dir| sandbox.dream_command(dir, &["forget", "--session", &id, "--now", "2026-03-01T00:00:00Z"]),
        |dir| refs_and_locks(sandbox, dir),
    );
}
