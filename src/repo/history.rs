//! Reading history: what each commit between two points said and changed.
//!
//! Refuses to judge what a commit means for a learning; it gives messages, trailers and changed paths.

use super::{Oid, Repo};
use anyhow::{Context, Result};
use git2::{Delta, Sort};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// A commit in the history.
#[derive(Clone, Debug, PartialEq)]
pub struct Past {
    /// The commit.
    pub id: Oid,
    /// Its parents; more than one for a merge.
    pub parents: Vec<Oid>,
    /// Its author's name. Bytes that are no UTF-8 are replaced, here and below.
    pub author: String,
    /// The name of who committed it: of a copy, who copied it.
    pub committer: String,
    /// When it was committed, to the second.
    pub at: Timestamp,
    /// The whole message: subject, body, trailers.
    pub message: String,
}

impl Past {
    /// The trailers of the message's last paragraph, in order. A squash merge keeps earlier commits' trailers in the
    /// middle of its body: those are in `message` only.
    pub fn trailers(&self) -> Vec<Trailer> {
        let Ok(found) = git2::message_trailers_bytes(&*self.message) else { return Vec::new() };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        found.iter().map(|(key, value)| Trailer { key: text(key), value: text(value) }).collect()
    }

    /// The first value of a trailer, its key compared without regard to case as git does.
    pub fn trailer(&self, key: &str) -> Option<String> {
        let found = self.trailers().into_iter().find(|trailer| trailer.key.eq_ignore_ascii_case(key));
        found.map(|trailer| trailer.value)
    }
}

/// One `Key: value` line at the end of a commit message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trailer {
    /// Before the colon.
    pub key: String,
    /// After it; continuation lines are kept as git stores them.
    pub value: String,
}

/// A file that a commit changed. A rename is a deletion and an addition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PathChange {
    /// Its path.
    pub path: String,
    /// Its content before; `None` if the commit added it.
    pub before: Option<Oid>,
    /// Its content after; `None` if the commit deleted it.
    pub after: Option<Oid>,
}

impl Repo {
    /// The commits that are in the history of `to` but not in that of any of `since`, oldest first, parents
    /// always before their children.
    pub fn walk(&self, since: &[Oid], to: Oid) -> Result<Vec<Past>> {
        let failed = || format!("cannot walk the history of {}; `git fsck` may say more", to.short());
        let mut walk = self.inner.revwalk().with_context(failed)?;
        walk.set_sorting(Sort::TOPOLOGICAL | Sort::TIME | Sort::REVERSE).with_context(failed)?;
        walk.push(to.raw()).with_context(failed)?;
        for hidden in since {
            walk.hide(hidden.raw()).with_context(failed)?;
        }
        walk.map(|id| self.past(id.with_context(failed)?.into())).collect()
    }

    /// One commit.
    pub fn past(&self, id: Oid) -> Result<Past> {
        let failed = || format!("cannot read the commit {id}; `git fsck` may say more");
        let commit = self.inner.find_commit(id.raw()).with_context(failed)?;
        let message = String::from_utf8_lossy(commit.message_bytes()).into_owned();
        let name =
            |signature: git2::Signature<'_>| String::from_utf8_lossy(signature.name_bytes()).into_owned();
        Ok(Past {
            id,
            parents: commit.parent_ids().map(Oid::from).collect(),
            author: name(commit.author()),
            committer: name(commit.committer()),
            at: Timestamp::from_second(commit.time().seconds()).unwrap_or_default(),
            message,
        })
    }

    /// For each file that lies right in a folder at `tip`, by its path: the commit of `tip`'s own line (its first
    /// parents) that gave it the content it has. Of a shallow clone's, the oldest commit there is.
    pub fn brought_by(&self, tip: Oid, folder: &str) -> Result<BTreeMap<String, Oid>> {
        let failed = || format!("cannot walk the history of {}; `git fsck` may say more", tip.short());
        let mut open: BTreeMap<String, Oid> =
            self.list(tip, folder)?.into_iter().map(|file| (file.path, file.blob)).collect();
        let mut found = BTreeMap::new();
        let mut at = tip;
        while !open.is_empty() {
            let commit = self.inner.find_commit(at.raw()).with_context(failed)?;
            let parent = commit.parent_id(0).ok().map(Oid::from).filter(|id| self.tree_of(*id).is_ok());
            let (here, before) = (self.folder_at(Some(at), folder)?, self.folder_at(parent, folder)?);
            if here.map(|tree| tree.id()) != before.as_ref().map(|tree| tree.id()) {
                let brought = open.extract_if(.., |path, blob| {
                    let name = path.rsplit('/').next().unwrap_or_default();
                    let was = before.as_ref().and_then(|tree| tree.get_name(name).map(|entry| entry.id()));
                    was != Some(blob.raw())
                });
                found.extend(brought.map(|(path, _)| (path, at)));
            }
            match parent {
                Some(parent) => at = parent,
                None => break,
            }
        }
        Ok(found)
    }

    /// A folder at a commit; `None` where either is not.
    fn folder_at(&self, at: Option<Oid>, folder: &str) -> Result<Option<git2::Tree<'_>>> {
        let Some(at) = at else { return Ok(None) };
        let entry = self.tree_of(at)?.get_path(std::path::Path::new(folder)).ok().map(|entry| entry.id());
        Ok(entry.and_then(|id| self.inner.find_tree(id).ok()))
    }

    /// The files below these folders that stand at `before` and are gone at `after` because they were renamed: where
    /// each stands now. Told as git tells it, by half of the content being the same.
    pub fn renamed(&self, before: Oid, after: Oid, folders: &[String]) -> Result<BTreeMap<String, String>> {
        let failed = || format!("cannot compare {} with {}", before.short(), after.short());
        let (before_tree, after_tree) = (self.tree_of(before)?, self.tree_of(after)?);
        let mut options = below(folders);
        let diff = self.inner.diff_tree_to_tree(Some(&before_tree), Some(&after_tree), Some(&mut options));
        let mut diff = diff.with_context(failed)?;
        diff.find_similar(Some(git2::DiffFindOptions::new().renames(true))).with_context(failed)?;
        let path = |file: git2::DiffFile<'_>| {
            file.path_bytes().map(|path| String::from_utf8_lossy(path).into_owned()).unwrap_or_default()
        };
        let renames = diff.deltas().filter(|delta| delta.status() == Delta::Renamed);
        Ok(renames.map(|delta| (path(delta.old_file()), path(delta.new_file()))).collect())
    }

    /// The files below `folder` (`""`: everywhere) that a commit changed against its first parent, sorted by path; of
    /// a merge, everything merged.
    pub fn changes(&self, id: Oid, folder: &str) -> Result<Vec<PathChange>> {
        let failed = || format!("cannot read the commit {id}; `git fsck` may say more");
        let commit = self.inner.find_commit(id.raw()).with_context(failed)?;
        self.changes_of(&commit, folder).with_context(failed)
    }

    fn changes_of(&self, commit: &git2::Commit<'_>, folder: &str) -> Result<Vec<PathChange>, git2::Error> {
        let after = commit.tree()?;
        let before = match commit.parent_count() {
            0 => None,
            _ => Some(commit.parent(0)?.tree()?),
        };
        let folder = folder.trim_matches('/');
        let folders = if folder.is_empty() { &[][..] } else { &[folder] };
        let mut options = below(folders);
        options.skip_binary_check(true);
        let diff = self.inner.diff_tree_to_tree(before.as_ref(), Some(&after), Some(&mut options))?;
        let mut changes = Vec::new();
        for delta in diff.deltas() {
            let (old, new) = (delta.old_file(), delta.new_file());
            let file = if delta.status() == Delta::Deleted { &old } else { &new };
            let Some(path) = file.path_bytes() else { continue };
            changes.push(PathChange {
                path: String::from_utf8_lossy(path).into_owned(),
                before: (!old.id().is_zero()).then(|| old.id().into()),
                after: (!new.id().is_zero()).then(|| new.id().into()),
            });
        }
        changes.sort();
        Ok(changes)
    }
}

/// A comparison of everything below these folders; none of them means the whole repository.
fn below(folders: &[impl AsRef<str>]) -> git2::DiffOptions {
    let mut options = git2::DiffOptions::new();
    options.context_lines(0).include_typechange(true).disable_pathspec_match(true);
    for folder in folders {
        options.pathspec(folder.as_ref());
    }
    options
}
