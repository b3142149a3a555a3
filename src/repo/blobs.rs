//! Looking up many files of one commit at once.

use super::read::is_regular;
use super::{Oid, Repo};
use anyhow::{Context, Result};
use git2::{ObjectType, Tree};
use std::collections::{BTreeMap, HashMap};

impl Repo {
    /// The contents' names of the regular files that lie at these paths at a commit; paths without one are left out.
    ///
    /// Reads a folder once, however many of its files are asked for: a folder of thousands of notes takes longer to
    /// read than the notes that are wanted of it.
    pub fn blobs<'p>(
        &self,
        at: Oid,
        paths: impl IntoIterator<Item = &'p str>,
    ) -> Result<BTreeMap<&'p str, Oid>> {
        let mut folders = HashMap::from([("", Some(self.tree_of(at)?))]);
        let mut found = BTreeMap::new();
        for path in paths {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            self.open_folder(&mut folders, folder)
                .with_context(|| format!("cannot read {path} at {}", at.short()))?;
            let entry = folders.get(folder).and_then(Option::as_ref).and_then(|tree| tree.get_name(name));
            if let Some(entry) = entry.filter(|entry| is_regular(entry.filemode())) {
                found.insert(path, Oid::from(entry.id()));
            }
        }
        Ok(found)
    }

    /// The name of a folder's content at a commit, `""` for all of it: as long as it stays the same, nothing in the
    /// folder changes. `None` where there is no such folder.
    pub fn folder(&self, at: Oid, folder: &str) -> Result<Option<Oid>> {
        let root = self.tree_of(at)?;
        if folder.is_empty() {
            return Ok(Some(root.id().into()));
        }
        let entry = root.get_path(std::path::Path::new(folder)).ok();
        Ok(entry.filter(|entry| entry.kind() == Some(ObjectType::Tree)).map(|entry| entry.id().into()))
    }

    /// Reads a folder and the folders around it, as far as they are not read yet; `None` is kept for what is no folder.
    fn open_folder<'r, 'p>(
        &'r self,
        folders: &mut HashMap<&'p str, Option<Tree<'r>>>,
        folder: &'p str,
    ) -> Result<(), git2::Error> {
        let ends = folder.match_indices('/').map(|(at, _)| at).chain([folder.len()]);
        let mut around = "";
        for part in ends.filter_map(|end| folder.get(..end)) {
            if !folders.contains_key(part) {
                let name = part.get(around.len()..).unwrap_or_default().trim_start_matches('/');
                let entry = folders.get(around).and_then(Option::as_ref).and_then(|tree| tree.get_name(name));
                let inner =
                    entry.filter(|entry| entry.kind() == Some(ObjectType::Tree)).map(|entry| entry.id());
                let tree = inner.map(|id| self.inner.find_tree(id)).transpose()?;
                folders.insert(part, tree);
            }
            around = part;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::repo::{Commit, FileChange, Identity, Oid, Plan, Repo, Signing};

    #[test]
    fn files_are_found_together_as_one_by_one() {
        let dir = tempfile::tempdir().unwrap();
        let repo = Repo::init(dir.path(), "main").unwrap();
        let change =
            |path: &str| FileChange { path: path.to_owned(), content: Some(path.as_bytes().to_vec()) };
        let plan = Plan {
            base: None,
            identity: Identity { name: "Ann".to_owned(), email: "ann@example.org".to_owned() },
            at: jiff::Timestamp::UNIX_EPOCH,
            signing: Signing::Never,
            commits: vec![Commit {
                message: "Begin".to_owned(),
                changes: vec![change("top.md"), change("a/one.md"), change("a/b/two.md")],
            }],
        };
        let at: Oid = repo.write(&plan).unwrap()[0];
        let asked = ["top.md", "a/one.md", "a/b/two.md", "a/b", "a/none.md", "top.md/x", "c/d/e.md", ""];
        let found = repo.blobs(at, asked).unwrap();
        for path in asked.into_iter().filter(|path| !path.is_empty()) {
            let read = found.get(path).map(|blob| repo.read_blob(*blob).unwrap());
            assert_eq!(read, repo.read(at, path).unwrap(), "{path}");
        }
        assert_eq!(found.len(), 3);
    }
}
