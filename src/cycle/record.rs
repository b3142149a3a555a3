//! What the ledger keeps of a cycle.

use super::{Before, Report};
use crate::engine::Settled;
use crate::learning::Planned;
use crate::learning::standing::{Standings, Verdict};
use crate::ledger::{CycleRecord, ModelRecord, RefusedRecord};
use crate::pattern::{Known, Pattern};
use crate::settings::Settings;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// The count of patterns that found no room.
pub(super) const LEFT_OVER: &str = "left_over";

/// What a record is made from.
pub(super) struct Made<'a> {
    /// What came of the dream.
    pub(super) report: &'a Report,
    /// What it proposes and what not.
    pub(super) planned: &'a Planned,
    /// What it found.
    pub(super) patterns: &'a [Pattern],
    /// What earlier cycles named.
    pub(super) known: &'a [Known],
    /// What people decided, as it stood.
    pub(super) standings: &'a Standings,
    /// What the repository held when the dream began.
    pub(super) before: &'a Before<'a>,
    /// What came of asking a model.
    pub(super) asked: Option<&'a Settled>,
    /// When.
    pub(super) now: Timestamp,
}

/// Hash of the settings in force.
pub(super) fn fingerprint_of(settings: &Settings) -> String {
    let text = toml::to_string(settings).unwrap_or_default();
    blake3::hash(text.as_bytes()).to_hex()[..16].to_owned()
}

/// What the ledger keeps of this cycle.
pub(super) fn record(made: &Made<'_>) -> CycleRecord {
    let Made { report, planned, patterns, known, standings, before, asked, now } = made;
    let waits = standings.iter().filter(|(_, standing)| standing.verdict == Verdict::Pending);
    let mut counts = BTreeMap::from([
        ("sessions_read".to_owned(), u64::from(report.sessions.read)),
        ("sessions_new".to_owned(), u64::from(report.sessions.new)),
        ("skipped".to_owned(), report.skipped.len() as u64),
    ]);
    if report.sessions.judged > 0 {
        counts.insert("outcomes_late".to_owned(), u64::from(report.sessions.judged));
    }
    if planned.left_over > 0 {
        counts.insert(LEFT_OVER.to_owned(), u64::from(planned.left_over));
    }
    let named: BTreeSet<&[crate::redact::Clean]> =
        known.iter().map(|known| known.anchor.as_slice()).collect();
    let newly_named = patterns.iter().filter(|pattern| !named.contains(pattern.anchor.as_slice()));
    CycleRecord {
        version: 1,
        cycle: report.cycle.clone().unwrap_or_default(),
        at: *now,
        target: report.target.clone(),
        base: report.base.clone(),
        branch: report.branch.clone(),
        tip: report.tip.clone(),
        engine: before.engine.clone(),
        settings: before.setting.clone(),
        counts,
        learnings: report.learnings.clone(),
        refused: planned
            .refused
            .iter()
            .map(|refused| RefusedRecord {
                title: refused.title.clone(),
                reason: refused.reason.clone(),
                ..Default::default()
            })
            .collect(),
        pending: waits.map(|(pattern, _)| pattern.to_string()).collect(),
        known: newly_named
            .map(|pattern| Known { fingerprint: pattern.fingerprint.clone(), anchor: pattern.anchor.clone() })
            .collect(),
        model: asked
            .map(|asked| ModelRecord { cost: report.cost.unwrap_or_default(), ..asked.record.clone() }),
    }
}
