//! Which note somebody means.
//!
//! People name a note by its path, its name or a part of that, a few words of its title, the fingerprint of its
//! pattern, or a commit; a line of MEMORY.md stands for the note that it links. Refuses to guess: what fits several
//! notes is an answer of its own, and so is what fits none.

use super::{Asked, is_main};
use crate::ledger::LearningRecord;
use crate::memory::MEMORY_FILE;
use crate::memory::place::{self, inside, outside};
use crate::repo::Oid;
use crate::verdict;
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};

/// Most notes that are named where none fits.
const MOST_NEAR: usize = 3;

/// Fewest letters of a commit's name that tell it.
const LEAST_COMMIT: usize = 7;

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    /// This file of the memory, and this line of it.
    Note {
        /// Its path inside the memory.
        path: String,
        /// The line, from 1.
        line: Option<u32>,
    },
    /// One of these.
    Several(Vec<Candidate>),
    /// None.
    Unknown {
        /// Those with names like it.
        near: Vec<Candidate>,
        /// Where none has one, and there are very few notes: all of them.
        others: Vec<Candidate>,
        /// How many notes there are or were.
        all: usize,
    },
    /// The file has fewer lines: so many.
    NoSuchLine {
        /// Its path inside the memory.
        path: String,
        /// How many lines it has.
        lines: usize,
    },
    /// The memory's main file as a whole, which is about all notes.
    Everything,
}

/// A note that may be meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// Its path inside the memory.
    pub path: String,
    /// What it says, as far as that is known without reading it.
    pub title: String,
}

/// Every note there is or was, by its path, with what it says.
struct Catalogue {
    titles: BTreeMap<String, String>,
    /// Those of them that stand.
    standing: BTreeSet<String>,
    /// From where to where a note moved: to the archive, or as a learning has it.
    moves: BTreeSet<(String, String)>,
}

/// Finds the note. `here`: the folder of the repository that a relative path starts from, `""` for its root.
///
/// Errors: the repository cannot be read.
pub fn find(asked: &Asked<'_>, name: &str, line: Option<u32>, here: &str) -> Result<Meant> {
    // A path needs no look at all the other notes.
    for path in paths(asked.root, name, here) {
        if is_or_was(asked, &path)? {
            return settled(asked, path, line);
        }
    }
    let catalogue = Catalogue::read(asked)?;
    let found = match by_id(asked, name)? {
        Some(found) => found,
        None => catalogue.by_words(name),
    };
    let mut candidates = catalogue.candidates(&found);
    match (candidates.pop(), candidates.is_empty()) {
        (None, _) => Ok(catalogue.unknown(name)),
        (Some(only), true) => settled(asked, only.path, line),
        (Some(last), false) => {
            candidates.push(last);
            Ok(Meant::Several(candidates))
        }
    }
}

/// The one note that is meant, if it has the line.
fn settled(asked: &Asked<'_>, path: String, line: Option<u32>) -> Result<Meant> {
    if line.is_none() && !is_main(&path) {
        return Ok(Meant::Note { path, line });
    }
    let content = asked.repo.read(asked.target, &outside(asked.root, &path))?.unwrap_or_default();
    let content = String::from_utf8_lossy(&content);
    let Some(number) = line.filter(|_| !is_main(&path)) else { return Ok(in_main(&content, line)) };
    let lines = content.lines().count();
    let is_there = (1..=lines).contains(&(number as usize));
    Ok(if is_there { Meant::Note { path, line } } else { Meant::NoSuchLine { path, lines } })
}

/// Whether a note, or the memory's main file, stands at this path, or was ever proposed there.
fn is_or_was(asked: &Asked<'_>, path: &str) -> Result<bool> {
    let mut learnings = asked.cycles.iter().flat_map(|cycle| &cycle.learnings);
    if !is_main(path) && !is_place(path) {
        return Ok(false);
    }
    Ok(learnings.any(|learning| learning.note == path)
        || asked.repo.blob_at(asked.target, &outside(asked.root, path))?.is_some())
}

/// Whether a note may lie at this path, a retired one included.
fn is_place(path: &str) -> bool {
    place::is_note(place::from_archive(path).unwrap_or(path))
}

/// What a line of MEMORY.md stands for: the note that it links, else itself.
fn in_main(main: &str, line: Option<u32>) -> Meant {
    let Some(number) = line else { return Meant::Everything };
    let lines = main.lines().count();
    let text = (number as usize).checked_sub(1).and_then(|at| main.lines().nth(at));
    match text.map(linked) {
        None => Meant::NoSuchLine { path: MEMORY_FILE.to_owned(), lines },
        Some(Some((_, path))) if place::is_note(path) => Meant::Note { path: path.to_owned(), line: None },
        Some(_) => Meant::Note { path: MEMORY_FILE.to_owned(), line },
    }
}

/// What a line of the index says, and the path that it links.
fn linked(line: &str) -> Option<(&str, &str)> {
    let (says, path) = line.trim_end().strip_prefix("- ")?.strip_suffix(')')?.rsplit_once("](")?;
    Some((says.rsplit_once(" [").map_or(says, |(says, _)| says), path))
}

impl Catalogue {
    fn read(asked: &Asked<'_>) -> Result<Catalogue> {
        let main = asked.repo.read(asked.target, &outside(asked.root, MEMORY_FILE))?.unwrap_or_default();
        let main = String::from_utf8_lossy(&main);
        let mut catalogue =
            Catalogue { titles: BTreeMap::new(), standing: BTreeSet::new(), moves: BTreeSet::new() };
        for folder in super::kin::folders(asked.root) {
            for entry in asked.repo.list(asked.target, &folder)? {
                let Some(path) = inside(asked.root, &entry.path) else { continue };
                let filed = place::from_archive(path).unwrap_or(path);
                if filed != path {
                    catalogue.moves.insert((filed.to_owned(), path.to_owned()));
                }
                if place::is_note(filed) {
                    catalogue.standing.insert(path.to_owned());
                    catalogue.titles.insert(path.to_owned(), String::new());
                }
            }
        }
        for learning in asked.cycles.iter().flat_map(|cycle| &cycle.learnings) {
            catalogue.titles.insert(learning.note.clone(), learning.title.clone());
            let moved = |from: &String| (from.clone(), learning.note.clone());
            catalogue.moves.extend(learning.leaves.iter().map(moved));
        }
        for (says, path) in main.lines().filter_map(linked) {
            if let Some(title) = catalogue.titles.get_mut(path).filter(|title| title.is_empty()) {
                *title = says.to_owned();
            }
        }
        Ok(catalogue)
    }

    /// The notes of this name; else those with the words in their name or in what they say.
    fn by_words(&self, words: &str) -> BTreeSet<String> {
        let wanted = words.trim().to_lowercase();
        if wanted.is_empty() {
            return BTreeSet::new();
        }
        let slug = place::slug(&wanted, wanted.len());
        let named = |is_it: &dyn Fn(&str, &str) -> bool| -> BTreeSet<String> {
            let all = self.titles.iter().filter(|(path, title)| is_it(name_of(path), title));
            all.map(|(path, _)| path.clone()).collect()
        };
        let exact = named(&|name, _| name == wanted || name == slug);
        let standing: BTreeSet<String> = exact.intersection(&self.standing).cloned().collect();
        match (standing.is_empty(), exact.is_empty()) {
            (false, _) => standing,
            (true, false) => exact,
            (true, true) => self.without_moved(named(&|name, title| {
                name.contains(&wanted)
                    || (slug != "note" && name.contains(&slug))
                    || title.to_lowercase().contains(&wanted)
            })),
        }
    }

    /// One path of each note that has moved: the one where it stands, else the one it moved to.
    fn without_moved(&self, mut found: BTreeSet<String>) -> BTreeSet<String> {
        for (from, to) in &self.moves {
            if found.contains(from) && found.contains(to) {
                found.remove(if self.standing.contains(from) { to } else { from });
            }
        }
        found
    }

    fn candidates(&self, paths: &BTreeSet<String>) -> Vec<Candidate> {
        let title = |path: &String| self.titles.get(path).cloned().unwrap_or_default();
        paths.iter().map(|path| Candidate { path: path.clone(), title: title(path) }).collect()
    }

    /// What is said of a name that fits none.
    fn unknown(&self, name: &str) -> Meant {
        let (near, all) = (self.near(name), self.titles.len());
        let others = match near.is_empty() && all <= MOST_NEAR {
            true => self.candidates(&self.titles.keys().cloned().collect()),
            false => Vec::new(),
        };
        Meant::Unknown { near, others, all }
    }

    /// The notes whose names share most with this one.
    fn near(&self, name: &str) -> Vec<Candidate> {
        let wanted = triples(name_of(name));
        // How many they share, and how many the note's name has beside: of two that share as many the shorter is nearer.
        let mut near: Vec<(usize, usize, &String)> = self
            .titles
            .keys()
            .map(|path| {
                let its = triples(name_of(path));
                let shared = its.intersection(&wanted).count();
                (shared, its.len() - shared, path)
            })
            .filter(|(shared, ..)| *shared > 0 && shared * 3 >= wanted.len())
            .collect();
        near.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| (a.1, a.2).cmp(&(b.1, b.2))));
        let paths = near.into_iter().take(MOST_NEAR).map(|(.., path)| path);
        paths
            .map(|path| Candidate {
                path: path.clone(),
                title: self.titles.get(path).cloned().unwrap_or_default(),
            })
            .collect()
    }
}

/// The paths inside the memory that a name may stand for: written from the folder one stands in, from the root of the
/// repository, or from that of the memory; the end may be left out.
fn paths(root: &str, name: &str, here: &str) -> Vec<String> {
    let name = name.replace('\\', "/");
    let from_here = plain(&format!("{here}/{name}"));
    let from_root = plain(&name);
    let places = [&from_here, &from_root].map(|path| path.as_deref().and_then(|path| inside(root, path)));
    let starts = places.into_iter().chain([from_root.as_deref()]).flatten();
    starts.flat_map(|start| [start.to_owned(), format!("{start}.md"), format!("{start}/SKILL.md")]).collect()
}

/// The notes of a pattern or of a commit; `None` where the name is neither.
fn by_id(asked: &Asked<'_>, name: &str) -> Result<Option<BTreeSet<String>>> {
    let name = name.trim().to_ascii_lowercase();
    let is_id = name.len() >= LEAST_COMMIT && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_id {
        return Ok(None);
    }
    let all = || asked.cycles.iter().flat_map(|cycle| cycle.learnings.iter().map(move |it| (cycle, it)));
    let of_pattern = all().rfind(|(_, learning)| learning.pattern == name);
    if let Some((_, learning)) = of_pattern {
        return Ok(Some(BTreeSet::from([learning.note.clone()])));
    }
    let is_of =
        |learning: &LearningRecord| learning.commit.as_deref().is_some_and(|it| it.starts_with(&name));
    let of_commit: BTreeSet<String> =
        all().filter(|(_, learning)| is_of(learning)).map(|(_, learning)| learning.note.clone()).collect();
    if !of_commit.is_empty() {
        return Ok(Some(of_commit));
    }
    let Some(commit) = asked.repo.commit_named(&name)? else { return Ok(None) };
    let keys = verdict::named(&asked.repo.past(commit)?.message);
    let named = all().filter(|(cycle, learning)| {
        keys.iter().any(|(name, pattern)| (name, pattern) == (&cycle.cycle, &learning.pattern))
    });
    let named: BTreeSet<String> = named.map(|(_, learning)| learning.note.clone()).collect();
    if !named.is_empty() {
        return Ok(Some(named));
    }
    notes_changed(asked, commit).map(Some)
}

/// The notes that a person's commit changed.
fn notes_changed(asked: &Asked<'_>, commit: Oid) -> Result<BTreeSet<String>> {
    let changes = asked.repo.changes(commit, asked.root)?;
    let paths = changes.iter().filter_map(|change| inside(asked.root, &change.path));
    Ok(paths.filter(|path| place::is_note(path)).map(str::to_owned).collect())
}

/// A note's name: that of its file, of a playbook that of its folder.
fn name_of(path: &str) -> &str {
    let path = path.strip_suffix("/SKILL.md").unwrap_or(path);
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".md").unwrap_or(name)
}

/// A path without `.` and `..`; `None` where it leads out of the repository.
fn plain(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Every three letters that follow each other.
fn triples(name: &str) -> BTreeSet<[char; 3]> {
    let letters: Vec<char> = format!(" {} ", name.to_lowercase()).chars().collect();
    letters.windows(3).filter_map(|three| three.try_into().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue(notes: &[(&str, &str)]) -> Catalogue {
        let titles: BTreeMap<String, String> =
            notes.iter().map(|(path, title)| (path.to_string(), title.to_string())).collect();
        Catalogue { standing: titles.keys().cloned().collect(), titles, moves: BTreeSet::new() }
    }

    #[test]
    fn a_path_may_be_written_from_anywhere() {
        let notes = ["mistakes/a.md", "playbooks/b/SKILL.md"];
        let found = |root: &str, name: &str, here: &str| {
            paths(root, name, here).into_iter().find(|path| notes.contains(&path.as_str()))
        };
        for (name, here) in [
            ("mistakes/a.md", ""),
            ("a.md", "docs/memory/mistakes"),
            ("./a", "docs/memory/mistakes"),
            ("../mistakes/a.md", "docs/memory/playbooks"),
            ("docs/memory/mistakes/a.md", "src"),
            ("docs\\memory\\mistakes\\a.md", ""),
        ] {
            assert_eq!(found("docs/memory", name, here).as_deref(), Some("mistakes/a.md"), "{name}");
        }
        assert_eq!(found("", "playbooks/b/", "").as_deref(), Some("playbooks/b/SKILL.md"));
        assert_eq!((found("", "../../a.md", "x"), found("", "", "")), (None, None));
    }

    #[test]
    fn a_whole_name_is_that_note_and_a_part_is_all_that_have_it() {
        let notes = catalogue(&[
            ("mistakes/git-push.md", "`git push` fails"),
            ("mistakes/git-push-force.md", "`git push --force` fails"),
            ("preferences/tabs.md", "Indent with tabs."),
        ]);
        let found = |words: &str| notes.by_words(words).into_iter().collect::<Vec<_>>();
        assert_eq!(found("git-push"), ["mistakes/git-push.md"]);
        assert_eq!(found("Git Push"), ["mistakes/git-push.md"]);
        assert_eq!(found("push").len(), 2);
        assert_eq!(found("indent with"), ["preferences/tabs.md"]);
        assert_eq!((found("").len(), found("日本").len()), (0, 0));
        assert_eq!(notes.near("git-psuh")[0].path, "mistakes/git-push.md");
        assert!(notes.near("zzz").is_empty());
    }

    #[test]
    fn a_line_of_the_index_leads_to_its_note() {
        let main = "# M\n\nOurs (see [x](y))\n- Do [a](b) so. [more](mistakes/a.md)\n";
        assert_eq!(linked(main.lines().last().unwrap()), Some(("Do [a](b) so.", "mistakes/a.md")));
        assert_eq!(in_main(main, Some(4)), Meant::Note { path: "mistakes/a.md".to_owned(), line: None });
        assert_eq!(in_main(main, Some(3)), Meant::Note { path: MEMORY_FILE.to_owned(), line: Some(3) });
        assert!(matches!(in_main(main, Some(9)), Meant::NoSuchLine { lines: 4, .. }));
        assert_eq!(in_main(main, None), Meant::Everything);
    }
}
