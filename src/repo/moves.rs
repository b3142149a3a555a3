//! Moving refs: all of them or none, by compare-and-swap.
//!
//! libgit2 moves one ref at a time, so all-or-nothing is made here: under git-dream's own lock every expected
//! value is checked, the whole intent is put on disk, then ref after ref is moved by compare-and-swap, then the
//! intent is removed. A process killed in between leaves the intent, and the next one that moves refs, or calls
//! [`Repo::recover`], finishes the moves if every ref is still where the intent says, and undoes them otherwise.
//! Who only reads in that time sees some refs before and others after their move, as with `git push` without
//! `--atomic`; every value they see is a whole one.

use super::{Oid, Repo, intent, lock::Lock, oid, staged, stale};
use anyhow::{Context, Result, anyhow};
use git2::ErrorCode;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// One ref that moves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefMove {
    /// Its full name: `refs/heads/dream/2026-01-02`.
    pub name: String,
    /// What it has to stand on now; `None`: it must not exist.
    pub from: Option<Oid>,
    /// What it is to stand on; `None` deletes it.
    pub to: Option<Oid>,
    /// Why, one line: goes into the reflog where git keeps one.
    pub reason: String,
}

/// Why refs did not move. None of them did, unless the text of `Failed` says otherwise.
#[derive(Debug)]
pub enum MoveError {
    /// Somebody else moved this ref first. What was planned on its old value has to be planned anew.
    Lost {
        /// The ref's full name.
        name: String,
        /// Where it had to stand.
        expected: Option<Oid>,
        /// Where it stands.
        found: Option<Oid>,
    },
    /// Anything else: what, to which ref, and what to do.
    Failed(anyhow::Error),
}

impl std::fmt::Display for MoveError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = |oid: &Option<Oid>| oid.map_or("nothing".to_owned(), |oid| oid.short());
        match self {
            MoveError::Lost { name, expected, found } => write!(
                f,
                "{name} was moved by somebody else in the meantime (expected {}, found {}); nothing was changed, run \
                 again to start from there",
                shown(expected),
                shown(found)
            ),
            MoveError::Failed(error) => write!(f, "{error:#}"),
        }
    }
}

impl std::error::Error for MoveError {}

impl From<anyhow::Error> for MoveError {
    fn from(error: anyhow::Error) -> MoveError {
        MoveError::Failed(error)
    }
}

/// What became of the moves that a killed process had begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recovered {
    /// They are done; the refs named stand where they were to stand.
    Finished(Vec<String>),
    /// They are undone: a ref had been moved by somebody else, or the objects were gone.
    Undone(Vec<String>),
}

/// How long another program may hold the lock of a ref.
const PATIENCE: Duration = Duration::from_secs(2);

impl Repo {
    /// Moves all these refs, or none of them. Moves that a killed process left are settled first.
    ///
    /// The order matters only to who reads in the middle. Each ref at most once; a move from a value to the same
    /// value checks that the ref stands there.
    pub fn move_refs(&self, moves: &[RefMove]) -> Result<(), MoveError> {
        let _lock = Lock::take(&self.private_dir())?;
        self.settle()?;
        self.move_locked(moves)
    }

    /// The same under the lock, with everything settled.
    pub(super) fn move_locked(&self, moves: &[RefMove]) -> Result<(), MoveError> {
        let folder = self.private_dir();
        self.check(moves)?;
        let moves: Vec<RefMove> = moves.iter().filter(|moving| moving.from != moving.to).cloned().collect();
        if moves.is_empty() {
            return Ok(());
        }
        intent::write(&folder, &moves)?;
        for (done, moving) in moves.iter().enumerate() {
            if let Err(error) = self.move_one(moving) {
                self.undo(moves.get(..done).unwrap_or_default()).context(
                    "some refs have moved and could not be moved back; the next run of git-dream settles them",
                )?;
                intent::remove(&folder)?;
                return Err(error);
            }
        }
        intent::remove(&folder)?;
        Ok(())
    }

    /// Settles the moves that a killed process left, if any. Every run that goes on to write calls this before
    /// it reads the refs it plans on. Working trees that did not get to follow are brought along
    /// ([`Repo::advance`]).
    pub fn recover(&self) -> Result<Option<Recovered>> {
        let folder = self.private_dir();
        staged::clean(&folder)?;
        if !["intent", "advance"].iter().any(|file| folder.join(file).exists()) {
            return Ok(None);
        }
        let _lock = Lock::take(&folder)?;
        self.settle()
    }

    /// Settles what a killed process left. The caller holds the lock.
    pub(super) fn settle(&self) -> Result<Option<Recovered>> {
        let settled = self.settle_refs()?;
        self.settle_trees()?;
        Ok(settled)
    }

    fn settle_refs(&self) -> Result<Option<Recovered>> {
        let folder = self.private_dir();
        let Some((moves, written)) = intent::read(&folder)? else { return Ok(None) };
        stale::remove_locks(self.common_dir(), &moves, written)?;
        let names = moves.iter().map(|moving| moving.name.clone()).collect();
        let finished = self.can_finish(&moves)? && self.finish(&moves)?;
        if !finished {
            self.undo(&moves).context("cannot undo the moves that a killed git-dream left")?;
        }
        intent::remove(&folder)?;
        Ok(Some(if finished { Recovered::Finished(names) } else { Recovered::Undone(names) }))
    }

    /// Whether every ref is where the intent says, before or after, and what they move to is still there:
    /// commits that nothing points to are removed by `git gc` after two weeks.
    fn can_finish(&self, moves: &[RefMove]) -> Result<bool> {
        for moving in moves {
            let now = self.stands_on(&moving.name)?;
            if now == moving.to {
                continue;
            }
            if now != moving.from || moving.to.is_some_and(|to| self.tree_of(to).is_err()) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Makes the moves that are not made; `false` if somebody moves one of the refs meanwhile.
    fn finish(&self, moves: &[RefMove]) -> Result<bool> {
        for moving in moves {
            if self.stands_on(&moving.name)? == moving.to {
                continue;
            }
            match self.move_one(moving) {
                Ok(()) => {}
                Err(MoveError::Lost { .. }) => return Ok(false),
                Err(MoveError::Failed(error)) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Moves back what was moved, last first. A ref that somebody else has moved on since stays where it is.
    fn undo(&self, moves: &[RefMove]) -> Result<()> {
        for moving in moves.iter().rev() {
            if self.stands_on(&moving.name)? != moving.to {
                continue;
            }
            let back = RefMove {
                name: moving.name.clone(),
                from: moving.to,
                to: moving.from,
                reason: format!("undo: {}", moving.reason),
            };
            match self.move_one(&back) {
                Ok(()) | Err(MoveError::Lost { .. }) => {}
                Err(MoveError::Failed(error)) => return Err(error),
            }
        }
        Ok(())
    }

    /// Refuses what cannot succeed, before anything is moved.
    pub(super) fn check(&self, moves: &[RefMove]) -> Result<(), MoveError> {
        let mut names = BTreeSet::new();
        for moving in moves {
            let name = &moving.name;
            if !name.starts_with("refs/") || !git2::Reference::is_valid_name(name) {
                return Err(anyhow!("git does not allow a ref named {name:?}").into());
            }
            if !names.insert(name) {
                return Err(anyhow!("{name} is to be moved twice at once").into());
            }
            if let Some(to) = moving.to {
                let odb = self.inner.odb().context("cannot read the repository's objects")?;
                if !odb.exists(to.raw()) {
                    return Err(anyhow!("{name} cannot be moved to {to}: there is no such object").into());
                }
            }
            let found = self.stands_on(name)?;
            if found != moving.from {
                return Err(MoveError::Lost { name: name.clone(), expected: moving.from, found });
            }
            if found.is_none() && moving.to.is_some() {
                self.check_room(name)?;
            }
        }
        Ok(())
    }

    /// A ref `a/b` and a ref `a` cannot both exist: refs are files, or were.
    fn check_room(&self, name: &str) -> Result<()> {
        let parents = name.match_indices('/').filter_map(|(at, _)| name.get(..at)).skip(2);
        let mut in_the_way = None;
        for parent in parents {
            if self.stands_on(parent)?.is_some() {
                in_the_way = Some(parent.to_owned());
            }
        }
        let below = self.refs_under(&format!("{name}/"))?;
        match in_the_way.or_else(|| below.into_iter().next().map(|(name, _)| name)) {
            None => Ok(()),
            Some(other) => Err(anyhow!(
                "{name} cannot be made because {other} is in its way; rename that one, as with `git branch -m {} <name>`",
                other.strip_prefix("refs/heads/").unwrap_or(&other)
            )),
        }
    }

    /// What a ref stands on, nothing peeled; `None` if there is no such ref.
    fn stands_on(&self, name: &str) -> Result<Option<Oid>> {
        match self.inner.find_reference(name) {
            Ok(reference) => match reference.target() {
                Some(target) => Ok(Some(target.into())),
                None => Err(anyhow!("{name} is a symbolic ref; git-dream moves only plain ones")),
            },
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read the ref {name}")),
        }
    }

    /// Moves one ref by compare-and-swap, waiting a little for a program that holds its lock.
    fn move_one(&self, moving: &RefMove) -> Result<(), MoveError> {
        let RefMove { name, from, to, reason } = moving;
        let begun = Instant::now();
        loop {
            let moved = match to {
                Some(to) => {
                    let from = from.map_or_else(oid::zero, |from| from.raw());
                    self.inner.reference_matching(name, to.raw(), true, from, reason).map(drop)
                }
                None => self.inner.find_reference(name).and_then(|mut reference| {
                    if reference.target().map(Oid::from) != *from {
                        return Err(git2::Error::new(
                            ErrorCode::Modified,
                            git2::ErrorClass::Reference,
                            "moved",
                        ));
                    }
                    reference.delete()
                }),
            };
            let error = match moved {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            match error.code() {
                ErrorCode::Modified | ErrorCode::NotFound => {
                    let found = self.stands_on(name)?;
                    return Err(MoveError::Lost { name: name.clone(), expected: *from, found });
                }
                ErrorCode::Locked if begun.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(20))
                }
                ErrorCode::Locked => {
                    let lock = stale::lock_path(self.common_dir(), name);
                    return Err(anyhow!(
                        "{name} is locked by another git program; if none is running, delete {} (or packed-refs.lock \
                         beside refs/) and run again",
                        lock.display()
                    )
                    .into());
                }
                _ => {
                    return Err(anyhow::Error::new(error)
                        .context(format!("cannot move the ref {name}"))
                        .into());
                }
            }
        }
    }
}
