//! Masks: what varies in an error line from one time to the next, replaced by a placeholder.
//!
//! Owns the split of a line into [`Token`]s and the decision which of them name a value (path, number, id,
//! time, …) rather than say something. Masks are generic: they know no program and no log format. Refuses to
//! compare lines; that is [`crate::pattern::template`]'s work.

use regex::Regex;
use std::sync::LazyLock;

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

/// What to look for, in this order at every position of the line. A group's name is its placeholder.
static VARIABLE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let alternatives = [
        r"(?P<drop>\x1b\[[0-9;?]*[A-Za-z])",
        r#"(?P<url>\b[A-Za-z][A-Za-z0-9+.-]{1,12}://[^\s"'<>\)\],]+)"#,
        r"(?P<email>\b[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+\b)",
        r"(?P<uuid>\b[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}\b)",
        r"(?P<mac>\b[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){4,7}\b)",
        concat!(
            r"(?P<host>\b\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2}|:\d{1,5})?\b",
            r"|\b[A-Za-z0-9][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)+:\d{2,5}\b|\blocalhost:\d{2,5}\b",
            r"|\b(?:[a-z0-9][a-z0-9-]*\.)+(?:com|org|net|edu|gov|io)(?:\.[a-z]{2})?\b",
            r"|\b(?:[a-z0-9][a-z0-9-]*\.){2,}(?:dev|app|ai|local|internal|example|cloud|uk|de|fr|nl|ch|se|eu|us|ca|au|br|in|cn|hk|tw|jp|kr|ru|it|es|pl)\b)",
        ),
        concat!(
            r"(?P<time>\b\d{4}[-/]\d{2}[-/]\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?\b",
            r"|\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w*,?\s+)?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\w*\s+\d{1,2}",
            r"(?:,?\s+\d{4})?(?:\s+\d{2}:\d{2}:\d{2})?(?:\s+\d{4})?\b",
            r"|\b\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\b)",
        ),
        r#"(?P<quoted>"[^"\n]{0,400}"|\B'[^'\n]{1,400}'\B|`[^`\n]{1,400}`|\u{2018}[^\u{2019}\n]{1,400}\u{2019}|\u{201c}[^\u{201d}\n]{1,400}\u{201d})"#,
        r"(?P<path>\B(?:~|\.{1,2})?(?:/[\w.@%+~-]+)+/?(?:\?[\w=&%.+:-]+)?|\b[A-Za-z]:\\[\w.\\ ~-]+|\b[\w.@-]+(?:/[\w.@%+-]+)+/?)",
        r"(?P<hex>\b0[xX][0-9A-Fa-f]+\b)",
        r"(?P<size>\b\d+(?:\.\d+)? (?:[KMGT]i?B|B|ms|secs?)\b)",
        r"(?P<word>\b\w+(?:[-.]\w+)*)",
    ];
    // A pattern that does not compile would leave lines unmasked; `every_alternative_compiles` keeps watch.
    Regex::new(&alternatives.join("|")).ok()
});

/// File name endings after which a word with a dot is a file and not an object's field.
const FILE_ENDINGS: &[&str] = &[
    "bak", "bin", "c", "cc", "cfg", "cjs", "conf", "cpp", "cs", "css", "csv", "db", "env", "exe", "gif",
    "go", "gz", "h", "hpp", "html", "ini", "ipynb", "jar", "java", "jpeg", "jpg", "js", "json", "jsonl",
    "jsx", "kt", "lock", "log", "lua", "md", "mjs", "mod", "out", "parquet", "pdf", "php", "pl", "png",
    "proto", "py", "rb", "rs", "rst", "scala", "sh", "so", "sql", "sqlite", "sum", "svg", "swift", "tar",
    "tf", "tmp", "toml", "ts", "tsv", "tsx", "txt", "vue", "wasm", "xlsx", "xml", "yaml", "yml", "zip",
];

/// Splits a line into tokens and masks what varies. White space separates tokens, and so does punctuation
/// that joins (`=`, `,`, brackets, …); a quoted text or a date with spaces is one token.
pub fn tokens(line: &str) -> Vec<Token> {
    let mut split = Split::default();
    let mut at = 0;
    if let Some(variable) = VARIABLE.as_ref() {
        for found in variable.captures_iter(line) {
            let Some(whole) = found.get(0) else { continue };
            split.plain(line.get(at..whole.start()).unwrap_or_default());
            at = whole.end();
            let text = whole.as_str();
            let is = |name: &str| found.name(name).is_some();
            if is("drop") {
                continue;
            }
            if is("word") {
                let next = line.get(at..).and_then(|rest| rest.chars().next());
                split.push(&mask_word(text, next), text);
            } else if is("quoted") && is_phrase(text) {
                let mut rest = text.chars();
                let (open, close) = (rest.next(), rest.next_back());
                split.plain(open.map_or("", |c| text.get(..c.len_utf8()).unwrap_or_default()));
                for token in tokens(rest.as_str()) {
                    split.apart |= !token.glued;
                    split.open = false;
                    split.push(&token.masked, &token.raw);
                }
                split.plain(close.map_or("", |c| text.get(text.len() - c.len_utf8()..).unwrap_or_default()));
            } else if is("path") && !looks_like_a_path(text) {
                split.push(&mask_parts(text), text);
            } else {
                let is_file = is("host")
                    && text.rsplit('.').next().is_some_and(|ending| FILE_ENDINGS.contains(&ending));
                let name = if is_file {
                    "<path>"
                } else if is("url") {
                    "<url>"
                } else if is("email") {
                    "<email>"
                } else if is("uuid") || is("mac") {
                    "<id>"
                } else if is("time") {
                    if text.contains(':') { "<time>" } else { "<date>" }
                } else if is("host") {
                    "<host>"
                } else if is("quoted") {
                    "<str>"
                } else if is("path") {
                    "<path>"
                } else if is("size") {
                    "<num>"
                } else {
                    "<hex>"
                };
                split.push(name, text);
            }
        }
    }
    split.plain(line.get(at..).unwrap_or_default());
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
    /// Text that no mask matched: white space and punctuation.
    fn plain(&mut self, text: &str) {
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

/// Masks the parts of words that a slash joins.
fn mask_parts(text: &str) -> String {
    let parts: Vec<String> = text.split('/').map(|part| mask_word(part, None)).collect();
    parts.join("/")
}

/// Masks a word: letters, digits, `_`, joined by `-` and `.`. `next` is the character after it: a code that a
/// colon or a bracket follows (`TS2304:`, `[E0308]`) names the error and stays.
fn mask_word(word: &str, next: Option<char>) -> String {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    if let Some((stem, ending)) = word.rsplit_once('.')
        && !stem.is_empty()
        && FILE_ENDINGS.contains(&ending)
    {
        return "<path>".to_owned();
    }
    if digits == 0 {
        return word.to_owned();
    }
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    if letters == 0 {
        return "<num>".to_owned();
    }
    if word.len() >= 7 && word.bytes().all(|b| b.is_ascii_hexdigit()) {
        return "<id>".to_owned();
    }
    if letters <= 3 && word.starts_with(|c: char| c.is_ascii_digit()) && !word.contains(['-', '_']) {
        return "<num>".to_owned(); // a number with its unit: `12ms`, `2m30s`, `380.4KB`
    }
    if matches!(word.as_bytes(), [b'v' | b'V', b'0'..=b'9', ..]) {
        return "<num>".to_owned(); // a version
    }
    if is_code(word) {
        return if matches!(next, Some(':' | ']')) { word.to_owned() } else { "<id>".to_owned() };
    }
    mask_digits(word)
}

/// Capitals and digits only, both present: a code or an id such as `HAT136`, `8JX2WO`, `E0308`, `ORA-01555`.
fn is_code(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-')
}

/// Runs of digits inside a word become `<num>`; a part where letters and digits take turns becomes `<id>`.
fn mask_digits(word: &str) -> String {
    let mut masked = String::with_capacity(word.len() + 8);
    let mut part = String::new();
    for c in word.chars() {
        if matches!(c, '-' | '.' | '_') {
            masked.push_str(&mask_part(&part));
            part.clear();
            if c == '-' && masked.ends_with('_') {
                continue; // a sign
            }
            masked.push(c);
        } else {
            part.push(c);
        }
    }
    masked.push_str(&mask_part(&part));
    masked
}

/// One part of a compound word.
fn mask_part(part: &str) -> String {
    let mut masked = String::new();
    let mut turns = 0;
    let mut in_digits = false;
    for c in part.chars() {
        if c.is_ascii_digit() {
            if !in_digits {
                masked.push_str("<num>");
                turns += 1;
            }
            in_digits = true;
        } else {
            in_digits = false;
            masked.push(c);
        }
    }
    let hexadecimal = part.len() >= 6
        && turns > 0
        && part.bytes().any(|b| b.is_ascii_alphabetic())
        && part.bytes().all(|b| b.is_ascii_hexdigit());
    if turns > 1 || hexadecimal { "<id>".to_owned() } else { masked }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_alternative_compiles() {
        assert!(VARIABLE.is_some());
    }

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
