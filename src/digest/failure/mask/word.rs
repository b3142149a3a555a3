//! Masks for one word: which of its digits and endings name a value.
//!
//! Owns what codes, ids, versions, numbers with a unit and file names look like as words. Refuses to find words in a
//! line; that is [`super`]'s work.

use std::borrow::Cow;

/// File name endings after which a word with a dot is a file and not an object's field.
const FILE_ENDINGS: &[&str] = &[
    "bak", "bin", "c", "cc", "cfg", "cjs", "conf", "cpp", "cs", "css", "csv", "db", "env", "exe", "gif",
    "go", "gz", "h", "hpp", "html", "ini", "ipynb", "jar", "java", "jpeg", "jpg", "js", "json", "jsonl",
    "jsx", "kt", "lock", "log", "lua", "md", "mjs", "mod", "out", "parquet", "pdf", "php", "pl", "png",
    "proto", "py", "rb", "rs", "rst", "scala", "sh", "so", "sql", "sqlite", "sum", "svg", "swift", "tar",
    "tf", "tmp", "toml", "ts", "tsv", "tsx", "txt", "vue", "wasm", "xlsx", "xml", "yaml", "yml", "zip",
];

/// Whether a word with a dot ends as files do.
pub(super) fn is_file(word: &str) -> bool {
    word.rsplit('.').next().is_some_and(|ending| FILE_ENDINGS.contains(&ending))
}

/// Masks the parts of words that a slash joins.
pub(super) fn masked_parts(text: &str) -> String {
    let parts: Vec<Cow<'_, str>> = text.split('/').map(|part| masked(part, None)).collect();
    parts.join("/")
}

/// Masks a word: letters, digits, `_`, joined by `-` and `.`. `next` is the character after it: a code that a
/// colon or a bracket follows (`TS2304:`, `[E0308]`) names the error and stays.
pub(super) fn masked(word: &str, next: Option<char>) -> Cow<'_, str> {
    if let Some((stem, ending)) = word.rsplit_once('.')
        && !stem.is_empty()
        && FILE_ENDINGS.contains(&ending)
    {
        return "<path>".into();
    }
    if !word.bytes().any(|b| b.is_ascii_digit()) {
        return word.into();
    }
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    if letters == 0 {
        return "<num>".into();
    }
    if word.len() >= 7 && word.bytes().all(|b| b.is_ascii_hexdigit()) {
        return "<id>".into();
    }
    if letters <= 3 && word.starts_with(|c: char| c.is_ascii_digit()) && !word.contains(['-', '_']) {
        return "<num>".into(); // a number with its unit: `12ms`, `2m30s`, `380.4KB`
    }
    if matches!(word.as_bytes(), [b'v' | b'V', b'0'..=b'9', ..]) {
        return "<num>".into(); // a version
    }
    if is_code(word) {
        return if matches!(next, Some(':' | ']')) { word.into() } else { "<id>".into() };
    }
    digits_masked(word).into()
}

/// Capitals and digits only, both present: a code or an id such as `HAT136`, `8JX2WO`, `E0308`, `ORA-01555`.
fn is_code(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-')
}

/// Runs of digits inside a word become `<num>`; a part where letters and digits take turns becomes `<id>`.
fn digits_masked(word: &str) -> String {
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
