//! Transcripts that Entire's command line left on its branch, and transcripts that a workflow downloaded.

use super::{Team, transcript};
use serde_json::Value;
use std::path::Path;

const BRANCH: &str = "entire/checkpoints/v1";

fn run(team: &Team, more: &[&str]) -> Value {
    let args = [&["run", "--json", "--now", crate::dream::NOW], more].concat();
    serde_json::from_str(&team.sandbox.dream(&team.clone, &args).ok()).unwrap()
}

#[test]
fn the_branch_is_read_from_git_and_each_session_once() {
    let team = Team::new();
    let app = team.sandbox.repo("app", &[("main.rs", "")]);
    let folder = Path::new("/home/ann/app");
    team.sandbox.git(&app, &["checkout", "--quiet", "--orphan", BRANCH]);
    team.sandbox.git(&app, &["rm", "-rq", "--cached", "."]);
    std::fs::remove_file(app.join("main.rs")).unwrap();
    let metadata =
        |session: &str, at: &str| format!("{{\"session_id\":\"{session}\",\"created_at\":\"{at}\"}}");
    let long = transcript("long", folder, 3);
    let (half, rest) = long.trim_end().split_at(long.match_indices('\n').nth(3).unwrap().0);
    let files = [
        ("a1/b2c3d4e5f6/0/full.jsonl", transcript("grows", folder, 1)),
        ("a1/b2c3d4e5f6/0/metadata.json", metadata("grows", "2026-01-02T00:00:00Z")),
        ("a1/b2c3d4e5f6/metadata.json", "{\"checkpoint_id\":\"a1b2c3d4e5f6\"}".to_owned()),
        ("a1/b2c3d4e5f6/1/full.jsonl", transcript("other", folder, 1)),
        ("a1/b2c3d4e5f6/1/prompt.txt", "mend it".to_owned()),
        ("c3/0000000000/0/full.jsonl", transcript("grows", folder, 4)),
        ("c3/0000000000/0/metadata.json", metadata("grows", "2026-01-03T00:00:00Z")),
        ("c3/0000000000/1/full.jsonl", half.to_owned()),
        ("c3/0000000000/1/full.jsonl.001", rest.trim_start().to_owned()),
        ("c3/0000000000/2/full.jsonl", "{\"messages\": 7}".to_owned()),
        ("c3/0000000000/2/metadata.json", "garbage".to_owned()),
        ("ff/1111111111/full.log", transcript("old", folder, 1)),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    team.sandbox.commit(&app, &files, "Checkpoint: c30000000000");
    team.sandbox.git(&app, &["checkout", "--quiet", "main"]);

    let app = app.to_str().unwrap();
    let report = run(&team, &["--entire", app]);
    assert_eq!(
        (&report["sessions"]["read"], &report["sessions"]["new"]),
        (&4.into(), &4.into()),
        "{report:#}"
    );
    assert_eq!(report["skipped"].as_array().unwrap().len(), 1, "{report:#}");
    assert!(
        report["skipped"][0]["path"].as_str().unwrap().starts_with("refs/heads/entire/checkpoints/v1:c3/")
    );
    let digests =
        team.sandbox.git(&team.clone, &["grep", "-h", "-e", "", "refs/dream/ledger", "--", "digests"]);
    let calls = |source: &str| {
        let digests = digests.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let found: Vec<Value> = digests.filter(|digest| digest["source"] == source).collect();
        (found.len(), found[0]["counts"]["calls"].clone())
    };
    assert_eq!((calls("grows"), calls("long")), ((1, 4.into()), (1, 3.into())));
    // Nothing is new the next night, and a clone has the branch as its remote's.
    assert_eq!(run(&team, &["--entire", app])["sessions"]["new"], 0);
    team.sandbox.git(&team.sandbox.path(""), &["clone", "--quiet", app, "clone-of-app"]);
    assert_eq!(run(&team, &["--entire", "../clone-of-app"])["sessions"]["read"], 4);

    let ran = team.sandbox.dream(&team.clone, &["run", "--entire"]);
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(ran.stderr.contains("has no branch entire/checkpoints/v1"), "{ran:?}");
}

#[test]
fn transcripts_that_a_workflow_downloaded_are_a_folder_like_any_other() {
    let team = Team::new();
    let artifacts = team.sandbox.path("artifacts");
    for job in ["transcripts-linux", "transcripts-mac"] {
        let path =
            artifacts.join(job).join("home/runner/.claude/projects/-w-app").join(format!("{job}.jsonl"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, transcript(job, Path::new("/w/app"), 2)).unwrap();
    }
    std::fs::write(artifacts.join("transcripts-mac/log.txt"), "not one of them").unwrap();
    let report = run(&team, &["--sessions", artifacts.to_str().unwrap()]);
    assert_eq!((&report["sessions"]["new"], report["skipped"].as_array().unwrap().len()), (&2.into(), 0));
}
