//! Whether a call keeps what the working call changed.
//!
//! A change is a sign only as far as it tells the two calls apart: what the failing call had and the working one has
//! not, and the other way round. Forms of values come before values: where a `certificate_<num>` became a
//! `credit_card_<num>`, any certificate is the mistake again; where one amount became another, only that amount is.

use super::{Mistake, Remedy};
use crate::digest::failure::Change;
use crate::digest::failure::mask::masked;
use crate::digest::shell;
use crate::digest::step::{self, Line, Step};
use crate::session::Call;

/// Programs that only say where and with what the next command runs.
const SETTING: &[&str] = &["cd", "pushd", "source", ".", "export", "module", "nvm", "conda", "workon"];

/// What a call does with one change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// It is as in the failing call.
    Kept,
    /// It is as in the working call.
    Changed,
    /// Neither, or both.
    Neither,
}

/// What `answered`, a call of the failing step, does with one change.
pub(super) fn sign(change: &Change, answered: &Call, mistake: &Mistake, remedy: &Remedy) -> Sign {
    let pieces = Pieces::of(change, mistake);
    let (failed, worked, answer) = (
        pieces.places(&mistake.call, mistake),
        pieces.places(&remedy.call, mistake),
        pieces.places(answered, mistake),
    );
    for form in [masked as fn(&str) -> String, plain] {
        let told = |piece: &Option<Vec<String>>| -> Option<Vec<String>> {
            piece.as_ref().map(|words| words.iter().map(|word| form(word)).collect())
        };
        let has = |words: &[String], piece: &[String]| {
            let words: Vec<String> = words.iter().map(|word| form(word)).collect();
            !piece.is_empty() && words.windows(piece.len()).any(|window| window == piece)
        };
        let (from, to) = (told(&pieces.from), told(&pieces.to));
        let from = from.filter(|from| !has(&worked, from));
        let to = to.filter(|to| !has(&failed, to));
        let sign = match (&from, &to) {
            (None, None) => continue,
            (Some(from), Some(to)) => (has(&answer, from), has(&answer, to)),
            (Some(from), None) => (has(&answer, from), !has(&answer, from)),
            // Who leaves out what was added makes the mistake again, unless it is a value among other values.
            (None, Some(to)) => {
                let lacks = !has(&answer, to) && (pieces.in_a_line || sorted(&answer) == sorted(&failed));
                (lacks, has(&answer, to))
            }
        };
        return match sign {
            (true, false) => Sign::Kept,
            (false, true) => Sign::Changed,
            _ => Sign::Neither,
        };
    }
    Sign::Neither
}

/// A change as words that are looked for among words.
struct Pieces {
    path: String,
    from: Option<Vec<String>>,
    to: Option<Vec<String>>,
    /// It is a part of a shell line.
    in_a_line: bool,
    /// It says where the command runs.
    sets: bool,
}

impl Pieces {
    fn of(change: &Change, mistake: &Mistake) -> Pieces {
        let in_a_line = step::command_line(&mistake.call).is_some();
        let words = |text: &crate::redact::Clean| -> Vec<String> {
            match in_a_line {
                true => all_words(&shell::commands(text)),
                false => vec![text.to_string()],
            }
        };
        let (from, to) = (change.from.as_ref().map(words), change.to.as_ref().map(words));
        let sets = |words: &Option<Vec<String>>| {
            words
                .as_ref()
                .and_then(|words| words.first())
                .is_some_and(|word| SETTING.contains(&word.as_str()))
        };
        Pieces { path: change.path.to_string(), sets: sets(&from) || sets(&to), from, to, in_a_line }
    }

    /// Where in a call the change is looked for.
    fn places(&self, call: &Call, mistake: &Mistake) -> Vec<String> {
        match (self.in_a_line, self.sets) {
            (true, true) => surroundings(call),
            (true, false) => words(call, &mistake.step),
            (false, _) => {
                let here = call.args.0.iter().filter(|arg| *arg.path == *self.path);
                here.map(|arg| arg.value.to_string()).collect()
            }
        }
    }
}

/// The words of the command of a shell line that does a step; empty where none does.
pub(super) fn words(call: &Call, step: &Step) -> Vec<String> {
    let Some(line) = step::command_line(call) else { return Vec::new() };
    let commands = shell::commands(line);
    let is_it = |command: &&shell::Command| {
        let text = command.place().and_then(|place| line.part(place));
        text.is_some_and(|text| Line::read(&text).words_of(step, true).is_some())
    };
    commands.iter().find(is_it).map(|command| all_words(std::slice::from_ref(command))).unwrap_or_default()
}

/// The words of the commands of a shell line that say where and with what the others run.
pub(super) fn surroundings(call: &Call) -> Vec<String> {
    let Some(line) = step::command_line(call) else { return Vec::new() };
    let mut commands = shell::commands(line);
    commands.retain(|command| SETTING.contains(&command.program()));
    all_words(&commands)
}

fn all_words(commands: &[shell::Command]) -> Vec<String> {
    commands.iter().flat_map(|command| command.words.iter().map(|word| word.text.to_string())).collect()
}

fn sorted(words: &[String]) -> Vec<String> {
    let mut words: Vec<String> = words.iter().map(|word| plain(word)).collect();
    words.sort();
    words
}

/// A value as it is told apart from others: `12.0` is 12, and quotes are none of it. A number that begins with a zero is
/// a name.
pub(super) fn plain(value: &str) -> String {
    let bare = value.trim().trim_matches('"');
    let is_name = bare.starts_with('0') && bare.len() > 1 && !bare.starts_with("0.");
    let number = bare.parse::<f64>().ok().filter(|number| number.is_finite() && !is_name && bare.len() < 16);
    number.map_or_else(|| bare.to_owned(), |number| number.to_string())
}
