//! Rollouts of several versions, each as short as shows one thing.

use crate::session::{Body, Call, FileRead, Session, Status, read_bytes};
use crate::settings::Reading;

fn read(lines: &[&str]) -> (Vec<Session>, FileRead) {
    let mut sessions = Vec::new();
    let bytes = lines.join("\n") + "\n";
    let read =
        read_bytes("rollout", bytes.as_bytes(), &Reading::default(), &mut |session| sessions.push(session));
    (sessions, read)
}

fn only(lines: &[&str]) -> Session {
    let (mut sessions, read) = read(lines);
    assert!(read.skipped.is_empty(), "{:?}", read.skipped);
    assert_eq!(sessions.len(), 1);
    sessions.remove(0)
}

fn call(session: &Session) -> &Call {
    let calls: Vec<&Call> = session
        .events
        .iter()
        .filter_map(|event| if let Body::Call(call) = &event.body { Some(call) } else { None })
        .collect();
    assert_eq!(calls.len(), 1, "{:?}", session.events);
    calls[0]
}

const META: &str = r#"{"timestamp":"2026-02-03T04:05:06Z","type":"session_meta","payload":{"id":"r1","cwd":"/home/ada/src/kiln","git":{"repository_url":"https://x.org/ada/oven.git"}}}"#;
const SHELL: &str = r#"{"type":"response_item","payload":{"type":"function_call","name":"shell","arguments":"{\"command\":[\"bash\",\"-lc\",\"kiln heat\"]}","call_id":"c1"}}"#;

#[test]
fn the_meta_record_names_the_session_and_the_model_answers() {
    let session = only(&[
        META,
        r#"{"type":"turn_context","payload":{"model":"m-5","cwd":"/elsewhere"}}"#,
        r#"{"type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"heat it"}]}}"#,
    ]);
    let text = |clean: &Option<crate::redact::Clean>| clean.as_deref().unwrap_or_default().to_owned();
    assert_eq!(
        [text(&session.source), text(&session.project), text(&session.contributor), text(&session.model)],
        ["r1", "oven", "ada", "m-5"]
    );
    assert!(matches!(&session.events[0].body, Body::Person(text) if &**text == "heat it"));
}

#[test]
fn an_exit_status_is_read_from_every_layout_of_a_result() {
    let outputs = [
        // JSON inside the string, the early way.
        r#""{\"output\":\"too cold\",\"metadata\":{\"exit_code\":3}}""#,
        // A header before the output.
        r#""Chunk ID: 1\nProcess exited with code 3\nOutput:\ntoo cold""#,
        // An object.
        r#"{"content":"too cold","exit_code":3}"#,
    ];
    for output in outputs {
        let answer = format!(
            r#"{{"type":"response_item","payload":{{"type":"function_call_output","call_id":"c1","output":{output}}}}}"#
        );
        let session = only(&[META, SHELL, &answer]);
        let call = call(&session);
        assert_eq!(call.status, Status::Failed { exit: Some(3) }, "{output}");
        assert_eq!(&*call.output, "too cold");
        assert_eq!(call.args.0.last().map(|arg| &*arg.value), Some("kiln heat"));
    }
}

#[test]
fn what_items_and_events_both_say_is_read_once() {
    let session = only(&[
        META,
        r#"{"type":"event_msg","payload":{"type":"user_message","message":"heat it"}}"#,
        r#"{"type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"heat it"}]}}"#,
        SHELL,
        r#"{"type":"event_msg","payload":{"type":"exec_command_end","call_id":"c1","exit_code":2,"aggregated_output":"too cold"}}"#,
        r#"{"type":"response_item","payload":{"type":"function_call_output","call_id":"c1","output":"repeated"}}"#,
        r#"{"type":"event_msg","payload":{"type":"agent_message","message":"It is too cold."}}"#,
        r#"{"type":"event_msg","payload":{"type":"turn_aborted","reason":"interrupted"}}"#,
    ]);
    assert_eq!(session.events.len(), 4, "{:?}", session.events);
    assert_eq!(call(&session).status, Status::Failed { exit: Some(2) });
    assert_eq!(&*call(&session).output, "too cold");
    assert_eq!(session.events[3].body, Body::Interrupted);
}

#[test]
fn a_server_s_own_word_decides_whether_its_tool_failed() {
    let called = r#"{"type":"response_item","payload":{"type":"function_call","name":"mcp__kiln__load","arguments":"{\"shelf\":3}","call_id":"c1"}}"#;
    let output = r#"{"type":"response_item","payload":{"type":"function_call_output","call_id":"c1","output":"shelf 3 is hot"}}"#;
    let end = |result: &str| {
        format!(
            r#"{{"type":"event_msg","payload":{{"type":"mcp_tool_call_end","call_id":"c1","invocation":{{"server":"kiln","tool":"load","arguments":{{"shelf":3}}}},"duration":{{"secs":0,"nanos":7}},"result":{result}}}}}"#
        )
    };
    let failed = Status::Failed { exit: None };
    for (result, status) in [
        (r#"{"Ok":{"content":[{"type":"text","text":"shelf 3 is hot"}],"isError":true}}"#, failed),
        (r#"{"Ok":{"content":[{"type":"text","text":"shelf 3 is hot"}],"isError":false}}"#, Status::Returned),
        (r#"{"Ok":{"content":[{"type":"text","text":"shelf 3 is hot"}]}}"#, Status::Returned),
        (r#"{"Err":"shelf 3 is hot"}"#, failed),
    ] {
        let end = end(result);
        for lines in [[META, called, &end, output], [META, called, output, &end]] {
            let session = only(&lines);
            assert_eq!(call(&session).status, status, "{lines:?}");
            assert_eq!(&*call(&session).output, "shelf 3 is hot");
        }
    }
}

#[test]
fn the_layout_without_envelopes_is_read_too() {
    let session = only(&[
        r#"{"id":"old","timestamp":"2025-05-01T00:00:00Z","instructions":"be kind"}"#,
        r#"{"record_type":"state"}"#,
        r#"{"type":"message","role":"user","content":[{"type":"input_text","text":"heat it"}]}"#,
        r#"{"type":"local_shell_call","call_id":"c1","action":{"type":"exec","command":["kiln","heat"]}}"#,
    ]);
    assert!(matches!(&session.events[0].body, Body::Context(text) if &**text == "be kind"));
    assert_eq!((&*call(&session).tool, call(&session).status), ("local_shell", Status::Unanswered));
}

#[test]
fn a_sub_agent_has_a_parent_and_nobody_types_into_it() {
    let session = only(&[
        r#"{"type":"session_meta","payload":{"id":"r2","source":{"subagent":{"thread_spawn":{"parent_thread_id":"r1"}}}}}"#,
        r#"{"type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"heat it"}]}}"#,
    ]);
    assert_eq!(session.parent.as_deref(), Some("r1"));
    assert!(matches!(&session.events[0].body, Body::Agent(_)));
}

#[test]
fn what_is_unknown_is_told_and_the_rest_is_read() {
    let (sessions, read) = read(&[
        META,
        r#"{"type":"response_item","payload":{"type":"hologram"}}"#,
        r#"{"type":"response_item","payload":{"type":"function_call_output","call_id":"none","output":"x"}}"#,
        r#"{"type":"response_item","payload":7}"#,
        SHELL,
    ]);
    assert_eq!(sessions[0].events.len(), 1);
    let reasons: Vec<(Option<u64>, &str)> =
        read.skipped.iter().map(|skipped| (skipped.line, skipped.reason.as_str())).collect();
    assert_eq!(
        reasons,
        [
            (Some(2), "unknown kind of item `hologram`"),
            (Some(3), "a result without its call"),
            (Some(4), "the payload is no object"),
        ]
    );
}
