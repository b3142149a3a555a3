//! `git dream audit`

use super::sources::{DigestOptions, SourceOptions};
use super::talk::{BAD, FAINT, GOOD, STRONG, Talk, count};
use super::{run, whereabouts};
use crate::cycle::audit::{Audit, audit};
use crate::cycle::gather;
use crate::learning::author::quote;
use anyhow::Result;
use std::fmt::Write;
use std::path::Path;

#[derive(clap::Args)]
pub(super) struct Options {
    #[command(flatten)]
    sources: SourceOptions,
    #[command(flatten)]
    digests: DigestOptions,
    /// Show this many mistakes
    #[arg(long, value_name = "N", default_value_t = 10)]
    top: usize,
}

/// Works anywhere: in a memory repository its settings hold, elsewhere the defaults.
pub(super) fn main(options: &Options, dir: &Path, talk: &Talk) -> Result<()> {
    options.sources.set_threads()?;
    let settings = whereabouts::settings(dir)?;
    let found = options.sources.find_beside(&options.digests, dir)?;
    let bar = talk.bar("reading");
    let progress = |done: usize, of: usize| bar.at(done, of);
    let sources = found.sources(&progress);
    let gathered = gather::gather_all(&sources, &settings);
    let audit = audit(&gathered.digests, &settings);
    drop(bar);
    if talk.json {
        return talk.data_json(&audit);
    }
    run::tell_skipped(&gathered.skipped, talk);
    if audit.sessions == 0 {
        talk.say("There are no sessions to look at. Name some with --sessions PATH.");
    }
    let unsettled = gathered.counts().unsettled;
    if unsettled > 0 {
        talk.say(&format!("{} still being written: not looked at.", count(unsettled, "session")));
    }
    talk.data(&text(&audit, options.top))
}

/// The audit for people.
fn text(audit: &Audit, top: usize) -> String {
    let percent = |part: f64| format!("{:.0} %", 100.0 * part);
    let share = |part: u32, of: u32| if of == 0 { 0.0 } else { f64::from(part) / f64::from(of) };
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{STRONG}{} sessions, {} tool calls{STRONG:#}", audit.sessions, audit.calls);
    let _ = writeln!(text, "  {} failed ({})", audit.failed, percent(share(audit.failed, audit.calls)));
    let _ = writeln!(
        text,
        "  {} were spent on getting over it ({})",
        audit.retries,
        percent(share(audit.retries, audit.calls))
    );
    let [known, succeeded] = audit.outcomes;
    if known > 0 {
        let _ = writeln!(text, "  {succeeded} of {known} sessions with a known outcome succeeded");
    }
    if !audit.mistakes.is_empty() {
        let _ = writeln!(text, "\n{STRONG}What keeps failing{STRONG:#}, the costliest first");
        let _ = writeln!(text, "  {FAINT}{:>8} {:>5} {:>6}  since{FAINT:#}", "sessions", "jobs", "calls");
    }
    for row in audit.mistakes.iter().take(top) {
        let since =
            row.first.map(|first| first.strftime("%Y-%m-%d").to_string()).unwrap_or_else(|| "?".to_owned());
        let _ = writeln!(
            text,
            "  {:>8} {:>5} {:>6}  {since}  {}: {}",
            row.sessions,
            row.jobs,
            row.cost,
            row.step,
            quote::brief(&row.error, 100)
        );
    }
    let fit = &audit.fit;
    let _ = writeln!(text, "\n{STRONG}Does dreaming fit?{STRONG:#}");
    let _ = writeln!(
        text,
        "  {} of the sessions have a job that another one had too",
        percent(fit.jobs_that_repeat)
    );
    let _ = writeln!(text, "  {} of the failures recur in another job", percent(fit.failures_that_recur));
    let _ = writeln!(text, "  {:.1} patterns per hundred sessions", fit.patterns_per_hundred);
    let style = if fit.verdict == "good" { GOOD } else { BAD };
    let _ = writeln!(text, "  {style}{}{style:#}: {}", fit.verdict, fit.advice);
    text
}
