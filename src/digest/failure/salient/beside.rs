//! The lines beside a message that may name the same error.
//!
//! Owns which lines are told with a message: those that say why in words of their own, and no rows of a listing.
//! Refuses to choose the message; that is [`super`]'s work.

use super::Ranked;
use crate::digest::failure::clarity::{Clarity, clarity};
use crate::digest::failure::{listing, mask};
use std::collections::BTreeMap;
use std::ops::Range;

/// Most lines kept beside the message.
const MOST_BESIDE: usize = 4;

/// Most lines that are compared to find rows among them.
const COMPARED: usize = 40;

/// The lines beside the message that may name the same error: the clearest, then the nearest. Rows of a listing, what
/// only reports that something ended, and hints are none; where the message states a problem, neither are lines that
/// no word speaks for.
pub(super) fn beside(output: &str, message: &Range<usize>, candidates: Vec<Ranked>) -> Vec<Range<usize>> {
    let states = output.get(message.clone()).is_some_and(|text| clarity(text) > Clarity::Vague);
    let text = |place: &Range<usize>| output.get(place.clone()).unwrap_or_default();
    let may_name = |line: &Ranked| match line.clear {
        Clarity::Boilerplate | Clarity::Hint | Clarity::Vague => false,
        Clarity::Plain if !states => true,
        Clarity::Plain if line.is_other => tells_why(text(&line.place)),
        Clarity::Plain => tells_why_plainly(text(&line.place)),
        _ => is_made_of_words(text(&line.place)),
    };
    let apart = |place: &Range<usize>| place.start >= message.end || place.end <= message.start;
    let mut near: Vec<(Clarity, usize, Range<usize>)> = candidates
        .into_iter()
        .filter(|line| may_name(line) && apart(&line.place))
        .map(|line| (line.clear, line.place.start.abs_diff(message.start), line.place))
        .collect();
    near.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    near.truncate(COMPARED);
    let mut times: BTreeMap<String, usize> = BTreeMap::from([(shape(text(message)), 1)]);
    for (_, _, place) in &near {
        *times.entry(shape(text(place))).or_default() += 1;
    }
    let is_single = |place: &Range<usize>| times.get(&shape(text(place))) == Some(&1);
    // Masking a line costs more than reading it, so only those that are left are masked.
    let mut said = vec![mask::masked(text(message))];
    let mut chosen: Vec<Range<usize>> = Vec::new();
    for (_, _, place) in near.into_iter().filter(|(_, _, place)| is_single(place)) {
        if chosen.len() == MOST_BESIDE {
            break;
        }
        let masked = mask::masked(text(&place));
        if !said.contains(&masked) && !mask::is_placeholder(&masked) {
            said.push(masked);
            chosen.push(place);
        }
    }
    chosen.sort_by_key(|place| place.start);
    chosen
}

/// A line with `#` for every run of characters that holds a digit or a slash: rows of a listing have one shape.
fn shape(line: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '/' | '-' | '\\');
    let varies = |c: char| c.is_ascii_digit() || matches!(c, '/' | '\\');
    let mut shape = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c: char| is_part(c) != is_part(first)).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        shape.push_str(if is_part(first) && run.contains(varies) { "#" } else { run });
        rest = after;
    }
    shape
}

/// Whether a line beside a message may tell why: it states a problem, tells of trouble, or is the code of an error. A
/// line that ends with a colon only announces others.
pub fn tells_why(line: &str) -> bool {
    tells_why_plainly(line) || is_sentence(line) && clarity(line) > Clarity::Vague
}

/// The same for a line that states no problem in a phrase that programs use for one.
fn tells_why_plainly(line: &str) -> bool {
    is_code(line) && is_made_of_words(line) || is_sentence(line) && listing::tells_of_trouble(line)
}

/// Whether a line is of words, more than one, and goes on to its end.
fn is_sentence(line: &str) -> bool {
    !line.ends_with(':') && line.contains(' ') && is_made_of_words(line)
}

/// Whether a line is more letters than decoration: not `==== ERRORS ====`.
fn is_made_of_words(line: &str) -> bool {
    let letters = line.chars().filter(|c| c.is_alphanumeric()).count();
    letters * 2 > line.chars().filter(|c| !c.is_whitespace()).count()
}

/// Whether a line is nothing but the code of an error: `LEASE_CLASH`, `E4107`.
fn is_code(line: &str) -> bool {
    let shouts = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
    line.len() > 2 && line.chars().all(shouts) && line.contains(|c: char| c.is_ascii_uppercase())
}
