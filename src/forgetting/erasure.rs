//! Erasing what came from a session or a person.
//!
//! Everything is known before anything is written ([`plan`]): what goes, what rested on it, where else it is. Then the
//! histories of the ledger and the inboxes are written again, all refs move at once, and what was cached is dropped
//! ([`erase`]). Killed in between, the repository is as before or as after. Owns what "came from there" means; refuses
//! to reach into clones, remotes and people's branches: it says what to do about them.

use super::quoted::{self, Quoted};
use super::rescore::{Rescored, rescore};
use super::trace::Traces;
use crate::cycle::Target;
use crate::digest::Digest;
use crate::ledger::cache::Cache;
use crate::ledger::erase::Going;
use crate::ledger::{CycleRecord, Erased, LEDGER, Ledger, Stamp, whole};
use crate::repo::{MoveError, Oid, RefMove, Repo};
use crate::session::SessionId;
use crate::settings::Settings;
use crate::unusable::Unusable;
use crate::verdict;
use anyhow::{Context, Result};
use std::collections::BTreeSet;

/// Where what is to go came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A session: our id or the tool's own, or the beginning of one.
    Session(String),
    /// A person, by the name that sessions or an inbox have.
    Contributor(String),
    /// Sessions that were erased elsewhere and are held here.
    ErasedElsewhere,
}

/// What erasing does.
pub struct Erasure<'r> {
    ledger: Ledger<'r>,
    cycles: Vec<CycleRecord>,
    /// What goes, sorted by session.
    pub digests: Vec<Digest>,
    /// Every digest that stays.
    staying: Vec<Digest>,
    /// What rested on it.
    pub rescored: Vec<Rescored>,
    /// Where branches quote it.
    pub quoted: Vec<Quoted>,
    /// Refs besides the ledger and the inboxes that hold some of it, as what was fetched from a remote.
    pub held_by: Vec<String>,
    /// Whether it is erased already.
    pub is_done: bool,
}

/// Shortest beginning of a session's id that is taken for one.
const SHORTEST_BEGINNING: usize = 4;

/// Finds what goes. What was erased before gives an erasure of nothing.
///
/// Errors: nothing came from there, or the beginning of an id fits several sessions.
pub fn plan<'r>(repo: &'r Repo, settings: &Settings, origin: &Origin) -> Result<Erasure<'r>> {
    let ledger = Ledger::open(repo)?;
    let every = ledger.every_digest()?;
    let chosen = match origin {
        Origin::Session(asked) => of_session(asked, &every, &ledger.erased()?)?,
        Origin::Contributor(name) => of_contributor(name, &every)?,
        Origin::ErasedElsewhere => {
            let erased = ledger.erased()?;
            let held = every.iter().filter(|digest| erased.covers(digest));
            held.map(|digest| digest.session.clone()).collect()
        }
    };
    let (cycles, _) = ledger.cycles()?;
    let (mut digests, staying): (Vec<Digest>, Vec<Digest>) =
        every.into_iter().partition(|digest| chosen.contains(&digest.session));
    digests.sort_by(|a, b| a.session.cmp(&b.session));
    digests.dedup_by(|a, b| a.session == b.session);
    let mut erasure = Erasure {
        is_done: digests.is_empty(),
        ledger,
        cycles,
        digests,
        staying,
        rescored: Vec::new(),
        quoted: Vec::new(),
        held_by: Vec::new(),
    };
    if !erasure.is_done {
        erasure.look_around(repo, settings, &chosen)?;
    }
    Ok(erasure)
}

/// Erases it; gives how the refs moved.
///
/// Errors: somebody else moved one of the refs first, or something cannot be written; nothing is erased then.
pub fn erase(repo: &Repo, erasure: &Erasure<'_>, stamp: &Stamp) -> Result<Vec<RefMove>> {
    let texts = erasure.recorded();
    let traces = Traces::of(texts.iter().map(String::as_str), erasure.digests.iter(), erasure.staying.iter());
    let lost = erasure.rescored.iter().filter(|lesson| lesson.after.is_none());
    let lost: BTreeSet<String> = lost.map(|lesson| lesson.pattern.to_string()).collect();
    let going = Going { digests: &erasure.digests, quotes: &|text| traces.are_in(text), lessons: &lost };
    let moves = erasure.ledger.erase(&going, &erasure.name(stamp), stamp)?;
    let cache = Cache::of(repo, true);
    let clear =
        || cache.clear().context("cannot delete what was cached: delete the folder dream/cache in .git");
    // A cache that is gone too early costs time; one that stays would still say what is erased.
    clear()?;
    repo.move_refs(&moves).map_err(|error| match error {
        MoveError::Failed(error) => error,
        lost => anyhow::Error::new(lost),
    })?;
    clear()?;
    Ok(moves)
}

impl Erasure<'_> {
    /// The commit that the ledger stands on, before.
    pub fn ledger_before(&self) -> Option<Oid> {
        self.ledger.tip()
    }

    /// Looks for what rested on it and where else it is.
    fn look_around(&mut self, repo: &Repo, settings: &Settings, chosen: &BTreeSet<SessionId>) -> Result<()> {
        let root = settings.memory.root.as_str();
        // A repository in which no target can be told has no notes either; what came from somewhere goes all the same.
        let target = Target::find(repo, settings).ok().and_then(|target| Some((target.branch, target.tip?)));
        let standings = match &target {
            Some((_, tip)) => verdict::settled(repo, &self.cycles, *tip, root)?.1,
            None => Default::default(),
        };
        let digests = self.ledger.digests()?.digests;
        self.rescored = rescore(digests, chosen, &standings, &self.cycles, &settings.mining);
        if let Some((branch, tip)) = &target {
            self.quoted = quoted::find(repo, root, (branch, *tip), &self.cycles, chosen)?;
        }
        let known: BTreeSet<&str> =
            self.ledger.inboxes().iter().map(|(name, _)| name.as_str()).chain([LEDGER]).collect();
        for (name, _) in repo.refs_under("refs/")? {
            let is_copy = name.contains("/dream/ledger") || name.contains("/dream/inbox/");
            if is_copy && !known.contains(name.as_str()) {
                self.held_by.push(name);
            }
        }
        Ok(())
    }

    /// Every text that the records of cycles hold.
    fn recorded(&self) -> Vec<String> {
        let mut texts = Vec::new();
        for cycle in &self.cycles {
            for learning in &cycle.learnings {
                texts.push(learning.title.clone());
                let reason = learning.reopened.as_ref().and_then(|reopened| reopened.reason.as_ref());
                texts.extend(reason.map(|reason| reason.to_string()));
            }
            texts.extend(
                cycle.refused.iter().flat_map(|refused| [refused.title.clone(), refused.reason.clone()]),
            );
            texts.extend(
                cycle.known.iter().flat_map(|known| known.anchor.iter().map(|part| part.to_string())),
            );
        }
        texts
    }

    /// The name of the file that says what was erased: the day, and a hash of the sessions.
    fn name(&self, stamp: &Stamp) -> String {
        let mut hasher = blake3::Hasher::new();
        for digest in &self.digests {
            hasher.update(digest.session.as_str().as_bytes());
        }
        format!("{}-{}", stamp.at.strftime("%Y-%m-%d"), &hasher.finalize().to_hex()[..6])
    }
}

/// The session that is meant, with what it was at other moments, and what it started.
fn of_session(asked: &str, every: &[Digest], erased: &Erased) -> Result<BTreeSet<SessionId>> {
    let asked = asked.trim();
    let is_long_enough = asked.len() >= SHORTEST_BEGINNING;
    let source = |digest: &Digest| digest.source.as_deref().unwrap_or_default().to_owned();
    let exact = |digest: &&Digest| digest.session.as_str() == asked || source(digest) == asked;
    let begins = |digest: &&Digest| {
        is_long_enough && (digest.session.as_str().starts_with(asked) || source(digest).starts_with(asked))
    };
    let mut meant: Vec<&Digest> = every.iter().filter(exact).collect();
    if meant.is_empty() {
        meant = every.iter().filter(begins).collect();
    }
    let name = |digest: &Digest| whole(digest).unwrap_or_else(|| digest.session.to_string());
    let wholes: BTreeSet<String> = meant.iter().map(|digest| name(digest)).collect();
    match wholes.len() {
        0 if is_long_enough && erased.sessions.iter().any(|id| id.as_str().starts_with(asked)) => Ok(BTreeSet::new()),
        0 if asked.is_empty() => Err(Unusable("`--session` needs the id of a session".to_owned()).into()),
        0 => Err(Unusable(format!(
            "no session in the ledger or an inbox has an id that is or begins with {asked:?}: `git grep {asked} {LEDGER}` \
             looks where it may stand, and evidence names it in `[source: <id>#…]`"
        ))
        .into()),
        1 => {
            let sources: BTreeSet<(&str, Option<&str>)> = meant
                .iter()
                .filter_map(|digest| Some((digest.source.as_deref()?, digest.contributor.as_deref())))
                .collect();
            let is_part = |digest: &&Digest| {
                let of = (&*digest.root, digest.contributor.as_deref());
                wholes.contains(&name(digest)) || digest.source.as_deref() != Some(of.0) && sources.contains(&of)
            };
            Ok(every.iter().filter(is_part).map(|digest| digest.session.clone()).collect())
        }
        several => {
            let mut shown: Vec<String> = meant.iter().map(|digest| told(digest)).collect();
            shown.sort();
            shown.dedup();
            shown.truncate(8);
            Err(Unusable(format!("{asked:?} fits {several} sessions; name one of them by its id: {}", shown.join("; ")))
                .into())
        }
    }
}

/// A session for people: its id, and what it was.
fn told(digest: &Digest) -> String {
    let began = digest.began.map(|began| format!(" of {}", began.strftime("%Y-%m-%d"))).unwrap_or_default();
    let whose = digest.contributor.as_deref().map(|name| format!(" by {name}")).unwrap_or_default();
    format!("{}{began}{whose}", digest.session)
}

/// Every session of a person; what lies in an inbox is its contributor's.
fn of_contributor(name: &str, every: &[Digest]) -> Result<BTreeSet<SessionId>> {
    let name = name.trim();
    let people: BTreeSet<&str> = every.iter().filter_map(|digest| digest.contributor.as_deref()).collect();
    let meant = match people.get(name) {
        Some(exact) => Some(*exact),
        None => {
            let mut alike = people.iter().filter(|person| person.eq_ignore_ascii_case(name));
            alike.next().filter(|_| alike.next().is_none()).copied()
        }
    };
    let theirs = every.iter().filter(|digest| meant.is_some() && digest.contributor.as_deref() == meant);
    let chosen: BTreeSet<SessionId> = theirs.map(|digest| digest.session.clone()).collect();
    if chosen.is_empty() {
        let some = people.iter().take(8).copied().collect::<Vec<_>>().join(", ");
        let there = if people.is_empty() {
            "no session says whose it is".to_owned()
        } else {
            format!("there are {some}")
        };
        return Err(Unusable(format!("nothing in the ledger or an inbox came from {name:?}; {there}")).into());
    }
    Ok(chosen)
}
