//! Which secrets a session has shown so far.
//!
//! Owns the numbers in placeholders and the search for secrets that come back without the surroundings that gave
//! them away the first time. Refuses to keep the secrets: it remembers keyed hashes, under a key that is drawn
//! anew for every session and never leaves memory. Numbers depend on the order of finding only, not on the key.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

/// A secret shorter than this is too likely to be part of an ordinary word when it stands bare. It is also how
/// many bytes the search looks at before it hashes anything.
const SHORTEST_BARE: usize = 8;
/// Longer secrets are recognised by their own shape; searching for them bare would cost time for nothing.
const LONGEST_BARE: usize = 512;
/// Most secrets remembered that begin with the same eight bytes.
const MOST_PER_BEGINNING: usize = 16;

/// A secret's place in the session: its kind and its number among that kind, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The kind of secret.
    pub(super) kind: &'static str,
    /// Which of its kind.
    pub(super) number: u32,
}

/// The secrets of one session.
#[derive(Clone)]
pub(super) struct Seen {
    places: HashMap<[u8; 32], Place>,
    counts: BTreeMap<String, u32>,
    beginnings: HashMap<u64, Vec<Bare>>,
    /// One bit for each possible small hash of a beginning, so that most positions cost no look-up.
    filter: Box<[u64; 64]>,
    key: [u8; 32],
}

#[derive(Clone, Copy, Debug)]
struct Bare {
    len: usize,
    hash: [u8; 32],
    place: Place,
    /// Whether it may be found in the middle of a word.
    anywhere: bool,
}

impl Default for Seen {
    fn default() -> Seen {
        let random = RandomState::new();
        let mut key = [0; 32];
        for (index, chunk) in key.chunks_exact_mut(8).enumerate() {
            chunk.copy_from_slice(&random.hash_one(index).to_le_bytes());
        }
        Seen {
            places: HashMap::new(),
            counts: BTreeMap::new(),
            beginnings: HashMap::new(),
            filter: Box::new([0; 64]),
            key,
        }
    }
}

impl std::fmt::Debug for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seen").field("secrets", &self.places.len()).finish_non_exhaustive()
    }
}

impl Seen {
    /// How many distinct secrets.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether [`Seen::find`] can find nothing.
    pub(super) fn knows_none_bare(&self) -> bool {
        self.beginnings.is_empty()
    }

    /// A placeholder that already stands in a text: its number is taken.
    pub(super) fn reserve(&mut self, kind: &str, number: u32) {
        let count = self.counts.entry(kind.to_owned()).or_default();
        *count = (*count).max(number);
    }

    /// The place of this secret; a new one where it was not seen before. Where `again` is set, the search finds
    /// it bare from now on.
    pub(super) fn place(&mut self, kind: &'static str, secret: &str, again: bool) -> Place {
        let hash = self.hash(secret.as_bytes());
        if let Some(place) = self.places.get(&hash) {
            return *place;
        }
        let count = self.counts.entry(kind.to_owned()).or_default();
        *count = count.saturating_add(1);
        let place = Place { kind, number: *count };
        self.places.insert(hash, place);
        if again && (SHORTEST_BARE..=LONGEST_BARE).contains(&secret.len()) {
            self.remember(secret.as_bytes(), hash, place);
        }
        place
    }

    fn remember(&mut self, secret: &[u8], hash: [u8; 32], place: Place) {
        let Some(beginning) = beginning_of(secret) else { return };
        let mixed = self.mix(beginning);
        let bares = self.beginnings.entry(mixed).or_default();
        if bares.len() < MOST_PER_BEGINNING {
            let letters = secret.iter().any(u8::is_ascii_alphabetic);
            let digits = secret.iter().any(u8::is_ascii_digit);
            let anywhere = letters && digits && secret.len() >= 16;
            bares.push(Bare { len: secret.len(), hash, place, anywhere });
            // Longest first: a secret that begins with another one is the better find.
            bares.sort_by_key(|bare| std::cmp::Reverse(bare.len));
            let bit = mixed >> 52;
            self.filter[(bit >> 6) as usize] |= 1 << (bit & 63);
        }
    }

    /// Where secrets of this session stand in the text, left to right, without overlaps.
    pub(super) fn find(&self, text: &str) -> Vec<(Range<usize>, Place)> {
        let bytes = text.as_bytes();
        let mut found = Vec::new();
        if self.beginnings.is_empty() {
            return found;
        }
        let mut window = 0u64;
        let mut free_from = 0;
        for (index, byte) in bytes.iter().enumerate() {
            window = window << 8 | u64::from(*byte);
            let Some(start) = (index + 1).checked_sub(SHORTEST_BARE) else { continue };
            let mixed = self.mix(window);
            let bit = mixed >> 52;
            if self.filter[(bit >> 6) as usize] & 1 << (bit & 63) == 0 || start < free_from {
                continue;
            }
            let bares = self.beginnings.get(&mixed).map_or(&[][..], Vec::as_slice);
            if let Some((range, place)) = bares.iter().find_map(|bare| self.check(bytes, start, bare)) {
                free_from = range.end;
                found.push((range, place));
            }
        }
        found
    }

    fn check(&self, bytes: &[u8], start: usize, bare: &Bare) -> Option<(Range<usize>, Place)> {
        let range = start..start + bare.len;
        let candidate = bytes.get(range.clone())?;
        let apart = bare.anywhere || stands_apart(bytes, &range);
        (apart && self.hash(candidate) == bare.hash).then_some((range, bare.place))
    }

    fn hash(&self, secret: &[u8]) -> [u8; 32] {
        *blake3::keyed_hash(&self.key, secret).as_bytes()
    }

    /// A cheap keyed mix of eight bytes; equal bytes give equal results, which is all the search needs.
    fn mix(&self, beginning: u64) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.key;
        let key = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
        (beginning ^ key).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

fn beginning_of(secret: &[u8]) -> Option<u64> {
    let first = secret.get(..SHORTEST_BARE)?;
    Some(first.iter().fold(0, |window, byte| window << 8 | u64::from(*byte)))
}

/// Whether neither neighbour continues the word. After a backslash a letter is an escape, not a neighbour.
fn stands_apart(bytes: &[u8], range: &Range<usize>) -> bool {
    let at = |index: Option<usize>| index.and_then(|i| bytes.get(i)).copied().unwrap_or(b' ');
    let before = at(range.start.checked_sub(1));
    let escaped = at(range.start.checked_sub(2)) == b'\\';
    let after = at(Some(range.end));
    (!before.is_ascii_alphanumeric() || escaped) && !after.is_ascii_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_secret_keeps_its_place_and_is_found_bare() {
        let mut seen = Seen::default();
        let first = seen.place("password", "tr0ub4dor&3", true);
        let second = seen.place("password", "correct-horse", true);
        assert_eq!((first.number, second.number), (1, 2));
        assert_eq!(seen.place("token", "tr0ub4dor&3", true), first);
        let text = "echo tr0ub4dor&3; x=correct-horse, incorrect-horse";
        let found: Vec<_> = seen.find(text).into_iter().map(|(range, place)| (&text[range], place)).collect();
        assert_eq!(found, [("tr0ub4dor&3", first), ("correct-horse", second)]);
    }

    #[test]
    fn a_number_that_stands_in_a_text_is_taken() {
        let mut seen = Seen::default();
        seen.reserve("password", 3);
        assert_eq!(seen.place("password", "x", false).number, 4);
    }
}
