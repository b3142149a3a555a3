//! The sections above the list of all learnings.

use super::super::chart::columns::{self, Columns};
use super::super::chart::shares;
use super::super::words::{date, decision, dollars, effect, grouped, interval, percent, support};
use super::super::{Learning, Measured, Report};
use super::prose;
use crate::count::count;
use crate::learning::author::quote::visible;
use crate::learning::effect::Effect;
use crate::ledger::CostRecord;
use crate::pattern::Rate;
use jiff::tz::TimeZone;
use serde::Serialize;

/// Most notes whose impact is told at length; the others stand in a table.
const MOST_TOLD: usize = 60;
/// Most rows of a table.
const MOST_ROWS: usize = 300;

/// A learning in a list, with a way to all of it.
#[derive(Serialize)]
pub(super) struct Entry {
    number: usize,
    kind: String,
    title: String,
    /// Empty where the list says it.
    verdict: String,
    class: &'static str,
    line: String,
    reason: Option<String>,
}

pub(super) fn entry(learning: &Learning) -> Entry {
    let is_pending = learning.verdict == crate::learning::standing::Verdict::Pending;
    let line = match is_pending {
        true => format!("{}; {}", support(learning), learning.grade),
        false => decision(learning),
    };
    let reason = learning.by.as_ref().and_then(|by| by.reason.as_ref());
    Entry {
        number: learning.number,
        kind: visible(&learning.kind),
        title: prose::title(&visible(&learning.title)),
        verdict: if is_pending { String::new() } else { learning.verdict.to_string() },
        class: super::cards::class(learning.verdict),
        line: visible(&line),
        reason: reason.map(|reason| visible(reason)),
    }
}

/// What the notes did.
#[derive(Serialize)]
pub(super) struct Impact {
    /// At length.
    told: Vec<Note>,
    /// Those of which it is too early to tell, and those that are too many.
    rows: Vec<Row>,
    more: usize,
    /// Path and reason.
    unmeasured: Vec<[String; 2]>,
    load_bearing: usize,
}

#[derive(Serialize)]
struct Note {
    note: String,
    title: String,
    effect: String,
    class: &'static str,
    merged: String,
    by: String,
    /// `sessions that ran …`, and what some of them did.
    occasion: String,
    hit: String,
    before: String,
    since: String,
    shares: String,
    weeks: Option<String>,
    /// Name, hits, of, percent, interval.
    rows: Vec<[String; 5]>,
    claim: String,
    usage: String,
    is_load_bearing: bool,
}

#[derive(Serialize)]
struct Row {
    note: String,
    effect: String,
    class: &'static str,
    before: String,
    since: String,
}

pub(super) fn impact(report: &Report) -> Impact {
    let (told, rest): (Vec<_>, Vec<_>) = report
        .measured
        .iter()
        .enumerate()
        .partition(|(at, note)| *at < MOST_TOLD && note.effect != Effect::TooEarly);
    let rows = rest.iter().take(MOST_ROWS).map(|(_, note)| row(note));
    Impact {
        told: told.iter().map(|(at, note)| told_note(*at, note)).collect(),
        rows: rows.collect(),
        more: rest.len().saturating_sub(MOST_ROWS),
        unmeasured: report
            .unmeasured
            .iter()
            .take(MOST_ROWS)
            .map(|(note, reason)| [visible(note), visible(reason)])
            .collect(),
        load_bearing: report.load_bearing().count(),
    }
}

fn class(effect: Effect) -> &'static str {
    match effect {
        Effect::Works => "good",
        Effect::Ineffective => "bad",
        Effect::NoEffectSeen | Effect::TooEarly => "plain",
    }
}

fn told_note(at: usize, note: &Measured) -> Note {
    let rows = [
        ("before", note.before),
        ("since", note.after),
        ("since, read", note.read),
        ("since, not read", note.unread),
    ];
    let figures = |(name, rate): (&str, Rate)| {
        let nothing = || "–".to_owned();
        [
            name.to_owned(),
            rate.hits.to_string(),
            rate.of.to_string(),
            percent(rate).unwrap_or_else(nothing),
            if rate.of > 0 { interval(rate) } else { nothing() },
        ]
    };
    Note {
        note: visible(&note.note),
        title: prose::title(&visible(&note.title)),
        effect: effect(note),
        class: class(note.effect),
        merged: date(note.merged),
        by: note.by.as_ref().map(|by| visible(&by.name)).unwrap_or_default(),
        occasion: visible(&note.occasion),
        hit: note.hit.to_string(),
        before: in_words(note.before),
        since: in_words(note.after),
        shares: shares::draw(note.before, note.after),
        weeks: weeks(at, note),
        rows: rows.into_iter().map(figures).collect(),
        claim: note.claim.to_string(),
        usage: note.usage.to_string(),
        is_load_bearing: note.effect == Effect::Works && note.last_read.is_some(),
    }
}

/// `50 % (31–69 %) of 30`.
fn in_words(rate: Rate) -> String {
    match percent(rate) {
        Some(share) => format!("{share} ({}) of {}", interval(rate), rate.of),
        None => "none yet".to_owned(),
    }
}

/// The rate week by week, small.
fn weeks(at: usize, note: &Measured) -> Option<String> {
    let weeks = note.weeks.iter().filter_map(|week| {
        let from = week.from?.to_zoned(TimeZone::UTC).date();
        Some((from, week.hits, week.of))
    });
    columns::draw(&Columns {
        id: &format!("weeks-{at}"),
        title: "Week by week",
        description: &format!(
            "Share of {} that {}, by week; the merge is marked.",
            visible(&note.occasion),
            note.hit
        ),
        weeks: weeks.collect(),
        marks: vec![(note.worded.to_zoned(TimeZone::UTC).date(), "this note")],
        width: 320.0,
        height: 120.0,
    })
}

fn row(note: &Measured) -> Row {
    Row {
        note: visible(&note.note),
        effect: effect(note),
        class: class(note.effect),
        before: in_words(note.before),
        since: in_words(note.after),
    }
}

/// What somebody should look at.
#[derive(Serialize)]
pub(super) struct Attention {
    stale: Vec<Stale>,
    more_stale: usize,
    /// Path and title.
    ineffective: Vec<[String; 2]>,
}

#[derive(Serialize)]
struct Stale {
    note: String,
    /// Line, what is named, what is gone.
    gone: Vec<(u32, String, String)>,
}

pub(super) fn attention(report: &Report) -> Attention {
    let stale = report.stale.iter().take(MOST_ROWS).map(|(note, gone)| Stale {
        note: visible(note),
        gone: gone.iter().take(10).map(|one| (one.line, visible(&one.named), visible(&one.gone))).collect(),
    });
    let ineffective = report.ineffective().take(MOST_ROWS);
    Attention {
        stale: stale.collect(),
        more_stale: report.stale.len().saturating_sub(MOST_ROWS),
        ineffective: ineffective
            .map(|note| [visible(&note.note), prose::title(&visible(&note.title))])
            .collect(),
    }
}

/// What asking models cost.
#[derive(Serialize)]
pub(super) struct Cost {
    rows: Vec<CostRow>,
    /// Dreams that asked no model.
    free: usize,
    /// The same since the moment that the report is about, in words.
    news: String,
}

#[derive(Serialize)]
struct CostRow {
    engine: String,
    dreams: usize,
    calls: String,
    tokens: String,
    dollars: String,
}

pub(super) fn cost(report: &Report) -> Option<Cost> {
    let all = report.cost(None);
    if report.cycles.is_empty() {
        return None;
    }
    let asked: usize = all.values().map(|(dreams, _)| dreams).sum();
    let mut news: Option<(usize, CostRecord)> = None;
    for (dreams, cost) in report.cost(report.since).into_values() {
        match &mut news {
            Some((all, sum)) => {
                *all += dreams;
                *sum += cost;
            }
            None => news = Some((dreams, cost)),
        }
    }
    let news = match news {
        None => "no model was asked".to_owned(),
        Some((dreams, cost)) => format!("{} asked a model: {}", count(dreams, "dream"), cost.in_words()),
    };
    let rows = all.into_iter().take(MOST_ROWS).map(|(engine, (dreams, cost))| CostRow {
        engine: visible(engine),
        dreams,
        calls: grouped(u64::from(cost.calls)),
        tokens: grouped(cost.tokens()),
        dollars: dollars(cost.dollars),
    });
    Some(Cost { rows: rows.collect(), free: report.cycles.len() - asked, news })
}
