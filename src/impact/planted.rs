//! Planted notes: what is said of notes whose effect is known.
//!
//! A world of mistakes that come up at random, each with a rate of its own, many of them seldom. As in life a note is
//! written once its mistake was seen in three sessions, so the notes are picked by luck as well; it is taken up a week
//! later and read by some. What it does to its readers is planted.

use super::judgement::{Judged, judge};
use super::tally::{Case, Period, Tally};
use crate::learning::effect::Effect;
use crate::settings::Settings;
use std::collections::BTreeMap;

/// A world to plant notes in.
#[derive(Clone, Copy, Debug)]
struct World {
    seed: u64,
    /// Weeks since the note is there, for every note.
    weeks_after: i64,
    /// Sessions a week in which a mistake could come up.
    sessions: u64,
    /// Share of the sessions since the merge that read a note.
    reading: f64,
    /// Whether transcripts show who did.
    shown: bool,
    /// How many sessions a note is taken to have needed.
    needed: u32,
    /// Share of the notes that do nothing.
    idle: f64,
    /// By how much the others divide the odds of their mistake.
    factor: f64,
    /// Rates of the mistakes, from and to; drawn evenly on a logarithmic scale.
    rates: (f64, f64),
}

/// Mistakes of a world.
const MISTAKES: u64 = 40;
/// Weeks in which a mistake may be found.
const WEEKS_BEFORE: i64 = 16;
/// Sessions that a note needs.
const FOUND_BY: usize = 3;

impl World {
    /// Evenly distributed between 0 and 1, the same for the same place (the mixer of MurmurHash3, Appleby 2011).
    fn even(&self, place: [u64; 4]) -> f64 {
        let mix = |hash: u64, part: &u64| {
            let mut hash = (hash ^ part).wrapping_add(0x9E37_79B9_7F4A_7C15);
            hash = (hash ^ (hash >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
            hash = (hash ^ (hash >> 33)).wrapping_mul(0xC4CE_B9FE_1A85_EC53);
            hash ^ (hash >> 33)
        };
        (place.iter().fold(mix(0, &self.seed), mix) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// The notes of this world, each with whether it does nothing.
    fn notes(&self) -> Vec<(bool, Tally)> {
        (0..MISTAKES).filter_map(|mistake| self.note(mistake)).collect()
    }

    fn note(&self, mistake: u64) -> Option<(bool, Tally)> {
        let (low, high) = self.rates;
        let rate = low * f64::powf(high / low, self.even([mistake, 0, 0, 0]));
        let idle = self.even([mistake, 0, 0, 1]) < self.idle;
        let odds = rate / (1.0 - rate) / self.factor;
        let with_note = if idle { rate } else { odds / (1.0 + odds) };
        let mut cases = Vec::new();
        let mut found = None;
        for week in 0..WEEKS_BEFORE {
            self.week(mistake, week, &mut cases, |_| (false, rate));
            let hits = cases.iter().filter(|case| case.hit).count();
            if hits >= FOUND_BY {
                found = Some(week + 1);
                break;
            }
        }
        let merged = found? + 1;
        self.week(mistake, merged - 1, &mut cases, |_| (false, rate));
        cases.iter_mut().for_each(|case| {
            case.period = Period::Before;
            case.week -= merged;
        });
        let from = cases.len();
        for week in merged..merged + self.weeks_after {
            self.week(mistake, week, &mut cases, |luck| {
                if luck < self.reading { (self.shown, with_note) } else { (false, rate) }
            });
        }
        cases.iter_mut().skip(from).for_each(|case| case.week -= merged);
        Some((idle, Tally { cases, ..Tally::default() }))
    }

    /// The sessions of a week: whether each reads the note, and how likely the mistake is then.
    fn week(&self, mistake: u64, week: i64, cases: &mut Vec<Case>, has: impl Fn(f64) -> (bool, f64)) {
        for session in 0..self.sessions {
            let place = |what| [mistake, 1 + week as u64, session, what];
            let (read, rate) = has(self.even(place(2)));
            cases.push(Case {
                period: Period::After,
                week,
                job: (self.even(place(3)) * 30.0) as usize,
                agent: if session % 2 == 0 { "codex" } else { "claude-code" }.to_owned(),
                read,
                hit: self.even(place(4)) < rate,
            });
        }
    }

    fn judged(&self) -> Vec<(bool, Effect)> {
        let notes = self.notes();
        let mut settings = Settings::default();
        settings.mining.min_sessions = self.needed;
        let judged = judge(notes.iter().map(|(_, tally)| tally), &settings);
        let effects = judged.into_iter().map(|Judged { effect, .. }| effect);
        notes.iter().map(|(idle, _)| *idle).zip(effects).collect()
    }
}

/// Over many worlds: how many notes got which verdict, of those that do nothing and of the others; and the mean share
/// of false ones among those that are said to work, and to be ineffective.
#[derive(Debug, Default)]
struct Outcome {
    verdicts: BTreeMap<(bool, &'static str), u32>,
    false_works: f64,
    false_ineffective: f64,
    worlds: u32,
}

impl Outcome {
    fn of(worlds: impl Iterator<Item = World>) -> Outcome {
        let mut outcome = Outcome::default();
        for world in worlds {
            let judged = world.judged();
            let wrong = |said: Effect, is_wrong: fn(bool) -> bool| {
                let all: Vec<bool> =
                    judged.iter().filter(|(_, effect)| *effect == said).map(|(idle, _)| *idle).collect();
                all.iter().filter(|idle| is_wrong(**idle)).count() as f64 / all.len().max(1) as f64
            };
            outcome.false_works += wrong(Effect::Works, |idle| idle);
            outcome.false_ineffective += wrong(Effect::Ineffective, |idle| !idle);
            outcome.worlds += 1;
            for (idle, effect) in judged {
                let named = match effect {
                    Effect::Works => "works",
                    Effect::NoEffectSeen => "no effect seen",
                    Effect::TooEarly => "too early",
                    Effect::Ineffective => "ineffective",
                };
                *outcome.verdicts.entry((idle, named)).or_default() += 1;
            }
        }
        let worlds = f64::from(outcome.worlds.max(1));
        outcome.false_works /= worlds;
        outcome.false_ineffective /= worlds;
        outcome
    }

    /// Of the notes that do nothing, or of the others, the share with this verdict.
    fn share(&self, idle: bool, verdict: &'static str) -> f64 {
        let of = |named: &(&(bool, &str), &u32)| named.0.0 == idle;
        let all: u32 = self.verdicts.iter().filter(of).map(|(_, n)| *n).sum();
        f64::from(self.verdicts.get(&(idle, verdict)).copied().unwrap_or(0)) / f64::from(all.max(1))
    }
}

fn worlds(seeds: std::ops::Range<u64>, like: World) -> impl Iterator<Item = World> {
    seeds.map(move |seed| World { seed, ..like })
}

const USUAL: World = World {
    seed: 0,
    weeks_after: 24,
    sessions: 12,
    reading: 0.5,
    shown: true,
    needed: FOUND_BY as u32,
    idle: 0.5,
    factor: 6.0,
    rates: (0.005, 0.5),
};

#[test]
fn notes_that_do_nothing_are_hardly_ever_said_to_work() {
    let bound = Settings::default().impact.significance;
    for (reading, shown) in [(0.5, true), (1.0, true), (1.0, false)] {
        let found = Outcome::of(worlds(0..40, World { idle: 1.0, reading, shown, ..USUAL }));
        assert!(found.false_works <= bound, "read by {reading}: {found:#?}");
        let found = Outcome::of(worlds(0..20, World { reading, shown, ..USUAL }));
        assert!(found.false_works <= bound, "read by {reading}: {found:#?}");
        assert!(found.false_ineffective <= bound, "read by {reading}: {found:#?}");
    }
    // Mistakes that are found by luck, and hardly ever seen again.
    let rare = World { idle: 1.0, shown: false, rates: (0.001, 0.01), weeks_after: 52, ..USUAL };
    let found = Outcome::of(worlds(0..30, rare));
    assert!(found.false_works <= bound, "{found:#?}");
    let naive = Outcome::of(worlds(0..30, World { needed: 0, ..rare }));
    assert!(naive.false_works > bound, "the test has lost its point: {naive:#?}");
}

#[test]
fn what_works_and_what_does_nothing_are_told_apart_in_time() {
    let found = Outcome::of(worlds(0..15, World { rates: (0.1, 0.5), ..USUAL }));
    assert!(found.share(false, "works") >= 0.7, "{found:#?}");
    assert!(found.share(true, "ineffective") >= 0.3, "{found:#?}");
    let soon = Outcome::of(worlds(0..15, World { weeks_after: 1, ..USUAL }));
    assert!(soon.share(false, "too early") >= 0.9 && soon.share(true, "too early") >= 0.9, "{soon:#?}");
}

/// Prints what is found under which circumstances:
/// `cargo test --release --lib impact::planted -- --ignored --nocapture`.
#[test]
#[ignore = "prints figures"]
fn figures() {
    let none = World { idle: 1.0, ..USUAL };
    let found_by_luck = World { rates: (0.001, 0.05), weeks_after: 52, ..none };
    for (name, like) in [
        ("half the sessions read, odds / 6", USUAL),
        ("odds / 2", World { factor: 2.0, ..USUAL }),
        ("odds / 3", World { factor: 3.0, ..USUAL }),
        ("the mistake ends", World { factor: 1e9, ..USUAL }),
        ("all read", World { reading: 1.0, ..USUAL }),
        ("all read, not shown", World { reading: 1.0, shown: false, ..USUAL }),
        ("frequent mistakes, odds / 3", World { factor: 3.0, rates: (0.1, 0.5), ..USUAL }),
        ("frequent, 8 weeks, odds / 6", World { rates: (0.1, 0.5), weeks_after: 8, ..USUAL }),
        ("frequent, 52 weeks, odds / 2", World { factor: 2.0, rates: (0.1, 0.5), weeks_after: 52, ..USUAL }),
        ("no note works", none),
        ("no note works, all read", World { reading: 1.0, ..none }),
        ("no note works, reading not shown", World { shown: false, ..none }),
        ("the same, rare mistakes, a year", World { shown: false, ..found_by_luck }),
        ("the same, luck not taken off", World { shown: false, needed: 0, ..found_by_luck }),
    ] {
        let found = Outcome::of(worlds(1000..1100, like));
        println!(
            "{name}: false among works {:.3}, among ineffective {:.3}",
            found.false_works, found.false_ineffective
        );
        for idle in [false, true].into_iter().filter(|idle| *idle || like.idle < 1.0) {
            let shares = ["works", "no effect seen", "too early", "ineffective"]
                .map(|verdict| format!("{verdict} {:.2}", found.share(idle, verdict)));
            println!("  {}: {}", if idle { "does nothing" } else { "works" }, shares.join(", "));
        }
    }
    let looks = |seed| {
        (1..=24).any(|weeks_after| {
            let judged = World { seed, weeks_after, ..none }.judged();
            judged.iter().any(|(_, effect)| *effect == Effect::Works)
        })
    };
    let ever = (2000..2050).filter(|seed| looks(*seed)).count();
    println!("no note works: in {ever} of 50 worlds one of {MISTAKES} is said to at any of 24 weekly looks");
}
