//! Words what failing runs of a job do otherwise than succeeding ones.

use super::quote::code;
use super::{Slots, Wording, reasons};
use crate::pattern::{ContrastLesson, Habit, Pattern};

pub(super) fn word(lesson: &ContrastLesson, pattern: &Pattern) -> Wording {
    let words = words(&lesson.habit);
    let because = "runs of the same job that do otherwise fail more often";
    Wording {
        template: "mistake",
        subject: None,
        rule: format!("{}: {because}.", words.imperative),
        applies_to: words.applies_to,
        rationale: rationale(lesson, pattern),
        slots: Slots {
            title: words.title,
            when: words.when,
            advice: vec![format!("{}.", words.imperative), words.reason],
            ..Slots::default()
        },
        measured: None,
        open: false,
    }
}

/// A habit in words.
struct Words {
    title: String,
    when: String,
    imperative: String,
    reason: String,
    applies_to: Vec<String>,
}

fn words(habit: &Habit) -> Words {
    match habit {
        Habit::Does(step) => Words {
            title: format!("{} goes with failure", code(step)),
            when: format!("you are about to use {}.", code(step)),
            imperative: format!("Make sure that {} is what was asked for before you use it", code(step)),
            reason: "Failing runs use it where succeeding runs of the same job do without.".to_owned(),
            applies_to: vec![step.to_string()],
        },
        Habit::Omits(step) => Words {
            title: format!("{} is left out by failing runs", code(step)),
            when: format!("you think you are done and have not used {}.", code(step)),
            imperative: format!("Check whether the job needs {} before you end it", code(step)),
            reason: "Succeeding runs of the same job use it; failing ones leave it out.".to_owned(),
            applies_to: vec![step.to_string()],
        },
        Habit::Without { first, then } => Words {
            title: format!("{} needs {} first", code(then), code(first)),
            when: format!("you are about to use {}.", code(then)),
            imperative: format!("Do {} before {}", code(first), code(then)),
            reason: "Succeeding runs of the same job do the one before the other; failing ones do not.".to_owned(),
            applies_to: vec![then.to_string(), first.to_string()],
        },
        Habit::Repeats(step) => Words {
            title: format!("repeating {} goes with failure", code(step)),
            when: format!("{} has just brought nothing and you are about to try it again.", code(step)),
            imperative: format!("Do not repeat {}: change something first, or take another way", code(step)),
            reason: "Failing runs repeat it where succeeding runs of the same job go on.".to_owned(),
            applies_to: vec![step.to_string()],
        },
        Habit::Argument { step, path } => Words {
            title: format!("{} is called with the wrong {}", code(step), code(path)),
            when: format!("you are about to use {}.", code(step)),
            imperative: format!("Check {} against what was asked for before you use {}", code(path), code(step)),
            reason: "Failing runs give another value there than the succeeding runs of the same job.".to_owned(),
            applies_to: vec![step.to_string()],
        },
    }
}

/// Why, in numbers.
fn rationale(lesson: &ContrastLesson, pattern: &Pattern) -> String {
    let [failed_with, failed_without, succeeded_with, succeeded_without] = lesson.table;
    let times = if lesson.odds_ratio.is_finite() {
        format!("{:.1} times as high", lesson.odds_ratio)
    } else {
        "higher (no run of a job with both endings contradicts it)".to_owned()
    };
    format!(
        "{}\nOf the runs of jobs that both fail and succeed, {failed_with} of {} failing ones show it and \
         {succeeded_with} of {} succeeding ones. Job by job, the odds of failing with it are {times} \
         (Mantel–Haenszel; exact stratified p = {:.4}, false-discovery q = {:.3}).\n{}",
        reasons::seen(pattern),
        failed_with + failed_without,
        succeeded_with + succeeded_without,
        lesson.p,
        lesson.q,
        reasons::grade(pattern.grade)
    )
}
