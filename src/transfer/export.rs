//! Which notes go to another side, and in which order.
//!
//! What holds for all and what is for that side's agent alone; the most useful first, so that what finds no room is the least
//! useful. Refuses notes that people have still to decide on.

use super::{Left, Side};
use crate::memory::note::{Note, Status};
use crate::memory::{Memory, place};
use std::collections::BTreeMap;

/// A note that goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing<'a> {
    /// Its path inside the memory.
    pub path: &'a str,
    /// The note.
    pub note: &'a Note,
}

/// The notes of a memory for this side. `useful`: how useful they are, by path; people's own are not in it and come first.
pub fn outgoing<'a>(
    memory: &'a Memory,
    useful: &BTreeMap<String, f64>,
    side: Side,
) -> (Vec<Outgoing<'a>>, Vec<Left>) {
    let (mut going, mut left) = (Vec::new(), Vec::new());
    for (path, note) in &memory.notes {
        match (place::agent_at(path), note.front.status) {
            (Some(agent), _) if agent != side.name() => {
                left.push(Left::new(path, format!("it is for {agent} alone")));
            }
            (_, Status::Open) => left.push(Left::new(path, "people have to decide on it first")),
            (_, Status::Retired) => left.push(Left::new(path, "it is retired")),
            (_, Status::Active | Status::Pinned) => going.push(Outgoing { path, note }),
        }
    }
    left.extend(memory.broken.iter().map(|(path, broken)| Left::new(path, &broken.reason)));
    let rank = |one: &Outgoing<'_>| match one.note.front.status {
        Status::Pinned => f64::INFINITY,
        _ => useful.get(one.path).copied().unwrap_or(f64::MAX),
    };
    going.sort_by(|a, b| rank(b).total_cmp(&rank(a)).then_with(|| a.path.cmp(b.path)));
    (going, left)
}

/// A name for a note where there are no folders: `mistake-flaky-upload`, `own-mistake-flaky-upload` where it is for one agent.
pub(super) fn flat_name(path: &str) -> String {
    let own = if place::agent_at(path).is_some() { "own-" } else { "" };
    let name = crate::candidate::free::name_at(path);
    match place::kind_at(path) {
        Some(kind) => format!("{own}{kind}-{name}"),
        None => format!("{own}{name}"),
    }
}

/// What a note says without its evidence, which other sides cannot look up.
pub(super) fn without_evidence(body: &str) -> String {
    let heading = crate::learning::author::EVIDENCE;
    let mut text = String::new();
    let mut is_evidence = false;
    for line in body.lines() {
        if line.starts_with('#') {
            is_evidence = line.trim_end().eq_ignore_ascii_case(heading);
        }
        if !is_evidence {
            text.push_str(line);
            text.push('\n');
        }
    }
    format!("{}\n", text.trim())
}

/// The part of a note that [`without_evidence`] leaves out.
pub(super) fn evidence(body: &str) -> &str {
    let heading = crate::learning::author::EVIDENCE;
    let mut at = 0;
    for line in body.split_inclusive('\n') {
        if line.trim_end().eq_ignore_ascii_case(heading) {
            return &body[at..];
        }
        at += line.len();
    }
    ""
}
