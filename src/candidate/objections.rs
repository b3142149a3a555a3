//! What the gate has against a branch: the check that every change to the memory has to pass.

use super::{Candidate, Changes, Files, with};
use crate::check;
use crate::check::change::{Change, File};
use crate::check::finding::{Finding, Severity};
use crate::learning::into_archive;
use crate::memory::note::{self, Status};
use crate::memory::{MEMORY_FILE, Memory, index, place};
use crate::repo::compare::Sort;
use anyhow::Result;
use std::collections::BTreeSet;

/// A finding without the line that it stands on: that moves.
pub(super) type Told = (String, &'static str, String);

/// Why something is not written, for whoever wrote it: never a part of what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(pub Vec<String>);

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("; "))
    }
}

impl std::error::Error for Refusal {}

/// The notes of files.
pub(super) fn memory(files: &Files) -> Memory {
    let regular = files.iter().filter(|(_, file)| matches!(file.sort, Sort::File | Sort::Program));
    Memory::read(regular.map(|(path, file)| (path.clone(), file.bytes.clone())))
}

/// The files that a branch brings: with these changes, those that go in the archive, and the index.
pub(super) fn after(candidate: &Candidate<'_>, before: &Files, changes: &Changes, today: &str) -> Files {
    let mut after = with(before, changes);
    for (path, content) in changes {
        let standing = before.get(path).filter(|_| content.is_none()).and_then(super::text_of);
        // What goes elsewhere under another name is not put away.
        let Some(text) = standing.filter(|text| !is_moved(text, changes)) else { continue };
        if let Ok(note) = note::parse(text) {
            let said = format!("{} holds that it is of no use any more.", candidate.writer.by);
            let archived = into_archive(&note, &said, today).into_bytes();
            after.insert(place::in_archive(path), File { sort: Sort::File, bytes: archived });
        }
    }
    let main = new_index(candidate, &after);
    after.insert(MEMORY_FILE.to_owned(), File { sort: Sort::File, bytes: main.into_bytes() });
    after
}

/// Whether what a note says is said under another name.
pub(super) fn is_moved(text: &str, changes: &Changes) -> bool {
    let body = |text: &str| note::split(text).ok().map(|(_, body)| body.to_owned());
    let Some(left) = body(text) else { return false };
    changes.values().flatten().any(|new| body(new).as_ref() == Some(&left))
}

/// MEMORY.md with its index made anew.
fn new_index(candidate: &Candidate<'_>, files: &Files) -> String {
    index::regenerate(&memory(files), &candidate.useful, candidate.settings.memory.budget as usize)
}

/// What forbids merging these changes.
fn findings(
    candidate: &Candidate<'_>,
    before: &Files,
    changes: &Changes,
    today: &str,
) -> Result<Vec<Finding>> {
    let settings = candidate.settings;
    let after = after(candidate, before, changes, today);
    let change = Change::of(&settings.memory.root, before.clone(), after)?;
    let ledger = crate::ledger::Ledger::open(candidate.repo)?;
    let digests = ledger.find(&check::sessions_quoted(&change))?;
    let mut found = check::check(&change, settings, Some(digests));
    found.retain(|finding| finding.severity == Severity::Error);
    Ok(found)
}

fn told(found: &[Finding]) -> BTreeSet<Told> {
    found.iter().map(|finding| (finding.path.clone(), finding.rule, finding.what.clone())).collect()
}

/// What these changes are refused for, where the branch has `earlier` already; empty where they may be written. With it what
/// the gate has against the branch then.
pub(super) fn against(
    candidate: &mut Candidate<'_>,
    before: &Files,
    earlier: &Changes,
    changes: &Changes,
    today: &str,
) -> Result<(Vec<String>, BTreeSet<Told>)> {
    let mut reasons = own_objections(candidate, before, earlier, changes);
    if !reasons.is_empty() {
        return Ok((reasons, BTreeSet::new()));
    }
    // What speaks against the branch as it stands is not the fault of what comes now.
    if candidate.known.is_none() {
        candidate.known = Some(told(&findings(candidate, before, earlier, today)?));
    }
    let known = candidate.known.clone().unwrap_or_default();
    let found = findings(candidate, before, changes, today)?;
    let is_news =
        |finding: &&Finding| !known.contains(&(finding.path.clone(), finding.rule, finding.what.clone()));
    let news = found.iter().filter(is_news);
    reasons.extend(news.map(|one| format!("{} ({}): {}", one.what, one.rule, one.remedy)));
    reasons.sort();
    reasons.dedup();
    Ok((reasons, told(&found)))
}

/// What only an agent's notes are refused for: people may do all that.
fn own_objections(
    candidate: &Candidate<'_>,
    before: &Files,
    earlier: &Changes,
    changes: &Changes,
) -> Vec<String> {
    let mut reasons = BTreeSet::new();
    let is_new = |path: &String| earlier.get(path) != changes.get(path);
    let is_pinned = |text: &str| note::parse(text).is_ok_and(|note| note.front.status == Status::Pinned);
    for (path, content) in changes.iter().filter(|(path, _)| is_new(path)) {
        if before.get(path).and_then(super::text_of).is_some_and(is_pinned) {
            reasons.insert("the note is pinned: people keep it as it is");
        } else if content.as_deref().is_some_and(is_pinned) {
            reasons.insert("only people pin a note: leave `status: pinned` out");
        }
        if candidate.refused.contains(&super::learnings::words(path, content.as_deref())) {
            reasons.insert("people have refused this in the same words; it is not proposed again as it is");
        }
    }
    reasons.into_iter().map(str::to_owned).collect()
}
