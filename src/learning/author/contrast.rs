//! Words what failing runs of a job do otherwise than succeeding ones.

use super::quote::code;
use super::{Slots, Wording, reasons};
use crate::pattern::{ContrastLesson, Grade, Habit, Pattern};

pub(super) fn word(lesson: &ContrastLesson, pattern: &Pattern) -> Wording {
    let words = if lesson.also.is_empty() { words(&lesson.habit) } else { several(lesson) };
    let how = How::of(lesson, pattern.grade);
    let because = match how {
        How::Tested => "runs of the same job that do otherwise fail more often",
        How::Likely => "failing runs of the same job do otherwise more often, as far as these runs can tell",
        How::Compared => "this is where failing runs differ from other runs of the same job",
    };
    let reason = match how {
        How::Compared if lesson.table[0] == 0 => {
            "Failing runs differ in this from other runs of the same job, failing ones or not.".to_owned()
        }
        _ => words.reason,
    };
    let mut advice: Vec<String> = match &words.parts[..] {
        [] => vec![format!("{}.", words.imperative)],
        parts => parts.iter().map(|part| format!("{part}.")).collect(),
    };
    advice.push(reason);
    match how {
        How::Tested => {}
        How::Likely => advice.push(
            "A place to check, not a proven cause: among so many habits tested, it may be chance.".to_owned(),
        ),
        How::Compared => advice.push(
            "A place to check, not a proven cause: there were too few runs of each job to test it."
                .to_owned(),
        ),
    }
    Wording {
        template: "mistake",
        subject: None,
        rule: format!("{}: {because}.", words.imperative),
        applies_to: words.applies_to,
        rationale: match how {
            How::Tested | How::Likely => tested(lesson, pattern),
            How::Compared => compared(lesson, pattern),
        },
        slots: Slots { title: words.title, when: words.when, advice, ..Slots::default() },
        measured: None,
        open: false,
    }
}

/// How it is known.
#[derive(Clone, Copy)]
enum How {
    /// By a test that held the bound, or missed it narrowly.
    Tested,
    /// By a test that missed the bound.
    Likely,
    /// By comparing run with run: there was too little for a test.
    Compared,
}

impl How {
    fn of(lesson: &ContrastLesson, grade: Grade) -> How {
        match lesson.chance {
            _ if grade > Grade::Friction => How::Tested,
            Some(_) => How::Likely,
            None => How::Compared,
        }
    }
}

/// A habit in words.
#[derive(Default)]
struct Words {
    title: String,
    when: String,
    imperative: String,
    /// The imperative in single sentences, where it has several.
    parts: Vec<String>,
    reason: String,
    applies_to: Vec<String>,
}

fn words(habit: &Habit) -> Words {
    match habit {
        Habit::Does(step) => Words {
            title: format!("failing runs use {} where others do without", code(step)),
            when: format!("you are about to use {}.", code(step)),
            imperative: format!(
                "Before you use {}, check that the request needs it and that it is not done already",
                code(step)
            ),
            reason: "Failing runs use it, or use it once more, where succeeding runs of the same job do not."
                .to_owned(),
            applies_to: vec![step.to_string()],
            ..Words::default()
        },
        Habit::Omits(step) => Words {
            title: format!("failing runs leave out {}", code(step)),
            when: format!("you think you are done, or are about to give up, without {}.", code(step)),
            imperative: format!(
                "Before you end, check that every {} the request needs has been done",
                code(step)
            ),
            reason:
                "Succeeding runs of the same job do it; failing ones end without it, or with one too few."
                    .to_owned(),
            applies_to: vec![step.to_string()],
            ..Words::default()
        },
        Habit::Without { first, then } => Words {
            title: format!("{} needs {} first", code(then), code(first)),
            when: format!("you are about to use {}.", code(then)),
            imperative: format!("Do {} before {}", code(first), code(then)),
            reason: "Succeeding runs of the same job do the one before the other; failing ones do not."
                .to_owned(),
            applies_to: vec![then.to_string(), first.to_string()],
            ..Words::default()
        },
        Habit::Repeats(step) => Words {
            title: format!("repeating {} goes with failure", code(step)),
            when: format!("{} has just brought nothing and you are about to try it again.", code(step)),
            imperative: format!("Do not repeat {}: change something first, or take another way", code(step)),
            reason: "Failing runs repeat it where succeeding runs of the same job go on.".to_owned(),
            applies_to: vec![step.to_string()],
            ..Words::default()
        },
        Habit::Argument { step, path } => Words {
            title: format!("failing runs give {} another {}", code(step), code(path)),
            when: format!("you are about to use {}.", code(step)),
            imperative: format!(
                "Before you use {}, compare {} with what was asked for and looked up",
                code(step),
                code(path)
            ),
            reason: "Failing runs give another value there than the succeeding runs of the same job."
                .to_owned(),
            applies_to: vec![step.to_string()],
            ..Words::default()
        },
    }
}

/// Several ways to go wrong with one step.
fn several(lesson: &ContrastLesson) -> Words {
    let step = code(lesson.habit.step());
    let habits = || std::iter::once(&lesson.habit).chain(lesson.also.iter().map(|further| &further.habit));
    let paths: Vec<String> = habits()
        .filter_map(|habit| match habit {
            Habit::Argument { path, .. } => Some(code(path)),
            _ => None,
        })
        .collect();
    let omits = |habit: &Habit| matches!(habit, Habit::Omits(_));
    let mut parts: Vec<String> = Vec::new();
    for habit in habits() {
        let part = match habit {
            Habit::Does(_) => "check that the request needs it and that it is not done already".to_owned(),
            Habit::Omits(_) => "do not end while one that the request needs has not been done".to_owned(),
            Habit::Without { first, .. } => format!("do {} before it", code(first)),
            Habit::Repeats(_) => "do not repeat it: change something first, or take another way".to_owned(),
            Habit::Argument { .. } => {
                format!("compare {} with what was asked for and looked up", listed(&paths))
            }
        };
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    let when = match (habits().any(omits), habits().all(omits)) {
        (true, false) => format!("you are about to use {step}, or to end without it."),
        (true, true) => format!("you are about to end without {step}."),
        _ => format!("you are about to use {step}."),
    };
    Words {
        title: format!("{step} is where failing runs differ"),
        when,
        imperative: format!("With {step}, {}", listed(&parts)),
        reason: "Failing runs differ in this from other runs of the same job.".to_owned(),
        applies_to: std::iter::once(lesson.habit.step().to_string()).collect(),
        parts: parts.iter().map(|part| format!("With {step}, {part}")).collect(),
    }
}

/// `a`, `a and b`, `a, b and c`.
fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [firsts @ .., last] => format!("{} and {last}", firsts.join(", ")),
    }
}

/// Why, in numbers, where there was a test.
fn tested(lesson: &ContrastLesson, pattern: &Pattern) -> String {
    let [failed_with, failed_without, succeeded_with, succeeded_without] = lesson.table;
    let times = if lesson.odds_ratio.is_finite() {
        format!("{:.1} times as high", lesson.odds_ratio)
    } else {
        "higher (no run of a job with both endings contradicts it)".to_owned()
    };
    format!(
        "{}\nOf the runs of jobs that both fail and succeed, {failed_with} of {} failing ones show it and \
         {succeeded_with} of {} succeeding ones. Job by job, the odds of failing with it are {times} \
         (Mantel–Haenszel; p = {:.4} alone and beside the other habits, false-discovery q = {:.3}{}).\n{}{}",
        reasons::seen(pattern),
        failed_with + failed_without,
        succeeded_with + succeeded_without,
        lesson.p,
        lesson.q,
        lesson.chance.map_or(String::new(), |chance| format!(", probability {chance:.2}")),
        ways(further(lesson)),
        reasons::grade(pattern.grade)
    )
}

/// Why, in numbers, where there was too little for a test.
fn compared(lesson: &ContrastLesson, pattern: &Pattern) -> String {
    format!(
        "{}\n{}Graded friction: failing runs differ here; no test says that it makes them fail.",
        reasons::seen(pattern),
        ways(std::iter::once((&lesson.habit, lesson.table)).chain(further(lesson))),
    )
}

/// What was merely compared beside the habit itself.
fn further(lesson: &ContrastLesson) -> impl Iterator<Item = (&Habit, [u32; 4])> {
    lesson.also.iter().map(|further| (&further.habit, further.table))
}

/// Ways to differ, one a line; nothing where there is none.
fn ways<'a>(ways: impl Iterator<Item = (&'a Habit, [u32; 4])>) -> String {
    let counted: Vec<String> = ways.map(|(habit, table)| counted(habit, table)).collect();
    match counted.is_empty() {
        true => String::new(),
        false => {
            format!("Compared call by call with other runs of the same job:\n\n{}\n\n", counted.join("\n"))
        }
    }
}

/// One way to differ, with how many runs do, of the jobs that have failing and succeeding ones.
fn counted(
    habit: &Habit,
    [failed_with, failed_without, succeeded_with, succeeded_without]: [u32; 4],
) -> String {
    let way = match habit {
        Habit::Does(step) => format!("{} once more", code(step)),
        Habit::Omits(step) => format!("{} left out", code(step)),
        Habit::Without { first, then } => format!("{} without {} before", code(then), code(first)),
        Habit::Repeats(step) => format!("{} repeated", code(step)),
        Habit::Argument { path, .. } => format!("another {}", code(path)),
    };
    match failed_with + failed_without {
        0 => format!("- {way}: some failing runs, too few to count"),
        failed => format!(
            "- {way}: {failed_with} of {failed} failing runs, and {succeeded_with} of {} succeeding ones",
            succeeded_with + succeeded_without
        ),
    }
}
