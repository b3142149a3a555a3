//! Ledgers, inboxes and dream branches between clones and a bare remote, through the real git.

use crate::dream::{NOW, run, sessions, write};
use crate::ledger::{capture, digest};
use crate::sandbox::Sandbox;
use git_dream::exchange::{Exchange, Fetched, Pushed, Shared};
use git_dream::ledger::{INBOXES, LEDGER, Ledger};
use git_dream::remote::{Failure, Remote};
use git_dream::repo::Repo;
use git_dream::settings::Settings;
use std::path::{Path, PathBuf};

/// A bare remote with a memory in it.
fn remote(sandbox: &Sandbox) -> PathBuf {
    let first = sandbox.path("first");
    sandbox.dream(&sandbox.path(""), &["init", "first"]).ok();
    sandbox.git(&sandbox.path(""), &["clone", "--quiet", "--bare", first.to_str().unwrap(), "remote.git"]);
    sandbox.path("remote.git")
}

fn clone(sandbox: &Sandbox, name: &str) -> PathBuf {
    sandbox.git(&sandbox.path(""), &["clone", "--quiet", "remote.git", name]);
    let dir = sandbox.path(name);
    sandbox.git(&dir, &["config", "user.name", name]);
    sandbox.git(&dir, &["config", "user.email", &format!("{name}@example.com")]);
    dir
}

fn with<T>(dir: &Path, act: impl FnOnce(&Exchange<'_>) -> T) -> T {
    let repo = Repo::open(dir).unwrap();
    let remote = Remote::find(&repo, None, "main").unwrap().unwrap();
    let settings = Settings::default();
    let now = NOW.parse().unwrap();
    act(&Exchange { repo: &repo, remote: &remote, settings: &settings, target: "main", now })
}

fn fetch(dir: &Path) -> Fetched {
    with(dir, |exchange| exchange.fetch().unwrap())
}

#[track_caller]
fn share(dir: &Path, branch: Option<&str>) -> Shared {
    with(dir, |exchange| {
        exchange.fetch().unwrap();
        exchange.share(branch).unwrap()
    })
}

/// How many sessions the ledger of a repository has.
fn known(dir: &Path) -> usize {
    let repo = Repo::open(dir).unwrap();
    Ledger::open(&repo).unwrap().folded_in().unwrap().len()
}

fn at(sandbox: &Sandbox, dir: &Path, name: &str) -> String {
    sandbox.try_git(dir, &["rev-parse", "--quiet", "--verify", name]).stdout.trim().to_owned()
}

#[test]
fn two_machines_that_dreamt_apart_come_to_one_ledger() {
    let sandbox = Sandbox::new();
    let remote = remote(&sandbox);
    let (ann, ben) = (clone(&sandbox, "ann"), clone(&sandbox, "ben"));
    let all = sessions(&sandbox);
    let first = write(&sandbox, "a.jsonl", &all[..60]);
    let second = write(&sandbox, "b.jsonl", &all[50..110]);
    let branch = run(&sandbox, &ann, &[&first], &[])["branch"].as_str().unwrap().to_owned();
    run(&sandbox, &ben, &[&second], &[]);
    let pushed = share(&ann, Some(&branch));
    assert_eq!((pushed.ledger, pushed.branch), (true, Some(Pushed::New)));
    assert_eq!(
        share(&ann, Some(&branch)),
        Shared { ledger: false, branch: Some(Pushed::Same), folded: vec![] }
    );
    // Ben's ledger grew apart from what is there now.
    assert!(share(&ben, None).ledger);
    assert!(fetch(&ann).ledger);
    assert!(!fetch(&ann).ledger && !fetch(&ben).ledger, "nothing is new any more");
    assert_eq!((known(&ann), known(&ben), known(&remote)), (110, 110, 110));
    assert_eq!(at(&sandbox, &ann, LEDGER), at(&sandbox, &remote, LEDGER));
    sandbox.fsck(&remote);
    // Whoever dreams next finds all of it known.
    let report = run(&sandbox, &ben, &[&first], &["--fetch"]);
    assert_eq!(report["sessions"]["new"], 0);
}

#[test]
fn an_inbox_is_fetched_folded_in_and_taken_away() {
    let sandbox = Sandbox::new();
    let remote = remote(&sandbox);
    let dreamer = clone(&sandbox, "dreamer");
    let inbox = format!("{INBOXES}eve");
    let bare = Repo::open(&remote).unwrap();
    capture(&bare, "eve", "monday", &[digest("one", None, 1), digest("two", None, 2)]);
    assert_eq!(fetch(&dreamer).inboxes, ["eve"]);
    assert_eq!(fetch(&dreamer), Fetched::default());
    assert_eq!(share(&dreamer, None).folded, [""; 0], "no cycle has folded it in yet");
    let none = write(&sandbox, "none.jsonl", &[]);
    let report = run(&sandbox, &dreamer, &[&none], &["--fetch"]);
    assert_eq!(report["sessions"]["new"], 2);
    // Eve goes on meanwhile: what is not folded in stays.
    capture(&bare, "eve", "tuesday", &[digest("three", None, 3)]);
    assert_eq!(share(&dreamer, None).folded, [""; 0]);
    assert_eq!(known(&remote), 2);
    run(&sandbox, &dreamer, &[&none], &["--fetch"]);
    assert_eq!(share(&dreamer, None).folded, ["eve"]);
    assert_eq!(
        (at(&sandbox, &remote, &inbox), at(&sandbox, &dreamer, &inbox)),
        (String::new(), String::new())
    );
    assert_eq!(known(&remote), 3);
}

#[test]
fn a_branch_that_reviewers_work_on_stays_theirs() {
    let sandbox = Sandbox::new();
    let remote = remote(&sandbox);
    let (ann, ben) = (clone(&sandbox, "ann"), clone(&sandbox, "ben"));
    let file = write(&sandbox, "a.jsonl", &sessions(&sandbox));
    let branch = run(&sandbox, &ann, &[&file], &[])["branch"].as_str().unwrap().to_owned();
    share(&ann, Some(&branch));
    sandbox.git(&ben, &["fetch", "--quiet"]);
    sandbox.git(&ben, &["checkout", "--quiet", &branch]);
    sandbox.git(&ben, &["reset", "--quiet", "--hard", "HEAD~2"]);
    sandbox.git(&ben, &["push", "--quiet", "--force"]);
    let theirs = at(&sandbox, &remote, &branch);
    assert_eq!(share(&ann, Some(&branch)).branch, Some(Pushed::Reviewed));
    assert_eq!(at(&sandbox, &remote, &branch), theirs);
    // Closing it is an answer, too.
    sandbox.git(&ben, &["push", "--quiet", "origin", "--delete", &branch]);
    let fetched = fetch(&ann);
    assert_eq!(fetched.closed, [branch.as_str()]);
    assert_eq!(share(&ann, Some(&branch)).branch, Some(Pushed::Closed));
    assert_eq!(at(&sandbox, &remote, &branch), "");
}

#[test]
fn what_was_decided_elsewhere_counts_before_it_is_pulled() {
    let sandbox = Sandbox::new();
    remote(&sandbox);
    let (ann, ben) = (clone(&sandbox, "ann"), clone(&sandbox, "ben"));
    let all = sessions(&sandbox);
    let file = write(&sandbox, "a.jsonl", &all[..100]);
    let branch = run(&sandbox, &ann, &[&file], &[])["branch"].as_str().unwrap().to_owned();
    share(&ann, Some(&branch));
    sandbox.git(&ben, &["pull", "--quiet"]);
    sandbox.git(&ben, &["merge", "--quiet", "--no-ff", "-m", "Take it up", &format!("origin/{branch}")]);
    sandbox.git(&ben, &["push", "--quiet", "origin", "main"]);
    sandbox.git(&ben, &["push", "--quiet", "origin", "--delete", &branch]);
    let file = write(&sandbox, "b.jsonl", &all);
    let next = run(&sandbox, &ann, &[&file], &["--fetch"]);
    let merged = sandbox.git(&ben, &["rev-parse", "main"]);
    assert_eq!(next["base"], merged, "the dream starts from what is there");
    let log: serde_json::Value = serde_json::from_str(&sandbox.dream(&ann, &["log", "--json"]).ok()).unwrap();
    let text = log.to_string();
    assert!(text.contains("merged") && !text.contains("rejected"), "{log:#}");
    // What changes the branch wants it as it is there.
    let refused = sandbox.dream(&ann, &["review", "--accept", "all"]);
    assert!(refused.status == 2 && refused.stderr.contains("git pull"), "{refused:?}");
    sandbox.git(&ann, &["pull", "--quiet"]);
    assert_eq!(sandbox.dream(&ann, &["review", "--accept", "all"]).status, 0);
}

#[test]
fn what_is_erased_on_one_machine_goes_everywhere() {
    let sandbox = Sandbox::new();
    let remote = remote(&sandbox);
    let (ann, ben) = (clone(&sandbox, "ann"), clone(&sandbox, "ben"));
    let all = sessions(&sandbox);
    let first = write(&sandbox, "a.jsonl", &all[..40]);
    let second = write(&sandbox, "b.jsonl", &all[40..60]);
    run(&sandbox, &ann, &[&first], &[]);
    share(&ann, None);
    fetch(&ben);
    run(&sandbox, &ben, &[&second], &[]);
    let erased =
        Ledger::open(&Repo::open(&ann).unwrap()).unwrap().folded_in().unwrap().into_iter().next().unwrap();
    sandbox.dream(&ann, &["forget", "--session", erased.as_str()]).ok();
    share(&ann, None);
    assert!(fetch(&ben).ledger);
    share(&ben, None);
    fetch(&ann);
    for dir in [&ann, &ben, &remote] {
        let found =
            sandbox.try_git(dir, &["grep", "-e", erased.as_str(), LEDGER, "--", "digests", "sessions"]);
        assert_eq!((found.status, found.stdout.as_str()), (1, ""), "{dir:?}");
        assert_eq!(known(dir), 60);
        sandbox.fsck(dir);
        let history = sandbox.git(dir, &["log", "-p", "--format=", LEDGER, "--", "digests"]);
        assert!(!history.contains(erased.as_str()), "{dir:?}");
    }
}

#[test]
fn a_remote_that_fails_says_why_and_nothing_moves() {
    let sandbox = Sandbox::new();
    let remote = remote(&sandbox);
    let ann = clone(&sandbox, "ann");
    let file = write(&sandbox, "a.jsonl", &sessions(&sandbox));
    let branch = run(&sandbox, &ann, &[&file], &[])["branch"].as_str().unwrap().to_owned();
    let before = at(&sandbox, &ann, LEDGER);
    let failure = |branch: Option<&str>| {
        let error = with(&ann, |exchange| exchange.share(branch)).unwrap_err();
        error.downcast::<Failure>().unwrap()
    };
    let hook = remote.join("hooks/pre-receive");
    std::fs::write(&hook, "#!/bin/sh\necho 'memory is frozen' >&2\nexit 1\n").unwrap();
    sandbox.git(&ann, &["update-index", "--refresh"]);
    make_executable(&hook);
    if !cfg!(windows) {
        let said = failure(Some(&branch));
        assert!(matches!(&said, Failure::Refused(says) if says.contains("memory is frozen")), "{said:?}");
        assert_eq!(at(&sandbox, &remote, &branch), "", "neither the branch nor the ledger");
        assert_eq!(at(&sandbox, &remote, LEDGER), "");
    }
    std::fs::remove_file(&hook).unwrap();
    sandbox.git(&ann, &["remote", "set-url", "origin", "http://127.0.0.1:9/none.git"]);
    assert!(matches!(failure(None), Failure::Unreachable(_)));
    let ran = sandbox.dream(&ann, &["run", "--fetch"]);
    assert_eq!(ran.status, 3, "{ran:?}");
    sandbox.git(&ann, &["remote", "set-url", "origin", sandbox.path("nowhere").to_str().unwrap()]);
    assert!(matches!(failure(None), Failure::Missing(_)));
    sandbox.git(&ann, &["remote", "remove", "origin"]);
    let ran = sandbox.dream(&ann, &["run", "--fetch"]);
    assert!(ran.status == 2 && ran.stderr.contains("git remote add"), "{ran:?}");
    assert_eq!(at(&sandbox, &ann, LEDGER), before);
}

#[cfg(unix)]
fn make_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(not(unix))]
fn make_executable(_: &Path) {}
