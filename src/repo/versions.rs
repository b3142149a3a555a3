//! The history of a few files: the commits that changed one of them, and nothing of the others.
//!
//! A memory's history is long and a note's is short. Most commits are only passed by: what a folder holds is looked at
//! one by one for the newest of them, then at intervals, and where both ends say the same, what is between them is
//! taken for the same. A change that was undone within such an interval, under messages that do not say so, is passed
//! over: it explains nothing that stands. Far back, where landmarks are leapt to, messages are not read, and the
//! intervals grow to [`FARTHEST_LEAP`] landmarks as long as a file stands; what is gone has to be found where it stood. Owns that walk, and follows renames as git tells them. Refuses to say
//! whose a line is ([`super::blame`]) and what a commit means.

use super::lookup::Lookup;
use super::{Oid, Past, Repo};
use anyhow::{Context, Result};
use jiff::Timestamp;
use memchr::memmem;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// So many commits are looked at one by one before any is passed by.
const ONE_BY_ONE: usize = 128;

/// At most so many commits are passed by at once.
const LONGEST_STRIDE: usize = 64;

/// So many commits are walked before landmarks are leapt to.
const BEFORE_LEAPS: usize = 1000;

/// At most so many landmarks are leapt over at once. Git keeps a folder as what differs from another version of it, up to
/// fifty times over, so that every one of them costs about as much as all that lie between it and the next.
const FARTHEST_LEAP: usize = 8;

/// What says in a message that the commit takes another one back.
const REVERTS: &str = "This reverts commit ";

/// Which files, and what is known of the history that they lie in.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// Where to begin.
    pub tip: Oid,
    /// The files, by their paths at the tip or, for those that are gone, where they last lay.
    pub paths: &'a [String],
    /// The folders that a file may have been moved from.
    pub folders: &'a [String],
    /// Commits of this history that are known without walking it, oldest first.
    pub landmarks: &'a [Oid],
    /// Those of them that are kept, and that the walk has to reach.
    pub kept: &'a BTreeSet<Oid>,
    /// Words in a message that say: this commit is about these files.
    pub telling: &'a [String],
}

/// The history of some files.
#[derive(Clone, Debug, Default)]
pub struct Versions {
    /// Parents before their children; the last one is the tip, which is there whatever it changed.
    pub commits: Vec<Version>,
    /// The commit that a shallow clone begins with, where the walk came that far.
    pub cut: Option<Oid>,
}

/// What a commit made of the files.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// The commit. Its parents are the nearest ones that are kept here.
    pub past: Past,
    /// The files, in the order in which they were asked for.
    pub files: Vec<FileAt>,
}

/// A file in a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileAt {
    /// Where it lies, or would.
    pub path: String,
    /// Its content; `None` where it is not there.
    pub blob: Option<Oid>,
}

impl Versions {
    /// The version that a commit made.
    pub fn of(&self, commit: Oid) -> Option<&Version> {
        self.commits.iter().find(|version| version.past.id == commit)
    }
}

impl Repo {
    /// The commits in the history of the tip that changed one of these files. Where a merge changed one, both sides
    /// are followed.
    ///
    /// Errors: the repository cannot be read. A history that a shallow clone cuts off is no error.
    pub fn versions(&self, wanted: &Wanted<'_>) -> Result<Versions> {
        let mut walk = Walk {
            repo: self,
            wanted,
            found: BTreeMap::new(),
            sides: VecDeque::new(),
            unmet: wanted.kept.clone(),
            one_by_one: ONE_BY_ONE,
            walked: 0,
            cut: None,
            lookup: Lookup::new(self),
            passed: BTreeMap::new(),
        };
        let files = walk.files(wanted.tip, wanted.paths)?;
        walk.line(wanted.tip, files)?;
        while let Some(Side { merge, parent, start, paths }) = walk.sides.pop_front() {
            let files = walk.files(start, &paths)?;
            let first = walk.line(start, files)?;
            if let (Some(first), Some(version)) = (first, walk.found.get_mut(&merge)) {
                let place = parent.min(version.past.parents.len());
                version.past.parents.insert(place, first);
            }
        }
        let cut = walk.cut;
        Ok(Versions { commits: in_order(walk.found, wanted.tip), cut })
    }
}

/// A line of history that a merge brought, to be walked later.
struct Side {
    merge: Oid,
    parent: usize,
    start: Oid,
    paths: Vec<String>,
}

struct Walk<'r, 'a> {
    repo: &'r Repo,
    wanted: &'a Wanted<'a>,
    found: BTreeMap<Oid, Version>,
    sides: VecDeque<Side>,
    /// The kept landmarks that the walk has not come by.
    unmet: BTreeSet<Oid>,
    /// How many more commits are looked at one by one.
    one_by_one: usize,
    walked: usize,
    cut: Option<Oid>,
    lookup: Lookup<'r>,
    /// What the walk asks of a commit, as often as it does: git2 reads a commit anew every time.
    passed: BTreeMap<Oid, Passed>,
}

/// What the walk asks of a commit that it comes by.
#[derive(Clone, Copy)]
struct Passed {
    /// Its outermost folder.
    root: Oid,
    first_parent: Option<Oid>,
    /// When it was committed.
    at: Timestamp,
    /// Whether its message says that it is about the files.
    is_telling: bool,
}

impl Walk<'_, '_> {
    /// Walks along first parents. Gives the first commit that is kept, whether it was found here or before.
    fn line(&mut self, start: Oid, mut files: Vec<FileAt>) -> Result<Option<Oid>> {
        let (mut at, mut child, mut first) = (start, None::<Oid>, None);
        loop {
            let next = self.next(at, &files)?;
            first = first.or(Some(next));
            if let Some(version) = child.and_then(|child| self.found.get_mut(&child)) {
                version.past.parents.insert(0, next);
            }
            if self.found.contains_key(&next) {
                return Ok(first);
            }
            self.unmet.remove(&next);
            let mut past = self.repo.past(next)?;
            let parents = std::mem::take(&mut past.parents);
            self.found.insert(next, Version { past, files: files.clone() });
            let Some(parent) = parents.first().copied() else {
                self.cut = self.cut.or(self.repo.is_cut_off(next)?.then_some(next));
                return Ok(first);
            };
            let before = self.before(next, parent, &files)?;
            self.look_aside(next, &parents, &files, &before)?;
            (at, child, files) = (parent, Some(next), before);
            if self.unmet.is_empty() && files.iter().all(|file| file.blob.is_none()) {
                self.end(parent, next, files)?;
                return Ok(first);
            }
        }
    }

    /// Keeps a commit behind which nothing matters any more.
    fn end(&mut self, commit: Oid, child: Oid, files: Vec<FileAt>) -> Result<()> {
        if let Some(version) = self.found.get_mut(&child) {
            version.past.parents.insert(0, commit);
        }
        if !self.found.contains_key(&commit) {
            let past = Past { parents: Vec::new(), ..self.repo.past(commit)? };
            self.found.insert(commit, Version { past, files });
        }
        Ok(())
    }

    /// The newest commit at or below this one, which has these files, that is kept: its first parent has others, or
    /// it is wanted for itself, or it is the last one.
    fn next(&mut self, at: Oid, files: &[FileAt]) -> Result<Oid> {
        let mut same = at;
        let mut landmarks = self.wanted.landmarks;
        let (mut stride, mut reach) = (1, 1);
        loop {
            if self.is_kept(same) {
                return Ok(same);
            }
            if self.walked >= BEFORE_LEAPS && self.leap(&mut same, &mut landmarks, &mut reach, files)? {
                continue;
            }
            let is_telling = self.passed(same)?.is_telling;
            if self.one_by_one == 0 && !is_telling {
                stride = (stride * 2).min(LONGEST_STRIDE);
            }
            let stretch = self.below(same, if is_telling { 1 } else { stride })?;
            self.one_by_one = self.one_by_one.saturating_sub(1);
            let Some(end) = stretch.last().copied() else { return Ok(same) };
            if self.has(end, files)? {
                same = end;
                continue;
            }
            let (mut has, mut has_not) = (0, stretch.len());
            // Of the commits before the stretch's first one and at its end it is known.
            while has_not - has > 1 {
                let middle = (has + has_not) / 2;
                match stretch.get(middle - 1) {
                    Some(commit) if self.has(*commit, files)? => has = middle,
                    _ => has_not = middle,
                }
            }
            return Ok(has.checked_sub(1).and_then(|at| stretch.get(at)).copied().unwrap_or(same));
        }
    }

    fn is_kept(&self, commit: Oid) -> bool {
        commit == self.wanted.tip || self.wanted.kept.contains(&commit) || self.found.contains_key(&commit)
    }

    /// Moves on to an older landmark if it has the same files: the next one, then, while that goes well, one farther off.
    fn leap(
        &mut self,
        same: &mut Oid,
        landmarks: &mut &[Oid],
        reach: &mut usize,
        files: &[FileAt],
    ) -> Result<bool> {
        let at = self.passed(*same)?.at;
        let mut chosen = None;
        let mut older = *landmarks;
        let mut left = *reach;
        while let Some((landmark, rest)) = older.split_last().filter(|_| left > 0) {
            older = rest;
            // One that a rewritten history no longer has may be gone.
            if self.passed(*landmark).is_ok_and(|passed| passed.at < at) && landmark != same {
                chosen = Some((*landmark, rest));
                left = if self.is_kept(*landmark) { 0 } else { left - 1 };
            }
        }
        let Some((landmark, rest)) = chosen else { return Ok(false) };
        if self.has(landmark, files)? {
            (*same, *landmarks) = (landmark, rest);
            let stands = files.iter().any(|file| file.blob.is_some());
            *reach = if stands { (*reach * 2).min(FARTHEST_LEAP) } else { 1 };
            return Ok(true);
        }
        if *reach == 1 {
            *landmarks = &[];
            return Ok(false);
        }
        *reach = 1;
        self.leap(same, landmarks, reach, files)
    }

    /// So many first parents of a commit; fewer where one is kept, or says that it is about these files.
    fn below(&mut self, commit: Oid, most: usize) -> Result<Vec<Oid>> {
        let (mut at, mut stretch) = (commit, Vec::new());
        while stretch.len() < most {
            let Some(parent) = self.passed(at)?.first_parent else { break };
            stretch.push(parent);
            self.walked += 1;
            if self.is_kept(parent) || (most > 1 && self.passed(parent)?.is_telling) {
                break;
            }
            at = parent;
        }
        Ok(stretch)
    }

    fn passed(&mut self, commit: Oid) -> Result<Passed> {
        if let Some(passed) = self.passed.get(&commit) {
            return Ok(*passed);
        }
        let read = self.repo.commit(commit)?;
        let message = read.message_bytes();
        let says = |words: &str| memmem::find(message, words.as_bytes()).is_some();
        let passed = Passed {
            root: read.tree_id().into(),
            first_parent: read.parent_ids().next().map(Oid::from),
            at: Timestamp::from_second(read.time().seconds()).unwrap_or_default(),
            is_telling: says(REVERTS) || self.wanted.telling.iter().any(|words| says(words)),
        };
        self.passed.insert(commit, passed);
        Ok(passed)
    }

    /// What the files were before a commit: where it moved one, it is looked for where it was.
    fn before(&mut self, commit: Oid, parent: Oid, files: &[FileAt]) -> Result<Vec<FileAt>> {
        let paths: Vec<String> = files.iter().map(|file| file.path.clone()).collect();
        let mut before = self.files(parent, &paths)?;
        let is_new = |(now, then): (&FileAt, &FileAt)| now.blob.is_some() && then.blob.is_none();
        if !files.iter().zip(&before).any(is_new) {
            return Ok(before);
        }
        let renamed = self.repo.renamed(parent, commit, self.wanted.folders)?;
        for (now, then) in files.iter().zip(&mut before).filter(|(now, then)| is_new((now, then))) {
            if let Some((earlier, _)) = renamed.iter().find(|(_, path)| **path == now.path) {
                *then = self.file(parent, earlier)?;
            }
        }
        Ok(before)
    }

    /// Notes the other parents of a merge for later, if what it changed may have come from there.
    fn look_aside(&mut self, merge: Oid, parents: &[Oid], files: &[FileAt], before: &[FileAt]) -> Result<()> {
        let paths: Vec<String> = files.iter().map(|file| file.path.clone()).collect();
        for (number, start) in parents.iter().enumerate().skip(1) {
            let there = self.files(*start, &paths)?;
            let mut each = files.iter().zip(before).zip(&there);
            if each.any(|((now, then), there)| now.blob != then.blob && there.blob != then.blob) {
                self.sides.push_back(Side { merge, parent: number, start: *start, paths: paths.clone() });
            }
        }
        Ok(())
    }

    fn has(&mut self, commit: Oid, files: &[FileAt]) -> Result<bool> {
        let root = self.passed(commit)?.root;
        for file in files {
            if self.lookup.blob(root, &file.path)? != file.blob {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn files(&mut self, commit: Oid, paths: &[String]) -> Result<Vec<FileAt>> {
        paths.iter().map(|path| self.file(commit, path)).collect()
    }

    fn file(&mut self, commit: Oid, path: &str) -> Result<FileAt> {
        let root = self.passed(commit)?.root;
        Ok(FileAt { path: path.to_owned(), blob: self.lookup.blob(root, path)? })
    }
}

impl Repo {
    pub(super) fn commit(&self, id: Oid) -> Result<git2::Commit<'_>> {
        let found = self.inner.find_commit(id.raw());
        found.with_context(|| format!("cannot read the commit {id}; `git fsck` may say more"))
    }

    /// Whether a shallow clone begins with this commit: it has parents, and git knows not to look for them.
    fn is_cut_off(&self, id: Oid) -> Result<bool> {
        let commit = self.commit(id)?;
        Ok(commit.parent_count() == 0 && memmem::find(commit.raw_header_bytes(), b"\nparent ").is_some())
    }
}

/// Parents before their children, the tip last.
fn in_order(mut found: BTreeMap<Oid, Version>, tip: Oid) -> Vec<Version> {
    let mut order = Vec::new();
    let mut open = vec![(tip, 0)];
    let mut begun = BTreeSet::from([tip]);
    while let Some((commit, parent)) = open.pop() {
        let next = found.get(&commit).and_then(|version| version.past.parents.get(parent).copied());
        match next {
            Some(next) => {
                open.push((commit, parent + 1));
                if begun.insert(next) {
                    open.push((next, 0));
                }
            }
            None => order.push(commit),
        }
    }
    order.into_iter().filter_map(|commit| found.remove(&commit)).collect()
}
