//! Where digests are written to: standard output, or a file that is there whole or not at all.

use super::super::super::exit::Usage;
use super::super::super::talk::Talk;
use super::STANDARD;
use crate::cycle::export::Exported;
use crate::digest::lines;
use anyhow::{Context, Result};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Where digests are written to.
pub(super) enum Target {
    Output,
    File(PathBuf),
}

impl Target {
    /// What `--to` names, as seen from `dir`.
    ///
    /// Errors: nothing can be written there, or something else is to be written there.
    pub(super) fn of(named: &Path, dir: &Path, talk: &Talk) -> Result<Target> {
        if named == Path::new(STANDARD) {
            return match talk.json {
                false => Ok(Target::Output),
                true => Err(Usage(
                    "--json and --to - both want standard output: name a file with --to".to_owned(),
                )
                .into()),
            };
        }
        let file = dir.join(named);
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        if file.is_dir() || file.file_name().is_none() {
            return Err(Usage(format!("{} is a folder: name a file with --to", file.display())).into());
        }
        match folder.filter(|folder| !folder.is_dir()) {
            Some(folder) => {
                Err(Usage(format!("there is no folder {}: make it first", folder.display())).into())
            }
            None => Ok(Target::File(file)),
        }
    }

    /// Writes digests with what is to be said of them.
    pub(super) fn write(&self, exported: &Exported) -> Result<()> {
        match self {
            Target::Output => {
                write_to(io::stdout().lock(), exported).context("cannot write to standard output")
            }
            Target::File(file) => {
                let failed = || format!("cannot write {}", file.display());
                // A pipe or a device is written to; nothing may take its place.
                if file.metadata().is_ok_and(|metadata| !metadata.is_file()) {
                    return File::create(file).and_then(|file| write_to(file, exported)).with_context(failed);
                }
                // Hidden, so that whoever reads the folder meanwhile passes it over.
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                let draft = file.with_file_name(format!(".{name}.{}", std::process::id()));
                let written = File::create(&draft)
                    .and_then(|file| write_to(file, exported))
                    .and_then(|()| std::fs::rename(&draft, file));
                if written.is_err() {
                    let _ = std::fs::remove_file(&draft);
                }
                written.with_context(failed)
            }
        }
    }
}

fn write_to(to: impl Write, exported: &Exported) -> io::Result<()> {
    let mut to = BufWriter::new(to);
    lines::write(&exported.carried, &exported.skipped, &exported.tally, &mut to)?;
    to.flush()
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Target::Output => f.write_str("standard output"),
            Target::File(file) => write!(f, "{}", file.display()),
        }
    }
}
