//! A share over the weeks of a calendar, one column a week or several, with days marked on which something happened.

use super::{at, escaped};
use jiff::civil::Date;
use std::fmt::Write;

/// Room for the labels of the scale, pixels.
const LEFT: f64 = 34.0;
/// Room for marks above the columns.
const TOP: f64 = 26.0;
/// Room for the months below them.
const BOTTOM: f64 = 22.0;
/// What one column takes at least, the gap after it included.
const LEAST_STEP: f64 = 9.0;
/// What it takes at most, so that few weeks look like few.
const MOST_STEP: f64 = 40.0;
/// What a month's label takes.
const LABEL: f64 = 46.0;

/// What is drawn.
pub(in crate::report) struct Columns<'a> {
    /// Names the picture within the page.
    pub(in crate::report) id: &'a str,
    /// What it shows, in a few words.
    pub(in crate::report) title: &'a str,
    /// What is to be seen on it, in a sentence.
    pub(in crate::report) description: &'a str,
    /// Monday, how often it happened, how often it could have; in order.
    pub(in crate::report) weeks: Vec<(Date, u32, u32)>,
    /// Days that are marked, each with a few words, in order.
    pub(in crate::report) marks: Vec<(Date, &'a str)>,
    /// Pixels.
    pub(in crate::report) width: f64,
    /// Pixels.
    pub(in crate::report) height: f64,
}

/// Several weeks that share a column.
struct Column {
    from: Date,
    hits: u32,
    of: u32,
}

/// Where things are on the picture.
struct Scale {
    first: Date,
    weeks_each: i64,
    step: f64,
    most: f64,
    bottom: f64,
    right: f64,
}

impl Scale {
    fn x(&self, day: Date) -> f64 {
        LEFT + days(self.first, day) / (7 * self.weeks_each) as f64 * self.step
    }

    fn y(&self, share: f64) -> f64 {
        self.bottom - share / self.most * (self.bottom - TOP)
    }
}

/// Draws; `None` where there is no week.
pub(in crate::report) fn draw(columns: &Columns<'_>) -> Option<String> {
    let Columns { id, title, description, width, height, .. } = columns;
    let (first, last) = (columns.weeks.first()?.0, columns.weeks.last()?.0);
    let weeks = (days(first, last) / 7.0) as i64 + 1;
    let room = width - LEFT - 6.0;
    let most_columns = (room / LEAST_STEP).floor().max(1.0) as i64;
    let weeks_each = (weeks + most_columns - 1) / most_columns;
    let count = (weeks + weeks_each - 1) / weeks_each;
    let step = (room / count as f64).min(MOST_STEP);
    let sums = sums(columns, first, weeks_each);
    let highest = sums.iter().map(|column| share(column.hits, column.of)).fold(0.0, f64::max);
    let scale = Scale {
        first,
        weeks_each,
        step,
        most: round_up(highest),
        bottom: height - BOTTOM,
        right: LEFT + step * count as f64,
    };
    let mut svg = format!(
        "<svg class=\"chart\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\"><title id=\"{id}-t\">{}</title><desc id=\"{id}-d\">{}</desc>",
        escaped(title),
        escaped(description),
        w = at(*width),
        h = at(*height),
    );
    grid(&mut svg, &scale);
    months(&mut svg, &scale);
    for column in &sums {
        draw_column(&mut svg, &scale, column);
    }
    draw_marks(&mut svg, &scale, &columns.marks);
    svg.push_str("</svg>");
    Some(svg)
}

fn days(from: Date, to: Date) -> f64 {
    from.until(to).map_or(0.0, |span| f64::from(span.get_days()))
}

fn share(hits: u32, of: u32) -> f64 {
    f64::from(hits) / f64::from(of.max(1))
}

/// The weeks by columns; columns without any are left out.
fn sums(columns: &Columns<'_>, first: Date, weeks_each: i64) -> Vec<Column> {
    let mut sums: Vec<(i64, Column)> = Vec::new();
    for (monday, hits, of) in &columns.weeks {
        let place = (days(first, *monday) / 7.0) as i64 / weeks_each;
        match sums.last_mut().filter(|(last, _)| *last == place) {
            Some((_, column)) => {
                column.hits = column.hits.saturating_add(*hits);
                column.of = column.of.saturating_add(*of);
            }
            None => sums.push((place, Column { from: *monday, hits: *hits, of: *of })),
        }
    }
    sums.into_iter().map(|(_, column)| column).collect()
}

/// The next share that a scale may end with.
fn round_up(share: f64) -> f64 {
    [0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0].into_iter().find(|end| *end >= share).unwrap_or(1.0)
}

/// Lines at no share, half of the highest, and the highest.
fn grid(svg: &mut String, scale: &Scale) {
    for share in [0.0, scale.most / 2.0, scale.most] {
        let y = at(scale.y(share));
        let percent = format!("{}%", at(100.0 * share));
        // Writing to a String cannot fail.
        let _ = write!(
            svg,
            "<line class=\"grid\" x1=\"{}\" x2=\"{}\" y1=\"{y}\" y2=\"{y}\"/><text class=\"scale\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{percent}</text>",
            at(LEFT),
            at(scale.right),
            at(LEFT - 6.0),
            at(scale.y(share) + 3.5),
        );
    }
}

/// The names of months, as far as there is room; the year with the first one and with every January.
fn months(svg: &mut String, scale: &Scale) {
    let mut free = f64::NEG_INFINITY;
    let mut month = scale.first.first_of_month();
    let mut is_first = true;
    // A clock that is wrong may make thousands of months; those who can see as many labels have other troubles.
    for _ in 0..2_400 {
        let x = scale.x(month).max(LEFT);
        if x > scale.right - LABEL / 2.0 {
            break;
        }
        if x >= free {
            let with_year = is_first || month.month() == 1;
            let label = month.strftime(if with_year { "%b %Y" } else { "%b" }).to_string();
            let _ = write!(
                svg,
                "<text class=\"scale\" x=\"{}\" y=\"{}\">{label}</text>",
                at(x),
                at(scale.bottom + 15.0)
            );
            free = x + if with_year { LABEL * 1.3 } else { LABEL };
            is_first = false;
        }
        let Ok(next) = month.checked_add(jiff::Span::new().months(1)) else { break };
        month = next;
    }
}

fn draw_column(svg: &mut String, scale: &Scale, column: &Column) {
    let Column { from, hits, of } = *column;
    let share = share(hits, of);
    let (x, y) = (scale.x(from), scale.y(share));
    // None of so many is seen as well: a line at the bottom.
    let height = (scale.bottom - y).max(1.5);
    let class = if hits == 0 { "none" } else { "column" };
    let width = (scale.step * 0.72).max(2.0);
    let _ = write!(
        svg,
        "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"1\"><title>from {from}: {hits} of {of} ({:.0} %)</title></rect>",
        at(x),
        at(scale.bottom - height),
        at(width),
        at(height),
        100.0 * share,
    );
}

/// Marks that would lie on each other are one, with their number.
fn draw_marks(svg: &mut String, scale: &Scale, marks: &[(Date, &str)]) {
    let mut drawn: Vec<(f64, Date, Vec<&str>)> = Vec::new();
    for (day, words) in marks {
        let x = scale.x(*day).clamp(LEFT, scale.right);
        match drawn.last_mut().filter(|(last, _, _)| x - last < 18.0) {
            Some((_, _, together)) => together.push(words),
            None => drawn.push((x, *day, vec![words])),
        }
    }
    for (x, day, words) in drawn {
        let named: Vec<&str> = words.iter().take(5).copied().collect();
        let more = if words.len() > 5 { format!("\n and {} more", words.len() - 5) } else { String::new() };
        let title = escaped(&format!("merged from {day} on: {}{more}", named.join("; ")));
        let number = if words.len() > 1 { words.len().to_string() } else { String::new() };
        let _ = write!(
            svg,
            "<g class=\"mark\"><title>{title}</title><line x1=\"{x}\" x2=\"{x}\" y1=\"{}\" y2=\"{}\"/><circle cx=\"{x}\" cy=\"{}\" r=\"{}\"/><text x=\"{x}\" y=\"{}\" text-anchor=\"middle\">{number}</text></g>",
            at(TOP - 6.0),
            at(scale.bottom),
            at(TOP - 14.0),
            if number.is_empty() { "4" } else { "8" },
            at(TOP - 10.5),
            x = at(x),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn drawn(weeks: &[(Date, u32, u32)], marks: Vec<(Date, &str)>) -> Option<String> {
        let (id, title, description) = ("c", "<Mistakes>", "d & e");
        let weeks = weeks.to_vec();
        draw(&Columns { id, title, description, weeks, marks, width: 300.0, height: 200.0 })
    }

    #[test]
    fn a_column_a_week_and_a_mark_where_it_happened() {
        let (first, second, fourth) = (date(2026, 1, 5), date(2026, 1, 12), date(2026, 1, 26));
        let svg = drawn(&[(first, 4, 8), (second, 0, 8), (fourth, 1, 8)], vec![(date(2026, 1, 19), "a < b")])
            .unwrap();
        assert_eq!(svg.matches("class=\"column\"").count(), 2, "{svg}");
        assert_eq!(svg.matches("class=\"none\"").count(), 1, "{svg}");
        assert!(
            svg.contains("&lt;Mistakes&gt;")
                && svg.contains("a &lt; b")
                && svg.contains("from 2026-01-05: 4 of 8 (50 %)")
        );
        // The scale ends with 60 %, so half of all is at five sixths of the height.
        assert!(svg.contains("y=\"51.3\" ") && svg.contains(">60%<") && svg.contains("Jan 2026"), "{svg}");
        assert_eq!(drawn(&[], Vec::new()), None);
    }

    #[test]
    fn however_many_weeks_there_are_the_picture_stays_small() {
        let weeks: Vec<(Date, u32, u32)> = (0..500)
            .map(|week| (date(2016, 1, 4) + jiff::Span::new().weeks(week), week as u32 % 5, 9))
            .collect();
        let marks = weeks.iter().map(|(day, _, _)| (*day, "a note")).collect();
        let svg = drawn(&weeks, marks).unwrap();
        assert!(svg.len() < 20_000 && svg.matches("<rect").count() <= 30, "{}", svg.len());
        let wide = drawn(&[(Date::MIN, 1, 1), (Date::MAX, 1, 1)], vec![(Date::MAX, "x")]).unwrap();
        assert!(!wide.contains("NaN") && !wide.contains("inf"), "{wide}");
    }
}
