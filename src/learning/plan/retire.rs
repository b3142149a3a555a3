//! A note that no longer holds goes to the archive.
//!
//! Three reasons, in this order: what it is about is gone, which is proof; people want the opposite; and last that
//! nobody has used it for long, which proves nothing and is asked only after a long time. A note is used where what it is
//! about is done, whether or not its mistake comes: one that works has its occasions, and no mistakes. Where nothing
//! tells its occasions, it is used where it is opened, and one that works is never retired: that what it is against
//! stopped is its doing.

use super::held::{Held, Stand};
use super::{Due, Ground, Observed, moved};
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
use jiff::Timestamp;
use jiff::civil::Date;

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

/// The day on which a note was retired, by the same line.
pub(super) fn day_in(note: &Note) -> Option<Date> {
    let line = note.body.lines().find_map(|line| line.strip_prefix(RETIRED))?;
    line.split_once(':')?.0.parse().ok()
}

/// Every retirement that there is a reason for, proofs first, then what people dispute, then the least retrievable; and
/// the notes that people should look at, because only a part of what they name is gone or because they are theirs.
pub(super) fn all(stand: &Stand<'_>, ground: Ground<'_>) -> (Vec<Learning>, Vec<Due>) {
    let held = &stand.ours;
    let Ground { patterns, memory, standings, observed, settings, today } = ground;
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
    let conflicts = conflicts(patterns, standings, memory);
    for held in held.values().filter(|held| !dead.iter().any(|one: &Learning| one.leaves == [held.path])) {
        if let Some((conflict, note)) =
            conflicts.iter().find(|(conflict, note)| is_side(held, conflict, note, observed))
        {
            disputed.push(of_disputed(held, conflict, note, today));
        } else if let Some((learning, rank)) = of_old(held, observed, settings, today) {
            old.push((rank, learning));
        }
    }
    let is_due = |path: &str, due: &[Due]| due.iter().any(|due| due.note == path);
    for held in stand.theirs.values() {
        if let Some(last) = unused_since(held, observed, settings).filter(|_| !is_due(held.path, &due)) {
            let day = last.strftime("%Y-%m-%d");
            let reason =
                format!("not used since {day}; people's words are in it, so it is theirs to put away");
            due.push(Due { note: held.path.to_owned(), reason });
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

/// Whether a name stands in a text as whole words; a file also by its name alone, as a step is called.
fn stands_in(name: &str, text: &str) -> bool {
    let file = |word: &str| word.rsplit('/').next().map(str::to_owned).unwrap_or_default();
    let same = |one: &str, other: &str| one == other || one.contains('/') && file(one) == file(other);
    let name: Vec<&str> = name.split_whitespace().collect();
    let text: Vec<&str> = text.split_whitespace().collect();
    let is_it = |words: &[&str]| words.iter().zip(&name).all(|(word, named)| same(named, word));
    !name.is_empty() && text.windows(name.len()).any(is_it)
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

/// Since when nobody has used a note, where that is too long.
fn unused_since(held: &Held<'_>, observed: &Observed<'_>, settings: &MemorySettings) -> Option<Timestamp> {
    let impact = observed.impacts.get(held.path);
    let works = impact.is_some_and(|impact| impact.effect == Effect::Works && impact.last_occasion.is_none());
    let last = held.last_use(observed)?;
    let is_old = settings.retire_after_days > 0
        && days(last, observed.newest?) >= f64::from(settings.retire_after_days);
    (!works && is_old && held.note.front.status == Status::Active).then_some(last)
}

/// A retirement because of age alone, with how retrievable the note is.
fn of_old(
    held: &Held<'_>,
    observed: &Observed<'_>,
    settings: &MemorySettings,
    today: &str,
) -> Option<(Learning, f64)> {
    let last = unused_since(held, observed, settings)?;
    let rank = retrievability(days(last, observed.newest?), held.support().sessions);
    let day = last.strftime("%Y-%m-%d");
    let reason = format!("not used since {day}");
    let mut learning = retire(held, &format!("Not used since {day}."), &reason, today);
    let usage = observed.impacts.get(held.path).map(|impact| impact.usage).unwrap_or_default();
    let had_the_chance = match (usage.given(), usage.connected) {
        (0, 1..) => format!(" It {usage}: nothing that they did brought it up."),
        _ => String::new(),
    };
    learning.rationale = format!(
        "Since {day} no session has shown or done what the note is about, and no two have opened it.{had_the_chance} Nothing says that it is wrong: it is merely old, and what is old keeps what is new out of the index.\nIt comes back by itself if it shows again; revert this commit to keep it now."
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

#[cfg(test)]
mod tests {
    use super::super::tests::{first, merged, pattern, planned_seeing};
    use super::*;
    use crate::learning::effect::{Impact, Usage};
    use crate::learning::plan::Planned;
    use crate::pattern::{Fingerprint, Rate, Side, WishLesson};
    use crate::redact::redact;
    use std::collections::BTreeMap;

    fn at(day: &str) -> Timestamp {
        format!("{day}T00:00:00Z").parse().unwrap()
    }

    fn gone(named: &str) -> DeadReference {
        DeadReference { line: 12, named: named.to_owned(), gone: "removed with 0123abc".to_owned() }
    }

    /// What is planned for a note about `frob push` that people took up on 2026-01-05, with an edit of its text.
    fn planned(observed: &Observed<'_>, edit: impl Fn(&str) -> String) -> (Planned, String) {
        let proposed = first(&pattern(4, &["a"], None));
        let (memory, standings) = merged(&proposed, edit);
        (planned_seeing(&[], &memory, &standings, observed), proposed.note)
    }

    fn dead(named: &[&str]) -> Observed<'static> {
        let note = first(&pattern(4, &["a"], None)).note;
        Observed {
            dead: BTreeMap::from([(note, named.iter().map(|name| gone(name)).collect())]),
            ..Observed::default()
        }
    }

    #[test]
    fn a_note_about_what_is_gone_is_retired_with_the_proof() {
        let (found, note) = planned(&dead(&["frob"]), str::to_owned);
        let [learning] = found.learnings.as_slice() else { panic!("{found:#?}") };
        assert_eq!((learning.change, &learning.leaves), (Change::Retire, &vec![note.clone()]));
        assert_eq!(learning.note, format!("archive/{note}"));
        assert!(learning.text.contains("status: retired") && learning.text.contains("`frob` is gone"));
        assert!(learning.rationale.contains("Line 12 names `frob`: removed with 0123abc"), "{learning:#?}");
        assert_eq!(learning.evidence.len(), 1);
    }

    #[test]
    fn a_name_stands_in_a_text_as_whole_words() {
        assert!(stands_in("make deploy", "make deploy --all") && !stands_in("make dep", "make deploy"));
        assert!(
            stands_in("tools/deploy.sh", "deploy.sh --prod") && !stands_in("deploy.sh", "tools/redeploy.sh")
        );
        assert!(!stands_in(" ", "a b"));
    }

    #[test]
    fn where_only_a_part_is_gone_or_a_person_wrote_people_are_told() {
        for (observed, edit) in [
            (dead(&["--frobnicate"]), ("", "")),
            (dead(&["frob"]), ("status: active", "status: pinned")),
            (dead(&["frob"]), ("**Do:**", "**Do, says Ann:**")),
        ] {
            let (found, note) = planned(&observed, |text| text.replace(edit.0, edit.1));
            assert!(found.learnings.is_empty(), "{edit:?}: {found:#?}");
            assert_eq!(found.due.iter().map(|due| &due.note).collect::<Vec<_>>(), [&note]);
        }
    }

    #[test]
    fn a_note_that_works_or_is_opened_is_not_old() {
        let note = first(&pattern(4, &["a"], None)).note;
        let long_after = Observed { newest: Some(at("2026-12-24")), ..Observed::default() };
        let [learning] = planned(&long_after, str::to_owned).0.learnings.try_into().unwrap();
        assert!(learning.title.ends_with("not used since 2026-01-05"), "{}", learning.title);
        let soon = Observed { newest: Some(at("2026-05-05")), ..Observed::default() };
        let opened =
            Observed { opened: BTreeMap::from([(note.clone(), at("2026-12-01"))]), ..long_after.clone() };
        let none = Rate::default();
        let works = Impact {
            before: none,
            after: none,
            read: none,
            unread: none,
            last_read: None,
            last_seen: None,
            last_occasion: None,
            usage: Usage { connected: 9, ..Usage::default() },
            effect: Effect::Works,
        };
        let impact =
            |impact| Observed { impacts: BTreeMap::from([(note.clone(), impact)]), ..long_after.clone() };
        let did = |day: &str| Impact { last_occasion: Some(at(day)), ..works.clone() };
        let followed =
            Usage { shown: 1, followed: 1, last_followed: Some(at("2026-12-01")), ..Usage::default() };
        let followed = Impact { usage: followed, ..did("2026-02-01") };
        for observed in [soon, opened, impact(works.clone()), impact(did("2026-12-01")), impact(followed)] {
            assert_eq!(planned(&observed, str::to_owned).0.learnings, []);
        }
        // Nobody does any more what it is about: that its mistake stays away is not its doing.
        assert_eq!(planned(&impact(did("2026-02-01")), str::to_owned).0.learnings.len(), 1);
        assert_eq!(planned(&long_after, |text| text.replace("active", "pinned")).0.learnings, []);
    }

    #[test]
    fn of_an_unused_note_with_their_words_people_are_told() {
        let long_after = Observed { newest: Some(at("2026-12-24")), ..Observed::default() };
        let (found, note) = planned(&long_after, |text| text.replace("**Do:**", "**Do, says Ann:**"));
        assert_eq!(found.learnings, []);
        let [due] = found.due.as_slice() else { panic!("{found:#?}") };
        assert!(due.note == note && due.reason.starts_with("not used since 2026-01-05; "), "{due:?}");
        let (pinned, _) = planned(&long_after, |text| text.replace("status: active", "status: pinned"));
        assert_eq!(pinned.due, []);
    }

    #[test]
    fn the_other_side_of_a_conflict_is_retired_once_its_note_stands() {
        let wish = |text: &str| WishLesson {
            wording: redact(text),
            variants: Vec::new(),
            wanted: None,
            unwanted: None,
        };
        let make = |anchor: &[&str], lesson: Lesson| Pattern {
            fingerprint: Fingerprint::of(anchor),
            anchor: anchor.iter().map(|word| redact(word)).collect(),
            lesson,
            ..pattern(4, &["a"], None)
        };
        let tabs = make(&["wish", "+tab"], Lesson::Wish(wish("Indent with tabs")));
        let spaces = make(&["wish", "+space"], Lesson::Wish(wish("Indent with spaces")));
        let side = |text: &str| Side {
            wish: wish(text),
            support: tabs.support.clone(),
            evidence: vec![super::super::tests::evidence(text, text)],
        };
        let both = Lesson::Conflict(ConflictLesson {
            sides: vec![side("Indent with tabs"), side("Indent with spaces")],
        });
        // The conflict took over the name of the first of the two wishes.
        let conflict = Pattern {
            fingerprint: tabs.fingerprint.clone(),
            lesson: both,
            anchor: ["conflict", "space", "tab"].map(redact).into(),
            ..tabs.clone()
        };
        let known = [&tabs, &spaces].map(|one| one.known());
        let observed = Observed { known: &known, ..Observed::default() };
        let (mut memory, mut standings) = merged(&first(&tabs), str::to_owned);
        let (more, others) = merged(&first(&spaces), str::to_owned);
        memory.notes.extend(more.notes);
        standings.extend(others);
        let before = planned_seeing(std::slice::from_ref(&conflict), &memory, &standings, &observed);
        assert!(before.learnings.iter().all(|learning| learning.change != Change::Retire), "{before:#?}");
        let (more, others) = merged(&first(&conflict), str::to_owned);
        let taken_over = standings[&tabs.fingerprint].note.clone();
        memory.notes.remove(&taken_over);
        memory.notes.extend(more.notes);
        standings.extend(others);
        let after = planned_seeing(std::slice::from_ref(&conflict), &memory, &standings, &observed);
        let [learning] = after.learnings.as_slice() else { panic!("{after:#?}") };
        assert_eq!(
            (learning.change, &learning.leaves[0]),
            (Change::Retire, &standings[&spaces.fingerprint].note)
        );
        assert_eq!(learning.evidence.len(), 2, "both sides are quoted");
    }
}
