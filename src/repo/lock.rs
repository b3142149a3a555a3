//! The lock that keeps two git-dreams from moving refs, or writing in one folder, at the same time.
//!
//! An advisory lock of the operating system on a file that stays: it ends with the process that holds it,
//! however that process ends, so there is no stale lock to remove.

use anyhow::{Context, Result, bail};
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long another git-dream may hold the lock before this one gives up; moving refs takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// The file that is locked.
const FILE: &str = "lock";

/// Held until it is dropped.
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Waits for the lock in this folder, which is made if it is not there.
    pub(super) fn take(folder: &Path) -> Result<Lock> {
        let path = folder.join(FILE);
        let file = open(&path)?;
        let begun = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Lock { _file: file }),
                Err(TryLockError::WouldBlock) if begun.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(10));
                }
                Err(TryLockError::WouldBlock) => bail!(
                    "another git-dream has been moving refs of this repository for {} seconds; \
                     wait for it, or end it, and run again",
                    PATIENCE.as_secs()
                ),
                Err(TryLockError::Error(error)) => {
                    return Err(error).with_context(|| format!("cannot lock {}", path.display()));
                }
            }
        }
    }

    /// The lock in this folder, which is made if it is not there; `None` where somebody holds it.
    pub(super) fn take_if_free(folder: &Path) -> Result<Option<Lock>> {
        let path = folder.join(FILE);
        let file = open(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lock { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("cannot lock {}", path.display()))
            }
        }
    }

    /// The first folder inside this one (`0`, `1`, …) that nobody holds.
    pub(super) fn take_one_of(folder: &Path) -> Result<(PathBuf, Lock)> {
        let mut number = 0_u32;
        loop {
            let one = folder.join(number.to_string());
            if let Some(lock) = Lock::take_if_free(&one)? {
                return Ok((one, lock));
            }
            number += 1;
        }
    }
}

/// The file to lock, made if it is not there.
fn open(path: &Path) -> Result<File> {
    let refused = || format!("cannot write {}; git-dream needs a repository it may write to", path.display());
    std::fs::create_dir_all(path.parent().unwrap_or(path)).with_context(refused)?;
    OpenOptions::new().create(true).truncate(false).write(true).open(path).with_context(refused)
}
