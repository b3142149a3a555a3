//! Transcripts that Entire's command line keeps with the code: on the branch `entire/checkpoints/v1`, redacted by it.
//!
//! Read straight from git's objects, as <https://github.com/entireio/cli> documents the layout
//! (`docs/architecture/sessions-and-checkpoints.md`): `<id[:2]>/<id[2:]>/<n>/full.jsonl` is what session number `n` of a
//! checkpoint said up to then, in parts `full.jsonl.001` and so on where it is long, with `metadata.json` beside it. A
//! session has a transcript in every checkpoint made while it went on; the last one holds them all. Refuses to
//! trust the redaction: the text is read like any other transcript's.

use super::{FileSeen, Gathered, OneFile, Sources};
use crate::digest;
use crate::ledger::Erased;
use crate::ledger::stat_cache::Stat;
use crate::repo::{Here, Oid, Repo};
use crate::session::{Session, SessionId, Skipped, read_bytes};
use crate::settings::Reading;
use crate::usage;
use anyhow::{Result, bail};
use rayon::prelude::*;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The branch.
pub const BRANCH: &str = "entire/checkpoints/v1";
/// Most entries of one folder that are looked at.
const MOST_ENTRIES: usize = 100_000;
/// Largest metadata that is read, bytes.
const LARGEST_METADATA: u64 = 1 << 20;
/// Largest transcript that is read, bytes: what is read of a file is bounded, but an object comes as a whole.
const LARGEST: u64 = 512 << 20;

/// A transcript on the branch.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Kept {
    /// `<ref>:<path>`.
    name: String,
    parts: Vec<Oid>,
    size: u64,
}

/// What says which session a transcript is of.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Metadata {
    session_id: String,
    created_at: String,
}

/// Where the branch stands in a repository: its own and those of its remotes, by full name.
pub fn tips(repo: &Repo) -> Result<Vec<(String, Oid)>> {
    let mut tips = repo.refs_under("refs/heads/")?;
    tips.extend(repo.refs_under("refs/remotes/")?);
    let is_one = |name: &str| name.strip_suffix(BRANCH).is_some_and(|before| before.ends_with('/'));
    tips.retain(|(name, _)| is_one(name));
    Ok(tips)
}

impl Gathered {
    /// Adds the sessions on the branch, if the sources name a repository that has it. Those in `seen` are counted only.
    pub(super) fn add_entire(
        &mut self,
        sources: &Sources<'_>,
        seen: &BTreeSet<SessionId>,
        erased: &Erased,
        reading: &Reading,
    ) -> Result<()> {
        let Some(git_dir) = sources.entire else { return Ok(()) };
        let (kept, skipped) = kept(&Repo::at(git_dir)?)?;
        self.skipped.extend(skipped);
        let (mut unread, mut known_sessions) = (Vec::new(), Vec::new());
        for one in &kept {
            let known =
                self.cache.as_ref().and_then(|cache| cache.sessions(&one.path(), &Stat::fixed(one.size)));
            match known.filter(|sessions| sessions.iter().all(|session| seen.contains(session))) {
                Some(sessions) => known_sessions.extend_from_slice(sessions),
                None => unread.push(one),
            }
        }
        self.count(&known_sessions, erased);
        let read: Vec<Result<OneFile>> = unread
            .par_iter()
            .map_init(
                || Repo::at(git_dir),
                |repo, kept| match repo {
                    Ok(repo) => kept.read(repo, seen, reading, sources.usage),
                    Err(error) => bail!("{error:#}"),
                },
            )
            .collect();
        for file in read {
            let OneFile { seen, digests, skipped, .. } = file?;
            self.count(&seen.sessions, erased);
            self.digests.extend(digests);
            self.skipped.extend(skipped);
            self.files.push(seen);
        }
        Ok(())
    }
}

impl Kept {
    /// What it is called where files are remembered. Its content never changes.
    fn path(&self) -> PathBuf {
        let parts: Vec<String> = self.parts.iter().map(Oid::to_string).collect();
        PathBuf::from(format!("entire:{}", parts.join("+")))
    }

    fn read(
        &self,
        repo: &Repo,
        seen: &BTreeSet<SessionId>,
        reading: &Reading,
        usage: Option<&Path>,
    ) -> Result<OneFile> {
        let parts: Vec<Vec<u8>> =
            self.parts.iter().map(|part| repo.read_blob(*part)).collect::<Result<_>>()?;
        let (mut sessions, mut digests, mut unused) = (Vec::new(), Vec::new(), Vec::new());
        let mut take = |session: Session| {
            sessions.push(session.id.clone());
            if !seen.contains(&session.id) {
                let mut digest = digest::read(&session, reading);
                let name = Path::new(&self.name);
                unused.extend(usage.and_then(|folder| usage::add_to(&mut digest, &session, folder, name)));
                digests.push(digest);
            }
        };
        let mut skipped = read_bytes(&self.name, &parts.join(&b'\n'), reading, &mut take).skipped;
        skipped.append(&mut unused);
        let (path, stat, at) = (self.path(), Some(Stat::fixed(self.size)), SystemTime::now());
        Ok(OneFile { seen: FileSeen { path, stat, sessions, at }, digests, skipped, unsettled: false })
    }
}

/// The last transcript of every session, sorted by name; and what could not be used.
fn kept(repo: &Repo) -> Result<(Vec<Kept>, Vec<Skipped>)> {
    let mut last: BTreeMap<String, (String, Kept)> = BTreeMap::new();
    let mut skipped = Vec::new();
    for (tip, commit) in tips(repo)? {
        for folder in folders(repo, commit)? {
            let Some(here) = repo.list_here(commit, &folder, MOST_ENTRIES)? else { continue };
            let name = format!("{tip}:{folder}/full.jsonl");
            let Some(parts) = parts(&here) else { continue };
            let sizes: Result<Vec<u64>> = parts.iter().map(|part| repo.blob_size(*part)).collect();
            let size = sizes?.iter().sum();
            if size > LARGEST {
                let reason = format!("{size} bytes: {LARGEST} are read of a transcript");
                skipped.push(Skipped { path: name, line: None, reason });
                continue;
            }
            let Metadata { session_id, created_at } = metadata(repo, &here)?;
            let key = if session_id.is_empty() { name.clone() } else { session_id };
            let kept = Kept { name, parts, size };
            // A session only grows, so of two that were kept at one moment the longer one is the later one.
            let is_later = |(at, other): &(String, Kept)| (&created_at, size) > (at, other.size);
            if last.get(&key).is_none_or(is_later) {
                last.insert(key, (created_at, kept));
            }
        }
    }
    let mut kept: Vec<Kept> = last.into_values().map(|(_, kept)| kept).collect();
    kept.sort_by(|a, b| a.name.cmp(&b.name));
    kept.dedup_by(|a, b| a.parts == b.parts);
    Ok((kept, skipped))
}

/// The folders that may hold a session's transcript: those of checkpoints, and the numbered ones in them.
fn folders(repo: &Repo, commit: Oid) -> Result<Vec<String>> {
    let inside = |folder: &str, is_one: fn(&str) -> bool| -> Result<Vec<String>> {
        let here = repo.list_here(commit, folder, MOST_ENTRIES)?.unwrap_or_default();
        let below = here.odd.into_iter().filter(|name| is_one(name));
        Ok(below.map(|name| if folder.is_empty() { name } else { format!("{folder}/{name}") }).collect())
    };
    let is_hex = |name: &str| name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut folders = Vec::new();
    for shard in inside("", is_hex)? {
        for checkpoint in inside(&shard, is_hex)? {
            folders.extend(inside(&checkpoint, |name| name.bytes().all(|byte| byte.is_ascii_digit()))?);
            folders.push(checkpoint);
        }
    }
    Ok(folders)
}

/// The parts of a transcript in their order; `None` where there is none.
fn parts(here: &Here) -> Option<Vec<Oid>> {
    let named = |name: &str| here.files.iter().find(|(file, _)| file == name).map(|(_, blob)| *blob);
    let first = named("full.jsonl").or_else(|| named("full.log"))?;
    let number = |name: &str| name.strip_prefix("full.jsonl.")?.parse::<u32>().ok();
    let mut more: Vec<(u32, Oid)> =
        here.files.iter().filter_map(|(name, blob)| Some((number(name)?, *blob))).collect();
    more.sort();
    Some(std::iter::once(first).chain(more.into_iter().map(|(_, blob)| blob)).collect())
}

fn metadata(repo: &Repo, here: &Here) -> Result<Metadata> {
    let Some((_, blob)) = here.files.iter().find(|(name, _)| name == "metadata.json") else {
        return Ok(Metadata::default());
    };
    if repo.blob_size(*blob)? > LARGEST_METADATA {
        return Ok(Metadata::default());
    }
    Ok(serde_json::from_slice(&repo.read_blob(*blob)?).unwrap_or_default())
}
