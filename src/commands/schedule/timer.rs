//! `git dream schedule --cron`, `--systemd`, `--launchd`.

use super::super::exit::Usage;
use super::super::talk::{COMMAND, Talk};
use super::super::whereabouts::Whereabouts;
use super::{FileState, Scheduled, next};
use crate::schedule::cron::Cron;
use crate::schedule::job::Job;
use crate::schedule::{crontab, launchd, systemd};
use anyhow::{Context, Result};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::path::PathBuf;

/// What keeps the timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Timer {
    Cron,
    Systemd,
    Launchd,
}

/// The option that suits most machines of this kind.
pub(super) const USUAL: &str = if cfg!(target_os = "macos") { "launchd" } else { "systemd" };

impl Timer {
    pub(super) const ALL: [Timer; 3] = [Timer::Cron, Timer::Systemd, Timer::Launchd];

    fn name(self) -> &'static str {
        match self {
            Timer::Cron => "cron",
            Timer::Systemd => "systemd",
            Timer::Launchd => "launchd",
        }
    }

    fn scheduled(self, cron: Option<&Cron>, now: Timestamp, files: Vec<FileState>) -> Scheduled {
        Scheduled {
            place: self.name(),
            scheduled: true,
            cron: cron.map(ToString::to_string),
            next: next(cron, now, &TimeZone::system()),
            files,
        }
    }

    fn nothing(self) -> Scheduled {
        Scheduled { place: self.name(), scheduled: false, cron: None, next: None, files: Vec::new() }
    }
}

pub(super) fn install(here: &Whereabouts, timer: Timer, cron: &Cron, now: Timestamp) -> Result<Scheduled> {
    let job = job(here)?;
    let files = match timer {
        Timer::Cron => crontab::install(&job, cron).map(|()| Vec::new())?,
        Timer::Systemd => systemd::install(&job, cron)?,
        Timer::Launchd => vec![launchd::install(&job, cron)?],
    };
    let files = files.into_iter().map(|path| FileState { path, state: "wrote" }).collect();
    Ok(timer.scheduled(Some(cron), now, files))
}

pub(super) fn show(here: &Whereabouts, timer: Timer, now: Timestamp) -> Result<Scheduled> {
    let job = job(here)?;
    let standing = match timer {
        Timer::Cron => crontab::show(&job)?,
        Timer::Systemd => systemd::show(&job)?,
        Timer::Launchd => launchd::show(&job)?,
    };
    Ok(standing
        .map_or_else(|| timer.nothing(), |standing| timer.scheduled(standing.cron.as_ref(), now, Vec::new())))
}

pub(super) fn remove(here: &Whereabouts, timer: Timer) -> Result<Scheduled> {
    let job = job(here)?;
    let was_there = match timer {
        Timer::Cron => crontab::remove(&job)?,
        Timer::Systemd => systemd::remove(&job)?,
        Timer::Launchd => launchd::remove(&job)?,
    };
    match was_there {
        true => Ok(timer.nothing()),
        false => {
            Err(Usage(format!("there is no timer for this memory in {}: nothing to remove", timer.name()))
                .into())
        }
    }
}

/// What a person has to know about the timer that was just installed.
pub(super) fn advise(here: &Whereabouts, timer: Timer, talk: &Talk) -> Result<()> {
    let job = job(here)?;
    let what = match job.has_remote {
        true => "`git dream run --fetch`, then `git dream publish`",
        false => "`git dream run`; there is no remote, so nothing is published",
    };
    talk.say(&format!("It runs {what}. What it says goes to {}", job.log));
    if job.has_remote {
        talk.say(
            "git must reach the remote without asking (a credential helper, or a key without a passphrase). To open pull \
             requests, it needs a forge's token: see `git dream help publish`.",
        );
    }
    if timer == Timer::Systemd {
        talk.say(&format!(
            "It runs while you are logged in; to have it run without: {COMMAND}loginctl enable-linger{COMMAND:#}"
        ));
    }
    talk.say(&format!("Take it away: {COMMAND}git dream schedule --{} --remove{COMMAND:#}", timer.name()));
    Ok(())
}

/// What the timer runs: this program, on this memory.
fn job(here: &Whereabouts) -> Result<Job> {
    let real = |path: PathBuf| -> Result<PathBuf> {
        let path = std::path::absolute(&path)
            .with_context(|| format!("cannot find out where {} is", path.display()))?;
        Ok(path.canonicalize().unwrap_or(path))
    };
    let memory = here.repo.work_dir().unwrap_or_else(|| here.repo.git_dir());
    let program = std::env::current_exe().context("cannot find out where this program is")?;
    let log = real(here.repo.private_dir())?.join("timer.log");
    let search_path = std::env::var_os("PATH").unwrap_or_default();
    let has_remote = !here.repo.remotes()?.is_empty();
    Ok(Job::new(&program, &real(memory.to_owned())?, &log, &search_path, has_remote)?)
}
