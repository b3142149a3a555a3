//! `git dream context`: the block to put in front of a session.

use super::talk::{Talk, count};
use super::whereabouts::{self, here};
use crate::context::{self, Asked, Context};
use crate::usage::{self, How, Used};
use anyhow::Result;
use serde::Serialize;

/// Print what to put in front of a session: the rules that hold for it, within a budget
#[derive(clap::Args)]
pub(super) struct Options {
    /// Most tokens (bytes / 4); without it, the budget of MEMORY.md
    #[arg(long, value_name = "TOKENS")]
    budget: Option<u32>,
    /// The agent that it is for, as in `claude-code`: takes in what is its own and leaves out what is other agents'
    #[arg(long, value_name = "NAME")]
    agent: Option<String>,
    /// Files that the work is about: what names them comes first
    #[arg(long, value_name = "PATH", num_args = 1..)]
    paths: Vec<String>,
    /// The session that it is for, as its agent calls it: what it was shown is kept for the next dream
    #[arg(long, value_name = "ID")]
    session: Option<String>,
}

/// Version of what `--json` prints.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    target: Option<&'a str>,
    notes: Vec<Shown<'a>>,
    tokens: usize,
    left_out: usize,
    text: &'a str,
}

#[derive(Serialize)]
struct Shown<'a> {
    note: &'a str,
    rule: &'a str,
}

pub(super) fn main(options: &Options, dir: &std::path::Path, talk: &Talk) -> Result<()> {
    let folder = here(dir)?;
    let places = whereabouts::places();
    let nearest = whereabouts::nearest(&folder, &places)?;
    let context = match &nearest {
        Some(nearest) => {
            let budget = options.budget.unwrap_or(nearest.settings.memory.budget) as usize;
            let agent = options.agent.as_deref();
            context::of(nearest, &Asked { folder: &folder, agent, paths: &options.paths, budget })?
        }
        None => Context::default(),
    };
    if talk.json {
        let notes = context.notes.iter().map(|(note, rule)| Shown { note, rule });
        talk.data_json(&Answer {
            version: VERSION,
            target: nearest.as_ref().map(|nearest| nearest.branch.as_str()),
            notes: notes.collect(),
            tokens: context.tokens,
            left_out: context.left_out,
            text: &context.text,
        })?;
    } else {
        talk.data(&context.text)?;
    }
    if context.text.is_empty() {
        talk.say(&match (&nearest, context.left_out) {
            (None, _) => {
                "There is no memory for this folder: connect its project with `git dream connect`, or make a \
                          memory with `git dream init`."
                    .to_owned()
            }
            (Some(_), 0) => "The memory has nothing for this session yet.".to_owned(),
            (Some(_), notes) => {
                format!(
                    "The budget has no room for any of {}: give more with --budget.",
                    count(notes, "note")
                )
            }
        });
    }
    let Some(session) = options.session.as_ref().filter(|_| !context.notes.is_empty()) else { return Ok(()) };
    let notes = context.notes.into_iter().map(|(note, _)| note).collect();
    let at = whereabouts::now(None)?;
    usage::keep(&places.usage(), &Used { session: session.clone(), at, how: How::Shown, notes })
}
