//! Whose a line is: which commit brought each line of a file.
//!
//! Told as `git blame` tells it, but over the few commits that changed the file ([`super::versions`]), so that a long
//! history costs nothing. Refuses to say what a person or a dream meant by it.

use super::versions::{Version, Versions};
use super::{Oid, Repo};
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::path::Path;

/// A line on its way back: its place in the file as it is now, and in the version that is looked at. Both from 0.
type Line = (usize, usize);

impl Repo {
    /// The commit that brought each line of a file, first line first. `file`: its place among those that were asked
    /// for. Empty where the tip does not have it.
    ///
    /// Errors: a content cannot be read.
    pub fn blame(&self, versions: &Versions, file: usize) -> Result<Vec<Oid>> {
        let content = |version: &Version| version.files.get(file).and_then(|file| file.blob);
        let Some(tip) = versions.commits.last() else { return Ok(Vec::new()) };
        let Some(now) = content(tip) else { return Ok(Vec::new()) };
        let count = lines(&self.read_blob(now)?);
        let mut owners = vec![tip.past.id; count];
        let mut waiting: BTreeMap<Oid, Vec<Line>> = BTreeMap::new();
        waiting.insert(tip.past.id, (0..count).map(|line| (line, line)).collect());
        for version in versions.commits.iter().rev() {
            let Some(mut left) = waiting.remove(&version.past.id) else { continue };
            for parent in version.past.parents.iter().filter_map(|parent| versions.of(*parent)) {
                let (Some(own), Some(theirs)) = (content(version), content(parent)) else { continue };
                let kept = if own == theirs { None } else { Some(self.kept_lines(theirs, own)?) };
                let mut stay = Vec::new();
                for (line, at) in left {
                    let there = kept.as_ref().map_or(Some(at), |kept| kept.get(&at).copied());
                    match there {
                        Some(there) => waiting.entry(parent.past.id).or_default().push((line, there)),
                        None => stay.push((line, at)),
                    }
                }
                left = stay;
            }
            for (line, _) in left {
                if let Some(owner) = owners.get_mut(line) {
                    *owner = version.past.id;
                }
            }
        }
        Ok(owners)
    }

    /// For each line of the new content that the old one has too: which line it was. From 0.
    fn kept_lines(&self, old: Oid, new: Oid) -> Result<BTreeMap<usize, usize>> {
        kept_lines(&self.read_blob(old)?, &self.read_blob(new)?)
    }
}

/// How many lines a content has, as git counts them.
fn lines(content: &[u8]) -> usize {
    let ends = content.iter().filter(|byte| **byte == b'\n').count();
    ends + usize::from(!content.is_empty() && !content.ends_with(b"\n"))
}

fn kept_lines(old: &[u8], new: &[u8]) -> Result<BTreeMap<usize, usize>> {
    let failed = "cannot compare two versions of a note";
    let name = Some(Path::new("note"));
    let mut options = git2::DiffOptions::new();
    options.context_lines(0).force_text(true);
    let patch = git2::Patch::from_buffers(old, name, new, name, Some(&mut options)).context(failed)?;
    let mut kept = BTreeMap::new();
    let (mut old_at, mut new_at) = (0, 0);
    for hunk in 0..patch.num_hunks() {
        let (hunk, _) = patch.hunk(hunk).context(failed)?;
        let start = |start: u32, lines: u32| (start as usize).saturating_sub(usize::from(lines > 0));
        let new_start = start(hunk.new_start(), hunk.new_lines());
        while new_at < new_start {
            kept.insert(new_at, old_at);
            (old_at, new_at) = (old_at + 1, new_at + 1);
        }
        old_at += hunk.old_lines() as usize;
        new_at += hunk.new_lines() as usize;
    }
    let count = lines(new);
    while new_at < count {
        kept.insert(new_at, old_at);
        (old_at, new_at) = (old_at + 1, new_at + 1);
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_stay_are_found_where_they_were() {
        let kept = |old: &str, new: &str| {
            let kept = kept_lines(old.as_bytes(), new.as_bytes()).unwrap();
            kept.into_iter().collect::<Vec<_>>()
        };
        assert_eq!(kept("a\nb\nc\n", "a\nx\nc\nd\n"), [(0, 0), (2, 2)]);
        assert_eq!(kept("b\nc\n", "a\nb\nc"), [(1, 0)], "a line without its end is another one");
        assert_eq!(kept("a\nb\nc\nd\n", "b\nd\n"), [(0, 1), (1, 3)]);
        assert_eq!(kept("", "a\n"), []);
    }
}
