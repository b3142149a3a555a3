//! What is written freely, as a note: any text under any name gets front matter of its own, which says under which name it
//! was written.
//!
//! Its kind is guessed by rules that anybody can follow ([`kind_of`]); the text stays as it was written, and reads back the
//! same. Refuses to understand it.

use crate::learning::author::RULE;
use crate::learning::author::quote::{brief, one_line};
use crate::memory::note::{self, Front, Note, Status};
use crate::memory::place;
use crate::pattern::Kind;
use std::collections::BTreeSet;

/// The field of the front matter that says under which name a note was written.
const FIELD: &str = "written_as: ";

/// What stands in the note of an empty text, because a note without text is none.
const EMPTY: &str = "_Nothing is written here yet._\n";

/// Longest name of a note, bytes.
pub const MOST_NAME: usize = 60;

/// A text that was written under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Free {
    /// The name: a path, `projects/notes.md`.
    pub name: String,
    /// The text.
    pub text: String,
}

/// The kind of a text: by the folders of its name, else by how most of its lines that tell anything begin, else a
/// preference. Steps in a row are no playbook: that is a skill, and written as one.
pub fn kind_of(name: &str, text: &str) -> Kind {
    let lower = name.to_lowercase();
    let is_named =
        |words: &[&str]| lower.split(|c: char| !c.is_alphanumeric()).any(|part| words.contains(&part));
    if is_named(&["mistake", "mistakes", "error", "errors", "failure", "failures", "pitfalls", "gotchas"]) {
        return Kind::Mistake;
    }
    if is_named(&["preference", "preferences", "style", "user", "feedback", "conventions"]) {
        return Kind::Preference;
    }
    let warns = |line: &str| {
        let line = line.trim_start_matches(['-', '*', '#', '>', ' ']).to_lowercase();
        let begins = ["don't ", "do not ", "never ", "avoid ", "beware ", "watch out", "instead of "];
        let says = [" fails ", " failed ", " fail ", "error:", " breaks ", "does not work", "doesn't work"];
        begins.iter().any(|word| line.starts_with(word)) || says.iter().any(|word| line.contains(word))
    };
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let (mut all, mut warnings) = (0_usize, 0_usize);
    for line in lines {
        all += 1;
        warnings += usize::from(warns(line));
    }
    match warnings * 2 > all {
        true => Kind::Mistake,
        false => Kind::Preference,
    }
}

/// The rule that stands in the index for a text: its first line that says something, with its heading before it.
pub fn rule(name: &str, text: &str) -> String {
    let says = |line: &str| {
        let line = line.trim_start_matches(['#', '-', '*', '>', ' ', '\t', '=', '_']);
        let line = one_line(&line.replace(['<', '>'], " "));
        line.chars().any(char::is_alphanumeric).then_some(line)
    };
    let mut lines = text.lines().filter_map(|line| Some((line.trim_start().starts_with('#'), says(line)?)));
    let said = match (lines.next(), lines.next()) {
        (Some((true, heading)), Some((false, first))) => format!("{heading}: {first}"),
        (Some((_, first)), _) => first,
        (None, _) => format!("Notes under the name {name}"),
    };
    brief(&said, RULE)
}

/// A path inside the memory for a new note of this agent: one that nothing has. `taken`: paths in lower case.
pub fn path_for(taken: &BTreeSet<String>, kind: Kind, name: &str, agent: &str) -> String {
    let stem = name.strip_suffix("/SKILL.md").unwrap_or(name);
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
    let slug = place::slug(stem, MOST_NAME);
    let path = |name: &str| place::path(kind, name, Some(agent));
    let numbered = (2_u32..).map(|number| path(&format!("{slug}-{number}")));
    let mut paths = std::iter::once(path(&slug)).chain(numbered);
    paths.find(|path| !taken.contains(&path.to_lowercase())).unwrap_or_else(|| path(&slug))
}

/// A rule that no other note for the same circle has: with the name of its text, where one does. `others`: their files.
pub fn told_apart<'t>(
    rule: String,
    name: &str,
    scope: &str,
    mut others: impl Iterator<Item = &'t str>,
) -> String {
    let key = |rule: &str| -> String {
        rule.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase()
    };
    let own = key(&rule);
    let is_twin = others.any(|text| {
        note::parse(text).is_ok_and(|note| note.front.scope == scope && key(&note.front.description) == own)
    });
    if is_twin { format!("{rule} ({name})") } else { rule }
}

/// The file of a text as a note at this path inside the memory. `rule`: what the index says of it; `scope`: for whom it
/// holds; `since`: its day.
pub fn render(path: &str, free: &Free, rule: &str, scope: &str, since: &str) -> String {
    let kind = place::kind_at(path).unwrap_or(Kind::Preference);
    let front = Front {
        name: name_at(path).to_owned(),
        description: rule.to_owned(),
        kind,
        scope: scope.to_owned(),
        status: Status::Active,
        since: since.to_owned(),
        applies_to: Vec::new(),
    };
    let head = note::render(&Note { front, body: String::new() });
    let body = if free.text.trim().is_empty() { EMPTY } else { &free.text };
    let quoted = quoted(&free.name);
    let head = head.strip_suffix("---\n").unwrap_or(&head);
    // A skill has no fields of its own but under `metadata`.
    let indent = if kind == Kind::Playbook { "  " } else { "" };
    format!("{head}{indent}{FIELD}{quoted}\n---\n\n{body}")
}

/// A name as JSON and YAML both read it: YAML knows fewer characters that may stand as they are.
fn quoted(name: &str) -> String {
    let mut quoted = String::new();
    for c in serde_json::Value::from(name).to_string().chars() {
        match c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}') {
            true => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            false => quoted.push(c),
        }
    }
    quoted
}

/// The text that a note was made from; `None` where it was written as a note.
pub fn read(file: &str) -> Option<Free> {
    let (yaml, body) = note::split(file).ok()?;
    let name = yaml.lines().find_map(|line| line.trim_start().strip_prefix(FIELD))?;
    let name: String = serde_json::from_str(name.trim()).ok()?;
    let text = body.strip_prefix('\n').unwrap_or(body);
    let text = if text == EMPTY { "" } else { text };
    Some(Free { name, text: text.to_owned() })
}

/// The name that a note has by its path: the file's, or its folder's where it is a playbook.
pub fn name_at(path: &str) -> &str {
    let path = path.strip_suffix("/SKILL.md").or(path.strip_suffix(".md")).unwrap_or(path);
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_reads_back_the_same(name in "[^\0]{1,40}|[\u{7f}-\u{a0}\u{2028}\u{feff}\u{ffff}]{1,9}", text in "(?s).{0,200}") {
            let free = Free { name, text };
            let file = render("agents/a/preferences/x.md", &free, "A rule", "agent a", "2026-01-05");
            let expected = if free.text.trim().is_empty() { String::new() } else { free.text.clone() };
            prop_assert_eq!(read(&file), Some(Free { text: expected, name: free.name }));
            prop_assert_eq!(note::parse(&file).map(|note| note.front.name), Ok("x".to_owned()));
        }
    }

    #[test]
    fn the_kind_is_told_by_the_name_then_by_the_lines() {
        assert_eq!(kind_of("errors/a.md", "Use tabs."), Kind::Mistake);
        assert_eq!(kind_of("user.md", "Never push."), Kind::Preference);
        assert_eq!(kind_of("a.md", "# Git\n- Never push to main.\n- Don't rebase.\n- Ask.\n"), Kind::Mistake);
        assert_eq!(kind_of("a.md", "Use tabs.\nNever push.\n"), Kind::Preference);
    }

    #[test]
    fn the_rule_is_the_first_that_is_said() {
        assert_eq!(rule("a", "# Git\n\n- Use rebase.\n"), "Git: Use rebase.");
        assert_eq!(rule("a", "\n---\n<note>\n"), "note");
        assert_eq!(rule("a", "---\n"), "Notes under the name a");
    }
}
