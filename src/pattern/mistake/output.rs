//! Which groups are one mistake because one output says both.
//!
//! A program often names an error twice, by a code and by a sentence, and which of the two lines is taken for the
//! message depends on what else an output holds. Owns the comparison of each group's message with the lines that
//! stand beside the others' messages, and which of these lines belong to the mistake. Groups are joined only where
//! each message stands in most outputs of the other: a line that comes with several errors names none of them.

use super::Occurrence;
use super::group::{self, Group};
use crate::digest::failure::mask;
use crate::digest::failure::salient::tells_why;
use crate::pattern::template;
use crate::redact::{Clean, redact};
use std::collections::{BTreeMap, BTreeSet};

/// Share of the outputs of each of two groups that have to hold the other's message.
const MOST_OUTPUTS: f64 = 0.6;

/// Share of a mistake's sessions that have to show a line for it to belong to what the mistake looks like.
const NEARLY_ALL: f64 = 0.8;

/// Most lines that are shown beside the message.
const MOST_SHOWN: usize = 2;

/// Joins groups of one program that their outputs show to be one mistake, in a fixed order.
pub(super) fn one_a_mistake(groups: Vec<Group<'_>>) -> Vec<Group<'_>> {
    let mut by_program: BTreeMap<String, Vec<Group<'_>>> = BTreeMap::new();
    for group in groups {
        let program = group.step.program().to_owned();
        by_program.entry(program).or_default().push(group);
    }
    by_program.into_values().flat_map(one_a_mistake_of_a_program).collect()
}

fn one_a_mistake_of_a_program(groups: Vec<Group<'_>>) -> Vec<Group<'_>> {
    let lines: Vec<BTreeMap<String, BTreeSet<&str>>> = groups.iter().map(lines_beside).collect();
    let roots: Vec<usize> = groups.iter().map(|group| group.roots().len()).collect();
    let mut named: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut wild: Vec<usize> = Vec::new();
    for (place, group) in groups.iter().enumerate() {
        named.entry(&group.template).or_default().push(place);
        if group.template.contains(template::WILD) {
            wild.push(place);
        }
    }
    // The groups whose message most outputs of a group hold.
    let held: Vec<BTreeSet<usize>> = lines
        .iter()
        .zip(&roots)
        .map(|(lines, &all)| {
            let mostly = lines.iter().filter(|(_, seen)| seen.len() as f64 >= MOST_OUTPUTS * all as f64);
            let names = |line: &str| -> Vec<usize> {
                let matching = wild.iter().filter(|&&other| {
                    groups.get(other).is_some_and(|group| template::same(&group.template, line))
                });
                named.get(line).into_iter().flatten().chain(matching).copied().collect()
            };
            mostly.flat_map(|(line, _)| names(line)).collect()
        })
        .collect();
    let holds = |a: usize, b: usize| held.get(a).is_some_and(|held| held.contains(&b));
    let mut sets: Vec<Vec<usize>> = Vec::new();
    for place in 0..groups.len() {
        let with =
            |set: &&mut Vec<usize>| set.iter().any(|&other| holds(place, other) && holds(other, place));
        match sets.iter_mut().find(with) {
            Some(set) => set.push(place),
            None => sets.push(vec![place]),
        }
    }
    let mut groups: Vec<Option<Group<'_>>> = groups.into_iter().map(Some).collect();
    let mut take = |place: usize| groups.get_mut(place).and_then(Option::take);
    sets.into_iter().filter_map(|set| joined(set.into_iter().filter_map(&mut take).collect())).collect()
}

/// One group of several, told by the message that says most; `None` where there are none.
fn joined(mut groups: Vec<Group<'_>>) -> Option<Group<'_>> {
    if groups.len() < 2 {
        return groups.pop();
    }
    let says_most = |group: &&Group<'_>| (group::telling_words(&group.template), group.roots().len());
    let told = groups.iter().rev().max_by_key(says_most)?;
    let (template, family) = (told.template.clone(), told.family.clone());
    let occurrences = groups.iter().flat_map(|group| &group.occurrences).map(|occurrence| {
        let said = |line: &&Clean| template::same(&template, &masked(line));
        let message = occurrence.failure.beside.iter().find(said).unwrap_or(occurrence.message);
        let message = if said(&occurrence.message) { occurrence.message } else { message };
        Occurrence { message, ..*occurrence }
    });
    let occurrences: Vec<Occurrence<'_>> = occurrences.collect();
    Some(group::of(template, family, occurrences))
}

/// What stands beside the message in nearly all outputs of a mistake, with what never varied written out.
pub(super) fn shown_beside(group: &Group<'_>) -> Vec<Clean> {
    let all = group.roots().len() as f64;
    let lines = lines_beside(group);
    let constant = lines.iter().filter(|(line, seen)| {
        seen.len() as f64 >= NEARLY_ALL * all && !template::same(&group.template, line)
    });
    let mut shown: Vec<(usize, &String)> = constant
        .filter_map(|(line, _)| {
            let first = group.occurrences.iter().find_map(|o| {
                o.failure.beside.iter().position(|beside| masked(beside) == **line && tells_why(beside))
            });
            Some((first?, line))
        })
        .collect();
    shown.sort();
    let wording = |line: &String| {
        let beside = group.occurrences.iter().flat_map(|o| &o.failure.beside);
        let same: Vec<&str> = beside.filter(|beside| masked(beside) == *line).map(Clean::as_str).collect();
        redact(&template::wording(&same).unwrap_or_else(|| line.clone()))
    };
    shown.into_iter().take(MOST_SHOWN).map(|(_, line)| wording(line)).collect()
}

/// The masked lines beside a group's messages, with the witnesses that show them.
fn lines_beside<'g>(group: &'g Group<'_>) -> BTreeMap<String, BTreeSet<&'g str>> {
    let mut lines: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for occurrence in &group.occurrences {
        let others = occurrence.failure.beside.iter().chain([&occurrence.failure.message]);
        for line in others.filter(|line| *line != occurrence.message) {
            lines.entry(masked(line)).or_default().insert(&occurrence.digest.root);
        }
    }
    lines
}

/// A line as templates see it.
fn masked(line: &str) -> String {
    mask::render(template::words(line).iter().map(|token| (token.masked.as_str(), token.glued)))
}
