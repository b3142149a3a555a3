//! A note that stands, and says something else now.

use super::circle::scope_at;
use super::held::Held;
use super::{Due, learning, text};
use crate::learning::author::Draft;
use crate::learning::effect::{Impact, Usage};
use crate::learning::{Change, Learning};
use crate::memory::note::{Front, Status};
use crate::pattern::{Lesson, Pattern};

/// A new version of the note; `None` when it would say the same.
pub(super) fn revise(pattern: &Pattern, draft: &Draft, held: &Held<'_>, today: &str) -> Option<Learning> {
    let front = front(pattern, draft, held.path, held.note.front.clone());
    let same = text::says(held.note).trim() == draft.body.trim() && front == held.note.front;
    if same {
        return None;
    }
    let kept: Vec<&str> = text::evidence_lines(held.note).collect();
    let text = text::compose(front, draft, &kept, &pattern.evidence, today);
    Some(learning(Change::Revise, pattern, draft, held.path.to_owned(), text))
}

/// What the front matter of a note at this path that was made from this pattern says now. Its name and its date stay.
pub(super) fn front(pattern: &Pattern, draft: &Draft, path: &str, before: Front) -> Front {
    Front {
        description: draft.rule.clone(),
        scope: scope_at(path, &pattern.scope, &before.scope),
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

/// A new version of a note that is read while its mistake goes on; where it would say the same, people are told.
pub(super) fn revise_in_vain(
    pattern: &Pattern,
    draft: &Draft,
    held: &Held<'_>,
    impact: &Impact,
    today: &str,
) -> Result<Learning, Due> {
    let (read, unread) = (impact.read, impact.unread);
    let told = match impact.usage {
        Usage { contradicted: 0, .. } => String::new(),
        usage => format!(" It was {usage}."),
    };
    let said = format!(
        "It did not help as it stands: {} of {} sessions that read it met what it is against, {} of {} that did not read it.{told}",
        read.hits, read.of, unread.hits, unread.of
    );
    match revise(pattern, draft, held, today) {
        Some(learning) => Ok(Learning { rationale: format!("{said}\n{}", learning.rationale), ..learning }),
        None => Err(Due { note: held.path.to_owned(), reason: said }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{first, merged, pattern, planned_seeing};
    use super::*;
    use crate::learning::effect::Effect;
    use crate::learning::plan::Observed;
    use crate::pattern::Rate;
    use std::collections::BTreeMap;

    fn rate(hits: u32, of: u32) -> Rate {
        Rate { hits, of }
    }

    /// What is planned for a note that is read in vain.
    fn planned(proposed: &Pattern, now: &Pattern) -> super::super::Planned {
        let learning = first(proposed);
        let (memory, standings) = merged(&learning, str::to_owned);
        let impact = Impact {
            before: rate(9, 10),
            after: rate(8, 10),
            read: rate(5, 6),
            unread: rate(3, 4),
            last_read: None,
            last_seen: None,
            last_occasion: None,
            usage: Usage { shown: 7, contradicted: 6, ..Usage::default() },
            effect: Effect::Ineffective,
        };
        let impacts = BTreeMap::from([(learning.note, impact)]);
        let observed = Observed { impacts, ..Observed::default() };
        planned_seeing(std::slice::from_ref(now), &memory, &standings, &observed)
    }

    #[test]
    fn a_note_that_is_read_in_vain_is_revised_without_waiting_or_reported() {
        let before = pattern(4, &["a"], Some("frob sync"));
        let mut now = pattern(4, &["a", "b"], Some("frob sync"));
        if let (Lesson::Error(lesson), Lesson::Error(other)) =
            (&mut now.lesson, pattern(4, &["a"], Some("frob unlock")).lesson)
        {
            // It worked less often, and later.
            lesson.remedies.extend(other.remedies);
            lesson.remedies[1].example.at = Some(jiff::Timestamp::UNIX_EPOCH);
        }
        let found = planned(&before, &now);
        let [learning] = found.learnings.as_slice() else { panic!("{found:#?}") };
        assert_eq!(learning.change, Change::Revise);
        let (newest, usual) = (learning.text.find("`frob unlock`"), learning.text.find("`frob sync`"));
        assert!(newest.is_some() && newest < usual, "{}", learning.text);
        assert!(learning.rationale.starts_with("It did not help as it stands: 5 of 6 sessions"));
        assert!(learning.rationale.contains("contradicted in 6, unknown in 1"), "{}", learning.rationale);
        let same = planned(&before, &before);
        assert!(same.learnings.is_empty(), "{same:#?}");
        assert!(same.due[0].reason.contains("5 of 6 sessions that read it"), "{same:#?}");
    }
}
