//! The lock that keeps two git-dreams from moving refs at the same time.
//!
//! An advisory lock of the operating system on a file that stays: it ends with the process that holds it,
//! however that process ends, so there is no stale lock to remove.

use anyhow::{Context, Result, bail};
use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

/// How long another git-dream may hold the lock before this one gives up; moving refs takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// Held until it is dropped.
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Waits for the lock in this folder, which is made if it is not there.
    pub(super) fn take(folder: &Path) -> Result<Lock> {
        let path = folder.join("lock");
        let refused =
            || format!("cannot write {}; git-dream needs a repository it may write to", path.display());
        std::fs::create_dir_all(folder).with_context(refused)?;
        let file =
            OpenOptions::new().create(true).truncate(false).write(true).open(&path).with_context(refused)?;
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
}
