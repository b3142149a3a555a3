//! What was done before the same call worked: which steps, with which words of their calls.
//!
//! Owns what sessions share of these calls. A remedy is a call and not a program's name, so what was the same in most
//! of them is told and only the rest is masked; steps that most fixes took together are told together.

use crate::digest::failure::Fix;
use crate::digest::step::{self, Step};
use crate::pattern::{Done, Way, template};
use crate::redact::{Clean, redact};
use std::collections::BTreeMap;

/// Share of the fixes in which a step has to come for it to be told together with the one they agree on, and share
/// of the calls that have to be alike for their words to be told.
const MOST: f64 = 2.0 / 3.0;

/// Most steps of one remedy.
const MOST_STEPS: usize = 3;

/// The steps between a failure and its fix that may have been what was missing, with their calls. That some file of a
/// sort was edited says nothing.
pub(super) fn done_before(fix: &Fix) -> impl Iterator<Item = Done> {
    let calls = fix.calls.iter().map(Some).chain(std::iter::repeat(None));
    let done = fix.between.iter().zip(calls);
    done.filter(|(step, _)| !step::is_look_around(step) && !step::is_edit_of_a_sort(step))
        .map(|(step, call)| Done { step: step.clone(), call: call.cloned().unwrap_or_default() })
}

/// The ways to tell that this was done first, with what a vote for each is worth. The program that failed is told
/// with its words only: its name says nothing.
pub(super) fn tellings(done: &Done, failing: &Step) -> Vec<(Way, f64)> {
    let way = |call: Clean| Way::First(vec![Done { step: done.step.clone(), call }]);
    let mut ways = Vec::new();
    if !done.call.is_empty() {
        let masked = redact(&template::masked(&done.call));
        if masked != done.call {
            ways.push((way(masked), 1.05));
        }
        ways.push((way(done.call.clone()), 1.1));
    }
    if done.step != *failing {
        ways.push((way(Clean::default()), 1.0));
    }
    ways
}

/// What these fixes did first, around the step they agree on, in their order; `None` where a bare program is left of
/// calls whose words all differ. `usual` is how common a step is where nothing failed.
pub(super) fn shared(agreed: &Done, fixes: &[&Fix], usual: &dyn Fn(&Step) -> f64) -> Option<Vec<Done>> {
    let mut calls: BTreeMap<Step, Vec<Clean>> = BTreeMap::new();
    let mut places: BTreeMap<Step, usize> = BTreeMap::new();
    for fix in fixes {
        for (place, done) in done_before(fix).enumerate() {
            *places.entry(done.step.clone()).or_default() += place;
            calls.entry(done.step).or_default().push(done.call);
        }
    }
    let mut steps: Vec<(usize, Step, Vec<Clean>)> = calls
        .into_iter()
        .filter(|(step, calls)| {
            let share = calls.len() as f64 / fixes.len().max(1) as f64;
            let belongs = || share >= MOST && share >= 2.0 * usual(step) && !step::is_daily_work(step);
            *step == agreed.step || belongs()
        })
        .map(|(step, calls)| {
            let place = places.get(&step).copied().unwrap_or_default() * fixes.len() / calls.len().max(1);
            (place, step, calls)
        })
        .collect();
    steps.sort_by_key(|(place, step, _)| (*place, step.clone()));
    let mut told: Vec<Done> = Vec::new();
    for (_, step, calls) in steps {
        let call = words_of(&calls);
        let bare =
            call.is_empty() && !step.contains([' ', '_', '/']) && calls.iter().all(|call| call.contains(' '));
        match bare {
            true if step == agreed.step => return None,
            true => {}
            false => told.push(Done { step, call }),
        }
    }
    let at = told.iter().position(|done| done.step == agreed.step)?;
    told.truncate(MOST_STEPS.max(at + 1));
    let surplus = told.len().saturating_sub(MOST_STEPS);
    told.drain(..surplus);
    Some(told)
}

/// What these calls of one step share, verbatim where most are the same, with what varies masked where most are as
/// long; empty where they share less.
fn words_of(calls: &[Clean]) -> Clean {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    let mut by_length: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for call in calls.iter().filter(|call| !call.is_empty()) {
        *times.entry(call).or_default() += 1;
        by_length.entry(call.split_whitespace().count()).or_default().push(call);
    }
    let enough = |times: usize| times as f64 >= MOST * calls.len() as f64;
    let most_common = times.iter().rev().max_by_key(|(_, times)| **times);
    if let Some((call, _)) = most_common.filter(|(_, times)| enough(**times)) {
        return redact(&wording(&[call]).unwrap_or_default());
    }
    let longest = by_length.into_values().rev().max_by_key(Vec::len).filter(|alike| enough(alike.len()));
    redact(&longest.and_then(|alike| wording(&alike)).unwrap_or_default())
}

/// What calls of one step share: verbatim where most are the same, else word by word with what varies masked, else
/// what all of them say in the words of one.
pub(super) fn shared_call(calls: &[&str]) -> Clean {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    let mut by_length: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for call in calls {
        *times.entry(call).or_default() += 1;
        by_length.entry(call.split_whitespace().count()).or_default().push(call);
    }
    if let Some((call, _)) = times.iter().find(|(_, times)| **times * 2 > calls.len()) {
        return redact(call);
    }
    let most = by_length.into_values().rev().max_by_key(Vec::len).unwrap_or_default();
    if let Some(told) = Some(&most).filter(|most| most.len() > 1).and_then(|most| wording(most)) {
        return redact(&told);
    }
    let everywhere = |word: &str| calls.iter().all(|call| call.split_whitespace().any(|other| other == word));
    let one = most.first().copied().unwrap_or_default();
    let told = one
        .split_whitespace()
        .map(|word| if everywhere(word) { word.to_owned() } else { template::masked(word) });
    redact(&told.collect::<Vec<_>>().join(" "))
}

/// Calls of as many words, word by word, with what never varied written out; `None` where they differ in length. In a
/// call every word has its place, so that two paths in a row stay two.
fn wording(calls: &[&str]) -> Option<String> {
    let split: Vec<Vec<&str>> = calls.iter().map(|call| call.split_whitespace().collect()).collect();
    let length = split.first()?.len();
    if split.iter().any(|words| words.len() != length) {
        return None;
    }
    let told = (0..length).map(|place| {
        let words: Vec<&str> = split.iter().filter_map(|words| words.get(place).copied()).collect();
        let masked: Vec<String> = words.iter().map(|word| template::masked(word)).collect();
        let (Some(word), Some(first)) = (words.first(), masked.first()) else { return String::new() };
        let same = words.iter().all(|other| other == word);
        if same && template::may_be_written_out(word, first) {
            (*word).to_owned()
        } else if masked.iter().all(|other| other == first) {
            first.clone()
        } else {
            template::wording(&words).unwrap_or_else(|| template::WILD.to_owned())
        }
    });
    Some(told.collect::<Vec<_>>().join(" "))
}
