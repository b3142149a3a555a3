//! Names the steps that touch files: by class, not by path.
//!
//! A file's class is its extension (`edit *.rs`), since the next session edits another file of the same sort.
//! Files that a project has one of keep their name, because the name is the step: `edit CHANGELOG.md`,
//! `edit package.json`, `edit Dockerfile`.

use super::programs as known;
use crate::digest::shell;
use crate::redact::Clean;

/// Longest file name or extension that becomes part of a step, bytes.
const LONGEST_NAME: usize = 32;
/// Most files of one patch that become steps.
const MOST_PATCHED: usize = 16;

/// Extensions that are scripts.
const SCRIPTS: &[&str] = &[
    "bash", "bat", "cjs", "cmd", "js", "lua", "mjs", "php", "pl", "ps1", "py", "r", "rb", "sh", "ts", "zsh",
    "fish", "exs", "kts",
];

/// Files that a project has one of.
const SINGLE_FILES: &[&str] = &[
    "build.gradle",
    "build.gradle.kts",
    "compose.yaml",
    "compose.yml",
    "composer.json",
    "docker-compose.yaml",
    "docker-compose.yml",
    "go.mod",
    "mkdocs.yml",
    "openapi.json",
    "openapi.yaml",
    "package.json",
    "pom.xml",
    "pyproject.toml",
    "requirements.txt",
    "setup.cfg",
    "setup.py",
    "tsconfig.json",
    "Cargo.toml",
    "mix.exs",
    "pubspec.yaml",
    "deno.json",
    "schema.prisma",
];

/// The last component of a path.
pub(super) fn base(path: &str) -> &str {
    let path = path.trim_end_matches(['/', '\\']);
    path.rfind(['/', '\\']).map_or(path, |slash| &path[slash + 1..])
}

/// A part of `whole` that is also a slice of it, as clean text.
fn part_of(whole: &Clean, part: &str) -> Clean {
    let start = (part.as_ptr() as usize).wrapping_sub(whole.as_ptr() as usize);
    whole.part(start..start.saturating_add(part.len())).unwrap_or_default()
}

/// The step of editing this file.
pub(super) fn edit(path: &Clean) -> Clean {
    class(path, "edit *.", "edit ", "edit file")
}

/// The step of reading this file.
pub(super) fn read(path: &Clean) -> Clean {
    class(path, "read *.", "read ", "read file")
}

fn class(path: &Clean, by_extension: &'static str, by_name: &'static str, otherwise: &'static str) -> Clean {
    let name = base(path);
    let plain = |text: &str, also: &[u8]| {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || also.contains(&b);
        !text.is_empty() && text.len() <= LONGEST_NAME && text.bytes().all(allowed)
    };
    let stem_and_extension = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty());
    let shouted = |stem: &str| stem.len() > 2 && stem.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    let keeps_name = match stem_and_extension {
        None => plain(name, b"._-") && name.bytes().filter(u8::is_ascii_digit).count() <= 1,
        Some((stem, _)) => plain(name, b"._-") && (shouted(stem) || known::has(SINGLE_FILES, name)),
    };
    if keeps_name {
        return Clean::join(&[&Clean::fixed(by_name), &part_of(path, name)], "");
    }
    match stem_and_extension.filter(|(_, extension)| plain(extension, b"")) {
        Some((_, extension)) => Clean::join(&[&Clean::fixed(by_extension), &part_of(path, extension)], ""),
        None => Clean::fixed(otherwise),
    }
}

/// The steps of a patch in `apply_patch`'s format: one edit a class of file, in order.
pub(super) fn patched(patch: &Clean) -> Vec<Clean> {
    let mut steps: Vec<Clean> = Vec::new();
    for path in patched_paths(patch) {
        let step = edit(&path);
        if steps.len() < MOST_PATCHED && !steps.contains(&step) {
            steps.push(step);
        }
    }
    if steps.is_empty() {
        steps.push(Clean::fixed("edit file"));
    }
    steps
}

/// The files that a patch in `apply_patch`'s format touches, in order.
pub(super) fn patched_paths(patch: &Clean) -> impl Iterator<Item = Clean> {
    let heads = ["*** Update File: ", "*** Add File: ", "*** Delete File: "];
    let path = move |line| heads.iter().find_map(|head| str::strip_prefix(line, head));
    patch.lines().filter_map(path).map(|path| part_of(patch, path.trim()))
}

/// Whether a program is named by the path of a script.
pub(super) fn is_script(path: &str) -> bool {
    let folder = path.rfind('/').map_or("", |slash| &path[..slash]);
    let installed =
        folder.is_empty() || folder == "." || base(folder).ends_with("bin") || folder.starts_with(['/', '~']);
    has_script_extension(path) || !installed
}

fn has_script_extension(path: &str) -> bool {
    base(path).rsplit_once('.').is_some_and(|(_, extension)| known::has(SCRIPTS, extension))
}

/// A script's step: its path within the project. Of an absolute path, the last folder and the name.
pub(super) fn script(path: &Clean) -> Clean {
    let text = path.trim_start_matches("./");
    let outside = text.starts_with(['/', '~']) || text.starts_with("..") || text.contains(":\\");
    let kept = if outside {
        let folder = &text[..text.len() - base(text).len()];
        &text[text.len() - base(text).len() - (base(folder).len() + 1).min(folder.len())..]
    } else {
        text
    };
    part_of(path, kept.trim_start_matches('/'))
}

/// A program's name without its folder.
pub(super) fn name_of_program(word: &Clean) -> Clean {
    part_of(word, shell::program_name(word))
}

/// Whether an operand is a path rather than a number or a flag's value.
pub(super) fn looks_like_path(operand: &str) -> bool {
    operand.contains('/')
        || operand.rsplit_once('.').is_some_and(|(_, e)| !e.is_empty() && !e.as_bytes()[0].is_ascii_digit())
}

/// Whether a file is thrown away afterwards.
pub(super) fn is_scratch(path: &str) -> bool {
    ["/dev/", "/tmp/", "/var/tmp/", "/private/tmp/"].iter().any(|folder| path.starts_with(folder))
        || path.is_empty()
}
