//! Exports as OpenCode prints them, each as short as shows one thing.

use crate::session::{Body, FileRead, Session, Status, read_bytes};
use crate::settings::Reading;
use serde_json::{Value, json};

fn read_text(text: &str) -> (Vec<Session>, FileRead) {
    let mut sessions = Vec::new();
    let read = read_bytes("export.json", text.as_bytes(), &Reading::default(), &mut |session| {
        sessions.push(session)
    });
    (sessions, read)
}

fn read(document: &Value) -> (Session, FileRead) {
    let (mut sessions, read) = read_text(&serde_json::to_string_pretty(document).unwrap());
    assert_eq!(sessions.len(), 1, "{read:?}");
    (sessions.remove(0), read)
}

fn only(document: &Value) -> Session {
    let (session, read) = read(document);
    assert!(read.skipped.is_empty(), "{:?}", read.skipped);
    session
}

fn reasons(read: &FileRead) -> Vec<&str> {
    read.skipped.iter().map(|skipped| skipped.reason.as_str()).collect()
}

/// What happened, a line each.
fn told(session: &Session) -> Vec<String> {
    let line = |body: &Body| match body {
        Body::Person(text) => format!("person: {}", &**text),
        Body::Agent(text) => format!("agent: {}", &**text),
        Body::Context(text) => format!("context: {}", &**text),
        Body::Interrupted => "stopped".to_owned(),
        Body::Call(call) => format!("{} {:?}: {}", &*call.tool, call.status, &*call.output),
    };
    session.events.iter().map(|event| line(&event.body)).collect()
}

fn export(messages: Value) -> Value {
    json!({
        "info": {
            "id": "ses_1", "slug": "hot-kiln", "version": "1.2.0", "projectID": "p", "directory": "/home/ada/src/kiln",
            "title": "Heat", "time": {"created": 1_772_600_000_000_i64, "updated": 1_772_600_100_000_i64},
        },
        "messages": messages,
    })
}

fn user(id: &str, parts: Value) -> Value {
    let info = json!({"id": id, "sessionID": "ses_1", "role": "user", "time": {"created": 1_772_600_000_000_i64},
        "agent": "build", "model": {"providerID": "x", "modelID": "m-5"}});
    json!({"info": info, "parts": parts})
}

fn agent(id: &str, parts: Value) -> Value {
    let info = json!({"id": id, "sessionID": "ses_1", "role": "assistant", "modelID": "m-5", "providerID": "x",
        "time": {"created": 1_772_600_001_000_i64}, "path": {"cwd": "/home/ada/src/kiln", "root": "/"}, "cost": 0});
    json!({"info": info, "parts": parts})
}

fn text(text: &str) -> Value {
    json!({"id": format!("prt_{text}"), "type": "text", "text": text})
}

fn tool(state: Value) -> Value {
    json!({"id": "prt_t", "type": "tool", "tool": "bash", "callID": "c1", "state": state})
}

#[test]
fn an_export_is_read_with_what_came_of_its_calls() {
    let input = json!({"command": "kiln heat"});
    let time = json!({"start": 1_772_600_002_000_i64, "end": 1_772_600_003_000_i64});
    let done = |output: &str, exit: Value| {
        tool(
            json!({"status": "completed", "input": input, "output": output, "title": "", "metadata": {"exit": exit}, "time": time}),
        )
    };
    let failed = |error: &str| tool(json!({"status": "error", "input": input, "error": error, "time": time}));
    let no = "The user rejected permission to use this specific tool call";
    let session = only(&export(json!([
        user(
            "msg_1",
            json!([text("heat it"), {"type": "text", "text": "the file's content", "synthetic": true}, {"type": "file", "url": "file:///a"}])
        ),
        agent(
            "msg_2",
            json!([
                {"type": "step-start"}, {"type": "reasoning", "text": "a thought"}, text("I will."),
                done("too cold", json!(3)), done("warm", json!(0)), done("gone", Value::Null),
                failed("no such kiln"), failed(&format!("Error: {no}.")),
                failed(&format!("{no} with the following feedback: use the small one")),
                failed("Tool execution aborted"), tool(json!({"status": "running", "input": input})),
                {"type": "step-finish", "cost": 0},
            ])
        ),
    ])));
    assert_eq!(
        told(&session),
        [
            "person: heat it",
            "context: the file's content",
            "agent: I will.",
            "bash Failed { exit: Some(3) }: too cold",
            "bash Returned: warm",
            "bash Returned: gone",
            "bash Failed { exit: None }: no such kiln",
            &format!("bash Refused: {no}."),
            &format!("bash Refused: {no} with the following feedback: use the small one"),
            "person: use the small one",
            "bash Unanswered: ",
            "bash Unanswered: ",
        ]
    );
    let Body::Call(call) = &session.events[3].body else { panic!() };
    assert_eq!(call.args.get("command").map(|line| &**line), Some("kiln heat"));
    assert_eq!((&*session.agent, session.source.as_deref()), ("opencode", Some("ses_1")));
    assert_eq!((session.project.as_deref(), session.contributor.as_deref()), (Some("kiln"), Some("ada")));
    assert_eq!((session.model.as_deref(), session.folders.len()), (Some("m-5"), 1));
    assert_eq!(session.events[3].at.map(|at| at.as_second()), Some(1_772_600_002));
}

#[test]
fn why_an_answer_ended_and_summaries_are_told_apart_from_words() {
    let mut stopped = agent("msg_2", json!([text("I will")]));
    stopped["info"]["error"] = json!({"name": "MessageAbortedError", "data": {"message": "aborted"}});
    let mut broken = agent("msg_3", json!([]));
    broken["info"]["error"] = json!({"name": "APIError", "data": {"message": "overloaded"}});
    let mut summary = agent("msg_4", json!([text("we heated")]));
    summary["info"]["summary"] = json!(true);
    let session = only(&export(json!([user("msg_1", json!([text("heat it")])), stopped, broken, summary])));
    let expected =
        ["person: heat it", "agent: I will", "stopped", "context: overloaded", "context: we heated"];
    assert_eq!(told(&session), expected);
}

#[test]
fn what_was_taken_back_is_left_out() {
    let mut document = export(json!([
        user("msg_1", json!([text("heat it")])),
        agent("msg_2", json!([text("hot"), text("cold")])),
        user("msg_3", json!([text("glaze it")])),
    ]));
    document["info"]["revert"] = json!({"messageID": "msg_2"});
    assert_eq!(told(&only(&document)), ["person: heat it"]);
    document["info"]["revert"] = json!({"messageID": "msg_2", "partID": "prt_cold"});
    assert_eq!(told(&only(&document)), ["person: heat it", "agent: hot"]);
    document["info"]["revert"] = Value::Null;
    assert_eq!(told(&only(&document)).len(), 4);
}

#[test]
fn a_session_that_another_started_is_tied_to_it_and_nobodys_words() {
    let mut document = export(json!([user("msg_1", json!([text("heat it for me")]))]));
    document["info"]["parentID"] = json!("ses_0");
    let session = only(&document);
    assert_eq!(
        (session.parent.as_deref(), told(&session)),
        (Some("ses_0"), vec!["agent: heat it for me".to_owned()])
    );
}

#[test]
fn exports_stand_alone_on_lines_and_in_lists() {
    let one = export(json!([user("msg_1", json!([text("heat it")]))]));
    let mut two = one.clone();
    two["info"]["id"] = json!("ses_2");
    for text in [format!("{one}\n{two}\n"), json!([one, two]).to_string()] {
        let (sessions, read) = read_text(&text);
        assert_eq!((sessions.len(), reasons(&read)), (2, vec![]));
    }
    // What is known of a session may be long, and is known by its beginning.
    let mut long = one;
    long["info"]["summary"] = json!({"diffs": [{"before": "clay ".repeat(40_000)}]});
    assert_eq!(&*only(&long).agent, "opencode");
    let (_, read) = read_text(r#"{"info":{"id":"x","title":"an API"},"paths":{}}"#);
    assert!(read.unknown);
}

#[test]
fn what_cannot_be_used_is_counted_and_the_rest_is_read() {
    let document = export(json!([
        user("msg_1", json!([text("heat it"), 7, {"type": "omen"}])),
        7,
        {"parts": []},
        {"info": {"role": "oracle"}},
        agent("msg_2", json!([tool(json!({"status": "pondering"})), tool(json!(7))])),
    ]));
    let (session, found) = read(&document);
    assert_eq!(told(&session), ["person: heat it", "bash Unanswered: "]);
    let mut found = reasons(&found);
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "a message is no object",
            "a message without `info`",
            "a part is no object",
            "the state of a call is no object",
            "unknown kind of part `omen`",
            "unknown role `oracle`",
            "unknown status `pondering` of a call",
        ]
    );
    let text = serde_json::to_string_pretty(&document).unwrap();
    let (sessions, cut) = read_text(&text[..text.len() / 2]);
    assert_eq!((sessions.len(), reasons(&cut)), (0, vec!["not JSON"]));
    let (sessions, empty) = read_text(&export(json!([])).to_string());
    assert_eq!((sessions.len(), reasons(&empty)), (0, vec!["nothing happens in it"]));
}

#[test]
fn nesting_without_end_stays_bounded() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let hostile = format!(
        r#"{{"info":{{"id":"ses_1","title":"x","revert":{deep}}},"messages":[{{"info":{{"role":"assistant","path":{deep}}},"parts":[{{"type":"tool","tool":"t","state":{{"status":"completed","input":{{"a":{deep}}},"output":{deep}}}}},{deep}]}},{deep}]}}"#
    );
    let (sessions, read) = read_text(&hostile);
    assert!(matches!(&sessions[0].events[0].body, Body::Call(call) if call.status == Status::Returned));
    assert_eq!(read.skipped.len(), 2, "{:?}", reasons(&read));
}
