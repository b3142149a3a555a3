//! Where a person's consent and what waits to be pushed lie: folders of the user, never of a repository.

use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The user's own folders for git-dream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// The file of consent.
    pub consent: PathBuf,
    /// The folder with a queue for each memory, and what is remembered of captures.
    pub outbox: PathBuf,
}

impl Places {
    /// The places of the user with this home folder. `variable` looks a name up in the environment: `XDG_CONFIG_HOME`
    /// and `XDG_DATA_HOME`, on Windows `APPDATA` and `LOCALAPPDATA`; a relative path in one of them counts as none, as the
    /// XDG base directory specification says.
    pub fn of_user(home: &Path, variable: impl Fn(&str) -> Option<OsString>) -> Places {
        let folder = |names: [&str; 2], otherwise: &str| {
            let names = if cfg!(windows) { &names[..] } else { &names[..1] };
            let mut said = names.iter().filter_map(|name| variable(name)).map(PathBuf::from);
            said.find(|path| path.is_absolute()).unwrap_or_else(|| home.join(otherwise))
        };
        Places {
            consent: folder(["XDG_CONFIG_HOME", "APPDATA"], ".config")
                .join("git-dream")
                .join("projects.toml"),
            outbox: folder(["XDG_DATA_HOME", "LOCALAPPDATA"], ".local/share")
                .join("git-dream")
                .join("outbox"),
        }
    }

    /// The file with what went wrong in captures that nobody watched.
    pub fn trouble(&self) -> PathBuf {
        self.outbox.join("trouble.log")
    }

    /// The file that names the transcripts that were kept out when their session ended.
    pub fn kept_out(&self) -> PathBuf {
        self.outbox.join("kept-out")
    }

    /// The transcripts that were kept out when their session ended.
    pub fn kept_out_paths(&self) -> BTreeSet<PathBuf> {
        let text = std::fs::read_to_string(self.kept_out()).unwrap_or_default();
        text.lines().map(PathBuf::from).collect()
    }

    /// Keeps these transcripts out of every later capture.
    pub fn keep_out(&self, transcripts: &[PathBuf]) -> Result<()> {
        let failed = || format!("cannot write {}", self.kept_out().display());
        std::fs::create_dir_all(&self.outbox).with_context(failed)?;
        let mut file =
            File::options().create(true).append(true).open(self.kept_out()).with_context(failed)?;
        let known = self.kept_out_paths();
        let new = transcripts.iter().filter(|path| !known.contains(*path));
        let lines: String = new.map(|path| format!("{}\n", path.display())).collect();
        file.write_all(lines.as_bytes()).with_context(failed)
    }

    /// A folder of a memory's own, inside of one that has one for each.
    pub fn of_memory(folder: &Path, memory: &str) -> PathBuf {
        folder.join(&blake3::hash(memory.as_bytes()).to_hex()[..16])
    }

    /// The folder with a repository for each memory that lies elsewhere and is written to.
    pub fn away(&self) -> PathBuf {
        self.outbox.with_file_name("away")
    }

    /// The folder with a copy of each memory that lies elsewhere, for reading.
    pub fn copies(&self) -> PathBuf {
        self.outbox.with_file_name("copies")
    }

    /// The file that remembers what was put into agents' settings ([`crate::agents::Record`]).
    pub fn connected(&self) -> PathBuf {
        self.outbox.with_file_name("agents.json")
    }

    /// The folder with what is known of notes that were put before agents ([`crate::usage`]).
    pub fn usage(&self) -> PathBuf {
        self.outbox.with_file_name("usage")
    }

    /// What is known of transcripts without opening them.
    pub fn seen(&self) -> PathBuf {
        self.outbox.join("seen")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_says_where_unless_it_says_nonsense() {
        let home = std::env::temp_dir();
        let nothing = Places::of_user(&home, |_| None);
        assert_eq!(nothing.consent, home.join(".config/git-dream/projects.toml"));
        assert_eq!(nothing.outbox, home.join(".local/share/git-dream/outbox"));
        let relative = Places::of_user(&home, |_| Some("somewhere".into()));
        assert_eq!(relative, nothing);
        let elsewhere = home.join("elsewhere");
        let said = |name: &str| (name == "XDG_DATA_HOME").then(|| elsewhere.clone().into_os_string());
        assert_eq!(Places::of_user(&home, said).outbox, elsewhere.join("git-dream/outbox"));
    }
}
