//! The commits of a dream: one a learning, then the index.

use super::BUILTIN;
use crate::learning::standing::Standings;
use crate::learning::{Planned, message};
use crate::memory::place::{self, outside};
use crate::memory::{MEMORY_FILE, Memory, index};
use crate::pattern::Pattern;
use crate::repo::{Commit, FileChange};
use crate::settings::Settings;
use std::collections::BTreeMap;

/// One commit a learning, then the index.
pub(super) fn of(
    planned: &Planned,
    memory: &Memory,
    standings: &Standings,
    patterns: &[Pattern],
    settings: &Settings,
    cycle: &str,
) -> Vec<Commit> {
    let root = &settings.memory.root;
    let change = |path: &str, text: Option<&str>| FileChange {
        path: outside(root, path),
        content: text.map(|text| text.as_bytes().to_vec()),
    };
    let mut after = memory.clone();
    let mut commits: Vec<Commit> = Vec::new();
    for learning in &planned.learnings {
        let mut changes = vec![change(&learning.note, Some(&learning.text))];
        for left in &learning.leaves {
            after.notes.remove(left);
            changes.push(change(left, None));
        }
        match crate::memory::note::parse(&learning.text) {
            Ok(note) if place::is_note(&learning.note) => {
                drop(after.notes.insert(learning.note.clone(), note))
            }
            _ => {}
        }
        commits.push(Commit { message: message::of(learning, cycle, BUILTIN), changes });
    }
    let index =
        index::regenerate(&after, &usefulness(planned, standings, patterns), settings.memory.budget as usize);
    if !commits.is_empty() && memory.main.as_deref() != Some(&*index) {
        commits.push(Commit {
            message: message::of_index(cycle, BUILTIN, commits.len()),
            changes: vec![change(MEMORY_FILE, Some(&index))],
        });
    }
    commits
}

/// How useful each note is: the weight of its pattern, as far as it has one.
fn usefulness(planned: &Planned, standings: &Standings, patterns: &[Pattern]) -> BTreeMap<String, f64> {
    let mut useful: BTreeMap<String, f64> =
        standings.values().map(|standing| (standing.note.clone(), 0.0)).collect();
    for pattern in patterns {
        if let Some(standing) = standings.get(&pattern.fingerprint) {
            useful.insert(standing.note.clone(), pattern.weight);
        }
    }
    useful.extend(planned.learnings.iter().map(|learning| (learning.note.clone(), learning.weight)));
    useful
}
