//! Which notes of the memory a session was shown or opened.

use super::calls;
use crate::redact::Clean;
use crate::session::{Body, Session};
use memchr::memmem;
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// A note's path inside a memory, wherever the memory lies.
static NOTE_PATH: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let path = r"(?-u:\b)(?:agents/[a-z0-9][a-z0-9-]*/)?(?:(?:mistakes|preferences)/[a-z0-9][a-z0-9-]*\.md|playbooks/[a-z0-9][a-z0-9-]*/SKILL\.md)";
    Regex::new(path).ok()
});

/// Most notes that one session is held to have read; a listing of the whole memory is not reading.
const MOST: usize = 32;

/// Paths of the notes that were put before the agent or that it opened, sorted.
pub(super) fn read_in(session: &Session) -> Vec<Clean> {
    let shown = session.events.iter().filter_map(|event| match &event.body {
        Body::Context(text) => Some(text),
        _ => None,
    });
    let opened = calls(session).flat_map(|(_, call)| call.args.0.iter().map(|arg| &arg.value));
    let found: BTreeSet<Clean> = shown.chain(opened).flat_map(paths_in).collect();
    found.into_iter().take(MOST).collect()
}

/// The note paths that a text names.
fn paths_in(text: &Clean) -> Vec<Clean> {
    // Hardly any text names a note: a search for bytes says so before the expression is tried.
    if memmem::find(text.as_bytes(), b".md").is_none() {
        return Vec::new();
    }
    let Some(pattern) = NOTE_PATH.as_ref() else { return Vec::new() };
    pattern.find_iter(text).filter_map(|found| text.part(found.range())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::redact;

    #[test]
    fn a_note_is_recognised_wherever_the_memory_lies() {
        let text = redact(
            "see mem/agents/codex/mistakes/cargo-lock.md and playbooks/release/SKILL.md, not mistakes.md",
        );
        let found: Vec<String> = paths_in(&text).iter().map(|path| path.to_string()).collect();
        assert_eq!(found, ["agents/codex/mistakes/cargo-lock.md", "playbooks/release/SKILL.md"]);
    }
}
