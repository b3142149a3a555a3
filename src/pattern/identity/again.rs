//! Which wishes were made from what an earlier lesson was made from.
//!
//! Words tell little here: people say one wish in sentences that have a single rare word in common, and as more of them
//! say it, the groups that a miner makes of them are others. But the sentences that are there stay, and no two wishes
//! share one. So a wish that has most of what a lesson was made from is that lesson, grown; and one whose sentences had
//! mostly been taken for that lesson, as far as they were there, is a part of it. Owns these two questions; refuses to
//! look at words ([`super::alike()`]) and at what people decided.

use super::Known;
use crate::pattern::{Fingerprint, Lesson, Pattern};
use std::collections::{BTreeMap, BTreeSet};

/// By each pattern the earlier lessons that it says again, under their names.
pub type Again = BTreeMap<Fingerprint, BTreeSet<Fingerprint>>;

/// The lesson that a pattern is, grown: the one with most of whose turns it has; of several the one that it has most
/// of, then the one that has its very anchor, then the first.
pub(super) fn grown_from<'a>(pattern: &Pattern, latest: &[&'a Known]) -> Option<&'a Known> {
    let may_be = latest.iter().filter(|known| !is_side_of(pattern, known));
    let grown = may_be.filter_map(|known| {
        let shared = known.turns.grown_into(&pattern.support.said)?;
        Some((shared, known.anchor == pattern.anchor, *known))
    });
    // The first of equals.
    let best = grown.reduce(|best, one| if (one.0, one.1) > (best.0, best.1) { one } else { best });
    best.map(|(.., known)| known)
}

/// Every lesson under another name that a pattern says again by who said it. `read_after`: how many cycles had run
/// before the one that read each session, by the places that the patterns count them in.
pub fn said_again(patterns: &[Pattern], known: &[Known], read_after: &[usize]) -> Again {
    let latest = latest(known);
    let of_pattern = |pattern: &Pattern| {
        let said = &pattern.support.said;
        let says = |known: &&&Known| {
            let was_there = |session: usize| read_after.get(session).is_some_and(|read| *read < known.cycles);
            match is_side_of(pattern, known) {
                // A side has to be said as often again before it is anything but that.
                true => known.turns.had(said, |_| true),
                false => known.turns.grown_into(said).is_some() || known.turns.had(said, was_there),
            }
        };
        let names = latest.iter().filter(|known| known.fingerprint != pattern.fingerprint);
        let names: BTreeSet<Fingerprint> =
            names.filter(says).map(|known| known.fingerprint.clone()).collect();
        (pattern.fingerprint.clone(), names)
    };
    patterns.iter().map(of_pattern).filter(|(_, names)| !names.is_empty()).collect()
}

/// Whether an earlier lesson is that people disagree, and the pattern what some of them want. A wish that others come to
/// speak against turns into a disagreement; that a disagreement has ended is for people to say, whatever came last.
fn is_side_of(pattern: &Pattern, known: &Known) -> bool {
    let is_conflict = known.anchor.first().is_some_and(|sort| sort.as_str() == "conflict");
    is_conflict && !matches!(pattern.lesson, Lesson::Conflict(_))
}

/// What was last written down of each lesson that people voice, in the order of their names.
pub(super) fn latest(known: &[Known]) -> Vec<&Known> {
    let voiced = known.iter().filter(|known| !known.turns.is_empty());
    let latest: BTreeMap<&Fingerprint, &Known> = voiced.map(|known| (&known.fingerprint, known)).collect();
    latest.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::preference::Turn;
    use crate::pattern::{Grade, Scope, Support, WishLesson, identity};
    use crate::redact::redact;
    use std::ops::Range;

    /// A wish with this word, said in these sessions.
    fn wish(word: &str, sessions: Range<usize>) -> Pattern {
        let said = sessions.clone().map(|session| Turn { session, event: 1, mark: session as u32 }).collect();
        Pattern {
            fingerprint: Fingerprint::of(&["wish", word]),
            anchor: ["wish", word].map(redact).into(),
            lesson: Lesson::Wish(WishLesson {
                wording: redact(word),
                variants: Vec::new(),
                wanted: None,
                unwanted: None,
            }),
            support: Support { sessions: sessions.len() as u32, said, ..Support::default() },
            grade: Grade::Friction,
            scope: Scope::default(),
            evidence: Vec::new(),
            weight: sessions.len() as f64,
        }
    }

    /// What is known of a wish from the first cycle, which read ten sessions.
    fn known(wish: &Pattern) -> Known {
        Known { cycles: 1, ..wish.known() }
    }

    #[test]
    fn a_wish_keeps_its_name_while_its_words_change() {
        let (thin, short) = (wish("+notebook", 0..4), wish("+function", 4..8));
        let known = [known(&thin), known(&short)];
        let named = |mut patterns: Vec<Pattern>| -> Vec<Fingerprint> {
            identity::keep_names(&mut patterns, &known);
            patterns.into_iter().map(|pattern| pattern.fingerprint).collect()
        };
        let names = |of: &[&Pattern]| of.iter().map(|one| one.fingerprint.clone()).collect::<Vec<_>>();
        assert_eq!(
            named(vec![wish("+package", 0..7)]),
            names(&[&thin]),
            "of two, the one that it has most of"
        );
        assert_eq!(named(vec![wish("+package", 2..20)]), names(&[&short]), "half of one is not most of it");
        let other = wish("+package", 8..20);
        assert_eq!(named(vec![other.clone()]), names(&[&other]));
        // Its old words now belong to a few others: the name goes with those who said it.
        let few = wish("+notebook", 8..10);
        assert_eq!(named(vec![few, wish("+package", 0..4)]), names(&[&thin]));
    }

    #[test]
    fn what_had_been_taken_for_a_lesson_says_it_again_and_what_came_later_does_not() {
        let whole = wish("+notebook", 0..8);
        let read_after: Vec<usize> = (0..30).map(|session| usize::from(session >= 10)).collect();
        let again = |sessions| {
            let part = wish("+package", sessions);
            said_again(&[part], &[known(&whole)], &read_after).into_values().flatten().collect::<Vec<_>>()
        };
        let is_whole = |names: Vec<Fingerprint>| names == std::slice::from_ref(&whole.fingerprint);
        assert!(is_whole(again(5..30)) && is_whole(again(3..8)));
        assert_eq!([again(7..30), again(10..30)], [vec![], vec![]]);
        let disagreed = Known { anchor: ["conflict", "notebook"].map(redact).into(), ..known(&whole) };
        let of_side = |sessions| {
            let side = wish("+notebook", sessions);
            assert!(grown_from(&side, &[&disagreed]).is_none(), "nobody has settled it");
            said_again(
                &[Pattern { fingerprint: Fingerprint::of(&["side"]), ..side }],
                std::slice::from_ref(&disagreed),
                &[],
            )
            .len()
        };
        assert_eq!([of_side(0..8), of_side(3..12), of_side(3..13)], [1, 1, 0]);
    }
}
