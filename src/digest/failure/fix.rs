//! What the same agent did after a failure that worked.
//!
//! Owns the search for the working call and the difference between it and the failing one. Conservative: no
//! fix is better than a wrong one. Three ways count, in this order: the same step with other arguments or after
//! something that had been missing; another command on the same operands; and, as a guess that only many
//! sessions together can confirm, whatever was done directly afterwards in place of a step never tried again.

use super::poison;
use super::shell::{self, Segment};
use super::{Change, Fix};
use crate::digest::step::{self, Step};
use crate::redact::Clean;
use crate::session::{Call, Status};
use std::collections::BTreeSet;
use std::ops::Range;

/// Longest list of words or values that is compared.
const COMPARED: usize = 160;

/// A call with what it was, worked out once.
pub struct Seen<'a> {
    /// Its event.
    pub event: u32,
    /// The call.
    pub call: &'a Call,
    /// What it did.
    pub steps: Vec<Step>,
    /// Whether it failed.
    pub failed: bool,
}

impl Seen<'_> {
    fn worked(&self) -> bool {
        !self.failed && matches!(self.call.status, Status::Returned | Status::Failed { .. })
    }
}

/// The fix of a failing call, with its place in `calls`. `at` is the failing call's place, `step` its failing step,
/// `window` how many calls after it are looked at, `most` the longest text kept, bytes.
pub fn find(calls: &[Seen<'_>], at: usize, step: &Step, window: usize, most: usize) -> Option<(Fix, usize)> {
    let failing = calls.get(at)?;
    let end = calls.len().min(at + 1 + window);
    let later =
        || calls.get(at + 1..end).unwrap_or_default().iter().enumerate().map(|(i, seen)| (at + 1 + i, seen));
    for (place, seen) in later() {
        if !seen.worked() || !does(seen, step) {
            continue;
        }
        let Some((changes, call)) = difference(failing.call, seen.call, step, place == at + 1, most) else {
            continue;
        };
        if poison::addresses_an_agent(&call) {
            return None;
        }
        let between = between(calls, at, place, step);
        return Some((
            Fix { event: seen.event, step: step.clone(), changes, between, call, guessed: false },
            place,
        ));
    }
    let tried_again = later().any(|(_, seen)| does(seen, step));
    let mut first = true;
    for (place, seen) in later() {
        if !seen.worked()
            || does(seen, step)
            || seen.call.tool != failing.call.tool && is_shell(failing) != is_shell(seen)
        {
            continue;
        }
        let Some((other, call)) = acting_part(seen, most) else { continue };
        let replaces = step::changes_something(seen.call) || !step::changes_something(failing.call);
        let certain = replaces && shares_its_operands(failing.call, seen.call, step);
        if !certain && (!first || tried_again) {
            first = false;
            continue;
        }
        first = false;
        if poison::addresses_an_agent(&call) {
            return None;
        }
        let acts = if step::is_verification(&other) {
            step::is_verification(step)
        } else {
            step::changes_something(seen.call)
        };
        if certain || acts && seen.steps.iter().all(|done| !done_before(calls, at, done)) {
            let fix = Fix {
                event: seen.event,
                step: other,
                changes: Vec::new(),
                between: Vec::new(),
                call,
                guessed: !certain,
            };
            return Some((fix, place));
        }
    }
    None
}

fn is_shell(seen: &Seen<'_>) -> bool {
    step::command_line(seen.call).is_some()
}

fn does(seen: &Seen<'_>, step: &Step) -> bool {
    seen.steps.contains(step)
}

fn done_before(calls: &[Seen<'_>], at: usize, step: &Step) -> bool {
    calls.get(..at).unwrap_or_default().iter().any(|seen| seen.worked() && does(seen, step))
}

/// What differs between two calls of one step, and the working one verbatim; `None` where they have so little in
/// common that the second is no second try of the first. `directly`: nothing came between.
pub fn difference(
    from: &Call,
    to: &Call,
    step: &Step,
    directly: bool,
    most: usize,
) -> Option<(Vec<Change>, Clean)> {
    match (step::command_line(from), step::command_line(to)) {
        (Some(from), Some(to)) => shell_difference(from, to, step, most),
        (None, None) => argument_difference(from, to, directly, most),
        _ => None,
    }
}

/// The command of a line that a step stands for: the one that begins with the step's words, else the one with
/// its program, else the last that acts.
fn segment_of<'a>(segments: &'a [Segment], line: &str, step: &Step) -> Option<&'a Segment> {
    let words: Vec<&str> = step.split_whitespace().collect();
    let named = |segment: &&Segment| {
        let program = segment.program(line);
        let arguments = segment.arguments(line);
        words.first().is_some_and(|first| *first == program)
            && words.iter().skip(1).all(|word| arguments.contains(word))
    };
    segments
        .iter()
        .find(named)
        .or_else(|| {
            segments.iter().find(|segment| words.first().is_some_and(|first| *first == segment.program(line)))
        })
        .or_else(|| segments.iter().rev().find(|segment| !shell::only_looks(segment.program(line))))
        .or_else(|| segments.last())
}

fn shell_difference(from: &Clean, to: &Clean, step: &Step, most: usize) -> Option<(Vec<Change>, Clean)> {
    let (from_segments, to_segments) = (shell::segments(from), shell::segments(to));
    let (a, b) = (segment_of(&from_segments, from, step)?, segment_of(&to_segments, to, step)?);
    let texts = |line: &Clean, segment: &Segment| -> Vec<String> {
        segment
            .words
            .iter()
            .take(COMPARED)
            .filter_map(|range| line.get(range.clone()))
            .map(str::to_owned)
            .collect()
    };
    let (a_words, b_words) = (texts(from, a), texts(to, b));
    let step_words: BTreeSet<&str> = step.split_whitespace().collect();
    let rest = |words: &[String]| -> Vec<String> {
        words
            .iter()
            .filter(|word| !step_words.contains(word.rsplit('/').next().unwrap_or_default()))
            .cloned()
            .collect()
    };
    let (a_rest, b_rest) = (rest(&a_words), rest(&b_words));
    let alike = a_rest.iter().filter(|word| b_rest.iter().any(|other| resemble(word, other))).count();
    if alike == 0 && !a_rest.is_empty() && !(a_rest.iter().all(|word| is_option(word)) || b_rest.is_empty()) {
        return None;
    }
    let mut changes = Vec::new();
    let mut span = b.span()?;
    let folder = |line: &Clean, segments: &[Segment], before: &Segment| -> Option<Range<usize>> {
        let first = before.words.first()?.start;
        let earlier =
            segments.iter().take_while(|segment| segment.words.first().is_some_and(|w| w.start < first));
        earlier.filter(|segment| segment.program(line) == "cd").last().and_then(Segment::span)
    };
    let (from_folder, to_folder) = (folder(from, &from_segments, a), folder(to, &to_segments, b));
    let text = |line: &Clean, range: &Option<Range<usize>>| range.clone().and_then(|range| line.part(range));
    for (left, right) in differing(&a_words, &b_words) {
        let part = |line: &Clean, segment: &Segment, words: Range<usize>| {
            let start = segment.words.get(words.start)?.start;
            let end = segment.words.get(words.end.checked_sub(1)?)?.end;
            (words.start < words.end).then(|| line.part(start..end)).flatten().map(|part| part.cut(most))
        };
        let change =
            Change { path: Clean::fixed("command"), from: part(from, a, left), to: part(to, b, right) };
        if change.from != change.to {
            changes.push(change);
        }
    }
    if changes.is_empty() && text(from, &from_folder) != text(to, &to_folder) {
        if let Some(range) = &to_folder {
            span.start = range.start;
        }
        let cut = |folder: Option<Clean>| folder.map(|folder| folder.cut(most));
        changes.push(Change {
            path: Clean::fixed("command"),
            from: cut(text(from, &from_folder)),
            to: cut(text(to, &to_folder)),
        });
    }
    Some((changes, to.part(span)?.cut(most)))
}

fn is_option(word: &str) -> bool {
    word.starts_with('-') || shell::is_assignment(word)
}

/// Whether two words are forms of one: equal, one begins with the other's first half, or the same file.
fn resemble(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let base = |word: &str| word.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
    if a.contains('/') && base(a).len() > 2 && base(a) == base(b) {
        return true;
    }
    let shared = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
    shared >= 3 && shared * 2 >= a.len().min(b.len())
}

/// The differing stretches of two word lists, by longest common subsequence: places in the first and the second.
fn differing(a: &[String], b: &[String]) -> Vec<(Range<usize>, Range<usize>)> {
    let mut longest = vec![vec![0u16; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            longest[i][j] = if a[i] == b[j] {
                longest[i + 1][j + 1] + 1
            } else {
                longest[i + 1][j].max(longest[i][j + 1])
            };
        }
    }
    let mut stretches = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        let start = (i, j);
        while (i < a.len() || j < b.len()) && !(i < a.len() && j < b.len() && a[i] == b[j]) {
            if j >= b.len() || (i < a.len() && longest[i + 1][j] >= longest[i][j + 1]) {
                i += 1;
            } else {
                j += 1;
            }
        }
        if start != (i, j) {
            stretches.push((start.0..i, start.1..j));
        } else {
            i += 1;
            j += 1;
        }
    }
    stretches
}

/// What differs between the arguments of two calls of one tool.
fn argument_difference(from: &Call, to: &Call, directly: bool, most: usize) -> Option<(Vec<Change>, Clean)> {
    let paths: Vec<&Clean> = {
        let mut seen = BTreeSet::new();
        from.args
            .0
            .iter()
            .chain(&to.args.0)
            .map(|arg| &arg.path)
            .filter(|path| seen.insert(path.as_str()))
            .collect()
    };
    let values = |call: &'_ Call, path: &Clean| -> Vec<Clean> {
        call.args
            .0
            .iter()
            .filter(|arg| arg.path == *path)
            .take(COMPARED)
            .map(|arg| arg.value.clone())
            .collect()
    };
    let mut changes = Vec::new();
    let mut alike = 0.0;
    for path in &paths {
        let (mut before, mut after) = (values(from, path), values(to, path));
        before.truncate(COMPARED);
        if before == after {
            alike += 1.0;
            continue;
        }
        let shared: Vec<Clean> = before.iter().filter(|value| after.contains(value)).cloned().collect();
        alike += shared.len() as f64 / before.len().max(after.len()).max(1) as f64;
        before.retain(|value| !shared.contains(value));
        after.retain(|value| !shared.contains(value));
        if shared.is_empty() && before.len() == 1 && after.len() == 1 && resemble(&before[0], &after[0]) {
            alike += 0.5;
        }
        let (mut before, mut after) = (before.into_iter(), after.into_iter());
        for _ in 0..3 {
            let (left, right) = (before.next(), after.next());
            if left.is_none() && right.is_none() {
                break;
            }
            let cut = |value: Option<Clean>| value.map(|value| value.cut(most));
            changes.push(Change { path: (*path).clone(), from: cut(left), to: cut(right) });
        }
    }
    let of_a_place = |value: &Clean| value.contains('/') || value.contains('\\');
    let elsewhere = changes.iter().any(|change| change.from.as_ref().is_some_and(of_a_place));
    let second_try = paths.is_empty() || alike / paths.len() as f64 >= 0.25 || (directly && !elsewhere);
    if !second_try {
        return None;
    }
    let call = changes
        .iter()
        .find_map(|change| change.to.clone())
        .or_else(|| to.args.0.first().map(|arg| arg.value.cut(most)))
        .unwrap_or_else(|| to.tool.clone());
    Some((changes, call))
}

/// Steps that worked between the failing and the working call and that were new: the session had not done them
/// before, or does them now to the very thing that the failing call was about. In order, each once.
fn between(calls: &[Seen<'_>], at: usize, fixed: usize, step: &Step) -> Vec<Step> {
    let Some(failing) = calls.get(at) else { return Vec::new() };
    let mut steps: Vec<Step> = Vec::new();
    let here = operands(failing.call);
    for seen in calls.get(at + 1..=fixed).unwrap_or_default().iter().filter(|seen| seen.worked()) {
        let programs = acting_programs(seen.call);
        for done in &seen.steps {
            let looks = !programs.is_empty() && shell::only_looks(done.split(' ').next().unwrap_or_default());
            if done == step || looks || steps.contains(done) || failing.steps.contains(done) {
                continue;
            }
            let on_it = !here.is_disjoint(&operands(seen.call));
            if on_it || !done_before(calls, at, done) {
                steps.push(done.clone());
            }
        }
    }
    steps
}

/// Programs of a shell line; empty for other tools.
fn acting_programs(call: &Call) -> Vec<String> {
    let Some(line) = step::command_line(call) else { return Vec::new() };
    shell::segments(line).iter().map(|segment| segment.program(line).to_owned()).collect()
}

/// The part of a call that acts, verbatim, with its step; `None` for calls that only look.
fn acting_part(seen: &Seen<'_>, most: usize) -> Option<(Step, Clean)> {
    match step::command_line(seen.call) {
        Some(line) => {
            let segments = shell::segments(line);
            let acts = |done: &&Step| !shell::only_looks(done.split(' ').next().unwrap_or_default());
            let step = seen.steps.iter().find(acts)?;
            let segment = segment_of(&segments, line, step)?;
            if shell::only_looks(segment.program(line)) {
                return None;
            }
            Some((step.clone(), line.part(segment.span()?)?.cut(most)))
        }
        None => {
            let call =
                seen.call.args.0.first().map_or_else(|| seen.call.tool.clone(), |arg| arg.value.cut(most));
            Some((seen.steps.first()?.clone(), call))
        }
    }
}

/// What a call is about: for shell lines the operands of the commands that act, else the argument values.
fn operands(call: &Call) -> BTreeSet<String> {
    match step::command_line(call) {
        Some(line) => {
            let segments = shell::segments(line);
            let words = segments
                .iter()
                .filter(|segment| segment.program(line) != "cd")
                .flat_map(|s| s.arguments(line));
            words.filter(|word| !is_option(word) && word.len() > 1).take(COMPARED).map(unquoted).collect()
        }
        None => {
            let values = call.args.0.iter().map(|arg| arg.value.as_str());
            values.filter(|value| value.len() > 2 && value.len() < 200).take(COMPARED).map(unquoted).collect()
        }
    }
}

fn unquoted(word: &str) -> String {
    word.trim_matches(['"', '\'']).to_owned()
}

/// Whether another command was used on what the failing one was used on.
fn shares_its_operands(failing: &Call, other: &Call, step: &Step) -> bool {
    const PREPARES: &[&str] = &[
        "mkdir", "touch", "chmod", "chown", "cp", "mv", "rm", "ln", "export", "source", "sed", "awk", "tee",
        "git", "rmdir",
    ];
    let programs = acting_programs(other);
    if programs.iter().any(|program| PREPARES.contains(&program.as_str()))
        && !programs.iter().any(|p| step.starts_with(p.as_str()))
    {
        return false;
    }
    let (a, b) = (operands(failing), operands(other));
    let shared = a.intersection(&b).count();
    shared > 0 && shared * 2 >= a.len().min(b.len()) && shared * 3 >= a.len().max(b.len())
}
