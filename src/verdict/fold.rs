//! What is known of every pattern, from all that was proposed for it.

use super::{How, Looking, Notes, Proposal};
use crate::learning::Change;
use crate::learning::standing::{Refusal, Standing, Standings, Verdict};
use crate::ledger::CycleRecord;
use crate::pattern::{Fingerprint, Grade, Support};
use crate::repo::{Oid, Repo};
use anyhow::Result;

/// What people did with every learning, the oldest first, and what is known of every pattern from that.
///
/// Errors: as [`super::decided`].
pub fn settled<'a>(
    repo: &'a Repo,
    cycles: &'a [CycleRecord],
    target: Oid,
    root: &'a str,
) -> Result<(Vec<Proposal<'a>>, Standings)> {
    let notes = Notes::all(repo, cycles, target, root)?;
    let looking = Looking::at(&notes)?;
    let proposals = looking.decided(|_| true)?;
    let mut standings = Standings::new();
    for proposal in &proposals {
        let learning = proposal.learning;
        let Some(pattern) = Fingerprint::parse(&learning.pattern) else { continue };
        let change = Change::parse(&learning.change).unwrap_or(Change::Add);
        let refusal = matches!(proposal.verdict, Verdict::Rejected | Verdict::Reverted)
            .then(|| looking.refusal(proposal, cycles));
        let later = Standing { refusal, ..standing(&looking, proposal) };
        let standing = match standings.remove(&pattern) {
            Some(earlier) => Standing::followed_by(earlier, change, &learning.title, later),
            None => later,
        };
        standings.insert(pattern, standing);
    }
    Ok((proposals, standings))
}

/// What one proposal says of its pattern.
fn standing(looking: &Looking<'_, '_>, proposal: &Proposal<'_>) -> Standing {
    let Proposal { cycle, learning, verdict, how, note, .. } = proposal;
    let counted = &learning.support;
    // What went into another pattern's note is said there, in that one's words.
    let is_in_another = matches!(how, How::Since(Change::Merge));
    let proposed = looking.versions.proposed(cycle, learning).filter(|_| !is_in_another);
    let text = proposed.and_then(|blob| looking.repo.read_blob(blob).ok());
    Standing {
        note: note.clone(),
        verdict: *verdict,
        stands: verdict.stands(),
        support: Support {
            sessions: counted.sessions,
            jobs: counted.jobs,
            agents: counted.agents,
            people: counted.people,
            ..Support::default()
        },
        text: text.and_then(|bytes| String::from_utf8(bytes).ok()),
        grade: Grade::parse(&learning.grade),
        weight: learning.weight,
        refusal: None,
        declined: Vec::new(),
    }
}

impl Looking<'_, '_> {
    /// Who would not have a learning, and how many of these cycles had run by then: those that began where the deciding
    /// commit was not yet, and those that found the learning still waiting.
    fn refusal(&self, proposal: &Proposal<'_>, cycles: &[CycleRecord]) -> Refusal {
        let Proposal { cycle, learning, how, by, .. } = proposal;
        let decided = by.as_ref().map(|by| by.commit);
        let had_run = cycles.iter().rposition(|earlier| {
            earlier.cycle == cycle.cycle
                || earlier.pending.contains(&learning.pattern)
                || match how {
                    // The ledger's commits are not among the target's: their moments tell.
                    How::Declined => by.as_ref().is_some_and(|by| earlier.at <= by.at),
                    _ => decided.is_some_and(|decided| !self.history.has(&earlier.base, decided)),
                }
        });
        Refusal {
            title: learning.title.clone(),
            who: by.as_ref().map(|by| by.name.clone()),
            at: by.as_ref().map(|by| by.at),
            commit: decided.map(|commit| commit.to_string()),
            how: how.to_string(),
            reason: by.as_ref().and_then(|by| by.reason.clone()),
            is_final: *how == How::Forgotten,
            cycles: had_run.map_or(0, |last| last + 1),
            proposed: cycles.iter().rposition(|one| one.cycle == cycle.cycle).map_or(0, |at| at + 1),
        }
    }
}
