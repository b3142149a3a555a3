//! Recurring mistakes that leave an error text.
//!
//! Owns what makes an error a recurring one: the same step with the same template ([`group`]) in enough
//! independent sessions of enough jobs, and what worked against it ([`remedy`]). Refuses one-off errors, errors
//! of a single job, answers that nobody minded, and to call anything a cause: that an error recurs says that it
//! costs, not what it breaks.

mod family;
mod group;
mod missing;
mod output;
mod remedy;
mod sequence;
mod telling;

use super::memo::{Reading, remembered};
use super::{
    Corpus, ErrorLesson, Evidence, Fingerprint, Grade, Lesson, Met, Pattern, Remedy, Support, Way, template,
    witness,
};
use crate::digest::addressed::addresses_an_agent;
use crate::digest::failure::Failure;
use crate::digest::{Digest, failure, step};
use crate::redact::{Clean, redact};
use group::Group;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Words a template needs for one error to be recognised under another step of the same program.
const TELLING_WORDS: usize = 4;

/// What stands in a template for a path that varies.
const PATH: &str = "<path>";

/// Share of an error's sessions that have to have minded it, where nothing is known against it.
const MINDED: f64 = 0.25;

/// Fewest sessions that have to have.
const LEAST_MINDED: usize = 2;

/// A failure with the session it comes from.
#[derive(Clone, Copy, Debug)]
struct Occurrence<'a> {
    /// Index of the digest in the corpus.
    session: usize,
    digest: &'a Digest,
    failure: &'a Failure,
    /// The line that names the error: the failure's message, or one that stands beside it and says more.
    message: &'a Clean,
}

impl Occurrence<'_> {
    /// What was seen to work; not a guess, and not a text that talks to agents.
    fn fix(&self) -> Option<&failure::Fix> {
        self.failure.fix.as_ref().filter(|fix| !talks_to_agents(&fix.call))
    }
}

/// Whether a text talks to agents; asked of the same texts by every cycle.
fn talks_to_agents(text: &str) -> bool {
    remembered(Reading::Addresses, text, || addresses_an_agent(text))
}

/// Mines recurring errors with their remedies, the weightiest first.
pub fn mine(corpus: &Corpus<'_>) -> Vec<Pattern> {
    let mut occurrences = Vec::new();
    for (session, digest) in corpus.digests.iter().enumerate() {
        for failure in &digest.failures {
            // Digests come from other machines too: what is refused on reading is refused again here.
            if !talks_to_agents(&failure.message) {
                occurrences.push(Occurrence { session, digest, failure, message: &failure.message });
            }
        }
    }
    let groups = group::by_step_and_template(&occurrences, corpus.settings.template_similarity);
    let groups = missing::one_a_program(groups);
    let groups = family::one_a_mistake(groups, corpus);
    let groups = output::one_a_mistake(groups);
    let mut patterns: Vec<Pattern> = groups.par_iter().filter_map(|group| pattern(group, corpus)).collect();
    patterns.sort_by(|a, b| b.weight.total_cmp(&a.weight).then_with(|| a.fingerprint.cmp(&b.fingerprint)));
    patterns
}

/// Whether two anchors name one mistake: the same template, in other words of the mask, under the same step or,
/// where the error is telling enough, another step of the same program.
pub fn same(a: &[Clean], b: &[Clean]) -> bool {
    let ([sort_a, step_a, template_a], [sort_b, step_b, template_b]) = (a, b) else { return false };
    let program = |step: &Clean| step.split(' ').next().unwrap_or_default().to_owned();
    let telling = || group::telling_words(template_a).min(group::telling_words(template_b)) >= TELLING_WORDS;
    sort_a == sort_b
        && &**sort_a == "error"
        && (step_a == step_b || (program(step_a) == program(step_b) && telling()))
        && template::same(template_a, template_b)
}

/// The sessions of a group.
fn sessions(group: &Group<'_>) -> BTreeSet<usize> {
    group.occurrences.iter().map(|occurrence| occurrence.session).collect()
}

/// Whether enough independent sessions of enough different jobs speak for a group.
fn recurs(group: &Group<'_>, corpus: &Corpus<'_>) -> bool {
    let sessions = sessions(group);
    let support = witness::support(corpus.digests, &corpus.jobs, &sessions);
    support.sessions >= corpus.settings.min_sessions && support.jobs >= corpus.settings.min_jobs
}

/// Whether a step keeps failing because of the work itself, as a check does whose name nobody knows: in most sessions
/// that got past it, files were edited and then the very same call worked. A message about the surroundings of the work
/// speaks against that, unless it is about another file each time.
fn is_work(group: &Group<'_>) -> bool {
    let fixed = |wanted: fn(&failure::Fix) -> bool| {
        group.roots_where(|o| o.fix().is_some_and(|fix| !fix.guessed && wanted(fix))).len()
    };
    let around = || failure::judge::cause(&group.wording) == failure::judge::Cause::Surroundings;
    fixed(|fix| fix.edited) * 2 > fixed(|_| true) && (!around() || group.wording.contains(PATH))
}

/// Whether a way is the edit of one file, that a project has one of.
fn edits_a_file(way: &Way) -> bool {
    matches!(way, Way::First(done) if done.iter().any(|done| step::is_edit(&done.step)))
}

/// Whether it is the agent's own tool for files that fails. What such a tool says it says in full, to every agent
/// that has it; only what worked against it is worth a note.
fn is_of_a_file_tool(group: &Group<'_>) -> bool {
    group.occurrences.iter().all(|o| !group::is_shell(o) && step::handles_files(&o.failure.step))
}

/// Whether the messages point at places in several files: a finding about the work, whatever the program that made it.
fn points_at_work(group: &Group<'_>) -> bool {
    let pointing = group.occurrences.iter().filter(|o| failure::judge::points_at_work(o.message));
    let files: Vec<&str> = pointing.map(|o| o.message.split(['(', ':']).next().unwrap_or_default()).collect();
    let different: BTreeSet<&&str> = files.iter().collect();
    files.len() * 2 > group.occurrences.len() && different.len() > 1
}

/// Whether an error comes from hosts that differ from session to session: the network's, and nobody's mistake.
fn is_weather(group: &Group<'_>) -> bool {
    let host = |o: &Occurrence<'_>| {
        let texts = o.failure.args.0.iter().map(|arg| &arg.value).chain([o.message]);
        texts.filter_map(|text| host_of(text)).next().map(str::to_owned)
    };
    let hosts: Vec<String> = group.occurrences.iter().filter_map(host).collect();
    let different: BTreeSet<&String> = hosts.iter().collect();
    hosts.len() * 3 >= group.occurrences.len() * 2
        && different.len() > 1
        && different.len() * 3 >= hosts.len() * 2
}

/// The host of the first web address in a text.
fn host_of(text: &str) -> Option<&str> {
    let rest = text.split_once("http://").or_else(|| text.split_once("https://"))?.1;
    rest.split(['/', ':', '?', ' ', '"', '\'']).next().filter(|host| host.contains('.'))
}

/// Whether the step that failed worked later in the session.
fn has_recovered(occurrence: &Occurrence<'_>) -> bool {
    occurrence.fix().is_some_and(|fix| !fix.guessed && fix.step == occurrence.failure.step)
}

fn met(occurrence: &Occurrence<'_>) -> Met {
    let Failure { event, last, .. } = *occurrence.failure;
    Met { session: occurrence.session, first: event, last: last.unwrap_or(event).max(event) }
}

/// Whether the call was tried again, in the same words or in others.
fn was_tried_again(occurrence: &Occurrence<'_>) -> bool {
    occurrence.failure.times > 1 || !occurrence.failure.attempts.is_empty()
}

/// Whether the very same call worked in most sessions that got past an error, with nothing done in between: what was
/// waited for came.
fn passes_by_itself(group: &Group<'_>) -> bool {
    let alone = |fix: &failure::Fix| fix.changes.is_empty() && fix.between.is_empty() && !fix.edited;
    let waited = group.roots_where(|o| has_recovered(o) && o.fix().is_some_and(alone));
    waited.len() * 2 > group.roots_where(has_recovered).len()
}

/// The pattern of a group, if it recurs enough.
fn pattern(group: &Group<'_>, corpus: &Corpus<'_>) -> Option<Pattern> {
    if !recurs(group, corpus) {
        return None;
    }
    let sessions = sessions(group);
    let support = witness::support(corpus.digests, &corpus.jobs, &sessions);
    let remedies = remedy::vote(group, corpus);
    if is_work(group) && !remedies.iter().any(|remedy| edits_a_file(&remedy.way)) {
        return None;
    }
    let helped = remedies.iter().map(|remedy| remedy.worked).max().unwrap_or_default();
    let is_passing = || is_of_a_file_tool(group) || is_weather(group);
    if remedies.is_empty() && is_passing() || helped * 2 < support.sessions && points_at_work(group) {
        return None;
    }
    let recovered = group.roots_where(has_recovered);
    let retried = group.roots_where(|o| has_recovered(o) || was_tried_again(o));
    // That a question is answered by no is said in the words of giving up as well.
    let given_up = |o: &Occurrence<'_>| o.failure.given_up && !step::is_question(&o.failure.step);
    let minded = group.roots_where(|o| has_recovered(o) || was_tried_again(o) || given_up(o));
    let most_minded =
        minded.len() >= LEAST_MINDED.max((MINDED * f64::from(support.sessions)).ceil() as usize);
    if remedies.is_empty() && (!most_minded || passes_by_itself(group)) {
        return None;
    }
    let total = |of: fn(&Failure) -> u32| {
        group.occurrences.iter().map(|o| of(o.failure)).fold(0, u32::saturating_add)
    };
    let lesson = ErrorLesson {
        step: group.step.clone(),
        template: redact(&group.wording),
        beside: output::shown_beside(group),
        arguments: arguments(group),
        recovered: recovered.len() as u32,
        retried: retried.len() as u32,
        times: total(|failure| failure.times),
        cost: total(|failure| failure.cost),
        remedies,
    };
    Some(Pattern {
        fingerprint: Fingerprint::of(&["error", &group.step, &group.template]),
        anchor: vec![Clean::fixed("error"), group.step.0.clone(), redact(&group.template)],
        grade: grade(&lesson.remedies),
        scope: witness::scope(corpus.digests, &sessions),
        evidence: evidence(group, corpus.settings.max_evidence),
        weight: weight(&support, &lesson),
        lesson: Lesson::Error(lesson),
        support: Support { met: group.occurrences.iter().map(met).collect(), ..support },
    })
}

/// Corroborated where a remedy was seen to work in several independent sessions. That several agents meet an error
/// says that it recurs, which every mistake does.
fn grade(remedies: &[Remedy]) -> Grade {
    if remedies.iter().any(|remedy| remedy.worked > 1) { Grade::Corroborated } else { Grade::Friction }
}

/// Calls it costs a session, times sessions, times how sure we are that knowing helps.
fn weight(support: &Support, lesson: &ErrorLesson) -> f64 {
    let sessions = f64::from(support.sessions);
    let cost_each = f64::from(lesson.cost) / sessions.max(1.0);
    let recurs = sessions / (sessions + 2.0);
    let helps = lesson.remedies.iter().map(|remedy| f64::from(remedy.worked)).fold(0.0, f64::max);
    let certainty = recurs * (0.4 + 0.6 * helps / (helps + 1.0));
    cost_each.clamp(1.0, 20.0) * sessions * certainty
}

/// Argument paths to look at: the error repeats their value in most sessions, or they differ in every fix.
fn arguments(group: &Group<'_>) -> Vec<Clean> {
    let mut repeated: BTreeMap<&Clean, usize> = BTreeMap::new();
    let mut changed: BTreeMap<&Clean, usize> = BTreeMap::new();
    let mut fixes = 0;
    for occurrence in &group.occurrences {
        let failure = occurrence.failure;
        let mut here: BTreeSet<&Clean> = BTreeSet::new();
        for arg in failure.args.0.iter().filter(|arg| &*arg.path != "command") {
            if says(occurrence.message, &arg.value) && here.insert(&arg.path) {
                *repeated.entry(&arg.path).or_default() += 1;
            }
        }
        let Some(fix) = occurrence.fix().filter(|fix| !fix.guessed && !fix.changes.is_empty()) else {
            continue;
        };
        fixes += 1;
        let paths: BTreeSet<&Clean> =
            fix.changes.iter().map(|change| &change.path).filter(|path| &***path != "command").collect();
        for path in paths {
            *changed.entry(path).or_default() += 1;
        }
    }
    let most = group.occurrences.len().div_ceil(2).max(2);
    let named = repeated.into_iter().filter(|(_, times)| *times >= most).map(|(path, _)| path);
    let differing =
        changed.into_iter().filter(|(_, times)| fixes >= 2 && *times == fixes).map(|(path, _)| path);
    named.chain(differing).collect::<BTreeSet<_>>().into_iter().cloned().collect()
}

/// Whether a message repeats a value, as a word of its own.
fn says(message: &str, value: &str) -> bool {
    let value = value.trim_matches('"');
    value.len() >= 3
        && message.match_indices(value).any(|(at, found)| {
            let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            let (before, after) = (message.get(..at), message.get(at + found.len()..));
            !inside(before.and_then(|text| text.chars().next_back()))
                && !inside(after.and_then(|text| text.chars().next()))
        })
}

/// Quotes, at most one an independent session, the clearest first: those whose session also shows what worked, the
/// shorter message before the longer. Who would only say again what was quoted says what worked in the end.
fn evidence(group: &Group<'_>, most: usize) -> Vec<Evidence> {
    let mut ranked: Vec<&Occurrence<'_>> = group.occurrences.iter().collect();
    ranked.sort_by_cached_key(|o| {
        (o.fix().is_none_or(|fix| fix.guessed), o.message.len(), &o.digest.session, o.failure.event)
    });
    let mut roots = BTreeSet::new();
    ranked.retain(|o| roots.insert(&o.digest.root));
    let mut quotes: BTreeSet<Clean> = BTreeSet::new();
    let (new, again): (Vec<_>, Vec<_>) = ranked.into_iter().partition(|o| quotes.insert(o.message.clone()));
    let evidence = |o: &Occurrence<'_>, event: u32, quote: &Clean| Evidence {
        session: o.digest.session.clone(),
        event,
        at: o.digest.began,
        quote: quote.clone(),
    };
    let failed = |o: &&Occurrence<'_>| evidence(o, o.failure.event, o.message);
    let mut worked = |o: &&Occurrence<'_>| {
        let fix = o.fix().filter(|fix| !fix.guessed && !fix.edited && fix.call.contains(' '))?;
        quotes.insert(fix.call.clone()).then(|| evidence(o, fix.event, &fix.call))
    };
    let first: Vec<Evidence> = new.iter().map(failed).take(most).collect();
    let room = most - first.len();
    let mut rest: Vec<Evidence> = again.iter().filter_map(&mut worked).take(room).collect();
    rest.extend(again.iter().map(failed).take(room - rest.len()));
    first.into_iter().chain(rest).collect()
}

#[cfg(test)]
mod tests;
