//! Compares texts by words, so that masks, markup and line breaks do not matter.
//!
//! A word is a run of letters, digits, single `_` and inner `-`; letters are lower-cased. A phrase is in a text when
//! its words follow each other there; its last word may be the beginning of a longer one (`sentence` is in
//! `as sentences`). ` & ` joins phrases that must all be there, in any order.

/// A text as its words.
pub(crate) struct Words(Vec<String>);

impl Words {
    /// The words of this text.
    pub(crate) fn of(text: &str) -> Words {
        let separators = |c: char| !(c.is_alphanumeric() || c == '_' || c == '-');
        let text = text.replace("__", " ");
        let trimmed = text.split(separators).map(|word| word.trim_matches('-').to_lowercase());
        Words(trimmed.filter(|word| !word.is_empty()).collect())
    }

    /// Whether one of these is in the text.
    pub(crate) fn tells(&self, any: &[String]) -> bool {
        any.iter().any(|all| all.split(" & ").all(|phrase| self.has(phrase)))
    }

    /// Whether this phrase is in the text. The empty phrase is in none.
    pub(crate) fn has(&self, phrase: &str) -> bool {
        self.first_from(&Words::of(phrase), 0).is_some()
    }

    /// Where this phrase begins, at or after `start`.
    fn first_from(&self, phrase: &Words, start: usize) -> Option<usize> {
        let (last, before) = phrase.0.split_last()?;
        (start..(self.0.len() + 1).saturating_sub(phrase.0.len())).find(|&at| {
            let longer = self.0[at + before.len()].strip_prefix(last.as_str());
            self.0[at..at + before.len()] == *before && longer.is_some_and(|rest| !rest.starts_with('-'))
        })
    }

    /// The largest number of these keys that the text has in this order, others left out.
    pub(crate) fn longest_in_order(&self, keys: &[Words]) -> usize {
        // ends[n]: the earliest place where n keys in order can end.
        let mut ends: Vec<usize> = vec![0];
        for key in keys {
            for length in (0..ends.len()).rev() {
                if let Some(at) = self.first_from(key, ends[length]) {
                    let end = at + key.0.len();
                    match ends.get_mut(length + 1) {
                        Some(known) => *known = end.min(*known),
                        None => ends.push(end),
                    }
                }
            }
        }
        ends.len() - 1
    }
}
