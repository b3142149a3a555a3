//! Sentences that more than one writer says.

use super::{Learning, Measured, Report};
use crate::count::count;
use crate::learning::effect::Effect;
use crate::pattern::Rate;
use crate::pattern::statistics::interval::wilson;
use jiff::Timestamp;

/// `31 January 2026`, as people write days.
pub(super) fn date(at: Timestamp) -> String {
    at.strftime("%-d %B %Y").to_string()
}

/// The day from which on things are news.
pub(super) fn since(report: &Report) -> String {
    report.since.map_or_else(|| "the beginning".to_owned(), date)
}

/// What happened since, in a sentence or two.
pub(super) fn news(report: &Report) -> String {
    let taken = report.taken_up().count();
    let turned_down = report.turned_down().count();
    let pending = report.pending().count();
    if report.learnings.is_empty() {
        return "Nothing to report yet.".to_owned();
    }
    let since = since(report);
    let happened = match (taken, turned_down) {
        (0, 0) => format!("Nothing was decided since {since}."),
        (taken, 0) => format!("Since {since}, {} taken up.", was(taken, "learning")),
        (0, down) => format!("Since {since}, {} turned down or taken back.", was(down, "learning")),
        (taken, down) => {
            format!(
                "Since {since}, {} taken up and {down} turned down or taken back.",
                was(taken, "learning")
            )
        }
    };
    let waits = match pending {
        0 => "Nothing waits for a decision.".to_owned(),
        1 => "1 learning waits for a decision.".to_owned(),
        n => format!("{n} learnings wait for a decision."),
    };
    format!("{happened} {waits}")
}

fn was(n: usize, noun: &str) -> String {
    format!("{} {}", count(n, noun), if n == 1 { "was" } else { "were" })
}

/// What there is, in a sentence or two; empty before the first dream.
pub(super) fn standing(report: &Report) -> String {
    if report.cycles.is_empty() {
        return String::new();
    }
    let (dreams, sessions) = (count(report.cycles.len(), "dream"), count(report.sessions, "session"));
    format!("Agents follow {}. {dreams} over {sessions} so far.", memory(report))
}

/// What agents follow now: `34 notes: 30 mistakes, 4 preferences`.
fn memory(report: &Report) -> String {
    let kinds: Vec<String> = report.notes.iter().map(|(kind, n)| count(*n, kind)).collect();
    match kinds.is_empty() {
        true => "no notes yet".to_owned(),
        false => format!("{}: {}", count(report.notes.values().sum::<usize>(), "note"), kinds.join(", ")),
    }
}

/// Whose a verdict was and how it came about: `by Ann on 31 January 2026 (merge, 1a2b3c4d5e)`. The reason is not in it.
pub(super) fn decision(learning: &Learning) -> String {
    let how = learning.how.to_string();
    let Some(by) = &learning.by else { return how };
    // A revert is told by the verdict.
    let how = if how == learning.verdict.to_string() { String::new() } else { format!("{how}, ") };
    format!("by {} on {} ({how}{})", by.name, date(by.at), by.commit.short())
}

/// `13 sessions, 6 jobs, 1 agent`.
pub(super) fn support(learning: &Learning) -> String {
    let of = learning.support;
    let mut parts = vec![
        count(of.sessions as usize, "session"),
        count(of.jobs as usize, "job"),
        count(of.agents as usize, "agent"),
    ];
    match of.people {
        0 => {}
        1 => parts.push("1 person".to_owned()),
        n => parts.push(format!("{n} people")),
    }
    parts.join(", ")
}

/// What a note's figures come to: `works`, `too early (n=4)`.
pub(super) fn effect(note: &Measured) -> String {
    match note.effect {
        Effect::TooEarly => format!("too early (n={})", note.after.of),
        effect => effect.to_string(),
    }
}

/// A share in percent; `None` where there is nothing to have a share of.
pub(super) fn percent(rate: Rate) -> Option<String> {
    (rate.of > 0).then(|| format!("{:.0} %", 100.0 * f64::from(rate.hits) / f64::from(rate.of)))
}

/// The 95 % interval of a share: `5–36 %`.
pub(super) fn interval(rate: Rate) -> String {
    let (low, high) = wilson(rate.hits, rate.of);
    format!("{:.0}–{:.0} %", 100.0 * low, 100.0 * high)
}

/// A number with its thousands apart: `1 234 567`.
pub(super) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// What something cost in dollars; `not known` where a model's price is not.
pub(super) fn dollars(dollars: Option<f64>) -> String {
    dollars.map_or_else(|| "not known".to_owned(), |dollars| format!("${dollars:.4}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(
            [0, 999, 1_000, 1_234_567].map(grouped),
            ["0", "999", "1\u{202f}000", "1\u{202f}234\u{202f}567"]
        );
    }
}
