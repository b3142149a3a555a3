//! One markdown file of the memory: front matter, what to do, evidence.

use crate::pattern::Kind;
use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// A note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What stands between the `---` lines.
    pub front: Front,
    /// Everything after them, verbatim.
    pub body: String,
}

/// A note's front matter. In a playbook, which is an Agent Skill, all but `name` and `description` stand under
/// `metadata`, because a skill knows no other field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Front {
    /// The file's (a playbook's folder's) name: lower-case words joined by `-`.
    pub name: String,
    /// The rule in one sentence; what the index shows.
    pub description: String,
    /// Mistake, playbook or preference.
    pub kind: Kind,
    /// For whom it holds: `team`, or what it is limited to (`agent claude-code`, `project web`).
    pub scope: String,
    /// Whether agents are to follow it.
    pub status: Status,
    /// When it was first written, `2026-01-31`.
    pub since: String,
    /// Tools and commands it is about.
    pub applies_to: Vec<String>,
}

/// Whether agents are to follow a note.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// They are.
    #[default]
    Active,
    /// They are, and git-dream never touches it.
    Pinned,
    /// It waits for people to decide: their wishes conflict.
    Open,
    /// No longer; it lies in the archive.
    Retired,
}

/// Why a file cannot be read as a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// What is wrong, and what to do.
    pub reason: String,
}

/// Front matter as it stands in files: of a plain note or of a skill.
#[derive(Deserialize)]
struct Written {
    name: String,
    description: String,
    kind: Option<Kind>,
    scope: Option<String>,
    status: Option<Status>,
    since: Option<String>,
    applies_to: Option<Vec<String>>,
    metadata: Option<Metadata>,
}

/// The part of a skill's front matter that skills leave to their tools; every value is a string.
#[derive(Default, Deserialize)]
struct Metadata {
    kind: Option<Kind>,
    scope: Option<String>,
    status: Option<Status>,
    since: Option<String>,
    applies_to: Option<String>,
}

/// Largest front matter that is looked at, bytes.
const MOST_FRONT: usize = 64 * 1024;

/// Said of longer front matter.
const TOO_LONG: &str = "its front matter is longer than 64 KiB";

/// Splits a file into the YAML of its front matter and what comes after. Errors: no front matter, or one without an end
/// or a bound.
pub fn split(text: &str) -> Result<(&str, &str), Broken> {
    let broken = |reason: &str| Broken { reason: reason.to_owned() };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let after_first = text.strip_prefix("---").and_then(|rest| rest.split_once('\n'));
    let Some((_, rest)) = after_first.filter(|(blank, _)| blank.trim().is_empty()) else {
        return Err(broken("it has no front matter: start the file with a `---` line"));
    };
    let Some((yaml, body)) = split_at_fence(rest) else {
        return Err(broken("its front matter does not end: add a second `---` line"));
    };
    match yaml.len() {
        0..=MOST_FRONT => Ok((yaml, body)),
        _ => Err(broken(TOO_LONG)),
    }
}

/// Reads a note. In: a file's text. Errors: no front matter, or one that is no YAML or lacks a field.
pub fn parse(text: &str) -> Result<Note, Broken> {
    let broken = |reason: &str| Broken { reason: reason.to_owned() };
    let (yaml, body) = split(text)?;
    let written: Written = serde_saphyr::from_str(yaml).map_err(|error| {
        let said = error.to_string();
        let first = said.lines().next().unwrap_or("not valid YAML");
        Broken { reason: format!("its front matter cannot be read: {first}") }
    })?;
    let meta = written.metadata.unwrap_or_default();
    let Some(kind) = written.kind.or(meta.kind) else {
        return Err(broken("its front matter lacks `kind: mistake`, `playbook` or `preference`"));
    };
    let listed = || meta.applies_to.as_deref().map(entries).unwrap_or_default();
    let note = Note {
        front: Front {
            name: written.name,
            description: written.description,
            kind,
            scope: written.scope.or(meta.scope).unwrap_or_else(|| "team".to_owned()),
            status: written.status.or(meta.status).unwrap_or_default(),
            since: written.since.or(meta.since).unwrap_or_default(),
            applies_to: written.applies_to.unwrap_or_else(listed),
        },
        body: body.to_owned(),
    };
    // A few aliases can stand for any amount of text.
    if front_matter(&note.front).len() > MOST_FRONT {
        return Err(broken(TOO_LONG));
    }
    Ok(note)
}

/// The entries of a list that had to be written as one string: joined by `, `, and a comma or backslash inside an
/// entry has a backslash before it.
fn entries(list: &str) -> Vec<String> {
    let mut entries = vec![String::new()];
    let mut characters = list.chars().peekable();
    while let Some(c) = characters.next() {
        let escaped = match (c, characters.peek()) {
            ('\\', Some(&next @ (',' | '\\'))) => Some(next),
            (',', Some(' ')) => {
                characters.next();
                entries.push(String::new());
                continue;
            }
            _ => None,
        };
        if escaped.is_some() {
            characters.next();
        }
        if let Some(entry) = entries.last_mut() {
            entry.push(escaped.unwrap_or(c));
        }
    }
    entries
}

/// The opposite of [`entries`].
fn joined(entries: &[String]) -> String {
    let escaped = entries.iter().map(|entry| entry.replace('\\', r"\\").replace(',', r"\,"));
    escaped.collect::<Vec<_>>().join(", ")
}

/// Splits at the first line that is `---`.
fn split_at_fence(text: &str) -> Option<(&str, &str)> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_end() == "---" {
            return Some((&text[..start], &text[start + line.len()..]));
        }
        start += line.len();
    }
    None
}

/// Writes a note as a file's text.
pub fn render(note: &Note) -> String {
    front_matter(&note.front) + &note.body
}

/// The front matter with the lines around it.
fn front_matter(front: &Front) -> String {
    let Front { name, description, kind, scope, status, since, applies_to } = front;
    let mut text = format!("---\nname: {}\ndescription: {}\n", scalar(name), scalar(description));
    let (indent, skill) = match kind {
        Kind::Playbook => ("  ", true),
        Kind::Mistake | Kind::Preference => ("", false),
    };
    if skill {
        text.push_str("metadata:\n");
    }
    let status = match status {
        Status::Active => "active",
        Status::Pinned => "pinned",
        Status::Open => "open",
        Status::Retired => "retired",
    };
    // Writing to a String cannot fail.
    let _ =
        writeln!(text, "{indent}kind: {kind}\n{indent}scope: {}\n{indent}status: {status}", scalar(scope));
    let _ = writeln!(text, "{indent}since: {}", quoted(since));
    if !applies_to.is_empty() {
        let listed: Vec<String> = applies_to.iter().map(|what| scalar(what)).collect();
        let list = if skill { scalar(&joined(applies_to)) } else { format!("[{}]", listed.join(", ")) };
        let _ = writeln!(text, "{indent}applies_to: {list}");
    }
    text.push_str("---\n");
    text
}

/// A YAML scalar: plain where nothing in it can mean something else, otherwise in double quotes.
fn scalar(text: &str) -> String {
    let plain = !text.is_empty()
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'-' | b'_' | b'.' | b'/'))
        && !text.ends_with(' ')
        && !matches!(
            text.to_ascii_lowercase().as_str(),
            "null" | "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n"
        );
    if plain { text.to_owned() } else { quoted(text) }
}

/// A YAML string in double quotes, with everything escaped that YAML does not count as printable.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            ' '..='~' => quoted.push(c),
            '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' => quoted.push(c),
            '\u{ff00}'..='\u{fffd}' | '\u{10000}'.. => quoted.push(c),
            other => {
                let _ = write!(quoted, "\\U{:08x}", u32::from(other));
            }
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn note(kind: Kind, description: &str, applies_to: &[&str]) -> Note {
        Note {
            front: Front {
                name: "a-note".to_owned(),
                description: description.to_owned(),
                kind,
                scope: "agent claude-code".to_owned(),
                status: Status::Active,
                since: "2026-01-05".to_owned(),
                applies_to: applies_to.iter().map(|what| what.to_string()).collect(),
            },
            body: "# Title\n\n---\ntext\n".to_owned(),
        }
    }

    proptest! {
        #[test]
        fn a_written_note_reads_the_same(
            description in ".{0,80}",
            since in ".{0,12}",
            tools in prop::collection::vec("[a-zA-Z0-9 :#_`\\[{&*!|>'\"%@,\\\\-]{0,12}", 0..4),
        ) {
            let tools: Vec<&str> = tools.iter().map(String::as_str).collect();
            for kind in [Kind::Mistake, Kind::Playbook, Kind::Preference] {
                let mut note = note(kind, &description, &tools);
                note.front.since = since.clone();
                prop_assert_eq!(parse(&render(&note)), Ok(note));
            }
        }

        #[test]
        fn no_text_breaks_the_parser(text in ".{0,200}") {
            let _ = parse(&text);
            let _ = parse(&format!("---\n{text}\n---\n"));
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let reason = |text: &str| parse(text).err().map(|broken| broken.reason).unwrap_or_default();
        assert!(reason("# No front").contains("no front matter"));
        assert!(reason("---\nname: a\n").contains("does not end"));
        assert!(reason("---\nname: a\ndescription: b\n---\n").contains("kind"));
        assert!(reason("---\nname: a\nkind: mistake\n---\n").contains("description"));
    }
}
