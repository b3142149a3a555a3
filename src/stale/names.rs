//! Which names the files of a repository define: scripts, targets, tasks, packages, features.
//!
//! Owns the formats, as far as names go. Where a file may define more than can be read in it (a pattern rule, an
//! inclusion from elsewhere), it says so, and nothing is proven by it.

mod make;

use crate::memory::reference::Names;
use serde_json::Value;

/// Whether a file defines a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Defines {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// It cannot be told.
    Perhaps,
}

/// What people call a name of this sort.
pub(super) fn called(sort: Names) -> &'static str {
    match sort {
        Names::NodeScript | Names::NodeScriptOrProgram | Names::ComposerScript | Names::PythonScript => {
            "script"
        }
        Names::MakeTarget => "target",
        Names::JustRecipe => "recipe",
        Names::Task | Names::PoeTask | Names::DenoTask => "task",
        Names::CargoAlias => "alias",
        Names::CargoPackage => "package",
        Names::CargoBinary => "binary",
        Names::CargoTest => "test",
        Names::CargoBench => "bench",
        Names::CargoExample => "example",
        Names::CargoFeature => "feature",
    }
}

/// The files at the top of a repository that usually define names of this sort.
pub(super) fn usual(sort: Names) -> &'static [&'static str] {
    match sort {
        Names::NodeScript | Names::NodeScriptOrProgram => &["package.json"],
        Names::MakeTarget => &["Makefile", "makefile", "GNUmakefile"],
        Names::JustRecipe => &["justfile", "Justfile", ".justfile"],
        Names::Task => &["Taskfile.yml", "Taskfile.yaml"],
        Names::CargoAlias => &[".cargo/config.toml", ".cargo/config"],
        Names::CargoPackage
        | Names::CargoBinary
        | Names::CargoTest
        | Names::CargoBench
        | Names::CargoExample
        | Names::CargoFeature => &["Cargo.toml"],
        Names::PythonScript => &["pyproject.toml", "setup.cfg", "setup.py"],
        Names::PoeTask => &["pyproject.toml"],
        Names::ComposerScript => &["composer.json"],
        Names::DenoTask => &["deno.json", "deno.jsonc"],
    }
}

/// Whether a file is one that defines names of this sort.
pub(super) fn is_manifest(sort: Names, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    match sort {
        Names::MakeTarget => make::is_makefile(name),
        Names::JustRecipe => {
            name.eq_ignore_ascii_case("justfile") || name == ".justfile" || name.ends_with(".just")
        }
        Names::Task => name.to_ascii_lowercase().starts_with("taskfile."),
        // A package named `cargo-…` is a command of cargo, too.
        Names::CargoAlias => {
            path.ends_with(".cargo/config.toml") || path.ends_with(".cargo/config") || name == "Cargo.toml"
        }
        _ => usual(sort).contains(&name),
    }
}

/// Whether a file defines a name. In: its path and text.
pub(super) fn defines(sort: Names, path: &str, text: &str, name: &str) -> Defines {
    let told = match sort {
        Names::NodeScript => json(text).map(|value| has(&value, &["scripts"], name)),
        Names::NodeScriptOrProgram => json(text).map(|value| node_script(&value, name)),
        Names::ComposerScript => json(text).map(|value| has(&value, &["scripts"], name)),
        Names::DenoTask => json(text).map(|value| has(&value, &["tasks"], name)),
        Names::MakeTarget => return make::defines(text, name),
        Names::JustRecipe => return just(text, name),
        Names::Task => return task(text, name),
        Names::PythonScript if !path.ends_with(".toml") => Some(is_assigned(text, name)),
        Names::CargoAlias if path.ends_with("Cargo.toml") => {
            toml(text).map(|value| value["package"]["name"].as_str() == Some(&format!("cargo-{name}")))
        }
        _ => toml(text).map(|value| in_toml(sort, &value, name)),
    };
    match told {
        Some(true) => Defines::Yes,
        Some(false) => Defines::No,
        None => Defines::Perhaps,
    }
}

fn in_toml(sort: Names, value: &Value, name: &str) -> bool {
    let named = |list: &str| {
        let all = value[list].as_array();
        all.is_some_and(|all| all.iter().any(|one| one["name"].as_str() == Some(name)))
    };
    let is_package = || value["package"]["name"].as_str() == Some(name);
    match sort {
        Names::CargoAlias => has(value, &["alias"], name),
        Names::CargoPackage => is_package(),
        Names::CargoBinary => named("bin") || is_package(),
        Names::CargoTest => named("test"),
        Names::CargoBench => named("bench"),
        Names::CargoExample => named("example"),
        Names::CargoFeature => {
            let name = name.rsplit('/').next().unwrap_or(name);
            let optional = |table: &str| value[table][name]["optional"].as_bool() == Some(true);
            has(value, &["features"], name) || optional("dependencies")
        }
        Names::PoeTask => has(value, &["tool", "poe", "tasks"], name),
        Names::PythonScript => {
            let tables: [&[&str]; 6] = [
                &["project", "scripts"],
                &["project", "gui-scripts"],
                &["tool", "poetry", "scripts"],
                &["tool", "pdm", "scripts"],
                &["tool", "rye", "scripts"],
                &["tool", "setuptools", "scripts"],
            ];
            tables.iter().any(|table| has(value, table, name))
        }
        _ => false,
    }
}

/// A script that is not just called like the program it runs: `yarn eslint` may mean either.
fn node_script(package: &Value, name: &str) -> bool {
    let runs = package["scripts"][name].as_str().and_then(|script| script.split_whitespace().next());
    runs.is_some_and(|program| program != name)
}

/// Whether a manifest names a dependency, which may bring a program of its own name.
pub(super) fn depends_on(text: &str, name: &str) -> bool {
    text.contains(&format!("\"{name}\"")) || is_assigned(text, name) || text.contains(&format!("\"{name}"))
}

fn has(value: &Value, table: &[&str], name: &str) -> bool {
    let table = table.iter().try_fold(value, |value, key| value.get(key));
    table.is_some_and(|table| table.get(name).is_some())
}

fn json(text: &str) -> Option<Value> {
    serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()
}

fn toml(text: &str) -> Option<Value> {
    toml::from_str(text).ok()
}

/// Whether a line assigns to this name, as in the entry points of `setup.cfg` and `setup.py`.
fn is_assigned(text: &str, name: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start().trim_start_matches(['"', '\'']);
        line.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('='))
    })
}

fn just(text: &str, name: &str) -> Defines {
    if text.lines().any(|line| line.starts_with("set fallback")) {
        return Defines::Perhaps;
    }
    let is_defined = text.lines().any(|line| {
        if let Some(rest) = line.strip_prefix("alias ").or_else(|| line.strip_prefix("mod ")) {
            return rest.split([' ', ':', '?']).find(|word| !word.is_empty()) == Some(name);
        }
        let line = line.strip_prefix('@').unwrap_or(line);
        let Some(rest) = line.strip_prefix(name) else { return false };
        let is_whole = rest.starts_with([':', ' ', '\t']);
        is_whole && rest.find(':').is_some_and(|at| !rest.get(at..).unwrap_or_default().starts_with(":="))
    });
    if is_defined { Defines::Yes } else { Defines::No }
}

fn task(text: &str, name: &str) -> Defines {
    let Ok(value) = serde_saphyr::from_str::<Value>(text) else { return Defines::Perhaps };
    let aliases = |task: &Value| {
        task["aliases"].as_array().is_some_and(|all| all.iter().any(|alias| alias.as_str() == Some(name)))
    };
    let Some(tasks) = value["tasks"].as_object() else { return Defines::Perhaps };
    let is_pattern = |key: &String| key.contains(['*', '{']);
    if tasks.contains_key(name) || tasks.values().any(aliases) {
        Defines::Yes
    } else if tasks.keys().any(is_pattern) || (value.get("includes").is_some() && name.contains(':')) {
        Defines::Perhaps
    } else {
        Defines::No
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_says_what_it_defines() {
        let rows = [
            (Names::NodeScript, "package.json", r#"{"scripts": {"lint": "eslint ."}}"#, "lint", "test"),
            (
                Names::NodeScriptOrProgram,
                "package.json",
                r#"{"scripts": {"lint": "eslint .", "tsc": "tsc -p ."}}"#,
                "lint",
                "tsc",
            ),
            (
                Names::ComposerScript,
                "composer.json",
                r#"{"scripts": {"stan": ["phpstan"]}}"#,
                "stan",
                "phpstan",
            ),
            (Names::DenoTask, "deno.json", r#"{"tasks": {"dev": "deno run"}}"#, "dev", "run"),
            (
                Names::JustRecipe,
                "justfile",
                "x := 'a'\n\n@build target='all' *args: clean\n  make\n\nalias b := build\n",
                "build",
                "x",
            ),
            (Names::JustRecipe, "justfile", "alias b := build\n", "b", "build"),
            (
                Names::Task,
                "Taskfile.yml",
                "version: '3'\ntasks:\n  lint:\n    aliases: [l]\n    cmds: [x]\n",
                "l",
                "cmds",
            ),
            (
                Names::CargoAlias,
                ".cargo/config.toml",
                "[alias]\nxtask = \"run -p xtask --\"\n",
                "xtask",
                "run",
            ),
            (Names::CargoAlias, "tools/Cargo.toml", "[package]\nname = \"cargo-gen\"\n", "gen", "cargo-gen"),
            (
                Names::CargoBinary,
                "Cargo.toml",
                "[package]\nname = \"app\"\n[[bin]]\nname = \"appd\"\n",
                "appd",
                "d",
            ),
            (
                Names::CargoFeature,
                "Cargo.toml",
                "[features]\nfast = []\n[dependencies]\nx = { version = \"1\", optional = true }\n",
                "x",
                "slow",
            ),
            (
                Names::PythonScript,
                "pyproject.toml",
                "[project.scripts]\nserve = \"app:main\"\n",
                "serve",
                "app",
            ),
            (
                Names::PythonScript,
                "setup.cfg",
                "[options.entry_points]\nconsole_scripts =\n    serve = app:main\n",
                "serve",
                "app",
            ),
            (Names::PoeTask, "pyproject.toml", "[tool.poe.tasks]\nlint = \"ruff\"\n", "lint", "ruff"),
        ];
        for (sort, path, text, there, not_there) in rows {
            assert!(is_manifest(sort, path), "{path}");
            assert_eq!(defines(sort, path, text, there), Defines::Yes, "{path}: {there}");
            assert_eq!(defines(sort, path, text, not_there), Defines::No, "{path}: {not_there}");
        }
        assert_eq!(defines(Names::NodeScript, "package.json", "{", "x"), Defines::Perhaps);
        let includes = "includes: {a: ./a}\ntasks: {b: {}}\n";
        assert_eq!(defines(Names::Task, "Taskfile.yml", includes, "a:x"), Defines::Perhaps);
    }
}
