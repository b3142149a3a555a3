//! What waits and what landed, for people and for programs.

use super::{id, waits};
use crate::commands::talk::{COMMAND, FAINT, GOOD, STRONG, Talk};
use crate::learning::author::quote::visible;
use crate::ledger::SupportRecord;
use crate::repo::Oid;
use crate::review::land::Landed;
use crate::review::outcome::{Fit, Outcome};
use crate::review::{Review, Waiting};
use anyhow::Result;
use serde::Serialize;
use std::fmt::Write;

/// What waits, as JSON.
#[derive(Serialize)]
struct List<'a> {
    version: u32,
    target: &'a str,
    base: Oid,
    waiting: Vec<Row<'a>>,
}

/// One learning of it.
#[derive(Serialize)]
struct Row<'a> {
    #[serde(flatten)]
    learning: Named<'a>,
    branch: &'a str,
    cycle: &'a str,
    change: &'a str,
    kind: &'a str,
    grade: &'a str,
    support: SupportRecord,
    /// Why it cannot be taken as it is; `null` where it can.
    conflict: Option<String>,
}

/// What a learning is called by.
#[derive(Serialize)]
struct Named<'a> {
    /// The commit on the dream branch.
    commit: Oid,
    note: &'a str,
    title: &'a str,
    pattern: &'a str,
}

impl<'a> From<&'a Waiting> for Named<'a> {
    fn from(one: &'a Waiting) -> Named<'a> {
        let learning = &one.learning;
        Named { commit: one.commit, note: &one.note, title: &learning.title, pattern: &learning.pattern }
    }
}

/// What landed, as JSON.
#[derive(Serialize)]
struct Done<'a> {
    version: u32,
    target: &'a str,
    base: Oid,
    tip: Oid,
    accepted: Vec<Accepted<'a>>,
    rejected: Vec<Rejected<'a>>,
    /// What somebody else decided meanwhile.
    passed_over: Vec<Named<'a>>,
    /// The commit that brought the index in step.
    index: Option<Oid>,
    deleted_branches: &'a [String],
    kept_branches: Vec<Kept<'a>>,
    waiting: usize,
}

#[derive(Serialize)]
struct Accepted<'a> {
    #[serde(flatten)]
    learning: Named<'a>,
    /// The commit on the target.
    landed: Oid,
    edited: bool,
}

#[derive(Serialize)]
struct Rejected<'a> {
    #[serde(flatten)]
    learning: Named<'a>,
    reason: &'a str,
}

#[derive(Serialize)]
struct Kept<'a> {
    branch: &'a str,
    why: &'a str,
}

/// Prints what waits for programs.
pub(super) fn list_json(review: &Review<'_>, talk: &Talk) -> Result<()> {
    let outcome = Outcome::new(review)?;
    let mut waiting = Vec::new();
    for one in &review.waiting {
        let conflict = match outcome.fit(one, None)? {
            Fit::Fits { .. } => None,
            Fit::Conflict { why, .. } => Some(why),
        };
        let learning = &one.learning;
        waiting.push(Row {
            learning: Named::from(one),
            branch: &one.branch,
            cycle: &one.cycle,
            change: &learning.change,
            kind: &learning.kind,
            grade: &learning.grade,
            support: learning.support,
            conflict,
        });
    }
    talk.data_json(&List { version: 1, target: &review.target.branch, base: review.base, waiting })
}

/// What waits, for people: one line each, by branch.
pub(super) fn list(waiting: &[Waiting]) -> String {
    let mut text = String::new();
    let mut branch = "";
    for one in waiting {
        // Writing to a String cannot fail.
        if one.branch != branch {
            branch = &one.branch;
            let _ = writeln!(text, "{STRONG}{branch}{STRONG:#}");
        }
        let _ = writeln!(
            text,
            "  {} {}: {} {FAINT}({}){FAINT:#}",
            id(one),
            one.learning.kind,
            visible(&one.learning.title),
            visible(&one.note)
        );
    }
    text
}

/// Prints what landed. `passed_over`: what was answered and waited no more.
pub(super) fn landed(landed: &Landed, passed_over: &[&Waiting], talk: &Talk) -> Result<()> {
    if talk.json {
        return talk.data_json(&done(landed, passed_over));
    }
    let mut text = String::new();
    for taken in &landed.taken {
        let what = if taken.is_edited { "edited" } else { "accepted" };
        let _ = writeln!(
            text,
            "{GOOD}{what:9}{GOOD:#} {} {}",
            taken.commit.short(),
            taken.proposed.learning.title
        );
    }
    for (one, reason) in &landed.refused {
        let _ = writeln!(text, "rejected  {} {} {FAINT}({reason}){FAINT:#}", id(one), one.learning.title);
    }
    talk.data(&text)?;
    for one in passed_over {
        talk.say(&format!(
            "{} {}: somebody else decided it meanwhile, so your answer does not count; {COMMAND}git dream log{COMMAND:#} says how",
            id(one),
            one.learning.title
        ));
    }
    if landed.tip != landed.base {
        let target = &landed.target;
        talk.say(&format!(
            "\n{STRONG}{target}{STRONG:#} is at {} now. Look at it: {COMMAND}git log -p {}..{target}{COMMAND:#}",
            landed.tip.short(),
            landed.base.short()
        ));
    }
    for branch in &landed.deleted {
        talk.say(&format!("Nothing waits on {branch} any more: deleted."));
    }
    for (branch, why) in &landed.kept {
        talk.say(&format!("Nothing waits on {branch} any more, but {why}"));
    }
    if landed.waits > 0 {
        talk.say(&format!("{} still.", waits(landed.waits)));
    }
    Ok(())
}

fn done<'a>(landed: &'a Landed, passed_over: &[&'a Waiting]) -> Done<'a> {
    Done {
        version: 1,
        target: &landed.target,
        base: landed.base,
        tip: landed.tip,
        accepted: landed
            .taken
            .iter()
            .map(|taken| Accepted {
                learning: Named::from(&taken.proposed),
                landed: taken.commit,
                edited: taken.is_edited,
            })
            .collect(),
        rejected: landed
            .refused
            .iter()
            .map(|(one, reason)| Rejected { learning: Named::from(one), reason })
            .collect(),
        passed_over: passed_over.iter().map(|one| Named::from(*one)).collect(),
        index: landed.index,
        deleted_branches: &landed.deleted,
        kept_branches: landed.kept.iter().map(|(branch, why)| Kept { branch, why }).collect(),
        waiting: landed.waits,
    }
}
