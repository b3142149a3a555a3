//! `git dream grade`: a model marks sessions by a rubric, and the next cycle learns from what holds.

use crate::cli::{NOW, json as parsed};
use crate::dream::write;
use crate::models::server::{Played, Request, Server};
use crate::sandbox::{Ran, Sandbox};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

const RUBRIC: &str = "---\nname: errands\ndescription: Whether an errand was done\napplies_to: [codex]\n---\n# Errands\n\n\
## Criteria\n\n- **done** (3): The parcel was delivered.\n- **polite**: The agent said good-bye.\n";

/// Errands of three sorts, each run several times: who does not weigh the parcel first does not deliver it.
fn session(number: usize) -> String {
    let weighs = number.is_multiple_of(2);
    let at = |second: usize| format!("2026-01-{:02}T10:{:02}:{second:02}Z", number % 18 + 1, number % 60);
    let call = |second, tool: &str, output: &str| json!({"at": at(second), "call": {"tool": tool, "args": {"parcel": format!("p{number}")}, "output": output}});
    let mut lines = vec![
        json!({"git_dream": 1, "id": format!("s{number}"), "agent": "codex", "job": format!("errand {}", number % 12 / 2)}),
        json!({"at": at(0), "person": format!("Bring parcel {number} to its owner.")}),
        call(1, "fetch_parcel", "fetched"),
    ];
    if weighs {
        lines.push(call(2, "update_weight", "weighed"));
    }
    lines.push(call(3, "send_parcel", if weighs { "the owner signed" } else { "queued at the depot" }));
    lines.push(json!({"at": at(4), "agent": "All done, have a good day."}));
    lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n")
}

/// A model that reads the record and marks it.
fn marks(request: &Request) -> Value {
    let asked = request.json()["messages"].to_string();
    let signed = asked.contains("the owner signed");
    let (mark, quote) = if signed { ("met", "the owner signed") } else { ("unmet", "queued at the depot") };
    let number = |words: &str| {
        let before = asked.split(words).next().unwrap_or_default();
        before.rsplit('#').next().and_then(|rest| rest.split(' ').next()?.parse::<u32>().ok()).unwrap_or(0)
    };
    json!({"criteria": [
        {"name": "done", "event": number(quote), "quote": quote, "mark": mark},
        {"name": "polite", "event": number("All done"), "quote": "I kissed the owner's hand", "mark": "met"},
    ]})
}

fn completion(said: &Value) -> Played {
    Played::json(
        200,
        &json!({
            "id": "c", "object": "chat.completion", "created": 1, "model": "m-1",
            "choices": [{"index": 0, "finish_reason": "stop",
                "message": {"role": "assistant", "content": said.to_string()}}],
            "usage": {"prompt_tokens": 400, "completion_tokens": 60, "total_tokens": 460},
        }),
    )
}

struct World {
    sandbox: Sandbox,
    memory: PathBuf,
    sessions: PathBuf,
    server: Server,
}

impl World {
    fn new(many: usize) -> World {
        let sandbox = Sandbox::new();
        let memory = sandbox.repo("memory", &[("MEMORY.md", "# Memory\n"), ("rubrics/errands.md", RUBRIC)]);
        let sessions: Vec<String> = (0..many).map(session).collect();
        let sessions = write(&sandbox, "errands.jsonl", &sessions);
        World { sandbox, memory, sessions, server: Server::new(|_, request| completion(&marks(request))) }
    }

    fn grade(&self, more: &[&str]) -> Ran {
        let address = self.server.address("/v1");
        let mut args = vec!["grade", "--json", "--now", NOW, "--base-url", &address, "--model", "m-1"];
        args.extend(more);
        args.extend(["--sessions", self.sessions.to_str().unwrap()]);
        self.sandbox.dream(&self.memory, &args)
    }

    fn run(&self) -> Value {
        let sessions = self.sessions.to_str().unwrap();
        parsed(self.sandbox.dream(&self.memory, &["run", "--json", "--now", NOW, "--sessions", sessions]))
    }

    fn outcomes(&self) -> Vec<Value> {
        let ledger = "refs/dream/ledger";
        if self.sandbox.try_git(&self.memory, &["rev-parse", "-q", "--verify", ledger]).status != 0 {
            return Vec::new();
        }
        let files = self.sandbox.git(&self.memory, &["ls-tree", "-r", "--name-only", ledger, "outcomes/"]);
        let lines =
            files.lines().map(|file| self.sandbox.git(&self.memory, &["show", &format!("{ledger}:{file}")]));
        lines
            .flat_map(|text| text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<_>>())
            .collect()
    }
}

#[test]
fn outcomes_that_a_model_gave_let_the_next_cycle_compare_runs_of_a_job() {
    let world = World::new(48);
    assert_eq!(world.run()["learnings"], json!([]), "without outcomes nothing can be called a cause");
    let grades = parsed(world.grade(&[]));
    assert_eq!(grades["rubric"].as_str().unwrap().split('@').next(), Some("errands"));
    let graded = grades["graded"].as_array().unwrap();
    assert_eq!((graded.len(), grades["cost"]["calls"].as_u64()), (48, Some(48)));
    assert!(graded.iter().all(|one| one["marks"].as_array().unwrap().len() == 1), "{grades}");
    assert!(graded.iter().all(|one| one["refused"][0][1].as_str().unwrap().contains("quote")), "{grades}");
    let outcomes = world.outcomes();
    assert_eq!((outcomes.len(), &outcomes[0]["by"]), (48, &json!("graded")));
    let failed = outcomes.iter().filter(|outcome| outcome["outcome"] == 0.0).count();
    assert_eq!(failed, 24);

    let learnings = world.run()["learnings"].as_array().unwrap().clone();
    let about = |learning: &Value| learning["title"].as_str().unwrap().contains("update_weight");
    let found = learnings.iter().find(|learning| about(learning)).unwrap_or_else(|| panic!("{learnings:?}"));
    assert_eq!(found["grade"], "corroborated", "what a model judged confirms nothing");
    assert!(world.run()["cycle"].is_null(), "with the same outcomes there is nothing to say");
    world.sandbox.fsck(&world.memory);
}

#[test]
fn what_was_graded_is_not_graded_again_until_the_rubric_changes() {
    let world = World::new(4);
    assert_eq!(parsed(world.grade(&["--most", "3"]))["graded"].as_array().unwrap().len(), 3);
    assert_eq!(parsed(world.grade(&["errands"]))["graded"].as_array().unwrap().len(), 1);
    assert_eq!(parsed(world.grade(&["rubrics/errands.md"]))["graded"], json!([]));
    assert_eq!(world.server.requests().len(), 4);
    let changed = RUBRIC.replace("(3)", "(2)");
    world.sandbox.commit(&world.memory, &[("rubrics/errands.md", &changed)], "weigh it otherwise");
    let again = parsed(world.grade(&[]));
    assert_eq!(again["graded"].as_array().unwrap().len(), 4);
    assert_eq!(again["cost"]["recalled"], 4, "the questions are the same, so nothing is paid");
    assert_eq!(world.outcomes().len(), 8);
}

#[test]
fn a_dry_run_asks_nobody_and_a_budget_holds() {
    let world = World::new(6);
    let estimate = parsed(world.grade(&["--dry-run"]))["estimate"].clone();
    assert_eq!(estimate["calls"], 6);
    assert!(world.server.requests().is_empty() && world.outcomes().is_empty());
    let grades = parsed(world.grade(&["--budget", "2500"]));
    let (graded, failed) =
        (grades["graded"].as_array().unwrap().len(), grades["failed"].as_array().unwrap().len());
    assert!(graded >= 1 && failed >= 1 && graded + failed == 6, "{grades}");
    assert!(grades["failed"][0][1].as_str().unwrap().contains("budget"));
    assert_eq!(world.outcomes().len(), graded);
}

#[test]
fn mistakes_of_people_are_told() {
    let world = World::new(1);
    let said = |ran: Ran, code: i32| -> String {
        assert_eq!(ran.status, code, "{}", ran.stderr);
        ran.stderr
    };
    assert!(said(world.grade(&["errand"]), 2).contains("the memory has errands"));
    let grade = |memory: &Path| world.sandbox.dream(memory, &["grade"]);
    assert!(said(grade(&world.memory), 2).contains("--engine"));
    let broken = [("rubrics/errands.md", "# Errands\n")];
    world.sandbox.commit(&world.memory, &broken, "lose the front matter");
    assert!(said(world.grade(&[]), 2).contains("rubrics/errands.md is no rubric: it has no front matter"));
    world.sandbox.commit(&world.memory, &[("rubrics/other.md", RUBRIC)], "another");
    assert!(said(world.grade(&[]), 2).contains("which rubric? the memory has errands, other"));
}
