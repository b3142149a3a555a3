//! When a memory dreams by itself: timers of this machine, and what forges run on a schedule.
//!
//! Owns what is written for it: lines in the user's crontab, units of systemd, an agent of launchd, workflow files of a
//! repository. What is written is made by pure functions of the moment ([`cron::Cron`]) and what runs ([`job::Job`]);
//! all of it can be shown and taken away again. Refuses to touch anything that it did not write itself.

pub mod cron;
pub mod crontab;
pub mod files;
pub mod forge;
pub mod job;
pub mod launchd;
mod program;
pub mod systemd;
pub mod timer;

use crate::unusable::Unusable;
use anyhow::{Context, Result};
use cron::Cron;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A timer that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// When it runs; `None` where people changed it into something else.
    pub cron: Option<Cron>,
    /// Whether it runs this very program, and not one that lies, or lay, elsewhere.
    pub runs_this_program: bool,
}

/// Fills `__NAME__` with values. One pass, so that nothing in a value is taken for a place to fill.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("__") {
        filled.push_str(before);
        let named = after.split_once("__").and_then(|(name, after)| {
            let (_, value) = values.iter().find(|(known, _)| *known == name)?;
            Some((value, after))
        });
        match named {
            Some((value, after)) => {
                filled.push_str(value);
                rest = after;
            }
            None => {
                filled.push_str("__");
                rest = after;
            }
        }
    }
    filled + rest
}

/// A file below the user's home.
fn home_file(path: &str) -> Result<PathBuf> {
    let home = std::env::home_dir().filter(|home| home.is_absolute());
    let home = home.ok_or_else(|| Unusable("HOME names no folder: set it to yours".to_owned()))?;
    Ok(home.join(path))
}

/// A file's text; `None` where there is none.
fn read_if_there(file: &Path) -> Result<Option<String>> {
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
    }
}

/// Writes a file, with the folders above it.
fn keep(file: &Path, text: &str) -> Result<()> {
    let folder = file.parent().map_or(Ok(()), std::fs::create_dir_all);
    folder
        .and_then(|()| std::fs::write(file, text))
        .with_context(|| format!("cannot write {}", file.display()))
}

/// Takes a file away; whether there was one.
fn remove_if_there(file: &Path) -> Result<bool> {
    match std::fs::remove_file(file) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error).with_context(|| format!("cannot remove {}", file.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_value_is_filled_in_its_turn() {
        let values = [("A", "__B__"), ("B", "b")];
        assert_eq!(fill("x__A__y__B__ __C__ a__b __", &values), "x__B__yb __C__ a__b __");
    }
}
