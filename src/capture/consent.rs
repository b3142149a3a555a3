//! What a person agreed to: which projects' sessions may be captured, for which memory, under what name.
//!
//! One TOML file in the user's own folder. Owns its format and how it is changed. Nothing that lies in a repository can
//! add to it: whoever clones a project that says "send your sessions here" has agreed to nothing.

use super::name;
use crate::unusable::Unusable;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::path::{Path, PathBuf};

/// What stands at the top of the file.
const HEAD: &str = "\
# Whose agent sessions may be captured by git-dream, and where what they taught goes to. Only `git dream connect`
# writes here. What is not named here is not captured.

";

/// Everything that was agreed to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// The projects, in the order of their folders.
    #[serde(default, rename = "project", skip_serializing_if = "Vec::is_empty")]
    pub projects: Vec<Project>,
}

/// A project whose sessions may be captured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// Its folder, absolute and without links.
    pub folder: PathBuf,
    /// The memory that its digests go to: an address as git takes it, or an absolute path.
    pub memory: String,
    /// The name that they count for.
    pub name: String,
    /// Globs of what is kept out; see [`super::belonging`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
}

impl Consent {
    /// What the file says; nothing where there is none.
    ///
    /// Errors: it cannot be read, or says what cannot be. Then nothing is captured rather than too much.
    pub fn read(file: &Path) -> Result<Consent> {
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Consent::default()),
            Err(error) => return Err(unusable(file, &error.to_string())),
        };
        let consent: Consent = toml::from_str(&text).map_err(|error| unusable(file, &error.to_string()))?;
        for project in &consent.projects {
            if !project.folder.is_absolute() {
                return Err(unusable(file, &format!("{} is no absolute path", project.folder.display())));
            }
            if !name::is_name(&project.name) {
                return Err(unusable(file, &format!("{:?} cannot be a contributor's name", project.name)));
            }
        }
        Ok(consent)
    }

    /// The project with this folder.
    pub fn project(&self, folder: &Path) -> Option<&Project> {
        self.projects.iter().find(|project| project.folder == folder)
    }

    /// The same with this project, in place of what was agreed to for its folder before.
    pub fn with(&self, project: Project) -> Consent {
        let mut consent = self.without(&project.folder);
        consent.projects.push(project);
        consent.projects.sort_by(|a, b| a.folder.cmp(&b.folder));
        consent
    }

    /// The same without the project with this folder.
    pub fn without(&self, folder: &Path) -> Consent {
        let others = self.projects.iter().filter(|project| project.folder != folder);
        Consent { projects: others.cloned().collect() }
    }

    /// Replaces the file as a whole or not at all.
    pub fn write(&self, file: &Path) -> Result<()> {
        let failed = || format!("cannot write {}: is its folder yours to write to?", file.display());
        let folder = file.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).with_context(failed)?;
        let text = format!("{HEAD}{}", toml::to_string(self).with_context(failed)?);
        let beside = folder.join(format!("projects.toml.{}", std::process::id()));
        let written = std::fs::File::create(&beside)
            .and_then(|mut open| open.write_all(text.as_bytes()).and_then(|()| open.sync_all()))
            .and_then(|()| std::fs::rename(&beside, file));
        if written.is_err() {
            // Whatever is left of it is nobody's.
            let _ = std::fs::remove_file(&beside);
        }
        written.with_context(failed)
    }
}

fn unusable(file: &Path, why: &str) -> anyhow::Error {
    Unusable(format!(
        "{} cannot be used, so nothing is captured: {why}; mend it, or delete it and connect your projects again",
        file.display()
    ))
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_agreed_to_is_read_back_and_changed_one_by_one() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("deep/er/projects.toml");
        assert_eq!(Consent::read(&file).unwrap(), Consent::default());
        let project = |folder: &str, memory: &str| Project {
            folder: dir.path().join(folder),
            memory: memory.to_owned(),
            name: "ann".to_owned(),
            exclude: vec!["*.secret".to_owned()],
        };
        let consent =
            Consent::default().with(project("b", "m")).with(project("a", "m")).with(project("b", "n"));
        consent.write(&file).unwrap();
        let read = Consent::read(&file).unwrap();
        assert_eq!(read, consent);
        assert_eq!(read.projects, [project("a", "m"), project("b", "n")]);
        assert_eq!(read.without(&dir.path().join("a")).projects, [project("b", "n")]);
        assert_eq!(std::fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_cannot_be_understood_agrees_to_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("projects.toml");
        for text in [
            "[[project]]\nfolder = \"relative\"\nmemory = \"m\"\nname = \"ann\"\n",
            "[[project]]\nfolder = \"/x\"\nmemory = \"m\"\nname = \"../ann\"\n",
            "[[project]]\nfolder = \"/x\"\n",
            "[[projects]]\n",
            "\u{0}",
        ] {
            std::fs::write(&file, text).unwrap();
            let said = Consent::read(&file).unwrap_err().to_string();
            assert!(said.contains("nothing is captured"), "{said}");
        }
    }
}
