//! A report for programs: the same as people read, as data.
//!
//! A format of its own, with a version: fields may be added to it, none changes what it means.

use super::{Learning, Measured, Report};
use crate::impact::wire::{Share, Used};
use crate::learning::standing::Verdict;
use crate::ledger::{CostRecord, SupportRecord};
use crate::memory::reference::DeadReference;
use crate::verdict::Decider;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;

/// Version of the format.
const VERSION: u32 = 1;

/// A report, to be written as JSON.
#[derive(Serialize)]
pub struct Told<'a> {
    version: u32,
    memory: &'a str,
    branch: &'a str,
    tip: Option<String>,
    at: Timestamp,
    since: Option<Timestamp>,
    notes: &'a BTreeMap<String, usize>,
    sessions: usize,
    cycles: usize,
    /// Numbers of learnings that were taken up since then.
    taken_up: Vec<usize>,
    /// Of those that were turned down or taken back.
    turned_down: Vec<usize>,
    /// Of those that wait.
    pending: Vec<usize>,
    held_back: Vec<HeldBack<'a>>,
    learnings: Vec<Proposed<'a>>,
    mistakes: Mistakes<'a>,
    impact: Vec<Note<'a>>,
    unmeasured: Vec<Unmeasured<'a>>,
    /// Paths of notes that are read and whose mistake became rarer.
    load_bearing: Vec<&'a str>,
    stale: &'a BTreeMap<String, Vec<DeadReference>>,
    cost: Vec<Cost<'a>>,
    unknown: &'a [String],
    /// Why there is little to report, and what to do; null where there is something.
    hint: Option<Hint<'a>>,
}

#[derive(Serialize)]
struct HeldBack<'a> {
    cycle: &'a str,
    title: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
struct Proposed<'a> {
    number: usize,
    cycle: &'a str,
    at: Timestamp,
    verdict: Verdict,
    how: String,
    by: Option<&'a Decider>,
    change: &'a str,
    kind: &'a str,
    note: &'a str,
    title: &'a str,
    scope: &'a str,
    pattern: &'a str,
    grade: &'a str,
    support: SupportRecord,
    #[serde(skip_serializing_if = "Option::is_none")]
    worded_by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<CostRecord>,
    commit: Option<String>,
    effect: Option<String>,
    rationale: Option<&'a str>,
    evidence: Vec<Evidence<'a>>,
}

#[derive(Serialize)]
struct Evidence<'a> {
    quote: &'a str,
    session: &'a str,
    event: u32,
}

#[derive(Serialize)]
struct Mistakes<'a> {
    /// How many notes on mistakes are counted.
    notes: usize,
    weeks: Vec<Week>,
    merges: Vec<Merge<'a>>,
}

#[derive(Serialize)]
struct Week {
    from: Date,
    hits: u32,
    of: u32,
}

#[derive(Serialize)]
struct Merge<'a> {
    on: Date,
    title: &'a str,
}

#[derive(Serialize)]
struct Note<'a> {
    note: &'a str,
    title: &'a str,
    kind: &'a str,
    merged: Timestamp,
    effect: String,
    claim: String,
    occasion: &'a str,
    hit: String,
    before: Share,
    after: Share,
    read: Share,
    unread: Share,
    last_read: Option<Timestamp>,
    usage: Used,
}

#[derive(Serialize)]
struct Unmeasured<'a> {
    note: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
struct Cost<'a> {
    engine: &'a str,
    cycles: usize,
    #[serde(flatten)]
    cost: CostRecord,
}

#[derive(Serialize)]
struct Hint<'a> {
    why: &'a str,
    command: &'a str,
}

/// The report as data.
pub fn of(report: &Report) -> Told<'_> {
    let numbers = |learnings: &mut dyn Iterator<Item = &Learning>| learnings.map(|one| one.number).collect();
    Told {
        version: VERSION,
        memory: &report.memory,
        branch: &report.branch,
        tip: report.tip.map(|tip| tip.to_string()),
        at: report.at,
        since: report.since,
        notes: &report.notes,
        sessions: report.sessions,
        cycles: report.cycles.len(),
        taken_up: numbers(&mut report.taken_up()),
        turned_down: numbers(&mut report.turned_down()),
        pending: numbers(&mut report.pending()),
        held_back: report
            .held_back()
            .map(|(cycle, title, reason)| HeldBack { cycle, title, reason })
            .collect(),
        learnings: report.learnings.iter().map(proposed).collect(),
        mistakes: mistakes(report),
        impact: report.measured.iter().map(note).collect(),
        unmeasured: report.unmeasured.iter().map(|(note, reason)| Unmeasured { note, reason }).collect(),
        load_bearing: report.load_bearing().map(|note| note.note.as_str()).collect(),
        stale: &report.stale,
        cost: report
            .cost(None)
            .into_iter()
            .map(|(engine, (cycles, cost))| Cost { engine, cycles, cost })
            .collect(),
        unknown: &report.unknown,
        hint: report.hint.as_ref().map(|hint| Hint { why: &hint.why, command: &hint.command }),
    }
}

fn proposed(learning: &Learning) -> Proposed<'_> {
    let evidence = learning.detail.quotes.iter().map(|quote| Evidence {
        quote: &quote.quote,
        session: quote.session.as_str(),
        event: quote.event,
    });
    Proposed {
        number: learning.number,
        cycle: &learning.cycle,
        at: learning.proposed,
        verdict: learning.verdict,
        how: learning.how.to_string(),
        by: learning.by.as_ref(),
        change: &learning.change,
        kind: &learning.kind,
        note: &learning.note,
        title: &learning.title,
        scope: &learning.scope,
        pattern: &learning.pattern,
        grade: &learning.grade,
        support: learning.support,
        worded_by: learning.worded_by.as_deref(),
        cost: learning.cost,
        commit: learning.commit.map(|commit| commit.to_string()),
        effect: learning.effect.map(|effect| effect.to_string()),
        rationale: learning.detail.rationale.as_deref(),
        evidence: evidence.collect(),
    }
}

fn mistakes(report: &Report) -> Mistakes<'_> {
    let trend = &report.trend;
    let weeks = trend.weeks.iter().map(|week| Week { from: week.from, hits: week.hits, of: week.of });
    let merges = trend.merges.iter().map(|merge| Merge { on: merge.on, title: &merge.title });
    Mistakes { notes: trend.notes, weeks: weeks.collect(), merges: merges.collect() }
}

fn note(note: &Measured) -> Note<'_> {
    Note {
        note: &note.note,
        title: &note.title,
        kind: &note.kind,
        merged: note.merged,
        effect: note.effect.to_string(),
        claim: note.claim.to_string(),
        occasion: &note.occasion,
        hit: note.hit.to_string(),
        before: note.before.into(),
        after: note.after.into(),
        read: note.read.into(),
        unread: note.unread.into(),
        last_read: note.last_read,
        usage: note.usage.into(),
    }
}
