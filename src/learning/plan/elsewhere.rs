//! Whether a note says already what people ask for, in other words.
//!
//! A miner that finds new words for a wish may give it another name, and the note under the first name still says it.
//! Two things tell: the anchors are alike ([`identity::alike`]), or the note quotes the very turns that the pattern is
//! made from. Refuses to compare anything but what people asked for.

use super::text::evidence_lines;
use crate::learning::author::quoted::source;
use crate::learning::standing::{Standing, Standings, Verdict};
use crate::memory::note;
use crate::pattern::{Fingerprint, Known, Lesson, Pattern, identity};
use std::collections::BTreeSet;

/// Share of a note's turns that a pattern has to be made from, too.
const SAME_TURNS: f64 = 0.5;
/// Turns that they have to share: a single one may ask for two things.
const LEAST_TURNS: usize = 2;

/// The lesson under another name whose note stands or waits, and says what this pattern asks for.
pub(super) fn said_elsewhere<'a>(
    pattern: &Pattern,
    standings: &'a Standings,
    known: &[Known],
) -> Option<(&'a Fingerprint, &'a Standing)> {
    if !matches!(pattern.lesson, Lesson::Wish(_) | Lesson::Correction(_)) {
        return None;
    }
    let is_there = |(name, standing): &(&Fingerprint, &Standing)| {
        **name != pattern.fingerprint && (standing.is_active() || standing.verdict == Verdict::Pending)
    };
    let stands = |known: &Known| standings.get_key_value(&known.fingerprint).filter(is_there);
    let mut named = known.iter().filter_map(|known| Some((known, stands(known)?)));
    let alike = named.find(|(known, _)| identity::alike(&known.anchor, &pattern.anchor));
    let quoting =
        || standings.iter().filter(is_there).find(|(_, standing)| quotes_the_same(standing, pattern));
    alike.map(|(_, found)| found).or_else(quoting)
}

/// Whether a note was made from the same turns as a pattern.
fn quotes_the_same(standing: &Standing, pattern: &Pattern) -> bool {
    let turns: BTreeSet<String> =
        pattern.evidence.iter().map(|one| format!("{}#{}", one.session, one.event)).collect();
    let text = standing.text.as_deref().unwrap_or_default();
    // Most notes name none of them: that is told without reading the note.
    if turns.iter().filter(|turn| text.contains(turn.as_str())).count() < LEAST_TURNS {
        return false;
    }
    let Ok(note) = note::parse(text) else { return false };
    let quoted: BTreeSet<&str> = evidence_lines(&note).filter_map(source).collect();
    let shared = quoted.iter().filter(|turn| turns.contains(**turn)).count();
    note.front.kind == pattern.kind()
        && shared >= LEAST_TURNS
        && shared as f64 >= SAME_TURNS * quoted.len() as f64
}

#[cfg(test)]
mod tests {
    use super::super::tests::{evidence, first, merged, pattern};
    use super::*;
    use crate::pattern::WishLesson;
    use crate::redact::redact;

    fn wish(words: &str, anchor: &[&str], sessions: &[&str]) -> Pattern {
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
            evidence: sessions.iter().map(|session| evidence(session, words)).collect(),
            ..pattern(4, &[], None)
        }
    }

    #[test]
    fn a_note_made_from_the_same_turns_says_it_whatever_its_words() {
        let thin = wish("Keep notebooks thin", &["wish", "+notebook", "+thin"], &["a", "b", "c"]);
        let (_, standings) = merged(&first(&thin), str::to_owned);
        let by = |sessions: &[&str]| {
            let other = wish("Logic goes into the package", &["wish", "+logic"], sessions);
            said_elsewhere(&other, &standings, &[]).is_some()
        };
        assert!(by(&["a", "c", "d", "e"]) && !by(&["a", "d", "e"]) && !by(&["d", "e"]));
        assert!(said_elsewhere(&thin, &standings, &[]).is_none(), "under its own name it is no other");
        let error =
            Pattern { lesson: pattern(4, &[], None).lesson, ..wish("x", &["error"], &["a", "b", "c"]) };
        assert!(said_elsewhere(&error, &standings, &[]).is_none());
    }
}
