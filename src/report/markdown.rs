//! A report as markdown: the summary of a CI run, a wiki page, a message.
//!
//! Other people's words are kept from acting as in a pull request ([`crate::publish::defused`]). Bounded: every list is cut where it gets long and says so, so that the whole fits where
//! a workflow's summary may be one MiB.

use super::words::{
    date, decision, dollars, effect, grouped, interval, news, percent, since, standing, support,
};
use super::{Learning, Measured, Report};
use crate::count::count;
use crate::learning::effect::Effect;
use crate::pattern::Rate;
use crate::publish::defused::{cell, prose, quoted};
use std::fmt::Write;

/// Most entries of one list.
const MOST: usize = 25;
/// Longest text of somebody else's, bytes.
const MOST_TEXT: usize = 300;

/// The report as markdown.
pub fn of(report: &Report) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(text, "# What {} learnt\n", tame(&report.memory));
    let tip = report.tip.map(|tip| format!(" at {}", tip.short())).unwrap_or_default();
    let _ = writeln!(text, "{}\n", format!("{} {}", news(report), standing(report)).trim_end());
    let _ = writeln!(text, "As of {}, {}{tip}.\n", date(report.at), tame(&report.branch));
    if let Some(hint) = &report.hint {
        let _ = writeln!(text, "{} Next: {}\n", tame(&hint.why), path(&hint.command));
    }
    let pending: Vec<&Learning> = report.pending().collect();
    list(&mut text, "Waits for a decision", &pending, waits);
    if !pending.is_empty() {
        let _ = writeln!(text, "Decide with `git dream review`.\n");
    }
    let taken: Vec<&Learning> = report.taken_up().collect();
    list(&mut text, &format!("Taken up since {}", since(report)), &taken, decided);
    let down: Vec<&Learning> = report.turned_down().collect();
    list(&mut text, &format!("Turned down or taken back since {}", since(report)), &down, decided);
    let held: Vec<_> = report.held_back().collect();
    list(&mut text, "Held back by the gate", &held, |(_, title, reason)| {
        format!("{}: {}", tame(title), tame(reason))
    });
    notes(&mut text, report);
    attention(&mut text, report);
    cost(&mut text, report);
    let unknown: Vec<&String> = report.unknown.iter().collect();
    list(&mut text, "Not known here", &unknown, |sentence| tame(sentence));
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// A section with a list; nothing where that is empty.
fn list<T>(text: &mut String, heading: &str, entries: &[T], line: impl Fn(&T) -> String) {
    if entries.is_empty() {
        return;
    }
    let _ = writeln!(text, "## {heading}\n");
    for entry in entries.iter().take(MOST) {
        let _ = writeln!(text, "- {}", line(entry));
    }
    if entries.len() > MOST {
        let _ = writeln!(text, "- and {} more", entries.len() - MOST);
    }
    text.push('\n');
}

fn waits(learning: &&Learning) -> String {
    format!(
        "**{}**: {} ({}; {}) {}",
        tame(&learning.kind),
        tame(&learning.title),
        tame(&learning.grade),
        support(learning),
        path(&learning.note)
    )
}

fn decided(learning: &&Learning) -> String {
    let reason = learning.by.as_ref().and_then(|by| by.reason.as_ref());
    let because = reason.map(|reason| format!(": {}", tame(reason))).unwrap_or_default();
    let Learning { verdict, kind, title, .. } = learning;
    format!("**{}**: {}: {verdict} {}{because}", tame(kind), tame(title), tame(&decision(learning)))
}

fn notes(text: &mut String, report: &Report) {
    let told: Vec<&Measured> =
        report.measured.iter().filter(|note| note.effect != Effect::TooEarly).collect();
    list(text, "What notes did", &told, |note| {
        let share = |rate: Rate| match percent(rate) {
            Some(share) => format!("{share} ({}) of {}", interval(rate), rate.of),
            None => "nothing to see yet".to_owned(),
        };
        let path = path(&note.note);
        let (before, since) = (share(note.before), share(note.after));
        format!("**{}**: {path}: {before} before, {since} since; {}", effect(note), note.usage)
    });
    let early = report.measured.len() - told.len();
    if early > 0 {
        let _ = writeln!(text, "Too early to tell of {}.\n", count(early, "note"));
    }
}

fn attention(text: &mut String, report: &Report) {
    let stale: Vec<_> = report.stale.iter().collect();
    list(text, "Notes that name what is gone", &stale, |(note, gone)| {
        let named: Vec<String> =
            gone.iter().take(3).map(|one| format!("{} ({})", path(&one.named), tame(&one.gone))).collect();
        format!("{}: {}", path(note), named.join("; "))
    });
}

fn cost(text: &mut String, report: &Report) {
    let all = report.cost(None);
    if all.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "## Cost of engines\n\n| engine | dreams | tokens | US dollars |\n| --- | ---: | ---: | ---: |"
    );
    for (engine, (cycles, cost)) in all.into_iter().take(MOST) {
        let engine = cell(&path(engine));
        let _ = writeln!(
            text,
            "| {engine} | {cycles} | {} | {} |",
            grouped(cost.tokens()),
            dollars(cost.dollars)
        );
    }
    text.push('\n');
}

/// Somebody else's sentence.
fn tame(text: &str) -> String {
    prose(text, MOST_TEXT)
}

/// A path or a command of somebody else's.
fn path(text: &str) -> String {
    quoted(text, MOST_TEXT)
}
