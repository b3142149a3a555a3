//! What a cycle owes to what it does not propose: inboxes, left-overs, outcomes that come late, and a dry run.

use crate::dream::{memory, run, sessions, titles, write};
use crate::ledger::{capture, digest};
use crate::sandbox::Sandbox;
use git_dream::ledger::{INBOXES, Ledger};
use git_dream::repo::Repo;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[test]
fn inboxes_are_folded_in_and_deleted_with_the_cycle() {
    let sandbox = Sandbox::new();
    let dir = memory(&sandbox, "m");
    let repo = Repo::open(&dir).unwrap();
    let (early, late) = (digest("early", Some("s1"), 3), digest("early and late", Some("s1"), 8));
    capture(&repo, "ann", "laptop-1", std::slice::from_ref(&early));
    capture(&repo, "ann", "laptop-2", std::slice::from_ref(&late));
    capture(&repo, "bob", "desk-1", std::slice::from_ref(&late));
    let nothing = sandbox.path("nothing");
    std::fs::create_dir(&nothing).unwrap();

    let report = run(&sandbox, &dir, &[&nothing], &[]);
    assert!(report["branch"].is_null() && !report["cycle"].is_null(), "{report:#}");
    assert_eq!(sandbox.git(&dir, &["for-each-ref", INBOXES]), "");
    let ledger = Ledger::open(&repo).unwrap();
    assert_eq!(ledger.folded_in().unwrap().len(), 2, "nothing that was captured is lost");
    assert_eq!(ledger.digests().unwrap().digests, [late], "captured later and longer");
    let lines = sandbox.git(&dir, &["grep", "--count", "", "refs/dream/ledger", "--", "sessions"]);
    assert!(lines.ends_with(":2"), "each session once: {lines}");
    assert!(run(&sandbox, &dir, &[&nothing], &[])["cycle"].is_null(), "folded in once and for all");
}

#[test]
fn what_found_no_room_waits_until_people_have_decided() {
    let sandbox = Sandbox::new();
    let dir = memory(&sandbox, "m");
    sandbox.git(&dir, &["config", "user.name", "Ann"]);
    sandbox.git(&dir, &["config", "user.email", "ann@example.com"]);
    sandbox.commit(&dir, &[("dream.toml", "[memory]\nmax_learnings = 1\n")], "One at a time");
    let file = write(&sandbox, "s.jsonl", &sessions(&sandbox));
    let first = run(&sandbox, &dir, &[&file], &[]);
    assert_eq!(titles(&first).len(), 1);
    assert!(first["left_over"].as_u64().unwrap() > 0);
    let waiting = run(&sandbox, &dir, &[&file], &[]);
    assert!(waiting["cycle"].is_null(), "the first one waits for review: {waiting:#}");
    sandbox.git(&dir, &["branch", "-D", first["branch"].as_str().unwrap()]);
    let second = run(&sandbox, &dir, &[&file], &[]);
    assert_eq!(titles(&second).len(), 1);
    assert_ne!(titles(&second), titles(&first), "what was rejected is not proposed again");
}

#[test]
fn a_dry_run_writes_nothing_at_all() {
    let sandbox = Sandbox::new();
    let dir = memory(&sandbox, "m");
    capture(&Repo::open(&dir).unwrap(), "ann", "laptop-1", &[digest("a", None, 1)]);
    let file = write(&sandbox, "s.jsonl", &sessions(&sandbox));
    let before = everything_in(&dir);
    let planned = run(&sandbox, &dir, &[&file], &["--dry-run"]);
    assert!(!titles(&planned).is_empty());
    assert!(planned["learnings"][0]["commit"].is_null(), "what is not written has no name: {planned:#}");
    assert_eq!(everything_in(&dir), before);
    assert_eq!(titles(&run(&sandbox, &dir, &[&file], &[])), titles(&planned));
}

#[test]
fn an_outcome_that_comes_late_reaches_the_ledger_and_the_last_one_wins() {
    let sandbox = Sandbox::new();
    let dir = memory(&sandbox, "m");
    let line = |ask: &str| {
        format!(
            r#"{{"messages":[{{"role":"user","content":"{ask}"}},{{"role":"assistant","content":"Done."}}]}}"#
        )
    };
    let folder = sandbox.path("runs");
    for (name, ask) in [("a", "count the jars"), ("b", "oil the hinges"), ("c", "sweep the floor")] {
        write(&sandbox, &format!("runs/{name}.jsonl"), &[line(ask)]);
    }
    let outcomes = |name: &str, rows: &str| write(&sandbox, name, &[rows.to_owned()]);
    let judged = |file: &Path| {
        let report = run(&sandbox, &dir, &[&folder], &["--outcomes", file.to_str().unwrap()]);
        (report["sessions"]["judged"].as_u64().unwrap(), report["cycle"].is_null())
    };
    let known = || {
        let repo = Repo::open(&dir).unwrap();
        let digests = Ledger::open(&repo).unwrap().digests().unwrap().digests;
        let told = digests.iter().map(|digest| {
            let job = digest.task.as_deref().unwrap_or_default().to_owned();
            (digest.ask.to_string(), (digest.outcome.map(|outcome| outcome.score), job))
        });
        told.collect::<BTreeMap<_, _>>()
    };
    run(&sandbox, &dir, &[&folder], &[]);
    let before = sandbox.git(&dir, &["rev-parse", "refs/dream/ledger"]);
    assert_eq!(known()["oil the hinges"], (None, String::new()));

    let by_file = outcomes("o1.csv", "file,outcome,job\na.jsonl,0,jars\nruns/b.jsonl,1,");
    assert_eq!(judged(&by_file), (2, false));
    assert_eq!(known()["count the jars"], (Some(0.0), "jars".to_owned()));
    assert_eq!(known()["oil the hinges"], (Some(1.0), String::new()));
    assert_eq!(judged(&by_file), (0, true), "what is known is no news");

    let id = Ledger::open(&Repo::open(&dir).unwrap()).unwrap().digests().unwrap().digests;
    let id = &id.iter().find(|digest| &*digest.ask == "count the jars").unwrap().session;
    let by_id = outcomes("o2.jsonl", &format!(r#"{{"session":"{id}","outcome":1}}"#));
    assert_eq!(judged(&by_id), (1, false));
    assert_eq!(known()["count the jars"], (Some(1.0), "jars".to_owned()), "the last one wins");
    assert_eq!(judged(&by_file), (1, false));
    assert_eq!(known()["count the jars"], (Some(0.0), "jars".to_owned()), "the last one wins");
    // Added to, never rewritten.
    let changed = sandbox.git(&dir, &["diff", "--name-status", &before, "refs/dream/ledger"]);
    assert!(changed.lines().all(|line| line.starts_with('A')), "{changed}");
    assert_eq!(changed.lines().filter(|line| line.contains("outcomes/")).count(), 3, "{changed}");
}

#[test]
fn a_run_that_finds_no_session_at_all_leaves_no_ledger() {
    let sandbox = Sandbox::new();
    let dir = memory(&sandbox, "m");
    let ran = sandbox.dream(&dir, &["run"]);
    assert_eq!(ran.status, 0);
    assert!(ran.stderr.contains(".claude") && ran.stderr.contains("--sessions"), "{ran:#?}");
    assert_eq!(sandbox.git(&dir, &["for-each-ref", "refs/dream"]), "");
}

/// Every file below a folder with its content.
fn everything_in(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = walkdir::WalkDir::new(dir).into_iter().map(|entry| entry.unwrap().into_path());
    files.filter(|path| path.is_file()).map(|path| (path.clone(), std::fs::read(&path).unwrap())).collect()
}
