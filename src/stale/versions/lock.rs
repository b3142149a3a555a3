//! Lock files: which versions of a package are used.

use super::same_name;
use serde_json::Value;

/// Whether a file of this name is a lock file that can be read.
pub(super) fn is_lock(name: &str) -> bool {
    matches!(
        name,
        "Cargo.lock"
            | "Gemfile.lock"
            | "Pipfile.lock"
            | "composer.lock"
            | "npm-shrinkwrap.json"
            | "package-lock.json"
            | "pdm.lock"
            | "pnpm-lock.yaml"
            | "poetry.lock"
            | "uv.lock"
            | "yarn.lock"
            | "go.mod"
    )
}

/// The versions of a package that a lock file has.
pub(super) fn versions(name: &str, text: &str, package: &str) -> Vec<String> {
    let mut versions = match name {
        "package-lock.json" | "npm-shrinkwrap.json" => npm(text, package),
        "composer.lock" => composer(text, package),
        "Pipfile.lock" => pipfile(text, package),
        "pnpm-lock.yaml" => text.lines().filter_map(|line| pnpm(line, package)).collect(),
        "yarn.lock" => yarn(text, package),
        "Gemfile.lock" => text.lines().filter_map(|line| gem(line, package)).collect(),
        "go.mod" => text.lines().filter_map(|line| go(line, package)).collect(),
        _ => tables(text, package),
    };
    versions.sort();
    versions.dedup();
    versions
}

/// `[[package]]` tables, as cargo, poetry, uv and pdm write them: a `version` line soon after the `name` line.
fn tables(text: &str, package: &str) -> Vec<String> {
    let value = |line: &str, key: &str| {
        let rest = line.strip_prefix(key)?.trim_start().strip_prefix('=')?;
        Some(rest.trim().trim_matches('"').to_owned())
    };
    let mut found = Vec::new();
    let mut is_it = false;
    for line in text.lines() {
        if line.starts_with('[') {
            is_it = false;
        } else if let Some(name) = value(line, "name") {
            is_it = same_name(&name, package);
        } else if let Some(version) = value(line, "version").filter(|_| is_it) {
            found.push(version);
        }
    }
    found
}

fn npm(text: &str, package: &str) -> Vec<String> {
    let Ok(value) = serde_json::from_str::<Value>(text) else { return Vec::new() };
    let end = format!("node_modules/{package}");
    let version = |entry: &Value| entry["version"].as_str().map(str::to_owned);
    let packages = value["packages"].as_object().into_iter().flatten();
    let is_it = |path: &str| path == end || path.ends_with(&format!("/{end}"));
    let found: Vec<String> =
        packages.filter(|(path, _)| is_it(path)).filter_map(|(_, entry)| version(entry)).collect();
    if found.is_empty() { version(&value["dependencies"][package]).into_iter().collect() } else { found }
}

fn composer(text: &str, package: &str) -> Vec<String> {
    let Ok(value) = serde_json::from_str::<Value>(text) else { return Vec::new() };
    let lists = ["packages", "packages-dev"].into_iter().filter_map(|list| value[list].as_array()).flatten();
    let is_it = |entry: &&Value| entry["name"].as_str() == Some(package);
    let version = |entry: &Value| Some(entry["version"].as_str()?.trim_start_matches('v').to_owned());
    lists.filter(is_it).filter_map(version).collect()
}

fn pipfile(text: &str, package: &str) -> Vec<String> {
    let Ok(value) = serde_json::from_str::<Value>(text) else { return Vec::new() };
    let tables = ["default", "develop"].into_iter().filter_map(|table| value[table].as_object()).flatten();
    let is_it = |(name, _): &(&String, &Value)| same_name(name, package);
    let version = |entry: &Value| Some(entry["version"].as_str()?.trim_start_matches('=').to_owned());
    tables.filter(is_it).filter_map(|(_, entry)| version(entry)).collect()
}

/// `  react@18.2.0(peer@1):`, in older files `  /react/18.2.0:`
fn pnpm(line: &str, package: &str) -> Option<String> {
    let key = line.trim().trim_matches(['\'', '"']).trim_start_matches('/');
    let rest = key.strip_prefix(package)?;
    let version = rest.strip_prefix(['@', '/'])?.split(['(', ':', '_', '\'']).next()?;
    version.starts_with(|c: char| c.is_ascii_digit()).then(|| version.to_owned())
}

/// A block's first line names what was asked for (`"react@^18.0.0", react@^18.1.0:`), a line in it the version.
fn yarn(text: &str, package: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_it = false;
    for line in text.lines() {
        if !line.starts_with([' ', '#']) && !line.is_empty() {
            is_it = line.split(", ").any(|asked| {
                let asked = asked.trim_matches(['"', ':']);
                asked.strip_prefix(package).is_some_and(|rest| rest.starts_with('@'))
            });
        } else if let Some(version) = line.trim().strip_prefix("version").filter(|_| is_it) {
            found.push(version.trim_start_matches(':').trim().trim_matches('"').to_owned());
        }
    }
    found
}

/// `    rails (7.1.2)`
fn gem(line: &str, package: &str) -> Option<String> {
    let (name, version) = line.strip_prefix("    ")?.split_once(" (")?;
    (name == package).then(|| version.trim_end_matches(')').to_owned())
}

/// `github.com/spf13/cobra v1.8.0 // indirect`, and `go 1.22`, the least that is needed.
fn go(line: &str, package: &str) -> Option<String> {
    let mut words = line.trim().trim_start_matches("require ").split_whitespace();
    let (name, version) = (words.next()?, words.next()?);
    if name != package {
        return None;
    }
    Some(if name == "go" { format!(">={version}") } else { version.trim_start_matches('v').to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lock_file_says_what_is_used() {
        let rows = [
            (
                "Cargo.lock",
                "[[package]]\nname = \"serde\"\nversion = \"1.0.2\"\n\n[[package]]\nname = \"x\"\nversion = \"9.0.0\"\n",
                "serde",
                "1.0.2",
            ),
            (
                "package-lock.json",
                r#"{"packages": {"": {}, "node_modules/react": {"version": "18.2.0"}, "node_modules/x-react": {"version": "1.0.0"}}}"#,
                "react",
                "18.2.0",
            ),
            ("package-lock.json", r#"{"dependencies": {"react": {"version": "16.1.0"}}}"#, "react", "16.1.0"),
            (
                "yarn.lock",
                "# yarn\n\n\"react@^18.0.0\", react@^18.1.0:\n  version \"18.2.0\"\n\nreact-dom@^18:\n  version \"18.3.0\"\n",
                "react",
                "18.2.0",
            ),
            (
                "pnpm-lock.yaml",
                "packages:\n\n  react@18.2.0(x@1):\n    resolution: {}\n  react-dom@18.3.0:\n",
                "react",
                "18.2.0",
            ),
            ("pnpm-lock.yaml", "packages:\n  /@a/b/1.2.0_x:\n", "@a/b", "1.2.0"),
            ("uv.lock", "[[package]]\nname = \"ruff-lsp\"\nversion = \"0.4.1\"\n", "Ruff_LSP", "0.4.1"),
            ("Gemfile.lock", "GEM\n  specs:\n    rails (7.1.2)\n      rack (>= 2)\n", "rails", "7.1.2"),
            ("composer.lock", r#"{"packages": [{"name": "a/b", "version": "v2.1.0"}]}"#, "a/b", "2.1.0"),
            ("Pipfile.lock", r#"{"default": {"django": {"version": "==4.2.1"}}}"#, "Django", "4.2.1"),
            (
                "go.mod",
                "module x\n\ngo 1.22\n\nrequire (\n\tgithub.com/a/b v1.8.0 // indirect\n)\n",
                "github.com/a/b",
                "1.8.0",
            ),
        ];
        for (name, text, package, version) in rows {
            assert!(is_lock(name));
            assert_eq!(versions(name, text, package), [version], "{name}");
        }
        assert_eq!(versions("package-lock.json", "{", "react"), Vec::<String>::new());
    }
}
