//! What a commit does not have: whether it ever was there, and which commit took it away.
//!
//! Owns the walk back through history for many questions at once, bounded in commits. Refuses to search: it looks at
//! the paths it is asked for, and follows nobody who renamed one ([`Repo::renamed_to`] tells where a file went).

use super::{Oid, Repo};
use anyhow::{Context, Result};
use git2::{ObjectType, Tree};
use std::collections::{BTreeMap, HashMap};

/// Something to look for in earlier commits.
pub struct Wanted<'a> {
    /// A path from the root of the repository, of a file or a folder.
    pub path: String,
    /// What the file there must be like; `None`: that there is anything.
    pub like: Option<&'a dyn Fn(&[u8]) -> bool>,
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
        let mut look = Look { repo: self, wanted, inside: HashMap::new(), alike: HashMap::new() };
        let mut traces = vec![Trace::Unknown; wanted.len()];
        let time = |id| self.inner.find_commit(id).map(|commit| commit.time().seconds());
        // Newest first, so that questions that went different ways meet again.
        let mut open = BTreeMap::from([((0, head.raw()), (0..wanted.len()).collect::<Vec<_>>())]);
        let mut walked = 0;
        while let Some(((_, id), group)) = open.pop_last() {
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
            let mut parents = Vec::new();
            for parent in commit.parent_ids() {
                let found = self.inner.find_commit(parent).and_then(|parent| parent.tree());
                parents.push((parent, found.with_context(failed)?));
            }
            for at in group {
                let mut lacking = None;
                for (parent, before) in &parents {
                    if !look.has(at, before, &tree).with_context(failed)? {
                        lacking = Some(*parent);
                        break;
                    }
                }
                match lacking {
                    Some(parent) => {
                        open.entry((time(parent).with_context(failed)?, parent)).or_default().push(at)
                    }
                    None if !parents.is_empty() => traces[at] = Trace::Gone(id.into()),
                    None if self.is_shallow() => traces[at] = Trace::Unknown,
                    None => traces[at] = Trace::Never,
                }
            }
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

/// What was looked at already: most folders are the same in most commits.
struct Look<'a> {
    repo: &'a Repo,
    wanted: &'a [Wanted<'a>],
    /// Whether a folder has what is wanted below it, by the folder, what is wanted and how deep the folder lies.
    inside: HashMap<(git2::Oid, usize, usize), bool>,
    /// Whether a file is like what is wanted.
    alike: HashMap<(git2::Oid, usize), bool>,
}

impl Look<'_> {
    /// Whether the commit with the tree `before` has it, where the one with the tree `after` has not.
    fn has(&mut self, at: usize, before: &Tree<'_>, after: &Tree<'_>) -> Result<bool, git2::Error> {
        let wanted = self.wanted;
        let Some(wanted) = wanted.get(at) else { return Ok(false) };
        let (top, rest) = match wanted.path.split_once('/') {
            Some((top, rest)) => (top, Some(rest)),
            None => (wanted.path.as_str(), None),
        };
        let Some(entry) = before.get_name(top) else { return Ok(false) };
        if after.get_name(top).is_some_and(|same| same.id() == entry.id() && same.kind() == entry.kind()) {
            return Ok(false);
        }
        self.below(at, entry.id(), entry.kind(), rest, 1)
    }

    /// Whether it lies at `rest` below this entry; without a rest, whether the entry is it.
    fn below(
        &mut self,
        at: usize,
        id: git2::Oid,
        kind: Option<ObjectType>,
        rest: Option<&str>,
        depth: usize,
    ) -> Result<bool, git2::Error> {
        let (mut id, mut kind, mut rest, mut depth) = (id, kind, rest, depth);
        let mut passed = Vec::new();
        let found = loop {
            let Some(path) = rest else { break self.is_alike(at, id, kind)? };
            if kind != Some(ObjectType::Tree) {
                break false;
            }
            if let Some(known) = self.inside.get(&(id, at, depth)) {
                break *known;
            }
            passed.push((id, at, depth));
            let tree = self.repo.inner.find_tree(id)?;
            let (name, further) = match path.split_once('/') {
                Some((name, further)) => (name, Some(further)),
                None => (path, None),
            };
            let Some(entry) = tree.get_name(name) else { break false };
            (id, kind, rest, depth) = (entry.id(), entry.kind(), further, depth + 1);
        };
        self.inside.extend(passed.into_iter().map(|folder| (folder, found)));
        Ok(found)
    }

    fn is_alike(&mut self, at: usize, id: git2::Oid, kind: Option<ObjectType>) -> Result<bool, git2::Error> {
        let Some(like) = self.wanted.get(at).and_then(|wanted| wanted.like) else { return Ok(true) };
        if kind != Some(ObjectType::Blob) {
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
