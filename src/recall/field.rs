//! What a note is searched by: which of its words count how much, and the error messages that it is about.

use super::words;
use crate::digest::failure::mask;
use crate::memory::note::split;
use crate::memory::place;
use crate::pattern::Kind;
use std::collections::BTreeMap;

/// How much a word counts by where it stands, in quarters.
const IN_NAME: u16 = 12;
const IN_TRIGGERS: u16 = 8;
const IN_BODY: u16 = 4;
const IN_EVIDENCE: u16 = 2;
/// What the line of a note that tells its trigger begins with.
const WHEN: &str = "**When:**";
/// The heading of the quotes.
const EVIDENCE: &str = "## Evidence";
/// Fewest words that an error message has to have to be known by.
const FEWEST_WORDS: usize = 3;
/// Longest line that an error message is looked for in, bytes.
const LONGEST_LINE: usize = 2000;

/// A note as it is searched.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Searched {
    /// Its words with their weight.
    pub(super) words: BTreeMap<String, u16>,
    /// Hashes of the error messages that it is about.
    pub(super) messages: Vec<u64>,
}

/// Reads a note by its text. One whose front matter cannot be read is searched as it stands.
pub(super) fn searched(path: &str, text: &str) -> Searched {
    let mut searched = Searched::default();
    let (front, body) = split(text).unwrap_or(("", text));
    searched.add(path.trim_end_matches(".md"), IN_TRIGGERS);
    for line in front.lines() {
        let (key, value) = line.split_once(':').unwrap_or(("", line));
        match key.trim() {
            "name" => {}
            "description" => searched.add(value, IN_NAME),
            "kind" | "status" | "since" | "metadata" => {}
            _ => searched.add(value, IN_TRIGGERS),
        }
    }
    let is_mistake = place::kind_at(path) == Some(Kind::Mistake);
    let mut in_evidence = false;
    for line in body.lines() {
        in_evidence = (in_evidence && !line.starts_with('#')) || line.trim_end() == EVIDENCE;
        let weight = match line {
            _ if in_evidence => IN_EVIDENCE,
            line if line.starts_with("# ") => IN_NAME,
            line if line.starts_with(WHEN) => IN_TRIGGERS,
            _ => IN_BODY,
        };
        searched.add(without_source(line), weight);
        if is_mistake {
            searched.messages.extend(quoted(line).filter_map(message));
        }
    }
    searched.messages.sort_unstable();
    searched.messages.dedup();
    searched
}

impl Searched {
    fn add(&mut self, text: &str, weight: u16) {
        words::each(text, |word| match self.words.get_mut(word) {
            Some(counted) => *counted = counted.saturating_add(weight),
            None => drop(self.words.insert(word.to_owned(), weight)),
        });
    }
}

/// An evidence line without where it comes from: session ids are nobody's words.
fn without_source(line: &str) -> &str {
    line.rfind("[source: ").and_then(|at| line.get(..at)).unwrap_or(line)
}

/// What stands between backticks in a line.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// What an error message is known by: the hash of what stays the same in it. `None` for what says too little.
pub(super) fn message(line: &str) -> Option<u64> {
    let line = line.trim();
    if line.len() > LONGEST_LINE {
        return None;
    }
    let tokens = mask::tokens(line);
    let says = tokens.iter().filter(|token| !token.is_slot() && token.raw.chars().any(char::is_alphabetic));
    if says.count() < FEWEST_WORDS {
        return None;
    }
    let masked = mask::render(tokens.iter().map(|token| (token.masked.as_str(), token.glued)));
    let bytes = *blake3::hash(masked.to_lowercase().as_bytes()).as_bytes();
    Some(u64::from_le_bytes(std::array::from_fn(|at| bytes[at])))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTE: &str = "---\nname: x\ndescription: \"Check the totals.\"\nkind: mistake\napplies_to: [book_reservation]\n---\n\n\
        # Totals\n\n**When:** you book.\n\n## Evidence\n\n- `Error: price is 608, but paid 304` [source: abc#1; added: 2026-01-05]\n";

    #[test]
    fn what_a_note_is_about_counts_more_than_what_it_quotes() {
        let searched = searched("mistakes/x.md", NOTE);
        assert_eq!(searched.words.get("total"), Some(&(2 * IN_NAME)));
        assert_eq!(searched.words.get("pric"), Some(&IN_EVIDENCE));
        assert!(!searched.words.contains_key("abc"));
        assert_eq!(searched.words.get("book_reservation"), Some(&IN_TRIGGERS));
    }

    #[test]
    fn a_message_is_known_whatever_numbers_it_has() {
        let searched = searched("mistakes/x.md", NOTE);
        let known = |line: &str| message(line).is_some_and(|message| searched.messages.contains(&message));
        assert!(known("  Error: price is 1203, but paid 9"));
        assert!(!known("Error: price is missing, but paid 9"));
        assert_eq!(message("exit 1"), None);
    }
}
