//! Secrets that somebody encoded in base64 (Kubernetes secrets, CI variables): private keys and the best-known
//! token prefixes.
//!
//! Owns a small decoder. Refuses to decode everything: only runs that begin as such a secret would.

use super::Detector;
use crate::redact::gate::{By, Finding};
use crate::redact::rule::{Alphabet, begins_there, run};
use std::ops::Range;

/// How `-----BEGIN`, `ghp_`, `github_pat_`, `glpat-`, `AKIA`, `xoxb-`, `sk-ant-`, `sk-proj-`, `sk_live_` and
/// `{"type":"service_account"`… begin in base64.
pub(super) const DETECTOR: Detector = Detector {
    keywords: &[
        "LS0tLS1CRUdJTi",
        "Z2hwX",
        "Z2l0aHViX3Bh",
        "Z2xwYXQt",
        "QUtJQ",
        "eG94Yi",
        "c2stYW50L",
        "c2stcHJva",
        "c2tfbGl2Z",
        "eyJ0eXBlIjoic2Vydmlj",
        "ewogICJ0eXBlIjogInNlcnZpY2",
    ],
    find,
};

/// Longest run taken, bytes: enough for any key, and a bound on what a hostile text can cost.
const LONGEST_RUN: usize = 16_384;

/// How much is decoded to tell what it is, bytes.
const DECODED: usize = 128;

/// What the decoded text has to hold.
const TELLING: &[&[u8]] = &[
    b"PRIVATE KEY",
    b"ghp_",
    b"github_pat_",
    b"glpat-",
    b"AKIA",
    b"xoxb-",
    b"sk-ant-",
    b"sk-proj-",
    b"sk_live_",
    b"service_account",
];

fn find(text: &str, hit: &Range<usize>, findings: &mut Vec<Finding>) {
    let bytes = text.as_bytes();
    let known = DETECTOR.keywords.iter().any(|keyword| bytes.get(hit.clone()) == Some(keyword.as_bytes()));
    if !known || !begins_there(bytes, hit.start) {
        return;
    }
    // The beginning decides; a run is only followed to its end when it is taken.
    let beginning = run(bytes, hit.start, Alphabet::Base64, DECODED.div_ceil(3) * 4);
    let Some(plain) = bytes.get(hit.start..beginning).and_then(|run| decode(run, DECODED)) else { return };
    let telling = TELLING.iter().any(|word| memchr::memmem::find(&plain, word).is_some());
    if telling && plain.len() >= 16 {
        let end = run(bytes, hit.start, Alphabet::Base64, LONGEST_RUN);
        findings.push(Finding { range: hit.start..end, by: By::Kind("encoded-secret") });
    }
}

/// The first `most` bytes of what this base64 (either alphabet, padded or not) stands for; `None` when it is none.
pub(super) fn decode(encoded: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut held = 0u32;
    let mut bits = 0;
    for byte in encoded {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => break,
            _ => return None,
        };
        held = (held << 6 | u32::from(six)) & 0xffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((held >> bits & 0xff) as u8);
            if out.len() == most {
                break;
            }
        }
    }
    (!out.is_empty()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::redact;

    #[test]
    fn encoded_keys_go_and_encoded_certificates_stay() {
        assert_eq!(decode(b"aGk6eW91", 9).unwrap(), b"hi:you");
        let key = ["LS0tLS1CRUdJTi", "BSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlF"].concat();
        assert_eq!(&*redact(&format!("tls: {key}\n")), "tls: [redacted:encoded-secret:1]\n");
        let certificate = "ca: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUU=";
        assert_eq!(&*redact(certificate), certificate);
    }
}
