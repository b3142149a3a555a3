//! Words a recurring error: what to do instead, and what it looks like.

use super::quote::{brief, code};
use super::{RULE, Slots, Wording, condition, reasons};
use crate::pattern::template::WILD;
use crate::pattern::{Done, ErrorLesson, Pattern, Remedy, Way};

/// Longest message shown in a title, bytes.
const MOST_MESSAGE: usize = 90;

/// Shortest piece of a message that still tells it from others, bytes.
const LEAST_MESSAGE: usize = 30;

/// Longest call shown as an example, bytes.
const EXAMPLE: usize = 160;

/// Remedies worth telling.
const MOST_REMEDIES: usize = 3;

pub(super) fn word(lesson: &ErrorLesson, pattern: &Pattern) -> Wording {
    let step = code(&lesson.step);
    let message = unprefixed(&lesson.template);
    let advice = condition::advice(&lesson.template);
    let (telling, vague): (Vec<&Remedy>, Vec<&Remedy>) =
        lesson.remedies.iter().partition(|remedy| is_specific(&remedy.way));
    let mut sentences: Vec<String> = Vec::new();
    sentences.extend(telling.iter().take(MOST_REMEDIES).map(|remedy| imperative(&remedy.way, &step)));
    sentences.extend(telling.first().and_then(|remedy| example(remedy, &sentences)));
    // Where it was seen what to do, a guess from the message's words adds only doubt; what a value must be like is
    // more than the values that worked.
    let is_example = |remedy: &&Remedy| matches!(&remedy.way, Way::Changed { path, .. } if !in_command(path));
    if telling.first().is_none_or(is_example) {
        sentences.extend(advice.as_ref().map(|advice| capitalised(&format!("{advice}."))));
    }
    match vague.first() {
        Some(remedy) if telling.is_empty() => sentences.push(where_to_look(remedy)),
        _ if telling.is_empty() && !lesson.arguments.is_empty() => {
            sentences.push(format!("The message is about {}: check it first.", list(&lesson.arguments)));
        }
        _ => {}
    }
    if sentences.is_empty() {
        sentences.push(capitalised(&format!("{}.", without_remedy(lesson))));
    }
    Wording {
        template: "mistake",
        subject: Some(format!("{} {}", lesson.step, without_masks(&lesson.template))),
        rule: rule(lesson, telling.first().copied(), advice.as_deref()),
        applies_to: vec![lesson.step.to_string()],
        rationale: rationale(lesson, pattern),
        slots: Slots {
            title: format!("{step} fails: {}", code(&brief(message, MOST_MESSAGE))),
            when: format!("you are about to use {step}, or it has just failed like this."),
            message: Some(looks(lesson)),
            advice: sentences,
            ..Slots::default()
        },
        measured: None,
        open: false,
    }
}

/// What it looks like: the message, and what stands beside it.
fn looks(lesson: &ErrorLesson) -> String {
    match lesson.beside.as_slice() {
        [] => code(&lesson.template),
        beside => format!("{}, beside {}", code(&lesson.template), list(beside)),
    }
}

/// What to do where nobody got past an error, though several tried.
const UNSOLVED: &str = "report it and go on with the rest: every retry was in vain";

/// What to do where hardly anybody tried again.
const UNTRIED: &str = "report it and go on with the rest: no way round it is known yet";

/// Sessions that have to have tried again for it to be called vain.
const LEAST_RETRIED: u32 = 2;

/// What to do where sessions got past an error, each in another way.
const UNLIKE: &str = "change the call before you retry: the same one fails again";

/// What to do where no one way round an error is known.
fn without_remedy(lesson: &ErrorLesson) -> &'static str {
    match (lesson.recovered, lesson.retried) {
        (0, LEAST_RETRIED..) => UNSOLVED,
        (0, _) => UNTRIED,
        _ => UNLIKE,
    }
}

/// The rule in one sentence, at most [`RULE`] bytes where its own words leave room for the message.
fn rule(lesson: &ErrorLesson, remedy: Option<&Remedy>, advice: Option<&str>) -> String {
    let step = code(&lesson.step);
    let names_subject = |advice: &&str| advice.contains('“');
    let mut joint = "else";
    let does = match (remedy, advice.filter(names_subject)) {
        // What the message says holds always; the value that worked is an example of it.
        (Some(Remedy { way: Way::Changed { path, to: Some(to), .. }, .. }), Some(advice))
            if !in_command(path) =>
        {
            format!("Before {step}: {advice}; a {} like {} worked", code(path), shown(to))
        }
        (Some(remedy), _) => {
            if matches!(remedy.way, Way::Instead { .. }) {
                joint = "which fails:";
            }
            imperative(&remedy.way, &step).trim_end_matches('.').to_owned()
        }
        (None, _) => match (advice, lesson.arguments.as_slice()) {
            (Some(advice), _) => format!("Before {step}: {advice}"),
            (None, []) => {
                let message = code(&brief(unprefixed(&lesson.template), MOST_MESSAGE));
                return format!("If {step} fails with {message}, {}.", without_remedy(lesson));
            }
            (None, some) => format!("Before {step}: check {}", list(some)),
        },
    };
    with_message(&does, joint, &lesson.template, RULE.saturating_sub(does.len()))
}

/// What to do, with as much of the message that comes else as has room, bytes.
pub(super) fn with_message(does: &str, joint: &str, template: &str, room: usize) -> String {
    let room = room.saturating_sub(joint.len() + " ( ``).".len());
    if room < LEAST_MESSAGE {
        return format!("{does}.");
    }
    format!("{does} ({joint} {}).", code(&brief(unprefixed(template), room.min(MOST_MESSAGE))))
}

/// Whether this is what is said where no way round an error is known.
pub(super) fn is_without_remedy(said: &str, lesson: &ErrorLesson) -> bool {
    said == capitalised(&format!("{}.", without_remedy(lesson)))
}

/// A call that worked, where the sentence that tells it leaves places open.
fn example(remedy: &Remedy, told: &[String]) -> Option<String> {
    let is_open = told.first().is_some_and(|told| told.contains(['<', '…']));
    let call = &remedy.example.quote;
    let says_more = call.contains(' ') && !told.iter().any(|told| told.contains(call.as_str()));
    (is_open && says_more).then(|| format!("For example: {}.", code(&brief(call, EXAMPLE))))
}

/// Why, in numbers.
fn rationale(lesson: &ErrorLesson, pattern: &Pattern) -> String {
    let mut text = reasons::seen(pattern);
    text.push_str(&format!(
        " It happened {} times and cost {} calls; {} got the step to work in the end.\n",
        lesson.times,
        lesson.cost,
        reasons::sessions(lesson.recovered)
    ));
    for remedy in lesson.remedies.iter().take(MOST_REMEDIES) {
        let sentence = match is_specific(&remedy.way) {
            true => imperative(&remedy.way, &code(&lesson.step)),
            false => where_to_look(remedy),
        };
        text.push_str(&format!("{} This {}.\n", sentence, reasons::remedy(remedy)));
    }
    if lesson.remedies.is_empty() {
        text.push_str("No remedy was seen to work in enough sessions.\n");
    }
    text.push_str(reasons::grade(pattern.grade));
    text
}

/// Whether a remedy says what to do, and not only that something was changed.
pub(super) fn is_specific(way: &Way) -> bool {
    !matches!(way, Way::Changed { to: None, .. })
}

/// What a remedy that only names an argument says.
fn where_to_look(remedy: &Remedy) -> String {
    match &remedy.way {
        Way::Changed { path, from: Some(from), .. } if !in_command(path) => {
            format!("Give {} another value than {}.", code(path), code(from))
        }
        Way::Changed { path, .. } if !in_command(path) => {
            format!("Correct {}: another value got the call through.", code(path))
        }
        Way::Changed { from: Some(from), .. } => format!("Leave out or replace {}.", code(from)),
        _ => "Change the command line: the same one fails again.".to_owned(),
    }
}

/// What to do, as one sentence.
fn imperative(way: &Way, step: &str) -> String {
    match way {
        Way::Changed { path, from, to: Some(to) } => match (in_command(path), from) {
            (true, Some(from)) => format!("With {step}, write {} instead of {}.", shown(to), shown(from)),
            (true, None) => format!("With {step}, write {}.", shown(to)),
            (false, Some(from)) => {
                format!("Call {step} with {} {} instead of {}.", code(path), shown(to), shown(from))
            }
            (false, None) => format!("Call {step} with {} {}.", code(path), shown(to)),
        },
        Way::Changed { path, .. } => format!("With {step}, change {}.", code(path)),
        Way::Added { path, value } => match (in_command(path), value) {
            (true, Some(value)) if is_assignment(value) => format!("Set {} for {step}.", shown(value)),
            (true, Some(value)) if is_setting(value) => {
                format!("Run {step} as {}.", code(&format!("{} && …", readable(value))))
            }
            (true, Some(value)) => format!("With {step}, add {}.", shown(value)),
            (true, None) => format!("With {step}, add what is missing to the command line."),
            (false, Some(value)) => format!("Call {step} with {} {}.", code(path), shown(value)),
            (false, None) => format!("Call {step} with {}.", code(path)),
        },
        Way::Dropped { path } => format!("With {step}, leave out {}.", code(path)),
        Way::First(done) => before(done, step),
        Way::Instead { step: other, call } => {
            let call = if call.is_empty() { &other.0 } else { call };
            format!("{} {} instead of {step}.", verb(other), shown(call))
        }
    }
}

/// What to do first, as one sentence. A call of the program that failed is told apart from the failing one.
fn before(done: &[Done], step: &str) -> String {
    let one = |done: &Done| match done.step.strip_prefix("edit ").filter(|_| done.call.is_empty()) {
        Some(file) => format!("edit {}", code(file)),
        None if done.call.is_empty() => format!("{} {}", verb(&done.step).to_lowercase(), code(&done.step)),
        None => format!("{} {}", verb(&done.step).to_lowercase(), shown(&done.call)),
    };
    let told = capitalised(&done.iter().map(one).collect::<Vec<_>>().join(", then "));
    match done.last().is_some_and(|last| code(&last.step) == step) {
        true => format!("{told}, then repeat the call of {step} that failed."),
        false => format!("{told} before {step}."),
    }
}

/// A text as a reader sees it.
fn shown(text: &str) -> String {
    code(&readable(text))
}

/// A call with `…` for a word that nobody knows a name for.
fn readable(call: &str) -> String {
    call.replace(WILD, "…")
}

/// Programs are run, tools are called.
fn verb(step: &str) -> &'static str {
    if step.contains('_') && !step.contains([' ', '/', '.']) { "Call" } else { "Run" }
}

/// Whether what was added is a variable of the environment.
fn is_assignment(value: &str) -> bool {
    let name = value.split_once('=').filter(|_| !value.contains(' ')).map(|(name, _)| name);
    name.is_some_and(|name| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    })
}

/// Whether what was added is a command of its own before the call, which says where or with what it runs.
fn is_setting(value: &str) -> bool {
    ["cd ", "pushd ", ". ", "source ", "export ", "module ", "conda ", "nvm "]
        .iter()
        .any(|start| value.starts_with(start))
}

/// Whether an argument is the command line of a shell tool.
fn in_command(path: &str) -> bool {
    path == "command"
}

/// Code spans in a row.
fn list(paths: &[crate::redact::Clean]) -> String {
    let spans: Vec<String> = paths.iter().map(|path| code(path)).collect();
    match spans.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// With a capital first letter.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The message without the place in front of it and the word `error`, which say nothing in a sentence about one.
fn unprefixed(message: &str) -> &str {
    let is_place =
        |word: &str| !word.contains(' ') && (word.contains(['/', '\\']) || word.contains("<path>"));
    let says_more = |rest: &str| rest.split_whitespace().count() > 1;
    let placed = message.split_once(": ").filter(|(word, rest)| is_place(word) && says_more(rest));
    let message = placed.map_or(message, |(_, rest)| rest);
    let rest = message.split_once(':').filter(|(word, _)| {
        matches!(word.to_ascii_lowercase().as_str(), "error" | "err" | "fatal" | "exception" | "failed")
    });
    rest.map(|(_, rest)| rest.trim_start()).filter(|rest| !rest.is_empty()).unwrap_or(message)
}

/// The message's own words: what a name is made of. Asides say nothing there.
fn without_masks(message: &str) -> String {
    let message = unprefixed(message);
    let own = message
        .split(" (")
        .next()
        .unwrap_or(message)
        .split_whitespace()
        .filter(|word| !word.contains(['<', '*', '/']));
    own.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::step::Step;
    use crate::pattern::Evidence;
    use crate::redact::{Clean, redact};
    use crate::session::SessionId;

    fn lesson(template: &str, way: Option<Way>) -> ErrorLesson {
        let quote = || Evidence { session: SessionId::of(b"x"), event: 1, at: None, quote: Clean::default() };
        let remedy = |way| Remedy { way, worked: 3, tried: 3, example: quote() };
        ErrorLesson {
            step: Step(Clean::fixed("kiln fire")),
            template: redact(template),
            beside: Vec::new(),
            arguments: Vec::new(),
            remedies: way.map(remedy).into_iter().collect(),
            recovered: 0,
            retried: 2,
            times: 4,
            cost: 9,
        }
    }

    fn rule_of(lesson: &ErrorLesson) -> String {
        rule(lesson, lesson.remedies.first(), condition::advice(&lesson.template).as_deref())
    }

    #[test]
    fn a_rule_says_what_to_do_and_how_to_tell() {
        let added = Way::Added { path: Clean::fixed("command"), value: Some(Clean::fixed("--slow")) };
        let first =
            Way::First(vec![Done { step: Step(Clean::fixed("bisque_load")), call: Clean::default() }]);
        let changed = Way::Changed {
            path: Clean::fixed("fuel"),
            from: Some(Clean::fixed("peat")),
            to: Some(Clean::fixed("oak_<num>")),
        };
        for (template, way, expected) in [
            ("error: glaze wet", Some(added), "With `kiln fire`, add `--slow` (else `glaze wet`)."),
            ("glaze wet", Some(first), "Call `bisque_load` before `kiln fire` (else `glaze wet`)."),
            (
                "Error: peat cannot be used for porcelain",
                Some(changed),
                "Before `kiln fire`: do not use “peat” for “porcelain”; a `fuel` like `oak_<num>` worked (else \
                 `peat cannot be used for porcelain`).",
            ),
            (
                "door ajar",
                None,
                "If `kiln fire` fails with `door ajar`, report it and go on with the rest: every retry was in vain.",
            ),
        ] {
            assert_eq!(rule_of(&lesson(template, way)), expected);
        }
    }

    #[test]
    fn a_rule_keeps_to_its_length() {
        let way =
            Way::Instead { step: Step(Clean::fixed("stove")), call: redact(&"stove --bake ".repeat(9)) };
        let rule = rule_of(&lesson(&"the kiln is not hot ".repeat(20), Some(way)));
        assert!(rule.len() <= RULE, "{rule}");
    }
}
