//! The forge in the words of Forgejo and Gitea.

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
            let open = call.query("state")? == "open";
            let of_state = state.pulls.iter().filter(|pull| (pull.state == "open") == open);
            Played::json(200, &of_state.map(shown).collect())
        }
        ("POST", ["pulls"]) => {
            let title = call.text("title");
            let pull = Pull {
                draft: title.starts_with("WIP: "),
                title,
                body: call.text("body"),
                head: call.text("head"),
                base: call.text("base"),
                ..Pull::default()
            };
            match state.open(pull) {
                Ok(pull) => Played::json(201, &shown(pull)),
                Err(number) => Played::json(
                    409,
                    &json!({ "message": format!("pull request already exists for these targets [id: {number}]") }),
                ),
            }
        }
        ("PATCH", ["pulls", number]) => {
            let pull = state.pull(number)?;
            pull.body = call.text("body");
            Played::json(201, &shown(pull))
        }
        ("POST", ["pulls", number, "requested_reviewers"]) => {
            state.pull(number)?.reviewers = call.list("reviewers");
            Played::json(201, &json!([]))
        }
        ("GET", ["pulls", number, "reviews"]) => {
            let count = state.pull(number)?.said.iter().filter(|said| said.about.is_some()).count();
            Played::json(
                200,
                &json!([{ "id": 1, "user": user("ben"), "body": "", "comments_count": count,
                          "submitted_at": "2026-01-06T00:00:00Z" }]),
            )
        }
        ("GET", ["pulls", number, "reviews", "1", "comments"]) => {
            Played::json(200, &said(state.pull(number)?, true))
        }
        ("GET", ["issues", number, "comments"]) => Played::json(200, &said(state.pull(number)?, false)),
        ("GET", ["issues", number, "timeline"]) => {
            let by = state.pull(number)?.closed_by.map(user);
            Played::json(
                200,
                &json!([{ "type": "comment", "user": user("ann") }, { "type": "close", "user": by }]),
            )
        }
        ("GET", ["labels"]) => {
            Played::json(200, &state.labels.iter().map(|name| json!({ "id": 1, "name": name })).collect())
        }
        ("POST", ["labels"]) => {
            state.labels.push(call.text("name"));
            Played::json(201, &json!({ "id": 1 }))
        }
        ("POST", ["issues", number, "labels"]) => {
            let labels = call.list("labels");
            assert!(labels.iter().all(|label| state.labels.contains(label)), "{labels:?}");
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
        "body": pull.body,
        "draft": pull.draft,
        "labels": pull.labels.iter().map(|label| json!({ "id": 1, "name": label })).collect::<Vec<_>>(),
        "merged": pull.state == "merged",
        "closed_at": pull.closed_at,
        "head": { "ref": pull.head, "repo_id": 1 },
        "base": { "ref": pull.base, "repo_id": 1 },
    })
}

fn user(login: &str) -> Value {
    json!({ "id": 7, "login": login })
}

fn comment(said: &Said) -> Value {
    json!({
        "id": said.id, "user": user(said.by), "body": said.text, "created_at": said.at,
        "path": said.about.as_ref().map(|(path, _)| path),
        "position": said.about.as_ref().map(|(_, line)| line),
    })
}
