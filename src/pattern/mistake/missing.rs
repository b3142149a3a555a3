//! Which groups are one mistake because the program is not there.
//!
//! Every shell has words of its own for a program it does not find, and all of them say one thing, whatever the
//! program was asked to do. Owns the telling of such a failure, by the exit status shells reserve for it and the name in
//! the message, and the joining of a program's groups. Refuses a program that another one missed: its name is not the
//! step's.

use super::Occurrence;
use super::group::{self, Group};
use std::collections::BTreeMap;

/// What shells exit with where there is no such program: those of Unix, and the one of Windows.
const NO_SUCH_PROGRAM: [i32; 2] = [127, 9009];

/// Joins the groups of each program that was not there, in a fixed order.
pub(super) fn one_a_program(groups: Vec<Group<'_>>) -> Vec<Group<'_>> {
    let mut missing: BTreeMap<String, Vec<Group<'_>>> = BTreeMap::new();
    let mut rest = Vec::new();
    for group in groups {
        if group.occurrences.iter().all(is_of_a_missing_program) {
            missing.entry(group.step.program().to_owned()).or_default().push(group);
        } else {
            rest.push(group);
        }
    }
    rest.extend(missing.into_values().filter_map(joined));
    rest
}

/// One group of several, told in the words that most sessions saw; `None` where there are none.
fn joined(mut groups: Vec<Group<'_>>) -> Option<Group<'_>> {
    if groups.len() < 2 {
        return groups.pop();
    }
    let told = groups.iter().rev().max_by_key(|group| group.roots().len())?;
    let (template, wording, family) = (told.template.clone(), told.wording.clone(), told.family.clone());
    let occurrences = groups.iter().flat_map(|group| &group.occurrences).copied().collect();
    Some(Group { wording, ..group::of(template, family, occurrences) })
}

/// Whether a shell did not find the program of a step.
fn is_of_a_missing_program(occurrence: &Occurrence<'_>) -> bool {
    let name = occurrence.failure.step.program();
    let named = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()) == name;
    occurrence.failure.exit.is_some_and(|exit| NO_SUCH_PROGRAM.contains(&exit))
        && group::is_shell(occurrence)
        && occurrence.message.split_whitespace().any(named)
}
