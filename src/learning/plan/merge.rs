//! Two notes that say the same become one.
//!
//! The one that is better founded keeps its words and takes over the other one's evidence; the other goes to the
//! archive. What is the same, [`super::twin`] says.

use super::held::Held;
use super::retire::into_archive;
use super::twin::{Likeness, Sayings};
use super::{moved, text};
use crate::learning::author::{EVIDENCE, quoted};
use crate::learning::{Change, Learning};
use crate::memory::note::{Note, render};
use std::collections::{BTreeMap, BTreeSet};

/// A merge, with the text of the note that goes to the archive.
pub(super) struct Merge {
    /// The learning.
    pub(super) learning: Learning,
    /// Where the other note lay, and what the archive is to hold of it.
    pub(super) archived: (String, String),
}

/// One merge for every two notes that say the same; a note is in at most one of them.
pub(super) fn all(
    sayings: &Sayings<'_>,
    held: &[&Held<'_>],
    read: &BTreeMap<(String, String), String>,
    today: &str,
) -> Vec<Merge> {
    let mut taken = BTreeSet::new();
    let mut merges = Vec::new();
    for ((one, other), likeness) in sayings.pairs(held, read) {
        if taken.contains(&one) || taken.contains(&other) {
            continue;
        }
        taken.extend([one, other]);
        let (kept, gone) = match is_clearer(held[one], held[other]) {
            true => (held[one], held[other]),
            false => (held[other], held[one]),
        };
        let mut merge = merge(kept, gone, likeness, today);
        if matches!(likeness, Likeness::Read(_)) {
            let paths = (held[one].path.to_owned(), held[other].path.to_owned());
            merge.learning.worded_by = read.get(&paths).cloned();
        }
        merges.push(merge);
    }
    merges
}

/// Whether the first of two notes is to keep its words: it holds for more, is better founded, or was first.
fn is_clearer(one: &Held<'_>, other: &Held<'_>) -> bool {
    let rank = |held: &Held<'_>| (held.note.front.scope == "team", held.grade(), held.support().sessions);
    let first = |held: &Held<'_>| (held.note.front.since.clone(), held.path.to_owned());
    rank(one).cmp(&rank(other)).then_with(|| first(other).cmp(&first(one))).is_gt()
}

fn merge(kept: &Held<'_>, gone: &Held<'_>, likeness: Likeness, today: &str) -> Merge {
    let mut front = kept.note.front.clone();
    front.applies_to.extend(gone.note.front.applies_to.iter().cloned());
    front.applies_to = text::distinct(&front.applies_to);
    let known: BTreeSet<&str> = text::evidence_lines(kept.note).filter_map(quoted::source).collect();
    let new = text::evidence_lines(gone.note)
        .filter(|line| quoted::source(line).is_some_and(|at| !known.contains(at)));
    let mut body = kept.note.body.trim_end().to_owned();
    if known.is_empty() {
        body.push_str(&format!("\n\n{EVIDENCE}\n"));
    }
    for line in new {
        body.push_str(&format!("\n{line}"));
    }
    body.push('\n');
    let mut paths = [kept.path, gone.path];
    paths.sort_unstable();
    let title = format!("one note for {} and {}", paths[0], paths[1]);
    let how = match likeness {
        Likeness::Words(share) => {
            format!("They share {:.0} % of their words, and every number, negation and name.", share * 100.0)
        }
        Likeness::Read(share) => format!(
            "A model holds that they do; they share {:.0} % of their words, and every number, negation and name.",
            share * 100.0
        ),
        Likeness::Calls(shared) => {
            format!("The same calls taught both ({shared} of them), and both say to do the same.")
        }
    };
    let rationale = format!(
        "Two notes say the same. {how}\n{} keeps its words, because it holds for more, is better founded or was first; the other's evidence is added to it, and {} goes to the archive.",
        kept.path, gone.path
    );
    let mut evidence = kept.evidence();
    evidence.extend(gone.evidence());
    evidence.dedup_by(|a, b| (&a.session, a.event) == (&b.session, b.event));
    let text = render(&Note { front, body });
    let mut learning = moved(Change::Merge, kept, kept.path.to_owned(), text);
    (learning.title, learning.rationale, learning.evidence) = (title, rationale, evidence);
    learning.leaves = vec![gone.path.to_owned()];
    let reason = format!("`{}` says it now.", kept.path);
    Merge { learning, archived: (gone.path.to_owned(), into_archive(gone.note, &reason, today)) }
}
