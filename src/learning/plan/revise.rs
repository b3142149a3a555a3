//! A note that stands, and says something else now.

use super::held::Held;
use super::{learning, text};
use crate::learning::author::{self, Draft};
use crate::learning::effect::Impact;
use crate::learning::{Change, Learning};
use crate::memory::note::{Front, Status};
use crate::pattern::{Lesson, Pattern};

/// A new version of the note; `None` when it would say the same.
pub(super) fn revise(pattern: &Pattern, draft: &Draft, held: &Held<'_>, today: &str) -> Option<Learning> {
    let front = front(pattern, draft, held.note.front.clone());
    let same = text::says(held.note).trim() == draft.body.trim() && front == held.note.front;
    if same {
        return None;
    }
    let kept: Vec<&str> = text::evidence_lines(held.note).collect();
    let text = text::compose(front, draft, &kept, &pattern.evidence, today);
    Some(learning(Change::Revise, pattern, draft, held.path.to_owned(), text))
}

/// What the front matter of a note that was made from this pattern says now. Its name and its date stay.
pub(super) fn front(pattern: &Pattern, draft: &Draft, before: Front) -> Front {
    Front {
        description: draft.rule.clone(),
        scope: author::scope(&pattern.scope),
        status: if draft.open { Status::Open } else { Status::Active },
        applies_to: text::distinct(&draft.applies_to),
        ..before
    }
}

/// The pattern of a note that did not help, with what worked last before what worked most often: what is told now does
/// not keep agents from the mistake.
pub(super) fn newest_first(pattern: &Pattern) -> Pattern {
    let mut pattern = pattern.clone();
    if let Lesson::Error(lesson) = &mut pattern.lesson {
        lesson.remedies.sort_by_key(|remedy| std::cmp::Reverse(remedy.example.at));
    }
    pattern
}

/// Says of a note that it is read while its mistake goes on.
pub(super) fn did_not_help(impact: &Impact) -> String {
    let (read, unread) = (&impact.read, &impact.unread);
    format!(
        "It did not help as it stands: {} of {} sessions that read it met what it is against, {} of {} that did not read it.",
        read.hits, read.of, unread.hits, unread.of
    )
}
