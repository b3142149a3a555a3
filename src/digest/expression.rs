//! Expressions over what programs print.
//!
//! Owns one decision: the words, digits and spaces that `\b`, `\w`, `\d` and `\s` speak of are those of ASCII, and
//! so are both cases of a letter. Programs name errors in it; and a boundary of Unicode words cannot be searched
//! for by an automaton as soon as a text holds one character beyond ASCII, which made reading an error a hundred
//! times slower. What a class refuses (`[^\w]`) is still all of Unicode, so that a letter of another script is no
//! punctuation.

use regex::bytes::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};
use std::sync::OnceLock;

/// An expression of this program's source, whose `.` is a byte; compiled when it is first looked for. One that does
/// not compile matches nothing.
#[derive(Debug)]
pub(super) struct Expression {
    text: &'static str,
    ready: OnceLock<Option<Regex>>,
}

impl Expression {
    /// The expression with this text.
    pub(super) const fn new(text: &'static str) -> Expression {
        Expression { text, ready: OnceLock::new() }
    }

    fn ready(&self) -> Option<&Regex> {
        let compile = || {
            let text = with_classes_of_unicode(self.text, ".");
            RegexBuilder::new(&text).unicode(false).build().ok()
        };
        self.ready.get_or_init(compile).as_ref()
    }

    /// Whether it matches anywhere in the text.
    pub(super) fn is_match(&self, text: &str) -> bool {
        self.ready().is_some_and(|expression| expression.is_match(text.as_bytes()))
    }

    /// Where its first match begins, in bytes.
    pub(super) fn start(&self, text: &str) -> Option<usize> {
        Some(self.ready()?.find(text.as_bytes())?.start())
    }

    /// What its first group matched.
    pub(super) fn first_group<'t>(&self, text: &'t str) -> Option<&'t str> {
        text.get(self.ready()?.captures(text.as_bytes())?.get(1)?.range())
    }
}

/// One look at a text that says whether any of several expressions may match it. It looks for what they have in them
/// without counting repetitions, of which an automaton would have to remember every number, so that it sees a match now
/// and then where there is none, but overlooks none.
#[derive(Debug)]
pub(super) struct AnyOf {
    expressions: &'static [&'static Expression],
    ready: OnceLock<Option<Regex>>,
}

impl AnyOf {
    /// Of these.
    pub(super) const fn new(expressions: &'static [&'static Expression]) -> AnyOf {
        AnyOf { expressions, ready: OnceLock::new() }
    }

    /// Whether any of them may match anywhere in the text; `false` is certain.
    pub(super) fn may_match(&self, text: &str) -> bool {
        let compile = || {
            let each: Vec<String> =
                self.expressions.iter().map(|one| format!("(?:{})", uncounted(one.text))).collect();
            let text = with_classes_of_unicode(&each.join("|"), ".");
            RegexBuilder::new(&text).unicode(false).build().ok()
        };
        self.ready.get_or_init(compile).as_ref().is_none_or(|any| any.is_match(text.as_bytes()))
    }
}

/// The expression with any number in the place of counted repetitions.
fn uncounted(expression: &str) -> String {
    let mut out = String::with_capacity(expression.len());
    let mut in_class = false;
    let mut characters = expression.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                out.push('\\');
                out.extend(characters.next());
            }
            '{' if !in_class => {
                out.push('*');
                characters.by_ref().find(|c| *c == '}');
            }
            _ => {
                in_class = (in_class || character == '[') && character != ']';
                out.push(character);
            }
        }
    }
    out
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
        let pattern = Expression::new(r"(?i)^[^\w`]*(?:hint|\d+ \w+|[✖✘]\S)\b[\w-]?\s?$");
        for text in ["hint", "✖ 12 ab ", "- Hint-", "✘x"] {
            assert!(pattern.is_match(text), "{text}");
        }
        for text in ["é hint", "hints", "١ ab", "12 é"] {
            assert!(!pattern.is_match(text), "{text}");
        }
        assert_eq!(uncounted(r"a{2}\{[{]x{1,3}?\}"), r"a*\{[{]x*?\}");
        assert!(Expression::new(r"\bfailed\b").is_match("保存failed: x"));
        assert!(set(&["^a.b$"]).unwrap().is_match("aéb"));
        assert_eq!(Expression::new(r"é (\d+)").first_group("é 12"), Some("12"));
    }
}
