//! Deciding on what waits, learning by learning, and landing it.
//!
//! What waits on open dream branches ([`Waiting`]), what the target becomes with what is taken ([`outcome`]), what was
//! answered so far ([`answers`]), and making it so in one move ([`land`]): the accepted learnings as commits of their
//! own, then the index; the refused ones in the ledger. Lines that people changed since a learning was proposed are
//! never written over: a learning that does not fit any more has to be edited, or waits. Refuses to ask and to show:
//! that is the command's work.

pub mod answers;
mod branches;
pub mod land;
pub mod outcome;
mod waiting;

pub use waiting::{Step, Waiting};

use crate::cycle::Target;
use crate::ledger::Ledger;
use crate::repo::{Oid, Repo};
use crate::settings::Settings;
use crate::verdict::open_branches;
use anyhow::Result;

/// What there is to decide, as the repository stood when it was looked at.
pub struct Review<'r> {
    /// The repository.
    pub repo: &'r Repo,
    /// Its settings.
    pub settings: &'r Settings,
    /// The branch that learnings land on.
    pub target: Target,
    /// Where that branch stands.
    pub base: Oid,
    /// The ledger.
    pub ledger: Ledger<'r>,
    /// What waits: the oldest cycle first, in the order of its commits.
    pub waiting: Vec<Waiting>,
    /// Open dream branches of which the ledger here knows nothing.
    pub unknown: Vec<String>,
}

impl<'r> Review<'r> {
    /// Looks at the repository.
    ///
    /// Errors: the target cannot be told, has no commit, or is not here as it is at its remote.
    pub fn open(repo: &'r Repo, settings: &'r Settings) -> Result<Review<'r>> {
        let target = Target::find(repo, settings)?;
        let base = target.to_change(repo)?;
        let ledger = Ledger::open(repo)?;
        let (cycles, _) = ledger.cycles()?;
        let waiting = waiting::find(repo, &settings.memory.root, &cycles, base)?;
        let is_known = |branch: &String| cycles.iter().any(|cycle| cycle.branch.as_ref() == Some(branch));
        let unknown = open_branches(repo)?.into_keys().filter(|branch| !is_known(branch)).collect();
        Ok(Review { repo, settings, target, base, ledger, waiting, unknown })
    }
}
