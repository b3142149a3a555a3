//! Workflows that sessions of different jobs converge on.

use super::{Corpus, Pattern};

/// Mines workflows. `mistakes` are the recurring errors already found, to link as pitfalls.
pub fn mine(_corpus: &Corpus<'_>, _mistakes: &[Pattern]) -> Vec<Pattern> {
    Vec::new()
}
