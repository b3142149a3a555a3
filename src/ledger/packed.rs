//! Digests as few bytes that are quickly read.
//!
//! A ledger says the same few things over and over: names of steps, agents, people, the same request. Here every text
//! stands once, and a digest is a row of numbers that point to texts. Owns that form; it is no format for others: only
//! the very program that packed reads it ([`super::cache`] sees to that). Refuses to guess: bytes that do not fit give
//! nothing, and the ledger's own files are read instead.
//!
//! What is unpacked is what the lines of the ledger say, redaction on reading included.

mod form;

use crate::digest::Digest;
use crate::pattern::memo::written::Written;
use crate::redact::{Clean, redact};
use form::Packed;
use rayon::prelude::*;
use std::collections::HashMap;

/// Texts and digests that one thread takes at a time.
const AT_ONCE: usize = 256;

/// Packs digests.
pub(super) fn pack<'d>(digests: impl IntoIterator<Item = &'d Digest>) -> Vec<u8> {
    let mut packer = Packer::default();
    let mut rows: Vec<Vec<u8>> = Vec::new();
    for digest in digests {
        digest.pack(&mut packer);
        rows.push(std::mem::take(&mut packer.row));
    }
    let mut packed = Vec::new();
    list(&packer.texts, &mut packed);
    list(&rows, &mut packed);
    packed
}

/// The digests that were packed, in their order; `None` where the bytes make no sense.
pub(super) fn unpack(mut packed: &[u8]) -> Option<Vec<Digest>> {
    let texts = slices(&mut packed)?;
    let rows = slices(&mut packed).filter(|_| packed.is_empty())?;
    let text = |bytes: &&[u8]| Some(redact(std::str::from_utf8(bytes).ok()?));
    let texts: Option<Vec<Clean>> = texts.par_iter().with_min_len(AT_ONCE).map(text).collect();
    let texts = texts?;
    let digest = |row: &&[u8]| {
        let mut unpacker = Unpacker { texts: &texts, rest: row };
        Digest::unpack(&mut unpacker).filter(|_| unpacker.rest.is_empty())
    };
    rows.par_iter().with_min_len(AT_ONCE).map(digest).collect()
}

/// Writes one row, and knows which texts there were before.
#[derive(Default)]
struct Packer<'d> {
    row: Vec<u8>,
    texts: Vec<&'d [u8]>,
    places: HashMap<&'d str, usize>,
}

impl<'d> Packer<'d> {
    fn text(&mut self, text: &'d str) {
        let place = *self.places.entry(text).or_insert(self.texts.len());
        if place == self.texts.len() {
            self.texts.push(text.as_bytes());
        }
        place.write(&mut self.row);
    }
}

/// Reads one row.
struct Unpacker<'a> {
    texts: &'a [Clean],
    rest: &'a [u8],
}

impl Unpacker<'_> {
    fn number(&mut self) -> Option<usize> {
        usize::read(&mut self.rest)
    }

    fn text(&mut self) -> Option<Clean> {
        let place = self.number()?;
        self.texts.get(place).cloned()
    }

    fn bytes<const LENGTH: usize>(&mut self) -> Option<[u8; LENGTH]> {
        let (bytes, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*bytes)
    }
}

/// Writes how many parts there are, and each after its length.
fn list(parts: &[impl AsRef<[u8]>], out: &mut Vec<u8>) {
    parts.len().write(out);
    for part in parts {
        part.as_ref().len().write(out);
        out.extend_from_slice(part.as_ref());
    }
}

/// What [`list`] wrote.
fn slices<'a>(from: &mut &'a [u8]) -> Option<Vec<&'a [u8]>> {
    let count = usize::read(from)?;
    // Every part takes a byte at least: a count that promises more is not believed.
    let mut slices = Vec::with_capacity(count.min(from.len()));
    for _ in 0..count {
        let length = usize::read(from)?;
        let (part, rest) = from.split_at_checked(length)?;
        slices.push(part);
        *from = rest;
    }
    Some(slices)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Digests in which everything that may be there is there once, and once not.
    fn digests() -> Vec<Digest> {
        let change = serde_json::json!([
            { "path": "command", "from": "--fast", "to": "--slow" }, { "path": "command", "to": "größe" },
        ]);
        let full = serde_json::json!({
            "session": "0123456789abcdef", "source": "s", "root": "s", "agent": "codex", "model": "m",
            "project": "p", "contributor": "c", "task": "t", "ask": "größe, bitte",
            "began": "2026-01-02T03:04:05.006007008Z", "ended": "1960-01-02T03:04:05.5Z",
            "outcome": { "score": 0.30000000000000004, "by": "abandoned" },
            "steps": ["zeta up", "zeta up", "git push"], "forms": ["zeta up\tnow", "git push"],
            "writes": [{ "event": 9, "step": "zeta up", "args": [{ "p": "command", "v": "zeta up now" }], "ok": true }],
            "failures": [{
                "event": 300, "last": 400, "step": "zeta up", "message": "zeta: no", "beside": ["E1"], "args": [], "exit": -1,
                "times": 2, "cost": 70_000, "attempts": change,
                "fix": {
                    "event": 301, "step": "zeta up", "changes": change, "between": ["git push"], "calls": ["git push"],
                    "call": "zeta up --slow", "edited": true, "guessed": true,
                },
            }],
            "remarks": [
                { "event": 1, "text": "use zeta", "sort": "wish", "lasting": true, "passing": false },
                { "event": 2, "text": "no", "sort": "correction", "lasting": false, "passing": true },
            ],
            "uses": [{ "how": "shown", "event": 1, "notes": ["a.md"] }, { "how": "opened", "notes": ["b.md"] }],
            "connected": true, "counts": { "calls": 1, "failed": 2, "retries": 3, "turns": 4 },
            "suggestions": [{
                "event": 1, "sort": "playbook", "text": "do it", "when": "now", "saw": "größe", "shown": ["a.md"],
            }],
        });
        let bare = serde_json::json!({
            "session": "ffffffffffffffff", "root": "s", "agent": "codex", "ask": "",
            "counts": { "calls": 0, "failed": 0, "retries": 0, "turns": 0 },
        });
        [full, bare].map(|digest| serde_json::from_value(digest).unwrap()).into()
    }

    #[test]
    fn what_was_packed_is_what_the_lines_of_the_ledger_say() {
        let digests = digests();
        let said = |digest: &Digest| serde_json::from_slice(&serde_json::to_vec(digest).unwrap()).unwrap();
        let said: Vec<Digest> = digests.iter().map(said).collect();
        assert_eq!(unpack(&pack(&digests)), Some(said));
        assert_eq!(unpack(&pack([])), Some(Vec::new()));
    }

    #[test]
    fn what_is_cut_or_changed_is_nothing_or_something_but_never_a_panic() {
        let packed = pack(&digests());
        for cut in 0..packed.len() {
            assert_eq!(unpack(&packed[..cut]), None, "{cut}");
            let mut changed = packed.clone();
            changed[cut] ^= 0xff;
            let _ = unpack(&changed);
        }
        assert_eq!(unpack(&[packed, vec![0]].concat()), None);
        assert_eq!(unpack(&[0xff; 12]), None, "a count beyond all bounds");
    }

    #[test]
    fn a_text_in_a_cache_is_looked_through_as_one_in_the_ledger_is() {
        let token = format!("ghp_{}", "a1B2c3D4e5".repeat(4).get(..36).unwrap());
        let mut packed = pack(&digests());
        let unpacked = |packed: &[u8]| unpack(packed).unwrap()[0].ask.to_string();
        assert_eq!(unpacked(&packed), "größe, bitte");
        let at = packed.windows(14).position(|part| part == "größe, bitte".as_bytes()).unwrap();
        packed[at - 1] = token.len() as u8;
        packed.splice(at..at + 14, token.bytes());
        assert!(!unpacked(&packed).contains(&token));
    }
}
