//! Expressions for what varies in a line.
//!
//! Owns their order, which decides where several match at one place, and the search. A line of ASCII, as most are, is
//! searched with expressions of ASCII: their automaton has a twentieth of the states, and an ASCII text has the same
//! words, digits and boundaries in both. Refuses to say what is put in a match's place.

use regex::bytes::{CaptureLocations, Regex, RegexBuilder};
use std::ops::Range;
use std::sync::LazyLock;

/// What a part of a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// White space and punctuation that nothing matches.
    Signs,
    /// A terminal's colour: nothing anybody reads.
    Colour,
    Url,
    Email,
    /// A UUID or the address of a network card.
    Id,
    Host,
    Time,
    /// [`super::plain`] finds it.
    Quoted,
    Path,
    Hex,
    Size,
    Word,
}

/// What to look for, in this order at every place of the line.
const EXPRESSIONS: &[(Kind, &str)] = &[
    (Kind::Colour, r"\x1b\[[0-9;?]*[A-Za-z]"),
    (Kind::Url, r#"\b[A-Za-z][A-Za-z0-9+.-]{1,12}://[^\s"'<>\)\],]+"#),
    (Kind::Email, r"\b[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+\b"),
    (
        Kind::Id,
        concat!(
            r"\b[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}\b",
            r"|\b[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){4,7}\b",
        ),
    ),
    (
        Kind::Host,
        concat!(
            r"\b\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2}|:\d{1,5})?\b",
            r"|\b[A-Za-z0-9][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)+:\d{2,5}\b|\blocalhost:\d{2,5}\b",
            r"|\b(?:[a-z0-9][a-z0-9-]*\.)+(?:com|org|net|edu|gov|io)(?:\.[a-z]{2})?\b",
            r"|\b(?:[a-z0-9][a-z0-9-]*\.){2,}(?:dev|app|ai|local|internal|example|cloud|uk|de|fr|nl|ch|se|eu|us|ca|au|br|in|cn|hk|tw|jp|kr|ru|it|es|pl)\b",
        ),
    ),
    (
        Kind::Time,
        concat!(
            r"\b\d{4}[-/]\d{2}[-/]\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?\b",
            r"|\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w*,?\s+)?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\w*\s+\d{1,2}",
            r"(?:,?\s+\d{4})?(?:\s+\d{2}:\d{2}:\d{2})?(?:\s+\d{4})?\b",
            r"|\b\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\b",
        ),
    ),
    (
        Kind::Path,
        r"\B(?:~|\.{1,2})?(?:/[\w.@%+~-]+)+/?(?:\?[\w=&%.+:-]+)?|\b[A-Za-z]:\\[\w.\\ ~-]+|\b[\w.@-]+(?:/[\w.@%+-]+)+/?",
    ),
    (Kind::Hex, r"\b0[xX][0-9A-Fa-f]+\b"),
    (Kind::Size, r"\b\d+(?:\.\d+)? (?:[KMGT]i?B|B|ms|secs?)\b"),
    (Kind::Word, r"\b\w+(?:[-.]\w+)*"),
];

static OF_ASCII: LazyLock<Option<Regex>> = LazyLock::new(|| compiled(false));

static OF_UNICODE: LazyLock<Option<Regex>> = LazyLock::new(|| compiled(true));

/// All expressions as one, with a group for each. Were it not to compile, lines would stay unmasked;
/// `every_expression_compiles` keeps watch.
fn compiled(unicode: bool) -> Option<Regex> {
    let groups: Vec<String> = EXPRESSIONS.iter().map(|(_, expression)| format!("({expression})")).collect();
    RegexBuilder::new(&groups.join("|")).unicode(unicode).build().ok()
}

/// Whether the expressions take a character for a part of words, in which they know all scripts.
pub(super) fn is_of_words(c: char) -> bool {
    static OF_WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\w").ok());
    let is_match = |of_words: &Regex| of_words.is_match(c.encode_utf8(&mut [0; 4]).as_bytes());
    c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii() && OF_WORDS.as_ref().is_some_and(is_match)
}

/// Finds what varies in one line.
pub(super) struct Variables<'l> {
    line: &'l str,
    /// Made with the first search: many lines need none.
    search: Option<(&'static Regex, CaptureLocations)>,
    /// What was found last, and from where on nothing begins before it.
    found: Option<(usize, Kind, Range<usize>)>,
}

impl<'l> Variables<'l> {
    /// Of this line.
    pub(super) fn of(line: &'l str) -> Variables<'l> {
        Variables { line, search: None, found: None }
    }

    /// What begins at this place, and where it ends: a sign, where nothing does.
    pub(super) fn at(&mut self, at: usize) -> (Kind, usize) {
        if !self.found.as_ref().is_some_and(|(from, _, place)| (*from..=place.start).contains(&at)) {
            let nothing = (Kind::Signs, self.line.len()..self.line.len());
            let (kind, place) = self.search(at).unwrap_or(nothing);
            self.found = Some((at, kind, place));
        }
        match &self.found {
            Some((_, kind, place)) if place.start == at => (*kind, place.end),
            _ => {
                let sign = self.line.get(at..).and_then(|rest| rest.chars().next());
                (Kind::Signs, at + sign.map_or(1, char::len_utf8))
            }
        }
    }

    /// The first match that begins at `from` or behind it.
    fn search(&mut self, from: usize) -> Option<(Kind, Range<usize>)> {
        if self.search.is_none() {
            let expression = if self.line.is_ascii() { OF_ASCII.as_ref() } else { OF_UNICODE.as_ref() }?;
            self.search = Some((expression, expression.capture_locations()));
        }
        let (expression, groups) = self.search.as_mut()?;
        expression.captures_read_at(groups, self.line.as_bytes(), from)?;
        EXPRESSIONS.iter().zip(1..groups.len()).find_map(|((kind, _), group)| {
            let (start, end) = groups.get(group)?;
            Some((*kind, start..end))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_expression_compiles() {
        assert!(OF_ASCII.is_some() && OF_UNICODE.is_some());
    }
}
