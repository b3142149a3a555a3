//! What a vendor's token looks like, and whether one stands at a keyword.
//!
//! Owns the shapes that the tables in `rules` are written in. A shape is looked for at a keyword that the gate
//! found, never in the whole text, and over a bounded number of bytes. Refuses to know any vendor.

use super::find::place;
use super::value::{self, entropy};
use regex::bytes::{Regex, RegexBuilder};
use std::ops::Range;
use std::sync::OnceLock;

/// Longest token that any rule takes, bytes. A longer run of token characters is a blob, and what is redacted of
/// it is this much.
pub(super) const LONGEST: usize = 4096;
/// How many line breaks a terminal may have put into one token.
const MOST_BREAKS: usize = 3;

/// The characters that a token is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alphabet {
    /// `0-9`
    Digits,
    /// `0-9 a-f A-F`
    Hex,
    /// `0-9 a-f A-F -`
    HexDash,
    /// `A-Z 0-9`
    Upper,
    /// `A-Z a-z 0-9`
    Alnum,
    /// `A-Z a-z 0-9 _`
    Word,
    /// `A-Z a-z 0-9 _ -`
    Url,
    /// `A-Z a-z 0-9 _ - . = ~`
    Dotted,
    /// `A-Z a-z 0-9 + / =`
    Base64,
    /// `A-Z a-z 0-9 _ - = + / . % ~`
    Any,
}

impl Alphabet {
    /// Whether the character belongs to it.
    pub(super) fn has(self, byte: u8) -> bool {
        match self {
            Alphabet::Digits => byte.is_ascii_digit(),
            Alphabet::Hex => byte.is_ascii_hexdigit(),
            Alphabet::HexDash => byte.is_ascii_hexdigit() || byte == b'-',
            Alphabet::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Alphabet::Alnum => byte.is_ascii_alphanumeric(),
            Alphabet::Word => byte.is_ascii_alphanumeric() || byte == b'_',
            Alphabet::Url => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'),
            Alphabet::Dotted => {
                byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'=' | b'~')
            }
            Alphabet::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='),
            Alphabet::Any => {
                byte.is_ascii_alphanumeric()
                    || matches!(byte, b'_' | b'-' | b'=' | b'+' | b'/' | b'.' | b'%' | b'~')
            }
        }
    }
}

/// How a token is recognised.
#[derive(Debug)]
pub(super) enum Shape {
    /// It begins with the keyword; so many characters of the alphabet follow.
    Prefixed(Alphabet, usize, usize),
    /// It begins with the keyword and matches this expression (bytes, anchored at the keyword). Where the
    /// expression has a group, the group is the secret.
    Pattern(&'static str),
    /// The keyword stands in its middle, with so many characters of an alphabet before and after it.
    Around {
        /// What comes before the keyword: alphabet, least, most.
        before: (Alphabet, usize, usize),
        /// What comes after it.
        after: (Alphabet, usize, usize),
    },
    /// The keyword names the vendor on the left of an assignment; the value is so many characters of the alphabet.
    Assigned(Alphabet, usize, usize),
    /// The same where the name has to say, too, that its value is secret (`HEROKU_API_KEY`): vendors' names alone
    /// are everyday words, and stand beside identifiers and hashes. No keyword of the gate.
    AssignedSecret(Alphabet, usize, usize),
}

/// A rule's expression, once it was needed; `None` inside where it cannot be compiled.
pub(super) type Compiled = OnceLock<Option<Regex>>;

/// One kind of secret.
#[derive(Debug)]
pub(super) struct Rule {
    /// The kind, as the placeholder names it.
    pub(super) kind: &'static str,
    /// What the gate looks for, in any case. Where a token begins with it or is built around it, the text must
    /// have it in this very case.
    pub(super) keywords: &'static [&'static str],
    /// How it is recognised.
    pub(super) shape: Shape,
    /// Bits a character (Shannon) that the secret must have at least; 0 where its shape is proof enough.
    pub(super) entropy: f64,
}

/// A token that begins with one of the keywords, then `least..=most` characters of the alphabet.
pub(super) const fn prefixed(
    kind: &'static str,
    keywords: &'static [&'static str],
    alphabet: Alphabet,
    least: usize,
    most: usize,
) -> Rule {
    Rule { kind, keywords, shape: Shape::Prefixed(alphabet, least, most), entropy: 1.5 }
}

/// A token that begins with one of the keywords and matches an expression.
pub(super) const fn pattern(
    kind: &'static str,
    keywords: &'static [&'static str],
    expression: &'static str,
) -> Rule {
    Rule { kind, keywords, shape: Shape::Pattern(expression), entropy: 0.0 }
}

/// A token with the keyword in its middle; before and after it so many characters of an alphabet.
pub(super) const fn around(
    kind: &'static str,
    keywords: &'static [&'static str],
    before: (Alphabet, usize, usize),
    after: (Alphabet, usize, usize),
) -> Rule {
    Rule { kind, keywords, shape: Shape::Around { before, after }, entropy: 2.5 }
}

/// A value assigned to a name with the vendor's name in it.
pub(super) const fn assigned(
    kind: &'static str,
    keywords: &'static [&'static str],
    alphabet: Alphabet,
    least: usize,
    most: usize,
) -> Rule {
    Rule { kind, keywords, shape: Shape::Assigned(alphabet, least, most), entropy: 2.5 }
}

/// A value assigned to a name with the vendor's name and a word such as `key` or `token` in it.
pub(super) const fn assigned_secret(
    kind: &'static str,
    keywords: &'static [&'static str],
    alphabet: Alphabet,
    least: usize,
    most: usize,
) -> Rule {
    Rule { kind, keywords, shape: Shape::AssignedSecret(alphabet, least, most), entropy: 2.5 }
}

impl Rule {
    /// The range of the secret whose keyword stands at `hit`. `compiled` is this rule's place for its expression,
    /// which is compiled when it is first needed.
    pub(super) fn find(&self, text: &str, hit: &Range<usize>, compiled: &Compiled) -> Option<Range<usize>> {
        let bytes = text.as_bytes();
        let secret = match &self.shape {
            Shape::Prefixed(alphabet, least, most) => {
                self.at_word_start(bytes, hit)?;
                let end = run_over_breaks(bytes, hit.end, *alphabet, *least, *most)?;
                // Names of functions and files begin with some vendor's prefix every now and then.
                let body = text.get(hit.end..end)?;
                let mut parts = body.split(['\n', '\r', '\\', '/']);
                let wordlike = alphabet.has(b'_')
                    && !value::are_scrambled(body)
                    && !parts.any(|part| value::is_keylike(part) || is_one_mixed_run(part));
                (!wordlike).then_some(hit.start..end)?
            }
            Shape::Pattern(pattern) => {
                self.at_word_start(bytes, hit)?;
                match_pattern(bytes, hit.start, pattern, compiled)?
            }
            Shape::Around { before, after } => {
                self.same_case(bytes, hit)?;
                let start = run_back(bytes, hit.start, before.0, before.2 + 1);
                let end = run(bytes, hit.end, after.0, after.2 + 1);
                let fits = (before.1..=before.2).contains(&(hit.start - start))
                    && (after.1..=after.2).contains(&(end - hit.end));
                fits.then_some(start..end)?
            }
            Shape::Assigned(alphabet, least, most) => assigned_value(bytes, hit, *alphabet, *least, *most)?,
            // `find::assignment` asks for these by name.
            Shape::AssignedSecret(..) => return None,
        };
        let random = self.entropy == 0.0 || entropy(bytes.get(secret.clone())?) >= self.entropy;
        (random && ends_there(bytes, secret.end)).then_some(secret)
    }

    /// Whether a secret that was assigned to this name is of this kind ([`Shape::AssignedSecret`]).
    pub(super) fn names(&self, name: &str, secret: &str) -> bool {
        let Shape::AssignedSecret(alphabet, least, most) = self.shape else { return false };
        (least..=most).contains(&secret.len())
            && secret.bytes().all(|byte| alphabet.has(byte))
            && self.keywords.iter().any(|keyword| name.contains(keyword))
    }

    fn same_case(&self, bytes: &[u8], hit: &Range<usize>) -> Option<()> {
        let here = bytes.get(hit.clone())?;
        self.keywords.iter().any(|keyword| keyword.as_bytes() == here).then_some(())
    }

    fn at_word_start(&self, bytes: &[u8], hit: &Range<usize>) -> Option<()> {
        self.same_case(bytes, hit)?;
        let joined = bytes.get(hit.start).is_some_and(|b| !b.is_ascii_alphanumeric());
        (joined || begins_there(bytes, hit.start)).then_some(())
    }
}

/// Letters of both cases in one run without `_`, `-` or `.`: no name of a function or file looks like that behind a
/// vendor's prefix, while one random key in some hundred has no digit.
fn is_one_mixed_run(text: &str) -> bool {
    let has = |test: fn(&u8) -> bool| text.bytes().any(|byte| test(&byte));
    text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
}

/// Whether a token may begin here: no letter or digit before, unless it is the end of an escape (`\n`, `%3D`,
/// `\u0022`).
pub(super) fn begins_there(bytes: &[u8], start: usize) -> bool {
    let back =
        |distance: usize| start.checked_sub(distance).and_then(|i| bytes.get(i)).copied().unwrap_or(b' ');
    if !back(1).is_ascii_alphanumeric() {
        return true;
    }
    let percent = back(3) == b'%' && back(2).is_ascii_hexdigit() && back(1).is_ascii_hexdigit();
    let unicode = back(6) == b'\\' && back(5) == b'u' && (1..=4).all(|i| back(i).is_ascii_hexdigit());
    matches!(back(1), b'n' | b't' | b'r') && back(2) == b'\\' || percent || unicode
}

/// Whether a token may end here.
pub(super) fn ends_there(bytes: &[u8], end: usize) -> bool {
    bytes.get(end).is_none_or(|b| !b.is_ascii_alphanumeric())
}

/// Where the run of the alphabet's characters that begins at `start` ends, looking at `most` bytes.
pub(super) fn run(bytes: &[u8], start: usize, alphabet: Alphabet, most: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    start + rest.iter().take(most).take_while(|byte| alphabet.has(**byte)).count()
}

/// Where the run of the alphabet's characters that ends at `end` begins, looking at `most` bytes.
pub(super) fn run_back(bytes: &[u8], end: usize, alphabet: Alphabet, most: usize) -> usize {
    let rest = bytes.get(..end).unwrap_or_default();
    end - rest.iter().rev().take(most).take_while(|byte| alphabet.has(**byte)).count()
}

/// The end of a token body of `least..=most` characters, going on over line breaks (real ones, written as `\n`,
/// or after a backslash) as long as it is too short without.
fn run_over_breaks(
    bytes: &[u8],
    start: usize,
    alphabet: Alphabet,
    least: usize,
    most: usize,
) -> Option<usize> {
    let mut end = run(bytes, start, alphabet, most + 1);
    let mut length = end - start;
    for _ in 0..MOST_BREAKS {
        if length >= least {
            break;
        }
        let next = end + line_break(bytes.get(end..)?)?;
        end = run(bytes, next, alphabet, most + 1 - length);
        length += end - next;
    }
    (least..=most).contains(&length).then_some(end)
}

/// How long the line break is that the bytes begin with.
fn line_break(bytes: &[u8]) -> Option<usize> {
    let breaks: [&[u8]; 6] = [b"\r\n", b"\n", b"\\\r\n", b"\\\n", b"\\r\\n", b"\\n"];
    breaks.iter().find(|b| bytes.starts_with(b)).map(|b| b.len())
}

fn match_pattern(bytes: &[u8], start: usize, pattern: &str, compiled: &Compiled) -> Option<Range<usize>> {
    // A table with a broken expression fails its test; a release must not fall over it.
    let regex = compiled
        .get_or_init(|| RegexBuilder::new(&format!("^(?:{pattern})")).unicode(false).build().ok())
        .as_ref()?;
    let window = bytes.get(start..bytes.len().min(start + LONGEST))?;
    let range = if regex.captures_len() > 1 {
        regex.captures(window)?.get(1)?.range()
    } else {
        regex.find(window)?.range()
    };
    Some(start + range.start..start + range.end)
}

fn assigned_value(
    bytes: &[u8],
    hit: &Range<usize>,
    alphabet: Alphabet,
    least: usize,
    most: usize,
) -> Option<Range<usize>> {
    let start = place::value_start(bytes, hit.end)?;
    let end = run(bytes, start, alphabet, most + 1);
    // A word or a number of the right length is no key.
    let value = bytes.get(start..end)?;
    let random =
        value.iter().any(u8::is_ascii_digit) || std::str::from_utf8(value).is_ok_and(value::are_scrambled);
    (random && (least..=most).contains(&(end - start))).then_some(start..end)
}
