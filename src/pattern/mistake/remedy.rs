//! What worked against an error, by a vote of independent sessions.
//!
//! Every fix votes for the ways in which its call differed from the failing one, from the most specific (these
//! very words) to the most general (this argument). The way that most sessions share wins, a specific one before
//! a general one; what it explains is taken out, and the rest votes again.

use super::group::is_shell;
use super::{Group, Occurrence, sequence, telling};
use crate::digest::failure::{Change, Fix};
use crate::digest::step::{self, Step};
use crate::pattern::job::Job;
use crate::pattern::{Corpus, Evidence, Remedy, Way};
use crate::redact::Clean;
use std::collections::{BTreeMap, BTreeSet};

/// Sessions in which a remedy has to have worked.
const LEAST_WORKED: usize = 2;

/// Jobs in which a remedy has to have worked: the values of one job are no lesson for another.
const LEAST_JOBS: usize = 2;

/// Share of the sessions with a fix in which a remedy has to be that fix.
const FAIR_SHARE: f64 = 0.25;

/// The same for what came in between or in place: much comes in between by chance.
const CLEAR_SHARE: f64 = 0.5;

/// From this worth on a telling says what to do, and not only where something changed.
const SPECIFIC: f64 = 0.8;

/// What a vote for the form of several values is worth: less than the values where one of them is shared.
const FORM_WORTH: f64 = 0.95;

/// Most remedies of one error.
const MOST_REMEDIES: usize = 3;

/// One way that one fix may be told, before it is known which telling the sessions share.
#[derive(Clone)]
struct Vote<'a> {
    way: Way,
    /// How much a session's vote for it counts: the more specific, the more.
    worth: f64,
    occurrence: &'a Occurrence<'a>,
    fix: &'a Fix,
    /// Which of the fix's differences this is about; `None` for what came in between or in place.
    about: Option<usize>,
}

impl<'a> Vote<'a> {
    /// The difference it is about.
    fn change(&self) -> Option<&'a Change> {
        self.fix.changes.get(self.about?)
    }
}

/// The remedies of an error, most often first.
pub(super) fn vote(group: &Group<'_>, corpus: &Corpus<'_>) -> Vec<Remedy> {
    let fixed: BTreeSet<&str> = group
        .occurrences
        .iter()
        .filter(|o| o.fix().is_some_and(|f| !f.guessed))
        .map(|o| &*o.digest.root)
        .collect();
    let mut votes: Vec<Vote<'_>> = Vec::new();
    for occurrence in &group.occurrences {
        if let Some(fix) = occurrence.fix() {
            cast(occurrence, fix, &mut votes);
        }
    }
    add_shared_forms(&mut votes);
    let mut taken: Vec<Remedy> = Vec::new();
    while taken.len() < MOST_REMEDIES {
        let Some(best) = winner(&votes, &taken, fixed.len(), group, corpus) else { break };
        let backers: Vec<&Vote<'_>> = votes.iter().filter(|vote| vote.way == best).collect();
        let explained: BTreeSet<(usize, u32, Option<usize>)> = backers.iter().map(|vote| key(vote)).collect();
        taken.extend(remedy(best, &backers, group, corpus));
        votes.retain(|vote| {
            let is_explained = explained.contains(&key(vote));
            let part_is_explained = vote.about.is_none() && whole(&explained, vote);
            !is_explained && !part_is_explained
        });
    }
    taken.sort_by(|a, b| b.worked.cmp(&a.worked).then_with(|| a.way.cmp(&b.way)));
    taken
}

/// What worked in at least half of a group's sessions that found something, however few they are; `None` where no
/// one way did.
pub(super) fn most_common(group: &Group<'_>) -> Option<Way> {
    let mut votes: Vec<Vote<'_>> = Vec::new();
    for occurrence in &group.occurrences {
        if let Some(fix) = occurrence.fix().filter(|fix| !fix.guessed) {
            cast(occurrence, fix, &mut votes);
        }
    }
    let found: BTreeSet<&str> = votes.iter().map(|vote| &*vote.occurrence.digest.root).collect();
    let mut backers: BTreeMap<&Way, (BTreeSet<&str>, f64)> = BTreeMap::new();
    for vote in votes.iter().filter(|vote| vote.worth >= SPECIFIC) {
        let entry = backers.entry(&vote.way).or_default();
        entry.0.insert(&vote.occurrence.digest.root);
        entry.1 = entry.1.max(vote.worth);
    }
    let score = |(roots, worth): &(BTreeSet<&str>, f64)| roots.len() as f64 * worth;
    let best = backers.into_iter().rev().max_by(|a, b| score(&a.1).total_cmp(&score(&b.1)))?;
    (best.1.0.len() * 2 >= found.len()).then(|| best.0.clone())
}

fn key(vote: &Vote<'_>) -> (usize, u32, Option<usize>) {
    (vote.occurrence.session, vote.occurrence.failure.event, vote.about)
}

/// Whether any difference of this vote's fix is explained already: then nothing else has to have come in between.
fn whole(explained: &BTreeSet<(usize, u32, Option<usize>)>, vote: &Vote<'_>) -> bool {
    explained.iter().any(|(session, event, _)| {
        (*session, *event) == (vote.occurrence.session, vote.occurrence.failure.event)
    })
}

/// Adds a vote for the form that new values of one argument share which are unlike.
fn add_shared_forms(votes: &mut Vec<Vote<'_>>) {
    let mut values: BTreeMap<(&Clean, bool, String), Vec<&Vote<'_>>> = BTreeMap::new();
    for vote in votes.iter() {
        // The first telling of a difference is its own words.
        let Some(Change { path, from, to: Some(to) }) = vote.change() else { continue };
        let is_first = match &vote.way {
            Way::Changed { from: a, to: Some(b), .. } => a.is_some() && a == from && b == to,
            Way::Added { value: Some(value), .. } => from.is_none() && value == to,
            _ => false,
        };
        if is_first {
            values.entry((path, from.is_some(), telling::build(to))).or_default().push(vote);
        }
    }
    let mut added = Vec::new();
    for ((path, replaced, _), alike) in values {
        let changes: Vec<&Change> = alike.iter().filter_map(|vote| vote.change()).collect();
        let Some(form) = telling::shared_form(&changes) else { continue };
        let way = match replaced {
            true => Way::Changed { path: path.clone(), from: None, to: Some(form) },
            false => Way::Added { path: path.clone(), value: Some(form) },
        };
        added.extend(alike.iter().map(|vote| Vote {
            way: way.clone(),
            worth: FORM_WORTH,
            ..(*vote).clone()
        }));
    }
    votes.extend(added);
}

/// Every telling of one fix.
fn cast<'a>(occurrence: &'a Occurrence<'a>, fix: &'a Fix, votes: &mut Vec<Vote<'a>>) {
    let mut push =
        |way: Way, worth: f64, about: Option<usize>| votes.push(Vote { way, worth, occurrence, fix, about });
    if fix.step != occurrence.failure.step {
        // Who asked and then did something was answered.
        if step::is_question(&occurrence.failure.step) && is_shell(occurrence) {
            return;
        }
        push(Way::Instead { step: fix.step.clone(), call: Clean::default() }, 1.0, None);
        return;
    }
    for (number, change) in fix.changes.iter().enumerate() {
        for (way, worth) in telling::tellings(change) {
            push(way, worth, Some(number));
        }
    }
    // Looking around is what agents do after any failure. Where the call changed too, what came in between is the
    // weaker explanation.
    let least = if fix.changes.is_empty() { 1.0 } else { 0.55 };
    for done in sequence::done_before(fix) {
        for (way, worth) in sequence::tellings(&done, &occurrence.failure.step) {
            push(way, worth * least, None);
        }
    }
}

/// Who backs a way.
#[derive(Default)]
struct Tally<'a> {
    roots: BTreeSet<&'a str>,
    jobs: BTreeSet<Job>,
    worth: f64,
    /// Not only guessed.
    seen: bool,
    /// The call that worked was the failing one in some fix.
    unchanged: bool,
}

/// The way that most sessions share, weighted by how specific it is; `None` where no way is shared enough.
fn winner(
    votes: &[Vote<'_>],
    taken: &[Remedy],
    fixed: usize,
    group: &Group<'_>,
    corpus: &Corpus<'_>,
) -> Option<Way> {
    let mut tally: BTreeMap<&Way, Tally<'_>> = BTreeMap::new();
    for vote in votes {
        let entry = tally.entry(&vote.way).or_default();
        entry.roots.insert(&vote.occurrence.digest.root);
        entry.jobs.insert(corpus.jobs.of(vote.occurrence.session));
        entry.worth = f64::max(entry.worth, vote.worth);
        entry.seen |= !vote.fix.guessed;
        entry.unchanged |= vote.fix.changes.is_empty();
    }
    let mut best: Option<(f64, &Way)> = None;
    for (way, tally) in &tally {
        let Tally { roots, jobs, worth, .. } = tally;
        if jobs.len() < LEAST_JOBS {
            continue;
        }
        let says_nothing_new = matches!(way, Way::Changed { path, from: None, to: None }
            if taken.iter().any(|remedy| matches!(&remedy.way, Way::Changed { path: known, .. } if known == path)));
        if says_nothing_new || !is_shared(way, tally, fixed, group, corpus) {
            continue;
        }
        let score = roots.len() as f64 * worth;
        if best.is_none_or(|(most, _)| score > most) {
            best = Some((score, way));
        }
    }
    best.map(|(_, way)| way.clone())
}

/// Whether enough sessions back a way, and more than chance would.
fn is_shared(way: &Way, tally: &Tally<'_>, fixed: usize, group: &Group<'_>, corpus: &Corpus<'_>) -> bool {
    let worked = tally.roots.len();
    let share = worked as f64 / fixed.max(1) as f64;
    if worked < LEAST_WORKED {
        return false;
    }
    match way {
        Way::First(done) => {
            let usual =
                || done.iter().map(|done| base_rate(&done.step, group, corpus, false)).fold(0.0, f64::max);
            share >= CLEAR_SHARE || (tally.unchanged && share >= FAIR_SHARE && share >= 2.0 * usual())
        }
        Way::Instead { step, .. } if !tally.seen => {
            let all = group.occurrences.iter().map(|o| &o.digest.root).collect::<BTreeSet<_>>().len();
            let share = worked as f64 / all.max(1) as f64;
            worked >= corpus.settings.min_sessions as usize
                && share >= CLEAR_SHARE
                && share >= 2.0 * base_rate(step, group, corpus, true)
        }
        Way::Changed { from: None, to: None, .. } => share >= CLEAR_SHARE,
        _ => share >= FAIR_SHARE,
    }
}

/// How common a step is where the error did not come up: among sessions that did the failing step
/// (`of_those_who_did_it`, where there are enough of them), else among all.
fn base_rate(step: &Step, group: &Group<'_>, corpus: &Corpus<'_>, of_those_who_did_it: bool) -> f64 {
    let failed: BTreeSet<usize> = group.occurrences.iter().map(|occurrence| occurrence.session).collect();
    let others =
        || corpus.digests.iter().enumerate().filter(|(i, _)| !failed.contains(i)).map(|(_, digest)| digest);
    let rate = |with: usize, all: usize| with as f64 / all.max(1) as f64;
    let [mut all, mut with, mut doers, mut with_among_doers] = [0; 4];
    for digest in others() {
        let takes = usize::from(digest.steps.contains(step));
        all += 1;
        with += takes;
        if of_those_who_did_it && digest.steps.contains(&group.step) {
            doers += 1;
            with_among_doers += takes;
        }
    }
    let among_all = rate(with, all);
    if doers >= 3 { rate(with_among_doers, doers).max(among_all) } else { among_all }
}

/// The remedy that these votes back.
fn remedy(way: Way, backers: &[&Vote<'_>], group: &Group<'_>, corpus: &Corpus<'_>) -> Option<Remedy> {
    let worked: BTreeSet<&str> = backers.iter().map(|vote| &*vote.occurrence.digest.root).collect();
    let again: BTreeSet<&str> =
        group.occurrences.iter().filter(|o| was_tried_in_vain(&way, o)).map(|o| &*o.digest.root).collect();
    let tried = worked.union(&again).count();
    let way = match way {
        Way::Instead { step, .. }
            if group.occurrences.iter().all(is_shell) || backers.iter().all(|vote| is_command(vote.fix)) =>
        {
            Way::Instead { step, call: sequence::shared_call(&calls_of(backers)) }
        }
        Way::First(done) => {
            let fixes: Vec<&Fix> = distinct_fixes(backers);
            let usual = |step: &Step| base_rate(step, group, corpus, false);
            Way::First(sequence::shared(done.first()?, &fixes, &usual)?)
        }
        // Of another tool the name says what to do; its arguments are this session's.
        Way::Instead { step, .. } => Way::Instead { call: step.0.clone(), step },
        way => way,
    };
    // The shortest call shows the difference best.
    let example = backers.iter().map(|vote| (shown(vote), *vote)).min_by_key(|(quote, vote)| {
        (quote.is_empty(), quote.len(), &vote.occurrence.digest.session, vote.fix.event)
    })?;
    let example = Evidence {
        session: example.1.occurrence.digest.session.clone(),
        event: example.1.fix.event,
        at: example.1.occurrence.digest.began,
        quote: example.0.clone(),
    };
    Some(Remedy { way, worked: worked.len() as u32, tried: tried as u32, example })
}

/// Whether what worked instead was a command line: its words name its step.
fn is_command(fix: &Fix) -> bool {
    let program = fix.step.program();
    fix.call.split_whitespace().take(3).any(|word| word.ends_with(program))
}

/// The fixes behind these votes, each once.
fn distinct_fixes<'a>(backers: &[&Vote<'a>]) -> Vec<&'a Fix> {
    let mut seen = BTreeSet::new();
    backers.iter().filter(|vote| seen.insert(key(vote))).map(|vote| vote.fix).collect()
}

/// What of the working call a vote is about: the argument's value, or the command line.
fn shown<'a>(vote: &Vote<'a>) -> &'a Clean {
    vote.change()
        .filter(|change| &*change.path != "command")
        .and_then(|change| change.to.as_ref())
        .unwrap_or(&vote.fix.call)
}

/// Whether a session tried this way against the error and failed again: with the same error, or at the same step
/// with another.
fn was_tried_in_vain(way: &Way, occurrence: &Occurrence<'_>) -> bool {
    occurrence
        .failure
        .attempts
        .iter()
        .any(|change| telling::tellings(change).iter().any(|(told, _)| told == way))
}

/// The working calls behind these votes.
fn calls_of<'a>(backers: &[&Vote<'a>]) -> Vec<&'a str> {
    backers.iter().map(|vote| vote.fix.call.as_str()).collect()
}
