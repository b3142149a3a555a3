//! What comes from another side, as a candidate branch.
//!
//! Foreign text: every piece goes through redaction, the gate and the check by itself, and what is refused is told with
//! the reason. What the memory says already, or what people refused, is not proposed again.

use super::export::evidence;
use super::{Found, Left, Piece, Side};
use crate::candidate::free::{self, Free};
use crate::candidate::learnings::words;
use crate::candidate::write::Written;
use crate::candidate::{Candidate, Changes, Files, Writer, text_of};
use crate::learning::author::quote::{brief, one_line};
use crate::memory::{note, place};
use crate::pattern::Kind;
use crate::redact::redact;
use anyhow::Result;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeSet;

/// Longest rule that is taken as somebody gave it, bytes.
const MOST_RULE: usize = 300;

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// The branch that it waits on; `None` where nothing is new, or nothing was to be written.
    pub branch: Option<String>,
    /// What is proposed.
    pub taken: Vec<Taken>,
    /// How many pieces the memory has already, or the branch.
    pub known: usize,
    /// What was not taken.
    pub left: Vec<Left>,
}

/// A piece that is proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// What it is called where it comes from.
    pub name: String,
    /// The note, by its path inside the memory.
    pub note: String,
    /// Whether that one stands already, and is to say something else.
    pub revises: bool,
}

/// Who an import from this side is.
pub fn writer(side: Side) -> Writer {
    Writer {
        by: format!("import/{side}"),
        why: redact(&format!("This was imported from what {side} keeps for itself.")),
        session: None,
    }
}

/// Proposes what was found. `dry_run`: only says what would be.
///
/// Errors: as [`Candidate::propose`]; what is refused by itself is no error.
pub fn import(
    candidate: &mut Candidate<'_>,
    side: Side,
    found: Found,
    at: Timestamp,
    dry_run: bool,
) -> Result<Imported> {
    let mut files = candidate.files()?;
    let mut imported = Imported { left: found.left, ..Imported::default() };
    let mut changes = Changes::new();
    let today = at.strftime("%Y-%m-%d").to_string();
    for piece in found.pieces {
        let desk = Desk { files: &files, side, today: &today };
        let Some((note, text)) = desk.placed(&piece) else {
            imported.known += 1;
            continue;
        };
        let mut tried = changes.clone();
        tried.insert(note.clone(), Some(text.clone()));
        let reasons = candidate.objections(&tried, at)?;
        if !reasons.is_empty() {
            imported.left.push(Left::new(piece.name, reasons.join("; ")));
            continue;
        }
        let revises = files.contains_key(&note);
        changes = tried;
        files = crate::candidate::with(&files, &Changes::from([(note.clone(), Some(text))]));
        imported.taken.push(Taken { name: piece.name, note, revises });
    }
    imported.left.sort();
    if !dry_run
        && !changes.is_empty()
        && let Written::On(branch, _) = candidate.propose(&changes, at)?
    {
        imported.branch = Some(branch);
    }
    Ok(imported)
}

struct Desk<'a> {
    files: &'a Files,
    side: Side,
    today: &'a str,
}

impl Desk<'_> {
    /// The note that a piece becomes, with its text; `None` where that is there already.
    fn placed(&self, piece: &Piece) -> Option<(String, String)> {
        let text = redact(&piece.text).to_string();
        let standing = |path: &str| self.files.get(path).and_then(text_of);
        if let Some((path, stands)) = piece.note.as_ref().and_then(|path| Some((path, standing(path)?))) {
            let new = match note::parse(&text) {
                Ok(_) => text,
                Err(_) => in_place_of(stands, &text),
            };
            return (words(path, Some(&new)) != words(path, Some(stands))).then(|| (path.clone(), new));
        }
        let own_place = place::agent_at(&piece.name).is_none_or(|agent| agent == self.side.name());
        let is_note = |note: note::Note| note.front.name == free::name_at(&piece.name);
        if own_place && place::is_note(&piece.name) && note::parse(&text).is_ok_and(is_note) {
            return (standing(&piece.name) != Some(&text)).then(|| (piece.name.clone(), text));
        }
        let name = one_line(&redact(&piece.name));
        let free = Free { name, text };
        let said = words("", Some(&free.text));
        let mut texts = self.files.iter().filter_map(|(path, file)| Some((path, text_of(file)?)));
        if texts.any(|(path, text)| place::is_note(path) && words("", Some(text)) == said) {
            return None;
        }
        let scope = format!("agent {}", self.side);
        let (path, since) = self.path_of(&free, piece.kind);
        let given = piece.rule.as_deref().map(|rule| brief(&redact(&one_line(rule)), MOST_RULE));
        let given = given.filter(|rule| rule.chars().any(char::is_alphanumeric));
        let rule = given.unwrap_or_else(|| free::rule(&free.name, &free.text));
        let others = self.files.iter().filter(|(other, _)| **other != path);
        let others = others.filter_map(|(_, file)| text_of(file));
        let rule = free::told_apart(rule, &free.name, &scope, others);
        let text = free::render(&path, &free, &rule, &scope, &since);
        Some((path, text))
    }

    /// Where a text under a name lies: where an earlier import put it, else where nothing is; and its day.
    fn path_of(&self, free: &Free, kind: Option<Kind>) -> (String, String) {
        let own = self.files.iter().filter(|(path, _)| place::agent_at(path) == Some(self.side.name()));
        for (path, text) in own.filter_map(|(path, file)| Some((path, text_of(file)?))) {
            if free::read(text).is_some_and(|earlier| earlier.name == free.name) {
                let since = note::parse(text).map(|note| note.front.since).unwrap_or_default();
                return (path.clone(), since);
            }
        }
        let kind = kind.unwrap_or_else(|| free::kind_of(&free.name, &free.text));
        let taken: BTreeSet<String> = self.files.keys().map(|path| path.to_lowercase()).collect();
        (free::path_for(&taken, kind, &free.name, self.side.name()), self.today.to_owned())
    }
}

/// A note with another text behind its front matter and before its evidence.
fn in_place_of(stands: &str, text: &str) -> String {
    match note::split(stands) {
        Ok((yaml, body)) => {
            let evidence = evidence(body);
            let gap = if evidence.is_empty() { "" } else { "\n" };
            format!("---\n{yaml}---\n\n{}\n{gap}{evidence}", text.trim())
        }
        Err(_) => text.to_owned(),
    }
}
