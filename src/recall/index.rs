//! The index: which notes have a word, and how much of it.
//!
//! Owns how it is put together ([`make`]) and asked ([`Index`]), and its form as bytes, in which a word is found without
//! reading the others: a cold process answers before anybody notices. What it says depends on the notes' contents alone.
//!
//! ```text
//! counts of notes, words and messages, and the sum of the notes' lengths     4 × u64
//! notes       where the path ends in `letters` u32, length u32, blob         28 bytes a note, sorted by path
//! words       where each word begins in `letters` and in `lists`             2 × u32 a word, sorted by word, and an end
//! messages    hash u64, note u32                                             one a message, sorted
//! letters     the paths, one behind the other, then the words
//! lists       of every word: note and weight, 2 × varint each
//! ```

use super::field::Searched;
use crate::repo::Oid;
use anyhow::Result;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

/// Bytes of the beginning.
const HEAD: usize = 32;
/// Bytes of one entry of the notes.
const NOTE: usize = 28;
/// Bytes of one entry of the messages.
const MESSAGE: usize = 12;

/// A note in the index.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Indexed {
    /// Its path inside the memory.
    pub(super) path: String,
    /// Its content.
    pub(super) blob: Oid,
    /// The weights of all of its words together.
    pub(super) length: u32,
}

/// The notes that have a word, by their number, each with how much of it.
type List = Vec<(u32, u16)>;

/// Makes the index of these notes, sorted by path, as bytes. What `old` knows of a note with the same path and content is
/// taken over; the others are told by `read`, which is asked for all of them at once and answers in their order.
pub(super) fn make(
    old: Option<&Index>,
    notes: &[(String, Oid)],
    read: impl FnOnce(&[(String, Oid)]) -> Result<Vec<Searched>>,
) -> Result<Vec<u8>> {
    let known: HashMap<(String, Oid), (u32, u32)> = old.map(Index::known).unwrap_or_default();
    let mut entries = Vec::with_capacity(notes.len());
    let mut numbers = vec![None; old.map_or(0, |old| old.notes)];
    let (mut fresh, mut unread) = (Vec::new(), Vec::new());
    for (number, (path, blob)) in notes.iter().enumerate() {
        let length = match known.get(&(path.clone(), *blob)) {
            Some((before, length)) => {
                numbers[*before as usize] = Some(number as u32);
                *length
            }
            None => {
                fresh.push(number as u32);
                unread.push((path.clone(), *blob));
                0
            }
        };
        entries.push(Indexed { path: path.clone(), blob: *blob, length });
    }
    let mut words: BTreeMap<String, List> = BTreeMap::new();
    let mut messages: Vec<(u64, u32)> = Vec::new();
    for (number, searched) in fresh.into_iter().zip(read(&unread)?) {
        entries[number as usize].length = searched.words.values().map(|weight| u32::from(*weight)).sum();
        messages.extend(searched.messages.iter().map(|message| (*message, number)));
        for (word, weight) in searched.words {
            words.entry(word).or_default().push((number, weight));
        }
    }
    let renumbered = |number: u32| numbers.get(number as usize).copied().flatten();
    for (word, list) in old.into_iter().flat_map(Index::all) {
        let list = list.into_iter().filter_map(|(number, weight)| Some((renumbered(number)?, weight)));
        match words.get_mut(word) {
            Some(fresh) => {
                fresh.extend(list);
                fresh.sort_unstable();
            }
            None => {
                let list: List = list.collect();
                if !list.is_empty() {
                    words.insert(word.to_owned(), list);
                }
            }
        }
    }
    let before = old.into_iter().flat_map(Index::messages);
    messages.extend(before.filter_map(|(message, number)| Some((message, renumbered(number)?))));
    messages.sort_unstable();
    Ok(packed(&entries, &words, &messages))
}

fn packed(notes: &[Indexed], words: &BTreeMap<String, List>, messages: &[(u64, u32)]) -> Vec<u8> {
    let lengths: u64 = notes.iter().map(|note| u64::from(note.length)).sum();
    let mut bytes = Vec::new();
    for count in [notes.len() as u64, words.len() as u64, messages.len() as u64, lengths] {
        bytes.extend_from_slice(&count.to_le_bytes());
    }
    let (mut letters, mut lists) = (Vec::new(), Vec::new());
    for note in notes {
        letters.extend_from_slice(note.path.as_bytes());
        bytes.extend_from_slice(&(letters.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&note.length.to_le_bytes());
        bytes.extend_from_slice(note.blob.as_bytes());
    }
    for (word, list) in words {
        place(&mut bytes, &letters, &lists);
        letters.extend_from_slice(word.as_bytes());
        let mut before = 0;
        for (note, weight) in list {
            varint(&mut lists, note - before);
            varint(&mut lists, u32::from(*weight));
            before = *note;
        }
    }
    place(&mut bytes, &letters, &lists);
    for (message, note) in messages {
        bytes.extend_from_slice(&message.to_le_bytes());
        bytes.extend_from_slice(&note.to_le_bytes());
    }
    bytes.append(&mut letters);
    bytes.append(&mut lists);
    bytes
}

/// Writes down where the next word begins.
fn place(bytes: &mut Vec<u8>, letters: &[u8], lists: &[u8]) {
    bytes.extend_from_slice(&(letters.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&(lists.len() as u32).to_le_bytes());
}

/// Writes a number, seven bits a byte, the lowest first.
fn varint(bytes: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn read_varint(bytes: &mut &[u8]) -> Option<u32> {
    let mut number = 0_u32;
    for shift in (0..32).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u32::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// An index that can be asked.
#[derive(Debug)]
pub(super) struct Index {
    bytes: Vec<u8>,
    /// How many notes and words there are.
    pub(super) notes: usize,
    words: usize,
    /// Where the table of words begins, then the messages, the letters and the lists.
    table: usize,
    messages: Range<usize>,
    letters: usize,
    lists: usize,
    lengths: u64,
}

impl Index {
    /// Reads an index; `None` for bytes that are none.
    pub(super) fn open(bytes: Vec<u8>) -> Option<Index> {
        let count = |at: usize| Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
        let (notes, words, messages) = (count(0)? as usize, count(8)? as usize, count(16)? as usize);
        let lengths = count(24)?;
        let table = HEAD.checked_add(notes.checked_mul(NOTE)?)?;
        let first = table.checked_add(words.checked_add(1)?.checked_mul(8)?)?;
        let letters = first.checked_add(messages.checked_mul(MESSAGE)?)?;
        let mut index =
            Index { bytes, notes, words, table, messages: first..letters, letters, lists: letters, lengths };
        index.lists = letters.checked_add(index.places(words)?.0)?;
        (index.lists.checked_add(index.places(words)?.1)? == index.bytes.len()).then_some(index)
    }

    /// A note by its number.
    pub(super) fn note(&self, number: u32) -> Option<Indexed> {
        let number = number as usize;
        let before = number.checked_sub(1).map_or(Some(0), |before| self.path_end(before))?;
        let path = self.bytes.get(self.letters + before..self.letters + self.path_end(number)?)?;
        let blob = self.entry(number)?.last_chunk::<20>()?;
        Some(Indexed {
            path: std::str::from_utf8(path).ok()?.to_owned(),
            blob: Oid::from_bytes(*blob),
            length: self.length(number as u32),
        })
    }

    /// How long a note is.
    pub(super) fn length(&self, number: u32) -> u32 {
        let entry = self.entry(number as usize).and_then(|entry| entry.get(4..)?.first_chunk());
        entry.map_or(0, |length| u32::from_le_bytes(*length))
    }

    fn entry(&self, number: usize) -> Option<&[u8]> {
        let at = HEAD.checked_add(number.checked_mul(NOTE)?)?;
        self.bytes.get(at..at + NOTE).filter(|_| number < self.notes)
    }

    /// Where a note's path ends.
    fn path_end(&self, number: usize) -> Option<usize> {
        Some(u32::from_le_bytes(*self.entry(number)?.first_chunk()?) as usize)
    }

    /// How long a note is in the mean.
    pub(super) fn mean_length(&self) -> f64 {
        self.lengths as f64 / (self.notes.max(1)) as f64
    }

    /// The notes that have a word, each with how much of it.
    pub(super) fn having(&self, word: &str) -> List {
        let (mut low, mut high) = (0, self.words);
        while low < high {
            let middle = usize::midpoint(low, high);
            match self.word(middle) {
                Some(found) if found < word.as_bytes() => low = middle + 1,
                Some(found) if found == word.as_bytes() => return self.list(middle).unwrap_or_default(),
                _ => high = middle,
            }
        }
        Vec::new()
    }

    /// The notes that are about an error message, by its hash.
    pub(super) fn about(&self, message: u64) -> Vec<u32> {
        let all = self.messages.len() / MESSAGE;
        let (mut low, mut high) = (0, all);
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.message(middle).is_some_and(|(found, _)| found < message) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let found = (low..all).map_while(|at| self.message(at)).take_while(|(found, _)| *found == message);
        found.map(|(_, note)| note).collect()
    }

    /// Its notes by path and content: number and length.
    fn known(&self) -> HashMap<(String, Oid), (u32, u32)> {
        let notes = (0..self.notes as u32).filter_map(|number| Some((number, self.note(number)?)));
        notes.map(|(number, note)| ((note.path, note.blob), (number, note.length))).collect()
    }

    /// Every error message with the note that is about it.
    fn messages(&self) -> impl Iterator<Item = (u64, u32)> {
        (0..self.messages.len() / MESSAGE).filter_map(|at| self.message(at))
    }

    fn message(&self, at: usize) -> Option<(u64, u32)> {
        let from = self.messages.start.checked_add(at.checked_mul(MESSAGE)?)?;
        let entry = self.bytes.get(from..from.checked_add(MESSAGE)?)?;
        Some((u64::from_le_bytes(*entry.first_chunk()?), u32::from_le_bytes(*entry.last_chunk()?)))
    }

    /// Every word with its notes.
    fn all(&self) -> impl Iterator<Item = (&str, List)> {
        (0..self.words).filter_map(|at| Some((std::str::from_utf8(self.word(at)?).ok()?, self.list(at)?)))
    }

    /// Where a word's letters and list begin.
    fn places(&self, word: usize) -> Option<(usize, usize)> {
        let at = self.table.checked_add(word.checked_mul(8)?)?;
        let entry = self.bytes.get(at..at + 8)?;
        let letters = u32::from_le_bytes(*entry.first_chunk()?);
        Some((letters as usize, u32::from_le_bytes(*entry.last_chunk()?) as usize))
    }

    fn word(&self, at: usize) -> Option<&[u8]> {
        let (from, to) = (self.places(at)?.0, self.places(at + 1)?.0);
        self.bytes.get(self.letters + from..self.letters + to)
    }

    fn list(&self, at: usize) -> Option<List> {
        let (from, to) = (self.places(at)?.1, self.places(at + 1)?.1);
        let mut rest = self.bytes.get(self.lists + from..self.lists + to)?;
        let mut list = Vec::new();
        let mut note = 0_u32;
        while !rest.is_empty() {
            note = note.checked_add(read_varint(&mut rest)?)?;
            let weight = u16::try_from(read_varint(&mut rest)?).ok()?;
            list.push((note, weight));
        }
        ((note as usize) < self.notes.max(1)).then_some(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn searched(words: &[(&str, u16)], messages: &[u64]) -> Searched {
        Searched {
            words: words.iter().map(|(word, weight)| ((*word).to_owned(), *weight)).collect(),
            messages: messages.to_vec(),
        }
    }

    fn blob(number: u8) -> Oid {
        Oid::from_bytes([number; 20])
    }

    fn sample() -> Vec<u8> {
        let notes = [("a".to_owned(), blob(1)), ("b".to_owned(), blob(2))];
        let read =
            |_: &[_]| Ok(vec![searched(&[("x", 4), ("y", 300)], &[9]), searched(&[("y", 1)], &[9, 3])]);
        make(None, &notes, read).unwrap()
    }

    #[test]
    fn what_was_put_in_is_found() {
        let index = Index::open(sample()).unwrap();
        assert_eq!((index.having("x"), index.having("y")), (vec![(0, 4)], vec![(0, 300), (1, 1)]));
        assert_eq!((index.having("z"), index.having("")), (vec![], vec![]));
        assert_eq!((index.about(9), index.about(3), index.about(4)), (vec![0, 1], vec![1], vec![]));
        assert_eq!(index.mean_length(), 152.5);
    }

    #[test]
    fn only_what_differs_is_read_again() {
        let old = Index::open(sample()).unwrap();
        let notes = [("a".to_owned(), blob(1)), ("aa".to_owned(), blob(7)), ("b".to_owned(), blob(3))];
        let read = |unread: &[(String, Oid)]| {
            assert_eq!(unread, [("aa".to_owned(), blob(7)), ("b".to_owned(), blob(3))]);
            Ok(vec![searched(&[("y", 2)], &[]), searched(&[("q", 5)], &[3])])
        };
        let made = Index::open(make(Some(&old), &notes, read).unwrap()).unwrap();
        assert_eq!(made.having("y"), [(0, 300), (1, 2)]);
        assert_eq!((made.having("q"), made.about(9), made.about(3)), (vec![(2, 5)], vec![0], vec![2]));
    }

    proptest! {
        #[test]
        fn bytes_that_are_no_index_are_refused_or_answer(at in 0_usize..200, byte: u8, cut in 0_usize..200) {
            let mut bytes = sample();
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
            bytes.truncate(bytes.len().saturating_sub(cut));
            if let Some(index) = Index::open(bytes) {
                let _ = (index.having("y"), index.about(9), index.mean_length(), index.all().count());
            }
        }
    }
}
