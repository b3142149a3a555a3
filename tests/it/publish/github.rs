//! The forge in GitHub's words.

use super::forge::{Call, Pull, Said, State};
use crate::server::Played;
use serde_json::{Value, json};

pub(super) fn answer(state: &mut State, call: &Call<'_>) -> Option<Played> {
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    let ["repos", "ann", "memory", rest @ ..] = path.as_slice() else { return None };
    let said = |pull: &Pull, wanted: bool| -> Value {
        pull.said.iter().filter(|said| said.about.is_some() == wanted).map(comment).collect()
    };
    Some(match (call.method, rest) {
        ("GET", ["pulls"]) => {
            let head = call.query("head")?.strip_prefix("ann:")?.to_owned();
            let found: Value = state.pulls.iter().rev().filter(|pull| pull.head == head).map(shown).collect();
            Played::json(200, &found)
        }
        ("POST", ["pulls"]) => {
            let pull = Pull {
                title: call.text("title"),
                body: call.text("body"),
                head: call.text("head"),
                base: call.text("base"),
                draft: call.body["draft"] == true,
                ..Pull::default()
            };
            let head = pull.head.clone();
            match state.open(pull) {
                Ok(pull) => Played::json(201, &shown(pull)),
                Err(_) => Played::json(
                    422,
                    &json!({ "message": "Validation Failed", "errors": [{
                        "resource": "PullRequest", "code": "custom",
                        "message": format!("A pull request already exists for ann:{head}."),
                    }]}),
                ),
            }
        }
        ("PATCH", ["pulls", number]) => {
            let pull = state.pull(number)?;
            pull.body = call.text("body");
            Played::json(200, &shown(pull))
        }
        ("POST", ["pulls", number, "requested_reviewers"]) => {
            let pull = state.pull(number)?;
            pull.reviewers = call.list("reviewers");
            Played::json(201, &shown(pull))
        }
        ("GET", ["pulls", number, "comments"]) => Played::json(200, &said(state.pull(number)?, true)),
        ("GET", ["pulls", _, "reviews"]) => Played::json(200, &json!([])),
        ("GET", ["issues", number, "comments"]) => Played::json(200, &said(state.pull(number)?, false)),
        ("GET", ["issues", number]) => {
            let by = state.pull(number)?.closed_by.map(user);
            Played::json(200, &json!({ "closed_by": by }))
        }
        ("POST", ["issues", number, "labels"]) => {
            let labels = call.list("labels");
            state.pull(number)?.labels.extend(labels);
            Played::json(200, &json!([]))
        }
        _ => return None,
    })
}

fn shown(pull: &Pull) -> Value {
    json!({
        "number": pull.number,
        "html_url": format!("https://forge.example/ann/memory/pull/{}", pull.number),
        "state": if pull.state == "open" { "open" } else { "closed" },
        "title": pull.title,
        // What a form sends has other line ends.
        "body": pull.body.replace('\n', "\r\n"),
        "draft": pull.draft,
        "labels": pull.labels.iter().map(|label| json!({ "id": 1, "name": label })).collect::<Vec<_>>(),
        "merged_at": (pull.state == "merged").then_some("2026-01-07T00:00:00Z"),
        "closed_at": pull.closed_at,
    })
}

fn user(login: &str) -> Value {
    json!({ "login": login, "type": if login.ends_with("[bot]") { "Bot" } else { "User" } })
}

fn comment(said: &Said) -> Value {
    json!({
        "id": said.id, "user": user(said.by), "body": said.text, "created_at": said.at,
        "path": said.about.as_ref().map(|(path, _)| path), "line": said.about.as_ref().map(|(_, line)| line),
    })
}
