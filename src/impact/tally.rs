//! Independent sessions sorted by time and by whether they read the note.
//!
//! Sessions with one root are one witness: it showed what the note is against if any of them did, it read the note if
//! any of them did, and it began with the first of them. A witness that began before the merge counts as before,
//! unless it read the note and went on after it. One that the note came before only after it had shown what the note is
//! against, as a hook does it that answers a failure, and that did not do so again, had not read it when it mattered: it
//! counts among the others.
//!
//! What counts as reading, [`super::reading`] says.

use super::merged::Merged;
use super::occasion::Occasion;
use super::reading::Reading;
use super::seen::Session;
use crate::learning::effect::Usage;
use crate::pattern::Rate;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Seconds of a week.
const WEEK: i64 = 7 * 86_400;

/// Sessions with one root.
struct Witness {
    /// The first moment of the first of them.
    began: Option<Timestamp>,
    /// The last moment of the last of them.
    ended: Option<Timestamp>,
}

/// Everybody who can tell something.
pub(super) struct Witnesses<'a> {
    pub(super) sessions: &'a [Session],
    all: Vec<Witness>,
    /// The witness of each session.
    pub(super) of: Vec<usize>,
    /// The sessions that a note came before, by its path; of MEMORY.md too.
    pub(super) readings: BTreeMap<&'a str, Vec<Reading>>,
}

/// When a witness was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Period {
    /// Before the merge.
    Before,
    /// Since the merge, and before the note was given its present words.
    Between,
    /// Since the note says what it says.
    After,
}

/// One witness that could have shown what a note is against.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Case {
    pub(super) period: Period,
    /// Weeks since the note says what it says; negative before.
    pub(super) week: i64,
    pub(super) job: usize,
    pub(super) agent: String,
    pub(super) read: bool,
    pub(super) hit: bool,
}

/// What the witnesses say about one note.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Tally {
    pub(super) cases: Vec<Case>,
    /// Witnesses that count nowhere, because they do not say when they were.
    pub(super) undated: u32,
    /// Those of [`Period::Between`].
    pub(super) between: u32,
    pub(super) usage: Usage,
    pub(super) last_read: Option<Timestamp>,
    pub(super) last_seen: Option<Timestamp>,
    pub(super) last_occasion: Option<Timestamp>,
    /// When the note was given its present words.
    pub(super) worded: Option<Timestamp>,
    /// Whether what is seen is a workflow that was not followed.
    pub(super) is_workflow: bool,
}

/// One week of a note.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Week {
    /// Which: 0 is the first one of the note as it stands, -1 the one before.
    pub week: i64,
    /// Its first moment; `None` where that cannot be written down.
    pub from: Option<Timestamp>,
    /// Sessions with what the note is against.
    pub hits: u32,
    /// Sessions in which it could have been.
    pub of: u32,
}

impl<'a> Witnesses<'a> {
    pub(super) fn of(sessions: &'a [Session]) -> Witnesses<'a> {
        let mut by_root: BTreeMap<&str, usize> = BTreeMap::new();
        let mut all: Vec<Witness> = Vec::new();
        let mut of = Vec::with_capacity(sessions.len());
        let mut readings: BTreeMap<&str, Vec<Reading>> = BTreeMap::new();
        for (place, session) in sessions.iter().enumerate() {
            let next = all.len();
            let witness = *by_root.entry(&session.root).or_insert(next);
            if witness == next {
                all.push(Witness { began: None, ended: None });
            }
            let (began, ended) = (session.began.or(session.ended), session.ended.or(session.began));
            if let Some(known) = all.get_mut(witness) {
                known.began = known.began.into_iter().chain(began).min();
                known.ended = known.ended.into_iter().chain(ended).max();
            }
            of.push(witness);
            for one in &session.uses.0 {
                let reading = Reading { session: place, how: one.how, event: one.event };
                one.notes.iter().for_each(|note| readings.entry(note).or_default().push(reading));
            }
        }
        Witnesses { sessions, all, of, readings }
    }

    /// What they say about a note.
    pub(super) fn tally(&self, occasion: &Occasion, note: &Merged) -> Tally {
        let readings = self.readings(note);
        let readers: BTreeSet<usize> = readings.keys().copied().collect();
        let hits = self.witnesses(&occasion.did);
        let followed = occasion.followed.as_ref().map(|followed| self.witnesses(followed));
        // A playbook that is asked for and not followed is of no use to anybody.
        let done = match &occasion.followed {
            Some(followed) => followed.clone(),
            None if occasion.is_telling => occasion.could.clone(),
            None => BTreeSet::new(),
        };
        let too_late = self.too_late(&readings, occasion);
        let mut tally = Tally {
            usage: self.usage(&readings, Some(occasion), note),
            worded: Some(note.worded),
            is_workflow: followed.is_some(),
            last_read: self.last(readers.iter().copied().filter(|&reader| self.is_after(reader, note.at))),
            last_seen: self.last(followed.as_ref().unwrap_or(&hits).iter().copied()),
            last_occasion: self.last(self.witnesses(&done).into_iter()),
            ..Tally::default()
        };
        let mut counted = BTreeSet::new();
        for &place in &occasion.could {
            let (Some(&witness), Some(session)) = (self.of.get(place), self.sessions.get(place)) else {
                continue;
            };
            if !counted.insert(witness) {
                continue;
            }
            let Some(began) = self.all.get(witness).and_then(|known| known.began) else {
                tally.undated += 1;
                continue;
            };
            let read = readers.contains(&witness);
            let is_since = |moment| began >= moment || read && self.is_after(witness, moment);
            let period = match (is_since(note.at), is_since(note.worded)) {
                (_, true) => Period::After,
                (true, false) => Period::Between,
                (false, false) => Period::Before,
            };
            tally.between += u32::from(period == Period::Between);
            let week = (began.as_second() - note.worded.as_second()).div_euclid(WEEK);
            // One of several sessions that followed the workflow is enough to say that it was followed.
            let hit = match &followed {
                Some(followed) => !followed.contains(&witness),
                None => hits.contains(&witness),
            };
            tally.cases.push(Case {
                period,
                week: if period == Period::After { week.max(0) } else { week },
                job: session.job,
                agent: session.agent.clone(),
                read: read && !(hit && too_late.contains(&witness)),
                hit,
            });
        }
        tally
    }

    fn witnesses(&self, sessions: &BTreeSet<usize>) -> BTreeSet<usize> {
        sessions.iter().filter_map(|&session| self.of.get(session).copied()).collect()
    }

    /// Whether a witness went on after a moment.
    pub(super) fn is_after(&self, witness: usize, moment: Timestamp) -> bool {
        self.all.get(witness).and_then(|known| known.ended).is_some_and(|ended| ended >= moment)
    }

    pub(super) fn last(&self, witnesses: impl Iterator<Item = usize>) -> Option<Timestamp> {
        witnesses.filter_map(|witness| self.all.get(witness)?.ended).max()
    }
}

impl Tally {
    /// The rate among the cases that fit.
    pub(super) fn rate(&self, fits: impl Fn(&Case) -> bool) -> Rate {
        let fitting = self.cases.iter().filter(|case| fits(case));
        fitting.fold(Rate::default(), |rate, case| Rate {
            hits: rate.hits + u32::from(case.hit),
            of: rate.of + 1,
        })
    }

    pub(super) fn before(&self) -> Rate {
        self.rate(|case| case.period == Period::Before)
    }

    pub(super) fn after(&self) -> Rate {
        self.rate(|case| case.period == Period::After)
    }

    pub(super) fn read(&self) -> Rate {
        self.rate(|case| case.period == Period::After && case.read)
    }

    pub(super) fn unread(&self) -> Rate {
        self.rate(|case| case.period == Period::After && !case.read)
    }

    /// The rate week by week, the oldest first.
    pub(super) fn weeks(&self) -> Vec<Week> {
        let mut weeks: BTreeMap<i64, Rate> = BTreeMap::new();
        for case in &self.cases {
            let rate = weeks.entry(case.week).or_default();
            rate.of += 1;
            rate.hits += u32::from(case.hit);
        }
        let first = self.worded.map(Timestamp::as_second);
        let from = |week: i64| {
            let second = first?.checked_add(week.checked_mul(WEEK)?)?;
            Timestamp::from_second(second).ok()
        };
        weeks.into_iter().map(|(week, Rate { hits, of })| Week { week, from: from(week), hits, of }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use crate::impact::occasion::Hit;
    use crate::impact::seen::Seen;
    use crate::pattern::job::Jobs;
    use crate::pattern::{Fingerprint, Mined, witness};
    use crate::session::SessionId;
    use crate::settings::Mining;

    /// A session from one day to another, of this root, that read these notes; without days where the first is 0.
    fn session(name: &str, root: &str, days: [i64; 2], read: &[&str]) -> Digest {
        let at = |day: i64| (day > 0).then(|| day_of(day));
        serde_json::from_value(serde_json::json!({
            "session": SessionId::of(name.as_bytes()), "source": name, "root": root, "agent": "codex",
            "ask": format!("errand of {root}"), "task": root, "began": at(days[0]), "ended": at(days[1]),
            "notes_read": read, "counts": { "calls": 1, "failed": 0, "retries": 0, "turns": 1 },
        }))
        .unwrap()
    }

    fn day_of(day: i64) -> Timestamp {
        Timestamp::from_second(day * 86_400).unwrap()
    }

    /// What these sessions, of which some did it, say about a note that was merged on day 100 and reworded on day 110.
    fn told(sessions: Vec<(Digest, bool)>, is_indexed: bool) -> Tally {
        let did: BTreeSet<SessionId> =
            sessions.iter().filter(|(_, did)| *did).map(|(digest, _)| digest.session.clone()).collect();
        let digests = witness::independent(sessions.into_iter().map(|(digest, _)| digest).collect());
        let place = |session: &SessionId| digests.iter().position(|digest| digest.session == *session);
        let occasion = Occasion {
            could: (0..digests.len()).collect(),
            did: did.iter().filter_map(place).collect(),
            is_telling: true,
            followed: None,
            moments: BTreeMap::new(),
            of: String::new(),
            hit: Hit::FailedSo,
        };
        let note = Merged {
            pattern: Fingerprint::of(&[]),
            note: "mistakes/now.md".to_owned(),
            names: ["mistakes/now.md", "mistakes/once.md"].map(str::to_owned).into(),
            title: String::new(),
            kind: String::new(),
            at: day_of(100),
            worded: day_of(110),
            by: None,
            is_indexed,
        };
        let jobs = Jobs::group(&digests, &Mining::default());
        let mined = Mined { patterns: Vec::new(), digests, jobs };
        Witnesses::of(&Seen::of(&mined, |_| true).sessions).tally(&occasion, &note)
    }

    fn rates(tally: &Tally) -> [(u32, u32); 4] {
        [tally.before(), tally.after(), tally.read(), tally.unread()].map(|rate| (rate.hits, rate.of))
    }

    #[test]
    fn sessions_with_one_root_are_one_witness() {
        let tally = told(
            vec![
                (session("a", "a", [120, 120], &["mistakes/now.md"]), false),
                (session("a1", "a", [121, 121], &[]), true),
                (session("a2", "a", [122, 122], &[]), true),
                (session("b", "b", [90, 90], &[]), true),
            ],
            false,
        );
        assert_eq!(rates(&tally), [(1, 1), (1, 1), (1, 1), (0, 0)], "its sub-agents have what it read");
        assert_eq!((tally.last_read, tally.last_seen), (Some(day_of(122)), Some(day_of(122))));
    }

    #[test]
    fn a_session_that_could_have_and_did_not_is_an_occasion() {
        let tally = told(
            vec![(session("a", "a", [120, 120], &[]), true), (session("b", "b", [130, 131], &[]), false)],
            false,
        );
        assert_eq!((tally.last_seen, tally.last_occasion), (Some(day_of(120)), Some(day_of(131))));
    }

    #[test]
    fn a_session_across_the_merge_is_before_unless_it_read_the_note() {
        let tally = told(
            vec![
                (session("a", "a", [90, 130], &[]), true),
                (session("b", "b", [90, 130], &["mistakes/once.md"]), true),
                (session("c", "c", [105, 106], &[]), true),
                (session("d", "d", [0, 0], &["mistakes/now.md"]), true),
                (session("e", "e", [80, 81], &["mistakes/now.md"]), false),
            ],
            false,
        );
        assert_eq!(rates(&tally), [(1, 2), (1, 1), (1, 1), (0, 0)]);
        assert_eq!((tally.undated, tally.between), (1, 1));
        let weeks: Vec<(i64, u32, u32)> =
            tally.weeks().iter().map(|week| (week.week, week.hits, week.of)).collect();
        assert_eq!(weeks, [(-5, 0, 1), (-3, 1, 1), (-1, 1, 1), (0, 1, 1)]);
    }

    #[test]
    fn who_opened_the_index_since_the_merge_has_read_what_it_names() {
        let sessions = || {
            vec![
                (session("a", "a", [90, 90], &["MEMORY.md"]), true),
                (session("b", "b", [120, 120], &["MEMORY.md"]), false),
                (session("c", "c", [120, 120], &["mistakes/other.md"]), true),
            ]
        };
        assert_eq!(rates(&told(sessions(), true)), [(1, 1), (1, 2), (0, 1), (1, 1)]);
        assert_eq!(rates(&told(sessions(), false)), [(1, 1), (1, 2), (0, 0), (1, 2)]);
    }
}
