//! Where a repository's other copy is, and what goes there and comes from there.
//!
//! Owns which remote is meant ([`Remote::find`]) and the three things asked of it: what it has ([`Remote::list`]), to
//! bring some of it ([`Remote::fetch`]), to take something over ([`Remote::push`]). All of it is done by the user's own
//! `git` program, so that credential helpers, ssh settings, proxies and hooks work as they do for them. Refuses to
//! force: what is pushed says for every ref where it has to stand now, and nothing moves if it stands elsewhere.

mod failure;
mod program;
mod push;

pub use failure::Failure;
pub use push::Update;

use crate::repo::{Oid, Repo};
use crate::unusable::Unusable;
use anyhow::Result;
use program::Git;
use std::collections::BTreeMap;
use std::time::Duration;

/// A remote of a repository.
#[derive(Debug)]
pub struct Remote<'r> {
    repo: &'r Repo,
    name: String,
    address: String,
    patience: Option<Duration>,
}

/// Key of the git configuration that names the remote.
const KEY: &str = "dream.remote";

impl<'r> Remote<'r> {
    /// The remote that is meant: the one that is named, else the one that `git config dream.remote` names, else the one
    /// that `branch` follows, else `origin`, else the only one. `None` where there is none.
    ///
    /// Errors: the one that is named is not there, or there are several and nothing tells which is meant.
    pub fn find(repo: &'r Repo, named: Option<&str>, branch: &str) -> Result<Option<Remote<'r>>> {
        let remotes = repo.remotes()?;
        let known = remotes.join(", ");
        let configured = repo.config(KEY)?.filter(|name| !name.is_empty());
        for (name, by) in [(named, "--remote"), (configured.as_deref(), KEY)] {
            let Some(name) = name else { continue };
            if !remotes.iter().any(|remote| remote == name) {
                return Err(Unusable(format!(
                    "there is no remote {name:?}, which {by} names; {}",
                    if remotes.is_empty() {
                        "add one with `git remote add NAME URL`".to_owned()
                    } else {
                        format!("there is {known}")
                    }
                ))
                .into());
            }
            return Remote::named(repo, name).map(Some);
        }
        let followed = repo.config(&format!("branch.{branch}.remote"))?;
        let is_there = |name: &str| remotes.iter().any(|remote| remote == name);
        let name = followed
            .as_deref()
            .filter(|name| is_there(name))
            .or_else(|| is_there("origin").then_some("origin"));
        match (name, remotes.as_slice()) {
            (Some(name), _) => Remote::named(repo, name).map(Some),
            (None, []) => Ok(None),
            (None, [only]) => Remote::named(repo, only).map(Some),
            (None, _) => Err(Unusable(format!(
                "there are several remotes ({known}) and nothing tells which is meant: name one with --remote, or for good \
                 with `git config {KEY} NAME`"
            ))
            .into()),
        }
    }

    fn named(repo: &'r Repo, name: &str) -> Result<Remote<'r>> {
        let address = repo.config(&format!("remote.{name}.url"))?.unwrap_or_default();
        Ok(Remote { repo, name: name.to_owned(), address, patience: None })
    }

    /// The repository at this address or path, which need not be configured as a remote.
    pub fn at(repo: &'r Repo, address: &str) -> Remote<'r> {
        Remote { repo, name: address.to_owned(), address: address.to_owned(), patience: None }
    }

    /// The same remote, given up on where it takes longer than this.
    pub fn within(self, patience: Duration) -> Remote<'r> {
        Remote { patience: Some(patience), ..self }
    }

    /// Its name: `origin`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its address as it is configured, which may hold a password: not for people's eyes.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What it has of these refs (`refs/heads/main`, `refs/dream/*`), by full name.
    pub fn list(&self, patterns: &[&str]) -> Result<BTreeMap<String, Oid>, Failure> {
        let mut arguments = vec!["ls-remote", "--refs", "--quiet", "--", &self.name];
        arguments.extend(patterns);
        let said = self.git().run(&arguments)?;
        let line = |line: &str| {
            let (id, name) = line.split_once('\t')?;
            Some((name.to_owned(), Oid::parse(id)?))
        };
        Ok(said.lines().filter_map(line).collect())
    }

    /// Brings refs, as refspecs name them (`+refs/heads/main:refs/remotes/origin/main`). What they bring refs to loses
    /// the refs that the remote has no more.
    pub fn fetch(&self, refspecs: &[String]) -> Result<(), Failure> {
        self.bring(&["--prune"], refspecs)
    }

    /// The same without what came before each of them: what they hold, not how it came to be.
    pub fn fetch_tips(&self, refspecs: &[String]) -> Result<(), Failure> {
        self.bring(&["--depth=1"], refspecs)
    }

    fn bring(&self, how: &[&str], refspecs: &[String]) -> Result<(), Failure> {
        let mut arguments = vec!["fetch", "--quiet"];
        arguments.extend(how);
        arguments.extend(["--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--", &self.name]);
        arguments.extend(refspecs.iter().map(String::as_str));
        self.git().run(&arguments).map(drop)
    }

    /// Takes these refs over, all of them or none.
    ///
    /// Errors: [`Failure::Moved`] where one of them does not stand where it was expected to.
    pub fn push(&self, updates: &[Update]) -> Result<(), Failure> {
        push::push(&self.git(), &self.name, updates)
    }

    fn git(&self) -> Git<'_> {
        Git { repo: self.repo, remote: &self.name, patience: self.patience }
    }
}
