//! `git dream grade`: how sessions went, by a rubric, where their transcripts do not tell.

use super::engine_options::EngineOptions;
use super::exit::Usage;
use super::sources::SourceOptions;
use super::talk::{COMMAND, FAINT, STRONG, Talk, count};
use super::whereabouts::Whereabouts;
use super::{run, whereabouts};
use crate::cycle::{self, Target};
use crate::engine::prompts::{self, Prompts};
use crate::grading::candidates::{self, Candidates};
use crate::grading::mark::Marked;
use crate::grading::{self, Grades, Mark, OfSession, Rubric, rubric};
use crate::learning::author::quote;
use crate::ledger::{Addition, CostRecord, LEDGER, LateOutcome, Ledger, Stamp};
use crate::memory::note::Broken;
use crate::memory::place::{self, inside};
use crate::repo::{Identity, MoveError, Oid, RefMove, Repo};
use anyhow::Result;
use jiff::Timestamp;
use serde::Serialize;
use std::fmt::Write;
use std::path::Path;

/// Longest quote that is shown, bytes.
const MOST_QUOTE: usize = 90;

#[derive(clap::Args)]
pub(super) struct Options {
    /// The rubric: `rubrics/<NAME>.md` of the memory; without it the only one there is, or the one that is shipped
    #[arg(value_name = "NAME")]
    rubric: Option<String>,
    #[command(flatten)]
    sources: SourceOptions,
    #[command(flatten)]
    engine: EngineOptions,
    /// Grade at most so many sessions, the newest first
    #[arg(long, value_name = "N", default_value_t = 50)]
    most: usize,
    /// Say what would be asked and what it would cost at most, and ask nobody
    #[arg(long)]
    dry_run: bool,
    /// Date everything with this moment instead of now, for output that can be reproduced
    #[arg(long, value_name = "MOMENT")]
    now: Option<String>,
}

pub(super) fn main(options: &Options, dir: &Path, talk: &Talk) -> Result<()> {
    let mut here = whereabouts::find(dir)?;
    let now = whereabouts::now(options.now.as_deref())?;
    let target = Target::find(&here.repo, &here.settings)?;
    let files = Files { repo: &here.repo, at: target.commit()?, root: &here.settings.memory.root };
    let rubric = files.rubric(options.rubric.as_deref())?;
    let prompts = Prompts::load(|file| files.read(&format!("{}/{file}", prompts::FOLDER)), 1)?;
    let Some(chosen) = options.engine.choose(&mut here.settings.engine, &here.repo)? else {
        return Err(Usage(
            "a model has to read the sessions, and the engine is `builtin`, which has none: name one with --engine, as in \
             `git dream grade --engine anthropic`"
                .to_owned(),
        )
        .into());
    };
    let ledger = Ledger::open(&here.repo)?;
    let found = options.sources.find(dir)?;
    let erased = ledger.erased()?;
    let graded = ledger.graded_by(&rubric.reference())?;
    let candidates = candidates::find(
        found.transcripts(),
        &rubric,
        &graded,
        &|digest| erased.covers(digest),
        &here.settings.reading,
        options.most,
    );
    tell_candidates(&candidates, &rubric, talk);
    if options.dry_run {
        let estimate = chosen.estimate(&here.settings.engine)?;
        grading::grade(&candidates.sessions, &rubric, &prompts, &estimate)?;
        let beyond = estimate.beyond();
        if beyond > 0 {
            talk.say(&format!("The budget does not reach for {}.", count(beyond as usize, "question")));
        }
        let cost = cycle::of_spent(&estimate.spent());
        if talk.json {
            return talk.data_json(&Estimated { version: 1, rubric: rubric.reference(), estimate: cost });
        }
        return talk.data(&format!("{}\n", run::would_be_asked(&cost)));
    }
    let model = chosen.model(&here.settings.engine)?;
    model.notices().iter().for_each(|notice| talk.say(notice));
    let grades = grading::grade(&candidates.sessions, &rubric, &prompts, &model)?;
    let outcomes = grades.outcomes(&rubric, now, ledger.late_additions()?);
    if !outcomes.is_empty() {
        add(&ledger, &outcomes, now, &here)?;
    }
    let cost = cycle::of_spent(&model.spent());
    if talk.json {
        return talk.data_json(&Wire {
            version: 1,
            rubric: rubric.reference(),
            engine: model.name(),
            grades: &grades,
            cost,
        });
    }
    talk.data(&text(&grades))?;
    talk.say(&run::was_asked(&cost));
    if !outcomes.is_empty() {
        talk.say(&format!(
            "\n{} in the ledger; the next {COMMAND}git dream run{COMMAND:#} learns from them.",
            count(outcomes.len(), "outcome")
        ));
    }
    Ok(())
}

/// What `--json` prints.
#[derive(Serialize)]
struct Wire<'a> {
    version: u32,
    rubric: String,
    engine: &'a str,
    #[serde(flatten)]
    grades: &'a Grades,
    cost: CostRecord,
}

/// What `--json` prints of a dry run.
#[derive(Serialize)]
struct Estimated {
    version: u32,
    rubric: String,
    estimate: CostRecord,
}

/// The memory's files, as they stand on the target branch.
struct Files<'a> {
    repo: &'a Repo,
    at: Oid,
    root: &'a str,
}

impl Files<'_> {
    /// A file of the memory; `None` where it is not there.
    fn read(&self, path: &str) -> Result<Option<String>> {
        let path = place::outside(self.root, path);
        let Some(bytes) = self.repo.read(self.at, &path)? else { return Ok(None) };
        let text = String::from_utf8(bytes);
        text.map(Some)
            .map_err(|_| Usage(format!("{path} is not UTF-8: save it as UTF-8 and commit it")).into())
    }

    /// The rubric of this name; without one, the only one there is or, where there is none, the one that is shipped.
    ///
    /// Errors: no such rubric; several, and none named; one that cannot be read.
    fn rubric(&self, name: Option<&str>) -> Result<Rubric> {
        let folder = place::outside(self.root, rubric::FOLDER);
        let names = self.repo.list(self.at, &folder)?.into_iter().filter_map(|entry| {
            let file = inside(&folder, &entry.path)?;
            Some(file.strip_suffix(".md")?.to_owned()).filter(|name| rubric::is_name(name))
        });
        let names: Vec<String> = names.collect();
        let asked = name.map(|name| name.trim_start_matches("rubrics/").trim_end_matches(".md"));
        let chosen = match (asked, names.as_slice()) {
            (Some(asked), _) if names.iter().any(|name| name == asked) => asked,
            (Some("task") | None, []) | (Some("task"), _) => {
                return unreadable("the rubric that is shipped", rubric::shipped());
            }
            (None, [only]) => only,
            (Some(asked), _) => {
                return Err(Usage(format!("there is no rubric {asked:?}: {}", which(&names))).into());
            }
            (None, _) => return Err(Usage(format!("which rubric? {}", which(&names))).into()),
        };
        let path = format!("{}/{chosen}.md", rubric::FOLDER);
        let text = self.read(&path)?.unwrap_or_default();
        unreadable(&path, rubric::parse(&text))
    }
}

fn unreadable(path: &str, rubric: Result<Rubric, Broken>) -> Result<Rubric> {
    rubric.map_err(|broken| Usage(format!("{path} is no rubric: {}", broken.reason)).into())
}

/// The rubrics there are, as a sentence.
fn which(names: &[String]) -> String {
    match names {
        [] => "the memory has none; `task` is shipped, and yours go into rubrics/NAME.md".to_owned(),
        names => format!("the memory has {}", names.join(", ")),
    }
}

/// Adds outcomes to the ledger.
fn add(ledger: &Ledger<'_>, outcomes: &[LateOutcome], now: Timestamp, here: &Whereabouts) -> Result<()> {
    let identity = Identity::of(&here.settings.author);
    let mut hasher = blake3::Hasher::new();
    hasher.update(ledger.tip().map(|tip| tip.to_string()).unwrap_or_default().as_bytes());
    for outcome in outcomes {
        hasher.update(outcome.session.as_str().as_bytes());
    }
    let name = format!("grade-{}-{}", now.strftime("%Y-%m-%d"), &hasher.finalize().to_hex()[..6]);
    let addition = Addition { cycle: &name, digests: &[], outcomes, record: None };
    let to = ledger.append(&addition, &Stamp { identity, at: now })?;
    let moved = RefMove {
        name: LEDGER.to_owned(),
        from: ledger.tip(),
        to: Some(to),
        reason: format!("grade: {name}"),
    };
    here.repo.move_refs(&[moved]).map_err(|error| match error {
        MoveError::Failed(error) => error,
        lost => anyhow::Error::new(lost),
    })
}

fn tell_candidates(candidates: &Candidates, rubric: &Rubric, talk: &Talk) {
    let Candidates { sessions, left_over, told, graded, others, skipped } = candidates;
    run::tell_skipped(skipped, talk);
    talk.say(&format!("{STRONG}{}{STRONG:#} to grade by {}.", count(sessions.len(), "session"), rubric.name));
    for (many, why) in [
        (told, "told by their transcript or their tests"),
        (graded, "graded by it before"),
        (others, "of agents and projects that it is not for"),
        (left_over, "older, left for another time (--most)"),
    ] {
        if *many > 0 {
            talk.say(&format!("  {FAINT}{} {why}{FAINT:#}", count(*many, "session")));
        }
    }
}

/// The grades for people.
fn text(grades: &Grades) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    for OfSession { session, ask, graded } in &grades.graded {
        let outcome = graded.outcome.map_or("  ?".to_owned(), |outcome| format!("{outcome:.2}"));
        let _ = writeln!(text, "{STRONG}{outcome:>4}{STRONG:#}  {session}  {}", quote::one_line(ask));
        for Marked { criterion, mark, event, quote } in &graded.marks {
            let mark = match mark {
                Mark::Met => "met",
                Mark::Unmet => "unmet",
                Mark::NotApplicable => "not about it",
            };
            let shown = match (event, quote) {
                (Some(event), Some(quote)) => format!("  #{event} “{}”", quote::brief(quote, MOST_QUOTE)),
                _ => String::new(),
            };
            let _ = writeln!(text, "      {criterion}: {mark}{FAINT}{shown}{FAINT:#}");
        }
        for (criterion, reason) in &graded.refused {
            let _ = writeln!(text, "      {criterion}: {FAINT}refused: {reason}{FAINT:#}");
        }
    }
    for (session, reason) in &grades.failed {
        let _ = writeln!(text, "   -  {session}  no answer: {reason}");
    }
    text
}
