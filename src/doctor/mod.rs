//! What is installed, connected and found here, and what keeps git-dream from learning, with a remedy for each.
//!
//! Owns the judgement of what is well ([`Finding`]); looks only at this machine, asks no network and changes nothing. Every
//! part of it answers for itself: what cannot be looked at is a finding, never the end of the examination.

mod agents;
mod capturing;
mod dreams;
mod memory;
mod program;
mod schedule;
mod sessions;

use crate::capture::places::Places;
use crate::count::count;
use jiff::Timestamp;
use serde::Serialize;
use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Health {
    /// As it should be.
    Well,
    /// Nothing is wrong, but people may want to do something.
    Note,
    /// Something does not work.
    Problem,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it is about: `program`, `memory`, `agents`, …
    pub part: &'static str,
    /// How it is.
    pub health: Health,
    /// What was found, in a sentence.
    pub what: String,
    /// What to do about it, in words or as a command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// Where to look.
pub struct Scene<'a> {
    /// The folder that somebody, or an agent, works in, in full.
    pub dir: &'a Path,
    /// The user's own folder.
    pub home: &'a Path,
    /// The user's folders for git-dream.
    pub places: &'a Places,
    /// Looks a name up in the environment.
    pub variable: &'a dyn Fn(&str) -> Option<OsString>,
    /// Now.
    pub now: Timestamp,
}

/// Looks at everything.
pub fn examine(scene: &Scene<'_>) -> Vec<Finding> {
    let nearest = crate::nearest::find(scene.dir, scene.places);
    let mut findings = program::look(scene);
    findings.extend(memory::look(scene, &nearest));
    findings.extend(agents::look(scene));
    findings.extend(sessions::look(scene, nearest.as_ref().ok().and_then(Option::as_ref)));
    findings.extend(capturing::look(scene));
    if let Ok(Some(nearest)) = &nearest {
        findings.extend(dreams::look(scene, nearest));
        findings.extend(schedule::look(nearest));
    }
    findings
}

impl Finding {
    fn well(part: &'static str, what: String) -> Finding {
        Finding { part, health: Health::Well, what, remedy: None }
    }

    fn note(part: &'static str, what: String, remedy: &str) -> Finding {
        Finding { part, health: Health::Note, what, remedy: Some(remedy.to_owned()) }
    }

    fn problem(part: &'static str, what: String, remedy: &str) -> Finding {
        Finding { part, health: Health::Problem, what, remedy: Some(remedy.to_owned()) }
    }

    /// What could not be looked at. An error says itself what to do.
    fn error(part: &'static str, error: &anyhow::Error) -> Finding {
        let what = format!("{error:#}");
        Finding { part, health: Health::Problem, what, remedy: None }
    }
}

/// How long ago something was, in words: `3 hours ago`.
fn ago(now: Timestamp, then: Timestamp) -> String {
    since(Duration::from_secs((now.as_second() - then.as_second()).try_into().unwrap_or_default()))
}

/// The same for how long it is.
fn since(age: Duration) -> String {
    let minutes = usize::try_from(age.as_secs() / 60).unwrap_or_default();
    match minutes {
        0..=1 => "just now".to_owned(),
        2..=119 => format!("{} ago", count(minutes, "minute")),
        120..=2879 => format!("{} ago", count(minutes / 60, "hour")),
        _ => format!("{} ago", count(minutes / 1440, "day")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_ago_is_said_in_the_largest_unit_that_says_something() {
        let now: Timestamp = "2026-01-10T00:00:00Z".parse().unwrap();
        let said = |then: &str| ago(now, then.parse().unwrap());
        assert_eq!(said("2026-01-09T23:59:30Z"), "just now");
        assert_eq!(said("2026-01-09T23:30:00Z"), "30 minutes ago");
        assert_eq!(said("2026-01-09T20:00:00Z"), "4 hours ago");
        assert_eq!(said("2026-01-01T00:00:00Z"), "9 days ago");
        assert_eq!(said("2026-02-01T00:00:00Z"), "just now", "a clock that went wrong");
    }
}
