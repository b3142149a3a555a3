//! Batches that were sent and not fetched: what they will answer is paid for.
//!
//! One file a batch under `.git/dream/batches/`, with the names of the replies that it will bring. Refuses to know what
//! a batch is beyond that. A file that is deleted costs asking again.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The batches of one repository.
#[derive(Clone, Debug)]
pub(super) struct Batches {
    folder: PathBuf,
}

/// A batch that was sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Sent {
    /// The service's name for it.
    pub(super) id: String,
    /// What tells the service from others.
    pub(super) identity: String,
    /// The model.
    pub(super) model: String,
    /// The names of the replies that it brings.
    pub(super) names: Vec<String>,
}

impl Batches {
    /// The batches that are noted in this folder, which need not be there yet.
    pub(super) fn at(folder: impl Into<PathBuf>) -> Batches {
        Batches { folder: folder.into() }
    }

    /// Notes a batch. That it could not be noted costs asking again, and is nobody's error.
    pub(super) fn remember(&self, sent: &Sent) {
        let write = || -> std::io::Result<()> {
            std::fs::create_dir_all(&self.folder)?;
            let file = self.file(sent);
            let draft = file.with_extension(format!("{}.draft", std::process::id()));
            std::fs::write(&draft, serde_json::to_vec(sent)?)?;
            std::fs::rename(&draft, file)
        };
        let _ = write();
    }

    /// Forgets a batch: it was fetched, or the service knows of it no more.
    pub(super) fn forget(&self, sent: &Sent) {
        let _ = std::fs::remove_file(self.file(sent));
    }

    /// The batches of a service's model, by their names.
    pub(super) fn of(&self, identity: &str, model: &str) -> Vec<Sent> {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return Vec::new() };
        let files = entries.flatten().map(|entry| entry.path());
        let notes = files.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
        let mut all: Vec<Sent> =
            notes.filter_map(|path| serde_json::from_slice(&std::fs::read(path).ok()?).ok()).collect();
        all.retain(|sent| sent.identity == identity && sent.model == model);
        all.sort_by(|a, b| a.id.cmp(&b.id));
        all
    }

    /// Where a batch is noted: two services may use the same name.
    fn file(&self, sent: &Sent) -> PathBuf {
        let name = blake3::hash(format!("{} {}", sent.identity, sent.id).as_bytes());
        self.folder.join(format!("{}.json", name.to_hex()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_known_until_it_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let batches = Batches::at(folder.path().join("batches"));
        let sent = |id: &str, model: &str| Sent {
            id: id.to_owned(),
            identity: "anthropic".to_owned(),
            model: model.to_owned(),
            names: vec!["a".to_owned()],
        };
        [sent("b2", "m"), sent("b1", "m"), sent("b3", "n")].iter().for_each(|sent| batches.remember(sent));
        std::fs::write(folder.path().join("batches/b4.json"), "{\"id\"").unwrap();
        assert_eq!(batches.of("anthropic", "m"), [sent("b1", "m"), sent("b2", "m")]);
        batches.forget(&sent("b1", "m"));
        assert_eq!(batches.of("anthropic", "m"), [sent("b2", "m")]);
    }
}
