//! The part of a large text that is worth keeping: its beginning and its end.
//!
//! A tool result of 200 KB is never unescaped or redacted whole: only what is kept is. So that a secret is not
//! kept in halves that no rule knows any more, every cut is moved to the nearest end of a line, of a member or
//! of a token, and a private key is left out whole when one of its ends is. Refuses to redact: that is for
//! [`crate::redact`], right after.

use super::scan;
use std::borrow::Cow;

/// How far a cut may move inwards to find a good place, bytes.
const SLACK: usize = 768;

/// How much is kept of a text, bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bound {
    /// Of its beginning.
    pub(super) head: usize,
    /// Of its end.
    pub(super) tail: usize,
}

impl Bound {
    /// Half from each side.
    pub(super) fn both_ends(bytes: usize) -> Bound {
        Bound { head: bytes / 2, tail: bytes - bytes / 2 }
    }

    /// The beginning only.
    pub(super) fn beginning(bytes: usize) -> Bound {
        Bound { head: bytes, tail: 0 }
    }

    /// Three quarters from the beginning, for what somebody wrote: it says first what it is about.
    pub(super) fn mostly_beginning(bytes: usize) -> Bound {
        Bound { head: bytes - bytes / 4, tail: bytes / 4 }
    }
}

/// What is kept of a JSON string, unescaped; `None` where the value is no string.
pub(super) fn of_string(value: &[u8], bound: Bound) -> Option<Cow<'_, str>> {
    let raw = scan::inside(value)?;
    // Escapes take more room than what they stand for; where they are many, a little less is kept.
    let window = |keep: usize| if keep == 0 { 0 } else { keep + keep / 4 + SLACK };
    let (head, tail) = (window(bound.head), window(bound.tail));
    if raw.len() <= head + tail {
        return Some(shortened(scan::unescape(raw), bound));
    }
    let head_end = escape_start(raw, head);
    let tail_start = escape_start(raw, raw.len() - tail);
    let head = scan::unescape(&raw[..head_end]);
    let tail = scan::unescape(&raw[tail_start..]);
    Some(Cow::Owned(joined(&head, &tail, bound, raw.len())))
}

/// What is kept of a text.
pub(super) fn of_text(text: &str, bound: Bound) -> Cow<'_, str> {
    shortened(Cow::Borrowed(text), bound)
}

fn shortened(text: Cow<'_, str>, bound: Bound) -> Cow<'_, str> {
    if text.len() <= bound.head + bound.tail {
        return text;
    }
    Cow::Owned(joined(&text, &text, bound, text.len()))
}

fn joined(beginning: &str, end: &str, bound: Bound, whole: usize) -> String {
    let head = head_of(beginning, bound.head);
    let tail = tail_of(end, bound.tail);
    let left_out = whole.saturating_sub(head.len() + tail.len());
    format!("{head}\n[… {left_out} bytes left out …]\n{tail}")
}

/// At most `keep` bytes from the start, up to a good place.
fn head_of(text: &str, keep: usize) -> &str {
    let cut = &text[..text.floor_char_boundary(keep)];
    let from = cut.floor_char_boundary(cut.len().saturating_sub(SLACK));
    let edge = &cut[from..];
    let good = edge.rfind('\n').or_else(|| edge.rfind(is_member_end)).or_else(|| edge.rfind(is_token_end));
    let head = good.map_or("", |place| &cut[..from + place]);
    match head.rfind("-----BEGIN ") {
        Some(begin) if !head[begin..].contains("-----END ") => &head[..begin],
        _ => head,
    }
}

/// At most `keep` bytes from the end, from a good place on.
fn tail_of(text: &str, keep: usize) -> &str {
    if keep == 0 {
        return "";
    }
    let cut = &text[text.ceil_char_boundary(text.len().saturating_sub(keep))..];
    let edge = &cut[..cut.floor_char_boundary(SLACK)];
    let good = edge.find('\n').or_else(|| edge.find(is_member_end)).or_else(|| edge.find(is_token_end));
    let after = |place: usize| place + cut[place..].chars().next().map_or(0, char::len_utf8);
    let tail = good.map_or("", |place| &cut[after(place)..]);
    match tail.find("-----END ") {
        Some(end) if !tail[..end].contains("-----BEGIN ") => {
            tail[end..].find('\n').map_or("", |line_end| &tail[end + line_end + 1..])
        }
        _ => tail,
    }
}

fn is_member_end(character: char) -> bool {
    matches!(character, ',' | ';' | '}' | '&')
}

/// What no secret contains: the end of a token.
fn is_token_end(character: char) -> bool {
    character.is_whitespace() || matches!(character, '"' | '\'' | '`' | '<' | '>' | '(' | ')' | '|')
}

/// The last place up to `at` that is not inside an escape.
fn escape_start(raw: &[u8], at: usize) -> usize {
    // `\uXXXX` is the longest escape: a backslash that opens one stands at most five bytes before.
    for back in 0..6 {
        let Some(here) = at.checked_sub(back) else { break };
        let backslashes = raw[..here].iter().rev().take_while(|b| **b == b'\\').count();
        if backslashes % 2 == 1 {
            return here - 1;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keeps_both_ends_and_says_what_is_missing() {
        let lines = (0..5000).map(|n| format!("line {n}\n")).collect::<String>();
        let kept = of_text(&lines, Bound::both_ends(400));
        assert!(kept.starts_with("line 0\n") && kept.ends_with("line 4999\n"), "{kept}");
        assert!(kept.len() < 500);
        assert!(kept.contains("bytes left out"));
        let json = serde_json::to_vec(&lines).unwrap();
        let from_json = of_string(&json, Bound::both_ends(400)).unwrap();
        assert!(from_json.starts_with("line 0\n") && from_json.ends_with("line 4999\n"), "{from_json}");
    }

    #[test]
    fn a_token_on_the_cut_is_left_out_whole() {
        let secret = "ghp_".to_owned() + &"Ab3".repeat(12);
        for shift in 0..80 {
            let text = format!("{}{secret} {}", "x ".repeat(160 + shift), "y ".repeat(2000));
            let kept = of_text(&text, Bound::both_ends(800));
            assert!(kept.contains(&secret) || !kept.contains("ghp_"), "{kept}");
            let text = format!("{}{secret} {}", "x ".repeat(2000), "y ".repeat(160 + shift));
            let kept = of_text(&text, Bound::both_ends(800));
            assert!(kept.contains(&secret) || !kept.contains("Ab3"), "{kept}");
        }
    }

    #[test]
    fn half_a_private_key_is_not_kept() {
        let key =
            format!("-----BEGIN PRIVATE KEY-----\n{}-----END PRIVATE KEY-----\n", "MIIEvQ\n".repeat(200));
        let text = format!("{}{key}{}", "before\n".repeat(20), "after\n".repeat(20));
        let kept = of_text(&text, Bound::both_ends(800));
        assert!(!kept.contains("MIIEvQ"), "{kept}");
        assert!(kept.contains("before") && kept.contains("after"));
    }

    proptest! {
        #[test]
        fn cuts_of_a_json_string_are_parts_of_its_text(text in "[a-z \\\\\"\n🎉é]{0,900}", head in 0..90usize, tail in 0..90usize) {
            let json = serde_json::to_vec(&format!("{text}{}", "long ".repeat(600))).unwrap();
            let full = scan::text(&json).unwrap();
            let kept = of_string(&json, Bound { head, tail }).unwrap();
            let (first, rest) = kept.split_once("\n[…").unwrap();
            prop_assert!(full.starts_with(first));
            prop_assert!(full.ends_with(rest.split_once("…]\n").unwrap().1));
        }
    }
}
