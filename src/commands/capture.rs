//! `git dream capture`
//!
//! Digests sessions on the machine that has their transcripts; what leaves it is digests, never transcripts.

mod connected;
mod hook;
mod status;
mod to;

pub(super) use connected::is_kept_out;

use super::talk::Talk;
use anyhow::Result;
use std::path::Path;

/// Captures what sessions of connected projects taught, and pushes it to their memories.
///
/// Reads every transcript of this user that is new and belongs to a project that `git dream connect` knows, digests it here
/// and pushes the digest to an inbox of the project's memory. What cannot be pushed waits here and goes with the next
/// capture. With --to, digests of any transcripts go to a file instead, and nothing is pushed.
#[derive(clap::Args)]
pub(super) struct Options {
    #[command(flatten)]
    to: to::LinesOptions,
    #[command(flatten)]
    connected: connected::ConnectedOptions,
    /// Capture the one session that an agent's hook tells of on stdin, and never fail the agent
    #[arg(long, conflicts_with_all = ["to", "list", "sessions"])]
    hook: bool,
    /// With --hook: go on in the background, so that the agent does not wait
    #[arg(long, requires = "hook")]
    background: bool,
    /// Show what waits to be pushed, and what went wrong in captures that nobody watched
    #[arg(long, conflicts_with_all = ["to", "list", "sessions", "hook"])]
    status: bool,
}

pub(super) fn main(options: &Options, dir: &Path, talk: &Talk) -> Result<()> {
    if options.to.is_meant() {
        return to::main(&options.to, dir, talk);
    }
    if options.status {
        return status::main(talk);
    }
    if options.hook {
        hook::main(&options.connected, options.background);
        return Ok(());
    }
    connected::main(&options.connected, &options.to, dir, talk)
}
