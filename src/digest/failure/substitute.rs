//! Whether another command stands for the failing one, though neither step nor operands are its own.
//!
//! Owns three ways to tell: it does something to the same file, it writes what the failing step then reads, or it is
//! told the same in the same words. Refuses to search a session for it; that is [`super::fix`]'s work.

use super::difference::{command_of, is_bare, runs};
use super::fix::{Seen, does, file_name, operands};
use super::program;
use crate::digest::shell;
use crate::digest::step::{self, Step};
use crate::redact::Clean;
use crate::session::Call;

/// Words in which two programs have to be told the same.
const SAME_WORDS: usize = 2;

/// What a shell line did to the file that a file tool failed at, with the step: `jq .cells a.ipynb` after a reading of
/// `a.ipynb`. A folder with an extension is a file as well, to the programs that know it.
pub(super) fn on_the_same_file(
    failing: &Call,
    other: &Call,
    step: &Step,
    most: usize,
) -> Option<(Step, Clean)> {
    let path = step::file_of(failing)?;
    let names: Vec<&str> = path
        .rsplit(['/', '\\'])
        .enumerate()
        .filter(|(at, name)| *at == 0 || name.rfind('.').is_some_and(|dot| dot > 0))
        .map(|(_, name)| name)
        .collect();
    let is_named = |word: &str| word.split([':', '=', ',']).any(|part| names.contains(&file_name(part)));
    let line = step::command_line(other)?;
    let commands = shell::commands(line);
    let command = commands.iter().find(|command| command.arguments().any(is_named))?;
    let steps = step::of(other);
    let named = steps.into_iter().find(|done| done != step && command_of(&commands, done) == Some(command));
    let program = || command.unwrapped().first().map(|word| Step(word.text.clone()));
    Some((named.filter(|done| runs(command, done)).or_else(program)?, line.part(command.place()?)?.cut(most)))
}

/// What wrote the input of the failing step where it worked, with the whole pipe: `press apple | store -` after
/// `store apple/peel`. Only a program that worked on the same thing, or on the folder it lies in, counts.
pub(super) fn fed_by_another(
    failing: &Seen<'_>,
    seen: &Seen<'_>,
    step: &Step,
    most: usize,
) -> Option<(Step, Clean)> {
    let line = step::command_line(seen.call)?;
    step::command_line(failing.call)?;
    if !does(seen, step) {
        return None;
    }
    let commands = shell::commands(line);
    let reads = commands.iter().position(|command| runs(command, step))?;
    let writes = commands.get(reads.checked_sub(1)?).filter(|command| command.piped)?;
    let is_new = |done: &&Step| {
        !failing.steps.contains(done) && runs(writes, done) && !program::only_looks(writes.program())
    };
    let other = seen.steps.iter().find(is_new)?;
    let here = operands(failing.call);
    let is_about = |word: &str| {
        let inside = |rest: &str| rest.is_empty() || word.contains('/') && rest.starts_with('/');
        word.len() > 1 && here.iter().any(|known| known.strip_prefix(word).is_some_and(inside))
    };
    writes.arguments().any(is_about).then_some(())?;
    let (start, end) = (writes.place()?.start, commands.get(reads)?.place()?.end);
    Some((other.clone(), line.part(start..end)?.cut(most)))
}

/// Whether another program is told the same in the same words, of something else: `press bake -t plum .` after
/// `oven bake -t plum:1 .`.
pub(super) fn asks_the_same(failing: &Call, other: &Call) -> bool {
    let told = |call: &Call| -> Option<(String, Vec<String>)> {
        let commands = shell::commands(step::command_line(call)?);
        let command = commands.iter().find(|command| !matches!(command.program(), "" | "cd"))?;
        let word = |word: &str| if is_said(word) { word.to_owned() } else { String::new() };
        Some((command.program().to_owned(), command.arguments().map(word).collect()))
    };
    let (Some((program, words)), Some((another, others))) = (told(failing), told(other)) else {
        return false;
    };
    program != another
        && words == others
        && words.iter().filter(|word| !word.is_empty()).count() >= SAME_WORDS
        && words.first().is_some_and(|word| is_bare(word))
}

/// Whether a word says what to do: an option, or a plain word.
fn is_said(word: &str) -> bool {
    word.starts_with('-') || is_bare(word)
}
