//! What can be had again, but takes time: files beside the repository, not in it.
//!
//! Owns the files under `.git/dream/cache/` and the promise that comes with them: **a cache saves time and changes
//! nothing**. Any of them can be deleted at any moment, by anybody.
//!
//! | file | what is in it | what names it |
//! |---|---|---|
//! | `digests/<blob>` | the digests of a file of the ledger ([`super::packed`]) | the git object, which is the hash of what is in it |
//! | `seen` | what the sessions show of what was proposed | the hash of where ledger and inboxes stand, and of the settings of mining |
//! | `readings` | what was read in texts ([`crate::pattern::memo`]) | each reading by the hash of its text |
//!
//! So nothing here goes out of date with the ledger: what is asked for by content is there or is not. Two things make
//! a file worthless, and it counts as absent then: it was written by another program (a reading is what *this* program
//! reads in a text), or it is not whole (its hash stands at its end). Settings name what depends on them; no reading
//! does. A file is written under another name and then renamed, so a reader never meets half of it; a writer that was
//! killed leaves a draft behind that the next one replaces. That a file could not be written costs the next cycle time
//! and is nobody's error. So commands that only read may write here, too.

use super::packed;
use crate::digest::Digest;
use crate::pattern::memo;
use crate::repo::{Oid, Repo};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

/// Where the readings of texts lie.
const READINGS: &str = "readings";

/// Where the digests of the ledger's files lie.
const DIGESTS: &str = "digests";

/// Fewest digests of a file that are kept: fewer are read from git as fast.
const WORTH_KEEPING: usize = 4;

/// The caches of one repository.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
    stamp: String,
    may_write: bool,
}

impl Cache {
    /// The caches of a repository. Where nothing may be written they are only read.
    pub fn of(repo: &Repo, may_write: bool) -> Cache {
        let stamp = format!("git-dream cache 1 {}", program());
        Cache { folder: repo.private_dir().join("cache"), stamp, may_write }
    }

    /// What a file holds; `None` where it is absent, damaged, or another program's.
    pub fn load(&self, name: &str) -> Option<Vec<u8>> {
        let mut content = std::fs::read(self.folder.join(name)).ok()?;
        let length = content.len().checked_sub(blake3::OUT_LEN + self.stamp.len())?;
        let (whole, end) = content.split_at_checked(length)?;
        let hash = end.strip_suffix(self.stamp.as_bytes())?;
        if hash != blake3::hash(whole).as_bytes() {
            return None;
        }
        content.truncate(length);
        Some(content)
    }

    /// The last bytes of what a file holds, for who only asks which one it is; whether it is whole, [`Cache::load`] looks.
    pub fn tail(&self, name: &str, bytes: usize) -> Option<Vec<u8>> {
        let mut file = std::fs::File::open(self.folder.join(name)).ok()?;
        let end = bytes + blake3::OUT_LEN + self.stamp.len();
        file.seek(SeekFrom::End(-i64::try_from(end).ok()?)).ok()?;
        let mut tail = Vec::with_capacity(end);
        file.read_to_end(&mut tail).ok()?;
        let is_ours = tail.ends_with(self.stamp.as_bytes());
        tail.truncate(bytes);
        (is_ours && tail.len() == bytes).then_some(tail)
    }

    /// Replaces what a file holds, as a whole or not at all.
    pub fn store(&self, name: &str, content: &[u8]) {
        if !self.may_write {
            return;
        }
        let file = self.folder.join(name);
        let draft = file.with_extension("draft");
        let write = || -> std::io::Result<()> {
            std::fs::create_dir_all(file.parent().unwrap_or(&self.folder))?;
            let mut out = std::fs::File::create(&draft)?;
            out.write_all(content)?;
            out.write_all(blake3::hash(content).as_bytes())?;
            out.write_all(self.stamp.as_bytes())?;
            drop(out);
            std::fs::rename(&draft, &file)
        };
        if write().is_err() {
            let _ = std::fs::remove_file(&draft);
        }
    }

    /// Does what reads many texts, recalling what was read in them before ([`memo`]), and keeps what was read now.
    pub fn recalling<T>(&self, work: impl FnOnce() -> T) -> T {
        memo::recall(self.load(READINGS).unwrap_or_default());
        let done = work();
        if let Some(readings) = memo::keep() {
            self.store(READINGS, &readings);
        }
        done
    }

    /// Drops everything, because something in it is to be forgotten.
    pub fn clear(&self) -> std::io::Result<()> {
        match std::fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The digests in one of the ledger's files; `None` where they are not kept.
    pub(super) fn digests(&self, blob: Oid) -> Option<Vec<Digest>> {
        packed::unpack(&self.load(&format!("{DIGESTS}/{blob}"))?)
    }

    /// Keeps the digests in one of the ledger's files: all of its lines, in their order.
    pub(super) fn keep_digests<'d>(&self, blob: Oid, digests: impl ExactSizeIterator<Item = &'d Digest>) {
        if self.may_write && digests.len() >= WORTH_KEEPING {
            self.store(&format!("{DIGESTS}/{blob}"), &packed::pack(digests));
        }
    }

    /// Drops the files of digests for which `keep` is false, as those of inboxes that were folded in, and drafts.
    pub(super) fn retain_digests(&self, keep: impl Fn(&str) -> bool) {
        let files = std::fs::read_dir(self.folder.join(DIGESTS)).ok().filter(|_| self.may_write);
        for file in files.into_iter().flatten().flatten() {
            if !file.file_name().to_str().is_some_and(&keep) {
                let _ = std::fs::remove_file(file.path());
            }
        }
    }
}

/// Names the running program: its version, and the size and age of its file, so that one that was built anew trusts
/// nothing that the one before it read.
fn program() -> String {
    let file = std::env::current_exe().and_then(std::fs::metadata);
    let built = file.ok().map(|file| {
        let modified = file.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        format!("{} {}", file.len(), modified.unwrap_or_default().as_nanos())
    });
    format!("{} {}", env!("CARGO_PKG_VERSION"), built.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_damaged_or_another_programs_is_absent() {
        let dir = tempfile::tempdir().unwrap();
        let repo = Repo::init(dir.path(), "main").unwrap();
        let cache = Cache::of(&repo, true);
        assert_eq!(cache.load(READINGS), None);
        cache.store(READINGS, b"one thing");
        cache.store(READINGS, b"another");
        assert_eq!(cache.load(READINGS).as_deref(), Some(&b"another"[..]));
        Cache::of(&repo, false).store(READINGS, b"not to be written");
        assert_eq!(Cache::of(&repo, false).load(READINGS).as_deref(), Some(&b"another"[..]));
        let file = cache.folder.join(READINGS);
        let whole = std::fs::read(&file).unwrap();
        let mut changed = whole.clone();
        *changed.last_mut().unwrap() ^= 1;
        let of_another = String::from_utf8_lossy(&whole).replacen("cache 1 ", "cache 1 0", 1).into_bytes();
        for damaged in [&whole[..whole.len() - 1], &changed, &of_another, b"", b"\xff"] {
            std::fs::write(&file, damaged).unwrap();
            assert_eq!(cache.load(READINGS), None);
        }
        std::fs::write(&file, &whole).unwrap();
        assert!(cache.load(READINGS).is_some());
    }
}
