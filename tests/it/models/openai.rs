//! Servers that speak chat completions.

use super::server::{Played, Request, Server};
use super::{KEY, model, prompt, settings, vendor};
use git_dream::model::{Answers, Failure, Tokens};
use serde_json::{Value, json};

/// A chat completion that says this.
fn completion(content: &str, finish_reason: &str) -> Value {
    let completion = json!({
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": "m-1-2026",
        "choices": [{
            "index": 0,
            "finish_reason": finish_reason,
            "logprobs": null,
            "message": { "role": "assistant", "content": content, "refusal": null },
        }],
        "usage": {
            "prompt_tokens": 120,
            "completion_tokens": 9,
            "total_tokens": 129,
            "prompt_tokens_details": { "cached_tokens": 100 },
        },
    });
    vendor::checked("openai.answer", completion)
}

fn good() -> Played {
    Played::json(200, &completion(r#"{"why": "no daemon"}"#, "stop"))
}

fn refused(status: u16, message: &str) -> Played {
    Played::json(
        status,
        &json!({ "error": { "message": message, "type": "invalid_request_error", "code": null } }),
    )
}

#[test]
fn an_answer_is_asked_for_once_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::new(|_, _| good());
    let settings = settings("openai", "m-1");
    for expected in [1, 0] {
        let model = model(&settings, &server.address("/v1"), folder.path());
        let answers = model.ask(&[prompt("docker: cannot connect")]);
        let reply = answers[0].as_ref().unwrap();
        assert_eq!((&*reply.text, reply.model.as_str()), (r#"{"why": "no daemon"}"#, "m-1-2026"));
        assert_eq!(reply.tokens, Tokens { input: 20, kept: 100, keeping: 0, output: 9 });
        assert_eq!((model.spent().calls, model.spent().recalled), (expected, 1 - expected));
        assert_eq!(model.name(), "openai/m-1");
    }
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    let Request { method, path, .. } = &requests[0];
    assert_eq!((method.as_str(), path.as_str()), ("POST", "/v1/chat/completions"));
    assert_eq!(requests[0].header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    assert!(requests[0].header("user-agent").unwrap().starts_with("git-dream/"));
    let body = requests[0].json();
    assert_eq!((&body["model"], &body["max_tokens"]), (&json!("m-1"), &json!(200)));
    assert_eq!(body["response_format"]["json_schema"]["strict"], json!(true));
}

#[test]
fn what_goes_wrong_is_told_by_its_cause() {
    type Is = fn(&Failure) -> bool;
    let cases: Vec<(Played, Is)> = vec![
        (Played::json(200, &completion("{\"why\": \"it was", "length")), |f| *f == Failure::Truncated),
        (Played::json(200, &completion("", "content_filter")), |f| matches!(f, Failure::Refused(_))),
        (Played::json(200, &completion("because {", "stop")), |f| matches!(f, Failure::Malformed(_))),
        (Played::json(200, &json!({"choices": []})), |f| matches!(f, Failure::Malformed(_))),
        (Played::Answer(200, vec![], b"<html>".to_vec()), |f| matches!(f, Failure::Malformed(_))),
        (
            refused(401, "wrong key s3cr3t-key-of-ann"),
            |f| matches!(f, Failure::Denied(says) if says.contains("wrong key <key>")),
        ),
        (refused(404, "no such model"), |f| matches!(f, Failure::Denied(_))),
        (refused(413, "too large"), |f| matches!(f, Failure::Refused(_))),
        (refused(400, "maximum context length is 10 tokens"), |f| matches!(f, Failure::Refused(_))),
        (Played::Huge(9 << 20), |f| matches!(f, Failure::Malformed(_))),
        (
            Played::Answer(302, vec![("location", "https://elsewhere.example/".to_owned())], vec![]),
            |f| matches!(f, Failure::Denied(says) if says.contains("elsewhere.example")),
        ),
    ];
    for (played, is_expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        let shown = format!("{played:?}").chars().take(200).collect::<String>();
        let server = Server::new(move |_, _| played.clone());
        let model = model(&settings("openai", "m-1"), &server.address("/v1"), folder.path());
        let answers = model.ask(&[prompt("why?")]);
        let failure = answers[0].as_ref().unwrap_err();
        assert!(is_expected(failure), "{shown}: {failure:?}");
        assert_eq!(server.requests().len(), 1, "{shown} is not asked again");
        assert!(!failure.to_string().contains(KEY) && !folder.path().join("replies").exists(), "{failure}");
    }
}

#[test]
fn what_may_pass_is_asked_again_after_the_wait_that_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::new(|number, _| match number {
        0 => refused(429, "slow down").with("retry-after-ms", "5"),
        1 => refused(529, "overloaded").with("retry-after", "0"),
        _ => good(),
    });
    let model = model(&settings("openai", "m-1"), &server.address("/v1"), folder.path());
    assert!(model.ask(&[prompt("why?")])[0].is_ok());
    assert_eq!((server.requests().len(), model.spent().calls), (3, 1));
}

#[test]
fn what_does_not_pass_ends() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::new(|_, _| refused(503, "no").with("retry-after", "0"));
    let model = model(&settings("openai", "m-1"), &server.address("/v1"), folder.path());
    assert_eq!(model.ask(&[prompt("why?")]), [Err(Failure::Busy("no (status 503)".to_owned()))]);
    assert_eq!((server.requests().len(), model.spent().tokens.all()), (3, 0));
}

#[test]
fn a_server_that_knows_less_is_asked_for_less() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::new(|_, request| {
        let body = request.json();
        match (body["response_format"]["type"].as_str(), body.get("max_tokens")) {
            (_, Some(_)) => refused(400, "Unsupported parameter: 'max_tokens'"),
            (Some(_), _) => refused(400, "response_format: extra fields not permitted"),
            (None, None) => good(),
        }
    });
    let model = model(&settings("openai", "m-1"), &server.address("/v1"), folder.path());
    assert!(model.ask(&[prompt("why?")])[0].is_ok());
    assert!(model.ask(&[prompt("how?")])[0].is_ok());
    let requests = server.requests();
    assert_eq!(requests.len(), 5, "what the server does not know is found out once");
    let last = requests[4].json();
    assert!(last["messages"][0]["content"].as_str().unwrap().contains("\"required\":[\"why\"]"), "{last}");
}

#[test]
fn an_answer_that_is_lost_on_its_way_is_asked_for_once_more_and_counted_twice() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::new(|number, _| match number {
        0 => Played::Cut(b"{\"choices\": [".to_vec()),
        _ => good(),
    });
    let model = model(&settings("openai", "m-1"), &server.address("/v1"), folder.path());
    assert!(model.ask(&[prompt("why?")])[0].is_ok());
    assert_eq!((server.requests().len(), model.spent().calls), (2, 2));
    assert!(model.spent().tokens.output > 200, "the lost answer may have been as long as it could be");
}

#[test]
fn a_hung_connection_ends_with_the_deadline() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::new(|_, _| Played::Hang);
    let settings = git_dream::settings::EngineSettings { deadline_seconds: 1, ..settings("openai", "m-1") };
    let model = model(&settings, &server.address("/v1"), folder.path());
    assert_eq!(model.ask(&[prompt("why?")]), [Err(Failure::TimedOut(1))]);
}

#[test]
fn one_failure_leaves_the_others_alone_unless_it_is_for_good() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::new(|_, request| match String::from_utf8_lossy(&request.body) {
        body if body.contains("broken?") => Played::json(200, &completion("no idea", "stop")),
        body if body.contains("denied?") => refused(403, "no"),
        _ => good(),
    });
    let settings = git_dream::settings::EngineSettings { parallel: 1, ..settings("openai", "m-1") };
    let model = model(&settings, &server.address("/v1"), folder.path());
    let answers = model.ask(&["a", "broken?", "b", "denied?", "c"].map(prompt));
    let told: Vec<bool> = answers.iter().map(Result::is_ok).collect();
    assert_eq!(told, [true, false, true, false, false]);
    assert_eq!(answers[4], Err(Failure::NotAsked));
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn a_service_that_fails_time_after_time_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::new(|_, _| refused(500, "no").with("retry-after", "0"));
    let settings =
        git_dream::settings::EngineSettings { parallel: 1, retries: 0, ..settings("openai", "m-1") };
    let model = model(&settings, &server.address("/v1"), folder.path());
    let answers = model.ask(&["a", "b", "c", "d", "e"].map(prompt));
    assert_eq!(answers[2], Err(Failure::Broken("no (status 500)".to_owned())));
    assert_eq!((&answers[3], server.requests().len()), (&Err(Failure::NotAsked), 3));
}

#[test]
fn which_prompts_a_budget_reaches_for_does_not_hang_on_who_answers_first() {
    for delay in [[0, 40], [40, 0]] {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::new(move |number, _| {
            std::thread::sleep(std::time::Duration::from_millis(delay[number % 2]));
            good()
        });
        let settings = git_dream::settings::EngineSettings {
            parallel: 2,
            budget_tokens: 1_000,
            ..settings("openai", "m-1")
        };
        let model = model(&settings, &server.address("/v1"), folder.path());
        let answers = model.ask(&["a", "b", "c", "d", "e", "f", "g"].map(prompt));
        let told: Vec<bool> = answers.iter().map(Result::is_ok).collect();
        assert_eq!(told, [true, true, true, true, true, true, false], "{answers:?}");
        assert!(model.spent().tokens.all() <= 1_000);
    }
}

#[test]
fn secrets_in_what_a_model_says_are_redacted() {
    let folder = tempfile::tempdir().unwrap();
    let secret = ["gh", "p_", &"a1B2".repeat(9)].concat();
    let content = json!({ "why": format!("TOKEN={secret} and {KEY}") }).to_string();
    let server = Server::new(move |_, _| Played::json(200, &completion(&content, "stop")));
    let model = model(&settings("openai", "m-1"), &server.address("/v1"), folder.path());
    let reply = model.ask(&[prompt("why?")]).remove(0).unwrap();
    assert!(!reply.text.contains(&secret) && !reply.text.contains(KEY), "{reply:?}");
    let value: Value = reply.parse().unwrap();
    assert!(value["why"].as_str().unwrap().starts_with("TOKEN="), "{value}");
}
