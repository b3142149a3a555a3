//! What stands in a secret's place: `[redacted:<kind>:<n>]`.
//!
//! Owns writing and recognising it. A text is only ever looked through between its placeholders, which is what
//! makes redaction of redacted text change nothing.

use memchr::memmem::Finder;
use std::ops::Range;
use std::sync::LazyLock;

const OPENING: &str = "[redacted:";
const LONGEST_KIND: usize = 40;
const MOST_DIGITS: usize = 6;

/// A placeholder found in a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found<'a> {
    /// Where.
    pub(super) range: Range<usize>,
    /// Which kind of secret it stands for.
    pub(super) kind: &'a str,
    /// Which of its kind.
    pub(super) number: u32,
}

/// The placeholder of the `number`th secret of this kind.
pub(super) fn write(kind: &str, number: u32) -> String {
    format!("{OPENING}{kind}:{number}]")
}

/// Every placeholder in the text, in order.
pub(super) fn find(text: &str) -> impl Iterator<Item = Found<'_>> {
    static OPENINGS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(OPENING));
    OPENINGS.find_iter(text.as_bytes()).filter_map(|start| read(text, start))
}

fn read(text: &str, start: usize) -> Option<Found<'_>> {
    let inside = text.get(start + OPENING.len()..)?;
    let kind_len =
        inside.bytes().take(LONGEST_KIND + 1).position(|b| !matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'))?;
    let kind = inside.get(..kind_len)?;
    let digits = inside.get(kind_len..)?.strip_prefix(':')?;
    let digit_count = digits.bytes().take(MOST_DIGITS + 1).position(|b| !b.is_ascii_digit())?;
    let number = digits.get(..digit_count)?.parse().ok()?;
    let closed = !kind.is_empty() && digits.as_bytes().get(digit_count) == Some(&b']');
    let end = start + OPENING.len() + kind_len + 1 + digit_count + 1;
    closed.then_some(Found { range: start..end, kind, number })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_it_writes_and_nothing_else() {
        let text =
            format!("a {} [redacted:] [redacted:x:] [redacted:X:1] [redacted:x:1", write("aws-key", 12));
        let found: Vec<_> = find(&text).collect();
        assert_eq!(found, [Found { range: 2..23, kind: "aws-key", number: 12 }]);
    }
}
