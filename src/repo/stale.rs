//! Lock files of refs that a killed git-dream left behind.
//!
//! git locks a ref by a file `<ref>.lock` beside it, and a process that is killed leaves it. One that is left
//! would block that ref for ever, so the next git-dream removes it, but only if everything says that it is ours:
//! the ref is named in the intent that the killed process left, the lock is younger than that intent, its
//! content is what we would have written there, and it does not change while we wait for its owner. Anything
//! else is another program's, and stays.

use super::RefMove;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// How long a living owner of the lock has to finish: git holds such a lock for milliseconds.
const PATIENCE: Duration = Duration::from_secs(1);

/// Removes the lock files that the process which wrote this intent left. The caller holds git-dream's own lock,
/// so that process is gone.
pub(super) fn remove_locks(common_dir: &Path, moves: &[RefMove], intent_written: SystemTime) -> Result<()> {
    let mut suspects: Vec<(PathBuf, Vec<String>)> = Vec::new();
    for moving in moves {
        let contents = [moving.from, moving.to].into_iter().flatten().map(|oid| oid.to_string()).collect();
        suspects.push((lock_path(common_dir, &moving.name), contents));
    }
    suspects.retain(|(path, contents)| is_left(path, contents, intent_written));
    // Only a deletion rewrites packed-refs; its lock holds the whole file, so that its content proves nothing.
    let packed = common_dir.join("packed-refs.lock");
    if moves.iter().any(|moving| moving.to.is_none()) && is_younger(&packed, intent_written) {
        suspects.push((packed, Vec::new()));
    }
    if suspects.is_empty() {
        return Ok(());
    }
    let seen: Vec<_> = suspects.into_iter().map(|(path, _)| (state(&path), path)).collect();
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE && seen.iter().any(|(before, path)| state(path) == *before) {
        std::thread::sleep(Duration::from_millis(20));
    }
    for (before, path) in seen {
        if before.is_some() && state(&path) == before {
            std::fs::remove_file(&path)
                .with_context(|| format!("cannot delete the lock {}", path.display()))?;
        }
    }
    Ok(())
}

/// Where git locks a ref.
pub(super) fn lock_path(common_dir: &Path, name: &str) -> PathBuf {
    common_dir.join(format!("{name}.lock"))
}

fn is_left(path: &Path, contents: &[String], intent_written: SystemTime) -> bool {
    let ours = std::fs::read_to_string(path).is_ok_and(|content| {
        let content = content.trim_end();
        content.is_empty() || contents.iter().any(|whole| whole.starts_with(content))
    });
    ours && is_younger(path, intent_written)
}

fn is_younger(path: &Path, than: SystemTime) -> bool {
    state(path).is_some_and(|(modified, _)| modified >= than)
}

/// What changes when an owner goes on with a file: time of modification and length.
fn state(path: &Path) -> Option<(SystemTime, u64)> {
    let found = std::fs::metadata(path).ok()?;
    Some((found.modified().ok()?, found.len()))
}
