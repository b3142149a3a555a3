//! Moving a branch forward together with every working tree that has it checked out.
//!
//! A branch that moves alone leaves whoever has it checked out with a tree that seems to take everything back. So what
//! differs between the two commits is written into each such tree and its index as well, the main one and the linked
//! ones, and nothing else there is touched. The order, and what a killed process leaves behind:
//!
//! 1. The commits are there already ([`Repo::write`]); nothing points to them.
//! 2. Every tree is looked at. One local change in the way, and nothing is done at all.
//! 3. What is to be done is noted down (`dream/advance` in the common folder). Killed from here on, the next git-dream
//!    that writes either finds the branch where it was and forgets the note, or finds it moved and goes on with 4.
//! 4. The refs move, all or none, by compare-and-swap.
//! 5. The files are written, tree after tree, then the note is removed. Killed in here, `git status` shows what is
//!    still missing as staged changes that take it back; the next git-dream that writes completes them, and so does
//!    `git restore --staged --worktree -- <files>`. No file that differs from both commits is ever overwritten.
//!
//! Refuses to merge: the new commit is built on the old one. Refuses to move HEAD: a branch that nobody has checked out
//! moves alone.

mod index;
mod note;
mod tree;

use super::lock::Lock;
use super::read::is_regular;
use super::{MoveError, Oid, RefMove, Repo};
use crate::unusable::Unusable;
use anyhow::{Context, Result, anyhow, bail};
use note::Note;
use std::path::PathBuf;

/// A file of a working tree that keeps a branch from moving.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// The root of the working tree.
    pub tree: PathBuf,
    /// The file's path from there.
    pub path: String,
    /// What is the matter with it, in a few words: `changed`, `staged`, `deleted`, …
    pub why: &'static str,
}

/// Why a branch did not move.
#[derive(Debug)]
pub enum AdvanceError {
    /// People have changes of their own in files that would be written: nothing was done.
    InTheWay(Vec<Blocked>),
    /// The refs did not move; [`MoveError::Lost`] where somebody else moved one first. Only the text of
    /// [`MoveError::Failed`] can say otherwise.
    Refs(MoveError),
}

impl std::fmt::Display for AdvanceError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let blocked = match self {
            AdvanceError::Refs(error) => return write!(f, "{error}"),
            AdvanceError::InTheWay(blocked) => blocked,
        };
        f.write_str("local changes are in the way:")?;
        let mut shown = None;
        for Blocked { tree, path, why } in blocked {
            if shown != Some(tree) {
                write!(f, " in {}:", tree.display())?;
            }
            shown = Some(tree);
            write!(f, " {path} ({why}),")?;
        }
        let paths: Vec<&str> = blocked.iter().map(|blocked| blocked.path.as_str()).collect();
        write!(
            f,
            " nothing was changed; commit them or put them aside (`git stash push --include-untracked -- {}`), then \
             run again",
            paths.join(" ")
        )
    }
}

impl From<MoveError> for AdvanceError {
    fn from(error: MoveError) -> AdvanceError {
        AdvanceError::Refs(error)
    }
}

impl From<anyhow::Error> for AdvanceError {
    fn from(error: anyhow::Error) -> AdvanceError {
        AdvanceError::Refs(MoveError::Failed(error))
    }
}

/// For who only reports it. Local changes are for the user to mend.
impl From<AdvanceError> for anyhow::Error {
    fn from(error: AdvanceError) -> anyhow::Error {
        match error {
            AdvanceError::InTheWay(_) => Unusable(error.to_string()).into(),
            AdvanceError::Refs(MoveError::Failed(error)) => error,
            AdvanceError::Refs(lost) => anyhow::Error::new(lost),
        }
    }
}

/// A file that differs between two commits.
struct Changed {
    /// Its path from the root.
    path: String,
    /// What it was; `None`: nothing.
    from: Option<Version>,
    /// What it becomes; `None`: nothing.
    to: Option<Version>,
}

/// A regular file in a commit or an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Version {
    blob: git2::Oid,
    is_program: bool,
}

impl Repo {
    /// Moves a branch (`main`) from one commit to another that is built on it, and brings every working tree along
    /// that has the branch checked out: see the module's documentation for the order and what a killed process leaves.
    /// `reason`, one line, goes into the reflog.
    ///
    /// Errors: [`AdvanceError::InTheWay`] names all files that are changed, staged, unmerged or untracked and would be
    /// written, in all trees; [`MoveError::Lost`] where the branch is not at `from`. A merge, rebase or bisection under
    /// way in such a tree is an error too. Nothing has changed then.
    pub fn advance(&self, branch: &str, from: Oid, to: Oid, reason: &str) -> Result<(), AdvanceError> {
        self.advance_with(branch, from, to, reason, &[])
    }

    /// The same, with other refs that move in the same transaction: a decision goes into the ledger together with what
    /// it lands. None of them may be a branch that is checked out.
    pub fn advance_with(
        &self,
        branch: &str,
        from: Oid,
        to: Oid,
        reason: &str,
        others: &[RefMove],
    ) -> Result<(), AdvanceError> {
        let folder = self.private_dir();
        let _lock = Lock::take(&folder)?;
        self.settle()?;
        let name = format!("refs/heads/{branch}");
        let mut moves =
            vec![RefMove { name: name.clone(), from: Some(from), to: Some(to), reason: reason.to_owned() }];
        moves.extend_from_slice(others);
        self.check(&moves)?;
        if !self.is_ancestor(from, to)? {
            return Err(anyhow!(
                "{branch} cannot move from {} to {}: the one is not built on the other",
                from.short(),
                to.short()
            )
            .into());
        }
        let linked = self.other_trees()?;
        let on_it = self.on_branch(&linked, &name)?;
        let files = if on_it.is_empty() { Vec::new() } else { self.changed(from, to)? };
        let mut blocked = Vec::new();
        for repo in &on_it {
            tree::check_idle(repo)?;
            blocked.append(&mut tree::blocked(repo, &files)?);
        }
        if !blocked.is_empty() {
            return Err(AdvanceError::InTheWay(blocked));
        }
        if !files.is_empty() {
            note::write(&folder, &Note { branch: name, from, to })?;
        }
        if let Err(error) = self.move_locked(&moves) {
            note::remove(&folder)?;
            return Err(error.into());
        }
        for repo in &on_it {
            tree::bring(repo, to, &files.iter().collect::<Vec<_>>()).with_context(|| {
                format!(
                    "{branch} has moved to {}, but not all files could be written; the next git-dream that writes \
                     completes them, or `git restore --staged --worktree -- <files>` does",
                    to.short()
                )
            })?;
        }
        note::remove(&folder)?;
        Ok(())
    }

    /// Whether any working tree has a branch checked out.
    pub fn is_checked_out(&self, branch: &str) -> Result<bool> {
        let linked = self.other_trees()?;
        Ok(!self.on_branch(&linked, &format!("refs/heads/{branch}"))?.is_empty())
    }

    /// Brings the trees along where a killed process moved a branch and did not get to them. Files that people have
    /// changed since are left as they are. The caller holds the lock and has settled the refs.
    pub(super) fn settle_trees(&self) -> Result<()> {
        let folder = self.private_dir();
        let Some(Note { branch, from, to }) = note::read(&folder)? else { return Ok(()) };
        // Where the branch stands elsewhere, the move was not made, or people have gone on from there.
        if self.resolve(&branch)? == Some(to) {
            let files = self.changed(from, to)?;
            let linked = self.other_trees()?;
            for repo in self.on_branch(&linked, &branch)? {
                index::remove_left(repo)?;
                tree::bring(repo, to, &tree::left(repo, &files)?)?;
            }
        }
        note::remove(&folder)
    }

    /// The working trees, but for this handle's own, as handles of their own.
    fn other_trees(&self) -> Result<Vec<git2::Repository>> {
        let failed = "cannot look at the working trees of the repository; `git worktree list` may say more";
        let mut trees = Vec::new();
        if self.inner.is_worktree() {
            let main = git2::Repository::open(self.common_dir()).context(failed)?;
            trees.push(main);
        }
        for name in self.inner.worktrees().context(failed)?.iter() {
            let Ok(Some(name)) = name else { continue };
            let worktree = self.inner.find_worktree(name).context(failed)?;
            // One whose folder is gone, or lies on a disk that is not there, has no files to write.
            if worktree.validate().is_err() {
                continue;
            }
            let linked = git2::Repository::open_from_worktree(&worktree).context(failed)?;
            if !is_same_folder(linked.path(), self.git_dir()) {
                trees.push(linked);
            }
        }
        Ok(trees)
    }

    /// Of this handle's own tree and the others, those that have a branch checked out. Errors if one of them rebases
    /// or bisects it: the branch is theirs until they are done.
    fn on_branch<'a>(
        &'a self,
        others: &'a [git2::Repository],
        name: &str,
    ) -> Result<Vec<&'a git2::Repository>> {
        let all = std::iter::once(&self.inner).chain(others).filter(|repo| !repo.is_bare());
        let mut on_it = Vec::new();
        for repo in all {
            tree::check_not_held(repo, name)?;
            let head = repo.find_reference("HEAD").context("cannot read HEAD of a working tree")?;
            if head.symbolic_target().ok().flatten() == Some(name) {
                on_it.push(repo);
            }
        }
        Ok(on_it)
    }

    /// The files that differ between two commits.
    fn changed(&self, from: Oid, to: Oid) -> Result<Vec<Changed>> {
        let failed = || format!("cannot compare {} with {}", from.short(), to.short());
        let (before, after) = (self.tree_of(from)?, self.tree_of(to)?);
        let mut options = git2::DiffOptions::new();
        options.context_lines(0).include_typechange(true).skip_binary_check(true);
        let diff = self.inner.diff_tree_to_tree(Some(&before), Some(&after), Some(&mut options));
        let mut files = Vec::new();
        for delta in diff.with_context(failed)?.deltas() {
            let (old, new) = (delta.old_file(), delta.new_file());
            let Some(path) = new.path().or(old.path()).and_then(|path| path.to_str()) else {
                bail!("a file whose name is not UTF-8 would change: bring {} to it with git", to.short());
            };
            let version = |file: &git2::DiffFile<'_>| -> Result<Option<Version>> {
                if file.id().is_zero() {
                    return Ok(None);
                }
                let mode = i32::from(file.mode());
                if !is_regular(mode) {
                    bail!("{path} is no regular file: change it with git");
                }
                Ok(Some(Version { blob: file.id(), is_program: mode & 0o100 != 0 }))
            };
            files.push(Changed { path: path.to_owned(), from: version(&old)?, to: version(&new)? });
        }
        Ok(files)
    }
}

/// Whether two paths lead to one folder, whatever links are on the way.
fn is_same_folder(one: &std::path::Path, other: &std::path::Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}
