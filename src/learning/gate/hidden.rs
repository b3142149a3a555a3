//! Text that no reviewer sees: zero-width and bidirectional characters, tag characters, fillers, control
//! characters and terminal escapes, variation selectors used to carry data.

use super::Finding;
use crate::digest::addressed::fold::{is_hidden, is_variation};

const REMEDY: &str = "delete the invisible characters, and look at what they spell before you trust the rest";

/// One finding a line and sort of character.
pub(super) fn inspect(text: &str) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    let mut before = ' ';
    for (index, line) in text.split('\n').enumerate() {
        let number = u32::try_from(index + 1).ok();
        for c in line.chars() {
            if let Some(sort) = sort(c, before) {
                let what = format!("{sort} (U+{:04X})", u32::from(c));
                let known =
                    findings.iter().rev().take_while(|f| f.line == number).any(|f| f.what.starts_with(sort));
                if !known {
                    findings.push(Finding { rule: "hidden-text", line: number, what, remedy: REMEDY });
                }
            }
            before = c;
        }
    }
    findings
}

fn sort(c: char, before: char) -> Option<&'static str> {
    match c {
        '\u{1b}' | '\u{9b}' => Some("a terminal escape"),
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}' => {
            Some("a bidirectional control")
        }
        '\u{e0000}'..='\u{e007f}' => Some("a tag character"),
        // Joins the parts of one emoji, and letters of some scripts.
        '\u{200d}' | '\u{200c}' if !before.is_ascii() && !is_hidden(before) => None,
        '\u{fe00}'..='\u{fe0f}' if !is_variation(before) && takes_variation(before) => None,
        c if is_variation(c) => Some("a variation selector"),
        // A carriage return at a line's end is a Windows line end; elsewhere it hides what stands before it.
        '\r' => None,
        c if is_hidden(c) => {
            Some(if c.is_control() { "a control character" } else { "an invisible character" })
        }
        _ => None,
    }
}

/// Whether a presentation selector after the character changes how it looks: symbols and emoji, not letters.
fn takes_variation(c: char) -> bool {
    matches!(c, '#' | '*' | '0'..='9' | '©' | '®') || u32::from(c) >= 0x2000 && !c.is_alphabetic()
}
