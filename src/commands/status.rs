//! `git dream status`, and `git dream` alone.

use super::log::decision;
use super::talk::{COMMAND, FAINT, STRONG, Talk, count};
use super::whereabouts;
use crate::cycle::{self, Target};
use crate::learning::standing::Verdict;
use crate::ledger::cache::Cache;
use crate::ledger::{Ledger, SupportRecord};
use crate::memory::reference::DeadReference;
use crate::repo::Repo;
use crate::settings::Settings;
use crate::stale::{self, Stale};
use crate::verdict::{self, Decider, Proposal};
use anyhow::Result;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

#[derive(clap::Args, Default)]
pub(super) struct Options {}

/// Where the memory stands.
#[derive(Serialize)]
struct Status {
    version: u32,
    target: String,
    notes: BTreeMap<String, usize>,
    broken: Vec<String>,
    sessions: usize,
    cycles: usize,
    last: Option<String>,
    /// Open branches with the learnings that wait on each.
    pending: BTreeMap<String, Vec<Waiting>>,
    /// Branches with learnings that people did not want: a merge of one would take these along.
    #[serde(skip)]
    mixed: BTreeSet<String>,
    /// How many learnings have each verdict.
    verdicts: BTreeMap<String, usize>,
    /// What people did otherwise than take a learning as it was, the newest first.
    decided: Vec<Decided>,
    /// Notes that name what the repository they are about no longer has.
    stale: Stale,
    next: String,
}

/// One learning that waits for review.
#[derive(Serialize)]
struct Waiting {
    commit: String,
    note: String,
    kind: String,
    title: String,
    grade: String,
    support: SupportRecord,
}

/// One learning that people changed, left out, took back, or of which it cannot be told.
#[derive(Serialize)]
struct Decided {
    verdict: Verdict,
    kind: String,
    title: String,
    note: String,
    how: String,
    by: Option<Decider>,
}

/// How many learnings that wait on one branch are shown to people; `--json` has all of them.
const MOST_WAITING: usize = 10;

/// How many decisions are shown to people; `--json` has all of them.
const MOST_DECIDED: usize = 5;

/// How many notes that name what is gone are shown to people; `--json` has all of them.
const MOST_DEAD: usize = 10;

pub(super) fn main(_options: &Options, dir: &Path, talk: &Talk) -> Result<()> {
    let here = whereabouts::find(dir)?;
    let target = Target::find(&here.repo, &here.settings)?;
    let status = status(&here.repo, &here.settings, &target)?;
    if talk.json {
        return talk.data_json(&status);
    }
    if let Some(notice) = &target.notice {
        talk.say(notice);
    }
    if let Some(notice) = whereabouts::no_ledger(&here.repo, status.cycles)? {
        talk.say(&notice);
    }
    talk.data(&text(&status))
}

fn status(repo: &Repo, settings: &Settings, target: &Target) -> Result<Status> {
    let ledger = Ledger::open(repo)?;
    let (cycles, _) = ledger.cycles()?;
    let mut status = Status {
        version: 1,
        notes: BTreeMap::new(),
        broken: Vec::new(),
        sessions: ledger.seen()?.len(),
        cycles: cycles.len(),
        last: cycles.last().map(|cycle| cycle.cycle.clone()),
        pending: BTreeMap::new(),
        mixed: BTreeSet::new(),
        verdicts: BTreeMap::new(),
        decided: Vec::new(),
        stale: Stale::default(),
        next: String::new(),
        target: target.branch.clone(),
    };
    let Some(tip) = target.tip else {
        status.next = "git dream init".to_owned();
        return Ok(status);
    };
    let memory = cycle::read_memory(repo, tip, &settings.memory.root)?;
    for note in memory.notes.values() {
        *status.notes.entry(note.front.kind.to_string()).or_default() += 1;
    }
    status.broken = memory.broken.iter().map(|(path, broken)| format!("{path}: {}", broken.reason)).collect();
    for proposal in verdict::decided(repo, &cycles, tip, &settings.memory.root)? {
        *status.verdicts.entry(proposal.verdict.to_string()).or_default() += 1;
        sort_in(&mut status, &proposal);
    }
    status.decided.reverse();
    status.stale = stale::find(repo, tip, settings, &Cache::of(repo, true))?;
    status.next = match (status.pending.keys().next(), memory.main.is_some() || !memory.notes.is_empty()) {
        (Some(_), _) => "git dream review".to_owned(),
        (None, false) if status.cycles == 0 => "git dream init".to_owned(),
        _ => "git dream run".to_owned(),
    };
    Ok(status)
}

/// Puts a proposal where people look for it.
fn sort_in(status: &mut Status, proposal: &Proposal<'_>) {
    let Proposal { cycle, learning, verdict, how, by, note, .. } = proposal;
    if let (Verdict::Rejected | Verdict::Reverted, Some(branch)) = (verdict, &cycle.branch) {
        status.mixed.insert(branch.clone());
    }
    match verdict {
        Verdict::Merged => {}
        Verdict::Pending => {
            let branch = cycle.branch.clone().unwrap_or_default();
            status.pending.entry(branch).or_default().push(Waiting {
                commit: learning.commit.clone().unwrap_or_default(),
                note: note.clone(),
                kind: learning.kind.clone(),
                title: learning.title.clone(),
                grade: learning.grade.clone(),
                support: learning.support,
            });
        }
        _ => status.decided.push(Decided {
            verdict: *verdict,
            kind: learning.kind.clone(),
            title: learning.title.clone(),
            note: note.clone(),
            how: how.to_string(),
            by: by.clone(),
        }),
    }
}

/// The status for people.
fn text(status: &Status) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = match status.notes.is_empty() {
        true => writeln!(text, "The memory on {STRONG}{}{STRONG:#} has no notes yet.", status.target),
        false => {
            let counts: Vec<String> = status.notes.iter().map(|(kind, n)| count(*n, kind)).collect();
            writeln!(text, "The memory on {STRONG}{}{STRONG:#} has {}.", status.target, counts.join(", "))
        }
    };
    let _ = match &status.last {
        Some(last) => writeln!(
            text,
            "{}, the last one {last}; {} in the ledger; learnings: {}.",
            count(status.cycles, "cycle"),
            count(status.sessions, "session"),
            match status.verdicts.is_empty() {
                true => "none".to_owned(),
                false => {
                    let counts: Vec<String> =
                        status.verdicts.iter().map(|(verdict, n)| format!("{n} {verdict}")).collect();
                    counts.join(", ")
                }
            }
        ),
        None => writeln!(text, "No dream yet."),
    };
    for broken in &status.broken {
        let _ = writeln!(text, "cannot be read as a note: {broken}");
    }
    for Decided { verdict, kind, title, how, by, .. } in status.decided.iter().take(MOST_DECIDED) {
        let decision = decision(how, by.as_ref());
        let _ = writeln!(text, "  {verdict:12} {kind}: {title} {FAINT}({decision}){FAINT:#}");
    }
    if status.decided.len() > MOST_DECIDED {
        let more = status.decided.len() - MOST_DECIDED;
        let _ = writeln!(text, "  and {more} more: {COMMAND}git dream log{COMMAND:#}");
    }
    text.push_str(&dead_references(&status.stale));
    for (branch, waiting) in &status.pending {
        let _ = writeln!(text, "\n{STRONG}{branch}{STRONG:#} waits for review:");
        for Waiting { commit, kind, title, grade, support, .. } in waiting.iter().take(MOST_WAITING) {
            let commit: String = commit.chars().take(10).collect();
            let sessions = count(support.sessions, "session");
            let _ = writeln!(text, "  {commit} {kind}: {title} {FAINT}({grade}, {sessions}){FAINT:#}");
        }
        if waiting.len() > MOST_WAITING {
            let _ = writeln!(text, "  and {} more", waiting.len() - MOST_WAITING);
        }
        let _ = writeln!(text, "  review: {COMMAND}git dream review{COMMAND:#}");
        let _ = writeln!(text, "  read:   {COMMAND}git log -p {}..{branch}{COMMAND:#}", status.target);
        let all = match status.mixed.contains(branch) {
            true => format!("git dream review {branch} --accept all"),
            false => format!("git merge {branch}"),
        };
        let _ = writeln!(
            text,
            "  take:   {COMMAND}{all}{COMMAND:#}, or {COMMAND}git cherry-pick <commit>{COMMAND:#}"
        );
        let _ = writeln!(text, "  reject: {COMMAND}git branch -D {branch}{COMMAND:#}");
    }
    if status.pending.is_empty() {
        let _ = writeln!(text, "\nNext: {COMMAND}{}{COMMAND:#}", status.next);
    }
    text
}

/// What notes name that is gone, for people.
fn dead_references(stale: &Stale) -> String {
    let mut text = String::new();
    let Stale { dead, unseen } = stale;
    // Writing to a String cannot fail.
    let _ = match dead.len() {
        0 => Ok(()),
        1 => writeln!(text, "\n{STRONG}1 note{STRONG:#} names what is gone:"),
        n => writeln!(text, "\n{STRONG}{n} notes{STRONG:#} name what is gone:"),
    };
    for (note, gone) in dead.iter().take(MOST_DEAD) {
        for DeadReference { line, named, gone } in gone {
            let named = named.lines().next().unwrap_or_default();
            let _ = writeln!(text, "  {note}:{line}: {named} {FAINT}({gone}){FAINT:#}");
        }
    }
    if dead.len() > MOST_DEAD {
        let _ = writeln!(
            text,
            "  and {} more: {COMMAND}git dream status --json{COMMAND:#}",
            dead.len() - MOST_DEAD
        );
    }
    for sentence in unseen {
        let _ = writeln!(text, "not looked into: {sentence}");
    }
    text
}
