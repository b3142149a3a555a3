//! The remote that a command works with, and what came from it.

use super::exit::Usage;
use super::talk::{COMMAND, Talk, count};
use super::whereabouts::Whereabouts;
use crate::cycle::Target;
use crate::exchange::{Exchange, Fetched};
use crate::remote::Remote;
use anyhow::Result;
use jiff::Timestamp;

/// Fetches from the remote that is named, or else meant ([`Remote::find`]), and says what came.
///
/// Errors: there is none, or it fails.
pub(super) fn fetch(here: &Whereabouts, named: Option<&str>, now: Timestamp, talk: &Talk) -> Result<()> {
    let target = Target::find(&here.repo, &here.settings)?.branch;
    let Some(remote) = Remote::find(&here.repo, named, &target)? else {
        return Err(Usage(
            "--fetch needs a remote and there is none: add one with `git remote add origin URL`, or leave --fetch out"
                .to_owned(),
        )
        .into());
    };
    let exchange =
        Exchange { repo: &here.repo, remote: &remote, settings: &here.settings, target: &target, now };
    let mut fetched = exchange.fetch()?;
    if Target::find(&here.repo, &here.settings)?.behind.is_some() {
        // Then what is there counts, and whoever looks at the memory says so.
        fetched.behind = 0;
    }
    tell(&fetched, remote.name(), &target, talk);
    Ok(())
}

fn tell(fetched: &Fetched, remote: &str, target: &str, talk: &Talk) {
    let Fetched { ledger, inboxes, closed, behind } = fetched;
    if !inboxes.is_empty() {
        talk.say(&format!("Fetched from {remote} what came in from {}.", inboxes.join(", ")));
    }
    if *ledger {
        talk.say(&format!("Fetched the ledger of {remote}: it is one with the ledger here now."));
    }
    for branch in closed {
        talk.say(&format!("{branch} is not at {remote} any more."));
    }
    if *behind > 0 {
        talk.say(&format!(
            "{target} is {} behind {remote}/{target}: {COMMAND}git pull{COMMAND:#}",
            count(*behind, "commit")
        ));
    }
}
