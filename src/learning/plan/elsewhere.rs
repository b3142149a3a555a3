//! Whether a note says already what people ask for, under another name.
//!
//! A miner that finds new words for a wish may give it another name, and the note under the first name still says it.
//! Two things tell: the anchors are alike ([`identity::alike`]), or the wish was made from what the note was made from
//! ([`identity::said_again`]). Refuses to compare anything but what people asked for and what agents suggest.

use super::Observed;
use crate::learning::standing::{Standing, Standings, Verdict};
use crate::pattern::{Lesson, Pattern, identity};

/// The lessons under other names whose notes stand or wait, and say what this pattern asks for.
pub(super) fn said_elsewhere<'a>(
    pattern: &Pattern,
    standings: &'a Standings,
    observed: &Observed<'_>,
) -> impl Iterator<Item = &'a Standing> {
    let is_wish = matches!(
        pattern.lesson,
        Lesson::Wish(_) | Lesson::Correction(_) | Lesson::Conflict(_) | Lesson::Suggestion(_)
    );
    let again = observed.again.get(&pattern.fingerprint);
    standings
        .iter()
        .filter(move |(name, standing)| {
            let is_there = standing.is_active() || standing.verdict == Verdict::Pending;
            is_wish && is_there && **name != pattern.fingerprint
        })
        .filter(move |(name, _)| {
            let mut anchors = observed.known.iter().filter(|known| known.fingerprint == **name);
            again.is_some_and(|again| again.contains(*name))
                || anchors.any(|known| identity::alike(&known.anchor, &pattern.anchor))
        })
        .map(|(_, standing)| standing)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{first, merged, pattern};
    use super::*;
    use crate::pattern::identity::said_again;
    use crate::pattern::preference::Turn;
    use crate::pattern::{Fingerprint, Known, Support, WishLesson};
    use crate::redact::redact;

    fn wish(words: &str, anchor: &[&str], sessions: std::ops::Range<usize>) -> Pattern {
        let lesson = Lesson::Wish(WishLesson {
            wording: redact(words),
            variants: Vec::new(),
            wanted: None,
            unwanted: None,
        });
        Pattern {
            fingerprint: Fingerprint::of(anchor),
            anchor: anchor.iter().map(|word| redact(word)).collect(),
            lesson,
            support: Support {
                said: sessions.map(|at| Turn { session: at, event: 1, mark: at as u32 }).collect(),
                ..Support::default()
            },
            ..pattern(4, &[], None)
        }
    }

    #[test]
    fn a_note_made_from_the_same_turns_says_it_whatever_its_words() {
        let thin = wish("Keep notebooks thin", &["wish", "+notebook", "+thin"], 0..3);
        let (_, standings) = merged(&first(&thin), str::to_owned);
        let known = [Known { cycles: 1, ..thin.known() }];
        let by = |sessions| {
            let other = wish("Logic goes into the package", &["wish", "+logic"], sessions);
            // The first cycle read four sessions.
            let again = said_again(std::slice::from_ref(&other), &known, &[0, 0, 0, 0, 1, 1, 1, 1]);
            let observed = Observed { again, known: &known, ..Observed::default() };
            said_elsewhere(&other, &standings, &observed).count()
        };
        assert_eq!([by(1..8), by(0..2), by(2..8), by(4..8)], [1, 1, 0, 0]);
        let observed = Observed { known: &known, ..Observed::default() };
        assert_eq!(
            said_elsewhere(&thin, &standings, &observed).count(),
            0,
            "under its own name it is no other"
        );
    }
}
