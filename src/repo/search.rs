//! Searching the files of a commit.

use super::{Oid, Repo};
use anyhow::{Context, Result};

/// What a search may cost.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Most files that are read.
    pub files: usize,
    /// Largest file that is read, bytes.
    pub file_bytes: usize,
    /// Most that is read of all files together, bytes.
    pub bytes: usize,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Searched {
    /// The first file, by path, that is alike.
    Found(String),
    /// No file is.
    Nowhere,
    /// None of those that were read; there are more than the bounds allow.
    Unfinished,
}

impl Repo {
    /// Looks for a file at a commit: first `chosen` is asked about its path, then `alike` about its content. Binary
    /// files (with a zero byte in the first 8,000, as git tells them) are passed over.
    pub fn search(
        &self,
        at: Oid,
        bounds: Bounds,
        chosen: &dyn Fn(&str) -> bool,
        alike: &dyn Fn(&[u8]) -> bool,
    ) -> Result<Searched> {
        let (mut files, mut bytes) = (0, 0);
        let mut all_read = true;
        let failed = || format!("cannot search the files at {}; `git fsck` may say more", at.short());
        let odb = self.inner.odb().with_context(failed)?;
        for entry in self.list(at, "")? {
            if !chosen(&entry.path) {
                continue;
            }
            let (size, _) = odb.read_header(entry.blob.raw()).with_context(failed)?;
            if size > bounds.file_bytes {
                all_read = false;
                continue;
            }
            files += 1;
            bytes += size;
            if files > bounds.files || bytes > bounds.bytes {
                return Ok(Searched::Unfinished);
            }
            let content = self.read_blob(entry.blob)?;
            let is_binary = content.iter().take(8000).any(|byte| *byte == 0);
            if !is_binary && alike(&content) {
                return Ok(Searched::Found(entry.path));
            }
        }
        Ok(if all_read { Searched::Nowhere } else { Searched::Unfinished })
    }
}
