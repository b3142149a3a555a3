//! What a process is about to do to the refs, written down before it begins.
//!
//! The file appears whole or not at all. From then on the moves count as decided: whoever finds the file
//! finishes them ([`super::Repo::recover`]). It holds nothing that is not in the refs afterwards.

use super::RefMove;
use anyhow::{Context, Result, anyhow};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::time::SystemTime;

const FILE: &str = "intent";

/// The file's content.
#[derive(Serialize, Deserialize)]
struct Intent {
    version: u32,
    moves: Vec<RefMove>,
}

/// Writes the intent down, on disk before this returns.
pub(super) fn write(folder: &Path, moves: &[RefMove]) -> Result<()> {
    let content = serde_json::to_vec(&Intent { version: 1, moves: moves.to_vec() })
        .context("cannot write down which refs are to move")?;
    write_whole(folder, FILE, &content)
}

/// Writes a file that is there as a whole or not at all, on disk before this returns.
pub(super) fn write_whole(folder: &Path, name: &str, content: &[u8]) -> Result<()> {
    let path = folder.join(name);
    let failed = || format!("cannot write {}", path.display());
    let draft = folder.join(format!("{name}.new"));
    let mut file = File::create(&draft).with_context(failed)?;
    file.write_all(content).with_context(failed)?;
    file.sync_all().with_context(failed)?;
    drop(file);
    std::fs::rename(&draft, &path).with_context(failed)?;
    sync_folder(folder);
    Ok(())
}

/// The intent that a process left, with the time it was written; `None` if there is none.
///
/// Errors if the file was damaged by something other than git-dream.
pub(super) fn read(folder: &Path) -> Result<Option<(Vec<RefMove>, SystemTime)>> {
    let path = folder.join(FILE);
    let content = match std::fs::read(&path) {
        Ok(content) => content,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    let written = std::fs::metadata(&path).and_then(|found| found.modified());
    let written = written.with_context(|| format!("cannot read {}", path.display()))?;
    match serde_json::from_slice::<Intent>(&content) {
        Ok(intent) if intent.version == 1 => Ok(Some((intent.moves, written))),
        _ => Err(anyhow!(
            "{} was written by another version of git-dream, or damaged; run that version once, or delete the \
             file and look at `git log --all --oneline` for a branch that should be there",
            path.display()
        )),
    }
}

/// Forgets the intent: its moves are done, or undone.
pub(super) fn remove(folder: &Path) -> Result<()> {
    remove_file(folder, FILE)
}

/// Deletes a file, which may be gone already.
pub(super) fn remove_file(folder: &Path, name: &str) -> Result<()> {
    let path = folder.join(name);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot delete {}", path.display()))
        }
        _ => {
            sync_folder(folder);
            Ok(())
        }
    }
}

/// Puts a folder's list of names on disk. Not every system can; there the file system decides when it is.
fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}
