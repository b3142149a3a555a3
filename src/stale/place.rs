//! Which repositories the notes are about.

use crate::memory::place::{inside, is_note};
use crate::repo::{Oid, Repo};
use crate::settings::{self, Settings};
use std::collections::BTreeSet;
use std::path::Path;

/// A repository that notes are about.
pub(super) struct About {
    /// The repository.
    pub(super) repo: Repo,
    /// The commit that counts.
    pub(super) head: Oid,
    /// What notes' scopes may call it, in lower case.
    pub(super) names: BTreeSet<String>,
    /// What people call it.
    pub(super) shown: String,
    /// The memory's folder in it, where it has one: the memory is not about itself.
    pub(super) memory: Option<String>,
}

impl About {
    /// Whether a note of this scope (`agent claude-code, project web`) is about it.
    pub(super) fn is_meant_by(&self, scope: &str) -> bool {
        let mut projects = scope.split(',').filter_map(|limit| limit.trim().strip_prefix("project "));
        projects.all(|project| self.names.contains(&project.trim().to_lowercase()))
    }

    /// Whether this path belongs to the memory itself.
    pub(super) fn is_memory(&self, path: &str) -> bool {
        match self.memory.as_deref() {
            None => false,
            Some("") => is_note(path) || path.starts_with("archive/"),
            Some(root) => inside(root, path).is_some(),
        }
    }
}

/// The repositories that the notes are about, and sentences about those that could not be had.
pub(super) fn find(repo: &Repo, at: Oid, settings: &Settings) -> (Vec<About>, Vec<String>) {
    let mut places: Vec<About> = Vec::new();
    let mut unseen = Vec::new();
    let root = settings.memory.root.trim_matches('/');
    if !root.is_empty()
        && let Ok(repo) = Repo::at(repo.git_dir())
    {
        let (names, memory) = (names(&repo, None), Some(root.to_owned()));
        places.push(About { repo, head: at, names, shown: "this repository".to_owned(), memory });
    }
    let top = repo.work_dir().unwrap_or_else(|| repo.git_dir());
    for about in &settings.memory.about {
        let project = match about {
            settings::About::Clone(_) => None,
            settings::About::Project(settings::AboutProject { project, .. }) => Some(project.as_str()),
        };
        match open(&top.join(about.path())) {
            Ok((found, head)) => {
                let (names, shown) = (names(&found, project), about.path().to_owned());
                let memory = (found.common_dir() == repo.common_dir()).then(|| root.to_owned());
                if places.iter().all(|place| place.repo.git_dir() != found.git_dir()) {
                    places.push(About { repo: found, head, names, shown, memory });
                }
            }
            Err(why) => unseen.push(format!(
                "{}, which {} says notes are about (`[memory] about`), {why}",
                about.path(),
                settings::FILE
            )),
        }
    }
    for place in places.iter().filter(|place| place.repo.is_shallow()) {
        unseen.push(format!(
            "the history of {} is cut off (a shallow clone): what it once had cannot be told; `git fetch --unshallow` \
             there gets the rest",
            place.shown
        ));
    }
    (places, unseen)
}

/// Opens the repository whose top this folder is, with the commit that its HEAD stands on; or why not.
fn open(folder: &Path) -> Result<(Repo, Oid), String> {
    let Ok(folder) = folder.canonicalize() else {
        return Err("is not there: clone it, or correct the path".to_owned());
    };
    let repo = match Repo::open_if_there(&folder) {
        Ok(Some(repo)) => repo,
        Ok(None) => return Err("is no git repository: name a clone, or take it out".to_owned()),
        Err(error) => return Err(format!("cannot be opened: {error:#}")),
    };
    let top = |dir: Option<&Path>| dir.and_then(|dir| dir.canonicalize().ok()) == Some(folder.clone());
    if !top(repo.work_dir()) && !top(Some(repo.git_dir())) {
        return Err("is a folder inside a repository: name the repository's top".to_owned());
    }
    match repo.head() {
        Ok(Some(head)) => Ok((repo, head)),
        Ok(None) => Err("has no commit yet".to_owned()),
        Err(error) => Err(format!("cannot be read: {error:#}")),
    }
}

/// What notes' scopes may call a repository: the project it was given, else its folder and where it was cloned from.
fn names(repo: &Repo, project: Option<&str>) -> BTreeSet<String> {
    if let Some(project) = project {
        return BTreeSet::from([project.trim().to_lowercase()]);
    }
    let folder = repo.work_dir().unwrap_or_else(|| repo.git_dir()).to_string_lossy().into_owned();
    let origin = repo.config("remote.origin.url").unwrap_or_default();
    let last = |path: &str| {
        let name = path.trim_end_matches('/').trim_end_matches(".git").rsplit(['/', '\\', ':']).next();
        name.map(str::to_lowercase).filter(|name| !name.is_empty())
    };
    [Some(folder), origin].into_iter().flatten().filter_map(|path| last(&path)).collect()
}
