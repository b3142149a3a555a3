//! The text of a JSON string: escapes taken out, broken UTF-8 and unpaired surrogates replaced.

use memchr::memchr;
use std::borrow::Cow;

/// Takes the escapes out of a string's inside.
pub fn unescape(raw: &[u8]) -> Cow<'_, str> {
    // Checked once as a whole: checking every stretch between two escapes costs more than the copying.
    let text = std::str::from_utf8(raw).map_or_else(|_| String::from_utf8_lossy(raw), Cow::Borrowed);
    let Some(first) = memchr(b'\\', text.as_bytes()) else { return text };
    let mut out = String::with_capacity(text.len());
    let mut rest: &str = &text;
    let mut next = Some(first);
    while let Some(backslash) = next {
        out.push_str(&rest[..backslash]);
        let (character, length) = escaped(&rest.as_bytes()[backslash..]);
        out.push(character);
        rest = &rest[backslash + length..];
        // Escapes come in runs (`\n\t`, `\"`): look at the next bytes before a search is begun.
        next = match rest.as_bytes().first() {
            Some(b'\\') => Some(0),
            _ => memchr(b'\\', rest.as_bytes()),
        };
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The character that an escape stands for, and the escape's length. `escape` begins with a backslash.
fn escaped(escape: &[u8]) -> (char, usize) {
    let plain = match escape.get(1) {
        Some(b'n') => '\n',
        Some(b't') => '\t',
        Some(b'r') => '\r',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(byte @ (b'"' | b'\\' | b'/')) => char::from(*byte),
        Some(b'u') => return unicode_escape(escape),
        // A lone backslash at the end, or an escape that JSON does not know: the backslash is kept as text.
        _ => return ('\\', 1),
    };
    (plain, 2)
}

fn unicode_escape(escape: &[u8]) -> (char, usize) {
    let unit = |at: usize| -> Option<u32> {
        let digits = escape.get(at..at + 4)?;
        digits.iter().try_fold(0, |sum, digit| Some(sum * 16 + char::from(*digit).to_digit(16)?))
    };
    let Some(high) = unit(2) else { return (char::REPLACEMENT_CHARACTER, 2) };
    if (0xD800..0xDC00).contains(&high)
        && escape.get(6..8) == Some(b"\\u")
        && let Some(low) = unit(8).filter(|low| (0xDC00..0xE000).contains(low))
    {
        let code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
        return (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 12);
    }
    (char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER), 6)
}
