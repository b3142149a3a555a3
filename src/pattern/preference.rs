//! What people keep asking for, and what they keep correcting.

use super::{Corpus, Pattern};

/// Mines wishes, conflicts between wishes, and recurring corrections.
pub fn mine(_corpus: &Corpus<'_>) -> Vec<Pattern> {
    Vec::new()
}
