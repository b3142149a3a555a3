//! What the ledger keeps of a cycle.

use super::{Before, Report};
use crate::engine::Settled;
use crate::learning::Planned;
use crate::learning::standing::{Standings, Verdict};
use crate::ledger::{CycleRecord, DueRecord, ModelRecord, RefusedRecord};
use crate::pattern::{Known, Pattern};
use crate::settings::Settings;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// The count of patterns that found no room.
pub(super) const LEFT_OVER: &str = "left_over";
/// The count of files in the ledger with outcomes that became known later: with more of them there is something to say.
pub(super) const OUTCOME_FILES: &str = "outcome_files";

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
    /// Files of late outcomes that the ledger holds with this cycle's.
    pub(super) outcome_files: u64,
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
    let Made { report, planned, patterns, known, standings, before, asked, outcome_files, now } = made;
    let waits = standings.iter().filter(|(_, standing)| standing.verdict == Verdict::Pending);
    let mut counts = BTreeMap::from([
        ("sessions_read".to_owned(), u64::from(report.sessions.read)),
        ("sessions_new".to_owned(), u64::from(report.sessions.new)),
        ("skipped".to_owned(), report.skipped.len() as u64),
    ]);
    if report.sessions.judged > 0 {
        counts.insert("outcomes_late".to_owned(), u64::from(report.sessions.judged));
    }
    if *outcome_files > 0 {
        counts.insert(OUTCOME_FILES.to_owned(), *outcome_files);
    }
    if planned.settled > 0 {
        counts.insert("settled".to_owned(), u64::from(planned.settled));
    }
    if planned.left_over > 0 {
        counts.insert(LEFT_OVER.to_owned(), u64::from(planned.left_over));
    }
    let named: BTreeSet<&[crate::redact::Clean]> =
        known.iter().map(|known| known.anchor.as_slice()).collect();
    // What people are asked about is known by who said it up to now, and not only when it was first seen.
    let proposed: BTreeSet<&str> =
        report.learnings.iter().map(|learning| learning.pattern.as_str()).collect();
    let is_to_be_known = |pattern: &&Pattern| {
        !named.contains(pattern.anchor.as_slice())
            || !pattern.support.said.is_empty() && proposed.contains(pattern.fingerprint.as_str())
    };
    CycleRecord {
        version: 1,
        cycle: report.cycle.clone().unwrap_or_default(),
        at: *now,
        target: report.target.clone(),
        base: report.base.clone(),
        branch: report.branch.clone(),
        tip: report.tip.clone(),
        engine: before.engine.clone(),
        by: None,
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
        due: (report.due.iter())
            .map(|due| DueRecord { note: due.note.clone(), reason: due.reason.clone() })
            .collect(),
        pending: waits.map(|(pattern, _)| pattern.to_string()).collect(),
        known: patterns.iter().filter(is_to_be_known).map(Pattern::known).collect(),
        model: asked
            .map(|asked| ModelRecord { cost: report.cost.unwrap_or_default(), ..asked.record.clone() }),
    }
}
