//! A folder of somebody else's, read and written with care.
//!
//! Owns what is looked at (plain UTF-8 files, of a size that a note can have; no link is followed) and the rule for writing:
//! what git-dream wrote and nobody changed is replaced or removed, all else stays unless that is forced.

use super::mark;
use super::{Found, Left};
use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Largest file that is read, bytes: what a note may have.
const LARGEST: u64 = 256 * 1024;
/// Most files that are read.
const MOST_FILES: usize = 2000;
/// How deep folders are looked into.
const DEPTH: usize = 5;

/// What is to be written, by path inside the folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Files of git-dream's own.
    pub files: BTreeMap<String, String>,
    /// Files of others with a block of git-dream's: the whole new text.
    pub shared: BTreeMap<String, String>,
    /// What has no room there.
    pub left: Vec<Left>,
}

/// What was done, by path inside the folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Written, or to be written where nothing is to change.
    pub written: Vec<String>,
    /// Removed, because the note is no more.
    pub removed: Vec<String>,
    /// There already.
    pub same: usize,
    /// What was left as it is, or left out.
    pub left: Vec<Left>,
}

/// The text files below a folder that `is_wanted`, by their paths in it; the others are told in `found`.
///
/// Errors: the folder is not there or cannot be read.
pub fn read(
    folder: &Path,
    found: &mut Found,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    let walked = walkdir::WalkDir::new(folder).min_depth(1).max_depth(DEPTH).sort_by_file_name().into_iter();
    std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in walked.filter_entry(|entry| !entry.file_name().to_string_lossy().starts_with('.')) {
        let entry = entry.with_context(|| format!("cannot read {}", folder.display()))?;
        let path = entry.path().strip_prefix(folder).unwrap_or(entry.path());
        let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
        let name = parts.join("/");
        if entry.file_type().is_dir() || !is_wanted(&name) {
            continue;
        }
        let mut leave = |reason: &str| found.left.push(Left::new(&name, reason));
        if !entry.file_type().is_file() {
            leave("it is a link, which is not followed");
        } else if entry.metadata().is_ok_and(|of| of.len() > LARGEST) {
            leave("it has more than 256 KiB");
        } else if files.len() >= MOST_FILES {
            leave("there are more than 2,000 files");
        } else {
            let bytes = std::fs::read(entry.path());
            let bytes = bytes.with_context(|| format!("cannot read {}", entry.path().display()))?;
            match String::from_utf8(bytes) {
                Ok(text) => drop(files.insert(name, text.replace("\r\n", "\n"))),
                Err(_) => leave("it is no UTF-8 text"),
            }
        }
    }
    Ok(files)
}

/// Writes what is wanted. `own`: the files that are there and say that git-dream wrote them, as [`read`] found them.
/// `force`: also over what somebody else wrote or changed. `dry_run`: only says what would be done.
///
/// Errors: something cannot be written; what was written by then stays.
pub fn write(
    folder: &Path,
    wanted: &Wanted,
    own: &BTreeMap<String, String>,
    force: bool,
    dry_run: bool,
) -> Result<Done> {
    let mut done = Done { left: wanted.left.clone(), ..Done::default() };
    for (name, text) in &wanted.files {
        match objection(&folder.join(name), text, force)? {
            Some(Standing::Same) => done.same += 1,
            Some(Standing::InTheWay(reason)) => done.left.push(Left::new(name, reason)),
            None => {
                put(&folder.join(name), text, dry_run)?;
                done.written.push(name.clone());
            }
        }
    }
    for (name, text) in &wanted.shared {
        let path = folder.join(name);
        if is_link(&path) {
            done.left.push(Left::new(name, "it is a link, which is not written through"));
        } else if text_at(&path)?.as_ref() == Some(text) {
            done.same += 1;
        } else {
            put(&path, text, dry_run)?;
            done.written.push(name.clone());
        }
    }
    let gone: BTreeSet<&String> = own.keys().filter(|name| !wanted.files.contains_key(*name)).collect();
    for name in gone {
        let Some((mark, _)) = own.get(name).and_then(|text| mark::read(text)) else { continue };
        if !mark.is_untouched && !force {
            let reason =
                "its note is no more, but somebody changed it there: import it, or --force removes it";
            done.left.push(Left::new(name, reason));
            continue;
        }
        if !dry_run {
            let path = folder.join(name);
            std::fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
        done.removed.push(name.clone());
    }
    done.left.sort();
    Ok(done)
}

enum Standing {
    Same,
    InTheWay(&'static str),
}

/// What stands where a file is to be written, if that speaks against it.
fn objection(path: &Path, text: &str, force: bool) -> Result<Option<Standing>> {
    if is_link(path) {
        return Ok(Some(Standing::InTheWay("it is a link, which is not written through")));
    }
    let Some(stands) = text_at(path)? else { return Ok(None) };
    Ok(match mark::read(&stands) {
        _ if stands == text => Some(Standing::Same),
        _ if force => None,
        Some((mark, _)) if mark.is_untouched => None,
        Some(_) => {
            Some(Standing::InTheWay("somebody changed it there: import it, or --force writes over it"))
        }
        None => Some(Standing::InTheWay("git-dream did not write it: --force writes over it")),
    })
}

fn is_link(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|of| of.file_type().is_symlink())
}

/// The text of a file; `None` where there is none.
pub fn text_at(path: &Path) -> Result<Option<String>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Puts a file in place as a whole.
fn put(path: &Path, text: &str, dry_run: bool) -> Result<()> {
    if dry_run {
        return Ok(());
    }
    let failed = || format!("cannot write {}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(failed)?;
    }
    let mut draft = PathBuf::from(path);
    draft.as_mut_os_string().push(format!(".{}.new", std::process::id()));
    std::fs::write(&draft, text).with_context(failed)?;
    std::fs::rename(&draft, path).with_context(failed)
}
