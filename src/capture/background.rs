//! Going on when the agent does not wait: this program once more, apart from whoever started it.

use anyhow::{Context, Result};
use std::io::Write;
use std::process::{Command, Stdio};

/// Starts this program with these arguments and tells it this on stdin. It belongs to nobody: an agent may end whatever it
/// started when it ends itself.
///
/// Errors: it cannot be started.
pub fn start<'a>(arguments: impl IntoIterator<Item = &'a str>, told: &[u8]) -> Result<()> {
    let program = std::env::current_exe().context("cannot find this program")?;
    let mut command = Command::new(program);
    command.args(arguments);
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
