//! Private keys in PEM, OpenSSH and PGP armour, also cut off before their end, and with line breaks written as `\n`.

use super::Detector;
use crate::redact::gate::{By, Finding};
use memchr::memmem;
use std::ops::Range;

/// Every armoured block begins so; `PuTTY` keys have a line of their own.
pub(super) const DETECTOR: Detector = Detector { keywords: &["-----BEGIN ", "Private-Lines:"], find };

/// Longest label between the dashes, bytes.
const LONGEST_LABEL: usize = 64;

/// How much may stand between PuTTY's heading and the first line of base64, bytes.
const LONGEST_HEADERS: usize = 1024;

/// Longest body, bytes.
const LONGEST_BODY: usize = 256 * 1024;

fn find(text: &str, hit: &Range<usize>, findings: &mut Vec<Finding>) {
    let bytes = text.as_bytes();
    let begin =
        if bytes.get(hit.start) == Some(&b'-') { body_of_block(bytes, hit.end) } else { Some(hit.end) };
    let Some(body) = begin else { return };
    // A hit inside a key that was found is no other key, and PuTTY's body begins at once: both keep hostile text
    // from being looked through once for every hit. Blocks end each other.
    let inside_another = findings.iter().rev().take(32).any(|found| {
        found.by == By::Kind("private-key") && found.range.start < hit.start && hit.end < found.range.end
    });
    let beginning = bytes.get(body..bytes.len().min(body + LONGEST_HEADERS)).unwrap_or_default();
    let of_putty = bytes.get(hit.start) != Some(&b'-');
    if inside_another || of_putty && last_base64(beginning) == 0 {
        return;
    }
    let end = end_of_body(bytes, body);
    // `-----BEGIN PRIVATE KEY-----` alone is a pattern somebody searches for.
    let letters =
        bytes.get(body..end).unwrap_or_default().iter().filter(|b| b.is_ascii_alphanumeric()).count();
    if letters >= 16 {
        findings.push(Finding { range: hit.start..end, by: By::Kind("private-key") });
    }
}

/// Where the body begins, if the label says private key.
fn body_of_block(bytes: &[u8], label: usize) -> Option<usize> {
    let window = bytes.get(label..bytes.len().min(label + LONGEST_LABEL))?;
    let length = memmem::find(window, b"-----")?;
    let words = window.get(..length)?;
    memmem::find(words, b"PRIVATE KEY").map(|_| label + length + 5)
}

/// Where the body ends: after the closing line, or where something stands that no body holds.
fn end_of_body(bytes: &[u8], body: usize) -> usize {
    let rest = bytes.get(body..bytes.len().min(body + LONGEST_BODY)).unwrap_or_default();
    let belongs =
        |b: &u8| b.is_ascii_alphanumeric() || b.is_ascii_whitespace() || b"+/=\\,:.()\"'|>*".contains(b);
    let mut length = 0;
    loop {
        length += rest.get(length..).unwrap_or_default().iter().take_while(|b| belongs(b)).count();
        let dashes = rest.get(length..).unwrap_or_default();
        if let Some(closing) = dashes.strip_prefix(b"-----END ") {
            let label = closing.get(..closing.len().min(LONGEST_LABEL)).unwrap_or_default();
            return body + length + memmem::find(label, b"-----").map_or(9, |label| 9 + label + 5);
        }
        // A single dash may stand in a header (`DEK-Info`) or before a quoted line (`- `).
        if dashes.first() != Some(&b'-') || dashes.starts_with(b"---") {
            break;
        }
        length += 1;
    }
    // Cut off: what follows the last line of base64 is the writer's own words.
    let held = rest.get(..length).unwrap_or_default();
    body + last_base64(held)
}

/// The end of the last word that could be a line of base64.
fn last_base64(held: &[u8]) -> usize {
    let mut end = 0;
    let mut index = 0;
    for word in held.split(|b| b.is_ascii_whitespace() || *b == b'"' || *b == b'\'') {
        let run = word.iter().filter(|b| b.is_ascii_alphanumeric() || b"+/=".contains(b)).count();
        if run >= 16 {
            end = index + word.len();
        }
        index += word.len() + 1;
    }
    end
}

#[cfg(test)]
mod tests {
    use crate::redact::redact;

    fn block(label: &str, newline: &str, closed: bool) -> String {
        let line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC".repeat(2);
        let end = if closed { format!("-----END {label}-----") } else { String::new() };
        format!("-----BEGIN {label}-----{newline}{line}{newline}{line}{newline}{end}")
    }

    #[test]
    fn blocks_go_whole_or_cut_off_plain_or_escaped() {
        for label in ["PRIVATE KEY", "RSA PRIVATE KEY", "OPENSSH PRIVATE KEY", "PGP PRIVATE KEY BLOCK"] {
            for newline in ["\n", "\\n", "\r\n"] {
                let whole = format!("a {} b", block(label, newline, true));
                assert_eq!(&*redact(&whole), "a [redacted:private-key:1] b");
                let cut = redact(&block(label, newline, false));
                assert!(!cut.contains("MIIE") && cut.starts_with("[redacted:private-key:1]"), "{cut}");
            }
        }
    }

    #[test]
    fn putty_keys_go_and_headings_alone_cost_little() {
        let key = format!("Private-Lines: 2\n{}\nx", "AAAAgQDl0vTk".repeat(5));
        assert_eq!(&*redact(&key), "[redacted:private-key:1]\nx");
        // Looked through to the end for each of them, this would take minutes.
        let headings = "Private-Lines: 9\n".repeat(40_000);
        assert_eq!(&*redact(&headings), headings);
    }

    #[test]
    fn certificates_and_mentions_stay() {
        for text in
            [block("CERTIFICATE", "\n", true), "grep -r -- '-----BEGIN PRIVATE KEY-----' src".to_owned()]
        {
            assert_eq!(&*redact(&text), text);
        }
    }
}
