//! Searching the notes.
//!
//! A question in words finds what is about them, an error message pasted whole finds the mistake that it is of. The
//! memory is searched as it stands at a commit, so that an answer is right after whatever git has done. Owns what a note is
//! searched by ([`field`], [`words`], [`message`]), the [`index`] and the order of the answers ([`rank`]). There is no server, and no
//! index to look after: one lies beside the repository, is named by the commit's folder, and is brought up to date by
//! reading only the notes that differ. Without it the answer is the same, later.

mod field;
mod index;
mod message;
mod rank;
pub mod words;

use crate::ledger::cache::Cache;
use crate::memory::place;
use crate::repo::{Oid, Repo};
use anyhow::Result;
use field::Searched;
use index::Index;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::BTreeSet;

/// The name of the index in the cache.
const NAME: &str = "recall";

/// A note that answers a question.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hit {
    /// Its path inside the memory.
    pub note: String,
    /// The rule in a sentence.
    pub rule: String,
    /// How well it answers; only to be compared with others of the same answer.
    pub score: f64,
    /// Whether the question holds an error message that the note is about.
    pub is_its_message: bool,
    /// The stems of the question's words that it has, the rarest first.
    pub words: Vec<String>,
    /// The line of its body that is closest to the question.
    pub line: Option<String>,
}

/// The notes of a memory, ready to be asked.
#[derive(Debug)]
pub struct Recall<'r> {
    repo: &'r Repo,
    index: Index,
}

impl<'r> Recall<'r> {
    /// The notes at a commit. `root`: the memory's folder in the repository. Notes in the archive are left out.
    ///
    /// Errors: the repository cannot be read.
    pub fn open(repo: &'r Repo, at: Oid, root: &str) -> Result<Recall<'r>> {
        let cache = Cache::of(repo, true);
        let stamp = stamp(repo, at, root)?;
        let old = match kept(&cache, stamp) {
            Some((true, index)) => return Ok(Recall { repo, index }),
            Some((false, index)) => Some(index),
            None => None,
        };
        let notes: Vec<(String, Oid)> = repo
            .list(at, root)?
            .into_iter()
            .filter_map(|entry| Some((place::inside(root, &entry.path)?.to_owned(), entry.blob)))
            .filter(|(path, _)| place::is_note(path))
            .collect();
        let made = index::make(old.as_ref(), &notes, |unread| read(repo, unread))?;
        cache.store(NAME, &[made.as_slice(), &stamp].concat());
        match Index::open(made) {
            Some(index) => Ok(Recall { repo, index }),
            None => {
                anyhow::bail!("the notes cannot be searched: there is more of them than an index can name")
            }
        }
    }

    /// Whether an index of the notes at this commit lies ready, so that they can be searched at once.
    ///
    /// Errors: the repository cannot be read.
    pub fn is_ready(repo: &Repo, at: Oid, root: &str) -> Result<bool> {
        let stamp = stamp(repo, at, root)?;
        Ok(Cache::of(repo, false).tail(NAME, stamp.len()).is_some_and(|named| named == stamp))
    }

    /// How many notes there are.
    pub fn notes(&self) -> usize {
        self.index.notes
    }

    /// The notes that are about the error message that this line is: paths inside the memory, with their contents' names,
    /// sorted by path.
    pub fn about(&self, line: &str) -> Vec<(String, Oid)> {
        let numbers: BTreeSet<u32> = rank::about(&self.index, line).into_iter().collect();
        numbers
            .into_iter()
            .filter_map(|number| self.index.note(number))
            .map(|note| (note.path, note.blob))
            .collect()
    }

    /// At most so many notes that answer the question, best first.
    ///
    /// Errors: a note cannot be read.
    pub fn ask(&self, question: &str, most: usize) -> Result<Vec<Hit>> {
        rank::best(&self.index, question, most, |blob| {
            Ok(String::from_utf8_lossy(&self.repo.read_blob(blob)?).into_owned())
        })
    }
}

/// What names the index of the notes at a commit: their folder.
fn stamp(repo: &Repo, at: Oid, root: &str) -> Result<[u8; 20]> {
    Ok(repo.folder(at, root)?.map(|folder| *folder.as_bytes()).unwrap_or_default())
}

/// The index that is kept, and whether it has this name.
fn kept(cache: &Cache, stamp: [u8; 20]) -> Option<(bool, Index)> {
    let mut bytes = cache.load(NAME)?;
    let named = *bytes.last_chunk::<20>()?;
    bytes.truncate(bytes.len() - named.len());
    Some((named == stamp, Index::open(bytes)?))
}

/// Reads notes, in parallel.
fn read(repo: &Repo, notes: &[(String, Oid)]) -> Result<Vec<Searched>> {
    let git_dir = repo.git_dir();
    let read = notes.par_iter().with_min_len(32).map_init(
        || Repo::at(git_dir),
        |repo, (path, blob)| {
            let content = match repo {
                Ok(repo) => repo.read_blob(*blob)?,
                Err(error) => anyhow::bail!("{error:#}"),
            };
            Ok(field::searched(path, &String::from_utf8_lossy(&content)))
        },
    );
    read.collect()
}
