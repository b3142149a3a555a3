//! Looking up one file in many commits.
//!
//! Most commits leave a folder as it was, and a folder of thousands of notes takes long to read. Owns what folders were
//! found to hold, by their names, which are the hashes of what is in them: each is read once, however many commits have
//! it.

use super::read::is_regular;
use super::{Oid, Repo};
use anyhow::{Context, Result};
use git2::ObjectType;
use std::collections::BTreeMap;

/// What a folder holds under a name.
#[derive(Clone, Copy)]
enum Inside {
    Folder(Oid),
    File(Oid),
}

/// Files as they were looked up.
pub(super) struct Lookup<'r> {
    repo: &'r Repo,
    /// By a folder's name and the entry's.
    seen: BTreeMap<(Oid, String), Option<Inside>>,
}

impl<'r> Lookup<'r> {
    pub(super) fn new(repo: &'r Repo) -> Lookup<'r> {
        Lookup { repo, seen: BTreeMap::new() }
    }

    /// The content of a file at a commit, by its name; `None` if it is not there.
    pub(super) fn blob(&mut self, commit: Oid, path: &str) -> Result<Option<Oid>> {
        let mut at = Some(Inside::Folder(self.repo.commit(commit)?.tree_id().into()));
        for name in path.split('/') {
            let Some(Inside::Folder(folder)) = at else { return Ok(None) };
            let key = (folder, name.to_owned());
            at = match self.seen.get(&key) {
                Some(seen) => *seen,
                None => *self.seen.entry(key).or_insert(self.repo.inside(folder, name)?),
            };
        }
        Ok(match at {
            Some(Inside::File(blob)) => Some(blob),
            _ => None,
        })
    }
}

impl Repo {
    fn inside(&self, folder: Oid, name: &str) -> Result<Option<Inside>> {
        let tree = self.inner.find_tree(folder.raw());
        let tree =
            tree.with_context(|| format!("cannot read the folder {folder}; `git fsck` may say more"))?;
        Ok(tree.get_name(name).and_then(|entry| match entry.kind() {
            Some(ObjectType::Tree) => Some(Inside::Folder(entry.id().into())),
            _ => is_regular(entry.filemode()).then(|| Inside::File(entry.id().into())),
        }))
    }
}
