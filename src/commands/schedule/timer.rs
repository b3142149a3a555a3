//! `git dream schedule --cron`, `--systemd`, `--launchd`.

use super::super::exit::Usage;
use super::super::talk::{COMMAND, Talk};
use super::{FileState, Scheduled, Wish, next};
use crate::repo::Repo;
use crate::schedule::cron::Cron;
use crate::schedule::files::State;
use crate::schedule::job::Job;
use crate::schedule::timer::Timer;
use anyhow::{Context, Result};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The option that suits most machines of this kind.
pub(super) const USUAL: &str = if cfg!(target_os = "macos") { "launchd" } else { "systemd" };

fn scheduled(timer: Timer, cron: Option<&Cron>, now: Timestamp, files: Vec<FileState>) -> Scheduled {
    Scheduled {
        place: timer.name(),
        scheduled: true,
        cron: cron.map(ToString::to_string),
        next: next(cron, now, &TimeZone::system()),
        files,
        clock: TimeZone::system(),
    }
}

fn nothing(timer: Timer) -> Scheduled {
    Scheduled { scheduled: false, ..scheduled(timer, None, Timestamp::UNIX_EPOCH, Vec::new()) }
}

/// Shows, installs or takes away this memory's timer.
pub(super) fn act(repo: &Repo, timer: Timer, wish: &Wish, now: Timestamp) -> Result<Scheduled> {
    let job = Job::of(repo)?;
    match wish {
        Wish::Show => show(&job, timer, now),
        Wish::Remove => remove(&job, timer),
        Wish::At(cron) => {
            // Neither a shell nor systemd makes the folder of a file that it is to write to.
            let folder = repo.private_dir();
            std::fs::create_dir_all(&folder)
                .with_context(|| format!("cannot make the folder {}", folder.display()))?;
            install(&job, timer, cron, now)
        }
    }
}

fn install(job: &Job, timer: Timer, cron: &Cron, now: Timestamp) -> Result<Scheduled> {
    let files = timer.install(job, cron)?.into_iter();
    let files = files.map(|path| FileState { path, state: State::Wrote }).collect();
    Ok(scheduled(timer, Some(cron), now, files))
}

fn show(job: &Job, timer: Timer, now: Timestamp) -> Result<Scheduled> {
    let shown = timer.show(job)?.map(|standing| scheduled(timer, standing.cron.as_ref(), now, Vec::new()));
    Ok(shown.unwrap_or_else(|| nothing(timer)))
}

fn remove(job: &Job, timer: Timer) -> Result<Scheduled> {
    match timer.remove(job)? {
        true => Ok(nothing(timer)),
        false => {
            let name = timer.name();
            Err(Usage(format!("there is no timer for this memory in {name}: nothing to remove")).into())
        }
    }
}

/// What a person has to know about the timer that was just installed.
pub(super) fn advise(repo: &Repo, timer: Timer, talk: &Talk) -> Result<()> {
    let job = Job::of(repo)?;
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
