//! A change to the memory touches the memory's files only. Settings and workflows belong to it, but decide what its
//! own runs may do: a reviewer is told.

use crate::check::Case;
use crate::check::finding::Finding;
use crate::memory::{MEMORY_FILE, place};
use crate::settings::FILE;

/// Files at the top of a memory.
const TOP: &[&str] =
    &[MEMORY_FILE, FILE, "README.md", "LICENSE", "NOTICE.md", "CODEOWNERS", ".gitattributes", ".gitignore"];
/// Folders of a memory whose files are not notes.
const FOLDERS: &[&str] = &["archive/", "rubrics/", "templates/"];
/// What runs by itself or decides what runs.
const RUNS: &[&str] = &[".github/", ".forgejo/", ".gitea/", ".gitlab-ci.yml"];

pub(super) fn inspect(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for path in case.change.changed.keys() {
        let shown = case.change.outside(path);
        let runs = RUNS.iter().any(|runs| path.starts_with(runs));
        if runs || path == FILE {
            // Where all there is is looked at, nothing was changed.
            if case.change.before.is_empty() {
                continue;
            }
            let what =
                if runs { "it decides what runs on its own" } else { "it changes the settings of the runs" };
            findings.push(Finding::warning(
                "settings-changed",
                &shown,
                what,
                "look at it as closely as at code",
            ));
        } else if is_beside_a_skill(path) {
            let what = "it lies beside a playbook, where agents may run it";
            findings.push(Finding::warning("skill-file", &shown, what, "review it as code"));
        } else if !belongs(path) {
            let remedy = "take it out of this change, or put it where the memory has a place for it";
            findings.push(Finding::error(
                "not-memory",
                &shown,
                "no file of a memory has its place here",
                remedy,
            ));
        }
    }
    findings
}

fn belongs(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    TOP.contains(&path)
        || place::is_note(path)
        || FOLDERS.iter().any(|folder| path.starts_with(folder)) && name.contains('.')
        || matches!(name, ".gitkeep" | "README.md")
}

/// A file of an Agent Skill's folder that is not its `SKILL.md`.
fn is_beside_a_skill(path: &str) -> bool {
    let inner = match path.strip_prefix("agents/") {
        Some(rest) => rest.split_once('/').map_or("", |(_, inner)| inner),
        None => path,
    };
    let mut parts = inner.split('/');
    parts.next() == Some("playbooks") && parts.count() >= 2 && !place::is_note(path)
}
