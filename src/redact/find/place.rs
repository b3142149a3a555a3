//! Where a value stands: the name around a keyword, what ties a value to it, where the value begins and ends, and
//! what its line looks like. Refuses to judge either; `assignment` does.

use std::ops::Range;

/// Longest name on either side of a keyword, bytes.
const LONGEST_NAME: usize = 64;

/// Longest value looked at, bytes.
const LONGEST_VALUE: usize = 1024;

/// How name and value are tied together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tie {
    /// `NAME=value`, nothing in between.
    Tight,
    /// `name = value`, `name: value`, `name => value`, and the other ways to assign.
    Loose,
    /// `--name value`
    Flag,
    /// Nothing but a space, or `is`.
    Words,
}

/// A value, where it was found and what its place says.
#[derive(Debug)]
pub(super) struct Value {
    /// Where.
    pub(super) range: Range<usize>,
    /// Whether it stands in quotes, or in an element.
    pub(super) quoted: bool,
    /// How it is tied to the name.
    pub(super) tie: Tie,
}

/// The name that the keyword is part of: letters, digits, `_`, `-`, `.` around it.
pub(in crate::redact) fn name_around(bytes: &[u8], hit: &Range<usize>) -> Range<usize> {
    let belongs = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let left = bytes
        .get(..hit.start)
        .unwrap_or_default()
        .iter()
        .rev()
        .take(LONGEST_NAME)
        .take_while(|b| belongs(b))
        .count();
    let right =
        bytes.get(hit.end..).unwrap_or_default().iter().take(LONGEST_NAME).take_while(|b| belongs(b)).count();
    let mut start = hit.start - left;
    // In escaped text the `n` of `\n` is no part of the name.
    if start > 0
        && start < hit.start
        && bytes.get(start - 1) == Some(&b'\\')
        && matches!(bytes.get(start), Some(b'n' | b't' | b'r'))
    {
        start += 1;
    }
    let mut end = hit.end + right;
    // The full stop after a sentence's last word is no part of it either.
    while end > hit.end && matches!(bytes.get(end - 1), Some(b'.' | b'-')) {
        end -= 1;
    }
    start..end
}

/// Where the value begins that is assigned to a name which goes on at `from`; for vendors' keys.
pub(in crate::redact) fn value_start(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    let name = rest
        .iter()
        .take(40)
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b' '))
        .count();
    let (value, tie) = after_name(bytes, from + name)?;
    (tie != Tie::Words).then(|| opening_quote(bytes, value).map_or(value, |quote| quote.end))
}

/// The value of the name at this range, if anything ties one to it.
pub(super) fn value_of(bytes: &[u8], name: &Range<usize>) -> Option<Value> {
    let (start, mut tie) = after_name(bytes, name.end)?;
    let flag = bytes.get(name.start) == Some(&b'-');
    if flag && tie == Tie::Words {
        tie = Tie::Flag;
    }
    let window = bytes.get(start..bytes.len().min(start + LONGEST_VALUE))?;
    if let Some(quote) = opening_quote(bytes, start) {
        let opening = bytes.get(quote.clone())?;
        let inside = bytes.get(quote.end..bytes.len().min(quote.end + LONGEST_VALUE))?;
        let length = quoted_length(inside, opening);
        return Some(Value { range: quote.end..quote.end + length, quoted: true, tie });
    }
    let element = start == name.end + 1 && bytes.get(name.end) == Some(&b'>');
    if element && name.start.checked_sub(1).and_then(|i| bytes.get(i)) != Some(&b'<') {
        return None;
    }
    let from_line_start = tie == Tie::Tight && Line::begins_with(bytes, name.start);
    let ends = |index: usize, byte: u8| {
        let escape =
            byte == b'\\' && matches!(window.get(index + 1), Some(b'n' | b'r' | b't' | b'"' | b'\'' | b'\\'));
        let always =
            byte.is_ascii_whitespace() || byte.is_ascii_control() || escape || byte == b'"' || byte == b'\'';
        always
            || element && byte == b'<'
            || !element
                && !from_line_start
                && matches!(byte, b',' | b';' | b'&' | b')' | b']' | b'}' | b'|' | b'`')
    };
    let length = window.iter().enumerate().position(|(i, b)| ends(i, *b)).unwrap_or(window.len());
    let sentence_end =
        window.get(..length)?.iter().rev().take_while(|b| matches!(b, b'.' | b':' | b'*' | b'?')).count();
    let length = if from_line_start { length } else { length - sentence_end };
    Some(Value { range: start..start + length, quoted: element, tie })
}

/// Steps over what closes a name and ties it to its value; gives where the value begins.
fn after_name(bytes: &[u8], name_end: usize) -> Option<(usize, Tie)> {
    let skip = |from: usize, most: usize, set: &[u8]| {
        from + bytes.get(from..).unwrap_or_default().iter().take(most).take_while(|b| set.contains(b)).count()
    };
    let closed = skip(name_end, 6, b"\"'`\\])*");
    let spaced = skip(closed, 16, b" \t");
    let rest = bytes.get(spaced..)?;
    let long: [&[u8]; 7] = [b":=", b"=>", b"->", b"==", b"||=", b"?=", b"::"];
    let tie = long.iter().find(|tie| rest.starts_with(tie)).map_or(1, |tie| tie.len());
    match rest.first()? {
        b':' if rest.starts_with(b"::") => None,
        b'=' | b':' | b'|' | b'?' | b'-' if tie > 1 || matches!(rest.first()?, b'=' | b':') => {
            let value = skip(spaced + tie, 16, b" \t*");
            let tight = spaced == name_end && value == spaced + 1 && rest.first() == Some(&b'=');
            // A pretty-printed value may stand on the next line, if it is quoted.
            let broken = skip(value, 40, b"\r\n \t");
            let value = if opening_quote(bytes, broken).is_some() { broken } else { value };
            Some((value, if tight { Tie::Tight } else { Tie::Loose }))
        }
        // Arguments of a call (`set("x-api-key", "…")`), not two neighbours in a list.
        b',' if !is_first_argument(bytes, name_end) => {
            named_value(bytes, name_end).map(|value| (value, Tie::Loose))
        }
        b',' | b'(' if rest.first() == Some(&b',') || spaced == name_end => {
            named_value(bytes, name_end).map(|value| (value, Tie::Loose)).or_else(|| {
                let value = skip(spaced + 1, 4, b" \t");
                opening_quote(bytes, value).map(|_| (value, Tie::Loose))
            })
        }
        b'>' if spaced == name_end => Some((spaced + 1, Tie::Loose)),
        _ => {
            if let Some(value) = named_value(bytes, name_end) {
                return Some((value, Tie::Loose));
            }
            let spaced = skip(spaced + beside(rest), 4, b" \t");
            let rest = bytes.get(spaced..)?;
            let joins: [&[u8]; 10] =
                [b"is ", b"was ", b"to ", b"is: ", b"to: ", b"ist ", b"est ", b"es ", b"jest ", b"lautet "];
            let joined = joins.iter().find(|word| rest.starts_with(word));
            (spaced > name_end)
                .then(|| (skip(spaced + joined.map_or(0, |word| word.len()), 4, b" \t"), Tie::Words))
        }
    }
}

/// What stands between a password and what it opens.
const PREPOSITIONS: &[&str] = &[
    "for", "of", "to", "on", "from", "für", "fuer", "vom", "von", "zum", "zur", "pour", "du", "de", "para",
    "del", "per", "voor", "van", "do", "dla",
];

/// How long `for admin` is in `the password for admin is …`, where such a phrase begins the bytes; else 0.
fn beside(bytes: &[u8]) -> usize {
    const MOST_WORDS: usize = 3;
    let word = |at: usize| {
        let rest = bytes.get(at..).unwrap_or_default();
        rest.iter()
            .take(LONGEST_NAME)
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-') || !b.is_ascii())
            .count()
    };
    let preposition = bytes.get(..word(0)).unwrap_or_default();
    if !PREPOSITIONS.iter().any(|known| known.as_bytes() == preposition) {
        return 0;
    }
    let mut at = preposition.len() + 1;
    for _ in 0..MOST_WORDS {
        let length = word(at);
        if matches!(bytes.get(at..at + length), Some(b"is" | b"was" | b"ist" | b"est" | b"es" | b"jest")) {
            return at;
        }
        if length == 0 || bytes.get(at + length) != Some(&b' ') {
            return 0;
        }
        at += length + 1;
    }
    0
}

/// A line without the number that a tool put before it: `12→`, `12:`, `12-`.
fn without_number(line: &[u8]) -> &[u8] {
    let digits = line.iter().take_while(|b| b.is_ascii_digit()).count();
    let rest = line.get(digits..).unwrap_or_default();
    let marks: [&[u8]; 4] = ["→".as_bytes(), b":", b"-", b"|"];
    let after = marks.iter().find_map(|mark| rest.strip_prefix(*mark)).filter(|_| digits > 0);
    after.map_or(line, |after| after.trim_ascii())
}

/// Whether the name that ends here is quoted and stands right after a bracket.
fn is_first_argument(bytes: &[u8], name_end: usize) -> bool {
    let before = bytes.get(name_end.saturating_sub(LONGEST_NAME)..name_end).unwrap_or_default();
    let name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let mut left =
        before.iter().rev().skip_while(|b| name(b)).skip_while(|b| matches!(b, b'"' | b'\'' | b'\\'));
    matches!(left.next(), Some(b'(' | b'['))
}

/// `name: DB_PASSWORD\n value: …`, `"name": "X", "value": "…"`, `key="X" value="…"`: the value that follows a name
/// which is itself a value.
fn named_value(bytes: &[u8], name_end: usize) -> Option<usize> {
    let rest = bytes.get(name_end..bytes.len().min(name_end + 64))?;
    let mut gap = 0;
    loop {
        // In escaped text a line break is a backslash and a letter.
        let escape = rest.get(gap..)?.iter().take_while(|b| **b == b'\\').count();
        let letter = rest.get(gap + escape).filter(|b| escape > 0 && matches!(b, b'n' | b'r' | b't'));
        match rest.get(gap) {
            _ if letter.is_some() => gap += escape + 1,
            Some(b'"' | b'\'' | b'\\' | b',' | b' ' | b'\t' | b'\r' | b'\n') => gap += 1,
            _ => break,
        }
    }
    let key = rest.get(gap..)?;
    let after =
        key.get(5..).filter(|_| key.get(..5).is_some_and(|word| word.eq_ignore_ascii_case(b"value")))?;
    let tie = after.iter().take_while(|b| b"\"'\\ :=".contains(b)).count();
    let tied = after.get(..tie)?;
    if gap == 0 || !tied.iter().any(|b| matches!(b, b':' | b'=')) {
        return None;
    }
    // The opening quote belongs to the value.
    let quote = tied.iter().rev().take_while(|b| matches!(b, b'"' | b'\'' | b'\\')).count();
    Some(name_end + gap + 5 + tie - quote)
}

/// The quote that begins at `start`, with the backslashes that escape it.
fn opening_quote(bytes: &[u8], start: usize) -> Option<Range<usize>> {
    let rest = bytes.get(start..)?;
    let marks =
        rest.iter().take(2).take_while(|b| matches!(b, b'b' | b'r' | b'f' | b'u' | b'@' | b'$')).count();
    let escapes = rest.get(marks..)?.iter().take(4).take_while(|b| **b == b'\\').count();
    let quote = rest.get(marks + escapes)?;
    matches!(quote, b'"' | b'\'' | b'`').then(|| start + marks..start + marks + escapes + 1)
}

/// Up to the closing quote, which looks like the opening one; up to the line's end where there is none.
fn quoted_length(inside: &[u8], opening: &[u8]) -> usize {
    let quote = opening.last().copied().unwrap_or(b'"');
    let escaped = opening.contains(&b'\\');
    let mut index = 0;
    while let Some(byte) = inside.get(index) {
        let next = inside.get(index + 1).copied().unwrap_or(b' ');
        match byte {
            b'\n' => return index,
            b'\\' if escaped && (next == quote || next == b'\\' || next == b'n') => return index,
            b'\\' if !escaped => index += 1,
            byte if *byte == quote => return index,
            _ => {}
        }
        index += 1;
    }
    inside.len()
}

/// The line that an assignment stands in, as far as it matters.
pub(super) struct Line {
    /// Nothing but white space, `export`, `- ` or a quote before the name.
    pub(super) begins: bool,
    /// Nothing but white space after the value.
    pub(super) ends: bool,
    /// A bracket or comma stands right before the name or right after the value: arguments of a call.
    pub(super) argument: bool,
    /// The name is the opening tag of an element.
    pub(super) element: bool,
    /// The name is quoted itself (`"pass": "…"`).
    pub(super) quoted_name: bool,
}

impl Line {
    /// The surroundings of this name and value.
    pub(super) fn around(bytes: &[u8], name: &Range<usize>, value: &Range<usize>) -> Line {
        let before = name.start.checked_sub(1).and_then(|i| bytes.get(i)).copied().unwrap_or(b'\n');
        let after = bytes.get(value.end).copied().unwrap_or(b'\n');
        let escaped_end = after == b'\\' && matches!(bytes.get(value.end + 1), Some(b'n' | b'r'));
        Line {
            begins: Line::begins_with(bytes, name.start),
            ends: matches!(after, b'\n' | b'\r') || escaped_end,
            argument: before == b'(' || matches!(after, b')' | b','),
            element: before == b'<',
            quoted_name: matches!(before, b'"' | b'\''),
        }
    }

    fn begins_with(bytes: &[u8], start: usize) -> bool {
        let before = bytes.get(start.saturating_sub(24)..start).unwrap_or_default();
        let line = before.rsplit(|b| *b == b'\n').next().unwrap_or_default();
        let complete = line.len() < before.len() || start <= 24;
        let line = without_number(line.trim_ascii());
        let escaped = line.ends_with(b"\\n") || line.ends_with(b"\\t");
        let opens = line.is_empty()
            || [&b"export"[..], b"-", b"+", b"set", b"set -gx", b"env", b"ENV", b"-e", b"--env"]
                .contains(&line);
        complete && opens
            || escaped
            || line.ends_with(b" export")
            || line.ends_with(b" -e")
            || line.ends_with(b" --env")
    }
}
