//! Where agents quietly fail, and whether dreaming fits this workload: the analysis with nothing written.

use crate::digest::Digest;
use crate::pattern::job::Jobs;
use crate::pattern::{self, Kind, Lesson, Pattern};
use crate::settings::Settings;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What an audit found. As JSON it is what `audit --json` prints.
#[derive(Clone, Debug, Serialize)]
pub struct Audit {
    /// Version of this format.
    pub version: u32,
    /// Sessions looked at.
    pub sessions: u32,
    /// Tool calls in them.
    pub calls: u32,
    /// Calls that failed, expected non-zero exits left out.
    pub failed: u32,
    /// Calls spent between a failure and what fixed it.
    pub retries: u32,
    /// Sessions whose outcome is known, and those of them that succeeded.
    pub outcomes: [u32; 2],
    /// Whether dreaming fits.
    pub fit: Fit,
    /// Patterns found, by kind.
    pub patterns: BTreeMap<String, u32>,
    /// What keeps failing, the costliest first.
    pub mistakes: Vec<MistakeRow>,
}

/// Whether dreaming fits this workload, and the figures that say so.
#[derive(Clone, Debug, Serialize)]
pub struct Fit {
    /// Share of sessions whose job another session had too, 0 to 1.
    pub jobs_that_repeat: f64,
    /// Share of failures whose step and message recur in another job, 0 to 1.
    pub failures_that_recur: f64,
    /// Patterns per hundred sessions.
    pub patterns_per_hundred: f64,
    /// The verdict in one word: `good`, `some`, `poor`, `unknown`.
    pub verdict: &'static str,
    /// What to do, in one sentence.
    pub advice: &'static str,
}

/// One mistake that recurs.
#[derive(Clone, Debug, Serialize)]
pub struct MistakeRow {
    /// The step that fails.
    pub step: String,
    /// The error, its variable parts masked.
    pub error: String,
    /// Independent sessions, distinct jobs.
    pub sessions: u32,
    /// Distinct jobs.
    pub jobs: u32,
    /// Failing calls.
    pub times: u32,
    /// Calls spent on it.
    pub cost: u32,
    /// When it was first and last seen.
    pub first: Option<jiff::Timestamp>,
    /// See `first`.
    pub last: Option<jiff::Timestamp>,
}

/// Sessions below which nothing can be said.
const ENOUGH_SESSIONS: usize = 20;

/// Analyses digests: what `git dream audit` shows.
pub fn audit(digests: &[Digest], settings: &Settings) -> Audit {
    let patterns = pattern::mine(digests, &settings.mining, &[]);
    let sum = |of: fn(&Digest) -> u32| digests.iter().map(of).sum();
    let known: Vec<bool> =
        digests.iter().filter_map(|digest| digest.outcome).map(|outcome| outcome.succeeded()).collect();
    let mut by_kind: BTreeMap<String, u32> = BTreeMap::new();
    for pattern in &patterns {
        *by_kind.entry(pattern.kind().to_string()).or_default() += 1;
    }
    let mut mistakes: Vec<MistakeRow> = patterns.iter().filter_map(row).collect();
    mistakes.sort_by(|a, b| {
        b.cost.cmp(&a.cost).then_with(|| b.sessions.cmp(&a.sessions)).then_with(|| a.error.cmp(&b.error))
    });
    Audit {
        version: 1,
        sessions: digests.len() as u32,
        calls: sum(|digest| digest.counts.calls),
        failed: sum(|digest| digest.counts.failed),
        retries: sum(|digest| digest.counts.retries),
        outcomes: [known.len() as u32, known.iter().filter(|succeeded| **succeeded).count() as u32],
        fit: fit(digests, &patterns, settings),
        patterns: by_kind,
        mistakes,
    }
}

fn row(pattern: &Pattern) -> Option<MistakeRow> {
    let Lesson::Error(lesson) = &pattern.lesson else { return None };
    Some(MistakeRow {
        step: lesson.step.to_string(),
        error: lesson.template.to_string(),
        sessions: pattern.support.sessions,
        jobs: pattern.support.jobs,
        times: lesson.times,
        cost: lesson.cost,
        first: pattern.support.first,
        last: pattern.support.last,
    })
}

/// Whether dreaming fits: it learns from what repeats, so it asks how much does.
fn fit(digests: &[Digest], patterns: &[Pattern], settings: &Settings) -> Fit {
    let jobs = Jobs::group(digests, &settings.mining);
    let mut sessions_of: BTreeMap<usize, u32> = BTreeMap::new();
    for session in 0..digests.len() {
        *sessions_of.entry(jobs.of(session)).or_default() += 1;
    }
    let repeating = (0..digests.len())
        .filter(|session| sessions_of.get(&jobs.of(*session)).is_some_and(|n| *n > 1))
        .count();
    let recur = recurring_failures(digests, &jobs);
    let share = |part: usize, of: usize| if of == 0 { 0.0 } else { part as f64 / of as f64 };
    let per_hundred = 100.0 * share(patterns.len(), digests.len());
    let actionable =
        patterns.iter().filter(|pattern| pattern.kind() != Kind::Mistake || pattern.support.jobs > 1).count();
    let (verdict, advice) = match (digests.len(), actionable, recur) {
        (sessions, 0, _) if sessions < ENOUGH_SESSIONS => {
            ("unknown", "There are too few sessions to tell: come back when there are twenty or more.")
        }
        (_, 0, recur) if recur < 0.1 => (
            "poor",
            "Dreaming would gain little here: hardly anything repeats. It pays for work that comes again and again.",
        ),
        (_, 0, _) => (
            "poor",
            "Failures repeat, but none across enough independent sessions and jobs: gather more sessions before you dream.",
        ),
        (sessions, patterns, _) if patterns * 50 >= sessions || patterns >= 5 => {
            ("good", "Dreaming fits: mistakes, workflows or wishes recur across jobs. Run `git dream run`.")
        }
        _ => ("some", "Dreaming would help a little: a few things recur. A weekly run is enough."),
    };
    Fit {
        jobs_that_repeat: share(repeating, digests.len()),
        failures_that_recur: recur,
        patterns_per_hundred: per_hundred,
        verdict,
        advice,
    }
}

/// Share of failures whose step and masked message were seen in another job too.
fn recurring_failures(digests: &[Digest], jobs: &Jobs) -> f64 {
    let mut jobs_of: BTreeMap<(String, String), BTreeSet<usize>> = BTreeMap::new();
    let failures =
        || digests.iter().enumerate().flat_map(|(at, digest)| digest.failures.iter().map(move |f| (at, f)));
    let key = |failure: &crate::digest::failure::Failure| {
        (failure.step.to_string(), crate::digest::failure::mask::masked(&failure.message))
    };
    for (session, failure) in failures() {
        jobs_of.entry(key(failure)).or_default().insert(jobs.of(session));
    }
    let (mut recurring, mut all) = (0_u32, 0_u32);
    for (_, failure) in failures() {
        all += 1;
        recurring += u32::from(jobs_of.get(&key(failure)).is_some_and(|jobs| jobs.len() > 1));
    }
    if all == 0 { 0.0 } else { f64::from(recurring) / f64::from(all) }
}
