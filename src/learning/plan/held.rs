//! The notes that a cycle may change or move: those that stand in its own words.
//!
//! Refuses every note that a person wrote, changed, pinned or has still to decide on. A move changes no word of a note,
//! but it changes whether agents read it: what to do with people's words is people's to say.

use super::elsewhere::said_elsewhere;
use super::{Observed, text};
use crate::learning::standing::{Standing, Standings, Verdict};
use crate::memory::Memory;
use crate::memory::note::{Note, Status};
use crate::pattern::{Evidence, Fingerprint, Grade, Pattern, Support};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// A note that was proposed and stands.
pub(super) struct Held<'a> {
    /// Its path.
    pub(super) path: &'a str,
    /// The note.
    pub(super) note: &'a Note,
    /// The pattern that it is made from.
    pub(super) fingerprint: &'a Fingerprint,
    /// What is known of that one.
    pub(super) standing: &'a Standing,
    /// That pattern, where it still shows in the sessions.
    pub(super) pattern: Option<&'a Pattern>,
    /// When it was last confirmed: by that pattern, by one whose note went into this one, or by one that says the same.
    confirmed: Option<Timestamp>,
}

impl Held<'_> {
    /// How much speaks for it: what was counted now, where anything was.
    pub(super) fn support(&self) -> &Support {
        self.pattern.map_or(&self.standing.support, |pattern| &pattern.support)
    }

    /// How well founded it is.
    pub(super) fn grade(&self) -> Grade {
        self.pattern.map_or(self.standing.grade, |pattern| pattern.grade)
    }

    /// Its quotes, as they stand in it.
    pub(super) fn evidence(&self) -> Vec<Evidence> {
        text::evidence(self.note)
    }

    /// When it was last written, opened or confirmed, or last met what it is about, or was followed: being in an
    /// index that is read is no use of it.
    pub(super) fn last_use(&self, observed: &Observed) -> Option<Timestamp> {
        let impact = observed.impacts.get(self.path);
        let opened = observed.opened.get(self.path).copied();
        let since = self.note.front.since.parse::<jiff::civil::Date>().ok();
        let since = since.and_then(|day| day.to_zoned(jiff::tz::TimeZone::UTC).ok()).map(|at| at.timestamp());
        let met = impact
            .and_then(|impact| impact.last_seen.max(impact.last_occasion).max(impact.usage.last_followed));
        [opened, since, met, self.confirmed].into_iter().flatten().max()
    }
}

/// The notes that were proposed and stand, by path.
#[derive(Default)]
pub(super) struct Stand<'a> {
    /// As they were proposed.
    pub(super) ours: BTreeMap<&'a str, Held<'a>>,
    /// With people's words in them. Nobody is to change or move these; people can be told of them.
    pub(super) theirs: BTreeMap<&'a str, Held<'a>>,
}

/// All of them. Those that are pinned or wait for review are none of these.
pub(super) fn held<'a>(
    memory: &'a Memory,
    standings: &'a Standings,
    patterns: &'a [Pattern],
    observed: &Observed<'_>,
) -> Stand<'a> {
    let mined: BTreeMap<&Fingerprint, &Pattern> =
        patterns.iter().map(|pattern| (&pattern.fingerprint, pattern)).collect();
    let mut confirmed: BTreeMap<&str, Timestamp> = BTreeMap::new();
    for pattern in patterns {
        let Some(at) = pattern.support.last else { continue };
        let own = standings.get(&pattern.fingerprint).into_iter();
        for standing in own.chain(said_elsewhere(pattern, standings, observed)) {
            let last = confirmed.entry(&standing.note).or_insert(at);
            *last = at.max(*last);
        }
    }
    let mut stand = Stand::default();
    for (fingerprint, standing) in standings {
        let waits = matches!(standing.verdict, Verdict::Pending | Verdict::Unclear);
        let found = memory.notes.get_key_value(&standing.note);
        let Some((path, note)) = found.filter(|_| standing.is_active() && !waits) else { continue };
        if note.front.status == Status::Pinned {
            continue;
        }
        let pattern = mined.get(fingerprint).copied();
        let confirmed = confirmed.get(path.as_str()).copied();
        let held = Held { path, note, fingerprint, standing, pattern, confirmed };
        match is_ours(note, standing) {
            true => stand.ours.insert(path, held),
            false => stand.theirs.insert(path, held),
        };
    }
    stand
}

/// Whether a note stands in the words that were proposed. Evidence that people added or took out does not count.
pub(super) fn is_ours(note: &Note, standing: &Standing) -> bool {
    let Some(proposed) = standing.text.as_deref() else { return false };
    if crate::memory::note::render(note) == proposed {
        return true;
    }
    crate::memory::note::parse(proposed)
        .is_ok_and(|ours| text::says(note) == text::says(&ours) && note.front == ours.front)
}
