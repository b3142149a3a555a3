//! Notes that may say the same, of which words alone cannot tell.
//!
//! Owns the choice of pairs worth asking somebody about. Refuses pairs whose numbers, negations or names differ: those
//! say different things, whoever is asked.

use super::twin::Sayings;
use super::{Observed, held, text};
use crate::learning::standing::Standings;
use crate::memory::Memory;
use crate::pattern::Pattern;

/// Two notes, in the order of their paths, and what each tells its readers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The paths inside the memory.
    pub notes: (String, String),
    /// What they say.
    pub says: (String, String),
}

/// The pairs that are alike without being the same as far as words can tell, the most alike first. Only of notes that
/// a cycle may change.
pub fn undecided(
    patterns: &[Pattern],
    memory: &Memory,
    standings: &Standings,
    observed: &Observed<'_>,
) -> Vec<Pair> {
    let held = held::held(memory, standings, patterns, observed);
    let held: Vec<&held::Held<'_>> = held.ours.values().collect();
    if held.len() < 2 {
        return Vec::new();
    }
    let near = Sayings::of(memory).near(&held);
    let mut near: Vec<((usize, usize), f64)> = near.into_iter().collect();
    near.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let says = |at: usize| text::says(held[at].note).to_owned();
    let path = |at: usize| held[at].path.to_owned();
    let pair = |((one, other), _)| Pair { notes: (path(one), path(other)), says: (says(one), says(other)) };
    near.into_iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{first, merged, pattern, planned_seeing};
    use super::*;
    use crate::learning::Change;
    use crate::pattern::{Fingerprint, Lesson, WishLesson};
    use crate::redact::redact;
    use std::collections::BTreeMap;

    fn wish(words: &str) -> Pattern {
        let (wording, variants) = (redact(words), Vec::new());
        Pattern {
            fingerprint: Fingerprint::of(&["wish", words]),
            anchor: ["wish", words].map(redact).into(),
            lesson: Lesson::Wish(WishLesson { wording, variants, wanted: None, unwanted: None }),
            ..pattern(4, &[words], None)
        }
    }

    #[test]
    fn what_words_cannot_tell_is_one_only_where_somebody_says_so() {
        let patterns = [
            wish("Run the whole test suite before you push to the shared branch"),
            wish("Run all tests of the suite before you push to a branch that is shared"),
            wish("Run the whole test suite after you push to the shared branch"),
        ];
        let (mut memory, mut standings) = (Memory::default(), Standings::new());
        for pattern in &patterns {
            let (note, standing) = merged(&first(pattern), str::to_owned);
            memory.notes.extend(note.notes);
            standings.extend(standing);
        }
        let pairs = undecided(&patterns, &memory, &standings, &Observed::default());
        let [pair] = pairs.as_slice() else { panic!("{pairs:#?}") };
        assert!(pair.says.0.contains("before") && pair.says.1.contains("before"), "{pair:#?}");
        let alone = planned_seeing(&patterns, &memory, &standings, &Observed::default());
        assert!(alone.learnings.is_empty(), "{alone:#?}");
        let same = BTreeMap::from([(pair.notes.clone(), "m".to_owned())]);
        let told = planned_seeing(&patterns, &memory, &standings, &Observed { same, ..Observed::default() });
        let [learning] = told.learnings.as_slice() else { panic!("{told:#?}") };
        assert_eq!((learning.change, learning.worded_by.as_deref()), (Change::Merge, Some("m")));
        assert!(learning.rationale.contains("A model holds that they do"), "{}", learning.rationale);
    }
}
