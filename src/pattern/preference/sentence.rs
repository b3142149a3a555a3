//! Sentences that no person said, grouped and recognised as wishes are.
//!
//! What agents suggest is worded like what people ask for: something is wanted, something is not. Owns the way in for such
//! sentences; who said them, and how often it takes, is the caller's business.

use super::identity::{agreement, same_wish, spoken};
use super::likeness::{Vector, Weights};
use super::{cluster, wish};
use crate::redact::Clean;
use std::collections::BTreeMap;

/// Groups of these sentences that say the same in other words: their places, ascending, and the anchor of this sort that
/// they are known by. `threshold`: likeness, 0 to 1, from which two are one.
pub(in crate::pattern) fn group_sentences(
    sort: &'static str,
    sentences: &[&str],
    threshold: f64,
) -> Vec<(Vec<usize>, Vec<Clean>)> {
    let wishes: Vec<wish::Wish> = sentences.iter().map(|sentence| wish::read(sentence, false)).collect();
    let weights = Weights::learn(wishes.iter(), &BTreeMap::new(), &[]);
    let vectors: Vec<Vector> = wishes.iter().map(|wish| weights.vector(wish)).collect();
    let groups = cluster::group(&vectors, &vec![1.0; vectors.len()], threshold);
    let named = groups.into_iter().map(|members| {
        let of = members.iter().filter_map(|&at| Some((vectors.get(at)?, 1.0)));
        let anchor = agreement(sort, &Vector::middle(of));
        (members, anchor)
    });
    named.collect()
}

/// Whether two sentences want the same, in other words too.
pub fn say_the_same(one: &str, other: &str) -> bool {
    let anchor = |sentence: &str| spoken(&wish::read(sentence, false).terms);
    same_wish(&anchor(one), &anchor(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_words_are_the_same_and_the_opposite_is_not() {
        let sentences = [
            "Run make proto before cargo build, the generated code is not checked in",
            "The generated code is not in git: run make proto before you build with cargo",
            "Never force-push to the release branch",
        ];
        let groups = group_sentences("suggestion", &sentences, 0.5);
        let members: Vec<&Vec<usize>> = groups.iter().map(|(members, _)| members).collect();
        assert_eq!(members, [&vec![0, 1], &vec![2]]);
        assert!(groups.iter().all(|(_, anchor)| anchor.len() > 1 && anchor[0].as_str() == "suggestion"));
        assert!(say_the_same("Use pnpm, not npm", "We use pnpm instead of npm"));
        assert!(!say_the_same("Use pnpm, not npm", "Use npm, not pnpm"));
    }
}
