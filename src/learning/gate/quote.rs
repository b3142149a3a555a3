//! Quotes for showing: shortened and defused, so that they can stand in an inline code span of a note and be
//! nothing but data there, and still be recognised.

use super::fold::{is_hidden, is_variation};
use crate::redact::{Clean, redact};
use std::ops::Range;

/// What a quote ends in when it was cut.
const CUT: &str = "…";

/// The quote on one line, at most `most_bytes` long, with nothing in it that could act: backticks become `'`,
/// line breaks and tabs spaces, hidden characters go, and HTML, links, images and active addresses are broken up
/// by a sign that readers see through (`<b>` becomes `‹b>`, `https:` becomes `hxxps:`). Looks the same every
/// time, so that a check can compare it with the quote in the ledger. Doing it twice changes nothing.
pub fn quotable(quote: &Clean, most_bytes: usize) -> Clean {
    let defused = quote.replaced(&replacements(quote));
    // What hidden characters had kept apart stands together now.
    let defused = redact(&defused);
    let trimmed = trim(&defused);
    if trimmed.len() <= most_bytes {
        return trimmed;
    }
    let room = most_bytes.saturating_sub(CUT.len());
    let cut = trimmed.cut(room);
    let end = cut_end(&cut);
    let short = trim(&cut.cut(end));
    if short.is_empty() {
        trim(&trimmed.cut(most_bytes))
    } else {
        Clean::join(&[&short, &Clean::fixed(CUT)], "")
    }
}

fn trim(text: &Clean) -> Clean {
    let start = text.len() - text.trim_start().len();
    let end = text.trim_end().len().max(start);
    text.part(start..end).unwrap_or_default()
}

/// Not inside a placeholder, and at a word's end if one is near.
fn cut_end(text: &str) -> usize {
    const OPENING: &str = "[redacted:";
    let open = text.rfind('[').filter(|at| {
        let rest = text.get(*at..).unwrap_or_default();
        !rest.contains(']') && (rest.starts_with(OPENING) || OPENING.starts_with(rest))
    });
    let end = open.unwrap_or(text.len());
    let space = text.get(..end).unwrap_or_default().rfind(' ');
    space.filter(|space| end - space <= 24 && space * 2 > end && open.is_none()).unwrap_or(end)
}

fn replacements(text: &str) -> Vec<(Range<usize>, &'static str)> {
    let mut out: Vec<(Range<usize>, &'static str)> = Vec::new();
    let mut spaces = false;
    let mut chars = text.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        let range = start..start + c.len_utf8();
        let rest = text.get(range.end..).unwrap_or_default();
        let was_space = std::mem::replace(&mut spaces, false);
        let word = match c {
            '`' => "'",
            '\n' | '\r' | '\t' | ' ' | '\u{2028}' | '\u{2029}' | '\u{85}' | '\u{b}' | '\u{c}' => {
                spaces = true;
                match (was_space, c) {
                    (true, _) => "",
                    (false, ' ') => continue,
                    (false, _) => " ",
                }
            }
            '\u{1b}' => {
                let length = escape_length(rest);
                while chars.next_if(|(at, _)| *at < range.end + length).is_some() {}
                spaces = was_space;
                out.push((start..range.end + length, ""));
                continue;
            }
            c if is_hidden(c) || is_variation(c) => {
                spaces = was_space;
                ""
            }
            '<' if rest.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'))
                && !is_mask(rest) =>
            {
                "‹"
            }
            '!' if rest.starts_with('[') => "! ",
            ']' if rest.starts_with('(') || rest.starts_with('[') || rest.starts_with(':') => "] ",
            'h' | 'H'
                if starts_with_ignoring_case(rest, "ttp://")
                    || starts_with_ignoring_case(rest, "ttps://") =>
            {
                out.push((start..start + 3, "hxx"));
                // The next two characters are part of what was replaced.
                chars.next();
                chars.next();
                continue;
            }
            ':' if is_active_scheme(text.get(..start).unwrap_or_default()) && !rest.starts_with(' ') => " : ",
            _ => continue,
        };
        out.push((range, word));
    }
    out
}

/// `<num>`, `<path>`: what templates put in place of what varies.
fn is_mask(rest: &str) -> bool {
    rest.split_once('>').is_some_and(|(name, _)| {
        name.len() <= 8
            && matches!(
                name,
                "num"
                    | "path"
                    | "id"
                    | "str"
                    | "hex"
                    | "uuid"
                    | "date"
                    | "time"
                    | "url"
                    | "ip"
                    | "email"
                    | "hash"
                    | "any"
                    | "text"
                    | "value"
                    | "name"
                    | "var"
            )
    })
}

fn is_active_scheme(before: &str) -> bool {
    ["javascript", "vbscript", "data"].iter().any(|scheme| {
        before
            .len()
            .checked_sub(scheme.len())
            .and_then(|at| before.get(at..))
            .is_some_and(|end| end.eq_ignore_ascii_case(scheme))
    })
}

fn starts_with_ignoring_case(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

/// How long the terminal escape is after its first character: `[…m` and the like.
fn escape_length(rest: &str) -> usize {
    if !rest.starts_with('[') {
        return 0;
    }
    let parameters = rest.bytes().skip(1).take(24).take_while(|b| matches!(b, 0x20..=0x3f)).count();
    match rest.as_bytes().get(1 + parameters) {
        Some(0x40..=0x7e) => parameters + 2,
        _ => 1 + parameters,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn quoted(text: &str) -> String {
        quotable(&redact(text), 400).to_string()
    }

    #[test]
    fn quotes_stay_recognisable_and_do_nothing() {
        assert_eq!(quoted("error: `x`\n\tnot <b>found</b>\r\n"), "error: 'x' not ‹b>found‹/b>");
        assert_eq!(
            quoted("see [docs](https://x.org) ![p](http://y.org/p.png)"),
            "see [docs] (hxxps://x.org) ! [p] (hxxp://y.org/p.png)"
        );
        assert_eq!(quoted("a\u{200b}b\u{1b}[31mred\u{1b}[0m \u{202e}c"), "abred c");
        assert_eq!(quoted("not enough seats on <id> <num>"), "not enough seats on <id> <num>");
        assert_eq!(quoted("javascript:alert(1)"), "javascript : alert(1)");
    }

    #[test]
    fn cutting_keeps_words_and_placeholders_whole() {
        let clean = redact("the quick brown fox jumps");
        assert_eq!(&*quotable(&clean, 20), "the quick brown…");
        let secret = redact("mail to bob@mail.org now");
        assert_eq!(&*quotable(&secret, 20), "mail to…");
    }

    #[test]
    fn a_secret_kept_apart_by_hidden_characters_does_not_come_together() {
        let token = ["gh", "p_", "q7W2Lx9bTk4\u{200b}Zp0sVn8Rc3Hd6Mf5Yg1JuAb3"].concat();
        assert!(!quoted(&token).contains("q7W2"), "{}", quoted(&token));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn quotes_fit_stay_inside_a_code_span_and_settle(text in "[\\PC\n\t`<>\\[\\]()!:]{0,80}", most in 0usize..90) {
            let once = quotable(&redact(&text), most);
            prop_assert!(once.len() <= most.max(0));
            let breaking = once.contains('`') || once.contains('\n');
            prop_assert!(!breaking);
            prop_assert_eq!(&*quotable(&once, most), &*once);
        }
    }
}
