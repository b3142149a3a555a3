//! Which masked lines are one template.

use crate::digest::failure::mask::is_placeholder;
use std::collections::BTreeMap;

/// What an equal placeholder counts, beside 1 for an equal word: that both lines have a number there says
/// little.
const PLACEHOLDER_WEIGHT: f64 = 0.5;

/// What equal punctuation counts.
const PUNCTUATION_WEIGHT: f64 = 0.3;

/// The cluster of every line. `lines` are distinct and sorted; clusters are numbered in that order.
pub(super) fn group(lines: &[&[&str]], similarity: f64) -> Vec<usize> {
    let mut of = vec![0; lines.len()];
    let mut by_length: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (place, line) in lines.iter().enumerate() {
        by_length.entry(line.len()).or_default().push(place);
    }
    let mut clusters = 0;
    for places in by_length.values() {
        let mut found: Vec<(usize, Vec<Option<&str>>)> = Vec::new();
        for &place in places {
            let Some(line) = lines.get(place) else { continue };
            let mut best: Option<(f64, usize)> = None;
            for (number, (_, shared)) in found.iter().enumerate() {
                let alike = likeness(shared, line);
                if alike >= similarity && best.is_none_or(|(most, _)| alike > most) {
                    best = Some((alike, number));
                }
            }
            let number = match best.and_then(|(_, number)| found.get_mut(number)) {
                Some((number, shared)) => {
                    for (token, other) in shared.iter_mut().zip(line.iter()) {
                        if *token != Some(*other) {
                            *token = None;
                        }
                    }
                    *number
                }
                None => {
                    clusters += 1;
                    found.push((clusters - 1, line.iter().map(|token| Some(*token)).collect()));
                    clusters - 1
                }
            };
            if let Some(slot) = of.get_mut(place) {
                *slot = number;
            }
        }
    }
    of
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
