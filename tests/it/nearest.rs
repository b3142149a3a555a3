//! The memory that is for an agent at work: connected here, connected elsewhere and read from a copy, or its own.

use crate::capture::Team;
use crate::cli::json;
use serde_json::Value;

const NOTE: &str = "---\nname: cargo-locked\ndescription: Run cargo with --locked in CI\nkind: preference\nscope: team\n\
                    status: active\nsince: 2026-01-01\n---\n\nRun cargo with --locked in CI.\n";

fn found(answer: &Value) -> Vec<&str> {
    answer["hits"].as_array().unwrap().iter().map(|hit| hit["note"].as_str().unwrap()).collect()
}

#[test]
fn a_memory_elsewhere_is_read_from_a_copy_that_captures_bring_up_to_date() {
    let team = Team::new();
    let ann = team.machine("ann", "ann");
    let address = format!("file://{}", team.remote.display());
    ann.dream(&["connect", "--memory", &address, "--as", "ann", "--yes"]).ok();
    let ask = || json(ann.dream(&["recall", "--json", "cargo", "locked"]));
    assert_eq!(found(&ask()), [] as [&str; 0]);

    // Somebody merges a note elsewhere.
    let clone = &team.clone;
    std::fs::create_dir_all(clone.join("preferences")).unwrap();
    std::fs::write(clone.join("preferences/cargo-locked.md"), NOTE).unwrap();
    team.sandbox.git(clone, &["add", "."]);
    team.sandbox.git(clone, &["commit", "--quiet", "-m", "A wish"]);
    team.sandbox.git(clone, &["push", "--quiet", "origin", "HEAD"]);
    assert_eq!(found(&ask()), [] as [&str; 0], "nobody who asks waits for a network");
    ann.capture();
    assert_eq!(found(&ask()), ["preferences/cargo-locked.md"]);

    // By hand, too.
    std::fs::remove_dir_all(clone.join("preferences")).unwrap();
    team.sandbox.git(clone, &["commit", "--quiet", "-a", "-m", "No wish"]);
    team.sandbox.git(clone, &["push", "--quiet", "origin", "HEAD"]);
    ann.dream(&["connect", "--refresh"]).ok();
    assert_eq!(found(&ask()), [] as [&str; 0]);
    team.sandbox.git(clone, &["revert", "--no-edit", "--quiet", "HEAD"]);
    team.sandbox.git(clone, &["push", "--quiet", "origin", "HEAD"]);
    ann.capture();

    // Offline it goes on being there, and what went wrong is told.
    std::fs::rename(&team.remote, team.sandbox.path("gone.git")).unwrap();
    let offline = ann.dream(&["capture"]);
    assert!(offline.status == 3 && offline.stderr.contains("older copy"), "{offline:?}");
    assert_eq!(found(&ask()), ["preferences/cargo-locked.md"]);
}

#[test]
fn the_branch_that_the_memory_names_is_the_one_that_is_copied() {
    let team = Team::new();
    let (git, clone) = (|args: &[&str]| team.sandbox.git(&team.clone, args), &team.clone);
    std::fs::create_dir_all(clone.join("preferences")).unwrap();
    std::fs::write(clone.join("preferences/cargo-locked.md"), NOTE).unwrap();
    git(&["switch", "--quiet", "-c", "notes"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "A wish"]);
    git(&["switch", "--quiet", "-"]);
    std::fs::write(clone.join("dream.toml"), "[memory]\ntarget = \"notes\"\n").unwrap();
    git(&["commit", "--quiet", "-a", "-m", "Keep the memory on a branch of its own"]);
    git(&["push", "--quiet", "origin", "HEAD", "notes"]);
    let ann = team.machine("ann", "ann");
    let address = format!("file://{}", team.remote.display());
    ann.dream(&["connect", "--memory", &address, "--as", "ann", "--yes"]).ok();
    ann.capture();
    let answer = json(ann.dream(&["recall", "--json", "cargo", "locked"]));
    assert_eq!(
        (found(&answer), answer["target"].as_str()),
        (vec!["preferences/cargo-locked.md"], Some("notes"))
    );
}
