//! `git dream schedule`: have a memory dream by itself.

pub(super) mod forge;
mod timer;

use super::exit::Usage;
use super::talk::{COMMAND, FAINT, GOOD, STRONG, Talk};
use super::whereabouts::{self, Whereabouts};
use crate::repo::Repo;
use crate::schedule::cron::Cron;
use crate::schedule::files::State;
use crate::schedule::forge::Forge;
use crate::schedule::timer::Timer;
use crate::unusable::Unusable;
use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Have this memory dream by itself
///
/// On a forge: writes workflow files that dream every night and check every change. On this machine: installs a timer
/// that runs `git dream run` and `git dream publish`. Without an option it shows what is scheduled.
#[derive(clap::Args, Default)]
#[command(group(clap::ArgGroup::new("where")))]
pub(super) struct Options {
    /// Write workflows for GitHub Actions
    #[arg(long, group = "where", help_heading = WHERE)]
    github: bool,
    /// Write a pipeline for GitLab CI
    #[arg(long, group = "where", help_heading = WHERE)]
    gitlab: bool,
    /// Write workflows for Forgejo Actions
    #[arg(long, group = "where", help_heading = WHERE)]
    forgejo: bool,
    /// Install lines in your crontab
    #[arg(long, group = "where", help_heading = WHERE)]
    cron: bool,
    /// Install a timer of your systemd, which makes up for a night that the machine slept through
    #[arg(long, group = "where", help_heading = WHERE)]
    systemd: bool,
    /// Install an agent of launchd (macOS)
    #[arg(long, group = "where", help_heading = WHERE)]
    launchd: bool,
    /// When: minute, hour, day of the month, month, day of the week, as in "17 3 * * 1-5"; UTC on forges, else your
    /// own clock
    ///
    /// Else every night between one and five, at a minute that follows from the repository's name.
    #[arg(long, value_name = "CRON")]
    at: Option<String>,
    /// Every Monday morning instead of every night
    #[arg(long, conflicts_with = "at")]
    weekly: bool,
    /// Show what is scheduled, and when it runs next
    #[arg(long, conflicts_with_all = ["at", "weekly", "remove", "force"])]
    show: bool,
    /// Take away what is scheduled there
    #[arg(long, requires = "where", conflicts_with_all = ["at", "weekly"])]
    remove: bool,
    /// Write over files that people changed, or take them away
    #[arg(long, requires = "where")]
    force: bool,
    /// Tell what comes next as seen from this moment
    #[arg(long, value_name = "MOMENT")]
    now: Option<String>,
}

const WHERE: &str = "Where";

/// Where something is scheduled.
#[derive(Clone, Copy)]
enum Place {
    Forge(Forge),
    Timer(Timer),
}

/// What is to be done there.
enum Wish {
    Show,
    Remove,
    /// Dream at these moments.
    At(Box<Cron>),
}

/// One thing that is scheduled, or was.
#[derive(Serialize)]
struct Scheduled {
    /// The option that names it: `github`, `cron`.
    place: &'static str,
    /// Whether it is scheduled now.
    scheduled: bool,
    /// When, as five fields; absent where that is not known.
    cron: Option<String>,
    /// The next time.
    next: Option<Timestamp>,
    /// Its files, with what became of each.
    files: Vec<FileState>,
    /// Whose clock it goes by.
    #[serde(skip)]
    clock: TimeZone,
}

/// A file of it.
#[derive(Serialize)]
struct FileState {
    path: PathBuf,
    state: State,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Schedule {
    version: u32,
    schedule: Vec<Scheduled>,
}

pub(super) fn main(options: &Options, dir: &Path, talk: &Talk) -> Result<()> {
    let here = whereabouts::find(dir)?;
    let now = whereabouts::now(options.now.as_deref())?;
    let place = options.place();
    let wish = options.wish(&here.repo)?;
    let schedule = match (place, &wish) {
        (None, Wish::Show) => show_all(&here, now),
        (None, _) => {
            Err(Usage("say where: --github, --gitlab, --forgejo, --cron, --systemd or --launchd".to_owned())
                .into())
        }
        (Some(Place::Forge(forge)), wish) => {
            forge::act(&here.repo, forge, wish, options.force, now).map(|one| vec![one])
        }
        (Some(Place::Timer(timer)), wish) => timer::act(&here.repo, timer, wish, now).map(|one| vec![one]),
    }?;
    if talk.json {
        return talk.data_json(&Schedule { version: 1, schedule });
    }
    if place.is_none() && schedule.iter().all(|one| !one.scheduled) {
        talk.say("Nothing dreams here by itself.");
        talk.say(&format!(
            "On GitHub: {COMMAND}git dream schedule --github{COMMAND:#}, on this machine: \
             {COMMAND}git dream schedule --{}{COMMAND:#}",
            timer::USUAL
        ));
        return Ok(());
    }
    for one in schedule.iter().filter(|one| place.is_some() || one.scheduled) {
        tell(one, talk);
    }
    match (place, wish) {
        (Some(Place::Forge(forge)), Wish::At(_)) => forge::advise(&here.repo, forge, "Commit and push", talk),
        (Some(Place::Timer(timer)), Wish::At(_)) => timer::advise(&here.repo, timer, talk),
        _ => Ok(()),
    }
}

impl Options {
    fn place(&self) -> Option<Place> {
        let places = [
            (self.github, Place::Forge(Forge::Github)),
            (self.gitlab, Place::Forge(Forge::Gitlab)),
            (self.forgejo, Place::Forge(Forge::Forgejo)),
            (self.cron, Place::Timer(Timer::Cron)),
            (self.systemd, Place::Timer(Timer::Systemd)),
            (self.launchd, Place::Timer(Timer::Launchd)),
        ];
        places.into_iter().find(|(is_asked, _)| *is_asked).map(|(_, place)| place)
    }

    /// What is to be done; without a place, there is nothing to do but to show.
    fn wish(&self, repo: &Repo) -> Result<Wish> {
        if self.remove {
            return Ok(Wish::Remove);
        }
        if let Some(at) = &self.at {
            return Cron::parse(at)
                .map(|cron| Wish::At(Box::new(cron)))
                .map_err(|wrong| Usage(format!("--at: {wrong}")).into());
        }
        match self.show || (self.place().is_none() && !self.weekly) {
            true => Ok(Wish::Show),
            false => Ok(Wish::At(Box::new(Cron::usual(&name(repo), self.weekly)))),
        }
    }
}

/// The repository's name: its folder's.
fn name(repo: &Repo) -> String {
    let folder = repo.work_dir().unwrap_or_else(|| repo.git_dir());
    let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    real.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Everything that may be scheduled; a program that this machine lacks has nothing scheduled.
fn show_all(here: &Whereabouts, now: Timestamp) -> Result<Vec<Scheduled>> {
    let mut all = Vec::new();
    for forge in Forge::ALL {
        if here.repo.work_dir().is_some() {
            all.push(forge::act(&here.repo, forge, &Wish::Show, false, now)?);
        }
    }
    for timer in Timer::ALL {
        match timer::act(&here.repo, timer, &Wish::Show, now) {
            Ok(shown) => all.push(shown),
            Err(error) if error.is::<Unusable>() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

/// The next time that these fields name, on the clock of this place.
fn next(cron: Option<&Cron>, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let moment = cron?.next(now.to_zoned(zone.clone()).datetime())?;
    moment.to_zoned(zone.clone()).ok().map(|moment| moment.timestamp())
}

fn tell(one: &Scheduled, talk: &Talk) {
    let Scheduled { place, scheduled, cron, next, files, clock } = one;
    for FileState { path, state } in files {
        let state = match state {
            State::Wrote => "wrote",
            State::Kept => "kept",
            State::Removed => "removed",
            State::Ours => "written",
            State::Changed => "changed",
            State::Missing => "missing",
        };
        talk.say(&format!("{GOOD}{state:8}{GOOD:#} {}", path.display()));
    }
    let zone = if *clock == TimeZone::UTC { " UTC" } else { "" };
    match (scheduled, cron, next) {
        (false, _, _) => talk.say(&format!("Nothing dreams here by itself with --{place}.")),
        (true, Some(cron), Some(next)) => talk.say(&format!(
            "{STRONG}{place}{STRONG:#}: dreams at {cron} {FAINT}(next: {}{zone}){FAINT:#}",
            next.to_zoned(clock.clone()).strftime("%A, %d %B %Y, %H:%M")
        )),
        (true, Some(cron), None) => {
            talk.say(&format!("{STRONG}{place}{STRONG:#}: is to be scheduled there at {cron}{zone}"))
        }
        (true, None, _) => talk.say(&format!(
            "{STRONG}{place}{STRONG:#}: is there; when it runs was changed by people, or is set elsewhere"
        )),
    }
}
