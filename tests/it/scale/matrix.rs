//! The workflow whose runners share a bucket: linted, and run by `act`, which reads workflows as GitHub does, against a
//! server that speaks S3. Actions of others have stand-ins under `scale/actions`.

use super::tools::{command, root, template, tool};
use super::{dreamt, fleet};
use crate::dream::memory;
use crate::sandbox::{Ran, Sandbox};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Stdio};

/// What it is called in a repository.
const PLACE: &str = ".github/workflows/dream-fleet.yml";

/// The workflow as somebody has it who put in which action to use.
fn workflow() -> String {
    let text = std::fs::read_to_string(template("github-matrix.yml")).unwrap();
    text.replace("__ACTION__", "0123456789012345678901234567890123456789 # v1.2.3")
}

#[test]
fn linters_find_nothing() {
    let sandbox = Sandbox::new();
    let file = sandbox.path(PLACE);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, workflow()).unwrap();
    for (program, options) in [
        ("actionlint", &["-oneline"][..]),
        ("zizmor", &["--offline", "--no-progress", "--persona=auditor", "--quiet"]),
        ("check-jsonschema", &["--builtin-schema", "vendor.github-workflows"]),
    ] {
        let Some(program) = tool("workflow-tools", program) else { continue };
        let ran = Ran::of(
            command(&sandbox, &program, &sandbox.path("")).args(options).arg(&file).output().unwrap(),
        );
        assert_eq!(ran.status, 0, "{}: {ran:#?}", program.display());
    }
}

/// A server with a bucket; it ends when its standard input does.
struct Bucket {
    address: String,
    stdin: Option<ChildStdin>,
    server: Child,
}

impl Bucket {
    /// A bucket `sessions` with these files, under this prefix.
    fn with(sandbox: &Sandbox, python: &Path, files: &Path, prefix: &str) -> Bucket {
        let mut server = command(sandbox, python, &sandbox.path(""));
        server.arg(root().join("tests/it/scale/bucket.py")).arg(files).args(["sessions", prefix]);
        server.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = server.spawn().unwrap();
        let mut address = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut address).unwrap();
        assert!(address.starts_with("http://"), "the server did not start");
        let stdin = server.stdin.take();
        Bucket { address: address.trim().to_owned(), stdin, server }
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        drop(self.stdin.take());
        let _ = self.server.wait();
    }
}

/// A folder with an action: ours as it is, a stand-in for others.
fn action(sandbox: &Sandbox, name: &str) -> PathBuf {
    if name.starts_with("actions/") {
        return root().join("tests/it/scale").join(name);
    }
    let ours = sandbox.path("ours");
    for file in ["action.yml", ".github/action/install.sh", ".github/action/main.sh"] {
        let to = ours.join(file);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(root().join(file), to).unwrap();
    }
    ours
}

#[test]
fn runners_that_share_a_bucket_come_to_what_one_machine_comes_to() {
    let tools = (tool("workflow-tools", "act"), tool("fleet-tools", "python"), tool("fleet-tools", "aws"));
    let (Some(act), Some(python), Some(_)) = tools else { return };
    let sandbox = Sandbox::new();
    let fleet = fleet(&sandbox);
    // Few files: for each of them a client of the bucket is started.
    for team in ["team-1", "team-2"] {
        std::fs::remove_dir_all(fleet.join(team)).unwrap();
    }
    let alone = dreamt(&sandbox, "alone", &["--sessions", fleet.to_str().unwrap()]);
    let memory = memory(&sandbox, "memory");
    sandbox.git(&sandbox.path(""), &["clone", "--quiet", "--bare", "memory", "remote.git"]);
    let place = memory.join(PLACE);
    std::fs::create_dir_all(place.parent().unwrap()).unwrap();
    std::fs::write(&place, workflow()).unwrap();

    let bucket = Bucket::with(&sandbox, &python, &fleet, "team one/");
    let mut run = command(&sandbox, &act, &memory);
    run.args([
        "workflow_dispatch",
        "--workflows",
        PLACE,
        "--job",
        "dream",
        "--no-cache-server",
        "--no-skip-checkout",
    ])
    .args(["--pull=false", "--platform", "ubuntu-24.04=-self-hosted", "--actor", "ann"])
    .arg("--action-cache-path")
    .arg(sandbox.path("cache"));
    for (kind, name, value) in [
        ("--env", "TEST_REMOTE", sandbox.path("remote.git").to_str().unwrap()),
        ("--env", "SOURCE_DATE_EPOCH", &super::epoch()),
        ("--var", "DREAM_BUCKET", "sessions"),
        ("--var", "DREAM_PREFIX", "team one/"),
        ("--var", "DREAM_S3_ENDPOINT", &bucket.address),
        ("--secret", "DREAM_S3_KEY", "key-of-the-bucket"),
        ("--secret", "DREAM_S3_SECRET", "secret-of-the-bucket"),
        ("--secret", "GITHUB_TOKEN", "token-of-the-job"),
    ] {
        run.args([kind, &format!("{name}={value}")]);
    }
    for line in workflow().lines() {
        let Some((_, used)) = line.split_once("uses: ") else { continue };
        let used = used.split(' ').next().unwrap();
        let folder = action(&sandbox, used.split('@').next().unwrap());
        run.args(["--local-repository", &format!("{used}={}", folder.display())]);
    }
    let ran = Ran::of(run.output().unwrap());
    assert_eq!(ran.status, 0, "{}\n{}", ran.stdout, ran.stderr);
    for word in ["key-of-the-bucket", "secret-of-the-bucket", "token-of-the-job"] {
        assert!(!ran.stdout.contains(word) && !ran.stderr.contains(word), "{word} is in the log");
    }
    // Every runner took some, and what the last one hands over is what one machine comes to.
    for part in 0..4 {
        assert!(sandbox.path(&format!("home/artifacts/digests-{part}/{part}.jsonl")).is_file());
    }
    let handed_over = sandbox.path("home/artifacts/dream/dream.bundle");
    let heads = sandbox.git(&memory, &["bundle", "list-heads", handed_over.to_str().unwrap()]);
    let mut heads: Vec<&str> = heads.lines().collect();
    heads.sort_by_key(|line| line.split(' ').nth(1));
    let own: Vec<&str> = alone.lines().filter(|line| line.contains("dream/")).collect();
    assert_eq!(heads, own);
}
