//! What a call that a model names amounts to, beside the call that failed and the one that worked.
//!
//! Calls are compared as digests compare them: by their steps, and where the step is the same by what the working call
//! changed ([`signs`]). Values that differ from session to session are compared by their form first, so that another
//! gift card is still a gift card. Refuses to guess: a call that is neither the one nor the other is something else.

mod signs;

use super::moment::{Mistake, Prepared, Remedy};
use crate::digest::failure::mask::masked;
use crate::digest::shell;
use crate::digest::step::{self, Line, Step};
use crate::session::Call;
use serde::Serialize;
use signs::{Sign, sign};

/// What an answer amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// It makes the mistake again.
    Repeats,
    /// It does what worked, or takes the first step towards it.
    DoesWhatWorked,
    /// Neither.
    SomethingElse,
    /// It names no call that there is.
    Unusable,
}

/// Compares a call with what went wrong and what worked.
pub fn judge(answered: &Call, mistake: &Mistake) -> Act {
    let remedy = mistake.remedy.as_ref();
    let first = |remedy: &Remedy| remedy.first.iter().any(|first| is_done(first, answered, mistake));
    if remedy.is_some_and(first) {
        return Act::DoesWhatWorked;
    }
    if is_same(answered, &mistake.call, &mistake.step) {
        return Act::Repeats;
    }
    if remedy.is_some_and(|remedy| is_same(answered, &remedy.call, &remedy.step)) {
        return Act::DoesWhatWorked;
    }
    if !does(answered, &mistake.step) || is_of_another_file(answered, mistake) {
        let instead = |remedy: &Remedy| remedy.step != mistake.step && does(answered, &remedy.step);
        return if remedy.is_some_and(instead) { Act::DoesWhatWorked } else { Act::SomethingElse };
    }
    match remedy.filter(|remedy| !remedy.guessed) {
        Some(remedy) if remedy.step == mistake.step && !remedy.changes.is_empty() => {
            by_signs(answered, mistake, remedy)
        }
        // Without what has to come first, or in place of what works, it fails with any arguments.
        Some(_) => Act::Repeats,
        None if shape(answered, &mistake.step) == shape(&mistake.call, &mistake.step) => Act::Repeats,
        None => Act::SomethingElse,
    }
}

/// Compares two calls of one step by what the working one changed.
fn by_signs(answered: &Call, mistake: &Mistake, remedy: &Remedy) -> Act {
    let signs: Vec<Sign> =
        remedy.changes.iter().map(|change| sign(change, answered, mistake, remedy)).collect();
    match (signs.contains(&Sign::Kept), signs.contains(&Sign::Changed)) {
        (true, false) => Act::Repeats,
        (false, true) => Act::DoesWhatWorked,
        _ => Act::SomethingElse,
    }
}

/// Whether a call does this step, or a form of it.
fn does(call: &Call, step: &Step) -> bool {
    let named = || step::of(call).iter().any(|done| done.is_form_of(step));
    named() || step::command_line(call).is_some_and(|line| Line::read(line).words_of(step, true).is_some())
}

/// Whether a call is one that had to come first. Where that is another mode of the failing program, its words tell.
fn is_done(first: &Prepared, answered: &Call, mistake: &Mistake) -> bool {
    let words = |line: &crate::redact::Clean| -> Vec<String> {
        shell::commands(line)
            .iter()
            .flat_map(|command| command.words.iter().map(|word| masked(&word.text)))
            .collect()
    };
    does(answered, &first.step)
        && (first.step != mistake.step
            || step::command_line(answered)
                .is_some_and(|_| words(&first.call) == told(answered, &first.step, masked)))
}

/// Whether a call to a tool for files is about another file than the failing one, where that is not what worked.
fn is_of_another_file(answered: &Call, mistake: &Mistake) -> bool {
    let Some(file) = step::file_of(&mistake.call) else { return false };
    let name = |path: &str| path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    let changes = mistake.remedy.iter().flat_map(|remedy| &remedy.changes);
    let moved = changes.into_iter().any(|change| change.from.as_ref() == Some(&file));
    !moved && step::file_of(answered).is_none_or(|other| name(&other) != name(&file))
}

/// Whether two calls are one: the same arguments, or the same words of the command that does the step, in the same
/// place and surroundings.
fn is_same(a: &Call, b: &Call, step: &Step) -> bool {
    match (step::command_line(a), step::command_line(b)) {
        (Some(_), Some(_)) => {
            let plain = |word: &str| word.to_owned();
            let (told_a, told_b) = (told(a, step, plain), told(b, step, plain));
            !told_a.is_empty() && told_a == told_b && signs::surroundings(a) == signs::surroundings(b)
        }
        (None, None) => a.tool == b.tool && arguments(a, signs::plain) == arguments(b, signs::plain),
        _ => false,
    }
}

/// A call without what differs from session to session.
fn shape(call: &Call, step: &Step) -> Vec<String> {
    match step::command_line(call) {
        Some(_) => told(call, step, masked),
        None => arguments(call, masked),
    }
}

/// The words of the command of a shell line that does a step.
fn told(call: &Call, step: &Step, as_told: impl Fn(&str) -> String) -> Vec<String> {
    signs::words(call, step).iter().map(|word| as_told(word)).collect()
}

/// Arguments with their places, in an order of their own: objects have none, and which of two passengers comes first
/// is nobody's mistake.
fn arguments(call: &Call, as_told: impl Fn(&str) -> String) -> Vec<String> {
    let mut arguments: Vec<String> =
        call.args.0.iter().map(|arg| format!("{}={}", arg.path, as_told(&arg.value))).collect();
    arguments.sort();
    arguments
}

#[cfg(test)]
mod tests;
