//! What a run changed, call by call, and in what two runs differ.

use crate::digest::Digest;
use crate::digest::step::Step;
use std::collections::{BTreeMap, BTreeSet};

/// One thing in which one run differs from another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Aspect<'a> {
    /// It leaves a call out.
    Missing(&'a Step),
    /// It makes a call more.
    Extra(&'a Step),
    /// Another value of the argument at the top, whatever part of it differs.
    Value(&'a Step, &'a str),
}

impl<'a> Aspect<'a> {
    pub(super) fn step(self) -> &'a Step {
        match self {
            Aspect::Missing(step) | Aspect::Extra(step) | Aspect::Value(step, _) => step,
        }
    }
}

/// A call that worked: its step, and the leaves of each argument at the top, sorted.
#[derive(PartialEq, Eq)]
pub(super) struct Change<'a> {
    pub(super) step: &'a Step,
    pub(super) values: BTreeMap<&'a str, Vec<(&'a str, &'a str)>>,
}

/// The changes of a run, in order.
pub(super) fn changes(digest: &Digest) -> Vec<Change<'_>> {
    let worked = digest.writes.iter().filter(|write| write.ok);
    worked
        .map(|write| {
            let mut values: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
            for arg in &write.args.0 {
                values.entry(stem(&arg.path)).or_default().push((&arg.path, &arg.value));
            }
            values.values_mut().for_each(|leaves| leaves.sort_unstable());
            Change { step: &write.step, values }
        })
        .collect()
}

/// The argument at the top that a path is a part of: `a[].b` is a part of `a`.
fn stem(path: &str) -> &str {
    path.find(['.', '[']).and_then(|end| path.get(..end)).filter(|stem| !stem.is_empty()).unwrap_or(path)
}

/// In what a run's changes differ from another's: calls that are equal cancel out, the rest are matched with the
/// call of the same step that has most arguments in common; what finds no partner is left out or extra, what
/// differs within a pair is another value.
pub(super) fn differences<'a>(own: &[Change<'a>], other: &[Change<'a>]) -> BTreeSet<Aspect<'a>> {
    let mut mine: Vec<&Change<'a>> = own.iter().collect();
    let mut theirs: Vec<&Change<'a>> = Vec::new();
    for change in other {
        match mine.iter().position(|made| *made == change) {
            Some(same) => drop(mine.remove(same)),
            None => theirs.push(change),
        }
    }
    let mut found = BTreeSet::new();
    for wanted in theirs {
        let alike = |made: &Change<'_>| {
            wanted.values.iter().filter(|(path, leaves)| made.values.get(*path) == Some(*leaves)).count()
        };
        let nearest =
            (0..mine.len()).filter(|&i| mine[i].step == wanted.step).max_by_key(|&i| alike(mine[i]));
        let Some(nearest) = nearest else {
            found.insert(Aspect::Missing(wanted.step));
            continue;
        };
        let made = mine.remove(nearest);
        let paths = wanted.values.keys().chain(made.values.keys());
        let differing = paths.filter(|path| wanted.values.get(*path) != made.values.get(*path));
        found.extend(differing.map(|path| Aspect::Value(wanted.step, path)));
    }
    found.extend(mine.into_iter().map(|change| Aspect::Extra(change.step)));
    found
}
