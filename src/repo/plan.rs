//! From a plan, which is plain data, to commits that nothing points to yet.
//!
//! A dry run, a report and [`Repo::write`] are three readers of one [`Plan`]. The same plan on the same base
//! gives byte-identical commits: the time is a value in it and nothing is read from clock or environment.

use super::sign::Signer;
use super::{Oid, Repo, staged, tree};
use crate::settings::Author;
use crate::unusable::Unusable;
use anyhow::{Context, Result};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// Commits to be made, one on top of the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The commit that the first one is made on; `None` begins a history.
    pub base: Option<Oid>,
    /// Author and committer of all of them.
    pub identity: Identity,
    /// The time that all of them carry; fractions of a second are dropped.
    pub at: Timestamp,
    /// Whether they are signed.
    pub signing: Signing,
    /// The commits, first one first.
    pub commits: Vec<Commit>,
}

/// Who commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Name, not empty, without `<`, `>` or line breaks.
    pub name: String,
    /// E-mail address, not empty, without `<`, `>` or line breaks.
    pub email: String,
}

impl Identity {
    /// The one that the settings name.
    pub fn of(author: &Author) -> Identity {
        Identity { name: author.name.clone(), email: author.email.clone() }
    }
}

/// Whether commits are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signing {
    /// When `commit.gpgsign` of the user's git configuration asks for it, as `git commit` does.
    AsConfigured,
    /// Never, as `git notes` does: for what is no branch.
    Never,
}

/// One commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The message; ends in a line break, which is added if it is missing.
    pub message: String,
    /// What it changes against the commit before it. Each path at most once.
    pub changes: Vec<FileChange>,
}

/// One file that a commit changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// Its path from the root of the repository, components joined by `/`.
    pub path: String,
    /// Its whole new content; `None` deletes it.
    pub content: Option<Vec<u8>>,
}

/// Who wrote a commit and who makes it, with the times.
struct Signatures {
    author: git2::Signature<'static>,
    committer: git2::Signature<'static>,
}

impl Repo {
    /// Writes a plan's commits and everything they contain; gives their names, first one first.
    ///
    /// No ref moves: until [`Repo::move_refs`] the commits are unreachable, so that an error here, or a process
    /// that is killed here, leaves the repository as it was but for objects that `git gc` removes.
    ///
    /// Errors when the base is not there, a change is impossible (see each path), an identity or a message
    /// cannot stand in a commit, the disk is full, or signing is asked for and fails.
    pub fn write(&self, plan: &Plan) -> Result<Vec<Oid>> {
        self.write_authored(plan, &[])
    }

    /// The same, where some commits are somebody's else: for each, in order, the commit whose author, with the date of
    /// writing, it keeps, as `git cherry-pick` does. The plan's identity is their committer.
    pub fn write_authored(&self, plan: &Plan, authors: &[Option<Oid>]) -> Result<Vec<Oid>> {
        let identity = self.signature(plan)?;
        let signer = match plan.signing {
            Signing::AsConfigured => Signer::from_config(self, &plan.identity)?,
            Signing::Never => None,
        };
        let many = plan.commits.len() >= staged::MANY_COMMITS;
        let staged = many.then(|| staged::in_memory(self)).transpose()?;
        let to = staged.as_ref().unwrap_or(self);
        let mut parent = match plan.base {
            Some(base) => {
                Some(to.inner.find_commit(base.raw()).with_context(|| format!("there is no commit {base}"))?)
            }
            None => None,
        };
        let (mut written, mut objects) = (Vec::new(), BTreeSet::new());
        for (number, commit) in plan.commits.iter().enumerate() {
            let mut by = Signatures { author: identity.clone(), committer: identity.clone() };
            if let Some(of) = authors.get(number).copied().flatten() {
                let kept = self.inner.find_commit(of.raw());
                let kept = kept.with_context(|| format!("cannot read the author of {}", of.short()))?;
                by.author = kept.author().to_owned();
            }
            let id = to.write_commit(commit, parent.as_ref(), &by, signer.as_ref(), &mut objects)?;
            parent = Some(to.inner.find_commit(id).context("cannot read back the commit just written")?);
            written.push(id.into());
        }
        if let Some(staged) = &staged {
            staged::pack(self, staged, &objects)?;
        }
        Ok(written)
    }

    fn signature(&self, plan: &Plan) -> Result<git2::Signature<'static>> {
        let Identity { name, email } = &plan.identity;
        let refused = || {
            Unusable(format!(
                "{name:?} <{email:?}> cannot be the author of a commit: correct `[author]` in dream.toml"
            ))
        };
        if name.contains(['\n', '\r', '\0']) || email.contains(['\n', '\r', '\0']) || email.trim().is_empty()
        {
            return Err(refused().into());
        }
        let time = git2::Time::new(plan.at.as_second(), 0);
        git2::Signature::new(name, email, &time).map_err(|_| refused().into())
    }

    fn write_commit(
        &self,
        commit: &Commit,
        parent: Option<&git2::Commit<'_>>,
        by: &Signatures,
        signer: Option<&Signer>,
        objects: &mut BTreeSet<git2::Oid>,
    ) -> Result<git2::Oid> {
        let subject = commit.message.lines().next().unwrap_or_default();
        let failed = || format!("cannot write the commit {subject:?}; no branch was moved");
        let base = parent.map(|parent| parent.tree()).transpose().with_context(failed)?;
        let tree = tree::updated(&self.inner, base.as_ref(), &commit.changes, objects);
        let tree = tree.with_context(failed)?;
        let message = match commit.message.ends_with('\n') {
            true => commit.message.clone(),
            false => format!("{}\n", commit.message),
        };
        let parents = Vec::from_iter(parent);
        let content = self.inner.commit_create_buffer(&by.author, &by.committer, &message, &tree, &parents);
        let content = content.with_context(failed)?;
        let id = match signer {
            None => {
                let odb = self.inner.odb().with_context(failed)?;
                odb.write(git2::ObjectType::Commit, &content).with_context(failed)?
            }
            Some(signer) => {
                let text = std::str::from_utf8(&content).with_context(failed)?;
                let signature = signer.sign(text).with_context(failed)?;
                self.inner.commit_signed(text, &signature, Some("gpgsig")).with_context(failed)?
            }
        };
        objects.insert(id);
        Ok(id)
    }
}
