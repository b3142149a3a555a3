//! Masks: what varies in an error line from one time to the next, replaced by a placeholder.
//!
//! Owns the split of a line into [`Token`]s and the decision which of them name a value (path, number, id,
//! time, …) rather than say something. Masks are generic: they know no program and no log format. Refuses to
//! compare lines; that is [`crate::pattern::template`]'s work.

mod plain;
mod variable;
mod word;

use std::ops::Range;
use variable::{Kind, Variables};

/// One token of a line, masked and as it stood.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Token {
    /// With every variable part replaced: `flight`, `<id>`, `gift_card_<num>`.
    pub masked: String,
    /// As it stood in the line.
    pub raw: String,
    /// Whether it follows the token before it without white space.
    pub glued: bool,
}

impl Token {
    /// Whether the whole token is one variable part.
    pub fn is_slot(&self) -> bool {
        is_placeholder(&self.masked)
    }
}

/// Whether a masked token is nothing but a placeholder (`<num>`, `<path>`, `<*>`, …).
pub fn is_placeholder(masked: &str) -> bool {
    masked.len() > 2
        && masked.starts_with('<')
        && masked.ends_with('>')
        && masked.bytes().filter(|&b| b == b'<').count() == 1
}

/// Splits a line into tokens and masks what varies. White space separates tokens, and so does punctuation
/// that joins (`=`, `,`, brackets, …); a quoted text or a date with spaces is one token.
pub fn tokens(line: &str) -> Vec<Token> {
    let mut split = Split::default();
    let mut variables = Variables::of(line);
    let mut at = 0;
    while at < line.len() {
        let (kind, end) = plain::next(line, at).unwrap_or_else(|| variables.at(at));
        split.take(line, kind, at..end);
        at = end;
    }
    split.finish()
}

/// A line with its variable parts masked, white space squeezed.
pub fn masked(line: &str) -> String {
    render(tokens(line).iter().map(|token| (token.masked.as_str(), token.glued)))
}

/// Puts tokens together again: each with whether it follows without white space.
pub fn render<'a>(tokens: impl Iterator<Item = (&'a str, bool)>) -> String {
    let mut line = String::new();
    for (text, glued) in tokens {
        if !glued && !line.is_empty() {
            line.push(' ');
        }
        line.push_str(text);
    }
    line
}

/// Collects tokens from left to right.
#[derive(Default)]
struct Split {
    done: Vec<Token>,
    /// White space came since the last token.
    apart: bool,
    /// The last token may still grow: word characters and symbols that do not join.
    open: bool,
}

impl Split {
    /// White space and punctuation.
    fn signs(&mut self, text: &str) {
        for c in text.chars() {
            if c.is_whitespace() {
                self.apart = true;
                self.open = false;
            } else if matches!(
                c,
                '=' | ',' | ';' | '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>' | '|' | ':' | '"'
            ) {
                self.open = false;
                self.push(c.encode_utf8(&mut [0; 4]), c.encode_utf8(&mut [0; 4]));
                self.open = false;
            } else {
                let mut room = [0; 4];
                let text = c.encode_utf8(&mut room);
                self.push(text, text);
            }
        }
    }

    /// A part of the line, of this kind.
    fn take(&mut self, line: &str, kind: Kind, place: Range<usize>) {
        let text = line.get(place.clone()).unwrap_or_default();
        let name = match kind {
            Kind::Colour => return,
            Kind::Signs => return self.signs(text),
            Kind::Word => {
                let next = line.get(place.end..).and_then(|rest| rest.chars().next());
                return self.push(&word::masked(text, next), text);
            }
            Kind::Quoted if is_phrase(text) => return self.phrase(text),
            Kind::Path if !looks_like_a_path(text) => return self.push(&word::masked_parts(text), text),
            Kind::Host if word::is_file(text) => "<path>",
            Kind::Time if text.contains(':') => "<time>",
            Kind::Url => "<url>",
            Kind::Email => "<email>",
            Kind::Id => "<id>",
            Kind::Host => "<host>",
            Kind::Time => "<date>",
            Kind::Quoted => "<str>",
            Kind::Path => "<path>",
            Kind::Hex => "<hex>",
            Kind::Size => "<num>",
        };
        self.push(name, text);
    }

    /// A quotation that is read word by word, between its marks.
    fn phrase(&mut self, quoted: &str) {
        let mut rest = quoted.chars();
        let (open, close) = (rest.next(), rest.next_back());
        let marks = [open, close].map(|mark| mark.map_or(0, char::len_utf8));
        self.signs(quoted.get(..marks[0]).unwrap_or_default());
        for token in tokens(rest.as_str()) {
            self.apart |= !token.glued;
            self.open = false;
            self.push(&token.masked, &token.raw);
        }
        self.signs(quoted.get(quoted.len() - marks[1]..).unwrap_or_default());
    }

    fn push(&mut self, masked: &str, raw: &str) {
        match self.done.last_mut() {
            Some(last) if self.open => {
                last.masked.push_str(masked);
                last.raw.push_str(raw);
            }
            _ => {
                let glued = !self.apart && !self.done.is_empty();
                self.done.push(Token { masked: masked.to_owned(), raw: raw.to_owned(), glued });
            }
        }
        self.apart = false;
        self.open = true;
    }

    fn finish(self) -> Vec<Token> {
        self.done
    }
}

/// A quotation of two or three words with a value among them (`"GET /users/4"`) is read word by word; any other
/// is one value.
fn is_phrase(quoted: &str) -> bool {
    let words: Vec<&str> = quoted.split_whitespace().collect();
    (2..=3).contains(&words.len())
        && words.iter().any(|word| word.contains('/') || word.bytes().any(|b| b.is_ascii_digit()))
        && words.first().is_some_and(|first| first.chars().skip(1).all(char::is_alphabetic))
}

/// `a/b` may be two words as well as a path: a path has a root, several slashes, a dot in its last part, or a digit.
fn looks_like_a_path(text: &str) -> bool {
    let last = text.rsplit('/').next().unwrap_or_default();
    text.starts_with(['/', '~', '.'])
        || text.contains('\\')
        || text.bytes().filter(|&b| b == b'/').count() > 1
        || text.ends_with('/')
        || last.contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_varies_is_masked_and_what_names_the_error_stays() {
        let cases = [
            ("Error: not enough seats on flight HAT136", "Error: not enough seats on flight <id>"),
            ("balance of gift_card_8190333 is 12.50", "balance of gift_card_<num> is <num>"),
            ("flight 8JX2WO not available on date 2024-05-20", "flight <id> not available on date <date>"),
            ("cat: /tmp/a b.txt: No such file", "cat: <path> <path>: No such file"),
            (
                "src/app.ts(6,33): error TS2307: Cannot find module 'x y'",
                "<path>(<num>,<num>): error TS2307: Cannot find module <str>",
            ),
            ("don't read and/or write", "don't read and/or write"),
            ("GET https://x.example/y?z=1 took 12ms", "GET <url> took <num>"),
            ("connect 10.0.0.1:8080 at 12:30:01", "connect <host> at <time>"),
            ("connect db.internal:5432, a.example.com or main.rs", "connect <host>, <host> or <path>"),
            ("commit deadbeef1 of v1.2.3", "commit <id> of <num>"),
        ];
        for (line, expected) in cases {
            assert_eq!(masked(line), expected, "{line}");
        }
    }

    #[test]
    fn tokens_keep_what_they_stood_for() {
        let raw: Vec<_> = tokens("lock 'a b' held").into_iter().map(|t| t.raw).collect();
        assert_eq!(raw, ["lock", "'a b'", "held"]);
    }
}
