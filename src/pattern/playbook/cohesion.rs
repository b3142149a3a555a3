//! Steps that hold together whatever was asked.
//!
//! People ask for one workflow in words that have nothing in common ("there is a new chaplain", "the weekend
//! porter"). Its steps tell it all the same: sessions take them together, in order, and hardly ever apart. A habit
//! does that too (add, commit, push); but a habit is in many sessions, and whether a session has it does not
//! depend on the job. Refuses what many sessions show, and what other sessions with the same jobs leave out.

use super::followers_of_jobs;
use super::judgement::is_ordered;
use super::significance::LogFactorials;
use super::topic::Topic;
use super::trail::{Symbol, Trails};
use crate::digest::step;
use crate::pattern::Corpus;
use std::collections::{BTreeMap, BTreeSet};

/// Chance that steps that have nothing to do with each other are taken to belong together.
const ERROR_RATE: f64 = 1e-4;
/// Of the sessions that take a step, the share that must take the others with it for the step to be theirs.
const NEVER_APART: f64 = 0.6;
/// Of the sessions that take most of the steps, the share that must take them in order.
const IN_ORDER: f64 = 0.8;
/// Share of all sessions from which what they do without a topic is a habit.
const HABIT: f64 = 0.2;
/// Of the other sessions with a follower's job, the share that must follow too.
const SAME_JOB: f64 = 0.5;

/// The occasions for these steps, if the trails that show them (ascending) take them together, in order and
/// hardly ever apart: every trail with one of the jobs. It has no words.
pub(super) fn topic(
    core: &[Symbol],
    showing: &[u32],
    corpus: &Corpus<'_>,
    trails: &Trails,
    table: &LogFactorials,
) -> Option<Topic> {
    let taking = |step: &Symbol| {
        let all = &trails.with[*step as usize];
        (all.iter().filter(|trail| showing.binary_search(trail).is_ok()).count(), all.len())
    };
    let is_theirs = |step: &Symbol| {
        let (here, everywhere) = taking(step);
        here as f64 >= NEVER_APART * everywhere as f64
    };
    let own: Vec<Symbol> = core.iter().copied().filter(is_theirs).collect();
    // Reading, changing and checking is how any work goes: the loop of one project is no workflow.
    let telling = own.iter().filter(|step| !step::is_daily_work(&trails.names[**step as usize])).count();
    if telling * 2 < own.len() {
        return None;
    }
    if own.len() < corpus.settings.workflow_min_steps || showing.len() as f64 > HABIT * trails.usable as f64 {
        return None;
    }
    // The first step may be any; each further one was picked among all steps.
    let together = own.iter().skip(1).map(|step| {
        let (here, everywhere) = taking(step);
        let by_chance = table.hypergeometric(trails.usable, everywhere, showing.len(), here);
        (by_chance + (trails.names.len() as f64).ln()).min(0.0)
    });
    let anywhere: BTreeSet<u32> = own.iter().flat_map(|step| &trails.with[*step as usize]).copied().collect();
    let anywhere: Vec<u32> = anywhere.into_iter().collect();
    let holds = together.sum::<f64>() <= ERROR_RATE.ln() && is_ordered(&own, &anywhere, IN_ORDER, trails);
    let trails_asked = holds.then(|| with_same_jobs(showing, corpus, trails)).flatten()?;
    Some(Topic { words: Vec::new(), trails: trails_asked })
}

/// The trails that have a job of these, ascending; `None` if following does not depend on the job, as far as jobs
/// with several sessions show.
fn with_same_jobs(showing: &[u32], corpus: &Corpus<'_>, trails: &Trails) -> Option<Vec<u32>> {
    let jobs = followers_of_jobs(showing, corpus, trails);
    let mut asked: BTreeMap<usize, usize> = BTreeMap::new();
    let mut with_job = Vec::new();
    for (index, trail) in (0u32..).zip(&trails.all) {
        let job = corpus.jobs.of(trail.session);
        if jobs.contains_key(&job) {
            with_job.push(index);
            *asked.entry(job).or_default() += usize::from(trail.succeeded != Some(false));
        }
    }
    // One follower of each job is why the job is looked at; only the others say something.
    let following: usize = jobs.values().map(|followers| followers - 1).sum();
    let others: usize = asked.values().map(|sessions| sessions.saturating_sub(1)).sum();
    (following as f64 >= SAME_JOB * others as f64).then_some(with_job)
}
