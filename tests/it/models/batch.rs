//! Message Batches.

use super::anthropic::{error, message};
use super::server::{Played, Request, Server};
use super::{model, prompt, settings, vendor};
use git_dream::model::price::Money;
use git_dream::model::{Answers, Failure, Prompt};
use git_dream::settings::EngineSettings;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

fn batched(minutes: u32) -> EngineSettings {
    EngineSettings { batch: true, batch_minutes: minutes, ..settings("anthropic", "claude-haiku-4-5") }
}

/// A service that takes one batch after the other and has a result for each prompt.
struct Desk {
    server: Server,
    /// Whether batches have ended.
    has_ended: Arc<AtomicBool>,
}

fn batch(id: &str, has_ended: bool) -> Played {
    let batch = json!({
        "id": id,
        "type": "message_batch",
        "processing_status": if has_ended { "ended" } else { "in_progress" },
        "request_counts": { "processing": 0, "succeeded": 1, "errored": 0, "canceled": 0, "expired": 0 },
        "ended_at": null,
        "created_at": "2026-01-01T00:00:00Z",
        "expires_at": "2026-01-02T00:00:00Z",
        "archived_at": null,
        "cancel_initiated_at": null,
        // What goes there with a key would be stolen.
        "results_url": "https://thief.example/v1/messages/batches/results",
    });
    Played::json(200, &vendor::checked("anthropic.batch", batch))
}

impl Desk {
    /// `result` is what comes of a prompt, from what its user says.
    fn new(has_ended: bool, result: impl Fn(&str) -> Option<Value> + Send + Sync + 'static) -> Desk {
        let has_ended = Arc::new(AtomicBool::new(has_ended));
        let (ended, sent) = (has_ended.clone(), Mutex::new(Vec::<Value>::new()));
        let server = Server::new(move |_, request: &Request| {
            let mut sent = sent.lock().unwrap();
            match (request.method.as_str(), request.path.rsplit('/').next().unwrap()) {
                ("POST", _) => {
                    sent.push(request.json());
                    batch(&format!("msgbatch_{}", sent.len()), false)
                }
                ("GET", "results") => {
                    let number: usize = request
                        .path
                        .rsplit('/')
                        .nth(1)
                        .unwrap()
                        .trim_start_matches("msgbatch_")
                        .parse()
                        .unwrap();
                    let requests = sent[number - 1]["requests"].as_array().unwrap().clone();
                    let lines = requests.iter().rev().filter_map(|request| {
                        let result = result(request["params"]["messages"][0]["content"].as_str().unwrap())?;
                        let line = json!({ "custom_id": request["custom_id"], "result": result });
                        Some(vendor::checked("anthropic.batch_result", line).to_string() + "\n")
                    });
                    let mut lines: Vec<String> = lines.collect();
                    lines.push(
                        "{\"custom_id\": \"nobody's\", \"result\": {\"type\": \"canceled\"}}\nno line\n"
                            .to_owned(),
                    );
                    Played::Answer(200, vec![], lines.concat().into_bytes())
                }
                ("GET", id) => match id.trim_start_matches("msgbatch_").parse::<usize>() {
                    Ok(number) if number <= sent.len() => batch(id, ended.load(Ordering::SeqCst)),
                    _ => Played::json(404, &error("not_found_error", "no such batch")),
                },
                _ => panic!("{request:?}"),
            }
        });
        Desk { server, has_ended }
    }

    fn sent(&self) -> usize {
        self.server.requests().iter().filter(|request| request.method == "POST").count()
    }
}

fn succeeded(text: &str, stop_reason: &str) -> Option<Value> {
    Some(json!({ "type": "succeeded", "message": message(text, stop_reason) }))
}

#[test]
fn a_batch_that_fails_in_parts_answers_the_others_and_costs_half() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::new(true, |user| match user {
        "errored" => Some(json!({ "type": "errored", "error": error("api_error", "Internal") })),
        "expired" => Some(json!({ "type": "expired" })),
        "canceled" => Some(json!({ "type": "canceled" })),
        "truncated" => succeeded("{\"why\"", "max_tokens"),
        "forgotten" => None,
        user => succeeded(&json!({ "why": user }).to_string(), "end_turn"),
    });
    let model = model(&batched(5), &desk.server.address(""), folder.path());
    let prompts = ["a", "errored", "expired", "b", "canceled", "truncated", "forgotten", "a"].map(prompt);
    let answers = model.ask(&prompts);
    let told: Vec<String> = answers
        .iter()
        .map(|answer| match answer {
            Ok(reply) => reply.text.to_string(),
            Err(Failure::Broken(says)) => says.clone(),
            Err(failure) => format!("{failure:?}"),
        })
        .collect();
    assert_eq!(
        told,
        [
            r#"{"why":"a"}"#,
            "Internal (api_error)",
            "its batch took longer than a day",
            r#"{"why":"b"}"#,
            "its batch was canceled",
            "Truncated",
            "its batch has no result for it",
            r#"{"why":"a"}"#,
        ]
    );
    assert_eq!((model.spent().calls, model.spent().money), (3, Some(Money(3 * 40))));
    assert!(
        std::fs::read_dir(folder.path().join("batches")).unwrap().next().is_none(),
        "nothing is left to fetch"
    );
    assert_eq!(desk.sent(), 1);
}

#[test]
fn a_batch_that_is_not_done_is_fetched_by_the_next_cycle_and_paid_once() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::new(false, |user| succeeded(&json!({ "why": user }).to_string(), "end_turn"));
    let ask = |settings: &EngineSettings, users: &[&str]| {
        let model = model(settings, &desk.server.address(""), folder.path());
        let prompts: Vec<Prompt> = users.iter().map(|user| prompt(user)).collect();
        (model.ask(&prompts), model.spent())
    };
    assert_eq!(ask(&batched(0), &["a", "b"]).0, [Err(Failure::InBatch), Err(Failure::InBatch)]);
    // Also for who does not wait for batches at all.
    let (answers, _) = ask(&EngineSettings { batch: false, ..batched(0) }, &["a"]);
    assert_eq!((answers, desk.sent()), (vec![Err(Failure::InBatch)], 1));

    desk.has_ended.store(true, Ordering::SeqCst);
    let (answers, spent) = ask(&batched(0), &["a", "c"]);
    assert!(answers[0].is_ok() && answers[1] == Err(Failure::InBatch), "{answers:?}");
    assert_eq!((spent.calls, desk.sent()), (2, 2), "b was paid for as well, and c is in a batch of its own");

    let (answers, spent) = ask(&batched(0), &["b", "c", "a"]);
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!((spent.calls, spent.recalled, desk.sent()), (1, 2, 2));
}

#[test]
fn a_batch_that_the_service_knows_no_more_is_asked_anew() {
    let folder = tempfile::tempdir().unwrap();
    let answer = |user: &str| succeeded(&json!({ "why": user }).to_string(), "end_turn");
    let first = Desk::new(false, answer);
    let port = first.server.port();
    let model_of = |desk: &Desk| model(&batched(5), &desk.server.address(""), folder.path());
    let short = EngineSettings { batch_minutes: 0, ..batched(0) };
    assert_eq!(
        model(&short, &first.server.address(""), folder.path()).ask(&[prompt("a")]),
        [Err(Failure::InBatch)]
    );
    // The note says where the batch is; a service elsewhere is not asked for it.
    let second = Desk::new(true, answer);
    assert!(second.server.port() != port && model_of(&second).ask(&[prompt("a")])[0].is_ok());
    let note = std::fs::read_dir(folder.path().join("batches")).unwrap().next().unwrap().unwrap().path();
    let lost = std::fs::read_to_string(&note).unwrap().replace("msgbatch_1", "msgbatch_77");
    std::fs::write(&note, lost).unwrap();
    first.has_ended.store(true, Ordering::SeqCst);
    assert!(model_of(&first).ask(&[prompt("a")])[0].is_ok());
    assert_eq!(first.sent(), 2);
}

#[test]
fn a_batch_is_sent_within_the_budget() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::new(true, |user| succeeded(&json!({ "why": user }).to_string(), "end_turn"));
    let settings = EngineSettings { budget_tokens: 700, ..batched(5) };
    let model = model(&settings, &desk.server.address(""), folder.path());
    let answers = model.ask(&["a", "b", "c"].map(prompt));
    assert!(
        answers[0].is_ok() && answers[1].is_ok() && answers[2] == Err(Failure::OverBudget),
        "{answers:?}"
    );
}

#[test]
fn a_batch_that_is_not_taken_is_told_of_once_for_all() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::new(|_, _| Played::json(401, &error("authentication_error", "invalid x-api-key")));
    let model = model(&batched(5), &server.address(""), folder.path());
    let answers = model.ask(&["a", "b"].map(prompt));
    assert!(answers.iter().all(|answer| matches!(answer, Err(Failure::Denied(_)))), "{answers:?}");
    assert_eq!((server.requests().len(), model.spent().calls), (1, 0));
}
