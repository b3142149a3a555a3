//! Which habits say the same.
//!
//! Two traits that nearly the same runs have cannot be told apart by any test: the one that is nearest to
//! something to do stands for both. Two habits about one matter are told once.

use super::EQUIVALENT;
use super::selection::Finding;
use crate::pattern::Habit;

/// A trait on the side that failing runs show more often.
#[derive(Clone, Copy)]
pub(super) struct Sided<'a> {
    /// Runs that have the trait, ascending.
    pub(super) with: &'a [u32],
    /// Whether the habit is to have it not.
    pub(super) is_turned: bool,
}

/// One of each group of traits that nearly the same runs show, as indices, ascending. The traits come the
/// likeliest first.
pub(super) fn representatives<'h>(
    traits: &[Sided<'_>],
    runs: usize,
    habit: impl Fn(usize) -> &'h Habit,
) -> Vec<usize> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for at in 0..traits.len() {
        let alike = groups.iter_mut().find(|group| {
            group.first().is_some_and(|&first| overlap(traits[first], traits[at], runs) >= EQUIVALENT)
        });
        match alike {
            Some(group) => group.push(at),
            None => groups.push(vec![at]),
        }
    }
    let nearest = |group: Vec<usize>| group.into_iter().min_by_key(|&at| (remoteness(habit(at)), at));
    let mut standing: Vec<usize> = groups.into_iter().filter_map(nearest).collect();
    standing.sort_unstable();
    standing
}

/// Share of runs that two have in common, of those that have either; 0 to 1.
fn overlap(one: Sided<'_>, other: Sided<'_>, runs: usize) -> f64 {
    let (a, b) = (one.with.len(), other.with.len());
    let both = shared(one.with, other.with);
    let (both, either) = match (one.is_turned, other.is_turned) {
        (false, false) => (both, a + b - both),
        (true, true) => (runs + both - a - b, runs - both),
        (false, true) => (a - both, runs - b + both),
        (true, false) => (b - both, runs - a + both),
    };
    if either == 0 { 0.0 } else { both as f64 / either as f64 }
}

/// How many numbers two ascending lists share.
fn shared(one: &[u32], other: &[u32]) -> usize {
    let mut other = other.iter().peekable();
    let is_shared = |run: &&u32| {
        while other.next_if(|next| next < run).is_some() {}
        other.peek() == Some(run)
    };
    one.iter().filter(is_shared).count()
}

/// How far a habit is from something to do: what to give, what to do and in which order comes before what not to
/// do.
fn remoteness(habit: &Habit) -> u8 {
    match habit {
        Habit::Argument { .. } => 0,
        Habit::Omits(_) => 1,
        Habit::Without { .. } => 2,
        Habit::Repeats(_) => 3,
        Habit::Does(_) => 4,
    }
}

/// Leaves out what an earlier finding has told.
pub(super) fn leave_out_repetitions(findings: &mut Vec<Finding>) {
    let mut told: Vec<Habit> = Vec::new();
    findings.retain(|finding| {
        let is_new = !told.iter().any(|other| is_same_matter(other, &finding.habit));
        if is_new {
            told.push(finding.habit.clone());
        }
        is_new
    });
}

/// Whether two habits are about one step being done or left out, or one says more of the other.
pub(super) fn is_same_matter(one: &Habit, other: &Habit) -> bool {
    match (one, other) {
        (Habit::Does(a), Habit::Omits(b)) | (Habit::Omits(a), Habit::Does(b)) => a == b,
        _ => says_more_of(one, other),
    }
}

/// Whether two habits are the same, or about an argument and a part of it, or about a step left out before
/// another one and left out at all.
pub(super) fn says_more_of(one: &Habit, other: &Habit) -> bool {
    match (one, other) {
        (Habit::Without { first, .. }, Habit::Omits(step))
        | (Habit::Omits(step), Habit::Without { first, .. }) => first == step,
        (Habit::Argument { step: a, path: p }, Habit::Argument { step: b, path: q }) => {
            a == b && (p.starts_with(&**q) || q.starts_with(&**p))
        }
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlap_counts_both_sides() {
        let one = Sided { with: &[0, 1, 2, 3], is_turned: false };
        let other = Sided { with: &[2, 3, 4], is_turned: false };
        let turned = |seen: Sided<'static>| Sided { is_turned: true, ..seen };
        assert_eq!(overlap(one, other, 10), 2.0 / 5.0);
        assert_eq!(overlap(turned(one), turned(other), 10), 5.0 / 8.0);
        assert_eq!(overlap(one, turned(other), 10), 2.0 / 9.0);
        assert_eq!(overlap(turned(one), other, 10), 1.0 / 8.0);
    }
}
