//! What a note is searched by: which of its words count how much, and the error messages that it is about.

use super::{message, words};
use crate::learning::author::quote;
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
/// Longest line whose code spans are looked at, bytes.
const LONGEST_LINE: usize = 8000;

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
            searched.messages.extend(quoted(line).flat_map(message::written));
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

/// What stands in code spans in a line.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = if line.len() <= LONGEST_LINE { line } else { "" };
    let spans = std::iter::from_fn(move || {
        let (_, span, after) = (!rest.is_empty()).then(|| quote::next_span(rest))?;
        rest = after;
        Some(span)
    });
    spans.filter(|span| !span.is_empty())
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
    fn messages_stand_in_code_spans_whatever_is_in_them() {
        let spans = |line| quoted(line).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(spans("a `b c` d ``use of `e` here`` f ` g"), ["b c", "use of `e` here"]);
        assert_eq!(spans("none"), [""; 0]);
    }
}
