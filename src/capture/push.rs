//! Handing over what waits: an inbox goes to the memory's remote and grows there.
//!
//! Owns what happens when the inbox there is not as it was last seen: another machine of the same person added to it, and
//! ours goes on top; or a cycle folded it in and took it away, and only what the ledger lacks goes there once more.
//! Never forces, and leaves everything queued where anything fails.

use super::outbox::{Outbox, inbox_of, moving, there_of};
use crate::ledger::{LEDGER, Ledger, Stamp};
use crate::remote::{Failure, Remote, Update};
use crate::repo::{MoveError, Oid, RefMove};
use crate::session::SessionId;
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};

/// How often others may be first before it is left to the next capture.
const ATTEMPTS: usize = 5;

/// Pushes what waits for a contributor; gives how many sessions went there. Without anything that waits, nobody is asked.
///
/// Errors: the remote fails ([`Failure`]); then everything waits on.
pub fn push(outbox: &Outbox, name: &str, remote: &Remote<'_>, stamp: &Stamp) -> Result<usize> {
    let mut pushed = 0;
    let mut last = None;
    for _ in 0..ATTEMPTS {
        let waiting = outbox.waiting(name)?;
        if waiting == 0 {
            return Ok(pushed);
        }
        match push_once(outbox, name, remote, stamp) {
            Ok(sent) => pushed += if sent { waiting } else { 0 },
            Err(error) => match error.downcast_ref::<Failure>() {
                Some(Failure::Moved { .. }) => last = Some(error),
                _ if error
                    .downcast_ref::<MoveError>()
                    .is_some_and(|error| matches!(error, MoveError::Lost { .. })) =>
                {
                    last = Some(error);
                }
                _ => return Err(error),
            },
        }
    }
    last.map_or(Ok(pushed), Err)
}

/// Goes there once; gives whether anything was sent.
fn push_once(outbox: &Outbox, name: &str, remote: &Remote<'_>, stamp: &Stamp) -> Result<bool> {
    let repo = outbox.repo();
    let (inbox, there) = (inbox_of(name), there_of(name));
    let listed = remote.list(&[&inbox, LEDGER])?;
    let theirs = listed.get(&inbox).copied();
    let (mut ours, seen) = (repo.resolve(&inbox)?, repo.resolve(&there)?);
    if theirs.is_some() && theirs == ours {
        repo.move_refs(&[moving(&there, seen, theirs, "push: it is there already")])?;
        return Ok(false);
    }
    if theirs.is_none() || theirs != seen {
        look_again(outbox, name, remote, &listed)?;
        let new = on_top(outbox, &inbox, ours, theirs, stamp)?;
        repo.move_refs(&[moving(&inbox, ours, new, "push: on top of what is there")])?;
        ours = new;
    }
    if ours.is_none() || ours == theirs {
        return Ok(false);
    }
    remote.push(&[Update { name: inbox, from: theirs, to: ours }])?;
    repo.move_refs(&[moving(&there, repo.resolve(&there)?, ours, "push: it is there")])?;
    Ok(true)
}

/// Brings the ledger and the inbox as the memory has them now.
fn look_again(
    outbox: &Outbox,
    name: &str,
    remote: &Remote<'_>,
    listed: &BTreeMap<String, Oid>,
) -> Result<()> {
    let repo = outbox.repo();
    let gone = |at: &str| -> Result<Option<RefMove>> {
        Ok(repo.resolve(at)?.map(|from| moving(at, Some(from), None, "look: it is not there any more")))
    };
    let (inbox, there) = (inbox_of(name), there_of(name));
    let mut moves = Vec::new();
    match listed.get(LEDGER) {
        None => moves.extend(gone(LEDGER)?),
        Some(tip) if repo.resolve(LEDGER)? == Some(*tip) => {}
        Some(_) => remote.fetch_tips(&[format!("+{LEDGER}:{LEDGER}")])?,
    }
    match listed.contains_key(&inbox) {
        true => remote.fetch(&[format!("+{inbox}:{there}")])?,
        false => moves.extend(gone(&there)?),
    }
    repo.move_refs(&moves)?;
    Ok(())
}

/// What the inbox is to be, on top of what is there: what was queued and neither is there nor in the ledger.
fn on_top(
    outbox: &Outbox,
    inbox: &str,
    ours: Option<Oid>,
    theirs: Option<Oid>,
    stamp: &Stamp,
) -> Result<Option<Oid>> {
    let Some(queued) = ours else { return Ok(theirs) };
    let ledger = Ledger::open(outbox.repo())?;
    let mut has: BTreeSet<SessionId> = ledger.folded_in()?;
    if let Some(theirs) = theirs {
        has.append(&mut ledger.sessions_of_inbox(inbox, theirs)?);
    }
    let erased = ledger.erased()?;
    let mut digests = ledger.digests_of_inbox(inbox, queued)?.digests;
    let before = digests.len();
    digests.retain(|digest| !has.contains(&digest.session) && !erased.covers(digest));
    let is_on_top = match theirs {
        None => digests.len() == before,
        Some(theirs) => outbox.repo().is_ancestor(theirs, queued)?,
    };
    if is_on_top { Ok(ours) } else { outbox.chain(theirs, &digests, stamp) }
}
