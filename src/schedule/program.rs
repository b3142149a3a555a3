//! The programs that keep this machine's timers, run with their answers read.

use crate::unusable::Unusable;
use anyhow::{Context, Result};
use std::io::{ErrorKind, Write};
use std::process::{Command, Stdio};

/// What a program answered.
pub(super) struct Answer {
    pub(super) succeeded: bool,
    pub(super) stdout: Vec<u8>,
    /// What it said, for people.
    pub(super) stderr: String,
}

/// Runs a program with this on its standard input.
///
/// Errors: [`Unusable`] with `instead` as what to do where the program is not there; else why it could not be run.
pub(super) fn ask(program: &str, arguments: &[&str], input: &[u8], instead: &str) -> Result<Answer> {
    let started = Command::new(program)
        .args(arguments)
        // Its words are looked into.
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match started {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(Unusable(format!("there is no `{program}` on this machine: {instead}")).into());
        }
        started => started.with_context(|| format!("cannot start `{program}`"))?,
    };
    if let Some(mut stdin) = child.stdin.take() {
        // One that reads nothing may be gone before it was told anything; its exit status says how it went.
        let _ = stdin.write_all(input);
    }
    let output = child.wait_with_output().with_context(|| format!("cannot wait for `{program}`"))?;
    Ok(Answer {
        succeeded: output.status.success(),
        stdout: output.stdout,
        stderr: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
    })
}

impl Answer {
    /// Errors: the program failed; with what it said.
    pub(super) fn or_failed(self, what: &str) -> Result<Answer> {
        match self.succeeded {
            true => Ok(self),
            false => Err(anyhow::anyhow!(
                "{what}: {}",
                if self.stderr.is_empty() { "no reason given" } else { &self.stderr }
            )),
        }
    }
}
