//! The one door to git: objects, refs, signing.
//!
//! Owns every use of git2; what goes in and out are plain values ([`Oid`], [`Entry`], [`Plan`], [`RefMove`]).
//! Writing comes in two steps that are kept apart: [`Repo::write`] adds objects that nothing points to yet,
//! [`Repo::move_refs`] then moves every ref or none. Working trees and their indexes are touched by [`Repo::advance`]
//! alone, which moves a branch that people have checked out. Refuses to touch HEAD, and to talk to the network: fetch
//! and push go through the user's `git` program.

mod advance;
mod blame;
mod blobs;
pub mod compare;
mod here;
mod history;
mod intent;
mod lock;
mod lookup;
mod moves;
mod oid;
mod plan;
mod read;
mod removal;
mod rewrite;
mod search;
mod sign;
mod staged;
mod stale;
mod tree;
pub mod versions;
mod worktree;

pub use advance::{AdvanceError, Blocked};
pub use here::Here;
pub use history::{Past, PathChange, Trailer};
pub use moves::{MoveError, Recovered, RefMove};
pub use oid::Oid;
pub use plan::{Commit, FileChange, Identity, Plan, Signing};
pub use read::Entry;
pub use removal::{Lies, Like, Trace, Wanted};
pub use rewrite::{Edit, Edited};
pub use search::{Bounds, Searched};
pub use worktree::in_main_tree;

use crate::unusable::Unusable;
use anyhow::{Context, Result, anyhow};
use git2::{ErrorCode, RepositoryOpenFlags};
use std::path::{Path, PathBuf};
use std::sync::Once;

/// A git repository that was found and could be opened.
pub struct Repo {
    inner: git2::Repository,
}

impl std::fmt::Debug for Repo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Repo").field(&self.inner.path()).finish()
    }
}

impl Repo {
    /// Finds the repository that `dir` is in, as `git -C dir` does: `dir` itself or a folder above it, bare or
    /// not, main or linked worktree. `GIT_DIR` is not looked at; [`Repo::from_environment`] does.
    ///
    /// Errors say why it cannot be opened and what to do about it.
    pub fn open(dir: &Path) -> Result<Repo> {
        Repo::open_if_there(dir)?.ok_or_else(|| not_there(dir).into())
    }

    /// The same; `None` where there is no repository, which is no error then.
    pub fn open_if_there(dir: &Path) -> Result<Option<Repo>> {
        read_as_git_does();
        let none: [&std::ffi::OsStr; 0] = [];
        match git2::Repository::open_ext(dir, RepositoryOpenFlags::FROM_ENV, none) {
            Ok(inner) => Ok(Some(Repo { inner })),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(explain_open(&error, dir)),
        }
    }

    /// Finds the repository that git would use here: `GIT_DIR` where it is set, as inside a hook, otherwise the
    /// one that `current_dir`, the process's current folder, is in.
    pub fn from_environment(current_dir: &Path) -> Result<Repo> {
        read_as_git_does();
        let inner = git2::Repository::open_from_env().map_err(|error| explain_open(&error, current_dir))?;
        Ok(Repo { inner })
    }

    /// Makes an empty repository in `dir`, which may exist, with `branch` as the branch that HEAD names. A
    /// repository that stands there already is opened and left as it is.
    pub fn init(dir: &Path, branch: &str) -> Result<Repo> {
        read_as_git_does();
        if let Ok(inner) = git2::Repository::open(dir) {
            return Ok(Repo { inner });
        }
        let mut options = git2::RepositoryInitOptions::new();
        options.initial_head(branch).no_reinit(true).external_template(true);
        git2::Repository::init_opts(dir, &options)
            .with_context(|| format!("cannot make a git repository in {}", dir.display()))?;
        Repo::open(dir)
    }

    /// The bare repository in this folder, made if there is none.
    pub fn bare(dir: &Path) -> Result<Repo> {
        read_as_git_does();
        if !dir.join("HEAD").exists() {
            let mut options = git2::RepositoryInitOptions::new();
            options.bare(true).mkpath(true).external_template(false);
            git2::Repository::init_opts(dir, &options)
                .with_context(|| format!("cannot make a git repository in {}", dir.display()))?;
        }
        Repo::at(dir)
    }

    /// Opens the repository whose own folder ([`Repo::git_dir`]) this is, without looking further: how another
    /// thread gets the same repository.
    pub fn at(git_dir: &Path) -> Result<Repo> {
        let none: [&std::ffi::OsStr; 0] = [];
        let flags =
            RepositoryOpenFlags::FROM_ENV | RepositoryOpenFlags::NO_SEARCH | RepositoryOpenFlags::NO_DOTGIT;
        let inner = git2::Repository::open_ext(git_dir, flags, none)
            .map_err(|error| explain_open(&error, git_dir))?;
        Ok(Repo { inner })
    }

    /// The repository's own folder: `.git`, a bare repository itself, or a linked worktree's part of it.
    pub fn git_dir(&self) -> &Path {
        self.inner.path()
    }

    /// The folder that all worktrees share; objects and branches live there.
    pub fn common_dir(&self) -> &Path {
        self.inner.commondir()
    }

    /// The working tree's root; `None` for a bare repository.
    pub fn work_dir(&self) -> Option<&Path> {
        self.inner.workdir()
    }

    /// Where git-dream keeps what is no history: its lock, the intent of a move and the packs under way, caches.
    /// Deleting the folder while no git-dream runs loses nothing but time.
    pub fn private_dir(&self) -> PathBuf {
        self.common_dir().join("dream")
    }

    /// A value of the user's git configuration; `None` where it is not set.
    pub fn config(&self, key: &str) -> Result<Option<String>> {
        let config = self.inner.config().context("cannot read the git configuration")?;
        match config.get_string(key) {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read {key} of the git configuration")),
        }
    }

    /// A value of the user's git configuration that is a path or a program: `~/` at its beginning is the home
    /// folder. `None` where it is not set or empty.
    fn config_path(&self, key: &str) -> Result<Option<String>> {
        let written = self.config(key)?.filter(|value| !value.is_empty());
        let config = self.inner.config().context("cannot read the git configuration")?;
        // Only a path that begins with `~` can fail to be read as one; then it is taken as it is written.
        Ok(written.map(|written| config.get_path(key).map_or(written, |path| path.display().to_string())))
    }
}

/// Reads objects as git does: damage shows in their checksums, and whether what was read hashes to the name it was
/// asked for by is `git fsck`'s question. Hashing all that is read would be half of the time that reading takes.
fn read_as_git_does() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| git2::opts::strict_hash_verification(false));
}

fn not_there(dir: &Path) -> Unusable {
    let dir = std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
    Unusable(format!(
        "{} is not in a git repository: run `git dream init` there, or go to one",
        dir.display()
    ))
}

/// Says why a repository cannot be opened, and what to do about it: [`Unusable`] where it is known.
fn explain_open(error: &git2::Error, dir: &Path) -> anyhow::Error {
    if error.code() == ErrorCode::NotFound {
        return not_there(dir).into();
    }
    let dir = std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
    let dir = dir.display();
    let said = error.message();
    let lower = said.to_lowercase();
    let why = if error.code() == ErrorCode::Owner {
        format!(
            "{said}, so git refuses to trust it; if it is yours, run \
             `git config --global --add safe.directory <its path>`"
        )
    } else if lower.contains("refstorage") {
        format!(
            "the repository at {dir} keeps its refs in reftable format, which git-dream cannot read; \
             convert it with `git refs migrate --ref-format=files` (git 2.46 or later)"
        )
    } else if ["objectformat", "object format", "object id type"].iter().any(|part| lower.contains(part)) {
        format!(
            "the repository at {dir} names its objects by SHA-256, which git-dream cannot read; \
             keep the memory in a repository made with `git init --object-format=sha1`"
        )
    } else if lower.contains("partialclone") {
        format!(
            "the repository at {dir} is a partial clone, which git-dream cannot read; \
             clone it once more without `--filter`"
        )
    } else {
        return anyhow!(
            "cannot open the git repository at {dir}: {said}; `git -C {dir} status` may say more"
        );
    };
    Unusable(why).into()
}
