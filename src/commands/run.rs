//! `git dream run`

use super::sources::SourceOptions;
use super::talk::{COMMAND, FAINT, GOOD, STRONG, Talk, count, support};
use super::whereabouts;
use crate::cycle::{self, Report, Request};
use crate::learning::author::quote;
use crate::session::Skipped;
use anyhow::Result;
use std::collections::BTreeMap;
use std::path::Path;

#[derive(clap::Args)]
pub(super) struct Options {
    #[command(flatten)]
    sources: SourceOptions,
    /// Say what would be proposed and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Date everything with this moment instead of now, for output that can be reproduced
    #[arg(long, value_name = "MOMENT")]
    now: Option<String>,
}

pub(super) fn main(options: &Options, dir: &Path, talk: &Talk) -> Result<()> {
    options.sources.set_threads()?;
    let here = whereabouts::find(dir)?;
    let now = whereabouts::now(options.now.as_deref())?;
    let found = options.sources.find(dir)?;
    talk.mention(&format!("{} transcripts found", found.len()));
    let bar = talk.bar("reading");
    let progress = |done: usize, of: usize| bar.at(done, of);
    let request = Request {
        repo: &here.repo,
        settings: &here.settings,
        sources: found.sources(&progress),
        now,
        dry_run: options.dry_run,
    };
    let report = cycle::dream(&request)?;
    drop(bar);
    if talk.verbose > 1 {
        for part in &report.parts {
            talk.mention(&format!("{:>9.1} ms  {}", part.took.as_secs_f64() * 1_000.0, part.name));
        }
    }
    if talk.json {
        return talk.data_json(&report);
    }
    tell(&report, options.dry_run, talk);
    if report.sessions.read == 0 && found.len() == 0 {
        talk.say(&format!("Looked in {}.", found.looked_in()));
    }
    Ok(())
}

/// The report for people.
pub(super) fn tell(report: &Report, dry_run: bool, talk: &Talk) {
    if let Some(notice) = &report.notice {
        talk.say(notice);
    }
    let counts = &report.sessions;
    talk.say(&format!("{} sessions read, {STRONG}{} new{STRONG:#}.", counts.read, counts.new));
    if counts.judged > 0 {
        talk.say(&format!("{} of earlier cycles have another outcome now.", count(counts.judged, "session")));
    }
    if counts.unsettled > 0 {
        talk.say(&format!("{} still being written: left for the next cycle.", counts.unsettled));
    }
    if counts.erased > 0 {
        talk.say(&format!(
            "{} left out: people had what came from there erased.",
            count(counts.erased, "session")
        ));
    }
    tell_skipped(&report.skipped, talk);
    for refused in &report.refused {
        talk.say(&format!("refused: {} ({})", refused.title, refused.reason));
    }
    for due in &report.due {
        talk.say(&format!("look at {}: {}", due.note, due.reason));
    }
    let Some(branch) = &report.branch else {
        talk.say(why_nothing(report));
        return;
    };
    let verb = if dry_run { "would be proposed" } else { "proposed" };
    talk.say(&format!(
        "\n{GOOD}{}{GOOD:#} {verb} on {STRONG}{branch}{STRONG:#}:\n",
        count(report.learnings.len(), "learning")
    ));
    for learning in &report.learnings {
        let commit: String = learning.commit.iter().flat_map(|commit| commit.chars()).take(10).collect();
        talk.say(&format!("  {commit} {}: {}", learning.kind, learning.title));
        talk.say(&format!("  {FAINT}{:10} {}, {}{FAINT:#}", "", learning.grade, support(&learning.support)));
        if let Some(before) = &learning.reopened {
            let by = if before.who.is_empty() { String::new() } else { format!(" by {}", before.who) };
            let since = count(before.sessions_since, "new session");
            talk.say(&format!(
                "  {FAINT}{:10} rejected before ({}{by}); {since} since{FAINT:#}",
                "", before.how
            ));
        }
    }
    if report.left_over > 0 {
        talk.say(&format!(
            "\n{} more found no room in this cycle ([memory] max_learnings and max_loss): a later one takes them up.",
            report.left_over
        ));
    }
    if !dry_run {
        talk.say(&format!("\nDecide one by one: {COMMAND}git dream review{COMMAND:#}"));
        talk.say(&format!("Read them:         {COMMAND}git log -p {}..{branch}{COMMAND:#}", report.target));
        talk.say(&format!("Take them all:     {COMMAND}git merge {branch}{COMMAND:#}"));
        talk.say(&format!("Reject them all:   {COMMAND}git branch -D {branch}{COMMAND:#}"));
    }
}

/// Why there is no branch.
fn why_nothing(report: &Report) -> &'static str {
    match (report.sessions.read, report.sessions.new, report.settled) {
        (0, _, _) if report.sessions.unsettled > 0 => "Nothing to say: every session is still being written.",
        (0, _, _) if report.sessions.skipped > 0 => {
            "Nothing to say: none of these files could be read as a session."
        }
        (0, _, _) => "Nothing to say: there are no sessions. Name some with --sessions PATH.",
        (_, 0, 0) => "Nothing to say: no session is new since the last cycle.",
        (_, _, 0) => "Nothing to say: nothing recurred across enough independent sessions and jobs.",
        _ => "Nothing to say: what recurs is in the memory already, waits for review, or was rejected.",
    }
}

/// What was skipped: counted by reason, or line by line for who asked for more.
pub(super) fn tell_skipped(skipped: &[Skipped], talk: &Talk) {
    if skipped.is_empty() {
        return;
    }
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for one in skipped {
        *reasons.entry(&one.reason).or_default() += 1;
    }
    let mut counted: Vec<(usize, &str)> = reasons.into_iter().map(|(reason, n)| (n, reason)).collect();
    counted.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let many = if skipped.len() == 1 { "line or file" } else { "lines or files" };
    talk.say(&format!("{} {many} skipped:", skipped.len()));
    for (n, reason) in counted.iter().take(5) {
        talk.say(&format!("  {n} × {reason}"));
    }
    for one in skipped {
        let line = one.line.map(|line| format!(":{line}")).unwrap_or_default();
        // A file's name may hold anything, also what a terminal would obey.
        talk.mention(&format!("  {}{line}: {}", quote::one_line(&one.path), one.reason));
    }
}
