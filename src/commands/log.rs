//! `git dream log`: what was learnt when, on what evidence.

use super::talk::{FAINT, STRONG, Talk, support};
use super::whereabouts;
use crate::cycle;
use crate::learning::author::quote;
use crate::learning::standing::Verdict;
use crate::ledger::{CostRecord, Ledger, SupportRecord};
use crate::verdict::{self, Decider, Proposal};
use anyhow::Result;
use serde::Serialize;
use std::fmt::Write;
use std::path::Path;

#[derive(clap::Args)]
pub(super) struct Options {
    /// Show this many cycles, the newest first
    #[arg(short = 'n', long, value_name = "N")]
    max_count: Option<usize>,
}

/// One cycle.
#[derive(Serialize)]
struct Entry {
    cycle: String,
    at: jiff::Timestamp,
    branch: Option<String>,
    engine: String,
    sessions: u64,
    /// What asking a model cost; absent where none was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<CostRecord>,
    learnings: Vec<Learnt>,
    refused: Vec<String>,
}

/// One learning of it.
#[derive(Serialize)]
struct Learnt {
    verdict: Verdict,
    /// How it came to that, in a few words.
    how: String,
    /// Who decided, where git keeps it.
    by: Option<Decider>,
    commit: String,
    change: String,
    kind: String,
    note: String,
    title: String,
    grade: String,
    support: SupportRecord,
    evidence: Vec<String>,
    /// Who worded it, where that was not the builtin engine.
    #[serde(skip_serializing_if = "Option::is_none")]
    worded_by: Option<String>,
    /// What asking a model about it cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<CostRecord>,
}

#[derive(Serialize)]
struct Log {
    version: u32,
    cycles: Vec<Entry>,
}

pub(super) fn main(options: &Options, dir: &Path, talk: &Talk) -> Result<()> {
    let here = whereabouts::find(dir)?;
    let target = cycle::Target::find(&here.repo, &here.settings)?;
    let tip = target.commit()?;
    let (cycles, _) = Ledger::open(&here.repo)?.cycles()?;
    let decided = verdict::decided(&here.repo, &cycles, tip, &here.settings.memory.root)?;
    let mut entries: Vec<Entry> = Vec::new();
    for cycle in cycles.iter().rev().take(options.max_count.unwrap_or(usize::MAX)) {
        let of_cycle = decided.iter().filter(|proposal| proposal.cycle.cycle == cycle.cycle);
        let learnings = of_cycle.map(|proposal| learnt(&here.repo, proposal)).collect();
        entries.push(Entry {
            cycle: cycle.cycle.clone(),
            at: cycle.at,
            branch: cycle.branch.clone(),
            engine: cycle.engine.clone(),
            sessions: cycle.counts.get("sessions_new").copied().unwrap_or(0),
            cost: cycle.model.as_ref().map(|model| model.cost),
            learnings,
            refused: cycle
                .refused
                .iter()
                .map(|refused| format!("{}: {}", refused.title, refused.reason))
                .collect(),
        });
    }
    if talk.json {
        return talk.data_json(&Log { version: 1, cycles: entries });
    }
    if let Some(notice) = &target.notice {
        talk.say(notice);
    }
    if let Some(notice) = whereabouts::no_ledger(&here.repo, cycles.len())? {
        talk.say(&notice);
    }
    if entries.is_empty() {
        talk.say("No dream yet: run `git dream run`.");
    }
    talk.data(&text(&entries, talk.verbose > 0))
}

fn learnt(repo: &crate::repo::Repo, proposal: &Proposal<'_>) -> Learnt {
    let Proposal { learning, verdict, how, by, note, .. } = proposal;
    let commit = learning.commit().and_then(|commit| repo.past(commit).ok());
    let trailers = commit.map(|commit| commit.trailers()).unwrap_or_default();
    let evidence = trailers.into_iter().filter(|trailer| trailer.key == "Dream-Evidence");
    Learnt {
        verdict: *verdict,
        how: how.to_string(),
        by: by.clone(),
        commit: learning.commit.clone().unwrap_or_default(),
        change: learning.change.clone(),
        kind: learning.kind.clone(),
        note: note.clone(),
        title: learning.title.clone(),
        grade: learning.grade.clone(),
        support: learning.support,
        evidence: evidence.map(|trailer| trailer.value).collect(),
        worded_by: learning.worded_by.clone(),
        cost: learning.cost,
    }
}

/// Longest reason that is shown in a line, bytes.
const MOST_REASON: usize = 100;

/// How a verdict came about and whose it was, for people.
pub(super) fn decision(how: &str, by: Option<&Decider>) -> String {
    match by {
        Some(Decider { commit, name, at, reason }) => {
            let because = reason.as_ref().map(|reason| format!(": {}", quote::brief(reason, MOST_REASON)));
            let because = because.unwrap_or_default();
            format!("{how} by {name} on {} with {}{because}", at.strftime("%Y-%m-%d"), commit.short())
        }
        None => how.to_owned(),
    }
}

/// The log for people.
fn text(entries: &[Entry], with_evidence: bool) -> String {
    let mut text = String::new();
    for entry in entries {
        let learnings = entry.learnings.len();
        let what = match learnings {
            0 => "nothing to say".to_owned(),
            1 => "1 learning".to_owned(),
            n => format!("{n} learnings"),
        };
        // Writing to a String cannot fail.
        let cost = entry.cost.map(|cost| format!(", {}", cost.in_words())).unwrap_or_default();
        let _ = writeln!(
            text,
            "{STRONG}{}{STRONG:#}  {} new sessions, {what} ({}{cost})",
            entry.cycle, entry.sessions, entry.engine
        );
        for learnt in &entry.learnings {
            let commit: String = learnt.commit.chars().take(10).collect();
            let _ = writeln!(
                text,
                "  {:12} {commit} {} {}: {}",
                learnt.verdict, learnt.change, learnt.kind, learnt.title
            );
            let _ = writeln!(
                text,
                "               {FAINT}{}; {}, {}{FAINT:#}",
                learnt.note,
                learnt.grade,
                support(&learnt.support)
            );
            let _ = writeln!(
                text,
                "               {FAINT}{}{FAINT:#}",
                decision(&learnt.how, learnt.by.as_ref())
            );
            if let Some(cost) = &learnt.cost {
                let engine = learnt.worded_by.as_deref().unwrap_or("the builtin engine");
                let _ = writeln!(
                    text,
                    "               {FAINT}words by {engine}; asking about it took {}{FAINT:#}",
                    cost.in_words()
                );
            }
            for evidence in learnt.evidence.iter().filter(|_| with_evidence) {
                let _ = writeln!(text, "               {FAINT}{evidence}{FAINT:#}");
            }
        }
        for refused in &entry.refused {
            let _ = writeln!(text, "  refused      {refused}");
        }
    }
    text
}
