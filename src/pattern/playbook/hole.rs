//! What varies in the calls of a workflow, and what it is called.
//!
//! A hole is called what the flag before it says, else after the folder that it stands in, else by what it is. Holes
//! that every session fills with the same word are one thing: they get one name, the most telling of theirs, so that
//! `profile --table <table>` is followed by `run stg_<table>`. Holes that are filled differently never share a name.

use super::call::Call;
use crate::redact::Clean;
use std::collections::{BTreeMap, BTreeSet};

/// Share of the sessions that fill two holes in which they must fill them with the same word.
const SAME: f64 = 0.9;
/// Sessions that must fill both.
const SEEN: usize = 3;
/// What tells holes of one name apart: enough for more than a workflow has.
const NUMBERS: [&str; 9] = ["", "-2", "-3", "-4", "-5", "-6", "-7", "-8", "-9"];

/// What varies.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Hole {
    /// The words that sessions put there, by session.
    values: BTreeMap<usize, Clean>,
    name: Name,
    /// Index into [`NUMBERS`].
    number: usize,
}

/// What a hole is called, the less telling first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// What sort of text it is.
    General(Clean),
    /// What the folder holds.
    Folder(Clean),
    /// What the flag or variable says.
    Flag(Clean),
}

impl Name {
    pub(super) fn general(sort: &'static str) -> Name {
        Name::General(Clean::fixed(sort))
    }

    pub(super) fn by_flag(flag: Clean) -> Name {
        Name::Flag(flag)
    }

    /// One of what the folder is named after: `inputs/` holds an `input`.
    pub(super) fn by_folder(folder: &Clean) -> Option<Name> {
        let one = folder.strip_suffix('s').filter(|one| one.len() > 2 && !one.ends_with(['s', 'u', 'i']))?;
        let plain = one.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        folder.part(0..one.len()).filter(|_| plain).map(Name::Folder)
    }

    /// Whether it was made by [`Name::by_folder`].
    pub(super) fn is_of_folder(&self) -> bool {
        matches!(self, Name::Folder(_))
    }

    fn text(&self) -> &Clean {
        let (Name::General(text) | Name::Folder(text) | Name::Flag(text)) = self;
        text
    }

    /// How telling it is.
    fn rank(&self) -> u8 {
        match self {
            Name::General(text) if matches!(text.as_str(), "value" | "text") => 0,
            Name::General(_) => 1,
            Name::Folder(_) => 2,
            Name::Flag(_) => 3,
        }
    }
}

impl Hole {
    pub(super) fn new(values: BTreeMap<usize, Clean>, name: Name) -> Hole {
        Hole { values, name, number: 0 }
    }

    /// The words that sessions put there.
    pub(super) fn values(&self) -> impl Iterator<Item = &Clean> {
        self.values.values()
    }

    /// As it stands in a call: `<table>`.
    pub(super) fn written(&self) -> Clean {
        let number = Clean::fixed(NUMBERS.get(self.number).copied().unwrap_or_default());
        Clean::join(&[&Clean::fixed("<"), self.name.text(), &number, &Clean::fixed(">")], "")
    }

    /// Whether sessions fill both with the same word.
    fn is_filled_like(&self, other: &Hole) -> bool {
        let both: Vec<(&Clean, &Clean)> =
            self.values.iter().filter_map(|(session, a)| Some((a, other.values.get(session)?))).collect();
        let same = both.iter().filter(|(a, b)| a == b).count();
        let different: BTreeSet<&Clean> = both.iter().map(|(a, _)| *a).collect();
        both.len() >= SEEN && different.len() > 1 && same as f64 >= SAME * both.len() as f64
    }
}

/// Names the holes of a workflow's calls.
pub(super) fn name(calls: &mut [Option<Call>]) {
    let mut kinds: Vec<Hole> = Vec::new();
    let mut kind_of: Vec<usize> = Vec::new();
    for hole in calls.iter_mut().flatten().flat_map(Call::holes) {
        match kinds.iter().position(|kind| kind.is_filled_like(hole)) {
            Some(kind) => {
                let known = &mut kinds[kind];
                if hole.name.rank() > known.name.rank() {
                    known.name = hole.name.clone();
                }
                for (session, value) in &hole.values {
                    known.values.entry(*session).or_insert_with(|| value.clone());
                }
                kind_of.push(kind);
            }
            None => {
                kind_of.push(kinds.len());
                kinds.push(hole.clone());
            }
        }
    }
    let mut times: BTreeMap<Clean, usize> = BTreeMap::new();
    for kind in &mut kinds {
        let before = times.entry(kind.name.text().clone()).or_default();
        kind.number = *before;
        *before += 1;
    }
    for (hole, kind) in calls.iter_mut().flatten().flat_map(Call::holes).zip(kind_of) {
        let Some(kind) = kinds.get(kind) else { continue };
        (hole.name, hole.number) = (kind.name.clone(), kind.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::redact;

    fn hole(name: Name, words: &[&str]) -> Hole {
        Hole::new(words.iter().map(|word| redact(word)).enumerate().collect(), name)
    }

    #[test]
    fn holes_are_one_where_all_sessions_fill_them_alike() {
        let table = hole(Name::by_flag(redact("table")), &["ox", "cow", "hen"]);
        assert!(table.is_filled_like(&hole(Name::general("value"), &["ox", "cow", "hen"])));
        assert!(!table.is_filled_like(&hole(Name::general("value"), &["ox", "hen", "hen"])));
        // One word for all, or too few sessions, say nothing.
        let same = hole(Name::general("value"), &["ox", "ox", "ox"]);
        assert!(
            !same.is_filled_like(&same)
                && !table.is_filled_like(&hole(Name::general("value"), &["ox", "cow"]))
        );
    }

    #[test]
    fn a_folder_of_many_names_what_it_holds() {
        let name = |folder: &str| Name::by_folder(&redact(folder)).map(|name| name.text().to_string());
        assert_eq!(name("inputs").as_deref(), Some("input"));
        assert!(name("src").is_none() && name("class").is_none() && name("V2s").is_none());
    }
}
