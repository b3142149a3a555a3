//! Whether two people fill one place of the same sentence with different things.
//!
//! `names should be snake case always`, `names should be camel case always`: what is said around the place names what
//! both speak of, so each excludes the other although no dictionary knows them as opposites. Owns the comparison
//! of two clauses; refuses frames that several things fill at a time (`run … before the merge`).

use super::alternative::{TAKES_SEVERAL, is_quiet, term};
use super::lexicon::LEXICON;
use crate::digest::remark::word::words;
use std::collections::BTreeSet;

/// Most words in the place; more are a sentence of their own.
const LONGEST_FILLING: usize = 4;
/// Least words around the place: fewer are how everybody speaks (`tests should …`).
const SHORTEST_FRAME: usize = 4;

/// The first clause of a wording, which says what is wanted; reasons follow after a mark.
pub(super) fn clause(text: &str) -> Vec<String> {
    words(text).into_iter().take_while(|word| !word.is_mark()).map(|word| word.text).collect()
}

/// Whether two clauses are the same around one place, name something there, and have nothing in common in it.
pub(super) fn differ_in_one_place(a: &[String], b: &[String]) -> bool {
    let shorter = a.len().min(b.len());
    let start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count().min(shorter - start);
    let around: Vec<&String> = a.iter().take(start).chain(a.iter().rev().take(end)).collect();
    let names = |word: &str| !is_quiet(word) && LEXICON.telling(&term(word)) > 0.99;
    let several = around.iter().any(|word| TAKES_SEVERAL.contains(&word.as_str()));
    // A place in the middle has a frame on both sides of it; else any two sentences about a thing would fit.
    if several
        || start == 0
        || end == 0
        || around.len() < SHORTEST_FRAME
        || !around.iter().any(|word| names(word))
    {
        return false;
    }
    let filling = |of: &[String]| -> Option<BTreeSet<String>> {
        let place = of.get(start..of.len() - end)?;
        let named: BTreeSet<String> =
            place.iter().filter(|word| names(word)).map(|word| term(word)).collect();
        (place.len() <= LONGEST_FILLING && !named.is_empty()).then_some(named)
    };
    matches!((filling(a), filling(b)), (Some(here), Some(there)) if here.is_disjoint(&there))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_one_thing_fills_is_filled_twice() {
        let differ = |a: &str, b: &str| differ_in_one_place(&clause(a), &clause(b));
        assert!(differ(
            "Gorps should be blue wax always.",
            "Gorps should be carrying the zindle always, wax melts."
        ));
        assert!(differ("Please put zindle in every gorp.", "Please put blue wax in every gorp."));
        assert!(!differ("name tests as sentences", "run tests before commit"));
        assert!(!differ("always run zindle before the gorp", "always run wax before the gorp"));
        assert!(!differ("we like zindle here", "we like wax here"));
        assert!(!differ("Gorps should be always", "Gorps should be red wax always"));
        assert!(!differ("", "gorps"));
    }
}
