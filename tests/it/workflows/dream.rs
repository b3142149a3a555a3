//! The scheduled run: sessions that were sent to the remote end in a pull request.

use super::runner::{REPOSITORY, Runner};
use crate::dream::sessions;

const GITHUB: &str = ".github/workflows/dream.yml";

#[test]
fn a_scheduled_run_ends_in_a_pull_request() {
    let runner = Runner::new("--github");
    let all = sessions(&runner.sandbox);
    runner.captured("ann", &all[..75]);
    runner.captured("ben", &all[75..]);
    let Some(ran) = runner.act("schedule", GITHUB, &[]) else { return };
    assert_eq!(ran.status, 0, "{}\n{}", ran.stdout, ran.stderr);
    // What both machines sent is in the ledger, and the branch is there.
    let branches = runner.refs("refs/heads/dream/");
    assert_eq!(branches.len(), 1, "{}", ran.stdout);
    assert_ne!(runner.at("refs/dream/ledger"), "");
    assert_eq!(runner.refs("refs/dream/inbox/"), [""; 0]);
    runner.sandbox.fsck(&runner.remote());
    // The forge was asked for a pull request, with the token of the job that may, and told how the check went.
    let pulls = runner.sent("POST", &format!("/api/v3/repos/{REPOSITORY}/pulls"));
    let [(authorization, pull)] = &pulls[..] else { panic!("{pulls:?}") };
    assert!(authorization.ends_with(" token-of-the-job"), "{authorization}");
    assert_eq!(
        (&pull["head"], &pull["base"]),
        (&branches[0].replace("refs/heads/", "").into(), &"main".into())
    );
    let tip = runner.at(&branches[0]);
    let statuses = runner.sent("POST", &format!("/repos/{REPOSITORY}/statuses/{tip}"));
    assert_eq!(statuses.len(), 1);
    assert_eq!(
        (&statuses[0].1["state"], &statuses[0].1["context"]),
        (&"success".into(), &"memory-check".into())
    );
    // The summary shows both reports, and neither token is anywhere in the log.
    assert!(
        ran.stdout.contains("## This dream") && ran.stdout.contains(" learnings proposed on "),
        "{}",
        ran.stdout
    );
    assert!(!ran.stdout.contains("token-of-the-job"));
    // A second night has nothing to say: nothing is opened, nothing is pushed.
    let before = (runner.at("refs/dream/ledger"), runner.forge.requests().len());
    let quiet = runner.act("schedule", GITHUB, &[]).unwrap();
    assert_eq!(quiet.status, 0, "{}", quiet.stdout);
    assert!(quiet.stdout.contains("Nothing to say"), "{}", quiet.stdout);
    assert_eq!((runner.at("refs/dream/ledger"), runner.forge.requests().len()), before);
}

#[test]
fn an_app_opens_the_pull_request_and_pages_get_the_report() {
    let runner = Runner::new("--github");
    runner.captured("ann", &sessions(&runner.sandbox)[..75]);
    let more = [
        "--var",
        "DREAM_APP_CLIENT_ID=Iv1.x",
        "--secret",
        "DREAM_APP_PRIVATE_KEY=k",
        "--var",
        "DREAM_PAGES=true",
    ];
    let Some(ran) = runner.act("schedule", GITHUB, &more) else { return };
    assert_eq!(ran.status, 0, "{}\n{}", ran.stdout, ran.stderr);
    let pulls = runner.sent("POST", "/pulls");
    assert_eq!(pulls.len(), 1);
    assert!(pulls[0].0.ends_with(" token-of-the-app"), "{}", pulls[0].0);
    let statuses =
        runner.forge.requests().iter().filter(|request| request.path.contains("/statuses/")).count();
    assert_eq!(statuses, 0, "other workflows run, and tell themselves");
    let page = std::fs::read_to_string(runner.sandbox.path("home/page/index.html")).unwrap();
    assert!(page.contains("</html>"));
}

#[test]
fn a_dry_run_writes_nothing() {
    let runner = Runner::new("--github");
    runner.captured("ann", &sessions(&runner.sandbox)[..75]);
    let before = runner.refs("refs");
    let event = runner.sandbox.path("event.json");
    std::fs::write(&event, r#"{"inputs": {"engine": "builtin", "dry-run": "true"}}"#).unwrap();
    let more = ["--eventpath", event.to_str().unwrap()];
    let Some(ran) = runner.act("workflow_dispatch", GITHUB, &more) else { return };
    assert_eq!(ran.status, 0, "{}\n{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("would be proposed"), "{}", ran.stdout);
    assert_eq!(runner.refs("refs"), before);
    assert_eq!(runner.forge.requests().len(), 0);
}

#[test]
fn forgejo_runs_its_own() {
    let runner = Runner::new("--forgejo");
    runner.captured("ann", &sessions(&runner.sandbox)[..75]);
    let address = format!("GIT_DREAM_FORGE_URL={}", runner.forge.address("/api/v1"));
    let Some(ran) = runner.act("schedule", ".forgejo/workflows/dream.yml", &["--env", &address]) else {
        return;
    };
    assert_eq!(ran.status, 0, "{}\n{}", ran.stdout, ran.stderr);
    assert_eq!(runner.refs("refs/heads/dream/").len(), 1, "{}", ran.stdout);
    assert_eq!(runner.sent("POST", &format!("/api/v1/repos/{REPOSITORY}/pulls")).len(), 1);
}
