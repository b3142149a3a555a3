//! What somebody else said, fit for an error.

use crate::redact::redact;

/// Longest text of a service or program that an error repeats, in characters.
const LONGEST: usize = 300;

/// What somebody else said, fit for an error: redacted, one line, short.
pub(crate) fn telling(said: &str) -> String {
    let clean = redact(said);
    let mut line = String::new();
    for word in clean.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.extend(word.chars().filter(|character| !character.is_control()));
        if line.len() > LONGEST * 4 {
            break;
        }
    }
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}
