//! The memory that is for an agent at work in a folder.
//!
//! The memory that the person connected the folder's project with, else the one in the repository that the folder is in.
//! A memory that lies elsewhere is read from a copy on this machine, which every capture brings up to date: nobody who
//! waits for an answer waits for a network. Refuses to take a repository for a memory that was never made one.

use crate::capture::belonging::connected;
use crate::capture::consent::Consent;
use crate::capture::places::Places;
use crate::cycle::Target;
use crate::repo::{Oid, Repo};
use crate::settings::{self, Settings};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// A memory as it stands now.
#[derive(Debug)]
pub struct Nearest {
    /// The repository that it is in: the memory's own, or the copy.
    pub repo: Repo,
    /// Its settings.
    pub settings: Settings,
    /// The branch that it is on.
    pub branch: String,
    /// That branch's tip.
    pub at: Oid,
    /// How the person connected to it, if they did: its address, and the name that they contribute under.
    pub connected: Option<(String, String)>,
}

/// The memory for this folder; `None` where there is none.
///
/// Errors: what the person agreed to, or the memory, cannot be read.
pub fn find(dir: &Path, places: &Places) -> Result<Option<Nearest>> {
    let consent = Consent::read(&places.consent)?;
    if let Some(project) = connected(&consent, dir) {
        let there = Path::new(&project.memory);
        let repo = match there.is_absolute() {
            true => Some(Repo::open(there)?),
            false => open_copy(places, &project.memory)?,
        };
        let Some(repo) = repo else { return Ok(None) };
        return at_tip(repo, Some((project.memory.clone(), project.name.clone())));
    }
    match Repo::open_if_there(dir)? {
        Some(repo) if is_memory(&repo)? => at_tip(repo, None),
        _ => Ok(None),
    }
}

/// The folder of the copy of the memory at this address.
pub fn copy(places: &Places, memory: &str) -> PathBuf {
    places.copies().join(&blake3::hash(memory.as_bytes()).to_hex()[..16])
}

fn open_copy(places: &Places, memory: &str) -> Result<Option<Repo>> {
    let folder = copy(places, memory);
    folder.join("HEAD").exists().then(|| Repo::at(&folder)).transpose()
}

/// Whether somebody made the repository a memory.
fn is_memory(repo: &Repo) -> Result<bool> {
    let is_committed = match repo.head()? {
        Some(head) => repo.read(head, settings::FILE)?.is_some(),
        None => false,
    };
    Ok(is_committed || repo.work_dir().is_some_and(|dir| dir.join(settings::FILE).is_file()))
}

fn at_tip(repo: Repo, connected: Option<(String, String)>) -> Result<Option<Nearest>> {
    let committed = match repo.head()? {
        Some(head) => repo.read(head, settings::FILE)?,
        None => None,
    };
    let settings = match committed {
        Some(text) => Settings::parse(&String::from_utf8(text).context("dream.toml is not UTF-8")?)?,
        None => Settings::default(),
    };
    let target = Target::find(&repo, &settings)?;
    let Some(at) = target.tip else { return Ok(None) };
    Ok(Some(Nearest { repo, settings, branch: target.branch, at, connected }))
}
