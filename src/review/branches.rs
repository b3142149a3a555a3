//! What becomes of the branches that were decided on.

use super::Review;
use super::answers::Answers;
use crate::repo::{Oid, Repo};
use anyhow::Result;
use std::collections::BTreeMap;

/// What becomes of a branch.
pub(super) enum Fate {
    /// It is done with: it goes, from where it stands.
    Delete(Oid),
    /// Everything on it is decided and it stays, for this reason.
    Stay(String),
}

/// The fate of every branch on which nothing waits any more once these answers have landed.
pub(super) fn fates(review: &Review<'_>, answers: &Answers) -> Result<BTreeMap<String, Fate>> {
    let is_answered = |key: &str| answers.0.contains_key(key);
    let mut fates = BTreeMap::new();
    for one in review.waiting.iter().filter(|one| is_answered(&one.key())) {
        let of_branch = review.waiting.iter().filter(|other| other.branch == one.branch);
        let is_done = of_branch.into_iter().all(|other| is_answered(&other.key()));
        if is_done && !fates.contains_key(&one.branch) {
            fates.insert(one.branch.clone(), fate(review, &one.branch, &one.cycle)?);
        }
    }
    Ok(fates)
}

fn fate(review: &Review<'_>, branch: &str, cycle: &str) -> Result<Fate> {
    let repo = review.repo;
    let Some(tip) = repo.resolve(&format!("refs/heads/{branch}"))? else {
        return Ok(Fate::Stay(format!(
            "it is at a remote only: close its pull request, or run `git push origin --delete {branch}`"
        )));
    };
    if repo.is_checked_out(branch)? {
        return Ok(Fate::Stay(format!(
            "it is checked out: go to another one, then `git branch -D {branch}`"
        )));
    }
    if has_more(repo, &[review.base], tip, cycle)? {
        return Ok(Fate::Stay(format!(
            "it has commits that are no learnings: `git log {}..{branch}`",
            review.target.branch
        )));
    }
    Ok(Fate::Delete(tip))
}

/// Whether people have put more on a branch than what its cycle proposed.
fn has_more(repo: &Repo, since: &[Oid], tip: Oid, cycle: &str) -> Result<bool> {
    let is_of_cycle = |past: &crate::repo::Past| past.trailer("Dream-Cycle").as_deref() == Some(cycle);
    Ok(repo.walk(since, tip)?.iter().any(|past| !is_of_cycle(past)))
}
