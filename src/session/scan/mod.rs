//! Looks into JSON text without building it.
//!
//! A transcript line is mostly one large string that nobody needs whole. [`fields`] finds the few values of an
//! object that are wanted and steps over the rest at the speed of a byte search; a value stays a slice of the
//! line until somebody asks for its [`text()`]. Owns the way through escapes, strings and nesting. Refuses to
//! validate: what is stepped over is only checked for strings and brackets that close, so everything that is
//! JSON is read as JSON, and some things that are not are read too. Nothing here recurses.

mod step;
mod text;

pub use step::skip;
pub use text::unescape;

use memchr::memchr;
use std::borrow::Cow;
use step::string_end;

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
    Entries { bytes: array, at: 0, open: b'[', state: State::Start }
        .map(|entry| entry.map(|(_, value)| value))
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

/// A key, without its quotes and undecoded, and its value.
type Entry<'a> = (&'a [u8], &'a [u8]);

impl<'a> Entries<'a> {
    fn step(&mut self) -> Result<Option<Entry<'a>>, Broken> {
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
