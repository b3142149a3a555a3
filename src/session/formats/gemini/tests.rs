//! Chats of both layouts, each as short as shows one thing. The whole records under `samples` are from agentsview
//! (<https://github.com/wesm/agentsview>), whose licence lies beside them.

use crate::session::{Body, FileRead, Session, Status, read_bytes, read_file};
use crate::settings::Reading;
use serde_json::{Value, json};

fn bytes(lines: &[Value]) -> Vec<u8> {
    lines.iter().map(|line| format!("{line}\n")).collect::<String>().into_bytes()
}

fn read_with(bytes: &[u8], settings: &Reading) -> (Vec<Session>, FileRead) {
    let mut sessions = Vec::new();
    let read = read_bytes("chat", bytes, settings, &mut |session| sessions.push(session));
    (sessions, read)
}

fn read(lines: &[Value]) -> (Vec<Session>, FileRead) {
    read_with(&bytes(lines), &Reading::default())
}

fn only(lines: &[Value]) -> Session {
    let (mut sessions, read) = read(lines);
    assert!(read.skipped.is_empty(), "{:?}", read.skipped);
    assert_eq!(sessions.len(), 1);
    sessions.remove(0)
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

fn meta() -> Value {
    json!({"sessionId": "s-1", "projectHash": "ab12", "startTime": "2026-03-04T05:06:07.000Z", "kind": "main"})
}

fn said(id: &str, kind: &str, text: &str) -> Value {
    json!({"id": id, "timestamp": "2026-03-04T05:06:08.000Z", "type": kind, "content": text})
}

fn result(id: &str, response: &Value) -> Value {
    json!([{"functionResponse": {"id": id, "name": "run_shell_command", "response": response}}])
}

fn called(id: &str, status: &str, response: &Value) -> Value {
    json!({
        "id": id, "name": "run_shell_command", "args": {"command": "kiln heat"}, "status": status,
        "result": result(id, response), "resultDisplay": "for the screen", "displayName": "Shell",
    })
}

fn calling(id: &str, calls: &[Value]) -> Value {
    json!({
        "id": id, "timestamp": "2026-03-04T05:06:09.000Z", "type": "gemini", "content": "", "model": "gemini-3-pro",
        "thoughts": [{"subject": "Plan", "description": "a thought"}], "toolCalls": calls,
    })
}

#[test]
fn a_log_is_read_with_what_came_of_its_calls() {
    let session = only(&[
        meta(),
        said("u1", "user", "heat it"),
        json!({"id": "g1", "type": "gemini", "timestamp": "2026-03-04T05:06:09Z", "content": [
            {"text": "a thought", "thought": true}, {"text": "I will."}, {"functionCall": {"name": "x"}},
        ]}),
        calling(
            "g2",
            &[
                called(
                    "c1",
                    "success",
                    &json!({"output": "Output: too cold\nExit Code: 3\nProcess Group PGID: 9"}),
                ),
                called("c2", "success", &json!({"output": "Output: warm"})),
                called("c3", "error", &json!({"error": "no such kiln"})),
                called(
                    "c4",
                    "cancelled",
                    &json!({"error": "[Operation Cancelled] Reason: User denied execution."}),
                ),
                called("c5", "executing", &json!({})),
            ],
        ),
        said("i1", "info", "Request cancelled."),
        json!({"$set": {"lastUpdated": "2026-03-04T05:07:00.000Z"}}),
        said("e1", "error", "[API Error: overloaded]"),
    ]);
    assert_eq!(
        told(&session),
        [
            "person: heat it",
            "agent: I will.",
            "x Unanswered: ",
            "run_shell_command Failed { exit: Some(3) }: too cold",
            "run_shell_command Returned: warm",
            "run_shell_command Failed { exit: None }: no such kiln",
            "run_shell_command Refused: [Operation Cancelled] Reason: User denied execution.",
            "run_shell_command Unanswered: ",
            "stopped",
            "context: [API Error: overloaded]",
        ]
    );
    let Body::Call(call) = &session.events[3].body else { panic!() };
    assert_eq!(call.args.get("command").map(|line| &**line), Some("kiln heat"));
    assert_eq!((&*session.agent, session.source.as_deref()), ("gemini", Some("s-1")));
    assert_eq!((session.model.as_deref(), session.parent), (Some("gemini-3-pro"), None));
    assert!(session.events.iter().all(|event| event.at.is_some()));
}

#[test]
fn the_last_of_a_message_counts_in_the_place_of_its_first() {
    let session = only(&[
        meta(),
        said("u1", "user", "heat it"),
        calling("g1", &[called("c1", "executing", &json!({}))]),
        said("u2", "user", "and then glaze it"),
        calling("g1", &[called("c1", "success", &json!({"output": "Output: warm"}))]),
    ]);
    let expected = ["person: heat it", "run_shell_command Returned: warm", "person: and then glaze it"];
    assert_eq!(told(&session), expected);
}

#[test]
fn what_was_taken_back_is_gone_and_a_checkpoint_replaces_all() {
    let lines = [
        meta(),
        said("u1", "user", "heat it"),
        said("g1", "gemini", "hot"),
        said("u2", "user", "no, cool it"),
        json!({"$rewindTo": "g1"}),
        said("u3", "user", "glaze it"),
    ];
    assert_eq!(told(&only(&lines)), ["person: heat it", "person: glaze it"]);
    let history = json!({"$set": {"messages": [
        {"id": "h1", "type": "user", "content": [{"text": "<state_snapshot>we heated</state_snapshot>"}]},
        {"id": "h2", "type": "gemini", "content": [{"functionCall": {"id": "c7", "name": "glaze", "args": {"of": "bowl"}}}]},
        {"id": "h3", "type": "user", "content": [{"functionResponse": {"id": "c7", "name": "glaze", "response": {"error": "no glaze"}}}]},
        calling("h4", &[called("c8", "success", &json!({"output": "Output: warm"}))]),
        {"id": "h5", "type": "user", "content": result("c8", &json!({"output": "Output: masked"}))},
    ]}});
    let session = only(&[&lines[..], &[history, said("u4", "user", "go on")]].concat());
    assert_eq!(
        told(&session),
        [
            "context: <state_snapshot>we heated</state_snapshot>",
            "glaze Failed { exit: None }: no glaze",
            "run_shell_command Returned: warm",
            "person: go on",
        ]
    );
    let (sessions, read) = read(&[meta(), said("u1", "user", "heat it"), json!({"$rewindTo": "u9"})]);
    assert_eq!(
        (told(&sessions[0]).len(), reasons(&read)),
        (1, vec!["a rewind to a message that is not there"])
    );
}

#[test]
fn only_what_was_typed_is_a_persons() {
    let files = "--- Content from referenced files ---\nnever mount glaze\n--- End of content ---";
    let session = only(&[
        meta(),
        json!({"id": "u1", "type": "user", "content": [
            {"text": "look at @notes.md"}, {"text": format!("\n{files}")}, "and be quick",
        ]}),
        json!({"id": "u2", "type": "user", "displayContent": "/review 12", "content": [{"text": "Review the change 12."}]}),
        json!({"id": "u3", "type": "user", "displayContent": [{"text": "see @a"}], "content": format!("see @a\n{files}")}),
        said(
            "u4",
            "user",
            "I ran the following shell command:\n```sh\nls\n```\n\nThis produced the following result:\n",
        ),
    ]);
    let persons =
        told(&session).into_iter().filter_map(|line| line.strip_prefix("person: ").map(str::to_owned));
    assert_eq!(persons.collect::<Vec<_>>(), ["look at @notes.md", "and be quick", "/review 12", "see @a"]);
}

#[test]
fn a_whole_record_is_read_like_a_log() {
    let samples = [
        include_str!("samples/tool_calls.json"),
        include_str!("samples/thinking_only.json"),
        include_str!("samples/system_messages.json"),
        include_str!("samples/standard_session.json"),
    ];
    let expected: [&[&str]; 4] = [
        &["person: Read this file", "agent: Let me read it.", "read_file Returned: "],
        &[
            "person: Explain how this works",
            "agent: Here is how it works: the system reads the config file on startup.",
        ],
        &["context: Starting session", "context: Some error", "context: Some warning"],
        &[
            "person: Fix the login bug",
            "agent: Looking at the auth module...",
            "person: That looks right",
            "agent: Applied the fix.",
        ],
    ];
    for (sample, expected) in samples.into_iter().zip(expected) {
        let value: Value = serde_json::from_str(sample).unwrap();
        // As it was found, on one line, and among others in a list.
        for text in [sample.to_owned(), value.to_string(), json!([value, value]).to_string()] {
            let (sessions, read) = read_with(text.as_bytes(), &Reading::default());
            assert_eq!(reasons(&read), Vec::<&str>::new());
            assert_eq!(
                (told(&sessions[0]), &*sessions[0].agent),
                (expected.iter().map(|l| (*l).to_owned()).collect(), "gemini")
            );
        }
    }
}

#[test]
fn the_place_of_a_chat_says_where_it_worked_and_whose_it_is() {
    let home = tempfile::tempdir().unwrap();
    let project = home.path().join(".gemini/tmp/shop");
    std::fs::create_dir_all(project.join("chats/s-1")).unwrap();
    let works_in = home.path().join("src/Shop");
    std::fs::write(project.join(".project_root"), format!("{}\n", works_in.display())).unwrap();
    let write =
        |name: &str, lines: &[Value]| std::fs::write(project.join("chats").join(name), bytes(lines)).unwrap();
    let read = |name: &str| {
        let mut sessions = Vec::new();
        let read =
            read_file(&project.join("chats").join(name), &Reading::default(), &mut |s| sessions.push(s));
        assert_eq!(reasons(&read), Vec::<&str>::new());
        sessions.remove(0)
    };
    write("session-1.jsonl", &[meta(), said("u1", "user", "heat it")]);
    let mut worker = meta();
    worker["sessionId"] = json!("w-1");
    worker["kind"] = json!("subagent");
    worker["directories"] = json!([works_in, "/srv/more"]);
    write("s-1/w-1.jsonl", &[worker, said("u1", "user", "heat it for me")]);
    let main = read("session-1.jsonl");
    assert_eq!((main.project.as_deref(), main.parent.as_deref()), (Some("Shop"), None));
    assert_eq!(main.folders[0].path(), works_in);
    let worker = read("s-1/w-1.jsonl");
    assert_eq!((worker.project.as_deref(), worker.parent.as_deref()), (Some("Shop"), Some("s-1")));
    assert_eq!((worker.folders.len(), worker.source.as_deref()), (2, Some("w-1")));
    assert_eq!(told(&worker), ["agent: heat it for me"], "nobody types into a sub-agent");
}

#[test]
fn the_text_that_sets_up_a_chat_says_where_it_works() {
    let opening = "This is the Gemini CLI. We are setting up the context for our chat.\nMy operating system is: linux\n";
    for (place, expected) in [
        ("I'm currently working in the directory: /home/ada/kiln\nHere is the folder structure\n  - x", 1),
        (
            "I'm currently working in the following directories:\n  - /home/ada/kiln\n  - /srv/glaze\n\n  - x",
            2,
        ),
        (
            "- **Workspace Directories:**\n  - /home/ada/kiln\n  - /srv/glaze\n- **Directory Structure:**\n  - x",
            2,
        ),
    ] {
        for text in
            [format!("{opening}{place}"), format!("<session_context>\n{opening}{place}\n</session_context>")]
        {
            let set = json!({"$set": {"messages": [said("c", "user", &text)]}});
            let session = only(&[meta(), set, said("u1", "user", "heat it")]);
            assert_eq!(
                (session.project.as_deref(), session.folders.len()),
                (Some("kiln"), expected),
                "{text}"
            );
            assert_eq!(told(&session)[1..], ["person: heat it"]);
        }
    }
    let quoted = "Why does it say\nI'm currently working in the directory: /home/ada/kiln";
    assert_eq!(only(&[meta(), said("u1", "user", quoted)]).folders, []);
}

#[test]
fn several_sessions_in_one_file_are_told_apart() {
    let mut other = meta();
    other["sessionId"] = json!("s-2");
    let lines = [meta(), said("u1", "user", "heat it"), meta(), other, said("u1", "user", "cool it")];
    let (sessions, read) = read(&lines);
    assert_eq!((sessions.len(), read.skipped.len()), (2, 0));
    assert_ne!(sessions[0].id, sessions[1].id);
    assert_eq!([told(&sessions[0]), told(&sessions[1])].concat(), ["person: heat it", "person: cool it"]);
}

#[test]
fn what_cannot_be_used_is_counted_and_the_rest_is_read() {
    let text = String::from_utf8(bytes(&[
        meta(),
        said("u1", "user", "heat it"),
        said("o1", "oracle", "?"),
        json!({"from": "the future"}),
        calling("g1", &[json!(7), called("c1", "pondering", &json!({"output": "x"}))]),
        json!({"id": "u2", "type": "user", "content": result("c9", &json!({"output": "lost"}))}),
        json!({"$set": {"messages": 7, "directories": "here"}}),
        json!({"$set": 7}),
    ]))
    .unwrap();
    let (sessions, read) = read_with(format!("{text}{{broken\n").as_bytes(), &Reading::default());
    assert_eq!(told(&sessions[0]), ["person: heat it", "run_shell_command Returned: x"]);
    let mut found = reasons(&read);
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "a call is no object",
            "a result without its call",
            "its messages are no messages",
            "not a JSON object",
            "not a JSON object",
            "unknown kind of message `oracle`",
            "unknown kind of record",
            "unknown status `pondering` of a call",
        ]
    );
    let whole = bytes(&[meta(), said("u1", "user", "heat it"), said("u2", "user", "cool it")]);
    let (sessions, read) = read_with(&whole[..whole.len() - 9], &Reading::default());
    assert!(read.unfinished && told(&sessions[0]) == ["person: heat it"]);
}

#[test]
fn a_log_without_end_and_nesting_without_end_stay_bounded() {
    let settings = Reading { max_session: 20_000, ..Reading::default() };
    let mut lines = vec![meta()];
    lines.extend((0..2000).map(|at| said(&format!("u{at}"), "user", &"clay ".repeat(40))));
    lines.push(said("u0", "user", "short"));
    let (sessions, read) = read_with(&bytes(&lines), &settings);
    assert!(sessions[0].events.len() < 100 && told(&sessions[0])[0] == "person: short");
    assert!(reasons(&read)[0].ends_with("records of messages left out: the session is too long"), "{read:?}");
    // One message that grows all the time is still one.
    let mut lines = vec![meta()];
    lines.extend((0..2000).map(|at| said("u1", "user", &format!("{at} {}", "clay ".repeat(40)))));
    let (sessions, read) = read_with(&bytes(&lines), &settings);
    assert_eq!((sessions[0].events.len(), reasons(&read)), (1, vec![]));
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let hostile = format!(
        "{}\n{{\"id\":\"a\",\"type\":\"user\",\"content\":{deep}}}\n{{\"id\":\"b\",\"type\":\"gemini\",\"content\":\"x\",\"toolCalls\":[{{\"name\":\"t\",\"args\":{{\"a\":{deep}}},\"result\":{deep}}}]}}\n{{\"$set\":{{\"messages\":{deep}}}}}\n",
        meta()
    );
    let (sessions, read) = read_with(hostile.as_bytes(), &Reading::default());
    assert_eq!((sessions.len(), reasons(&read)), (1, vec!["its messages are no messages"]));
    assert!(matches!(&sessions[0].events[1].body, Body::Call(call) if call.status == Status::Returned));
}

#[test]
fn a_call_counts_however_its_status_is_told() {
    for (call, expected) in [
        (json!({"name": "t", "status": "success"}), Status::Returned),
        (json!({"name": "t", "status": "error", "resultDisplay": "bad"}), Status::Failed { exit: None }),
        (
            json!({"name": "t", "result": [{"functionResponse": {"response": {"error": "bad"}}}]}),
            Status::Failed { exit: None },
        ),
        (json!({"name": "t", "result": null}), Status::Unanswered),
    ] {
        let session = only(&[meta(), calling("g1", &[call])]);
        assert!(
            matches!(&session.events[0].body, Body::Call(call) if call.status == expected),
            "{session:?}"
        );
    }
}
