//! Programs that read a prompt and write an answer.

use super::{access, prompt, settings};
use git_dream::model::{Answers, Estimate, Failure, Model};
use git_dream::settings::EngineSettings;
use std::path::Path;

fn program(line: &str, folder: &Path) -> Model {
    let settings = EngineSettings { deadline_seconds: 10, ..settings("command", "") };
    Model::new(access("command", &[("GIT_DREAM_COMMAND", line)]), &settings, folder).unwrap()
}

#[cfg(unix)]
#[test]
fn a_program_answers_what_it_reads() {
    let folder = tempfile::tempdir().unwrap();
    let line =
        r#"sh -c 'grep -q "cannot connect" && echo "Here: {\"why\": \"no daemon\"}" && echo talk >&2'"#;
    let model = program(line, folder.path());
    let reply = model.ask(&[prompt("docker: cannot connect")]).remove(0).unwrap();
    assert_eq!((&*reply.text, model.name()), (r#"{"why": "no daemon"}"#, "command/sh"));
    assert!(model.spent().tokens.output > 0, "estimated");
}

#[cfg(unix)]
#[test]
fn a_program_that_fails_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let failure = |line: &str| program(line, folder.path()).ask(&[prompt("why?")]).remove(0).unwrap_err();
    let failed = failure("sh -c 'echo log in first >&2; exit 3'");
    assert!(matches!(&failed, Failure::Broken(says) if says.contains("log in first")), "{failed}");
    assert!(matches!(failure("no-such-program-anywhere"), Failure::Denied(_)));
    assert!(matches!(failure("echo I do not know"), Failure::Malformed(_)));
}

#[cfg(unix)]
#[test]
fn a_program_that_takes_too_long_ends_with_all_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("alive");
    let line = format!("sh -c '(sleep 3; touch {}) & sleep 60'", mark.display());
    let settings = EngineSettings { deadline_seconds: 1, ..settings("command", "") };
    let model =
        Model::new(access("command", &[("GIT_DREAM_COMMAND", &line)]), &settings, folder.path()).unwrap();
    assert_eq!(model.ask(&[prompt("why?")]), [Err(Failure::TimedOut(1))]);
    std::thread::sleep(std::time::Duration::from_secs(4));
    assert!(!mark.exists(), "what the program started lives on");
}

#[test]
fn an_estimate_asks_nobody_and_needs_no_key() {
    let folder = tempfile::tempdir().unwrap();
    let settings = EngineSettings { budget_tokens: 700, ..settings("anthropic", "claude-haiku-4-5") };
    let estimate = Estimate::new(&access("anthropic", &[]), &settings, folder.path()).unwrap();
    let answers = estimate.ask(&["a", "b", "c"].map(prompt));
    assert!(answers.iter().all(|answer| *answer == Err(Failure::OverBudget)));
    let (spent, beyond) = (estimate.spent(), estimate.beyond());
    assert_eq!((spent.calls, spent.recalled, beyond), (2, 0, 1));
    assert!(spent.tokens.output == 400 && spent.tokens.all() <= 700 && spent.money.unwrap().0 > 400 * 5);
    assert_eq!((estimate.name(), estimate.notices().len()), ("anthropic/claude-haiku-4-5", 0));
}
