//! A folder of its own for a test, with an empty home and an environment in which nothing of the machine shows.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// The folder, removed with everything in it when the test ends.
pub(crate) struct Sandbox {
    dir: TempDir,
}

/// What a program did.
#[derive(Debug)]
pub(crate) struct Ran {
    /// Exit status; -1 if a signal ended it.
    pub(crate) status: i32,
    /// What it wrote to stdout.
    pub(crate) stdout: String,
    /// What it wrote to stderr.
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn of(output: Output) -> Ran {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
        Ran {
            status: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// stdout without the last line break; fails the test unless the program exited with 0.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.status, 0, "{self:#?}");
        self.stdout.trim_end().to_owned()
    }
}

impl Sandbox {
    pub(crate) fn new() -> Sandbox {
        let dir = tempfile::Builder::new().prefix("dream").tempdir().unwrap();
        std::fs::create_dir(dir.path().join("home")).unwrap();
        Sandbox { dir }
    }

    /// A path inside the sandbox.
    pub(crate) fn path(&self, inside: &str) -> PathBuf {
        self.dir.path().join(inside)
    }

    /// A program that sees nothing of this machine but `PATH`.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>, current_dir: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(current_dir).env_clear();
        for kept in ["PATH", "SystemRoot", "TMPDIR", "TEMP", "LLVM_PROFILE_FILE"] {
            if let Some(value) = std::env::var_os(kept) {
                command.env(kept, value);
            }
        }
        let nothing = if cfg!(windows) { "NUL" } else { "/dev/null" };
        command
            .env("HOME", self.path("home"))
            .env("USERPROFILE", self.path("home"))
            .env("XDG_CONFIG_HOME", self.path("home/.config"))
            .env("GIT_CONFIG_GLOBAL", nothing)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            // Who commits is said in a repository, or nobody can: git would make a name of this machine's.
            .env("GIT_CONFIG_COUNT", "1")
            .env("GIT_CONFIG_KEY_0", "user.useConfigOnly")
            .env("GIT_CONFIG_VALUE_0", "true")
            .env("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z")
            .env("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z")
            .env("TZ", "UTC")
            .env("LC_ALL", "C");
        command
    }

    /// Runs git in a folder; its stdout, or the test fails.
    #[track_caller]
    pub(crate) fn git(&self, dir: &Path, args: &[&str]) -> String {
        self.try_git(dir, args).ok()
    }

    /// Runs git in a folder, whatever comes of it.
    pub(crate) fn try_git(&self, dir: &Path, args: &[&str]) -> Ran {
        Ran::of(self.command("git", dir).args(args).output().unwrap())
    }

    /// The command `git-dream` with arguments, not run yet.
    pub(crate) fn dream_command(&self, dir: &Path, args: &[&str]) -> Command {
        let mut command = self.command(env!("CARGO_BIN_EXE_git-dream"), dir);
        command.args(args);
        command
    }

    /// Runs `git-dream` in a folder.
    pub(crate) fn dream(&self, dir: &Path, args: &[&str]) -> Ran {
        Ran::of(self.dream_command(dir, args).output().unwrap())
    }

    /// Runs a command, whatever comes of it.
    pub(crate) fn run(&self, mut command: Command) -> Ran {
        Ran::of(command.output().unwrap())
    }

    /// A repository made by git, with a branch `main` and one commit of these files.
    pub(crate) fn repo(&self, name: &str, files: &[(&str, &str)]) -> PathBuf {
        let dir = self.path(name);
        std::fs::create_dir_all(&dir).unwrap();
        self.git(&dir, &["init", "--quiet", "--initial-branch=main"]);
        self.name_committer(&dir);
        for (key, value) in [("commit.gpgsign", "false"), ("gc.auto", "0"), ("core.autocrlf", "false")] {
            self.git(&dir, &["config", key, value]);
        }
        self.commit(&dir, files, "Begin");
        dir
    }

    /// Says in a repository's configuration who commits there with git.
    pub(crate) fn name_committer(&self, repo: &Path) {
        for (key, value) in [("user.name", "Ann"), ("user.email", "ann@example.com")] {
            self.git(repo, &["config", key, value]);
        }
    }

    /// Writes files into a working tree and commits everything; gives the commit.
    #[track_caller]
    pub(crate) fn commit(&self, repo: &Path, files: &[(&str, &str)], message: &str) -> String {
        for (path, content) in files {
            let path = repo.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        self.git(repo, &["add", "--all"]);
        self.git(repo, &["commit", "--quiet", "--allow-empty", "-m", message]);
        self.git(repo, &["rev-parse", "HEAD"])
    }

    /// Fails the test unless git finds nothing wrong with a repository. Objects that nothing points to are fine.
    #[track_caller]
    pub(crate) fn fsck(&self, repo: &Path) {
        let ran = self.try_git(repo, &["fsck", "--strict", "--full", "--no-dangling", "--no-progress"]);
        assert_eq!((ran.status, ran.stdout.trim(), ran.stderr.trim()), (0, "", ""));
    }
}

#[test]
fn a_sandbox_shows_git_nothing_of_this_machine() {
    let sandbox = Sandbox::new();
    let configured = sandbox.git(&sandbox.path(""), &["config", "--list", "--show-scope"]);
    assert!(
        !configured.lines().any(|line| line.starts_with("global") || line.starts_with("system")),
        "{configured}"
    );
}

#[test]
fn the_program_runs_in_a_sandbox() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.dream(&sandbox.path(""), &["--version"]).status, 0);
}
