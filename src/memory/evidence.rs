//! One line of a note's evidence: a quote, and where it is from.
//!
//! Owns reading what [`crate::learning::author::evidence_line`] writes. Refuses to say whether the quote is true.

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

/// Reads an item of a note's evidence list, without the list's own mark; `None` unless it is well-formed.
pub fn parse(item: &str) -> Option<Quoted> {
    let (quote, source) = item.rsplit_once("[source: ")?;
    let (session, rest) = source.split_once('#')?;
    let (event, added) = rest.split_once("; added: ")?;
    Some(Quoted {
        quote: plain(quote.trim()),
        session: SessionId::parse(session)?,
        event: event.parse().ok()?,
        added: added.trim_end().strip_suffix(']')?.parse().ok()?,
    })
}

/// The text of a code span; other text as it is.
fn plain(quote: &str) -> String {
    let fence = quote.len() - quote.trim_start_matches('`').len();
    let inner = quote.get(fence..quote.len().saturating_sub(fence)).filter(|_| fence > 0).unwrap_or(quote);
    let padded = inner.strip_prefix(' ').and_then(|inner| inner.strip_suffix(' '));
    padded.filter(|inner| inner.starts_with('`') || inner.ends_with('`')).unwrap_or(inner).to_owned()
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
