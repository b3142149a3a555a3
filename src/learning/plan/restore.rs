//! A retired note comes back, because what it says shows again.

use super::{held, learning, retire, revise, text};
use crate::learning::author::Draft;
use crate::learning::standing::Standing;
use crate::learning::{Change, Learning};
use crate::memory::Memory;
use crate::memory::place;
use crate::pattern::Pattern;

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
    let path = place::from_archive(&standing.note)?;
    if memory.notes.contains_key(path) || memory.broken.contains_key(path) {
        return None;
    }
    let front = revise::front(pattern, draft, archived.front.clone());
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
