//! What differs between a failing call and a later one of the same step.
//!
//! Owns the decision whether the later call is a second try of the first at all, and the difference: per argument
//! for tools, by stretches of words for shell lines. Everything in it is verbatim from the calls.

use super::Change;
use super::fix::file_name;
use super::program;
use crate::digest::shell::{self, Command};
use crate::digest::step::{self, Step};
use crate::redact::Clean;
use crate::session::Call;
use std::collections::BTreeSet;
use std::ops::Range;

/// Longest list of words or values that is compared.
const COMPARED: usize = 160;

/// Among so many words the script stands that an interpreter runs.
const SCRIPT_AMONG: usize = 3;

/// What differs between two calls of one step, and the working one verbatim; `None` where they have so little in
/// common that the second is no second try of the first. `directly`: nothing but looking around came between.
pub fn between_calls(
    from: &Call,
    to: &Call,
    step: &Step,
    directly: bool,
    most: usize,
) -> Option<(Vec<Change>, Clean)> {
    match (step::command_line(from), step::command_line(to)) {
        (Some(from), Some(to)) => shell_difference(from, to, step, directly, most),
        (None, None) => {
            // Another file is another call, wherever it lies.
            let file = |call| step::file_of(call).map(|path| file_name(&path).to_owned());
            (file(from) == file(to)).then(|| argument_difference(from, to, directly, most)).flatten()
        }
        _ => None,
    }
}

/// The command of a line that a step stands for: the one that begins with the step's words, else the one with
/// its program, else the last that acts.
pub(super) fn command_of<'a>(commands: &'a [Command], step: &Step) -> Option<&'a Command> {
    let words: Vec<&str> = step.split_whitespace().collect();
    let is_program = |command: &&Command| runs(command, step);
    let says = |command: &Command, word: &str| command.arguments().any(|argument| argument == word);
    commands
        .iter()
        .find(|command| is_program(command) && words.iter().skip(1).all(|word| says(command, word)))
        .or_else(|| commands.iter().find(is_program))
        .or_else(|| commands.iter().rev().find(|command| !program::only_looks(command.program())))
        .or_else(|| commands.last())
}

/// Whether a command runs the program or the script that a step begins with.
pub(super) fn runs(command: &Command, step: &Step) -> bool {
    let Some(first) = step.split_whitespace().next() else { return false };
    let is_script = |word: &str| first.contains(['/', '.']) && word.ends_with(first);
    first == command.program()
        || command.unwrapped().iter().take(SCRIPT_AMONG).any(|word| is_script(&word.text))
}

fn shell_difference(
    from: &Clean,
    to: &Clean,
    step: &Step,
    directly: bool,
    most: usize,
) -> Option<(Vec<Change>, Clean)> {
    let (from_commands, to_commands) = (shell::commands(from), shell::commands(to));
    let (a, b) = (command_of(&from_commands, step)?, command_of(&to_commands, step)?);
    let texts = |line: &Clean, command: &Command| -> Vec<String> {
        let stood = command.words.iter().filter_map(|word| line.get(word.place.clone()));
        stood.take(COMPARED).map(str::to_owned).collect()
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
    // What a command is started with may be all that differs.
    let started = |command: &Command| command.wrapping().len();
    let (a_bare, b_bare) =
        (a_words.get(started(a)..).unwrap_or_default(), b_words.get(started(b)..).unwrap_or_default());
    if !is_second_try(&rest(&a_words), &rest(&b_words), directly)
        && !is_second_try(&rest(a_bare), &rest(b_bare), directly)
    {
        return None;
    }
    let mut changes = Vec::new();
    let mut span = b.place()?;
    let (from_folder, to_folder) = (surroundings(&from_commands, a), surroundings(&to_commands, b));
    let text = |line: &Clean, range: &Option<Range<usize>>| range.clone().and_then(|range| line.part(range));
    for (left, right) in differing(&a_words, &b_words) {
        let part = |line: &Clean, command: &Command, words: Range<usize>| {
            let start = command.words.get(words.start)?.place.start;
            let end = command.words.get(words.end.checked_sub(1)?)?.place.end;
            (words.start < words.end).then(|| line.part(start..end)).flatten().map(|part| part.cut(most))
        };
        let change =
            Change { path: Clean::fixed("command"), from: part(from, a, left), to: part(to, b, right) };
        if change.from != change.to {
            changes.push(change);
        }
    }
    // Where a call runs is a part of it. That the second one stays where it is says nothing beside other changes.
    let moved = text(from, &from_folder) != text(to, &to_folder);
    if moved && (changes.is_empty() || to_folder.is_some()) {
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

/// Where in a line the commands stand that say where and with what one of them runs: `cd app && . env/activate && …`.
pub(super) fn surroundings(commands: &[Command], of: &Command) -> Option<Range<usize>> {
    const SETTING: &[&str] = &["cd", "pushd", "source", ".", "export", "module", "nvm", "conda", "workon"];
    let first = of.place()?.start;
    let earlier = commands.iter().take_while(|command| command.place().is_some_and(|at| at.start < first));
    let mut places =
        earlier.filter(|command| SETTING.contains(&command.program())).filter_map(Command::place);
    let start = places.next()?;
    Some(start.start..places.last().map_or(start.end, |last| last.end))
}

/// Whether the second of two calls does what the first was to do: what it does it to stays, or there was nothing. Where
/// all of that differs, only a call that came directly afterwards is a second try, if one word was replaced or one
/// resembles what it replaces.
fn is_second_try(first: &[String], second: &[String], directly: bool) -> bool {
    let operands =
        |words: &[String]| -> Vec<String> { words.iter().filter(|word| !is_option(word)).cloned().collect() };
    let (before, after) = (operands(first), operands(second));
    let kept = |word: &String| after.iter().any(|other| word == other || is_same_file(word, other));
    let resembles = || before.iter().zip(&after).any(|(word, other)| resemble(word, other));
    let replaced = first.iter().zip(second).filter(|(a, b)| a != b).count();
    let one_replaced = first.len() == second.len() && replaced == 1;
    // `store open a` and `store fetch a` do two things.
    let says_another = match (first.first(), second.first()) {
        (Some(a), Some(b)) => a != b && is_bare(a) && is_bare(b) && !resemble(a, b) && !one_replaced,
        _ => false,
    };
    !says_another
        && (before.is_empty()
            || second.is_empty()
            || before.iter().any(kept)
            || directly && (one_replaced || resembles()))
}

/// Whether a word may be the name of what is done, and not of what it is done to.
pub(super) fn is_bare(word: &str) -> bool {
    word.len() > 1 && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') && !word.starts_with('-')
}

/// Whether two words name a file of one name in different folders.
fn is_same_file(a: &str, b: &str) -> bool {
    let name = |word: &'_ str| file_name(word.trim_end_matches('/')).to_owned();
    (a.contains('/') || b.contains('/')) && name(a).len() > 2 && name(a) == name(b)
}

/// An option or an assignment, and not an operand.
pub(super) fn is_option(word: &str) -> bool {
    word.starts_with('-') || shell::is_assignment(word)
}

/// Whether two words are forms of one: equal, one begins with the other's first half, or the same file.
fn resemble(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    if is_same_file(a, b) {
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
