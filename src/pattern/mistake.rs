//! Recurring mistakes that leave an error text.

use super::{Corpus, Pattern};

/// Mines recurring errors with their remedies.
pub fn mine(_corpus: &Corpus<'_>) -> Vec<Pattern> {
    Vec::new()
}
