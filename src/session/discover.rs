//! Transcripts among files and folders.
//!
//! A file that was named is read whatever it is, and what cannot be read is reported. In a folder only what may
//! be a transcript by its name's ending is looked at, everything else is left alone without a word; what such a
//! file holds decides later.

use super::Skipped;
use super::homes::is_beside_transcripts;
use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// Endings under which transcripts are found in a folder.
const ENDINGS: &[&str] = &["jsonl", "ndjson", "json", "zst", "md"];

/// Files that agents keep beside their transcripts, and that are none.
const NO_TRANSCRIPTS: &[&str] = &[
    "history.jsonl",
    "session_index.jsonl",
    "settings.json",
    "settings.local.json",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "README.md",
    "CLAUDE.md",
    "AGENTS.md",
    "MEMORY.md",
    "SKILL.md",
];

/// Folders that hold no transcripts and may be very large, and those in which agents keep other things.
const NO_FOLDERS: &[&str] = &[".git", "node_modules", "target", "tool-results"];

/// The transcripts that these files and folders are or hold: sorted, each once, however often it was named or
/// linked to. Folders are walked into, also over links, but never in a circle.
pub fn expand(paths: &[PathBuf]) -> (Vec<PathBuf>, Vec<Skipped>) {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut real_folders = HashMap::new();
    let mut skipped = Vec::new();
    let mut skip = |path: &Path, reason: String| {
        skipped.push(Skipped { path: path.display().to_string(), line: None, reason });
    };
    let mut take = |path: &Path, is_link: bool, found: &mut Vec<PathBuf>| {
        if seen.insert(real_path(path, is_link, &mut real_folders)) {
            found.push(path.to_owned());
        }
    };
    for path in paths {
        match std::fs::metadata(path) {
            Err(error) => skip(path, format!("cannot be opened: {error}")),
            Ok(metadata) if !metadata.is_dir() => take(path, true, &mut found),
            Ok(_) => {
                let walk = WalkDir::new(path).follow_links(true).sort_by_file_name().into_iter();
                let walk = walk.filter_entry(|entry| {
                    let is_left_out = NO_FOLDERS.iter().any(|name| entry.file_name() == *name);
                    let may_hold = !entry.file_type().is_dir() || !is_left_out;
                    entry.depth() == 0 || (may_hold && !is_beside_transcripts(entry.path()))
                });
                for entry in walk {
                    match entry {
                        Ok(entry) if entry.file_type().is_file() && may_be_transcript(entry.path()) => {
                            take(entry.path(), entry.path_is_symlink(), &mut found);
                        }
                        Ok(_) => {}
                        // A circle of links, or a link to nothing: no transcript is lost by it.
                        Err(error) if error.loop_ancestor().is_some() || is_missing(&error) => {}
                        Err(error) => {
                            let place = error.path().unwrap_or(path).to_owned();
                            skip(&place, format!("cannot be opened: {error}"));
                        }
                    }
                }
            }
        }
    }
    // By their text, which is much cheaper to compare than their components, and as good an order.
    found.sort_by(|a, b| a.as_os_str().cmp(b.as_os_str()));
    found.dedup();
    (found, skipped)
}

/// Where a file really lies: a link and its target are one file. Of many files in one folder that are no links
/// only the folder is resolved. What cannot be resolved fails later, where it is reported.
fn real_path(path: &Path, is_link: bool, real_folders: &mut HashMap<PathBuf, PathBuf>) -> OsString {
    let (Some(folder), Some(name), false) = (path.parent(), path.file_name(), is_link) else {
        return path.canonicalize().unwrap_or_else(|_| path.to_owned()).into_os_string();
    };
    if !real_folders.contains_key(folder) {
        let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        real_folders.insert(folder.to_owned(), real);
    }
    real_folders.get(folder).map_or_else(|| path.to_owned(), |folder| folder.join(name)).into_os_string()
}

/// Judged by the ending and a few whole names; the rest of a name may be any bytes.
fn may_be_transcript(path: &Path) -> bool {
    let Some(name) = path.file_name() else { return false };
    let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
    let is_one = ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()));
    let is_other = NO_TRANSCRIPTS.iter().any(|other| name == *other);
    is_one && !is_other && !name.as_encoded_bytes().ends_with(b".meta.json")
}

fn is_missing(error: &walkdir::Error) -> bool {
    error.io_error().is_some_and(|error| error.kind() == std::io::ErrorKind::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn finds_each_transcript_once_and_reports_only_what_was_named() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for file in ["b.jsonl", "deep/er/a.json", "photo.png", "node_modules/x.json", "deep/MEMORY.md"] {
            fs::create_dir_all(root.join(file).parent().unwrap()).unwrap();
            fs::write(root.join(file), "{}").unwrap();
        }
        let named =
            [root.to_owned(), root.join("photo.png"), root.join("missing.jsonl"), root.join("b.jsonl")];
        let (found, skipped) = expand(&named);
        let names = found.iter().map(|path| path.strip_prefix(root).unwrap().display().to_string());
        let expected =
            ["b.jsonl".to_owned(), Path::new("deep/er/a.json").display().to_string(), "photo.png".into()];
        assert_eq!(names.collect::<Vec<_>>(), expected);
        assert_eq!(skipped.len(), 1);
        assert!(skipped[0].path.ends_with("missing.jsonl"));
    }

    /// Only some file systems take such names.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_name_that_is_no_unicode_is_a_name() {
        use std::os::unix::ffi::OsStringExt;
        let folder = tempfile::tempdir().unwrap();
        let name = OsString::from_vec(b"s\xe9ance \xff.jsonl".to_vec());
        fs::write(folder.path().join(&name), "{}").unwrap();
        fs::write(folder.path().join(OsString::from_vec(b"\xff.png".to_vec())), "").unwrap();
        let (found, skipped) = expand(&[folder.path().to_owned()]);
        assert_eq!((found, skipped), (vec![folder.path().join(name)], Vec::new()));
    }

    #[cfg(unix)]
    #[test]
    fn a_circle_of_links_ends() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("in")).unwrap();
        fs::write(folder.path().join("in/a.jsonl"), "{}").unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("in/again")).unwrap();
        std::os::unix::fs::symlink("nowhere", folder.path().join("in/dangling.jsonl")).unwrap();
        let (found, skipped) = expand(&[folder.path().to_owned()]);
        assert_eq!((found.len(), skipped.len()), (1, 0));
    }
}
