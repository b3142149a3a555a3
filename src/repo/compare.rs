//! What lies in a commit, whatever it is, which lines two texts differ in, and what two changes of one text make.

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

/// Two changes of one text, put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The text; where both changed the same lines, both versions between markers.
    pub text: Vec<u8>,
    /// Whether there are no markers in it.
    pub is_clean: bool,
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

/// Puts two changes of one text together as `git merge` does. `names`: what the markers call the first and the second.
pub fn merged(base: &[u8], one: &[u8], other: &[u8], names: (&str, &str)) -> Result<Merged> {
    let input = |content| {
        let mut input = git2::MergeFileInput::new();
        input.content(content);
        input
    };
    let mut options = git2::MergeFileOptions::new();
    options.our_label(names.0).their_label(names.1);
    let made = git2::merge_file(&input(base), &input(one), &input(other), Some(&mut options))
        .context("cannot put two texts together")?;
    Ok(Merged { text: made.content().to_vec(), is_clean: made.is_automergeable() })
}

/// The difference of two texts as `git diff` shows it, line by line: `@`, ` `, `-` or `+`, and what follows it. Bytes
/// that are no UTF-8 are replaced.
pub fn diff(before: &[u8], after: &[u8]) -> Result<Vec<(char, String)>> {
    let failed = "cannot compare two texts";
    let mut options = git2::DiffOptions::new();
    options.force_text(true);
    let mut patch =
        git2::Patch::from_buffers(before, None, after, None, Some(&mut options)).context(failed)?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end_matches(['\n', '\r']).to_owned();
    let mut lines = Vec::new();
    let mut take = |sort: char, bytes: &[u8]| match sort {
        'H' => lines.push(('@', text(bytes).trim_start_matches('@').to_owned())),
        ' ' | '-' | '+' => lines.push((sort, text(bytes))),
        _ => {}
    };
    patch
        .print(&mut |_, _, line| {
            take(line.origin(), line.content());
            true
        })
        .context(failed)?;
    Ok(lines)
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
    fn a_difference_is_shown_as_git_shows_it() {
        let shown = diff(b"a\nb\n", b"a\nc\n").unwrap();
        let shown: Vec<String> = shown.iter().map(|(sort, text)| format!("{sort}{text}")).collect();
        assert_eq!(shown, ["@ -1,2 +1,2 @@", " a", "-b", "+c"]);
    }

    #[test]
    fn changes_of_different_lines_go_together_and_of_the_same_line_do_not() {
        let base = b"a\nb\nc\nd\ne\n";
        let merge = |other: &[u8]| merged(base, b"A\nb\nc\nd\ne\n", other, ("here", "there")).unwrap();
        assert_eq!(merge(b"a\nb\nc\nd\nE\n"), Merged { text: b"A\nb\nc\nd\nE\n".to_vec(), is_clean: true });
        let both = merge(b"X\nb\nc\nd\ne\n");
        assert!(!both.is_clean && String::from_utf8_lossy(&both.text).contains("<<<<<<< here"));
    }

    #[test]
    fn lines_are_told_as_git_diff_tells_them() {
        let lines = |a: &str, b: &str| changed_lines(a.as_bytes(), b.as_bytes()).unwrap();
        assert_eq!(lines("a\nb\nc\n", "a\nx\nc\nd\n"), Lines { added: vec![2, 4], removed: 1 });
        assert_eq!(lines("", "a\n"), Lines { added: vec![1], removed: 0 });
        assert_eq!(lines("a\nb\n", ""), Lines { added: vec![], removed: 2 });
        assert_eq!(lines("a\n", "a\n"), Lines::default());
    }
}
