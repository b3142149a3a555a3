//! Which notes git-dream put before an agent, or an agent opened through it: kept on this machine until its session is
//! digested.
//!
//! One file of JSON lines a session in a folder of the user. Hooks, `git dream context` and the MCP server write there;
//! whoever digests the session takes it from there.

use crate::redact::redact;
use anyhow::{Context, Result};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::path::{Path, PathBuf};

/// How a note came before an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// Its rule stood in what the agent was given.
    Shown,
    /// The agent asked for all of it.
    Opened,
}

/// Notes that came before an agent at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Used {
    /// The session as its agent calls it.
    pub session: String,
    /// When.
    pub at: Timestamp,
    /// How.
    pub how: How,
    /// Their paths inside the memory.
    pub notes: Vec<String>,
}

/// Keeps it, in this folder of the user.
///
/// Errors: the file cannot be written.
pub fn keep(folder: &Path, used: &Used) -> Result<()> {
    let file = file(folder, &used.session);
    let failed = || format!("cannot write {}", file.display());
    std::fs::create_dir_all(folder).with_context(failed)?;
    let line = serde_json::to_string(used).with_context(failed)?;
    let mut open = std::fs::File::options().create(true).append(true).open(&file).with_context(failed)?;
    open.write_all(format!("{}\n", redact(&line).as_str()).as_bytes()).with_context(failed)
}

/// Where what is known of a session lies.
fn file(folder: &Path, session: &str) -> PathBuf {
    folder.join(format!("{}.jsonl", &blake3::hash(session.as_bytes()).to_hex()[..16]))
}
