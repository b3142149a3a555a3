//! What the same agent did after a failure that worked.
//!
//! Owns the search for the working call and the difference between it and the failing one. Conservative: no
//! fix is better than a wrong one. Three ways count, in this order: the same step with other arguments or after
//! something that had been missing; another command on the same operands; and, as a guess that only many
//! sessions together can confirm, whatever was done directly afterwards in place of a step never tried again.

use super::Fix;
use super::difference::{between_calls, command_of, is_bare, is_option, runs, surroundings};
use super::{program, substitute};
use crate::digest::addressed::addresses_an_agent;
use crate::digest::shell::{self, Command};
use crate::digest::step::{self, Step};
use crate::redact::Clean;
use crate::session::{Arg, Call, Status};
use std::collections::BTreeSet;
use std::ops::Range;

/// Longest list of words or values that is compared.
const COMPARED: usize = 160;

/// Most arguments that are told of a tool's call, and the longest value among them, bytes.
const FEW_ARGUMENTS: usize = 4;
/// See [`FEW_ARGUMENTS`].
const SHORT_VALUE: usize = 48;

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
        let Some((changes, call)) =
            between_calls(failing.call, seen.call, step, is_next(calls, at, place), most)
        else {
            continue;
        };
        if addresses_an_agent(&call) {
            return None;
        }
        let (between, between_calls) = between(calls, at, place, step, most).into_iter().unzip();
        let edited = changes.is_empty() && edited(calls, at, place, step);
        let fix = Fix {
            event: seen.event,
            step: step.clone(),
            changes,
            between,
            calls: between_calls,
            call,
            edited,
            guessed: false,
        };
        return Some((fix, place));
    }
    let tried_again = later().any(|(_, seen)| does(seen, step));
    let mut first = true;
    for (place, seen) in later() {
        let replaces = step::changes_something(seen.call) || !step::changes_something(failing.call);
        let on_file = substitute::on_the_same_file(failing.call, seen.call, step, most).filter(|_| replaces);
        let on_file = on_file.or_else(|| substitute::on_its_namesake(failing.call, seen.call, step, most));
        // Where an edit is refused, a program may make it; another edit is of another file.
        let comparable = match step::is_edit(step) && !is_shell(failing) {
            true => is_shell(seen) && step::changes_something(seen.call),
            false => seen.call.tool == failing.call.tool || is_shell(failing) == is_shell(seen),
        };
        let fed = substitute::fed_by_another(failing, seen, step, most);
        if !seen.worked() || on_file.is_none() && fed.is_none() && (does(seen, step) || !comparable) {
            continue;
        }
        let certain = on_file.is_some()
            || fed.is_some()
            || replaces
                && (shares_its_operands(failing.call, seen.call, step)
                    || substitute::asks_the_same(failing.call, seen.call));
        let acting = || acting_part(failing.call, seen, most);
        let Some((other, call)) = on_file.or(fed).or_else(acting) else { continue };
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
                calls: Vec::new(),
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

/// Whether nothing but looking around worked between two calls.
fn is_next(calls: &[Seen<'_>], at: usize, then: usize) -> bool {
    let looks = |step: &Step| step::is_look_around(step) || step.starts_with("read ");
    let between = calls.get(at + 1..then).unwrap_or_default();
    between.iter().all(|seen| seen.failed || seen.steps.iter().all(looks))
}

fn is_shell(seen: &Seen<'_>) -> bool {
    step::command_line(seen.call).is_some()
}

pub(super) fn does(seen: &Seen<'_>, step: &Step) -> bool {
    seen.steps.contains(step)
}

fn done_before(calls: &[Seen<'_>], at: usize, step: &Step) -> bool {
    calls.get(..at).unwrap_or_default().iter().any(|seen| seen.worked() && does(seen, step))
}

/// Steps that worked between the failing and the working call and that were new, with their calls: the session had
/// not done them before, or does them now to the very thing that the failing call was about, or in another mode of
/// the program that failed. In order, each once.
fn between(calls: &[Seen<'_>], at: usize, fixed: usize, step: &Step, most: usize) -> Vec<(Step, Clean)> {
    let Some(failing) = calls.get(at) else { return Vec::new() };
    let mut steps: Vec<(Step, Clean)> = Vec::new();
    let here = operands(failing.call);
    let worked = calls.get(at + 1..=fixed).unwrap_or_default().iter().filter(|seen| seen.worked());
    for seen in worked {
        let programs = acting_programs(seen.call);
        for done in &seen.steps {
            let looks = !programs.is_empty() && program::only_looks(done.program());
            if looks || steps.iter().any(|(known, _)| known == done) {
                continue;
            }
            let call = call_of(seen.call, done, most);
            if done == step || failing.steps.contains(done) {
                if done == step
                    && seen.event != calls.get(fixed).map_or(0, |seen| seen.event)
                    && is_other_mode(failing.call, seen.call, step)
                {
                    steps.push((done.clone(), call));
                }
                continue;
            }
            let on_it = !here.is_disjoint(&operands(seen.call));
            if on_it || !done_before(calls, at, done) {
                steps.push((done.clone(), call));
            }
        }
    }
    steps
}

/// The call that a step was, verbatim; empty where its arguments belong to one session: of an edit or a reading.
fn call_of(call: &Call, step: &Step, most: usize) -> Clean {
    if let Some(line) = step::command_line(call) {
        let commands = shell::commands(line);
        let place = command_of(&commands, step).filter(|command| runs(command, step));
        return place
            .and_then(Command::place)
            .and_then(|place| line.part(place))
            .unwrap_or_default()
            .cut(most);
    }
    let short = |arg: &&Arg| arg.value.len() <= SHORT_VALUE && !arg.value.contains('\n');
    if step::handles_files(step)
        || call.args.0.len() > FEW_ARGUMENTS
        || !call.args.0.iter().all(|arg| short(&arg))
    {
        return Clean::default();
    }
    let mut words = vec![step.0.clone()];
    words.extend(call.args.0.iter().map(|arg| Clean::join(&[&arg.path, &arg.value], "=")));
    Clean::join(&words.iter().collect::<Vec<_>>(), " ")
}

/// Whether a call of the same step is another mode of its program, as an option or a first word tells that the failing
/// call has not: `store --unlock` after `store --put crate`, `store unlock` after `store put crate`.
fn is_other_mode(failing: &Call, other: &Call, step: &Step) -> bool {
    let options = |call: &Call| -> BTreeSet<String> {
        let Some(line) = step::command_line(call) else { return BTreeSet::new() };
        let commands = shell::commands(line);
        let words = command_of(&commands, step).into_iter().flat_map(Command::arguments);
        let options = words.filter(|word| word.starts_with('-') && word.len() > 1);
        options.map(|word| word.split('=').next().unwrap_or(word).to_owned()).collect()
    };
    let first = |call: &Call| -> Option<String> {
        let line = step::command_line(call)?;
        let commands = shell::commands(line);
        let named: BTreeSet<&str> = step.split(' ').collect();
        let mut words = command_of(&commands, step)?.arguments().filter(|word| !named.contains(word));
        words.next().filter(|word| is_bare(word)).map(str::to_owned)
    };
    let is_other = || first(other).is_some() && first(other) != first(failing);
    let objects = |call: &Call| -> BTreeSet<String> {
        operands(call).into_iter().filter(|word| !step.split(' ').any(|named| named == word)).collect()
    };
    (!options(other).is_subset(&options(failing)) || is_other())
        && objects(failing).is_disjoint(&objects(other))
}

/// Programs of a shell line; empty for other tools.
fn acting_programs(call: &Call) -> Vec<String> {
    let Some(line) = step::command_line(call) else { return Vec::new() };
    shell::commands(line).iter().map(|command| command.program().to_owned()).collect()
}

/// The part of a call that acts, verbatim, with its step, and where it runs if the failing call ran elsewhere; `None`
/// for calls that only look.
fn acting_part(failing: &Call, seen: &Seen<'_>, most: usize) -> Option<(Step, Clean)> {
    match step::command_line(seen.call) {
        Some(line) => {
            let commands = shell::commands(line);
            let acts = |done: &&Step| !program::only_looks(done.program());
            let step = seen.steps.iter().find(acts)?;
            let command = command_of(&commands, step)?;
            if program::only_looks(command.program()) {
                return None;
            }
            let mut place = command.place()?;
            if let Some(folder) = moved_to(failing, line, surroundings(&commands, command)) {
                place.start = folder;
            }
            Some((step.clone(), line.part(place)?.cut(most)))
        }
        None => {
            let call =
                seen.call.args.0.first().map_or_else(|| seen.call.tool.clone(), |arg| arg.value.cut(most));
            Some((seen.steps.first()?.clone(), call))
        }
    }
}

/// Where in a line begins what says in which folder a command runs, if the failing call did not say it. A folder told
/// from the root is one person's.
fn moved_to(failing: &Call, line: &Clean, folder: Option<Range<usize>>) -> Option<usize> {
    let folder = folder?;
    let said = line.get(folder.clone())?;
    let is_known = step::command_line(failing).is_some_and(|failing| failing.contains(said));
    let is_own = said.split_whitespace().any(|word| word.starts_with(['/', '~', '$', '"', '\'']));
    (!is_known && !is_own && said.starts_with("cd ")).then_some(folder.start)
}

/// The name of a file without its folder.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// What a call is about: for shell lines the operands of the commands that act, else the argument values.
pub(super) fn operands(call: &Call) -> BTreeSet<String> {
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
    // What the steps are called is no operand.
    let named: BTreeSet<String> = step::of(failing)
        .iter()
        .chain(&step::of(other))
        .flat_map(|step| step.split(' ').map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let but_names = |call: &Call| -> BTreeSet<String> { &operands(call) - &named };
    let (a, b) = (but_names(failing), but_names(other));
    let shared: Vec<&String> = a.intersection(&b).collect();
    let is_object = |word: &&&String| {
        word.contains(['/', '.', '-', '_', ':']) || word.contains(|c: char| c.is_ascii_digit())
    };
    let objects = shared.iter().filter(is_object).count();
    let (fewer, more) = (a.len().min(b.len()), a.len().max(b.len()));
    let (all, shared) = (shared.len() == fewer, shared.len());
    shared > 0 && (all || objects > 0) && shared * 2 >= fewer && shared * 3 >= more
}
