//! Capturing at a session's end, when an agent's hook says so. Whatever goes wrong, the agent is not to notice: it is noted
//! beside the queue, where `git dream capture --status` shows it.

use super::super::whereabouts;
use super::connected::{ConnectedOptions, Here, is_kept_out};
use crate::capture::hook::{MOST, Told};
use crate::capture::{background, trouble};
use anyhow::{Context, Result, anyhow};
use jiff::Timestamp;
use std::io::Read;
use std::time::Duration;

/// How long a remote is waited for: nobody looks, and the next capture goes there again.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) fn main(options: &ConnectedOptions, in_background: bool) {
    let mut told = Vec::new();
    let read = std::io::stdin().take(MOST).read_to_end(&mut told).context("cannot read stdin");
    let hand_on = || background::start(["capture", "--hook"].into_iter().chain(options.arguments()), &told);
    let done = read.and_then(|_| if in_background { hand_on() } else { capture(options, &told) });
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
