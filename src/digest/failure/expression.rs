//! Expressions over what programs print.
//!
//! Owns one decision: the words, digits and spaces that `\b`, `\w`, `\d` and `\s` speak of are those of ASCII, and
//! so are both cases of a letter. Programs name errors in it; and a boundary of Unicode words cannot be searched
//! for by an automaton as soon as a text holds one character beyond ASCII, which made reading an error a hundred
//! times slower. What a class refuses (`[^\w]`) is still all of Unicode, so that a letter of another script is no
//! punctuation.

use regex::bytes::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};

/// A compiled expression.
#[derive(Clone, Debug)]
pub(super) struct Expression(Regex);

impl Expression {
    /// Whether it matches anywhere in the text.
    pub(super) fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text.as_bytes())
    }

    /// Where its first match begins, in bytes.
    pub(super) fn start(&self, text: &str) -> Option<usize> {
        Some(self.0.find(text.as_bytes())?.start())
    }

    /// What its first group matched.
    pub(super) fn first_group<'t>(&self, text: &'t str) -> Option<&'t str> {
        text.get(self.0.captures(text.as_bytes())?.get(1)?.range())
    }
}

/// Expressions that are matched together.
#[derive(Clone, Debug)]
pub(super) struct Expressions(RegexSet);

impl Expressions {
    /// Whether any of them matches anywhere in the text.
    pub(super) fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text.as_bytes())
    }
}

/// Compiles an expression, whose `.` is a byte; `None` where it is none.
pub(super) fn compiled(expression: &str) -> Option<Expression> {
    let expression = with_classes_of_unicode(expression, ".");
    RegexBuilder::new(&expression).unicode(false).build().ok().map(Expression)
}

/// Compiles expressions that are matched together, whose `.` is a character; `None` where one of them is none.
pub(super) fn set(expressions: &[impl AsRef<str>]) -> Option<Expressions> {
    let expressions = expressions.iter().map(|one| with_classes_of_unicode(one.as_ref(), "(?u:.)"));
    RegexSetBuilder::new(expressions).unicode(false).build().ok().map(Expressions)
}

/// The expression for an engine of ASCII, with classes that refuse or that name characters beyond it marked as
/// Unicode's, and `any` in the place of `.`. Brackets inside a class have to be escaped.
fn with_classes_of_unicode(expression: &str, any: &str) -> String {
    let mut out = String::with_capacity(expression.len() + 64);
    let mut class: Option<String> = None;
    let mut characters = expression.chars();
    while let Some(character) = characters.next() {
        let inside = class.is_some();
        let into = class.as_mut().unwrap_or(&mut out);
        match character {
            '\\' => {
                into.push('\\');
                into.extend(characters.next());
            }
            '[' if !inside => class = Some("[".to_owned()),
            ']' => {
                into.push(']');
                if let Some(class) = class.take() {
                    let of_unicode = class.starts_with("[^") || !class.is_ascii();
                    out.push_str(&if of_unicode { format!("(?u:{class})") } else { class });
                }
            }
            '.' if !inside => out.push_str(any),
            _ => into.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_end_where_another_script_begins() {
        let pattern = compiled(r"(?i)^[^\w`]*(?:hint|\d+ \w+|[✖✘]\S)\b[\w-]?\s?$").unwrap();
        for text in ["hint", "✖ 12 ab ", "- Hint-", "✘x"] {
            assert!(pattern.is_match(text), "{text}");
        }
        for text in ["é hint", "hints", "١ ab", "12 é"] {
            assert!(!pattern.is_match(text), "{text}");
        }
        assert!(compiled(r"\bfailed\b").unwrap().is_match("保存failed: x"));
        assert!(set(&["^a.b$"]).unwrap().is_match("aéb"));
        assert_eq!(compiled(r"é (\d+)").unwrap().first_group("é 12"), Some("12"));
    }
}
