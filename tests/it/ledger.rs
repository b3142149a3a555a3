//! The ledger, as git-dream and as plain git read it.

use crate::repo::{dreamer, moving, noon};
use crate::sandbox::Sandbox;
use git_dream::digest::Digest;
use git_dream::ledger::stat_cache::{Stat, StatCache};
use git_dream::ledger::{self, Addition, CycleRecord, INBOXES, LEDGER, LearningRecord, Ledger, Stamp};
use git_dream::repo::{Commit, Plan, RefMove, Repo, Signing};
use git_dream::session::SessionId;

fn stamp() -> Stamp {
    Stamp { identity: dreamer(), at: noon() }
}

/// A digest as a session with this content gives it; `calls` says how far the session had come.
pub(crate) fn digest(content: &str, source: Option<&str>, calls: u32) -> Digest {
    let session = SessionId::of(content.as_bytes());
    serde_json::from_value(serde_json::json!({
        "session": session, "source": source, "root": session, "agent": "codex", "contributor": "ann",
        "ask": "make it work", "counts": { "calls": calls, "failed": 0, "retries": 0, "turns": 1 },
    }))
    .unwrap()
}

fn record(cycle: &str) -> CycleRecord {
    CycleRecord {
        version: 1,
        cycle: cycle.to_owned(),
        at: noon(),
        learnings: vec![LearningRecord { title: format!("learnt in {cycle}"), ..LearningRecord::default() }],
        ..CycleRecord::default()
    }
}

/// Adds a cycle to the ledger.
fn add(repo: &Repo, cycle: &str, digests: &[Digest]) {
    let ledger = Ledger::open(repo).unwrap();
    let addition = Addition { cycle, digests, outcomes: &[], record: Some(&record(cycle)) };
    let added = ledger.append(&addition, &stamp()).unwrap();
    repo.move_refs(&[moving(LEDGER, ledger.tip(), Some(added))]).unwrap();
}

/// Adds to the inbox of a contributor.
pub(crate) fn capture(repo: &Repo, contributor: &str, name: &str, digests: &[Digest]) {
    let inbox = format!("{INBOXES}{contributor}");
    let tip = repo.resolve(&inbox).unwrap();
    let added =
        ledger::append(repo, tip, &Addition { cycle: name, digests, outcomes: &[], record: None }, &stamp())
            .unwrap();
    repo.move_refs(&[moving(&inbox, tip, Some(added))]).unwrap();
}

#[test]
fn what_is_added_is_read_again_and_is_readable_with_plain_git() {
    let sandbox = Sandbox::new();
    let dir = sandbox.repo("memory", &[("MEMORY.md", "# Memory\n")]);
    let repo = Repo::open(&dir).unwrap();
    let empty = Ledger::open(&repo).unwrap();
    assert!(
        empty.tip().is_none()
            && empty.seen().unwrap().is_empty()
            && empty.digests().unwrap().digests.is_empty()
    );

    let [a, b, c] = ["a", "b", "c"].map(|content| digest(content, None, 1));
    add(&repo, "2026-01-01", &[b.clone(), a.clone()]);
    add(&repo, "2026-01-02", std::slice::from_ref(&c));

    let ledger = Ledger::open(&repo).unwrap();
    let mut all = vec![a, b, c];
    all.sort_by(|one, other| one.session.cmp(&other.session));
    let seen: Vec<SessionId> = ledger.seen().unwrap().into_iter().collect();
    assert_eq!(seen, all.iter().map(|digest| digest.session.clone()).collect::<Vec<_>>());
    assert_eq!(ledger.digests().unwrap().digests, all);
    let (cycles, skipped) = ledger.cycles().unwrap();
    assert_eq!((cycles, skipped), (vec![record("2026-01-01"), record("2026-01-02")], vec![]));

    let files = sandbox.git(&dir, &["ls-tree", "-r", "--name-only", LEDGER]);
    let expected = [
        "README.md",
        "cycles/2026-01-01.json",
        "cycles/2026-01-02.json",
        "digests/2026-01-01.jsonl",
        "digests/2026-01-02.jsonl",
        "sessions/2026-01-01.txt",
        "sessions/2026-01-02.txt",
    ];
    assert_eq!(files, expected.join("\n"));
    assert_eq!(
        sandbox.git(&dir, &["log", "--format=%s", LEDGER]),
        "ledger: 2026-01-02, 1 session\nledger: 2026-01-01, 2 sessions"
    );
    sandbox.fsck(&dir);
}

#[test]
fn a_cycle_is_written_once() {
    let sandbox = Sandbox::new();
    let dir = sandbox.repo("memory", &[]);
    let repo = Repo::open(&dir).unwrap();
    add(&repo, "1", &[]);
    let ledger = Ledger::open(&repo).unwrap();
    let again = ledger
        .append(&Addition { cycle: "1", digests: &[], outcomes: &[], record: Some(&record("1")) }, &stamp());
    assert!(again.unwrap_err().to_string().contains("has a cycle named 1"));
    assert!(
        ledger
            .append(&Addition { cycle: "../1", digests: &[], outcomes: &[], record: None }, &stamp())
            .is_err()
    );
}

#[test]
fn inboxes_are_read_with_the_ledger_and_a_session_counts_once() {
    let sandbox = Sandbox::new();
    let dir = sandbox.repo("memory", &[]);
    let repo = Repo::open(&dir).unwrap();
    let early = digest("early", Some("s1"), 3);
    let late = digest("early and late", Some("s1"), 8);
    let other = digest("other", None, 1);
    add(&repo, "1", std::slice::from_ref(&early));
    capture(&repo, "ann", "laptop-1", &[late.clone(), other.clone()]);
    capture(&repo, "bob", "desk-1", std::slice::from_ref(&other));

    let ledger = Ledger::open(&repo).unwrap();
    assert_eq!(ledger.inboxes().len(), 2);
    assert_eq!((ledger.seen().unwrap().len(), ledger.folded_in().unwrap().len()), (3, 1));
    let waiting = ledger.waiting().unwrap().digests;
    let mut expected = vec![late, other];
    expected.sort_by(|one, other| one.session.cmp(&other.session));
    assert_eq!((ledger.digests().unwrap().digests, waiting), (expected.clone(), expected));
}

#[test]
fn a_broken_line_is_told_and_the_rest_is_read() {
    let sandbox = Sandbox::new();
    let dir = sandbox.repo("memory", &[]);
    let repo = Repo::open(&dir).unwrap();
    let whole = digest("a", None, 1);
    let line = serde_json::to_string(&whole).unwrap();
    let content = format!("{line}\n{{\"session\":\"\n\n\u{0}\n").into_bytes();
    let changes = vec![
        git_dream::repo::FileChange {
            path: "digests/1.jsonl".to_owned(),
            content: Some([content, b"\xff\n".to_vec()].concat()),
        },
        crate::repo::file("sessions/1.txt", "rubbish\n0123456789abcdef - -\n"),
        crate::repo::file("cycles/1.json", "{"),
    ];
    let commits = vec![Commit { message: "by hand".to_owned(), changes }];
    let plan = Plan { base: None, identity: dreamer(), at: noon(), signing: Signing::Never, commits };
    let tip = repo.write(&plan).unwrap()[0];
    repo.move_refs(&[RefMove { name: LEDGER.to_owned(), from: None, to: Some(tip), reason: String::new() }])
        .unwrap();

    let ledger = Ledger::open(&repo).unwrap();
    let read = ledger.digests().unwrap();
    assert_eq!(read.digests, vec![whole]);
    let places: Vec<_> = read.skipped.iter().map(|skipped| (&*skipped.path, skipped.line)).collect();
    let file = "refs/dream/ledger:digests/1.jsonl";
    assert_eq!(places, [(file, Some(2)), (file, Some(4)), (file, Some(5))]);
    assert_eq!(ledger.seen().unwrap().len(), 1);
    assert_eq!(ledger.cycles().unwrap().1.len(), 1);
}

#[test]
fn a_cycle_writes_no_more_objects_when_many_are_stored() {
    let sandbox = Sandbox::new();
    let dir = sandbox.repo("memory", &[]);
    let repo = Repo::open(&dir).unwrap();
    let objects = || -> u32 {
        let counted = sandbox.git(&dir, &["count-objects"]);
        counted.split(' ').next().unwrap().parse().unwrap()
    };
    let mut costs = Vec::new();
    for cycle in 0..30 {
        let before = objects();
        add(&repo, &format!("{cycle:03}"), &[digest(&format!("{cycle}"), None, 1)]);
        costs.push(objects() - before);
    }
    // Three files, their three folders, the root and the commit.
    assert!(costs[1..].iter().all(|cost| *cost == 8), "{costs:?}");
}

/// Prints what reading and adding costs on a ledger of 10,000 sessions in 300 cycles, loose and packed:
/// `cargo test --release --test it ledger::at_ten_thousand_sessions -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement; asserts nothing about time"]
fn at_ten_thousand_sessions() {
    let sandbox = Sandbox::new();
    let dir = sandbox.repo("memory", &[]);
    let repo = Repo::open(&dir).unwrap();
    let steps: Vec<String> = (0..100).map(|step| format!("tool-{} sub-{}", step % 17, step % 5)).collect();
    let digests = |cycle: usize, many: usize| -> Vec<Digest> {
        let content = |at: usize| format!("session {cycle} {at} of a measurement");
        let one = |at: usize| {
            let steps = steps.iter().map(|step| format!("{step} {:x}", cycle * at)).collect::<Vec<_>>();
            let mut digest = serde_json::to_value(digest(&content(at), Some(&content(at)), 40)).unwrap();
            digest["steps"] = steps.into();
            serde_json::from_value(digest).unwrap()
        };
        (0..many).map(one).collect()
    };
    let timed = |what: &str, work: &dyn Fn() -> usize| {
        let begun = std::time::Instant::now();
        let result = work();
        println!("{what}: {result} in {:.1} ms", begun.elapsed().as_secs_f64() * 1e3);
    };
    for cycle in 0..300 {
        add(&repo, &format!("{cycle:03}"), &digests(cycle, 34));
    }
    let bytes = serde_json::to_vec(&digests(7, 34)).unwrap().len() * 300;
    println!("bytes of digests: {bytes}");
    for (round, kind) in ["loose", "packed"].into_iter().enumerate() {
        timed(&format!("{kind}, open"), &|| Repo::open(&dir).map(|_| 1).unwrap());
        timed(&format!("{kind}, seen"), &|| Ledger::open(&repo).unwrap().seen().unwrap().len());
        timed(&format!("{kind}, digests"), &|| Ledger::open(&repo).unwrap().digests().unwrap().digests.len());
        let new = digests(1000 + round, 100);
        timed(&format!("{kind}, add"), &|| {
            add(&repo, &format!("new-{round}"), &new);
            new.len()
        });
        sandbox.git(&dir, &["gc", "--quiet"]);
    }
    let mut cache = StatCache::load(&repo, "measure");
    let stat = Stat::of(&std::fs::metadata(dir.join(".git/config")).unwrap()).unwrap();
    let much_later = std::time::SystemTime::now() + std::time::Duration::from_secs(60);
    let paths: Vec<_> =
        (0..10_000).map(|at| sandbox.path(&format!("home/.claude/projects/p/{at:036}.jsonl"))).collect();
    for path in &paths {
        cache.remember(path, &stat, &[SessionId::of(path.to_string_lossy().as_bytes())], much_later);
    }
    timed("stat cache, store", &|| cache.store().map(|()| 1).unwrap());
    timed("stat cache, load and look up", &|| {
        let cache = StatCache::load(&repo, "measure");
        paths.iter().filter(|path| cache.sessions(path, &stat).is_some()).count()
    });
}
