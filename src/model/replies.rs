//! Replies that were paid for: the same question is not asked twice.
//!
//! One file a reply under `.git/dream/replies/`, named by the hash of everything that the answer depends on. A cycle
//! that failed, and one that is made again, finds what it had asked. Deleting a file costs one call. Refuses to keep
//! anything but replies: a failure may pass.

use super::{Prompt, Reply};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Most replies that are kept; the oldest go.
const MOST: usize = 4_096;

/// The replies of one repository.
#[derive(Clone, Debug)]
pub struct Replies {
    folder: PathBuf,
}

impl Replies {
    /// The replies that lie in this folder, which need not be there yet.
    pub fn at(folder: impl Into<PathBuf>) -> Replies {
        Replies { folder: folder.into() }
    }

    /// The reply that this service's model gave to this prompt; `None` where there is none that can be read.
    pub fn find(&self, service: &str, model: &str, prompt: &Prompt) -> Option<Reply> {
        let kept = std::fs::read(self.folder.join(name(service, model, prompt))).ok()?;
        serde_json::from_slice(&kept).ok()
    }

    /// Keeps a reply, as a whole or not at all. That it could not be kept costs a call another time, and is nobody's
    /// error.
    pub fn keep(&self, service: &str, model: &str, prompt: &Prompt, reply: &Reply) {
        self.keep_as(&name(service, model, prompt), reply);
    }

    /// Keeps a reply under its [`name`].
    pub(super) fn keep_as(&self, name: &str, reply: &Reply) {
        let file = self.folder.join(name);
        let write = || -> std::io::Result<()> {
            std::fs::create_dir_all(&self.folder)?;
            let mut draft = tempfile_in(&self.folder, &file)?;
            serde_json::to_writer(&mut draft.1, reply)?;
            draft.1.flush()?;
            std::fs::rename(&draft.0, &file)
        };
        let _ = write();
    }

    /// Removes the oldest beyond [`MOST`].
    pub fn prune(&self) {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return };
        let changed =
            |entry: std::fs::DirEntry| Some((entry.metadata().ok()?.modified().ok()?, entry.path()));
        let mut files: Vec<_> = entries.flatten().filter_map(changed).collect();
        files.sort_by(|a, b| b.cmp(a));
        for (_, file) in files.into_iter().skip(MOST) {
            let _ = std::fs::remove_file(file);
        }
    }
}

/// A file beside the one to be, named by the process that writes it.
fn tempfile_in(folder: &Path, file: &Path) -> std::io::Result<(PathBuf, std::io::BufWriter<std::fs::File>)> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let draft = folder.join(format!("{name}.{}.draft", std::process::id()));
    let out = std::fs::File::create(&draft)?;
    Ok((draft, std::io::BufWriter::new(out)))
}

/// The hash of everything that an answer depends on.
pub(super) fn name(service: &str, model: &str, prompt: &Prompt) -> String {
    let Prompt { task, system, user, schema, most_tokens } = prompt;
    let (schema, most) = (schema.to_string(), most_tokens.to_string());
    let mut hasher = blake3::Hasher::new();
    for part in [service, model, task, system.as_str(), user.as_str(), &schema, &most] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::super::Tokens;
    use super::*;
    use crate::redact::redact;

    #[test]
    fn a_reply_is_found_again_by_the_same_question_only() {
        let folder = tempfile::tempdir().unwrap();
        let replies = Replies::at(folder.path().join("replies"));
        let prompt = |user: &str| Prompt {
            task: "explain",
            system: redact("be brief"),
            user: redact(user),
            schema: serde_json::json!({"type": "object"}),
            most_tokens: 100,
        };
        let reply = Reply { text: redact("{}"), model: "m-1".to_owned(), tokens: Tokens::default() };
        assert_eq!(replies.find("s", "m", &prompt("why?")), None);
        replies.keep("s", "m", &prompt("why?"), &reply);
        assert_eq!(replies.find("s", "m", &prompt("why?")), Some(reply));
        for (service, model, user) in [("t", "m", "why?"), ("s", "n", "why?"), ("s", "m", "how?")] {
            assert_eq!(replies.find(service, model, &prompt(user)), None);
        }
        std::fs::write(folder.path().join("replies").join(name("s", "m", &prompt("why?"))), "{\"te").unwrap();
        assert_eq!(replies.find("s", "m", &prompt("why?")), None, "half a file is none");
    }
}
