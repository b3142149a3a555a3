//! Whether another command stands for the failing one, though neither step nor operands are its own.
//!
//! Owns four ways to tell: it does something to the same file, or to the one that took an absent file's place, it writes what the failing step then reads, or it is
//! told the same in the same words. Refuses to search a session for it; that is [`super::fix`]'s work.

use super::clarity::{Clarity, clarity};
use super::difference::{command_of, is_bare, runs};
use super::fix::{Seen, does, file_name, operands};
use super::{program, salient};
use crate::digest::shell;
use crate::digest::step::{self, Step};
use crate::redact::Clean;
use crate::session::Call;

/// Fewest letters by which a file is known whatever its folder and extension, bytes.
const SHORTEST_STEM: usize = 4;

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
    named_part(other, step, most, is_named)
}

/// What a shell line did to a file of the same name in another place or form, where the failing line said of its file
/// that it is not there: `jq .a jam/list.json` after `cat jam/old/list.txt`. That an output is about a file alone tells
/// that, in any language.
pub(super) fn on_its_namesake(
    failing: &Call,
    other: &Call,
    step: &Step,
    most: usize,
) -> Option<(Step, Clean)> {
    let line = step::command_line(failing)?;
    let commands = shell::commands(line);
    let words = commands.iter().flat_map(shell::Command::arguments);
    let absent =
        words.filter(|word| stem(word).is_some()).find(|word| is_all_about(&failing.output, word))?;
    let is_namesake = |word: &str| word != absent && stem(word) == stem(absent);
    named_part(other, step, most, is_namesake)
}

/// Whether an output is one line, that names a file.
fn is_all_about(output: &str, file: &str) -> bool {
    let mut lines = salient::lines(output).into_iter().filter_map(|place| output.get(place));
    let mut telling = lines.by_ref().filter(|line| clarity(line) > Clarity::Boilerplate);
    telling.next().is_some_and(|line| line.contains(file)) && telling.next().is_none()
}

/// The name of a file without folder and extension; `None` for what is no file's name, or for one too short to be known
/// by.
fn stem(word: &str) -> Option<&str> {
    let (stem, extension) = file_name(word).split_once('.')?;
    let is_name = |text: &str| text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    (stem.len() >= SHORTEST_STEM && is_name(stem) && !extension.is_empty() && is_name(extension))
        .then_some(stem)
}

/// The first command of a shell line with such an argument, with its step.
fn named_part(
    other: &Call,
    step: &Step,
    most: usize,
    is_named: impl Fn(&str) -> bool,
) -> Option<(Step, Clean)> {
    let line = step::command_line(other)?;
    let commands = shell::commands(line);
    let command = commands.iter().find(|command| command.arguments().any(&is_named))?;
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
