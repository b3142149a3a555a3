//! What an error message is known by: a hash of what stays the same in it.
//!
//! Owns the two sides that have to agree: what a note says that an error looks like ([`written`], where values may be
//! written as placeholders, and words that vary as [`WILD`]), and what a program printed just now ([`seen`],
//! [`with_open_places`]). Refuses to say which line of an output is the message: that is [`crate::digest::failure`]'s
//! work.

use crate::digest::failure::mask::{Token, is_placeholder};
use crate::pattern::template::{WILD, words};

/// Fewest words that an error message has to have to be known by.
const FEWEST_WORDS: usize = 3;
/// Longest line that an error message is looked for in, bytes.
const LONGEST_LINE: usize = 2000;
/// Most words of a message of which one or two may be what varies: the ways to choose them grow with the square.
const MOST_WORDS: usize = 40;
/// A word that no program prints, for the place of one that varies.
const ANY_WORD: &str = "zqwildqz";

/// What is kept with a note that leaves a word open: whether any does decides whether it is worth to try.
pub(super) const OPEN: u64 = 0;

/// For each placeholder of a template a value that it stands for.
const VALUES: [(&str, &str); 11] = [
    (WILD, ANY_WORD),
    ("<num>", "7"),
    ("<path>", "/a/b.txt"),
    ("<url>", "http://a.example/b"),
    ("<email>", "a@b.example"),
    ("<host>", "a.example.org"),
    ("<time>", "10:20:30"),
    ("<date>", "2026-01-02"),
    ("<str>", "'a b'"),
    ("<hex>", "0x7f3a90bc"),
    ("<id>", "HAT271"),
];

/// What a note's words for an error are known by, and [`OPEN`] where they leave a word open; nothing for what says too
/// little.
pub(super) fn written(text: &str) -> Vec<u64> {
    let is_open = text.contains(WILD);
    let known = template(text);
    known.into_iter().chain((is_open && known.is_some()).then_some(OPEN)).collect()
}

fn template(text: &str) -> Option<u64> {
    if !text.contains('<') {
        return seen(text);
    }
    let values = VALUES.iter().fold(text.to_owned(), |text, (slot, value)| text.replace(slot, value));
    let mut masks = masks(&values)?;
    for mask in masks.iter_mut().filter(|mask| mask.contains(ANY_WORD)) {
        WILD.clone_into(mask);
    }
    known(&masks)
}

/// What a line that was printed is known by; `None` for what says too little.
pub(super) fn seen(line: &str) -> Option<u64> {
    known(&masks(line)?)
}

/// What it may be known by where a note leaves places open: with one word, or two, taken for what varies.
pub(super) fn with_open_places(line: &str) -> Vec<u64> {
    let masks = masks(line).unwrap_or_default();
    let words: Vec<usize> =
        (0..masks.len()).filter(|at| masks.get(*at).is_some_and(|mask| is_word(mask))).collect();
    if words.len() > MOST_WORDS {
        return Vec::new();
    }
    let ones = words.iter().map(|word| vec![*word]);
    let twos =
        words.iter().enumerate().flat_map(|(at, one)| words.iter().skip(at + 1).map(|two| vec![*one, *two]));
    let open = |places: Vec<usize>| {
        let mut masks = masks.clone();
        for place in places {
            masks.get_mut(place).into_iter().for_each(|mask| WILD.clone_into(mask));
        }
        known(&masks)
    };
    ones.chain(twos).filter_map(open).collect()
}

/// The words of a line with every value masked, in lower case.
fn masks(line: &str) -> Option<Vec<String>> {
    let line = line.trim();
    (line.len() <= LONGEST_LINE)
        .then(|| words(line).into_iter().map(|Token { masked, .. }| masked.to_lowercase()).collect())
}

/// The hash of these masks; `None` where they say too little.
fn known(masks: &[String]) -> Option<u64> {
    let says = masks.iter().filter(|mask| is_word(mask)).count();
    (says >= FEWEST_WORDS).then(|| {
        let bytes = *blake3::hash(masks.join("\u{1f}").as_bytes()).as_bytes();
        u64::from_le_bytes(std::array::from_fn(|at| bytes[at]))
    })
}

/// Whether a mask is a word, and neither a value nor punctuation.
fn is_word(mask: &str) -> bool {
    !is_placeholder(mask) && mask.chars().any(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn knows(note: &str, line: &str) -> bool {
        written(note).iter().any(|known| seen(line) == Some(*known) || with_open_places(line).contains(known))
    }

    #[test]
    fn every_placeholder_stands_for_its_value() {
        for (slot, value) in &VALUES[1..] {
            let masked: Vec<String> = masks(value).unwrap();
            assert_eq!(masked, [*slot], "{value}");
        }
    }

    #[test]
    fn a_message_is_known_whatever_values_it_has() {
        let price = "Error: total price is <num>, but paid <num>";
        assert!(knows(price, "  Error: total price is 1203, but paid 9"));
        assert!(knows("Error: total price is 5, but paid 6", "Error: total price is 1203, but paid 9"));
        assert!(!knows(price, "Error: total price is missing, but paid 9"));
        assert!(knows("balance of gift_card_<num> is not enough", "balance of gift_card_1203 is not enough"));
        assert!(knows(
            "flight <id> not available on date <date>",
            "flight HAT030 not available on date 2024-05-13"
        ));
        assert!(knows("seats <num> are taken", "seats 3, 4, 5 are taken"), "a list counts as one value");
        assert_eq!((written("exit 1"), seen("exit 1")), (Vec::new(), None));
    }

    #[test]
    fn words_that_vary_are_known_too() {
        let queue = "queue <*> refused the job because worker <*> is draining";
        assert!(knows(queue, "queue alpha refused the job because worker seven is draining"));
        assert!(knows("queue <*> refused the job", "Queue beta refused the job"));
        assert!(!knows("queue <*> refused the job", "Queue beta refused the other job"));
        let long = "word ".repeat(200);
        assert!(with_open_places(&long).is_empty());
    }
}
