//! A memory that lies elsewhere, written to: a bare repository of the user's own for each, in which what an agent or an
//! import proposes is made, and from which it is taken to the memory's remote.
//!
//! Reading alone needs no more than [`crate::nearest::copy`]; whoever proposes something needs the ledger and the branches,
//! too. Nobody who writes waits for the network, but for the first time: what is here may be a while old, and what is
//! written goes there afterwards, with [`Away::share`]. Refuses to decide anything and to push over anybody.

use crate::capture::places::Places;
use crate::exchange::{Exchange, Pushed};
use crate::ledger::Ledger;
use crate::nearest::copy::settings_at;
use crate::remote::Remote;
use crate::repo::Repo;
use crate::settings::Settings;
use crate::unusable::Unusable;
use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// What the memory's remote is called in the repository.
const REMOTE: &str = "origin";
/// Where the remote's default branch is kept.
const DEFAULT: &str = "refs/dream-remote/default";
/// The file with the name of the remote's default branch, written when it was looked at.
const LOOKED: &str = "looked";
/// How old what is here may be before it is looked at again.
const OLD: Duration = Duration::from_secs(60 * 60);
/// How long the remote is waited for where there is something to go on with.
const PATIENCE: Duration = Duration::from_secs(10);

/// The repository, with the settings of the memory.
pub struct Away {
    /// The repository.
    pub repo: Repo,
    /// The memory's settings; its branch is named in them, whether or not dream.toml does.
    pub settings: Settings,
    folder: PathBuf,
}

impl Away {
    /// The repository for the memory at this address. What is here is brought up to date where it is old, or where
    /// `fresh` asks for it.
    ///
    /// Errors: the remote fails ([`crate::remote::Failure`]) and nothing is here yet, or `fresh` was asked for; it has no
    /// branch.
    pub fn open(places: &Places, memory: &str, fresh: bool, now: Timestamp) -> Result<Away> {
        let folder = Places::of_memory(&places.away(), memory);
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        let repo = Repo::bare(&folder)?;
        repo.point_at(REMOTE, memory)?;
        let mut away = Away { repo, settings: Settings::default(), folder };
        let looked = away.folder.join(LOOKED);
        let default = std::fs::read_to_string(&looked).ok().filter(|name| !name.is_empty());
        let at = std::fs::metadata(&looked).and_then(|found| found.modified());
        let age = at.ok().and_then(|at| SystemTime::now().duration_since(at).ok());
        match default {
            Some(default) if !fresh => {
                away.read_settings(&default)?;
                if age.is_none_or(|age| age > OLD) {
                    // There is something to go on with, and sharing will tell what is wrong.
                    let _ = away.bring(now, Some(PATIENCE));
                }
            }
            _ => away.bring(now, None)?,
        }
        Ok(away)
    }

    /// Takes what this author proposed, and nobody has seen, to the remote; the branches that are there now.
    ///
    /// Errors: the remote fails ([`crate::remote::Failure`]); then sharing once more goes on from there.
    pub fn share(&self, by: &str, now: Timestamp) -> Result<Vec<String>> {
        let mut shared = Vec::new();
        let (cycles, _) = Ledger::open(&self.repo)?.cycles()?;
        for cycle in cycles.iter().filter(|cycle| cycle.by.as_deref() == Some(by)) {
            let Some(branch) = &cycle.branch else { continue };
            let is_here = self.repo.resolve(&format!("refs/heads/{branch}"))?.is_some();
            if !is_here || self.repo.upstream(branch)?.is_some() {
                continue;
            }
            let remote = self.remote(None)?;
            let exchange = self.exchange(&remote, now);
            exchange.fetch()?;
            match exchange.share(Some(branch))?.branch {
                Some(Pushed::Reviewed | Pushed::Closed) => {
                    bail!(
                        "{branch} is at the memory already, and is somebody else's: what was written waits here"
                    )
                }
                _ => shared.push(branch.clone()),
            }
        }
        Ok(shared)
    }

    fn bring(&mut self, now: Timestamp, patience: Option<Duration>) -> Result<()> {
        let remote = self.remote(patience)?;
        let branches = remote.list(&["refs/heads/*"])?;
        if branches.is_empty() {
            return Err(Unusable(
                "the memory has no branch yet: run `git dream init` there and push it".to_owned(),
            )
            .into());
        }
        remote.fetch(&[format!("+HEAD:{DEFAULT}")])?;
        let tip = self.repo.resolve(DEFAULT)?;
        let named = branches
            .iter()
            .filter(|(_, at)| Some(**at) == tip)
            .map(|(name, _)| name.trim_start_matches("refs/heads/"));
        let mut named: Vec<&str> = named.collect();
        named.sort_by_key(|name| (!matches!(*name, "main" | "master" | "trunk"), *name));
        let default = named.first().copied().unwrap_or("main");
        self.read_settings(default)?;
        let remote = self.remote(patience)?;
        self.exchange(&remote, now).fetch()?;
        let looked = self.folder.join(LOOKED);
        std::fs::write(&looked, default).with_context(|| format!("cannot write {}", looked.display()))
    }

    /// Reads the settings that the remote's default branch holds; that is the memory's where they name none.
    fn read_settings(&mut self, default: &str) -> Result<()> {
        self.settings = settings_at(&self.repo, self.repo.resolve(DEFAULT)?)?;
        if self.settings.memory.target.is_empty() {
            self.settings.memory.target = default.to_owned();
        }
        Ok(())
    }

    fn remote(&self, patience: Option<Duration>) -> Result<Remote<'_>> {
        let found = Remote::find(&self.repo, Some(REMOTE), &self.settings.memory.target)?;
        let remote = found.context("the memory's remote is gone")?;
        Ok(match patience {
            Some(patience) => remote.within(patience),
            None => remote,
        })
    }

    fn exchange<'a>(&'a self, remote: &'a Remote<'a>, now: Timestamp) -> Exchange<'a> {
        let target = &self.settings.memory.target;
        Exchange { repo: &self.repo, remote, settings: &self.settings, target, now }
    }
}
