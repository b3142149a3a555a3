//! Rehearsals, against a server on this machine whose "model" heeds a note, or does not.

use crate::models::server::{Played, Request, Server};
use crate::sandbox::{Ran, Sandbox};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

const NOW: &str = "2026-01-05T02:00:00Z";

/// What the packers were asked for, each with the crate it is about.
const JOBS: [(&str, &str); 4] = [
    ("K73211", "please get the harbour festival lanterns out of the door today"),
    ("K91840", "the museum wants its porcelain back before spring"),
    ("K55127", "send the choir robes of the northern school to the laundry"),
    ("K60093", "my bicycle parts are to go to the repair cafe in the old mill"),
];

/// Sessions of agents that pack a crate loosely, which fails, and then tightly.
fn sessions(sandbox: &Sandbox) -> PathBuf {
    let session = |(id, ask): (&str, &str)| {
        let call = |name: &str, mode: &str| {
            let arguments = json!({ "crate": id, "mode": mode }).to_string();
            let call = json!({ "id": name, "type": "function", "function": { "name": "pack_crate", "arguments": arguments } });
            json!({ "role": "assistant", "content": "", "tool_calls": [call] })
        };
        let result =
            |name: &str, content: String| json!({ "role": "tool", "tool_call_id": name, "content": content });
        let messages = [
            json!({ "role": "user", "content": format!("{ask}. It is crate {id}.") }),
            call("a", "loose"),
            result("a", format!("Error: crate {id} cannot be packed in the loose mode")),
            call("b", "tight"),
            result("b", "packed and sent".to_owned()),
        ];
        json!({ "messages": messages }).to_string() + "\n"
    };
    let path = sandbox.path("sessions.jsonl");
    std::fs::write(&path, JOBS.map(session).concat()).unwrap();
    path
}

/// A server whose model packs the crate that it was asked for, in the mode that this says of the prompt.
fn model(mode: impl Fn(&str) -> &'static str + Send + Sync + 'static) -> Server {
    Server::new(move |_, request: &Request| {
        let body = request.json();
        let asked =
            body["messages"].as_array().unwrap().last().unwrap()["content"].as_str().unwrap().to_owned();
        let about = asked.split("It is crate ").nth(1).and_then(|rest| rest.get(..6)).unwrap_or_default();
        let answer = json!({ "tool": "pack_crate", "arguments": [
            { "name": "crate", "value": about }, { "name": "mode", "value": mode(&asked) },
        ] });
        Played::json(
            200,
            &json!({
                "id": "c", "object": "chat.completion", "created": 1, "model": "packer-1",
                "choices": [{ "index": 0, "finish_reason": "stop", "message": { "role": "assistant", "content": answer.to_string() } }],
                "usage": { "prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110 },
            }),
        )
    })
}

fn heeds(prompt: &str) -> &'static str {
    if prompt.contains("Your memory holds this note") { "tight" } else { "loose" }
}

/// A memory in which these sessions were dreamt and everything was merged.
fn memory(sandbox: &Sandbox, sessions: &Path) -> PathBuf {
    sandbox.dream(&sandbox.path(""), &["init", "m"]).ok();
    let memory = sandbox.path("m");
    let ran =
        sandbox.dream(&memory, &["run", "--json", "--now", NOW, "--sessions", sessions.to_str().unwrap()]);
    let report: Value = serde_json::from_str(&ran.ok()).unwrap();
    sandbox.git(&memory, &["config", "user.name", "Ann"]);
    sandbox.git(&memory, &["config", "user.email", "ann@example.com"]);
    sandbox.git(&memory, &["merge", "--quiet", report["branch"].as_str().unwrap()]);
    memory
}

fn rehearse(sandbox: &Sandbox, memory: &Path, sessions: &Path, server: &Server, more: &[&str]) -> Ran {
    rehearse_with("packer", sandbox, memory, sessions, server, more)
}

fn rehearse_with(
    name: &str,
    sandbox: &Sandbox,
    memory: &Path,
    sessions: &Path,
    server: &Server,
    more: &[&str],
) -> Ran {
    let address = server.address("/v1");
    let mut args =
        vec!["rehearse", "--engine", "openai", "--base-url", &address, "--model", name, "--budget", "9M"];
    args.extend(more);
    args.extend(["--sessions", sessions.to_str().unwrap()]);
    sandbox.dream(memory, &args)
}

fn of_one_note(ran: Ran) -> (Value, Value) {
    let report: Value = serde_json::from_str(&ran.ok()).unwrap();
    assert_eq!((&report["version"], report["notes"].as_array().unwrap().len()), (&json!(1), 1), "{report:#}");
    let note = report["notes"][0].clone();
    (report, note)
}

#[test]
fn a_note_that_a_model_heeds_shows_a_lift() {
    let sandbox = Sandbox::new();
    let sessions = sessions(&sandbox);
    let memory = memory(&sandbox, &sessions);
    let server = model(heeds);
    let before = sandbox.git(&memory, &["for-each-ref"]);
    let (report, note) =
        of_one_note(rehearse(&sandbox, &memory, &sessions, &server, &["--json", "--times", "5"]));
    assert_eq!(
        (note["finding"].as_str(), note["lift"]["value"].as_f64()),
        (Some("helps"), Some(1.0)),
        "{note:#}"
    );
    assert!(note["lift"]["low"].as_f64().unwrap() > 0.5 && note["lift"]["high"] == 1.0, "{note:#}");
    assert_eq!(note["variants_lift"]["value"], 1.0);
    // Three moments and a variant of each, five times on either side; each asked once and never again.
    assert_eq!((report["cost"]["calls"].as_u64(), server.requests().len()), (Some(60), 60));
    let again = rehearse(&sandbox, &memory, &sessions, &server, &["--times", "5"]);
    assert!(again.stderr.contains("60 answers known from before"), "{}", again.stderr);
    let said = again.ok();
    assert_eq!(server.requests().len(), 60);
    for words in [
        "15 of 15 repeat the mistake",
        "0 of 15 repeat the mistake, 15 do what worked",
        "lift              1.00",
        "it helps",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    // Nothing of what came later was shown: neither how it failed nor what worked, but in the note.
    for request in server.requests() {
        let prompt = request.json()["messages"].to_string();
        let (record, noted) = prompt
            .split_once("<<<data")
            .map(|(before, record)| (record.to_owned(), before.to_owned()))
            .unwrap();
        assert!(
            !record.contains("tight") && !record.contains("loose") && !record.contains("cannot be packed"),
            "{record}"
        );
        assert!(!noted.contains("[source:"), "{noted}");
    }
    assert_eq!(sandbox.git(&memory, &["for-each-ref"]), before, "nothing is written");
}

#[test]
fn a_note_that_a_model_ignores_shows_none() {
    let sandbox = Sandbox::new();
    let sessions = sessions(&sandbox);
    let memory = memory(&sandbox, &sessions);
    let server = model(|_| "loose");
    let (_, note) = of_one_note(rehearse(&sandbox, &memory, &sessions, &server, &["--json", "--times", "5"]));
    assert_eq!(
        (note["finding"].as_str(), note["lift"]["value"].as_f64()),
        (Some("none-shown"), Some(0.0)),
        "{note:#}"
    );
    assert!(
        note["lift"]["low"].as_f64().unwrap() < 0.0 && note["lift"]["high"].as_f64().unwrap() > 0.0,
        "{note:#}"
    );
    let never = model(|_| "tight");
    let (_, note) = of_one_note(rehearse_with("careful", &sandbox, &memory, &sessions, &never, &["--json"]));
    assert_eq!(note["finding"], "never-made");
}

#[test]
fn what_it_would_cost_is_told_without_asking() {
    let sandbox = Sandbox::new();
    let sessions = sessions(&sandbox);
    let memory = memory(&sandbox, &sessions);
    let server = model(heeds);
    let ran =
        rehearse(&sandbox, &memory, &sessions, &server, &["--dry-run", "--variants", "0", "--times", "2"]);
    assert!(
        ran.stderr.contains("3 moments") && ran.stderr.contains("would be asked 12 questions"),
        "{ran:?}"
    );
    ran.ok();
    let ran = rehearse(&sandbox, &memory, &sessions, &server, &["--dry-run", "--json"]);
    let report: Value = serde_json::from_str(&ran.ok()).unwrap();
    assert!(report["estimate"]["calls"].as_u64() == Some(48) && report.get("cost").is_none(), "{report:#}");
    let ran = rehearse(&sandbox, &memory, &sessions, &server, &["--dry-run", "--budget", "5000"]);
    assert!(ran.stderr.contains("the budget does not reach for"), "{ran:?}");
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn a_learning_is_rehearsed_before_it_is_proposed() {
    let sandbox = Sandbox::new();
    let sessions = sessions(&sandbox);
    sandbox.dream(&sandbox.path(""), &["init", "m"]).ok();
    let memory = sandbox.path("m");
    let run = |name: &str, server: &Server, more: &[&str]| {
        let address = server.address("/v1");
        let mut args = vec![
            "run",
            "--json",
            "--now",
            NOW,
            "--engine",
            "openai",
            "--base-url",
            &address,
            "--model",
            name,
        ];
        args.extend(["--budget", "9M", "--rehearse"]);
        args.extend(more);
        args.extend(["--sessions", sessions.to_str().unwrap()]);
        serde_json::from_str::<Value>(&sandbox.dream(&memory, &args).ok()).unwrap()
    };
    let heeding = model(heeds);
    let estimated = run("packer", &heeding, &["--dry-run"]);
    assert!(estimated["estimate"]["calls"].as_u64().unwrap() >= 36, "{estimated:#}");
    // The gate: what a model ignores falls short, and is told with its numbers.
    let settings = std::fs::read_to_string(memory.join("dream.toml")).unwrap();
    let strict = settings.replace("#require_lift = 0.0", "require_lift = 0.3");
    assert_ne!(strict, settings);
    sandbox.git(&memory, &["config", "user.name", "Ann"]);
    sandbox.git(&memory, &["config", "user.email", "ann@example.com"]);
    sandbox.commit(&memory, &[("dream.toml", &strict)], "Ask for a lift");
    let refused = run("packer", &model(|_| "loose"), &["--dry-run"]);
    assert_eq!(refused["refused"], json!([]), "nobody was asked");
    let refused = run("packer", &model(|_| "loose"), &[]);
    let reason = refused["refused"][0]["reason"].as_str().unwrap().to_owned();
    for words in
        ["9 of 9 attempts repeat the mistake without the note, 9 of 9 with it; lift 0.00", "asks for 0.30"]
    {
        assert!(reason.contains(words), "{words}: {reason}");
    }
    assert!(refused["branch"].is_null() && refused["cost"]["calls"].as_u64().unwrap() >= 36, "{refused:#}");
    // Another model heeds it: the next cycle proposes it, with what was measured.
    let proposed = run("better", &heeding, &[]);
    let commit = proposed["learnings"][0]["commit"].as_str().unwrap();
    let message = sandbox.git(&memory, &["log", "-1", "--format=%B", commit]);
    for words in [
        "Rehearsed with openai/better at 3 moments",
        "lift 1.00 (95 % interval",
        "At variants of them: lift 1.00",
    ] {
        assert!(message.contains(words), "{words}: {message}");
    }
    // What waits can be rehearsed, too, by its name.
    let name = proposed["learnings"][0]["note"].as_str().unwrap();
    let (_, note) = of_one_note(rehearse(&sandbox, &memory, &sessions, &heeding, &["--json", name]));
    assert_eq!(note["finding"], "helps");
}

#[test]
fn what_cannot_be_rehearsed_says_why() {
    let sandbox = Sandbox::new();
    let sessions = sessions(&sandbox);
    let memory = memory(&sandbox, &sessions);
    let note = "---\nname: kind\ndescription: Be kind.\nkind: preference\n---\n# Be kind\n\nAlways.\n";
    sandbox.commit(&memory, &[("preferences/kind.md", note)], "Be kind");
    // No model is needed to see that there is nothing to ask.
    let said = sandbox.dream(&memory, &["rehearse", "kind"]).ok();
    assert!(said.contains("preferences/kind.md") && said.contains("it quotes no failing call"), "{said}");
    let nowhere = sandbox.path("other.jsonl");
    std::fs::write(&nowhere, "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}\n").unwrap();
    let said = sandbox.dream(&memory, &["rehearse", "--sessions", nowhere.to_str().unwrap()]).ok();
    assert!(said.contains("no transcript of its session is here"), "{said}");
    let failing = |args: &[&str]| {
        let ran = sandbox.dream(&memory, args);
        (ran.status, ran.stderr)
    };
    let (status, said) = failing(&["rehearse", "unheard-of"]);
    assert!(status == 2 && said.contains("no note is called \"unheard-of\""), "{said}");
    let (status, said) = failing(&["rehearse", "--sessions", sessions.to_str().unwrap()]);
    assert!(status == 2 && said.contains("name one with --engine"), "{said}");
    let (status, said) = failing(&["run", "--rehearse", "--sessions", sessions.to_str().unwrap()]);
    assert!(status == 2 && said.contains("--rehearse needs a model"), "{said}");
    let denying = Server::new(|_, _| Played::json(401, &json!({ "error": { "message": "no such key" } })));
    let ran = rehearse(&sandbox, &memory, &sessions, &denying, &[]);
    assert!(ran.status == 3 && ran.stderr.contains("no such key"), "{ran:?}");
    let empty = sandbox.repo("empty", &[("README.md", "hello\n")]);
    let ran = sandbox.dream(&empty, &["rehearse"]);
    assert!(ran.status == 0 && ran.stderr.contains("nothing to rehearse"), "{ran:?}");
}
