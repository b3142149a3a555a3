//! Which notes came before an agent in one session, how, and when first.
//!
//! A note is there once, with the strongest way in which it came and the first event at which it did. Notes that came in
//! the same way at the same event stand together, so that an index that was shown costs a digest little more than its
//! paths. Owns that form, also the one of digests that knew the paths alone. Refuses to say what came of it: that takes
//! the pattern behind the note ([`crate::impact`]).

use crate::redact::Clean;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;

/// Most notes that one session is held to have had before it, those that it opened first. An index that keeps to its
/// budget has room for no more; a listing of a whole memory is not reading.
const MOST: usize = 64;

/// How a note came before an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// Its rule stood in what the agent was given.
    Shown,
    /// The agent asked for all of it.
    Opened,
}

/// Notes that first came before the agent together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    /// How.
    pub how: How,
    /// The event at which they did, or after which, where only a log tells (0: before the first one); `None` where nobody
    /// knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<u32>,
    /// Their paths inside the memory, sorted.
    pub notes: Vec<Clean>,
}

/// All notes that came before the agent in one session, by event and way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Uses(pub Vec<Use>);

/// Notes as they are found one by one.
#[derive(Clone, Debug, Default)]
pub struct Found(BTreeMap<Clean, (How, Option<u32>)>);

impl Found {
    /// Adds that a note came so at this event. Of several times the strongest way and the first known event stay.
    pub fn add(&mut self, note: Clean, how: How, event: Option<u32>) {
        let known = self.0.entry(note).or_insert((how, event));
        known.0 = known.0.max(how);
        known.1 = known.1.into_iter().chain(event).min();
    }

    /// All of them, bounded.
    pub fn into_uses(self) -> Uses {
        let (opened, shown): (Vec<_>, Vec<_>) =
            self.0.into_iter().partition(|(_, (how, _))| *how == How::Opened);
        let mut uses: BTreeMap<(Option<u32>, How), Vec<Clean>> = BTreeMap::new();
        for (note, (how, event)) in opened.into_iter().chain(shown).take(MOST) {
            uses.entry((event, how)).or_default().push(note);
        }
        Uses(uses.into_iter().map(|((event, how), notes)| Use { how, event, notes }).collect())
    }
}

impl Uses {
    /// Whether no note came before the agent.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many notes there are.
    pub fn len(&self) -> usize {
        self.0.iter().map(|one| one.notes.len()).sum()
    }

    /// The paths.
    pub fn notes(&self) -> impl Iterator<Item = &Clean> {
        self.0.iter().flat_map(|one| &one.notes)
    }

    /// Whether one of these paths is among them.
    pub fn has_one(&self, paths: &[&str]) -> bool {
        self.notes().any(|note| paths.contains(&&**note))
    }

    /// Where a note is among them: once, or nowhere.
    pub fn of(&self, note: &str) -> impl Iterator<Item = &Use> {
        self.0.iter().filter(move |one| one.notes.iter().any(|path| **path == *note))
    }

    /// These and what was found beside them.
    pub fn and(self, more: Found) -> Uses {
        let mut found = more;
        for Use { how, event, notes } in self.0 {
            notes.into_iter().for_each(|note| found.add(note, how, event));
        }
        found.into_uses()
    }
}

/// A use, or the bare path that earlier versions wrote: how and when the note came, they did not say, so the weaker way
/// is taken.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Path(Clean),
    Use(Use),
}

impl<'de> Deserialize<'de> for Uses {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Uses, D::Error> {
        let mut found = Found::default();
        for written in Vec::<Written>::deserialize(deserializer)? {
            match written {
                Written::Path(note) => found.add(note, How::Shown, None),
                Written::Use(Use { how, event, notes }) => {
                    notes.into_iter().for_each(|note| found.add(note, how, event));
                }
            }
        }
        Ok(found.into_uses())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::redact;

    fn found(notes: &[(&str, How, Option<u32>)]) -> Uses {
        let mut found = Found::default();
        notes.iter().for_each(|(note, how, event)| found.add(redact(note), *how, *event));
        found.into_uses()
    }

    #[test]
    fn a_note_counts_once_in_the_strongest_way_from_its_first_event() {
        let uses = found(&[
            ("a.md", How::Shown, Some(1)),
            ("b.md", How::Shown, Some(1)),
            ("a.md", How::Opened, Some(9)),
            ("b.md", How::Shown, None),
        ]);
        let json =
            r#"[{"how":"shown","event":1,"notes":["b.md"]},{"how":"opened","event":1,"notes":["a.md"]}]"#;
        assert_eq!(serde_json::to_string(&uses).unwrap(), json);
        assert_eq!(serde_json::from_str::<Uses>(json).unwrap(), uses);
        let later = found(&[("c.md", How::Opened, Some(4))]);
        let mut more = Found::default();
        more.add(redact("c.md"), How::Shown, Some(2));
        assert_eq!(later.and(more), found(&[("c.md", How::Opened, Some(2))]));
    }

    #[test]
    fn what_earlier_versions_wrote_is_read_and_hostile_lists_are_bounded() {
        let read = |json: &str| serde_json::from_str::<Uses>(json).unwrap();
        assert_eq!(
            read(r#"["a.md","b.md"]"#),
            found(&[("a.md", How::Shown, None), ("b.md", How::Shown, None)])
        );
        let many: Vec<String> = (0..900).map(|n| format!("mistakes/{n:03}.md")).collect();
        let hostile = serde_json::json!([{ "how": "shown", "notes": many }, "mistakes/005.md", { "how": "opened", "event": 3, "notes": many }]);
        let uses = read(&hostile.to_string());
        assert_eq!((uses.len(), uses.0.len()), (MOST, 1));
        assert!(serde_json::from_str::<Uses>(r#"[{"how":"swallowed","notes":[]}]"#).is_err());
    }
}
