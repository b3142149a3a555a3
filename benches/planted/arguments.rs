//! The command line of the exam.

use crate::model::Mood;
use std::path::PathBuf;

/// What was asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Arguments {
    /// Seeds to run.
    pub seeds: Vec<u64>,
    /// Sessions a world.
    pub sessions: usize,
    /// Vocabulary files; a seed takes the one at its number modulo their count.
    pub vocabularies: Vec<PathBuf>,
    /// Where worlds and memories stay; otherwise they go to a folder that is deleted.
    pub keep: Option<PathBuf>,
    /// Lists misses and false positives.
    pub verbose: bool,
    /// Writes transcripts and truth into this folder and stops.
    pub generate: Option<PathBuf>,
    /// With `generate`: this many sessions, from as many worlds as it takes, without truth.
    pub scale: Option<usize>,
    /// The program to examine.
    pub binary: Option<PathBuf>,
    /// Arguments handed on to `git-dream run`.
    pub pass: Vec<String>,
    /// Settings that differ from the defaults, as `key=value`.
    pub settings: Vec<String>,
    /// Dreams with this model, too, and compares.
    pub model: Option<Mood>,
    /// Whether `cargo bench` started this.
    pub bench: bool,
}

/// Help.
pub(crate) const USAGE: &str = "\
cargo bench --bench planted -- [OPTIONS]

Plants patterns in generated transcripts, lets git-dream find them, and scores what it found.
Exits with 1 when a bound is missed.

  --seeds A..B | A,B,C   seeds, both ends included (default 1001..1010; develop on 1..20)
  --sessions N           sessions a world (default 240)
  --vocabulary FILE      a vocabulary; may be given several times (default: all in benches/data)
  --keep DIR             keep transcripts, truth and memories there
  --verbose              list misses and false positives
  --binary FILE          the program to examine (default: the one cargo built)
  --pass ARG             an argument for `git-dream run`; may be given several times
  --model silent|lying   dream with a model served here, too: what it was asked beside what the transcripts hold, and
                         whether anything it invented lands
  --setting KEY=VALUE    a line of dream.toml to change, for comparison; the bounds are for the defaults
  --generate DIR         only write transcripts and truth.json there, for the first seed
  --scale N              with --generate: N sessions from many seeds, without truth";

impl Arguments {
    /// Reads the command line, without the program's name.
    pub(crate) fn parse(words: impl Iterator<Item = String>) -> Result<Arguments, String> {
        let mut arguments = Arguments { sessions: 240, ..Arguments::default() };
        let mut words = words;
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
            match word.as_str() {
                "--seeds" => arguments.seeds = seeds(&value()?)?,
                "--sessions" => arguments.sessions = number(&value()?)?,
                "--vocabulary" => arguments.vocabularies.push(value()?.into()),
                "--keep" => arguments.keep = Some(value()?.into()),
                "--verbose" | "-v" => arguments.verbose = true,
                "--binary" => arguments.binary = Some(value()?.into()),
                "--pass" => arguments.pass.push(value()?),
                "--setting" => arguments.settings.push(value()?),
                "--model" => arguments.model = Some(mood(&value()?)?),
                "--generate" => arguments.generate = Some(value()?.into()),
                "--scale" => arguments.scale = Some(number(&value()?)?),
                "--bench" => arguments.bench = true,
                other => return Err(format!("unknown argument {other}\n\n{USAGE}")),
            }
        }
        if arguments.seeds.is_empty() {
            arguments.seeds = (1001..=1010).collect();
        }
        if arguments.sessions < 60 {
            return Err("a world needs at least 60 sessions to hold all plants".to_owned());
        }
        Ok(arguments)
    }
}

fn mood(text: &str) -> Result<Mood, String> {
    match text {
        "silent" => Ok(Mood::Silent),
        "lying" => Ok(Mood::Lying),
        _ => Err(format!("{text} is no model: silent or lying")),
    }
}

fn number(text: &str) -> Result<usize, String> {
    text.replace('_', "").parse().map_err(|_| format!("{text} is no number"))
}

fn seeds(text: &str) -> Result<Vec<u64>, String> {
    let one = |part: &str| part.trim().parse::<u64>().map_err(|_| format!("{part} is no seed"));
    match text.split_once("..") {
        Some((first, last)) => Ok((one(first)?..=one(last.trim_start_matches('='))?).collect()),
        None => text.split(',').map(one).collect(),
    }
}
