//! Two ledgers that grew apart, put together.
//!
//! A ledger only grows, by files that no other cycle touches, so that what one has and the other lacks is just added:
//! digests are a set, and sets are united. Commits of the one come again on top of the other, with their author, message
//! and date; what is there already is not repeated. The same for two states of an inbox. Refuses to move refs, and to bring
//! back what was erased.

use super::erased::{Erased, erased_at};
use super::layout::{self, CYCLES, DIGESTS, ERASED, OUTCOMES, SESSIONS};
use crate::repo::{Commit, FileChange, Identity, Oid, Past, Plan, Repo, Signing};
use anyhow::{Context, Result};
use std::collections::BTreeSet;

/// The commit that has everything of both. It is made on `theirs`, which it may be, unless something was erased from ours
/// that theirs may still hold: then on ours. `identity` commits.
///
/// Errors: one of them cannot be read, or the new commits cannot be written.
pub fn union(repo: &Repo, ours: Oid, theirs: Oid, identity: &Identity) -> Result<Oid> {
    let (mut erased, theirs_erased) = (erased_at(repo, ours)?, erased_at(repo, theirs)?);
    let (mut tip, added) = match erased.sessions.is_subset(&theirs_erased.sessions) {
        true => (theirs, ours),
        false => (ours, theirs),
    };
    erased.add(theirs_erased);
    for past in repo.walk(&[tip], added)? {
        let changes = missing(repo, &past, tip, &erased)?;
        if changes.is_empty() {
            continue;
        }
        let plan = Plan {
            base: Some(tip),
            identity: identity.clone(),
            at: past.at,
            signing: Signing::Never,
            commits: vec![Commit { message: past.message, changes }],
        };
        let written = repo.write_authored(&plan, &[Some(past.id)])?;
        tip = *written.first().context("no commit was written")?;
    }
    Ok(tip)
}

/// What a commit brings that `tip` lacks.
fn missing(repo: &Repo, past: &Past, tip: Oid, erased: &Erased) -> Result<Vec<FileChange>> {
    let mut changes = Vec::new();
    for change in repo.changes(past.id, "")? {
        let Some(after) = change.after else { continue };
        let Some((folder, _)) = change.path.split_once('/') else { continue };
        let standing = repo.blob_at(tip, &change.path)?;
        if standing == Some(after) {
            continue;
        }
        let content = repo.read_blob(after)?;
        let is_followed = standing.is_some() && standing == change.before;
        let standing = standing.map(|blob| repo.read_blob(blob)).transpose()?;
        let content = match (folder, standing) {
            (DIGESTS | SESSIONS | OUTCOMES | ERASED, standing) => {
                let Some(content) = lines(folder, &content, standing.as_deref(), erased) else { continue };
                content
            }
            // The record of a branch that goes on, from where it is known there.
            (CYCLES, Some(_)) if is_followed => content,
            // The same cycle, known there already: who was first is right.
            (_, Some(_)) => continue,
            (_, None) => content,
        };
        changes.push(FileChange { path: change.path, content: Some(content) });
    }
    Ok(changes)
}

/// What stands there with those lines that it lacks and that are about no erased session; `None` where there are
/// none.
fn lines(folder: &str, brought: &[u8], standing: Option<&[u8]>, erased: &Erased) -> Option<Vec<u8>> {
    let known: BTreeSet<&[u8]> = standing.into_iter().flat_map(layout::lines).collect();
    let is_erased = |line: &[u8]| {
        folder != ERASED && layout::subject(folder, line).is_some_and(|id| erased.sessions.contains(&id))
    };
    let new: Vec<&[u8]> =
        layout::lines(brought).filter(|line| !known.contains(line) && !is_erased(line)).collect();
    if new.is_empty() {
        return None;
    }
    let mut content = standing.unwrap_or_default().to_vec();
    if !content.is_empty() && !content.ends_with(b"\n") {
        content.push(b'\n');
    }
    for line in new {
        content.extend_from_slice(line);
        content.push(b'\n');
    }
    Some(content)
}
