//! E-mail addresses.
//!
//! Addresses that name no one (`git@`, `noreply@`) stay, so that commands and trailers remain readable.

use super::Detector;
use crate::redact::gate::{By, Finding};
use std::ops::Range;

/// The sign itself, plain and as URLs write it.
pub(super) const DETECTOR: Detector = Detector { keywords: &["@", "%40"], find };

/// Names that belong to nobody.
const NOBODY: &[&str] = &["git", "hg", "noreply", "no-reply", "donotreply", "postmaster", "mailer-daemon"];

/// Endings of file names that follow an `@` (`icon@2x.png`, `pkg@1.0.0.tgz`).
const FILES: &[&str] = &[
    "png", "jpg", "jpeg", "gif", "webp", "svg", "ico", "tgz", "gz", "zip", "tar", "js", "mjs", "cjs", "ts",
    "tsx", "jsx", "css", "scss", "html", "json", "yaml", "yml", "toml", "lock", "rc", "beta", "alpha",
    "next", "canary", "service", "socket", "timer", "target", "exe", "dll",
];

fn find(text: &str, hit: &Range<usize>, findings: &mut Vec<Finding>) {
    let bytes = text.as_bytes();
    let of_local = |b: &u8| b.is_ascii_alphanumeric() || b"._%+-".contains(b);
    let of_domain = |b: &u8| b.is_ascii_alphanumeric() || b".-".contains(b);
    let left = bytes.get(..hit.start).unwrap_or_default();
    let right = bytes.get(hit.end..).unwrap_or_default();
    let mut start = hit.start - left.iter().rev().take(64).take_while(|b| of_local(b)).count();
    // The `n` of an escaped `\n` is no part of the name; nor is a leading dot or dash.
    if start > 0
        && bytes.get(start - 1) == Some(&b'\\')
        && matches!(bytes.get(start), Some(b'n' | b't' | b'r'))
    {
        start += 1;
    }
    while start < hit.start && bytes.get(start).is_some_and(|b| b".-%+".contains(b)) {
        start += 1;
    }
    let end = hit.end + right.iter().take(128).take_while(|b| of_domain(b)).count();
    let (Some(local), Some(domain)) = (text.get(start..hit.start), text.get(hit.end..end)) else { return };
    let domain = domain.trim_end_matches(['.', '-']);
    let nobody = NOBODY.iter().any(|name| name.eq_ignore_ascii_case(local));
    let remote = is_remote(bytes, start, hit.end + domain.len());
    if !local.is_empty() && !nobody && is_domain(domain) && !is_authority(bytes, start) && !remote {
        findings.push(Finding { range: start..hit.end + domain.len(), by: By::Kind("email") });
    }
}

fn is_domain(domain: &str) -> bool {
    let Some((rest, top)) = domain.rsplit_once('.') else { return false };
    let labels = rest.split('.').all(|label| !label.is_empty() && !label.starts_with('-'));
    let top_fits = (2..=18).contains(&top.len()) && top.bytes().all(|b| b.is_ascii_alphabetic());
    let version = rest.bytes().next().is_some_and(|b| b.is_ascii_digit())
        && rest.split('.').next().is_some_and(|label| label.bytes().all(|b| b.is_ascii_digit()));
    labels && top_fits && !version && !FILES.iter().any(|file| file.eq_ignore_ascii_case(top))
}

/// Whether it is a place on another machine: `user@host:path`, or what `ssh` is told to go to.
fn is_remote(bytes: &[u8], start: usize, end: usize) -> bool {
    let rest = bytes.get(end..).unwrap_or_default();
    let path = |b: &u8| b.is_ascii_alphanumeric() || b"/~._$<".contains(b);
    if rest.first() == Some(&b':') && rest.get(1).is_some_and(path) {
        return true;
    }
    let before = bytes.get(start.saturating_sub(80)..start).unwrap_or_default();
    let line = before.rsplit(|b| matches!(b, b'\n' | b'|' | b';' | b'&' | b'"')).next().unwrap_or_default();
    let program = line.trim_ascii_start().split(|b| *b == b' ').next().unwrap_or_default();
    [&b"ssh"[..], b"scp", b"sftp", b"rsync", b"mosh", b"ssh-copy-id"].contains(&program)
}

/// Whether the name is the user part of a URL: `url` looks after those.
fn is_authority(bytes: &[u8], start: usize) -> bool {
    let before = bytes.get(start.saturating_sub(256)..start).unwrap_or_default();
    let word = before.rsplit(|b| b.is_ascii_whitespace() || b"\"'<>".contains(b)).next().unwrap_or_default();
    memchr::memmem::rfind(word, b"://")
        .is_some_and(|at| !word.get(at + 3..).unwrap_or_default().contains(&b'/'))
}

#[cfg(test)]
mod tests {
    use crate::redact::redact;

    #[test]
    fn addresses_go() {
        for text in ["alice.smith@corp-mail.co.uk", "bob+x@example.com", "carol%40mail.org"] {
            assert_eq!(&*redact(&format!("<{text}>.")), "<[redacted:email:1]>.");
        }
        assert_eq!(&*redact("a\\nbob@mail.org"), "a\\n[redacted:email:1]");
    }

    #[test]
    fn packages_remotes_and_decorators_stay() {
        for text in [
            "git@github.com:a/b.git",
            "lodash@4.17.21",
            "pkg@1.0.0-beta.rc",
            "@types/node@20.1.0",
            "@app.route",
            "icon@2x.png",
            "actions/checkout@v4",
            "a @ b.com",
            "noreply@github.com",
            "user@host",
            "scp out/x.pdf proofs@sftp.lex.lan:/in/",
            "rsync -a build/ deploy@web.example.org:site",
            "ssh build@ci.example.org uptime",
        ] {
            assert_eq!(&*redact(text), text);
        }
    }
}
