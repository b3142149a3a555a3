//! Signed commits, made with real keys and verified by git.

#![cfg(unix)]

use crate::repo::{commit, file, moving, plan};
use crate::sandbox::Sandbox;
use git_dream::repo::Repo;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Whether a program is there at all; where it is not, its signatures are somebody else's test.
fn is_installed(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok()
}

/// A program that runs another one with these variables: how a test gives a signing program its environment.
fn wrapper(path: PathBuf, variables: &str, program: &str) -> PathBuf {
    std::fs::write(&path, format!("#!/bin/sh\nexec env {variables} {program} \"$@\"\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn configure(sandbox: &Sandbox, dir: &Path, values: &[(&str, &str)]) {
    for (key, value) in values {
        sandbox.git(dir, &["config", key, value]);
    }
}

/// Writes two commits and a branch on them; git verifies both.
fn sign_and_verify(sandbox: &Sandbox, dir: &Path) {
    let repo = Repo::open(dir).unwrap();
    let commits = vec![
        commit("one\n\nDream-Kind: mistake\n", vec![file("1", "1")]),
        commit("zwei: größer", vec![file("2", "2")]),
    ];
    let written = repo.write(&plan(repo.resolve("main").unwrap(), commits)).unwrap();
    repo.move_refs(&[moving("refs/heads/dream/1", None, written.last().copied())]).unwrap();
    for id in written {
        let verified = sandbox.try_git(dir, &["verify-commit", &id.to_string()]);
        assert_eq!(verified.status, 0, "{verified:?}");
        assert!(verified.stderr.contains("Good"), "{verified:?}");
    }
    sandbox.fsck(dir);
}

struct SshKey {
    private: PathBuf,
    public: String,
}

/// A repository whose configuration asks for ssh signatures, and the key it trusts.
fn with_ssh(sandbox: &Sandbox) -> (PathBuf, SshKey) {
    let dir = sandbox.repo("memory", &[("a.md", "a\n")]);
    let private = sandbox.path("home/key");
    let mut keygen = sandbox.command("ssh-keygen", &dir);
    keygen.args(["-q", "-t", "ed25519", "-N", "", "-C", "ann", "-f"]).arg(&private);
    assert!(keygen.status().unwrap().success());
    let public = std::fs::read_to_string(private.with_extension("pub")).unwrap().trim().to_owned();
    let trusted = sandbox.path("home/trusted");
    std::fs::write(&trusted, format!("ann@example.com {public}\n")).unwrap();
    let trusted = trusted.to_str().unwrap();
    configure(
        sandbox,
        &dir,
        &[("commit.gpgsign", "true"), ("gpg.format", "ssh"), ("gpg.ssh.allowedSignersFile", trusted)],
    );
    (dir, SshKey { private, public })
}

#[test]
fn an_ssh_key_in_a_file_signs() {
    let sandbox = Sandbox::new();
    let (dir, key) = with_ssh(&sandbox);
    configure(&sandbox, &dir, &[("user.signingkey", key.private.to_str().unwrap())]);
    sign_and_verify(&sandbox, &dir);
    assert!(
        !std::fs::read_dir(dir.join(".git/dream"))
            .unwrap()
            .any(|entry| { entry.unwrap().file_name().to_string_lossy().starts_with("sign") })
    );
}

#[test]
fn an_ssh_key_that_only_the_agent_holds_signs() {
    let sandbox = Sandbox::new();
    let (dir, key) = with_ssh(&sandbox);
    let socket = sandbox.path("agent");
    let mut agent = sandbox.command("ssh-agent", &dir);
    let mut agent =
        agent.arg("-D").arg("-a").arg(&socket).stdout(std::process::Stdio::null()).spawn().unwrap();
    let added = (0..100).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        let mut add = sandbox.command("ssh-add", &dir);
        add.env("SSH_AUTH_SOCK", &socket).arg("-q").arg(&key.private);
        add.output().unwrap().status.success()
    });
    std::fs::remove_file(&key.private).unwrap();
    let program = wrapper(sandbox.path("sign"), &format!("SSH_AUTH_SOCK={}", socket.display()), "ssh-keygen");
    configure(
        &sandbox,
        &dir,
        &[
            ("user.signingkey", &format!("key::{}", key.public)),
            ("gpg.ssh.program", program.to_str().unwrap()),
        ],
    );
    let verified = std::panic::catch_unwind(|| sign_and_verify(&sandbox, &dir));
    agent.kill().unwrap();
    agent.wait().unwrap();
    assert!(added && verified.is_ok());
}

#[test]
fn a_gpg_key_signs() {
    if !is_installed("gpg") {
        return;
    }
    let sandbox = Sandbox::new();
    let dir = sandbox.repo("memory", &[("a.md", "a\n")]);
    let home = sandbox.path("g");
    std::fs::create_dir(&home).unwrap();
    std::fs::set_permissions(&home, std::fs::Permissions::from_mode(0o700)).unwrap();
    let gpg = wrapper(sandbox.path("gpg"), &format!("GNUPGHOME={}", home.display()), "gpg");
    let mut made = sandbox.command(&gpg, &dir);
    made.args([
        "--batch",
        "--quiet",
        "--passphrase",
        "",
        "--quick-gen-key",
        "Ann <ann@example.com>",
        "ed25519",
        "sign",
        "never",
    ]);
    let made = made.output().unwrap();
    assert!(made.status.success(), "{made:?}");
    // Without user.signingkey: the key is found by the user's own e-mail address.
    configure(&sandbox, &dir, &[("commit.gpgsign", "yes"), ("gpg.program", gpg.to_str().unwrap())]);
    let verified = std::panic::catch_unwind(|| sign_and_verify(&sandbox, &dir));
    let mut end = sandbox.command("gpgconf", &dir);
    end.env("GNUPGHOME", &home).args(["--kill", "gpg-agent"]).status().unwrap();
    assert!(verified.is_ok());
}

#[test]
fn where_signing_fails_nothing_changes_and_the_reason_is_told() {
    let sandbox = Sandbox::new();
    let (dir, _) = with_ssh(&sandbox);
    let fail = |values: &[(&str, &str)]| {
        configure(&sandbox, &dir, values);
        let repo = Repo::open(&dir).unwrap();
        let error = repo
            .write(&plan(repo.resolve("main").unwrap(), vec![commit("x", vec![file("x", "x")])]))
            .unwrap_err();
        format!("{error:#}")
    };
    assert!(fail(&[]).contains("user.signingkey"));
    let missing = fail(&[("user.signingkey", "/nowhere/key")]);
    assert!(missing.contains("/nowhere/key") && missing.contains("commit.gpgsign false"), "{missing}");
    let program = fail(&[("gpg.ssh.program", "/nowhere/ssh-keygen")]);
    assert!(program.contains("cannot run /nowhere/ssh-keygen"), "{program}");
    assert!(fail(&[("gpg.format", "pgp9")]).contains("pgp9"));
    assert_eq!(sandbox.git(&dir, &["for-each-ref", "--format=%(refname)"]), "refs/heads/main");
}
