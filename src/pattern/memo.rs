//! What was read in a text before.
//!
//! Every cycle looks at everything that was ever said, and most of its time would go into reading the same texts
//! again: the words of a request, the tokens of an error message, what a remark asks for. Such a reading depends on
//! its text alone, so it can be remembered: by the hash of the sort of reading and of the text, from one cycle to the
//! next. Owns that memory while miners work ([`remembered`]), and its form as bytes ([`recall`], [`keep`]); where the
//! bytes lie is [`crate::ledger`]'s business. Refuses everything that depends on more than one text: a weight, a
//! count or a template is made anew by every cycle.
//!
//! The contract: a reading is a pure function of its text, so remembering it saves time and changes nothing. What
//! was made by another program must not be recalled; whoever keeps the bytes sees to that. Bytes that make no
//! sense are as good as none. While nothing was recalled, nothing is remembered.

pub(crate) mod written;

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};
use written::{Written, read_whole};

/// What is read in a text. The number is part of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Reading {
    /// What a sentence asks for.
    Wish = 1,
    /// The same, said as a correction.
    Blame = 2,
    /// How much a sentence says that it is a wish.
    Strength = 3,
    /// What tells a request's job apart.
    Request = 4,
    /// What a request is about.
    Topic = 5,
    /// The tokens of an error message.
    Tokens = 6,
    /// Whether a text that a tool printed or a call holds talks to agents.
    Addresses = 7,
    /// The words of a sentence.
    Spoken = 8,
    /// Those of its first clause.
    Clause = 9,
    /// A text with what varies masked.
    Masked = 10,
    /// Whether a sentence says outright that it holds from now on.
    Outright = 11,
}

/// The hash of a sort and a text.
type Key = [u8; 16];

/// Readings by their keys, which are spread evenly already.
type ByKey<T> = HashMap<Key, T, BuildHasherDefault<FirstBytes>>;

/// All that is remembered.
struct Memo {
    /// What earlier cycles kept.
    bytes: Vec<u8>,
    /// The readings in it, one after the other.
    before: Vec<Entry>,
    /// Which of them each key names.
    places: ByKey<usize>,
    /// What this cycle read.
    new: Mutex<ByKey<Box<[u8]>>>,
}

/// A reading that an earlier cycle kept.
struct Entry {
    /// Where it stands with its key, up to where the next one begins.
    at: Range<usize>,
    /// Where the reading itself begins.
    reading: usize,
    /// Whether this cycle needed it.
    used: AtomicBool,
    /// Whether its bytes made no sense.
    damaged: AtomicBool,
}

/// Takes the first bytes of a key for its hash.
#[derive(Default)]
struct FirstBytes(u64);

impl Hasher for FirstBytes {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk() {
            self.0 = u64::from_le_bytes(*first);
        }
    }

    /// The length of a key, which is always the same.
    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

/// `None` while nothing is to be remembered. One for the whole process, because the readings are many small
/// functions deep inside the miners: their results do not depend on it, so nobody has to pass it on.
static MEMO: RwLock<Option<Memo>> = RwLock::new(None);

/// Fewest bytes that a reading takes with its key.
const SHORTEST: usize = size_of::<Key>() + 1;

/// Begins to remember, with what [`keep`] gave an earlier cycle; no bytes are an empty memory.
pub fn recall(bytes: Vec<u8>) {
    let mut before = Vec::with_capacity(bytes.len() / (2 * SHORTEST));
    let mut places = ByKey::with_capacity_and_hasher(before.capacity(), BuildHasherDefault::default());
    let mut rest = bytes.as_slice();
    let mut start = 0;
    while let Some((key, reading)) = entry(&mut rest) {
        let end = bytes.len() - rest.len();
        places.insert(key, before.len());
        let (used, damaged) = (AtomicBool::new(false), AtomicBool::new(false));
        before.push(Entry { at: start..end, reading: end - reading.len(), used, damaged });
        start = end;
    }
    let memo = Memo { bytes, before, places, new: Mutex::default() };
    *MEMO.write().unwrap_or_else(PoisonError::into_inner) = Some(memo);
}

/// Ends remembering. Gives what to recall in the next cycle: the readings that were needed in this one. `None` if
/// these are the very ones that were recalled.
pub fn keep() -> Option<Vec<u8>> {
    let memo = MEMO.write().unwrap_or_else(PoisonError::into_inner).take()?;
    let new = memo.new.into_inner().unwrap_or_else(PoisonError::into_inner);
    let stays = |entry: &&Entry| entry.used.load(Ordering::Relaxed) && !entry.damaged.load(Ordering::Relaxed);
    let stay = memo.before.iter().filter(stays);
    if new.is_empty() && stay.clone().count() == memo.before.len() {
        return None;
    }
    let added: usize = new.values().map(|reading| 2 * SHORTEST + reading.len()).sum();
    let mut bytes = Vec::with_capacity(memo.bytes.len() + added);
    for entry in stay {
        bytes.extend_from_slice(memo.bytes.get(entry.at.clone()).unwrap_or_default());
    }
    let mut new: Vec<(Key, Box<[u8]>)> = new.into_iter().collect();
    new.sort_unstable();
    for (key, reading) in new {
        bytes.extend_from_slice(&key);
        reading.len().write(&mut bytes);
        bytes.extend_from_slice(&reading);
    }
    Some(bytes)
}

/// The next entry of kept bytes; `None` at their end, or where they make no sense.
fn entry<'a>(rest: &mut &'a [u8]) -> Option<(Key, &'a [u8])> {
    let (key, after) = rest.split_first_chunk::<16>()?;
    let mut after = after;
    let length = usize::read(&mut after)?;
    let (reading, after) = after.split_at_checked(length)?;
    *rest = after;
    Some((*key, reading))
}

impl Memo {
    /// What was read before; `None` where nothing was.
    fn recalled<T: Written>(&self, key: &Key) -> Option<T> {
        if let Some(entry) = self.places.get(key).and_then(|place| self.before.get(*place)) {
            if !entry.used.load(Ordering::Relaxed) {
                entry.used.store(true, Ordering::Relaxed);
            }
            let value = self.bytes.get(entry.reading..entry.at.end).and_then(read_whole);
            if value.is_some() {
                return value;
            }
            entry.damaged.store(true, Ordering::Relaxed);
        }
        self.read_now().get(key).and_then(|reading| read_whole(reading))
    }

    fn read_now(&self) -> MutexGuard<'_, ByKey<Box<[u8]>>> {
        self.new.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What `read` gives, which must depend on the text alone: remembered, or read now.
pub(super) fn remembered<T: Written>(sort: Reading, text: &str, read: impl FnOnce() -> T) -> T {
    let memo = || MEMO.read().unwrap_or_else(PoisonError::into_inner);
    let recalled = memo().as_ref().map(|memo| {
        let key = key(sort, text);
        (key, memo.recalled(&key))
    });
    let Some((key, recalled)) = recalled else { return read() };
    if let Some(value) = recalled {
        return value;
    }
    // No lock is held while a text is read: one reading may be made of others.
    let value = read();
    if let Some(memo) = memo().as_ref() {
        let mut reading = Vec::new();
        value.write(&mut reading);
        memo.read_now().insert(key, reading.into());
    }
    value
}

fn key(sort: Reading, text: &str) -> Key {
    let hash = blake3::keyed_hash(&[sort as u8; blake3::KEY_LEN], text.as_bytes());
    hash.as_bytes().first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Remembers a few readings as a cycle does, in a process of its own as far as others are concerned: they read
    /// texts of their own, and what is remembered changes no reading.
    #[test]
    fn a_reading_is_made_once_kept_while_needed_and_made_again_where_its_bytes_are_damaged() {
        let read = |text: &str, made: &mut Vec<String>| {
            remembered(Reading::Topic, text, || {
                made.push(text.to_owned());
                text.to_uppercase()
            })
        };
        let mut made = Vec::new();
        recall(Vec::new());
        assert_eq!([read("memo-a", &mut made), read("memo-b", &mut made)], ["MEMO-A", "MEMO-B"]);
        assert_eq!(read("memo-a", &mut made), "MEMO-A");
        let kept = keep().unwrap();
        assert_eq!(made, ["memo-a", "memo-b"]);

        recall(kept.clone());
        assert_eq!(read("memo-a", &mut made), "MEMO-A");
        assert_eq!(made.len(), 2, "remembered");
        let only_a = keep().unwrap();
        assert!(only_a.len() < kept.len(), "what was not needed is forgotten");

        for damaged in [&kept[..kept.len() - 1], &kept[1..], b"nonsense"] {
            recall(damaged.to_vec());
            assert_eq!([read("memo-a", &mut made), read("memo-b", &mut made)], ["MEMO-A", "MEMO-B"]);
            keep();
        }
        assert_eq!(read("memo-a", &mut Vec::new()), "MEMO-A", "without a memory");
    }
}
