//! Running the user's `git` program.
//!
//! Owns the environment that it runs in: the repository it is about, plain English to be understood by, and no question
//! asked where nobody sits at a terminal. Refuses to wait for ever where it was told how long.

use super::Failure;
use crate::repo::Repo;
use std::io::{IsTerminal, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Most bytes of what it says that are read: a list of a hundred thousand refs.
const MOST_SAID: u64 = 16 << 20;
/// How often it is looked whether it is done, where it may not take for ever.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// The program, for one repository and one of its remotes.
pub(super) struct Git<'a> {
    pub(super) repo: &'a Repo,
    pub(super) remote: &'a str,
    pub(super) patience: Option<Duration>,
}

/// What it said.
pub(super) struct Said {
    pub(super) is_done: bool,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Git<'_> {
    /// Runs it; gives its stdout.
    pub(super) fn run(&self, arguments: &[&str]) -> Result<String, Failure> {
        let said = self.hear(arguments)?;
        if said.is_done { Ok(said.stdout) } else { Err(self.failure(&said.stderr)) }
    }

    /// Runs it, whatever comes of it.
    pub(super) fn hear(&self, arguments: &[&str]) -> Result<Said, Failure> {
        let mut child = self.command(arguments).spawn().map_err(|error| {
            Failure::NoGit(format!("`git` cannot be started ({error}): is it installed?"))
        })?;
        let (stdout, stderr) = (reading(child.stdout.take()), reading(child.stderr.take()));
        let status = self.wait(&mut child)?;
        let text = |reader: JoinHandle<Vec<u8>>| {
            String::from_utf8_lossy(&reader.join().unwrap_or_default()).replace("\r\n", "\n")
        };
        Ok(Said { is_done: status.success(), stdout: text(stdout), stderr: text(stderr) })
    }

    /// What went wrong, by git's own words.
    pub(super) fn failure(&self, stderr: &str) -> Failure {
        Failure::read(self.remote, stderr)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let git_dir =
            std::path::absolute(self.repo.git_dir()).unwrap_or_else(|_| self.repo.git_dir().to_owned());
        let mut command = Command::new("git");
        command
            .env("LC_ALL", "C")
            .env("LANGUAGE", "C")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_DIR", &git_dir);
        for unset in ["GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
            command.env_remove(unset);
        }
        match self.repo.work_dir() {
            Some(top) => command.current_dir(top).env("GIT_WORK_TREE", top),
            None => command.current_dir(&git_dir),
        };
        if !std::io::stdin().is_terminal() {
            command.env("GIT_TERMINAL_PROMPT", "0").env("GCM_INTERACTIVE", "never");
        }
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn wait(&self, child: &mut Child) -> Result<ExitStatus, Failure> {
        let lost = |error: std::io::Error| Failure::NoGit(format!("`git` was lost sight of: {error}"));
        let Some(patience) = self.patience else { return child.wait().map_err(lost) };
        let began = Instant::now();
        loop {
            if let Some(status) = child.try_wait().map_err(lost)? {
                return Ok(status);
            }
            if began.elapsed() >= patience {
                // What it started to talk to the remote ends with it, since nobody reads any more.
                let _ = child.kill();
                let _ = child.wait();
                return Err(Failure::Unreachable(format!(
                    "the remote {:?} did not answer within {} s",
                    self.remote,
                    patience.as_secs()
                )));
            }
            std::thread::sleep(LOOK_AGAIN);
        }
    }
}

/// Reads what a program says while it runs: it would wait for ever once nobody does.
fn reading(from: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut read = Vec::new();
        if let Some(mut from) = from {
            let _ = from.by_ref().take(MOST_SAID).read_to_end(&mut read);
            // What comes beyond is not kept.
            let _ = std::io::copy(&mut from, &mut std::io::sink());
        }
        read
    })
}
