//! Reading: branches, files and folders as they stand at a commit.
//!
//! Refuses to look at the working tree: what counts is what is committed.

use super::lookup::regular;
use super::{Oid, Repo};
use crate::unusable::Unusable;
use anyhow::{Context, Result};
use git2::{ErrorCode, ObjectType};

/// A file at a commit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its path from the root of the repository, components joined by `/`.
    pub path: String,
    /// Its content's name: two files with the same name have the same content.
    pub blob: Oid,
}

/// Folders inside folders that are followed; deeper ones are left out, so that no repository can exhaust memory.
const DEEPEST_FOLDER: usize = 100;

impl Repo {
    /// The branch that HEAD names (`main`), also while it has no commit yet; `None` when HEAD is detached.
    pub fn head_branch(&self) -> Result<Option<String>> {
        let head = self.inner.find_reference("HEAD").context("cannot read HEAD")?;
        let target = head.symbolic_target().context("HEAD names a branch that is not UTF-8")?;
        Ok(target.map(|name| name.strip_prefix("refs/heads/").unwrap_or(name).to_owned()))
    }

    /// The branch that a remote has as its default, as far as the clone remembers it; `None` where it does not.
    pub fn default_branch(&self, remote: &str) -> Result<Option<String>> {
        let name = format!("refs/remotes/{remote}/HEAD");
        match self.inner.find_reference(&name) {
            Ok(head) => {
                let target = head.symbolic_target().unwrap_or(None);
                let prefix = format!("refs/remotes/{remote}/");
                Ok(target.and_then(|target| target.strip_prefix(&prefix)).map(str::to_owned))
            }
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read the ref {name}")),
        }
    }

    /// The commit that HEAD stands on; `None` while its branch has none.
    pub fn head(&self) -> Result<Option<Oid>> {
        self.resolve("HEAD")
    }

    /// The commit that a branch (`main`, `dream/2026-01-02`) or a full ref name (`refs/dream/ledger`, `HEAD`)
    /// stands on, tags peeled; `None` if there is no such ref.
    pub fn resolve(&self, name: &str) -> Result<Option<Oid>> {
        let full = full_name(name);
        let found = match self.inner.find_reference(&full) {
            Ok(reference) => reference.peel(ObjectType::Commit),
            Err(error) => Err(error),
        };
        match found {
            Ok(object) => Ok(Some(object.id().into())),
            Err(error) if matches!(error.code(), ErrorCode::NotFound | ErrorCode::UnbornBranch) => Ok(None),
            Err(error) if error.code() == ErrorCode::InvalidSpec => {
                Err(Unusable(format!("{name:?} is not a name that git allows a branch")).into())
            }
            Err(error) => Err(error).with_context(|| format!("cannot read the ref {full}")),
        }
    }

    /// The commit that people mean by a name: a branch, a tag, `HEAD~2`, the beginning of a commit's name. `None` if
    /// it names nothing, or no commit.
    pub fn commit_named(&self, name: &str) -> Result<Option<Oid>> {
        let commit = self.inner.revparse_single(name).and_then(|object| object.peel(ObjectType::Commit));
        match commit {
            Ok(commit) => Ok(Some(commit.id().into())),
            Err(error) if error.class() == git2::ErrorClass::Odb => {
                Err(error).context("cannot read the repository")
            }
            Err(_) => Ok(None),
        }
    }

    /// All refs whose full name starts with `prefix` (`refs/heads/dream/`), with the commits they stand on,
    /// sorted by name. Refs that stand on no commit are left out.
    pub fn refs_under(&self, prefix: &str) -> Result<Vec<(String, Oid)>> {
        let pattern = format!("{prefix}*");
        let refs = self
            .inner
            .references_glob(&pattern)
            .with_context(|| format!("cannot list the refs {pattern}"))?;
        let mut found = Vec::new();
        for reference in refs {
            let reference = reference.with_context(|| format!("cannot list the refs {pattern}"))?;
            if let (Ok(name), Ok(commit)) = (reference.name(), reference.peel(ObjectType::Commit)) {
                found.push((name.to_owned(), commit.id().into()));
            }
        }
        found.sort();
        Ok(found)
    }

    /// A file's content at a commit; `None` if there is no regular file at that path.
    pub fn read(&self, at: Oid, path: &str) -> Result<Option<Vec<u8>>> {
        self.blob_at(at, path)?.map(|blob| self.read_blob(blob)).transpose()
    }

    /// The content of a file at a commit, by its name; `None` if there is no regular file at that path.
    pub fn blob_at(&self, at: Oid, path: &str) -> Result<Option<Oid>> {
        Ok(self.entry_at(at, path)?.and_then(regular))
    }

    /// Whether there is anything at this path at a commit.
    pub fn has(&self, at: Oid, path: &str) -> Result<bool> {
        Ok(self.entry_at(at, path)?.is_some())
    }

    /// Whether the history ends where a clone was cut off, and not where it began.
    pub fn is_shallow(&self) -> bool {
        self.inner.is_shallow()
    }

    /// The remote's branch that a branch follows, by its full name here (`refs/remotes/origin/main`), whether or not
    /// it is still there; `None` where it follows none.
    pub fn upstream(&self, branch: &str) -> Result<Option<String>> {
        match self.inner.branch_upstream_name(&format!("refs/heads/{branch}")) {
            Ok(name) => Ok(Some(String::from_utf8_lossy(&name).into_owned())),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot tell what {branch} follows")),
        }
    }

    /// Has a branch follow the branch of its name at a remote, as `git push --set-upstream` does.
    pub fn follow(&self, branch: &str, remote: &str) -> Result<()> {
        let failed = || format!("cannot note in the git configuration that {branch} follows {remote}");
        let mut config = self.inner.config().with_context(failed)?;
        config.set_str(&format!("branch.{branch}.remote"), remote).with_context(failed)?;
        config
            .set_str(&format!("branch.{branch}.merge"), &format!("refs/heads/{branch}"))
            .with_context(failed)
    }

    /// Has a remote of this name be at this address, with its branches where git keeps them.
    pub fn point_at(&self, remote: &str, address: &str) -> Result<()> {
        let failed = || format!("cannot note in the git configuration where {remote} is");
        let mut config = self.inner.config().with_context(failed)?;
        config.set_str(&format!("remote.{remote}.url"), address).with_context(failed)?;
        let branches = format!("+refs/heads/*:refs/remotes/{remote}/*");
        config.set_str(&format!("remote.{remote}.fetch"), &branches).with_context(failed)
    }

    /// The names of the remotes, sorted.
    pub fn remotes(&self) -> Result<Vec<String>> {
        let remotes = self.inner.remotes().context("cannot list the remotes")?;
        let mut names: Vec<String> =
            remotes.iter().filter_map(|name| name.ok().flatten()).map(str::to_owned).collect();
        names.sort();
        Ok(names)
    }

    /// A content by its name.
    pub fn read_blob(&self, blob: Oid) -> Result<Vec<u8>> {
        let found = self.inner.find_blob(blob.raw());
        Ok(found
            .with_context(|| format!("cannot read the object {blob}; `git fsck` may say more"))?
            .content()
            .to_vec())
    }

    /// How long a content is, bytes.
    pub fn blob_size(&self, blob: Oid) -> Result<u64> {
        let header = self.inner.odb().and_then(|objects| objects.read_header(blob.raw()));
        let (size, _) =
            header.with_context(|| format!("cannot read the object {blob}; `git fsck` may say more"))?;
        Ok(size as u64)
    }

    /// The regular files below a folder at a commit, with folders inside it, sorted by path; `""` is the root.
    /// Empty if there is no such folder. Symbolic links and submodules are left out, and so are files whose
    /// path is not UTF-8.
    pub fn list(&self, at: Oid, folder: &str) -> Result<Vec<Entry>> {
        let root = self.tree_of(at)?;
        let folder = folder.trim_matches('/');
        let start = if folder.is_empty() {
            Some(root.id())
        } else {
            match root.get_path(std::path::Path::new(folder)) {
                Ok(entry) => (entry.kind() == Some(ObjectType::Tree)).then(|| entry.id()),
                Err(error) if error.code() == ErrorCode::NotFound => None,
                Err(error) => {
                    return Err(error).with_context(|| format!("cannot list {folder} at {}", at.short()));
                }
            }
        };
        let mut files = Vec::new();
        let mut open = Vec::from_iter(start.map(|tree| (folder.to_owned(), tree, 0)));
        while let Some((path, tree, depth)) = open.pop() {
            let tree = self
                .inner
                .find_tree(tree)
                .with_context(|| format!("cannot list {path} at {}", at.short()))?;
            for entry in &tree {
                let Ok(name) = entry.name() else { continue };
                let path = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
                if entry.kind() == Some(ObjectType::Tree) && depth < DEEPEST_FOLDER {
                    open.push((path, entry.id(), depth + 1));
                } else if is_regular(entry.filemode()) {
                    files.push(Entry { path, blob: entry.id().into() });
                }
            }
        }
        files.sort();
        Ok(files)
    }

    /// Whether `ancestor` is `of` or in its history.
    pub fn is_ancestor(&self, ancestor: Oid, of: Oid) -> Result<bool> {
        if ancestor == of {
            return Ok(true);
        }
        let found = self.inner.graph_descendant_of(of.raw(), ancestor.raw());
        found.with_context(|| format!("cannot compare the commits {} and {}", ancestor.short(), of.short()))
    }

    /// The commit where two histories part; `None` if they have nothing in common.
    pub fn merge_base(&self, one: Oid, other: Oid) -> Result<Option<Oid>> {
        match self.inner.merge_base(one.raw(), other.raw()) {
            Ok(base) => Ok(Some(base.into())),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error)
                .with_context(|| format!("cannot compare the commits {} and {}", one.short(), other.short())),
        }
    }

    pub(super) fn tree_of(&self, commit: Oid) -> Result<git2::Tree<'_>> {
        let found = self.inner.find_commit(commit.raw()).and_then(|commit| commit.tree());
        found.with_context(|| format!("cannot read the commit {commit}; `git fsck` may say more"))
    }
}

/// The full name of a ref: what starts with `refs/`, and HEAD, is one; anything else is a branch.
fn full_name(name: &str) -> String {
    if name.starts_with("refs/") || name == "HEAD" { name.to_owned() } else { format!("refs/heads/{name}") }
}

/// Whether a tree entry's mode is that of a regular file, executable or not.
pub(super) fn is_regular(mode: i32) -> bool {
    mode & 0o170_000 == 0o100_000
}
