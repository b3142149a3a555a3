//! Which branch the memory is on, and where it stands.
//!
//! Every command that looks at the memory asks here, so that all of them mean the same branch. A dream branch is
//! never the answer: it waits for review, and what is proposed on top of it would hang on a branch that people
//! may delete.

use crate::ledger::Ledger;
use crate::repo::{Oid, Repo};
use crate::settings::{FILE, Settings};
use crate::unusable::Unusable;
use anyhow::Result;

/// Branches on which proposals wait begin with this.
const DREAMS: &str = "dream/";

/// The branch that learnings are proposed for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its name: `main`.
    pub branch: String,
    /// Where it stands: here; where it only lags behind the branch that it follows, there as last fetched; where it is
    /// not here, at `origin`. `None` while it has no commit.
    pub tip: Option<Oid>,
    /// The remote's branch that it lags behind: `origin/main`.
    pub behind: Option<String>,
    /// A sentence for people where this is not the branch that HEAD names: which it is, and what says so.
    pub notice: Option<String>,
}

impl Target {
    /// Finds the target: the configured branch, else the one that HEAD names. Where HEAD is on a dream branch, the
    /// one that the last cycle was proposed for, else the default branch of `origin`, else the only usual name
    /// that there is a branch of.
    ///
    /// Errors: no branch can be told, or the one that is configured is a dream branch or not
    /// there.
    pub fn find(repo: &Repo, settings: &Settings) -> Result<Target> {
        let configured = settings.memory.target.as_str();
        if configured.starts_with(DREAMS) {
            return Err(Unusable(format!(
                "{FILE} has `target = {configured:?}`, a dream branch: name the branch that dreams are merged into"
            ))
            .into());
        }
        if !configured.is_empty() {
            let target = Target::at(repo, configured.to_owned(), None)?;
            if target.tip.is_none() {
                return Err(Unusable(format!(
                    "there is no branch `{configured}`, which {FILE} names (`[memory] target`): make it, or correct \
                     {FILE}"
                ))
                .into());
            }
            return Ok(target);
        }
        let Some(head) = repo.head_branch()? else {
            return Err(Unusable(format!(
                "HEAD is on no branch: check one out, as with `git switch main`, or name it in {FILE} \
                 (`[memory] target = \"main\"`)"
            ))
            .into());
        };
        if !head.starts_with(DREAMS) {
            return Target::at(repo, head, None);
        }
        let (branch, because) = beside(repo, &head)?;
        let notice = format!("You are on {head}, which waits for review. This is about {branch}, {because}.");
        Target::at(repo, branch, Some(notice))
    }

    /// The target's commit.
    ///
    /// Errors: it has none.
    pub fn commit(&self) -> Result<Oid> {
        self.tip.ok_or_else(|| {
            Unusable(format!(
                "the branch `{}` has no commit yet: run `git dream init` there, or commit something first",
                self.branch
            ))
            .into()
        })
    }

    /// The target's commit here, for who is to change the branch.
    ///
    /// Errors: it has none, or it lags behind the branch that it follows: what people decided there is not in it.
    pub fn to_change(&self, repo: &Repo) -> Result<Oid> {
        let tip = self.commit()?;
        let Target { branch, behind, .. } = self;
        if let Some(behind) = behind {
            return Err(Unusable(format!(
                "`{branch}` lags behind {behind}, so what you decide here would not fit what is there: run `git pull` \
                 first"
            ))
            .into());
        }
        repo.resolve(&format!("refs/heads/{branch}"))?.ok_or_else(|| {
            Unusable(format!(
                "the branch `{branch}` is at origin and not here, so nothing can be committed to it: make it with \
                 `git branch {branch} origin/{branch}` ({})",
                tip.short()
            ))
            .into()
        })
    }

    fn at(repo: &Repo, branch: String, notice: Option<String>) -> Result<Target> {
        let Some(here) = repo.resolve(&format!("refs/heads/{branch}"))? else {
            let tip = repo.resolve(&format!("refs/remotes/origin/{branch}"))?;
            return Ok(Target { branch, tip, behind: None, notice });
        };
        if let Some((followed, there)) = ahead(repo, &branch, here)? {
            let notice = notice.unwrap_or_default();
            let gap = if notice.is_empty() { "" } else { " " };
            let notice =
                format!("{notice}{gap}{branch} lags behind {followed}; this is about what is there.");
            return Ok(Target { branch, tip: Some(there), behind: Some(followed), notice: Some(notice) });
        }
        Ok(Target { branch, tip: Some(here), behind: None, notice })
    }
}

/// The remote's branch that a branch follows, and where it stands, if all there is here is there, and more.
fn ahead(repo: &Repo, branch: &str, here: Oid) -> Result<Option<(String, Oid)>> {
    let Some(followed) = repo.upstream(branch)? else { return Ok(None) };
    let Some(there) = repo.resolve(&followed)?.filter(|there| *there != here) else { return Ok(None) };
    let name = followed.trim_start_matches("refs/remotes/").to_owned();
    Ok(repo.is_ancestor(here, there)?.then_some((name, there)))
}

/// The branch that somebody who stands on a dream branch means, and what says so.
fn beside(repo: &Repo, head: &str) -> Result<(String, &'static str)> {
    let last = Ledger::open(repo)?.last_cycle()?.map(|cycle| cycle.target);
    let last = last.filter(|target| !target.is_empty() && !target.starts_with(DREAMS));
    for (named, because) in [
        (last, "the branch that the last dream was for"),
        (repo.default_branch("origin")?, "the default branch of origin"),
    ] {
        // A branch that is gone is no answer.
        if let Some(name) = named
            && Target::at(repo, name.clone(), None)?.tip.is_some()
        {
            return Ok((name, because));
        }
    }
    let mut usual = Vec::new();
    for name in ["main", "master", "trunk"] {
        if repo.resolve(&format!("refs/heads/{name}"))?.is_some() {
            usual.push(name);
        }
    }
    match usual.as_slice() {
        [only] => Ok(((*only).to_owned(), "the only branch with a usual name")),
        _ => Err(Unusable(format!(
            "HEAD is on `{head}`, which waits for review, and nothing says which branch it is for: check that one \
             out, or name it in {FILE} (`[memory] target = \"main\"`)"
        ))
        .into()),
    }
}
