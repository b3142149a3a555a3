//! What people say in words that have nothing in common but one rare name: `naming: ward code, then date`, `I can't find
//! anything without the ward code`.
//!
//! Owns the second look at groups that were worth nothing by themselves: those that share a name which hardly anybody
//! says besides become one. Refuses to judge what comes of it ([`super::worth`]).

use super::group::{self, Group, Groups};
use super::lexicon::LEXICON;
use super::vote::Wording;
use std::collections::{BTreeMap, BTreeSet};

/// Share of a group's votes that have the name.
const NEARLY_ALL: f64 = 0.8;
/// Share of all who say the name that these groups must have.
const MOSTLY: f64 = 0.7;
/// Mean sign of the name from which a group is of one mind about it.
const CLEAR: f64 = 0.7;
/// Wordings that have the name at least.
const WORDINGS: usize = 3;

/// Groups of groups that share a name, the most often said name first, with the groups that each is made of. `free`:
/// which groups may be used; `worked_with`: in how many jobs people work with what a word names.
pub(super) fn by_name(
    groups: &Groups,
    wordings: &[Wording<'_>],
    free: &BTreeSet<usize>,
    worked_with: &BTreeMap<String, usize>,
) -> Vec<(Group, Vec<usize>)> {
    let mut said: BTreeMap<&str, usize> = BTreeMap::new();
    for wording in wordings {
        for term in wording.wish.terms.keys() {
            *said.entry(term).or_default() += wording.votes.len();
        }
    }
    let mut having: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for &at in free {
        let Some(group) = groups.all.get(at) else { continue };
        let of: Vec<&Wording<'_>> = group.members.iter().filter_map(|&member| wordings.get(member)).collect();
        let all: usize = of.iter().map(|wording| wording.votes.len()).sum();
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        for wording in &of {
            for term in wording.wish.terms.keys().filter(|term| LEXICON.telling(term) > 0.99) {
                *times.entry(term).or_default() += wording.votes.len();
            }
        }
        for (term, _) in times.into_iter().filter(|(_, times)| *times as f64 >= NEARLY_ALL * all as f64) {
            having.entry(term).or_default().push(at);
        }
    }
    let mut gathered: Vec<(usize, &str, Group, Vec<usize>)> = Vec::new();
    for (term, parts) in having {
        let mut members: Vec<usize> = parts
            .iter()
            .filter_map(|&at| groups.all.get(at))
            .flat_map(|g| g.members.iter().copied())
            .collect();
        members.sort_unstable();
        let times: usize = members
            .iter()
            .filter_map(|&at| wordings.get(at))
            .filter(|wording| wording.wish.terms.contains_key(term))
            .map(|wording| wording.votes.len())
            .sum();
        let everybody = said.get(term).copied().unwrap_or_default();
        let is_worked_on = worked_with.get(term).is_some_and(|jobs| *jobs > 1);
        // Some want what has this name, others do not: these are no one wish.
        let signs = parts.iter().filter_map(|&at| groups.all.get(at)?.middle.sign(term));
        let (wanted, refused): (Vec<f64>, Vec<f64>) =
            signs.filter(|sign| sign.abs() >= CLEAR).partition(|sign| *sign > 0.0);
        let opposed = !wanted.is_empty() && !refused.is_empty();
        if parts.len() > 1
            && !opposed
            && members.len() >= WORDINGS
            && !is_worked_on
            && times as f64 >= MOSTLY * everybody as f64
        {
            let middle = group::middle(wordings, &groups.vectors, &members);
            gathered.push((times, term, Group { members, middle }, parts));
        }
    }
    gathered.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    gathered.into_iter().map(|(_, _, group, parts)| (group, parts)).collect()
}
