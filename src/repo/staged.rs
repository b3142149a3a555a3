//! Many objects that become one pack.
//!
//! A file an object costs a cycle of many learnings more time than all else that it writes. So a plan of many commits is
//! made in memory first, and then all its objects go to the disk in one file. Refuses to decide what is written:
//! whoever writes a plan does.

use super::Repo;
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::io::Write;

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
    let mut pack = git2::Buf::new();
    builder.write_buf(&mut pack).context(failed)?;
    let mut writer = disk.packwriter().context(failed)?;
    writer.write_all(&pack).context(failed)?;
    writer.commit().context(failed)?;
    Ok(())
}
