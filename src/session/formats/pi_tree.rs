//! The tree that the entries of one of pi's sessions make, and the branch of it that is the conversation.
//!
//! Each entry names the one that it continues. Going back in a session continues an earlier one, and what came after that
//! stays in the file. Of every entry only its place is kept, a few bytes. An entry continues one that was read before it, so
//! that a circle of entries cannot be made. Refuses to look into an entry.

use crate::session::scan::{inside, short_text};
use std::collections::HashMap;
use std::ops::Range;

/// Most entries that are told apart.
const MOST_ENTRIES: usize = 200_000;

/// The entries read so far.
#[derive(Debug, Default)]
pub(super) struct Tree {
    entries: Vec<Entry>,
    /// The latest entry with an id, by the hash of the id.
    by_id: HashMap<u64, u32>,
    /// The last entry.
    leaf: Option<u32>,
}

/// What an entry gave.
#[derive(Debug)]
pub(super) struct Entry {
    before: Option<u32>,
    /// The events that it made.
    pub(super) events: Range<usize>,
    /// The event, a call, whose result it is.
    pub(super) answered: Option<usize>,
    /// Which of the reader's models answered in it.
    pub(super) model: Option<u8>,
}

impl Tree {
    /// Adds an entry, which becomes the last one. `id` and `parent` are JSON: a parent that is `null` begins a conversation
    /// anew; one that is missing or that was not read means the entry before, as in files from before there was a tree, and
    /// where a line could not be read. False if there are too many entries.
    pub(super) fn add(
        &mut self,
        id: Option<&[u8]>,
        parent: Option<&[u8]>,
        entry: (Range<usize>, Option<usize>, Option<u8>),
    ) -> bool {
        let (events, answered, model) = entry;
        let Some(number) =
            u32::try_from(self.entries.len()).ok().filter(|_| self.entries.len() < MOST_ENTRIES)
        else {
            return false;
        };
        let before = self.place_of(parent);
        self.entries.push(Entry { before, events, answered, model });
        if let Some(id) = id.and_then(key) {
            self.by_id.insert(id, number);
        }
        self.leaf = Some(number);
        true
    }

    /// The session goes on from this entry.
    pub(super) fn go_to(&mut self, target: Option<&[u8]>) {
        self.leaf = self.place_of(target);
    }

    fn place_of(&self, id: Option<&[u8]>) -> Option<u32> {
        match id {
            Some(b"null") => None,
            id => id.and_then(key).and_then(|id| self.by_id.get(&id).copied()).or(self.leaf),
        }
    }

    /// The entries that are the conversation, from its beginning to the last one, and those that were left behind.
    pub(super) fn parted(&self) -> (Vec<&Entry>, Vec<&Entry>) {
        let mut is_on = vec![false; self.entries.len()];
        let mut next = self.leaf;
        while let Some(at) = next.map(|at| at as usize) {
            if let Some(is_on) = is_on.get_mut(at) {
                *is_on = true;
            }
            // Always an earlier one.
            next = self.entries.get(at).and_then(|entry| entry.before);
        }
        let (mut on, mut off) = (Vec::new(), Vec::new());
        for (entry, is_on) in self.entries.iter().zip(is_on) {
            if is_on { on.push(entry) } else { off.push(entry) }
        }
        (on, off)
    }
}

/// An id, short whatever it is. `None` where it is no text.
fn key(id: &[u8]) -> Option<u64> {
    let hash = match short_text(id, 200) {
        Some(text) => blake3::hash(text.as_bytes()),
        None => blake3::hash(inside(id)?),
    };
    Some(hash.as_bytes().iter().take(8).fold(0, |key, byte| key << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The events of the branch that the last of these entries ends; each entry makes one event.
    fn branch(entries: &[(&str, Option<&str>)]) -> Vec<usize> {
        let mut tree = Tree::default();
        for (at, (id, parent)) in entries.iter().enumerate() {
            let json = |text: &str| if text == "null" { text.to_owned() } else { format!("\"{text}\"") };
            let (id, parent) = (json(id), parent.map(json));
            assert!(tree.add(
                Some(id.as_bytes()),
                parent.as_deref().map(str::as_bytes),
                (at..at + 1, None, None)
            ));
        }
        let (on, off) = tree.parted();
        assert_eq!(on.len() + off.len(), entries.len());
        on.iter().map(|entry| entry.events.start).collect()
    }

    #[test]
    fn the_branch_of_the_last_entry_is_found() {
        let null = Some("null");
        assert_eq!(branch(&[("a", null), ("b", Some("a")), ("c", Some("b"))]), [0, 1, 2]);
        assert_eq!(branch(&[("a", null), ("b", Some("a")), ("c", Some("a"))]), [0, 2], "gone back");
        let twice = [("a", null), ("b", Some("a")), ("c", Some("a")), ("d", Some("b"))];
        assert_eq!(branch(&twice), [0, 1, 3], "gone back, and back to what was left");
        assert_eq!(branch(&[("a", null), ("b", null)]), [1], "begun anew");
        assert_eq!(branch(&[("a", None), ("b", None)]), [0, 1], "no tree yet");
        assert_eq!(
            branch(&[("a", null), ("c", Some("b")), ("d", Some("c"))]),
            [0, 1, 2],
            "a parent is missing"
        );
    }

    #[test]
    fn no_entries_make_a_circle() {
        assert_eq!(branch(&[("a", Some("a"))]), [0]);
        assert_eq!(branch(&[("a", Some("b")), ("b", Some("a"))]), [0, 1]);
        assert_eq!(
            branch(&[("a", Some("c")), ("b", Some("a")), ("a", Some("b")), ("a", Some("a"))]),
            [0, 1, 2, 3]
        );
    }

    #[test]
    fn entries_without_end_are_bounded() {
        let mut tree = Tree::default();
        let added = (0..MOST_ENTRIES + 5).filter(|_| tree.add(None, None, (0..0, None, None))).count();
        assert_eq!(added, MOST_ENTRIES);
    }
}
