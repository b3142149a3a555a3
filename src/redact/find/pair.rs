//! A user and a password told together: `auth=("etl", "…")`, `--auth etl:…`, "log in with etl / …".
//!
//! What makes the second one a password is the word before both; what it looks like has to bear it out. URLs
//! (`url`), and flags that only some programs take so (`command_line`), have their own rules.

use super::Detector;
use crate::redact::gate::{By, Finding};
use crate::redact::value;
use std::ops::Range;

/// What people and programs call the two of them.
pub(super) const DETECTOR: Detector = Detector {
    keywords: &[
        "auth=",
        "auth ",
        "auth(",
        "login(",
        "signin(",
        "sign_in(",
        "authenticate(",
        "credentials",
        "creds",
        "login ",
        "log in",
        "sign in",
    ],
    find,
};

/// How far behind the word the two may stand, bytes.
const REACH: usize = 80;
/// Shortest password that is told from an everyday word.
const SHORTEST: usize = 8;

fn find(text: &str, hit: &Range<usize>, findings: &mut Vec<Finding>) {
    let end = text.len().min(hit.end + REACH);
    let Some(rest) = text.as_bytes().get(hit.end..end) else { return };
    let line = rest.get(..rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len())).unwrap_or_default();
    let found = arguments(line).or_else(|| joined(line)).or_else(|| beside(line));
    let Some(found) = found else { return };
    let range = hit.end + found.start..hit.end + found.end;
    let secret = text.get(range.clone()).unwrap_or_default();
    if is_password(secret) {
        findings.push(Finding { range, by: By::Kind("password") });
    }
}

/// `("etl", "…")`: the second of two quoted arguments.
fn arguments(line: &[u8]) -> Option<Range<usize>> {
    let opens = line.iter().take_while(|b| b"=( ".contains(b)).count();
    let first = quoted(line, opens)?;
    let gap = line.get(first.end + 1..)?.iter().take_while(|b| b", ".contains(b)).count();
    (gap > 0).then_some(())?;
    quoted(line, first.end + 1 + gap)
}

/// What stands in the quotes that begin here.
fn quoted(line: &[u8], at: usize) -> Option<Range<usize>> {
    let quote = line.get(at).filter(|b| b"\"'".contains(b))?;
    let length = line.get(at + 1..)?.iter().position(|b| b == quote)?;
    Some(at + 1..at + 1 + length)
}

/// `etl:…` as the first word.
fn joined(line: &[u8]) -> Option<Range<usize>> {
    let start = line.iter().take_while(|b| b"=: \"'".contains(b)).count();
    let end = start + word(line.get(start..)?);
    let colon = start + memchr::memchr(b':', line.get(start..end)?)?;
    is_name(line.get(start..colon)?).then_some(colon + 1..end)
}

/// `etl / …`, a few words on.
fn beside(line: &[u8]) -> Option<Range<usize>> {
    let slash = memchr::memmem::find(line, b" / ")?;
    let before = line.get(..slash)?;
    let user = before.rsplit(|b| *b == b' ').next()?;
    let start = slash + b" / ".len();
    let length = word(line.get(start..)?);
    is_name(user).then_some(start..start + length)
}

/// How long the word is that begins here, without the stop that ends its sentence.
fn word(bytes: &[u8]) -> usize {
    let length = bytes.iter().position(|b| b.is_ascii_whitespace() || b"\"'`,;)]}|".contains(b));
    let word = bytes.get(..length.unwrap_or(bytes.len())).unwrap_or_default();
    word.len() - word.iter().rev().take_while(|b| b".!?:".contains(b)).count()
}

fn is_name(user: &[u8]) -> bool {
    let belongs = |b: &u8| b.is_ascii_alphanumeric() || b"._-@".contains(b);
    (1..=40).contains(&user.len()) && user.iter().all(belongs) && user.iter().any(u8::is_ascii_alphabetic)
}

/// Letters and digits, with a capital or a sign among them, or a long key: no name, number, path, version or address.
fn is_password(secret: &str) -> bool {
    let has = |test: fn(&u8) -> bool| secret.as_bytes().iter().any(test);
    let mixed = has(u8::is_ascii_digit)
        && has(u8::is_ascii_lowercase)
        && has(|b| b.is_ascii_uppercase() || value::SIGNS.contains(b));
    secret.len() >= SHORTEST
        && (mixed || secret.len() >= 20 && value::is_keylike(secret))
        && !secret.contains(['/', '\\', '(', ' '])
        && !value::is_stand_in(secret)
        && !value::is_reference(secret)
}

#[cfg(test)]
mod tests {
    use crate::redact::redact;

    #[test]
    fn the_password_of_a_pair_goes() {
        for (before, after) in [
            ("requests.get(url, auth=('etl', '", "'))"),
            ("client.login(\"etl\", \"", "\")"),
            ("feedctl pull --auth etl:", " --all"),
            ("AUTH=etl:", " make sync"),
            ("always log in to the feed with etl / ", ", thanks"),
            ("use login demo / ", " for the vpn box"),
            ("creds: etl / ", ""),
        ] {
            let clean = redact(&format!("{before}Willow-magnet1524{after}"));
            assert_eq!(&*clean, format!("{before}[redacted:password:1]{after}"));
        }
        let clean = redact("feedctl pull --auth etl:45fa803886bbb6b62dfbf3c5276bdb3a");
        assert_eq!(&*clean, "feedctl pull --auth etl:[redacted:password:1]");
    }

    #[test]
    fn names_ports_and_paths_beside_each_other_stay() {
        for text in [
            "docker run --user 1000:1000 x",
            "log in at example.org / staging2",
            "login('admin', role='Editor2')",
            "the user interface / Layout2Column",
            "user story / src/Login2Form.tsx",
            "auth=None, timeout=30",
            "account type / Premium",
            "credentials: include",
            "login(user, password)",
        ] {
            assert_eq!(&*redact(text), text);
        }
    }
}
