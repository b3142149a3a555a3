//! Whether git ignores a path: what is ignored may lie there without being committed.
//!
//! Reads the `.gitignore` files of a commit, since there may be no working tree. Follows gitignore(5): the last rule
//! that matches decides, `!` takes back, a rule with a slash holds from its folder, one without at any depth.

/// One line of a `.gitignore`.
struct Rule {
    /// The components of its pattern; `**` is any number of them.
    components: Vec<String>,
    /// It takes back.
    negates: bool,
}

/// Whether `.gitignore` files ignore a path. `files`: the folder of each (`""` for the top) with its text, outer
/// folders first. A folder that is ignored ignores what lies in it.
pub(crate) fn is_ignored(files: &[(String, String)], path: &str) -> bool {
    let components: Vec<&str> = path.split('/').collect();
    (1..=components.len()).any(|length| {
        let part = components.get(..length).unwrap_or_default();
        let mut ignored = false;
        for (folder, text) in files {
            let depth = if folder.is_empty() { 0 } else { folder.split('/').count() };
            let starts = folder.is_empty()
                || path.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/'));
            let Some(inside) = part.get(depth..).filter(|inside| starts && !inside.is_empty()) else {
                continue;
            };
            for rule in text.lines().filter_map(rule) {
                if matches(&rule.components, inside) {
                    ignored = !rule.negates;
                }
            }
        }
        ignored
    })
}

fn rule(line: &str) -> Option<Rule> {
    let line = line.trim_end();
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let (negates, pattern) = match line.strip_prefix('!') {
        Some(rest) => (true, rest),
        None => (false, line),
    };
    // What is a file and what a folder cannot be told of something that is not there.
    let pattern = pattern.trim_end_matches('/');
    let mut components: Vec<String> = pattern.trim_start_matches('/').split('/').map(str::to_owned).collect();
    if !pattern.contains('/') {
        components.insert(0, "**".to_owned());
    }
    Some(Rule { components, negates })
}

/// Whether the components of a pattern match those of a path, all of them.
fn matches(pattern: &[String], path: &[&str]) -> bool {
    wild(pattern, path, |part| part == "**", |part, component| glob(part, component))
}

/// Whether `*` and `?` of a pattern make it this name.
fn glob(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    wild(&pattern, &name, |c| *c == '*', |c, other| *c == '?' || c == other)
}

/// Matches a pattern in which some parts stand for any number of parts. Goes back only to the last of those, so that it
/// takes at most the product of both lengths.
fn wild<P, T>(pattern: &[P], text: &[T], is_any: impl Fn(&P) -> bool, same: impl Fn(&P, &T) -> bool) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(part) if is_any(part) => {
                back = Some((p, t));
                p += 1;
                continue;
            }
            Some(part) if text.get(t).is_some_and(|other| same(part, other)) => {
                p += 1;
                t += 1;
                continue;
            }
            _ => {}
        }
        let Some((any, from)) = back else { return false };
        back = Some((any, from + 1));
        p = any + 1;
        t = from + 1;
    }
    pattern.get(p..).unwrap_or_default().iter().all(is_any)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_ignored_as_git_ignores_them() {
        let files = [
            (String::new(), "# local\n.env\n/build/\n*.log\n!keep.log\ndocs/**/draft.md\n".to_owned()),
            ("web".to_owned(), "dist\n/a.txt\n".to_owned()),
        ];
        for path in [
            ".env",
            "deep/er/.env",
            "build/x/y.o",
            "x.log",
            "docs/a/b/draft.md",
            "docs/draft.md",
            "web/dist/x.js",
            "web/a.txt",
        ] {
            assert!(is_ignored(&files, path), "{path}");
        }
        for path in ["x/build/y", "keep.log", "dist/x.js", "web/b/a.txt", ".env.example", "src/main.rs"] {
            assert!(!is_ignored(&files, path), "{path}");
        }
    }
}
