//! `git dream recall`: the notes that answer a question, or that an error message is about.

use super::exit::Usage;
use super::talk::{FAINT, STRONG, Talk};
use super::whereabouts::{self, Whereabouts};
use crate::cycle::Target;
use crate::learning::author::quote;
use crate::nearest::{self, Nearest};
use crate::recall::{Hit, Recall};
use anyhow::{Context, Result};
use serde::Serialize;
use std::fmt::Write;
use std::io::{IsTerminal, Read};
use std::path::Path;

/// Search the notes
#[derive(clap::Args)]
pub(super) struct Options {
    /// The question in words, or an error message as it was printed; without it, standard input is read
    #[arg(value_name = "QUESTION")]
    question: Vec<String>,
    /// Most notes to show
    #[arg(short = 'n', long, value_name = "N", default_value_t = 5)]
    limit: usize,
}

/// Longest question that is taken from standard input, bytes.
const LONGEST: u64 = 4 << 20;
/// Most words that are shown to say why a note matches.
const MOST_WORDS: usize = 8;

#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    target: &'a str,
    notes: usize,
    hits: &'a [Hit],
}

pub(super) fn main(options: &Options, dir: &Path, talk: &Talk) -> Result<()> {
    let question = question(&options.question)?;
    let Nearest { repo, settings, branch, at, .. } = memory(dir)?;
    let recall = Recall::open(&repo, at, &settings.memory.root)?;
    let hits = recall.ask(&question, options.limit)?;
    if talk.json {
        let answer = Answer { version: 1, target: &branch, notes: recall.notes(), hits: &hits };
        return talk.data_json(&answer);
    }
    if hits.is_empty() {
        talk.say(&match recall.notes() {
            0 => format!("There are no notes on {branch} yet."),
            notes => format!("None of the {notes} notes on {branch} has a word of this."),
        });
    }
    talk.data(&text(&hits))
}

/// The memory that is for who works here, else whatever the repository holds.
fn memory(dir: &Path) -> Result<Nearest> {
    if let Some(nearest) = nearest::find(dir, &whereabouts::places())? {
        return Ok(nearest);
    }
    let Whereabouts { repo, settings } = whereabouts::find(dir)?;
    let target = Target::find(&repo, &settings)?;
    let at = target.commit()?;
    Ok(Nearest { repo, settings, branch: target.branch, at, connected: None })
}

/// What is asked: the words of the command line, else standard input.
fn question(words: &[String]) -> Result<String> {
    let mut question = words.join(" ");
    if question == "-" || words.is_empty() {
        let stdin = std::io::stdin();
        if words.is_empty() && stdin.is_terminal() {
            return Err(
                Usage("say what to look for, as in `git dream recall payment amount`".to_owned()).into()
            );
        }
        let mut bytes = Vec::new();
        stdin.take(LONGEST).read_to_end(&mut bytes).context("cannot read standard input")?;
        question = String::from_utf8_lossy(&bytes).into_owned();
    }
    if question.trim().is_empty() {
        return Err(Usage("the question is empty: say what to look for".to_owned()).into());
    }
    Ok(question)
}

fn text(hits: &[Hit]) -> String {
    let mut text = String::new();
    for Hit { note, rule, is_its_message, words, line, .. } in hits {
        let _ = writeln!(text, "{STRONG}{}{STRONG:#}", quote::one_line(note));
        let _ = writeln!(text, "  {}", quote::one_line(rule));
        if let Some(line) = line {
            let _ = writeln!(text, "  {FAINT}> {}{FAINT:#}", quote::one_line(line.trim()));
        }
        let shown: Vec<&str> = words.iter().take(MOST_WORDS).map(String::as_str).collect();
        let why = match is_its_message {
            true => "its error message".to_owned(),
            false => format!("has {}", shown.join(", ")),
        };
        let _ = writeln!(text, "  {FAINT}{}{FAINT:#}\n", quote::one_line(&why));
    }
    text
}
