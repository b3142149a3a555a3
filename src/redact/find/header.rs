//! Headers of HTTP requests that carry credentials: `Authorization`, `Proxy-Authorization`, `Cookie`, and bearer
//! tokens wherever they stand. Headers whose name says key or token (`x-api-key`) are assignments.

use super::Detector;
use crate::redact::gate::{By, Finding};
use crate::redact::rule::{Alphabet, LONGEST, begins_there, run};
use crate::redact::value;
use std::ops::Range;

/// Header names and schemes.
pub(super) const DETECTOR: Detector = Detector {
    keywords: &["authorization", "cookie", "bearer ", "basic ", "bearer%20", "auth\"", "auth\\\""],
    find,
};

/// Schemes that come before the credential. Nothing else may, so a value without one is looked at as it is.
const SCHEMES: &[&str] = &[
    "bearer",
    "basic",
    "token",
    "apikey",
    "api-key",
    "key",
    "digest",
    "negotiate",
    "ntlm",
    "bot",
    "aws4-hmac-sha256",
    "sharedkey",
    "splunk",
    "geniekey",
    "discogs",
    "oauth",
];

fn find(text: &str, hit: &Range<usize>, findings: &mut Vec<Finding>) {
    let bytes = text.as_bytes();
    match bytes.get(hit.start).map(u8::to_ascii_lowercase) {
        Some(b'a') if hit.len() <= 6 => findings.extend(registry(text, hit.end)),
        Some(b'a') => findings.extend(authorization(text, hit.end)),
        Some(b'c') => findings.extend(cookie(text, hit)),
        _ if begins_there(bytes, hit.start) => findings.extend(scheme(text, hit)),
        _ => {}
    }
}

/// Steps over what stands between a header's name and its value: quotes, `:`, `=`, `,`, spaces.
fn after_name(bytes: &[u8], end: usize) -> Option<usize> {
    let rest = bytes.get(end..)?;
    let gap = rest.iter().take(12).take_while(|b| b"\"'`\\:=,() ]".contains(b)).count();
    let tied = rest.get(..gap)?.iter().any(|b| b":=,(".contains(b));
    tied.then_some(end + gap)
}

/// `"auth": "…"` in a registry's configuration: `user:password` in base64.
fn registry(text: &str, name_end: usize) -> Option<Finding> {
    let bytes = text.as_bytes();
    let start = after_name(bytes, name_end)?;
    let end = run(bytes, start, Alphabet::Base64, LONGEST);
    is_pair(text.get(start..end)?).then_some(Finding { range: start..end, by: By::Kind("authorization") })
}

/// Whether it is `user:password` in base64.
fn is_pair(encoded: &str) -> bool {
    super::base64::decode(encoded.as_bytes(), 512)
        .is_some_and(|plain| plain.len() >= 4 && plain.contains(&b':') && plain.is_ascii())
}

fn authorization(text: &str, name_end: usize) -> Option<Finding> {
    let bytes = text.as_bytes();
    let start = after_name(bytes, name_end)?;
    let word_end = run(bytes, start, Alphabet::Url, 24);
    let word = text.get(start..word_end)?;
    let gap = bytes.get(word_end..)?.iter().take(4).take_while(|b| **b == b' ').count();
    // A scheme that nobody knows is a short word, and what comes after it looks like nothing but a token.
    let is_unheard_of = || {
        let token = text.get(word_end + gap..run(bytes, word_end + gap, Alphabet::Any, LONGEST));
        word.len() <= 16 && value::is_plain_name(word) && gap > 0 && token.is_some_and(value::is_random)
    };
    let known = SCHEMES.iter().any(|scheme| scheme.eq_ignore_ascii_case(word)) || is_unheard_of();
    let begin = if known && gap > 0 { word_end + gap } else { start };
    let digest =
        known && matches!(word.to_ascii_lowercase().as_str(), "digest" | "aws4-hmac-sha256" | "oauth");
    let end = if digest { line_end(bytes, begin) } else { run(bytes, begin, Alphabet::Any, LONGEST) };
    credential(text, begin..end, known && gap > 0)
}

fn scheme(text: &str, hit: &Range<usize>) -> Option<Finding> {
    let bytes = text.as_bytes();
    let gap = bytes.get(hit.end..)?.iter().take(4).take_while(|b| **b == b' ').count();
    let begin = hit.end + gap;
    let end = run(bytes, begin, Alphabet::Any, LONGEST);
    let secret = text.get(begin..end)?.trim_end_matches(['.', '-']);
    let long = secret.len() >= 12 && value::is_keylike(secret);
    let basic = bytes.get(hit.start).is_some_and(|b| b.eq_ignore_ascii_case(&b'b'))
        && bytes.get(hit.start + 1).is_some_and(|b| b.eq_ignore_ascii_case(&b'a'));
    // `basic` is an everyday word; what follows it has to decode to `user:password`.
    let taken = if basic { is_pair(secret) } else { long };
    taken.then(|| credential(text, begin..begin + secret.len(), true)).flatten()
}

fn credential(text: &str, range: Range<usize>, after_scheme: bool) -> Option<Finding> {
    let secret = text.get(range.clone())?;
    let least = if after_scheme { 6 } else { 12 };
    let named = value::is_plain_name(secret) && !value::are_scrambled(secret);
    let word = secret.len() < 24 && (named || value::is_type_word(secret));
    let reference = value::is_reference(secret) || !after_scheme && !value::is_keylike(secret);
    let taken = secret.len() >= least && !value::is_stand_in(secret) && !word && !reference;
    taken.then_some(Finding { range, by: By::Kind("authorization") })
}

/// All of a `Cookie`; the first value of a `Set-Cookie`, whose attributes are no secrets.
fn cookie(text: &str, hit: &Range<usize>) -> Option<Finding> {
    let bytes = text.as_bytes();
    let set = bytes.get(hit.start.saturating_sub(4)..hit.start)?.eq_ignore_ascii_case(b"set-");
    let from = bytes.get(hit.end..)?;
    let gap = from.iter().take(8).take_while(|b| b"\"'\\: ".contains(b)).count();
    from.get(..gap)?.contains(&b':').then_some(())?;
    let start = hit.end + gap;
    let end = line_end(bytes, start);
    let line = text.get(start..end)?;
    let pair = line.find('=')?;
    let name = line.get(..pair)?;
    let named = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
    let value = line.get(pair + 1..)?;
    let value = if set { value.split(';').next()? } else { value };
    let taken = named && value.len() >= 6 && !value::is_stand_in(value) && !value::is_reference(value);
    let begin = start + pair + 1;
    taken.then(|| Finding { range: begin..begin + value.len(), by: By::Kind("cookie") })
}

/// The end of the header: a line break, plain or escaped, or a quote.
fn line_end(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..bytes.len().min(start + LONGEST)).unwrap_or_default();
    start + rest.iter().position(|b| b"\r\n\"'\\`".contains(b)).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use crate::redact::redact;

    #[test]
    fn credentials_go() {
        let token = "q7W2".repeat(5);
        for (before, after) in [
            ("Authorization: Bearer ", ""),
            ("curl -H \"authorization: token ", "\" x"),
            ("{\"Authorization\":\"Basic ", "\"}"),
            ("{\\\"Proxy-Authorization\\\": \\\"Bearer ", "\\\"}"),
            ("headers.set('Authorization', 'Bearer ", "')"),
            ("Authorization: ", ""),
            ("uses bearer ", " now"),
        ] {
            let clean = redact(&format!("{before}{token}{after}"));
            assert_eq!(&*clean, format!("{before}[redacted:authorization:1]{after}"));
        }
        assert_eq!(
            &*redact("Set-Cookie: sid=abc123def; Path=/"),
            "Set-Cookie: sid=[redacted:cookie:1]; Path=/"
        );
        assert_eq!(&*redact("cookie: a=1; sid=zzz111\nx"), "cookie: a=[redacted:cookie:1]\nx");
    }

    #[test]
    fn talk_about_headers_stays() {
        for text in [
            "Authorization: Bearer $TOKEN",
            "Authorization: Bearer <token>",
            "authorization: required",
            "a basic understanding of cookies",
            "Authorization: `Bearer ${token}`",
            "basic configuration: ok",
            "bearer authentication",
            "Set-Cookie: sid=",
            "authorization = get_authorization(request)",
        ] {
            assert_eq!(&*redact(text), text);
        }
    }
}
