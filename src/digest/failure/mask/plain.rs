//! What no expression has to be asked about.
//!
//! Owns a fast way over the plain parts of a line: quotations, signs at which none of the expressions of
//! [`super::variable`] can begin, and words that only the last of them, the one for words, can match. It may pass over
//! them because every other expression needs a certain sign inside of what it matches (a dot, a slash, `@`, a colon
//! before more) or a certain beginning (`0x`, a month), and here the word is followed by something that ends all of
//! them. Refuses to decide anything else: a doubtful place is left to the expressions.

use super::variable::{self, Kind};

/// A word with hyphens that is shorter than this is no UUID. Bytes.
const UUID: usize = 36;

/// Longest quotation, characters between its marks.
const LONGEST_QUOTED: usize = 400;

/// Words that begin a date, by their first three letters.
const DATES: &[&[u8]] = &[
    b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun", b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun",
    b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];

/// What stands at `at`, the end of what was taken before, and where it ends; `None` where that is doubtful.
pub(super) fn next(line: &str, at: usize) -> Option<(Kind, usize)> {
    let (before, rest) = line.split_at_checked(at)?;
    let before = before.chars().next_back();
    let end = match rest.chars().next()? {
        mark @ ('"' | '\'' | '`' | '\u{2018}' | '\u{201c}') => return quoted(before, rest, mark, at),
        first if first.is_alphanumeric() || first == '_' => {
            // Right behind a letter only the expressions know where a word begins.
            let is_apart =
                before.is_none_or(|before| before.is_ascii() && !is_of_words(before) || is_symbol(before));
            return word(rest).filter(|_| is_apart).map(|length| (Kind::Word, at + length));
        }
        _ => signs(rest, before.is_none_or(|before| before.is_ascii() && !is_of_words(before))),
    };
    (end > 0).then_some((Kind::Signs, at + end))
}

/// A quotation that `rest` begins with, or else its mark alone.
fn quoted(before: Option<char>, rest: &str, mark: char, at: usize) -> Option<(Kind, usize)> {
    let close = match mark {
        '\u{2018}' => '\u{2019}',
        '\u{201c}' => '\u{201d}',
        mark => mark,
    };
    let inside = rest.get(mark.len_utf8()..)?;
    let length =
        inside.find(['\n', close]).filter(|end| inside.get(*end..).is_some_and(|end| end.starts_with(close)));
    let fits = |length: &usize| {
        let characters = if *length <= LONGEST_QUOTED {
            *length
        } else {
            inside.get(..*length).map_or(0, |text| text.chars().count())
        };
        characters <= LONGEST_QUOTED && (mark == '"' || *length > 0)
    };
    let alone = Some((Kind::Signs, at + mark.len_utf8()));
    let Some(length) = length.filter(fits) else { return alone };
    let length = mark.len_utf8() + length + close.len_utf8();
    if mark == '\'' {
        // An apostrophe stands between letters.
        let after = rest.get(length..).and_then(|rest| rest.chars().next());
        if [before, after].into_iter().flatten().any(variable::is_of_words) {
            return alone;
        }
    }
    Some((Kind::Quoted, at + length))
}

/// How many bytes of `rest` are signs at none of which an expression can begin. `is_apart`: no word stands right
/// before them.
fn signs(rest: &str, is_apart: bool) -> usize {
    let mut length = 0;
    let mut characters = rest.chars().peekable();
    while let Some(c) = characters.next() {
        let next = characters.peek().copied().unwrap_or(' ');
        let is_apart = is_apart || length > 0;
        let is_plain = match c {
            // They begin what goes on behind a word, and a dot also a path.
            '-' => is_apart,
            '.' => next.is_ascii_whitespace() || is_apart && !matches!(next, '.' | '/'),
            c => is_sign(c) || is_symbol(c),
        };
        if !is_plain {
            break;
        }
        length += c.len_utf8();
    }
    length
}

/// The length of the word that `rest` begins with, if no other expression can match what begins here.
fn word(rest: &str) -> Option<usize> {
    let length = rest.find(|c: char| !(is_of_words(c) || c == '-' || !c.is_ascii() && c.is_alphabetic()));
    let (word, after) = rest.split_at_checked(length.unwrap_or(rest.len()))?;
    let bytes = word.as_bytes();
    let is_number = bytes.first().is_some_and(u8::is_ascii_digit);
    let hyphens_join = !word.contains('-')
        || !is_number && word.len() < UUID && !word.ends_with('-') && !word.contains("--");
    let begins_a_date = bytes.get(..3).is_some_and(|start| DATES.contains(&start));
    let is_hexadecimal = matches!(bytes, [b'0', b'x' | b'X', ..]);
    let mut after = after.chars();
    let (first, second) = (after.next().unwrap_or(' '), after.next().unwrap_or(' '));
    let ends = match first {
        ' ' if is_number => !matches!(second, 'K' | 'M' | 'G' | 'T' | 'B' | 'm' | 's'),
        ':' => is_end(second),
        '.' => second.is_ascii_whitespace(),
        first => is_end(first),
    };
    (hyphens_join && !begins_a_date && !is_hexadecimal && ends).then_some(word.len())
}

fn is_of_words(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// What ends every match that begins with a word.
fn is_end(c: char) -> bool {
    is_sign(c) || is_symbol(c) || matches!(c, '"' | '\'' | '`' | '\n' | '\r')
}

/// White space and punctuation at which nothing begins, and that stands inside of nothing that begins with a word.
fn is_sign(c: char) -> bool {
    matches!(c, ' ' | '\t' | '=' | ',' | ';' | ':' | '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>' | '|')
        || matches!(c, '!' | '#' | '$' | '&' | '*' | '?' | '^')
}

/// Arrows, boxes, blocks, ticks, crosses and dots, which are part of no word.
fn is_symbol(c: char) -> bool {
    matches!(c, '\u{2022}' | '\u{2026}' | '\u{2190}'..='\u{21ff}' | '\u{2500}'..='\u{27bf}')
}

#[cfg(test)]
mod tests {
    use super::super::variable::Variables;
    use super::*;
    use proptest::prelude::*;

    /// Pieces that expressions react to, so that random lines meet them.
    const PIECES: &[&str] = &[
        "error",
        "Mon",
        "March",
        "a",
        "ff",
        "x_y",
        "not-found",
        "C",
        "0x1f",
        "12",
        "2026",
        "v1",
        "ms",
        "KB",
        "io",
        "localhost",
        "http",
        "日志",
        "naïve",
        "²",
        "e\u{301}",
        " ",
        " ",
        "\t",
        ":",
        "://",
        ".",
        "..",
        "/",
        "-",
        "--",
        "@",
        "+",
        "~",
        "\\",
        "=",
        ",",
        "(",
        ")",
        "%",
        "?",
        "\"",
        "'",
        "`",
        "‘",
        "’",
        "…",
        "→",
        "│",
        "\u{1b}[31m",
        "\u{a0}",
        "\n",
        "deadbeef-dead-beef-dead-beefdeadbeef",
        "ab:cd:ef:ab:cd",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn expressions_would_have_found_the_same(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..14)) {
            let line = pieces.concat();
            let mut at = 0;
            while at < line.len() {
                let plain = next(&line, at);
                let end = match plain {
                    Some((Kind::Word, end)) => {
                        prop_assert_eq!(Variables::of(&line).at(at), (Kind::Word, end), "{} at {}", line, at);
                        end
                    }
                    Some((Kind::Signs, end)) => {
                        for (inside, _) in line[at..end].char_indices() {
                            let (kind, _) = Variables::of(&line).at(at + inside);
                            prop_assert_eq!(kind, Kind::Signs, "{} at {}", line, at + inside);
                        }
                        end
                    }
                    Some((_, end)) => end,
                    None => Variables::of(&line).at(at).1,
                };
                prop_assert!(end > at && line.is_char_boundary(end));
                at = end;
            }
        }
    }

    #[test]
    fn a_quotation_ends_at_its_own_mark_and_an_apostrophe_is_none() {
        let quoted = |line: &str| match next(line, 0) {
            Some((Kind::Quoted, end)) => Some(line[..end].to_owned()),
            _ => None,
        };
        assert_eq!(quoted("\"a 'b' é\" c").as_deref(), Some("\"a 'b' é\""));
        assert_eq!(quoted("‘a’ b").as_deref(), Some("‘a’"));
        assert_eq!((quoted("\"\" x").as_deref(), quoted("``")), (Some("\"\""), None));
        assert_eq!(quoted("'a'b"), None);
        assert_eq!(quoted("\"a\nb\""), None);
        let long = |characters: usize| format!("\"{}\"", "é".repeat(characters));
        assert!(quoted(&long(400)).is_some() && quoted(&long(401)).is_none());
        assert_eq!(next("é'a' b", 2), Some((Kind::Signs, 3)));
        assert_eq!(next("—'a' b", 3), Some((Kind::Quoted, 6)));
    }
}
