//! Which versions manifests and lock files name, and whether one is among them.
//!
//! Owns the formats as far as versions go, and the ranges that can be compared with certainty; every other range
//! allows anything.

mod lock;

use serde_json::Value;

/// A version or range that a file names for a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Requirement {
    /// As the file has it.
    pub(super) text: String,
    /// A bare version (`1.2`) is exactly that one; otherwise whatever is compatible with it.
    pub(super) is_exact: bool,
    /// The file says what is used, not what may be.
    pub(super) is_locked: bool,
}

impl Requirement {
    fn range(text: &str, is_exact: bool) -> Requirement {
        Requirement { text: text.to_owned(), is_exact, is_locked: false }
    }

    /// Whether a version, whose last numbers may be left out, is among them; `None` where it cannot be told.
    pub(super) fn allows(&self, version: &str) -> Option<bool> {
        let version = numbers(version)?;
        let mut any = Some(false);
        for alternative in self.text.split("||") {
            let comparators = alternative.split([',', ' ']).filter(|part| !part.is_empty());
            let mut all = Some(true);
            for comparator in comparators {
                match allows(comparator, &version, self.is_exact) {
                    None => return None,
                    Some(false) => all = Some(false),
                    Some(true) => {}
                }
            }
            if all == Some(true) {
                any = Some(true);
            }
        }
        any
    }
}

/// One comparator of a range (`^1.2`, `>=1`) and a version.
fn allows(comparator: &str, version: &[u64], is_exact: bool) -> Option<bool> {
    let end = comparator.find(|c: char| c.is_ascii_digit())?;
    let (operator, bound) = comparator.split_at_checked(end)?;
    let bound = numbers(bound.trim_end_matches(".*").trim_end_matches(".x"))?;
    let shared = bound.len().min(version.len());
    let same = |count: usize| bound.get(..count.min(shared)) == version.get(..count.min(shared));
    // From as many numbers as both have, and as one of them goes on the answer stays open.
    let ordered = version.get(..shared).cmp(&bound.get(..shared));
    let compatible = || same(if bound.first() == Some(&0) { 2 } else { 1 });
    Some(match operator.trim_end_matches('v') {
        "" if is_exact => same(shared),
        "" | "^" => compatible(),
        "=" | "==" | "===" => same(shared),
        "~" => same(2),
        "~=" | "~>" => same(bound.len().saturating_sub(1)),
        ">=" | ">" => ordered != std::cmp::Ordering::Less,
        "<=" => ordered != std::cmp::Ordering::Greater,
        // 5 and 5.1 are not below 5, but 5 has some that are below 5.2.
        "<" if ordered == std::cmp::Ordering::Equal => version.len() < bound.len(),
        "<" => ordered == std::cmp::Ordering::Less,
        "!=" => true,
        _ => return None,
    })
}

/// The numbers of a version, without what comes after them (`-beta.1`, `+build`).
fn numbers(version: &str) -> Option<Vec<u64>> {
    let plain = version.split(['-', '+']).next().unwrap_or(version);
    plain.split('.').take(4).map(|part| part.parse().ok()).collect()
}

/// Whether a file may name versions.
pub(super) fn is_source(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_requirements = name.starts_with("requirements") && name.ends_with(".txt");
    is_requirements || lock::is_lock(name) || MANIFESTS.contains(&name)
}

const MANIFESTS: &[&str] = &[
    ".node-version",
    ".nvmrc",
    ".python-version",
    ".tool-versions",
    "Cargo.toml",
    "composer.json",
    "package.json",
    "pyproject.toml",
    "rust-toolchain",
    "rust-toolchain.toml",
];

/// The versions or ranges that a file names for a package.
pub(super) fn named(path: &str, text: &str, package: &str) -> Vec<Requirement> {
    let name = path.rsplit('/').next().unwrap_or(path);
    if lock::is_lock(name) {
        return lock::versions(name, text, package)
            .into_iter()
            .map(|text| Requirement { text, is_exact: true, is_locked: true })
            .collect();
    }
    let language = |languages: &[&str]| languages.contains(&package.to_ascii_lowercase().as_str());
    let first = text.lines().next().unwrap_or_default().trim();
    match name {
        ".nvmrc" | ".node-version" if language(&["node", "nodejs"]) => vec![Requirement::range(first, true)],
        ".python-version" if language(&["python"]) => vec![Requirement::range(first, true)],
        ".tool-versions" => {
            let is_it = |tool: &str| same_name(tool, package) || (tool == "nodejs" && language(&["node"]));
            let lines = text.lines().filter_map(|line| line.split_once(' '));
            lines
                .filter(|(tool, _)| is_it(tool))
                .map(|(_, version)| Requirement::range(version.trim(), true))
                .collect()
        }
        "rust-toolchain" if language(&["rust"]) && !text.contains('[') => {
            vec![Requirement::range(first, true)]
        }
        "package.json" | "composer.json" => {
            serde_json::from_str(text).map(|value| in_json(&value, package)).unwrap_or_default()
        }
        _ if name.ends_with(".toml") => {
            toml::from_str(text).map(|value| in_toml(name, &value, package)).unwrap_or_default()
        }
        _ if name.ends_with(".txt") => text.lines().filter_map(|line| python(line, package)).collect(),
        _ => Vec::new(),
    }
}

fn in_json(value: &Value, package: &str) -> Vec<Requirement> {
    let tables = [
        "dependencies",
        "devDependencies",
        "peerDependencies",
        "optionalDependencies",
        "engines",
        "volta",
        "require",
        "require-dev",
    ];
    let mut found = Vec::new();
    for (name, range) in tables.iter().filter_map(|table| value[*table].as_object()).flatten() {
        if let Some(range) = range.as_str().filter(|_| same_name(name, package)) {
            found.push(Requirement::range(range, true));
        }
    }
    let manager = value["packageManager"].as_str().and_then(|manager| manager.split_once('@'));
    found.extend(
        manager.filter(|(name, _)| *name == package).map(|(_, version)| Requirement::range(version, true)),
    );
    found
}

fn in_toml(file: &str, value: &Value, package: &str) -> Vec<Requirement> {
    let is_rust = file == "Cargo.toml";
    let mut found = Vec::new();
    let mut take = |range: Option<&str>, is_exact: bool| {
        found.extend(range.map(|range| Requirement::range(range, is_exact)))
    };
    let tables = [
        &value["dependencies"],
        &value["dev-dependencies"],
        &value["build-dependencies"],
        &value["workspace"]["dependencies"],
        &value["tool"]["poetry"]["dependencies"],
        &value["tool"]["poetry"]["dev-dependencies"],
    ];
    for (name, range) in tables.into_iter().filter_map(Value::as_object).flatten() {
        if same_name(name, package) {
            take(range.as_str().or_else(|| range["version"].as_str()), !is_rust);
        }
    }
    if package.eq_ignore_ascii_case("rust") {
        take(value["toolchain"]["channel"].as_str(), true);
        let least = value["package"]["rust-version"].as_str().map(|least| format!(">={least}"));
        take(least.as_deref(), true);
    }
    let project = &value["project"];
    if package.eq_ignore_ascii_case("python") {
        take(project["requires-python"].as_str(), true);
    }
    let lists = [&project["dependencies"]]
        .into_iter()
        .chain(project["optional-dependencies"].as_object().into_iter().flat_map(|all| all.values()));
    let groups = value["dependency-groups"].as_object().into_iter().flat_map(|all| all.values());
    for line in lists.chain(groups).filter_map(Value::as_array).flatten().filter_map(Value::as_str) {
        found.extend(python(line, package));
    }
    found
}

/// A requirement of Python's (PEP 508): `Django[argon2]>=4.2,<5; python_version > "3.9"`.
fn python(line: &str, package: &str) -> Option<Requirement> {
    let line = line.split(['#', ';']).next()?.trim();
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(line.len());
    let (name, rest) = line.split_at_checked(end)?;
    let rest = match rest.trim_start().strip_prefix('[') {
        Some(extras) => extras.split_once(']')?.1,
        None => rest,
    };
    let range = rest.trim().replace(' ', "");
    (same_name(name, package) && !range.is_empty()).then(|| Requirement::range(&range, true))
}

/// Whether two names are one package's: letters large or small, and `-`, `_`, `.` make no difference.
fn same_name(one: &str, other: &str) -> bool {
    let plain = |name: &str| {
        let name = name.split_once('[').map_or(name, |(name, _)| name);
        name.to_lowercase().replace(['_', '.'], "-")
    };
    plain(one) == plain(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_allow_what_they_must_and_no_more() {
        let rows = [
            ("^17.0.2", "17", Some(true)),
            ("^17.0.2", "18", Some(false)),
            ("^17.0.2", "17.4", Some(true)),
            ("^0.3.1", "0.4", Some(false)),
            ("~4.2.1", "4.3", Some(false)),
            ("~=4.2", "4.9", Some(true)),
            ("==4.2.1", "4.2", Some(true)),
            ("==4.2.1", "4.1", Some(false)),
            (">=3.9", "3.8", Some(false)),
            (">=3.9", "3", Some(true)),
            (">=4.2,<5", "5.1", Some(false)),
            (">=4.2,<5", "4.2.3", Some(true)),
            ("18 || 20", "20", Some(true)),
            ("18 || 20", "16", Some(false)),
            ("20.x", "20.3", Some(true)),
            ("workspace:*", "1", None),
            ("latest", "1", None),
            ("1.2.3-beta.1", "1.2", Some(true)),
        ];
        for (range, version, expected) in rows {
            assert_eq!(Requirement::range(range, true).allows(version), expected, "{range} {version}");
        }
        assert_eq!(Requirement::range("1.0.100", false).allows("1.2"), Some(true));
    }

    #[test]
    fn manifests_name_their_ranges() {
        let rows = [
            (
                "package.json",
                r#"{"devDependencies": {"react": "^17.0.0"}, "packageManager": "pnpm@9.1.0"}"#,
                "react",
                "^17.0.0",
            ),
            ("package.json", r#"{"packageManager": "pnpm@9.1.0+sha512.a"}"#, "pnpm", "9.1.0+sha512.a"),
            ("package.json", r#"{"engines": {"node": ">=20"}}"#, "node", ">=20"),
            ("Cargo.toml", "[dependencies]\nserde = { version = \"1.0\" }\n", "serde", "1.0"),
            ("Cargo.toml", "[package]\nrust-version = \"1.80\"\n", "rust", ">=1.80"),
            (
                "pyproject.toml",
                "[project]\nrequires-python = \">=3.11\"\ndependencies = [\"Django[argon2] >= 4.2, <5\"]\n",
                "django",
                ">=4.2,<5",
            ),
            ("pyproject.toml", "[project]\nrequires-python = \">=3.11\"\n", "python", ">=3.11"),
            (
                "requirements-dev.txt",
                "# a\nruff_lsp==0.4.1 ; python_version > '3.8'\n",
                "ruff-lsp",
                "==0.4.1",
            ),
            (".nvmrc", "v20.1\n", "node", "v20.1"),
            (".tool-versions", "nodejs 20.1.0\npython 3.12\n", "node", "20.1.0"),
        ];
        for (path, text, package, expected) in rows {
            assert!(is_source(path));
            let found = named(path, text, package);
            assert_eq!(found.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), [expected], "{path}");
        }
        assert_eq!(named("package.json", "{", "react"), []);
    }
}
