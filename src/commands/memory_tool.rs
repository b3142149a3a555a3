//! `git dream memory-tool`: Anthropic's memory tool for an agent, one JSON line a call.

use super::exit::Usage;
use super::talk::Talk;
use super::whereabouts;
use super::writable::Writable;
use crate::memory_tool::{self, Answer, Desk};
use crate::usage::{self, How, Used};
use anyhow::{Context, Result};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;

/// Serve Anthropic's memory tool over the memory: JSON lines of tool inputs in, JSON lines of results out
#[derive(clap::Args)]
#[command(
    after_long_help = "Reads one tool input a line (`view`, `create`, `str_replace`, `insert`, `delete`, \
    `rename`) and writes `{content, is_error}` for each, until the input ends. What is written waits on the agent's own \
    branch under dream/ for `git dream review`."
)]
pub(super) struct Options {
    /// Whose notes these are: the agent's name
    #[arg(long, value_name = "NAME")]
    agent: String,
    /// The session that the agent writes in, as the agent calls it
    #[arg(long, value_name = "ID")]
    session: Option<String>,
    /// Moment that notes and commits are dated with, for example 2026-01-31T02:00:00Z
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
}

/// Longest line that is looked at, bytes: far more than a note may have.
const LONGEST: u64 = 8 << 20;

pub(super) fn main(options: &Options, dir: &Path, talk: &Talk) -> Result<()> {
    if !options.agent.chars().any(|c| c.is_ascii_alphanumeric()) {
        return Err(Usage(
            "--agent needs a name with a letter in it, as in `--agent claude-code`".to_owned(),
        )
        .into());
    }
    let places = whereabouts::places();
    let memory = Writable::find(dir, &places, false, whereabouts::now(options.now.as_deref())?)?;
    let writer = memory_tool::writer(&options.agent, options.session.as_deref());
    let mut desk = Desk::open(memory.repo(), memory.settings(), &writer)?;
    let mut input = BufReader::new(std::io::stdin().lock());
    let mut output = std::io::stdout().lock();
    while let Some(line) = next(&mut input)? {
        let at = whereabouts::now(options.now.as_deref())?;
        let answer = match line {
            Line::Empty => continue,
            Line::TooLong => Answer {
                content: format!("A line has more than {} MiB: say less at once", LONGEST >> 20),
                is_error: true,
                opened: None,
            },
            Line::Text(line) => desk.answer(&line, at),
        };
        if let (Some(session), Some(note)) = (&options.session, &answer.opened) {
            let used = Used { session: session.clone(), at, how: How::Opened, notes: vec![note.clone()] };
            // Whether it was noted is no matter for who wants to read.
            let _ = usage::keep(&places.usage(), &used);
        }
        let mut text = serde_json::to_vec(&answer)?;
        text.push(b'\n');
        output.write_all(&text).and_then(|()| output.flush()).context("cannot write to standard output")?;
    }
    memory.share(&writer.by, options.now.as_deref(), talk)
}

enum Line {
    Text(Vec<u8>),
    Empty,
    TooLong,
}

/// The next line; `None` at the end. One that is too long is read over.
fn next(input: &mut impl BufRead) -> Result<Option<Line>> {
    let failed = "cannot read standard input";
    let mut line = Vec::new();
    let read = input.by_ref().take(LONGEST).read_until(b'\n', &mut line).context(failed)?;
    if read == 0 {
        return Ok(None);
    }
    if read as u64 == LONGEST && !line.ends_with(b"\n") {
        loop {
            let mut rest = Vec::new();
            let more = input.by_ref().take(LONGEST).read_until(b'\n', &mut rest).context(failed)?;
            if more == 0 || rest.ends_with(b"\n") {
                return Ok(Some(Line::TooLong));
            }
        }
    }
    Ok(Some(if line.trim_ascii().is_empty() { Line::Empty } else { Line::Text(line) }))
}
