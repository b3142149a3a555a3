//! JSON Web Tokens: three base64url parts, the first two JSON objects.

use super::Detector;
use crate::redact::gate::{By, Finding};
use crate::redact::rule::{Alphabet, LONGEST, begins_there, run};
use std::ops::Range;

/// `eyJ` is how `{"` begins in base64.
pub(super) const DETECTOR: Detector = Detector { keywords: &["eyJ"], find };

fn find(text: &str, hit: &Range<usize>, findings: &mut Vec<Finding>) {
    let bytes = text.as_bytes();
    if !begins_there(bytes, hit.start) || bytes.get(hit.clone()) != Some(b"eyJ") {
        return;
    }
    let mut parts = 1;
    let mut end = run(bytes, hit.end, Alphabet::Url, LONGEST);
    if end - hit.start < 16 {
        return;
    }
    // Five parts when encrypted; the signature may be cut off or empty.
    while parts < 5 && bytes.get(end) == Some(&b'.') {
        let next = run(bytes, end + 1, Alphabet::Url, LONGEST);
        if parts == 1 && next - end < 12 {
            break;
        }
        end = next;
        parts += 1;
    }
    if parts > 1 {
        findings.push(Finding { range: hit.start..end, by: By::Kind("jwt") });
    }
}

#[cfg(test)]
mod tests {
    use crate::redact::redact;

    #[test]
    fn tokens_go_and_data_urls_stay() {
        let jwt =
            ["ey", "JhbGciOiJIUzI1NiJ9.", "ey", "JzdWIiOiIxMjM0NTY3ODkwIn0.", &"dBjf".repeat(8)].concat();
        assert_eq!(&*redact(&format!("got \"{jwt}\".")), "got \"[redacted:jwt:1]\".");
        let cut = jwt.rsplit_once('.').unwrap().0;
        assert_eq!(&*redact(&format!("{cut}…")), "[redacted:jwt:1]…");
        let map = "//# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjozfQ==";
        assert_eq!(&*redact(map), map);
    }
}
