//! GitLab's pipeline, its scripts run one after the other as a runner would.

use super::runner::{REPOSITORY, Runner};
use super::tool;
use crate::dream::sessions;
use crate::sandbox::Ran;
use serde_json::Value;
use std::path::Path;

/// The pipeline as JSON.
fn pipeline(runner: &Runner) -> Option<Value> {
    let python = tool("python")?;
    let read = "import sys, json; from ruamel.yaml import YAML; print(json.dumps(YAML(typ='safe').load(open(sys.argv[1]))))";
    let file = runner.memory().join(".gitlab/git-dream.yml");
    let output = runner.command(&python, &runner.memory()).args(["-c", read]).arg(file).output().unwrap();
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// Runs a job in this folder, a clone that is at a commit and on no branch, as a runner leaves it.
fn job(runner: &Runner, pipeline: &Value, name: &str, folder: &Path, said: &[(&str, &str)]) -> Ran {
    let lines = |lines: &Value| lines[0].as_str().unwrap().to_owned();
    let script = lines(&pipeline[".git-dream"]["before_script"]) + "\n" + &lines(&pipeline[name]["script"]);
    let mut command = runner.command(Path::new("sh"), folder);
    command.args(["-c", &script]).envs(said.iter().copied());
    command
        .env("CI_COMMIT_REF_NAME", "main")
        .env("CI_PROJECT_URL", format!("https://github.com/{REPOSITORY}"))
        .env("GIT_DREAM_FORGE_URL", runner.forge.address(""))
        .env("DREAM_VERSION", env!("CARGO_PKG_VERSION"));
    Ran::of(command.output().unwrap())
}

fn clone(runner: &Runner, name: &str) -> std::path::PathBuf {
    let sandbox = &runner.sandbox;
    let address = format!("https://github.com/{REPOSITORY}.git");
    let cloned = runner
        .command(Path::new("git"), &sandbox.path(""))
        .args(["clone", "--quiet", &address, name])
        .status();
    assert!(cloned.unwrap().success());
    sandbox.git(&sandbox.path(name), &["checkout", "--quiet", "--detach"]);
    sandbox.path(name)
}

#[test]
fn a_pipeline_hands_a_dream_from_one_job_to_the_other() {
    let runner = Runner::new("--gitlab");
    let Some(pipeline) = pipeline(&runner) else { return };
    let all = sessions(&runner.sandbox);
    runner.captured("ann", &all[..75]);
    let reading = clone(&runner, "reading");
    let ran = job(&runner, &pipeline, "dream", &reading, &[]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let publishing = clone(&runner, "publishing");
    std::fs::copy(reading.join("dream.bundle"), publishing.join("dream.bundle")).unwrap();
    let ran = job(&runner, &pipeline, "publish", &publishing, &[("GIT_DREAM_FORGE_TOKEN", "token")]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(runner.refs("refs/heads/dream/").len(), 1);
    assert_eq!(runner.sent("POST", "/merge_requests").len(), 1);
    // A quiet night leaves nothing to hand over.
    let quiet = clone(&runner, "quiet");
    assert_eq!(job(&runner, &pipeline, "dream", &quiet, &[]).status, 0);
    assert!(!quiet.join("dream.bundle").exists());
    assert_eq!(job(&runner, &pipeline, "publish", &quiet, &[]).status, 0);
}

#[test]
fn a_merge_request_is_checked() {
    let runner = Runner::new("--gitlab");
    let Some(pipeline) = pipeline(&runner) else { return };
    let (sandbox, memory) = (&runner.sandbox, runner.memory());
    let base = sandbox.git(&memory, &["rev-parse", "HEAD"]);
    for (name, path, status) in [("good", "README.md", 0), ("bad", "mistakes/x.md", 1)] {
        sandbox.git(&memory, &["switch", "--quiet", "--create", name, "main"]);
        let head = sandbox.commit(&memory, &[(path, "# x\n")], "Change");
        sandbox.git(&memory, &["push", "--quiet", "origin", name]);
        let folder = clone(&runner, &format!("checking-{name}"));
        let said = [("CI_MERGE_REQUEST_DIFF_BASE_SHA", base.as_str()), ("CI_COMMIT_SHA", head.as_str())];
        let ran = job(&runner, &pipeline, "memory-check", &folder, &said);
        assert_eq!(ran.status, status, "{name}: {ran:?}");
    }
}
