//! Options that say which sessions to read; every command that reads some shares them.

use super::exit::Usage;
use super::whereabouts;
use crate::cycle::gather::Sources;
use crate::cycle::gather::entire::{self, BRANCH};
use crate::digest::lines;
use crate::repo::Repo;
use crate::session::outcomes::Outcomes;
use crate::session::{Skipped, discover};
use anyhow::Result;
use std::path::{Path, PathBuf};

/// A machine that is asked for more of them does nothing but start threads.
const MOST_THREADS: i64 = 256;

#[derive(clap::Args, Default)]
pub(super) struct SourceOptions {
    /// Read these transcripts, or folders of them, instead of this user's own
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub(super) sessions: Vec<PathBuf>,
    /// Take outcomes from this file: JSON lines or CSV with a session's id or file name, an outcome from 0 to 1,
    /// and perhaps a job
    #[arg(long, value_name = "FILE")]
    pub(super) outcomes: Option<PathBuf>,
    /// Read with this many threads, 256 at most; 0 is one a core
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(..=MOST_THREADS))]
    pub(super) threads: u16,
}

/// Sessions that lie elsewhere than in files of transcripts.
#[derive(clap::Args, Default)]
pub(super) struct DigestOptions {
    /// Take in digests that `git dream capture --to` wrote, on this machine or on others: files, or folders of them;
    /// transcripts are read beside them only where --sessions names some
    #[arg(long, value_name = "PATH", num_args = 1..)]
    digests: Vec<PathBuf>,
    /// Read the transcripts that Entire keeps on the branch entire/checkpoints/v1 of this repository, or of the one you
    /// stand in; others only where --sessions names some
    #[arg(long, value_name = "REPO", num_args = 0..=1, default_missing_value = ".")]
    entire: Option<PathBuf>,
}

impl DigestOptions {
    /// The git folder of the repository with Entire's branch, if one is named.
    ///
    /// Errors: it has no such branch.
    fn entire(&self, dir: &Path) -> Result<Option<PathBuf>> {
        let Some(named) = &self.entire else { return Ok(None) };
        let repo = Repo::open(&dir.join(named))?;
        if entire::tips(&repo)?.is_empty() {
            return Err(Usage(format!(
                "{} has no branch {BRANCH}: fetch it with `git fetch origin {BRANCH}:{BRANCH}`",
                named.display()
            ))
            .into());
        }
        Ok(Some(repo.git_dir().to_owned()))
    }
}

/// The transcripts that the options name, or that this user's agents left.
pub(super) struct Found {
    transcripts: Vec<PathBuf>,
    digests: Vec<PathBuf>,
    entire: Option<PathBuf>,
    usage: PathBuf,
    skipped: Vec<Skipped>,
    outcomes: Option<Outcomes>,
    looked_in: Vec<PathBuf>,
    found: bool,
}

impl SourceOptions {
    /// Finds the transcripts. Paths are taken as seen from `dir`.
    ///
    /// Errors: a named path that is not there.
    pub(super) fn find(&self, dir: &Path) -> Result<Found> {
        self.find_beside(&DigestOptions::default(), dir)
    }

    /// The same, with digests that come ready made. Where there are some, this user's own transcripts are not looked for.
    ///
    /// Errors: a named path that is not there.
    pub(super) fn find_beside(&self, ready_made: &DigestOptions, dir: &Path) -> Result<Found> {
        let (outcomes, mut skipped) = self.read_outcomes(dir)?;
        let ready = there(&ready_made.digests, "--digests", dir)?;
        let (digests, more) = lines::find(&ready);
        skipped.extend(more);
        let entire = ready_made.entire(dir)?;
        let usage = whereabouts::places().usage();
        if self.sessions.is_empty() && ready.is_empty() && entire.is_none() {
            let home = std::env::home_dir().unwrap_or_default();
            let looked_in = whereabouts::homes(&home).transcripts();
            let there: Vec<PathBuf> = looked_in.iter().filter(|folder| folder.is_dir()).cloned().collect();
            let (transcripts, more) = discover::expand(&there);
            skipped.extend(more);
            return Ok(Found {
                transcripts,
                digests,
                entire,
                usage,
                skipped,
                outcomes,
                looked_in,
                found: true,
            });
        }
        let mut named = there(&self.sessions, "--sessions", dir)?;
        let (transcripts, more) = discover::expand(&named);
        skipped.extend(more);
        named.extend(ready);
        named.extend(entire.clone());
        Ok(Found { transcripts, digests, entire, usage, skipped, outcomes, looked_in: named, found: false })
    }

    /// The transcripts that a list names. One that is not there is skipped and told: lists grow old.
    pub(super) fn find_listed(&self, listed: &[PathBuf], dir: &Path) -> Result<Found> {
        let (outcomes, mut skipped) = self.read_outcomes(dir)?;
        let looked_in: Vec<PathBuf> = listed.iter().map(|path| dir.join(path)).collect();
        let (transcripts, more) = discover::expand(&looked_in);
        skipped.extend(more);
        Ok(Found {
            transcripts,
            digests: Vec::new(),
            entire: None,
            usage: whereabouts::places().usage(),
            skipped,
            outcomes,
            looked_in,
            found: false,
        })
    }

    /// Reads the file of outcomes, if one is named, with the rows of it that say nothing.
    fn read_outcomes(&self, dir: &Path) -> Result<(Option<Outcomes>, Vec<Skipped>)> {
        let Some(file) = self.outcomes.as_ref().map(|file| dir.join(file)) else {
            return Ok((None, Vec::new()));
        };
        if !file.is_file() {
            let what = if file.is_dir() { "is a folder" } else { "is not there" };
            return Err(
                Usage(format!("{} {what}: look at --outcomes, which takes a file", file.display())).into()
            );
        }
        let (outcomes, skipped) = Outcomes::read(&file);
        Ok((Some(outcomes), skipped))
    }

    /// Has everything that is done in parallel use as many threads as asked for. Once a process.
    pub(super) fn set_threads(&self) -> Result<()> {
        Ok(rayon::ThreadPoolBuilder::new().num_threads(self.threads.into()).build_global()?)
    }
}

/// Paths as seen from `dir`, if all of them are there; `option` named them.
fn there(named: &[PathBuf], option: &str, dir: &Path) -> Result<Vec<PathBuf>> {
    let named: Vec<PathBuf> = named.iter().map(|path| dir.join(path)).collect();
    match named.iter().find(|path| !path.exists()) {
        None => Ok(named),
        Some(missing) => {
            Err(Usage(format!("there is no file or folder {}: look at {option}", missing.display())).into())
        }
    }
}

impl Found {
    /// The transcripts, sorted.
    pub(super) fn transcripts(&self) -> &[PathBuf] {
        &self.transcripts
    }

    /// How many transcripts there are.
    pub(super) fn len(&self) -> usize {
        self.transcripts.len()
    }

    /// Whether their sessions are said to be over: what is named is meant as it is.
    pub(super) fn are_over(&self) -> bool {
        !self.found
    }

    /// Whether there is nothing to read.
    pub(super) fn is_empty(&self) -> bool {
        self.transcripts.is_empty() && self.digests.is_empty() && self.entire.is_none()
    }

    /// Leaves only the transcripts that are wanted.
    pub(super) fn retain(&mut self, is_wanted: impl Fn(&Path) -> bool) {
        self.transcripts.retain(|path| is_wanted(path));
    }

    /// The files and folders that were looked in.
    pub(super) fn places(&self) -> &[PathBuf] {
        &self.looked_in
    }

    /// What could not be found among what was named.
    pub(super) fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// Where they were looked for.
    pub(super) fn looked_in(&self) -> String {
        let places: Vec<String> = self.looked_in.iter().map(|place| place.display().to_string()).collect();
        places.join(", ")
    }

    /// As the cycle takes them.
    pub(super) fn sources<'a>(&'a self, progress: &'a (dyn Fn(usize, usize) + Sync)) -> Sources<'a> {
        let Found { transcripts, digests, entire, usage, skipped, outcomes, found, .. } = self;
        let (entire, usage, outcomes, found) = (entire.as_deref(), Some(&**usage), outcomes.as_ref(), *found);
        Sources { transcripts, digests, entire, usage, skipped, outcomes, found, progress }
    }
}
