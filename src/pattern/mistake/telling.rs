//! The ways to tell one difference between a failing call and a working one.
//!
//! Owns how a difference is told, from the most specific (these very words) to the most general (this argument), and
//! what is never told: values that belong to one session. Refuses to count who shares a telling; that is
//! [`super::remedy`]'s work.

use crate::digest::failure::{Change, mask};
use crate::pattern::{Way, template};
use crate::redact::{Clean, redact};
use std::collections::BTreeSet;

/// From so many digits on a number is the name of a record and no setting.
const RECORD_DIGITS: usize = 5;

/// Longest unit behind a number, bytes: `MB`, `min`.
const LONGEST_UNIT: usize = 3;

/// Letters that the form of several values has to have in common.
const LEAST_CONSTANT: usize = 3;

/// The ways to tell one difference, with what a vote for each is worth.
pub(super) fn tellings(change: &Change) -> Vec<(Way, f64)> {
    let path = &change.path;
    // A value that is nothing but a placeholder says nothing.
    let says_nothing = |text: &str| mask::is_placeholder(text.strip_prefix("cd ").unwrap_or(text));
    let general = |text: &Clean| {
        Some(template::masked(text)).filter(|text| !says_nothing(text)).map(|text| redact(&text))
    };
    let mut ways = Vec::new();
    match (&change.from, &change.to) {
        (Some(from), Some(to)) => {
            let (from_masked, to_masked) = (general(from), general(to));
            let changed =
                |from: Option<Clean>, to: Option<Clean>| Way::Changed { path: path.clone(), from, to };
            ways.push((changed(Some(from.clone()), Some(to.clone())), 1.1));
            if from_masked.is_some() {
                ways.push((changed(from_masked.clone(), Some(to.clone())), 1.05));
            }
            if from_masked != to_masked && to_masked.is_some() {
                if from_masked.is_some() {
                    ways.push((changed(from_masked.clone(), to_masked.clone()), 1.0));
                }
                ways.push((changed(None, to_masked), 0.75));
            }
            let (from_digits, to_digits) = (with_numbers_masked(from), with_numbers_masked(to));
            if from_digits != to_digits && to_digits != **to {
                ways.push((changed(Some(redact(&from_digits)), Some(redact(&to_digits))), 1.02));
            }
            ways.push((changed(None, Some(to.clone())), 0.8));
            if &**path == "command" {
                let (before, after) = (options(from), options(to));
                for option in after.difference(&before) {
                    ways.push((Way::Added { path: path.clone(), value: Some(redact(option)) }, 0.9));
                }
                // What was put in an option's place belongs to it.
                for option in before.difference(&after).filter(|_| after.is_empty()) {
                    ways.push((Way::Dropped { path: redact(option) }, 0.85));
                }
            } else {
                if from_masked.is_some() {
                    ways.push((changed(from_masked, None), 0.6));
                }
                // Another place is not yet a lesson.
                if !from.contains('/') {
                    ways.push((changed(None, None), 0.45));
                }
            }
        }
        (None, Some(to)) => {
            let added = |value: Option<Clean>| Way::Added { path: path.clone(), value };
            ways.push((added(Some(to.clone())), 1.1));
            if let Some(masked) = general(to) {
                ways.push((added(Some(masked)), 1.0));
            }
            if &**path == "command" {
                for option in options(to).iter().filter(|option| **option != **to) {
                    ways.push((added(Some(redact(option))), 0.9));
                }
            } else {
                ways.push((added(None), 0.7));
            }
        }
        (Some(from), None) if &**path == "command" => {
            ways.push((Way::Dropped { path: from.clone() }, 1.1));
            if let Some(masked) = general(from) {
                ways.push((Way::Dropped { path: masked }, 1.0));
            }
            for option in options(from).iter().filter(|option| **option != **from) {
                ways.push((Way::Dropped { path: redact(option) }, 0.9));
            }
        }
        (Some(_), None) => ways.push((Way::Dropped { path: path.clone() }, 1.0)),
        (None, None) => {}
    }
    let mut seen = BTreeSet::new();
    ways.retain(|(way, _)| !names_its_own(way) && seen.insert(way.clone()));
    ways
}

/// Whether a way tells a value that belongs to one session only: a secret, an address, a long number that names
/// somebody's record.
fn names_its_own(way: &Way) -> bool {
    let (path, value) = match way {
        Way::Changed { from: Some(from), .. } if from.contains("[redacted") => return true,
        Way::Changed { path, to: Some(to), .. } => (path, to),
        Way::Added { path, value: Some(value) } => (path, value),
        _ => return false,
    };
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let is_record = &**path != "command" && digits >= RECORD_DIGITS && digits == value.len();
    is_record || value.contains("[redacted")
}

/// The options among shell words, each with the value that follows it, if any: `--depth 1`, `-v`, `A=1`.
fn options(words: &str) -> BTreeSet<String> {
    let words: Vec<&str> = words.split_whitespace().collect();
    let is_option = |word: &str| word.starts_with('-') && word.len() > 1;
    let mut found = BTreeSet::new();
    for (at, word) in words.iter().enumerate() {
        if is_option(word) {
            found.insert((*word).to_owned());
            if let Some(value) = words.get(at + 1).filter(|value| !is_option(value)) {
                found.insert(format!("{word} {value}"));
            }
        }
    }
    found
}

/// A text with every number masked: how `2026/08/01` is written, or `512MB`.
fn with_numbers_masked(text: &str) -> String {
    let pieces: Vec<&str> = pieces(text).into_iter().flat_map(without_unit).collect();
    let numbers: Vec<&str> = pieces.iter().copied().filter(|piece| is_number(piece)).collect();
    let is_year = |number: &&str| number.len() == 4 && (number.starts_with("19") || number.starts_with("20"));
    let lengths: Vec<usize> = numbers.iter().map(|number| number.len()).collect();
    let names: &[&str] = match lengths.as_slice() {
        [4, 2, 2] => &["<yyyy>", "<mm>", "<dd>"],
        [4, 2] if numbers.first().is_some_and(is_year) => &["<yyyy>", "<mm>"],
        [2, 4] if numbers.last().is_some_and(is_year) => &["<mm>", "<yyyy>"],
        _ => &[],
    };
    let mut names = names.iter();
    let mut told = |piece: &str| -> String {
        if is_number(piece) { names.next().copied().unwrap_or(NUMBER).to_owned() } else { piece.to_owned() }
    };
    pieces.into_iter().map(&mut told).collect()
}

/// A number and the short unit that is written behind it, apart: `512MB`; anything else as it is.
fn without_unit(piece: &str) -> Vec<&str> {
    let end = piece.find(|c: char| !c.is_ascii_digit()).unwrap_or(piece.len());
    let (number, unit) = piece.split_at(end);
    let is_unit = (1..=LONGEST_UNIT).contains(&unit.len()) && unit.chars().all(char::is_alphabetic);
    if !number.is_empty() && is_unit { vec![number, unit] } else { vec![piece] }
}

/// What stands for a number in a form.
const NUMBER: &str = "<num>";

fn is_number(piece: &str) -> bool {
    piece.bytes().all(|b| b.is_ascii_digit())
}

/// A text in runs of letters and digits, and of what stands between them.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c: char| c.is_alphanumeric() != first.is_alphanumeric()).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

/// How a value is built, whatever its names: values built alike may share a form.
pub(super) fn build(value: &str) -> String {
    let named = |piece: &str| piece.starts_with(char::is_alphanumeric);
    pieces(value).into_iter().map(|piece| if named(piece) { "a" } else { piece }).collect()
}

/// The form that the new values of these changes share, as `depot:<*>` is that of `depot:ash` and `depot:elm`; `None`
/// where they are the same, are not built alike, have little in common, or an old value has the form as well.
pub(super) fn shared_form(changes: &[&Change]) -> Option<Clean> {
    let after: BTreeSet<&str> = changes.iter().filter_map(|change| change.to.as_deref()).collect();
    let split: Vec<Vec<&str>> = after.iter().map(|value| pieces(value)).collect();
    let length = split.first()?.len();
    if after.len() < 2 || split.iter().any(|pieces| pieces.len() != length) {
        return None;
    }
    let told = |place: usize| {
        let column: BTreeSet<&str> = split.iter().filter_map(|pieces| pieces.get(place).copied()).collect();
        match column.first() {
            Some(only) if column.len() == 1 => *only,
            _ if column.iter().all(|piece| is_number(piece)) => NUMBER,
            _ => template::WILD,
        }
    };
    let told: Vec<&str> = (0..length).map(told).collect();
    let is_mask = |piece: &&&str| **piece == NUMBER || **piece == template::WILD;
    let letters = |piece: &&str| piece.chars().filter(|c| c.is_alphabetic()).count();
    let constant: usize = told.iter().filter(|piece| !is_mask(piece)).map(letters).sum();
    let form = told.concat();
    let is_old =
        || changes.iter().filter_map(|change| change.from.as_deref()).any(|from| template::same(&form, from));
    (constant >= LEAST_CONSTANT && !is_old()).then(|| redact(&form))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unlike_values_are_told_by_their_form() {
        let change = |from: &str, to: &str| Change {
            path: Clean::fixed("command"),
            from: Some(redact(from)),
            to: Some(redact(to)),
        };
        let (ash, elm) = (change("ash", "mill/depot:ash"), change("elm", "mill/depot:elm"));
        assert_eq!(shared_form(&[&ash, &elm]).as_deref(), Some("mill/depot:<*>"));
        assert_eq!(shared_form(&[&ash, &ash]), None);
        assert_eq!(shared_form(&[&change("a", "ash"), &change("a", "elm")]), None);
        assert_eq!(shared_form(&[&ash, &change("mill/depot:oak", "mill/depot:elm")]), None);
        let (a, b) = (change("~/ash", "/shed/ann/ash_3"), change("~/elm", "/shed/bo/elm_17"));
        assert_eq!(shared_form(&[&a, &b]).as_deref(), Some("/shed/<*>/<*>_<num>"));
        let dated = tellings(&change("2026/08/01", "2026-08-01"));
        let told =
            |way: &Way| matches!(way, Way::Changed { to: Some(to), .. } if &**to == "<yyyy>-<mm>-<dd>");
        assert!(dated.iter().any(|(way, _)| told(way)));
        let forms = |from: &str, to: &str, form: &str| {
            let ways = tellings(&change(from, to));
            ways.iter().any(
                |(way, _)| matches!(way, Way::Changed { from: Some(_), to: Some(to), .. } if &**to == form),
            )
        };
        assert!(forms("08-2026", "2026-08", "<yyyy>-<mm>"));
        assert!(forms("--size=12MB", "--size=12Mi", "--size=<num>Mi"));
        let replaced = tellings(&change("-m ash", "--select ash"));
        assert!(replaced.iter().all(|(way, _)| !matches!(way, Way::Dropped { .. })));
        assert!(
            tellings(&change("[redacted:x:1]", "b"))
                .iter()
                .all(|(way, _)| { !matches!(way, Way::Changed { from: Some(_), .. }) })
        );
    }
}
