//! A timer of the user's systemd: a service that dreams once, and a timer that starts it.
//!
//! The units' text is made by pure functions; `systemctl --user` takes them up. Formats: `systemd.service(5)`,
//! `systemd.timer(5)`, and for quoting `systemd.syntax(7)` and `systemd.unit(5)` (specifiers).

use super::cron::Cron;
use super::fill;
use super::job::Job;
use super::program::ask;
use super::{Standing, home_file, keep, read_if_there, remove_if_there};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

const SERVICE: &str = include_str!("../../templates/timer/service");
const TIMER: &str = include_str!("../../templates/timer/timer");
const INSTEAD: &str = "use --cron, or --launchd on macOS";
/// How a timer says which cron it was made of.
const AT: &str = "# At: ";

/// Writes service and timer, and starts the timer. What was written is taken away again where systemd refuses it.
pub fn install(job: &Job, cron: &Cron) -> Result<Vec<PathBuf>> {
    let [service, timer] = files(job)?;
    systemctl(&["--version"])?;
    let before = [read_if_there(&service)?, read_if_there(&timer)?];
    keep(&service, &service_text(job))?;
    keep(&timer, &timer_text(job, cron))?;
    let unit = format!("{}.timer", job.name());
    let started = systemctl(&["daemon-reload"])
        .and_then(|()| systemctl(&["enable", &unit]))
        // A timer that runs takes up a new time only when it is started anew.
        .and_then(|()| systemctl(&["restart", &unit]));
    if let Err(error) = started {
        for (file, text) in [&service, &timer].into_iter().zip(before) {
            match text {
                Some(text) => keep(file, &text)?,
                None => drop(remove_if_there(file)?),
            }
        }
        let _ = systemctl(&["daemon-reload"]);
        return Err(error.context("systemd would not take the timer up, so it is as it was before"));
    }
    Ok(vec![service, timer])
}

/// Stops the timer and takes both units away; whether there were any.
pub fn remove(job: &Job) -> Result<bool> {
    let [service, timer] = files(job)?;
    if !service.exists() && !timer.exists() {
        return Ok(false);
    }
    systemctl(&["disable", "--now", &format!("{}.timer", job.name())])?;
    remove_if_there(&service)?;
    remove_if_there(&timer)?;
    systemctl(&["daemon-reload"])?;
    Ok(true)
}

/// The timer that stands for this job.
pub fn show(job: &Job) -> Result<Option<Standing>> {
    let [service, timer] = files(job)?;
    let Some(text) = read_if_there(&timer)? else { return Ok(None) };
    let cron = text.lines().find_map(|line| line.strip_prefix(AT)).and_then(|cron| Cron::parse(cron).ok());
    let service = read_if_there(&service)?.unwrap_or_default();
    let runs_this_program = service.contains(&format!("ExecStart={} ", word(&job.program)));
    Ok(Some(Standing { cron, runs_this_program }))
}

fn systemctl(arguments: &[&str]) -> Result<()> {
    let arguments: Vec<&str> = ["--user"].into_iter().chain(arguments.iter().copied()).collect();
    let shown = format!("`systemctl {}` failed", arguments.join(" "));
    ask("systemctl", &arguments, b"", INSTEAD)?.or_failed(&shown).context(
        "systemd does not keep timers of this user here (as in a container, or without a login session)",
    )?;
    Ok(())
}

/// Where the service and the timer lie.
fn files(job: &Job) -> Result<[PathBuf; 2]> {
    let folder = match std::env::var_os("XDG_CONFIG_HOME").filter(|set| Path::new(set).is_absolute()) {
        Some(set) => Path::new(&set).join("systemd/user"),
        None => home_file(".config/systemd/user")?,
    };
    Ok(["service", "timer"].map(|suffix| folder.join(format!("{}.{suffix}", job.name()))))
}

/// The service's text.
pub fn service_text(job: &Job) -> String {
    let start = |words: Vec<&str>| {
        let words: Vec<String> = words.into_iter().map(word).collect();
        format!("ExecStart={}", words.join(" "))
    };
    let commands: Vec<String> = job.commands().into_iter().map(start).collect();
    fill(
        SERVICE,
        &[
            ("ABOUT", &specified(&job.memory)),
            ("PATH", &quoted(&format!("PATH={}", job.search_path))),
            ("COMMANDS", &commands.join("\n")),
            ("LOG", &specified(&job.log)),
        ],
    )
}

/// The timer's text.
pub fn timer_text(job: &Job, cron: &Cron) -> String {
    let moments: Vec<String> =
        cron.on_calendar().into_iter().map(|moment| format!("OnCalendar={moment}")).collect();
    fill(
        TIMER,
        &[("CRON", &cron.to_string()), ("ABOUT", &specified(&job.memory)), ("MOMENTS", &moments.join("\n"))],
    )
}

/// A word of a command.
fn word(word: &str) -> String {
    quoted(&word.replace('$', "$$"))
}

/// A word of a unit. A percent sign begins a specifier in any value, a backslash an escape between quotes.
fn quoted(word: &str) -> String {
    format!("\"{}\"", specified(word).replace('\\', "\\\\").replace('"', "\\\""))
}

/// A value of a unit without quotes.
fn specified(value: &str) -> String {
    value.replace('%', "%%")
}
