//! Notes are found alike by every command, and lines are told by what wrote them.

use super::Told;
use crate::cli::json;
use serde_json::json as value;

#[test]
fn what_a_command_wrote_is_not_told_as_written_by_hand() {
    let told = Told::new();
    told.merge();
    let text = told.text("MEMORY.md:1");
    assert!(text.contains("written by git dream init for Ann"), "{text}");
    told.sandbox.dream(&told.dir, &["forget", "ferry", "--reason", "No boats."]).ok();
    let archived = format!("archive/{}", told.note);
    let story = told.why(&archived);
    assert_eq!(story["by_hand"], value!([]), "{story:#}");
    assert_eq!(story["by_command"][0]["command"], "forget", "{story:#}");
    let line = told.line(&archived, "Forgotten on purpose");
    assert_eq!(told.why(&format!("{archived}:{line}"))["line"]["whose"], "forget");
    assert!(told.text(&archived).contains("By forget"), "{}", told.text(&archived));
}

#[test]
fn every_command_that_takes_a_note_finds_it_alike() {
    let told = Told::new();
    told.merge();
    let name = told.note.trim_start_matches("mistakes/").trim_end_matches(".md").to_owned();
    let pattern = told.why(&told.note)["learnings"][0]["pattern"].as_str().unwrap().to_owned();
    let inside = told.dir.join("mistakes");
    let whole = told.dir.join(&told.note);
    let stem = told.note.trim_end_matches(".md").to_owned();
    for called in [&told.note, &stem, &name, "ferry", "the ramp", &pattern, whole.to_str().unwrap()] {
        for command in [
            &["why", called, "--json"][..],
            &["impact", called, "--json"],
            &["forget", called, "--dry-run", "--json"],
        ] {
            let found = json(told.sandbox.dream(&told.dir, command));
            let note = if found["notes"].is_null() { &found["note"] } else { &found["notes"][0]["note"] };
            assert_eq!(note, told.note.as_str(), "{command:?}: {found:#}");
        }
    }
    let here = json(told.sandbox.dream(&inside, &["forget", &format!("./{name}"), "--dry-run", "--json"]));
    assert_eq!(here["note"], told.note.as_str());
    let wrong = format!("{name}e");
    for command in [&["why", &wrong][..], &["impact", &wrong], &["forget", &wrong, "--reason", "x"]] {
        let ran = told.sandbox.dream(&told.dir, command);
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{ran:#?}");
        assert!(ran.stderr.contains(&told.note), "{ran:#?}");
    }
}
