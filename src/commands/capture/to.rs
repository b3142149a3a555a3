//! `git dream capture --to FILE`: digests as lines, for whoever dreams on many machines' sessions at once.
//!
//! Needs no repository. Any number of machines may each take a part of the same transcripts (`--shard`), without talking
//! to each other; `git dream run --digests` puts the parts together.

mod target;

use super::super::exit::Usage;
use super::super::run::tell_skipped;
use super::super::sources::SourceOptions;
use super::super::talk::{Talk, count};
use super::super::whereabouts;
use crate::cycle::export::{Exported, export};
use crate::session::Skipped;
use crate::session::shard::{Shard, name_below, plain_name};
use crate::settings::Settings;
use anyhow::{Context, Result};
use serde::Serialize;
use std::io::Read;
use std::path::{Path, PathBuf};
use target::Target;

/// What stands for standard input or output.
const STANDARD: &str = "-";

#[derive(clap::Args)]
pub(super) struct LinesOptions {
    /// Write the digests to this file, one JSON object a line, sorted by session; `-` is standard output
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    #[command(flatten)]
    sources: SourceOptions,
    /// Read the transcripts that are listed in this file, one path a line; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "sessions")]
    paths_from: Option<PathBuf>,
    /// Take only part I of N, counted from 0: the files whose names below the named folder hash to it. The N parts
    /// together are all files, and each is in one of them
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Print the names of the files instead of reading them; those of --paths-from need not be here
    #[arg(long, conflicts_with = "to")]
    list: bool,
    /// Take the settings from this file instead of the repository's `dream.toml`
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Wire<'a> {
    version: u32,
    to: String,
    shard: Option<Shard>,
    files: usize,
    sessions: Sessions,
    skipped: Vec<Lost<'a>>,
}

#[derive(Serialize)]
struct Sessions {
    read: u32,
    captured: usize,
    skipped: usize,
    unsettled: u32,
}

#[derive(Serialize)]
struct Lost<'a> {
    path: &'a str,
    line: Option<u64>,
    reason: &'a str,
}

impl LinesOptions {
    /// Whether this is what was asked for.
    pub(super) fn is_meant(&self) -> bool {
        self.to.is_some() || self.list
    }
}

pub(super) fn main(options: &LinesOptions, dir: &Path, talk: &Talk) -> Result<()> {
    let is_wanted = |name: &str| options.shard.is_none_or(|shard| shard.takes(name));
    let listed = options.paths_from.as_deref().map(|file| read_list(file, dir)).transpose()?;
    if let (true, Some(listed)) = (options.list, &listed) {
        return talk.data(&one_a_line(listed.iter().filter(|path| is_wanted(&whole_name(path)))));
    }
    options.sources.set_threads()?;
    let mut found = match &listed {
        Some(listed) => options.sources.find_listed(listed, dir)?,
        None => options.sources.find(dir)?,
    };
    let named = found.places().to_vec();
    let name = |path: &Path| if listed.is_some() { whole_name(path) } else { name_below(path, &named) };
    found.retain(|path| is_wanted(&name(path)));
    let Some(to) = options.to.as_deref() else {
        return talk.data(&one_a_line(found.transcripts()));
    };
    let settings = match &options.settings {
        Some(file) => settings_in(&dir.join(file))?,
        None => whereabouts::settings(dir)?,
    };
    let to = Target::of(to, dir, talk)?;
    talk.mention(&format!("{} found", count(found.len(), "transcript")));
    let bar = talk.bar("reading");
    let progress = |done: usize, of: usize| bar.at(done, of);
    let exported = export(&found.sources(&progress), options.shard, &settings.reading, name);
    drop(bar);
    to.write(&exported)?;
    tell(&exported, &to, talk);
    if talk.json {
        talk.data_json(&Wire::of(&exported, found.len(), &to))?;
    }
    Ok(())
}

/// What a listed file is called: all of what the list says.
fn whole_name(path: &Path) -> String {
    plain_name(&path.to_string_lossy())
}

fn one_a_line<'p>(paths: impl IntoIterator<Item = &'p PathBuf>) -> String {
    paths.into_iter().map(|path| format!("{}\n", path.display())).collect()
}

/// The paths in a list. Empty lines are none.
fn read_list(file: &Path, dir: &Path) -> Result<Vec<PathBuf>> {
    let mut bytes = Vec::new();
    if file == Path::new(STANDARD) {
        std::io::stdin().read_to_end(&mut bytes).context("cannot read the list on standard input")?;
    } else {
        let file = dir.join(file);
        bytes = std::fs::read(&file)
            .map_err(|error| Usage(format!("cannot read the list {}: {error}", file.display())))?;
    }
    let lines = String::from_utf8_lossy(&bytes).into_owned();
    Ok(lines.lines().filter(|line| !line.trim().is_empty()).map(PathBuf::from).collect())
}

/// The settings in a file that somebody named.
fn settings_in(file: &Path) -> Result<Settings> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Usage(format!("cannot read the settings in {}: {error}", file.display())))?;
    Ok(Settings::parse(&text)?)
}

/// What was done, for people.
fn tell(exported: &Exported, to: &Target, talk: &Talk) {
    let tally = &exported.tally;
    let of_shard = tally.shard.map(|shard| format!("part {shard}: ")).unwrap_or_default();
    talk.say(&format!(
        "{of_shard}{} read, {} written to {to}.",
        count(tally.read, "session"),
        count(exported.carried.len(), "digest")
    ));
    if tally.unsettled > 0 {
        talk.say(&format!("{} still being written: left for the next time.", count(tally.unsettled, "file")));
    }
    tell_skipped(&exported.skipped, talk);
}

impl<'a> Wire<'a> {
    fn of(exported: &'a Exported, files: usize, to: &Target) -> Wire<'a> {
        let Exported { carried, skipped, tally } = exported;
        let lost = |Skipped { path, line, reason }: &'a Skipped| Lost { path, line: *line, reason };
        let sessions = Sessions {
            read: tally.read,
            captured: carried.len(),
            skipped: skipped.len(),
            unsettled: tally.unsettled,
        };
        let skipped = skipped.iter().map(lost).collect();
        Wire { version: 1, to: to.to_string(), shard: tally.shard, files, sessions, skipped }
    }
}
