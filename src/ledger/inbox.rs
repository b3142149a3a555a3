//! Inboxes: what other machines pushed, which may be anything that anybody may push.
//!
//! Owns what is believed of it. A digest in `refs/dream/inbox/<contributor>` counts for that contributor, whatever it
//! claims: who may push to that ref is the server's business, so its name is the one thing about it that can be kept
//! from others. Every line passes [`foreign::read_line`], everything else is bounded here, by what no honest capture
//! reaches; what is left out is told with its path. A file that is left out as a whole stays in its inbox, and its
//! sessions count as not pushed. Refuses to look at anything in an inbox but digests and lists of sessions.

use super::layout::{self, DIGESTS, SESSIONS};
use super::{Digests, INBOXES};
use crate::digest::{Digest, foreign};
use crate::redact::{Clean, redact};
use crate::repo::{Oid, Repo};
use crate::session::{SessionId, Skipped};
use anyhow::{Result, bail};
use jiff::Timestamp;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Most inboxes that are read: more people than work on one memory.
const MOST_INBOXES: usize = 2_000;
/// Most files of one: a capture a minute for three days.
const MOST_FILES: usize = 4_096;
/// Largest file, bytes. A capture begins a new one at an eighth of that.
const LARGEST_FILE: u64 = 32 << 20;
/// Most bytes of digests in one inbox: some fifty thousand sessions.
const MOST_BYTES: u64 = 512 << 20;
/// Longest line, bytes: three times the longest digest that the reading settings allow.
const LONGEST_LINE: usize = 1 << 20;
/// Most lines of one file that are told as left out, one by one.
const MOST_TOLD: usize = 20;

/// The inboxes with a name that a contributor can have, and what is to be told of the others.
pub(super) fn usable(refs: Vec<(String, Oid)>) -> (Vec<(String, Oid)>, Vec<Skipped>) {
    let (mut inboxes, mut skipped) = (Vec::new(), Vec::new());
    for (name, commit) in refs {
        if contributor(&name).is_none() {
            skipped
                .push(skip(&name, "this inbox has a name that no contributor can have, and is left alone"));
        } else if inboxes.len() >= MOST_INBOXES {
            skipped.push(skip(&name, "there are more inboxes than are read, and this one is left alone"));
        } else {
            inboxes.push((name, commit));
        }
    }
    (inboxes, skipped)
}

/// Whose an inbox is, by the full name of its ref; `None` where that is no name of a contributor.
pub(super) fn contributor(inbox: &str) -> Option<&str> {
    inbox.strip_prefix(INBOXES).filter(|name| layout::is_cycle_name(name))
}

/// What an inbox has that can be read.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// Its files of digests: what to call each, and its content.
    pub(super) digests: Vec<(String, Oid)>,
    /// The lists of the sessions in them.
    lists: Vec<Oid>,
    /// What is left out.
    pub(super) skipped: Vec<Skipped>,
    /// Whether that is a whole file: then the inbox has to stay.
    pub(super) holds_back: bool,
}

/// The files of an inbox, looked at without reading them.
pub(super) fn files(repo: &Repo, name: &str, commit: Oid) -> Result<Files> {
    let mut found = Files::default();
    let lists: BTreeMap<String, Oid> = match repo.list_here(commit, SESSIONS, MOST_FILES)? {
        Some(here) => here.files.into_iter().collect(),
        None => BTreeMap::new(),
    };
    let Some(here) = repo.list_here(commit, DIGESTS, MOST_FILES)? else { return Ok(found) };
    let mut leave = |file: &str, why: String| {
        found.skipped.push(skip(&format!("{name}:{DIGESTS}/{file}"), &why));
        found.holds_back = true;
    };
    if here.is_cut {
        leave("", format!("more than {MOST_FILES} files: the first of them are read"));
    }
    for odd in here.odd {
        leave(&odd, "neither a file nor anything that is read here".to_owned());
    }
    let mut bytes = 0;
    for (file, blob) in here.files {
        let size = repo.blob_size(blob)?;
        let cycle = file.strip_suffix(".jsonl").filter(|cycle| layout::is_cycle_name(cycle));
        let Some(cycle) = cycle else {
            leave(&file, "not the name of a file of digests".to_owned());
            continue;
        };
        if size > LARGEST_FILE || bytes + size > MOST_BYTES {
            leave(
                &file,
                format!("{size} bytes: {LARGEST_FILE} are read of a file, {MOST_BYTES} of an inbox"),
            );
            continue;
        }
        bytes += size;
        found.digests.push((format!("{name}:{DIGESTS}/{file}"), blob));
        let list = lists.get(&format!("{cycle}.txt")).copied();
        found.lists.extend(list.filter(|list| repo.blob_size(*list).is_ok_and(|size| size <= LARGEST_FILE)));
    }
    Ok(found)
}

/// The sessions that an inbox lists, of the files that can be read.
pub(super) fn sessions(repo: &Repo, name: &str, commit: Oid) -> Result<BTreeSet<SessionId>> {
    listed(repo, &files(repo, name, commit)?)
}

/// Whether an inbox has sessions that are not among those folded in, or files that it does not list.
pub(super) fn is_waiting(
    repo: &Repo,
    name: &str,
    commit: Oid,
    folded_in: &BTreeSet<SessionId>,
) -> Result<bool> {
    let files = files(repo, name, commit)?;
    Ok(files.lists.len() < files.digests.len() || !listed(repo, &files)?.is_subset(folded_in))
}

/// Whether an inbox of this name holds nothing but sessions that are among those folded in.
pub(super) fn is_spent(
    repo: &Repo,
    name: &str,
    commit: Oid,
    folded_in: &BTreeSet<SessionId>,
) -> Result<bool> {
    if contributor(name).is_none() || files(repo, name, commit)?.holds_back {
        return Ok(false);
    }
    Ok(!is_waiting(repo, name, commit, folded_in)?)
}

fn listed(repo: &Repo, files: &Files) -> Result<BTreeSet<SessionId>> {
    let mut sessions = BTreeSet::new();
    for list in &files.lists {
        let content = repo.read_blob(*list)?;
        sessions.extend(String::from_utf8_lossy(&content).lines().filter_map(layout::session_of));
    }
    Ok(sessions)
}

/// The digests in these inboxes, sorted by session id, each once.
pub(super) fn all(repo: &Repo, inboxes: &[(String, Oid)], now: Option<Timestamp>) -> Result<Digests> {
    let mut pushed = Digests::default();
    for (name, commit) in inboxes {
        let mut here = of(repo, name, *commit, now)?;
        pushed.digests.append(&mut here.digests);
        pushed.skipped.append(&mut here.skipped);
    }
    pushed.digests = apart(pushed.digests);
    Ok(pushed)
}

/// The digests in one inbox, in the order of its files.
pub(super) fn of(repo: &Repo, name: &str, commit: Oid, now: Option<Timestamp>) -> Result<Digests> {
    let files = files(repo, name, commit)?;
    let git_dir = repo.git_dir();
    let read: Vec<Result<Digests>> = files
        .digests
        .par_iter()
        .map_init(
            || Repo::at(git_dir),
            |repo, (path, blob)| match repo {
                Ok(repo) => Ok(read(path, &repo.read_blob(*blob)?, now)),
                Err(error) => bail!("{error:#}"),
            },
        )
        .collect();
    let mut all = Digests { digests: Vec::new(), skipped: files.skipped };
    for file in read {
        let mut file = file?;
        all.digests.append(&mut file.digests);
        all.skipped.append(&mut file.skipped);
    }
    Ok(all)
}

/// Every session once, sorted. What a session's name stands for, only the machine knows that has its transcript: where
/// two contributors push different digests under one name, the later ones by contributor get names of their own, so that
/// nobody takes anybody's place. Where they push the same, one is enough.
fn apart(mut digests: Vec<Digest>) -> Vec<Digest> {
    // Of one contributor's digests of a session the last one pushed counts.
    digests.reverse();
    digests.sort_by(|a, b| a.session.cmp(&b.session).then_with(|| a.contributor.cmp(&b.contributor)));
    digests.dedup_by(|later, kept| later.session == kept.session && later.contributor == kept.contributor);
    let mut each: Vec<Digest> = Vec::with_capacity(digests.len());
    for same in digests.chunk_by(|a, b| a.session == b.session) {
        let Some((first, others)) = same.split_first() else { continue };
        let is_another =
            |other: &&Digest| Digest { contributor: first.contributor.clone(), ..(*other).clone() } != *first;
        each.push(first.clone());
        each.extend(others.iter().filter(is_another).map(|digest| {
            let whose = digest.contributor.as_deref().unwrap_or_default();
            let session = SessionId::of(format!("{} of {whose}", digest.session).as_bytes());
            Digest { session, ..digest.clone() }
        }));
    }
    each.sort_by(|a, b| a.session.cmp(&b.session));
    each.dedup_by(|a, b| a.session == b.session);
    each
}

/// The digests in a file of an inbox, as far as they can be believed.
pub(super) fn read(path: &str, content: &[u8], now: Option<Timestamp>) -> Digests {
    let whose: Option<Clean> = path.split_once(':').and_then(|(name, _)| contributor(name)).map(redact);
    let mut read = Digests::default();
    let mut untold = 0;
    for (line, number) in content.split(|byte| *byte == b'\n').zip(1_u64..) {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        let digest = match line.len() > LONGEST_LINE {
            true => Err(format!("longer than {LONGEST_LINE} bytes")),
            false => foreign::read_line(line, now).map_err(|error| format!("not a digest: {error}")),
        };
        match digest {
            Ok(mut digest) => {
                digest.contributor.clone_from(&whose);
                read.digests.push(digest);
            }
            Err(_) if read.skipped.len() >= MOST_TOLD => untold += 1,
            // What is wrong with it may quote it.
            Err(reason) => read.skipped.push(Skipped {
                path: path.to_owned(),
                line: Some(number),
                reason: redact(&reason).cut(200).to_string(),
            }),
        }
    }
    if untold > 0 {
        read.skipped.push(skip(path, &format!("{untold} more lines that are no digests")));
    }
    read
}

fn skip(path: &str, reason: &str) -> Skipped {
    Skipped { path: path.to_owned(), line: None, reason: reason.to_owned() }
}
