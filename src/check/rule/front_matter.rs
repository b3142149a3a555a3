//! Every note begins with front matter that tools can read and that agrees with where the note lies.

use crate::check::Case;
use crate::check::finding::Finding;
use crate::memory::note::{Note, Status};
use crate::memory::place;
use crate::pattern::Kind;

const RULE: &str = "front-matter";
/// Longest description of an Agent Skill, characters.
const LONGEST_DESCRIPTION: usize = 1024;
/// Longest name of an Agent Skill, characters.
const LONGEST_NAME: usize = 64;

pub(super) fn inspect(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for path in case.change.changed.keys() {
        let shown = case.change.outside(path);
        if let Some(broken) = case.after.broken.get(path) {
            let remedy = "see the other notes for what it looks like";
            findings.push(Finding::error(RULE, &shown, &broken.reason, remedy).at(Some(1)));
        }
        if let Some(note) = case.after.notes.get(path) {
            let wrong = wrong(path, note).into_iter();
            findings
                .extend(wrong.map(|(what, remedy)| Finding::error(RULE, &shown, what, remedy).at(Some(1))));
        }
    }
    findings
}

/// What does not agree, with the remedy.
fn wrong(path: &str, note: &Note) -> Vec<(String, String)> {
    let front = &note.front;
    let mut wrong = Vec::new();
    let mut push = |what: String, remedy: &str| wrong.push((what, remedy.to_owned()));
    let file = name_by_path(path);
    if front.name != file {
        push(format!("`name` is {:?}, the file is called {file:?}", front.name), "make them the same");
    }
    let plain = |name: &str| name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !plain(&front.name) || front.name.is_empty() || front.name.len() > LONGEST_NAME {
        push(
            format!("`name` {:?} is no name", front.name),
            "use lower-case letters, digits and `-`, at most 64",
        );
    }
    if let Some(kind) = place::kind_at(path).filter(|kind| *kind != front.kind) {
        push(
            format!("`kind: {}` lies among the {}", front.kind, place::folder(kind)),
            "move the note, or correct its kind",
        );
    }
    if front.description.trim().is_empty() {
        push("`description` is empty".to_owned(), "say the rule in one sentence: it is what the index shows");
    }
    if front.description.chars().count() > LONGEST_DESCRIPTION {
        push("`description` has more than 1024 characters".to_owned(), "say the rule in one sentence");
    }
    if front.status == Status::Retired {
        push("it is retired, but lies among the active notes".to_owned(), "move it under archive/");
    }
    if !front.since.is_empty() && front.since.parse::<jiff::civil::Date>().is_err() {
        push(format!("`since: {:?}` is no date", front.since), "write it as 2026-01-31");
    }
    if note.body.trim().is_empty() {
        push("it has no text".to_owned(), "say when the rule applies and what to do");
    }
    wrong
}

/// The name that a note has by its path: the file's, or a playbook's folder's.
fn name_by_path(path: &str) -> &str {
    let mut parts = path.rsplit('/');
    let file = parts.next().unwrap_or_default();
    match place::kind_at(path) {
        Some(Kind::Playbook) => parts.next().unwrap_or_default(),
        _ => file.trim_end_matches(".md"),
    }
}
