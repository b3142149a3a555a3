//! The workflow files of a forge in a working tree: written, looked at, taken away.
//!
//! Refuses to touch a file that people changed, unless told to; and to do half of what was asked because of one.

use super::cron::Cron;
use super::forge::{self, File, Forge, Stands};
use super::keep;
use crate::unusable::Unusable;
use anyhow::{Context, Result};
use serde::Serialize;
use std::io::ErrorKind;
use std::path::Path;

/// What became of a file, or whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It was written.
    Wrote,
    /// It was as it is written already.
    Kept,
    /// It was taken away.
    Removed,
    /// It is there, and nobody changed it.
    Ours,
    /// It is there, and people changed it.
    Changed,
    /// It is not there.
    Missing,
}

/// A file, by its path from the top, and its state.
pub type Seen = (&'static str, State);

/// Writes the files that are not there or that nobody changed; with `force`, all of them.
///
/// Errors: people changed one of them ([`Unusable`]), and nothing was written; or a file could not be read or written.
pub fn write(top: &Path, files: &[File], force: bool) -> Result<Vec<Seen>> {
    let mut standing = Vec::new();
    for file in files {
        standing.push((file, file.stands(read(&top.join(file.path))?.as_deref())));
    }
    let changed = standing.iter().filter(|(_, stands)| *stands == Stands::Changed && !force);
    let changed: Vec<&str> = changed.map(|(file, _)| file.path).collect();
    if !changed.is_empty() {
        return Err(Unusable(format!(
            "{} {} changed by people, and nothing was written: look at it, and write over it with --force",
            changed.join(" and "),
            if changed.len() == 1 { "was" } else { "were" }
        ))
        .into());
    }
    let mut seen = Vec::new();
    for (file, stands) in standing {
        if stands == Stands::Same {
            seen.push((file.path, State::Kept));
            continue;
        }
        keep(&top.join(file.path), &file.text)?;
        seen.push((file.path, State::Wrote));
    }
    Ok(seen)
}

/// The files that are there, and when they say to dream.
///
/// Errors: a file could not be read.
pub fn look(top: &Path, forge: Forge) -> Result<(Vec<Seen>, Option<Cron>)> {
    let mut seen = Vec::new();
    let mut cron = None;
    for path in forge.paths() {
        let text = read(&top.join(path))?;
        cron = cron.or_else(|| text.as_deref().and_then(forge::cron_of));
        let state = match &text {
            None => State::Missing,
            Some(text) if forge::is_ours(text) => State::Ours,
            Some(_) => State::Changed,
        };
        seen.push((path, state));
    }
    Ok((seen, cron))
}

/// Takes the files away that nobody changed; with `force`, all of them. Gives those that were there.
///
/// Errors: people changed one of them ([`Unusable`]), and nothing was removed; or a file could not be read or removed.
pub fn remove(top: &Path, forge: Forge, force: bool) -> Result<Vec<Seen>> {
    let (mut seen, _) = look(top, forge)?;
    seen.retain(|(_, state)| *state != State::Missing);
    if let Some((path, _)) = seen.iter().find(|(_, state)| *state == State::Changed && !force) {
        return Err(Unusable(format!(
            "{path} was changed by people, and nothing was removed: take it away with --force"
        ))
        .into());
    }
    for (path, state) in &mut seen {
        std::fs::remove_file(top.join(&path)).with_context(|| format!("cannot remove {path}"))?;
        *state = State::Removed;
    }
    Ok(seen)
}

/// What is in a file; `None` where there is none. What is no text is something that people made.
fn read(file: &Path) -> Result<Option<String>> {
    match std::fs::read(file) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
    }
}
