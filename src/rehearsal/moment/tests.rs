//! Moments, made up and real.

use super::super::judge::{Act, judge};
use super::*;
use crate::redact::redact;
use crate::session::{Args, Status, read_bytes};

/// The sessions that `demo` ships.
fn shipped() -> Vec<Session> {
    let mut sessions = Vec::new();
    let bytes = include_bytes!("../../../templates/demo/airline.jsonl.zst");
    read_bytes("airline", bytes, &Reading::default(), &mut |session| sessions.push(session));
    sessions
}

const NOTE: Beside<'static> = Beside { path: "mistakes/kiln.md", text: "" };

/// A call that came back so; it failed where that begins with `error`.
pub(crate) fn call(tool: &str, args: &str, output: &str) -> Body {
    let failed = output.starts_with("error");
    Body::Call(Call {
        tool: redact(tool),
        args: Args::of_json(args.as_bytes(), &Reading::default()),
        status: if failed { Status::Failed { exit: Some(1) } } else { Status::Returned },
        output: redact(output),
    })
}

/// What a note would quote of a failure: what it said.
pub(crate) fn quoted(session: &Session, failure: &Failure) -> Quote {
    Quote { session: session.id.clone(), event: failure.event, words: quote::one_line(&failure.message) }
}

fn at(session: &Session, event: u32, words: &str) -> Result<Moment, Unfit> {
    let quoted = Quote { session: session.id.clone(), event, words: words.to_owned() };
    before(session, &quoted, NOTE, &Reading::default())
}

fn person(text: &str) -> Body {
    Body::Person(redact(text))
}

fn agent(text: &str) -> Body {
    Body::Agent(redact(text))
}

#[test]
fn nothing_that_came_later_is_in_a_moment() {
    let session = Session::of(vec![
        person("fire the jars"),
        agent("Looking at the shelf."),
        call("kiln_list", r#"{"shelf":"north"}"#, "three jars"),
        agent("I will fire them fast."),
        call("kiln_fire", r#"{"jars":[{"id":"j1"}],"mode":"hasty"}"#, "error: mode hasty cracks the jars"),
        agent("Perhaps slower."),
        call("kiln_heat", r#"{"degrees":"lukewarm","by_id":{"jar_778123":"glaze"}}"#, "glowing softly"),
        call("kiln_fire", r#"{"jars":[{"id":"j1"}],"mode":"gentle","lid":"ajar"}"#, "fired well"),
        person("splendid, thank you"),
    ]);
    let moment = at(&session, 5, "error: mode hasty cracks the jars").unwrap();
    let shown = format!("{} {:?}", lines(&moment.seen, 10_000), moment.tools);
    for later in [
        "hasty", "fast", "cracks", "slower", "lukewarm", "glaze", "778123", "glowing", "gentle", "ajar",
        "well", "splendid",
    ] {
        assert!(!shown.contains(later), "{later}: {shown}");
    }
    for known in [
        "fire the jars",
        "Looking at the shelf",
        "shelf=north",
        "three jars",
        "kiln_heat",
        "jars[].id",
        "mode",
    ] {
        assert!(shown.contains(known), "{known}: {shown}");
    }
    // Who quotes what worked means the same moment; who quotes a failed call for its arguments, none.
    assert_eq!(at(&session, 8, "gentle"), Ok(moment));
    assert_eq!(at(&session, 5, "hasty"), Err(Unfit::NoFailure));
}

#[test]
fn nothing_is_told_from_moments_that_tell_nothing() {
    let fire = |output| call("Bash", r#"{"command":"kiln fire jar"}"#, output);
    let failed = "error: the flame went out";
    let unfit = |bodies| at(&Session::of(bodies), 2, failed).unwrap_err();
    assert_eq!(unfit(vec![person("fire"), fire("fired")]), Unfit::NoFailure);
    assert_eq!(unfit(vec![person("fire"), fire(failed), fire("fired")]), Unfit::PassedByItself);
    let alone = Session::of(vec![fire(failed), fire(failed)]);
    assert_eq!(at(&alone, 1, failed), Err(Unfit::NothingBefore));
    let read = call("Read", r#"{"file_path":"/m/mistakes/kiln.md"}"#, "---\nname: kiln\n---\nfire slowly");
    let had = Session::of(vec![
        person("fire"),
        read,
        fire(failed),
        call("Bash", r#"{"command":"kiln fire --slow jar"}"#, "ok"),
    ]);
    assert_eq!(at(&had, 3, failed), Err(Unfit::HadTheNote));
}

#[test]
fn the_real_call_repeats_itself_and_what_really_worked_works() {
    let mut seen = [0, 0];
    for session in shipped() {
        for failure in digest::read(&session, &Reading::default()).failures {
            let Ok(moment) = before(&session, &quoted(&session, &failure), NOTE, &Reading::default()) else {
                continue;
            };
            assert_eq!(judge(&moment.mistake.call, &moment.mistake), Act::Repeats);
            seen[0] += 1;
            let Some(remedy) = &moment.mistake.remedy else { continue };
            assert_eq!(judge(&remedy.call, &moment.mistake), Act::DoesWhatWorked);
            seen[1] += 1;
        }
    }
    assert!(seen[0] > 25 && seen[1] > 20, "{seen:?}");
}

#[test]
fn lines_keep_to_their_room_and_people_and_the_end_go_in_first() {
    let mut bodies = vec![Body::Context(redact("be kind")), person("fire all jars")];
    bodies.extend((0..60).map(|_| call("kiln_look", "{}", &"hot ".repeat(500))));
    bodies.push(person("now the last one"));
    let seen = Session::of(bodies).events;
    let text = lines(&seen, 6_000);
    assert!(text.len() < 6_100, "{}", text.len());
    for part in
        ["#1 context: be kind", "#2 person: fire all jars", "events left out]", "#63 person: now the last"]
    {
        assert!(text.contains(part), "{part}: {}", text.as_str());
    }
}
