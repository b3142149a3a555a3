//! Sessions of pi and omp, each as short as shows one thing.

use super::*;
use crate::session::{Body, Call, FileRead, Session, Status, read_bytes};

fn read(lines: &[&str]) -> (Vec<Session>, FileRead) {
    let mut sessions = Vec::new();
    let bytes = lines.join("\n") + "\n";
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

fn calls(session: &Session) -> Vec<&Call> {
    let calls = session.events.iter().filter_map(|event| match &event.body {
        Body::Call(call) => Some(call),
        _ => None,
    });
    calls.collect()
}

/// What happened, a word each and the text.
fn told(session: &Session) -> Vec<String> {
    let numbers: Vec<u32> = session.events.iter().map(|event| event.number).collect();
    assert_eq!(numbers, (1..=session.events.len() as u32).collect::<Vec<_>>());
    let told = session.events.iter().map(|event| match &event.body {
        Body::Person(text) => format!("person {text}"),
        Body::Agent(text) => format!("agent {text}"),
        Body::Context(text) => format!("context {text}"),
        Body::Interrupted => "stopped".to_owned(),
        Body::Call(call) => format!("call {} {:?}", call.tool, call.status),
    });
    told.collect()
}

const HEADER: &str = r#"{"type":"session","version":3,"id":"s1","timestamp":"2026-04-07T09:00:00.000Z","cwd":"/home/ada/src/kiln"}"#;

/// An entry with a message, by its id and the one that it continues.
fn entry(id: &str, parent: &str, message: &str) -> String {
    let parent = if parent.is_empty() { "null".to_owned() } else { format!("\"{parent}\"") };
    format!(
        r#"{{"type":"message","id":"{id}","parentId":{parent},"timestamp":"2026-04-07T09:01:00.000Z","message":{message}}}"#
    )
}

fn user(id: &str, parent: &str, text: &str) -> String {
    entry(id, parent, &format!(r#"{{"role":"user","content":[{{"type":"text","text":"{text}"}}]}}"#))
}

fn agent(id: &str, parent: &str, text: &str) -> String {
    let content = format!(r#"[{{"type":"thinking","thinking":"hm"}},{{"type":"text","text":"{text}"}}]"#);
    entry(
        id,
        parent,
        &format!(r#"{{"role":"assistant","content":{content},"model":"m-5","stopReason":"stop"}}"#),
    )
}

fn call(id: &str, parent: &str, call: &str, command: &str) -> String {
    let content = format!(
        r#"[{{"type":"toolCall","id":"{call}","name":"bash","arguments":{{"command":"{command}"}}}}]"#
    );
    entry(
        id,
        parent,
        &format!(r#"{{"role":"assistant","content":{content},"model":"m-6","stopReason":"toolUse"}}"#),
    )
}

fn result(id: &str, parent: &str, call: &str, text: &str, failed: bool) -> String {
    let content = format!(r#"[{{"type":"text","text":"{text}"}},{{"type":"image","data":"aGk="}}]"#);
    entry(
        id,
        parent,
        &format!(
            r#"{{"role":"toolResult","toolCallId":"{call}","toolName":"bash","content":{content},"isError":{failed}}}"#
        ),
    )
}

#[test]
fn a_session_is_read_with_its_header_and_the_tools_own_word() {
    let session = only(&[
        HEADER,
        r#"{"type":"model_change","id":"m","parentId":null,"provider":"p","modelId":"m-5"}"#,
        &user("1", "m", "heat it"),
        &call("2", "1", "c1", "kiln heat"),
        &result("3", "2", "c1", "too cold\\n\\nCommand exited with code 3", true),
        &call("4", "3", "c2", "kiln warm"),
        &result("5", "4", "c2", "Error: this is only what the file says", false),
        &agent("6", "5", "It is warm."),
    ]);
    assert_eq!(
        told(&session),
        ["person heat it", "call bash Failed { exit: Some(3) }", "call bash Returned", "agent It is warm.",]
    );
    let text = |clean: &Option<Clean>| clean.as_deref().unwrap_or_default().to_owned();
    assert_eq!(
        [text(&session.source), text(&session.project), text(&session.contributor), text(&session.model)],
        ["s1", "kiln", "ada", "m-6"]
    );
    assert_eq!((&*session.agent, &session.parent), ("pi", &None));
    assert!(session.events[0].at.is_some());
    assert_eq!(calls(&session)[0].args.get("command").map(|line| &**line), Some("kiln heat"));
}

#[test]
fn only_the_branch_of_the_last_entry_is_the_conversation() {
    let lines = [
        HEADER.to_owned(),
        user("1", "", "heat it"),
        call("2", "1", "c1", "kiln heat"),
        result("3", "2", "c1", "too cold", true),
        agent("4", "3", "I give up."),
        // Back to before the result, and on from there.
        user("5", "2", "never mind"),
        agent("6", "5", "Fine."),
        r#"{"type":"branch_summary","id":"7","parentId":"1","fromId":"6","summary":"It was cold."}"#
            .to_owned(),
        call("8", "7", "c2", "kiln warm"),
        result("9", "8", "c2", "warm", false),
    ];
    let whole: Vec<&str> = lines.iter().map(String::as_str).collect();
    let back = only(&whole[..7]);
    assert_eq!(
        told(&back),
        ["person heat it", "call bash Unanswered", "person never mind", "agent Fine."],
        "the result was left behind"
    );
    assert_eq!(
        told(&only(&whole)),
        ["person heat it", "context It was cold.", "call bash Returned"],
        "and so was the first call"
    );
    // Back to what had been left, by an entry that says no more than that.
    let leaf = r#"{"type":"leaf","id":"10","parentId":"9","targetId":"4"}"#;
    let again = only(&[whole.as_slice(), &[leaf]].concat());
    assert_eq!(told(&again), ["person heat it", "call bash Failed { exit: None }", "agent I give up."]);
    let anew = user("11", "", "begin anew");
    assert_eq!(told(&only(&[whole.as_slice(), &[&anew]].concat())), ["person begin anew"]);
}

#[test]
fn who_said_what_is_told_apart() {
    let plain = |role: &str, more: &str| format!(r#"{{"role":"{role}",{more}}}"#);
    let session = only(&[
        HEADER,
        &entry("1", "", &plain("user", r#""content":"use make""#)),
        &entry("2", "1", &plain("user", r#""content":"go on","synthetic":true"#)),
        &entry("3", "2", &plain("user", r#""content":"look at a.rs","attribution":"agent""#)),
        &entry(
            "4",
            "3",
            &plain(
                "user",
                r#""content":[{"type":"text","text":"<file name=\"/a\">\nx\n</file>\nwhat is it?"},{"type":"image","data":"aGk="}]"#,
            ),
        ),
        &entry("5", "4", &plain("bashExecution", r#""command":"ls","output":"a.rs","exitCode":1"#)),
        &entry("6", "5", &plain("custom", r#""content":"from an extension""#)),
        &entry(
            "7",
            "6",
            &plain("assistant", r#""content":[],"stopReason":"error","errorMessage":"overloaded""#),
        ),
        &entry("8", "7", &plain("assistant", r#""content":"bye","stopReason":"aborted""#)),
        r#"{"type":"custom_message","id":"9","parentId":"8","customType":"x","content":"hello","display":true}"#,
        r#"{"type":"compaction","id":"10","parentId":"9","summary":"We used make.","firstKeptEntryId":"8"}"#,
    ]);
    assert_eq!(
        told(&session),
        [
            "person use make",
            "context go on",
            "agent look at a.rs",
            "context <file name=\"/a\">\nx\n</file>",
            "person what is it?",
            "context Ran `ls`\na.rs",
            "context from an extension",
            "context overloaded",
            "agent bye",
            "stopped",
            "context hello",
            "context We used make.",
        ]
    );
}

#[test]
fn what_a_person_stopped_or_passed_over_has_not_failed() {
    for text in ["Skipped due to queued user message.", "12 of 30\\n\\nCommand aborted", "Operation aborted"]
    {
        let session = only(&[HEADER, &call("1", "", "c", "make"), &result("2", "1", "c", text, true)]);
        assert_eq!(calls(&session)[0].status, Status::Refused, "{text}");
    }
}

#[test]
fn omp_is_known_by_what_only_it_writes_and_its_agents_are_nobody() {
    let title = r#"{"type":"title","v":1,"title":"x","source":"auto","updatedAt":"2026-04-07T09:00:00.000Z","pad":"   "}"#;
    let turn = user("1", "", "heat it");
    assert_eq!(&*only(&[title, HEADER, &turn]).agent, "omp");
    let mode = r#"{"type":"mode_change","id":"2","parentId":"1","mode":"plan"}"#;
    assert_eq!(&*only(&[HEADER, &turn, mode]).agent, "omp");
    let init = r#"{"type":"session_init","id":"0","parentId":null,"systemPrompt":"s","task":"t","tools":[]}"#;
    let started = only(&[HEADER, init, &user("1", "0", "heat it")]);
    assert_eq!((&*started.agent, told(&started)), ("omp", vec!["agent heat it".to_owned()]));
}

#[test]
fn a_fork_names_its_origin() {
    let origin = |value: &str| {
        let header = HEADER.replace("\"cwd\"", &format!("\"parentSession\":\"{value}\",\"cwd\""));
        only(&[&header, &user("1", "", "x")]).parent.as_deref().map(str::to_owned)
    };
    let path = "/home/ada/.pi/agent/sessions/--home-ada--/2026-04-07T09-00-00-000Z_0a1b-2c.jsonl";
    assert_eq!(origin(path).as_deref(), Some("0a1b-2c"));
    assert_eq!(origin("C:\\\\s\\\\2026-04-07_x_y.jsonl").as_deref(), Some("x_y"));
    assert_eq!(origin("0a1b_2c").as_deref(), Some("0a1b_2c"));
}

#[test]
fn the_first_version_had_no_tree() {
    let bare = |message: &str| {
        format!(r#"{{"type":"message","timestamp":"2026-04-07T09:01:00Z","message":{message}}}"#)
    };
    let header = r#"{"type":"session","id":"s1","timestamp":"2026-04-07T09:00:00Z","cwd":"/w/kiln","provider":"p","modelId":"m"}"#;
    let session = only(&[
        header,
        &bare(r#"{"role":"user","content":"heat it"}"#),
        &bare(r#"{"role":"assistant","content":[{"type":"text","text":"Done."}]}"#),
        // Ids say nothing in such a file.
        &user("1", "nobody", "thanks"),
    ]);
    assert_eq!(told(&session), ["person heat it", "agent Done.", "person thanks"]);
}

#[test]
fn bad_entries_are_counted_and_the_rest_is_read() {
    let deep = format!(
        r#"{{"type":"message","id":"d","parentId":"1","message":{}1{}}}"#,
        "[".repeat(90_000),
        "]".repeat(90_000)
    );
    let newer = HEADER.replace("\"version\":3", "\"version\":9");
    let (sessions, read) = read(&[
        &newer,
        &user("1", "", "heat it"),
        &deep,
        "{broken",
        // Its parent was in the line that could not be read.
        &user("3", "2", "still there?"),
        &user("4", "4", "my own parent"),
        r#"{"type":"from_the_future","id":"5","parentId":"4"}"#,
        &entry("6", "5", r#"{"role":"oracle","content":"x"}"#),
        &result("7", "6", "nowhere", "x", false),
        HEADER,
        &user("8", "7", "and on"),
    ]);
    assert_eq!(
        told(&sessions[0]),
        ["person heat it", "person still there?", "person my own parent", "person and on"]
    );
    let reasons: Vec<(Option<u64>, &str)> =
        read.skipped.iter().map(|skipped| (skipped.line, skipped.reason.as_str())).collect();
    assert_eq!(
        reasons,
        [
            (Some(1), "written by a newer pi; what is known of it is read"),
            (Some(3), "the message is no object"),
            (Some(4), "not a JSON object"),
            (Some(7), "unknown kind of entry `from_the_future`"),
            (Some(8), "unknown role `oracle`"),
            (Some(9), "a result without its call"),
            (Some(10), "a second session in one file"),
        ]
    );
}

#[test]
fn a_session_without_end_is_bounded() {
    let settings = Reading { max_session: 20_000, ..Reading::default() };
    let turns: Vec<String> =
        (0..400).map(|at| user(&format!("{at}"), &format!("{}", at - 1), &"w ".repeat(500))).collect();
    let lines =
        std::iter::once(HEADER).chain(turns.iter().map(String::as_str)).collect::<Vec<_>>().join("\n");
    let mut kept = 0;
    let read = read_bytes("t", lines.as_bytes(), &settings, &mut |session| kept = session.events.len());
    assert!((5..25).contains(&kept), "{kept}");
    assert!(read.skipped[0].reason.ends_with("events left out: the session is too long"));
}

#[test]
fn headers_of_others_are_not_taken() {
    assert!(is_line(HEADER.as_bytes()));
    for other in [
        r#"{"type":"session_meta","payload":{"id":"x"}}"#,
        r#"{"type":"session","payload":{"id":"x"},"id":"x","cwd":"/"}"#,
        r#"{"type":"session","id":"","cwd":"/"}"#,
        r#"{"type":"session","id":"x"}"#,
        "[]",
    ] {
        assert!(!is_line(other.as_bytes()), "{other}");
    }
}
