//! Since when a note stands, and under which names it was read.
//!
//! A note is the same one when it was moved or promoted, and another one as far as its readers are concerned when it
//! says something else: what a revised note does is counted from the revision on, or it would be called ineffective for
//! what its first wording did.

use crate::pattern::Fingerprint;
use crate::verdict::{Decider, Proposal};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// A learning that stands on the target.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// What it is made from.
    pub pattern: Fingerprint,
    /// The path of its note inside the memory, now.
    pub note: String,
    /// Every path that the note has had.
    pub names: BTreeSet<String>,
    /// The learning in a sentence, as it was last taken up.
    pub title: String,
    /// `mistake`, `playbook`, `preference`.
    pub kind: String,
    /// When it first came to the target; where git keeps no commit that says so, when it was proposed.
    pub at: Timestamp,
    /// When what it says last changed.
    pub worded: Timestamp,
    /// Who took it up; `None` where git keeps no commit that says so.
    pub by: Option<Decider>,
    /// Whether MEMORY.md names it, so that who reads the index has read its rule.
    pub is_indexed: bool,
}

/// The learnings that stand, one a pattern, by the path of their note. `index`: the paths that MEMORY.md names.
pub fn merged(proposals: &[Proposal<'_>], index: &BTreeSet<String>) -> Vec<Merged> {
    let mut found: BTreeMap<&str, Merged> = BTreeMap::new();
    let mut names: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut retired: BTreeSet<&str> = BTreeSet::new();
    for Proposal { cycle, learning, verdict, by, note, .. } in proposals {
        let pattern = learning.pattern.as_str();
        // A path that was proposed and moved in review is one that sessions may have read all the same.
        names.entry(pattern).or_default().extend([learning.note.clone(), note.clone()]);
        if !verdict.stands() {
            continue;
        }
        match learning.change.as_str() {
            "retire" => retired.insert(pattern),
            _ => retired.remove(pattern),
        };
        let Some(fingerprint) = Fingerprint::parse(pattern) else { continue };
        let at = by.as_ref().map_or(cycle.at, |by| by.at);
        let one = found.entry(pattern).or_insert_with(|| Merged {
            pattern: fingerprint,
            note: note.clone(),
            names: BTreeSet::new(),
            title: learning.title.clone(),
            kind: learning.kind.clone(),
            at,
            worded: at,
            by: by.clone(),
            is_indexed: false,
        });
        one.note.clone_from(note);
        one.title.clone_from(&learning.title);
        // A note that moves says what it said.
        if learning.change != "promote" {
            one.worded = one.worded.max(at);
        }
    }
    let standing = found.into_iter().filter(|(pattern, _)| !retired.contains(pattern));
    let named = standing.map(|(pattern, mut one)| {
        one.names = names.remove(pattern).unwrap_or_default();
        one.is_indexed = index.contains(&one.note);
        one
    });
    let mut all: Vec<Merged> = named.collect();
    all.sort_by(|a, b| a.note.cmp(&b.note).then_with(|| a.pattern.cmp(&b.pattern)));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learning::standing::Verdict;
    use crate::ledger::{CycleRecord, LearningRecord};
    use crate::verdict::How;

    #[test]
    fn a_note_keeps_its_first_day_and_its_names_and_a_new_wording_starts_its_figures_anew() {
        let day = |day: i64| Timestamp::from_second(day * 86_400).unwrap();
        let learning = |pattern: &str, change: &str, note: &str| LearningRecord {
            pattern: pattern.repeat(16),
            change: change.to_owned(),
            note: note.to_owned(),
            ..LearningRecord::default()
        };
        let told = [
            (learning("a", "add", "agents/x/mistakes/a.md"), Verdict::Merged, 1, "mistakes/a.md"),
            (learning("a", "revise", "agents/x/mistakes/a.md"), Verdict::Edited, 5, "mistakes/a.md"),
            (learning("a", "promote", "mistakes/a.md"), Verdict::Merged, 7, "mistakes/a.md"),
            (learning("a", "revise", "mistakes/a.md"), Verdict::Pending, 9, "mistakes/a.md"),
            (learning("b", "add", "mistakes/b.md"), Verdict::Merged, 2, "mistakes/b.md"),
            (learning("b", "retire", "mistakes/b.md"), Verdict::Merged, 4, "archive/mistakes/b.md"),
            (learning("c", "add", "mistakes/c.md"), Verdict::Rejected, 2, "mistakes/c.md"),
        ];
        let cycles: Vec<CycleRecord> =
            told.iter().map(|told| CycleRecord { at: day(told.2), ..CycleRecord::default() }).collect();
        let told = told.iter().zip(&cycles).map(|((learning, verdict, _, note), cycle)| Proposal {
            cycle,
            learning,
            verdict: *verdict,
            how: How::Merge,
            by: None,
            note: (*note).to_owned(),
        });
        let proposals: Vec<Proposal<'_>> = told.collect();
        let found = merged(&proposals, &BTreeSet::from(["mistakes/a.md".to_owned()]));
        assert_eq!(found.len(), 1, "neither what was retired nor what was rejected: {found:?}");
        assert_eq!((found[0].at, found[0].worded, found[0].is_indexed), (day(1), day(5), true));
        assert_eq!(Vec::from_iter(&found[0].names), ["agents/x/mistakes/a.md", "mistakes/a.md"]);
    }
}
