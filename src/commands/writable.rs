//! The memory that a command proposes something to: the nearest one, or what is taken to it.

use super::exit::Usage;
use super::talk::Talk;
use super::whereabouts;
use crate::away::Away;
use crate::capture::places::Places;
use crate::nearest::{self, Connected, Nearest};
use crate::repo::Repo;
use crate::settings::Settings;
use anyhow::Result;
use jiff::Timestamp;
use std::path::Path;

/// A memory to be written to.
pub(super) enum Writable {
    /// In a repository of this machine.
    Here(Box<Nearest>),
    /// Elsewhere.
    Away(Box<Away>),
}

impl Writable {
    /// The memory for this folder. `fresh`: whether one that lies elsewhere is looked at anew.
    ///
    /// Errors: there is none; it cannot be read or reached.
    pub(super) fn find(dir: &Path, places: &Places, fresh: bool, now: Timestamp) -> Result<Writable> {
        let found = nearest::find(dir, places)?;
        let Some(nearest) = found else { return Err(none().into()) };
        match &nearest.connected {
            Some(Connected { memory, is_copy: true, .. }) => {
                Ok(Writable::Away(Box::new(Away::open(places, memory, fresh, now)?)))
            }
            _ => Ok(Writable::Here(Box::new(nearest))),
        }
    }

    pub(super) fn repo(&self) -> &Repo {
        match self {
            Writable::Here(nearest) => &nearest.repo,
            Writable::Away(away) => &away.repo,
        }
    }

    pub(super) fn settings(&self) -> &Settings {
        match self {
            Writable::Here(nearest) => &nearest.settings,
            Writable::Away(away) => &away.settings,
        }
    }

    /// Takes what this author proposed to where the memory is.
    ///
    /// Errors: its remote fails; what was proposed waits here.
    pub(super) fn share(&self, by: &str, now: Option<&str>, talk: &Talk) -> Result<()> {
        let Writable::Away(away) = self else { return Ok(()) };
        for branch in away.share(by, whereabouts::now(now)?)? {
            talk.say(&format!("{branch} is at the memory now, for people to decide on."));
        }
        Ok(())
    }
}

/// What to say where there is no memory.
pub(super) fn none() -> Usage {
    Usage(
        "there is no memory here: run `git dream init`, or connect the project with one (`git dream connect`)"
            .to_owned(),
    )
}
