//! Where things are in a memory repository.

use crate::pattern::Kind;

/// The folder for notes of this kind.
pub fn folder(kind: Kind) -> &'static str {
    match kind {
        Kind::Mistake => "mistakes",
        Kind::Playbook => "playbooks",
        Kind::Preference => "preferences",
    }
}

/// Longest name of an agent's folder, bytes.
pub const MOST_AGENT: usize = 40;

/// Where a note of this kind and name lies, for one agent or for all. A playbook is a folder with a `SKILL.md`,
/// so that agents that know skills load it as one.
pub fn path(kind: Kind, name: &str, agent: Option<&str>) -> String {
    let circle = agent.map(|agent| format!("agents/{}/", slug(agent, MOST_AGENT))).unwrap_or_default();
    match kind {
        Kind::Playbook => format!("{circle}{}/{name}/SKILL.md", folder(kind)),
        Kind::Mistake | Kind::Preference => format!("{circle}{}/{name}.md", folder(kind)),
    }
}

/// The folder of what is kept and never loaded.
pub const ARCHIVE: &str = "archive";

/// Where a note from this path lies when it is retired.
pub fn in_archive(path: &str) -> String {
    format!("{ARCHIVE}/{path}")
}

/// Where a note that lies at this path of the archive was before; `None` for any other path.
pub fn from_archive(path: &str) -> Option<&str> {
    path.strip_prefix(ARCHIVE)?.strip_prefix('/').filter(|path| is_note(path))
}

/// The agent whose note lies at this path, as its folder is called; `None` where it is the team's.
pub fn agent_at(path: &str) -> Option<&str> {
    path.strip_prefix("agents/")?.split('/').next()
}

/// Which kind of note lies at this path, if it is a place for one. Paths are relative to the memory's root.
pub fn kind_at(path: &str) -> Option<Kind> {
    let parts: Vec<&str> = path.split('/').collect();
    let inner = match parts.as_slice() {
        ["agents", _, rest @ ..] => rest,
        all => all,
    };
    match inner {
        ["mistakes", file] if file.ends_with(".md") => Some(Kind::Mistake),
        ["preferences", file] if file.ends_with(".md") => Some(Kind::Preference),
        ["playbooks", _, "SKILL.md"] => Some(Kind::Playbook),
        _ => None,
    }
}

/// Whether this is the place of a note (the folders' own README files are none).
pub fn is_note(path: &str) -> bool {
    kind_at(path).is_some() && !path.ends_with("/README.md")
}

/// A file name made from a sentence: lower-case words joined by `-`, at most `most` bytes, cut between words.
/// Fits what Agent Skills ask of a name.
pub fn slug(text: &str, most: usize) -> String {
    let mut slug = String::new();
    let lower = text.to_lowercase();
    for word in lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        let needed = word.len() + usize::from(!slug.is_empty());
        if slug.len() + needed > most {
            if slug.is_empty() {
                slug.push_str(&word[..most.min(word.len())]);
            }
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(word);
    }
    if slug.is_empty() { "note".to_owned() } else { slug }
}

/// A path of the repository as the memory knows it; `None` where it lies elsewhere.
pub fn inside<'p>(root: &str, path: &'p str) -> Option<&'p str> {
    match root.trim_matches('/') {
        "" => Some(path),
        root => path.strip_prefix(root)?.strip_prefix('/'),
    }
}

/// A path of the memory as the repository knows it.
pub fn outside(root: &str, path: &str) -> String {
    match root.trim_matches('/') {
        "" => path.to_owned(),
        root => format!("{root}/{path}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_for_a_note_is_recognised_again() {
        for kind in [Kind::Mistake, Kind::Playbook, Kind::Preference] {
            for agent in [None, Some("Claude Code")] {
                let path = path(kind, "x-y", agent);
                assert_eq!(kind_at(&path), Some(kind));
                assert_eq!(agent_at(&path), agent.map(|_| "claude-code"));
                assert_eq!(from_archive(&in_archive(&path)), Some(path.as_str()));
            }
        }
        for elsewhere in
            ["MEMORY.md", "archive/mistakes/x.md", "playbooks/x.md", "mistakes/deep/x.md", "src/a.md"]
        {
            assert_eq!(kind_at(elsewhere), None, "{elsewhere}");
        }
    }

    #[test]
    fn slugs_are_short_plain_and_never_empty() {
        assert_eq!(slug("`git push`: Does *not* work — at all", 20), "git-push-does-not");
        assert_eq!(slug("日本語", 20), "note");
        assert_eq!(slug("aaaaaaaaaaaaaaaaaaaaaaaaaaa", 10), "aaaaaaaaaa");
    }
}
