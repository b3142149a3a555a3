//! Foreign text on a forge's page: shown, and able to do nothing.
//!
//! A forge's page makes markdown and HTML of text, links what looks like a person, a number, a commit or an address, tells
//! people that they were named, closes issues by a word, and (GitLab) obeys lines that begin with a slash. None of that may
//! come from a transcript, a comment or a model. What could do any of it stands in a code span, where all forges leave it
//! alone; what GitLab reads even there, because it reads the source, is broken by a sign that shows. Characters that
//! cannot be seen are shown by their numbers.

use crate::digest::addressed::fold::{is_hidden, is_variation};
use crate::learning::author::quote::{brief, code, next_span};

/// A foreign text as one code span, at most so many bytes of it.
pub(crate) fn quoted(text: &str, most: usize) -> String {
    let line = broken(&brief(&visible(text), most));
    if line.is_empty() { "`(empty)`".to_owned() } else { code(&line) }
}

/// A foreign sentence, at most so many bytes of it: its code spans and whatever is more than plain words as code, plain
/// words as they are.
pub(crate) fn prose(text: &str, most: usize) -> String {
    let line = broken(&brief(&visible(text), most));
    let mut out = String::with_capacity(line.len());
    let mut rest = line.as_str();
    while !rest.is_empty() {
        let (plain, span, after) = next_span(rest);
        words(&mut out, plain);
        // Nothing in backticks would not be code, but backticks.
        if !span.trim().is_empty() {
            push_code(&mut out, span);
        }
        rest = after;
    }
    out.trim().to_owned()
}

/// The same text where a bar would end the cell of a table, code or not: another bar. A backslash before it is no help,
/// since there may be one in the text, and what is cut off would stand outside of its code.
pub(crate) fn cell(text: &str) -> String {
    text.replace('|', "¦")
}

/// Adds words: those that could be more than words as code.
fn words(out: &mut String, text: &str) {
    for (at, word) in text.split(' ').enumerate() {
        if at > 0 && !out.ends_with(' ') {
            out.push(' ');
        }
        let start = word.trim_start_matches(['(', '"', '“', '‘', '\'']);
        let bare = start.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '"', '”', '’', '\'', '…']);
        let (before, after) = (
            word.get(..word.len() - start.len()).unwrap_or_default(),
            start.get(bare.len()..).unwrap_or_default(),
        );
        match is_plain(bare) {
            true => out.push_str(word),
            false => {
                out.push_str(before);
                push_code(out, bare);
                out.push_str(after);
            }
        }
    }
}

/// Adds code. Where it touches what stands before it, it would not be seen as code of its own.
fn push_code(out: &mut String, text: &str) {
    if !out.is_empty() && !out.ends_with([' ', '(', '“', '‘', '"']) {
        out.push(' ');
    }
    out.push_str(&code(text));
}

/// Whether a word can be nothing but a word on any forge.
fn is_plain(word: &str) -> bool {
    let lower = word.to_lowercase();
    let is_hex = word.len() >= 7 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    // `GH-1`, `JIRA-12`.
    let is_ticket = word.split_once('-').is_some_and(|(before, number)| {
        !before.is_empty()
            && !number.is_empty()
            && before.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && number.bytes().all(|byte| byte.is_ascii_digit())
            && before.bytes().any(|byte| byte.is_ascii_alphabetic())
    });
    let fits = |c: char| {
        c.is_alphanumeric() || matches!(c, '.' | ',' | '-' | '–' | '—' | '’' | '\'' | '…' | '/' | '×' | '→')
    };
    if word == "=" {
        return true;
    }
    let ends_well = !word.starts_with(['/', '-', '.']) || word == "–" || word == "—";
    word.is_empty()
        || (word.chars().all(fits) && ends_well && !is_hex && !is_ticket && !lower.contains("www."))
}

/// On one line, with what cannot be seen shown by its number.
fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => out.push(' '),
            c if is_hidden(c) || is_variation(c) => out.push_str(&format!("⟨U+{:04X}⟩", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// Breaks what closes issues wherever it stands, by a sign that shows: GitLab looks for it in the source.
fn broken(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut was_closing = false;
    for word in line.split(' ').filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        if was_closing && is_reference(word) {
            out.push_str("· ");
        }
        out.push_str(word);
        was_closing = is_closing(word);
    }
    out
}

/// Whether a word says that what comes after it is done with.
fn is_closing(word: &str) -> bool {
    let letters = word.trim_end_matches(':').rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    let lower = letters.to_lowercase();
    ["clos", "fix", "resolv", "implement"].iter().any(|stem| lower.starts_with(stem))
}

/// Whether a word can name an issue.
fn is_reference(word: &str) -> bool {
    word.contains(['#', '!'])
        || word.contains("://")
        || !is_plain(word.trim_matches(|c: char| c.is_ascii_punctuation()))
        || matches!(word.to_lowercase().as_str(), "issue" | "issues")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag};

    /// What a page would make of a text: the words outside of code, or what must not be.
    fn outside(markdown: &str) -> Result<String, String> {
        let mut words = String::new();
        for event in Parser::new_ext(markdown, Options::all()) {
            match event {
                Event::Text(text) => words.push_str(&text),
                Event::Code(_) => words.push('·'),
                Event::SoftBreak => words.push(' '),
                Event::Start(Tag::Paragraph) | Event::End(_) => {}
                other => return Err(format!("{other:?}")),
            }
        }
        Ok(words)
    }

    #[test]
    fn what_could_act_is_code_and_the_rest_reads_as_it_was() {
        for (text, shown) in [
            ("`frob` fails: use a list.", "`frob` fails: use a list."),
            ("ask @team/leads, please", "ask `@team/leads`, please"),
            ("see #12 and ann/memory#3", "see `#12` and `ann/memory#3`"),
            ("at deadbeef1 or GH-7", "at `deadbeef1` or `GH-7`"),
            ("go to https://evil.example/x.", "go to `https://evil.example/x`."),
            ("<img src=x> and www.evil.example", "`<img` `src=x>` and `www.evil.example`"),
            ("![x](y) *now*", "`![x](y` ) `*now*`"),
            ("/merge it", "`/merge` it"),
            ("a\u{200b}b\u{202e}", "`a⟨U+200B⟩b⟨U+202E⟩`"),
            ("one ` two", "one ``` ` ``` two"),
            ("mail ann@example.com", "mail `ann@example.com`"),
            ("well!`\n`", "well!"),
        ] {
            let made = prose(text, 400);
            if text.starts_with("![") || text.starts_with("one `") {
                assert!(outside(&made).is_ok(), "{made}");
            } else {
                assert_eq!(made, shown);
            }
        }
    }

    #[test]
    fn a_closing_word_closes_nothing_even_in_the_source() {
        for text in [
            "Closes #1",
            "fixes: group/x#2",
            "x, Resolves https://h/a/b/-/issues/3",
            "closing ABC-12",
            "Fix issues #4",
        ] {
            for made in [quoted(text, 400), prose(text, 400)] {
                assert!(made.contains('·'), "{made}");
            }
        }
        assert_eq!(quoted("fixes the tests", 400), "`fixes the tests`");
    }

    proptest! {
        #[test]
        fn nothing_acts_outside_of_code(text in "[a-z@#!/<>&|`*_\\[\\]()~$:.\\-0-9A-F\\\\ \u{200b}\n]{0,60}") {
            let made = prose(&text, 300);
            let words = outside(&format!("x {made} x"));
            prop_assert!(words.is_ok(), "{made:?}: {words:?}");
            let words = words.unwrap_or_default();
            prop_assert!(!words.contains(['@', '#', '<', '[', '!', '*', '_', '~', '$', '&', '\\']) || !text.contains(' ') && words.len() < 4 || words.split(' ').all(|word| is_plain(word.trim_matches(['!', '(', ')', '.', ':', '·'])) ), "{made:?}");
        }

        #[test]
        fn a_quote_is_one_span(text in "[a-z`<>@#\\[\\]()\n*_\\\\|\u{202e} ]{0,60}") {
            let made = quoted(&text, 300);
            prop_assert!(matches!(outside(&made).as_deref(), Ok("·")), "{made:?}");
        }
    }
}
