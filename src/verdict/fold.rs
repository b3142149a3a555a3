//! What is known of every pattern, from all that was proposed for it.

use super::{How, Proposal, decided};
use crate::learning::Change;
use crate::learning::standing::{Standing, Standings};
use crate::ledger::CycleRecord;
use crate::memory::place::outside;
use crate::pattern::{Fingerprint, Grade, Support};
use crate::repo::{Oid, Repo};
use anyhow::Result;

/// What is known of every pattern that was ever proposed.
///
/// Errors: as [`decided`].
pub fn standings(repo: &Repo, cycles: &[CycleRecord], target: Oid, root: &str) -> Result<Standings> {
    let mut standings = Standings::new();
    for proposal in decided(repo, cycles, target, root)? {
        let learning = proposal.learning;
        let Some(pattern) = Fingerprint::parse(&learning.pattern) else { continue };
        let change = Change::parse(&learning.change).unwrap_or(Change::Add);
        let later = standing(repo, &proposal, root);
        let standing = match standings.remove(&pattern) {
            Some(earlier) => Standing::followed_by(earlier, change, &learning.title, later),
            None => later,
        };
        standings.insert(pattern, standing);
    }
    Ok(standings)
}

/// What one proposal says of its pattern.
fn standing(repo: &Repo, proposal: &Proposal<'_>, root: &str) -> Standing {
    let Proposal { learning, verdict, how, note, .. } = proposal;
    let counted = &learning.support;
    // What went into another pattern's note is said there, in that one's words.
    let is_in_another = matches!(how, How::Since(Change::Merge));
    let text = learning.commit().filter(|_| !is_in_another).and_then(|commit| {
        // Git removes commits that no branch has any more.
        repo.read(commit, &outside(root, &learning.note)).unwrap_or(None)
    });
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
        declined: Vec::new(),
    }
}
