//! Whether people want opposite things.
//!
//! Takes the groups of wishes and finds those that contradict each other; groups that share an opponent and do
//! not contradict each other are one side. Refuses to settle a conflict: both sides are shown.

use super::frame;
use super::lexicon::LEXICON;
use super::likeness::Vector;
use crate::pattern::stem::stem;
use std::collections::{BTreeMap, BTreeSet};

/// Sides of one conflict: each a set of indices into the groups.
pub(super) type Sides = Vec<Vec<usize>>;

/// Share of what a single voice says that is about what the others speak of, from which it contradicts them.
const TO_THE_POINT: f64 = 0.6;

/// Share of what a single voice does not want that the others want, from which it contradicts them. Of several words
/// under one negation (`never push with complaints`) any may be the one that is meant.
const DENIED: f64 = 0.8;

/// The same for two groups that need have nothing else in common.
const DENIED_AT_ALL: f64 = 0.25;

/// How far what one group does not want has to be unwanted where the other one speaks of, 0 to 1.
const IN_THEIR_PLACE: f64 = 0.25;

/// Share of all who say a word that two groups must have for it to be what they disagree about.
const THEIRS: f64 = 0.8;

/// Share of the votes of one of two groups that have a word which is what the group is about.
const MAIN: f64 = 0.5;

/// Mean sign of a word from which a group is of one mind about it.
const CLEAR: f64 = 0.9;

/// A word that a group wants or does not want.
pub(super) struct Name {
    /// Wanted (1) or not (-1), on average.
    pub(super) sign: f64,
    /// In how many votes it is.
    pub(super) said: usize,
    /// In which share of the group's votes.
    pub(super) share: f64,
}

/// One group of wishes as this module looks at it.
pub(super) struct Group {
    /// Its middle.
    pub(super) middle: Vector,
    /// Distinct wordings: their words.
    pub(super) texts: BTreeSet<Vec<String>>,
    /// The first clauses of the same.
    pub(super) clauses: BTreeSet<Vec<String>>,
    /// Whether it may be a side: what everybody says to an agent in one and the same words is none.
    pub(super) wishes: bool,
    /// The telling words that it clearly wants or does not want.
    pub(super) names: BTreeMap<String, Name>,
    /// The known people behind it.
    pub(super) people: BTreeSet<String>,
    /// Independent sessions behind it.
    pub(super) sessions: usize,
}

/// Finds all conflicts. A group is in at most one. `said`: how often each word is said in the whole collection.
pub(super) fn find(groups: &[Group], said: &BTreeMap<String, usize>, threshold: f64) -> Vec<Sides> {
    let mut opposed = BTreeSet::new();
    for a in 0..groups.len() {
        for b in a + 1..groups.len() {
            // Two single sessions are no conflict of a team.
            let heard =
                groups[a].sessions.max(groups[b].sessions) > 1 && groups[a].wishes && groups[b].wishes;
            let aside = || speaks_of_something_else(&groups[a], &groups[b]);
            let contradict = || {
                !aside() && contradict(&groups[a], &groups[b], threshold)
                    || fill_one_frame(&groups[a], &groups[b])
                    || want_and_refuse(&groups[a], &groups[b], said)
            };
            if heard && !repeats(&groups[a], &groups[b]) && contradict() {
                opposed.extend([(a, b), (b, a)]);
            }
        }
    }
    let mut conflicts = Vec::new();
    let mut seen = BTreeSet::<usize>::new();
    for start in 0..groups.len() {
        if seen.contains(&start) || !opposed.range((start, 0)..(start + 1, 0)).any(|_| true) {
            continue;
        }
        let mut involved = BTreeSet::from([start]);
        let mut open = vec![start];
        while let Some(at) = open.pop() {
            for &(_, other) in opposed.range((at, 0)..(at + 1, 0)) {
                if involved.insert(other) {
                    open.push(other);
                }
            }
        }
        seen.extend(&involved);
        conflicts.push(sides(groups, involved, &opposed));
    }
    conflicts
}

/// Puts each group, the largest first, on the first side where nobody contradicts it.
fn sides(groups: &[Group], involved: BTreeSet<usize>, opposed: &BTreeSet<(usize, usize)>) -> Sides {
    let mut order: Vec<usize> = involved.into_iter().collect();
    order.sort_by_key(|&at| (std::cmp::Reverse(groups[at].sessions), at));
    let mut sides: Sides = Vec::new();
    for at in order {
        match sides.iter_mut().find(|side| side.iter().all(|&other| !opposed.contains(&(at, other)))) {
            Some(side) => side.push(at),
            None => sides.push(vec![at]),
        }
    }
    sides
}

/// Whether a single voice says mostly other things (`use yarn workspaces for linking` beside many who want pnpm).
fn speaks_of_something_else(a: &Group, b: &Group) -> bool {
    let (small, large) = if a.sessions < b.sessions { (a, b) } else { (b, a) };
    let denies = small.middle.denied_by(&large.middle);
    let to_the_point = match denies {
        Some(share) => share >= DENIED,
        None => small.middle.shared_with(&large.middle) >= TO_THE_POINT,
    };
    small.sessions == 1 && large.sessions > 1 && !to_the_point
}

/// Whether all people of the smaller one are the other one's too: one person wants no two opposite things.
fn repeats(a: &Group, b: &Group) -> bool {
    let (small, large) = if a.sessions < b.sessions { (a, b) } else { (b, a) };
    !small.people.is_empty() && small.people.is_subset(&large.people)
}

/// Whether known people of whom nobody voices both put different things into one place of the same sentence.
fn fill_one_frame(a: &Group, b: &Group) -> bool {
    let differs =
        |first: &Vec<String>| b.clauses.iter().any(|second| frame::differ_in_one_place(first, second));
    let known = !a.people.is_empty() && !b.people.is_empty();
    known && a.people.is_disjoint(&b.people) && a.clauses.iter().any(differs)
}

/// Whether different people name one thing that nearly nobody else names, the ones wanting it, the others not, however
/// little else they have in common.
fn want_and_refuse(a: &Group, b: &Group, said: &BTreeMap<String, usize>) -> bool {
    let (small, large) = if a.sessions < b.sessions { (a, b) } else { (b, a) };
    let known = !a.people.is_empty() && !b.people.is_empty();
    let theirs = |term: &str, times: usize| {
        times as f64 >= THEIRS * said.get(term).copied().unwrap_or_default() as f64
    };
    let opposed = large.names.iter().any(|(term, here)| {
        small.names.get(term).is_some_and(|there| {
            // One voice may be misread, or speak of the thing in passing: the others must be clear about it.
            let main = match small.sessions {
                1 => here.share >= MAIN && here.sign.abs() >= CLEAR,
                _ => here.share.max(there.share) >= MAIN,
            };
            let (refusing, wanting) = if here.sign < 0.0 { (large, small) } else { (small, large) };
            // `never touch the original book`, `copy the book first`: the book is the least of what is refused. Who
            // asks for the same in the end (`no bare answers, json`, `answers in json`) refuses only what is left.
            let agree = want_the_same(a, b);
            let least = if agree { DENIED } else { DENIED_AT_ALL };
            let meant = refusing.middle.denied_by(&wanting.middle).is_none_or(|share| share >= least);
            // `never push to main`, `push often`: what is refused is to push there.
            let there_too = || refusing.middle.holds_for(&wanting.middle, agree) > IN_THEIR_PLACE;
            main && meant
                && here.sign * there.sign < 0.0
                && theirs(term, here.said + there.said)
                && there_too()
        })
    });
    known && a.people.is_disjoint(&b.people) && large.sessions > 1 && opposed
}

/// Whether both clearly want one and the same thing.
fn want_the_same(a: &Group, b: &Group) -> bool {
    let wants = |name: &Name| name.sign >= CLEAR && name.share >= MAIN;
    a.names.iter().any(|(term, name)| wants(name) && b.names.get(term).is_some_and(wants))
}

fn contradict(a: &Group, b: &Group, threshold: f64) -> bool {
    let likeness = a.middle.likeness(&b.middle);
    likeness.contradicts && likeness.related >= threshold && share_a_name(a, b) || fill_one_place(a, b)
}

/// Whether they speak of one thing, and not only of something `old` or of `five`.
fn share_a_name(a: &Group, b: &Group) -> bool {
    let named: BTreeSet<&str> = a.middle.terms().filter(|term| LEXICON.telling(term) > 0.99).collect();
    b.middle.terms().any(|term| named.contains(term))
}

/// Two wordings that are the same but for one name, in a place where one name excludes another: `use glorp for
/// indentation`, `use snarf for indentation`. What they share has to name the purpose.
fn fill_one_place(a: &Group, b: &Group) -> bool {
    a.texts.iter().any(|first| b.texts.iter().any(|second| differ_in_one_name(first, second)))
}

fn differ_in_one_name(a: &[String], b: &[String]) -> bool {
    let same_start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let rest = a.len().min(b.len()) - same_start;
    let same_end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count().min(rest);
    let name = |of: &[String]| of.get(same_start..of.len() - same_end).map(<[String]>::len);
    let one_name = matches!((name(a), name(b)), (Some(1..=2), Some(1..=2)));
    let frame = || a.iter().take(same_start).chain(a.iter().rev().take(same_end));
    let telling = |word: &String| {
        let quiet = ["stop", "negator", "bound"].iter().any(|section| LEXICON.has(section, word));
        !quiet && LEXICON.telling(&stem(word)) >= 0.99
    };
    let additive =
        ["before", "after", "add", "mention", "run", "not", "no", "never", "include", "update", "avoid"];
    one_name
        && frame().any(telling)
        && frame().any(|word| LEXICON.has("exclusive", word))
        && !frame().any(|word| additive.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_place_filled_twice_is_a_contradiction() {
        let differ = |a: &str, b: &str| {
            let split = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
            differ_in_one_name(&split(a), &split(b))
        };
        assert!(differ("use glorp for indentation", "use snarf for indentation"));
        assert!(!differ("use glorp please", "use snarf please"));
        assert!(!differ("run glorp before deployment", "run snarf before deployment"));
        assert!(!differ("use glorp", "use glorp"));
        assert!(!differ("", "use"));
    }
}
