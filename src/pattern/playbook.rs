//! Workflows that sessions of different jobs converge on.
//!
//! The way of the data: digests → [`trail`] (who did what) → [`chain`] (frequent sequences with gaps) →
//! [`consensus`] (the workflow around a sequence) → [`judgement`] (whether it holds) → [`course`] (all that its
//! followers do) → [`mod@call`] and [`hole`] (how each step is called) → patterns. A workflow is taken only if
//! independent sessions of different jobs follow it, if it is no habit of all sessions, if its order is kept better
//! than chance would, and if it goes with a [`topic`] or its steps with each other ([`cohesion`]). Refuses to take
//! steps from failed sessions, and what failed sessions follow as much as others.

mod align;
mod call;
mod chain;
mod cohesion;
mod consensus;
mod course;
mod form;
mod hole;
mod judgement;
mod made;
mod significance;
mod topic;
mod trail;

#[cfg(test)]
mod planted;

use super::witness;
use super::{
    Corpus, Evidence, Fingerprint, Grade, Lesson, Pattern, Rate, Support, WorkflowLesson, WorkflowStep,
};
use crate::digest::Digest;
use crate::redact::Clean;
use crate::settings::Mining;
use call::Call;
use chain::Chain;
use consensus::Workflow;
use course::Stop;
use made::Made;
use rayon::prelude::*;
use significance::LogFactorials;
use std::collections::{BTreeMap, BTreeSet};
use topic::{Requests, Topic};
use trail::{Symbol, Trails};

/// Most sequences that are grown into workflows. They come best first; the rest repeats them.
const MOST_SEEDS: usize = 400;
/// Share of equal steps from which two workflows are one.
const SAME: f64 = 0.75;
/// Share of a sequence's steps from which a workflow already tried explains it.
const EXPLAINED: f64 = 0.6;
/// Most requests quoted.
const MOST_ASKS: usize = 3;
/// Longest quote, bytes.
const LONGEST_QUOTE: usize = 240;

/// What sessions do and were asked, before anybody knows which of them had the same job.
pub(super) struct Ways {
    trails: Trails,
    table: LogFactorials,
    requests: Requests,
    seeds: Vec<Chain>,
}

impl Ways {
    /// Looks through the digests that the corpus will have.
    pub(super) fn of(digests: &[Digest], settings: &Mining) -> Ways {
        let trails = Trails::of(digests, settings);
        let table = LogFactorials::up_to(trails.all.len() + 1);
        let (seeds, requests) =
            rayon::join(|| chain::mine(&trails, &table), || Requests::of(digests, &trails));
        Ways { trails, table, requests, seeds }
    }
}

/// Mines workflows among what the corpus' sessions do; [`link_pitfalls`] adds what goes wrong on the way.
pub(super) fn mine(ways: Ways, corpus: &Corpus<'_>) -> Vec<Pattern> {
    let Ways { trails, table, requests, seeds } = ways;
    let mut tried: Vec<Vec<bool>> = Vec::new();
    let is_step = |steps: &mut dyn Iterator<Item = Symbol>| {
        let mut is_step = vec![false; trails.names.len()];
        steps.for_each(|step| is_step[step as usize] = true);
        is_step
    };
    let mut taken: Vec<(Workflow, Topic)> = Vec::new();
    for seed in seeds {
        if tried.len() >= MOST_SEEDS {
            break;
        }
        if tried.iter().any(|steps| explains(steps, &seed.steps)) {
            continue;
        }
        let grown = consensus::grow(&seed.steps, &trails, &table);
        tried.push(is_step(&mut seed.steps.iter().copied()));
        let Some(workflow) = grown else { continue };
        tried.push(is_step(&mut workflow.steps.iter().map(|(step, _)| *step)));
        if let Some(topic) = judgement::topic(&workflow, corpus, &trails, &requests, &table) {
            taken.push((workflow, topic));
        }
    }
    let chosen = distinct_workflows(taken);
    chosen.par_iter().map(|(workflow, topic)| pattern(workflow, topic, corpus, &trails)).collect()
}

/// Names, in each workflow, the recurring errors of its steps.
pub fn link_pitfalls(workflows: &mut [Pattern], mistakes: &[Pattern]) {
    for workflow in workflows {
        let Lesson::Workflow(lesson) = &mut workflow.lesson else { continue };
        let pitfalls = mistakes.iter().filter(|mistake| match &mistake.lesson {
            Lesson::Error(error) => lesson.steps.iter().any(|step| step.step.is_form_of(&error.step)),
            _ => false,
        });
        lesson.pitfalls = pitfalls.map(|mistake| mistake.fingerprint.clone()).collect();
    }
}

/// Whether two anchors of workflows are the same workflow, which gained or lost a step or had one replaced.
pub fn same_workflow(a: &[Clean], b: &[Clean]) -> bool {
    let (Some((sort_a, steps_a)), Some((sort_b, steps_b))) = (a.split_first(), b.split_first()) else {
        return false;
    };
    let longest = steps_a.len().max(steps_b.len());
    sort_a == sort_b && longest > 0 && common_in_order(steps_a, steps_b) as f64 >= SAME * longest as f64
}

/// Whether the steps of two workflows are those of one that grew or shrank by more than [`same_workflow`] allows: nearly
/// all of the shorter stand, in their order, in the longer, and are a good half of it.
pub(super) fn contains_workflow(a: &[Clean], b: &[Clean]) -> bool {
    let (shorter, longer) = (a.len().min(b.len()), a.len().max(b.len()));
    let common = common_in_order(a, b) as f64;
    shorter > 1 && common >= SAME * shorter as f64 && common * 2.0 >= longer as f64
}

/// Length of the longest common subsequence.
fn common_in_order<T: PartialEq>(a: &[T], b: &[T]) -> usize {
    let mut best = vec![0usize; b.len() + 1];
    for x in a {
        let mut diagonal = 0;
        for (j, y) in b.iter().enumerate() {
            let above = best[j + 1];
            best[j + 1] = if x == y { diagonal + 1 } else { above.max(best[j]) };
            diagonal = above;
        }
    }
    best[b.len()]
}

/// Whether a sequence says little that these steps do not. `is_step` says of each symbol whether it is one of them.
fn explains(is_step: &[bool], seed: &[Symbol]) -> bool {
    let shared = seed.iter().filter(|step| is_step[**step as usize]).count();
    shared as f64 >= EXPLAINED * seed.len() as f64
}

/// Of workflows that are one, the one with more to say: more steps taken by more sessions.
fn distinct_workflows(mut workflows: Vec<(Workflow, Topic)>) -> Vec<(Workflow, Topic)> {
    let says = |workflow: &Workflow| {
        workflow.followers.len() as f64 * workflow.steps.iter().map(|(_, share)| share).sum::<f64>()
    };
    workflows
        .sort_by(|a, b| says(&b.0).total_cmp(&says(&a.0)).then_with(|| a.0.followers.cmp(&b.0.followers)));
    let mut kept: Vec<(Workflow, Topic)> = Vec::new();
    for (workflow, topic) in workflows {
        let repeats = kept.iter().any(|(other, _)| {
            let shared = workflow
                .followers
                .iter()
                .filter(|trail| other.followers.binary_search(trail).is_ok())
                .count();
            shared * 2 >= workflow.followers.len()
        });
        if !repeats {
            kept.push((workflow, topic));
        }
    }
    kept
}

/// The jobs of these trails, each with how many of the trails have it.
fn followers_of_jobs(followers: &[u32], corpus: &Corpus<'_>, trails: &Trails) -> BTreeMap<usize, usize> {
    let mut jobs = BTreeMap::new();
    for trail in followers {
        *jobs.entry(corpus.jobs.of(trails.all[*trail as usize].session)).or_default() += 1;
    }
    jobs
}

/// The trails with the topic, and whether each followed the workflow.
fn asked(workflow: &Workflow, topic: &Topic, trails: &Trails) -> Vec<(u32, bool)> {
    topic.trails.iter().copied().zip(consensus::follow(workflow, &topic.trails, trails)).collect()
}

/// How sessions with the topic ended: those that followed the workflow, and those that did not.
fn rates(workflow: &Workflow, topic: &Topic, trails: &Trails) -> (Rate, Rate) {
    let (mut with, mut without) = (Rate::default(), Rate::default());
    for (trail, follows) in asked(workflow, topic, trails) {
        let Some(succeeded) = trails.all[trail as usize].succeeded else { continue };
        let rate = if follows { &mut with } else { &mut without };
        rate.of += 1;
        rate.hits += u32::from(succeeded);
    }
    (with, without)
}

fn pattern(workflow: &Workflow, topic: &Topic, corpus: &Corpus<'_>, trails: &Trails) -> Pattern {
    let (digests, settings) = (corpus.digests, corpus.settings);
    let name = |symbol: Symbol| &trails.names[symbol as usize];
    let sessions: Vec<usize> =
        workflow.followers.iter().map(|trail| trails.all[*trail as usize].session).collect();
    let seen_in: BTreeSet<usize> = sessions.iter().copied().collect();
    let asked = asked(workflow, topic, trails).into_iter();
    let asked = asked.map(|(trail, follows)| (trails.all[trail as usize].session, follows)).collect();
    let support = Support { asked, ..witness::support(digests, &corpus.jobs, &seen_in) };
    let mut anchor = vec![Clean::fixed("workflow")];
    anchor.extend(workflow.core(trails).into_iter().map(|step| name(step).0.clone()));
    let parts: Vec<&str> = anchor.iter().map(|part| part.as_str()).collect();
    let (with, without) = rates(workflow, topic, trails);
    let course = course::of(workflow, trails);
    let made = made::by_each(sessions.iter().map(|&session| &digests[session]));
    let mut calls: Vec<Option<Call>> =
        (0..course.len()).map(|stop| call_of(stop, &course, workflow, &made, trails)).collect();
    hole::name(&mut calls);
    let words = without_values(&topic.words, &mut calls);
    let steps = course.iter().zip(&calls).map(|(stop, call)| WorkflowStep {
        step: name(stop.step).clone(),
        share: stop.share,
        swaps: stop.swaps,
        example: call.as_ref().and_then(|call| call.written(name(stop.step))),
    });
    let steps: Vec<WorkflowStep> = steps.collect();
    let corroborated = support.agents >= 2 || support.people >= 2 || with.hits >= settings.min_sessions;
    Pattern {
        fingerprint: Fingerprint::of(&parts),
        lesson: Lesson::Workflow(WorkflowLesson {
            topic: words,
            asks: asks(&sessions, corpus),
            pitfalls: Vec::new(),
            steps,
            with,
            without,
        }),
        grade: if corroborated { Grade::Corroborated } else { Grade::Friction },
        scope: witness::scope(digests, &seen_in),
        evidence: evidence(&course, &sessions, &made, corpus, trails),
        weight: f64::from(support.sessions) * workflow.core(trails).len() as f64,
        support,
        anchor,
    }
}

/// A few requests, each of another job, the shortest first: they say most plainly what was wanted.
fn asks(sessions: &[usize], corpus: &Corpus<'_>) -> Vec<Clean> {
    let mut asked: Vec<(usize, &Clean, usize)> = sessions
        .iter()
        .map(|&session| (corpus.digests[session].ask.len(), &corpus.digests[session].ask, session))
        .collect();
    asked.retain(|(length, ..)| *length > 0);
    asked.sort();
    let mut jobs = BTreeSet::new();
    asked.retain(|(.., session)| jobs.insert(corpus.jobs.of(*session)));
    asked.into_iter().take(MOST_ASKS).map(|(_, ask, _)| ask.cut(LONGEST_QUOTE)).collect()
}

/// How one stop of a course is called. `made` has the calls of each follower. Where the course has the step several
/// times, each time is a call of its own.
fn call_of(
    stop: usize,
    course: &[Stop],
    workflow: &Workflow,
    made: &[Vec<Made<'_>>],
    trails: &Trails,
) -> Option<Call> {
    let Stop { step, taken, .. } = course.get(stop)?;
    let name = trails.names.get(*step as usize)?;
    let stands_again = course.iter().filter(|other| other.step == *step).count() > 1;
    let calls = |&(follower, at): &(usize, usize)| {
        let trail = trails.all.get(*workflow.followers.get(follower)? as usize)?;
        let mut calls = made::with_step(made.get(follower)?, name);
        if stands_again && !calls.is_empty() {
            let before = trail.steps.iter().take(at).filter(|other| *other == step).count();
            calls = vec![*calls.get(before).or_else(|| calls.last())?];
        }
        Some((follower, calls))
    };
    let sessions: Vec<(usize, Vec<&Made<'_>>)> = taken.iter().filter_map(calls).collect();
    call::of(name, &sessions)
}

/// The words of a topic without those that are values of single jobs, as their calls tell.
fn without_values(words: &[Clean], calls: &mut [Option<Call>]) -> Vec<Clean> {
    let mut values: BTreeSet<String> = BTreeSet::new();
    for hole in calls.iter_mut().flatten().flat_map(Call::holes) {
        let parts = hole.values().flat_map(|value| value.split(|c: char| !c.is_alphanumeric()));
        values.extend(parts.map(str::to_lowercase));
    }
    words.iter().filter(|word| !values.contains(&word.to_lowercase())).cloned().collect()
}

/// Quotes of calls, one a session and each of another job as far as they go, so that together they go through the
/// course from its first step to its last.
fn evidence(
    course: &[Stop],
    sessions: &[usize],
    made: &[Vec<Made<'_>>],
    corpus: &Corpus<'_>,
    trails: &Trails,
) -> Vec<Evidence> {
    let mut jobs = BTreeSet::new();
    let followers = sessions.iter().copied().zip(made);
    let (of_new_jobs, others): (Vec<_>, Vec<_>) =
        followers.partition(|(session, _)| jobs.insert(corpus.jobs.of(*session)));
    let most = corpus.settings.max_evidence.min(sessions.len());
    let quote = |(number, (session, made)): (usize, (usize, &Vec<Made<'_>>))| {
        let digest = corpus.digests.get(session)?;
        let from = number % most.max(1) * course.len() / most.max(1);
        let call = |stop: &Stop| {
            let name = trails.names.get(stop.step as usize)?;
            made::with_step(made, name).into_iter().next()
        };
        let Made { write, .. } = course.iter().cycle().skip(from).take(course.len()).find_map(call)?;
        let said = write.args.get("command").or_else(|| write.args.get("cmd")).unwrap_or(&write.step.0);
        Some(Evidence {
            session: digest.session.clone(),
            event: write.event,
            at: digest.began,
            quote: said.cut(LONGEST_QUOTE),
        })
    };
    of_new_jobs.into_iter().chain(others).enumerate().filter_map(quote).take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::redact;

    fn anchor(steps: &[&str]) -> Vec<Clean> {
        std::iter::once(&"workflow").chain(steps).map(|step| redact(step)).collect()
    }

    #[test]
    fn a_workflow_stays_the_same_when_it_gains_loses_or_replaces_one_step_of_several() {
        let four = anchor(&["a", "b", "c", "d"]);
        assert!(
            same_workflow(&four, &anchor(&["a", "b", "d"]))
                && same_workflow(&anchor(&["a", "c", "d"]), &four)
        );
        assert!(same_workflow(&four, &anchor(&["a", "x", "c", "d"])));
        assert!(
            !same_workflow(&four, &anchor(&["d", "c", "b", "a"]))
                && !same_workflow(&four, &anchor(&["a", "b"]))
        );
        assert!(!same_workflow(&anchor(&["a", "b", "c"]), &anchor(&["a", "b", "x"])));
        assert!(!same_workflow(&[], &[]) && !same_workflow(&anchor(&[]), &anchor(&[])));
    }
}
