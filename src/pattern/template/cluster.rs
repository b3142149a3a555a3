//! Which masked lines are one template.

use crate::digest::failure::mask::is_placeholder;
use std::collections::{BTreeMap, BTreeSet};

/// What an equal placeholder counts, beside 1 for an equal word: that both lines have a number there says
/// little.
const PLACEHOLDER_WEIGHT: f64 = 0.5;

/// What equal punctuation counts.
const PUNCTUATION_WEIGHT: f64 = 0.3;

/// Fewest distinct words at one place for it to be a variable part. Two words that take turns (`started`,
/// `stopped`) say different things; a name has many values.
const LEAST_VALUES: usize = 4;

/// The cluster of every line, and the family of every cluster: clusters of one family are alike and differ in words
/// that take turns. `lines` are distinct and sorted; clusters are numbered in that order.
pub(super) fn group(lines: &[&[&str]], similarity: f64) -> (Vec<usize>, Vec<usize>) {
    let mut of = vec![0; lines.len()];
    let mut by_length: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (place, line) in lines.iter().enumerate() {
        by_length.entry(line.len()).or_default().push(place);
    }
    let mut family_of = Vec::new();
    for places in by_length.values() {
        let first = family_of.len();
        for (family, members) in alike(lines, places, similarity).into_iter().enumerate() {
            for part in apart(lines, members) {
                for place in part {
                    if let Some(slot) = of.get_mut(place) {
                        *slot = family_of.len();
                    }
                }
                family_of.push(first + family);
            }
        }
    }
    (of, family_of)
}

/// Lines of one length that are alike: each goes to the most similar cluster so far, or begins one.
fn alike(lines: &[&[&str]], places: &[usize], similarity: f64) -> Vec<Vec<usize>> {
    let mut found: Vec<(Vec<usize>, Vec<Option<&str>>)> = Vec::new();
    for &place in places {
        let Some(line) = lines.get(place) else { continue };
        let mut best: Option<(f64, usize)> = None;
        for (number, (_, shared)) in found.iter().enumerate() {
            let alike = likeness(shared, line);
            if alike >= similarity && best.is_none_or(|(most, _)| alike > most) {
                best = Some((alike, number));
            }
        }
        match best.and_then(|(_, number)| found.get_mut(number)) {
            Some((members, shared)) => {
                members.push(place);
                for (token, other) in shared.iter_mut().zip(line.iter()) {
                    if *token != Some(*other) {
                        *token = None;
                    }
                }
            }
            None => found.push((vec![place], line.iter().map(|token| Some(*token)).collect())),
        }
    }
    found.into_iter().map(|(members, _)| members).collect()
}

/// Splits a cluster at the places where only a few words take turns, the place with the fewest first.
fn apart(lines: &[&[&str]], members: Vec<usize>) -> Vec<Vec<usize>> {
    let mut open = vec![members];
    let mut done = Vec::new();
    while let Some(members) = open.pop() {
        let length = members.first().and_then(|&place| lines.get(place)).map_or(0, |line| line.len());
        let token = |place: usize, at: usize| {
            lines.get(place).and_then(|line| line.get(at)).copied().unwrap_or_default()
        };
        let fewest = (0..length)
            .filter_map(|at| {
                let values: BTreeSet<&str> = members.iter().map(|&place| token(place, at)).collect();
                let plain = values.iter().all(|value| says_something(value));
                (plain && (2..LEAST_VALUES).contains(&values.len())).then_some((values.len(), at))
            })
            .min();
        match fewest {
            Some((_, at)) => {
                let mut by_value: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
                for place in members {
                    by_value.entry(token(place, at)).or_default().push(place);
                }
                open.extend(by_value.into_values());
            }
            None => done.push(members),
        }
    }
    done.sort();
    done
}

/// A word without any masked part.
fn says_something(token: &str) -> bool {
    !token.contains('<') && token.chars().any(char::is_alphabetic)
}

fn weight(token: &str) -> f64 {
    if is_placeholder(token) {
        PLACEHOLDER_WEIGHT
    } else if token.chars().any(char::is_alphanumeric) {
        1.0
    } else {
        PUNCTUATION_WEIGHT
    }
}

/// Weighted share of places where a line has what the cluster's lines share.
fn likeness(shared: &[Option<&str>], line: &[&str]) -> f64 {
    let mut equal = 0.0;
    let mut all = 0.0;
    for (token, other) in shared.iter().zip(line) {
        let weight = weight(other);
        all += weight;
        if *token == Some(*other) {
            equal += weight;
        }
    }
    if all == 0.0 { 1.0 } else { equal / all }
}
