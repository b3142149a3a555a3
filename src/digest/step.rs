//! What a call did, without its arguments: the alphabet of workflows.
//!
//! `git push origin main` is the step `git push`; an edit of `src/a.rs` is `edit *.rs`; an API tool is its own
//! name. One shell line can be several steps (`cd x && cargo test | tail` is `cargo test`). [`super::shell`]
//! splits a line, [`command`] names each part of it, [`mod@file`] names what touches files, [`programs`] holds what is
//! known about common programs, [`mod@line`] finds a step in a line again. Refuses to judge whether a step was worth
//! doing: that is the miners' work.

mod command;
mod file;
mod line;
// Tables read best packed by hand.
#[rustfmt::skip]
mod programs;

use super::failure;
use super::shell::Joined;
use crate::redact::Clean;
use crate::session::{Body, Call, Session, Status};
use command::{Part, Strength};
pub use line::Line;
use programs as known;
use serde::{Deserialize, Serialize};

/// Longest part of a shell line that is read, bytes.
const LONGEST_LINE: usize = 16 * 1024;
/// How much of an output's end and start is searched for the name of the program that failed, bytes.
const SEARCHED_OUTPUT: usize = 4096;

/// What a call did, without its arguments.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Step(pub Clean);

impl std::ops::Deref for Step {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Step {
    /// Its first word: the program of a command, the name of a tool.
    pub fn program(&self) -> &str {
        self.split(' ').next().unwrap_or_default()
    }

    /// Whether it is that step, or that step in finer words: `rio cogeo create` is a form of `rio cogeo`.
    pub fn is_form_of(&self, step: &Step) -> bool {
        self.strip_prefix(&**step).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    }
}

/// The steps that one call is, in order; none for a call that leaves no trace (`cd`, `echo`, a to-do list).
/// Where a shell line does work, its looking around (`ls`, `grep`) is left out.
pub fn of(call: &Call) -> Vec<Step> {
    let mut steps: Vec<Step> = telling_parts(call).into_iter().map(|part| Step(part.step)).collect();
    steps.dedup();
    steps
}

/// [`of`] in the finest words.
pub fn forms_of(call: &Call) -> Vec<Form> {
    telling_parts(call).iter().map(Form::of).collect()
}

/// The parts of a call that say most of what it did.
fn telling_parts(call: &Call) -> Vec<Part> {
    let mut parts = parts(call);
    parts.retain(|part| !speaks_of_git_dream(&part.step));
    let strongest = parts.iter().map(|part| part.strength).max().unwrap_or(Strength::Silent);
    parts.retain(|part| part.strength == strongest && strongest != Strength::Silent);
    if strongest == Strength::Looking {
        // `cat a | grep b | head` looks once.
        parts.truncate(1);
    }
    parts
}

/// The step of a failing call that the failure belongs to: for a shell line of several, the part that failed.
/// That is the part whose program the output names, else the last one that does work.
pub fn failing(call: &Call) -> Step {
    let mut parts = parts(call);
    if parts.len() > 1 {
        if let Some(named) = parts.iter().rposition(|part| names_program(&call.output, &part.program)) {
            return Step(parts.swap_remove(named).step);
        }
        // In a pipe only the first command does the work.
        let strongest = parts.iter().map(|part| part.strength).max();
        let at =
            parts.iter().rposition(|part| Some(part.strength) == strongest && part.joined != Joined::Pipe);
        if let Some(at) = at.or(parts.len().checked_sub(1)) {
            return Step(parts.swap_remove(at).step);
        }
    }
    parts.pop().map_or_else(|| Step(call.tool.clone()), |part| Step(part.step))
}

/// Whether a line of the output begins with the program's name, or the shell says that it is missing:
/// `cat: x: No such file or directory`, `bash: line 1: zeta: command not found`, `npm ERR! …`.
fn names_program(output: &Clean, program: &str) -> bool {
    let start = output.len().saturating_sub(SEARCHED_OUTPUT);
    let tail = (start..output.len()).find_map(|at| output.get(at..)).unwrap_or("");
    let head = output.cut(SEARCHED_OUTPUT);
    let speaks = |line: &str| {
        line.strip_prefix(program).is_some_and(|rest| rest.starts_with(": ") || rest.starts_with(" ERR!"))
            || line.split(": ").any(|part| part == program)
    };
    program.len() > 1 && tail.lines().chain(head.lines()).any(speaks)
}

/// The command line of a call to a shell tool; of `["bash", "-lc", "…"]`, the line inside.
pub fn command_line(call: &Call) -> Option<&Clean> {
    if !is_shell(call) {
        return None;
    }
    let words = argument_words(call);
    match words.as_slice() {
        [] => known::COMMAND_ARGUMENTS.iter().find_map(|path| call.args.get(path)),
        [one] => Some(*one),
        [shell, flag, line, ..] if known::has(known::SHELLS, file::base(shell)) && flag.ends_with('c') => {
            Some(*line)
        }
        _ => None,
    }
}

/// Whether a call changes something outside the conversation, as far as its name and arguments say.
pub fn changes_something(call: &Call) -> bool {
    parts(call).iter().any(|part| part.changes)
}

/// Whether a step checks the work: a test, a build, a lint.
pub fn is_verification(step: &Step) -> bool {
    is_verification_text(step)
}

fn is_verification_text(step: &str) -> bool {
    if step.starts_with("edit ") || step.starts_with("read ") {
        return false;
    }
    // An API tool's name (`check_balance`) is a word of its own: only the plainest words count there.
    if !step.contains(' ') && step.contains('_') {
        return step.split('_').any(|word| known::has(&["test", "tests", "lint", "build"], word));
    }
    let tells = |word: &str| known::has(known::CHECKING, word);
    step.split([' ', '/']).any(|word| tells(word) || word.split([':', '.', '-', '_']).any(tells))
}

/// Whether a step is a check that shows how the work went: a test or a build, no lint.
pub fn is_test(step: &Step) -> bool {
    let lints = |word: &str| known::has(known::LINTING, word);
    let words = || step.split([' ', '/']);
    is_verification(step) && !words().any(|word| lints(word) || word.split([':', '.', '-', '_']).any(lints))
}

/// Whether a step changes files.
pub fn is_edit(step: &Step) -> bool {
    step.starts_with("edit ")
}

/// Whether a step changes some file of a sort (`edit *.rs`), and not one that has a name.
pub fn is_edit_of_a_sort(step: &Step) -> bool {
    step.starts_with("edit *.") || &**step == "edit file"
}

/// Whether a step only asks or compares, by its name: its failing is an answer.
pub fn is_question(step: &Step) -> bool {
    const ANSWERED: &[&str] = &["diff", "cmp", "compare", "lint", "check", "verify", "validate"];
    let parts = step.split([' ', '/', '-', '_', '.', ':']);
    let asks = |part: &str| ANSWERED.iter().any(|word| part.starts_with(word) || part.ends_with(word));
    command::is_asking(step) || parts.into_iter().any(asks)
}

/// Whether a step is one that work of any kind consists of: reading a file, changing a file, checking the work.
pub fn is_daily_work(step: &Step) -> bool {
    step.starts_with("read ") || is_edit(step) || is_verification(step)
}

/// Whether a step only looks around in files (`ls`, `grep`, a search tool): it belongs to no workflow.
pub fn is_look_around(step: &Step) -> bool {
    known::has(known::LOOKING, step) || known::has(known::SEARCHERS, &step.to_ascii_lowercase())
}

/// The file that a call to a tool for files reads or edits; of a patch, its first.
pub fn file_of(call: &Call) -> Option<Clean> {
    let tool = call.tool.to_ascii_lowercase();
    if known::has(known::PATCHERS, &tool) {
        return call.args.0.iter().find_map(|arg| file::patched_paths(&arg.value).next());
    }
    let handles =
        [known::EDITORS, known::TEXT_EDITORS, known::READERS].iter().any(|names| known::has(names, &tool));
    known::PATH_ARGUMENTS.iter().find_map(|path| call.args.get(path)).filter(|_| handles).cloned()
}

/// Whether a step runs git-dream or asks its server. What it says comes out of the memory, so neither what it is asked
/// nor what it answers is anything that an agent did.
pub fn is_git_dream(step: &Step) -> bool {
    speaks_of_git_dream(step)
}

fn speaks_of_git_dream(step: &str) -> bool {
    let program = step.split(' ').next().unwrap_or_default();
    let is_command =
        step.strip_prefix("git dream").is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
    is_command || program.contains("git-dream") || program.contains("git_dream")
}

/// Whether a step reads, edits or searches files, by its name.
pub fn handles_files(step: &Step) -> bool {
    let verb = step.split(' ').next().unwrap_or_default().to_ascii_lowercase();
    let tools = [known::EDITORS, known::TEXT_EDITORS, known::READERS, known::SEARCHERS, known::PATCHERS];
    tools.iter().any(|names| known::has(names, &verb))
}

/// A step in the finest words: with what may be one more sub-command (`create` of `rio cogeo create`) or a mode (`-n` of
/// `snakemake -n`). Whether one of them makes it a step of its own or is just an argument, only many sessions tell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Form(Clean);

impl Form {
    /// Between the step and its details; no step has one in it.
    const SEAM: char = '\t';

    fn of(part: &Part) -> Form {
        let words: Vec<&Clean> = std::iter::once(&part.step).chain(&part.details).collect();
        Form(Clean::join(&words, "\t"))
    }

    /// What was written down for a form earlier.
    pub(crate) fn written(text: Clean) -> Form {
        Form(text)
    }

    /// As it is written down.
    pub(crate) fn as_clean(&self) -> &Clean {
        &self.0
    }

    /// The step.
    pub fn step(&self) -> Step {
        let end = self.0.find(Self::SEAM).unwrap_or(self.0.len());
        Step(self.0.part(0..end).unwrap_or_default())
    }

    /// The words that may make it a step of its own, in their order.
    pub fn details(&self) -> impl Iterator<Item = &str> {
        self.0.split(Self::SEAM).skip(1)
    }

    /// The step with one of its details: `rio cogeo create`; of an edit, what it was made by: `sed -i *.yaml`.
    pub fn with(&self, detail: &str) -> Step {
        let place = self.details().position(|known| known == detail);
        let start = |at: usize| self.0.match_indices(Self::SEAM).nth(at).map(|(start, _)| start + 1);
        let word = place.and_then(start).and_then(|start| self.0.part(start..start + detail.len()));
        let step = self.step();
        let Some(word) = word else { return step };
        match step.strip_prefix("edit ").and_then(|file| step.0.part(step.len() - file.len()..step.len())) {
            Some(file) => Step(Clean::join(&[&word, &file], " ")),
            None => Step(Clean::join(&[&step.0, &word], " ")),
        }
    }
}

/// Whether the second word of a step may as well be an argument, as far as its words tell.
pub fn may_be_argument(step: &Step) -> bool {
    command::may_be_argument(step)
}

/// What the agent did, in order: only calls that came back and did not fail, looking around left out,
/// immediate repetitions collapsed, at most `most` steps. In the finest words; [`steps`] leaves those out.
pub fn sequence(session: &Session, most: usize) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    for event in &session.events {
        let Body::Call(call) = &event.body else { continue };
        if call.status != Status::Returned || failure::has_failed(call) {
            continue;
        }
        for part in telling_parts(call) {
            if forms.len() >= most {
                return forms;
            }
            let form = Form::of(&part);
            if forms.last() != Some(&form) && !is_look_around(&Step(part.step)) {
                forms.push(form);
            }
        }
    }
    forms
}

/// The steps that these are forms of, immediate repetitions collapsed.
pub fn steps(forms: &[Form]) -> Vec<Step> {
    let mut steps: Vec<Step> = forms.iter().map(Form::step).collect();
    steps.dedup();
    steps
}

/// What a call consists of: the commands of its shell line, or the one thing its tool does.
fn parts(call: &Call) -> Vec<Part> {
    if let Some(line) = command_line(call) {
        return command::parts(&line.cut(LONGEST_LINE));
    }
    if is_shell(call) {
        let words = argument_words(call);
        if !words.is_empty() {
            return command::parts_of_words(words.into_iter().cloned().collect());
        }
    }
    let tool = call.tool.to_ascii_lowercase();
    let part = |step: Clean, strength: Strength, changes: bool| Part {
        step,
        details: Vec::new(),
        program: call.tool.clone(),
        strength,
        words: Vec::new(),
        joined: Joined::Next,
        changes,
    };
    let path = known::PATH_ARGUMENTS.iter().find_map(|path| call.args.get(path));
    if known::has(known::PATCHERS, &tool) {
        let longest = call.args.0.iter().map(|arg| &arg.value).max_by_key(|value| value.len());
        let steps = longest.map_or_else(Vec::new, file::patched);
        return steps.into_iter().map(|step| part(step, Strength::Working, true)).collect();
    }
    if known::has(known::INTERNAL, &tool) {
        return vec![part(call.tool.clone(), Strength::Silent, false)];
    }
    let views = || call.args.get("command").is_some_and(|command| &**command == "view");
    let edits = known::has(known::EDITORS, &tool) || known::has(known::TEXT_EDITORS, &tool) && !views();
    let reads = known::has(known::READERS, &tool) || known::has(known::TEXT_EDITORS, &tool) && views();
    match path {
        Some(path) if edits => return vec![part(file::edit(path), Strength::Working, true)],
        Some(path) if reads => return vec![part(file::read(path), Strength::Working, false)],
        _ => {}
    }
    if known::has(known::SEARCHERS, &tool) || reads {
        return vec![part(call.tool.clone(), Strength::Looking, false)];
    }
    vec![part(call.tool.clone(), Strength::Working, !asks(&tool))]
}

fn is_shell(call: &Call) -> bool {
    known::has(known::SHELL_TOOLS, &call.tool.to_ascii_lowercase())
}

/// The words of a command given as a list.
fn argument_words(call: &Call) -> Vec<&Clean> {
    let listed =
        |path: &str| path.strip_suffix("[]").is_some_and(|path| known::has(known::COMMAND_ARGUMENTS, path));
    call.args.0.iter().filter(|arg| listed(&arg.path)).map(|arg| &arg.value).collect()
}

/// Whether a tool's name says that it only asks: `get_user_details`, `mcp__tracker__list_issues`.
fn asks(tool: &str) -> bool {
    let name = tool.rsplit("__").next().unwrap_or(tool);
    let name = name.rsplit('.').next().unwrap_or(name);
    let verb = name.split(['_', '-']).next().unwrap_or(name);
    known::has(known::ASKING, verb)
        || known::has(&["webfetch", "websearch", "web_search", "task", "agent"], tool)
}

#[cfg(test)]
mod tests;
