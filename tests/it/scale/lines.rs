//! What people get wrong with files of digests, and what others may have done to them.

use super::{capture, fleet, refs};
use crate::dream::{NOW, memory, sessions, write};
use crate::sandbox::Sandbox;
use serde_json::Value;

#[test]
fn a_part_that_is_missing_or_damaged_is_told_and_comes_later() {
    let sandbox = Sandbox::new();
    let fleet = fleet(&sandbox);
    let folder = capture(&sandbox, &fleet, 4, &[]);
    let part = folder.join("2.jsonl");
    let whole = std::fs::read(&part).unwrap();
    std::fs::remove_file(&part).unwrap();
    let memory = memory(&sandbox, "m");
    let run = || {
        let args = ["run", "--json", "--now", NOW, "--digests", folder.to_str().unwrap()];
        serde_json::from_str::<Value>(&sandbox.dream(&memory, &args).ok()).unwrap()
    };
    let lost = |report: &Value, what: &str| report["skipped"].to_string().matches(what).count();
    let report = run();
    assert_eq!(lost(&report, "are not here (2/4)"), 1, "{report:#}");
    let first = report["sessions"]["new"].as_u64().unwrap();

    std::fs::write(&part, [&whole[..whole.len() / 2], b"\n\xff{]\n"].concat()).unwrap();
    let report = run();
    assert_eq!(lost(&report, "not a digest"), 2, "{report:#}");
    let second = report["sessions"]["new"].as_u64().unwrap();

    std::fs::write(&part, whole).unwrap();
    let report = run();
    // What was skipped where the transcripts are is told here too.
    assert_eq!(report["skipped"].as_array().unwrap().len(), 1, "{report:#}");
    assert_eq!(first + second + report["sessions"]["new"].as_u64().unwrap(), 150);
    let before = refs(&sandbox, &memory);
    assert_eq!(run()["sessions"]["new"], 0);
    assert_eq!(refs(&sandbox, &memory), before);
}

#[test]
fn a_secret_that_somebody_put_in_again_goes_no_further() {
    let sandbox = Sandbox::new();
    let all = sessions(&sandbox);
    let file = write(&sandbox, "s/a.jsonl", &all);
    let (from, to) = (file.to_str().unwrap(), sandbox.path("d.jsonl"));
    sandbox.dream(&sandbox.path(""), &["capture", "--sessions", from, "--to", to.to_str().unwrap()]).ok();
    let secret = ["gh", "p_", &"a1B2".repeat(9)].concat();
    let text = std::fs::read_to_string(&to).unwrap().replace("\"ask\":\"", &format!("\"ask\":\"{secret} "));
    assert!(text.contains(&secret));
    std::fs::write(&to, text).unwrap();
    let memory = memory(&sandbox, "m");
    sandbox.dream(&memory, &["run", "--now", NOW, "--digests", to.to_str().unwrap()]).ok();
    let ledger = sandbox.git(&memory, &["grep", "-c", "", "refs/dream/ledger"]);
    assert!(ledger.contains("digests/"), "{ledger}");
    let found = sandbox.try_git(&memory, &["grep", "-q", &secret, "refs/dream/ledger"]);
    assert_eq!(found.status, 1, "{found:?}");
}

#[test]
fn mistakes_are_told_with_a_way_out() {
    let sandbox = Sandbox::new();
    let here = sandbox.path("");
    let file = write(&sandbox, "s/a.jsonl", &["{}".to_owned()]);
    let file = file.to_str().unwrap();
    for (args, status, told) in [
        (vec!["capture", "--sessions", file], 2, "--to FILE"),
        (vec!["capture", "--sessions", file, "--to", "no/where.jsonl"], 2, "make it first"),
        (vec!["capture", "--sessions", file, "--to", "s"], 2, "is a folder"),
        (vec!["capture", "--sessions", "gone", "--to", "x"], 2, "look at --sessions"),
        (vec!["capture", "--sessions", file, "--to", "-", "--json"], 2, "--json"),
        (vec!["capture", "--sessions", file, "--to", "x", "--shard", "4/4"], 2, "3/4"),
        (vec!["capture", "--paths-from", "gone", "--to", "x"], 2, "cannot read the list"),
        (
            vec!["capture", "--sessions", file, "--to", "x", "--settings", "gone"],
            2,
            "cannot read the settings",
        ),
        (vec!["capture", "--sessions", file, "--to", "x"], 0, "0 digests"),
    ] {
        let ran = sandbox.dream(&here, &args);
        assert_eq!(ran.status, status, "{args:?}: {ran:#?}");
        assert!(ran.stderr.contains(told), "{args:?}: {ran:#?}");
    }
    let memory = memory(&sandbox, "m");
    for (args, told) in [
        (["run", "--digests", "gone"], "look at --digests"),
        (["run", "--digests", file], "not a digest"),
        // Digests are no transcripts.
        (["run", "--sessions", "../x"], "--digests"),
    ] {
        let ran = sandbox.dream(&memory, &args);
        assert!(ran.stderr.contains(told), "{args:?}: {ran:#?}");
    }
}

#[test]
fn a_list_on_standard_input_is_read_and_answered_on_standard_output() {
    use std::io::Write;
    let sandbox = Sandbox::new();
    let fleet = fleet(&sandbox);
    let names = sandbox.dream(&fleet, &["capture", "--list", "--sessions", "."]).ok();
    let mut capture = sandbox.dream_command(&fleet, &["capture", "--paths-from", "-", "--to", "-"]);
    let pipe = std::process::Stdio::piped;
    let mut child = capture.stdin(pipe()).stdout(pipe()).stderr(pipe()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(format!("{names}\n\ngone.jsonl\n").as_bytes()).unwrap();
    drop(stdin);
    let ran = child.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(ran.status.success() && told.contains("2 lines or files skipped"), "{told}");
    let lines: Vec<Value> = ran
        .stdout
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect();
    let ids: Vec<&str> = lines.iter().filter_map(|line| line["session"].as_str()).collect();
    assert!(ids.len() == 150 && ids.is_sorted(), "{}", ids.len());
    assert_eq!(lines.last().unwrap()["captured"]["read"], 159);
}
