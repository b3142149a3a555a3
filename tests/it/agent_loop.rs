//! The loop closed: agents' sessions are captured, dreamt on and reviewed, and what was learnt reaches the next sessions.
//!
//! Two people's agents play by `tests/agent-loop/agent.mjs`: their hooks and their MCP server are those that `git dream
//! connect claude-code` installed, run as Claude Code runs them; the server is asked by the official client. The
//! commands that they run fail and work for real. `cargo test --test it agent_loop -- --nocapture` tells the story.

#![allow(clippy::print_stdout, reason = "the test tells a story")]

use crate::sandbox::{Ran, Sandbox};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// Where `.ci/run` puts the official client.
const TOOLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/mcp-tools");
const AGENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/agent-loop/agent.mjs");
/// Deploys, if it is told where.
const DEPLOY: &str = "#!/bin/sh\ncase \"$*\" in\n*--region*) echo \"deployed $1\" ;;\n*) echo \"error: no region is set for \
                      $1, nothing was deployed\" >&2; exit 3 ;;\nesac\n";

struct Team {
    sandbox: Sandbox,
    remote: PathBuf,
    clone: PathBuf,
}

/// One person with an agent and a project.
struct Person<'t> {
    team: &'t Team,
    home: PathBuf,
    project: PathBuf,
}

/// What an agent is to do.
struct Job<'j> {
    session: &'j str,
    began: &'j str,
    ask: &'j str,
    what: &'j str,
    /// Whether it reads what it is given at its session's start.
    listens: bool,
    recalls: bool,
    suggestion: Option<Value>,
}

impl Team {
    fn new() -> Team {
        let sandbox = Sandbox::new();
        let top = sandbox.path("");
        sandbox.dream(&top, &["init", "--quiet", "first"]).ok();
        sandbox.git(&top, &["clone", "--quiet", "--bare", "first", "memory.git"]);
        sandbox.git(&top, &["clone", "--quiet", "memory.git", "clone"]);
        let (remote, clone) = (sandbox.path("memory.git"), sandbox.path("clone"));
        for (key, value) in [("user.name", "Cy"), ("user.email", "cy@example.com")] {
            sandbox.git(&clone, &["config", key, value]);
        }
        Team { sandbox, remote, clone }
    }

    fn person(&self, name: &str) -> Person<'_> {
        let home = self.sandbox.path(name);
        let project = home.join("shop");
        std::fs::create_dir_all(&project).unwrap();
        std::fs::write(project.join("deploy.sh"), DEPLOY).unwrap();
        let person = Person { team: self, home, project };
        let memory = format!("file://{}", self.remote.display());
        person.dream(&["connect", "--memory", &memory, "--as", name, "--yes"]).ok();
        person.dream(&["connect", "claude-code", "--yes"]).ok();
        person
    }

    fn inboxes(&self) -> usize {
        let refs =
            self.sandbox.git(&self.remote, &["for-each-ref", "--format=%(refname)", "refs/dream/inbox"]);
        let listed =
            |inbox: &str| self.sandbox.git(&self.remote, &["grep", "-h", "-e", "", inbox, "--", "sessions"]);
        refs.lines().map(|inbox| listed(inbox).lines().count()).sum()
    }

    /// Waits until so many sessions have come in: hooks capture in the background.
    fn wait_for(&self, sessions: usize) {
        let begun = Instant::now();
        while self.inboxes() < sessions {
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "{} of {sessions} sessions came in",
                self.inboxes()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Dreams on what came in, as a timer would, and shares what came of it.
    fn night(&self, now: &str) -> Value {
        let none = self.sandbox.path("none");
        std::fs::create_dir_all(&none).unwrap();
        let args = ["run", "--fetch", "--json", "--now", now, "--sessions", none.to_str().unwrap()];
        let report = crate::cli::json(self.sandbox.dream(&self.clone, &args));
        self.sandbox.dream(&self.clone, &["publish", "--quiet", "--forge", "none", "--now", now]).ok();
        report
    }
}

impl Person<'_> {
    fn command(&self, program: &str) -> Command {
        let mut command = self.team.sandbox.command(program, &self.project);
        let ours = Path::new(env!("CARGO_BIN_EXE_git-dream")).parent().unwrap();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(ours.to_owned()).chain(std::env::split_paths(&path));
        command
            .env("PATH", std::env::join_paths(folders).unwrap())
            .env("HOME", &self.home)
            .env("USERPROFILE", &self.home)
            // The machines of tests are slower than those that agents work on.
            .env("GIT_DREAM_HOOK_DEADLINE", "20000")
            .env("CLAUDE_CONFIG_DIR", self.home.join(".claude"))
            .env("XDG_CONFIG_HOME", self.home.join("config"))
            .env("XDG_DATA_HOME", self.home.join("data"));
        command
    }

    fn dream(&self, args: &[&str]) -> Ran {
        let mut command = self.command(env!("CARGO_BIN_EXE_git-dream"));
        Ran::of(command.args(args).output().unwrap())
    }

    /// Has the agent do a job; what it tells of it.
    fn work(&self, job: &Job<'_>) -> Value {
        let Job { session, began, ask, what, listens, recalls, suggestion } = job;
        let steps = json!([
            { "usual": "ls" },
            { "usual": format!("sh deploy.sh {what}"), "other": format!("sh deploy.sh {what} --region eu"), "mark": "--region" },
        ]);
        let told = json!({ "project": self.project, "session": session, "began": began, "ask": ask, "steps": steps,
            "listens": listens, "recalls": recalls, "suggestion": suggestion, "tools": TOOLS });
        let file = self.home.join(format!("{session}.json"));
        std::fs::write(&file, told.to_string()).unwrap();
        let ran = Ran::of(self.command("node").arg(AGENT).arg(&file).output().unwrap());
        serde_json::from_str(&ran.ok()).unwrap()
    }
}

fn has_client() -> bool {
    let there = Path::new(TOOLS).join("node_modules/@modelcontextprotocol/client").is_dir();
    if !there {
        println!("skipped: the official MCP client is not in {TOOLS}; .ci/run installs it");
    }
    there
}

#[test]
fn what_agents_learn_reaches_the_next_sessions() {
    if !has_client() {
        return;
    }
    let team = Team::new();
    let (ann, ben) = (team.person("ann"), team.person("ben"));
    let suggestion = json!({ "lesson": "Look into deploy.sh before you run it for the first time.", "kind": "preference",
        "evidence": "error: no region is set" });
    let jobs = [
        (&ann, "0a000000-0000-4000-8000-000000000001", "2026-01-05T09:00:00Z", "Deploy the shop.", "shop"),
        (
            &ben,
            "0b000000-0000-4000-8000-000000000002",
            "2026-01-05T10:00:00Z",
            "The blog has a new post, put it online.",
            "blog",
        ),
        (
            &ann,
            "0a000000-0000-4000-8000-000000000003",
            "2026-01-05T11:00:00Z",
            "Roll out the handbook for customers.",
            "handbook",
        ),
        (
            &ben,
            "0b000000-0000-4000-8000-000000000004",
            "2026-01-05T12:00:00Z",
            "Bring the status page up again.",
            "status",
        ),
    ];
    for (person, session, began, ask, what) in jobs {
        let suggestion = (what == "status").then(|| suggestion.clone());
        let job = Job { session, began, ask, what, listens: true, recalls: true, suggestion };
        let report = person.work(&job);
        println!("{ask} → {}: fails, and nobody knows why", report["first"][1]);
        assert_eq!(report["first"][1], format!("sh deploy.sh {what}"));
        assert_eq!(report["reached"][1], false, "there is no note yet");
    }
    // Each session, and the suggestion.
    team.wait_for(5);

    let night = team.night("2026-01-06T02:00:00Z");
    let learnings = night["learnings"].as_array().unwrap();
    for learning in learnings {
        println!("dreamt: {} ({}, {})", learning["title"], learning["kind"], learning["grade"]);
    }
    let mistake =
        learnings.iter().find(|learning| learning["kind"] == "mistake").expect("a mistake was learnt");
    assert!(learnings.iter().any(|learning| learning["grade"] == "suggested"), "{learnings:#?}");
    let note = mistake["note"].as_str().unwrap();
    team.sandbox.dream(&team.clone, &["review", "--accept", "all", "--now", "2026-01-06T08:00:00Z"]).ok();
    team.sandbox.git(&team.clone, &["push", "--quiet", "origin", "main"]);
    team.sandbox
        .dream(&team.clone, &["publish", "--quiet", "--forge", "none", "--now", "2026-01-06T08:00:00Z"])
        .ok();
    println!("merged: {note}");

    // The next morning.
    for person in [&ann, &ben] {
        person.dream(&["capture", "--quiet"]).ok();
    }
    let before = team.inboxes();
    let heeds = Job {
        session: "0a000000-0000-4000-8000-000000000005",
        began: "2026-01-07T09:00:00Z",
        ask: "Deploy the wiki.",
        what: "wiki",
        listens: true,
        recalls: false,
        suggestion: None,
    };
    let report = ann.work(&heeds);
    println!("{} → {}: the session began with the rule", heeds.ask, report["first"][1]);
    assert_eq!(report["first"][1], "sh deploy.sh wiki --region eu", "{report:#}");
    let asks = Job {
        session: "0a000000-0000-4000-8000-000000000006",
        began: "2026-01-07T10:00:00Z",
        ask: "How is something deployed? Deploy the forum.",
        what: "forum",
        listens: false,
        recalls: true,
        suggestion: None,
    };
    let report = ann.work(&asks);
    println!("{} → {}: recalled", asks.ask, report["first"][1]);
    assert!(report["recalled"].as_str().unwrap().contains("--region"), "{report:#}");
    assert_eq!(report["first"][1], "sh deploy.sh forum --region eu");
    let heedless = Job {
        session: "0b000000-0000-4000-8000-000000000007",
        began: "2026-01-07T11:00:00Z",
        ask: "Put the new prices online.",
        what: "prices",
        listens: false,
        recalls: false,
        suggestion: None,
    };
    let report = ben.work(&heedless);
    println!("{} → {}: fails, and the hook says at once what to do", heedless.ask, report["first"][1]);
    assert_eq!(report["first"][1], "sh deploy.sh prices");
    assert_eq!(report["reached"][1], true, "the hook's note came with the failure: {report:#}");
    team.wait_for(before + 3);

    team.night("2026-01-08T02:00:00Z");
    let impact = crate::cli::json(team.sandbox.dream(&team.clone, &["impact", "--json"]));
    let of_note =
        impact["notes"].as_array().and_then(|notes| notes.iter().find(|found| found["note"] == note));
    let usage = &of_note.expect("the note is told of")["usage"];
    let counts = ["shown", "followed", "contradicted"].map(|count| usage[count].as_u64().unwrap());
    println!("impact: shown in {}, then followed in {}, contradicted in {}", counts[0], counts[1], counts[2]);
    assert_eq!(counts, [3, 2, 1], "{usage}");
    let recalled = crate::cli::json(ann.dream(&[
        "recall",
        "--json",
        "error: no region is set for x, nothing was deployed",
    ]));
    assert_eq!(
        (&recalled["hits"][0]["note"], &recalled["hits"][0]["is_its_message"]),
        (&json!(note), &json!(true))
    );
}
