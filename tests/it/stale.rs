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

#[test]
fn commands_that_no_manifest_defines_any_more_are_dead() {
    let sandbox = Sandbox::new();
    let body = "Run these:\n\n```sh\nnpm run lint -- --fix\npnpm build\nmake gen check\ncargo xtask dist\n\
                just fmt\npoetry run serve\nnpm run never\n```\n\nAnd `python -m app.jobs --all`.";
    let files = [
        ("package.json", r#"{"scripts": {"lint": "eslint .", "build": "vite build"}}"#),
        ("Makefile", "gen:\n\ttrue\ncheck:\n\ttrue\n"),
        (".cargo/config.toml", "[alias]\nxtask = \"run -p xtask --\"\n"),
        ("justfile", "fmt:\n    true\n"),
        ("pyproject.toml", "[project.scripts]\nserve = \"app:main\"\n"),
        ("app/jobs.py", "print()\n"),
    ];
    let app = with_memory(&sandbox, &files, body);
    assert_eq!(dead(&sandbox, &app), []);
    let since = sandbox.commit(
        &app,
        &[
            ("package.json", r#"{"scripts": {"build": "vite build"}}"#),
            ("Makefile", "check:\n\ttrue\n"),
            (".cargo/config.toml", "[alias]\n"),
            ("pyproject.toml", "[project]\nname = \"app\"\n"),
        ],
        "Tidy the scripts",
    );
    sandbox.git(&app, &["rm", "--quiet", "justfile", "app/jobs.py"]);
    let removed = sandbox.commit(&app, &[], "Remove");
    let at = |commit: &str| format!("{} (2026-01-01)", &commit[..10]);
    let expected = [
        ("npm run lint", format!("`package.json` has had no script `lint` since {}", at(&since))),
        ("make gen", format!("`Makefile` has had no target `gen` since {}", at(&since))),
        ("cargo xtask", format!("`.cargo/config.toml` has had no alias `xtask` since {}", at(&since))),
        ("just fmt", format!("`justfile`, which had a recipe `fmt`, was deleted in {}", at(&removed))),
        ("serve", format!("`pyproject.toml` has had no script `serve` since {}", at(&since))),
        ("app.jobs", format!("`app/jobs.py` was deleted in {}", at(&removed))),
    ];
    let expected = expected.map(|(named, gone)| ("mistakes/a-note.md".to_owned(), named.to_owned(), gone));
    assert_eq!(dead(&sandbox, &app), expected);
}

#[test]
fn flags_and_versions_are_compared_with_what_the_repository_has() {
    let sandbox = Sandbox::new();
    let body = "Use `./scripts/ship.sh --dry-run --all`, `demo --fast-mode` and `react@17.0.2`; pin `serde 1.0`, \
                never `left-pad 1.0`.\n\nSince `react@16` hooks work.";
    let files = [
        ("scripts/ship.sh", "case $1 in --dry-run) ;; --all) ;; esac\n"),
        ("Cargo.toml", "[package]\nname = \"demo\"\n[dependencies]\nserde = \"1\"\n"),
        ("src/main.rs", "struct Flags { fast_mode: bool }\n"),
        ("package.json", r#"{"dependencies": {"react": "^17.0.0"}}"#),
    ];
    let app = with_memory(&sandbox, &files, body);
    assert_eq!(dead(&sandbox, &app), []);
    let since = sandbox.commit(
        &app,
        &[
            ("scripts/ship.sh", "case $1 in --all) ;; esac\n"),
            ("src/main.rs", "struct Flags {}\n"),
            ("package.json", r#"{"dependencies": {"react": "^18.2.0"}}"#),
            ("docs/flags.md", "Once there were --dry-run and --fast-mode.\n"),
        ],
        "Simplify",
    );
    let at = format!("{} (2026-01-01)", &since[..10]);
    let expected = [
        (
            "./scripts/ship.sh --dry-run",
            format!("`scripts/ship.sh` has had no `--dry-run` since {at}, and no other source has it"),
        ),
        (
            "demo --fast-mode",
            format!("`src/main.rs` has had no `--fast-mode` since {at}, and no other source has it"),
        ),
        ("react@17.0.2", "`package.json` has react ^18.2.0".to_owned()),
    ];
    let expected = expected.map(|(named, gone)| ("mistakes/a-note.md".to_owned(), named.to_owned(), gone));
    assert_eq!(dead(&sandbox, &app), expected);
}

#[test]
fn what_proves_nothing_is_left_alone() {
    let sandbox = Sandbox::new();
    let body = "Copy to `.env`. Edit `src/a.rs` of a package. Never use `src/gone.rs`; `src/gone.rs` was removed.\n\
                Run `make gen` and `yarn tsc`.\n\n```json\n{\"main\": \"src/gone.rs\"}\n```\n\n\
                | file |\n|---|\n| `build/out.js` |\n\n## Evidence\n\n\
                - `cat src/gone.rs` [source: 15b9393189045eb6#21; added: 2026-01-01]\n";
    let files = [
        (".env", "X=1\n"),
        ("src/a.rs", ""),
        ("src/gone.rs", "x\n"),
        ("build/out.js", "x\n"),
        ("Makefile", "gen:\n\ttrue\n"),
        ("package.json", r#"{"scripts": {"tsc": "tsc -p ."}}"#),
    ];
    let app = with_memory(&sandbox, &files, body);
    sandbox.git(&app, &["rm", "--quiet", ".env", "src/gone.rs", "build/out.js"]);
    std::fs::create_dir_all(app.join("packages/one/src")).unwrap();
    sandbox.git(&app, &["mv", "src/a.rs", "packages/one/src/a.rs"]);
    sandbox.commit(
        &app,
        &[
            (".gitignore", ".env\n/build/\n"),
            ("Makefile", "include $(SHARED)/rules.mk\n"),
            ("package.json", r#"{"devDependencies": {"typescript": "5"}}"#),
        ],
        "Move everything",
    );
    assert_eq!(dead(&sandbox, &app), []);
}

#[test]
fn a_separate_memory_says_whom_it_is_about() {
    let sandbox = Sandbox::new();
    let app = sandbox.repo("app", &[("src/old.rs", "fn old() {}\n")]);
    sandbox.git(&app, &["rm", "--quiet", "src/old.rs"]);
    sandbox.commit(&app, &[], "Delete");
    let web = sandbox.repo("web", &[("src/old.rs", "kept\n")]);
    let about = |list: &str| format!("[memory]\nabout = [{list}]\n");
    let team = note("team", "Edit `src/old.rs`.");
    let scoped = note("\"agent codex, project shop\"", "Edit `src/old.rs`.");
    let memory = sandbox.repo(
        "memory",
        &[
            ("dream.toml", &about("\"../app\"")),
            ("MEMORY.md", "# Memory\n\n## Index\n"),
            ("mistakes/team.md", &team),
            ("mistakes/scoped.md", &scoped),
        ],
    );
    let notes = || dead(&sandbox, &memory).into_iter().map(|(note, ..)| note).collect::<Vec<_>>();
    let settings = |list: &str| sandbox.commit(&memory, &[("dream.toml", &about(list))], "Settings");
    assert_eq!(notes(), ["mistakes/team.md"]);
    // Another repository has the file, and a note of no project may mean that one.
    settings("\"../app\", \"../web\"");
    assert_eq!(notes(), Vec::<String>::new());
    settings("{ project = \"shop\", path = \"../app\" }, \"../web\"");
    assert_eq!(notes(), ["mistakes/scoped.md"]);
    // A bare clone will do; one that is missing, or no repository, is said.
    sandbox.git(&sandbox.path(""), &["clone", "--quiet", "--bare", "app", "bare.git"]);
    settings("\"../bare.git\", \"../nowhere\", \"../home\", \"../app/src\"");
    assert_eq!(notes(), ["mistakes/team.md"]);
    let said = sandbox.dream(&memory, &["status"]).ok();
    for expected in [
        "mistakes/team.md:12: src/old.rs (`src/old.rs` was deleted in ",
        "../nowhere, which dream.toml says notes are about (`[memory] about`), is not there",
        "../home, which dream.toml says notes are about (`[memory] about`), is no git repository",
    ] {
        assert!(said.contains(expected), "{expected}\n{said}");
    }
    sandbox.git(&web, &["status"]);
}

#[test]
fn a_shallow_clone_accuses_nobody() {
    let sandbox = Sandbox::new();
    let app = with_memory(&sandbox, &[("src/old.rs", "fn old() {}\n")], "Edit `src/old.rs`.");
    sandbox.git(&app, &["rm", "--quiet", "src/old.rs"]);
    sandbox.commit(&app, &[], "Delete");
    sandbox.commit(&app, &[("a", "b")], "Go on");
    assert_eq!(dead(&sandbox, &app).len(), 1);
    let source = format!("file://{}", app.display());
    sandbox.git(&sandbox.path(""), &["clone", "--quiet", "--depth=1", &source, "shallow"]);
    let shallow = sandbox.path("shallow");
    assert_eq!(dead(&sandbox, &shallow), []);
    assert!(sandbox.dream(&shallow, &["status"]).ok().contains("a shallow clone"));
}

#[test]
fn a_check_warns_of_a_change_that_names_what_is_gone() {
    let sandbox = Sandbox::new();
    let app = with_memory(&sandbox, &[("src/old.rs", "fn old() {}\n")], "Edit `src/old.rs`.");
    sandbox.git(&app, &["rm", "--quiet", "src/old.rs"]);
    sandbox.commit(&app, &[], "Delete");
    let check = || sandbox.dream(&app, &["check", "HEAD~1", "--format", "text"]);
    assert!(!check().stdout.contains("dead-reference"), "an old note is not the change's fault");
    let again = note("team", "Edit `src/old.rs` always.");
    sandbox.commit(&app, &[("memory/mistakes/a-note.md", &again)], "Say it again");
    let ran = check();
    assert!(ran.stdout.contains("memory/mistakes/a-note.md:12"), "{ran:#?}");
    assert!(
        ran.stdout.contains("dead-reference") && ran.stdout.contains("`src/old.rs` was deleted in"),
        "{ran:#?}"
    );
}
