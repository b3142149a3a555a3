//! `git dream review`: decide on what waits, learning by learning.

mod ask;
mod edit;
mod select;
mod show;
mod tell;

use super::exit::{Failed, Usage};
use super::talk::{COMMAND, Talk, count};
use super::whereabouts;
use crate::ledger::Stamp;
use crate::repo::Repo;
use crate::review::answers::Answers;
use crate::review::land::{Landed, Unfit, land};
use crate::review::{Review, Waiting};
use crate::settings::Settings;
use anyhow::Result;
use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::path::Path;

/// Decide on what waits, learning by learning
///
/// Shows each learning that waits on a dream branch, the oldest first, and asks: accept it, edit it in your editor,
/// reject it with a reason, skip it, or quit. What you accept lands on the target branch as commits of their own, with
/// the index in step; what you reject is remembered with its reason. Nothing changes until you are through or quit;
/// broken off with Ctrl-C, your answers are kept for the next time.
///
/// ID names a learning: its commit, its note (path or name), or its pattern.
#[derive(clap::Args)]
pub(super) struct Options {
    /// Only what waits on this dream branch, or of this cycle
    #[arg(value_name = "BRANCH|CYCLE")]
    of: Option<String>,
    /// Accept this learning without asking; `all` for those that are not rejected
    #[arg(long, value_name = "ID")]
    accept: Vec<String>,
    /// Reject this learning without asking, for this reason
    #[arg(long, value_name = "ID=REASON")]
    reject: Vec<String>,
    /// Ask even where standard input is no terminal: one answer a line
    #[arg(long, conflicts_with_all = ["accept", "reject", "json"])]
    interactive: bool,
    /// Date the commits with this moment instead of now
    #[arg(long, value_name = "MOMENT")]
    now: Option<String>,
}

pub(super) fn main(options: &Options, dir: &Path, talk: &Talk) -> Result<()> {
    let here = whereabouts::find(dir)?;
    let (repo, settings) = (&here.repo, &here.settings);
    repo.recover()?;
    let mut review = Review::open(repo, settings)?;
    if let Some(notice) = &review.target.notice {
        talk.say(notice);
    }
    if !review.unknown.is_empty() {
        talk.say(&format!(
            "The ledger here knows nothing of {}. If it is at origin, fetch it: \
             {COMMAND}git fetch origin refs/dream/ledger:refs/dream/ledger{COMMAND:#}",
            review.unknown.join(", ")
        ));
    }
    if let Some(of) = &options.of {
        review.waiting = select::of(review.waiting, of)?;
    }
    if !(options.accept.is_empty() && options.reject.is_empty()) {
        let answers = select::answers(&review, &options.accept, &options.reject)?;
        let landed = landed(repo, settings, &answers, &whereabouts::person(options.now.as_deref(), repo)?)?;
        return tell::landed(&landed, &passed_over(&review, &answers, &landed), talk);
    }
    if talk.json {
        return tell::list_json(&review, talk);
    }
    if review.waiting.is_empty() {
        talk.say("Nothing waits for review.");
        return Ok(());
    }
    if options.interactive || (std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
        return ask_and_land(&review, &whereabouts::person(options.now.as_deref(), repo)?, talk);
    }
    talk.data(&tell::list(&review.waiting))?;
    Err(Usage(format!(
        "{} for review, and there is nobody to ask here: say `--accept ID`, `--reject ID=reason` (each as often as you \
         like) or `--accept all`, or run `git dream review` in a terminal",
        waits(review.waiting.len())
    ))
    .into())
}

/// `1 learning waits`, `2 learnings wait`.
fn waits(n: usize) -> String {
    let n = u32::try_from(n).unwrap_or(u32::MAX);
    format!("{} {}", count(n, "learning"), if n == 1 { "waits" } else { "wait" })
}

/// Asks about everything that waits, and lands what was answered.
fn ask_and_land(review: &Review<'_>, stamp: &Stamp, talk: &Talk) -> Result<()> {
    let answers = ask::all(review, talk)?;
    if answers.0.is_empty() {
        talk.say("Nothing was decided.");
        return Ok(());
    }
    let landed = landed(review.repo, review.settings, &answers, stamp).inspect_err(|_| {
        talk.say(&format!(
            "Your answers are kept: run {COMMAND}git dream review{COMMAND:#} again to land them or to change them."
        ));
    })?;
    let mut kept = Answers::load(review.repo)?;
    kept.take(|key| answers.0.contains_key(key));
    kept.keep(review.repo)?;
    tell::landed(&landed, &passed_over(review, &answers, &landed), talk)
}

/// What was answered and had been decided by somebody else when the answers landed.
fn passed_over<'a>(review: &'a Review<'_>, answers: &Answers, landed: &Landed) -> Vec<&'a Waiting> {
    let taken = landed.taken.iter().map(|taken| &taken.proposed);
    let done: BTreeSet<_> =
        taken.chain(landed.refused.iter().map(|(one, _)| one)).map(Waiting::key).collect();
    let is_passed = |one: &&Waiting| answers.0.contains_key(&one.key()) && !done.contains(&one.key());
    review.waiting.iter().filter(is_passed).collect()
}

fn landed(repo: &Repo, settings: &Settings, answers: &Answers, stamp: &Stamp) -> Result<Landed> {
    land(repo, settings, answers, stamp).map_err(|error| match error.downcast::<Unfit>() {
        Ok(unfit) => Failed(unfit.to_string()).into(),
        Err(error) => error,
    })
}

/// The name by which a learning is called on the command line: the first digits of its commit.
fn id(waiting: &Waiting) -> String {
    waiting.commit.short()
}
