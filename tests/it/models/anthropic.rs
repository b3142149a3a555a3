//! The Messages API.

use super::server::{Played, Server};
use super::{KEY, model, prompt, settings, vendor};
use git_dream::model::price::Money;
use git_dream::model::{Answers, Failure, Tokens};
use serde_json::{Value, json};

/// A message that says this.
pub(super) fn message(text: &str, stop_reason: &str) -> Value {
    let message = json!({
        "id": "msg_01",
        "type": "message",
        "role": "assistant",
        "model": "claude-haiku-4-5-20251001",
        "content": [{ "type": "text", "text": text, "citations": null }],
        "stop_reason": stop_reason,
        "stop_sequence": null,
        "usage": {
            "input_tokens": 20,
            "cache_creation_input_tokens": 4,
            "cache_read_input_tokens": 100,
            "output_tokens": 9,
        },
    });
    vendor::checked("anthropic.answer", message)
}

pub(super) fn error(kind: &str, message: &str) -> Value {
    json!({ "type": "error", "error": { "type": kind, "message": message }, "request_id": "req_01" })
}

#[test]
fn an_answer_is_asked_for_as_the_api_wants_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::new(|_, _| Played::json(200, &message(r#"{"why": "no daemon"}"#, "end_turn")));
    let model = model(&settings("anthropic", "claude-haiku-4-5"), &server.address("/v1"), folder.path());
    let reply = model.ask(&[prompt("docker: cannot connect")]).remove(0).unwrap();
    assert_eq!(
        (&*reply.text, reply.model.as_str()),
        (r#"{"why": "no daemon"}"#, "claude-haiku-4-5-20251001")
    );
    assert_eq!(reply.tokens, Tokens { input: 20, kept: 100, keeping: 4, output: 9 });
    // A dollar a million to read, a tenth of it for what was kept, a quarter more for what is to be kept; five to write.
    assert_eq!(model.spent().money, Some(Money(20 + 10 + 5 + 45)));
    let request = server.requests().remove(0);
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/v1/messages"));
    assert_eq!((request.header("x-api-key"), request.header("authorization")), (Some(KEY), None));
    assert_eq!(request.header("anthropic-version"), Some("2023-06-01"));
    let body = request.json();
    assert_eq!(body["system"][0]["cache_control"]["type"], json!("ephemeral"));
    assert_eq!(body["output_config"]["format"]["schema"]["required"], json!(["why"]));
    assert_eq!(body["model"], json!("claude-haiku-4-5"));
}

#[test]
fn what_goes_wrong_is_told_by_its_cause() {
    let mut refusal = message("", "refusal");
    refusal["stop_details"] =
        json!({ "type": "refusal", "category": "cyber", "explanation": "It looks like an attack." });
    let refusal = vendor::checked("anthropic.answer", refusal);
    type Is = fn(&Failure) -> bool;
    let cases: Vec<(Played, usize, Is)> = vec![
        (Played::json(200, &refusal), 1, |f| *f == Failure::Refused("It looks like an attack.".to_owned())),
        (Played::json(200, &message("{\"why\": \"it", "max_tokens")), 1, |f| *f == Failure::Truncated),
        (Played::json(200, &message("I think {that", "end_turn")), 1, |f| matches!(f, Failure::Malformed(_))),
        (Played::json(401, &error("authentication_error", "invalid x-api-key")), 1, |f| {
            matches!(f, Failure::Denied(_))
        }),
        (
            Played::json(400, &error("invalid_request_error", "Your credit balance is too low")),
            1,
            |f| matches!(f, Failure::Denied(says) if says.contains("credit balance")),
        ),
        (
            Played::json(400, &error("invalid_request_error", "prompt is too long: 9 tokens > 8 maximum")),
            1,
            |f| matches!(f, Failure::Refused(_)),
        ),
        (Played::json(529, &error("overloaded_error", "Overloaded")).with("retry-after", "0"), 3, |f| {
            matches!(f, Failure::Busy(_))
        }),
        (Played::json(500, &error("api_error", "Internal")).with("retry-after-ms", "1"), 3, |f| {
            matches!(f, Failure::Broken(_))
        }),
        (Played::json(429, &error("rate_limit_error", "Slow")).with("retry-after", "86400"), 1, |f| {
            matches!(f, Failure::Busy(_))
        }),
    ];
    for (played, asked, is_expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        let shown = format!("{played:?}").chars().take(200).collect::<String>();
        let server = Server::new(move |_, _| played.clone());
        let model = model(&settings("anthropic", "claude-haiku-4-5"), &server.address(""), folder.path());
        let failure = model.ask(&[prompt("why?")]).remove(0).unwrap_err();
        assert!(is_expected(&failure), "{shown}: {failure:?}");
        assert_eq!(server.requests().len(), asked, "{shown}");
    }
}

#[test]
fn what_a_failed_answer_took_is_booked() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::new(|_, _| Played::json(200, &message("{\"why\": \"it", "max_tokens")));
    let model = model(&settings("anthropic", "claude-haiku-4-5"), &server.address(""), folder.path());
    assert_eq!(model.ask(&[prompt("why?")]), [Err(Failure::Truncated)]);
    assert_eq!((model.spent().calls, model.spent().tokens.all()), (1, 133));
}

#[test]
fn a_model_that_thinks_whatever_is_said_is_asked_to_think_little() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::new(|_, request| match request.json()["thinking"]["type"].as_str() {
        Some(kind) => {
            let says = format!("\"thinking.type.{kind}\" is not supported for this model.");
            Played::json(400, &error("invalid_request_error", &says))
        }
        None => Played::json(200, &message(r#"{"why": "a"}"#, "end_turn")),
    });
    let model = model(&settings("anthropic", "claude-next"), &server.address(""), folder.path());
    assert!(model.ask(&[prompt("why?")])[0].is_ok());
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    assert_eq!(requests[2].json()["output_config"]["effort"], json!("low"));
}

#[test]
fn a_model_that_cannot_be_held_to_a_schema_is_asked_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::new(|_, request| match request.json().get("output_config") {
        Some(_) => {
            Played::json(400, &error("invalid_request_error", "claude-3 does not support output_config"))
        }
        None => Played::json(200, &message("```json\n{\"why\": \"a\"}\n```", "end_turn")),
    });
    let model = model(&settings("anthropic", "claude-3"), &server.address(""), folder.path());
    assert!(model.ask(&[prompt("why?"), prompt("how?")]).iter().all(Result::is_ok));
    assert!(server.requests().iter().any(|request| {
        let body: Value = request.json();
        body["system"][0]["text"].as_str().is_some_and(|text| text.contains("\"required\":[\"why\"]"))
    }));
}
