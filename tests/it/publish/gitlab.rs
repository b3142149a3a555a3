//! The forge in GitLab's words.

use super::forge::{Call, Pull, Said, State};
use crate::server::Played;
use serde_json::{Value, json};

pub(super) fn answer(state: &mut State, call: &Call<'_>) -> Option<Played> {
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    if let ("GET", ["users"]) = (call.method, path.as_slice()) {
        let name = call.query("username")?;
        let known = ["ben"].iter().filter(|known| **known == name);
        return Some(Played::json(200, &known.map(|name| user(name)).collect()));
    }
    let ["projects", "ann/memory", "merge_requests", rest @ ..] = path.as_slice() else { return None };
    Some(match (call.method, rest) {
        ("GET", []) => {
            let head = call.query("source_branch")?;
            let found: Value = state.pulls.iter().rev().filter(|pull| pull.head == head).map(shown).collect();
            Played::json(200, &found)
        }
        ("POST", []) => {
            let title = call.text("title");
            let pull = Pull {
                draft: title.starts_with("Draft: "),
                title,
                body: call.text("description"),
                head: call.text("source_branch"),
                base: call.text("target_branch"),
                ..Pull::default()
            };
            match state.open(pull) {
                Ok(pull) => Played::json(201, &shown(pull)),
                Err(number) => Played::json(
                    409,
                    &json!({ "message": [format!(
                        "Another open merge request already exists for this source branch: !{number}"
                    )] }),
                ),
            }
        }
        ("PUT", [number]) => {
            let pull = state.pull(number)?;
            if call.body.get("description").is_some() {
                pull.body = call.text("description");
            }
            pull.labels.extend(call.list("add_labels"));
            if call.body["reviewer_ids"] == json!([7]) {
                pull.reviewers = vec!["ben".to_owned()];
            }
            Played::json(200, &shown(pull))
        }
        ("GET", [number, "discussions"]) => {
            let notes: Value = state.pull(number)?.said.iter().map(discussion).collect();
            Played::json(200, &notes)
        }
        _ => return None,
    })
}

fn shown(pull: &Pull) -> Value {
    json!({
        "iid": pull.number,
        "web_url": format!("https://forge.example/ann/memory/pull/{}", pull.number),
        "state": if pull.state == "open" { "opened" } else { pull.state },
        "title": pull.title,
        "description": pull.body,
        "draft": pull.draft,
        "labels": pull.labels,
        "merged_at": (pull.state == "merged").then_some("2026-01-07T00:00:00Z"),
        "closed_at": pull.closed_at,
        "closed_by": pull.closed_by.map(user),
        "source_project_id": 3,
        "target_project_id": 3,
    })
}

fn user(name: &str) -> Value {
    json!({ "id": 7, "username": name, "bot": name.ends_with("[bot]") })
}

fn discussion(said: &Said) -> Value {
    let position = said.about.as_ref().map(|(path, line)| json!({ "new_path": path, "new_line": line }));
    json!({ "id": "d", "notes": [
        { "id": 900 + said.id, "body": "changed the description", "author": user("ann"), "created_at": said.at,
          "system": true },
        { "id": said.id, "body": said.text, "author": user(said.by), "created_at": said.at, "system": false,
          "position": position },
    ]})
}
