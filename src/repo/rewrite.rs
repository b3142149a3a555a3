//! Writing a history again with other contents, so that nothing of the old ones is left in it.
//!
//! Every commit keeps who made it, when and with what message; commits that have nothing to change, and nothing but such
//! before them, stay the ones they are. Refuses to move refs: what points to the old history is the caller's to move.

use super::read::is_regular;
use super::{Oid, Repo, staged};
use anyhow::{Context, Result};
use git2::{ObjectType, Sort};
use std::collections::{BTreeMap, BTreeSet};

/// What becomes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edited {
    /// It stays as it is.
    Same,
    /// It says this now.
    Changed(Vec<u8>),
    /// It goes.
    Gone,
}

/// Folders inside folders that are looked into; what lies deeper stays as it is.
const DEEPEST_FOLDER: usize = 8;

/// Says what becomes of a file, by its path and content.
pub type Edit<'e> = dyn FnMut(&str, &[u8]) -> Result<Edited> + 'e;

/// A history under way.
struct Rewriting<'a, 'e> {
    /// Where new objects go.
    to: &'a Repo,
    edit: &'a mut Edit<'e>,
    /// What became of each file, by its path and old name.
    files: BTreeMap<(String, git2::Oid), Option<git2::Oid>>,
    /// What became of each folder.
    folders: BTreeMap<(String, git2::Oid), Option<git2::Oid>>,
    written: BTreeSet<git2::Oid>,
}

impl Repo {
    /// Writes the history of a commit again, with `edit` applied to every file of every commit; gives the commit that
    /// stands in the place of `tip`, which is `tip` itself where nothing changes. Signatures are not kept.
    ///
    /// Errors where the history cannot be read or the new one cannot be written; nothing points to what was written then.
    pub fn rewrite(&self, tip: Oid, edit: &mut Edit<'_>) -> Result<Oid> {
        let failed = || format!("cannot write the history of {} again", tip.short());
        let mut walk = self.inner.revwalk().with_context(failed)?;
        walk.set_sorting(Sort::TOPOLOGICAL | Sort::REVERSE).with_context(failed)?;
        walk.push(tip.raw()).with_context(failed)?;
        let staged = staged::in_memory(self)?;
        let mut rewriting = Rewriting {
            to: &staged,
            edit,
            files: BTreeMap::new(),
            folders: BTreeMap::new(),
            written: BTreeSet::new(),
        };
        let mut now: BTreeMap<git2::Oid, git2::Oid> = BTreeMap::new();
        for id in walk {
            let id = id.with_context(failed)?;
            let new = rewriting.commit(id, &now).with_context(failed)?;
            now.insert(id, new);
        }
        staged::pack(self, &staged, &rewriting.written)?;
        Ok(now.get(&tip.raw()).copied().map_or(tip, Oid::from))
    }
}

impl Rewriting<'_, '_> {
    fn commit(&mut self, id: git2::Oid, now: &BTreeMap<git2::Oid, git2::Oid>) -> Result<git2::Oid> {
        let repo = &self.to.inner;
        let commit = repo.find_commit(id)?;
        let tree = match self.folder("", commit.tree_id(), 0)? {
            Some(tree) => tree,
            None => {
                let empty = repo.treebuilder(None)?.write()?;
                self.written.insert(empty);
                empty
            }
        };
        let parents: Vec<git2::Oid> =
            commit.parent_ids().map(|parent| now.get(&parent).copied().unwrap_or(parent)).collect();
        if tree == commit.tree_id() && parents.iter().copied().eq(commit.parent_ids()) {
            return Ok(id);
        }
        let tree = repo.find_tree(tree)?;
        let parents: Vec<git2::Commit<'_>> =
            parents.into_iter().map(|parent| repo.find_commit(parent)).collect::<Result<_, _>>()?;
        let message = String::from_utf8_lossy(commit.message_raw_bytes()).into_owned();
        let content = repo.commit_create_buffer(
            &commit.author(),
            &commit.committer(),
            &message,
            &tree,
            &parents.iter().collect::<Vec<_>>(),
        )?;
        let new = repo.odb()?.write(ObjectType::Commit, &content)?;
        self.written.insert(new);
        Ok(new)
    }

    /// What a folder becomes; `None` when nothing is left in it.
    fn folder(&mut self, path: &str, id: git2::Oid, depth: usize) -> Result<Option<git2::Oid>> {
        let key = (path.to_owned(), id);
        if let Some(known) = self.folders.get(&key) {
            return Ok(*known);
        }
        let repo = &self.to.inner;
        let tree = repo.find_tree(id)?;
        let mut builder = repo.treebuilder(Some(&tree))?;
        let mut is_same = true;
        for entry in &tree {
            // A name that is no UTF-8 is none that git-dream gave.
            let Ok(name) = entry.name() else { continue };
            let inside = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
            let new = if entry.kind() == Some(ObjectType::Tree) && depth < DEEPEST_FOLDER {
                self.folder(&inside, entry.id(), depth + 1)?
            } else if is_regular(entry.filemode()) {
                self.file(inside, entry.id())?
            } else {
                Some(entry.id())
            };
            match new {
                Some(new) if new == entry.id() => continue,
                Some(new) => drop(builder.insert(name, new, entry.filemode())?),
                None => builder.remove(name)?,
            }
            is_same = false;
        }
        let new = match (is_same, builder.is_empty()) {
            (true, _) => Some(id),
            (false, true) => None,
            (false, false) => Some(builder.write()?),
        };
        self.written.extend(new);
        self.folders.insert(key, new);
        Ok(new)
    }

    fn file(&mut self, path: String, id: git2::Oid) -> Result<Option<git2::Oid>> {
        let key = (path, id);
        if let Some(known) = self.files.get(&key) {
            return Ok(*known);
        }
        let repo = &self.to.inner;
        let blob = repo.find_blob(id)?;
        let new = match (self.edit)(&key.0, blob.content())? {
            Edited::Same => Some(id),
            Edited::Gone => None,
            Edited::Changed(content) => Some(repo.blob(&content)?),
        };
        self.written.extend(new);
        self.files.insert(key, new);
        Ok(new)
    }
}
