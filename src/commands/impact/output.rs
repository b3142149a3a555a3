//! The impact of notes for people and for programs.

use super::chart;
use crate::commands::talk::{BAD, FAINT, GOOD, STRONG, count};
use crate::impact::wire::{Share, Used};
use crate::impact::{Claim, Looked, Measured, Merged, Week};
use crate::learning::effect::Effect;
use crate::pattern::Rate;
use crate::pattern::statistics::interval::wilson;
use crate::verdict::Decider;
use jiff::Timestamp;
use serde::Serialize;
use std::fmt::Write;

#[derive(Serialize)]
pub(super) struct Report<'a> {
    version: u32,
    /// Sessions that were looked at.
    sessions: usize,
    notes: Vec<Note<'a>>,
    /// Notes that cannot be measured, and why.
    unmeasured: Vec<Unmeasured<'a>>,
}

#[derive(Serialize)]
struct Note<'a> {
    note: &'a str,
    title: &'a str,
    kind: &'a str,
    merged: Landed<'a>,
    /// What is counted, and what a hit is.
    occasion: &'a str,
    hit: String,
    before: Share,
    after: Share,
    read: Share,
    unread: Share,
    undated: u32,
    between: u32,
    last_read: Option<Timestamp>,
    last_seen: Option<Timestamp>,
    /// How often it came before agents, and what they did then.
    usage: Used,
    effect: Effect,
    claim: Claim,
    /// The claim in a sentence.
    carries: String,
    /// Probability that the comparison would have shown a halving; null where nothing is compared.
    power: Option<f64>,
    weeks: &'a [Week],
}

#[derive(Serialize)]
struct Landed<'a> {
    at: Timestamp,
    by: Option<&'a Decider>,
    /// When what the note says last changed: what comes after is counted from here.
    worded: Timestamp,
}

#[derive(Serialize)]
struct Unmeasured<'a> {
    note: &'a str,
    title: &'a str,
    reason: String,
    usage: Used,
}

pub(super) fn report<'a>(looked: &'a Looked, wanted: &[&'a Merged]) -> Report<'a> {
    let measured = |merged: &&'a Merged| Some(note(merged, looked.measured.get(&merged.note)?));
    let unmeasured = |merged: &&'a Merged| {
        let reason = looked.unmeasured.get(&merged.note)?.to_string();
        let usage = looked.usage.get(&merged.note).copied().unwrap_or_default().into();
        Some(Unmeasured { note: &merged.note, title: &merged.title, reason, usage })
    };
    Report {
        version: 1,
        sessions: looked.sessions,
        notes: wanted.iter().filter_map(measured).collect(),
        unmeasured: wanted.iter().filter_map(unmeasured).collect(),
    }
}

fn note<'a>(merged: &'a Merged, measured: &'a Measured) -> Note<'a> {
    let Measured { impact, claim, power, occasion, hit, undated, between, weeks } = measured;
    Note {
        note: &merged.note,
        title: &merged.title,
        kind: &merged.kind,
        merged: Landed { at: merged.at, by: merged.by.as_ref(), worded: merged.worded },
        occasion,
        hit: hit.to_string(),
        before: impact.before.into(),
        after: impact.after.into(),
        read: impact.read.into(),
        unread: impact.unread.into(),
        undated: *undated,
        between: *between,
        last_read: impact.last_read,
        last_seen: impact.last_seen,
        usage: impact.usage.into(),
        effect: impact.effect,
        claim: *claim,
        carries: claim.to_string(),
        power: *power,
        weeks,
    }
}

/// For people: what works first.
pub(super) fn text(looked: &Looked, wanted: &[&Merged], room: usize) -> String {
    let mut measured: Vec<(&Merged, &Measured)> =
        wanted.iter().filter_map(|merged| Some((*merged, looked.measured.get(&merged.note)?))).collect();
    let rank = |effect| match effect {
        Effect::Works => 0,
        Effect::Ineffective => 1,
        Effect::NoEffectSeen => 2,
        Effect::TooEarly => 3,
    };
    measured.sort_by_key(|(_, measured)| rank(measured.impact.effect));
    let mut text = String::new();
    for (merged, measured) in measured {
        write_note(&mut text, merged, measured, room);
    }
    for merged in wanted {
        if let Some(reason) = looked.unmeasured.get(&merged.note) {
            // Writing to a String cannot fail.
            let _ = writeln!(
                text,
                "{STRONG}not measured{STRONG:#}  {}\n  {FAINT}{reason}{FAINT:#}\n  {}\n",
                merged.note,
                looked.usage.get(&merged.note).copied().unwrap_or_default()
            );
        }
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn write_note(text: &mut String, merged: &Merged, measured: &Measured, room: usize) {
    let Measured { impact, claim, power, occasion, hit, undated, between, weeks } = measured;
    let style = match impact.effect {
        Effect::Works => GOOD,
        Effect::Ineffective => BAD,
        _ => STRONG,
    };
    let verdict = match impact.effect {
        Effect::TooEarly => format!("too early (n={})", impact.after.of),
        effect => effect.to_string(),
    };
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{style}{verdict}{style:#}  {}", merged.note);
    let by = merged.by.as_ref().map(|by| format!(" by {}", by.name)).unwrap_or_default();
    let day = |at: Timestamp| at.strftime("%Y-%m-%d").to_string();
    let reworded = match day(merged.worded) == day(merged.at) {
        true => String::new(),
        false => format!(", reworded {}", day(merged.worded)),
    };
    let _ = writeln!(text, "  {}", merged.title);
    let _ = writeln!(
        text,
        "  {FAINT}{}, merged {}{by}{reworded}; of {occasion}, those that {hit}:{FAINT:#}",
        merged.kind,
        day(merged.at)
    );
    let rows = [
        ("before", impact.before),
        ("since", impact.after),
        ("  read", impact.read),
        ("  not read", impact.unread),
    ];
    if impact.before.of + impact.after.of == 0 {
        let of_what = if *undated > 0 { " with a time" } else { "" };
        let _ = writeln!(text, "  {FAINT}no such session{of_what} yet, before or since{FAINT:#}");
        let _ = writeln!(text, "  {}\n", impact.usage);
        return;
    }
    for (name, rate) in rows {
        let _ = writeln!(text, "  {name:<10} {}", share(rate));
    }
    if let Some(chart) = chart::draw(weeks, room) {
        let each =
            if chart.weeks_each == 1 { "a week".to_owned() } else { format!("{} weeks", chart.weeks_each) };
        let _ = writeln!(text, "  {:<10} {} {FAINT}{each} each{FAINT:#}", "weekly", chart.line);
    }
    let _ = writeln!(text, "  {:<10} {}", "given", impact.usage);
    let power = match power.filter(|_| impact.effect == Effect::TooEarly) {
        None => String::new(),
        Some(power) if power <= 0.0 => "; so few that not even the largest difference would show".to_owned(),
        Some(power) if power < 0.01 => "; a halving would have shown with a chance below 1 %".to_owned(),
        Some(power) => format!("; a halving would have shown with a chance of {:.0} %", 100.0 * power),
    };
    let _ = writeln!(text, "  {FAINT}compared: {claim}{power}{FAINT:#}");
    for (n, why) in
        [(*undated, "without a time, not counted"), (*between, "under an earlier wording, not counted")]
    {
        if n > 0 {
            let _ = writeln!(text, "  {FAINT}{} {why}{FAINT:#}", count(n, "session"));
        }
    }
    text.push('\n');
}

/// ` 3 of  20  15 % (5–36 %)`.
fn share(rate: Rate) -> String {
    let Rate { hits, of } = rate;
    if of == 0 {
        return format!("{hits:>4} of {of}");
    }
    let percent = |share: f64| format!("{:.0}", 100.0 * share);
    let (low, high) = wilson(hits, of);
    let middle = percent(f64::from(hits) / f64::from(of));
    format!("{hits:>4} of {of:<5} {middle:>3} % {FAINT}({}–{} %){FAINT:#}", percent(low), percent(high))
}
