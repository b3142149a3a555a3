//! Looking up single files, in one commit or in many.
//!
//! A memory's folders are long and mostly one of their names is wanted: git2 makes an object of every entry of a
//! folder, which takes longer than reading it. So what git has written is searched as it stands, name after name ([`entry`]).
//! And most commits leave a folder as it was: [`Lookup`] owns what folders were found to hold, by their names, which are
//! the hashes of what is in them, so that each is read once, however many commits have it.

use super::read::is_regular;
use super::{Oid, Repo};
use anyhow::{Context, Result};
use memchr::memchr;
use std::collections::BTreeMap;

/// The mode of a folder.
const FOLDER: i32 = 0o040_000;

/// An entry of a folder: its mode and its object.
type Entry = (i32, Oid);

/// Files as they were looked up.
pub(super) struct Lookup<'r> {
    repo: &'r Repo,
    /// By a folder's name and the entry's.
    seen: BTreeMap<(Oid, String), Option<Entry>>,
}

impl<'r> Lookup<'r> {
    pub(super) fn new(repo: &'r Repo) -> Lookup<'r> {
        Lookup { repo, seen: BTreeMap::new() }
    }

    /// The content of a file in a commit's outermost folder, by its name; `None` if it is not there.
    pub(super) fn blob(&mut self, root: Oid, path: &str) -> Result<Option<Oid>> {
        let inside = |folder: Oid, name: &str| {
            let key = (folder, name.to_owned());
            Ok(match self.seen.get(&key) {
                Some(seen) => *seen,
                None => *self.seen.entry(key).or_insert(self.repo.inside(folder, name)?),
            })
        };
        Ok(follow(root, path, inside)?.and_then(regular))
    }
}

impl Repo {
    /// What lies at a path of a commit.
    pub(super) fn entry_at(&self, at: Oid, path: &str) -> Result<Option<Entry>> {
        follow(self.commit(at)?.tree_id().into(), path, |folder, name| self.inside(folder, name))
            .with_context(|| format!("cannot read {path} at {}", at.short()))
    }

    fn inside(&self, folder: Oid, name: &str) -> Result<Option<Entry>> {
        let failed = || format!("cannot read the folder {folder}; `git fsck` may say more");
        let read = self.inner.odb().and_then(|odb| {
            let object = odb.read(folder.raw())?;
            Ok((object.kind() == git2::ObjectType::Tree).then(|| entry(object.data(), name)))
        });
        read.with_context(failed)?.with_context(failed)
    }
}

/// The content of an entry that is a regular file.
pub(super) fn regular((mode, object): Entry) -> Option<Oid> {
    is_regular(mode).then_some(object)
}

/// Goes from folder to folder.
fn follow(
    root: Oid,
    path: &str,
    mut inside: impl FnMut(Oid, &str) -> Result<Option<Entry>>,
) -> Result<Option<Entry>> {
    let mut at = None;
    for name in path.split('/').filter(|name| !name.is_empty()) {
        let folder = match at {
            None => root,
            Some((FOLDER, folder)) => folder,
            Some(_) => return Ok(None),
        };
        at = inside(folder, name)?;
        if at.is_none() {
            return Ok(None);
        }
    }
    Ok(at)
}

/// The entry of this name in a folder as git writes it: one after the other, each `<octal mode> <name>`, a zero byte and
/// the 20 bytes of the object's name. `None` where there is none; what is damaged ends the list.
fn entry(mut folder: &[u8], name: &str) -> Option<Entry> {
    loop {
        let end = memchr(0, folder)?;
        let (said, rest) = folder.split_at_checked(end)?;
        let (object, rest) = rest.get(1..)?.split_first_chunk::<20>()?;
        let mode = said.strip_suffix(name.as_bytes()).and_then(|mode| mode.strip_suffix(b" "));
        // A name may have blanks of its own, a mode has none.
        if let Some(mode) = mode.filter(|mode| mode.iter().all(u8::is_ascii_digit)) {
            let mode = i32::from_str_radix(std::str::from_utf8(mode).ok()?, 8).ok()?;
            return Some((mode, Oid::from_bytes(*object)));
        }
        folder = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_found_by_its_whole_name() {
        let mut folder = Vec::new();
        for (mode, name, byte) in
            [("100644", "a", 0_u8), ("100644", "1 a", 1), ("40000", "b", 2), ("120000", "c", 3)]
        {
            folder.extend(format!("{mode} {name}\0").into_bytes());
            folder.extend([byte; 20]);
        }
        let found = |name: &str| {
            entry(&folder, name).map(|(mode, object)| (mode, object == Oid::from_bytes([2; 20])))
        };
        assert_eq!(found("b"), Some((FOLDER, true)));
        assert_eq!(entry(&folder, "1 a"), Some((0o100_644, Oid::from_bytes([1; 20]))));
        assert_eq!(entry(&folder, "a"), Some((0o100_644, Oid::from_bytes([0; 20]))));
        assert_eq!([found(""), found("d"), found("44 a"), found("644 a")], [None; 4]);
        folder.truncate(folder.len() - 1);
        assert_eq!(entry(&folder, "c"), None, "cut off");
        assert_eq!(entry(b"", "a"), None);
    }
}
