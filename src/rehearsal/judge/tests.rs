//! Calls beside mistakes, judged.

use super::*;
use crate::digest::failure;
use crate::redact::redact;
use crate::rehearsal::moment::tests::quoted;
use crate::rehearsal::moment::{Beside, before};
use crate::session::{Args, Body, Session, Status};
use crate::settings::Reading;

fn call(tool: &str, args: &str, fails: bool) -> Call {
    let status = if fails { Status::Failed { exit: Some(1) } } else { Status::Returned };
    let output = if fails { "error: this cannot be done so" } else { "done" };
    Call {
        tool: redact(tool),
        args: Args::of_json(args.as_bytes(), &Reading::default()),
        status,
        output: redact(output),
    }
}

fn shell(line: &str) -> Call {
    call("Bash", &serde_json::json!({ "command": line }).to_string(), false)
}

/// The mistake of a session: its second event, the first call, fails; the rest works.
fn mistake(calls: Vec<Call>, note: &str) -> Mistake {
    let mut calls = calls;
    if let Some(first) = calls.first_mut() {
        first.status = Status::Failed { exit: Some(1) };
        first.output = redact("error: this cannot be done so");
    }
    let ask = Body::Person(redact("do it"));
    let bodies = std::iter::once(ask).chain(calls.into_iter().map(Body::Call));
    let session = Session::of(bodies);
    assert!(
        session
            .events
            .iter()
            .skip(1)
            .any(|e| matches!(&e.body, Body::Call(call) if failure::has_failed(call)))
    );
    let digest = crate::digest::read(&session, &Reading::default());
    let beside = Beside { path: "mistakes/a.md", text: note };
    before(&session, &quoted(&session, &digest.failures[0]), beside, &Reading::default()).unwrap().mistake
}

#[track_caller]
fn judged(mistake: &Mistake, answers: &[(&str, Act)]) {
    for (line, act) in answers {
        assert_eq!(judge(&shell(line), mistake), *act, "{line} beside {mistake:#?}");
    }
}

use Act::{DoesWhatWorked, Repeats, SomethingElse};

#[test]
fn a_changed_word_of_a_command_tells() {
    let mistake = mistake(
        vec![shell("packer fill crate --mode loose"), shell("packer fill crate --mode tight 2>&1 | tail -3")],
        "",
    );
    judged(
        &mistake,
        &[
            ("packer fill crate --mode loose", Repeats),
            ("packer fill \"crate\" --mode loose | cat", Repeats),
            ("packer fill other --mode loose", Repeats),
            ("packer fill crate --mode tight", DoesWhatWorked),
            ("cd /srv && packer fill box --mode tight", DoesWhatWorked),
            ("packer fill crate --mode airy", SomethingElse),
            ("packer fill crate", SomethingElse),
            ("packer empty crate --mode loose", SomethingElse),
            ("ls", SomethingElse),
            ("", SomethingElse),
        ],
    );
}

#[test]
fn an_option_that_was_missing_tells() {
    let mistake = mistake(vec![shell("store put crate"), shell("store put --force crate")], "");
    judged(
        &mistake,
        &[
            ("store put crate", Repeats),
            ("store put box", Repeats),
            ("store put --force box", DoesWhatWorked),
            ("store put box --force", DoesWhatWorked),
        ],
    );
    let dropped = super::tests::mistake(vec![shell("store put --quick crate"), shell("store put crate")], "");
    judged(&dropped, &[("store put --quick box", Repeats), ("store put box", DoesWhatWorked)]);
}

#[test]
fn where_and_with_what_a_command_runs_tells() {
    let folder = mistake(vec![shell("make fire"), shell("cd kiln && make fire")], "");
    judged(
        &folder,
        &[
            ("make fire", Repeats),
            ("cd kiln && make fire", DoesWhatWorked),
            ("cd kiln && FAST=1 make fire", DoesWhatWorked),
            ("make -C kiln fire", Repeats),
        ],
    );
    let assigned = mistake(vec![shell("make fire"), shell("HEAT=9 make fire")], "");
    judged(&assigned, &[("make fire", Repeats), ("HEAT=9 make fire", DoesWhatWorked)]);
}

#[test]
fn what_had_to_come_first_tells() {
    let mistake = mistake(vec![shell("kiln fire jar"), shell("glaze dip jar"), shell("kiln fire jar")], "");
    judged(
        &mistake,
        &[
            ("kiln fire jar", Repeats),
            ("kiln fire --slow jar", Repeats),
            ("glaze dip jar", DoesWhatWorked),
            ("glaze dip jar && kiln fire jar", DoesWhatWorked),
            ("kiln log", SomethingElse),
        ],
    );
}

#[test]
fn another_program_in_its_place_tells() {
    let mistake =
        mistake(vec![shell("oven bake jam/apple.txt -t 9"), shell("stove heat jam/apple.txt -t 9")], "");
    assert_ne!(mistake.remedy.as_ref().map(|remedy| remedy.step.to_string()).as_deref(), Some("oven bake"));
    judged(
        &mistake,
        &[
            ("oven bake jam/plum.txt", Repeats),
            ("stove heat jam/plum.txt", DoesWhatWorked),
            ("cat jam/apple.txt", SomethingElse),
        ],
    );
}

#[test]
fn without_a_remedy_only_the_same_form_is_the_same() {
    let mistake = mistake(vec![shell("kiln fire jar_71 --at 900")], "");
    assert_eq!(mistake.remedy, None);
    judged(
        &mistake,
        &[
            ("kiln fire jar_71 --at 900", Repeats),
            ("kiln fire jar_88 --at 950", Repeats),
            ("kiln fire jar_71 --at 900 --slow", SomethingElse),
        ],
    );
}

fn update(payment: &str, flights: &[(&str, &str)], more: &str) -> String {
    let flights: Vec<String> = flights
        .iter()
        .map(|(number, date)| format!(r#"{{"flight_number":"{number}","date":"{date}"}}"#))
        .collect();
    format!(
        r#"{{"reservation_id":"ZFA04Y","flights":[{}],"payment_id":"{payment}"{more}}}"#,
        flights.join(",")
    )
}

#[test]
fn nested_arguments_are_told_apart_by_form_then_by_value() {
    let tool = |args: &str| call("update_reservation_flights", args, false);
    let flights = [("HAT001", "2024-05-20"), ("HAT002", "2024-05-21")];
    let by_certificate = update("certificate_7504069", &flights, "");
    let mistake =
        mistake(vec![tool(&by_certificate), tool(&update("credit_card_4421486", &flights, ""))], "");
    for (args, act) in [
        (by_certificate.clone(), Repeats),
        // Keys in another order, numbers as texts.
        (
            format!(
                r#"{{"payment_id":"certificate_7504069",{}"#,
                &update("", &flights, "")[1..].replace(r#","payment_id":"""#, "")
            ),
            Repeats,
        ),
        (update("certificate_11", &[("HAT003", "2024-05-20")], ""), Repeats),
        (update("credit_card_99", &flights, ""), DoesWhatWorked),
        (update("gift_card_99", &flights, ""), SomethingElse),
        (r#"{"reservation_id":"ZFA04Y"}"#.to_owned(), SomethingElse),
    ] {
        assert_eq!(judge(&tool(&args), &mistake), act, "{args}");
    }
    assert_eq!(judge(&call("get_user_details", r#"{"user_id":"a"}"#, false), &mistake), SomethingElse);
}

#[test]
fn one_of_several_records_is_told_by_its_value() {
    let tool = |args: &str| call("update_reservation_flights", args, false);
    let before = update("credit_card_1", &[("HAT001", "2024-05-20"), ("HAT002", "2024-05-21")], "");
    let after = update("credit_card_1", &[("HAT001", "2024-05-20"), ("HAT077", "2024-05-21")], "");
    let mistake = mistake(vec![tool(&before), tool(&after)], "");
    for (flights, act) in [
        ([("HAT002", "2024-05-21"), ("HAT001", "2024-05-20")], Repeats),
        ([("HAT001", "2024-05-20"), ("HAT077", "2024-05-21")], DoesWhatWorked),
        ([("HAT001", "2024-05-20"), ("HAT050", "2024-05-21")], SomethingElse),
    ] {
        assert_eq!(judge(&tool(&update("credit_card_1", &flights, "")), &mistake), act, "{flights:?}");
    }
}

#[test]
fn of_several_changes_those_count_that_the_note_speaks_of() {
    let tool = |args: &str| call("pay", args, false);
    let calls = || {
        vec![
            tool(r#"{"from":"cash_1","amount":512.0,"memo":"a"}"#),
            tool(r#"{"from":"cash_1","amount":500,"memo":"b"}"#),
        ]
    };
    let answer = tool(r#"{"from":"cash_1","amount":"512","memo":"b"}"#);
    assert_eq!(judge(&answer, &mistake(calls(), "")), SomethingElse, "one of two changes");
    assert_eq!(judge(&answer, &mistake(calls(), "Mind the `amount`.")), Repeats);
}

#[test]
fn files_are_told_apart() {
    let edit = |file: &str, old: &str| {
        call(
            "Edit",
            &serde_json::json!({"file_path": file, "old_string": old, "new_string": "z"}).to_string(),
            false,
        )
    };
    let read = call("Read", r#"{"file_path":"/w/src/a.rs"}"#, false);
    let mistake = mistake(vec![edit("/w/src/a.rs", "x"), read.clone(), edit("/w/src/a.rs", "x")], "");
    assert_eq!(judge(&edit("/w/src/a.rs", "x"), &mistake), Repeats);
    assert_eq!(judge(&edit("/w/src/b.rs", "x"), &mistake), SomethingElse);
    assert_eq!(judge(&read, &mistake), DoesWhatWorked);
}

#[test]
fn hostile_lines_are_judged_like_any_other() {
    let mistake = mistake(vec![shell("store put crate"), shell("store put --force crate")], "");
    for line in ["\"", "$(", "store put 'é\u{202e}", "((((", "a".repeat(100_000).as_str(), "<<EOF", "\0"] {
        judge(&shell(line), &mistake);
    }
    judge(&call("", "{", false), &mistake);
}
