//! Two states of a repository and what differs between them.

use crate::memory::Memory;
use crate::memory::place::{inside, outside};
use crate::repo::compare::{Lines, Sort, changed_lines};
use crate::repo::{Oid, Repo};
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};

/// A file as it stands in one state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// What it is.
    pub sort: Sort,
    /// Its bytes; of a submodule, the name of its commit.
    pub bytes: Vec<u8>,
}

/// A change to the memory: the files that lie in the memory's folder, before and after.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// The memory's folder, without a slash at its end; empty where the repository is the memory.
    pub root: String,
    /// The files before, by path inside the memory. Empty where everything is to be looked at as new.
    pub before: BTreeMap<String, File>,
    /// The files after.
    pub after: BTreeMap<String, File>,
    /// What differs, by path inside the memory.
    pub changed: BTreeMap<String, Lines>,
}

impl Change {
    /// The change from one commit (`None`: from nothing) to another.
    pub fn between(repo: &Repo, before: Option<Oid>, after: Oid, root: &str) -> Result<Change> {
        let read = |at: Option<Oid>| -> Result<BTreeMap<String, File>> {
            let mut files = BTreeMap::new();
            for thing in at.map(|at| repo.everything(at)).transpose()?.unwrap_or_default() {
                let Some(path) = inside(root, &thing.path) else { continue };
                let bytes = match thing.sort {
                    Sort::Submodule => thing.content.to_string().into_bytes(),
                    _ => repo.read_blob(thing.content)?,
                };
                files.insert(path.to_owned(), File { sort: thing.sort, bytes });
            }
            Ok(files)
        };
        Change::of(root, read(before)?, read(Some(after))?)
    }

    /// The change between two sets of files, by path inside the memory.
    pub fn of(root: &str, before: BTreeMap<String, File>, after: BTreeMap<String, File>) -> Result<Change> {
        let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let mut changed = BTreeMap::new();
        for path in paths {
            let (old, new) = (before.get(path), after.get(path));
            if old != new {
                let bytes = |file: Option<&File>| file.map(|file| file.bytes.clone()).unwrap_or_default();
                changed.insert(path.clone(), changed_lines(&bytes(old), &bytes(new))?);
            }
        }
        Ok(Change { root: root.to_owned(), before, after, changed })
    }

    /// The path as people know it: from the root of the repository.
    pub fn outside(&self, path: &str) -> String {
        outside(&self.root, path)
    }

    /// The changed files that are still there, as text; bytes that are no UTF-8 are replaced.
    pub fn texts(&self) -> impl Iterator<Item = (&str, String, &Lines)> {
        self.changed.iter().filter_map(|(path, lines)| {
            let file = self.after.get(path).filter(|file| matches!(file.sort, Sort::File | Sort::Program))?;
            Some((path.as_str(), String::from_utf8_lossy(&file.bytes).into_owned(), lines))
        })
    }

    /// The memory before.
    pub(super) fn memory_before(&self) -> Memory {
        memory(&self.before)
    }

    /// The memory after.
    pub(super) fn memory_after(&self) -> Memory {
        memory(&self.after)
    }
}

fn memory(files: &BTreeMap<String, File>) -> Memory {
    let regular = files.iter().filter(|(_, file)| matches!(file.sort, Sort::File | Sort::Program));
    Memory::read(regular.map(|(path, file)| (path.clone(), file.bytes.clone())))
}
