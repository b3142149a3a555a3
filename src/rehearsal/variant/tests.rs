//! Variants of moments, made up and real.

use super::super::judge::{Act, judge};
use super::super::moment::tests::{call, quoted};
use super::super::moment::{Beside, before};
use super::*;
use crate::session::{Session, read_bytes};
use crate::settings::Reading;

const BESIDE: Beside<'static> = Beside { path: "mistakes/pay.md", text: "" };

fn moment(bodies: Vec<Body>) -> Moment {
    let session = Session::of(bodies);
    let digest = crate::digest::read(&session, &Reading::default());
    before(&session, &quoted(&session, &digest.failures[0]), BESIDE, &Reading::default()).unwrap()
}

fn paying() -> Moment {
    moment(vec![
        Body::Person(redact(
            "I am Ana Silva (ana_silva_3668): pay ZFA04Y, 1250 dollars, on 2024-05-20, by certificate",
        )),
        call(
            "get_user",
            r#"{"user_id":"ana_silva_3668"}"#,
            r#"{"first_name": "Ana", "last_name": "Silva", "cards": ["credit_card_4421486", "certificate_7504069"]}"#,
        ),
        call(
            "get_reservation",
            r#"{"id":"ZFA04Y"}"#,
            r#"{"flights": ["HAT001"], "price": 1250, "total": 51250.75}"#,
        ),
        call(
            "pay",
            r#"{"id":"ZFA04Y","by":"certificate_7504069","sha":"SHA256"}"#,
            "error: certificates cannot pay",
        ),
        call("pay", r#"{"id":"ZFA04Y","by":"credit_card_4421486","sha":"SHA256"}"#, "paid"),
    ])
}

fn shown(moment: &Moment) -> String {
    let mut text: Vec<&str> = texts(moment).iter().map(|text| text.as_str()).collect();
    let changes: Vec<&Change> = moment.mistake.remedy.iter().flat_map(|remedy| &remedy.changes).collect();
    text.extend(
        changes.iter().flat_map(|change| [&change.from, &change.to]).flatten().map(|text| text.as_str()),
    );
    text.join("\n")
}

fn vary(moment: &Moment, note: &str, shared: &[&str], seed: u64) -> Moment {
    let shared = shared.iter().map(|record| record.to_string()).collect();
    of(moment, note, &shared, seed).unwrap()
}

#[test]
fn names_and_records_are_replaced_everywhere_alike_and_nothing_else_is() {
    let before = paying();
    let after = vary(&before, "", &[], 1);
    let text = shown(&after);
    for gone in ["Ana", "ana", "Silva", "silva", "3668", "ZFA04Y", "4421486", "7504069", "HAT001"] {
        assert!(!text.contains(gone), "{gone}: {text}");
    }
    for stays in
        ["1250", "2024-05-20", "certificate_", "credit_card_", "HAT", "SHA256", "51250.75", "by certificate"]
    {
        assert!(text.contains(stays), "{stays}: {text}");
    }
    let Body::Call(user) = &after
        .seen
        .iter()
        .find(|event| matches!(&event.body, Body::Call(call) if &*call.tool == "get_user"))
        .unwrap()
        .body
    else {
        panic!()
    };
    let id = user.args.get("user_id").unwrap();
    assert!(matches!(&after.seen[0].body, Body::Person(text) if text.contains(id.as_str())));
    // The calls that failed and worked are those of the variant.
    assert_eq!(judge(&after.mistake.call, &after.mistake), Act::Repeats);
    assert_eq!(judge(&after.mistake.remedy.as_ref().unwrap().call, &after.mistake), Act::DoesWhatWorked);
    assert_eq!(after.tools, before.tools);
    // The same seed gives the same, another one another.
    assert_eq!(vary(&before, "", &[], 1), after);
    assert_ne!(shown(&vary(&before, "", &[], 2)), text);
}

#[test]
fn what_the_note_names_stays_but_for_the_record_of_its_own_example() {
    let note = "Pay with credit_card_4421486 when Ana asks.";
    let text = shown(&vary(&paying(), note, &[], 1));
    assert!(text.contains("Ana") && !text.contains("Silva"), "{text}");
    assert!(text.contains("credit_card_") && !text.contains("4421486"), "{text}");
    let text = shown(&vary(&paying(), note, &["4421486", "HAT001"], 1));
    assert!(text.contains("credit_card_4421486"), "other moments of the note have it, too: {text}");
    assert!(!text.contains("HAT001"), "the note does not name it: {text}");
}

#[test]
fn only_calls_that_do_not_build_on_each_other_trade_places() {
    let ask = |tool: &str, args: &str, output: &str| call(tool, args, output);
    let bodies = || {
        vec![
            Body::Person(redact("look at both, then pay")),
            ask("get_shelf", r#"{"of":"north"}"#, "jar blue-one"),
            ask("get_kiln", r#"{"of":"south"}"#, "cold"),
            Body::Person(redact("go on")),
            ask("list_jars", r#"{"of":"west"}"#, "found jar teapot"),
            ask("get_jar", r#"{"name":"teapot"}"#, "round"),
            Body::Person(redact("now")),
            ask("move_jar", r#"{"name":"cup"}"#, "moved"),
            ask("get_jar", r#"{"name":"dish"}"#, "flat"),
            call("pay", r#"{"by":"cash"}"#, "error: no cash"),
        ]
    };
    let order = |moment: &Moment| -> Vec<String> {
        let name = |event: &Event| match &event.body {
            Body::Call(call) => Some(call.tool.to_string()),
            _ => None,
        };
        moment.seen.iter().filter_map(name).collect()
    };
    let before = moment(bodies());
    let mut swapped = 0;
    for seed in 0..20 {
        let Some(after) = of(&before, "", &BTreeSet::new(), seed) else { continue };
        let order = order(&after);
        assert_eq!(
            order[2..],
            ["list_jars", "get_jar", "move_jar", "get_jar"],
            "one needs what the other found"
        );
        assert_eq!(
            after.seen.iter().map(|event| event.number).collect::<Vec<_>>(),
            (1..10).collect::<Vec<_>>()
        );
        swapped += u32::from(order[..2] == ["get_kiln", "get_shelf"]);
    }
    assert!(swapped > 5, "{swapped}");
}

#[test]
fn nothing_to_change_gives_no_variant() {
    let plain = moment(vec![
        Body::Person(redact("fire the jars")),
        call("Bash", r#"{"command":"kiln fire"}"#, "error: cold"),
    ]);
    assert_eq!(of(&plain, "", &BTreeSet::new(), 1), None);
}

#[test]
fn real_moments_stay_what_they_are_in_every_variant() {
    let bytes = include_bytes!("../../../templates/demo/airline.jsonl.zst");
    let (mut varied, mut sound) = (0, 0);
    read_bytes("airline", bytes, &Reading::default(), &mut |session| {
        for failure in crate::digest::read(&session, &Reading::default()).failures {
            let Ok(moment) = before(&session, &quoted(&session, &failure), BESIDE, &Reading::default())
            else {
                continue;
            };
            for seed in 0..3 {
                let Some(variant) = of(&moment, "", &BTreeSet::new(), seed) else { continue };
                varied += 1;
                let worked = variant
                    .mistake
                    .remedy
                    .as_ref()
                    .is_none_or(|remedy| judge(&remedy.call, &variant.mistake) == Act::DoesWhatWorked);
                sound += u32::from(worked && judge(&variant.mistake.call, &variant.mistake) == Act::Repeats);
                // The failing call of the original names records that the variant does not have.
                assert_eq!(variant.seen.len(), moment.seen.len());
            }
        }
    });
    assert!(varied > 80, "{varied}");
    assert_eq!(sound, varied);
}
