//! What lies in a commit, whatever it is, and which lines two texts differ in.

use super::{Oid, Repo};
use anyhow::{Context, Result};
use git2::{ObjectType, TreeWalkMode, TreeWalkResult};
use std::path::Path;

/// Something that lies in a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thing {
    /// Its path from the root of the repository, components joined by `/`; bytes that are no UTF-8 are replaced.
    pub path: String,
    /// What it is.
    pub sort: Sort,
    /// Its content's name; of a submodule, the commit it stands on.
    pub content: Oid,
}

/// What something in a commit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A file.
    File,
    /// A file that may be run.
    Program,
    /// A symbolic link.
    Link,
    /// Another repository.
    Submodule,
}

/// The lines that two texts differ in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// Numbers, from 1, of the lines that only the new text has.
    pub added: Vec<u32>,
    /// How many lines only the old text has.
    pub removed: usize,
}

impl Repo {
    /// Everything in a commit but folders, sorted by path: unlike [`Repo::list`], also what is no regular file.
    pub fn everything(&self, at: Oid) -> Result<Vec<Thing>> {
        let tree = self.tree_of(at)?;
        let mut things = Vec::new();
        let walked = tree.walk(TreeWalkMode::PreOrder, |folder, entry| {
            let sort = match (entry.kind(), entry.filemode()) {
                (Some(ObjectType::Tree), _) => return TreeWalkResult::Ok,
                (Some(ObjectType::Commit), _) => Sort::Submodule,
                (_, 0o120_000) => Sort::Link,
                (_, 0o100_755) => Sort::Program,
                _ => Sort::File,
            };
            let path = format!("{folder}{}", String::from_utf8_lossy(entry.name_bytes()));
            things.push(Thing { path, sort, content: entry.id().into() });
            TreeWalkResult::Ok
        });
        walked.with_context(|| format!("cannot list what lies at {}", at.short()))?;
        things.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(things)
    }
}

/// Compares two texts as `git diff` does.
pub fn changed_lines(before: &[u8], after: &[u8]) -> Result<Lines> {
    let name = Some(Path::new("note"));
    let mut options = git2::DiffOptions::new();
    options.context_lines(0).force_text(true);
    let patch = git2::Patch::from_buffers(before, name, after, name, Some(&mut options))
        .context("cannot compare two texts")?;
    let mut lines = Lines::default();
    for hunk in 0..patch.num_hunks() {
        for line in 0..patch.num_lines_in_hunk(hunk).unwrap_or(0) {
            let line = patch.line_in_hunk(hunk, line).context("cannot compare two texts")?;
            match line.origin() {
                '+' => lines.added.extend(line.new_lineno()),
                '-' => lines.removed += 1,
                _ => {}
            }
        }
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_as_git_diff_tells_them() {
        let lines = |a: &str, b: &str| changed_lines(a.as_bytes(), b.as_bytes()).unwrap();
        assert_eq!(lines("a\nb\nc\n", "a\nx\nc\nd\n"), Lines { added: vec![2, 4], removed: 1 });
        assert_eq!(lines("", "a\n"), Lines { added: vec![1], removed: 0 });
        assert_eq!(lines("a\nb\n", ""), Lines { added: vec![], removed: 2 });
        assert_eq!(lines("a\n", "a\n"), Lines::default());
    }
}
