//! The memory's repository, driven from outside: the real git program and the built git-dream, in an environment that
//! knows nothing of this machine.

use crate::script::stamp;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Instant;

/// Days without use after which this team wants notes to go: two months, so that a year shows it.
const RETIRE_AFTER: u32 = 60;

/// The repository, with a working tree on `main`.
pub(crate) struct Memory {
    /// The working tree.
    pub dir: PathBuf,
    home: PathBuf,
    binary: PathBuf,
    /// The moment that everything is dated with, in milliseconds since 1970.
    now: i64,
}

/// One learning of a cycle, as `run --json` tells it.
#[derive(Clone, Debug)]
pub(crate) struct Learning {
    /// Its commit.
    pub commit: String,
    /// `add`, `revise`, `retire` …
    pub change: String,
    /// `mistake`, `playbook` or `preference`.
    pub kind: String,
    /// The note's path.
    pub note: String,
    /// In a sentence.
    pub title: String,
    /// The fingerprint.
    pub pattern: String,
    /// The sessions that the program counted.
    pub sessions: u32,
}

/// What a cycle printed.
#[derive(Clone, Debug)]
pub(crate) struct Dream {
    /// Its branch, if it had something to say.
    pub branch: Option<String>,
    /// What it proposes.
    pub learnings: Vec<Learning>,
    /// How long it took, in seconds.
    pub seconds: f64,
}

impl Memory {
    /// Makes the repository below `folder`.
    pub(crate) fn init(folder: &Path, binary: &Path, now: i64) -> Result<Memory, String> {
        let home = folder.join("home");
        std::fs::create_dir_all(&home).map_err(|error| error.to_string())?;
        let memory = Memory { dir: folder.join("memory"), home, binary: binary.to_owned(), now };
        let dir = memory.dir.to_string_lossy().into_owned();
        memory
            .command("git", folder)
            .args(["init", "--quiet", "--initial-branch=main", &dir])
            .output()
            .map_err(|error| error.to_string())?;
        // A long history is to be looked at as it is written.
        memory.git(&["config", "gc.auto", "0"])?;
        memory.dream(&["init", "--quiet"])?;
        memory.set("retire_after_days", RETIRE_AFTER)?;
        Ok(memory)
    }

    /// Changes a line of `dream.toml`, where every setting stands commented with its default; a program that does not
    /// know the setting is left as it is.
    fn set(&self, key: &str, value: u32) -> Result<(), String> {
        let text = self.read("main", "dream.toml").unwrap_or_default();
        let is_set = |line: &&str| line.starts_with(&format!("#{key} = "));
        if let Some(line) = text.lines().find(is_set) {
            self.write("dream.toml", &text.replacen(line, &format!("{key} = {value}"), 1))?;
            self.commit(&format!("Set {key}"))?;
        }
        Ok(())
    }

    /// Moves the clock, a minute at least.
    pub(crate) fn at(&mut self, now: i64) {
        self.now = now.max(self.now + 60_000);
    }

    /// The moment that everything is dated with, as the program takes it.
    pub(crate) fn now(&self) -> String {
        stamp(self.now)
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>, dir: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(dir).env_clear().env("HOME", &self.home).env("LC_ALL", "C").env("TZ", "UTC");
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_EDITOR", "true").env("GIT_MERGE_AUTOEDIT", "no");
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        let date = format!("{} +0000", self.now / 1_000);
        for role in ["AUTHOR", "COMMITTER"] {
            command
                .env(format!("GIT_{role}_NAME"), "Ann")
                .env(format!("GIT_{role}_EMAIL"), "ann@example.org");
            command.env(format!("GIT_{role}_DATE"), &date);
        }
        command
    }

    /// Runs git; its output, or what it said went wrong.
    pub(crate) fn git(&self, arguments: &[&str]) -> Result<String, String> {
        let output = self.command("git", &self.dir).args(arguments).output();
        told(&format!("git {}", arguments.join(" ")), output)
    }

    /// Runs git; whether it succeeded.
    pub(crate) fn succeeds(&self, arguments: &[&str]) -> bool {
        self.git(arguments).is_ok()
    }

    /// Runs git-dream; its output.
    pub(crate) fn dream(&self, arguments: &[&str]) -> Result<String, String> {
        let output = self.command(&self.binary, &self.dir).args(arguments).output();
        told(&format!("git-dream {}", arguments.join(" ")), output)
    }

    /// Dreams on these transcripts.
    pub(crate) fn run(&self, transcripts: &Path) -> Result<Dream, String> {
        let folder = transcripts.to_string_lossy();
        let started = Instant::now();
        let printed = self.dream(&["run", "--json", "--now", &stamp(self.now), "--sessions", &folder])?;
        let seconds = started.elapsed().as_secs_f64();
        let report: Value = serde_json::from_str(&printed).map_err(|error| format!("run --json: {error}"))?;
        let learnings = report["learnings"].as_array().into_iter().flatten().map(|learning| {
            let text = |key: &str| learning[key].as_str().unwrap_or_default().to_owned();
            Learning {
                commit: text("commit"),
                change: text("change"),
                kind: text("kind"),
                note: text("note"),
                title: text("title"),
                pattern: text("pattern"),
                sessions: learning["support"]["sessions"].as_u64().unwrap_or_default() as u32,
            }
        });
        Ok(Dream {
            learnings: learnings.collect(),
            branch: report["branch"].as_str().map(str::to_owned),
            seconds,
        })
    }

    /// A file at a commit; `None` if there is none.
    pub(crate) fn read(&self, at: &str, path: &str) -> Option<String> {
        self.git(&["show", &format!("{at}:{path}")]).ok()
    }

    /// The commit that a name stands for.
    pub(crate) fn tip(&self, name: &str) -> Result<String, String> {
        self.git(&["rev-parse", "--verify", "--quiet", name]).map(|line| line.trim().to_owned())
    }

    /// The paths of all files at a commit.
    pub(crate) fn files(&self, at: &str) -> Result<Vec<String>, String> {
        let listed = self.git(&["ls-tree", "-r", "--name-only", at])?;
        Ok(listed.lines().map(str::to_owned).collect())
    }

    /// Changes a file of the working tree.
    pub(crate) fn write(&self, path: &str, text: &str) -> Result<(), String> {
        let file = self.dir.join(path);
        if let Some(parent) = file.parent() {
            std::fs::create_dir_all(parent).map_err(|error| error.to_string())?;
        }
        std::fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))
    }

    /// Commits everything in the working tree; gives the commit, `None` where nothing was changed.
    pub(crate) fn commit(&self, message: &str) -> Result<Option<String>, String> {
        self.git(&["add", "--all"])?;
        if self.succeeds(&["diff", "--cached", "--quiet"]) {
            return Ok(None);
        }
        self.git(&["commit", "--quiet", "-m", message])?;
        self.tip("HEAD").map(Some)
    }
}

fn told(what: &str, output: std::io::Result<Output>) -> Result<String, String> {
    let output = output.map_err(|error| format!("{what}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(format!("{what} failed ({}): {}", output.status, String::from_utf8_lossy(&said)))
}
