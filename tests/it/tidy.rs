//! Rules about the code that run: layering, size, documentation, nothing unfinished, nothing of a machine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Lines that a file may have before its tests.
const MOST_LINES: usize = 400;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All Rust files below a folder of the project, with their content, sorted by path.
fn rust_files(folder: &str) -> Vec<(PathBuf, String)> {
    let mut files: Vec<_> = walkdir::WalkDir::new(root().join(folder))
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| (path.strip_prefix(root()).unwrap().to_owned(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "nothing below {folder}");
    files
}

/// A file without its tests and without comments.
fn code_of(content: &str) -> Vec<&str> {
    let before_tests = content.lines().take_while(|line| line.trim_end() != "#[cfg(test)]");
    before_tests.map(|line| line.split("//").next().unwrap_or_default()).collect()
}

/// The modules in the order of the table in `src/lib.rs`.
fn layers() -> Vec<String> {
    let map = std::fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let rows = map.lines().filter(|line| line.starts_with("//! |"));
    rows.filter_map(|row| row.split("[`").nth(1)?.split("`]").next().map(str::to_owned)).collect()
}

/// The modules of this crate that a file's code names: `crate::a::…`, `use crate::{a, b::c}`.
fn used_modules(content: &str) -> Vec<String> {
    let code = code_of(content).join("\n");
    let name = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut used = Vec::new();
    for (at, path) in code.match_indices("crate::") {
        let rest = &code[at + path.len()..];
        let Some(group) = rest.strip_prefix('{') else {
            used.push(name(rest));
            continue;
        };
        let mut depth = 0;
        let mut start = true;
        for (at, character) in group.char_indices() {
            match character {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => start = true,
                _ if start && !character.is_whitespace() => {
                    used.push(name(&group[at..]));
                    start = false;
                }
                _ => {}
            }
        }
    }
    used.retain(|module| !module.is_empty());
    used
}

#[test]
fn groups_and_plain_paths_are_both_seen() {
    let code = "use crate::{\n    a::{b, c},\n    d,\n};\nlet x = crate::e::f();\n// crate::g\n#[cfg(test)]\nuse crate::h;";
    assert_eq!(used_modules(code), ["a", "d", "e"]);
}

#[test]
fn a_module_uses_only_what_stands_above_it() {
    let layers = layers();
    let rank: BTreeMap<&str, usize> =
        layers.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
    let mut wrong = Vec::new();
    for (path, content) in rust_files("src") {
        let top = path.iter().nth(1).unwrap().to_str().unwrap().trim_end_matches(".rs").to_owned();
        if top == "lib" || top == "main" {
            continue;
        }
        let Some(own) = rank.get(top.as_str()) else {
            wrong.push(format!("{top} is missing in the table of src/lib.rs"));
            continue;
        };
        for used in used_modules(&content) {
            match rank.get(used.as_str()) {
                Some(other) if other <= own => {}
                Some(_) => {
                    wrong.push(format!("{}: {top} uses {used}, which stands below it", path.display()))
                }
                None => {
                    wrong.push(format!("{}: {used} is missing in the table of src/lib.rs", path.display()))
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn only_the_door_to_git_uses_git2() {
    let mut wrong = Vec::new();
    for (path, content) in rust_files("src") {
        if !path.starts_with("src/repo") && code_of(&content).iter().any(|line| line.contains("git2::")) {
            wrong.push(path);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn files_stay_small() {
    let mut long = Vec::new();
    for (path, content) in rust_files("src").into_iter().chain(rust_files("tests")) {
        let lines = code_of(&content).len();
        if lines > MOST_LINES && !is_test_module(&path) {
            long.push(format!(
                "{}: {lines} lines before its tests, {MOST_LINES} are allowed",
                path.display()
            ));
        }
    }
    assert!(long.is_empty(), "{long:#?}");
}

/// Whether a file is a module that its parent only has in tests, as a generator of test data.
fn is_test_module(path: &Path) -> bool {
    let Some(parent) = path.parent() else { return false };
    let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let places = [parent.with_extension("rs"), parent.join("mod.rs")];
    let declared = format!("#[cfg(test)]\nmod {name};");
    places.iter().filter_map(|place| std::fs::read_to_string(place).ok()).any(|text| text.contains(&declared))
}

#[test]
fn every_module_says_what_it_is() {
    let silent: Vec<_> = rust_files("src")
        .into_iter()
        .filter(|(path, content)| !path.ends_with("main.rs") && !content.starts_with("//!"))
        .map(|(path, _)| path)
        .collect();
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn nothing_is_left_unfinished() {
    let markers = ["unimplemented!", "todo!", "dbg!"];
    let mut found = Vec::new();
    for (path, content) in rust_files("src") {
        for (at, line) in code_of(&content).iter().enumerate() {
            if markers.iter().any(|marker| line.contains(marker)) {
                found.push(format!("{}:{}: {}", path.display(), at + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn nothing_names_the_machine_it_was_written_on() {
    let is_telling = |path: &&Path| path.components().count() > 2;
    let telling: Vec<String> =
        root().ancestors().filter(is_telling).map(|path| path.display().to_string()).collect();
    let mut found = Vec::new();
    let texts = [
        "src",
        "tests",
        "benches",
        "fuzz",
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "Cargo.toml",
        ".ci",
    ];
    for top in texts.iter().map(|top| root().join(top)).filter(|top| top.exists()) {
        // What a fuzzer built and found is not part of the project.
        let made = |entry: &walkdir::DirEntry| {
            entry.depth() == 1
                && ["target", "corpus", "artifacts"].iter().any(|name| entry.file_name() == *name)
        };
        let entries = walkdir::WalkDir::new(top).into_iter().filter_entry(|entry| !made(entry));
        for entry in entries.map(Result::unwrap).filter(|entry| entry.file_type().is_file()) {
            let Ok(content) = std::fs::read_to_string(entry.path()) else { continue };
            if telling.iter().any(|path| content.contains(path.as_str())) {
                found.push(entry.into_path());
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_code_is_formatted() {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let run =
        |args: &[&str]| std::process::Command::new(&cargo).args(args).current_dir(root()).output().unwrap();
    // Where rustfmt is not installed, somebody else's run finds it.
    if run(&["fmt", "--version"]).status.success() {
        let checked = run(&["fmt", "--check"]);
        assert!(checked.status.success(), "run `cargo fmt`:\n{}", String::from_utf8_lossy(&checked.stdout));
    }
}
