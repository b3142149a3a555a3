//! What a person agreed to, what waits to be pushed, and what went wrong where nobody watched.

use super::{Finding, Scene, ago, count};
use crate::capture::belonging::{MARKER, connected};
use crate::capture::consent::{Consent, Project};
use crate::capture::outbox::{Outbox, inbox_of};
use crate::capture::trouble;
use anyhow::Result;
use jiff::Timestamp;

const PART: &str = "capture";
/// For how long trouble is told, in seconds: two weeks.
const RECENT: i64 = 14 * 24 * 60 * 60;
/// Most lines of trouble that are told, the newest.
const MOST_TROUBLE: usize = 3;

pub(super) fn look(scene: &Scene<'_>) -> Vec<Finding> {
    let consent = match Consent::read(&scene.places.consent) {
        Ok(consent) => consent,
        Err(error) => return vec![Finding::error(PART, &error)],
    };
    let mut findings = Vec::new();
    match connected(&consent, scene.dir) {
        Some(project) => findings.extend(of_project(scene, project)),
        None => findings.push(Finding::note(
            PART,
            format!(
                "sessions in {} are not captured: {}",
                scene.dir.display(),
                match consent.projects.len() {
                    0 => "no project is connected".to_owned(),
                    others => format!("it is none of the {} connected", count(others, "project")),
                }
            ),
            "git dream connect --memory URL",
        )),
    }
    let trouble = trouble::read(&scene.places.trouble());
    for line in trouble.iter().rev().filter(|line| is_recent(scene, line)).take(MOST_TROUBLE) {
        let said = line.split_once(' ').map_or(line.as_str(), |(_, said)| said);
        findings.push(match said.starts_with("the hook ") || said.starts_with("a hook ") {
            true => Finding::problem(
                "hooks",
                line.clone(),
                "git dream connect AGENT writes an agent's settings anew; the next capture that goes well forgets this",
            ),
            false => {
                Finding::problem(PART, line.clone(), "git dream capture tries again, and tells what is wrong")
            }
        });
    }
    findings
}

/// Whether a line of trouble, which begins with when it was, is about these days.
fn is_recent(scene: &Scene<'_>, line: &str) -> bool {
    let at = line.split(' ').next().and_then(|at| at.parse::<Timestamp>().ok());
    at.is_none_or(|at| scene.now.as_second() - at.as_second() < RECENT)
}

fn of_project(scene: &Scene<'_>, project: &Project) -> Vec<Finding> {
    let mut findings = Vec::new();
    if project.folder.join(MARKER).exists() {
        let what = format!("{} keeps all sessions of {} out", MARKER, project.folder.display());
        findings.push(Finding::note(PART, what, "delete the file, if they are to be captured"));
    }
    if (scene.variable)("GIT_DREAM_CAPTURE").is_some_and(|said| said == "0") {
        let what = "GIT_DREAM_CAPTURE=0 keeps all sessions out that are started from here".to_owned();
        findings.push(Finding::note(PART, what, "unset GIT_DREAM_CAPTURE"));
    }
    findings.push(queue(scene, project).unwrap_or_else(|error| Finding::error(PART, &error)));
    findings
}

/// What waits for the project's memory, and when it was last captured for.
fn queue(scene: &Scene<'_>, project: &Project) -> Result<Finding> {
    let to = format!("for {} as {}", project.memory, project.name);
    let never = || Finding::note(PART, format!("connected, nothing captured yet {to}"), "git dream capture");
    let Some(outbox) = Outbox::open_if_there(scene.places, &project.memory)? else { return Ok(never()) };
    let Some(last) = outbox.repo().resolve(&inbox_of(&project.name))? else { return Ok(never()) };
    let last = ago(scene.now, outbox.repo().past(last)?.at);
    Ok(match outbox.waiting(&project.name)? {
        0 => Finding::well(PART, format!("last captured {last} {to}, and all of it is pushed")),
        waiting => Finding::note(
            PART,
            format!("last captured {last} {to}; {} not pushed yet", count(waiting, "session")),
            "git dream capture",
        ),
    })
}
