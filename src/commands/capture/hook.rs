//! Capturing at a session's end, when an agent's hook says so. Whatever goes wrong, the agent is not to notice: it is noted
//! beside the queue, where `git dream capture --status` shows it.

use super::super::whereabouts;
use super::connected::{ConnectedOptions, Here, is_kept_out};
use crate::capture::hook::{MOST, Told};
use crate::capture::trouble;
use anyhow::{Context, Result, anyhow};
use jiff::Timestamp;
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

/// How long a remote is waited for: nobody looks, and the next capture goes there again.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) fn main(options: &ConnectedOptions, in_background: bool) {
    let mut told = Vec::new();
    let read = std::io::stdin().take(MOST).read_to_end(&mut told).context("cannot read stdin");
    let done =
        read.and_then(|_| if in_background { hand_on(options, &told) } else { capture(options, &told) });
    if let Err(error) = done {
        trouble::note(&whereabouts::places().trouble(), Timestamp::now(), &format!("{error:#}"));
    }
}

fn capture(options: &ConnectedOptions, told: &[u8]) -> Result<()> {
    let told = Told::read(told).map_err(|why| anyhow!(why))?;
    let (transcripts, skipped) = told.transcripts();
    if is_kept_out() {
        return whereabouts::places().keep_out(&transcripts);
    }
    let mut here = Here::find(options)?;
    here.patience = Some(PATIENCE);
    let trouble = here.places.trouble();
    let note = |what: &str| trouble::note(&trouble, here.stamp.at, what);
    skipped.iter().for_each(|skipped| note(&format!("{}: {}", skipped.path, skipped.reason)));
    if transcripts.is_empty() {
        return Err(anyhow!("the transcript that the hook named is not there"));
    }
    let (captured, taken) = here.capture(&transcripts, told.is_over(), told.folder())?;
    for skipped in taken.skipped.iter().filter(|skipped| skipped.line.is_none()) {
        note(&format!("{}: {}", skipped.path, skipped.reason));
    }
    captured.failures().for_each(|failure| note(&failure));
    Ok(())
}

/// Starts this program once more, apart from the agent, which may end whatever it started when it ends itself.
fn hand_on(options: &ConnectedOptions, told: &[u8]) -> Result<()> {
    let program = std::env::current_exe().context("cannot find this program")?;
    let mut command = Command::new(program);
    command.args(["capture", "--hook"]).args(options.arguments());
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    apart(&mut command);
    let mut child = command.spawn().context("cannot go on in the background")?;
    let mut stdin = child.stdin.take().context("cannot go on in the background")?;
    stdin.write_all(told).context("cannot go on in the background")
}

#[cfg(unix)]
fn apart(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(windows)]
fn apart(command: &mut Command) {
    /// `DETACHED_PROCESS` and `CREATE_NEW_PROCESS_GROUP` of the Windows API.
    const APART: u32 = 0x0000_0008 | 0x0000_0200;
    std::os::windows::process::CommandExt::creation_flags(command, APART);
}

#[cfg(not(any(unix, windows)))]
fn apart(_: &mut Command) {}
