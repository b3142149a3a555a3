//! Which transcripts need not be read again: a cache beside the repository, not in it.
//!
//! Maps a transcript's path, size and time of modification to the sessions that were read from it. A session
//! is new or not by its content; this only spares finding that out by reading. The file can be deleted at any
//! time, a damaged one counts as empty, and it is replaced as a whole or not at all.
//!
//! A file that is modified in the same tick of the clock in which it was read can keep size and time (git knows
//! this as a racy index entry). So a file is remembered only if it had been left alone for [`MARGIN`] when it
//! was read; one that is still being written to is read again by the next run.

use crate::repo::Repo;
use crate::session::SessionId;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::Metadata;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long a file must have been left alone when it was read: the coarsest clock of a file system in use (FAT)
/// ticks every two seconds.
pub const MARGIN: Duration = Duration::from_secs(3);

/// What a file looks like without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    size: u64,
    /// Nanoseconds since 1970; before that, 0.
    modified: u128,
}

impl Stat {
    /// What the file system says about a file; take it before the file is opened for reading. `None` where the
    /// system knows no time of modification.
    pub fn of(metadata: &Metadata) -> Option<Stat> {
        let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        Some(Stat { size: metadata.len(), modified: modified.as_nanos() })
    }

    /// What something of this size looks like that never changes.
    pub fn fixed(size: u64) -> Stat {
        Stat { size, modified: 0 }
    }
}

/// The cache.
#[derive(Clone, Debug)]
pub struct StatCache {
    file: PathBuf,
    stamp: String,
    files: BTreeMap<String, (Stat, Vec<SessionId>)>,
    changed: bool,
}

impl StatCache {
    /// Reads the cache of a repository. `readers` names everything that decides what is read from a file (the
    /// program's version, a hash of the settings for reading); a cache that was made under another name counts
    /// as empty. Never fails.
    pub fn load(repo: &Repo, readers: &str) -> StatCache {
        StatCache::in_file(repo.private_dir().join("seen"), readers)
    }

    /// The same, kept in this file.
    pub fn in_file(file: PathBuf, readers: &str) -> StatCache {
        let stamp = format!("git-dream seen 1 {}", readers.split_whitespace().collect::<Vec<_>>().join(" "));
        let content = std::fs::read(&file).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let files = content.as_deref().and_then(|content| parse(content, &stamp)).unwrap_or_default();
        StatCache { file, stamp, files, changed: false }
    }

    /// The sessions that a file held when it looked like this; `None` if it has to be read.
    pub fn sessions(&self, path: &Path, stat: &Stat) -> Option<&[SessionId]> {
        let (known, sessions) = self.files.get(path.to_str()?)?;
        (known == stat).then_some(sessions)
    }

    /// Remembers what was read from a file that looked like this before it was opened, at `read_at` by the
    /// machine's own clock (never by `--now`). A file written to shortly before is not remembered.
    pub fn remember(&mut self, path: &Path, stat: &Stat, sessions: &[SessionId], read_at: SystemTime) {
        let Some(path) = path.to_str().filter(|path| !path.contains(['\n', '\t'])) else { return };
        let read_at = read_at.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let settled = stat.modified + MARGIN.as_nanos() <= read_at;
        let entry = settled.then(|| (*stat, sessions.to_vec()));
        self.changed |= self.files.get(path) != entry.as_ref();
        match entry {
            Some(entry) => drop(self.files.insert(path.to_owned(), entry)),
            None => drop(self.files.remove(path)),
        }
    }

    /// Forgets the files for which `keep` is false, as those that are gone.
    pub fn retain(&mut self, mut keep: impl FnMut(&Path) -> bool) {
        let before = self.files.len();
        self.files.retain(|path, _| keep(Path::new(path)));
        self.changed |= self.files.len() != before;
    }

    /// Writes the cache back if it changed. A failure costs the next run time and nothing else.
    pub fn store(&self) -> Result<()> {
        if !self.changed {
            return Ok(());
        }
        let failed = || format!("cannot write {}", self.file.display());
        if let Some(folder) = self.file.parent() {
            std::fs::create_dir_all(folder).with_context(failed)?;
        }
        let draft = self.file.with_file_name(format!("seen.{}", std::process::id()));
        let mut content = format!("{}\n", self.stamp);
        for (path, (stat, sessions)) in &self.files {
            let _ = write!(content, "{}\t{}\t", stat.size, stat.modified);
            for (number, session) in sessions.iter().enumerate() {
                content.push_str(if number > 0 { " " } else { "" });
                content.push_str(session.as_str());
            }
            let _ = writeln!(content, "\t{path}");
        }
        content.push_str("end\n");
        let written = std::fs::File::create(&draft)
            .and_then(|mut file| file.write_all(content.as_bytes()))
            .and_then(|()| std::fs::rename(&draft, &self.file));
        if written.is_err() {
            let _ = std::fs::remove_file(&draft);
        }
        written.with_context(failed)
    }
}

/// `None` unless the content is whole and was made under this stamp.
fn parse(content: &str, stamp: &str) -> Option<BTreeMap<String, (Stat, Vec<SessionId>)>> {
    let lines = content.strip_prefix(stamp)?.strip_prefix('\n')?.strip_suffix("end\n")?;
    let entry = |line: &str| {
        let mut fields = line.splitn(4, '\t');
        let size = fields.next()?.parse().ok()?;
        let modified = fields.next()?.parse().ok()?;
        let sessions: Option<Vec<SessionId>> =
            fields.next()?.split_whitespace().map(SessionId::parse).collect();
        Some((fields.next()?.to_owned(), (Stat { size, modified }, sessions?)))
    };
    lines.lines().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_an_empty_repo(test: impl FnOnce(&Repo, &Path)) {
        let dir = tempfile::tempdir().unwrap();
        let repo = Repo::init(dir.path(), "main").unwrap();
        test(&repo, dir.path());
    }

    fn written(path: &Path, content: &str, seconds_ago: u64) -> (Stat, SystemTime) {
        std::fs::write(path, content).unwrap();
        let now = SystemTime::now();
        let file = std::fs::File::options().write(true).open(path).unwrap();
        file.set_modified(now - Duration::from_secs(seconds_ago)).unwrap();
        (Stat::of(&std::fs::metadata(path).unwrap()).unwrap(), now)
    }

    #[test]
    fn a_file_that_did_not_change_is_known_in_the_next_run() {
        in_an_empty_repo(|repo, dir| {
            let path = dir.join("a b.jsonl");
            let (stat, now) = written(&path, "x", 60);
            let ids = [SessionId::of(b"1"), SessionId::of(b"2")];
            let mut cache = StatCache::load(repo, "v1");
            cache.remember(&path, &stat, &ids, now);
            cache.store().unwrap();
            let cache = StatCache::load(repo, "v1");
            assert_eq!(cache.sessions(&path, &stat), Some(&ids[..]));
            let (grown, _) = written(&path, "xy", 60);
            assert_eq!(cache.sessions(&path, &grown), None);
            assert_eq!(StatCache::load(repo, "v2").sessions(&path, &stat), None);
        });
    }

    #[test]
    fn a_file_written_to_just_now_is_read_again() {
        in_an_empty_repo(|repo, dir| {
            let path = dir.join("s.jsonl");
            let (stat, now) = written(&path, "x", 1);
            let mut cache = StatCache::load(repo, "v1");
            cache.remember(&path, &stat, &[], now);
            assert_eq!(cache.sessions(&path, &stat), None);
        });
    }

    #[test]
    fn a_damaged_cache_counts_as_empty() {
        in_an_empty_repo(|repo, dir| {
            let path = dir.join("s.jsonl");
            let (stat, now) = written(&path, "x", 60);
            let mut cache = StatCache::load(repo, "v1");
            cache.remember(&path, &stat, &[SessionId::of(b"1")], now);
            cache.store().unwrap();
            let file = repo.private_dir().join("seen");
            let whole = std::fs::read(&file).unwrap();
            for damaged in
                [&whole[..whole.len() - 3], b"", b"\xff\xfe", b"git-dream seen 1 v1\nnonsense\nend\n"]
            {
                std::fs::write(&file, damaged).unwrap();
                assert_eq!(StatCache::load(repo, "v1").sessions(&path, &stat), None);
            }
        });
    }
}
