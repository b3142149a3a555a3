//! What the person at this machine says: in the environment, then in `git config`, none of which a repository's
//! history can change.

use crate::unusable::Unusable;
use anyhow::{Context, Result};
use std::path::PathBuf;

/// Where the person says things.
#[derive(Clone, Copy)]
pub(crate) struct Person<'a> {
    /// Looks up an environment variable.
    pub(crate) variable: &'a dyn Fn(&str) -> Option<String>,
    /// Looks up a key of the git configuration.
    pub(crate) configured: &'a dyn Fn(&str) -> Result<Option<String>>,
}

impl Person<'_> {
    /// What was said on the command line, else in this variable, else under this key of `git config`; nothing said
    /// empty.
    pub(crate) fn first(&self, flag: Option<&str>, variable: &str, key: &str) -> Result<Option<String>> {
        let flag = flag.map(str::to_owned).filter(|said| !said.trim().is_empty());
        match flag.or_else(|| self.in_environment(variable)) {
            Some(said) => Ok(Some(said)),
            None => self.in_config(key),
        }
    }

    pub(crate) fn in_environment(&self, variable: &str) -> Option<String> {
        (self.variable)(variable).filter(|said| !said.trim().is_empty())
    }

    pub(crate) fn in_config(&self, key: &str) -> Result<Option<String>> {
        Ok((self.configured)(key)?.filter(|said| !said.trim().is_empty()))
    }

    /// The certificates, PEM, that the person trusts beside the system's.
    pub(crate) fn authority(&self) -> Result<Option<Vec<u8>>> {
        let Some(path) = self.first(None, "GIT_DREAM_CA_FILE", "dream.caFile")? else { return Ok(None) };
        let path = match path.strip_prefix("~/").zip((self.variable)("HOME")) {
            Some((rest, home)) => PathBuf::from(home).join(rest),
            None => PathBuf::from(path),
        };
        let unread = || Unusable(format!("cannot read the certificates in {}", path.display()));
        std::fs::read(&path).with_context(unread).map(Some)
    }
}
