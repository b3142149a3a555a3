//! What a dream has before it: what is new, everything there is, and whether that is anything to dream on.
//!
//! Owns the answer "nothing": then digests are not even loaded, which keeps a run with nothing new short. Refuses to
//! look at what digests say.

use super::gather::{self, Gathered};
use super::parts::Parts;
use super::{Before, Request, record};
use crate::digest::Digest;
use crate::learning::{self, standing::Verdict};
use crate::ledger::{self, Digests};
use crate::session::SessionId;
use crate::settings::Settings;
use crate::verdict;
use anyhow::Result;
use std::collections::BTreeSet;

/// What a dream has before it.
pub(super) struct Intake {
    /// What was read.
    pub(super) gathered: Gathered,
    /// Digests that the ledger does not have yet, inboxes included; sorted by session, each once.
    pub(super) fresh: Vec<Digest>,
    /// Every digest there is, with all that is known of it; `None` where there is nothing to dream on.
    pub(super) all: Option<Digests>,
}

/// Reads what is new and, if that is anything or something was left to say, loads everything there is.
pub(super) fn take_in(request: &Request<'_>, before: &Before<'_>, parts: &Parts) -> Result<Intake> {
    let Request { repo, settings, sources, .. } = request;
    let ledger = &before.ledger;
    let folded_in = parts.timed("listing the known sessions", || ledger.folded_in())?;
    let erased = ledger.erased()?;
    let mut gathered =
        parts.timed("reading sessions", || gather::gather(sources, &folded_in, &erased, settings, repo))?;
    gathered.leave_out(&erased);
    let nothing_new = gathered.digests.is_empty() && !ledger.has_waiting(&folded_in)?;
    // Without any session there is nothing that could have been left to say.
    let is_quiet = nothing_new
        && (folded_in.is_empty()
            || parts.timed("looking for what is left to say", || nothing_left_to_say(before, settings))?);
    if is_quiet && sources.outcomes.is_none() {
        return Ok(Intake { gathered, fresh: Vec::new(), all: None });
    }
    // There will be drafts: what they need is made ready on a thread that would wait otherwise.
    rayon::spawn(learning::get_ready);
    let mut all = parts.timed("loading digests", || ledger.digests_and(&gathered.digests))?;
    if let Some(outcomes) = sources.outcomes {
        gathered.judge(&all.digests, outcomes, request.now, ledger.late_additions()?);
        ledger::join(&mut all.digests, gathered.late.clone());
    }
    // What was read here stands before what somebody pushed under the same name.
    let here: BTreeSet<&SessionId> = gathered.digests.iter().map(|digest| &digest.session).collect();
    let mut fresh = ledger.waiting()?.digests;
    fresh.retain(|digest| !here.contains(&digest.session));
    gathered.arrived = fresh.len() as u32;
    fresh.extend_from_slice(&gathered.digests);
    ledger::one_each(&mut fresh);
    let all = if is_quiet && gathered.late.is_empty() { None } else { Some(all) };
    Ok(Intake { gathered, fresh, all })
}

/// Whether mining again would propose what the last cycle proposed: the program, the settings and the outcomes are the
/// ones it had, and what found no room in it waits until people have decided on some of what did.
fn nothing_left_to_say(before: &Before<'_>, settings: &Settings) -> Result<bool> {
    let Some(last) = before.ledger.last_cycle()? else { return Ok(before.ledger.tip().is_none()) };
    if last.settings != before.setting || last.engine != before.engine {
        return Ok(false);
    }
    if last.counts.get(record::OUTCOME_FILES).copied().unwrap_or_default()
        != before.ledger.late_additions()? as u64
    {
        return Ok(false);
    }
    if !last.counts.contains_key(record::LEFT_OVER) {
        return Ok(true);
    }
    let root = &settings.memory.root;
    let proposals = verdict::decided(before.ledger.repo(), std::slice::from_ref(&last), before.base, root)?;
    Ok(proposals.iter().all(|proposal| proposal.verdict == Verdict::Pending))
}
