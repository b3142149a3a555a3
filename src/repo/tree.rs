//! Building trees: the tree that a set of file changes makes of another one.
//!
//! Only the folders on the way to a changed file are written anew; all others are shared with the old tree.

use super::plan::FileChange;
use super::read::is_regular;
use anyhow::{Context, Result, bail};
use git2::{ObjectType, Repository};
use std::collections::{BTreeMap, BTreeSet};

/// The changes below one folder.
#[derive(Default)]
struct Folder<'a> {
    files: BTreeMap<&'a str, Option<&'a [u8]>>,
    folders: BTreeMap<&'a str, Folder<'a>>,
}

/// Most components that a path may have: bounds the depth of the recursion below.
const MOST_COMPONENTS: usize = 64;

/// The tree that these changes make of `base` (`None`: of nothing). Folders that become empty disappear; a
/// deletion of a file that is not there changes nothing; an executable file stays executable.
///
/// Errors on a path that git does not allow, on two changes of one path, and where a change would put a file in
/// a folder's place or replace a symbolic link or a submodule. `written` takes the names of all objects that were made.
pub(super) fn updated<'repo>(
    repo: &'repo Repository,
    base: Option<&git2::Tree<'_>>,
    changes: &[FileChange],
    written: &mut BTreeSet<git2::Oid>,
) -> Result<git2::Tree<'repo>> {
    let mut root = Folder::default();
    for change in changes {
        root.add(change)?;
    }
    let tree = match write_folder(repo, base, &root, "", written)? {
        Some(tree) => tree,
        None => {
            repo.treebuilder(None).and_then(|empty| empty.write()).context("cannot write an empty tree")?
        }
    };
    written.insert(tree);
    repo.find_tree(tree).context("cannot read back the tree just written")
}

impl<'a> Folder<'a> {
    fn add(&mut self, change: &'a FileChange) -> Result<()> {
        let components: Vec<&str> = change.path.split('/').collect();
        let Some((name, folders)) = components.split_last() else { bail!("a file without a name") };
        if components.len() > MOST_COMPONENTS || !components.iter().all(|component| is_allowed(component)) {
            bail!("git does not allow a file named {:?}", change.path);
        }
        let mut at = self;
        for folder in folders {
            at = at.folders.entry(folder).or_default();
        }
        if at.files.insert(name, change.content.as_deref()).is_some() {
            bail!("{} is changed twice in one commit", change.path);
        }
        Ok(())
    }
}

/// Whether a name may stand in a tree, on every file system that may check it out.
fn is_allowed(name: &str) -> bool {
    let refused = ["", ".", ".."].contains(&name)
        || name.eq_ignore_ascii_case(".git")
        || name.eq_ignore_ascii_case("git~1")
        || name.contains(['\0', '\\', ':']);
    !refused && name.len() <= 255
}

/// Writes a folder; `None` when nothing is left in it.
fn write_folder(
    repo: &Repository,
    base: Option<&git2::Tree<'_>>,
    folder: &Folder<'_>,
    path: &str,
    written: &mut BTreeSet<git2::Oid>,
) -> Result<Option<git2::Oid>> {
    let failed = || format!("cannot write the folder {path:?} to git");
    let mut builder = repo.treebuilder(base).with_context(failed)?;
    let mode_of = |name: &str| base.and_then(|tree| tree.get_name(name)).map(|entry| entry.filemode_raw());
    for (name, content) in &folder.files {
        let was = mode_of(name);
        match content {
            None => match was {
                Some(mode) if is_regular(mode) => builder.remove(*name).with_context(failed)?,
                Some(_) => bail!("{path}{name} is not a regular file, so it cannot be deleted as one"),
                None => {}
            },
            Some(content) => {
                let blob = repo.blob(content).with_context(|| format!("cannot write {path}{name} to git"))?;
                written.insert(blob);
                let mode = match was {
                    None => 0o100_644,
                    Some(mode) if is_regular(mode) => {
                        if mode & 0o100 == 0 {
                            0o100_644
                        } else {
                            0o100_755
                        }
                    }
                    Some(0o120_000) => bail!("{path}{name} is a symbolic link; replace it by a file first"),
                    Some(_) => bail!("{path}{name} is a folder or a submodule; a file cannot take its place"),
                };
                builder.insert(*name, blob, mode).with_context(failed)?;
            }
        }
    }
    for (name, inside) in &folder.folders {
        let inside_path = format!("{path}{name}/");
        let entry = builder.get(*name).with_context(failed)?.map(|entry| (entry.kind(), entry.id()));
        let below = match entry {
            None => None,
            Some((Some(ObjectType::Tree), tree)) => Some(repo.find_tree(tree).with_context(failed)?),
            Some(_) => bail!("{path}{name} is a file; a folder cannot take its place"),
        };
        match write_folder(repo, below.as_ref(), inside, &inside_path, written)? {
            Some(tree) => drop(builder.insert(*name, tree, 0o040_000).with_context(failed)?),
            None if below.is_some() => builder.remove(*name).with_context(failed)?,
            None => {}
        }
    }
    if builder.is_empty() {
        return Ok(None);
    }
    let tree = builder.write().with_context(failed)?;
    written.insert(tree);
    Ok(Some(tree))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_could_escape_or_shadow_the_repository_are_refused() {
        for name in ["", ".", "..", ".git", ".GIT", "git~1", "a\\b", "c:", "nul\0"] {
            assert!(!is_allowed(name), "{name:?}");
        }
        for name in [".gitattributes", "SKILL.md", "dream.toml", "größe.md"] {
            assert!(is_allowed(name), "{name:?}");
        }
    }
}
