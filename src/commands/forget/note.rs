//! `git dream forget NOTE`.

use super::Options;
use crate::commands::exit::Usage;
use crate::commands::naming;
use crate::commands::talk::{COMMAND, STRONG, Talk};
use crate::commands::whereabouts::{self, Whereabouts};
use crate::forgetting::note::{self, Forgetting};
use crate::learning::author::quote;
use crate::redact::redact;
use anyhow::Result;
use serde::Serialize;
use std::path::Path;

/// What `--json` prints.
#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    dry_run: bool,
    target: &'a str,
    commit: Option<String>,
    note: &'a str,
    archived: &'a str,
    kind: String,
    description: &'a str,
    patterns: Vec<&'a str>,
    pinned: bool,
    reason: &'a str,
}

/// Longest reason, bytes: a paragraph.
const MOST_REASON: usize = 1000;

pub(super) fn forget(
    asked: &str,
    options: &Options,
    here: &Whereabouts,
    dir: &Path,
    talk: &Talk,
) -> Result<()> {
    let reason = quote::one_line(options.reason.as_deref().unwrap_or_default());
    if reason.is_empty() && !options.dry_run {
        return Err(Usage(format!(
            "say why: `git dream forget {asked} --reason \"…\"`; the reason is what later readers, and you, will have"
        ))
        .into());
    }
    let (repo, settings) = (&here.repo, &here.settings);
    let reason = redact(&reason).cut(MOST_REASON);
    let stamp = whereabouts::person(options.now.as_deref(), repo)?;
    if !options.dry_run {
        repo.recover()?;
    }
    let note = naming::note(asked, here, dir)?;
    let today = stamp.at.strftime("%Y-%m-%d").to_string();
    let mut forgetting = note::plan(repo, settings, &note, reason, &today)?;
    if !options.dry_run {
        note::commit(repo, &mut forgetting, &stamp)?;
    }
    if talk.json {
        return talk.data_json(&report(&forgetting, options.dry_run));
    }
    tell(&forgetting, talk);
    Ok(())
}

fn report(forgetting: &Forgetting, dry_run: bool) -> Report<'_> {
    Report {
        version: 1,
        dry_run,
        target: &forgetting.target,
        commit: forgetting.commit.map(|commit| commit.to_string()),
        note: &forgetting.note,
        archived: &forgetting.archived,
        kind: forgetting.kind.to_string(),
        description: &forgetting.title,
        patterns: forgetting.patterns.iter().map(|pattern| pattern.as_str()).collect(),
        pinned: forgetting.is_pinned,
        reason: &forgetting.reason,
    }
}

fn tell(forgetting: &Forgetting, talk: &Talk) {
    let Forgetting { target, note, archived, patterns, is_pinned, commit, .. } = forgetting;
    let done = if commit.is_some() { "goes" } else { "would go" };
    talk.say(&format!("{STRONG}{note}{STRONG:#} {done} to {archived} on {target}."));
    if *is_pinned {
        talk.say("It was pinned; you asked for this one.");
    }
    match patterns.as_slice() {
        [] => talk.say("No dream has proposed it: people wrote it, so there is no lesson to bar."),
        _ => talk.say("Its lesson is not proposed again, whatever the evidence, nor in other words."),
    }
    if let Some(commit) = commit {
        talk.say(&format!("Take it back: {COMMAND}git revert {}{COMMAND:#}", commit.short()));
    }
}
