//! What a commit does not have: whether it ever was there, and which commit took it away.
//!
//! Owns the walk back through history for many questions at once, bounded in commits. Refuses to search: it looks at
//! the paths it is asked for, and follows nobody who renamed one ([`Repo::renamed_to`] tells where a file went).

use super::{Oid, Repo};
use anyhow::{Context, Result};
use git2::{ObjectType, Tree};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A test of a file's content.
pub type Like = dyn Fn(&[u8]) -> bool;

/// Something to look for in earlier commits.
pub struct Wanted<'a> {
    /// A path from the root of the repository, of a file or a folder.
    pub path: String,
    /// What the file there must be like; `None`: that there is anything.
    pub like: Option<&'a Like>,
}

/// What became of what was wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trace {
    /// It was there; this commit took it away.
    Gone(Oid),
    /// It never was there.
    Never,
    /// The commit that the walk was to end at lacks it too.
    Reached,
    /// The walk ended before it could be told: too long a history, or a clone that was cut off.
    Unknown,
}

/// What lies at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lies {
    /// A file, a folder, a link or a submodule.
    There,
    /// Nothing.
    Nowhere,
    /// It would lie in a submodule or behind a symbolic link, where this repository cannot say.
    Beyond,
}

/// Largest file that is looked into, bytes; a larger one counts as not alike.
const MOST_BYTES: usize = 1 << 20;

/// Most files that a rename is looked for among when they are compared by content.
const MOST_COMPARED: usize = 400;

impl Repo {
    /// What lies at this path at a commit.
    pub fn lies(&self, at: Oid, path: &str) -> Result<Lies> {
        let failed = || format!("cannot look for {path} at {}", at.short());
        let mut tree = self.tree_of(at)?;
        let mut components = path.split('/').filter(|component| !component.is_empty()).peekable();
        while let Some(component) = components.next() {
            let entry = tree.get_name(component).map(|entry| (entry.id(), entry.kind(), entry.filemode()));
            let Some((id, kind, mode)) = entry else { return Ok(Lies::Nowhere) };
            if components.peek().is_none() {
                break;
            }
            if kind != Some(ObjectType::Tree) {
                return Ok(if super::read::is_regular(mode) { Lies::Nowhere } else { Lies::Beyond });
            }
            tree = self.inner.find_tree(id).with_context(failed)?;
        }
        Ok(Lies::There)
    }

    /// For each thing wanted, which of them `head` lacks: the commit that took it away last.
    ///
    /// Walks back from `head` as `git log -- PATH` does: at a merge, to a parent that lacks it too. Ends after `most`
    /// commits, and at `end`, for who knows already what happened before it.
    pub fn trace(
        &self,
        head: Oid,
        wanted: &[Wanted<'_>],
        end: Option<Oid>,
        most: usize,
    ) -> Result<Vec<Trace>> {
        let failed = || format!("cannot walk the history of {}; `git fsck` may say more", head.short());
        let mut look = Look::new(self, wanted);
        let mut traces = vec![Trace::Unknown; wanted.len()];
        // Newest first, so that questions that went different ways meet again.
        let mut open = BTreeMap::from([((0, head.raw()), (0..wanted.len()).collect::<Vec<_>>())]);
        let mut walked = 0;
        while let Some(((_, id), mut group)) = open.pop_last() {
            if end.is_some_and(|end| end.raw() == id) {
                group.into_iter().for_each(|at| traces[at] = Trace::Reached);
                continue;
            }
            if walked == most {
                break;
            }
            walked += 1;
            let commit = self.inner.find_commit(id).with_context(failed)?;
            let tree = commit.tree().with_context(failed)?;
            for parent in commit.parents() {
                let before = parent.tree().with_context(failed)?;
                let there = look.newly_there(&before, &tree).with_context(failed)?;
                let (has, lacks): (Vec<_>, Vec<_>) = group.into_iter().partition(|at| there.contains(at));
                if !lacks.is_empty() {
                    open.entry((parent.time().seconds(), parent.id())).or_default().extend(lacks);
                }
                group = has;
                if group.is_empty() {
                    break;
                }
            }
            let trace = match commit.parent_count() {
                0 if self.is_shallow() => Trace::Unknown,
                0 => Trace::Never,
                _ => Trace::Gone(id.into()),
            };
            group.into_iter().for_each(|at| traces[at] = trace);
        }
        Ok(traces)
    }

    /// Where a commit that took a file or folder away put it, as git tells renames; `None` where it did not. A folder
    /// went somewhere if all of its files that were renamed went there together.
    pub fn renamed_to(&self, commit: Oid, path: &str) -> Result<Option<String>> {
        let failed = || format!("cannot read the commit {commit}; `git fsck` may say more");
        let after = self.inner.find_commit(commit.raw()).with_context(failed)?;
        let before = after.parent(0).and_then(|parent| parent.tree()).with_context(failed)?;
        let tree = after.tree().with_context(failed)?;
        let mut options = git2::DiffOptions::new();
        options.context_lines(0).skip_binary_check(true);
        let diff = self.inner.diff_tree_to_tree(Some(&before), Some(&tree), Some(&mut options));
        let mut diff = diff.with_context(failed)?;
        let many = diff.deltas().len() > MOST_COMPARED;
        let mut find = git2::DiffFindOptions::new();
        diff.find_similar(Some(find.renames(true).exact_match_only(many))).with_context(failed)?;
        let text = |file: git2::DiffFile<'_>| {
            file.path_bytes().map(|path| String::from_utf8_lossy(path).into_owned()).unwrap_or_default()
        };
        let mut places: Vec<Option<String>> = Vec::new();
        for delta in diff.deltas().filter(|delta| delta.status() == git2::Delta::Renamed) {
            let (old, new) = (text(delta.old_file()), text(delta.new_file()));
            if let Some(inside) = old.strip_prefix(path) {
                let inside_a_folder = inside.is_empty() || inside.starts_with('/');
                if inside_a_folder {
                    places.push(new.strip_suffix(inside).map(str::to_owned));
                }
            }
        }
        places.dedup();
        Ok(match places.as_slice() {
            [Some(one)] if !one.is_empty() => Some(one.clone()),
            _ => None,
        })
    }
}

/// The paths that are wanted, as the folders they make: every tree of a commit is then read once for all of them.
struct Look<'a> {
    repo: &'a Repo,
    wanted: &'a [Wanted<'a>],
    /// The first one is the root.
    folders: Vec<Folder<'a>>,
    /// Whether a file is like what is wanted.
    alike: HashMap<(git2::Oid, usize), bool>,
}

/// One place on the way to something wanted.
#[derive(Default)]
struct Folder<'a> {
    below: BTreeMap<&'a str, usize>,
    /// What is wanted here itself.
    wanted: Vec<usize>,
}

impl<'a> Look<'a> {
    fn new(repo: &'a Repo, wanted: &'a [Wanted<'a>]) -> Look<'a> {
        let mut folders = vec![Folder::default()];
        for (number, wanted) in wanted.iter().enumerate() {
            let mut at = 0;
            for component in wanted.path.split('/').filter(|component| !component.is_empty()) {
                let next = folders.len();
                at = *folders[at].below.entry(component).or_insert(next);
                if at == next {
                    folders.push(Folder::default());
                }
            }
            folders[at].wanted.push(number);
        }
        Look { repo, wanted, folders, alike: HashMap::new() }
    }

    /// What `before` has of that which `after` lacks. Where both are the same there is nothing to look at.
    fn newly_there(&mut self, before: &Tree<'_>, after: &Tree<'_>) -> Result<BTreeSet<usize>, git2::Error> {
        let mut there = BTreeSet::new();
        if before.id() == after.id() {
            return Ok(there);
        }
        let mut candidates = Vec::new();
        let mut open = vec![(0, before.clone(), Some(after.clone()))];
        while let Some((folder, before, after)) = open.pop() {
            for (name, place) in &self.folders[folder].below {
                let Some(old) = before.get_name(name) else { continue };
                let new = after.as_ref().and_then(|after| after.get_name(name));
                if new.as_ref().is_some_and(|new| new.id() == old.id() && new.kind() == old.kind()) {
                    continue;
                }
                let (id, is_file) = (old.id(), old.kind() == Some(ObjectType::Blob));
                candidates.extend(self.folders[*place].wanted.iter().map(|at| (*at, id, is_file)));
                if old.kind() == Some(ObjectType::Tree) && !self.folders[*place].below.is_empty() {
                    let new = new.filter(|new| new.kind() == Some(ObjectType::Tree));
                    let new = new.map(|new| self.repo.inner.find_tree(new.id())).transpose()?;
                    open.push((*place, self.repo.inner.find_tree(id)?, new));
                }
            }
        }
        for (at, id, is_file) in candidates {
            if self.is_alike(at, id, is_file)? {
                there.insert(at);
            }
        }
        Ok(there)
    }

    fn is_alike(&mut self, at: usize, id: git2::Oid, is_file: bool) -> Result<bool, git2::Error> {
        let Some(like) = self.wanted.get(at).and_then(|wanted| wanted.like) else { return Ok(true) };
        if !is_file {
            return Ok(false);
        }
        if let Some(known) = self.alike.get(&(id, at)) {
            return Ok(*known);
        }
        let blob = self.repo.inner.find_blob(id)?;
        let alike = blob.size() <= MOST_BYTES && like(blob.content());
        self.alike.insert((id, at), alike);
        Ok(alike)
    }
}
