//! How a file says that git-dream wrote it, and from which note.
//!
//! A field of its front matter names the note and a hash of the rest: whether anybody has changed it since can be told. In a
//! file that is somebody else's a block between two comments is git-dream's.

use crate::memory::note;

/// The field.
const FIELD: &str = "git_dream: ";
/// Around a block.
const BEGIN: &str = "<!-- git-dream:begin: written by `git dream export`; change the notes, not this -->";
const END: &str = "<!-- git-dream:end -->";
/// What a block's first line begins with, whatever the version that wrote it says behind it.
const BEGINS: &str = "<!-- git-dream:begin";

/// What a file says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// The note that it was made from.
    pub(super) note: String,
    /// Whether it is as it was written.
    pub(super) is_untouched: bool,
}

/// A file with front matter, with its mark.
pub(super) fn marked(text: &str, of: &str) -> String {
    let Ok((yaml, body)) = note::split(text) else { return text.to_owned() };
    let is_skill = yaml.lines().any(|line| line == "metadata:");
    let indent = if is_skill { "  " } else { "" };
    format!("---\n{yaml}{indent}{FIELD}\"{of} {}\"\n---\n{body}", hash(yaml, body))
}

/// The mark of a file, and the file without it; `None` where it has none.
pub(super) fn read(text: &str) -> Option<(Mark, String)> {
    let (yaml, body) = note::split(text).ok()?;
    let line = yaml.lines().find(|line| line.trim_start().starts_with(FIELD))?;
    let said = line.trim_start().strip_prefix(FIELD)?.trim().trim_matches('"');
    let (of, written) = said.rsplit_once(' ')?;
    let rest = yaml.replacen(&format!("{line}\n"), "", 1);
    let mark = Mark { note: of.to_owned(), is_untouched: hash(&rest, body) == written };
    Some((mark, format!("---\n{rest}---\n{body}")))
}

fn hash(yaml: &str, body: &str) -> String {
    blake3::hash(format!("{yaml}---\n{body}").as_bytes()).to_hex()[..16].to_owned()
}

/// A text with this block in the place of the one that it has; where it has none, behind the section of this heading, or
/// at its end. An empty block goes.
pub(super) fn with_block(text: &str, block: &str, heading: Option<&str>) -> String {
    let block = if block.is_empty() { String::new() } else { format!("{BEGIN}\n{block}{END}\n") };
    if let Some((before, _, after)) = around(text) {
        return format!("{before}{block}{after}");
    }
    if block.is_empty() {
        return text.to_owned();
    }
    let mut at = text.len();
    if let Some(heading) = heading {
        let (mut here, mut is_in) = (0, false);
        for line in text.split_inclusive('\n') {
            if is_in && line.starts_with("## ") {
                at = here;
                break;
            }
            is_in |= line.trim_end() == heading;
            here += line.len();
        }
    }
    let (before, after) = text.split_at(at);
    let gap = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    let blank = if before.is_empty() || before.ends_with("\n\n") { "" } else { "\n" };
    let follows = if after.is_empty() { "" } else { "\n" };
    format!("{before}{gap}{blank}{block}{follows}{after}")
}

/// A text without its block.
pub(super) fn without_block(text: &str) -> String {
    match around(text) {
        Some((before, _, after)) => format!("{before}{after}"),
        None => text.to_owned(),
    }
}

/// What stands before a block, in it and after it.
fn around(text: &str) -> Option<(&str, &str, &str)> {
    let begin = text.find(BEGINS)?;
    let end = begin + text[begin..].find(END)? + END.len();
    let end = if text[end..].starts_with('\n') { end + 1 } else { end };
    Some((&text[..begin], &text[begin..end], &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_tells_whether_a_file_was_changed() {
        let plain = "---\nname: a\nkind: mistake\n---\nBody.\n";
        let written = marked(plain, "mistakes/a.md");
        let (mark, without) = read(&written).unwrap();
        assert_eq!((mark.note.as_str(), mark.is_untouched, without.as_str()), ("mistakes/a.md", true, plain));
        assert!(!read(&written.replace("Body", "Mine")).unwrap().0.is_untouched);
        assert_eq!(read(plain), None);
        let skill = marked("---\nname: a\nmetadata:\n  kind: playbook\n---\n", "playbooks/a/SKILL.md");
        assert!(skill.contains("\n  git_dream: ") && read(&skill).unwrap().0.is_untouched);
    }

    #[test]
    fn a_block_replaces_itself_and_nothing_else() {
        let theirs = "v1\n\n## User preferences\n- a\n\n## General Tips\n- b\n";
        let first = with_block(theirs, "- ours\n", Some("## User preferences"));
        assert!(first.find("ours").unwrap() < first.find("## General").unwrap(), "{first}");
        let second = with_block(&first, "- other\n", Some("## User preferences"));
        assert!(second.contains("other") && !second.contains("ours"), "{second}");
        assert_eq!(with_block(&second, "- ours\n", None), first);
        assert_eq!(without_block(&first).replace("\n\n\n", "\n\n"), theirs);
        assert!(with_block("", "- x\n", None).starts_with("<!-- git-dream:begin"));
    }
}
