//! Redacting the texts of one session.
//!
//! Owns the order of the steps: set aside the placeholders, find secrets, number them, find them again bare, put
//! placeholders in their place, and look again until there is nothing left to find.

use super::clean::Clean;
use super::gate::{self, By, Finding};
use super::placeholder;
use super::seen::Seen;
use super::value;
use std::borrow::Cow;
use std::ops::Range;

/// How often a text is looked through again after something was found in it. Ordinary text settles in the second
/// round; what still yields after this many was made to, and is withheld.
const MOST_ROUNDS: usize = 6;

/// Redacts one text on its own.
pub fn redact(raw: &str) -> Clean {
    Redactor::new().clean(raw)
}

/// Redacts the texts of one session: the same secret gets the same placeholder all through it, and a secret that
/// gave itself away once is found again where it stands bare (from 8 characters on).
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    /// Made with the first find: most texts hold no secret, and then nothing is allocated.
    seen: Option<Seen>,
}

impl Redactor {
    /// A redactor for one session.
    pub fn new() -> Redactor {
        Redactor::default()
    }

    /// Redacts one text. Cleaning what is clean changes nothing.
    pub fn clean(&mut self, raw: &str) -> Clean {
        let mut text = Cow::Borrowed(raw);
        for _ in 0..MOST_ROUNDS {
            match self.round(&text) {
                Some(redacted) => text = Cow::Owned(redacted),
                None => return Clean::passed(&text),
            }
        }
        // Giving up on a text means keeping none of it.
        if self.round(&text).is_some() {
            text = Cow::Owned(placeholder::write("unreadable", 1));
        }
        Clean::passed(&text)
    }

    /// How many distinct secrets it has replaced so far.
    pub fn found(&self) -> usize {
        self.seen.as_ref().map_or(0, Seen::len)
    }

    /// The text with what was found in it replaced; `None` when there was nothing.
    fn round(&mut self, text: &str) -> Option<String> {
        let placeholders: Vec<_> = placeholder::find(text).collect();
        for held in &placeholders {
            if let Some(seen) = &mut self.seen {
                seen.reserve(held.kind, held.number);
            }
        }
        let mut out = String::new();
        let (mut start, mut copied) = (0, 0);
        let ends =
            placeholders.iter().map(|held| held.range.clone()).chain(std::iter::once(text.len()..text.len()));
        for held in ends {
            let segment = text.get(start..held.start).unwrap_or_default();
            for (range, instead) in self.replacements(segment, &placeholders) {
                out.push_str(text.get(copied..start + range.start).unwrap_or_default());
                out.push_str(&instead);
                copied = start + range.end;
            }
            start = held.end;
        }
        // What is put in is never empty.
        (!out.is_empty()).then(|| out + text.get(copied..).unwrap_or_default())
    }

    /// What is put in place of what, left to right, without overlaps.
    fn replacements(
        &mut self,
        segment: &str,
        held: &[placeholder::Found<'_>],
    ) -> Vec<(Range<usize>, String)> {
        let mut findings = Vec::new();
        gate::scan(segment, &mut findings);
        let findings = merged(segment, findings);
        // Most texts: nothing in them, and no secret of this session that could stand bare in them.
        if findings.is_empty() && self.seen.as_ref().is_none_or(Seen::knows_none_bare) {
            return Vec::new();
        }
        let seen = self.seen.get_or_insert_with(|| {
            let mut seen = Seen::default();
            held.iter().for_each(|found| seen.reserve(found.kind, found.number));
            seen
        });
        let mut out: Vec<(Range<usize>, String)> = Vec::new();
        for finding in findings {
            let secret = segment.get(finding.range.clone()).unwrap_or_default();
            let (kind, again) = match finding.by {
                By::Kind(kind) => (kind, value::can_stand_bare(secret)),
                By::Words(_) => ("user", false),
            };
            let place = seen.place(kind, secret, again);
            let instead = match finding.by {
                By::Kind(_) => placeholder::write(place.kind, place.number),
                By::Words(words) => words.to_owned(),
            };
            out.push((finding.range, instead));
        }
        // The bare search runs last, so that a secret is found left of the place that gave it away, too.
        let mut taken = out.iter().map(|(range, _)| range.clone()).collect::<Vec<_>>().into_iter().peekable();
        for (range, place) in seen.find(segment) {
            while taken.next_if(|earlier| earlier.end <= range.start).is_some() {}
            if taken.peek().is_none_or(|next| range.end <= next.start) {
                out.push((range, placeholder::write(place.kind, place.number)));
            }
        }
        out.sort_by_key(|(range, _)| range.start);
        out
    }
}

/// The findings in order, overlapping ones made one: the longest names the kind, the earlier of equals.
fn merged(text: &str, mut findings: Vec<Finding>) -> Vec<Finding> {
    for finding in &mut findings {
        while !text.is_char_boundary(finding.range.start) {
            finding.range.start -= 1;
        }
        while !text.is_char_boundary(finding.range.end) && finding.range.end < text.len() {
            finding.range.end += 1;
        }
    }
    findings.retain(|finding| !finding.range.is_empty());
    findings.sort_by_key(|finding| (finding.range.start, std::cmp::Reverse(finding.range.end)));
    let mut out: Vec<Finding> = Vec::new();
    let mut longest = 0;
    for finding in findings {
        let length = finding.range.len();
        match out.last_mut() {
            Some(last) if finding.range.start < last.range.end => {
                last.range.end = last.range.end.max(finding.range.end);
                if length > longest || length == longest && is_named(finding.by) && !is_named(last.by) {
                    longest = length;
                    last.by = finding.by;
                }
            }
            _ => {
                longest = length;
                out.push(finding);
            }
        }
    }
    out
}

/// Whether the kind says more than that it is some secret.
fn is_named(by: By) -> bool {
    !matches!(by, By::Kind("secret" | "password" | "authorization" | "url-password" | "query-token"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn token() -> String {
        ["gh", "p_", "q7W2Lx9bTk4", "Zp0sVn8Rc3Hd6", "Mf5Yg1Ju"].concat()
    }

    #[test]
    fn the_same_secret_keeps_its_placeholder_through_the_session() {
        let mut redactor = Redactor::new();
        let one = redactor.clean(&format!("export GH_TOKEN={}", token()));
        let two = redactor.clean("DB_PASSWORD=tr0ub4dor");
        let three = redactor.clean(&format!("x{}y tr0ub4dor {}", token(), token()));
        assert_eq!(&*one, "export GH_TOKEN=[redacted:github-token:1]");
        assert_eq!(&*two, "DB_PASSWORD=[redacted:password:1]");
        assert_eq!(&*three, "x[redacted:github-token:1]y [redacted:password:1] [redacted:github-token:1]");
        assert_eq!(redactor.found(), 2);
    }

    #[test]
    fn a_secret_is_found_left_of_the_place_that_gives_it_away() {
        assert_eq!(
            &*redact("tr0ub4dor\nis it\nPASSWORD=tr0ub4dor"),
            "[redacted:password:1]\nis it\nPASSWORD=[redacted:password:1]"
        );
    }

    #[test]
    fn a_number_that_a_text_brings_along_is_not_given_again() {
        let clean = redact("A_PASSWORD=[redacted:password:1] B_PASSWORD=tr0ub4dor");
        assert_eq!(&*clean, "A_PASSWORD=[redacted:password:1] B_PASSWORD=[redacted:password:2]");
    }

    #[test]
    fn tokens_broken_over_lines_or_escaped_are_found() {
        let whole = token();
        let (head, tail) = whole.split_at(20);
        for between in ["\n", "\\n", "\r\n", "\\\n"] {
            let clean = redact(&format!("token:\n{head}{between}{tail}\nend"));
            assert!(!clean.contains(head) && !clean.contains(tail), "{clean}");
        }
        let escaped = format!("{{\\\"a\\\":\\\"x\\n{}\\\"}}", token());
        assert_eq!(&*redact(&escaped), "{\\\"a\\\":\\\"x\\n[redacted:github-token:1]\\\"}");
    }

    /// Pieces that rules react to, so that random texts meet them.
    fn piece() -> impl Strategy<Value = String> {
        prop_oneof![
            "\\PC{0,12}",
            "[a-zA-Z0-9+/=_.-]{1,40}",
            prop::sample::select(vec![
                "password",
                "=",
                ": ",
                "\"",
                "'",
                "\\",
                "\\n",
                "\n",
                " ",
                "://",
                "@",
                "token",
                "_key",
                "API_KEY=",
                "Bearer ",
                "Authorization: ",
                "-----BEGIN PRIVATE KEY-----",
                "-----END ",
                "/home/",
                "\\Users\\",
                "ghp_",
                "sk-",
                "AKIA",
                "eyJ",
                ".",
                "[redacted:",
                "[redacted:password:1]",
                "curl -u ",
                "mysql -p",
                "é",
                "\u{200b}",
                "<password>",
                "value",
                "name: ",
                "is ",
                "~",
                "?sig=",
                "Cookie: a=",
                "%40",
                "xoxb-",
            ])
            .prop_map(str::to_owned),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn redacting_twice_changes_nothing(pieces in prop::collection::vec(piece(), 0..24)) {
            let raw = pieces.concat();
            let once = redact(&raw);
            prop_assert_eq!(&*redact(&once), &*once);
            let mut redactor = Redactor::new();
            let first = redactor.clean(&raw);
            prop_assert_eq!(&*first, &*once);
            prop_assert_eq!(&*redactor.clean(&first), &*first);
        }
    }

    #[test]
    fn a_token_without_a_digit_is_a_token() {
        let token = ["glp", "at-cAzhosIGTdplcOGijqxm"].concat();
        let clean = redact(&format!("you can use {token} for that"));
        assert!(!clean.contains("cAzhos"), "{clean}");
        let slack =
            ["export SERVICE_TOKEN=xo", "xb-655771977963-591143336522-wfIZJakFOVsiKWpzgeISQQbp"].concat();
        assert!(!redact(&slack).contains("wfIZ"), "{}", redact(&slack));
        let assigned = ["the key is APP_SEC", "RET=AejqEqbEHlesFbiIJjDhsKNy"].concat();
        assert!(!redact(&assigned).contains("Aejq"), "{}", redact(&assigned));
    }
}
