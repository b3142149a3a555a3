//! What stands on the page, in its order, as text that the template only has to place.

use super::super::chart::columns::{self, Columns};
use super::super::words::{date, news, since, standing};
use super::super::{Learning, Report, Trend};
use super::cards::{Card, Filters};
use super::sections::{Attention, Cost, Entry, Impact};
use super::{cards, prose, sections};
use crate::count::count;
use crate::learning::author::quote::visible;
use crate::verdict::How;
use serde::Serialize;
use std::collections::BTreeSet;

/// Most entries of a list above the list of all learnings.
const MOST: usize = 8;

/// The page.
#[derive(Serialize)]
pub(super) struct View {
    memory: String,
    branch: String,
    tip: Option<String>,
    at: String,
    since: String,
    /// What happened, in a sentence.
    news: String,
    /// What there is, in a sentence.
    standing: String,
    tiles: Vec<Tile>,
    hint: Option<Hint>,
    pending: Listed,
    /// The branches that what waits is on.
    branches: String,
    taken: Listed,
    turned_down: Listed,
    held_back: Vec<Held>,
    trend: Option<Chart>,
    impact: Impact,
    attention: Attention,
    cost: Option<Cost>,
    learnings: Vec<Card>,
    filters: Filters,
    unknown: Vec<String>,
}

/// A number that is looked at first.
#[derive(Serialize)]
struct Tile {
    number: usize,
    label: &'static str,
    to: &'static str,
}

#[derive(Serialize)]
struct Hint {
    why: String,
    command: String,
}

/// A list that may be cut.
#[derive(Serialize)]
pub(super) struct Listed {
    entries: Vec<Entry>,
    more: usize,
}

#[derive(Serialize)]
struct Held {
    title: String,
    reason: String,
    cycle: String,
}

/// A picture, for wide and for narrow screens, and its figures.
#[derive(Serialize)]
struct Chart {
    wide: String,
    narrow: String,
    caption: String,
    /// From, how often, of how many, percent; the newest first.
    rows: Vec<[String; 4]>,
    /// Day, and the title as HTML; the newest first.
    merges: Vec<[String; 2]>,
}

/// Places a report on the page.
pub(super) fn of(report: &Report) -> View {
    let pending: Vec<_> = report.pending().collect();
    let taken: Vec<_> = report.taken_up().collect();
    let turned_down: Vec<_> = report.turned_down().collect();
    let held = report.held_back().take(MOST * 4).map(|(cycle, title, reason)| Held {
        title: visible(title),
        reason: visible(reason),
        cycle: cycle.to_owned(),
    });
    let tile = |number, label, to| Tile { number, label, to };
    View {
        memory: visible(&report.memory),
        branch: visible(&report.branch),
        tip: report.tip.map(|tip| tip.short()),
        at: date(report.at),
        since: since(report),
        news: news(report),
        standing: standing(report),
        tiles: vec![
            tile(pending.len(), "waiting for a decision", "pending"),
            tile(taken.len(), "taken up", "taken-up"),
            tile(turned_down.len(), "turned down or taken back", "turned-down"),
            tile(report.load_bearing().count(), "notes seen to work", "impact"),
        ],
        hint: report
            .hint
            .as_ref()
            .map(|hint| Hint { why: visible(&hint.why), command: hint.command.clone() }),
        branches: branches(&pending),
        pending: listed(&pending),
        taken: listed(&taken),
        turned_down: listed(&turned_down),
        held_back: held.collect(),
        trend: trend(&report.trend),
        impact: sections::impact(report),
        attention: sections::attention(report),
        cost: sections::cost(report),
        learnings: report.learnings.iter().map(cards::card).collect(),
        filters: cards::filters(report),
        unknown: report.unknown.iter().map(|sentence| visible(sentence)).collect(),
    }
}

/// The branches that these wait on, with a word where they are many.
fn branches(pending: &[&Learning]) -> String {
    let of = |learning: &&Learning| match &learning.how {
        How::Waits(branch) => Some(visible(branch)),
        _ => None,
    };
    let all: BTreeSet<String> = pending.iter().filter_map(of).collect();
    let shown: Vec<&str> = all.iter().rev().take(3).map(String::as_str).collect();
    let more = if all.len() > 3 { format!(" and {} more", all.len() - 3) } else { String::new() };
    shown.join(", ") + &more
}

fn listed(learnings: &[&Learning]) -> Listed {
    let entries = learnings.iter().take(MOST).map(|learning| sections::entry(learning)).collect();
    Listed { entries, more: learnings.len().saturating_sub(MOST) }
}

fn trend(trend: &Trend) -> Option<Chart> {
    let weeks: Vec<_> = trend.weeks.iter().map(|week| (week.from, week.hits, week.of)).collect();
    let titles: Vec<_> = trend.merges.iter().map(|merge| (merge.on, visible(&merge.title))).collect();
    let (first, last) = (weeks.first()?.0, weeks.last()?.0);
    let description = format!(
        "Share of sessions in which a mistake that a merged note is about was made, of those in which it could have \
         been, by week from {first} to {last}; {}.",
        count(titles.len(), "merge") + if titles.len() == 1 { " is marked" } else { " are marked" }
    );
    let draw = |id: &str, width: f64, height: f64| {
        let marks = titles.iter().map(|(on, title)| (*on, title.as_str())).collect();
        let title = "Mistakes over time";
        columns::draw(&Columns {
            id,
            title,
            description: &description,
            weeks: weeks.clone(),
            marks,
            width,
            height,
        })
    };
    let percent = |hits: u32, of: u32| format!("{:.0} %", 100.0 * f64::from(hits) / f64::from(of.max(1)));
    let rows = weeks
        .iter()
        .rev()
        .map(|(from, hits, of)| [from.to_string(), hits.to_string(), of.to_string(), percent(*hits, *of)]);
    Some(Chart {
        wide: draw("trend-wide", 720.0, 220.0)?,
        narrow: draw("trend-narrow", 336.0, 190.0)?,
        caption: count(trend.notes, "merged note"),
        rows: rows.collect(),
        merges: titles.iter().rev().map(|(on, title)| [on.to_string(), prose::title(title)]).collect(),
    })
}
