//! What an agent changes: from a command to new contents of notes.
//!
//! Pure: what comes of it is a value, which [`crate::candidate`] writes or refuses.

use super::Asked;
use super::path;
use super::shelf::{Shelf, Shown};
use super::show::{numbered, outside};
use crate::candidate::Changes;
use crate::candidate::free::{self, Free};
use crate::memory::note::{self, Note};
use crate::memory::{MEMORY_FILE, place};
use crate::redact::redact;

/// What a command comes to.
#[derive(Debug)]
pub(super) struct Edited {
    /// New contents, by path inside the memory.
    pub(super) changes: Changes,
    /// What the agent is told when they are written.
    pub(super) said: String,
}

/// Lines that are shown on each side of a change.
const BESIDE: usize = 2;

/// What a command makes of what is on the shelf. `agent`: the name of its folder.
///
/// Errors: what to tell the agent.
pub(super) fn edit(shelf: &Shelf, asked: &Asked, agent: &str, today: &str) -> Result<Edited, String> {
    let desk = At { shelf, agent, today };
    match asked {
        Asked::View { path, .. } => Err(missing(path)),
        Asked::Create { path, file_text } => desk.create(path, file_text),
        Asked::StrReplace { path, old_str, new_str } => {
            desk.replace(path, old_str, new_str.as_deref().unwrap_or_default())
        }
        Asked::Insert { path, insert_line, insert_text } => desk.insert(path, *insert_line, insert_text),
        Asked::Delete { path } => desk.delete(path),
        Asked::Rename { old_path, new_path } => desk.rename(old_path, new_path),
    }
}

struct At<'a> {
    shelf: &'a Shelf,
    agent: &'a str,
    today: &'a str,
}

fn missing(path: &str) -> String {
    format!("The path {path} does not exist. Please provide a valid path.")
}

impl At<'_> {
    fn create(&self, asked: &str, text: &str) -> Result<Edited, String> {
        let name = path::parse(asked)?;
        if self.shelf.has(&name) {
            return Err(format!("File {asked} already exists"));
        }
        let (stored, content) = self.written(&name, text)?;
        let changes = Changes::from([(stored, Some(content))]);
        Ok(Edited { changes, said: format!("File created successfully at: {asked}") })
    }

    fn replace(&self, asked: &str, old: &str, new: &str) -> Result<Edited, String> {
        let (name, shown) = self.file(asked)?;
        let text = shown.text.as_str();
        let nowhere =
            || format!("No replacement was performed, old_str `{old}` did not appear verbatim in {asked}.");
        if old.is_empty() {
            return Err(
                "No replacement was performed. old_str is empty: name the text to replace.".to_owned()
            );
        }
        let at = text.find(old).ok_or_else(nowhere)?;
        if text.matches(old).nth(1).is_some() {
            let lines: Vec<String> = everywhere(text, old).map(|line| line.to_string()).collect();
            return Err(format!(
                "No replacement was performed. Multiple occurrences of old_str `{old}` in lines: {}. Please ensure it is \
                 unique",
                lines.join(", ")
            ));
        }
        let (before, after) = (&text[..at], &text[at + old.len()..]);
        let edited = format!("{before}{new}{after}");
        let (changes, edited) = self.changed(&name, shown, &edited)?;
        let line = before.matches('\n').count();
        let lines: Vec<&str> = edited.split('\n').collect();
        let (first, last) = (line.saturating_sub(BESIDE), (line + BESIDE + 1).min(lines.len()));
        let snippet = numbered(lines.get(first..last).unwrap_or_default(), first);
        Ok(Edited {
            changes,
            said: format!(
                "The memory file has been edited. Here is the snippet showing the change (with line numbers):\n{snippet}"
            ),
        })
    }

    fn insert(&self, asked: &str, line: i64, inserted: &str) -> Result<Edited, String> {
        let (name, shown) = self.file(asked)?;
        let mut lines: Vec<&str> = shown.text.split('\n').collect();
        if lines.last().is_some_and(|last| last.is_empty()) {
            lines.pop();
        }
        let at = usize::try_from(line).ok().filter(|at| *at <= lines.len()).ok_or_else(|| {
            format!(
                "Invalid `insert_line` parameter: {line}. It should be within the range [0, {}].",
                lines.len()
            )
        })?;
        lines.insert(at, inserted.trim_end_matches('\n'));
        let mut edited = lines.join("\n");
        if !edited.ends_with('\n') {
            edited.push('\n');
        }
        let (changes, _) = self.changed(&name, shown, &edited)?;
        Ok(Edited { changes, said: format!("The file {asked} has been edited.") })
    }

    fn delete(&self, asked: &str) -> Result<Edited, String> {
        let name = path::parse(asked)?;
        if name.is_empty() {
            return Err("Cannot delete the /memories directory itself".to_owned());
        }
        let files = self.files(&name);
        if files.is_empty() {
            return Err(format!("The path {asked} does not exist"));
        }
        let mut changes = Changes::new();
        for (_, shown) in files {
            self.is_writable(&shown.stored)?;
            changes.insert(shown.stored.clone(), None);
        }
        Ok(Edited { changes, said: format!("Successfully deleted {asked}") })
    }

    fn rename(&self, old: &str, new: &str) -> Result<Edited, String> {
        let (from, to) = (path::parse(old)?, path::parse(new)?);
        if from.is_empty() {
            return Err("Cannot rename the /memories directory itself".to_owned());
        }
        let files = self.files(&from);
        if files.is_empty() {
            return Err(format!("The path {old} does not exist"));
        }
        if self.shelf.has(&to) {
            return Err(format!("The destination {new} already exists"));
        }
        if to.starts_with(&format!("{from}/")) {
            return Err(format!("{old} cannot be moved into itself"));
        }
        let mut changes = Changes::new();
        for (rest, shown) in files {
            let name = if rest.is_empty() { to.clone() } else { format!("{to}/{rest}") };
            self.is_writable(&shown.stored)?;
            self.is_allowed(&name)?;
            match &shown.whole {
                Some(whole) => {
                    let free = Free { name: name.clone(), text: shown.text.clone() };
                    changes.insert(shown.stored.clone(), Some(self.free(&shown.stored, &free, Some(whole))));
                }
                None => {
                    changes.insert(shown.stored.clone(), None);
                    changes.insert(name.clone(), Some(renamed(&shown.text, &shown.stored, &name)?));
                }
            }
        }
        Ok(Edited { changes, said: format!("Successfully renamed {old} to {new}") })
    }

    /// The file that a path names.
    fn file(&self, asked: &str) -> Result<(String, &Shown), String> {
        let name = path::parse(asked)?;
        match self.shelf.0.get(&name) {
            Some(shown) => Ok((name, shown)),
            None if self.shelf.is_folder(&name) => Err(format!("The path {asked} is not a file.")),
            None => Err(missing(asked)),
        }
    }

    /// The file of this name, or the files below this folder with what follows the folder's name.
    fn files<'n>(&'n self, name: &'n str) -> Vec<(String, &'n Shown)> {
        match self.shelf.0.get(name) {
            Some(shown) => vec![(String::new(), shown)],
            None => self.shelf.below(name).map(|(rest, shown)| (rest.to_owned(), shown)).collect(),
        }
    }

    /// A file that is written anew under a name: where it lies, and what is in it.
    fn written(&self, name: &str, text: &str) -> Result<(String, String), String> {
        self.is_allowed(name)?;
        let clean = redact(text).to_string();
        let is_own = place::agent_at(name).is_none_or(|agent| agent == self.agent);
        let is_note = |note: &Note| note.front.name == free::name_at(name);
        if is_own && place::is_note(name) && note::parse(&clean).ok().as_ref().is_some_and(is_note) {
            return Ok((name.to_owned(), clean));
        }
        let free = Free { name: name.to_owned(), text: clean };
        let kind = free::kind_of(name, &free.text);
        let stored = free::path_for(&self.shelf.taken(), kind, name, self.agent);
        let content = self.free(&stored, &free, None);
        Ok((stored, content))
    }

    /// A file with another text: what changes, and the text as it stands then.
    fn changed(&self, name: &str, shown: &Shown, text: &str) -> Result<(Changes, String), String> {
        self.is_writable(&shown.stored)?;
        // What people wrote stays as they wrote it, whatever redaction would have made of it.
        let was_clean = *redact(&shown.text) == *shown.text;
        let text = if was_clean { redact(text).to_string() } else { text.to_owned() };
        let content = match &shown.whole {
            None => text.clone(),
            Some(whole) => {
                let free = Free { name: name.to_owned(), text: text.clone() };
                self.free(&shown.stored, &free, Some(whole))
            }
        };
        Ok((Changes::from([(shown.stored.clone(), Some(content))]), text))
    }

    /// A text under its name as a note. No two notes say the same in the index.
    fn free(&self, stored: &str, free: &Free, before: Option<&str>) -> String {
        let scope = format!("agent {}", self.agent);
        let since = before.and_then(|text| note::parse(text).ok()).map(|note| note.front.since);
        let others = self.shelf.0.values().filter(|shown| shown.stored != stored);
        let others = others.map(|shown| shown.whole.as_deref().unwrap_or(&shown.text));
        let rule = free::told_apart(free::rule(&free.name, &free.text), &free.name, &scope, others);
        free::render(stored, free, &rule, &scope, &since.unwrap_or_else(|| self.today.to_owned()))
    }

    /// Whether a name may be written.
    fn is_allowed(&self, name: &str) -> Result<(), String> {
        let refused = |why: &str| Err(format!("{} cannot be written: {why}", outside(name)));
        if name.is_empty() || !path::is_shown(name) {
            return refused(
                "hidden names and the memory's own machinery are not for notes; choose another name",
            );
        }
        if let Some(file) = self.shelf.file_above(name) {
            return refused(&format!("{} is a file, and nothing can lie in it", outside(file)));
        }
        if name.eq_ignore_ascii_case(MEMORY_FILE) {
            return refused("it is made from the notes; write a note of your own under another name");
        }
        if place::agent_at(name).is_some_and(|agent| agent != self.agent) {
            return refused("the folder belongs to another agent; write beside it");
        }
        if *redact(name) != *name {
            return refused("the name holds what looks like a secret or a person's address");
        }
        Ok(())
    }

    /// Whether what lies there is a note, which can be changed.
    fn is_writable(&self, stored: &str) -> Result<(), String> {
        let refused = |why: &str| Err(format!("{} cannot be changed: {why}", outside(stored)));
        if stored == MEMORY_FILE {
            return refused("it is made from the notes; change those, or write one of your own");
        }
        if !place::is_note(stored) {
            return refused("it is no note; only people change the files beside them");
        }
        Ok(())
    }
}

/// The lines on which a text stands, counted from 1; where two overlap, both.
fn everywhere<'t>(text: &'t str, wanted: &'t str) -> impl Iterator<Item = usize> {
    let begins = text.char_indices().map(|(at, _)| at);
    let at = begins.filter(move |at| text[*at..].starts_with(wanted));
    at.map(|at| text[..at].matches('\n').count() + 1)
}

/// A note with the name that its new place asks for.
fn renamed(text: &str, old: &str, new: &str) -> Result<String, String> {
    if place::kind_at(old) != place::kind_at(new) || !place::is_note(new) {
        return Err(format!(
            "{} is a note of the memory: it can be renamed within its folder, or deleted and written anew",
            outside(old)
        ));
    }
    let name = free::name_at(new);
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || !name.chars().all(is_plain) {
        return Err(format!("{} is no name of a note: use lower-case letters, digits and `-`", outside(new)));
    }
    let line = text.lines().find(|line| line.starts_with("name:")).unwrap_or("name:");
    Ok(text.replacen(line, &format!("name: {name}"), 1))
}
