//! One working tree that follows its branch: what stands in the way there, and writing what differs.
//!
//! Contents are compared as git would store them (line ends, executable bit), not by time stamps, so that a file marked
//! as unchanged or saved without a change is told for what it is.

use super::{Blocked, Changed, Version, index};
use crate::repo::Oid;
use crate::unusable::Unusable;
use anyhow::{Context, Result};
use git2::build::CheckoutBuilder;
use git2::{Index, IndexEntry, IndexEntryExtendedFlag, IndexTime, Repository, RepositoryState};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What lies at a path of a working tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lies {
    Nothing,
    File(Version, u64),
    /// A folder, a link, or a way there that leads through one.
    Other,
}

/// Refuses where git is in the middle of something in this tree.
pub(super) fn check_idle(repo: &Repository) -> Result<()> {
    let dir = root(repo)?;
    let dir = dir.display();
    if repo.state() != RepositoryState::Clean {
        return Err(Unusable(format!(
            "a merge, cherry-pick or revert is under way in {dir}: finish it or give it up (`git status` there says \
             how), then run again"
        ))
        .into());
    }
    index::check_free(repo)
}

/// Refuses where this tree rebases or bisects a branch: HEAD is on no branch then, and goes back to it at the end.
pub(super) fn check_not_held(repo: &Repository, branch: &str) -> Result<()> {
    for (file, what) in [
        ("rebase-merge/head-name", "rebase"),
        ("rebase-apply/head-name", "rebase"),
        ("BISECT_START", "bisection"),
    ] {
        let Ok(held) = std::fs::read_to_string(repo.path().join(file)) else { continue };
        if held.trim_end().trim_start_matches("refs/heads/") == branch.trim_start_matches("refs/heads/") {
            return Err(Unusable(format!(
                "a {what} of {branch} is under way in {}: finish it or give it up, then run again",
                root(repo)?.display()
            ))
            .into());
        }
    }
    Ok(())
}

/// The files that people have changed, of those that are to be written.
pub(super) fn blocked(repo: &Repository, files: &[Changed]) -> Result<Vec<Blocked>> {
    let index = fresh_index(repo)?;
    let mut blocked = Vec::new();
    for file in files {
        if let Some(why) = in_the_way(repo, &index, file, false)? {
            blocked.push(Blocked { tree: root(repo)?.to_owned(), path: file.path.clone(), why });
        }
    }
    Ok(blocked)
}

/// The files that a killed process may have left half done, and that people have not changed since.
pub(super) fn left<'a>(repo: &Repository, files: &'a [Changed]) -> Result<Vec<&'a Changed>> {
    let index = fresh_index(repo)?;
    let mut left = Vec::new();
    for file in files {
        if in_the_way(repo, &index, file, true)?.is_none() {
            left.push(file);
        }
    }
    Ok(left)
}

/// Why a file must not be written, if it must not. It may where index and tree have what the one or the other commit
/// has. `is_left`: what a killed process wrote may be empty.
fn in_the_way(
    repo: &Repository,
    index: &Index,
    file: &Changed,
    is_left: bool,
) -> Result<Option<&'static str>> {
    let path = Path::new(&file.path);
    if (1..=3).any(|stage| index.get_path(path, stage).is_some()) {
        return Ok(Some("unmerged"));
    }
    let entry = index.get_path(path, 0);
    let staged = entry.as_ref().map(version_of);
    if staged != file.from && staged != file.to {
        return Ok(Some("staged"));
    }
    let lies = lies(repo, &file.path)?;
    let is_absent = lies == Lies::Nothing;
    if is_absent && entry.as_ref().is_some_and(is_left_out) {
        return Ok(None);
    }
    let modes_count = repo.config().and_then(|config| config.get_bool("core.filemode")).unwrap_or(cfg!(unix));
    let is = |version: Option<Version>| match (lies, version) {
        (Lies::Nothing, None) => true,
        (Lies::File(lies, _), Some(version)) => {
            lies.blob == version.blob && (!modes_count || lies.is_program == version.is_program)
        }
        _ => false,
    };
    let is_half_written = is_left && matches!(lies, Lies::File(_, 0));
    if is(file.from) || is(file.to) || is_half_written {
        return Ok(None);
    }
    Ok(Some(match (is_absent, staged) {
        (true, _) => "deleted",
        (false, Some(_)) => "changed",
        (false, None) => "untracked",
    }))
}

/// Writes these files as they are at a commit, into the tree and then the index.
pub(super) fn bring(repo: &Repository, to: Oid, files: &[&Changed]) -> Result<()> {
    if files.is_empty() {
        return Ok(());
    }
    let failed = || format!("cannot write the files of {}", repo.path().display());
    let index = fresh_index(repo)?;
    let mut checkout = CheckoutBuilder::new();
    checkout.force().disable_pathspec_match(true).update_index(false);
    let mut is_any_written = false;
    for file in files {
        let is_left_out = index.get_path(Path::new(&file.path), 0).is_some_and(|entry| is_left_out(&entry));
        // What a sparse checkout leaves out stays left out.
        if lies(repo, &file.path)? != Lies::Nothing || file.to.is_some() && !is_left_out {
            is_any_written = true;
            checkout.path(file.path.as_str());
        }
    }
    if is_any_written {
        let commit = repo.find_object(to.raw(), None).with_context(failed)?;
        repo.checkout_tree(&commit, Some(&mut checkout)).with_context(failed)?;
    }
    index::replace(repo, |index| check_in(index, files)).with_context(failed)
}

/// Puts these files into an index as they are to be; gives whether any was otherwise.
fn check_in(index: &mut Index, files: &[&Changed]) -> Result<bool> {
    let mut is_any_late = false;
    for file in files {
        let path = Path::new(&file.path);
        let entry = index.get_path(path, 0);
        if entry.as_ref().map(version_of) == file.to {
            continue;
        }
        match file.to {
            Some(to) => index.add(&entry_of(entry, to, &file.path))?,
            None => index.remove_path(path)?,
        }
        is_any_late = true;
    }
    Ok(is_any_late)
}

/// An entry that has this version now. Its size of zero makes git look at the file itself.
fn entry_of(entry: Option<IndexEntry>, version: Version, path: &str) -> IndexEntry {
    let mode = if version.is_program { 0o100_755 } else { 0o100_644 };
    let entry = entry.unwrap_or_else(|| IndexEntry {
        ctime: IndexTime::new(0, 0),
        mtime: IndexTime::new(0, 0),
        dev: 0,
        ino: 0,
        mode,
        uid: 0,
        gid: 0,
        file_size: 0,
        id: version.blob,
        flags: 0,
        flags_extended: 0,
        path: path.as_bytes().to_vec(),
    });
    IndexEntry { id: version.blob, mode, file_size: 0, ..entry }
}

/// The index as it is on the disk now.
fn fresh_index(repo: &Repository) -> Result<Index> {
    let mut index = repo.index().map_err(|error| explain_index(repo, error))?;
    index.read(true).map_err(|error| explain_index(repo, error))?;
    Ok(index)
}

fn explain_index(repo: &Repository, error: git2::Error) -> anyhow::Error {
    if error.message().contains("unsupported mandatory extension") {
        return Unusable(format!(
            "the index of {} is a sparse or a split one, which git-dream cannot read: run `git config index.sparse \
             false && git sparse-checkout reapply`, or `git update-index --no-split-index`, there, or bring the branch \
             along with git",
            repo.path().display()
        ))
        .into();
    }
    anyhow::Error::new(error).context(format!("cannot read the index of {}", repo.path().display()))
}

fn version_of(entry: &IndexEntry) -> Version {
    Version { blob: entry.id, is_program: entry.mode & 0o100 != 0 }
}

/// Whether a sparse checkout leaves the file out of the tree.
fn is_left_out(entry: &IndexEntry) -> bool {
    entry.flags_extended & IndexEntryExtendedFlag::SKIP_WORKTREE.bits() != 0
}

fn root(repo: &Repository) -> Result<&Path> {
    repo.workdir().with_context(|| format!("{} has no working tree", repo.path().display()))
}

/// What lies at a path, its content as git would store it.
fn lies(repo: &Repository, path: &str) -> Result<Lies> {
    let root = root(repo)?;
    let mut at: PathBuf = root.to_owned();
    let mut components = path.split('/').peekable();
    while let Some(component) = components.next() {
        at.push(component);
        let failed = || format!("cannot look at {}", at.display());
        let found = match at.symlink_metadata() {
            Ok(found) => found,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Lies::Nothing),
            Err(error) => return Err(error).with_context(failed),
        };
        if components.peek().is_some() {
            if !found.is_dir() {
                return Ok(Lies::Other);
            }
        } else if found.is_file() {
            let blob = repo.blob_path(&at).with_context(failed)?;
            return Ok(Lies::File(Version { blob, is_program: may_be_run(&found) }, found.len()));
        }
    }
    Ok(Lies::Other)
}

#[cfg(unix)]
fn may_be_run(found: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    found.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn may_be_run(_: &std::fs::Metadata) -> bool {
    false
}
