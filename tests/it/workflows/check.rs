//! The check of pull requests, and the mending of an index that a revert left behind.

use super::runner::{REPOSITORY, Runner};
use crate::dream::sessions;
use crate::sandbox::Ran;
use serde_json::json;

const CHECK: &str = ".github/workflows/memory-check.yml";

/// Runs the check on a pull request of this branch of the memory.
fn check(runner: &Runner, branch: &str, head_repository: &str) -> Option<Ran> {
    let (sandbox, memory) = (&runner.sandbox, runner.memory());
    sandbox.git(&memory, &["push", "--quiet", "--force", "origin", "main", branch]);
    let [base, head] = ["main", branch].map(|name| sandbox.git(&memory, &["rev-parse", name]));
    sandbox.git(&runner.remote(), &["update-ref", "refs/pull/3/head", &head]);
    let event = json!({ "pull_request": {
        "number": 3,
        "base": { "ref": "main", "sha": base },
        "head": { "ref": branch, "sha": head, "repo": { "full_name": head_repository } },
    }});
    let file = sandbox.path("event.json");
    std::fs::write(&file, event.to_string()).unwrap();
    runner.act("pull_request", CHECK, &["--eventpath", file.to_str().unwrap()])
}

/// A memory with learnings merged, and a branch that takes one of them back with a plain `git revert`.
fn with_a_revert() -> Runner {
    let runner = Runner::new("--github");
    let (sandbox, memory) = (&runner.sandbox, runner.memory());
    let file = crate::dream::write(sandbox, "a.jsonl", &sessions(sandbox));
    let report = crate::dream::run(sandbox, &memory, &[&file], &[]);
    sandbox.git(&memory, &["merge", "--quiet", "--ff-only", report["branch"].as_str().unwrap()]);
    sandbox.git(&memory, &["push", "--quiet", "origin", "main", "refs/dream/ledger"]);
    sandbox.git(&memory, &["switch", "--quiet", "--create", "revert-one"]);
    let commit = report["learnings"][0]["commit"].as_str().unwrap();
    sandbox.git(&memory, &["revert", "--no-edit", commit]);
    runner
}

#[test]
fn an_index_that_a_revert_left_behind_is_mended() {
    let runner = with_a_revert();
    let Some(ran) = check(&runner, "revert-one", REPOSITORY) else { return };
    assert!(ran.stdout.contains("::error file=MEMORY.md"), "{}\n{}", ran.stdout, ran.stderr);
    let tip = runner.at("refs/heads/revert-one");
    let before = runner.sandbox.git(&runner.memory(), &["rev-parse", "revert-one"]);
    assert_eq!(runner.at("refs/heads/revert-one~1"), before, "{}", ran.stdout);
    let touched = runner.sandbox.git(&runner.remote(), &["show", "--format=%an", "--name-only", &tip]);
    assert_eq!(touched, "git-dream\n\nMEMORY.md");
    let statuses = runner.sent("POST", &format!("/repos/{REPOSITORY}/statuses/{tip}"));
    assert_eq!(statuses.len(), 1);
    assert_eq!(statuses[0].1["state"], "success");
    // What was mended passes.
    runner.sandbox.git(&runner.memory(), &["fetch", "--quiet", "../remote.git", "revert-one"]);
    runner.sandbox.git(&runner.memory(), &["branch", "--quiet", "mended", "FETCH_HEAD"]);
    let ran = check(&runner, "mended", REPOSITORY).unwrap();
    assert_eq!(ran.status, 0, "{}", ran.stdout);
}

#[test]
fn nothing_is_pushed_for_a_fork() {
    let runner = with_a_revert();
    let Some(ran) = check(&runner, "revert-one", "somebody/memory") else { return };
    assert_ne!(ran.status, 0);
    let before = runner.sandbox.git(&runner.memory(), &["rev-parse", "revert-one"]);
    assert_eq!(runner.at("refs/heads/revert-one"), before);
    assert_eq!(runner.forge.requests().len(), 0);
}
