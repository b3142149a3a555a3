//! Expressions over what programs print.
//!
//! Owns one decision: the words, digits and spaces that `\b`, `\w`, `\d` and `\s` speak of are those of ASCII.
//! Programs name errors in it; and a boundary of Unicode words cannot be searched for by an automaton as soon as a
//! text holds one character beyond ASCII, which made reading an error a hundred times slower. What a class refuses
//! (`[^\w]`) is still all of Unicode, so that a letter of another script is no punctuation.

use regex::{Regex, RegexSet};

/// Compiles an expression; `None` where it is none.
pub(super) fn compiled(expression: &str) -> Option<Regex> {
    Regex::new(&of_ascii(expression)).ok()
}

/// Compiles expressions that are matched together; `None` where one of them is none.
pub(super) fn set(expressions: &[impl AsRef<str>]) -> Option<RegexSet> {
    RegexSet::new(expressions.iter().map(|expression| of_ascii(expression.as_ref()))).ok()
}

/// The expression with the classes of ASCII written out. Brackets inside a class have to be escaped.
fn of_ascii(expression: &str) -> String {
    let mut out = String::with_capacity(expression.len() + 64);
    let mut characters = expression.chars().peekable();
    // Inside a class: whether it is one that refuses.
    let mut class: Option<bool> = None;
    while let Some(character) = characters.next() {
        match (character, class) {
            ('\\', _) => {
                let Some(escaped) = characters.next() else { break };
                match (escaped, class) {
                    ('b', None) => out.push_str(r"(?-u:\b)"),
                    ('w' | 'd' | 's', None) => out.push_str(&format!("(?-u:\\{escaped})")),
                    ('w', Some(false)) => out.push_str("0-9A-Za-z_"),
                    ('d', Some(false)) => out.push_str("0-9"),
                    ('s', Some(false)) => out.push_str(r" \t\n\r\x0b\x0c"),
                    _ => out.extend(['\\', escaped]),
                }
            }
            ('[', None) => {
                class = Some(characters.peek() == Some(&'^'));
                out.push('[');
            }
            (']', Some(_)) => {
                class = None;
                out.push(']');
            }
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_end_where_another_script_begins() {
        let pattern = compiled(r"^[^\w`]*(?:hint|\d+ \w+)\b[\w-]?\s?$").unwrap();
        for text in ["hint", "✖ 12 ab ", "- hint-"] {
            assert!(pattern.is_match(text), "{text}");
        }
        for text in ["é hint", "hints", "١ ab", "12 é"] {
            assert!(!pattern.is_match(text), "{text}");
        }
        assert!(compiled(r"\bfailed\b").unwrap().is_match("保存failed: x"));
    }
}
