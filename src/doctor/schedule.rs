//! Whether the memory dreams by itself, and whether what does it is still the program that is installed.

use super::Finding;
use crate::nearest::Nearest;
use crate::schedule::files::{self, State};
use crate::schedule::forge::Forge;
use crate::schedule::job::Job;
use crate::schedule::timer::Timer;
use crate::unusable::Unusable;
use anyhow::Result;

const PART: &str = "schedule";

/// Nothing where the memory lies elsewhere: it dreams there.
pub(super) fn look(nearest: &Nearest) -> Vec<Finding> {
    if nearest.connected.as_ref().is_some_and(|connected| connected.is_copy) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for forge in Forge::ALL {
        findings.extend(told(of_forge(nearest, forge)));
    }
    for timer in Timer::ALL {
        findings.extend(told(of_timer(nearest, timer)));
    }
    if findings.is_empty() {
        let what = "nothing dreams here by itself".to_owned();
        findings.push(Finding::note(PART, what, "git dream schedule --help"));
    }
    findings
}

/// An error is a finding, too, but for a machine that has no such thing: nothing is scheduled there.
fn told(found: Result<Option<Finding>>) -> Option<Finding> {
    match found {
        Ok(finding) => finding,
        Err(error) if error.is::<Unusable>() => None,
        Err(error) => Some(Finding::error(PART, &error)),
    }
}

/// What a forge runs, as far as the working tree says.
fn of_forge(nearest: &Nearest, forge: Forge) -> Result<Option<Finding>> {
    let Some(top) = nearest.repo.work_dir() else { return Ok(None) };
    let (seen, cron) = files::look(top, forge)?;
    let there: Vec<&str> =
        seen.iter().filter(|(_, state)| *state != State::Missing).map(|(path, _)| *path).collect();
    if there.is_empty() {
        return Ok(None);
    }
    let when = cron.map_or_else(|| "when people set it to".to_owned(), |cron| format!("at {cron} UTC"));
    Ok(Some(Finding::well(PART, format!("the forge dreams {when}: {}", there.join(", ")))))
}

/// What a timer of this machine runs.
fn of_timer(nearest: &Nearest, timer: Timer) -> Result<Option<Finding>> {
    let Some(standing) = timer.show(&Job::of(&nearest.repo)?)? else { return Ok(None) };
    let name = timer.name();
    let when = standing.cron.as_ref();
    let said = when.map_or_else(|| "when people set it to".to_owned(), |cron| format!("at {cron}"));
    if standing.runs_this_program {
        return Ok(Some(Finding::well(PART, format!("{name} dreams {said}"))));
    }
    let at = when.map(|cron| format!(" --at \"{cron}\"")).unwrap_or_default();
    let what = format!("{name} dreams {said}, with another git-dream than this one");
    Ok(Some(Finding::note(PART, what, &format!("git dream schedule --{name}{at}"))))
}
