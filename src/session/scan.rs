//! Looks into JSON text without building it.
//!
//! A transcript line is mostly one large string that nobody needs whole. [`fields`] finds the few values of an
//! object that are wanted and steps over the rest at the speed of a byte search; a value stays a slice of the
//! line until somebody asks for its [`text`]. Owns the way through escapes, strings and nesting. Refuses to
//! validate: what is stepped over is only checked for strings and brackets that close, so everything that is
//! JSON is read as JSON, and some things that are not are read too. Nothing here recurses.

use memchr::memchr;
use std::borrow::Cow;

/// The byte at which a text stopped being readable as JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Offset in the bytes given.
    pub at: usize,
}

/// The one value that these bytes are, without the white space around it; an error if they are none or more.
pub fn whole(bytes: &[u8]) -> Result<&[u8], Broken> {
    let start = after_space(bytes, 0);
    let end = skip(bytes, start)?;
    let rest = after_space(bytes, end);
    if rest == bytes.len() { Ok(&bytes[start..end]) } else { Err(Broken { at: rest }) }
}

/// The first value in these bytes, or all of them from there on if it does not end.
pub fn first(bytes: &[u8]) -> &[u8] {
    let start = after_space(bytes, 0);
    &bytes[start..skip(bytes, start).unwrap_or(bytes.len())]
}

/// The end of the value that begins at `at`.
pub fn skip(bytes: &[u8], at: usize) -> Result<usize, Broken> {
    match bytes.get(at) {
        Some(b'"') => string_end(bytes, at),
        Some(b'{' | b'[') => container_end(bytes, at),
        Some(_) => {
            let rest = bytes.get(at..).unwrap_or_default();
            let length = rest
                .iter()
                .position(|b| !matches!(b, b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'+' | b'.'))
                .unwrap_or(rest.len());
            if length == 0 { Err(Broken { at }) } else { Ok(at + length) }
        }
        None => Err(Broken { at }),
    }
}

/// The values that these names have in an object, in the order of the names; the last one where a name occurs
/// twice, as `serde_json` has it.
pub fn fields<'a, const N: usize>(
    object: &'a [u8],
    names: [&str; N],
) -> Result<[Option<&'a [u8]>; N], Broken> {
    Walk::new(object).fields(names)
}

/// The value of one name in an object; `None` also where the bytes are no object.
pub fn field<'a>(object: &'a [u8], name: &str) -> Option<&'a [u8]> {
    fields(object, [name]).ok().and_then(|[value]| value)
}

/// An object's keys (without their quotes, escapes as they stand) and values. Not an object: one error.
pub fn entries(object: &[u8]) -> Entries<'_> {
    Entries { bytes: object, at: 0, open: b'{', state: State::Start }
}

/// An array's values. Not an array: one error.
pub fn elements(array: &[u8]) -> impl Iterator<Item = Result<&[u8], Broken>> {
    Entries { bytes: array, at: 0, open: b'[', state: State::Start }.map(|entry| entry.map(|(_, value)| value))
}

/// The text of a JSON string; `None` where the value is something else. Unpaired surrogates and broken UTF-8
/// become U+FFFD.
pub fn text(value: &[u8]) -> Option<Cow<'_, str>> {
    inside(value).map(unescape)
}

/// The text of a JSON string, if it is at most this long in the file. For names and ids.
pub fn short_text(value: &[u8], most: usize) -> Option<Cow<'_, str>> {
    inside(value).filter(|raw| raw.len() <= most).map(unescape)
}

/// The bytes between a string's quotes, escapes as they stand.
pub fn inside(value: &[u8]) -> Option<&[u8]> {
    value.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""))
}

/// A number.
pub fn number(value: &[u8]) -> Option<f64> {
    std::str::from_utf8(value).ok()?.parse::<f64>().ok().filter(|number| number.is_finite())
}

/// `true` or `false`.
pub fn truth(value: &[u8]) -> Option<bool> {
    match value {
        b"true" => Some(true),
        b"false" => Some(false),
        _ => None,
    }
}

/// A value without the white space between its parts.
pub fn compact(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut at = 0;
    while let Some(byte) = value.get(at) {
        let end = if *byte == b'"' { string_end(value, at).unwrap_or(value.len()) } else { at + 1 };
        if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
            out.extend_from_slice(&value[at..end]);
        }
        at = end;
    }
    out
}

/// Whether a key, as it stands in the file, is this name.
pub fn is_named(key: &[u8], name: &str) -> bool {
    key == name.as_bytes() || (memchr(b'\\', key).is_some() && unescape(key) == name)
}

/// Takes the escapes out of a string's inside.
pub fn unescape(raw: &[u8]) -> Cow<'_, str> {
    // Checked once as a whole: checking every stretch between two escapes costs more than the copying.
    let text = String::from_utf8_lossy(raw);
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
    if (0xD800..0xDC00).contains(&high) && escape.get(6..8) == Some(b"\\u") {
        if let Some(low) = unit(8).filter(|low| (0xDC00..0xE000).contains(low)) {
            let code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
            return (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 12);
        }
    }
    (char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER), 6)
}

/// The end of the string whose opening quote is at `at`. Looks for quotes and then back over backslashes: line
/// breaks are escapes too, and stopping at every one of them would cost most of the speed. Where escaped quotes
/// stand close together (JSON inside a string), blocks are looked at instead.
fn string_end(bytes: &[u8], at: usize) -> Result<usize, Broken> {
    let first = at + 1;
    let mut from = first;
    while let Some(distance) = bytes.get(from..).and_then(|rest| memchr(b'"', rest)) {
        let quote = from + distance;
        let backslashes = bytes[first..quote].iter().rev().take_while(|b| **b == b'\\').count();
        if backslashes % 2 == 0 {
            return Ok(quote + 1);
        }
        from = quote + 1;
        if distance < CLOSE {
            // The byte after an escaped quote begins with a clean slate.
            match end_by_blocks(&bytes[from..]) {
                Ok(end) => return Ok(from + end),
                Err(rest) => from += rest,
            }
        }
    }
    Err(Broken { at: bytes.len() })
}

/// Escaped quotes nearer to each other than this are dense, bytes.
const CLOSE: usize = 24;

/// So many blocks are looked at before it is tried again whether quotes are still dense.
const BLOCKS: usize = 16;

/// The end of a string that goes on here, found in blocks of 64 bytes at one pace whatever they hold; else how
/// far was looked, which is never between a backslash and what it escapes. After Langdale and Lemire, "Parsing
/// gigabytes of JSON per second" (2019), with words of eight bytes in the place of wide registers.
fn end_by_blocks(bytes: &[u8]) -> Result<usize, usize> {
    const EVEN: u64 = 0x5555_5555_5555_5555;
    let mut escaped_first = 0u64;
    let mut looked = 0;
    for block in bytes.chunks_exact(64).take(BLOCKS) {
        let (mut quotes, mut backslashes) = (0u64, 0u64);
        for (index, word) in block.chunks_exact(8).enumerate() {
            let word = word.iter().rev().fold(0u64, |word, byte| word << 8 | u64::from(*byte));
            quotes |= equal_bytes(word, b'"') << (8 * index);
            backslashes |= equal_bytes(word, b'\\') << (8 * index);
        }
        // A backslash that is escaped itself escapes nothing. Runs that begin at an odd place are told from
        // those at an even one by the carry of an addition.
        let backslashes = backslashes & !escaped_first;
        let follows = backslashes << 1 | escaped_first;
        let odd_starts = backslashes & !EVEN & !follows;
        let (ends, carry) = odd_starts.overflowing_add(backslashes);
        let escaped = (EVEN ^ (ends << 1)) & follows;
        let closing = quotes & !escaped;
        if closing != 0 {
            return Ok(looked + closing.trailing_zeros() as usize + 1);
        }
        escaped_first = u64::from(carry);
        looked += 64;
    }
    // The byte behind the last block may be escaped: it is passed over with the backslash before it.
    Err((looked + escaped_first as usize).min(bytes.len()))
}

/// One bit for each of eight bytes that equals this one, lowest byte first.
fn equal_bytes(word: u64, byte: u8) -> u64 {
    const LOW: u64 = 0x7F7F_7F7F_7F7F_7F7F;
    let differing = word ^ (u64::from(byte) * 0x0101_0101_0101_0101);
    let equal = !(((differing & LOW) + LOW) | differing | LOW);
    (equal >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

fn container_end(bytes: &[u8], at: usize) -> Result<usize, Broken> {
    let mut depth = 0usize;
    let mut here = at;
    while let Some(byte) = bytes.get(here) {
        match byte {
            b'"' => {
                here = string_end(bytes, here)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Ok(here + 1);
                }
            }
            _ => {}
        }
        here += 1;
    }
    Err(Broken { at: bytes.len() })
}

fn after_space(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r')).count()
}

/// Goes through nested values in one pass: what is entered is not stepped over first, so that a large string
/// deep inside is looked at once.
#[derive(Clone, Debug)]
pub struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// What a visitor of [`Walk::object`] wants next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Go {
    /// The next entry. The visitor has taken the value.
    On,
    /// The value was not taken: step over it.
    Over,
    /// Nothing more of this object, nor of what it stands in.
    Out,
}

impl<'a> Walk<'a> {
    /// Begins before the first value.
    pub fn new(bytes: &'a [u8]) -> Walk<'a> {
        Walk { bytes, at: after_space(bytes, 0) }
    }

    /// Whether nothing but white space is left.
    pub fn is_done(&self) -> bool {
        after_space(self.bytes, self.at) == self.bytes.len()
    }

    /// The first byte of the value ahead.
    pub fn ahead(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Takes the value ahead, whatever it is.
    pub fn value(&mut self) -> Result<&'a [u8], Broken> {
        let start = self.at;
        self.at = skip(self.bytes, start)?;
        Ok(&self.bytes[start..self.at])
    }

    /// Takes the object ahead. Each key (escapes as they stand) is shown with the walk before its value.
    /// Returns false if the visitor went out before the end.
    pub fn object(
        &mut self,
        mut visit: impl FnMut(&'a [u8], &mut Walk<'a>) -> Result<Go, Broken>,
    ) -> Result<bool, Broken> {
        self.expect(b'{')?;
        if self.closes(b'}') {
            return Ok(true);
        }
        loop {
            if self.ahead() != Some(b'"') {
                return Err(Broken { at: self.at });
            }
            let key = self.value()?;
            self.at = after_space(self.bytes, self.at);
            self.expect(b':')?;
            match visit(&key[1..key.len() - 1], self)? {
                Go::On => {}
                Go::Over => self.at = skip(self.bytes, self.at)?,
                Go::Out => return Ok(false),
            }
            self.at = after_space(self.bytes, self.at);
            if self.closes(b'}') {
                return Ok(true);
            }
            self.expect(b',')?;
        }
    }

    /// Takes the array ahead. The visitor takes each element.
    pub fn array(
        &mut self,
        mut visit: impl FnMut(&mut Walk<'a>) -> Result<(), Broken>,
    ) -> Result<(), Broken> {
        self.expect(b'[')?;
        if self.closes(b']') {
            return Ok(());
        }
        loop {
            visit(self)?;
            self.at = after_space(self.bytes, self.at);
            if self.closes(b']') {
                return Ok(());
            }
            self.expect(b',')?;
        }
    }

    /// Takes the object ahead and gives the values that these names have in it.
    pub fn fields<const N: usize>(&mut self, names: [&str; N]) -> Result<[Option<&'a [u8]>; N], Broken> {
        let mut found = [None; N];
        self.object(|key, walk| match names.iter().position(|name| is_named(key, name)) {
            Some(index) => {
                found[index] = Some(walk.value()?);
                Ok(Go::On)
            }
            None => Ok(Go::Over),
        })?;
        Ok(found)
    }

    fn expect(&mut self, byte: u8) -> Result<(), Broken> {
        if self.ahead() != Some(byte) {
            return Err(Broken { at: self.at });
        }
        self.at = after_space(self.bytes, self.at + 1);
        Ok(())
    }

    fn closes(&mut self, byte: u8) -> bool {
        let closes = self.ahead() == Some(byte);
        self.at += usize::from(closes);
        closes
    }
}

/// See [`entries`].
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    bytes: &'a [u8],
    at: usize,
    open: u8,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Start,
    Inside,
    Done,
}

impl<'a> Entries<'a> {
    fn step(&mut self) -> Result<Option<(&'a [u8], &'a [u8])>, Broken> {
        let bytes = self.bytes;
        let close = if self.open == b'{' { b'}' } else { b']' };
        let mut at = after_space(bytes, self.at);
        if self.state == State::Start {
            if bytes.get(at) != Some(&self.open) {
                return Err(Broken { at });
            }
            at = after_space(bytes, at + 1);
            if bytes.get(at) == Some(&close) {
                return Ok(None);
            }
            self.state = State::Inside;
        } else {
            match bytes.get(at) {
                Some(b',') => at = after_space(bytes, at + 1),
                Some(byte) if *byte == close => return Ok(None),
                _ => return Err(Broken { at }),
            }
        }
        let mut key: &[u8] = b"";
        if self.open == b'{' {
            if bytes.get(at) != Some(&b'"') {
                return Err(Broken { at });
            }
            let end = string_end(bytes, at)?;
            key = &bytes[at + 1..end - 1];
            at = after_space(bytes, end);
            if bytes.get(at) != Some(&b':') {
                return Err(Broken { at });
            }
            at = after_space(bytes, at + 1);
        }
        let end = skip(bytes, at)?;
        self.at = end;
        Ok(Some((key, &bytes[at..end])))
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Result<(&'a [u8], &'a [u8]), Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.state == State::Done {
            return None;
        }
        let step = self.step().transpose();
        if !matches!(step, Some(Ok(_))) {
            self.state = State::Done;
        }
        step
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn any_json() -> impl Strategy<Value = Value> {
        let text = "[a-c\\\\\"/\n\t\u{1}{}\\[\\],:é🎉\u{7f}]{0,12}";
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-1e9..1e9f64).prop_map(Value::from),
            text.prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 60, 6, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec((text, inner), 0..6)
                    .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    /// Rebuilds a value from slices alone, so that a slice cut wrongly anywhere shows.
    fn rebuilt(raw: &[u8]) -> Value {
        match raw.first() {
            Some(b'{') => Value::Object(
                entries(raw)
                    .map(|entry| entry.unwrap())
                    .map(|(key, value)| (unescape(key).into_owned(), rebuilt(value)))
                    .collect(),
            ),
            Some(b'[') => elements(raw).map(|element| rebuilt(element.unwrap())).collect(),
            Some(b'"') => Value::from(text(raw).unwrap().into_owned()),
            _ => serde_json::from_slice(raw).unwrap(),
        }
    }

    /// Escapes everything that may be escaped, in the longest form.
    fn all_escaped(value: &str) -> String {
        let units = value.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect::<String>();
        format!("\"{units}\"")
    }

    const DENSE: &[&[u8]] = &[b"\\\"", b"\\\\", b"a", b"\\n", b"bcdefgh", b"\xFF\xA2"];

    proptest! {
        #[test]
        fn reads_what_serde_reads(value in any_json(), pretty in any::<bool>()) {
            let raw = if pretty { serde_json::to_vec_pretty(&value) } else { serde_json::to_vec(&value) }.unwrap();
            prop_assert_eq!(whole(&raw), Ok(&raw[..]));
            prop_assert_eq!(compact(&raw), serde_json::to_vec(&value).unwrap());
            let by_serde = serde_json::from_slice::<Value>(&raw).unwrap();
            prop_assert_eq!(rebuilt(&raw), by_serde);
        }

        #[test]
        fn a_cut_container_is_broken(value in any_json(), share in 0.0..1.0f64) {
            let raw = serde_json::to_vec(&serde_json::json!({ "a": value })).unwrap();
            let cut = ((raw.len() - 1) as f64 * share) as usize;
            prop_assert!(whole(&raw[..cut]).is_err());
        }

        #[test]
        fn long_escapes_are_text(value in any::<String>()) {
            let raw = all_escaped(&value);
            let read = text(raw.as_bytes()).unwrap();
            prop_assert_eq!(read.as_ref(), value.as_str());
        }

        /// Strings long and dense enough for blocks, against the plain rule: after a backslash one byte is passed over.
        #[test]
        fn a_dense_string_ends_where_it_ends(inner in prop::collection::vec(prop::sample::select(DENSE), 0..900)) {
            let raw = [b"\"".to_vec(), inner.concat(), b"\",\"after\"".to_vec()].concat();
            let mut plain = 1;
            while raw[plain] != b'"' {
                plain += if raw[plain] == b'\\' { 2 } else { 1 };
            }
            prop_assert_eq!(skip(&raw, 0), Ok(plain + 1));
        }

        #[test]
        fn no_bytes_panic(raw in prop::collection::vec(prop_oneof![
            Just(b'"'), Just(b'\\'), Just(b'{'), Just(b'}'), Just(b'['), Just(b']'), Just(b':'), Just(b','),
            Just(b'u'), Just(b' '), any::<u8>()], 0..64)) {
            let _ = whole(&raw);
            let _ = Walk::new(&raw).array(|walk| walk.fields(["a"]).map(|_| ()));
            let _ = fields(&raw, ["a", "u"]);
            let _ = elements(&raw).count();
            let _ = unescape(&raw);
        }
    }

    #[test]
    fn finds_fields_behind_large_and_hostile_values() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let line = format!(r#"{{"skip":{deep},"s":"}}\\\"{{","wa\u006et":1,"want":2}}"#);
        let [want, s] = fields(line.as_bytes(), ["want", "s"]).unwrap();
        assert_eq!(want, Some(&b"2"[..]));
        assert_eq!(s.and_then(text).as_deref(), Some("}\\\"{"));
    }
}
