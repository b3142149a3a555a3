//! Mistakes over time: how often what merged notes are against came up, over the weeks of the calendar.
//!
//! The figures are those that the impact of every note is told from, added up. A note's weeks begin with the moment of
//! its merge and those of the calendar with Monday, so each is put where most of it lies.

use crate::impact::{self, Looked};
use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// Half a week, in seconds.
const HALF_A_WEEK: i64 = 7 * 86_400 / 2;

/// Mistakes over time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trend {
    /// How many notes on mistakes are counted.
    pub notes: usize,
    /// The weeks in which a mistake could have been made, oldest first.
    pub weeks: Vec<Week>,
    /// When notes on mistakes came to the target, oldest first.
    pub merges: Vec<Merge>,
}

/// One week of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Week {
    /// Its Monday.
    pub from: Date,
    /// How often it happened: sessions, counted once a note.
    pub hits: u32,
    /// How often it could have.
    pub of: u32,
}

/// A note that was taken up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    /// On which day.
    pub on: Date,
    /// What it says.
    pub title: String,
}

/// Adds up what was measured of notes on mistakes.
pub(super) fn of(looked: &Looked) -> Trend {
    let mut weeks: BTreeMap<Date, (u32, u32)> = BTreeMap::new();
    let mut trend = Trend::default();
    for merged in looked.merged.iter().filter(|merged| merged.kind == "mistake") {
        trend.merges.push(Merge { on: day(merged.at), title: merged.title.clone() });
        let Some(measured) = looked.measured.get(&merged.note) else { continue };
        trend.notes += 1;
        for week in &measured.weeks {
            let Some(monday) = monday(week) else { continue };
            let (hits, of) = weeks.entry(monday).or_default();
            *hits = hits.saturating_add(week.hits);
            *of = of.saturating_add(week.of);
        }
    }
    trend.merges.sort_by(|a, b| a.on.cmp(&b.on).then_with(|| a.title.cmp(&b.title)));
    trend.weeks = weeks.into_iter().map(|(from, (hits, of))| Week { from, hits, of }).collect();
    trend
}

/// The Monday of the week that most of this one lies in; `None` where no calendar has it.
fn monday(week: &impact::Week) -> Option<Date> {
    let middle = week.from?.as_second().checked_add(HALF_A_WEEK)?;
    let middle = day(Timestamp::from_second(middle).ok()?);
    let since = middle.weekday().since(Weekday::Monday);
    middle.checked_sub(jiff::Span::new().try_days(since).ok()?).ok()
}

/// The day of a moment, as the whole world counts it.
pub(super) fn day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_counts_where_most_of_it_lies() {
        let monday_of = |from: &str| {
            let from = format!("{from}T12:00:00Z").parse().unwrap();
            monday(&impact::Week { week: 0, from: Some(from), hits: 0, of: 1 }).unwrap().to_string()
        };
        assert_eq!(monday_of("2026-01-05"), "2026-01-05", "a Monday at noon");
        assert_eq!(monday_of("2026-01-08"), "2026-01-05", "a Thursday: till Thursday noon");
        assert_eq!(monday_of("2026-01-09"), "2026-01-12");
        assert_eq!(monday(&impact::Week { week: 0, from: None, hits: 0, of: 1 }), None);
        let last = impact::Week { week: 0, from: Some(Timestamp::MAX), hits: 0, of: 1 };
        assert_eq!(monday(&last), None);
    }
}
