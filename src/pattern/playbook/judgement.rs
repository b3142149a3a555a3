//! Whether a workflow that was grown holds.
//!
//! Owns every reason to refuse one: too few followers, followers of one job, a habit of all sessions, steps that
//! nothing ties to an occasion, an order that chance explains, harm. What ties a workflow to an occasion is the
//! words of the requests ([`super::topic`]) or, where people ask for it in words that have nothing in common, the
//! steps themselves ([`super::cohesion`]).

use super::cohesion;
use super::consensus::{self, Workflow};
use super::significance::{LogFactorials, binomial_bound};
use super::topic::{Requests, Topic};
use super::trail::{Symbol, Trails};
use super::{followers_of_jobs, rates};
use crate::digest::{Digest, step};
use crate::pattern::Corpus;
use std::collections::BTreeSet;

/// Chance that steps in no order are taken for a workflow. Small, because the steps were picked as well.
const ERROR_RATE: f64 = 1e-4;
/// Chance that a workflow is dropped as harmful that is not.
const HARM_RATE: f64 = 0.01;
/// Of the sessions that show the workflow, the share that must have its topic.
const COVERED: f64 = 0.3;
/// How many times the smallest number of sessions must have asked differently where all of it counts as one job.
const WORDINGS: usize = 2;

/// The topic of a workflow that holds, without words where only its steps hold it together; `None` for habits,
/// accidents, and what only one job does.
pub(super) fn topic(
    workflow: &Workflow,
    corpus: &Corpus<'_>,
    trails: &Trails,
    requests: &Requests,
    table: &LogFactorials,
) -> Option<Topic> {
    let settings = corpus.settings;
    let core = workflow.core(trails);
    let followers: Vec<&Digest> =
        workflow.followers.iter().map(|t| &corpus.digests[trails.all[*t as usize].session]).collect();
    let jobs = followers_of_jobs(&workflow.followers, corpus, trails).len();
    let is_spread = jobs >= settings.min_jobs as usize || is_asked_anew(&followers, corpus);
    let too_few = followers.len() < settings.min_sessions as usize;
    // Reading, changing and testing is how any work goes.
    let is_any_work = core.iter().all(|step| step::is_daily_work(&trails.names[*step as usize]));
    if too_few || !is_spread || is_any_work || core.len() < settings.workflow_min_steps {
        return None;
    }
    // What the core alone shows: optional steps of one topic do not make a habit a workflow.
    let showing = consensus::following(&core, &vec![1.0; core.len()], trails);
    if showing.len() as f64 > settings.habit_share * trails.all.len() as f64 {
        return None;
    }
    let specific = workflow.specific(trails);
    let of_words = requests
        .topic(&showing, corpus, trails, table)
        .filter(|topic| goes_with(topic, &showing, trails))
        .filter(|topic| is_ordered(&specific, &topic.trails, settings.workflow_in_order, trails));
    let topic = match of_words {
        Some(topic) => topic,
        None => cohesion::topic(&core, &showing, corpus, trails, table)?,
    };
    (!is_harmful(workflow, &topic, trails, table)).then_some(topic)
}

/// Whether sessions with this topic converge on the workflow, and enough of those that show it have the topic.
fn goes_with(topic: &Topic, showing: &[u32], trails: &Trails) -> bool {
    let followed = topic.trails.iter().filter(|trail| showing.binary_search(trail).is_ok()).count() as f64;
    followed >= trails.settings.workflow_converged * topic.trails.len() as f64
        && followed >= COVERED * showing.len() as f64
}

/// Whether this share of the trails that do most of these steps do them in this order, and more than chance would.
/// The order was picked among all orders of these steps.
pub(super) fn is_ordered(steps: &[Symbol], among: &[u32], share: f64, trails: &Trails) -> bool {
    let ordering = consensus::ordering(steps, among, trails);
    let orders: f64 = (1..=steps.len()).map(|n| (n as f64).ln()).sum();
    let by_chance = binomial_bound(ordering.sessions, ordering.in_order, ordering.chance) + orders;
    by_chance <= ERROR_RATE.ln() && ordering.in_order as f64 >= share * ordering.sessions as f64
}

/// Whether what counts as one job came up again and again: in other words, on other days, from other people where
/// they are known. Who has a job over and over words it so alike that it counts as one. Task ids leave no doubt.
fn is_asked_anew(followers: &[&Digest], corpus: &Corpus<'_>) -> bool {
    let settings = corpus.settings;
    let (sessions, people) = (settings.min_sessions as usize, settings.min_people as usize);
    let wordings: BTreeSet<&str> =
        followers.iter().map(|digest| digest.ask.trim()).filter(|ask| !ask.is_empty()).collect();
    let days: BTreeSet<i64> =
        followers.iter().filter_map(|digest| Some(digest.began?.as_second().div_euclid(86_400))).collect();
    let asking: BTreeSet<&str> =
        followers.iter().filter_map(|digest| digest.contributor.as_deref()).collect();
    followers.iter().all(|digest| digest.task.is_none())
        && wordings.len() >= WORDINGS * sessions
        && days.len() >= sessions
        && (asking.is_empty() || asking.len() >= people)
}

/// Whether sessions that follow it succeed less often than others with the topic (one-sided).
fn is_harmful(workflow: &Workflow, topic: &Topic, trails: &Trails, table: &LogFactorials) -> bool {
    let (with, without) = rates(workflow, topic, trails);
    let failed = (with.of - with.hits) as usize;
    let all_failed = failed + (without.of - without.hits) as usize;
    let all = (with.of + without.of) as usize;
    table.hypergeometric(all, all_failed, with.of as usize, failed) <= HARM_RATE.ln()
}
