//! Brings together what a report tells, from the history, the ledger and the memory.

use super::detail::{self, Detail, Read};
use super::{Cycle, Hint, Learning, Measured, Report, trend};
use crate::cycle::{self, Target};
use crate::impact::{self, Looked};
use crate::learning::effect::Effect;
use crate::ledger::cache::Cache;
use crate::ledger::{CycleRecord, LEDGER, Ledger};
use crate::memory::place::agent_at;
use crate::repo::Repo;
use crate::settings::Settings;
use crate::stale;
use crate::verdict::{self, Proposal};
use anyhow::Result;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Most learnings that are told in full; of older ones only what became of them.
const MOST_DETAILED: usize = 1_000;

/// What is asked for.
pub struct Asked<'a> {
    /// The repository.
    pub repo: &'a Repo,
    /// Its settings.
    pub settings: &'a Settings,
    /// The branch that the memory is on.
    pub target: &'a Target,
    /// The moment that the report is made at.
    pub now: Timestamp,
    /// What happened from this moment on is news.
    pub since: Timestamp,
}

/// Makes a report. Where there is little to report, it says why, and what to do.
///
/// Errors: repository or ledger cannot be read.
pub fn report(asked: &Asked<'_>) -> Result<Report> {
    let Asked { repo, settings, target, .. } = *asked;
    let ledger = Ledger::open(repo)?.with_cache(Cache::of(repo, true));
    let (records, skipped) = ledger.cycles()?;
    let mut report = empty(asked);
    report.sessions = ledger.seen()?.len();
    report.cycles = records.iter().rev().map(cycle_of).collect();
    report.unknown.extend(skipped.iter().map(|skipped| format!("{}: {}", skipped.path, skipped.reason)));
    if repo.is_shallow() {
        report.unknown.push(
            "This clone is shallow, so what people decided before it begins cannot be told: run \
             `git fetch --unshallow`, or in a workflow check out with `fetch-depth: 0`."
                .to_owned(),
        );
    }
    let Some(tip) = target.tip else {
        report.hint = hint(asked, &report)?;
        return Ok(report);
    };
    let memory = cycle::read_memory(repo, tip, &settings.memory.root)?;
    for note in memory.notes.values() {
        *report.notes.entry(note.front.kind.to_string()).or_default() += 1;
    }
    let broken = memory.broken.iter();
    report
        .unknown
        .extend(broken.map(|(path, broken)| format!("{path} cannot be read as a note: {}", broken.reason)));
    let proposals = verdict::decided(repo, &records, tip, &settings.memory.root)?;
    let looked = impact::look_among(&ledger, settings, tip, &records, &proposals)?;
    let left_out = looked.skipped.iter();
    report.unknown.extend(left_out.map(|skipped| format!("{}: {}: left out", skipped.path, skipped.reason)));
    let stale = stale::find(repo, tip, settings, ledger.cache())?;
    report.unknown.extend(stale.unseen);
    report.stale = stale.dead;
    report.learnings = learnings(asked, &ledger, &proposals, &looked)?;
    let measured = looked
        .merged
        .iter()
        .filter_map(|merged| Some(Measured::of(merged, looked.measured.get(&merged.note)?)));
    report.measured = measured.collect();
    report.measured.sort_by(|a, b| a.rank().cmp(&b.rank()).then_with(|| a.note.cmp(&b.note)));
    let unmeasured = looked.unmeasured.iter();
    report.unmeasured = unmeasured.map(|(note, why)| (note.clone(), why.to_string())).collect();
    report.trend = trend::of(&looked);
    report.hint = hint(asked, &report)?;
    Ok(report)
}

/// A report of which nothing is known yet.
fn empty(asked: &Asked<'_>) -> Report {
    Report {
        memory: name(asked.repo),
        branch: asked.target.branch.clone(),
        tip: asked.target.tip,
        at: asked.now,
        since: asked.since,
        notes: BTreeMap::new(),
        sessions: 0,
        cycles: Vec::new(),
        learnings: Vec::new(),
        trend: trend::Trend::default(),
        measured: Vec::new(),
        unmeasured: Vec::new(),
        stale: BTreeMap::new(),
        unknown: Vec::new(),
        hint: None,
    }
}

/// What people call the repository: its folder's name.
fn name(repo: &Repo) -> String {
    let folder = repo.work_dir().unwrap_or(repo.common_dir());
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = name.strip_suffix(".git").unwrap_or(&name);
    if name.is_empty() { "memory".to_owned() } else { name.to_owned() }
}

fn cycle_of(record: &CycleRecord) -> Cycle {
    let refused = record.refused.iter().map(|refused| (refused.title.clone(), refused.reason.clone()));
    Cycle {
        name: record.cycle.clone(),
        at: record.at,
        engine: record.engine.clone(),
        sessions: record.counts.get("sessions_new").copied().unwrap_or(0),
        learnings: record.learnings.len(),
        cost: record.model.as_ref().map(|model| model.cost),
        refused: refused.collect(),
    }
}

/// What cycles proposed, the newest first.
fn learnings(
    asked: &Asked<'_>,
    ledger: &Ledger<'_>,
    proposals: &[Proposal<'_>],
    looked: &Looked,
) -> Result<Vec<Learning>> {
    let effects: BTreeMap<&str, Effect> = looked
        .merged
        .iter()
        .filter_map(|merged| {
            Some((merged.pattern.as_str(), looked.measured.get(&merged.note)?.impact.effect))
        })
        .collect();
    let mut learnings = Vec::with_capacity(proposals.len());
    // The newest cycle first, and what it proposed in its own order: what matters most stands first.
    let of_cycles: Vec<_> = proposals.chunk_by(|one, next| one.cycle.cycle == next.cycle.cycle).collect();
    let mut above = proposals.len();
    for of_cycle in of_cycles.into_iter().rev() {
        above -= of_cycle.len();
        for (number, proposal) in (above + 1..).zip(of_cycle) {
            let read = match learnings.len() < MOST_DETAILED {
                true => detail::read(asked.repo, &asked.settings.memory.root, proposal)?,
                false => too_old(),
            };
            let effect = effects.get(proposal.learning.pattern.as_str()).copied();
            learnings.push(learning(number, proposal, read, effect.filter(|_| proposal.verdict.stands())));
        }
    }
    detail::look_up(learnings.iter_mut().map(|learning| &mut learning.detail), ledger)?;
    Ok(learnings)
}

fn too_old() -> Read {
    let missing = format!(
        "Only the newest {MOST_DETAILED} learnings are told in full: ask `git dream why` about its note."
    );
    Read { detail: Detail { missing: Some(missing), ..Detail::default() }, scope: None }
}

fn learning(number: usize, proposal: &Proposal<'_>, read: Read, effect: Option<Effect>) -> Learning {
    let Proposal { cycle, learning, verdict, how, by, note } = proposal;
    let of_agent = || agent_at(note).map(|agent| format!("agent {agent}"));
    Learning {
        number,
        cycle: cycle.cycle.clone(),
        proposed: cycle.at,
        change: learning.change.clone(),
        kind: learning.kind.clone(),
        title: learning.title.clone(),
        note: note.clone(),
        scope: read.scope.or_else(of_agent).unwrap_or_default(),
        pattern: learning.pattern.clone(),
        grade: learning.grade.clone(),
        support: learning.support,
        worded_by: learning.worded_by.clone(),
        cost: learning.cost,
        commit: learning.commit(),
        verdict: *verdict,
        how: how.clone(),
        by: by.clone(),
        effect,
        detail: read.detail,
    }
}

/// Why there is little to report.
fn hint(asked: &Asked<'_>, report: &Report) -> Result<Option<Hint>> {
    let hint = |why: String, command: &str| Some(Hint { why, command: command.to_owned() });
    let branch = &asked.target.branch;
    Ok(if asked.target.tip.is_none() {
        hint(format!("The branch {branch} has no commit yet, so there is no memory here."), "git dream init")
    } else if report.cycles.is_empty() && asked.repo.remotes()?.iter().any(|remote| remote == "origin") {
        let why = "There is no ledger here: `git clone` brings none. If others have dreamt, fetch theirs.";
        hint(why.to_owned(), &format!("git fetch origin {LEDGER}:{LEDGER}"))
    } else if report.cycles.is_empty() {
        hint(
            format!("No dream yet: nothing has been read, so {branch} has nothing to report."),
            "git dream run",
        )
    } else if report.learnings.is_empty() {
        let (cycles, sessions) = (report.cycles.len(), report.sessions);
        let why = format!(
            "{cycles} {} over {sessions} sessions found nothing to propose, which is a good result. More sessions may show more.",
            if cycles == 1 { "dream" } else { "dreams" }
        );
        hint(why, "git dream audit")
    } else {
        None
    })
}
