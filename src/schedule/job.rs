//! What a timer of this machine runs: a dream of one memory, and then its publishing.
//!
//! Owns the words of the commands and the names that a timer goes by. Refuses paths that no crontab, unit or plist can
//! hold.

use crate::repo::Repo;
use crate::unusable::Unusable;
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Where programs are that every system has, for what git starts in its turn.
const USUAL_PLACES: [&str; 4] = ["/usr/local/bin", "/usr/bin", "/bin", "/opt/homebrew/bin"];

/// What a timer runs, in words that hold wherever it is run from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// This program, as an absolute path.
    pub program: String,
    /// The memory repository, as an absolute path.
    pub memory: String,
    /// Where programs are looked for: `PATH`.
    pub search_path: String,
    /// The file that what is said goes to.
    pub log: String,
    /// Whether there is a remote to fetch from and to publish to.
    pub has_remote: bool,
}

impl Job {
    /// What a timer runs for this memory: this program, wherever it is.
    ///
    /// Errors: a path cannot be found out, or no timer can hold it ([`Job::new`]).
    pub fn of(repo: &Repo) -> Result<Job> {
        let real = |path: PathBuf| -> Result<PathBuf> {
            let path = std::path::absolute(&path)
                .with_context(|| format!("cannot find out where {} is", path.display()))?;
            Ok(path.canonicalize().unwrap_or(path))
        };
        let memory = repo.work_dir().unwrap_or_else(|| repo.git_dir());
        let program = std::env::current_exe().context("cannot find out where this program is")?;
        let log = real(repo.private_dir())?.join("timer.log");
        let search_path = std::env::var_os("PATH").unwrap_or_default();
        let has_remote = !repo.remotes()?.is_empty();
        Ok(Job::new(&program, &real(memory.to_owned())?, &log, &search_path, has_remote)?)
    }

    /// A job of these paths. `search_path` is the caller's `PATH`, of which the folder with `git` is taken.
    ///
    /// Errors: a path that is no UTF-8 or holds a line break, a tab or another control character.
    pub fn new(
        program: &Path,
        memory: &Path,
        log: &Path,
        search_path: &std::ffi::OsStr,
        has_remote: bool,
    ) -> Result<Job, Unusable> {
        let mut seen = BTreeSet::new();
        let mut places: Vec<String> = Vec::new();
        let has_git = |folder: &PathBuf| folder.is_absolute() && is_there(&folder.join("git"));
        let git = std::env::split_paths(search_path).find(has_git);
        let own = git.as_deref().map(plain).transpose()?;
        for place in own.into_iter().chain(USUAL_PLACES.map(str::to_owned)) {
            // A folder with a colon in its name cannot stand in a PATH at all.
            if !place.contains(':') && seen.insert(place.clone()) {
                places.push(place);
            }
        }
        Ok(Job {
            program: plain(program)?,
            memory: plain(memory)?,
            log: plain(log)?,
            search_path: places.join(":"),
            has_remote,
        })
    }

    /// The commands, one after the other; each only if the one before it succeeded.
    pub fn commands(&self) -> Vec<Vec<&str>> {
        let dream = |words: &[&'static str]| {
            [self.program.as_str(), "-C", self.memory.as_str()]
                .into_iter()
                .chain(words.iter().copied())
                .collect()
        };
        match self.has_remote {
            true => vec![dream(&["run", "--fetch"]), dream(&["publish"])],
            false => vec![dream(&["run"])],
        }
    }

    /// The name that this memory's timer goes by: `git-dream-team-memory-1a2b3c4d`. Letters, digits, `-`, `.` and `_`.
    pub fn name(&self) -> String {
        let folder = Path::new(&self.memory).file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let folder: String = folder.chars().take(40).map(|c| if is_plain(c) { c } else { '-' }).collect();
        let hash: String = blake3::hash(self.memory.as_bytes()).to_hex().chars().take(8).collect();
        format!("git-dream-{}-{hash}", folder.trim_matches(['-', '.']))
    }
}

fn is_there(program: &Path) -> bool {
    program.is_file() || program.with_extension("exe").is_file()
}

/// A path as text that fits into one line.
fn plain(path: &Path) -> Result<String, Unusable> {
    let text = path.to_str().filter(|text| !text.chars().any(char::is_control));
    let refused = || {
        Unusable(format!(
            "a timer cannot hold the path {}: it has a line break, a control character, or is not UTF-8; rename or \
             move it",
            path.display().to_string().escape_debug()
        ))
    };
    text.map(str::to_owned).ok_or_else(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_goes_by_a_name_that_files_can_have() {
        let job = |memory: &str| {
            Job::new(Path::new("/p"), Path::new(memory), Path::new("/l"), "".as_ref(), true).unwrap()
        };
        let name = job("/home/a b/Büro's 100% memory").name();
        assert!(name.starts_with("git-dream-B-ro-s-100--memory-"), "{name}");
        assert_ne!(job("/a/memory").name(), job("/b/memory").name());
        assert!(Job::new(Path::new("/p"), Path::new("/a\nb"), Path::new("/l"), "".as_ref(), true).is_err());
    }
}
