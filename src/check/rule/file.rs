//! What lies there must be plain text in plain files, with names that every file system can have.

use crate::check::Case;
use crate::check::finding::Finding;
use crate::repo::compare::Sort;
use std::collections::BTreeMap;

/// Largest file of a memory, bytes: notes are read by agents, and nobody reviews more.
const LARGEST: usize = 256 * 1024;

/// Names that Windows keeps for devices.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul", "com1", "com2", "com3", "lpt1", "lpt2", "lpt3"];

pub(super) fn inspect(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut folded: BTreeMap<String, Vec<&String>> = BTreeMap::new();
    for path in case.change.after.keys() {
        folded.entry(path.to_lowercase()).or_default().push(path);
    }
    for path in case.change.changed.keys() {
        let Some(file) = case.change.after.get(path) else { continue };
        let shown = case.change.outside(path);
        let mut error =
            |what: String, remedy: &str| findings.push(Finding::error("plain-file", &shown, what, remedy));
        match file.sort {
            Sort::Link => error("it is a symbolic link".to_owned(), "put the file itself there"),
            Sort::Submodule => error("it is a submodule".to_owned(), "put the files themselves there"),
            Sort::Program if path.ends_with(".md") => {
                error(
                    "a note may be run as a program".to_owned(),
                    "take the right to run it away: `git update-index --chmod=-x`",
                );
            }
            Sort::File | Sort::Program => {}
        }
        if file.bytes.len() > LARGEST {
            error(format!("it has {} KiB", file.bytes.len() / 1024), "keep files of a memory under 256 KiB");
        }
        if std::str::from_utf8(&file.bytes).is_err() || file.bytes.contains(&0) {
            error("it is no UTF-8 text".to_owned(), "save it as UTF-8, or keep it elsewhere");
        }
        if let Some(part) = path.split('/').find(|part| !is_portable(part)) {
            error(format!("not every file system can have the name {part:?}"), "rename it");
        }
        if folded.get(&path.to_lowercase()).is_some_and(|same| same.len() > 1) {
            error(
                "another file differs from it only in upper and lower case".to_owned(),
                "rename one of them",
            );
        }
        for (number, line) in (1..).zip(String::from_utf8_lossy(&file.bytes).lines()) {
            if ["<<<<<<< ", ">>>>>>> ", "||||||| "].iter().any(|mark| line.starts_with(mark)) {
                let what = "a merge left its conflict here";
                findings.push(Finding::error("conflict-marker", &shown, what, "settle it").at(Some(number)));
            }
        }
    }
    findings
}

fn is_portable(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or_default().to_lowercase();
    !part.is_empty()
        && !part.ends_with(['.', ' '])
        && !part.contains(|c: char| c.is_control() || r#"<>:"\|?*"#.contains(c) || c == '\u{fffd}')
        && !DEVICES.contains(&stem.as_str())
}
