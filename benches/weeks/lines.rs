//! Whether the lines that people wrote still stand.

use crate::memory::Memory;
use std::collections::BTreeSet;

/// What people wrote by hand.
#[derive(Default)]
pub(crate) struct Hand {
    /// The commits that they made with their own words.
    pub commits: BTreeSet<String>,
}

/// What came of looking.
#[derive(Default)]
pub(crate) struct LookedAt {
    /// How many lines of people there were before.
    pub lines: usize,
    /// Those that are gone after, in words.
    pub gone: Vec<String>,
}

impl Hand {
    /// Looks for every line that `git blame` gives to a commit made by hand before a change: it must stand after it, in
    /// its file, or where that file has gone.
    pub(crate) fn look(&self, memory: &Memory, before: &str, after: &str) -> Result<LookedAt, String> {
        let mut touched = BTreeSet::new();
        for commit in &self.commits {
            let listed = memory.git(&["show", "--format=", "--name-only", commit])?;
            touched.extend(listed.lines().map(str::to_owned));
        }
        let mut looked_at = LookedAt::default();
        for path in touched {
            // A file that is not there before has nothing to lose.
            let Ok(blame) = memory.git(&["blame", "--line-porcelain", before, "--", &path]) else { continue };
            let now = match memory.read(after, &path) {
                Some(text) => text,
                None => moved(memory, after, &path)?,
            };
            let mut stand: Vec<&str> = now.lines().collect();
            for line in lines_of(&blame, &self.commits) {
                looked_at.lines += 1;
                match stand.iter().position(|standing| *standing == line) {
                    Some(at) => drop(stand.swap_remove(at)),
                    None => {
                        looked_at.gone.push(format!("{path}: a person's line is gone on {after}: {line}"));
                    }
                }
            }
        }
        Ok(looked_at)
    }
}

/// The lines that `git blame --line-porcelain` gives to these commits.
fn lines_of<'b>(blame: &'b str, commits: &BTreeSet<String>) -> Vec<&'b str> {
    let mut of_hand = false;
    let mut lines = Vec::new();
    for line in blame.lines() {
        if let Some(content) = line.strip_prefix('\t') {
            if of_hand && !content.trim().is_empty() {
                lines.push(content);
            }
        } else if let Some(name) = line.split(' ').next().filter(|name| name.len() == 40) {
            of_hand = commits.contains(name);
        }
    }
    lines
}

/// The text of a note that has moved: by its name, wherever it lies now, in the archive or with the team.
fn moved(memory: &Memory, at: &str, path: &str) -> Result<String, String> {
    let files = memory.files(at)?;
    // What one agent's note says may be the team's now.
    let of_agent = path.strip_prefix("agents/").and_then(|rest| rest.split_once('/'));
    let name = of_agent.map_or(path, |(_, name)| name);
    let found = files.iter().find(|file| *file == name || file.ends_with(&format!("/{name}")));
    Ok(found.and_then(|file| memory.read(at, file)).unwrap_or_default())
}
