//! The memories of Codex: `memory_summary.md`, of which about 2,500 tokens are put before every session, `MEMORY.md` with
//! its task groups, and skills.
//!
//! Codex rewrites these files itself when it consolidates, so what is put there is a block that a later export puts there
//! again. Format: Codex' own templates for consolidation (v1 of the summary).

use super::export::{Outgoing, flat_name, without_evidence};
use super::folder::{self, Wanted};
use super::{Found, Left, Piece, mark};
use crate::learning::author::quote::one_line;
use crate::memory::note;
use crate::memory::{MEMORY_FILE, place};
use crate::pattern::Kind;
use anyhow::Result;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

const SUMMARY: &str = "memory_summary.md";
/// Most bytes of the summary: 2,500 tokens of about four bytes.
const MOST_SUMMARY: usize = 10_000;
/// What a summary is where there is none.
const NEW_SUMMARY: &str =
    "v1\n\n## User Profile\n\n## User preferences\n\n## General Tips\n\n## What's in Memory\n";
/// The section of the summary that tells agents what to do.
const PREFERENCES: &str = "## User preferences";
/// What begins a task group.
const GROUP: &str = "# Task Group: ";
/// The task group of what is exported.
const OWN_GROUP: &str = "# Task Group: The team's memory, kept by git-dream\n\nscope: What the team agreed on, whatever the \
                         task.\napplies_to: cwd=any; reuse_rule=follow as written; it is changed in its repository, not here\n";

/// What a folder has.
///
/// Errors: it cannot be read.
pub fn read(dir: &Path) -> Result<Found> {
    let mut found = Found::default();
    let files = folder::read(dir, &mut found, |_| true)?;
    for (name, text) in &files {
        let parts: Vec<&str> = name.split('/').collect();
        match parts.as_slice() {
            [SUMMARY] => summary(&mark::without_block(text), &mut found),
            [MEMORY_FILE] => groups(&mark::without_block(text), &mut found),
            ["skills", skill, "SKILL.md"] => found.pieces.extend(piece_of(skill, name, text)),
            ["extensions", "ad_hoc", "notes", file] if file.ends_with(".md") => {
                found.pieces.push(Piece { name: name.clone(), text: text.clone(), ..Piece::default() });
            }
            ["skills", ..] => {
                found.left.push(Left::new(name, "a file beside a skill: look at it as at code"))
            }
            _ => found.left.push(Left::new(name, "what single sessions were, and not what to do")),
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
    let mut files = folder::read(dir, &mut Found::default(), |name| name.ends_with("/SKILL.md"))?;
    files.retain(|_, text| mark::read(text).is_some());
    Ok(files)
}

/// A skill; `None` where git-dream wrote it and nobody has changed it.
fn piece_of(skill: &str, file: &str, text: &str) -> Option<Piece> {
    let name = format!("playbooks/{skill}/SKILL.md");
    let (from, text) = match mark::read(text) {
        Some((mark, _)) if mark.is_untouched => return None,
        Some((mark, rest)) => (Some(mark.note), rest),
        None => (None, text.to_owned()),
    };
    if from.is_some() || note::parse(&text).is_ok() {
        return Some(Piece { name, text, note: from, ..Piece::default() });
    }
    let (yaml, body) = note::split(&text).unwrap_or(("", &text));
    let rule = yaml.lines().find_map(|line| line.strip_prefix("description:"));
    let rule = rule.map(|rule| rule.trim().trim_matches(['"', '\'']).to_owned());
    let text = format!("{}\n", body.trim());
    Some(Piece { name: file.to_owned(), text, rule, kind: Some(Kind::Playbook), note: None })
}

/// The sections of a text: heading and what follows, by a prefix of heading lines.
fn sections<'t>(text: &'t str, begins: &str) -> Vec<(&'t str, Vec<&'t str>)> {
    let mut sections: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix(begins), sections.last_mut()) {
            (Some(heading), _) => sections.push((heading.trim(), Vec::new())),
            (None, Some((_, lines))) => lines.push(line),
            (None, None) => {}
        }
    }
    sections
}

/// Whether lines say anything.
fn says(lines: &[&str]) -> bool {
    lines.iter().any(|line| line.chars().any(char::is_alphanumeric))
}

fn summary(text: &str, found: &mut Found) {
    for (heading, lines) in sections(text, "## ").into_iter().filter(|(_, lines)| says(lines)) {
        if heading == "What's in Memory" {
            found
                .left
                .push(Left::new(format!("{SUMMARY}: {heading}"), "an index of what is imported itself"));
            continue;
        }
        let text = format!("# {heading}\n\n{}\n", lines.join("\n").trim());
        let name = format!("{SUMMARY}/{heading}");
        found.pieces.push(Piece { name, text, kind: Some(Kind::Preference), ..Piece::default() });
    }
}

/// One piece for each section of a task group that says what to do.
fn groups(text: &str, found: &mut Found) {
    for (group, lines) in sections(text, GROUP) {
        let text = lines.join("\n");
        let before = text.split("\n## ").next().unwrap_or_default();
        let scope = before.lines().find_map(|line| line.trim().strip_prefix("scope:")).map(str::trim);
        for (heading, lines) in sections(&text, "## ").into_iter().filter(|(_, lines)| says(lines)) {
            let name = format!("{MEMORY_FILE}/{group}/{heading}");
            let kind = match heading {
                "Failures and how to do differently" => Kind::Mistake,
                "User preferences" | "Reusable knowledge" | "General Tips" => Kind::Preference,
                _ => {
                    found.left.push(Left::new(name, "which sessions a group is from, and not what to do"));
                    continue;
                }
            };
            let scope = scope.map(|scope| format!("When: {scope}\n\n")).unwrap_or_default();
            let text = format!("# {group}: {heading}\n\n{scope}{}\n", lines.join("\n").trim());
            found.pieces.push(Piece { name, text, kind: Some(kind), ..Piece::default() });
        }
    }
}

/// What is to be written into a folder for these notes.
///
/// Errors: what stands there cannot be read.
pub fn wanted(dir: &Path, notes: &[Outgoing<'_>]) -> Result<Wanted> {
    let mut wanted = Wanted::default();
    for Outgoing { path, note } in notes.iter().filter(|one| one.note.front.kind == Kind::Playbook) {
        let own = if place::agent_at(path).is_some() { "own-" } else { "" };
        let file = format!("skills/{own}{}/SKILL.md", note.front.name);
        wanted.files.insert(file, mark::marked(&note::render(note), path));
    }
    let standing = folder::text_at(&dir.join(MEMORY_FILE))?;
    if standing.is_some() || !notes.is_empty() {
        let block = if notes.is_empty() { String::new() } else { handbook(notes) };
        let standing = standing.unwrap_or_default();
        wanted.shared.insert(MEMORY_FILE.to_owned(), mark::with_block(&standing, &block, None));
    }
    let standing = folder::text_at(&dir.join(SUMMARY))?;
    if standing.is_none() && notes.is_empty() {
        return Ok(wanted);
    }
    let standing = standing.unwrap_or_else(|| NEW_SUMMARY.to_owned());
    let whole = |taken: usize| {
        let lines =
            notes.iter().take(taken).map(|one| format!("- {}\n", one_line(&one.note.front.description)));
        mark::with_block(&standing, &lines.collect::<String>(), Some(PREFERENCES))
    };
    let mut taken = notes.len();
    while taken > 0 && whole(taken).len() > MOST_SUMMARY {
        taken -= 1;
    }
    for one in notes.iter().skip(taken) {
        let reason = format!(
            "no room for its rule in {SUMMARY}, of which 2,500 tokens are loaded; {MEMORY_FILE} has it"
        );
        wanted.left.push(Left::new(one.path, reason));
    }
    wanted.shared.insert(SUMMARY.to_owned(), whole(taken));
    Ok(wanted)
}

/// The task group with the notes, by what they are.
fn handbook(notes: &[Outgoing<'_>]) -> String {
    let mut text = OWN_GROUP.to_owned();
    for (kind, heading) in [
        (Kind::Preference, PREFERENCES),
        (Kind::Playbook, "## Reusable knowledge"),
        (Kind::Mistake, "## Failures and how to do differently"),
    ] {
        let of_kind: Vec<&Outgoing<'_>> = notes.iter().filter(|one| one.note.front.kind == kind).collect();
        if !of_kind.is_empty() {
            let _ = write!(text, "\n{heading}\n\n");
        }
        for one in of_kind {
            let _ = writeln!(text, "- {} [{}]", one_line(&one.note.front.description), flat_name(one.path));
            if kind == Kind::Playbook {
                let _ = writeln!(text, "  - The steps are in the skill `{}`.", one.note.front.name);
                continue;
            }
            // Headings would end the group.
            let body = without_evidence(&one.note.body);
            let lines = body.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
            for line in lines {
                let _ = writeln!(text, "  - {}", line.trim_start_matches(['-', '*', ' ']));
            }
        }
    }
    text
}
