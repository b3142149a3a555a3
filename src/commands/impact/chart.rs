//! A rate over weeks in one line of text, with the day marked on which it may have changed.

use crate::impact::Week;

/// From hardly anything to all of the highest rate.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Sessions, and none of them showed it.
const NONE: char = '·';
/// No session.
const EMPTY: char = ' ';
/// Between before and since.
const MARK: char = '│';
/// Columns where nobody says how many there are.
const USUAL_WIDTH: usize = 80;
/// Columns that a chart is indented and labelled with.
const BESIDE: usize = 30;
/// Longest chart, columns: more weeks than a year are hardly read one by one.
const LONGEST: usize = 64;

/// How many columns a chart may take: the terminal's as far as `COLUMNS` says so.
pub(super) fn room() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok());
    let columns: usize = columns.filter(|columns| *columns > 0).unwrap_or(USUAL_WIDTH);
    columns.saturating_sub(BESIDE).clamp(8, LONGEST)
}

/// A chart of at most `room` columns, and how many weeks one column is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Chart {
    pub(super) line: String,
    pub(super) weeks_each: i64,
}

/// Draws weeks, which are in order, the mark before week 0. Where they are more than there is room for, a column is
/// several weeks; where they reach back so far that this would hide everything, the oldest are left out.
pub(super) fn draw(weeks: &[Week], room: usize) -> Option<Chart> {
    let (first, last) = (weeks.first()?.week, weeks.last()?.week);
    let columns = (room.max(4) - 1) as i64;
    // Ten years around the merge: beyond it a clock was wrong.
    let (first, last) = (first.clamp(-520, 0), last.clamp(0, 520));
    let weeks_each = (1..).find(|each| column(last, *each) - column(first, *each) < columns).unwrap_or(520);
    let mut line = String::new();
    let sums: Vec<(i64, u32, u32)> = (column(first, weeks_each)..=column(last, weeks_each))
        .map(|at| {
            let here = weeks.iter().filter(|week| column(week.week, weeks_each) == at);
            let (hits, of) = here.fold((0, 0), |(hits, of), week| (hits + week.hits, of + week.of));
            (at, hits, of)
        })
        .collect();
    let share = |hits: u32, of: u32| f64::from(hits) / f64::from(of.max(1));
    let most = sums.iter().map(|(_, hits, of)| share(*hits, *of)).fold(0.0, f64::max);
    for (at, hits, of) in sums {
        if at == 0 {
            line.push(MARK);
        }
        line.push(match (hits, of) {
            (_, 0) => EMPTY,
            (0, _) => NONE,
            _ => {
                let step = (share(hits, of) / most * BARS.len() as f64).ceil() as usize;
                BARS.get(step.saturating_sub(1)).copied().unwrap_or(NONE)
            }
        });
    }
    Some(Chart { line, weeks_each })
}

/// The column of a week.
fn column(week: i64, weeks_each: i64) -> i64 {
    week.div_euclid(weeks_each)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn week((week, hits, of): (i64, u32, u32)) -> Week {
        Week { week, from: None, hits, of }
    }

    #[test]
    fn the_mark_stands_between_before_and_since_whatever_the_width() {
        let weeks: Vec<Week> =
            [(-3, 4, 8), (-2, 8, 8), (0, 1, 8), (1, 0, 8), (4, 1, 16)].map(week).into_iter().collect();
        let chart = draw(&weeks, 40).unwrap();
        assert_eq!(chart, Chart { line: "▄█ │▁·  ▁".to_owned(), weeks_each: 1 });
        let narrow = draw(&weeks, 6).unwrap();
        assert_eq!((narrow.line.as_str(), narrow.weeks_each), ("▄█│▁ ▁", 2));
        assert_eq!(draw(&[], 40), None);
    }

    #[test]
    fn odd_dates_do_not_make_it_long() {
        for weeks in [[(-100_000, 1, 1), (90_000, 1, 1)], [(i64::MIN, 1, 1), (i64::MAX, 0, 1)]] {
            let chart = draw(&weeks.map(week), 30).unwrap();
            assert!(chart.line.chars().count() <= 30, "{chart:?}");
        }
        assert_eq!(draw(&[week((5, 0, 3))], 30).unwrap().line, "│     ·");
    }
}
