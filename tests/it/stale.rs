//! Notes that name what their repository no longer has, as `git dream status` tells them.

use crate::sandbox::Sandbox;
use std::path::{Path, PathBuf};

/// A note with this body below its title.
fn note(scope: &str, body: &str) -> String {
    format!(
        "---\nname: a-note\ndescription: A rule.\nkind: mistake\nscope: {scope}\nstatus: active\n\
         since: \"2026-01-01\"\n---\n\n# A note\n\n{body}\n"
    )
}

/// What `git dream status --json` says is dead: note, what it names, why.
fn dead(sandbox: &Sandbox, memory: &Path) -> Vec<(String, String, String)> {
    let said = sandbox.dream(memory, &["status", "--json"]).ok();
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let mut dead = Vec::new();
    for (note, gone) in said["stale"]["dead"].as_object().unwrap() {
        for one in gone.as_array().unwrap() {
            dead.push((note.clone(), text(&one["named"]), text(&one["gone"])));
        }
    }
    dead
}

/// A repository with a memory in its folder `memory`, that holds this note.
fn with_memory(sandbox: &Sandbox, files: &[(&str, &str)], body: &str) -> PathBuf {
    let note = note("team", body);
    let mut all = vec![
        ("dream.toml", "[memory]\nroot = \"memory\"\n"),
        ("memory/MEMORY.md", "# Memory\n\n## Index\n"),
        ("memory/mistakes/a-note.md", &note),
    ];
    all.extend(files);
    sandbox.repo("app", &all)
}

#[test]
fn what_was_renamed_or_deleted_is_named_with_its_commit() {
    let sandbox = Sandbox::new();
    let app = with_memory(
        &sandbox,
        &[
            ("src/old.rs", "fn one() {}\nfn two() {}\n"),
            ("scripts/dev.sh", "echo dev\n"),
            ("src/kept.rs", ""),
        ],
        "Edit `src/old.rs`, then run `./scripts/dev.sh --fast`; `src/kept.rs` stays, `src/never.rs` never was.",
    );
    assert_eq!(dead(&sandbox, &app), []);
    sandbox.git(&app, &["mv", "src/old.rs", "src/new.rs"]);
    let renamed = sandbox.commit(&app, &[], "Rename");
    sandbox.git(&app, &["rm", "--quiet", "scripts/dev.sh"]);
    let deleted = sandbox.commit(&app, &[], "Delete");
    let at = |commit: &str| format!("{} (2026-01-01)", &commit[..10]);
    let expected = [
        ("./scripts/dev.sh", format!("`scripts/dev.sh` was deleted in {}", at(&deleted))),
        ("src/old.rs", format!("`src/old.rs` was renamed to `src/new.rs` in {}", at(&renamed))),
    ];
    let expected = expected.map(|(named, gone)| ("mistakes/a-note.md".to_owned(), named.to_owned(), gone));
    assert_eq!(dead(&sandbox, &app), expected);
}
