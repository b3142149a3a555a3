//! `git dream check`: the gate as a command.

mod output;

use super::exit::{Failed, Usage};
use super::talk::{Talk, count};
use super::whereabouts;
use crate::check::change::Change;
use crate::check::finding::{Finding, Severity};
use crate::check::{self, fix};
use crate::cycle::usefulness;
use crate::ledger::Ledger;
use crate::ledger::cache::Cache;
use crate::repo::{Oid, Repo};
use crate::stale;
use anyhow::{Context, Result};
use output::Format;
use std::collections::BTreeMap;
use std::path::Path;

/// Check a change to the memory
///
/// Paths are from the root of the repository, as forges need them, also where the memory is a folder of it.
#[derive(clap::Args)]
pub(super) struct Options {
    /// What to check: BASE..TIP or BASE...TIP, or BASE (up to HEAD); without it, everything at HEAD
    #[arg(value_name = "RANGE")]
    range: Option<String>,
    /// How findings are shown
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Mend what is mechanical (index, white space) in the working tree
    #[arg(long)]
    fix: bool,
}

pub(super) fn main(options: &Options, dir: &Path, talk: &Talk) -> Result<()> {
    let here = whereabouts::find(dir)?;
    let (repo, settings) = (&here.repo, &here.settings);
    let (before, after) = ends(repo, options.range.as_deref())?;
    let change = Change::between(repo, before, after, &settings.memory.root)?;
    let ledger = Ledger::open(repo)?;
    let has_ledger = ledger.tip().is_some() || !ledger.inboxes().is_empty();
    let digests = has_ledger.then(|| ledger.find(&check::sessions_quoted(&change))).transpose()?;
    if options.fix {
        let (cycles, _) = ledger.cycles()?;
        let mended = fix::fix(&change, settings, &usefulness::on_record(&cycles));
        mend(repo, &change, &mended, talk)?;
        let findings = check::check(&change, settings, digests);
        // Those that name this option as their remedy are what was mended just now.
        let left = findings.iter().filter(|finding| !finding.remedy.contains("--fix")).count();
        if left > 0 {
            talk.say(&format!(
                "{} only people can mend: `git dream check` says what.",
                count(left, "finding")
            ));
        }
        return Ok(());
    }
    let mut findings = check::check(&change, settings, digests);
    let stale = stale::find(repo, after, settings, &Cache::of(repo, true))?;
    findings.extend(check::dead_references(&change, &stale));
    findings.sort();
    for sentence in &stale.unseen {
        talk.mention(&format!("not looked into: {sentence}"));
    }
    let format = if talk.json { Format::Json } else { options.format };
    talk.data(&output::render(&findings, format)?)?;
    let root = &settings.memory.root;
    if !root.is_empty() && !findings.is_empty() && matches!(format, Format::Text) {
        talk.say(&format!("Paths are from the root of the repository; the memory is in {root}."));
    }
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    if errors == 0 {
        talk.say(&summary(&change, &findings));
        return Ok(());
    }
    Err(Failed(format!("{}: the change must not be merged like this", count(errors, "finding"))).into())
}

fn summary(change: &Change, findings: &[Finding]) -> String {
    let files = count(change.changed.len(), "file");
    match findings.len() {
        0 => format!("{files} looked at, as committed: nothing speaks against it."),
        warnings => format!("{files} looked at, as committed: {}, no error.", count(warnings, "warning")),
    }
}

/// The commits that a range names: where the change begins (`None`: with nothing) and where it ends.
fn ends(repo: &Repo, range: Option<&str>) -> Result<(Option<Oid>, Oid)> {
    let commit = |name: &str| -> Result<Oid> {
        let name = if name.is_empty() { "HEAD" } else { name };
        let advice = match name {
            "HEAD" => "commit something first",
            _ => "name a branch, a tag or a commit, as for `git log`",
        };
        let found = repo.commit_named(name)?;
        found.ok_or_else(|| Usage(format!("there is no commit {name:?}: {advice}")).into())
    };
    let Some(range) = range else { return Ok((None, commit("HEAD")?)) };
    let (base, tip) = match range.split_once("...").or_else(|| range.split_once("..")) {
        Some((base, tip)) => (commit(base)?, commit(tip)?),
        None => (commit(range)?, commit("HEAD")?),
    };
    // What happened on the base meanwhile is not part of the change.
    Ok((Some(repo.merge_base(base, tip)?.unwrap_or(base)), tip))
}

/// Writes mended files into the working tree, where they stand as they were committed.
fn mend(repo: &Repo, change: &Change, mended: &BTreeMap<String, String>, talk: &Talk) -> Result<()> {
    let Some(work_dir) = repo.work_dir() else {
        return Err(Usage("this repository has no working tree to mend files in: clone it".to_owned()).into());
    };
    let mut left = Vec::new();
    for (path, text) in mended {
        let shown = change.outside(path);
        let file = work_dir.join(&shown);
        let committed = change.after.get(path).map(|file| file.bytes.as_slice()).unwrap_or_default();
        let as_committed = match std::fs::read(&file) {
            Ok(bytes) => bytes == committed,
            Err(error) => error.kind() == std::io::ErrorKind::NotFound && committed.is_empty(),
        };
        if !as_committed {
            left.push(shown);
            continue;
        }
        std::fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
        talk.data(&format!("{shown}\n"))?;
    }
    if left.is_empty() {
        talk.say(if mended.is_empty() {
            "Nothing to mend."
        } else {
            "Mended. Look at it with git diff, then commit it."
        });
        return Ok(());
    }
    Err(Usage(format!(
        "{} differ from what is checked: commit or stash your changes and check out what you want mended",
        left.join(", ")
    ))
    .into())
}
