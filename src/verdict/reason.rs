//! Why a commit takes something away, as far as its message says.
//!
//! A trailer `Dream-Reason` is the reason; else what people write beyond what git writes for them. Refuses to take for a
//! reason what git or a forge has put together.

use crate::learning::message::REASON;
use crate::redact::{Clean, redact};

/// Longest reason that is kept, bytes.
const MOST_REASON: usize = 400;

/// The reason that a message gives, in one line.
pub(super) fn given(message: &str) -> Option<Clean> {
    let trailer =
        message.lines().filter_map(|line| line.trim_start().strip_prefix(REASON)?.strip_prefix(':')).next();
    let said = trailer.map(str::to_owned).or_else(|| in_own_words(message))?;
    let line = said.split_whitespace().collect::<Vec<_>>().join(" ");
    (!line.is_empty()).then(|| redact(&line).cut(MOST_REASON))
}

/// The first paragraph that somebody wrote: of a revert or a merge the first behind what git says, else the subject.
fn in_own_words(message: &str) -> Option<String> {
    let mut paragraphs = message.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty());
    let by_git = |text: &str| {
        ["Revert \"", "Reapply \"", "Merge ", "This reverts commit "]
            .iter()
            .any(|start| text.starts_with(start))
    };
    let trailers = |text: &str| {
        let is_trailer = |line: &str| line.split_once(": ").is_some_and(|(key, _)| !key.contains(' '));
        text.lines().all(is_trailer)
    };
    paragraphs.find(|text| !by_git(text) && !trailers(text)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_person_wrote_is_a_reason() {
        let reason = |message: &str| given(message).map(|reason| reason.to_string());
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(reason("Revert \"mistake: x\"\n\nThis reverts commit 0123abcd.\n"), None);
        assert_eq!(
            reason(
                "Revert \"mistake: x\"\n\nThis reverts commit 0123abcd.\n\nThe new release\nhas mended it.\n"
            ),
            some("The new release has mended it.")
        );
        assert_eq!(reason("Wrong\n\nSigned-off-by: Ann <a@b>\n"), some("Wrong"));
        assert_eq!(reason("Merge branch 'undo'\n"), None);
        assert_eq!(
            reason("forget: x\n\nWhy not.\n\nDream-Change: forget\nDream-Reason: no use\n"),
            some("no use")
        );
        assert_eq!(reason(""), None);
    }
}
