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

/// Letters that the form of several values has to have in common.
const LEAST_CONSTANT: usize = 3;

/// The ways to tell one difference, with what a vote for each is worth.
pub(super) fn tellings(change: &Change) -> Vec<(Way, f64)> {
    let path = &change.path;
    // A value that is nothing but a placeholder says nothing.
    let general = |text: &Clean| {
        Some(template::masked(text)).filter(|text| !mask::is_placeholder(text)).map(|text| redact(&text))
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
            ways.push((changed(None, Some(to.clone())), 0.8));
            if &**path == "command" {
                let (before, after) = (options(from), options(to));
                for option in after.difference(&before) {
                    ways.push((Way::Added { path: path.clone(), value: Some(redact(option)) }, 0.9));
                }
                for option in before.difference(&after) {
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

/// The form that the new values of these changes share, as `depot:<*>` is that of `depot:ash` and `depot:elm`; `None`
/// where they are the same, have little in common, or an old value has the form as well.
pub(super) fn shared_form(changes: &[&Change]) -> Option<Clean> {
    let after: BTreeSet<&str> = changes.iter().filter_map(|change| change.to.as_deref()).collect();
    let form = template::wording(&after.iter().copied().collect::<Vec<_>>())?;
    let letters = |part: &str| part.chars().filter(|c| c.is_alphabetic()).count();
    let constant: usize = form.split(template::WILD).map(letters).sum();
    let is_old =
        || changes.iter().filter_map(|change| change.from.as_deref()).any(|from| template::same(&form, from));
    (after.len() > 1 && form.contains(template::WILD) && constant >= LEAST_CONSTANT && !is_old())
        .then(|| redact(&form))
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
        assert!(
            tellings(&change("[redacted:x:1]", "b"))
                .iter()
                .all(|(way, _)| { !matches!(way, Way::Changed { from: Some(_), .. }) })
        );
    }
}
