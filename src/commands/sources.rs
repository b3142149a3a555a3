//! Options that say which sessions to read; `run` and `audit` share them.

use super::exit::Usage;
use crate::cycle::gather::Sources;
use crate::session::{Skipped, discover};
use anyhow::Result;
use std::path::{Path, PathBuf};

#[derive(clap::Args, Default)]
pub(super) struct SourceOptions {
    /// Read these transcripts, or folders of them, instead of this user's own
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub(super) sessions: Vec<PathBuf>,
    /// Take outcomes from this file: JSON lines or CSV with a session's id or file name, an outcome from 0 to 1,
    /// and perhaps a job
    #[arg(long, value_name = "FILE")]
    pub(super) outcomes: Option<PathBuf>,
    /// Read with this many threads; 0 is one a core
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) threads: usize,
}

/// The transcripts that the options name, or that this user's agents left.
pub(super) struct Found {
    transcripts: Vec<PathBuf>,
    skipped: Vec<Skipped>,
    found: bool,
}

impl SourceOptions {
    /// Finds the transcripts. Paths are taken as seen from `dir`.
    ///
    /// Errors: a named path that is not there.
    pub(super) fn find(&self, dir: &Path) -> Result<Found> {
        if self.sessions.is_empty() {
            let home = std::env::home_dir().unwrap_or_default();
            let folders = discover::of_user(&home, |name| std::env::var_os(name));
            let (transcripts, skipped) = discover::expand(&folders);
            return Ok(Found { transcripts, skipped, found: true });
        }
        let named: Vec<PathBuf> = self.sessions.iter().map(|path| dir.join(path)).collect();
        if let Some(missing) = named.iter().find(|path| !path.exists()) {
            return Err(Usage(format!("there is no file or folder {}: look at --sessions", missing.display())).into());
        }
        let (transcripts, skipped) = discover::expand(&named);
        Ok(Found { transcripts, skipped, found: false })
    }

    /// Runs `work` on as many threads as asked for.
    pub(super) fn on_threads<T: Send>(&self, work: impl FnOnce() -> T + Send) -> Result<T> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads).build()?;
        Ok(pool.install(work))
    }
}

impl Found {
    /// How many transcripts there are.
    pub(super) fn len(&self) -> usize {
        self.transcripts.len()
    }

    /// As the cycle takes them.
    pub(super) fn sources<'a>(&'a self, progress: &'a (dyn Fn(usize, usize) + Sync)) -> Sources<'a> {
        Sources { transcripts: &self.transcripts, skipped: &self.skipped, found: self.found, progress }
    }
}
