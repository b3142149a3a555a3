//! Other people's text inside ours: shown as data, never able to become markup or an instruction.

use crate::digest::addressed::fold::{is_hidden, is_variation};

/// The text on one line: line breaks become spaces, characters that cannot be seen are dropped.
pub fn one_line(text: &str) -> String {
    let visible = text.chars().filter_map(|c| match c {
        '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => Some(' '),
        c if is_hidden(c) || is_variation(c) => None,
        c => Some(c),
    });
    visible.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text with everything written out that a terminal would obey or not show.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character == '\t' || !(character.is_control() || is_hidden(character)) {
            shown.push(character);
        } else {
            shown.push_str(&character.escape_unicode().to_string());
        }
    }
    shown
}

/// A code span that holds the text whatever it contains: its fence is one backtick longer than any run inside
/// (CommonMark 0.31, section 6.1).
pub fn code(text: &str) -> String {
    let line = one_line(text);
    let longest = line.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if line.starts_with('`') || line.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{line}{pad}{fence}")
}

/// The text of a code span as [`code`] writes it; other text as it is.
pub fn uncoded(quote: &str) -> String {
    let fence = quote.len() - quote.trim_start_matches('`').len();
    let inner = quote.get(fence..quote.len().saturating_sub(fence)).filter(|_| fence > 0).unwrap_or(quote);
    let padded = inner.strip_prefix(' ').and_then(|inner| inner.strip_suffix(' '));
    padded.filter(|inner| inner.starts_with('`') || inner.ends_with('`')).unwrap_or(inner).to_owned()
}

/// Up to the next code span, what stands in it, and what comes after. A span that is not closed is none.
pub(crate) fn next_span(text: &str) -> (&str, &str, &str) {
    let Some(begin) = text.find('`') else { return (text, "", "") };
    let (plain, rest) = text.split_at(begin);
    let fence = rest.len() - rest.trim_start_matches('`').len();
    let (fence, inner) = rest.split_at(fence);
    let mut from = 0;
    while let Some(found) = inner.get(from..).and_then(|inner| inner.find('`')) {
        let at = from + found;
        let run = inner.get(at..).map_or(0, |run| run.len() - run.trim_start_matches('`').len());
        if run == fence.len() {
            let (span, after) = inner.split_at(at);
            return (plain, span, after.get(run..).unwrap_or_default());
        }
        from = at + run;
    }
    // Backticks that close nothing are words like others.
    let end = begin + fence.len();
    let (before, after) = text.split_at(end);
    (before, "", after)
}

/// At most `most` bytes of the text, cut between words, with `…` where something was cut.
pub fn brief(text: &str, most: usize) -> String {
    let line = one_line(text);
    if line.len() <= most {
        return line;
    }
    let cut = &line[..line.floor_char_boundary(most.saturating_sub(3))];
    let words = cut.rsplit_once(' ').map_or(cut, |(words, _)| words);
    format!("{} …", words.trim_end_matches([',', ';', ':', '-']))
}

/// A sentence that a person typed, as a sentence: capital first letter, one full stop, markup that could act
/// taken out. The words stay theirs.
pub fn sentence(text: &str) -> String {
    let line = one_line(text).replace(['<', '>'], "").replace("![", "[");
    let line = line
        .trim_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '*' | '#' | '"' | ',' | ';' | ':'));
    let mut letters = line.chars();
    let Some(first) = letters.next() else { return String::new() };
    let rest = letters.as_str().trim_end_matches(['!', '.', ' ']);
    let end = if rest.ends_with('?') { "" } else { "." };
    format!("{}{rest}{end}", first.to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nothing_gets_out_of_a_code_span(text in "[a-z`<>!\\[\\]()\n*_\\\\ ]{1,40}") {
            let span = code(&text);
            let parser = pulldown_cmark::Parser::new(&span).collect::<Vec<_>>();
            let spans = parser.iter().filter(|event| matches!(event, pulldown_cmark::Event::Code(_))).count();
            let blank = one_line(&text).is_empty();
            prop_assert!(blank || (spans == 1 && parser.len() == 3), "{:?}", parser);
        }
    }

    #[test]
    fn hidden_characters_are_dropped() {
        assert_eq!(one_line("a\u{200b}b\u{202e}c\u{e0041}\u{7}\nd"), "abc d");
    }

    #[test]
    fn what_acts_on_a_terminal_or_hides_is_written_out() {
        assert_eq!(visible("a\u{1b}[2Jb\tc"), "a\\u{1b}[2Jb\tc");
        assert_eq!(visible("a\u{202e}b\u{200b}"), "a\\u{202e}b\\u{200b}");
        assert_eq!(visible("größe ✓"), "größe ✓");
    }

    #[test]
    fn a_wish_becomes_a_sentence() {
        assert_eq!(sentence("- pls use pnpm, not npm!!"), "Pls use pnpm, not npm.");
        assert_eq!(sentence("why npm again?"), "Why npm again?");
    }
}
