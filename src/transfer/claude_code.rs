//! The auto-memory folder of Claude Code: an index, `MEMORY.md`, of which the first 200 lines or 25 KB are loaded with every
//! session, and beside it one file for each thing remembered, with `name`, `description` and `type` in its front matter.
//!
//! Format: the documentation of Claude Code 2.1 (code.claude.com/docs/en/memory) and what it writes.

use super::export::{Outgoing, flat_name, without_evidence};
use super::folder::{self, Wanted};
use super::{Found, Left, Piece, mark};
use crate::learning::author::quote::{brief, one_line};
use crate::memory::{MEMORY_FILE, note};
use crate::pattern::Kind;
use anyhow::Result;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// What is loaded of the index at most.
const MOST_LINES: usize = 200;
const MOST_BYTES: usize = 25_000;
/// Longest hook in a line of the index, characters: the documentation asks for lines under about 150.
const MOST_HOOK: usize = 130;
/// Longest name of a project's folder before Claude Code cuts it.
const MOST_NAME: usize = 200;

/// The folder for the project of which this is the top. `claude`: the user's folder for Claude Code, `~/.claude`.
pub fn folder_of(claude: &Path, project: &Path) -> PathBuf {
    let name: String = (project.display().to_string().chars())
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let projects = claude.join("projects");
    if name.len() <= MOST_NAME {
        return projects.join(name).join("memory");
    }
    // Behind the cut stands a hash of its own.
    let cut = format!("{}-", &name[..MOST_NAME]);
    let listed = std::fs::read_dir(&projects).into_iter().flatten().filter_map(Result::ok);
    let mut fitting: Vec<PathBuf> = listed
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(&cut))
        .map(|entry| entry.path())
        .collect();
    fitting.sort();
    fitting.into_iter().next().unwrap_or_else(|| projects.join(name)).join("memory")
}

/// What a folder has.
///
/// Errors: it cannot be read.
pub fn read(dir: &Path) -> Result<Found> {
    let mut found = Found::default();
    let files = folder::read(dir, &mut found, |_| true)?;
    for (name, text) in &files {
        if name == MEMORY_FILE {
            index(text, &files, &mut found);
        } else if !name.ends_with(".md") {
            found.left.push(Left::new(name, "it is no markdown"));
        } else {
            found.pieces.extend(piece(name, text));
        }
    }
    Ok(found)
}

/// The files there that say that git-dream wrote them.
///
/// Errors: the folder is there and cannot be read.
pub fn own(dir: &Path) -> Result<BTreeMap<String, String>> {
    if !dir.is_dir() {
        return Ok(BTreeMap::new());
    }
    let mut files = folder::read(dir, &mut Found::default(), |name| name.ends_with(".md"))?;
    files.retain(|_, text| mark::read(text).is_some());
    Ok(files)
}

/// One remembered thing; `None` where git-dream wrote it and nobody has changed it.
fn piece(name: &str, text: &str) -> Option<Piece> {
    let (from, text) = match mark::read(text) {
        Some((mark, _)) if mark.is_untouched => return None,
        Some((mark, rest)) => (Some(mark.note), rest),
        None => (None, text.to_owned()),
    };
    let Ok((yaml, body)) = note::split(&text) else {
        return Some(Piece { name: name.to_owned(), text, note: from, ..Piece::default() });
    };
    let field = |key: &str| {
        let line = yaml.lines().find_map(|line| line.trim_start().strip_prefix(key)?.strip_prefix(':'))?;
        Some(line.trim().trim_matches(['"', '\'']).to_owned()).filter(|value| !value.is_empty())
    };
    // What a person said about work may still be a warning: then its lines tell.
    let kind = match field("type").as_deref() {
        Some("user") => Some(Kind::Preference),
        _ => None,
    };
    let text = format!("{}\n", body.trim());
    Some(Piece { name: name.to_owned(), text, rule: field("description"), kind, note: from })
}

/// What the index says beside its lines that lead to files.
fn index(text: &str, files: &BTreeMap<String, String>, found: &mut Found) {
    let text = mark::without_block(text);
    let leads = |line: &str| {
        let target = line.split("](").nth(1).and_then(|rest| rest.split(')').next());
        target.is_some_and(|target| files.contains_key(target.trim_start_matches("./")))
    };
    let own: Vec<&str> = text.lines().filter(|line| !leads(line)).collect();
    let says = |line: &&str| !line.starts_with('#') && line.chars().any(char::is_alphanumeric);
    if own.iter().any(says) {
        let text = format!("{}\n", own.join("\n").trim());
        found.pieces.push(Piece { name: format!("from-{MEMORY_FILE}"), text, ..Piece::default() });
    }
}

/// What is to be written into a folder for these notes.
///
/// Errors: its index cannot be read.
pub fn wanted(dir: &Path, notes: &[Outgoing<'_>]) -> Result<Wanted> {
    let mut wanted = Wanted::default();
    let mut lines = Vec::new();
    for Outgoing { path, note } in notes {
        let file = format!("git-dream-{}.md", flat_name(path));
        let kind = match note.front.kind {
            Kind::Mistake | Kind::Preference => "feedback",
            Kind::Playbook => "project",
        };
        let quoted = |text: &str| serde_json::Value::from(one_line(text)).to_string();
        let text = format!(
            "---\nname: {}\ndescription: {}\ntype: {kind}\n---\n\n{}",
            quoted(&note.front.name),
            quoted(&note.front.description),
            without_evidence(&note.body)
        );
        let hook = brief(&note.front.description, MOST_HOOK);
        lines.push((path, format!("- [{}]({file}) — {hook}\n", note.front.name)));
        wanted.files.insert(file, mark::marked(&text, path));
    }
    let standing = folder::text_at(&dir.join(MEMORY_FILE))?;
    if lines.is_empty() && standing.is_none() {
        return Ok(wanted);
    }
    let standing = standing.unwrap_or_else(|| "# Memory\n".to_owned());
    let mut taken = lines.len();
    let whole = |taken: usize| {
        let mut block = String::new();
        for (_, line) in lines.iter().take(taken) {
            let _ = write!(block, "{line}");
        }
        mark::with_block(&standing, &block, None)
    };
    let fits = |text: &str| text.lines().count() <= MOST_LINES && text.len() <= MOST_BYTES;
    while taken > 0 && !fits(&whole(taken)) {
        taken -= 1;
    }
    for (path, _) in lines.iter().skip(taken) {
        let reason =
            "no room for its line in MEMORY.md, of which 200 lines or 25 KB are loaded; its file is there";
        wanted.left.push(Left::new(**path, reason));
    }
    wanted.shared.insert(MEMORY_FILE.to_owned(), whole(taken));
    Ok(wanted)
}
