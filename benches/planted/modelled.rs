//! The same world dreamt with a model, beside the dream without one.

use crate::arguments::Arguments;
use crate::model::{MARKS, Mood, Served, tokens};
use crate::score::{self, Mark, Outcome};
use crate::truth::Truth;
use std::path::Path;

/// Tokens asked may be at most this share of those of sending the transcripts.
const MOST_TOKENS: f64 = 0.02;

/// What is compared.
pub(crate) struct Asked<'a> {
    pub mood: Mood,
    /// Of the transcripts.
    pub bytes: u64,
    pub truth: &'a Truth,
    /// The dream without a model.
    pub alone: &'a Outcome,
    pub folder: &'a Path,
}

/// What came of it.
pub(crate) struct Compared {
    seed: u64,
    mood: Mood,
    answers: u64,
    asked: u64,
    transcripts: u64,
    /// Plants found without a model and with it.
    found: [usize; 2],
    /// Notes that differ from those without a model.
    other: usize,
    /// Invented words in the repository's objects.
    landed: usize,
    refused: usize,
}

impl Asked<'_> {
    /// Dreams again in a memory of its own.
    pub(crate) fn compare(
        &self,
        binary: &Path,
        alone: &Mark,
        arguments: &Arguments,
    ) -> Result<Compared, String> {
        let served = Served::new(self.mood).map_err(|error| error.to_string())?;
        let folder = self.folder.join("modelled");
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let transcripts = folder.join("transcripts");
        std::fs::rename(self.folder.join("transcripts"), &transcripts).map_err(|error| error.to_string())?;
        let engine =
            ["--engine", "openai", "--model", "planted", "--base-url", &served.address, "--budget", "100M"];
        let pass: Vec<String> = arguments.pass.iter().cloned().chain(engine.map(str::to_owned)).collect();
        let outcome = score::drive::dream(binary, &folder, &pass, &arguments.settings)?;
        let mark = score::mark(self.truth, &outcome);
        let (answers, asked) = served.tally();
        let found = |mark: &Mark| {
            mark.mistakes_found + mark.workflows_found + mark.preferences_found + mark.conflicts_shown
        };
        let said = |outcome: &Outcome, path: &str| {
            outcome.notes.iter().find(|note| note.path == path).map(|note| note.text.clone())
        };
        let paths = self.alone.notes.iter().chain(&outcome.notes).map(|note| &note.path);
        let paths: std::collections::BTreeSet<&String> = paths.collect();
        let other = paths.into_iter().filter(|path| said(self.alone, path) != said(&outcome, path)).count();
        let holds = |mark: &&&str| outcome.bytes.windows(mark.len()).any(|part| part == mark.as_bytes());
        Ok(Compared {
            seed: mark.seed,
            mood: self.mood,
            answers,
            asked,
            transcripts: tokens(self.bytes),
            found: [found(alone), found(&mark)],
            other,
            landed: MARKS.iter().filter(holds).count(),
            refused: outcome.refused.len(),
        })
    }
}

/// Whether nothing invented landed, nothing was lost, and little was asked.
pub(crate) fn bounds_hold(compared: &[Compared]) -> bool {
    let sum = |of: fn(&Compared) -> u64| compared.iter().map(of).sum::<u64>() as f64;
    let few = sum(|one| one.asked) <= MOST_TOKENS * sum(|one| one.transcripts);
    few && compared.iter().all(|one| one.landed == 0 && one.other == 0 && one.found[1] >= one.found[0])
}

/// One line a seed, and all of them together; nothing where no model was served.
pub(crate) fn table(compared: &[Compared]) -> Vec<String> {
    if compared.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![
        "with a model   answers  refused    tokens asked  of transcripts   share   found alone/with   notes that differ   invented".to_owned(),
    ];
    let share = |asked: u64, of: u64| 100.0 * asked as f64 / of.max(1) as f64;
    for Compared { seed, mood, answers, asked, transcripts, found, other, landed, refused } in compared {
        lines.push(format!(
            "{seed:<6} {:<6}  {answers:>7}  {refused:>7}  {asked:>14}  {transcripts:>14}  {:>5.2} %       {:>5}/{:<5}   {other:>17}   {landed:>8}",
            format!("{mood:?}").to_lowercase(), share(*asked, *transcripts), found[0], found[1],
        ));
    }
    let sum = |of: fn(&Compared) -> u64| compared.iter().map(of).sum::<u64>();
    lines.push(format!(
        "all            {:>7}           {:>14}  {:>14}  {:>5.2} %   (bound: {} %, and nothing that differs or was invented)",
        sum(|one| one.answers),
        sum(|one| one.asked),
        sum(|one| one.transcripts),
        share(sum(|one| one.asked), sum(|one| one.transcripts)),
        100.0 * MOST_TOKENS,
    ));
    lines
}
