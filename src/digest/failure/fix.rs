//! What the same agent did after a failure that worked.
//!
//! Owns the search for the working call and the difference between it and the failing one. Conservative: no
//! fix is better than a wrong one. Three ways count, in this order: the same step with other arguments or after
//! something that had been missing; another command on the same operands; and, as a guess that only many
//! sessions together can confirm, whatever was done directly afterwards in place of a step never tried again.

use super::Fix;
use super::difference::{between_calls, command_of, is_option};
use super::program;
use crate::digest::addressed::addresses_an_agent;
use crate::digest::shell::{self, Command};
use crate::digest::step::{self, Step};
use crate::redact::Clean;
use crate::session::{Call, Status};
use std::collections::BTreeSet;

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
        let Some((changes, call)) = between_calls(failing.call, seen.call, step, place == at + 1, most)
        else {
            continue;
        };
        if addresses_an_agent(&call) {
            return None;
        }
        let between = between(calls, at, place, step);
        let edited = changes.is_empty() && edited(calls, at, place, step);
        return Some((
            Fix { event: seen.event, step: step.clone(), changes, between, call, edited, guessed: false },
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
        if addresses_an_agent(&call) {
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
                edited: false,
                guessed: !certain,
            };
            return Some((fix, place));
        }
    }
    None
}

/// Whether a file was edited between two calls, as far as the steps say.
pub(super) fn edited(calls: &[Seen<'_>], at: usize, until: usize, step: &Step) -> bool {
    let edits = |done: &Step| ["edit", "write"].iter().any(|verb| done.to_lowercase().starts_with(verb));
    let between = calls.get(at + 1..until).unwrap_or_default().iter();
    between.filter(|seen| !seen.failed && !does(seen, step)).any(|seen| seen.steps.iter().any(edits))
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

/// Steps that worked between the failing and the working call and that were new: the session had not done them
/// before, or does them now to the very thing that the failing call was about. In order, each once.
fn between(calls: &[Seen<'_>], at: usize, fixed: usize, step: &Step) -> Vec<Step> {
    let Some(failing) = calls.get(at) else { return Vec::new() };
    let mut steps: Vec<Step> = Vec::new();
    let here = operands(failing.call);
    for seen in calls.get(at + 1..=fixed).unwrap_or_default().iter().filter(|seen| seen.worked()) {
        let programs = acting_programs(seen.call);
        for done in &seen.steps {
            let looks =
                !programs.is_empty() && program::only_looks(done.split(' ').next().unwrap_or_default());
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
    shell::commands(line).iter().map(|command| command.program().to_owned()).collect()
}

/// The part of a call that acts, verbatim, with its step; `None` for calls that only look.
fn acting_part(seen: &Seen<'_>, most: usize) -> Option<(Step, Clean)> {
    match step::command_line(seen.call) {
        Some(line) => {
            let commands = shell::commands(line);
            let acts = |done: &&Step| !program::only_looks(done.split(' ').next().unwrap_or_default());
            let step = seen.steps.iter().find(acts)?;
            let command = command_of(&commands, step)?;
            if program::only_looks(command.program()) {
                return None;
            }
            Some((step.clone(), line.part(command.place()?)?.cut(most)))
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
            let commands = shell::commands(line);
            let words =
                commands.iter().filter(|command| command.program() != "cd").flat_map(Command::arguments);
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
