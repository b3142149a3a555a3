//! Names the step that one shell command is.
//!
//! Owns the rule for what of a command's words belongs to the step: the program, without its path and what
//! wraps it, and its sub-command. Refuses arguments: two pushes to different branches are the same step.
//!
//! The rule for a sub-command: the first word that is no flag and no flag's value, if it could be one — a
//! lower-case word without path, dot, `=` or digit — unless the program is known to take operands only. So
//! tools that nobody has heard of get sub-commands too.

use super::file;
use super::programs as known;
use crate::digest::shell::{self, Command, Joined, Word, is_assignment};
use crate::redact::Clean;

/// Deepest nesting of lines in lines (`bash -c "sh -c …"`) that is followed.
const DEEPEST: usize = 4;
/// Longest sub-command or task name, bytes.
const LONGEST_NAME: usize = 40;
/// Most words of a command that may tell its mode.
const MOST_DETAILS: usize = 4;

/// How much a command says about the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// Nothing: `cd`, `echo`.
    Silent,
    /// It looked at something: `ls`, `grep`.
    Looking,
    /// It is work.
    Working,
}

/// One command of a line and the step it is.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// The step's text.
    pub(super) step: Clean,
    /// What may be one more sub-command, or a mode of the command (a flag, a file): what only many sessions can tell
    /// from an argument.
    pub(super) details: Vec<Clean>,
    /// The program alone, for recognising its error messages.
    pub(super) program: Clean,
    /// How much it says about the work.
    pub(super) strength: Strength,
    /// Its words, with what wraps it (`uv run`, `sudo`, `DEBUG=1`) and the file that its output goes to.
    pub(super) words: Vec<Clean>,
    /// What joins it to the command before.
    pub(super) joined: Joined,
    /// It changes something outside the conversation, as far as its name says.
    pub(super) changes: bool,
}

/// The parts of a shell line, silent ones included.
pub(super) fn parts(line: &Clean) -> Vec<Part> {
    let mut parts = Vec::new();
    read_line(line, 0, &mut parts);
    parts
}

fn read_line(line: &Clean, depth: usize, parts: &mut Vec<Part>) {
    for command in shell::commands(line) {
        read_command(&command, depth, parts);
    }
}

/// The parts of a command that is given as words, as some tools have it: `["git", "status"]`.
pub(super) fn parts_of_words(words: Vec<Clean>) -> Vec<Part> {
    let words = words.into_iter().map(|text| Word { text, literal: true, place: 0..0 }).collect();
    let command = Command { words, ..Command::default() };
    let mut parts = Vec::new();
    read_command(&command, 0, &mut parts);
    parts
}

fn read_command(command: &Command, depth: usize, parts: &mut Vec<Part>) {
    let words = command.unwrapped();
    let Some(first) = words.first() else {
        // `> file` alone, or assignments alone.
        return;
    };
    let program = file::name_of_program(&first.text);
    let mut push = |step: Clean, strength: Strength, changes: bool| {
        let program = program.clone();
        let mut words: Vec<Clean> = command.words.iter().map(|word| word.text.clone()).collect();
        for file in command.output.iter().filter(|file| !file.text.starts_with("/dev/")) {
            words.extend([Clean::fixed(">"), file.text.clone()]);
        }
        parts.push(Part {
            step,
            details: Vec::new(),
            program,
            strength,
            words,
            joined: command.joined,
            changes,
        });
    };
    if program.is_empty() || !first.literal || known::has(known::HEADERS, &program) {
        return;
    }
    if let Some(patch) = patch(command, words) {
        for step in file::patched(patch) {
            push(step, Strength::Working, true);
        }
        return;
    }
    if known::has(known::SHELLS, &program) {
        match inner_line(command, words) {
            Inner::Line(line) if depth < DEEPEST => return read_line(&line, depth + 1, parts),
            Inner::Script(at) => return push(file::script(&words[at].text), Strength::Working, true),
            _ => return push(program.clone(), Strength::Working, true),
        }
    }
    let scripted = edits_in_place(&program, words);
    let quiet = known::has(known::SILENT, &program) || known::has(known::LOOKING, &program) || scripted;
    if let Some(written) = quiet.then(|| written_file(command, &program, words)).flatten() {
        push(file::edit(written), Strength::Working, true);
        // An edit by a script is the same in every session; one by hand is not.
        if let Some(part) = parts.last_mut().filter(|_| scripted) {
            part.details = vec![Clean::join(&[&program, &Clean::fixed("-i")], " ")];
        }
        return;
    }
    if known::has(known::SILENT, &program) {
        return push(program.clone(), Strength::Silent, false);
    }
    if known::has(known::LOOKING, &program) {
        let shown = known::has(known::SHOWING, &program) || (&*program == "sed");
        let step = if shown { read_operand(words).map(file::read) } else { None };
        return push(step.unwrap_or_else(|| program.clone()), Strength::Looking, false);
    }
    let Name { step, open } = name(&program, words);
    let changes = !is_asking(&step) && !super::is_verification_text(&step);
    push(step, Strength::Working, changes);
    if let Some(part) = parts.last_mut() {
        part.details = open.map_or_else(Vec::new, |from| details(words, from));
    }
}

/// What a shell was started for.
enum Inner {
    /// To run this line.
    Line(Clean),
    /// To run the script at this place among its words.
    Script(usize),
    /// To talk.
    Nothing,
}

fn inner_line(command: &Command, words: &[Word]) -> Inner {
    for (at, word) in words.iter().enumerate().skip(1) {
        let text = word.text.as_str();
        let runs_next = text.eq_ignore_ascii_case("/c")
            || text.eq_ignore_ascii_case("-command")
            || (text.starts_with('-') && !text.starts_with("--") && text.ends_with('c'));
        if runs_next {
            return words.get(at + 1).map_or(Inner::Nothing, |line| Inner::Line(line.text.clone()));
        }
        if !text.starts_with('-') {
            return Inner::Script(at);
        }
    }
    command.document.clone().map_or(Inner::Nothing, Inner::Line)
}

/// The patch that `apply_patch` was given, as an argument or on its input.
fn patch<'a>(command: &'a Command, words: &'a [Word]) -> Option<&'a Clean> {
    let applies = known::has(&["apply_patch", "applypatch"], &words.first()?.text);
    let patch = words.get(1).map(|word| &word.text).or(command.document.as_ref());
    patch.filter(|_| applies)
}

/// The file that a command which by itself does nothing writes: `cat > a.rs <<EOF`, `sed -i … a.rs`, `tee a.rs`.
fn written_file<'a>(command: &'a Command, program: &str, words: &'a [Word]) -> Option<&'a Clean> {
    let written = match program {
        _ if edits_in_place(program, words) => words.last().map(|word| &word.text),
        "tee" | "sponge" => words.iter().skip(1).map(|word| &word.text).find(|text| !text.starts_with('-')),
        _ => command.output.last().map(|word| &word.text),
    };
    written.filter(|path| !file::is_scratch(path))
}

/// Whether a command changes the file that it is given: `sed -i`, `perl -pi -e`, `yq --in-place`.
fn edits_in_place(program: &str, words: &[Word]) -> bool {
    let is_script = known::has(&["perl", "ruby"], program);
    let says = |word: &Word| {
        let text = word.text.as_str();
        let flags = text.strip_prefix('-').filter(|flags| !flags.starts_with('-'));
        match is_script {
            // `-pi`, `-i.bak`, `-ni`: what follows the letter is the ending of a copy.
            true => flags.and_then(|flags| flags.split_once('i')).is_some_and(|(before, after)| {
                before.bytes().all(|b| b"pnal0".contains(&b))
                    && (after.is_empty() || after.starts_with(['.', 'e']))
            }),
            false => text.starts_with("-i") || matches!(text, "--in-place" | "--inplace"),
        }
    };
    (is_script || known::has(known::EDITING, program)) && words.iter().skip(1).any(says)
}

/// The file that a showing command shows: its last operand that looks like one.
fn read_operand(words: &[Word]) -> Option<&Clean> {
    let last = words.iter().skip(1).map(|word| &word.text).rfind(|text| !text.starts_with('-'))?;
    file::looks_like_path(last).then_some(last)
}

/// What a command is called.
struct Name {
    step: Clean,
    /// Where among the words a sub-command may stand that no rule is sure of; `None` where all is said.
    open: Option<usize>,
}

/// The step's name: program and sub-command, or the script.
fn name(program: &Clean, words: &[Word]) -> Name {
    let closed = |step: Clean| Name { step, open: None };
    if known::has(known::INTERPRETERS, program) {
        let operand =
            words.get(1).filter(|word| !word.text.starts_with('-') && file::looks_like_path(&word.text));
        if let Some(script) = operand {
            return script_with_task(&script.text, words, 2);
        }
        if !known::has(&["bun", "deno", "dotnet-script"], program) {
            return closed(program.clone());
        }
    }
    if file::is_script(&words[0].text) {
        return script_with_task(&words[0].text, words, 1);
    }
    if known::has(known::WITHOUT_SUBCOMMANDS, program) {
        return closed(program.clone());
    }
    let task = known::has(known::TASK_RUNNERS, program);
    let Some(at) = subcommand(program, words, 1, task) else {
        return Name { step: program.clone(), open: Some(1) };
    };
    let first = &words[at].text;
    let both = Clean::join(&[program, first], " ");
    let acts_on = |at: usize| words.get(at + 1).is_some_and(|word| known::has(known::ACTING, &word.text));
    let names_what =
        value_flags(program).is_none() && !known::has(known::ACTING, first) && !task && acts_on(at);
    let nested = known::has(known::NESTED, &both) || known::has(known::TWO_LEVELS, program) || names_what;
    match subcommand(program, words, at + 1, true).filter(|_| nested) {
        Some(second) => closed(Clean::join(&[program, first, &words[second].text], " ")),
        None => Name { step: both, open: (!known::is_familiar(program)).then_some(at + 1) },
    }
}

/// A script, with its task where the word after it names one (`manage.py migrate`, `tools/stock.py export`). Its
/// arguments begin at `from`.
fn script_with_task(script: &Clean, words: &[Word], from: usize) -> Name {
    let named = file::script(script);
    let own_tool = known::has(&["manage.py", "artisan", "console"], file::base(script));
    let acts =
        |at: &usize| *at == from && words.get(from).is_some_and(|word| known::has(known::ACTING, &word.text));
    match subcommand(&named, words, from, false).filter(|at| own_tool || acts(at)) {
        Some(at) => Name { step: Clean::join(&[&named, &words[at].text], " "), open: None },
        None => Name { step: named, open: Some(from) },
    }
}

/// The word that stands at this place if it could be a sub-command, then flags without their values and short paths,
/// in their order.
fn details(words: &[Word], from: usize) -> Vec<Clean> {
    let literal = |at: usize| words.get(at).filter(|word| word.literal).map(|word| &word.text);
    let named = literal(from).filter(|text| could_be_subcommand(text, false)).cloned();
    let rest = words.iter().skip(from).filter(|word| word.literal).filter_map(|word| mode(&word.text));
    named.into_iter().chain(rest).take(MOST_DETAILS).collect()
}

/// A flag's name, or a path.
fn mode(word: &Clean) -> Option<Clean> {
    let is_flag = |name: &Clean| name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if word.starts_with('-') {
        let name = word.part(0..word.find('=').unwrap_or(word.len()))?;
        return (2..=LONGEST_NAME).contains(&name.len()).then_some(name).filter(is_flag);
    }
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b"-_./".contains(&b);
    let is_path = word.len() <= LONGEST_NAME && file::looks_like_path(word) && word.bytes().all(is_name);
    is_path.then(|| word.clone())
}

/// The place of the sub-command among the words, looked for from `from` on. `named_by_project`: any name will
/// do, since the project chose it (`make`, `npm run`).
fn subcommand(program: &str, words: &[Word], from: usize, named_by_project: bool) -> Option<usize> {
    let value_flags = value_flags(program);
    let could_be = |at: usize| {
        words.get(at).is_some_and(|word| word.literal && could_be_subcommand(&word.text, named_by_project))
    };
    let mut at = from;
    while let Some(word) = words.get(at) {
        let text = word.text.as_str();
        if text.starts_with('-') && text.len() > 1 {
            let takes_value = match value_flags {
                Some(flags) => known::has(flags, text),
                // Nobody knows whether this flag takes a value: it does if that leaves a sub-command, or if what
                // stands there is no verb that commands are named by.
                None => {
                    let is_verb = |at: usize| words.get(at).is_some_and(|word| names_an_act(&word.text));
                    let is_flag = |at: usize| words.get(at).is_some_and(|word| word.text.starts_with('-'));
                    let may_take = !text.contains('=') && text != "--" && !is_flag(at + 1);
                    may_take && if is_verb(at + 1) { is_verb(at + 2) } else { true }
                }
            };
            at += if takes_value { 2 } else { 1 };
        } else if text.starts_with('+') || is_assignment(text) {
            at += 1;
        } else {
            return could_be(at).then_some(at);
        }
    }
    None
}

/// The flags of a program that take a value, where they are known.
fn value_flags(program: &str) -> Option<&'static [&'static str]> {
    known::VALUE_FLAGS.iter().find(|(name, _)| *name == program).map(|(_, flags)| *flags)
}

fn could_be_subcommand(word: &str, named_by_project: bool) -> bool {
    let first = word.bytes().next().unwrap_or(0);
    let any_name = |b: u8| b.is_ascii_alphanumeric() || b"-_:.@".contains(&b);
    let plain = |b: u8| b.is_ascii_lowercase() || b"-_:".contains(&b);
    match named_by_project {
        true => {
            word.len() <= LONGEST_NAME
                && first.is_ascii_alphanumeric() | (first == b':')
                && word.bytes().all(any_name)
        }
        false => {
            // `s3`, `e2e`, `k8s` are names; more digits than that are values.
            let digits = word.bytes().filter(u8::is_ascii_digit).count();
            word.len() <= LONGEST_NAME
                && first.is_ascii_lowercase()
                && digits <= 1
                && word.bytes().all(|b| plain(b) || b.is_ascii_digit())
                && !word.ends_with(':')
        }
    }
}

/// Whether commands are named by this word, in any program.
fn names_an_act(word: &str) -> bool {
    [known::ACTING, known::ASKING, known::CHECKING].iter().any(|verbs| known::has(verbs, word))
}

/// Whether the second word of a step may as well be an argument: of a program that no table names, and no verb.
pub(super) fn may_be_argument(step: &str) -> bool {
    let mut words = step.split(' ');
    match (words.next(), words.next(), words.next()) {
        (Some(program), Some(word), None) => !known::is_familiar(program) && !names_an_act(word),
        _ => false,
    }
}

/// Whether a step only asks how things are.
pub(super) fn is_asking(step: &str) -> bool {
    step.split(' ').skip(1).any(|word| known::has(known::ASKING, word) || word.starts_with("get-"))
}
