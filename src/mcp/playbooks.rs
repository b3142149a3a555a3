//! The tools `read_note` and `playbooks`: whole notes, and which workflows there are.

use super::tools::{Answer, Asked};
use super::{Told, note};
use crate::learning::author::quote::one_line;
use crate::memory::place;
use crate::pattern::Kind;
use crate::usage::How;
use rmcp::schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// Most playbooks that are listed.
const MOST: usize = 200;

/// Which note.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct Wanted {
    /// The note's path, as `recall`, `playbooks` and MEMORY.md give it (`mistakes/name.md`), or its name (`name`).
    note: String,
}

/// Which playbook, if one is meant.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct Listed {
    /// The name or path of the playbook to give as a whole; without it, all are listed.
    #[serde(default)]
    name: Option<String>,
}

/// A whole note.
#[derive(Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct Opened {
    /// Its path.
    path: String,
    /// `mistake`, `playbook`, `preference`, or `index` for MEMORY.md.
    kind: String,
    /// Whether to follow it: `active` and `pinned` are to be followed; `open` waits for people to decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    /// All of it, in markdown.
    text: String,
    /// What is to be known about the text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

/// The playbooks.
#[derive(Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct Playbooks {
    /// Them, by path.
    playbooks: Vec<Playbook>,
    /// The one that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    opened: Option<Opened>,
}

/// A workflow that sessions follow.
#[derive(Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
struct Playbook {
    /// Its path.
    path: String,
    /// Its name.
    name: String,
    /// What it is for.
    description: String,
    /// When to use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<String>,
}

pub(super) fn read_note(wanted: &Wanted, asked: &Asked) -> Result<Answer, Told> {
    let opened = open(&wanted.note, asked)?;
    Ok(Answer::of(text(&opened), &opened))
}

pub(super) fn playbooks(listed: &Listed, asked: &Asked) -> Result<Answer, Told> {
    if let Some(name) = &listed.name {
        let opened = open(name, asked)?;
        if opened.kind != "playbook" {
            return Err(Told(format!("{} is no playbook: `read_note` gives it", opened.path)));
        }
        let text = text(&opened);
        return Ok(Answer::of(text, &Playbooks { playbooks: Vec::new(), opened: Some(opened) }));
    }
    let reached = asked.reach()?;
    let mut all = Vec::new();
    for (path, blob) in reached.notes()? {
        if place::kind_at(&path) != Some(Kind::Playbook) || all.len() >= MOST {
            continue;
        }
        let Some(note) = note::parsed(&note::shown(&reached.content(blob)?)) else { continue };
        let (name, description) = (one_line(&note.front.name), one_line(&note.front.description));
        all.push(Playbook { path, name, description, when: note::when(&note).map(one_line) });
    }
    asked.keep(How::Shown, all.iter().map(|playbook| &playbook.path));
    let mut text = match all.is_empty() {
        true => "The memory has no playbooks yet.\n".to_owned(),
        false => String::new(),
    };
    for Playbook { path, description, when, .. } in &all {
        let _ = writeln!(text, "{path}\n  {description}");
        if let Some(when) = when {
            let _ = writeln!(text, "  When: {when}");
        }
    }
    Ok(Answer::of(text, &Playbooks { playbooks: all, opened: None }))
}

/// Gives a note as a whole, and remembers that it was opened.
fn open(name: &str, asked: &Asked) -> Result<Opened, Told> {
    let reached = asked.reach()?;
    let (path, blob) = reached.find(name)?;
    let shown = note::shown(&reached.content(blob)?);
    let status = note::parsed(&shown).map(|note| note::status(&note).to_owned());
    asked.keep(How::Opened, [&path]);
    let kind = note::kind(&path).to_owned();
    Ok(Opened { path, kind, status, text: shown.text, warnings: shown.warnings })
}

fn text(opened: &Opened) -> String {
    let warnings: String = opened.warnings.iter().map(|warning| format!("(Beware: {warning}.)\n")).collect();
    format!("{warnings}{}", opened.text)
}
