//! Passwords in URLs (`scheme://user:password@host`) and tokens in query strings (`?sig=…`).

use super::Detector;
use crate::redact::gate::{By, Finding};
use crate::redact::rule::{Alphabet, run};
use crate::redact::value;
use std::ops::Range;

/// The start of an authority, and the query parameters whose names `assignment` does not know.
pub(super) const DETECTOR: Detector =
    Detector { keywords: &["://", "sig=", "signature=", "code=", "key=", "auth=", "hash=", "sid="], find };

/// Longest authority looked at, bytes.
const LONGEST_AUTHORITY: usize = 600;

fn find(text: &str, hit: &Range<usize>, findings: &mut Vec<Finding>) {
    if text.as_bytes().get(hit.start) == Some(&b':') {
        findings.extend(find_password(text, hit.end));
    } else {
        findings.extend(find_parameter(text, hit));
    }
}

fn find_password(text: &str, start: usize) -> Option<Finding> {
    let bytes = text.as_bytes();
    let window = bytes.get(start..bytes.len().min(start + LONGEST_AUTHORITY))?;
    let outside = |b: &u8| b.is_ascii_whitespace() || b"\"'<>`\\".contains(b);
    let word = window.get(..window.iter().position(outside).unwrap_or(window.len()))?;
    let slash = word.iter().position(|b| b"/?#".contains(b)).unwrap_or(word.len());
    let colon = memchr::memchr(b':', word.get(..slash)?);
    // The last `@` before the path ends the password. Where there is none, the password itself may hold a slash,
    // unless what stands behind the colon is a port.
    let port =
        colon.is_none_or(|colon| word.get(colon + 1..slash).is_none_or(|p| p.iter().all(u8::is_ascii_digit)));
    let at = match memchr::memrchr(b'@', word.get(..slash)?) {
        None if !port => memchr::memrchr(b'@', word)?,
        found => found?,
    };
    let colon = colon.filter(|colon| *colon < at);
    let from = colon.map_or(0, |colon| colon + 1);
    let secret = text.get(start + from..start + at)?;
    // A lone long user is a token (`https://<token>@host`).
    let taken = match colon {
        Some(_) => secret.len() >= 2 && !value::is_stand_in(secret),
        None => value::is_keylike(secret) && secret.len() >= 16,
    };
    taken.then(|| Finding { range: start + from..start + at, by: By::Kind("url-password") })
}

fn find_parameter(text: &str, hit: &Range<usize>) -> Option<Finding> {
    let bytes = text.as_bytes();
    let start = hit.start
        - bytes.get(..hit.start)?.iter().rev().take(32).take_while(|b| Alphabet::Url.has(**b)).count();
    let before = bytes.get(..start)?;
    let in_query = before.ends_with(b"?")
        || before.ends_with(b"&")
        || before.ends_with(b"&amp;")
        || before.ends_with(b"\\u0026");
    let end = run(bytes, hit.end, Alphabet::Any, 2048);
    let secret = text.get(hit.end..end)?;
    let taken = in_query && secret.len() >= 16 && value::is_keylike(secret) && !value::is_stand_in(secret);
    taken.then_some(Finding { range: hit.end..end, by: By::Kind("query-token") })
}

#[cfg(test)]
mod tests {
    use crate::redact::redact;

    #[test]
    fn passwords_and_signatures_go() {
        assert_eq!(
            &*redact("postgres://bob:hunter2@db:5432/x"),
            "postgres://bob:[redacted:url-password:1]@db:5432/x"
        );
        assert_eq!(
            &*redact("amqp://bob:hun/ter@2x@queue:5672/v"),
            "amqp://bob:[redacted:url-password:1]@queue:5672/v"
        );
        assert_eq!(
            &*redact("redis://:zXdaZ87#yRh?Mwo@cache:6379/0"),
            "redis://:[redacted:url-password:1]@cache:6379/0"
        );
        assert_eq!(&*redact("redis://:p@ss@h/0"), "redis://:[redacted:url-password:1]@h/0");
        let signature = "Zk3".repeat(9);
        let url = format!("https://x.blob.net/a?sv=2020&sig={signature}%3D&se=1");
        assert_eq!(&*redact(&url), "https://x.blob.net/a?sv=2020&sig=[redacted:query-token:1]&se=1");
    }

    #[test]
    fn users_slots_and_plain_queries_stay() {
        for text in [
            "ssh://git@github.com/a/b",
            "https://$USER:$PASS@host",
            "https://user:password@host",
            "https://x.org/a@b/c",
            "https://x.org/?code=404&key=name",
        ] {
            assert_eq!(&*redact(text), text);
        }
    }
}
