//! When something happens: the five fields of a crontab, and what systemd and launchd call the same moments.
//!
//! Owns what is accepted: numbers, names of months and weekdays, `*`, ranges, steps and lists, as POSIX and every cron
//! and forge have them. Refuses what only some of them take (`@daily`, `L`, `#`, `?`, seconds), and moments that never
//! come. A day that is named both by its date and by its weekday happens on either, as `crontab(5)` has it.

use jiff::civil::{Date, DateTime};
use std::collections::BTreeSet;
use std::fmt;

/// Days that are looked through for the next moment: a 29 February can be eight years away.
const DAYS_AHEAD: usize = 8 * 366 + 1;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// One of the five fields.
struct Kind {
    /// As people call it.
    name: &'static str,
    first: u8,
    last: u8,
    /// Names for the values, the first one for `first`.
    names: &'static [&'static str],
}

const KINDS: [Kind; 5] = [
    Kind { name: "minute", first: 0, last: 59, names: &[] },
    Kind { name: "hour", first: 0, last: 23, names: &[] },
    Kind { name: "day of the month", first: 1, last: 31, names: &[] },
    Kind { name: "month", first: 1, last: 12, names: &MONTHS },
    Kind { name: "day of the week", first: 0, last: 7, names: &WEEKDAYS },
];

/// The values of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Field {
    values: BTreeSet<u8>,
    /// What was said, where it begins with `*`: such a field does not restrict the day beside another.
    star: Option<String>,
}

impl Field {
    fn is_every(&self) -> bool {
        self.star.as_deref() == Some("*")
    }

    /// The values as a crontab lists them: `1-5,10`.
    fn list(&self, between: &str) -> String {
        let mut parts: Vec<(u8, u8)> = Vec::new();
        for &value in &self.values {
            match parts.last_mut() {
                Some((_, last)) if *last + 1 == value => *last = value,
                _ => parts.push((value, value)),
            }
        }
        let shown = parts.into_iter().map(|(first, last)| match last - first {
            0 => first.to_string(),
            1 => format!("{first},{last}"),
            _ => format!("{first}{between}{last}"),
        });
        shown.collect::<Vec<_>>().join(",")
    }
}

/// Moments that come again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    minutes: Field,
    hours: Field,
    days: Field,
    months: Field,
    weekdays: Field,
}

impl fmt::Display for Cron {
    /// The five fields in a form that every cron takes: numbers, Sunday as 0.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = [&self.minutes, &self.hours, &self.days, &self.months, &self.weekdays];
        let shown = fields.map(|field| field.star.clone().unwrap_or_else(|| field.list("-")));
        f.write_str(&shown.join(" "))
    }
}

impl Cron {
    /// Reads five fields.
    ///
    /// Errors: in a sentence, which field is wrong and what it may be.
    pub fn parse(text: &str) -> Result<Cron, String> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minutes, hours, days, months, weekdays] = fields[..] else {
            return Err(format!(
                "{text:?} has {} fields and not five: write minute, hour, day of the month, month and day of the \
                 week, as in \"17 3 * * *\" for every night at 3:17",
                fields.len()
            ));
        };
        let field = |at: usize, said: &str| match KINDS.get(at) {
            Some(kind) => parse_field(kind, said),
            None => Err("there are five fields".to_owned()),
        };
        let mut cron = Cron {
            minutes: field(0, minutes)?,
            hours: field(1, hours)?,
            days: field(2, days)?,
            months: field(3, months)?,
            weekdays: field(4, weekdays)?,
        };
        if cron.weekdays.values.remove(&7) {
            cron.weekdays.values.insert(0);
        }
        match cron.next(DateTime::MIN) {
            Some(_) => Ok(cron),
            None => Err(format!("{text:?} never comes: no month that it names has that day")),
        }
    }

    /// Every night, or every Monday morning, between one and five, at a minute that follows from the name: so that not
    /// all who have something scheduled call at the same moment.
    pub fn usual(name: &str, weekly: bool) -> Cron {
        let hash = blake3::hash(name.as_bytes());
        let [one, other, ..] = *hash.as_bytes();
        let single = |value: u8| Field { values: BTreeSet::from([value]), star: None };
        let every =
            |kind: &Kind| Field { values: (kind.first..=kind.last).collect(), star: Some("*".to_owned()) };
        let [_, _, days, months, weekdays] = &KINDS;
        let mut cron = Cron {
            // Not the full hour: that is when everybody else's begin.
            minutes: single(3 + one % 54),
            hours: single(1 + other % 4),
            days: every(days),
            months: every(months),
            weekdays: if weekly { single(1) } else { every(weekdays) },
        };
        cron.weekdays.values.remove(&7);
        cron
    }

    /// The first moment after this one, on the same clock; `None` where none comes within eight years.
    pub fn next(&self, after: DateTime) -> Option<DateTime> {
        let from = after.date();
        let days = std::iter::successors(Some(from), |date| date.tomorrow().ok()).take(DAYS_AHEAD);
        for date in days.filter(|date| self.is_on(*date)) {
            for &hour in &self.hours.values {
                for &minute in &self.minutes.values {
                    let moment = date.at(clock(hour), clock(minute), 0, 0);
                    if moment > after {
                        return Some(moment);
                    }
                }
            }
        }
        None
    }

    fn is_on(&self, date: Date) -> bool {
        let holds =
            |field: &Field, value: i8| u8::try_from(value).is_ok_and(|value| field.values.contains(&value));
        let by_date = holds(&self.days, date.day());
        let by_weekday = holds(&self.weekdays, date.weekday().to_sunday_zero_offset());
        let is_day = if self.is_either() { by_date || by_weekday } else { by_date && by_weekday };
        holds(&self.months, date.month()) && is_day
    }

    /// Whether a day counts when its date *or* its weekday is named.
    fn is_either(&self) -> bool {
        self.days.star.is_none() && self.weekdays.star.is_none()
    }

    /// The days: dates and weekdays that must both hold, once or twice. `None` stands for any.
    fn day_rules(&self) -> Vec<(Option<&Field>, Option<&Field>)> {
        let restricting = |field| Some(field).filter(|field: &&Field| !field.is_every());
        match self.is_either() {
            true => vec![(Some(&self.days), None), (None, Some(&self.weekdays))],
            false => vec![(restricting(&self.days), restricting(&self.weekdays))],
        }
    }

    /// The same moments for `OnCalendar=` (`systemd.time(7)`), one line or two.
    pub fn on_calendar(&self) -> Vec<String> {
        let field = |field: Option<&Field>| match field.filter(|field| !field.is_every()) {
            Some(field) => field.list(".."),
            None => "*".to_owned(),
        };
        let lines = self.day_rules().into_iter().map(|(days, weekdays)| {
            let names = weekdays.map(|weekdays| {
                let names = weekdays.values.iter().filter_map(|&day| WEEKDAYS.get(usize::from(day)));
                let names: Vec<String> = names.map(|name| capitalised(name)).collect();
                names.join(",") + " "
            });
            format!(
                "{}*-{}-{} {}:{}:00",
                names.unwrap_or_default(),
                field(Some(&self.months)),
                field(days),
                field(Some(&self.hours)),
                field(Some(&self.minutes))
            )
        });
        lines.collect()
    }

    /// The same moments for `StartCalendarInterval` (`launchd.plist(5)`): each a set of names and numbers that must all
    /// hold. At most `most` of them; `None` where they would be more.
    pub fn intervals(&self, most: usize) -> Option<Vec<Vec<(&'static str, u8)>>> {
        let mut all = Vec::new();
        for (days, weekdays) in self.day_rules() {
            let mut some: Vec<Vec<(&str, u8)>> = vec![Vec::new()];
            let fields = [
                ("Month", Some(&self.months)),
                ("Day", days),
                ("Weekday", weekdays),
                ("Hour", Some(&self.hours)),
                ("Minute", Some(&self.minutes)),
            ];
            for (name, field) in fields {
                let Some(field) = field.filter(|field| !field.is_every()) else { continue };
                if some.len() * field.values.len() > most {
                    return None;
                }
                let with = |one: &Vec<_>, value: u8| one.iter().copied().chain([(name, value)]).collect();
                some =
                    some.iter().flat_map(|one| field.values.iter().map(|&value| with(one, value))).collect();
            }
            all.append(&mut some);
        }
        Some(all).filter(|all| all.len() <= most)
    }
}

/// A number of a clock; those in a field are all below 60.
fn clock(value: u8) -> i8 {
    i8::try_from(value).unwrap_or_default()
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

fn parse_field(kind: &Kind, said: &str) -> Result<Field, String> {
    let mut values = BTreeSet::new();
    for part in said.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (part, None),
        };
        let (first, last) = match range.split_once('-') {
            _ if range == "*" => (kind.first, kind.last),
            Some((first, last)) => (value(kind, first)?, value(kind, last)?),
            // A step needs a range to go through: some crons read `3/15` as all from 3 on, others as 3 alone.
            None if step.is_some() => return Err(wrong(kind, part)),
            None => (value(kind, range)?, value(kind, range)?),
        };
        let step = match step.map(str::parse::<u8>) {
            None => 1,
            Some(Ok(step)) if step > 0 && step <= kind.last => step,
            Some(_) => return Err(wrong(kind, part)),
        };
        if first > last {
            return Err(wrong(kind, part));
        }
        values.extend((first..=last).step_by(step.into()));
    }
    // `*` goes up to Sunday as 7, too; stepping must not count it twice.
    if said.starts_with('*') && kind.last == 7 {
        values.remove(&7);
    }
    let star = said.starts_with('*').then(|| said.to_owned());
    Ok(Field { values, star })
}

fn value(kind: &Kind, said: &str) -> Result<u8, String> {
    let named = kind.names.iter().position(|name| name.eq_ignore_ascii_case(said));
    let number = match named.and_then(|at| u8::try_from(at).ok()) {
        Some(at) => Some(kind.first + at),
        None => Some(said)
            .filter(|said| said.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|said| said.parse().ok()),
    };
    number.filter(|number| (kind.first..=kind.last).contains(number)).ok_or_else(|| wrong(kind, said))
}

fn wrong(kind: &Kind, said: &str) -> String {
    let Kind { name, first, last, names } = kind;
    let names = match (names.first(), names.last()) {
        (Some(first), Some(last)) => format!(", or names from {first} to {last}"),
        _ => String::new(),
    };
    format!(
        "{said:?} is no {name}: numbers from {first} to {last}{names}, `*`, ranges (1-5), steps (*/2), lists (1,4)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cron(text: &str) -> Cron {
        Cron::parse(text).unwrap()
    }

    #[test]
    fn what_every_cron_takes_is_taken_and_nothing_else() {
        for (said, shown) in [
            (" 17  3 * * * ", "17 3 * * *"),
            ("0 0 1 JAN sun", "0 0 1 1 0"),
            ("*/15 9-17 * * mon-fri", "*/15 9-17 * * 1-5"),
            ("5,6,7,1 0 * 2,3 5-7", "1,5-7 0 * 2,3 0,5,6"),
            ("0 0 29 2 *", "0 0 29 2 *"),
            ("10-50/20 */6 * * 7", "10,30,50 */6 * * 0"),
        ] {
            assert_eq!(cron(said).to_string(), shown);
            assert_eq!(cron(shown), cron(said), "what is shown means the same");
        }
        for wrong in [
            "",
            "@daily",
            "* * * *",
            "* * * * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * * 13 *",
            "* * * * 8",
            "5-1 * * * *",
            "*/0 * * * *",
            "3/15 * * * *",
            "1, * * * *",
            "-1 * * * *",
            "+1 * * * *",
            "* * L * *",
            "* * ? * *",
            "* * * * 1#2",
            "é * * * *",
            "* * 31 2 *",
            "256 * * * *",
            "0 0 30 feb *",
            "*5 * * * *",
        ] {
            assert!(Cron::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_next_moment_is_the_first_that_comes() {
        let next = |text: &str, after: &str| cron(text).next(after.parse().unwrap()).unwrap().to_string();
        assert_eq!(next("17 3 * * *", "2026-11-21T03:16:59"), "2026-11-21T03:17:00");
        assert_eq!(next("17 3 * * *", "2026-11-21T03:17:00"), "2026-11-22T03:17:00");
        assert_eq!(next("0 9 * * 1-5", "2026-11-21T00:00:00"), "2026-11-23T09:00:00", "a Saturday");
        assert_eq!(next("0 0 29 2 *", "2096-03-01T00:00:00"), "2104-02-29T00:00:00", "2100 is no leap year");
        assert_eq!(next("0 0 13 * 5", "2026-11-21T00:00:00"), "2026-11-27T00:00:00", "a Friday or a 13th");
        assert_eq!(
            next("0 0 */2 * 5", "2026-11-21T00:00:00"),
            "2026-11-27T00:00:00",
            "a Friday with an odd date"
        );
    }

    #[test]
    fn systemd_and_launchd_are_told_the_same_moments() {
        assert_eq!(cron("17 3 * * *").on_calendar(), ["*-*-* 3:17:00"]);
        assert_eq!(
            cron("*/20 9-17 * 1,7 1-5").on_calendar(),
            ["Mon,Tue,Wed,Thu,Fri *-1,7-* 9..17:0,20,40:00"]
        );
        assert_eq!(cron("0 0 13 * 5").on_calendar(), ["*-*-13 0:0:00", "Fri *-*-* 0:0:00"]);
        let intervals = cron("5 3 1 * 0").intervals(10).unwrap();
        assert_eq!(
            intervals,
            [[("Day", 1), ("Hour", 3), ("Minute", 5)], [("Weekday", 0), ("Hour", 3), ("Minute", 5)]]
        );
        assert_eq!(cron("* * * * *").intervals(10), Some(vec![vec![]]));
        assert_eq!(cron("*/5 * * * *").intervals(10), None);
    }

    #[test]
    fn the_usual_moment_is_at_night_and_follows_from_the_name() {
        let moments: BTreeSet<String> = ["memory", "team-memory", "gedächtnis", ""]
            .iter()
            .map(|name| Cron::usual(name, false).to_string())
            .collect();
        assert_eq!(moments.len(), 4);
        for moment in &moments {
            assert_eq!(cron(moment).to_string(), *moment);
        }
        assert!(Cron::usual("memory", true).to_string().ends_with(" * * 1"));
        assert_eq!(Cron::usual("memory", true), cron(&Cron::usual("memory", true).to_string()));
    }
}
