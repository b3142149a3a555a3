//! Flags of programs that the repository defines.

use super::super::finding::{Found, commit};
use super::super::names::{Defines, defines};
use super::{AtHead, Before, Head};
use crate::memory::reference::Names;
use crate::repo::{Bounds, Lies, Oid, Searched};
use anyhow::Result;

/// What looking for a flag in all files may cost.
const BOUNDS: Bounds = Bounds { files: 20_000, file_bytes: 1 << 20, bytes: 128 << 20 };

/// Most source files of a program that are followed through history.
const MOST_FOLLOWED: usize = 40;

/// Names of source files that usually read a command line, without their ending.
const READERS: &[&str] = &[
    "main",
    "cli",
    "args",
    "arguments",
    "app",
    "opt",
    "opts",
    "options",
    "command",
    "commands",
    "cmd",
    "flags",
    "__main__",
    "index",
    "root",
    "mod",
];

/// Whether the program knows this flag.
pub(super) fn at_head(head: &Head<'_>, program: &str, flag: &str) -> Result<AtHead> {
    let unknown = || Ok(AtHead::Settled(Found::Unknown));
    let sources = match head.about.repo.lies(head.about.head, program)? {
        Lies::There => vec![program.to_owned()],
        _ if program.contains('/') => return unknown(),
        _ => sources(head, program)?,
    };
    if sources.is_empty() {
        return unknown();
    }
    for file in &sources {
        if head.text(file)?.is_some_and(|text| has(&spellings(flag), text.as_bytes())) {
            return Ok(AtHead::Settled(Found::Stands));
        }
    }
    let had_it = |path: String| {
        let spellings = spellings(flag);
        let like = move |content: &[u8]| has(&spellings, content);
        Before { path, like: Some(Box::new(like)), asks: flag.to_owned() }
    };
    Ok(AtHead::Lacks(sources.into_iter().map(had_it).collect()))
}

/// How a flag that `file` had until this commit is gone.
pub(super) fn proof(head: &Head<'_>, flag: &str, file: &str, since: Oid) -> Result<Found> {
    // What documents the flag is no program that takes it.
    let is_source =
        |path: &str| ![".md", ".mdx", ".rst", ".txt", ".adoc"].iter().any(|ending| path.ends_with(ending));
    let spellings = spellings(flag);
    match head.about.repo.search(head.about.head, BOUNDS, &is_source, &|content| has(&spellings, content))? {
        Searched::Found(_) => return Ok(Found::Stands),
        Searched::Unfinished => return Ok(Found::Unknown),
        Searched::Nowhere => {}
    }
    let when = commit(&head.about.repo, since)?;
    Ok(Found::gone_as(&format!("`{file}` has had no `{flag}` since {when}, and no other source has it")))
}

/// The files that may read the command line of a program that the repository defines; none where it defines no such.
fn sources(head: &Head<'_>, program: &str) -> Result<Vec<String>> {
    let mut sources = Vec::new();
    for manifest in head.files()? {
        let (folder, name) = manifest.rsplit_once('/').unwrap_or(("", manifest));
        let sort = match name {
            "Cargo.toml" => Names::CargoBinary,
            "pyproject.toml" | "setup.cfg" | "setup.py" => Names::PythonScript,
            _ => continue,
        };
        let Some(text) = head.text(manifest)? else { continue };
        if defines(sort, manifest, &text, program) != Defines::Yes {
            continue;
        }
        let below = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let reads = |file: &&String| {
            let name = file.rsplit('/').next().unwrap_or(file);
            let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
            file.starts_with(&below) && name.ends_with(['s', 'y']) && READERS.contains(&stem)
        };
        sources.extend(head.files()?.iter().filter(reads).take(MOST_FOLLOWED).cloned());
    }
    sources.sort();
    sources.dedup();
    sources.truncate(MOST_FOLLOWED);
    Ok(sources)
}

fn has(spellings: &[String], content: &[u8]) -> bool {
    spellings.iter().any(|spelling| memchr::memmem::find(content, spelling.as_bytes()).is_some())
}

/// How programs write a flag's name: `dry-run`, `dry_run`, `dryRun`, `DryRun`. The opposite of a flag (`--no-cache`)
/// counts as the flag.
fn spellings(flag: &str) -> Vec<String> {
    let name = flag.trim_start_matches('-');
    let name = name.strip_prefix("no-").unwrap_or(name);
    let parts: Vec<&str> = name.split(['-', '_']).filter(|part| !part.is_empty()).collect();
    let large = |part: &&str| {
        let mut characters = part.chars();
        let first = characters.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(characters).collect::<String>()
    };
    let pascal: String = parts.iter().map(large).collect();
    let camel: String =
        parts.iter().take(1).map(|part| (*part).to_owned()).chain(parts.iter().skip(1).map(large)).collect();
    let mut spellings = vec![parts.join("-"), parts.join("_"), camel, pascal];
    spellings.sort();
    spellings.dedup();
    spellings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_is_known_in_every_spelling() {
        assert_eq!(spellings("--dry-run"), ["DryRun", "dry-run", "dryRun", "dry_run"]);
        assert_eq!(spellings("--no-cache"), ["Cache", "cache"]);
    }
}
