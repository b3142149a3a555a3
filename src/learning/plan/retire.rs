//! A note that no longer holds goes to the archive.
//!
//! Three reasons, in this order: what it is about is gone, which is proof; people want the opposite; and last that
//! nobody has read or confirmed it for long, which proves nothing and is asked only after a long time. Refuses to retire
//! a note that works: that its mistake stopped is its doing.

use super::held::Held;
use super::{Due, Observed, moved};
use crate::learning::author::quote::{code, one_line};
use crate::learning::effect::Effect;
use crate::learning::standing::Standings;
use crate::learning::usefulness::{days, retrievability};
use crate::learning::{Change, Learning};
use crate::memory::Memory;
use crate::memory::note::{Note, Status, render};
use crate::memory::place;
use crate::memory::reference::DeadReference;
use crate::pattern::preference::disputes;
use crate::pattern::{ConflictLesson, Evidence, Lesson, Pattern};
use crate::settings::MemorySettings;
use std::collections::BTreeMap;

/// What begins the line of a retired note that says why.
const RETIRED: &str = "**Retired ";

/// Quotes of each side that a retirement shows.
const MOST_OF_A_SIDE: usize = 2;

/// A note as it lies in the archive: what it said, and above it since when and why it is there.
pub fn into_archive(note: &Note, reason: &str, today: &str) -> String {
    let mut front = note.front.clone();
    front.status = Status::Retired;
    let body = format!("\n{RETIRED}{today}:** {reason}\n\n{}", note.body.trim_start());
    render(&Note { front, body })
}

/// The line of a retired note that says why it is one.
pub(super) fn reason_in(note: &Note) -> Option<String> {
    let line = note.body.lines().find(|line| line.starts_with(RETIRED))?;
    Some(line.replace("**", ""))
}

/// Every retirement that there is a reason for, proofs first, then what people dispute, then the least retrievable; and
/// the notes that people should look at, because only a part of what they name is gone or because they are theirs.
pub(super) fn all(
    held: &BTreeMap<&str, Held<'_>>,
    memory: &Memory,
    given: (&[Pattern], &Standings),
    observed: &Observed<'_>,
    settings: &MemorySettings,
    today: &str,
) -> (Vec<Learning>, Vec<Due>) {
    let (mut dead, mut disputed, mut old) = (Vec::new(), Vec::new(), Vec::new());
    let mut due = Vec::new();
    for (path, gone) in
        observed.dead.iter().filter(|(path, gone)| memory.notes.contains_key(*path) && !gone.is_empty())
    {
        match held.get(path.as_str()).filter(|held| is_about(held.note, gone)) {
            Some(held) => dead.push(of_dead(held, gone, today)),
            None => due.push(Due { note: path.clone(), reason: format!("{} gone", are(gone)) }),
        }
    }
    let conflicts = conflicts(given.0, given.1, memory);
    for held in held.values().filter(|held| !dead.iter().any(|one: &Learning| one.leaves == [held.path])) {
        if let Some((conflict, note)) =
            conflicts.iter().find(|(conflict, note)| is_side(held, conflict, note, observed))
        {
            disputed.push(of_disputed(held, conflict, note, today));
        } else if let Some((learning, rank)) = of_old(held, observed, settings, today) {
            old.push((rank, learning));
        }
    }
    old.sort_by(|(a, one), (b, other)| a.total_cmp(b).then_with(|| one.note.cmp(&other.note)));
    let all = dead.into_iter().chain(disputed).chain(old.into_iter().map(|(_, learning)| learning));
    (all.collect(), due)
}

/// Whether everything that a note is about is gone: what it applies to or, where it says nothing of that, whatever its
/// rule names.
fn is_about(note: &Note, gone: &[DeadReference]) -> bool {
    let named = match note.front.applies_to.as_slice() {
        [] => note.front.description.split('`').skip(1).step_by(2).map(str::to_owned).collect(),
        subjects => subjects.to_vec(),
    };
    let is_gone = |subject: &String| gone.iter().any(|one| stands_in(&one.named, subject));
    !named.is_empty() && named.iter().all(is_gone)
}

/// Whether a name stands in a text as whole words.
fn stands_in(name: &str, text: &str) -> bool {
    let name: Vec<&str> = name.split_whitespace().collect();
    let text: Vec<&str> = text.split_whitespace().collect();
    !name.is_empty() && text.windows(name.len()).any(|words| words == name)
}

/// `a`, `b` are.
fn are(gone: &[DeadReference]) -> String {
    let mut named: Vec<String> = gone.iter().map(|one| code(&one.named)).collect();
    named.dedup();
    format!("{} {}", named.join(", "), if named.len() == 1 { "is" } else { "are" })
}

fn of_dead(held: &Held<'_>, gone: &[DeadReference], today: &str) -> Learning {
    let reason = format!("{} gone", are(gone));
    let mut learning = retire(held, &format!("What it is about no longer exists: {reason}."), &reason, today);
    let lines = gone
        .iter()
        .map(|one| format!("Line {} names {}: {}\n", one.line, code(&one.named), one_line(&one.gone)));
    learning.rationale = format!(
        "All that the note is about is gone from the repository.\n{}It stays in the archive, and comes back if it shows again.",
        lines.collect::<String>()
    );
    learning
}

/// The conflicts that stand in a note of their own, with its path.
fn conflicts<'a>(
    patterns: &'a [Pattern],
    standings: &'a Standings,
    memory: &Memory,
) -> Vec<(&'a Pattern, &'a str)> {
    let stands = |pattern: &'a Pattern| {
        let standing = standings.get(&pattern.fingerprint).filter(|standing| standing.is_active())?;
        let note = memory.notes.get(&standing.note).filter(|note| note.front.status == Status::Open)?;
        (matches!(pattern.lesson, Lesson::Conflict(_)) && note.front.kind == pattern.kind())
            .then_some((pattern, standing.note.as_str()))
    };
    patterns.iter().filter_map(stands).collect()
}

/// Whether a note says one side of a conflict that another note shows as a whole.
fn is_side(held: &Held<'_>, conflict: &Pattern, note: &str, observed: &Observed<'_>) -> bool {
    let anchors = observed.known.iter().filter(|known| known.fingerprint == *held.fingerprint);
    held.path != note
        && held.note.front.status == Status::Active
        && anchors.into_iter().any(|known| disputes(&conflict.anchor, &known.anchor))
}

fn of_disputed(held: &Held<'_>, conflict: &Pattern, note: &str, today: &str) -> Learning {
    let reason = format!("people want the opposite, too, and {note} shows both sides");
    let said = format!("People want the opposite, too: `{note}` shows both sides.");
    let mut learning = retire(held, &said, &reason, today);
    if let Lesson::Conflict(ConflictLesson { sides }) = &conflict.lesson {
        let quotes = sides.iter().flat_map(|side| side.evidence.iter().take(MOST_OF_A_SIDE));
        learning.evidence = quotes.cloned().collect::<Vec<Evidence>>();
    }
    learning.rationale = format!(
        "The note tells agents to follow one side of what the team disagrees about. {note} quotes both sides and asks people to decide; agents are told to follow neither until then.\nSettle it there: the rule that holds becomes a note again."
    );
    learning
}

/// A retirement because of age alone, with how retrievable the note is.
fn of_old(
    held: &Held<'_>,
    observed: &Observed<'_>,
    settings: &MemorySettings,
    today: &str,
) -> Option<(Learning, f64)> {
    let impact = observed.impacts.get(held.path);
    let works = impact.is_some_and(|impact| impact.effect == Effect::Works);
    let last = held.last_use(observed)?;
    let age = days(last, observed.newest?);
    let is_old = settings.retire_after_days > 0 && age >= f64::from(settings.retire_after_days);
    if works || !is_old || held.note.front.status != Status::Active {
        return None;
    }
    let rank = retrievability(age, held.support().sessions);
    let day = last.strftime("%Y-%m-%d");
    let reason = format!("neither read nor confirmed since {day}");
    let mut learning = retire(held, &format!("Neither read nor confirmed since {day}."), &reason, today);
    learning.rationale = format!(
        "No session has read the note or shown what it is about since {day}, and nothing says that it works. Nothing says that it is wrong either: it is merely old, and what is old keeps what is new out of the index.\nIt comes back by itself if it shows again; revert this commit to keep it now."
    );
    Some((learning, rank))
}

/// The note's way into the archive. `said` stands in the note, `reason` in the title.
fn retire(held: &Held<'_>, said: &str, reason: &str, today: &str) -> Learning {
    let text = into_archive(held.note, said, today);
    let mut learning = moved(Change::Retire, held, place::in_archive(held.path), text);
    learning.title = format!("retire {}: {reason}", held.note.front.name);
    learning.evidence = held.evidence();
    learning.leaves = vec![held.path.to_owned()];
    learning
}
