//! A timer of macOS: an agent of launchd for this user, `launchd.plist(5)`.

use super::cron::Cron;
use super::job::Job;
use super::program::ask;
use super::{Standing, fill, home_file, keep, read_if_there, remove_if_there};
use crate::unusable::Unusable;
use anyhow::{Context, Result};
use std::path::PathBuf;

const PLIST: &str = include_str!("../../templates/timer/launchd.plist");
const INSTEAD: &str = "it is part of macOS; use --systemd or --cron elsewhere";
/// Most moments that are written out one by one.
const MOST_MOMENTS: usize = 500;

/// Writes the agent and hands it to launchd.
pub fn install(job: &Job, cron: &Cron) -> Result<PathBuf> {
    let file = file(job)?;
    let text = text(job, cron)?;
    let before = read_if_there(&file)?;
    let domain = domain()?;
    // One that runs already has to go before it can come again; that none does is no error.
    let _ = launchctl(&["bootout", &format!("{domain}/{}", job.name())])?;
    keep(&file, &text)?;
    let taken = launchctl(&["bootstrap", &domain, &file.display().to_string()])?;
    if let Err(error) = taken.or_failed("launchd would not take the timer up, so it is as it was before") {
        match before {
            Some(before) => keep(&file, &before)?,
            None => drop(remove_if_there(&file)?),
        }
        return Err(error);
    }
    Ok(file)
}

/// Takes the agent away; whether there was one.
pub fn remove(job: &Job) -> Result<bool> {
    let file = file(job)?;
    if !file.exists() {
        return Ok(false);
    }
    let _ = launchctl(&["bootout", &format!("{}/{}", domain()?, job.name())])?;
    remove_if_there(&file)
}

/// The agent that stands for this job.
pub fn show(job: &Job) -> Result<Option<Standing>> {
    let file = file(job)?;
    let Some(text) = read_if_there(&file)? else { return Ok(None) };
    let said = text.split_once(" At: ").and_then(|(_, rest)| rest.split(" -->").next());
    Ok(Some(Standing {
        cron: said.and_then(|cron| Cron::parse(cron).ok()),
        runs_this_program: text.contains(&format!("<string>{}</string>", escaped(&job.program))),
    }))
}

fn launchctl(arguments: &[&str]) -> Result<super::program::Answer> {
    ask("launchctl", arguments, b"", INSTEAD)
}

fn file(job: &Job) -> Result<PathBuf> {
    home_file(&format!("Library/LaunchAgents/{}.plist", job.name()))
}

/// The user's own domain of launchd: `gui/501`.
#[cfg(unix)]
fn domain() -> Result<String> {
    use std::os::unix::fs::MetadataExt;
    let home = home_file("")?;
    let who = std::fs::metadata(&home).with_context(|| format!("cannot look at {}", home.display()))?.uid();
    Ok(format!("gui/{who}"))
}

#[cfg(not(unix))]
fn domain() -> Result<String> {
    Err(Unusable(format!("there is no launchd on this machine: {INSTEAD}")).into())
}

/// The agent's text.
///
/// Errors: the moments are too many to be written out.
pub fn text(job: &Job, cron: &Cron) -> Result<String, Unusable> {
    let intervals = cron.intervals(MOST_MOMENTS).ok_or_else(|| {
        Unusable(format!("launchd has to be told each moment, and \"{cron}\" are more than {MOST_MOMENTS}: dream less often"))
    })?;
    let moments = intervals.iter().map(|interval| {
        let pairs =
            interval.iter().map(|(name, value)| format!("<key>{name}</key><integer>{value}</integer>"));
        format!("        <dict>{}</dict>", pairs.collect::<String>())
    });
    // The shell joins the commands; their words reach it as arguments, so that it reads nothing into them.
    let script = match job.has_remote {
        true => r#""$0" -C "$1" run --fetch && "$0" -C "$1" publish"#,
        false => r#""$0" -C "$1" run"#,
    };
    let arguments = ["/bin/sh", "-c", script, &job.program, &job.memory];
    let arguments = arguments.map(|word| format!("        <string>{}</string>", escaped(word)));
    Ok(fill(
        PLIST,
        &[
            ("CRON", &cron.to_string()),
            ("LABEL", &escaped(&job.name())),
            ("ARGUMENTS", &arguments.join("\n")),
            ("PATH", &escaped(&job.search_path)),
            ("MOMENTS", &moments.collect::<Vec<_>>().join("\n")),
            ("LOG", &escaped(&job.log)),
        ],
    ))
}

/// Text of an XML element.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
