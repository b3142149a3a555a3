//! Sentences that more than one writer says.

use super::{Learning, Measured, Report};
use crate::learning::effect::Effect;
use crate::pattern::Rate;
use crate::pattern::statistics::interval::wilson;
use jiff::Timestamp;

/// `1 note`, `2 notes`.
pub(super) fn count(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

/// `2026-01-31`.
pub(super) fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

/// What happened since, in a sentence or two.
pub(super) fn news(report: &Report) -> String {
    let taken = report.taken_up().count();
    let turned_down = report.turned_down().count();
    let pending = report.pending().count();
    let since = day(report.since);
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

/// What agents follow now: `34 notes: 30 mistakes, 4 preferences`.
pub(super) fn memory(report: &Report) -> String {
    let kinds: Vec<String> = report.notes.iter().map(|(kind, n)| count(*n, kind)).collect();
    match kinds.is_empty() {
        true => "no notes yet".to_owned(),
        false => format!("{}: {}", count(report.notes.values().sum(), "note"), kinds.join(", ")),
    }
}

/// How a verdict came about and whose it was: `merge by Ann on 2026-01-31 with 1a2b3c4d5e`. The reason is not in it.
pub(super) fn decision(learning: &Learning) -> String {
    let how = learning.how.to_string();
    match &learning.by {
        Some(by) => format!("{how} by {} on {} with {}", by.name, day(by.at), by.commit.short()),
        None => how,
    }
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

/// A title's text and its code spans, in order: the code is told from the text by the flag. A run of backticks opens a
/// span that the next run of as many closes (CommonMark 0.31, section 6.1); one that nothing closes is text.
pub(super) fn spans(text: &str) -> Vec<(bool, &str)> {
    let mut spans = Vec::new();
    let (mut rest, mut searched) = (text, 0);
    while let Some(open) = rest[searched..].find('`').map(|at| at + searched) {
        let ticks = rest[open..].len() - rest[open..].trim_start_matches('`').len();
        let inside = &rest[open + ticks..];
        let Some(close) = closing(inside, ticks) else {
            searched = open + ticks;
            continue;
        };
        spans.push((false, &rest[..open]));
        spans.push((true, &inside[..close]));
        (rest, searched) = (&inside[close + ticks..], 0);
    }
    spans.push((false, rest));
    spans.retain(|(_, span)| !span.is_empty());
    spans
}

/// Where a run of exactly so many backticks begins.
fn closing(text: &str, ticks: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(found) = text[at..].find('`').map(|found| found + at) {
        let run = text[found..].len() - text[found..].trim_start_matches('`').len();
        if run == ticks {
            return Some(found);
        }
        at = found + run;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_spans_are_told_from_text() {
        assert_eq!(spans("`a` b ``c`d`` *e*"), [(true, "a"), (false, " b "), (true, "c`d"), (false, " *e*")]);
        assert_eq!(spans("a ` b `` c"), [(false, "a ` b `` c")]);
        assert_eq!(spans(""), []);
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(
            [0, 999, 1_000, 1_234_567].map(grouped),
            ["0", "999", "1\u{202f}000", "1\u{202f}234\u{202f}567"]
        );
    }
}
