//! Which sessions mention something, without making a digest of every line.

use super::layout::{self, DIGESTS};
use super::{Ledger, newest};
use crate::digest::Digest;
use anyhow::Result;
use jiff::Timestamp;
use memchr::memmem::{self, Finder};

/// The sessions that mention something.
#[derive(Clone, Debug, Default)]
pub struct Mentions {
    /// Their digests, sorted by session id; see [`newest()`].
    pub digests: Vec<Digest>,
    /// How many sessions were looked at that began since.
    pub sessions: usize,
    /// Whether that is all that the cycles added.
    pub is_all: bool,
}

impl Ledger<'_> {
    /// The sessions that these cycles added, that began since a moment (or nobody knows when), and whose line in the
    /// ledger has one of these words, as JSON writes them. Cycles are read in the order given, until they come to
    /// `most` bytes.
    pub fn mentions(
        &self,
        cycles: &[&str],
        since: Timestamp,
        words: &[String],
        most: u64,
    ) -> Result<Mentions> {
        let mut found = Mentions { is_all: true, ..Mentions::default() };
        let Some(tip) = self.tip else { return Ok(found) };
        let words: Vec<Finder<'_>> = words.iter().map(|word| Finder::new(word.as_bytes())).collect();
        let mut read = 0;
        for cycle in cycles {
            let Some(blob) = self.repo.blob_at(tip, &layout::path(DIGESTS, cycle))? else { continue };
            read += self.repo.blob_size(blob)?;
            if read > most {
                found.is_all = false;
                break;
            }
            let content = self.repo.read_blob(blob)?;
            for line in layout::lines(&content).filter(|line| began(line).is_none_or(|began| began > since)) {
                found.sessions += 1;
                if words.iter().any(|word| word.find(line).is_some()) {
                    found.digests.extend(serde_json::from_slice::<Digest>(line));
                }
            }
        }
        found.digests = newest(found.digests);
        Ok(found)
    }
}

/// When the session of a line began. What agents and people said can hold no such field: its quotes are escaped.
fn began(line: &[u8]) -> Option<Timestamp> {
    const FIELD: &[u8] = br#","began":""#;
    let value = line.get(memmem::find(line, FIELD)? + FIELD.len()..)?;
    std::str::from_utf8(value.split(|byte| *byte == b'"').next()?).ok()?.parse().ok()
}
