//! Transcripts as Cursor writes them, each as short as shows one thing.

use super::*;
use crate::session::{Body, Call, FileRead, Session, Status, read_bytes, read_file};
use std::path::PathBuf;

fn read(lines: &[&str]) -> (Vec<Session>, FileRead) {
    let mut sessions = Vec::new();
    let bytes = lines.join("\n");
    let read =
        read_bytes("t.jsonl", bytes.as_bytes(), &Reading::default(), &mut |session| sessions.push(session));
    (sessions, read)
}

fn only(lines: &[&str]) -> Session {
    let (mut sessions, read) = read(lines);
    assert!(read.skipped.is_empty(), "{:?}", read.skipped);
    assert_eq!(sessions.len(), 1);
    sessions.remove(0)
}

/// Reads a transcript from where Cursor would have written it, below a folder.
fn placed(place: &str, lines: &[&str]) -> Session {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join(place);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, lines.join("\n")).unwrap();
    let mut sessions = Vec::new();
    read_file(&path, &Reading::default(), &mut |session| sessions.push(session));
    assert_eq!(sessions.len(), 1);
    sessions.remove(0)
}

fn calls(session: &Session) -> Vec<&Call> {
    let calls = session.events.iter().filter_map(|event| match &event.body {
        Body::Call(call) => Some(call),
        _ => None,
    });
    calls.collect()
}

/// Who said what, in order.
fn said(session: &Session) -> Vec<(&'static str, String)> {
    let said = session.events.iter().filter_map(|event| match &event.body {
        Body::Person(text) => Some(("person", text.to_string())),
        Body::Agent(text) => Some(("agent", text.to_string())),
        Body::Context(text) => Some(("context", text.to_string())),
        Body::Interrupted => Some(("stopped", String::new())),
        Body::Call(_) => None,
    });
    said.collect()
}

fn is(who: &'static str, text: &str) -> (&'static str, String) {
    (who, text.to_owned())
}

const ASKED: &str = r#"{"role":"user","message":{"content":[{"type":"text","text":"<user_query>\nheat the kiln\n</user_query>"}]}}"#;
const CALLED: &str = r#"{"role":"assistant","message":{"content":[{"type":"text","text":"[REDACTED]"},{"type":"tool_use","name":"Shell","input":{"command":"kiln heat","working_directory":"/home/ada/src/big_kiln/oven"}},{"type":"tool_use","name":"Read","input":{"path":"/home/ada/src/big_kiln/src/oven.rs"}}]}}"#;

#[test]
fn a_turn_is_what_stands_in_the_query_and_nothing_else() {
    let turn = r#"{"role":"user","message":{"content":[{"type":"text","text":"[Image]\n<image_files>\n1. /a.png\n</image_files>\n<timestamp>Friday, May 8, 2026, 6:05 AM (UTC+5:30)</timestamp>\n<user_query>\nwhy is <b>it</b> cold?\n</user_query>"},{"type":"text","text":"<rules>\nAlways use tabs.\n</rules>\n"},{"type":"text","text":"Always answer in French."}]}}"#;
    let session = only(&[turn]);
    assert_eq!(
        said(&session),
        [
            is(
                "context",
                "[Image]\n<image_files>\n1. /a.png\n</image_files>\n<timestamp>Friday, May 8, 2026, 6:05 AM (UTC+5:30)</timestamp>"
            ),
            is("person", "why is <b>it</b> cold?"),
            is("context", "<rules>\nAlways use tabs.\n</rules>"),
            is("context", "Always answer in French."),
        ]
    );
    assert_eq!(session.events[1].at.unwrap().to_string(), "2026-05-08T00:35:00Z");
    assert_eq!(&*session.agent, "cursor");
    // Turns without the tag, as some versions write them.
    let bare =
        r#"{"role":"user","message":{"content":"<timestamp>Wed Jul 1 2026 3:45 PM</timestamp>use make"}}"#;
    let expected = [is("context", "<timestamp>Wed Jul 1 2026 3:45 PM</timestamp>"), is("person", "use make")];
    assert_eq!(said(&only(&[bare])), expected);
    // What Cursor itself asks when an agent that was started has ended.
    let notice = r#"{"role":"user","message":{"content":[{"type":"text","text":"<user_query>The above subagent result is already visible to the user. DO NOT reiterate it.</user_query>"}]}}"#;
    assert!(said(&only(&[notice])).iter().all(|(who, _)| *who == "context"));
    let open =
        r#"{"role":"user","message":{"content":[{"type":"text","text":"<user_query>\nnever closed"}]}}"#;
    assert_eq!(said(&only(&[open])), [is("context", "<user_query>\nnever closed")]);
}

#[test]
fn what_was_not_written_down_says_nothing() {
    let session = only(&[
        ASKED,
        CALLED,
        r#"{"role":"assistant","message":{"content":[{"type":"text","text":"Done.\n\n[REDACTED]"}]}}"#,
    ]);
    assert_eq!(said(&session), [is("person", "heat the kiln"), is("agent", "Done.")]);
    let calls = calls(&session);
    assert_eq!(calls.len(), 2);
    assert!(calls.iter().all(|call| call.status == Status::Unrecorded && call.output.is_empty()));
}

#[test]
fn results_are_read_where_a_transcript_has_them() {
    let results = r#"{"role":"user","message":{"content":[{"type":"tool_result","content":"Exit code: 3\ntoo cold","is_error":true},{"type":"tool_result","content":[{"type":"text","text":"fn heat()"}]}]}}"#;
    let last = r#"{"role":"assistant","message":{"content":[{"type":"tool_use","id":"x","name":"Shell","input":{"command":"kiln"}}]}}"#;
    let session = only(&[ASKED, CALLED, results, last]);
    let of = |call: &&Call| (call.tool.to_string(), call.status, call.output.to_string());
    assert_eq!(
        calls(&session).iter().map(of).collect::<Vec<_>>(),
        [
            ("Shell".to_owned(), Status::Failed { exit: Some(3) }, "Exit code: 3\ntoo cold".to_owned()),
            ("Read".to_owned(), Status::Returned, "fn heat()".to_owned()),
            // Where results are kept, one that is missing means what it means elsewhere.
            ("Shell".to_owned(), Status::Unanswered, String::new()),
        ]
    );
    let named =
        r#"{"role":"user","message":{"content":[{"type":"tool_result","tool_use_id":"x","content":"hot"}]}}"#;
    assert_eq!(calls(&only(&[ASKED, CALLED, last, named]))[2].status, Status::Returned);
    let (_, read) = read(&[ASKED, named]);
    assert_eq!(read.skipped[0].reason, "a result without its call");
}

#[test]
fn a_person_who_stops_a_turn_is_seen() {
    let aborted = r#"{"type":"turn_ended","status":"aborted","error":"User aborted/interrupted manually."}"#;
    let failed = r#"{"type":"turn_ended","status":"error","error":"overloaded"}"#;
    let well = r#"{"type":"turn_ended","status":"success"}"#;
    let session = only(&[well, ASKED, failed, aborted]);
    assert_eq!(
        said(&session),
        [is("person", "heat the kiln"), is("context", "overloaded"), is("stopped", "")]
    );
}

#[test]
fn the_place_names_the_session_and_paths_show_the_project() {
    let place = "projects/home-ada-src-big-kiln/agent-transcripts/u1/u1.jsonl";
    let session = placed(place, &[ASKED, CALLED]);
    assert_eq!(session.source.as_deref(), Some("u1"));
    assert_eq!(session.project.as_deref(), Some("big_kiln"));
    assert_eq!(session.contributor.as_deref(), Some("ada"));
    let folders: Vec<&Path> = session.folders.iter().map(|folder| folder.path()).collect();
    assert_eq!(folders, [Path::new("/home/ada/src/big_kiln"), Path::new("/home/ada/src/big_kiln/oven")]);
    let flat = placed("projects/empty-window/agent-transcripts/u2.jsonl", &[ASKED]);
    assert_eq!((flat.source.as_deref(), flat.folders.len()), (Some("u2"), 0));
    // Below `subagents` an agent asked.
    let started = placed("p/agent-transcripts/u1/subagents/u3.jsonl", &[ASKED]);
    assert_eq!((started.parent.as_deref(), started.source.as_deref()), (Some("u1"), Some("u3")));
    assert_eq!(said(&started), [is("agent", "heat the kiln")]);
}

#[test]
fn a_folder_is_known_by_how_it_is_spelt() {
    assert_eq!(above("/home/ada/my_app/src/a.rs", "home-ada-my-app"), Some("/home/ada/my_app"));
    assert_eq!(above("/home/ada/.dots/a", "home-ada-dots"), Some("/home/ada/.dots"));
    assert_eq!(above("c:\\Users\\Ada\\app\\a.rs", "c-Users-Ada-app"), Some("c:\\Users\\Ada\\app"));
    assert_eq!(above("/home/ada/app", "home-ada-app"), Some("/home/ada/app"));
    for (path, spelt) in [
        ("/home/ada/my-app-old/a", "home-ada-my-app"),
        ("/home/ada/apple/a", "home-ada-app"),
        ("/home/ada", "home-ada-app"),
        ("/home/ada/é/a", "home-ada-e"),
        ("/a/b", ""),
        ("/a/b", "---"),
    ] {
        assert_eq!(above(path, spelt), None, "{path}");
    }
}

#[test]
fn times_are_read_with_their_zone_or_not_at_all() {
    let of = |text: &str| stamp(&format!("<timestamp>{text}</timestamp>")).map(|at| at.to_string());
    let winter = Some("2026-01-04T23:47:00Z".to_owned());
    assert_eq!(of("Sunday, January 4, 2026, 11:47 PM (UTC)"), winter);
    assert_eq!(of("Sunday, Jan 4, 2026, 6:47\u{202f}PM (UTC-5)"), winter);
    assert_eq!(of("Monday, Jan 5, 2026, 3:47 AM (UTC+4)"), winter);
    for none in
        ["", "Sunday, Jan 4, 2026, 6:47 PM", "yesterday (UTC)", "Jan 4, 2026, 6:47 PM (UTC+999999999999)"]
    {
        assert_eq!(of(none), None, "{none}");
    }
}

#[test]
fn only_lines_without_the_marks_of_others_are_cursor_s() {
    assert!(is_line(ASKED.as_bytes()) && is_line(CALLED.as_bytes()));
    // The first turn holds a file that is longer than what is looked at.
    assert!(is_line(
        format!("{{\"role\": \"user\", \"message\": {{\"content\": [\"{}", "x".repeat(9000)).as_bytes()
    ));
    for other in [
        r#"{"role":"user","content":"x"}"#,
        r#"{"type":"user","message":{"role":"user","content":"x"}}"#,
        r#"{"role":"user","sessionId":"s","message":{"content":"x"}}"#,
        r#"{"role":"user","message":"x"}"#,
        r#"{"role":"customer","message":{"content":"x"}}"#,
        r#"{"git_dream":1}"#,
        "42",
    ] {
        assert!(!is_line(other.as_bytes()), "{other}");
    }
    // And chat messages stay what they are.
    let chat = only(&[r#"{"role":"user","content":"x"}"#, r#"{"role":"assistant","content":"y"}"#]);
    assert_eq!(&*chat.agent, "chat");
}

#[test]
fn bad_lines_are_counted_and_the_rest_is_read() {
    let deep =
        format!(r#"{{"role":"user","message":{{"content":{}1{}}}}}"#, "[".repeat(90_000), "]".repeat(90_000));
    let (sessions, read) = read(&[
        ASKED,
        "{\"role\":",
        r#"{"role":"user","message":7}"#,
        r#"{"type":"tool_call","name":"x"}"#,
        r#"{"role":"assistant","message":{"content":[7,{"type":"hologram"}]}}"#,
        &deep,
        r#"{"role":"assistant","message":{"content":[{"type":"text","text":"cut o"#,
    ]);
    assert_eq!(sessions[0].events.len(), 1);
    assert!(read.unfinished);
    let reasons: Vec<(Option<u64>, &str)> =
        read.skipped.iter().map(|skipped| (skipped.line, skipped.reason.as_str())).collect();
    assert_eq!(
        reasons,
        [
            (Some(2), "not a JSON object"),
            (Some(3), "the message is no object"),
            (Some(4), "unknown kind of record `tool_call`"),
            (Some(5), "a content block is no object"),
            (Some(5), "unknown kind of block `hologram`"),
            (Some(6), "a content block is no object"),
            (Some(7), "cut off in the middle"),
        ]
    );
}
