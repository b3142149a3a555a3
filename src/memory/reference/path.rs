//! What looks like a path of a repository.

/// Characters that no path a note means literally has: those of patterns, placeholders, quotes and code.
const FOREIGN: &[char] = &[
    '<', '>', '{', '}', '*', '?', '$', '…', '|', '"', '\'', '`', ',', ';', '!', '&', '%', '\\', '^', '=',
    '(', ')',
];

/// Endings of file names, where a name without a folder counts as a path.
const ENDINGS: &[&str] = &[
    "bat",
    "bazel",
    "c",
    "cc",
    "cfg",
    "cjs",
    "cmake",
    "conf",
    "cpp",
    "cs",
    "css",
    "cts",
    "dart",
    "ex",
    "exs",
    "go",
    "gradle",
    "graphql",
    "h",
    "hpp",
    "html",
    "ini",
    "ipynb",
    "java",
    "jl",
    "js",
    "json",
    "json5",
    "jsonc",
    "jsx",
    "kt",
    "kts",
    "less",
    "lock",
    "lua",
    "md",
    "mdx",
    "mjs",
    "mk",
    "mod",
    "mts",
    "nix",
    "php",
    "pl",
    "prisma",
    "properties",
    "proto",
    "ps1",
    "py",
    "pyi",
    "r",
    "rb",
    "rs",
    "rst",
    "sass",
    "scala",
    "scss",
    "sh",
    "sql",
    "svelte",
    "swift",
    "tf",
    "toml",
    "ts",
    "tsx",
    "txt",
    "vue",
    "xml",
    "yaml",
    "yml",
    "zig",
    "zsh",
];

/// Names of files without an ending.
const NAMES: &[&str] = &[
    "BUILD",
    "Brewfile",
    "CMakeLists.txt",
    "Caddyfile",
    "Dockerfile",
    "GNUmakefile",
    "Gemfile",
    "Jenkinsfile",
    "Justfile",
    "LICENSE",
    "Makefile",
    "Pipfile",
    "Procfile",
    "Rakefile",
    "Tiltfile",
    "Vagrantfile",
    "justfile",
    "makefile",
];

/// The path that a word of code names, from the root of some folder of a repository: without `./` before and a line
/// number, a test's name or a slash behind it. `None` for what is no path, or none inside a repository.
pub(super) fn path(word: &str) -> Option<String> {
    let word = word.trim_end_matches(['.', ',', ';', ':', ')']).trim_start_matches('(');
    let word = word.split_once('#').map_or(word, |(path, _)| path);
    let word = word.split_once("::").map_or(word, |(path, _)| path);
    let word = without_line_number(word);
    let mut word = word.strip_suffix("/...").unwrap_or(word);
    while let Some(rest) = word.strip_prefix("./") {
        word = rest;
    }
    let is_folder = word.ends_with('/');
    let word = word.trim_end_matches('/');
    let is_odd = word.starts_with(['/', '~', '-', '@', ':', '+'])
        || word.contains(FOREIGN)
        || word.contains("://")
        || word.contains(':')
        || word.chars().any(|c| c.is_whitespace() || c.is_control())
        || !word.chars().any(char::is_alphabetic);
    if word.is_empty() || word.len() > 240 || is_odd {
        return None;
    }
    let components: Vec<&str> = word.split('/').collect();
    if components.iter().any(|component| component.is_empty() || component.chars().all(|c| c == '.')) {
        return None;
    }
    match components.as_slice() {
        [name] => (is_folder || is_file_name(name)).then(|| word.to_owned()),
        [".git" | "node_modules" | "tmp", ..] => None,
        // `github.com/someone/something` is a module, `example.com/page` an address.
        [first, ..] if is_host(first) => None,
        _ => Some(word.to_owned()),
    }
}

/// Whether a name without a folder is that of a file.
fn is_file_name(name: &str) -> bool {
    if NAMES.contains(&name) {
        return true;
    }
    // `.env`, `.nvmrc`: a method (`.map`) looks the same, but was never a file of a repository.
    let is_hidden = name.strip_prefix('.').is_some_and(|name| name.len() > 2);
    let ends_like_one = |(stem, ending): (&str, &str)| !stem.is_empty() && ENDINGS.contains(&ending);
    is_hidden || name.rsplit_once('.').is_some_and(ends_like_one)
}

/// Whether the first component of a path is a host's name.
fn is_host(first: &str) -> bool {
    let endings = [".com", ".org", ".io", ".dev", ".net", ".in", ".ai", ".co", ".app", ".sh", ".xyz"];
    !first.starts_with('.') && endings.iter().any(|ending| first.ends_with(ending))
}

/// `src/a.rs:12`, `src/a.rs:12-20`, `src/a.rs:12:5` without what follows the name.
fn without_line_number(word: &str) -> &str {
    let is_number =
        |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'-' || b == b'L');
    let mut word = word;
    while let Some((before, number)) = word.rsplit_once(':') {
        if !is_number(number) {
            break;
        }
        word = before;
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_what_only_looks_like_one() {
        let paths = [
            ("src/main.rs", "src/main.rs"),
            ("./scripts/dev.sh", "scripts/dev.sh"),
            ("packages/web/", "packages/web"),
            ("src/", "src"),
            ("app/models/user.rb:12", "app/models/user.rb"),
            ("src/lib.rs:10:4.", "src/lib.rs"),
            ("tests/test_a.py::TestA::test_b", "tests/test_a.py"),
            ("docs/guide.md#setup", "docs/guide.md"),
            ("./internal/store/...", "internal/store"),
            ("app/[slug]/page.tsx", "app/[slug]/page.tsx"),
            (".github/workflows/ci.yml", ".github/workflows/ci.yml"),
            ("Makefile", "Makefile"),
            ("pyproject.toml", "pyproject.toml"),
            (".env.example", ".env.example"),
            ("docs/日本語.md", "docs/日本語.md"),
        ];
        for (word, expected) in paths {
            assert_eq!(path(word).as_deref(), Some(expected), "{word}");
        }
        let others = [
            "https://a.example/x",
            "/etc/hosts",
            "~/x/y",
            "../up/x",
            "src/*.rs",
            "src/<name>.rs",
            "$HOME/x",
            "1/2",
            "main",
            "12.5",
            "--a/b",
            "a b/c",
            "",
            "/",
            "./",
            "..",
            "C:\\x\\y",
            "github.com/a/b",
            "@scope/pkg",
            "node_modules/x",
            "{a}/b",
            "a//b",
            "2026/01/31",
            "std::fs::read",
            "foo()",
            "console.log",
        ];
        for word in others {
            assert_eq!(path(word), None, "{word}");
        }
    }
}
