//! `git dream rehearse`: what a note changes at the moments before the mistakes that it rests on.

mod output;

use super::engine_options::{Chosen, EngineOptions};
use super::exit::Usage;
use super::sources::SourceOptions;
use super::talk::{FAINT, Talk, count};
use super::{naming, run, whereabouts};
use crate::cycle::{self, Target};
use crate::memory::note::{self, Status};
use crate::model::Answers;
use crate::pattern::Kind;
use crate::rehearsal::moment;
use crate::rehearsal::{Effort, Outcome, Stage, Subject};
use crate::repo::Oid;
use crate::review::Review;
use crate::session::SessionId;
use anyhow::{Result, anyhow};
use output::Rehearsed;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use whereabouts::Whereabouts;

#[derive(clap::Args)]
pub(super) struct Options {
    /// Rehearse these notes, also ones that wait for review: their path, or the name of their file; without one, all
    /// notes on mistakes
    #[arg(value_name = "NOTE")]
    notes: Vec<String>,
    /// Ask so often at each moment without the note, and as often with it
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=100))]
    times: u32,
    /// Make so many variants of each moment
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(0..=20))]
    variants: u32,
    #[command(flatten)]
    sources: SourceOptions,
    #[command(flatten)]
    engine: EngineOptions,
    /// Say what would be asked and what it would cost at most, and ask nobody
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn main(options: &Options, dir: &Path, talk: &Talk) -> Result<()> {
    options.sources.set_threads()?;
    let mut here = whereabouts::find(dir)?;
    let chosen = options.engine.choose(&mut here.settings.engine, &here.repo)?;
    let target = Target::find(&here.repo, &here.settings)?;
    let at = target.commit()?;
    let subjects = subjects(&here, at, &options.notes, dir)?;
    if subjects.is_empty() {
        talk.say(&format!(
            "There is no note on a mistake on {} yet, so there is nothing to rehearse.",
            target.branch
        ));
    }
    let stages = set(&subjects, options, dir, &here, talk)?;
    let effort = Effort { times: options.times, variants: options.variants };
    if stages.iter().all(Stage::is_empty) {
        let outcomes = stages
            .iter()
            .map(|stage| stage.judged(&[], &here.settings.reading))
            .collect::<Result<Vec<_>, _>>()?;
        return tell(&Rehearsed::of(&subjects, &outcomes, effort), talk);
    }
    let Some(chosen) = chosen else {
        return Err(Usage(
            "a model has to act, and the engine is `builtin`, which has none: name one with --engine, as in \
             `git dream rehearse --engine anthropic`"
                .to_owned(),
        )
        .into());
    };
    let prompts = cycle::templates(&here.repo, at, &here.settings)?;
    let play = |answers: &dyn Answers| -> Result<Vec<Outcome>> {
        let played = stages.iter().map(|stage| {
            let answers = answers.ask(&stage.prompts(&prompts)?);
            stage.judged(&answers, &here.settings.reading).map_err(|failure| {
                anyhow!("{failure}; what was answered so far is kept and not paid for again: mend it and rehearse once more")
            })
        });
        played.collect()
    };
    if options.dry_run {
        return estimate(&chosen, &here, &play, &Rehearsed::of(&subjects, &[], effort), &stages, talk);
    }
    let model = chosen.model(&here.settings.engine)?;
    model.notices().iter().for_each(|notice| talk.say(notice));
    let outcomes = play(&model)?;
    let mut rehearsed = Rehearsed::of(&subjects, &outcomes, effort);
    rehearsed.engine = Some(model.name().to_owned());
    rehearsed.cost = Some(cycle::of_spent(&model.spent()));
    tell(&rehearsed, talk)
}

/// Counts what asking would take, and asks nobody.
fn estimate(
    chosen: &Chosen,
    here: &Whereabouts,
    play: &dyn Fn(&dyn Answers) -> Result<Vec<Outcome>>,
    nothing: &Rehearsed,
    stages: &[Stage],
    talk: &Talk,
) -> Result<()> {
    let estimate = chosen.estimate(&here.settings.engine)?;
    estimate.notices().iter().for_each(|notice| talk.say(notice));
    play(&estimate)?;
    let cost = cycle::of_spent(&estimate.spent());
    if talk.json {
        return talk.data_json(&nothing.estimated(estimate.name(), cost));
    }
    for (note, stage) in nothing.notes.iter().zip(stages) {
        talk.say(&format!("{}: {}", note.note, count(stage.moments(), "moment")));
    }
    let beyond = match estimate.beyond() {
        0 => String::new(),
        beyond => format!("; the budget does not reach for {beyond} more (--budget)"),
    };
    let asked = count(cost.calls, "question");
    talk.say(&format!("{} would be asked {asked}: {} at most{beyond}.", estimate.name(), cost.in_words()));
    Ok(())
}

/// Builds the moments of the notes again.
fn set(
    subjects: &[Subject],
    options: &Options,
    dir: &Path,
    here: &Whereabouts,
    talk: &Talk,
) -> Result<Vec<Stage>> {
    let wanted: BTreeSet<SessionId> = subjects.iter().flat_map(Subject::sessions).collect();
    let reading = &here.settings.reading;
    let sessions = match wanted.is_empty() {
        true => BTreeMap::new(),
        false => {
            let found = options.sources.find(dir)?;
            run::tell_skipped(found.skipped(), talk);
            let bar = talk.bar("reading");
            moment::sessions(found.transcripts(), &wanted, reading, &|done, of| bar.at(done, of))
        }
    };
    talk.mention(&format!("{} of {} found", sessions.len(), count(wanted.len(), "session")));
    let effort = Effort { times: options.times, variants: options.variants };
    Ok(subjects.iter().map(|subject| Stage::set(subject, &sessions, effort, reading)).collect())
}

/// The notes that were asked for, those of the memory before those that wait for review; without a name, every note on a
/// mistake that agents are to follow.
///
/// Errors: a name that fits no note, or several, or one that is gone.
fn subjects(here: &Whereabouts, at: Oid, asked: &[String], dir: &Path) -> Result<Vec<Subject>> {
    let root = here.settings.memory.root.as_str();
    let memory = cycle::read_memory(&here.repo, at, root)?;
    let mut files: BTreeMap<String, String> =
        memory.notes.iter().map(|(path, note)| (path.clone(), note::render(note))).collect();
    // Where the branches cannot be looked at, the memory's own notes still can be rehearsed.
    let waiting = Review::open(&here.repo, &here.settings).map(|review| review.waiting).unwrap_or_default();
    for step in waiting.iter().flat_map(|waiting| &waiting.steps) {
        let proposed = step.after.as_deref().map(String::from_utf8_lossy);
        let is_new = !files.contains_key(&step.path);
        if let Some(text) = proposed.filter(|text| is_new && note::parse(text).is_ok()) {
            files.insert(step.path.clone(), text.into_owned());
        }
    }
    let is_about_a_mistake = |text: &str| {
        note::parse(text).is_ok_and(|note| {
            note.front.kind == Kind::Mistake && matches!(note.front.status, Status::Active | Status::Pinned)
        })
    };
    if asked.is_empty() {
        let mistakes = files.iter().filter(|(_, text)| is_about_a_mistake(text));
        return Ok(mistakes.map(|(path, text)| Subject::of(path, text)).collect());
    }
    let mut wanted: Vec<Subject> = Vec::new();
    for asked in asked {
        let path = naming::note(asked, here, dir)?;
        let Some(text) = files.get(&path) else {
            return Err(Usage(format!(
                "{path} neither stands nor waits for review, so there is nothing to rehearse: `git dream why {path}` says \
                 what has become of it"
            ))
            .into());
        };
        let subject = Subject::of(&path, text);
        if !wanted.contains(&subject) {
            wanted.push(subject);
        }
    }
    Ok(wanted)
}

fn tell(rehearsed: &Rehearsed, talk: &Talk) -> Result<()> {
    if talk.json {
        return talk.data_json(rehearsed);
    }
    talk.data(&output::text(rehearsed))?;
    if let Some(cost) = &rehearsed.cost {
        talk.say(&format!("{FAINT}{}{FAINT:#}", output::cost(cost, rehearsed)));
    }
    Ok(())
}
