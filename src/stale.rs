//! Stale by proof: which notes name something that the repository they are about no longer has.
//!
//! Verification comes before age: a path, command, flag or version that a note tells agents to use is looked up in the
//! repository at HEAD, and in its history. Owns which repository a note is about ([`place`]), what there is at HEAD and
//! was before ([`lookup`]), and when that proves something dead: it was there and is not any more, or a manifest says
//! otherwise. What a repository never had is no proof: a build may make it, or it lies elsewhere. Refuses to run
//! anything, to look into working trees, and to decide what becomes of the note.

mod finding;
pub(crate) mod ignored;
mod lookup;
mod names;
mod place;
mod versions;
mod walked;

use crate::ledger::cache::Cache;
use crate::memory::note::{self, Status};
use crate::memory::place::{inside, is_note};
use crate::memory::reference::{DeadReference, Reference, What, references};
use crate::repo::{Oid, Repo};
use crate::settings::Settings;
use anyhow::Result;
use finding::Found;
use place::About;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use walked::Walked;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stale {
    /// By the note's path inside the memory: what it names and is gone, by line. Notes without any are left out.
    pub dead: BTreeMap<String, Vec<DeadReference>>,
    /// What could not be looked at, and why: sentences for people.
    pub unseen: Vec<String>,
}

/// Where the last answer lies among the caches.
const CACHED: &str = "stale";

/// Looks up what the notes at a commit name.
///
/// `at`: a commit of the memory's repository. Where the memory is a folder of the repository that it is about, what its
/// notes name is looked up at that commit too; in the clones of `[memory] about`, at their HEAD. A clone that is missing
/// or broken is said in [`Stale::unseen`]. Errors: the memory's own repository cannot be read.
pub fn find(repo: &Repo, at: Oid, settings: &Settings, cache: &Cache) -> Result<Stale> {
    let (places, unseen) = place::find(repo, at, settings);
    if places.is_empty() {
        return Ok(Stale { dead: BTreeMap::new(), unseen });
    }
    let root = &settings.memory.root;
    let notes: Vec<_> = repo
        .list(at, root)?
        .into_iter()
        .filter_map(|entry| Some((inside(root, &entry.path)?.to_owned(), entry.blob)))
        .filter(|(path, _)| is_note(path))
        .collect();
    let key = key(&notes, &places, &unseen);
    let kept: Kept =
        cache.load(CACHED).and_then(|kept| serde_json::from_slice(&kept).ok()).unwrap_or_default();
    if kept.key == key {
        return Ok(kept.stale);
    }
    let mut texts = BTreeMap::new();
    for (path, blob) in notes {
        texts.insert(path, String::from_utf8_lossy(&repo.read_blob(blob)?).into_owned());
    }
    let known_unseen = unseen.len();
    let (stale, walked) = judge(&texts, &places, unseen, &kept.walked);
    // What could not be read this time may be readable the next.
    let key = if stale.unseen.len() == known_unseen { key } else { String::new() };
    let kept = Kept { key, stale, walked };
    if let Ok(content) = serde_json::to_vec(&kept) {
        cache.store(CACHED, &content);
    }
    Ok(kept.stale)
}

/// An answer, and what it was made from.
#[derive(Default, Serialize, Deserialize)]
struct Kept {
    key: String,
    stale: Stale,
    /// What was found in each repository's history, by the repository's folder.
    walked: BTreeMap<String, Walked>,
}

/// Names everything that an answer depends on.
fn key(notes: &[(String, Oid)], places: &[About], unseen: &[String]) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut add = |part: &str| {
        hasher.update(part.as_bytes());
        hasher.update(b"\n");
    };
    for (path, blob) in notes {
        add(path);
        add(&blob.to_string());
    }
    for place in places {
        add(&place.repo.git_dir().to_string_lossy());
        add(&place.head.to_string());
        place.names.iter().for_each(|name| add(name));
    }
    unseen.iter().for_each(|sentence| add(sentence));
    hasher.finalize().to_hex().to_string()
}

/// Looks up everything that these notes name, and puts it together by note. `last`: what the last walks found, by the
/// repositories' folders; gives what these did.
fn judge(
    texts: &BTreeMap<String, String>,
    places: &[About],
    mut unseen: Vec<String>,
    last: &BTreeMap<String, Walked>,
) -> (Stale, BTreeMap<String, Walked>) {
    let mut walked = BTreeMap::new();
    let named: BTreeMap<&String, Vec<Reference>> =
        texts.iter().map(|(path, text)| (path, references(text))).collect();
    let whats: BTreeSet<&What> = named.values().flatten().map(|reference| &reference.what).collect();
    let mut answers = Vec::new();
    for place in places {
        let folder = place.repo.git_dir().to_string_lossy().into_owned();
        match lookup::answers(place, &whats, last.get(&folder)) {
            Ok((found, done)) => {
                walked.insert(folder, done);
                answers.push((place, found));
            }
            Err(error) => unseen.push(format!("{} cannot be looked into: {error:#}", place.shown)),
        }
    }
    let mut dead = BTreeMap::new();
    for (path, references) in named {
        let is_gone = |reference: &Reference| {
            answers.iter().any(|(_, found)| matches!(found.get(&reference.what), Some(Found::Gone(_))))
        };
        if !references.iter().any(is_gone) {
            continue;
        }
        let Some(scope) = texts.get(path).and_then(|text| scope(text)) else { continue };
        let about: Vec<_> = answers.iter().filter(|(place, _)| place.is_meant_by(&scope)).collect();
        let found = |what: &What| about.iter().filter_map(|(_, found)| found.get(what)).collect::<Vec<_>>();
        let stands = |what: &What| found(what).contains(&&Found::Stands);
        let gone: Vec<DeadReference> = references
            .iter()
            .filter(|reference| !stands(&reference.what) && !has_sibling(reference, &references, &stands))
            .filter_map(|Reference { line, named, what }| {
                let gone = found(what).into_iter().find_map(Found::gone)?;
                Some(DeadReference { line: *line, named: named.clone(), gone: gone.to_owned() })
            })
            .collect();
        if !gone.is_empty() {
            dead.insert(path.clone(), gone);
        }
    }
    (Stale { dead, unseen }, walked)
}

/// Whether the note names another version of the same that stands: it tells of a change from one to the other.
fn has_sibling(reference: &Reference, all: &[Reference], stands: &dyn Fn(&What) -> bool) -> bool {
    let What::Version { package, .. } = &reference.what else { return false };
    all.iter().any(|other| {
        matches!(&other.what, What::Version { package: same, .. } if same == package) && stands(&other.what)
    })
}

/// What a note's scope says; `None` where the note is not to be followed, or cannot be read.
fn scope(text: &str) -> Option<String> {
    let front = note::parse(text).ok()?.front;
    (front.status != Status::Retired).then_some(front.scope)
}
