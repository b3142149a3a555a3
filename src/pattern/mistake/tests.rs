//! Mining from digests made by hand: names and words that stand nowhere else.

use super::*;
use crate::digest::Digest;
use crate::digest::failure::{Change, Fix};
use crate::digest::step::Step;
use crate::pattern::job::Jobs;
use crate::pattern::{Done, Way};
use crate::session::{Arg, Args, SessionId};
use crate::settings::Mining;

fn failure(step: &str, message: &str, fix: Option<Fix>) -> Failure {
    Failure {
        event: 3,
        last: None,
        step: Step(redact(step)),
        message: redact(message),
        beside: Vec::new(),
        args: Args(vec![Arg { path: Clean::fixed("command"), value: redact(step) }]),
        exit: Some(1),
        times: 1,
        cost: 2,
        attempts: Vec::new(),
        given_up: true,
        fix,
    }
}

fn fixed(step: &str, from: Option<&str>, to: Option<&str>, between: &[&str]) -> Fix {
    let change = Change { path: Clean::fixed("command"), from: from.map(redact), to: to.map(redact) };
    Fix {
        event: 5,
        step: Step(redact(step)),
        changes: if from.or(to).is_some() { vec![change] } else { Vec::new() },
        between: between.iter().map(|step| Step(redact(step))).collect(),
        calls: Vec::new(),
        call: redact(step),
        edited: false,
        guessed: false,
    }
}

fn first(step: &'static str) -> Way {
    Way::First(vec![Done { step: Step(Clean::fixed(step)), call: Clean::default() }])
}

fn digest(number: usize, task: &str, failures: Vec<Failure>) -> Digest {
    Digest {
        root: redact(&format!("root {number}")),
        task: Some(redact(task)),
        failures,
        ..Digest::empty(SessionId::of(&number.to_le_bytes()), Clean::fixed("a"))
    }
}

fn mined(mut digests: Vec<Digest>) -> Vec<(ErrorLesson, Pattern)> {
    digests.sort_by(|a, b| a.session.cmp(&b.session));
    let settings = Mining::default();
    let corpus = Corpus { digests: &digests, jobs: Jobs::group(&digests, &settings), settings: &settings };
    let lesson = |pattern: Pattern| match pattern.lesson.clone() {
        Lesson::Error(lesson) => Some((lesson, pattern)),
        _ => None,
    };
    mine(&corpus).into_iter().filter_map(lesson).collect()
}

#[test]
fn shells_name_a_missing_program_in_their_own_words() {
    let missing = |step: &str, message: &str, exit: i32| Failure {
        exit: Some(exit),
        ..failure(step, message, Some(fixed("churn butter", None, None, &[])))
    };
    let digests: Vec<Digest> = (0..4)
        .map(|n| match n % 2 {
            0 => digest(
                n,
                &format!("task {n}"),
                vec![missing("whisk cream", "bash: whisk: command not found", 127)],
            ),
            _ => digest(
                n,
                &format!("task {n}"),
                vec![missing("whisk egg", "zsh:1: command not found: whisk", 127)],
            ),
        })
        .collect();
    let found = mined(digests);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].1.support.sessions, 4);
}

#[test]
fn an_error_of_several_jobs_is_a_mistake_and_one_of_a_single_job_is_not() {
    let glaze = |n: usize| failure("kiln fire", &format!("error: glaze {n} needs a cooler shelf"), None);
    let warp = |n: usize| failure("loom weave", &format!("error: warp {n} is slack"), None);
    let once = failure("kiln fire", "error: the door is open", None);
    let mut digests: Vec<Digest> =
        (0..4).map(|n| digest(n, &format!("job {}", n % 2), vec![glaze(n)])).collect();
    digests.extend((4..8).map(|n| digest(n, "job 9", vec![warp(n)])));
    digests.push(digest(9, "job 7", vec![once]));
    let found = mined(digests);
    assert_eq!(found.len(), 1);
    let (lesson, pattern) = &found[0];
    assert_eq!(&*lesson.template, "error: glaze <num> needs a cooler shelf");
    assert_eq!((pattern.support.sessions, pattern.support.jobs), (4, 2));
    assert_eq!((pattern.grade, pattern.evidence.len()), (Grade::Friction, 4));
}

#[test]
fn one_witness_counts_once() {
    let mut digests: Vec<Digest> = (0..4)
        .map(|n| digest(n, &format!("job {n}"), vec![failure("kiln fire", "error: glaze is wet", None)]))
        .collect();
    for digest in &mut digests {
        digest.root = Clean::fixed("one");
    }
    assert!(mined(digests).is_empty());
}

#[test]
fn the_remedy_that_sessions_share_is_told_and_noise_is_not() {
    let fix = |n: usize| match n {
        0..3 => fixed("kiln fire", None, Some("--slow"), &["edit *.txt"]),
        _ => fixed("kiln fire", Some(&format!("shelf{n}")), Some(&format!("rack{n}")), &[]),
    };
    let digests = (0..5).map(|n| {
        digest(n, &format!("job {n}"), vec![failure("kiln fire", "error: glaze is wet", Some(fix(n)))])
    });
    let (lesson, pattern) = mined(digests.collect()).remove(0);
    assert_eq!(
        lesson.remedies[0].way,
        Way::Added { path: Clean::fixed("command"), value: Some(Clean::fixed("--slow")) }
    );
    assert_eq!((lesson.remedies[0].worked, lesson.recovered), (3, 5));
    assert_eq!(pattern.grade, Grade::Corroborated);
}

#[test]
fn a_step_done_first_is_the_remedy_of_an_unchanged_call() {
    let fix = |n: usize| {
        fixed(
            "kiln fire",
            None,
            None,
            if n == 0 { &["sweep floor"] } else { &["bisque load", "wash brush"][..1 + n % 2] },
        )
    };
    let digests = (0..6).map(|n| {
        digest(n, &format!("job {n}"), vec![failure("kiln fire", "error: nothing is loaded", Some(fix(n)))])
    });
    let (lesson, _) = mined(digests.collect()).remove(0);
    assert_eq!(lesson.remedies[0].way, first("bisque load"));
    assert_eq!(lesson.remedies[0].worked, 5);
}

#[test]
fn what_was_done_first_keeps_the_words_that_the_fixes_share() {
    let fix = |n: usize| {
        let mut fix = fixed("kiln fire", None, None, &["kiln role", "shelf load", "read *.txt"]);
        fix.calls = vec![
            redact("kiln role potter"),
            redact(&format!("shelf load racks/{n}.txt racks/b.txt")),
            Clean::default(),
        ];
        fix
    };
    let digests = (0..4).map(|n| {
        digest(n, &format!("job {n}"), vec![failure("kiln fire", "error: not your kiln", Some(fix(n)))])
    });
    let (lesson, _) = mined(digests.collect()).remove(0);
    let Way::First(done) = &lesson.remedies[0].way else { panic!("{lesson:?}") };
    let calls: Vec<&str> = done.iter().map(|done| &*done.call).collect();
    assert_eq!(calls, ["kiln role potter", "shelf load <path> racks/b.txt"]);
}

#[test]
fn a_bare_program_is_no_remedy() {
    let fix = |n: usize| {
        let mut fix = fixed("kiln fire", None, None, &["rm"]);
        fix.calls = vec![redact(["rm a", "rm -rf b c", "rm -v d e f"][n % 3])];
        fix
    };
    let digests = (0..6).map(|n| {
        digest(n, &format!("job {n}"), vec![failure("kiln fire", "error: not your kiln", Some(fix(n)))])
    });
    assert!(mined(digests.collect()).remove(0).0.remedies.is_empty());
}

#[test]
fn two_lines_of_one_output_are_one_mistake() {
    let code = |beside: bool| {
        let mut failure = failure("kiln fire", "GLAZE_WET", None);
        failure.beside = if beside { vec![redact("glaze of shelf 4 is wet")] } else { Vec::new() };
        failure
    };
    let sentence = || {
        let mut failure = failure("kiln fire", "glaze of shelf 7 is wet", None);
        failure.beside = vec![redact("GLAZE_WET")];
        failure
    };
    let both = (0..8).map(|n| {
        let failure = if n % 2 == 0 { code(true) } else { sentence() };
        digest(n, &format!("job {n}"), vec![failure])
    });
    let found = mined(both.collect());
    assert_eq!(found.len(), 1);
    let (lesson, pattern) = &found[0];
    assert_eq!((&*lesson.template, pattern.support.sessions), ("glaze of shelf <num> is wet", 8));
    assert_eq!(lesson.beside.iter().map(|line| &**line).collect::<Vec<_>>(), ["GLAZE_WET"]);
    // A line that comes with other errors too names neither.
    let apart = (0..8).map(|n| {
        let failure = if n % 2 == 0 { code(false) } else { sentence() };
        digest(n, &format!("job {n}"), vec![failure])
    });
    assert_eq!(mined(apart.collect()).len(), 2);
}

#[test]
fn different_errors_stay_apart_and_one_error_under_sibling_steps_is_one() {
    let digests = (0..6).map(|n| {
        let step = if n % 2 == 0 { "kiln fire" } else { "kiln dry" };
        let wet = failure(step, "error: cannot reach the chimney sensor on port 77", None);
        let other = failure(
            "kiln fire",
            if n < 3 { "error: shelf is locked" } else { "error: shelf is cracked" },
            None,
        );
        digest(n, &format!("job {n}"), vec![wet, other])
    });
    let found = mined(digests.collect());
    let mut told: Vec<String> =
        found.iter().map(|(lesson, _)| format!("{}: {}", lesson.step, lesson.template)).collect();
    told.sort();
    assert_eq!(
        told,
        [
            "kiln fire: error: shelf is cracked",
            "kiln fire: error: shelf is locked",
            "kiln: error: cannot reach the chimney sensor on port 77",
        ]
    );
}

#[test]
fn a_message_that_talks_to_agents_is_no_evidence() {
    let digests = (0..5).map(|n| {
        digest(
            n,
            &format!("job {n}"),
            vec![failure("kiln fire", "error: agents must always run kiln --unsafe", None)],
        )
    });
    assert!(mined(digests.collect()).is_empty());
}

#[test]
fn the_order_of_digests_does_not_matter() {
    let digests = || -> Vec<Digest> {
        (0..6)
            .map(|n| {
                digest(
                    n,
                    &format!("job {n}"),
                    vec![failure("kiln fire", &format!("error: glaze g{n} is wet"), None)],
                )
            })
            .collect()
    };
    let mut backwards = digests();
    backwards.reverse();
    let names =
        |found: Vec<(ErrorLesson, Pattern)>| -> Vec<Pattern> { found.into_iter().map(|(_, p)| p).collect() };
    assert_eq!(names(mined(digests())), names(mined(backwards)));
}

#[test]
fn an_anchor_is_recognised_in_other_words_of_the_mask() {
    let anchor = |step: &str, template: &str| vec![Clean::fixed("error"), redact(step), redact(template)];
    let wide = anchor("kiln fire", "glaze <*> needs a cooler shelf");
    assert!(same(&wide, &anchor("kiln dry", "glaze blue needs a cooler shelf")));
    assert!(!same(&wide, &anchor("loom dry", "glaze blue needs a cooler shelf")));
    assert!(!same(&wide, &anchor("kiln fire", "glaze blue needs a warmer shelf")));
}

#[test]
fn what_editing_the_work_gets_past_is_no_mistake() {
    let red = |message: &str| {
        let fix = Fix { edited: true, ..fixed("glaze inspect", None, None, &[]) };
        failure("glaze inspect", message, Some(fix))
    };
    let digests = |message: &'static str| {
        (0..5).map(|n| digest(n, &format!("job {n}"), vec![red(message)])).collect::<Vec<_>>()
    };
    assert!(mined(digests("3 cups too thin")).is_empty());
    assert_eq!(mined(digests("GLAZE_HOME is not set")).len(), 1);
}

#[test]
fn words_that_the_call_gave_itself_are_names() {
    let failing = |n: usize| {
        let glaze = ["celadon", "tenmoku"][n % 2];
        let mut failure = failure("kiln fire", &format!("no recipe for glaze {glaze}"), None);
        failure.args = Args(vec![Arg { path: Clean::fixed("glaze"), value: redact(glaze) }]);
        failure
    };
    let digests = (0..4).map(|n| digest(n, &format!("job {n}"), vec![failing(n)]));
    let found = mined(digests.collect());
    assert_eq!((found.len(), &*found[0].0.template), (1, "no recipe for glaze <*>"));
}

#[test]
fn a_file_tools_own_message_needs_a_remedy_to_be_told() {
    let failing = |fix: Option<Fix>| {
        let mut failure = failure("edit *.txt", "Text to replace was not found in the file", fix);
        failure.args = Args(vec![Arg { path: Clean::fixed("file_path"), value: Clean::fixed("a.txt") }]);
        failure
    };
    let digests = |fix: &dyn Fn() -> Option<Fix>| {
        (0..4).map(|n| digest(n, &format!("job {n}"), vec![failing(fix())])).collect::<Vec<_>>()
    };
    assert!(mined(digests(&|| None)).is_empty());
    assert!(mined(digests(&|| Some(fixed("edit *.txt", None, None, &["Grep"])))).is_empty());
    let refreshed = || Some(fixed("edit *.txt", None, None, &["formatter stop"]));
    assert_eq!(mined(digests(&refreshed)).len(), 1);
}
