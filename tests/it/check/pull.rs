//! Pull requests made by `git fast-import`: one process for all of them, and any name and sort of file.

use super::Base;
use git_dream::memory::{Memory, index};
use std::collections::BTreeMap;
use std::io::Write;
use std::process::Stdio;

/// A change on a branch of its own.
#[derive(Default)]
pub(super) struct Pull {
    pub(super) name: String,
    changes: Vec<Change>,
    /// Whether the index is left as it is.
    index_stays: bool,
}

enum Change {
    File { mode: &'static str, path: String, content: Vec<u8> },
    Submodule(String),
    Removed(String),
}

impl Pull {
    pub(super) fn new(name: impl Into<String>) -> Pull {
        Pull { name: name.into(), ..Pull::default() }
    }

    pub(super) fn file(self, path: &str, content: impl Into<Vec<u8>>) -> Pull {
        self.mode("100644", path, content)
    }

    pub(super) fn mode(mut self, mode: &'static str, path: &str, content: impl Into<Vec<u8>>) -> Pull {
        self.changes.push(Change::File { mode, path: path.to_owned(), content: content.into() });
        self
    }

    pub(super) fn submodule(mut self, path: &str) -> Pull {
        self.changes.push(Change::Submodule(path.to_owned()));
        self
    }

    pub(super) fn without(mut self, path: &str) -> Pull {
        self.changes.push(Change::Removed(path.to_owned()));
        self
    }

    /// Leaves MEMORY.md as it is, or as the change itself writes it.
    pub(super) fn without_index(mut self) -> Pull {
        self.index_stays = true;
        self
    }

    /// The files after the change.
    fn after(&self, before: &BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
        let mut files = before.clone();
        for change in &self.changes {
            match change {
                Change::File { path, content, .. } => drop(files.insert(path.clone(), content.clone())),
                Change::Submodule(_) => {}
                Change::Removed(path) => drop(files.remove(path)),
            }
        }
        files
    }
}

/// Makes a branch of each, from the base's `main`; gives their names. The index is brought in step, unless the pull
/// request is about the index.
pub(super) fn import<'a>(base: &Base, pulls: impl IntoIterator<Item = &'a Pull>) -> Vec<String> {
    let (sandbox, dir) = (&base.sandbox, &base.dir);
    let listed = sandbox.git(dir, &["ls-files"]);
    let before: BTreeMap<String, Vec<u8>> =
        listed.lines().map(|path| (path.to_owned(), std::fs::read(dir.join(path)).unwrap())).collect();
    let head = sandbox.git(dir, &["rev-parse", "HEAD"]);
    let mut stream = Vec::new();
    let mut branches = Vec::new();
    for (at, pull) in pulls.into_iter().enumerate() {
        let branch = format!("pull/{at}");
        let message = &pull.name;
        write!(
            stream,
            "commit refs/heads/{branch}\ncommitter Bob <bob@example.com> 1767225600 +0000\ndata {}\n{message}\nfrom {head}\n",
            message.len()
        )
        .unwrap();
        for change in &pull.changes {
            match change {
                Change::File { mode, path, content } => put(&mut stream, mode, path, content),
                Change::Submodule(path) => writeln!(stream, "M 160000 {head} {path}").unwrap(),
                Change::Removed(path) => writeln!(stream, "D {path}").unwrap(),
            }
        }
        if !pull.index_stays {
            let memory = Memory::read(pull.after(&before));
            put(
                &mut stream,
                "100644",
                "MEMORY.md",
                index::regenerate(&memory, &BTreeMap::new(), 2000).as_bytes(),
            );
        }
        stream.push(b'\n');
        branches.push(branch);
    }
    let mut importer = sandbox
        .command("git", dir)
        .args(["fast-import", "--quiet", "--done"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    stream.extend_from_slice(b"done\n");
    importer.stdin.take().unwrap().write_all(&stream).unwrap();
    assert!(importer.wait().unwrap().success());
    branches
}

fn put(stream: &mut Vec<u8>, mode: &str, path: &str, content: &[u8]) {
    write!(
        stream,
        "M {mode} inline \"{}\"\ndata {}\n",
        path.replace('\\', "\\\\").replace('"', "\\\""),
        content.len()
    )
    .unwrap();
    stream.extend_from_slice(content);
    stream.push(b'\n');
}
