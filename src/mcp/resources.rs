//! The notes as resources: listed, read, and completed by path.
//!
//! A note is `dream://note/<path>`; MEMORY.md comes first. A note that is read so counts as opened, like one that a tool
//! gave.

use super::roots::{escaped, unescaped};
use super::tools::Asked;
use super::{Told, note};
use crate::learning::author::quote::one_line;
use crate::memory::MEMORY_FILE;
use crate::usage::How;
use rmcp::model::{Resource, ResourceContents, ResourceTemplate};

/// What the address of a note begins with.
const SCHEME: &str = "dream://note/";
/// The addresses of all notes (RFC 6570).
pub(super) const TEMPLATE: &str = "dream://note/{+path}";
/// What every note is written in.
const MARKDOWN: &str = "text/markdown";
/// Resources on one page.
const PAGE: usize = 100;
/// Most paths that complete another one, as the protocol says.
const MOST_COMPLETIONS: usize = 100;

/// A page of resources, and where the next one begins. `after`: where this one does, as the page before said.
pub(super) fn list(after: Option<&str>, asked: &Asked) -> Result<(Vec<Resource>, Option<String>), Told> {
    let reached = asked.reach()?;
    let notes = reached.notes()?;
    // MEMORY.md comes before all others, so a page begins after a note and not at a number, which moves as notes come.
    let start = match after.map(|after| unescaped(after).unwrap_or_default()) {
        None => 0,
        Some(last) => {
            let rest = usize::from(notes.first().is_some_and(|(path, _)| path == MEMORY_FILE));
            let others = notes.get(rest..).unwrap_or_default();
            rest + others.partition_point(|(path, _)| *path <= last)
        }
    };
    let page = notes.get(start..).unwrap_or_default();
    let mut resources = Vec::new();
    for (path, blob) in page.iter().take(PAGE) {
        let shown = note::shown(&reached.content(*blob)?);
        let about = match note::parsed(&shown) {
            Some(note) => one_line(&note.front.description),
            None if path == MEMORY_FILE => {
                "The rules of all notes, and what the team put before them.".to_owned()
            }
            None => "A file that cannot be read as a note.".to_owned(),
        };
        let resource = Resource::new(format!("{SCHEME}{}", escaped(path)), one_line(path));
        resources.push(resource.with_description(about).with_mime_type(MARKDOWN));
    }
    let is_last = page.len() <= PAGE;
    let next = page.get(PAGE - 1).filter(|_| !is_last).map(|(path, _)| escaped(path));
    Ok((resources, next))
}

/// What notes' addresses look like.
pub(super) fn templates() -> Vec<ResourceTemplate> {
    let template = ResourceTemplate::new(TEMPLATE, "note");
    vec![
        template
            .with_title("A note")
            .with_description("A note of the memory, by its path.")
            .with_mime_type(MARKDOWN),
    ]
}

/// The note at an address; `None` where none is.
pub(super) fn read(uri: &str, asked: &Asked) -> Result<Option<ResourceContents>, Told> {
    let Some(path) = uri.strip_prefix(SCHEME).and_then(unescaped) else { return Ok(None) };
    let reached = asked.reach()?;
    // An address is a path and no mere name, so that no two are one note's.
    let Ok((found, blob)) = reached.find(&path) else { return Ok(None) };
    if found != path {
        return Ok(None);
    }
    let shown = note::shown(&reached.content(blob)?);
    asked.keep(How::Opened, [&path]);
    Ok(Some(ResourceContents::text(shown.text, uri).with_mime_type(MARKDOWN)))
}

/// The paths that begin with this, else those that have it anywhere; and how many there are.
pub(super) fn complete(begun: &str, asked: &Asked) -> (Vec<String>, usize) {
    let notes = asked.reach().ok().and_then(|reached| reached.notes().ok()).unwrap_or_default();
    let paths = || notes.iter().map(|(path, _)| path);
    let mut fitting: Vec<&String> = paths().filter(|path| path.starts_with(begun)).collect();
    if fitting.is_empty() {
        fitting = paths().filter(|path| path.contains(begun)).collect();
    }
    let values = fitting.iter().take(MOST_COMPLETIONS).map(|path| (*path).clone()).collect();
    (values, fitting.len())
}
