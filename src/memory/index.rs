//! The `## Index` of MEMORY.md: every note's rule in one line, within a budget.
//!
//! Only the section under that heading is generated; the rest of the file belongs to people.

use super::note::{Note, Status};
use super::{Memory, place};
use crate::pattern::Kind;
use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::ops::Range;

/// The heading whose section is generated.
const HEADING: &str = "Index";

/// Bytes that count as one token.
const BYTES_PER_TOKEN: usize = 4;

/// How many tokens a text costs, roughly: a quarter of its bytes.
pub fn tokens(text: &str) -> usize {
    text.len().div_ceil(BYTES_PER_TOKEN)
}

/// MEMORY.md with its index made anew from the memory's notes.
///
/// `budget` is in tokens, for the whole file; what does not fit is left out, the least useful first, and
/// counted in a last line. `usefulness` ranks notes by their path; a note that it does not know was written by
/// a person, and comes first.
pub fn regenerate(memory: &Memory, usefulness: &BTreeMap<String, f64>, budget: usize) -> String {
    let standing = memory.main.clone().unwrap_or_else(|| "# Memory\n\n## Index\n".to_owned());
    let (before, after) = match section(&standing) {
        Some(range) => (standing[..range.start].to_owned(), standing[range.end..].to_owned()),
        None => (format!("{}\n\n## {HEADING}\n", standing.trim_end()), String::new()),
    };
    let room = budget.saturating_sub(tokens(&before) + tokens(&after));
    let lines = choose(memory, usefulness, room);
    let gap = if after.is_empty() { "" } else { "\n" };
    format!("{before}\n{lines}{gap}{after}")
}

/// The byte range of the generated section: from behind its heading's line to the next heading of its level.
fn section(text: &str) -> Option<Range<usize>> {
    let mut start = None;
    let mut heading: Option<(HeadingLevel, Range<usize>, String)> = None;
    for (event, range) in Parser::new(text).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                if let (Some(start), true) = (start, level <= HeadingLevel::H2) {
                    return Some(start..range.start);
                }
                heading = Some((level, range, String::new()));
            }
            Event::Text(part) => {
                if let Some((_, _, title)) = &mut heading {
                    title.push_str(&part);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let ended = heading
                    .take()
                    .filter(|(level, _, title)| *level == HeadingLevel::H2 && title.trim() == HEADING);
                if let (Some((_, range, _)), None) = (ended, start) {
                    start = Some(range.end);
                }
            }
            _ => {}
        }
    }
    start.map(|start| start..text.len())
}

/// The lines that fit into `room` tokens, grouped by kind.
fn choose(memory: &Memory, usefulness: &BTreeMap<String, f64>, room: usize) -> String {
    let mut ranked: Vec<(&String, &Note)> = shown(memory).collect();
    let rank = |(path, note): &(&String, &Note)| match note.front.status {
        Status::Pinned => f64::INFINITY,
        _ => usefulness.get(*path).copied().unwrap_or(f64::MAX),
    };
    ranked.sort_by(|a, b| rank(b).total_cmp(&rank(a)).then_with(|| a.0.cmp(b.0)));
    let mut left = room.saturating_sub(RESERVE);
    let mut chosen = Vec::new();
    let mut omitted = 0;
    for (path, note) in ranked {
        let cost = tokens(&line(path, note));
        if cost <= left {
            left -= cost;
            chosen.push((path, note));
        } else {
            omitted += 1;
        }
    }
    lines(&chosen, omitted)
}

/// The notes that agents are to follow, by path.
fn shown(memory: &Memory) -> impl Iterator<Item = (&String, &Note)> {
    memory.notes.iter().filter(|(_, note)| matches!(note.front.status, Status::Active | Status::Pinned))
}

/// The lines of these notes, grouped by kind and sorted by path, and how many more there are.
fn lines(chosen: &[(&String, &Note)], omitted: usize) -> String {
    let mut groups: BTreeMap<Kind, BTreeMap<&String, String>> = BTreeMap::new();
    for (path, note) in chosen {
        groups.entry(note.front.kind).or_default().insert(path, line(path, note));
    }
    let mut text = String::new();
    for (kind, lines) in groups {
        let gap = if text.is_empty() { "" } else { "\n" };
        let _ = writeln!(text, "{gap}### {}\n", title(kind));
        text.extend(lines.into_values());
    }
    if omitted > 0 {
        let _ = writeln!(text, "\n{omitted} more in {}.", folders());
    }
    text
}

/// The paths that the index of a MEMORY.md names.
pub fn named(main: &str) -> BTreeSet<String> {
    listed(main).map(str::to_owned).collect()
}

/// The same in the order of the index.
pub fn listed(main: &str) -> impl Iterator<Item = &str> {
    let lines = section(main).map(|range| &main[range]).unwrap_or_default().lines();
    lines.filter(|line| line.starts_with("- ")).filter_map(path_in)
}

/// How many notes the index says that it left out.
pub fn omitted(main: &str) -> usize {
    let lines = section(main).map(|range| &main[range]).unwrap_or_default().lines();
    let mut said = lines.filter_map(|line| line.split_once(" more in ")?.0.parse::<usize>().ok());
    said.next_back().unwrap_or_default()
}

/// Whether a MEMORY.md has an index.
pub fn has_index(main: &str) -> bool {
    section(main).is_some()
}

/// What people wrote in MEMORY.md around the index, its heading left out: before it and behind it.
pub fn around(main: &str) -> (&str, &str) {
    let Some(range) = section(main) else { return (main, "") };
    let before = main[..range.start].trim_end();
    (before.rsplit_once('\n').map_or("", |(before, _)| before), &main[range.end..])
}

/// The notes that were in the index before and still stand, and find no room in this new MEMORY.md, by their paths.
pub fn left_out(before: &Memory, after: &Memory, main: &str) -> Vec<String> {
    let were = before.main.as_deref().map(named).unwrap_or_default();
    let gone = were.difference(&named(main)).cloned().collect::<Vec<_>>();
    gone.into_iter().filter(|path| after.notes.contains_key(path)).collect()
}

/// The path that a line of the index leads to.
fn path_in(line: &str) -> Option<&str> {
    line.trim_end().rsplit_once("](").and_then(|(_, rest)| rest.strip_suffix(')'))
}

/// Where the index does not say what the notes say: the line of MEMORY.md, where one is to blame, and what is wrong.
/// Which notes an index leaves out for want of room is not looked at, as long as it says how many.
pub fn drift(memory: &Memory) -> Vec<(Option<u32>, String)> {
    let notes: BTreeMap<&String, &Note> = shown(memory).collect();
    let Some(main) = &memory.main else {
        let missing = (None, "there is no MEMORY.md with an index of the notes".to_owned());
        return if notes.is_empty() { Vec::new() } else { vec![missing] };
    };
    let Some(range) = section(main) else {
        let missing = (None, "it has no `## Index`".to_owned());
        return if notes.is_empty() { Vec::new() } else { vec![missing] };
    };
    let written = &main[range.clone()];
    let first = main[..range.start].lines().count() as u32 + 1;
    let mut named: Vec<(&String, &Note)> = Vec::new();
    let mut wrong = Vec::new();
    for (number, text) in (first..).zip(written.lines()).filter(|(_, text)| text.starts_with("- ")) {
        match path_in(text).and_then(|path| notes.get_key_value(&path.to_owned())) {
            None => wrong.push((Some(number), "it names no note that agents are to follow".to_owned())),
            Some((path, _)) if named.iter().any(|(other, _)| other == path) => {
                wrong.push((Some(number), format!("it names {path} a second time")));
            }
            Some((path, note)) => {
                if line(path, note).trim_end() != text {
                    wrong.push((Some(number), format!("it does not say what {path} says")));
                }
                named.push((path, note));
            }
        }
    }
    let omitted = notes.len() - named.len();
    if wrong.is_empty() && written.trim() != lines(&named, omitted).trim() {
        wrong.push((
            None,
            "its index is not as `git dream` writes it: notes are missing, or their order".to_owned(),
        ));
    }
    wrong
}

/// Tokens kept for the index's headings and its last line.
const RESERVE: usize = 40;

/// One note's line: the rule, and where to read on.
pub(crate) fn line(path: &str, note: &Note) -> String {
    let limited = if note.front.scope == "team" { String::new() } else { format!(" ({})", note.front.scope) };
    format!("- {}{limited} [more]({path})\n", note.front.description.replace(['\n', '\r'], " "))
}

/// The heading over a kind's lines.
fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::Mistake => "Mistakes",
        Kind::Playbook => "Playbooks",
        Kind::Preference => "Preferences",
    }
}

/// The folders that hold notes, for people.
fn folders() -> String {
    [Kind::Mistake, Kind::Playbook, Kind::Preference]
        .map(|kind| format!("`{}/`", place::folder(kind)))
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::note::Front;

    fn memory(main: &str, notes: &[(&str, &str)]) -> Memory {
        let note = |kind, description: &str| Note {
            front: Front {
                name: "n".to_owned(),
                description: description.to_owned(),
                kind,
                scope: "team".to_owned(),
                status: Status::Active,
                since: String::new(),
                applies_to: Vec::new(),
            },
            body: String::new(),
        };
        let notes = notes.iter().map(|(path, text)| {
            (path.to_string(), note(place::kind_at(path).unwrap_or(Kind::Mistake), text))
        });
        Memory { main: Some(main.to_owned()), notes: notes.collect(), ..Memory::default() }
    }

    #[test]
    fn only_the_index_changes() {
        let main =
            "# Ours\n\nKeep.\n\n## Index\n\nold\n\n### x\n\n- old\n\n## Also ours\n\n```\n## Index\n```\n";
        let memory = memory(main, &[("mistakes/a.md", "Do a."), ("preferences/b.md", "Do b.")]);
        let text = regenerate(&memory, &BTreeMap::new(), 2000);
        assert_eq!(
            text,
            "# Ours\n\nKeep.\n\n## Index\n\n### Mistakes\n\n- Do a. [more](mistakes/a.md)\n\n### Preferences\n\n- Do b. [more](preferences/b.md)\n\n## Also ours\n\n```\n## Index\n```\n"
        );
        let again = Memory { main: Some(text.clone()), ..memory };
        assert_eq!(regenerate(&again, &BTreeMap::new(), 2000), text, "a second time changes nothing");
    }

    #[test]
    fn what_people_wrote_stands_around_the_index() {
        let main = "# Ours\n\nKeep.\n\n## Index\n\n- Do a. [more](mistakes/a.md)\n\n## Also ours\n";
        assert_eq!(around(main), ("# Ours\n\nKeep.\n", "## Also ours\n"));
        assert_eq!(around("## Index\n"), ("", ""));
        assert_eq!(around("# M\n"), ("# M\n", ""));
    }

    #[test]
    fn drift_is_told_line_by_line() {
        let mut memory = memory("# M\n", &[("mistakes/a.md", "Do a."), ("preferences/b.md", "Do b.")]);
        let good = regenerate(&memory, &BTreeMap::new(), 2000);
        let mut drift_of = |text: &str| {
            memory.main = Some(text.to_owned());
            drift(&memory).into_iter().map(|(line, _)| line).collect::<Vec<_>>()
        };
        assert_eq!(drift_of(&good), []);
        assert_eq!(drift_of(&good.replace("Do b.", "Do c.")), [Some(11)]);
        assert_eq!(drift_of(&good.replace("mistakes/a.md", "mistakes/gone.md")), [Some(7)]);
        assert_eq!(drift_of(&good.replace("- Do b. [more](preferences/b.md)\n", "")), [None]);
        assert_eq!(drift_of("# M\n"), [None]);
        let without = good.replace("\n### Preferences\n\n- Do b. [more](preferences/b.md)\n", "");
        assert_eq!(drift_of(&format!("{without}\n1 more in {}.\n", folders())), []);
    }

    #[test]
    fn the_least_useful_leaves_when_the_budget_is_full() {
        let long = "word ".repeat(40);
        let memory =
            memory("# M\n", &[("mistakes/a.md", &long), ("mistakes/b.md", &long), ("mistakes/c.md", &long)]);
        let usefulness =
            BTreeMap::from([("mistakes/a.md".to_owned(), 1.0), ("mistakes/b.md".to_owned(), 3.0)]);
        let text = regenerate(&memory, &usefulness, 180);
        assert!(text.contains("mistakes/c.md") && text.contains("mistakes/b.md"), "{text}");
        assert!(!text.contains("mistakes/a.md") && text.contains("1 more in"), "{text}");
        assert!(tokens(&text) <= 180);
        assert_eq!(Vec::from_iter(named(&text)), ["mistakes/b.md", "mistakes/c.md"]);
    }
}
