//! The memory that is for an agent at work in a folder.
//!
//! The memory that the person connected the folder's project with, else the one in the repository that the folder is in.
//! One that lies elsewhere is read from its [`copy`]. Refuses to take a repository for a memory that was never made one.

pub mod copy;

use crate::capture::belonging::connected;
use crate::capture::consent::Consent;
use crate::capture::places::Places;
use crate::cycle::Target;
use crate::ledger::LEDGER;
use crate::repo::{Oid, Repo};
use crate::settings::{self, Settings};
use anyhow::Result;
use copy::Copy;
use std::path::Path;
use std::time::Duration;

/// How old a copy may be before a session that begins has it brought up to date.
const LATELY: Duration = Duration::from_secs(600);

/// A memory as it stands now.
#[derive(Debug)]
pub struct Nearest {
    /// The repository that it is in: the memory's own, or the copy.
    pub repo: Repo,
    /// Its settings.
    pub settings: Settings,
    /// The branch that it is on; `HEAD` where that is the remote's default one.
    pub branch: String,
    /// That branch's tip.
    pub at: Oid,
    /// How the person connected to it, if they did.
    pub connected: Option<Connected>,
}

/// What a person agreed to about the project that the memory is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connected {
    /// The memory's address or path.
    pub memory: String,
    /// The name that they contribute under.
    pub name: String,
    /// Whether it lies elsewhere, and what is read is its copy.
    pub is_copy: bool,
}

/// The memory for this folder; `None` where there is none, or no copy of it yet.
///
/// Errors: what the person agreed to, or the memory, cannot be read.
pub fn find(dir: &Path, places: &Places) -> Result<Option<Nearest>> {
    let consent = Consent::read(&places.consent)?;
    let Some(project) = connected(&consent, dir) else {
        return match Repo::open_if_there(dir)? {
            Some(repo) if is_memory(&repo)? => here(repo, None),
            _ => Ok(None),
        };
    };
    let connected = |is_copy| {
        let (memory, name) = (project.memory.clone(), project.name.clone());
        Some(Connected { memory, name, is_copy })
    };
    if !copy::is_elsewhere(&project.memory) {
        return here(Repo::open(Path::new(&project.memory))?, connected(false));
    }
    let Some(Copy { repo, settings, tip: at }) = copy::open(places, &project.memory)? else {
        return Ok(None);
    };
    let named = settings.memory.target.clone();
    let branch = if named.is_empty() { "HEAD".to_owned() } else { named };
    Ok(Some(Nearest { repo, settings, branch, at, connected: connected(true) }))
}

/// Whether the memory for this folder is read from a copy that nobody brought up to date lately.
///
/// Errors: what the person agreed to cannot be read.
pub fn is_due(dir: &Path, places: &Places) -> Result<bool> {
    let consent = Consent::read(&places.consent)?;
    let memory = connected(&consent, dir).map(|project| project.memory.as_str());
    let memory = memory.filter(|memory| copy::is_elsewhere(memory));
    Ok(memory.is_some_and(|memory| copy::age(places, memory).is_none_or(|age| age > LATELY)))
}

/// Whether somebody made the repository a memory, or dreamt in it.
fn is_memory(repo: &Repo) -> Result<bool> {
    if repo.resolve(LEDGER)?.is_some() {
        return Ok(true);
    }
    let is_committed = match repo.head()? {
        Some(head) => repo.read(head, settings::FILE)?.is_some(),
        None => false,
    };
    Ok(is_committed || repo.work_dir().is_some_and(|dir| dir.join(settings::FILE).is_file()))
}

/// The memory in a repository of this machine; `None` while its branch has no commit.
fn here(repo: Repo, connected: Option<Connected>) -> Result<Option<Nearest>> {
    let settings = copy::settings_at(&repo, repo.head()?)?;
    let target = Target::find(&repo, &settings)?;
    Ok(target.tip.map(|at| Nearest { repo, settings, branch: target.branch, at, connected }))
}
