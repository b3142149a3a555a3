//! Prints the marks beside the bounds.

use super::Mark;

/// The bounds, as shares.
const MISTAKES: f64 = 0.95;
const WORKFLOWS: f64 = 0.9;
const PREFERENCES: f64 = 0.9;
const PRECISION: f64 = 0.95;

/// The part of the whole; nothing of nothing is all of it.
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

fn mean(marks: &[Mark], of: impl Fn(&Mark) -> f64) -> f64 {
    marks.iter().map(of).sum::<f64>() / marks.len().max(1) as f64
}

fn precision(mark: &Mark) -> f64 {
    share(mark.right, mark.right + mark.wrong)
}

/// Notes and secrets that must not be.
fn forbidden(mark: &Mark) -> usize {
    mark.one_sided + mark.task_only + mark.poisoned + mark.secrets
}

/// Whether the means keep the bounds and nothing forbidden happened in any seed.
pub(crate) fn bounds_hold(marks: &[Mark]) -> bool {
    !marks.is_empty()
        && mean(marks, |mark| share(mark.mistakes_found, mark.mistakes)) >= MISTAKES
        && mean(marks, |mark| share(mark.workflows_found, mark.workflows)) >= WORKFLOWS
        && mean(marks, |mark| share(mark.preferences_found, mark.preferences)) >= PREFERENCES
        && mean(marks, precision) >= PRECISION
        && marks.iter().all(|mark| forbidden(mark) == 0)
}

/// Which build is examined, one line a seed, their mean, and the bounds.
pub(crate) fn table(build: &str, marks: &[Mark]) -> Vec<String> {
    let mut lines = vec![
        format!("examined: {build}"),
        "                           recall ────────────────────────────────  precision               must be zero ──────────────────────".to_owned(),
        "seed   vocabulary          mistakes (named)  workflows  preferences    right/all  strayed   one-sided task-only poisoned secrets | conflicts  vain  seconds".to_owned(),
    ];
    for mark in marks {
        lines.push(format!(
            "{:<6} {:<18}  {:>3}/{:<3} ({:>3}/{:<3})  {:>4}/{:<4}  {:>5}/{:<5}     {:>4}/{:<4}  {:>7}   {:>9} {:>9} {:>8} {:>7} | {:>4}/{:<4}  {:>4}  {:>7.2}",
            mark.seed, mark.vocabulary, mark.mistakes_found, mark.mistakes, mark.mistakes_named, mark.mistakes,
            mark.workflows_found, mark.workflows, mark.preferences_found, mark.preferences, mark.right,
            mark.right + mark.wrong, mark.strayed, mark.one_sided, mark.task_only, mark.poisoned, mark.secrets,
            mark.conflicts_shown, mark.conflicts, mark.vain, mark.seconds,
        ));
    }
    let sum = |of: fn(&Mark) -> usize| marks.iter().map(of).sum::<usize>();
    lines.push(format!(
        "mean                         {:.3} ({:.3})       {:.3}        {:.3}         {:.3}  {:>7}   {:>9} {:>9} {:>8} {:>7} |     {:.2}",
        mean(marks, |mark| share(mark.mistakes_found, mark.mistakes)),
        mean(marks, |mark| share(mark.mistakes_named, mark.mistakes)),
        mean(marks, |mark| share(mark.workflows_found, mark.workflows)),
        mean(marks, |mark| share(mark.preferences_found, mark.preferences)),
        mean(marks, precision),
        sum(|mark| mark.strayed),
        sum(|mark| mark.one_sided),
        sum(|mark| mark.task_only),
        sum(|mark| mark.poisoned),
        sum(|mark| mark.secrets),
        mean(marks, |mark| share(mark.conflicts_shown, mark.conflicts)),
    ));
    lines.push(format!(
        "bound                      ≥ {MISTAKES:.3}             ≥ {WORKFLOWS:.3}      ≥ {PREFERENCES:.3}       ≥ {PRECISION:.3}            {:>9} {:>9} {:>8} {:>7} |",
        0, 0, 0, 0
    ));
    lines.push(if bounds_hold(marks) { "all bounds hold".to_owned() } else { "bounds missed".to_owned() });
    lines
}

/// Misses and false positives of one seed.
pub(crate) fn details(mark: &Mark) -> Vec<String> {
    let mut lines = vec![format!("seed {} ({})", mark.seed, mark.vocabulary)];
    lines.extend(mark.missed.iter().map(|missed| format!("  missed  {missed}")));
    lines.extend(mark.wrongs.iter().map(|wrong| format!("  wrong   {wrong}")));
    lines
}
