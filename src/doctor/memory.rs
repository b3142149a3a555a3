//! The memory that is for this folder.

use super::{Finding, Scene, count};
use crate::capture::belonging::connected;
use crate::capture::consent::Consent;
use crate::cycle;
use crate::nearest::{Nearest, copy};
use anyhow::Result;
use std::time::Duration;

const PART: &str = "memory";
/// A copy that was brought up to date longer ago than this is told.
const OLD: Duration = Duration::from_secs(2 * 24 * 60 * 60);

pub(super) fn look(scene: &Scene<'_>, nearest: &Result<Option<Nearest>>) -> Vec<Finding> {
    match nearest {
        Err(error) => vec![Finding::error(PART, error)],
        Ok(None) => vec![none(scene)],
        Ok(Some(nearest)) => {
            let mut findings = vec![notes(nearest)];
            findings.extend(age(scene, nearest));
            findings
        }
    }
}

/// There is no memory: why.
fn none(scene: &Scene<'_>) -> Finding {
    let consent = Consent::read(&scene.places.consent).unwrap_or_default();
    match connected(&consent, scene.dir) {
        Some(project) => Finding::problem(
            PART,
            format!("{} was not fetched yet, so agents here read nothing", project.memory),
            "git dream capture",
        ),
        None => Finding::note(
            PART,
            format!("no memory is for {}", scene.dir.display()),
            "git dream connect --memory URL, or git dream init for a memory of its own",
        ),
    }
}

fn notes(nearest: &Nearest) -> Finding {
    let Nearest { repo, settings, branch, at, connected } = nearest;
    let place = match connected {
        Some(connected) => connected.memory.clone(),
        None => repo.git_dir().display().to_string(),
    };
    let memory = match cycle::read_memory(repo, *at, &settings.memory.root) {
        Ok(memory) => memory,
        Err(error) => return Finding::error(PART, &error),
    };
    let what = format!("{} on {branch} ({}) of {place}", count(memory.notes.len(), "note"), at.short());
    match (memory.broken.len(), memory.main.is_some()) {
        (0, true) => Finding::well(PART, what),
        (0, false) => Finding::problem(
            PART,
            format!("{what}, but no MEMORY.md, which is what agents are given first"),
            "git dream init",
        ),
        (broken, _) => Finding::problem(
            PART,
            format!("{what}; {} of them cannot be read as notes", broken),
            "git dream status names them",
        ),
    }
}

fn age(scene: &Scene<'_>, nearest: &Nearest) -> Option<Finding> {
    let connected = nearest.connected.as_ref().filter(|connected| connected.is_copy)?;
    let age = copy::age(scene.places, &connected.memory)?;
    Some(match age > OLD {
        true => Finding::note(
            PART,
            format!("agents here read a copy of it, last brought up to date {}", super::since(age)),
            "git dream capture",
        ),
        false => Finding::well(
            PART,
            format!("agents here read a copy of it, brought up to date {}", super::since(age)),
        ),
    })
}
