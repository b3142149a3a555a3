//! What people would not have stays away: rejections hold, in other words too, until there is new evidence.

mod erasure;
mod sessions;

use crate::cli::json;
use crate::sandbox::Sandbox;
use serde_json::Value;
use sessions::{FLOWS, RAMP, SHORT, Saying, session};
use std::path::PathBuf;

/// A memory, and the sessions that it has dreamt on so far.
pub(crate) struct Memory {
    pub(crate) sandbox: Sandbox,
    pub(crate) dir: PathBuf,
    cycles: u32,
    sessions: usize,
}

impl Memory {
    pub(crate) fn new() -> Memory {
        let sandbox = Sandbox::new();
        let dir = sandbox.repo("m", &[]);
        sandbox.dream(&dir, &["init", "--quiet"]).ok();
        Memory { sandbox, dir, cycles: 0, sessions: 0 }
    }

    /// Dreams, a week after the last time, on so many new sessions in which this is said.
    #[track_caller]
    pub(crate) fn dream(&mut self, count: usize, saying: Saying) -> Value {
        let new = self.sessions..self.sessions + count;
        self.sessions += count;
        let lines: Vec<String> = new.map(|number| session(number, saying)).collect();
        self.dream_on(&lines)
    }

    /// The same, on these.
    #[track_caller]
    pub(crate) fn dream_on(&mut self, sessions: &[String]) -> Value {
        self.cycles += 1;
        let file = self.sandbox.path(&format!("cycle-{}.jsonl", self.cycles));
        std::fs::write(&file, sessions.join("\n") + "\n").unwrap();
        let now = format!("2026-02-{:02}T02:00:00Z", self.cycles);
        let args = ["run", "--json", "--now", &now, "--sessions", file.to_str().unwrap()];
        json(self.sandbox.dream(&self.dir, &args))
    }

    #[track_caller]
    pub(crate) fn git(&self, args: &[&str]) -> String {
        self.sandbox.git(&self.dir, args)
    }

    /// Takes a dream; gives its learnings.
    #[track_caller]
    pub(crate) fn merge(&self, report: &Value) -> Vec<Value> {
        self.git(&["merge", "--quiet", "--no-ff", "--no-edit", report["branch"].as_str().unwrap()]);
        report["learnings"].as_array().unwrap().clone()
    }
}

/// The learnings of a report.
fn learnings(report: &Value) -> &[Value] {
    report["learnings"].as_array().unwrap()
}

#[test]
fn a_rejection_holds_in_other_words_until_there_is_new_evidence() {
    for (kind, [first, reworded]) in [("mistake", RAMP), ("preference", SHORT), ("playbook", FLOWS)] {
        let mut memory = Memory::new();
        memory.dream_on(&sessions::of_other_work());
        let report = memory.dream(8, first);
        let [learning] = learnings(&report) else { panic!("{kind}: {report:#}") };
        assert_eq!(learning["kind"], kind);
        memory.merge(&report);
        let note = learning["note"].as_str().unwrap();
        memory.git(&["rm", "--quiet", note]);
        memory.git(&["commit", "--quiet", "--author=Bea <bea@example.com>", "-m", "We load by hand now"]);
        let rejected = memory.git(&["rev-parse", "HEAD"]);

        let held = memory.dream(3, reworded);
        assert_eq!(learnings(&held), &[] as &[Value], "{kind}: three sessions are less than half of eight");
        let again = memory.dream(1, reworded);
        let [again] = learnings(&again) else { panic!("{kind}: {again:#}") };
        let reopened = &again["reopened"];
        assert_eq!(
            (&reopened["who"], &reopened["commit"], &reopened["reason"], &reopened["sessions_since"]),
            (&"Bea".into(), &rejected.as_str().into(), &"We load by hand now".into(), &4.into()),
            "{kind}: {again:#}"
        );
        let message = memory.git(&["log", "-1", "--format=%B", again["commit"].as_str().unwrap()]);
        let (body, trailers) = message.split_once("Dream-Cycle: ").unwrap();
        let said = format!("rejected before: note deleted by Bea on 2026-01-01 with {}", &rejected[..10]);
        assert!(body.contains(&said) && body.contains("We load by hand now"), "{kind}: {message}");
        assert!(body.contains("New since then: 4 independent sessions"), "{kind}: {message}");
        assert!(trailers.lines().skip(1).all(|line| line.starts_with("Dream-")), "{kind}: {message}");
        // What is pending now is not proposed beside itself in the old words.
        assert_eq!(learnings(&memory.dream(4, first)), &[] as &[Value], "{kind}");
        memory.sandbox.fsck(&memory.dir);
    }
}

#[test]
fn what_was_there_when_people_decided_is_not_new() {
    let mut memory = Memory::new();
    let report = memory.dream(4, RAMP[0]);
    // It waits while its evidence grows; then its branch is deleted.
    assert_eq!(learnings(&memory.dream(6, RAMP[0])), &[] as &[Value]);
    memory.git(&["branch", "--quiet", "-D", report["branch"].as_str().unwrap()]);
    assert_eq!(learnings(&memory.dream(1, RAMP[0])), &[] as &[Value], "one session since then");
    let again = memory.dream(1, RAMP[0]);
    assert_eq!(again["learnings"][0]["reopened"]["sessions_since"], 2, "{again:#}");
    let message =
        memory.git(&["log", "-1", "--format=%B", again["learnings"][0]["commit"].as_str().unwrap()]);
    assert!(message.contains("rejected before: branch deleted (git does not keep by whom)"), "{message}");
}

#[test]
fn another_mistake_of_the_same_command_is_not_held_back() {
    let mut memory = Memory::new();
    let report = memory.dream(4, RAMP[0]);
    memory.git(&["branch", "--quiet", "-D", report["branch"].as_str().unwrap()]);
    let other = memory.dream(3, |_| {
        sessions::failing("ferry load crates", "error: the hold is full", "ferry load crates --deck")
    });
    assert_eq!(learnings(&other).len(), 1, "{other:#}");
}

#[test]
fn another_wish_about_the_same_thing_is_not_held_back() {
    let mut memory = Memory::new();
    memory.dream_on(&sessions::of_other_work());
    let report = memory.dream(4, SHORT[0]);
    memory.git(&["branch", "--quiet", "-D", report["branch"].as_str().unwrap()]);
    let other = memory.dream(4, sessions::DOCUMENTED);
    let [other] = learnings(&other) else { panic!("{other:#}") };
    assert_eq!(other["note"], "preferences/always-document-functions-with-an-example.md");
    assert_ne!(other["pattern"], report["learnings"][0]["pattern"]);
    // What was rejected stays away beside it.
    assert_eq!(learnings(&memory.dream(1, SHORT[0])), &[] as &[Value]);
}

#[test]
fn a_forgotten_note_stays_away_whatever_the_evidence_until_that_is_reverted() {
    for (kind, [first, reworded]) in [("mistake", RAMP), ("preference", SHORT), ("playbook", FLOWS)] {
        let mut memory = Memory::new();
        memory.dream_on(&sessions::of_other_work());
        let report = memory.dream(4, first);
        let learning = memory.merge(&report).remove(0);
        let note = learning["note"].as_str().unwrap().to_owned();
        let token = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
        let reason = format!("Boats are gone;\ntoken {token}");
        let ran = memory
            .sandbox
            .dream(&memory.dir, &["forget", &note, "--json", "--now", "2026-02-20", "--reason", &reason]);
        let told = json(ran);
        let commit = memory.git(&["rev-parse", "HEAD"]);
        assert_eq!(
            (&told["version"], &told["commit"]),
            (&1.into(), &commit.as_str().into()),
            "{kind}: {told:#}"
        );
        assert_eq!(told["patterns"], serde_json::json!([learning["pattern"]]));

        // The working tree came along, the index of MEMORY.md too, and the note says why it lies where it lies.
        assert_eq!(memory.git(&["status", "--porcelain"]), "");
        assert!(!std::fs::read_to_string(memory.dir.join("MEMORY.md")).unwrap().contains(&note));
        let archived = std::fs::read_to_string(memory.dir.join("archive").join(&note)).unwrap();
        assert!(
            archived.contains("status: retired") && archived.contains("Boats are gone; token"),
            "{archived}"
        );
        let message = memory.git(&["log", "-1", "--format=%an%n%(trailers)"]);
        let trailers =
            ["Dream-Change: forget", &format!("Dream-Kind: {kind}"), "Dream-Reason: Boats are gone; token"];
        assert!(
            message.starts_with("Ann\n") && trailers.iter().all(|line| message.contains(line)),
            "{message}"
        );
        assert!(!message.contains(token) && !archived.contains(token));

        for (count, saying) in [(4, first), (4, reworded), (6, first)] {
            assert_eq!(learnings(&memory.dream(count, saying)), &[] as &[Value], "{kind}");
        }
        let status = memory.sandbox.dream(&memory.dir, &["status"]).ok();
        assert!(status.contains("forgotten by Ann on 2026-02-20"), "{status}");
        let again = memory.sandbox.dream(&memory.dir, &["forget", &note, "--reason", "again"]);
        assert_eq!(again.status, 2, "{again:?}");
        assert!(again.stderr.contains("forgotten already by Ann"), "{again:?}");

        memory.git(&["revert", "--no-edit", &commit]);
        let log = json(memory.sandbox.dream(&memory.dir, &["log", "--json"]));
        let cycles = log["cycles"].as_array().unwrap().iter();
        let verdicts = cycles.flat_map(|cycle| cycle["learnings"].as_array().unwrap().clone());
        let verdicts: Vec<Value> = verdicts.map(|learning| learning["verdict"].clone()).collect();
        assert_eq!(verdicts, ["merged"], "{kind}: reverted, so that it stands again");
        memory.git(&["rm", "--quiet", &note]);
        memory.git(&["commit", "--quiet", "-m", "Not needed"]);
        let again = memory.dream(2, first);
        assert_eq!(learnings(&again).len(), 1, "{kind}: a rejection that is not for good ends: {again:#}");
        memory.sandbox.fsck(&memory.dir);
    }
}

#[test]
fn whoever_puts_a_forgotten_note_back_wants_it() {
    let mut memory = Memory::new();
    let report = memory.dream(4, RAMP[0]);
    let note = memory.merge(&report)[0]["note"].as_str().unwrap().to_owned();
    memory.sandbox.dream(&memory.dir, &["forget", &note, "--reason", "no boats"]).ok();
    memory.git(&["mv", &format!("archive/{note}"), &note]);
    memory.git(&["commit", "--quiet", "-m", "There are boats"]);
    let log = json(memory.sandbox.dream(&memory.dir, &["log", "--json"]));
    assert_eq!(log["cycles"][0]["learnings"][0]["verdict"], "edited", "{log:#}");
}

#[test]
fn what_cannot_be_forgotten_says_why_and_changes_nothing() {
    let mut memory = Memory::new();
    let forget = |memory: &Memory, args: &[&str]| {
        let ran = memory.sandbox.dream(&memory.dir, &[&["forget"], args].concat());
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{ran:?}");
        ran.stderr
    };
    assert!(forget(&memory, &["ramp", "--reason", "x"]).contains("has none"));
    let report = memory.dream(4, RAMP[0]);
    let note = report["learnings"][0]["note"].as_str().unwrap().to_owned();
    assert!(forget(&memory, &[&note, "--reason", "x"]).contains("waits for review on dream/"));
    memory.merge(&report);
    assert!(forget(&memory, &[&note]).contains("say why"));
    assert!(forget(&memory, &["nothing-like-it", "--reason", "x"]).contains(&note));
    std::fs::write(memory.dir.join(&note), "being edited\n").unwrap();
    let before = memory.git(&["rev-parse", "main"]);
    assert!(forget(&memory, &[&note, "--reason", "x"]).contains("local changes are in the way"));
    assert_eq!(memory.git(&["rev-parse", "main"]), before);
    memory.git(&["checkout", "--quiet", &note]);
    let dry = memory.sandbox.dream(&memory.dir, &["forget", &note, "--reason", "x", "--dry-run"]);
    assert!(dry.stderr.contains("would go to archive/"), "{dry:?}");
    assert_eq!(memory.git(&["rev-parse", "main"]), before);
}

#[test]
fn notes_of_people_and_pinned_ones_go_too_and_it_says_so() {
    let memory = Memory::new();
    let note =
        "---\nname: tides\ndescription: Mind the tides.\nkind: mistake\nstatus: pinned\n---\n\nMind them.\n";
    memory.sandbox.commit(&memory.dir, &[("mistakes/tides.md", note)], "Mind the tides");
    let ran = memory.sandbox.dream(&memory.dir, &["forget", "tides", "--reason", "we left the sea"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.stderr.contains("It was pinned") && ran.stderr.contains("people wrote it"), "{ran:?}");
    assert!(
        memory.dir.join("archive/mistakes/tides.md").exists()
            && !memory.dir.join("mistakes/tides.md").exists()
    );
}

#[test]
fn a_clone_without_the_ledger_is_told_to_fetch_it_before_it_forgets() {
    let mut memory = Memory::new();
    let report = memory.dream(5, RAMP[0]);
    let note = memory.merge(&report)[0]["note"].as_str().unwrap().to_owned();
    let Memory { sandbox, dir, .. } = &memory;
    let clone = sandbox.path("clone");
    sandbox.git(dir, &["clone", "--quiet", ".", clone.to_str().unwrap()]);
    for (key, value) in [("user.name", "Ann"), ("user.email", "ann@example.com")] {
        sandbox.git(&clone, &["config", key, value]);
    }
    let fetch = "git fetch origin refs/dream/ledger:refs/dream/ledger";
    for args in [&["status"][..], &["log"], &["forget", &note, "--reason", "No more."]] {
        let ran = sandbox.dream(&clone, args);
        assert!(ran.stderr.contains(fetch), "{args:?}: {ran:#?}");
    }
    let why = sandbox.dream(&clone, &["why", &note]).ok();
    assert!(why.contains(fetch) && !why.contains("people wrote it"), "{why}");
    sandbox.git(&clone, &fetch.split(' ').skip(1).collect::<Vec<_>>());
    let done = json(sandbox.dream(&clone, &["forget", &note, "--reason", "No more.", "--json"]));
    assert_eq!(done["patterns"].as_array().unwrap().len(), 1, "{done:#}");
    // It is one note, which has moved, and not two.
    let part: String = note.chars().skip_while(|c| *c != '/').skip(1).take(12).collect();
    assert_eq!(sandbox.dream(&clone, &["why", &part]).status, 0);
}
