//! Exit codes: 0 done, 1 a check failed, 2 wrong usage or configuration (a repository that cannot be worked in is
//! one), 3 the outside world failed.

use super::talk::Talk;
use crate::settings;
use crate::unusable::Unusable;
use std::process::ExitCode;

/// The user asked for something that cannot be: says what, and what to do.
#[derive(Debug)]
pub(super) struct Usage(pub(super) String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// A check that was asked for failed: says how.
#[derive(Debug)]
pub(super) struct Failed(pub(super) String);

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failed {}

/// The exit code of a command, with its error told.
pub(super) fn of(done: anyhow::Result<()>, talk: &Talk) -> ExitCode {
    let Err(error) = done else { return ExitCode::SUCCESS };
    if is_closed_pipe(&error) {
        return ExitCode::SUCCESS;
    }
    talk.error(&error);
    if error.is::<Failed>() {
        return ExitCode::from(1);
    }
    ExitCode::from(if error.chain().any(is_the_users) { 2 } else { 3 })
}

/// Whether the user can mend it: what was asked, the configuration, or the repository that it was asked in.
fn is_the_users(cause: &(dyn std::error::Error + 'static)) -> bool {
    cause.is::<Usage>() || cause.is::<settings::Invalid>() || cause.is::<Unusable>()
}

/// The exit code where the arguments could not be read; help and version are no error.
pub(super) fn of_clap(error: &clap::Error) -> ExitCode {
    // Nothing can be done if even this cannot be printed.
    let _ = error.print();
    ExitCode::from(if error.use_stderr() { 2 } else { 0 })
}

/// What Windows may call a pipe that nobody reads any more; the standard library has no kind for it.
const PIPE_NOT_CONNECTED: i32 = 233;

/// Whoever read our output has had enough (`git dream log | head`).
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let broken = |cause: &(dyn std::error::Error + 'static)| {
        cause.downcast_ref::<std::io::Error>().is_some_and(|error| {
            let not_connected = cfg!(windows) && error.raw_os_error() == Some(PIPE_NOT_CONNECTED);
            not_connected || error.kind() == std::io::ErrorKind::BrokenPipe
        })
    };
    error.chain().any(broken)
}
