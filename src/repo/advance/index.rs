//! The index of a working tree, replaced as a whole.
//!
//! git locks an index by a file `index.lock` beside it, and a process that is killed leaves it: from then on no git
//! program can tell whether somebody is still at work there. So a new index is made in a file of our own first, which
//! then becomes the lock by a hard link, and the lock becomes the index. Killed in between, the lock and our file are
//! one, which says whose it is, and the next git-dream takes it away. Any other lock is left alone.

use anyhow::{Context, Result, bail};
use git2::{Index, Repository};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long another git program may be at work in the tree.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long to look away in between.
const PAUSE: Duration = Duration::from_millis(20);
/// How often the index may become another one meanwhile.
const ATTEMPTS: usize = 8;

/// Waits until nobody is at work in this tree.
///
/// Errors: somebody still is after two seconds, or was killed.
pub(super) fn check_free(repo: &Repository) -> Result<()> {
    let lock = lock(repo);
    let begun = Instant::now();
    while lock.exists() {
        wait(repo, begun)?;
    }
    Ok(())
}

/// Changes the index, by what `change` does to it, and puts it in place. `change` gives whether it did anything, and is
/// asked again where the index has become another one meanwhile.
pub(super) fn replace(repo: &Repository, mut change: impl FnMut(&mut Index) -> Result<bool>) -> Result<()> {
    let (index, draft) = (repo.path().join("index"), draft(repo));
    for _ in 0..ATTEMPTS {
        let before = read(&index)?;
        remove(&draft)?;
        if let Some(before) = &before {
            std::fs::write(&draft, before).with_context(|| cannot("write", &draft))?;
        }
        let mut new = Index::open(&draft).with_context(|| cannot("read", &index))?;
        if !change(&mut new)? {
            return remove(&draft);
        }
        new.write().with_context(|| cannot("write", &draft))?;
        take_lock(repo)?;
        // From here on nobody else changes the index; before, somebody may have.
        if read(&index)? != before {
            remove(&lock(repo))?;
            continue;
        }
        std::fs::rename(lock(repo), &index).with_context(|| cannot("replace", &index))?;
        return remove(&draft);
    }
    bail!("other git programs change the index of {} all the time: run it again", repo.path().display())
}

/// Takes away the lock that a killed git-dream left, if there is one and it is its.
pub(super) fn remove_left(repo: &Repository) -> Result<()> {
    let (lock, draft) = (lock(repo), draft(repo));
    if is_one_file(&lock, &draft) {
        remove(&lock)?;
    }
    remove(&draft)
}

/// Makes our file the lock, once nobody else has it.
fn take_lock(repo: &Repository) -> Result<()> {
    let (lock, draft) = (lock(repo), draft(repo));
    let begun = Instant::now();
    loop {
        match std::fs::hard_link(&draft, &lock) {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => wait(repo, begun)?,
            // A file system without links: the lock is a copy then. Killed in here, people have to delete it.
            Err(_) => {
                let made = std::fs::File::options().write(true).create_new(true).open(&lock);
                match made {
                    Ok(_) => {
                        return std::fs::copy(&draft, &lock)
                            .map(drop)
                            .with_context(|| cannot("write", &lock));
                    }
                    Err(error) if error.kind() == ErrorKind::AlreadyExists => wait(repo, begun)?,
                    Err(error) => return Err(error).with_context(|| cannot("write", &lock)),
                }
            }
        }
    }
}

/// Waits a little for who has the lock.
fn wait(repo: &Repository, begun: Instant) -> Result<()> {
    if begun.elapsed() > PATIENCE {
        let dir = repo.workdir().unwrap_or(repo.path());
        bail!(
            "another git program is at work in {}: wait for it; if none is running, delete {}",
            dir.display(),
            lock(repo).display()
        );
    }
    std::thread::sleep(PAUSE);
    Ok(())
}

fn lock(repo: &Repository) -> PathBuf {
    repo.path().join("index.lock")
}

/// Our own file, on the same file system as the lock.
fn draft(repo: &Repository) -> PathBuf {
    repo.path().join("index.dream")
}

fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| cannot("read", path)),
    }
}

fn remove(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| cannot("delete", path))
        }
        _ => Ok(()),
    }
}

fn cannot(what: &str, path: &Path) -> String {
    format!("cannot {what} {}", path.display())
}

#[cfg(unix)]
fn is_one_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let place = |path: &Path| std::fs::symlink_metadata(path).ok().map(|found| (found.dev(), found.ino()));
    place(one).is_some_and(|one| Some(one) == place(other))
}

/// Without a name for a file as such, its content has to do: another program would have to write the same index.
#[cfg(not(unix))]
fn is_one_file(one: &Path, other: &Path) -> bool {
    std::fs::read(one).is_ok_and(|one| std::fs::read(other).is_ok_and(|other| one == other))
}
