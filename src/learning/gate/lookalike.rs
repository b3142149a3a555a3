//! Words that mix Latin letters with letters of other scripts that look the same, or that are written in
//! mathematical or full-width letters: they read as one thing and search as another.

use super::Finding;
use crate::digest::addressed::fold;

const REMEDY: &str = "type the word in plain letters";

/// One finding a line.
pub(super) fn inspect(text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let words = line.split(|c: char| !c.is_alphanumeric());
        let mixed = words.clone().any(|word| {
            let latin = word.chars().any(|c| c.is_ascii_alphabetic());
            latin && word.chars().any(|c| !c.is_ascii() && fold::lookalike(c).is_some())
        });
        let styled =
            words.clone().any(|word| word.chars().filter(|c| fold::styled(*c).is_some()).count() >= 3);
        let spelled = spelled_out(line);
        let what = match (mixed, styled, spelled) {
            (true, _, _) => "a word mixes letters of several scripts that look alike",
            (_, true, _) => "a word is written in letters made for mathematics or other widths",
            (_, _, true) => "a sentence is spelled out letter by letter",
            _ => continue,
        };
        let line = u32::try_from(index + 1).ok();
        findings.push(Finding { rule: "look-alike-letters", line, what: what.to_owned(), remedy: REMEDY });
    }
    findings
}

/// Ten and more single letters in a row.
fn spelled_out(line: &str) -> bool {
    let mut row = 0;
    let mut distinct = Vec::new();
    for word in line.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let single = word.chars().count() == 1 && word.chars().all(char::is_alphabetic);
        row = if single { row + 1 } else { 0 };
        if row == 0 {
            distinct.clear();
        } else if !distinct.contains(&word) {
            distinct.push(word);
        }
        if row >= 10 && distinct.len() >= 5 {
            return true;
        }
    }
    false
}
