//! Puts worlds on disk: `<folder>/projects/…` and `<folder>/sessions/…`, as the agents' own folders would
//! hold them, each file as old as its session.

use crate::script::File;
use crate::vocabulary::Vocabulary;
use crate::world::{self, World};
use crate::write;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Every file of a world with the time of its session's start, in milliseconds since 1970.
pub(crate) fn files(world: &World) -> Vec<(File, i64)> {
    let mut files = Vec::new();
    for (index, script) in world.scripts.iter().enumerate() {
        let written = write::files(script);
        for (_, path) in world.renamed.iter().filter(|(original, _)| *original == index) {
            files.push((File { path: path.clone(), text: written[0].text.clone() }, script.start));
        }
        files.extend(written.into_iter().map(|file| (file, script.start)));
    }
    files
}

/// Writes a world's transcripts below this folder; gives the bytes written.
pub(crate) fn write(world: &World, folder: &Path) -> std::io::Result<u64> {
    let mut bytes = 0;
    for (file, start) in files(world) {
        let path = folder.join(&file.path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&path, &file.text)?;
        bytes += file.text.len() as u64;
        // A file that was changed just now could be taken for a session that is still being written.
        let changed = SystemTime::UNIX_EPOCH + Duration::from_millis(start.unsigned_abs());
        fs::File::options().write(true).open(&path)?.set_modified(changed)?;
    }
    Ok(bytes)
}

/// Writes this many sessions from as many worlds of consecutive seeds as it takes.
pub(crate) fn write_many(
    vocabularies: &[Vocabulary],
    first_seed: u64,
    sessions: usize,
    folder: &Path,
) -> std::io::Result<u64> {
    let mut bytes = 0;
    let mut left = sessions;
    let mut seed = first_seed;
    while left > 0 {
        let vocabulary = &vocabularies[seed as usize % vocabularies.len()];
        let mut world = world::make(vocabulary, seed, 240);
        // Forks and copies would make the count inexact.
        world.scripts.truncate(left.min(240));
        world.renamed.clear();
        left -= world.scripts.len();
        bytes += write(&world, folder)?;
        seed += 1;
    }
    Ok(bytes)
}

/// Counts what a world's files hold, by layout; for the report of `--generate`.
pub(crate) fn census(world: &World) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for script in &world.scripts {
        let layout = match script.layout {
            crate::script::Layout::ClaudeCode => "claude-code",
            crate::script::Layout::Codex => "codex",
        };
        *counts.entry(layout).or_insert(0) += 1;
        *counts.entry("sub-agents").or_insert(0) += script.children.len();
    }
    *counts.entry("renamed copies").or_insert(0) += world.renamed.len();
    counts
}
