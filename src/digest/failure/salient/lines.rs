//! The lines of an output, without what is drawn around them.
//!
//! Owns where an output is looked at and what of a line is decoration: white space, boxes, error tags, terminal
//! colours. Refuses to judge what a line says; that is [`super`]'s work.

use std::ops::Range;

/// Longest part of an output whose lines are looked at, bytes, from each end.
pub(super) const LOOKED_AT: usize = 64 * 1024;

/// At most `bytes` bytes of a text's start, cut at a character boundary.
pub fn start(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// Whether an output stands in a JSON string, where a new line is written out, as some layouts carry it.
pub(super) fn is_escaped(output: &str) -> bool {
    output.starts_with("{\"") && output.contains("\\n") && !output.trim_end().contains('\n')
}

/// Places of the lines that can say something: trimmed, without tags around them, not empty. Long outputs are
/// looked at from both ends.
pub fn lines(output: &str) -> Vec<Range<usize>> {
    let head = start(output, LOOKED_AT).len();
    let tail = start(output, output.len().saturating_sub(LOOKED_AT)).len().max(head);
    let escaped = is_escaped(output);
    let mut places = Vec::new();
    for part in [0..head, tail..output.len()] {
        let text = output.get(part.clone()).unwrap_or_default();
        let mut take = |gap: usize, pieces: &mut dyn Iterator<Item = &str>| {
            let mut start = part.start;
            for piece in pieces {
                places.push(trimmed(piece, start));
                start += piece.len() + gap;
            }
        };
        if escaped { take(2, &mut text.split("\\n")) } else { take(1, &mut text.split('\n')) }
    }
    places.retain(|place| !place.is_empty());
    places
}

/// The place of a line without white space, error tags and terminal colours at its ends.
fn trimmed(line: &str, start: usize) -> Range<usize> {
    let mut text = line;
    let mut from = start;
    loop {
        // Some programs draw a box around their errors.
        let shorter =
            text.trim_start_matches(|c: char| c.is_whitespace() || ('\u{2500}'..='\u{257f}').contains(&c));
        let shorter = shorter.strip_prefix("<tool_use_error>").unwrap_or(shorter);
        let shorter = strip_colour(shorter);
        if shorter.len() == text.len() {
            break;
        }
        from += text.len() - shorter.len();
        text = shorter;
    }
    let text = text.trim_end();
    let text = text.strip_suffix("</tool_use_error>").unwrap_or(text).trim_end();
    from..from + text.len()
}

/// Without the terminal colour in front.
fn strip_colour(text: &str) -> &str {
    let Some(rest) = text.strip_prefix("\u{1b}[") else { return text };
    let digits = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
    digits.strip_prefix('m').unwrap_or(text)
}
