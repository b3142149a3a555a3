//! What lies in one folder of a commit that somebody else made: neither walked into nor longer than wanted.

use super::read::is_regular;
use super::{Oid, Repo};
use anyhow::{Context, Result};
use git2::ObjectType;

/// What lies in a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Here {
    /// Its regular files by name, sorted: name and content.
    pub files: Vec<(String, Oid)>,
    /// Names of what is no regular file: folders, symbolic links, submodules; and of files whose names are not UTF-8.
    pub odd: Vec<String>,
    /// There was more.
    pub is_cut: bool,
}

impl Repo {
    /// The first `most` entries of a folder at a commit; `None` where there is no such folder. Other than with
    /// [`Repo::list`], folders in it are not opened: a few objects can make a tree of billions of files.
    pub fn list_here(&self, at: Oid, folder: &str, most: usize) -> Result<Option<Here>> {
        let Some(tree) = self.folder(at, folder)? else { return Ok(None) };
        let tree = self.inner.find_tree(tree.raw());
        let tree = tree.with_context(|| format!("cannot list {folder} at {}", at.short()))?;
        let mut here = Here { is_cut: tree.len() > most, ..Here::default() };
        for entry in tree.iter().take(most) {
            match entry.name() {
                Ok(name) if entry.kind() == Some(ObjectType::Blob) && is_regular(entry.filemode()) => {
                    here.files.push((name.to_owned(), entry.id().into()));
                }
                _ => here.odd.push(String::from_utf8_lossy(entry.name_bytes()).into_owned()),
            }
        }
        here.files.sort();
        Ok(Some(here))
    }
}
