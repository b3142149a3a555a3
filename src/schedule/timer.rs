//! What keeps the timers of this machine, whichever of them it is.

use super::cron::Cron;
use super::job::Job;
use super::{Standing, crontab, launchd, systemd};
use anyhow::Result;
use std::path::PathBuf;

/// What keeps a timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// The user's crontab.
    Cron,
    /// The user's systemd.
    Systemd,
    /// The user's launchd, on macOS.
    Launchd,
}

impl Timer {
    /// All of them.
    pub const ALL: [Timer; 3] = [Timer::Cron, Timer::Systemd, Timer::Launchd];

    /// What it is called: as the option of `git dream schedule`, without its dashes.
    pub fn name(self) -> &'static str {
        match self {
            Timer::Cron => "cron",
            Timer::Systemd => "systemd",
            Timer::Launchd => "launchd",
        }
    }

    /// Installs the timer, over one that stands for the same job. Out: the files that were written for it.
    pub fn install(self, job: &Job, cron: &Cron) -> Result<Vec<PathBuf>> {
        match self {
            Timer::Cron => crontab::install(job, cron).map(|()| Vec::new()),
            Timer::Systemd => systemd::install(job, cron),
            Timer::Launchd => launchd::install(job, cron).map(|file| vec![file]),
        }
    }

    /// The timer that stands for a job.
    ///
    /// Errors: [`crate::unusable::Unusable`] where this machine has no such thing.
    pub fn show(self, job: &Job) -> Result<Option<Standing>> {
        match self {
            Timer::Cron => crontab::show(job),
            Timer::Systemd => systemd::show(job),
            Timer::Launchd => launchd::show(job),
        }
    }

    /// Takes the timer away; whether there was one.
    pub fn remove(self, job: &Job) -> Result<bool> {
        match self {
            Timer::Cron => crontab::remove(job),
            Timer::Systemd => systemd::remove(job),
            Timer::Launchd => launchd::remove(job),
        }
    }
}
