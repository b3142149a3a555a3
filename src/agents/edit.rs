//! What is added to a text, and how it is taken out again.
//!
//! Settings are only ever added to: nothing that stands there is written anew. So taking out what was added gives the
//! very bytes that were there before.

/// A text that is put in before the byte `at`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Insertion {
    pub(super) at: usize,
    pub(super) text: String,
}

impl Insertion {
    pub(super) fn new(at: usize, text: impl Into<String>) -> Insertion {
        Insertion { at, text: text.into() }
    }
}

/// Where a text was added to: the first byte and how many bytes, in order.
pub(super) type Spans = Vec<(usize, usize)>;

/// The text with these insertions, those for the same place in the order in which they are given, and where they are in
/// it. An insertion beyond the end goes to the end.
pub(super) fn with(text: &str, mut insertions: Vec<Insertion>) -> (String, Spans) {
    insertions.sort_by_key(|insertion| insertion.at);
    let mut added = String::with_capacity(text.len());
    let mut spans = Spans::new();
    let mut rest = text;
    let mut done = 0;
    for Insertion { at, text } in insertions {
        let (before, after) = rest.split_at_checked(at.saturating_sub(done)).unwrap_or((rest, ""));
        added.push_str(before);
        done += before.len();
        rest = after;
        spans.push((added.len(), text.len()));
        added.push_str(&text);
    }
    (added + rest, spans)
}

/// The text without these spans; `None` where they do not lie in it.
pub(super) fn without(text: &str, spans: &[(usize, usize)]) -> Option<String> {
    let mut left = String::with_capacity(text.len());
    let mut from = 0;
    for (at, length) in spans {
        left.push_str(text.get(from..*at)?);
        from = at.checked_add(*length)?;
    }
    Some(left + text.get(from..)?)
}

/// How lines end in this text.
pub(super) fn newline(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_is_taken_out() {
        let insertions = vec![Insertion::new(3, "é"), Insertion::new(0, "a"), Insertion::new(3, "b")];
        let (text, spans) = with("xyz", insertions);
        assert_eq!(text, "axyzéb");
        assert_eq!(without(&text, &spans).as_deref(), Some("xyz"));
        assert_eq!(without("short", &spans), None);
        assert_eq!(without("axyééé", &[(4, 1)]), None);
        assert_eq!(with("x", vec![Insertion::new(9, "y")]).0, "xy");
    }
}
