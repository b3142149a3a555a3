//! Versions that manifests and lock files name.

use super::super::finding::Found;
use super::super::versions::{self, Requirement};
use super::Head;
use anyhow::Result;

/// Most manifests and lock files that are read for versions; with more, nothing is proven.
const MOST_FILES: usize = 400;

/// Whether the repository uses this version of a dependency or language.
pub(super) fn found(head: &Head<'_>, package: &str, version: &str) -> Result<Found> {
    let files: Vec<&String> = head.files()?.iter().filter(|file| versions::is_source(file)).collect();
    if files.len() > MOST_FILES {
        return Ok(Found::Unknown);
    }
    let mut named: Vec<(&str, Requirement)> = Vec::new();
    for file in files {
        let Some(text) = head.text(file)? else { continue };
        named.extend(versions::named(file, &text, package).into_iter().map(|found| (file.as_str(), found)));
    }
    // A lock file says what is used; a manifest only what may be.
    let is_locked = |(_, requirement): &(&str, Requirement)| requirement.is_locked;
    if named.iter().any(is_locked) {
        named.retain(is_locked);
    }
    if named.iter().any(|(_, requirement)| requirement.allows(version) != Some(false)) {
        let stands = named.iter().any(|(_, requirement)| requirement.allows(version) == Some(true));
        return Ok(if stands { Found::Stands } else { Found::Unknown });
    }
    Ok(match named.first() {
        Some((file, Requirement { text, .. })) => Found::gone_as(&format!("`{file}` has {package} {text}")),
        None => Found::Unknown,
    })
}
