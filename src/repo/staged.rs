//! Many objects that become one pack.
//!
//! A file an object costs a cycle of many learnings more time than all else that it writes. So a plan of many commits is
//! made in memory first, and then all its objects go to the disk in one file. That file is put together in a folder of
//! our own and then moved to the others: a process that is killed leaves nothing behind among git's files, where `git
//! gc` would never remove it. Refuses to decide what is written: whoever writes a plan does.

use super::Repo;
use super::lock::Lock;
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

/// The folder for packs under way, among what is no history.
pub(super) const PACKING: &str = "packing";

/// Commits of a plan from which it is packed. Each of them is about five objects, and from a hundred objects on git
/// keeps what it fetches in a pack (`transfer.unpackLimit`).
pub(super) const MANY_COMMITS: usize = 20;

/// Before this backend nothing comes: what is written goes there.
const FIRST: i32 = 1000;

/// A handle of a repository that sees what is there and keeps in memory what is written.
pub(super) fn in_memory(repo: &Repo) -> Result<Repo> {
    let staged = Repo::at(repo.git_dir())?;
    let odb = staged.inner.odb().context("cannot open the objects of the repository")?;
    odb.add_new_mempack_backend(FIRST).context("cannot keep objects in memory")?;
    drop(odb);
    Ok(staged)
}

/// Writes these objects, which are in memory, to the disk; those that are there already are left as they are.
pub(super) fn pack(repo: &Repo, staged: &Repo, objects: &BTreeSet<git2::Oid>) -> Result<()> {
    let failed = "cannot write a pack of objects to git";
    let disk = repo.inner.odb().context(failed)?;
    let mut builder = staged.inner.packbuilder().context(failed)?;
    for object in objects.iter().filter(|object| !disk.exists(**object)) {
        builder.insert_object(*object, None).context(failed)?;
    }
    if builder.object_count() == 0 {
        return Ok(());
    }
    let mut pack = git2::Buf::new();
    builder.write_buf(&mut pack).context(failed)?;
    let (folder, _held) = Lock::take_one_of(&repo.private_dir().join(PACKING))?;
    empty(&folder).context(failed)?;
    let mut writer = git2::Indexer::new(None, &folder, 0, false).context(failed)?;
    writer.write_all(&pack).context(failed)?;
    let name = writer.commit().context(failed)?;
    let packs = repo.common_dir().join("objects").join("pack");
    std::fs::create_dir_all(&packs).context(failed)?;
    // A pack is there for readers once its index is.
    for ending in ["pack", "idx"] {
        let file = format!("pack-{name}.{ending}");
        std::fs::rename(folder.join(&file), packs.join(&file)).context(failed)?;
    }
    Ok(())
}

/// Removes what killed processes left of packs that they were writing. A folder that somebody works in is passed by.
pub(super) fn clean(private: &Path) -> Result<()> {
    let folders = std::fs::read_dir(private.join(PACKING)).into_iter().flatten().flatten();
    for folder in folders.map(|entry| entry.path()) {
        if let Some(_held) = Lock::take_if_free(&folder)? {
            empty(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
        }
    }
    Ok(())
}

/// Removes the packs and indexes in a folder, whole ones and others.
fn empty(folder: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("pack")) {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_process_left_is_removed_and_what_a_living_one_writes_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let repo = Repo::init(dir.path(), "main").unwrap();
        let packing = repo.private_dir().join(PACKING);
        repo.recover().unwrap();
        assert!(!packing.exists());
        let (living, held) = Lock::take_one_of(&packing).unwrap();
        let (dead, free) = Lock::take_one_of(&packing).unwrap();
        drop(free);
        assert_ne!(living, dead);
        let drafts = [&living, &dead].map(|folder| folder.join("pack_git2_a1b2c3.idx.lock"));
        drafts.iter().for_each(|draft| std::fs::write(draft, "half").unwrap());
        repo.recover().unwrap();
        assert_eq!(drafts.each_ref().map(|draft| draft.exists()), [true, false]);
        drop(held);
        repo.recover().unwrap();
        assert!(!drafts[0].exists());
    }
}
