//! Which groups of one family are one mistake.
//!
//! Groups of a family are alike and differ in words that take turns, and their messages alone do not tell whether
//! these words say different things (`started`, `stopped`) or name different things. Three things tell: the call
//! named them itself, the same remedy works, or there are so many of them that they can only be names.

use super::group::{self, Group};
use super::{Occurrence, recurs, remedy};
use crate::digest::failure::mask;
use crate::digest::step;
use crate::pattern::{Corpus, Done, Way, template};
use crate::redact::Clean;
use std::collections::{BTreeMap, BTreeSet};

/// Groups that do not recur alone are one mistake if there are more than this many of them.
const FEW: usize = 2;

/// Joins groups of one family where that is one mistake.
pub(super) fn one_a_mistake<'a>(groups: Vec<Group<'a>>, corpus: &Corpus<'_>) -> Vec<Group<'a>> {
    let mut families: BTreeMap<(String, usize), Vec<Group<'a>>> = BTreeMap::new();
    for group in groups {
        families.entry(group.family.clone()).or_default().push(group);
    }
    let mut joined = Vec::new();
    for (_, members) in families {
        if members.len() == 1 {
            joined.extend(members);
            continue;
        }
        let members = join_by(members, |group| Some(without_arguments(group)));
        let members = join_by(members, |group| remedy_of(group, corpus));
        let (alone, rest): (Vec<_>, Vec<_>) = members.into_iter().partition(|group| recurs(group, corpus));
        joined.extend(alone);
        if rest.len() > FEW {
            joined.extend(group::joined(&rest.iter().collect::<Vec<_>>()));
        }
    }
    joined
}

/// Joins the groups that have the same key; one without a key, or that shares no word with the others, stays alone.
fn join_by<'a, K: Ord>(groups: Vec<Group<'a>>, key: impl Fn(&Group<'a>) -> Option<K>) -> Vec<Group<'a>> {
    let mut by_key: BTreeMap<K, Vec<Group<'a>>> = BTreeMap::new();
    let mut result = Vec::new();
    for group in groups {
        match key(&group) {
            Some(key) => by_key.entry(key).or_default().push(group),
            None => result.push(group),
        }
    }
    for same in by_key.into_values() {
        match group::joined(&same.iter().collect::<Vec<_>>()) {
            Some(one) if same.len() > 1 => result.push(one),
            _ => result.extend(same),
        }
    }
    result
}

/// The template with every word masked that most of the failing calls gave themselves: `no rule for target 'jam'`
/// after `make jam`.
fn without_arguments(group: &Group<'_>) -> Vec<String> {
    let mut times: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for occurrence in &group.occurrences {
        let given = given(occurrence);
        let masked = |token: mask::Token| {
            let word = token.raw.trim_matches(|c: char| !c.is_alphanumeric());
            if !token.is_slot() && given.contains(word) { template::WILD.to_owned() } else { token.masked }
        };
        let tokens = template::words(occurrence.message).into_iter().map(masked).collect();
        *times.entry(tokens).or_default() += 1;
    }
    let most = times.into_iter().rev().max_by_key(|(_, times)| *times);
    most.map(|(tokens, _)| tokens).unwrap_or_default()
}

/// The words of a failing call's arguments that are not its step's.
fn given<'a>(occurrence: &Occurrence<'a>) -> BTreeSet<&'a str> {
    let step: BTreeSet<&str> = occurrence.failure.step.split(' ').collect();
    let words = occurrence.failure.args.0.iter().flat_map(|arg| {
        let value = arg.value.as_str();
        value.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '=' | ',' | '/')).chain([value])
    });
    words
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.len() > 1 && !step.contains(word))
        .collect()
}

/// What worked in most of a group's sessions that found something; an edit or a check is no remedy to know a
/// mistake by, since they come between by chance. Of what was done first the step counts, whatever its words.
fn remedy_of(group: &Group<'_>, corpus: &Corpus<'_>) -> Option<Way> {
    let by_chance = |done: &step::Step| done.starts_with("edit") || step::is_verification(done);
    let way =
        remedy::most_common(group).or_else(|| Some(remedy::vote(group, corpus).into_iter().next()?.way))?;
    match way {
        Way::First(done) => {
            let last = done.into_iter().next_back().filter(|done| !by_chance(&done.step))?;
            Some(Way::First(vec![Done { call: Clean::default(), ..last }]))
        }
        Way::Instead { step, .. } if by_chance(&step) => None,
        way => Some(way),
    }
}
