//! Where a command works: the repository, its settings, the moment.

use super::exit::Usage;
use super::talk::COMMAND;
use crate::capture::places::Places;
use crate::cycle::Target;
use crate::ledger::{LEDGER, Stamp};
use crate::nearest::{self, Nearest};
use crate::repo::{Identity, Repo};
use crate::session::homes::Homes;
use crate::settings::{self, Settings};
use anyhow::{Context, Result};
use jiff::Timestamp;
use std::path::{Path, PathBuf};

/// A repository with the settings it holds.
pub(super) struct Whereabouts {
    pub(super) repo: Repo,
    pub(super) settings: Settings,
}

/// Opens the repository that this folder lies in and reads its `dream.toml`: the committed one, else the one in
/// the working tree.
pub(super) fn find(dir: &Path) -> Result<Whereabouts> {
    let repo = Repo::from_environment(dir)?;
    let settings = read_settings(&repo)?;
    Ok(Whereabouts { repo, settings })
}

/// Where somebody stands: the folder in full, as consent knows folders.
pub(super) fn here(dir: &Path) -> Result<PathBuf> {
    std::path::absolute(dir).with_context(|| format!("cannot tell where {} is", dir.display()))
}

/// The memory for this folder ([`nearest::find`]), else the repository that it lies in, memory or not: who asks for it
/// by hand means it. `None` where there is neither, or nothing in it yet.
pub(super) fn nearest(folder: &Path, places: &Places) -> Result<Option<Nearest>> {
    if let Some(nearest) = nearest::find(folder, places)? {
        return Ok(Some(nearest));
    }
    let Some(repo) = Repo::open_if_there(folder)? else { return Ok(None) };
    let settings = read_settings(&repo)?;
    let target = Target::find(&repo, &settings)?;
    let Some(at) = target.tip else { return Ok(None) };
    Ok(Some(Nearest { repo, settings, branch: target.branch, at, connected: None }))
}

/// The settings of the repository that this folder lies in, and the defaults where it lies in none: for what needs no
/// repository.
pub(super) fn settings(dir: &Path) -> Result<Settings> {
    match find(dir) {
        Ok(here) => Ok(here.settings),
        Err(error) if error.chain().any(|cause| cause.is::<settings::Invalid>()) => Err(error),
        Err(_) => Ok(Settings::default()),
    }
}

/// Where the agents of the user with this home folder keep their own.
pub(super) fn homes(home: &Path) -> Homes<'_> {
    Homes { home, variable: &|name| std::env::var_os(name) }
}

fn read_settings(repo: &Repo) -> Result<Settings> {
    let committed = repo.head()?.map(|head| repo.read(head, settings::FILE)).transpose()?.flatten();
    let lying_there = || repo.work_dir().and_then(|dir| std::fs::read(dir.join(settings::FILE)).ok());
    Ok(Settings::of_file(committed.or_else(lying_there).as_deref())?)
}

/// Whoever runs this, as git would name them as a committer, and when: for what is theirs and not git-dream's.
///
/// Errors: git does not know who they are.
pub(super) fn person(now_given: Option<&str>, repo: &Repo) -> Result<Stamp> {
    let find = |variable: &str, keys: [&str; 2]| -> Result<Option<String>> {
        if let Some(said) = std::env::var(variable).ok().filter(|value| !value.trim().is_empty()) {
            return Ok(Some(said));
        }
        for key in keys {
            if let Some(set) = repo.config(key)?.filter(|value| !value.trim().is_empty()) {
                return Ok(Some(set));
            }
        }
        Ok(None)
    };
    let name = find("GIT_COMMITTER_NAME", ["committer.name", "user.name"])?;
    let email = find("GIT_COMMITTER_EMAIL", ["committer.email", "user.email"])?;
    let (Some(name), Some(email)) = (name, email) else {
        return Err(Usage(
            "git does not know who you are, and what lands is in your name: run `git config user.name \"Your Name\"` \
             and `git config user.email you@example.com`"
                .to_owned(),
        )
        .into());
    };
    // What git takes out of a name, because a commit could not hold it.
    let plain = |text: String| text.replace(['<', '>', '\n', '\r'], "").trim().to_owned();
    let identity = Identity { name: plain(name), email: plain(email) };
    Ok(Stamp { identity, at: now(now_given)? })
}

/// Where the user keeps what they agreed to, and what waits to be pushed.
pub(super) fn places() -> Places {
    let home = std::env::home_dir().unwrap_or_default();
    Places::of_user(&home, |name| std::env::var_os(name))
}

/// What to say where no dream is known, in a clone that may just lack what others know: `git clone` brings no ledger.
pub(super) fn no_ledger(repo: &Repo, cycles: usize) -> Result<Option<String>> {
    let is_clone = cycles == 0 && repo.remotes()?.iter().any(|remote| remote == "origin");
    Ok(is_clone.then(|| {
        format!(
            "There is no ledger here. If others have dreamt, fetch theirs: \
             {COMMAND}git fetch origin {LEDGER}:{LEDGER}{COMMAND:#}"
        )
    }))
}

/// The moment that commits and notes are dated with: `--now`, else `SOURCE_DATE_EPOCH`, else the clock.
pub(super) fn now(given: Option<&str>) -> Result<Timestamp> {
    let from_environment = std::env::var("SOURCE_DATE_EPOCH").ok();
    match (given, from_environment) {
        (Some(text), _) => parse_moment(text).ok_or_else(|| {
            Usage(format!("--now {text:?} is no moment: write it as 2026-01-31T02:00:00Z")).into()
        }),
        (None, Some(text)) => {
            let seconds = text.trim().parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
            seconds.ok_or_else(|| {
                Usage(format!("SOURCE_DATE_EPOCH={text:?} is no number of seconds since 1970")).into()
            })
        }
        (None, None) => Ok(Timestamp::now()),
    }
}

/// A moment as people write it: RFC 3339, a plain date, or seconds since 1970.
pub(super) fn parse_moment(text: &str) -> Option<Timestamp> {
    let date = || {
        text.parse::<jiff::civil::Date>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|z| z.timestamp())
    };
    let seconds = || text.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    text.parse().ok().or_else(date).or_else(seconds)
}
