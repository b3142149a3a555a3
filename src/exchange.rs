//! Ledger, inboxes and branches, brought together with the remote's.
//!
//! Several machines dream on one memory: a laptop, a scheduled run. What each of them knows is a set, so that two
//! ledgers that grew apart are united and nobody waits for anybody. [`Exchange::fetch`] brings what the remote has,
//! [`Exchange::share`] takes there what is here. Refuses to decide anything and to force: a branch that reviewers have
//! worked on stays theirs, and what moved in the meantime is fetched and united once more.

use crate::forgetting::erasure::{self, Origin};
use crate::ledger::{INBOXES, LEDGER, Ledger, Stamp, union};
use crate::remote::{Failure, Remote, Update};
use crate::repo::{Identity, Oid, RefMove, Repo};
use crate::settings::Settings;
use anyhow::{Context, Result};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// What all dream branches begin with.
const DREAMS: &str = "refs/heads/dream/";
/// How often somebody else may be first before it is left to a later run.
const ATTEMPTS: usize = 4;

/// A repository and its remote.
pub struct Exchange<'a> {
    /// The repository.
    pub repo: &'a Repo,
    /// The remote.
    pub remote: &'a Remote<'a>,
    /// The settings in force.
    pub settings: &'a Settings,
    /// The branch that learnings are proposed for: `main`.
    pub target: &'a str,
    /// When.
    pub now: Timestamp,
}

/// What came of fetching.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fetched {
    /// Whether the ledger here learnt something from the remote's.
    pub ledger: bool,
    /// The inboxes that came or grew, by contributor.
    pub inboxes: Vec<String>,
    /// Dream branches that are not at the remote any more.
    pub closed: Vec<String>,
    /// How many commits the target has at the remote and not here.
    pub behind: usize,
}

/// What came of sharing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// Whether the remote's ledger learnt something from the one here.
    pub ledger: bool,
    /// What became of the branch; `None` where none was named.
    pub branch: Option<Pushed>,
    /// The inboxes that are in the ledger now and were taken away, by contributor.
    pub folded: Vec<String>,
}

/// What became of a branch that was to be pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// It is at the remote now.
    New,
    /// It was there, and has grown.
    Grown,
    /// It was there as it is here.
    Same,
    /// Reviewers have changed it there: it was left as it is.
    Reviewed,
    /// It was there and was deleted: that is an answer, and it was not pushed again.
    Closed,
}

impl Exchange<'_> {
    /// Brings what the remote has: the target and the dream branches as branches of the remote, the ledger united with
    /// the one here, the inboxes.
    ///
    /// Errors: the remote fails ([`Failure`]), or the repository cannot be read or written.
    pub fn fetch(&self) -> Result<Fetched> {
        self.repo.recover()?;
        let target = format!("refs/heads/{}", self.target);
        let patterns = [target.as_str(), "refs/heads/dream/*", LEDGER, "refs/dream/inbox/*"];
        let is_ours = |name: &str| {
            name == target || name == LEDGER || [DREAMS, INBOXES].iter().any(|of| name.starts_with(of))
        };
        let listed: BTreeMap<String, Oid> =
            self.remote.list(&patterns)?.into_iter().filter(|(name, _)| is_ours(name)).collect();
        let before = self.known()?;
        if listed != before {
            let refspec = |name: &str| format!("+{name}:{}", self.copy(name));
            let mut refspecs = vec![refspec("refs/heads/dream/*"), refspec("refs/dream/*")];
            refspecs.extend(listed.contains_key(&target).then(|| refspec(&target)));
            self.remote.fetch(&refspecs)?;
        }
        let mut fetched = Fetched::default();
        let after = self.known()?;
        let gone = before.keys().filter(|name| !after.contains_key(*name));
        fetched.closed = gone
            .filter_map(|name| name.strip_prefix("refs/heads/"))
            .filter(|name| *name != self.target)
            .map(str::to_owned)
            .collect();
        if let Some(theirs) = after.get(LEDGER) {
            let ours = self.repo.resolve(LEDGER)?;
            let together = self.together(ours, *theirs)?;
            fetched.ledger = ours != Some(together);
            self.repo.move_refs(&[moving(LEDGER, ours, Some(together), "fetch: unite the ledgers")])?;
        }
        let moves = self.inbox_moves(&before, &after)?;
        let grown = moves.iter().filter(|moving| moving.to.is_some());
        fetched.inboxes = grown.map(|moving| contributor(&moving.name)).collect();
        self.repo.move_refs(&moves)?;
        if fetched.ledger || !fetched.inboxes.is_empty() {
            self.erase_what_is_erased_elsewhere()?;
        }
        if let (Some(theirs), Some(ours)) = (after.get(&target), self.repo.resolve(&target)?) {
            fetched.behind = self.repo.walk(&[ours], *theirs)?.len();
        }
        Ok(fetched)
    }

    /// Takes ledger and branch (`dream/2026-01-02-abcdef`) to the remote, together; then takes away the inboxes whose
    /// every session is in that ledger. What is there is as it was fetched ([`Exchange::fetch`], which comes first), and
    /// is fetched once more where it has moved since.
    ///
    /// Errors: as [`Exchange::fetch`]; nothing is lost then, and sharing once more goes on from there.
    pub fn share(&self, branch: Option<&str>) -> Result<Shared> {
        let mut attempt = 1;
        loop {
            match self.share_once(branch)? {
                Ok(shared) => return Ok(shared),
                // Somebody else was first: what they brought is united with ours.
                Err(Failure::Moved { .. }) if attempt < ATTEMPTS => attempt += 1,
                Err(failure) => return Err(failure.into()),
            }
            self.fetch()?;
        }
    }

    fn share_once(&self, branch: Option<&str>) -> Result<Result<Shared, Failure>> {
        let there = self.known()?;
        let mut updates = Vec::new();
        let ours = self.repo.resolve(LEDGER)?;
        let theirs = there.get(LEDGER).copied();
        if ours != theirs && ours.is_some() {
            updates.push(Update { name: LEDGER.to_owned(), from: theirs, to: ours });
        }
        let pushed = match branch {
            None => None,
            Some(branch) => {
                let name = format!("refs/heads/{branch}");
                let ours =
                    self.repo.resolve(&name)?.with_context(|| format!("there is no branch {branch} here"))?;
                let theirs = there.get(&name).copied();
                let pushed = self.branch_state(branch, ours, theirs)?;
                if matches!(pushed, Pushed::New | Pushed::Grown) {
                    updates.push(Update { name, from: theirs, to: Some(ours) });
                }
                Some(pushed)
            }
        };
        if let Err(failure) = self.remote.push(&updates) {
            return Ok(Err(failure));
        }
        self.remember(&updates)?;
        if let (Some(branch), Some(Pushed::New)) = (branch, pushed) {
            self.repo.follow(branch, self.remote.name())?;
        }
        let ledger = updates.iter().any(|update| update.name == LEDGER);
        Ok(Ok(Shared { ledger, branch: pushed, folded: self.take_away_folded(&there)? }))
    }

    fn branch_state(&self, branch: &str, ours: Oid, theirs: Option<Oid>) -> Result<Pushed> {
        Ok(match theirs {
            Some(theirs) if theirs == ours => Pushed::Same,
            Some(theirs) if self.has_grown(branch, ours, theirs)? => Pushed::Grown,
            Some(_) => Pushed::Reviewed,
            None if self.repo.upstream(branch)?.is_some() => Pushed::Closed,
            None => Pushed::New,
        })
    }

    /// Whether there is more here than at the remote, and all that was proposed is there: who dropped the last commits
    /// has left behind what grew, too.
    fn has_grown(&self, branch: &str, ours: Oid, theirs: Oid) -> Result<bool> {
        let (cycles, _) = Ledger::open(self.repo)?.cycles()?;
        let cycle = cycles.iter().find(|cycle| cycle.branch.as_deref() == Some(branch));
        let Some(proposed) = cycle.and_then(|cycle| Oid::parse(cycle.tip.as_deref()?)) else {
            return Ok(false);
        };
        Ok(self.repo.is_ancestor(theirs, ours)? && self.repo.is_ancestor(proposed, theirs)?)
    }

    /// Deletes the remote's inboxes that the ledger has all of. Whoever pushed more to one in the meantime keeps it.
    fn take_away_folded(&self, there: &BTreeMap<String, Oid>) -> Result<Vec<String>> {
        let ledger = Ledger::open(self.repo)?;
        let in_ledger = ledger.folded_in()?;
        let mut folded = Vec::new();
        for (name, tip) in there.iter().filter(|(name, _)| name.starts_with(INBOXES)) {
            if !ledger.is_folded_in(name, *tip, &in_ledger)? {
                continue;
            }
            let update = Update { name: name.clone(), from: Some(*tip), to: None };
            // A remote that lets nobody delete keeps it: what is folded in already is not folded in again.
            if self.remote.push(std::slice::from_ref(&update)).is_ok() {
                self.remember(&[update])?;
                if self.repo.resolve(name)? == Some(*tip) {
                    self.repo.move_refs(&[moving(name, Some(*tip), None, "share: folded in")])?;
                }
                folded.push(contributor(name));
            }
        }
        Ok(folded)
    }

    /// Takes down where the remote's refs stand after a push.
    fn remember(&self, updates: &[Update]) -> Result<()> {
        let mut moves = Vec::new();
        for Update { name, to, .. } in updates {
            let copy = self.copy(name);
            // git itself has done so for branches, where the remote's settings say where.
            let now = self.repo.resolve(&copy)?;
            moves.extend((now != *to).then(|| moving(&copy, now, *to, "push")));
        }
        Ok(self.repo.move_refs(&moves)?)
    }

    /// What the remote has, as it was last seen: its refs by their names there.
    fn known(&self) -> Result<BTreeMap<String, Oid>> {
        let mut known = BTreeMap::new();
        for folder in [DREAMS, "refs/dream/"] {
            let copy = self.copy(folder);
            let refs = self.repo.refs_under(&copy)?.into_iter();
            known
                .extend(refs.map(|(name, tip)| (format!("{folder}{}", name.trim_start_matches(&copy)), tip)));
        }
        let target = format!("refs/heads/{}", self.target);
        known.extend(self.repo.resolve(&self.copy(&target))?.map(|tip| (target, tip)));
        Ok(known)
    }

    /// Where a ref of the remote is kept here. The ledger's copy lies outside `refs/remotes`, where only branches are
    /// looked for.
    fn copy(&self, name: &str) -> String {
        let remote = self.remote.name();
        match (name.strip_prefix("refs/heads/"), name.strip_prefix("refs/")) {
            (Some(branch), _) => format!("refs/remotes/{remote}/{branch}"),
            (None, Some(rest)) => format!("refs/dream-remote/{remote}/{rest}"),
            (None, None) => name.to_owned(),
        }
    }

    /// The state that has everything of both.
    fn together(&self, ours: Option<Oid>, theirs: Oid) -> Result<Oid> {
        match ours {
            None => Ok(theirs),
            Some(ours) if ours == theirs || self.repo.is_ancestor(theirs, ours)? => Ok(ours),
            Some(ours) if self.repo.is_ancestor(ours, theirs)? => Ok(theirs),
            Some(ours) => union(self.repo, ours, theirs, &Identity::of(&self.settings.author)),
        }
    }

    /// How the inboxes here have to move: what the remote added is added where the ledger does not have it yet, what it
    /// took away goes where it is here as it was there.
    fn inbox_moves(
        &self,
        before: &BTreeMap<String, Oid>,
        after: &BTreeMap<String, Oid>,
    ) -> Result<Vec<RefMove>> {
        let mut moves = Vec::new();
        let ledger = Ledger::open(self.repo)?;
        let in_ledger = ledger.folded_in()?;
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for name in names.into_iter().filter(|name| name.starts_with(INBOXES)) {
            let ours = self.repo.resolve(name)?;
            let is_as_it_was = ours.is_some() && ours.as_ref() == before.get(name);
            let to = match after.get(name) {
                Some(theirs) if ledger.is_folded_in(name, *theirs, &in_ledger)? => {
                    ours.filter(|_| !is_as_it_was)
                }
                Some(theirs) if is_as_it_was => Some(*theirs),
                Some(theirs) => Some(self.together(ours, *theirs)?),
                None if is_as_it_was => None,
                None => ours,
            };
            moves.extend((to != ours).then(|| moving(name, ours, to, "fetch: inbox")));
        }
        Ok(moves)
    }

    /// What was erased on one machine is not to be brought back by another, nor kept by it.
    fn erase_what_is_erased_elsewhere(&self) -> Result<()> {
        if Ledger::open(self.repo)?.erased()?.sessions.is_empty() {
            return Ok(());
        }
        let held = erasure::plan(self.repo, self.settings, &Origin::ErasedElsewhere)?;
        if held.is_done {
            return Ok(());
        }
        let stamp = Stamp { identity: Identity::of(&self.settings.author), at: self.now };
        erasure::erase(self.repo, &held, &stamp).map(drop)
    }
}

/// Whose an inbox is, by its ref's full name.
fn contributor(inbox: &str) -> String {
    inbox.trim_start_matches(INBOXES).to_owned()
}

fn moving(name: &str, from: Option<Oid>, to: Option<Oid>, reason: &str) -> RefMove {
    RefMove { name: name.to_owned(), from, to, reason: reason.to_owned() }
}
