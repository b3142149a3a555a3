//! The tool `recall`: the notes that answer a question, or that an error message is about.

use super::reach::Reached;
use super::tools::{Answer, Asked};
use super::{Told, note};
use crate::learning::author::quote::one_line;
use crate::recall::{Hit, Recall};
use crate::usage::How;
use rmcp::schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// Notes that are given without a limit.
const USUAL: i64 = 5;
/// Most notes that are given.
const MOST: i64 = 20;
/// Longest question that is searched for whole, bytes; of a longer one its beginning and its end are.
const LONGEST: usize = 64 << 10;
/// Most words that say why a note was found.
const MOST_WORDS: usize = 8;

/// What is asked for.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct Question {
    /// What to look for: words, or an error message exactly as it was printed, all of it.
    query: String,
    /// Most notes to give, 1 to 20; 5 where it is left out.
    #[serde(default)]
    #[schemars(range(min = 1, max = 20))]
    limit: Option<i64>,
}

/// What was found.
#[derive(Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct Found {
    /// How many notes were searched.
    searched: usize,
    /// The notes, best first.
    notes: Vec<Match>,
}

/// A note that was found.
#[derive(Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
struct Match {
    /// Its path; `read_note` gives all of it.
    path: String,
    /// `mistake`, `playbook` or `preference`.
    kind: String,
    /// Its rule in a sentence.
    rule: String,
    /// Why it was found.
    why: String,
    /// The line of it that is closest to what was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<String>,
}

pub(super) fn answer(question: &Question, asked: &Asked) -> Result<Answer, Told> {
    let query = question.query.trim();
    if query.is_empty() {
        return Err(Told("`query` is empty: give words, or an error message as it was printed".to_owned()));
    }
    let limit = question.limit.unwrap_or(USUAL);
    if !(1..=MOST).contains(&limit) {
        return Err(Told(format!("`limit` is {limit}: give a number from 1 to {MOST}, or leave it out")));
    }
    let reached = asked.reach()?;
    let (searched, hits) = search(&reached, query, limit as usize)?;
    let notes: Vec<Match> = hits.iter().map(found).collect();
    asked.keep(How::Shown, notes.iter().map(|found| &found.path));
    let found = Found { searched, notes };
    Ok(Answer::of(text(&found), &found))
}

/// How many notes there are, and those that answer best.
pub(super) fn search(reached: &Reached, query: &str, most: usize) -> Result<(usize, Vec<Hit>), Told> {
    let nearest = &reached.nearest;
    let recall = Recall::open(&nearest.repo, nearest.at, &nearest.settings.memory.root)?;
    Ok((recall.notes(), recall.ask(&bounded(query), most)?))
}

/// The beginning and the end of a long question: error messages say what is wrong in either.
fn bounded(query: &str) -> String {
    if query.len() <= LONGEST {
        return query.to_owned();
    }
    let start = query.floor_char_boundary(LONGEST / 2);
    let end = query.ceil_char_boundary(query.len() - LONGEST / 2);
    format!("{}\n{}", query.get(..start).unwrap_or_default(), query.get(end..).unwrap_or_default())
}

fn found(hit: &Hit) -> Match {
    let plain = |text: &str| note::shown(one_line(text).as_bytes()).text;
    let words: Vec<String> = hit.words.iter().take(MOST_WORDS).map(|word| plain(word)).collect();
    let why = match hit.is_its_message {
        true => "the question holds the error message that it is about".to_owned(),
        false => format!("it has {}", words.join(", ")),
    };
    Match {
        path: plain(&hit.note),
        kind: note::kind(&hit.note).to_owned(),
        rule: plain(&hit.rule),
        why,
        line: hit.line.as_deref().map(|line| plain(line.trim())).filter(|line| !line.is_empty()),
    }
}

/// The same for reading.
fn text(found: &Found) -> String {
    if found.notes.is_empty() {
        return match found.searched {
            0 => "The memory has no notes yet.".to_owned(),
            notes => format!("None of the {notes} notes is about this."),
        };
    }
    let mut text = String::new();
    for Match { path, rule, why, line, .. } in &found.notes {
        let _ = writeln!(text, "{path}\n  {rule}");
        if let Some(line) = line {
            let _ = writeln!(text, "  > {line}");
        }
        let _ = writeln!(text, "  ({why})\n");
    }
    text.push_str("`read_note` with a path gives the whole note.\n");
    text
}
