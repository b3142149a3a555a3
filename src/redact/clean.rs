//! [`Clean`]: text that has passed redaction.
//!
//! Owns the one promise that the rest of the program builds on, and every operation that keeps it: cutting,
//! taking parts, joining clean texts, replacing by words that stand in this program's source. Refuses anything
//! that could bring foreign text in.

use super::again::redact_again;
use serde::de::{Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use std::borrow::Borrow;
use std::ops::Range;
use std::sync::Arc;

/// Text that has passed redaction. A copy shares its memory.
///
/// Only redaction makes one:
///
/// ```
/// let clean = git_dream::redact::redact("cargo test");
/// assert_eq!(&*clean, "cargo test");
/// ```
///
/// Not a string that somebody has:
///
/// ```compile_fail
/// let raw = String::from("whatever a tool printed");
/// let clean = git_dream::redact::Clean(raw.into());
/// ```
///
/// ```compile_fail
/// let raw = String::from("whatever a tool printed");
/// let clean: git_dream::redact::Clean = raw.into();
/// ```
///
/// ```compile_fail
/// let clean: git_dream::redact::Clean = "whatever a tool printed".into();
/// ```
///
/// ```compile_fail
/// let clean: git_dream::redact::Clean = "whatever a tool printed".parse().unwrap();
/// ```
///
/// Nor one that merely lives long enough to look like source text:
///
/// ```compile_fail
/// fn launder(raw: &str) -> git_dream::redact::Clean {
///     git_dream::redact::Clean::fixed(raw)
/// }
/// ```
///
/// Nor can one be changed in place:
///
/// ```compile_fail
/// let mut clean = git_dream::redact::redact("cargo test");
/// let inside: &mut str = &mut clean;
/// ```
///
/// A digest takes nothing else:
///
/// ```compile_fail
/// let step = git_dream::digest::step::Step(String::from("whatever a tool printed"));
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Clean(Arc<str>);

impl Clean {
    /// What the redactor has looked through. Nobody else may call this.
    pub(super) fn passed(text: &str) -> Clean {
        Clean(text.into())
    }

    /// A text that stands in this program's source, so it cannot be anybody's secret.
    pub fn fixed(text: &'static str) -> Clean {
        Clean(text.into())
    }

    /// At most `bytes` bytes from the start, cut at a character boundary. A part of clean text is clean.
    pub fn cut(&self, bytes: usize) -> Clean {
        let mut end = bytes.min(self.0.len());
        while !self.0.is_char_boundary(end) {
            end -= 1;
        }
        Clean(self.0[..end].into())
    }

    /// The part in this byte range; `None` where the range does not fit the text.
    pub fn part(&self, range: Range<usize>) -> Option<Clean> {
        self.0.get(range).map(|part| Clean(part.into()))
    }

    /// Clean texts, one after the other, with `separator` between them.
    pub fn join(parts: &[&Clean], separator: &'static str) -> Clean {
        let texts: Vec<&str> = parts.iter().map(|part| part.as_str()).collect();
        Clean(texts.join(separator).into())
    }

    /// The text with each of `ranges` (byte ranges, ascending, apart from each other) replaced by the word that
    /// comes with it. A range that does not fit the text or overlaps the one before is left as it is.
    pub fn replaced(&self, ranges: &[(Range<usize>, &'static str)]) -> Clean {
        let mut out = String::with_capacity(self.0.len());
        let mut done = 0;
        for (range, word) in ranges {
            let Some(between) = self.0.get(done..range.start) else { continue };
            if range.end < range.start || self.0.get(range.clone()).is_none() {
                continue;
            }
            out.push_str(between);
            out.push_str(word);
            done = range.end;
        }
        out.push_str(self.0.get(done..).unwrap_or_default());
        Clean(out.into())
    }

    /// Its words (runs without white space), joined by single spaces, each kept (`None`) or replaced by a word
    /// of this program's source: how values are masked (`<num>`, `<path>`).
    pub fn map_words(&self, replacement: impl Fn(&str) -> Option<&'static str>) -> Clean {
        let words: Vec<&str> =
            self.0.split_whitespace().map(|word| replacement(word).unwrap_or(word)).collect();
        Clean(words.join(" ").into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::ops::Deref for Clean {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

/// Compares and hashes as its text does.
impl Borrow<str> for Clean {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Clean {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::fmt::Debug for Clean {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(&self.0, f)
    }
}

/// A plain string.
impl Serialize for Clean {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// What was written down is looked through again when it is read back: a ledger may have been edited.
impl<'de> Deserialize<'de> for Clean {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Clean, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Clean;
            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a string")
            }
            fn visit_str<E>(self, raw: &str) -> Result<Clean, E> {
                Ok(redact_again(raw))
            }
        }
        // A text that stands in the input without escapes is looked at where it is.
        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_joins_of_clean_text_keep_its_words_only() {
        let clean = Clean::fixed("größe 12 of file 9");
        assert_eq!(&*clean.cut(3), "gr");
        assert_eq!(clean.part(2..3), None);
        assert_eq!(
            &*clean.map_words(|w| w.parse::<u32>().ok().map(|_| "<num>")),
            "größe <num> of file <num>"
        );
        let both = Clean::join(&[&clean.cut(2), &Clean::fixed("x")], ", ");
        assert_eq!(&*both, "gr, x");
    }

    #[test]
    fn replacing_skips_ranges_that_do_not_fit() {
        let clean = Clean::fixed("aé b c");
        let ranges = [(2..3, "no"), (4..5, "<b>"), (0..1, "no"), (6..99, "no")];
        assert_eq!(&*clean.replaced(&ranges), "aé <b> c");
    }

    #[test]
    fn reading_back_redacts_again() {
        let secret = ["gh", "p_", &"a1B2".repeat(9)].concat();
        let read: Clean = serde_json::from_str(&format!("\"{secret}\"")).unwrap();
        assert!(!read.contains(&secret));
    }
}
