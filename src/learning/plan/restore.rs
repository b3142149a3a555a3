//! A retired note comes back, because what it says shows again.

use super::{held, learning, retire, revise, text};
use crate::learning::author::Draft;
use crate::learning::standing::Standing;
use crate::learning::{Change, Learning};
use crate::memory::Memory;
use crate::memory::note::Note;
use crate::memory::place;
use crate::pattern::Pattern;
use jiff::tz::TimeZone;

/// Whether a session has shown it since it was retired. What was there by then grows too, where sessions are counted
/// under another wording. Where nobody knows when either was, that it has grown has to do.
fn shows_again(archived: &Note, pattern: &Pattern) -> bool {
    let last = pattern.support.last.map(|at| at.to_zoned(TimeZone::UTC).date());
    retire::day_in(archived).zip(last).is_none_or(|(retired, last)| last >= retired)
}

/// The note at its old place, with its evidence and what is new; `None` where the archive no longer has it as it was
/// put there, or another file has taken its place.
pub(super) fn restore(
    pattern: &Pattern,
    draft: &Draft,
    standing: &Standing,
    memory: &Memory,
    today: &str,
) -> Option<Learning> {
    let archived = memory.archived.get(&standing.note).filter(|note| held::is_ours(note, standing))?;
    if !shows_again(archived, pattern) {
        return None;
    }
    let path = place::from_archive(&standing.note)?;
    if memory.notes.contains_key(path) || memory.broken.contains_key(path) {
        return None;
    }
    let front = revise::front(pattern, draft, path, archived.front.clone());
    let kept: Vec<&str> = text::evidence_lines(archived).collect();
    let text = text::compose(front, draft, &kept, &pattern.evidence, today);
    let mut learning = learning(Change::Restore, pattern, draft, path.to_owned(), text);
    learning.title = format!("back from the archive: {}", draft.title);
    let retired = retire::reason_in(archived).map(|said| format!("{said}\n")).unwrap_or_default();
    learning.rationale = format!(
        "{retired}It shows again: {} sessions speak for it, {} did when it was retired.\n{}",
        pattern.support.sessions, standing.support.sessions, draft.rationale
    );
    learning.leaves = vec![standing.note.clone()];
    Some(learning)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{first, pattern};
    use super::*;
    use crate::memory::note;

    #[test]
    fn what_was_there_when_the_note_was_retired_does_not_bring_it_back() {
        let proposed = note::parse(&first(&pattern(4, &["a"], None)).text).unwrap();
        let archived =
            note::parse(&retire::into_archive(&proposed, "Not used since 2026-01-05.", "2026-07-13"))
                .unwrap();
        let seen = |day: &str| {
            let mut again = pattern(9, &["a", "b"], None);
            again.support.last = Some(format!("{day}T09:00:00Z").parse().unwrap());
            again
        };
        assert!(!shows_again(&archived, &seen("2026-07-12")));
        assert!(
            shows_again(&archived, &seen("2026-07-13")) && shows_again(&archived, &pattern(9, &["a"], None))
        );
        assert!(shows_again(&proposed, &seen("2026-01-01")), "who put it there without a word left no day");
    }
}
