//! A review that is killed at any instant, and one that races with others.

use super::dreamt::{Dreamt, LATER};
use crate::cli::json;
use std::process::{Child, Stdio};
use std::time::Duration;

fn start(dreamt: &Dreamt, args: &[&str]) -> Child {
    let mut all = vec!["review", "--json", "--now", LATER];
    all.extend(args);
    let mut command = dreamt.sandbox.dream_command(&dreamt.dir, &all);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// What the repository shows of a review: the target has moved, a refusal is remembered, the branch is gone.
fn traces(dreamt: &Dreamt, before: &str) -> [bool; 3] {
    let refused = dreamt.git("ls-tree --name-only refs/dream/ledger").contains("decisions");
    [dreamt.git("rev-parse main") != before, refused, !dreamt.has_branch()]
}

#[test]
fn killed_at_any_instant_everything_has_landed_or_nothing() {
    let dreamt = Dreamt::new();
    let before = dreamt.git("rev-parse main");
    let refs = dreamt.git("for-each-ref --format=%(refname)_%(objectname)");
    let reject = format!("{}=no", dreamt.note(1));
    for wait in 0..12 {
        let mut review = start(&dreamt, &["--accept", "all", "--reject", &reject]);
        std::thread::sleep(Duration::from_millis(wait * wait * 4));
        review.kill().unwrap();
        review.wait().unwrap();
        // The next command that writes completes what was left.
        json(dreamt.review(&["--json"]));
        let traces = traces(&dreamt, &before);
        assert!(traces == [true; 3] || traces == [false; 3], "after {wait}: {traces:?}");
        assert_eq!(dreamt.git("status --porcelain"), "", "after {wait}");
        dreamt.sandbox.fsck(&dreamt.dir);
        if traces == [true; 3] {
            // As it was, for the next one.
            dreamt.git(&format!("reset --quiet --hard {before}"));
            for line in refs.lines() {
                let (name, at) = line.split_once('_').unwrap();
                dreamt.git(&format!("update-ref {name} {at}"));
            }
        }
    }
}

#[test]
fn reviews_and_commits_at_the_same_time_lose_nothing_and_double_nothing() {
    let dreamt = Dreamt::new();
    let before = dreamt.git("rev-parse main");
    let accepts: Vec<Child> = (0..3).map(|at| start(&dreamt, &["--accept", dreamt.note(at)])).collect();
    // Somebody else's commit on the same branch, as `git commit` makes it.
    let tree = dreamt.git("rev-parse main^{tree}");
    let theirs = dreamt.git(&format!("commit-tree {tree} -p main -m Theirs"));
    let moved = dreamt.sandbox.try_git(&dreamt.dir, &["update-ref", "refs/heads/main", &theirs, &before]);
    for mut accept in accepts {
        accept.wait().unwrap();
    }
    json(dreamt.review(&["--json"]));
    let log = dreamt.git(&format!("log --format=%s {before}..main"));
    for at in 0..3 {
        let times = log.lines().filter(|subject| subject.ends_with(&dreamt.learnings[at][2])).count();
        assert_eq!(times, 1, "{log}");
    }
    assert_eq!(log.contains("Theirs"), moved.status == 0, "{log}");
    assert_eq!(dreamt.git("status --porcelain"), "");
    assert!(!dreamt.has_branch());
    dreamt.sandbox.fsck(&dreamt.dir);
}
