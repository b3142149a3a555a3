//! Who says what: the turns of people behind a wish, by which it is known again whatever it is called.
//!
//! Words change while a wish grows: new paraphrases come in, groups become one or come apart. What people typed does
//! not change, and every sentence speaks for one wish only. Owns the marks of turns, what a record keeps of them, and
//! whether two wishes were made from the same ones. Refuses to look at words.
//!
//! A record keeps the lowest marks only (a bottom-k sketch, Broder, On the resemblance and containment of documents,
//! 1997): marks are spread evenly, so that two sketches are compared up to the mark where the shorter of them ends.

use crate::digest::Digest;
use crate::digest::remark::Remark;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeSet;

/// Most marks that a record keeps of one wish.
const MOST: usize = 128;
/// Hexadecimal digits of a mark.
const DIGITS: usize = 8;
/// Share of the turns of the one of which more must be the other's, too: of two halves, neither is the whole.
const SAME: f64 = 0.5;
/// Turns that two wishes must have in common at least: a single one may have been misread.
const LEAST: usize = 2;

/// One sentence of one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The session, as an index into the digests that were mined.
    pub session: usize,
    /// The event in it.
    pub event: u32,
    /// Stands for the sentence; the same in every cycle.
    pub mark: u32,
}

impl Turn {
    /// The mark of a remark. A transcript that goes on gets another name, and stays the same source.
    pub(super) fn of(session: usize, digest: &Digest, remark: &Remark) -> Turn {
        let mut hasher = blake3::Hasher::new();
        let source = digest.source.as_ref().map_or(digest.session.as_str(), |source| source.as_str());
        for part in [source, remark.text.as_str()] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.update(&remark.event.to_le_bytes());
        let [a, b, c, d, ..] = *hasher.finalize().as_bytes();
        Turn { session, event: remark.event, mark: u32::from_be_bytes([a, b, c, d]) }
    }
}

/// What is kept of the turns behind a wish: the lowest marks. As text: 8 hexadecimal digits each, in one word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turns(BTreeSet<u32>);

impl Turns {
    /// The lowest marks of these turns.
    pub fn of(turns: &[Turn]) -> Turns {
        let all: BTreeSet<u32> = turns.iter().map(|turn| turn.mark).collect();
        Turns(all.into_iter().take(MOST).collect())
    }

    /// Whether nothing was kept.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many of these turns it was made from, if those are most of what it was made from: it has grown into them.
    pub fn grown_into(&self, turns: &[Turn]) -> Option<usize> {
        let now: BTreeSet<u32> = turns.iter().map(|turn| turn.mark).collect();
        let shared = self.0.intersection(&now).count();
        is_most(shared, self.0.len()).then_some(shared)
    }

    /// Whether most of those among these turns that were there when it was kept had been taken for it. `was_there`:
    /// whether a session had been read by then.
    pub fn had(&self, turns: &[Turn], was_there: impl Fn(usize) -> bool) -> bool {
        // Of more turns than are kept, only those up to the last mark are known.
        let last = if self.0.len() < MOST { u32::MAX } else { self.0.last().copied().unwrap_or_default() };
        let known = turns.iter().filter(|turn| turn.mark <= last && was_there(turn.session));
        let known: BTreeSet<u32> = known.map(|turn| turn.mark).collect();
        is_most(self.0.intersection(&known).count(), known.len())
    }
}

fn is_most(shared: usize, of: usize) -> bool {
    shared >= LEAST && shared as f64 > SAME * of as f64
}

impl Serialize for Turns {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.iter().map(|mark| format!("{mark:08x}")).collect::<String>())
    }
}

impl<'de> Deserialize<'de> for Turns {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Turns, D::Error> {
        let text = String::deserialize(deserializer)?;
        let marks = text.as_bytes().chunks(DIGITS).map(|digits| {
            let digits = std::str::from_utf8(digits).ok().filter(|digits| digits.len() == DIGITS)?;
            u32::from_str_radix(digits, 16).ok()
        });
        let marks: Option<BTreeSet<u32>> = marks.collect();
        marks.map(Turns).ok_or_else(|| D::Error::custom("turns are not written as 8 hexadecimal digits each"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Turns of as many sessions, with marks that are spread evenly.
    fn turns(sessions: std::ops::Range<usize>) -> Vec<Turn> {
        sessions
            .map(|session| Turn { session, event: 1, mark: (session as u32).wrapping_mul(2_654_435_769) })
            .collect()
    }

    #[test]
    fn a_wish_is_known_again_when_it_grows_and_when_it_comes_apart() {
        let kept = Turns::of(&turns(0..8));
        assert_eq!(kept.grown_into(&turns(3..40)), Some(5));
        assert_eq!(kept.grown_into(&turns(5..40)), None, "most of it is elsewhere");
        // The first ten sessions had been read.
        let had = |sessions| kept.had(&turns(sessions), |session| session < 10);
        assert!(had(5..90) && !had(6..90), "three of five, two of four");
        assert!(!had(7..8), "one alone may have been misread");
        assert!(!had(7..90) && !had(10..90), "what came later cannot have been taken for it");
    }

    #[test]
    fn of_many_turns_a_sample_is_kept_and_read_back() {
        let kept = Turns::of(&turns(0..5_000));
        assert!(kept.had(&turns(4_000..4_900), |_| true) && !kept.had(&turns(4_500..9_000), |_| true));
        assert!(kept.grown_into(&turns(0..3_000)).is_some() && kept.grown_into(&turns(0..2_000)).is_none());
        let text = serde_json::to_string(&kept).unwrap();
        assert_eq!(text.len(), MOST * DIGITS + 2);
        assert_eq!(serde_json::from_str::<Turns>(&text).unwrap(), kept);
        for broken in ["\"0123456\"", "\"0123456789abcdeg\"", "\"é123456\""] {
            assert!(serde_json::from_str::<Turns>(broken).is_err(), "{broken}");
        }
    }
}
