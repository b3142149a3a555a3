//! Copies of memories that lie elsewhere, for reading: nobody who waits for an answer waits for a network.
//!
//! A bare repository of the user's own a memory, without its past: `refs/dream/default` is the branch that its settings are
//! on, `refs/dream/copy` the one that the memory is on. Captures bring it up to date, the beginnings of sessions, and
//! `git dream connect`. What is in it is never changed here.

use crate::capture::places::Places;
use crate::remote::Remote;
use crate::repo::{MoveError, Oid, RefMove, Repo};
use crate::settings::{self, Settings};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The remote's default branch, as it was when it was last looked at.
const DEFAULT: &str = "refs/dream/default";
/// The branch that the memory is on.
const COPY: &str = "refs/dream/copy";
/// What is touched when it was looked at, whether there was anything new or not.
const LOOKED: &str = "looked";

/// The folder of the copy of the memory at this address.
pub fn folder(places: &Places, memory: &str) -> PathBuf {
    Places::of_memory(&places.copies(), memory)
}

/// A copy of a memory.
pub(super) struct Copy {
    pub(super) repo: Repo,
    pub(super) settings: Settings,
    /// Where the branch stood that the memory is on.
    pub(super) tip: Oid,
}

/// The copy of the memory at this address; `None` if there is none yet.
///
/// Errors: it cannot be read.
pub(super) fn open(places: &Places, memory: &str) -> Result<Option<Copy>> {
    let folder = folder(places, memory);
    if !folder.join("HEAD").exists() {
        return Ok(None);
    }
    let repo = Repo::at(&folder)?;
    let Some(tip) = repo.resolve(COPY)? else { return Ok(None) };
    let settings = settings_at(&repo, repo.resolve(DEFAULT)?)?;
    Ok(Some(Copy { repo, settings, tip }))
}

/// Whether the memory at this address lies elsewhere, so that a copy of it is read.
pub fn is_elsewhere(memory: &str) -> bool {
    !Path::new(memory).is_absolute()
}

/// How long ago the copy was last brought up to date; `None` if it never was.
pub fn age(places: &Places, memory: &str) -> Option<Duration> {
    let looked = std::fs::metadata(folder(places, memory).join(LOOKED)).and_then(|found| found.modified());
    SystemTime::now().duration_since(looked.ok()?).ok()
}

/// Deletes the copy of the memory at this address.
pub fn delete(places: &Places, memory: &str) -> Result<()> {
    let folder = folder(places, memory);
    if !folder.exists() {
        return Ok(());
    }
    std::fs::remove_dir_all(&folder).with_context(|| format!("cannot delete {}", folder.display()))
}

/// Brings the copy of the memory at this address up to date, and makes it if there is none. `patience`: how long the
/// remote is waited for. A remote that has no branch yet leaves it without a commit.
///
/// Errors: the remote fails ([`crate::remote::Failure`]); then the copy stays as it was.
pub fn refresh(places: &Places, memory: &str, patience: Option<Duration>) -> Result<()> {
    let folder = folder(places, memory);
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let repo = Repo::bare(&folder)?;
    let remote = Remote::at(&repo, memory);
    let remote = match patience {
        Some(patience) => remote.within(patience),
        None => remote,
    };
    if remote.list(&["refs/heads/*"])?.is_empty() {
        return Ok(());
    }
    remote.fetch_tips(&[format!("+HEAD:{DEFAULT}")])?;
    let default = repo.resolve(DEFAULT)?;
    let target = settings_at(&repo, default)?.memory.target;
    if target.is_empty() {
        point_at(&repo, default)?;
    } else {
        remote.fetch_tips(&[format!("+refs/heads/{target}:{COPY}")])?;
    }
    let looked = folder.join(LOOKED);
    std::fs::write(&looked, "").with_context(|| format!("cannot write {}", looked.display()))
}

/// Has the memory be where the default branch is. Whoever did so first, at the same time, brought what there is.
fn point_at(repo: &Repo, default: Option<Oid>) -> Result<()> {
    let from = repo.resolve(COPY)?;
    if from == default {
        return Ok(());
    }
    let moving = RefMove { name: COPY.to_owned(), from, to: default, reason: "fetch".to_owned() };
    match repo.move_refs(&[moving]) {
        Ok(()) | Err(MoveError::Lost { .. }) => Ok(()),
        Err(MoveError::Failed(error)) => Err(error),
    }
}

/// The settings that a commit of the memory holds; the defaults where it holds none.
///
/// Errors: they say what cannot be.
pub fn settings_at(repo: &Repo, commit: Option<Oid>) -> Result<Settings> {
    let content = commit.map(|commit| repo.read(commit, settings::FILE)).transpose()?.flatten();
    Ok(Settings::of_file(content.as_deref())?)
}
