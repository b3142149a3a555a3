//! The last dream, what people decided since, and why nothing was learnt where nothing was.

use super::{Finding, Scene, ago, count};
use crate::learning::standing::Verdict;
use crate::ledger::{CycleRecord, Ledger};
use crate::nearest::Nearest;
use crate::settings::Settings;
use crate::verdict;
use anyhow::Result;
use std::collections::BTreeMap;

const PART: &str = "dreams";
/// A last cycle of longer ago than this is told, in seconds: a memory that dreams by itself does so every week at least.
const LONG_AGO: i64 = 8 * 24 * 60 * 60;

pub(super) fn look(scene: &Scene<'_>, nearest: &Nearest) -> Vec<Finding> {
    if let Some(connected) = nearest.connected.as_ref().filter(|connected| connected.is_copy) {
        let what = format!("dreams are dreamt where {} lies, not here", connected.memory);
        return vec![Finding::well(PART, what)];
    }
    found(scene, nearest).unwrap_or_else(|error| vec![Finding::error(PART, &error)])
}

fn found(scene: &Scene<'_>, nearest: &Nearest) -> Result<Vec<Finding>> {
    let Nearest { repo, settings, at, .. } = nearest;
    let ledger = Ledger::open(repo)?;
    let (cycles, skipped) = ledger.cycles()?;
    let mut findings = Vec::new();
    match cycles.last() {
        Some(last) => findings.extend(of_last(scene, last, settings)),
        None if repo.remotes()?.is_empty() => {
            findings.push(Finding::note(PART, "nothing was dreamt yet".to_owned(), "git dream run"));
        }
        None => findings.push(Finding::note(
            PART,
            "no dream is known here; a clone does not bring what others dreamt".to_owned(),
            "git dream run --fetch",
        )),
    }
    findings.extend(skipped.first().map(|skipped| {
        let what = format!("{} cannot be read: {}", skipped.path, skipped.reason);
        Finding::problem(PART, what, "a newer git-dream may have written it: upgrade this one")
    }));
    if ledger.has_waiting(&ledger.folded_in()?)? {
        let what = "inboxes hold sessions that no cycle has read yet".to_owned();
        findings.push(Finding::note(PART, what, "git dream run"));
    }
    let mut verdicts: BTreeMap<Verdict, usize> = BTreeMap::new();
    for proposal in verdict::decided(repo, &cycles, *at, &settings.memory.root)? {
        *verdicts.entry(proposal.verdict).or_default() += 1;
    }
    let pending = verdicts.remove(&Verdict::Pending).unwrap_or_default();
    if !verdicts.is_empty() {
        let said: Vec<String> =
            verdicts.iter().map(|(verdict, count)| format!("{count} {verdict}")).collect();
        findings.push(Finding::well(PART, format!("people decided: {}", said.join(", "))));
    }
    if pending > 0 {
        let waits = if pending == 1 { "waits" } else { "wait" };
        let what = format!("{} {waits} for review", count(pending, "learning"));
        findings.push(Finding::note(PART, what, "git dream review"));
    }
    Ok(findings)
}

fn of_last(scene: &Scene<'_>, last: &CycleRecord, settings: &Settings) -> Vec<Finding> {
    let counted = |name: &str| last.counts.get(name).copied().unwrap_or_default();
    let new = count(counted("sessions_new") as usize, "new session");
    let when = ago(scene.now, last.at);
    let what = format!(
        "the last cycle, {} {when}, proposed {} from {new}",
        last.cycle,
        count(last.learnings.len(), "learning")
    );
    let mut findings = vec![Finding::well(PART, what)];
    if scene.now.as_second() - last.at.as_second() > LONG_AGO {
        findings.push(Finding::note(
            PART,
            format!("the last cycle was {when}"),
            "git dream schedule has the memory dream by itself; --show tells what is scheduled",
        ));
    }
    if last.learnings.is_empty() {
        findings.push(why_nothing(last, settings, counted("settled")));
    }
    findings
}

/// Why the last cycle proposed nothing.
fn why_nothing(last: &CycleRecord, settings: &Settings, settled: u64) -> Finding {
    let mining = &settings.mining;
    if let Some(refused) = last.refused.first() {
        return Finding::note(
            PART,
            format!(
                "{} refused, as {:?}: {}",
                count(last.refused.len(), "learning"),
                refused.title,
                refused.reason
            ),
            "git dream log --json lists them",
        );
    }
    if settled > 0 {
        return Finding::well(
            PART,
            format!(
                "nothing was learnt, because what recurs ({}) is in the memory already, waits for review, or was rejected",
                count(settled as usize, "pattern")
            ),
        );
    }
    Finding::note(
        PART,
        format!(
            "nothing was learnt, because nothing recurred in {} sessions of {} jobs, or was asked for by {} people",
            mining.min_sessions, mining.min_jobs, mining.min_people
        ),
        "git dream audit shows what comes up less often; [mining] in dream.toml sets how often is enough",
    )
}
