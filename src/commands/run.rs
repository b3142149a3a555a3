//! `git dream run`

use super::engine_options::{Chosen, EngineOptions};
use super::exit::Usage;
use super::remote;
use super::sources::{DigestOptions, SourceOptions};
use super::talk::{COMMAND, FAINT, GOOD, STRONG, Talk, count, support};
use super::whereabouts;
use crate::cycle::{self, Report, Request, Unanswered};
use crate::engine::Engine;
use crate::learning::author::quote;
use crate::ledger::CostRecord;
use crate::model::Failure;
use crate::model::purse::Spent;
use crate::rehearsal::Effort;
use crate::session::Skipped;
use crate::settings::EngineSettings;
use crate::usage;
use anyhow::Result;
use std::collections::BTreeMap;
use std::path::Path;

#[derive(clap::Args)]
pub(super) struct Options {
    #[command(flatten)]
    sources: SourceOptions,
    #[command(flatten)]
    digests: DigestOptions,
    #[command(flatten)]
    engine: EngineOptions,
    /// Say what would be proposed and what asking a model would cost at most; ask none, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Let the model act at the moments before the mistakes, with each new note and without it, and say in the note's
    /// commit what that changed; see `git dream rehearse`
    #[arg(long)]
    rehearse: bool,
    /// First fetch what the remote has: the ledger, the inboxes, what became of earlier dream branches
    #[arg(long)]
    fetch: bool,
    /// The remote to fetch from; else the one of `git config dream.remote`, the one that the branch follows, or `origin`
    #[arg(long, value_name = "NAME", requires = "fetch")]
    remote: Option<String>,
    /// Date everything with this moment instead of now, for output that can be reproduced
    #[arg(long, value_name = "MOMENT")]
    now: Option<String>,
}

/// How often the model acts at each moment where learnings are rehearsed by the way.
const EFFORT: Effort = Effort { times: 3, variants: 1 };

impl Options {
    /// Whether and how learnings are rehearsed: on demand, or where a lift is required of them.
    ///
    /// Errors: it is demanded, and there is no model.
    fn rehearse(&self, settings: &EngineSettings, has_model: bool, talk: &Talk) -> Result<Option<Effort>> {
        let is_required = settings.require_lift > 0.0;
        if !has_model && self.rehearse {
            return Err(Usage(
                "--rehearse needs a model to act, and the engine is `builtin`, which has none: name one with --engine"
                    .to_owned(),
            )
            .into());
        }
        if !has_model && is_required {
            talk.say("[engine] require_lift is set and no model is: nothing is rehearsed, and nothing refused for it.");
        }
        Ok((has_model && (self.rehearse || is_required)).then_some(EFFORT))
    }
}

pub(super) fn main(options: &Options, dir: &Path, talk: &Talk) -> Result<()> {
    options.sources.set_threads()?;
    let mut here = whereabouts::find(dir)?;
    let chosen = options.engine.choose(&mut here.settings.engine, &here.repo)?;
    let now = whereabouts::now(options.now.as_deref())?;
    if options.fetch {
        remote::fetch(&here, options.remote.as_deref(), now, talk)?;
    }
    let found = options.sources.find_beside(&options.digests, dir)?;
    talk.mention(&format!("{} transcripts found", found.len()));
    let bar = talk.bar("reading");
    let progress = |done: usize, of: usize| bar.at(done, of);
    let request = Request {
        repo: &here.repo,
        settings: &here.settings,
        sources: found.sources(&progress),
        now,
        dry_run: options.dry_run,
        engine: None,
        rehearse: options.rehearse(&here.settings.engine, chosen.is_some(), talk)?,
    };
    let report = match chosen {
        None => cycle::dream(&request)?,
        Some(chosen) if options.dry_run => estimated(request, &chosen, talk)?,
        Some(chosen) => {
            let model = chosen.model(&here.settings.engine)?;
            model.notices().iter().for_each(|notice| talk.say(notice));
            let spent = || model.spent();
            let engine = Engine { name: model.name(), answers: &model, spent: &spent };
            cycle::dream(&Request { engine: Some(engine), ..request })?
        }
    };
    drop(bar);
    if !options.dry_run {
        usage::prune(&whereabouts::places().usage(), now);
    }
    if talk.verbose > 1 {
        for part in &report.parts {
            talk.mention(&format!("{:>9.1} ms  {}", part.took.as_secs_f64() * 1_000.0, part.name));
        }
    }
    if talk.json {
        return talk.data_json(&report);
    }
    tell(&report, options.dry_run, talk);
    if report.sessions.read == 0 && found.is_empty() {
        talk.say(&format!("Looked in {}.", found.looked_in()));
    }
    Ok(())
}

/// A dream that asks nobody, with what asking would cost at most.
fn estimated(request: Request<'_>, chosen: &Chosen, talk: &Talk) -> Result<Report> {
    let estimate = chosen.estimate(&request.settings.engine)?;
    estimate.notices().iter().for_each(|notice| talk.say(notice));
    let nothing = Spent::default;
    let engine = Engine { name: estimate.name(), answers: &estimate, spent: &nothing };
    let mut report = cycle::dream(&Request { engine: Some(engine), ..request })?;
    report.cost = None;
    report.unanswered.clear();
    let questions = estimate.beyond();
    if questions > 0 {
        report.unanswered.push(Unanswered { reason: Failure::OverBudget.to_string(), questions });
    }
    report.estimate = Some(cycle::of_spent(&estimate.spent()));
    Ok(report)
}

/// What asking a model came to, for people.
fn tell_cost(report: &Report, talk: &Talk) {
    report.estimate.iter().for_each(|cost| talk.say(&would_be_asked(cost)));
    report.cost.iter().for_each(|cost| talk.say(&was_asked(cost)));
    for Unanswered { reason, questions } in &report.unanswered {
        let questions = count(*questions as usize, "question");
        talk.say(&format!("{questions} left open, where the builtin engine's words stand: {reason}"));
    }
}

/// What asking a model would cost, in a sentence.
pub(super) fn would_be_asked(cost: &CostRecord) -> String {
    let CostRecord { calls, recalled, .. } = *cost;
    if calls == 0 && recalled == 0 {
        return "No model would be asked anything.".to_owned();
    }
    let questions = count(calls as usize, "question");
    format!("A model would be asked {questions}: {} at most{}.", cost.in_words(), kept(recalled))
}

/// What asking a model cost, in a sentence.
pub(super) fn was_asked(cost: &CostRecord) -> String {
    let questions = count(cost.calls as usize, "question");
    format!("A model was asked {questions}: {}{}.", cost.in_words(), kept(cost.recalled))
}

/// That answers were there already.
fn kept(recalled: u32) -> String {
    if recalled == 0 { String::new() } else { format!(", and {recalled} answered before, for nothing") }
}

/// The report for people.
pub(super) fn tell(report: &Report, dry_run: bool, talk: &Talk) {
    if let Some(notice) = &report.notice {
        talk.say(notice);
    }
    let counts = &report.sessions;
    talk.say(&format!("{} sessions read, {STRONG}{} new{STRONG:#}.", counts.read, counts.new));
    if counts.inbox > 0 {
        talk.say(&format!("{} of them came from inboxes.", counts.inbox));
    }
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
    tell_cost(report, talk);
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
