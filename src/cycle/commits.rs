//! The commits of a dream: one a learning, then the index.

use super::{BUILTIN, Report, usefulness};
use crate::learning::{Planned, message};
use crate::memory::place::{self, outside};
use crate::memory::{MEMORY_FILE, Memory, index};
use crate::repo::{Commit, FileChange};
use crate::settings::Settings;
use std::collections::BTreeMap;

/// One commit a learning, then the index. `report`: what it is a part of. `useful`: how useful the notes are that stand, by their paths.
pub(super) fn of(
    planned: &Planned,
    memory: &Memory,
    useful: &BTreeMap<String, f64>,
    settings: &Settings,
    report: &Report,
) -> Vec<Commit> {
    let cycle = report.cycle.as_deref().unwrap_or_default();
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
            let archived = planned.archived.get(left);
            changes.extend(archived.map(|text| change(&place::in_archive(left), Some(text))));
        }
        match crate::memory::note::parse(&learning.text) {
            Ok(note) if place::is_note(&learning.note) => {
                drop(after.notes.insert(learning.note.clone(), note))
            }
            _ => {}
        }
        let engine = learning.worded_by.as_deref().unwrap_or(BUILTIN);
        let cost = report.cost_of(&learning.pattern);
        commits.push(Commit {
            message: message::with_cost(message::of(learning, cycle, engine), cost),
            changes,
        });
    }
    let useful = usefulness::with_planned(useful.clone(), planned);
    let index = index::regenerate(&after, &useful, settings.memory.budget as usize);
    if !commits.is_empty() && memory.main.as_deref() != Some(&*index) {
        let left = index::left_out(memory, &after, &index);
        commits.push(Commit {
            message: message::with_cost(
                message::of_index(cycle, BUILTIN, commits.len(), &left),
                report.cost_of_all(),
            ),
            changes: vec![change(MEMORY_FILE, Some(&index))],
        });
    }
    commits
}
