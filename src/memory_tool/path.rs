//! A path as an agent says it, made sure of.
//!
//! Every path stands for one name under `/memories`; nothing is ever looked up on a disk. Refuses what could mean another
//! place to whoever reads it next: `..`, backslashes, percent signs that stand for one of these, hidden names, characters
//! that cannot be seen, names of the memory's own machinery.

use crate::digest::addressed::fold::{is_hidden, is_variation};

/// What all paths begin with.
pub(super) const ROOT: &str = "/memories";

/// Longest path, bytes, and most names in it: what an Anthropic memory store takes.
const LONGEST: usize = 1024;
const MOST_NAMES: usize = 20;

/// What stands at the top of a memory and is no note: not shown, not written.
const MACHINERY: &[&str] = &["archive", "dream.toml", "rubrics", "templates", "codeowners", "license"];

/// The name under the root that a path stands for; empty for the root itself.
///
/// Errors: what to tell the agent.
pub(super) fn parse(path: &str) -> Result<String, String> {
    let Some(rest) = path.strip_prefix(ROOT).filter(|rest| rest.is_empty() || rest.starts_with('/')) else {
        return Err(format!("Path must start with {ROOT}, got: {}", shown(path)));
    };
    let escapes = || format!("Path {} would escape {ROOT} directory", shown(path));
    let lower = rest.to_lowercase();
    if rest.contains('\\') || ["%2e", "%2f", "%5c", "%00", "%25"].iter().any(|code| lower.contains(code)) {
        return Err(escapes());
    }
    let names: Vec<&str> = rest.split('/').filter(|name| !name.is_empty() && *name != ".").collect();
    if names.contains(&"..") {
        return Err(escapes());
    }
    // A letter with its mark beside it looks like the letter that has the mark: two names for one.
    let is_mark = |c: char| matches!(c, '\u{300}'..='\u{36f}' | '\u{2028}' | '\u{2029}');
    if rest.chars().any(|c| c.is_control() || is_hidden(c) || is_variation(c) || is_mark(c)) {
        return Err(format!("Path {} has characters in it that cannot be seen or compared", shown(path)));
    }
    if rest.len() > LONGEST || names.len() > MOST_NAMES {
        return Err(format!("Path is too long: at most {LONGEST} bytes and {MOST_NAMES} names"));
    }
    Ok(names.join("/"))
}

/// Whether a name may be shown: nothing hidden, nothing of the memory's machinery.
pub(super) fn is_shown(name: &str) -> bool {
    let first = name.split('/').next().unwrap_or_default().to_lowercase();
    !MACHINERY.contains(&first.as_str()) && !name.split('/').any(|part| part.starts_with('.'))
}

/// A path for a message: nothing in it that a terminal obeys.
fn shown(path: &str) -> String {
    crate::learning::author::quote::visible(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_way_out_is_closed() {
        for bad in [
            "/memories/../etc/passwd",
            "/memories/a/../../x",
            "/memories/..",
            "/memories/%2e%2e%2fx",
            "/memories/%2E%2E/x",
            "/memories/%252e%252e/x",
            "/memories/..\\x",
            "/memories\\..\\x",
            "/memories/a\0b",
            "/memoriesx",
            "memories/x",
            "/etc/passwd",
            "",
            "/memories/e\u{301}.md",
            "/memories/a\u{202e}b",
        ] {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(parse("/memories").as_deref(), Ok(""));
        assert_eq!(parse("/memories//a/./b/").as_deref(), Ok("a/b"));
        for hidden in [".git/config", "a/.b", "archive/x.md", "dream.toml", ".github/workflows/x.yml"] {
            assert!(!is_shown(hidden), "{hidden}");
        }
    }

    proptest! {
        #[test]
        fn no_path_leads_out(path in "/memories[a-z./\\\\%2eEfF5cC\0é-]{0,40}") {
            if let Ok(name) = parse(&path) {
                prop_assert!(!name.split('/').any(|part| part == ".." || part == "."), "{}", name);
                prop_assert!(!name.starts_with('/') && !name.contains(['\\', '\0']), "{}", name);
            }
        }
    }
}
