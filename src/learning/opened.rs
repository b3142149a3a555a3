//! When sessions last opened the notes, for their own sake.
//!
//! Whoever reads the index is shown a line of every note, whoever is shown one by a hook did not ask for it, and whoever
//! looks around opens one that is no business of theirs: none of that says that anybody needs the note. So a session that
//! had most of the memory before it counts for no note, and the last one of those that opened a note is left out. Refuses
//! to say whether a note helped ([`super::effect`]).

use crate::digest::Digest;
use crate::digest::uses::{How, Use};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Sessions that have to have opened a note before anybody is held to use it: one may have looked around.
const LEAST: usize = 2;
/// Notes that a session may read, however small the memory is, without having read the index.
const FEW: usize = 4;

/// By a note's path inside the memory, since when fewer than [`LEAST`] independent sessions have opened it; without those
/// that so many never opened. `notes`: how many stand in the memory.
pub fn opened(digests: &[Digest], notes: usize) -> BTreeMap<String, Timestamp> {
    let mut readers: BTreeMap<&str, BTreeMap<&str, Timestamp>> = BTreeMap::new();
    let opens = |digest: &&Digest| digest.uses.len() <= FEW.max(notes / 2);
    // Where git-dream itself shows notes, being shown one is its doing and not the agent's.
    let by_itself = |digest: &Digest, one: &Use| one.how == How::Opened || !digest.connected;
    for digest in digests.iter().filter(opens) {
        let Some(at) = digest.began.or(digest.ended) else { continue };
        for note in digest.uses.0.iter().filter(|one| by_itself(digest, one)).flat_map(|one| &one.notes) {
            let last = readers.entry(note).or_default().entry(&digest.root).or_insert(at);
            *last = at.max(*last);
        }
    }
    let since = |(note, readers): (&str, BTreeMap<&str, Timestamp>)| {
        let mut moments: Vec<Timestamp> = readers.into_values().collect();
        moments.sort_unstable();
        let at = moments.into_iter().rev().nth(LEAST - 1)?;
        Some((note.to_owned(), at))
    };
    readers.into_iter().filter_map(since).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(root: &str, day: i64, notes: &[&str]) -> Digest {
        let at = Timestamp::from_second(day * 86_400).unwrap();
        serde_json::from_value(serde_json::json!({
            "session": "0123456789abcdef", "root": root, "agent": "codex", "ask": "", "steps": [], "began": at,
            "notes_read": notes, "counts": { "calls": 1, "failed": 0, "retries": 0, "turns": 1 },
        }))
        .unwrap()
    }

    fn day(opened: &BTreeMap<String, Timestamp>, note: &str) -> Option<i64> {
        opened.get(note).map(|at| at.as_second() / 86_400)
    }

    #[test]
    fn one_reader_and_readers_of_the_whole_index_say_nothing() {
        let index = ["a", "b", "c", "d", "e", "f"];
        let sessions = [
            session("r1", 1, &["a", "b"]),
            session("r2", 5, &["a", "c"]),
            session("r3", 9, &["a"]),
            session("r3", 10, &["a"]),
            session("r4", 20, &index),
            session("r5", 21, &index),
        ];
        let found = opened(&sessions, 8);
        assert_eq!([day(&found, "a"), day(&found, "b"), day(&found, "f")], [Some(5), None, None]);
        let shown = r#"[{"how":"shown","event":2,"notes":["a"]}]"#;
        let uses = serde_json::from_str(shown).unwrap();
        let hooked = Digest { uses, connected: true, ..session("r5", 30, &[]) };
        let and_hooked: Vec<Digest> = sessions.iter().cloned().chain([hooked]).collect();
        assert_eq!(day(&opened(&and_hooked, 8), "a"), Some(5), "it did not ask for it");
        // Of very many notes, so few are not the index.
        assert_eq!(day(&opened(&sessions, 40), "a"), Some(20));
    }
}
