//! One line of a note's evidence: a quote, and where it is from.
//!
//! Owns reading what [`super::evidence_line`] writes. Refuses to say whether the quote is true.

use super::quote::uncoded;
use crate::session::SessionId;
use jiff::civil::Date;

/// What a line of evidence says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quoted {
    /// The quote, without the marks around it.
    pub quote: String,
    /// The session that it is from.
    pub session: SessionId,
    /// The event of that session.
    pub event: u32,
    /// The day on which it was added.
    pub added: Date,
}

/// What stands before the session and the event.
const SOURCE: &str = "[source: ";

/// The lines of a text that quote a session.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| line.contains(SOURCE))
}

/// The session and event that a line of evidence names: `0123456789abcdef#4`.
pub fn source(line: &str) -> Option<&str> {
    let (_, source) = line.rsplit_once(SOURCE)?;
    source.split(';').next()
}

/// Reads an item of a note's evidence list, without the list's own mark; `None` unless it is well-formed.
pub fn parse(item: &str) -> Option<Quoted> {
    let (quote, source) = item.rsplit_once(SOURCE)?;
    let (session, rest) = source.split_once('#')?;
    let (event, added) = rest.split_once("; added: ")?;
    Some(Quoted {
        quote: uncoded(quote.trim()),
        session: SessionId::parse(session)?,
        event: event.parse().ok()?,
        added: added.trim_end().strip_suffix(']')?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_evidence_reads_back_as_what_was_quoted() {
        let id = "0123456789abcdef";
        let read =
            |quote: &str| parse(&format!("{quote} [source: {id}#4; added: 2026-01-31]")).map(|it| it.quote);
        assert_eq!(read("`plain`").as_deref(), Some("plain"));
        assert_eq!(read("`` a `tick` b ``").as_deref(), Some(" a `tick` b "));
        assert_eq!(read("`` `x` ``").as_deref(), Some("`x`"));
        assert_eq!(read("“said so”").as_deref(), Some("“said so”"));
        assert!(parse("`x` [source: nobody#4; added: 2026-01-31]").is_none());
        assert!(parse(&format!("`x` [source: {id}#4; added: soon]")).is_none());
        assert!(parse("`x`").is_none());
    }
}
