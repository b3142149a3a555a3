//! A dependency with its version.

/// What is versioned by a single number.
const LANGUAGES: &[&str] = &["node", "python", "go", "ruby", "php", "java", "rust", "bun", "deno"];

/// Words of a sentence in which a version is a bound or a memory, and nothing that is told to be used.
const HEDGES: &[&str] = &[
    "since",
    "until",
    "before",
    "after",
    "from",
    "newer",
    "later",
    "above",
    "below",
    "least",
    "minimum",
    "than",
    "or",
    "upgrade",
    "upgraded",
    "upgrading",
    "bump",
    "bumped",
    "to",
    "earlier",
    "up",
    "between",
];

/// Whether a sentence (lower case) names versions only as bounds.
pub(super) fn is_hedged(sentence: &str) -> bool {
    sentence
        .split(|c: char| c.is_whitespace() || c == ',')
        .any(|word| HEDGES.contains(&word.trim_matches(|c: char| !c.is_alphanumeric())))
}

/// The dependency and the version that code names: `react@17`, `django==4.2`, `serde 1.0`, `node 20`. `None` for
/// ranges, and for what is neither.
pub(super) fn version(code: &str) -> Option<(String, String)> {
    let (package, version, is_bare) = if let Some((package, version)) = code.split_once("==") {
        (package, version, false)
    } else if let Some((package, version)) = code.rsplit_once('@').filter(|(package, _)| !package.is_empty())
    {
        (package, version, false)
    } else {
        let (package, version) = code.split_once(' ')?;
        (package, version, true)
    };
    let (package, version) = (package.trim(), version.trim());
    let version = version.strip_prefix('v').unwrap_or(version);
    let is_number =
        |part: &str| !part.is_empty() && part.len() <= 9 && part.bytes().all(|b| b.is_ascii_digit());
    let parts: Vec<&str> = version.split('.').collect();
    if parts.len() > 4 || !parts.iter().all(|part| is_number(part)) || !is_package(package) {
        return None;
    }
    if is_bare && parts.len() == 1 && !LANGUAGES.contains(&package.to_ascii_lowercase().as_str()) {
        return None;
    }
    Some((package.to_owned(), version.to_owned()))
}

/// Whether this can be the name of a dependency.
fn is_package(name: &str) -> bool {
    let name = name.split_once('[').map_or(name, |(name, _)| name);
    let starts = |c: char| c.is_ascii_alphabetic() || c == '@';
    name.starts_with(starts)
        && name.len() <= 100
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"@/._-".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_told_from_what_only_looks_like_one() {
        let versions = [
            ("react@17", "react", "17"),
            ("@types/node@20.1.0", "@types/node", "20.1.0"),
            ("Django==4.2", "Django", "4.2"),
            ("serde 1.0", "serde", "1.0"),
            ("python 3.11", "python", "3.11"),
            ("node v20", "node", "20"),
        ];
        for (code, package, number) in versions {
            assert_eq!(version(code), Some((package.to_owned(), number.to_owned())), "{code}");
        }
        let others = [
            "react@latest",
            "react@^17",
            "exit 1",
            "x >= 1",
            "django>=4",
            "me@example.com",
            "sleep 5",
            "1.2.3",
            "@17",
        ];
        for code in others {
            assert_eq!(version(code), None, "{code}");
        }
        assert!(is_hedged("since @, it works") && is_hedged("@ or newer") && !is_hedged("use @ here"));
    }
}
