//! No change drops more of the memory's lines than the settings allow; one note may always go.

use crate::check::Case;
use crate::check::change::File;
use crate::check::finding::Finding;
use crate::memory::place;
use std::collections::BTreeMap;

/// The rule's name.
pub const TOO_MUCH_LOST: &str = "too-much-lost";

pub(super) fn inspect(case: &Case<'_>) -> Vec<Finding> {
    let (before, after) = (&case.change.before, &case.change.after);
    let notes = || before.iter().filter(|(path, _)| place::is_note(path));
    let all: usize = notes().map(|(_, file)| lines(file).count()).sum();
    let mut moved = Moved::default();
    for (_, file) in after.iter().filter(|(path, _)| !before.contains_key(*path)) {
        lines(file).for_each(|line| *moved.0.entry(line).or_default() += 1);
    }
    let lost_of =
        notes().map(|(path, file)| match (after.contains_key(path), case.change.changed.get(path)) {
            (_, None) => 0,
            (true, Some(changed)) => changed.removed.saturating_sub(changed.added.len()),
            (false, Some(_)) => moved.lost(file),
        });
    let lost_of: Vec<usize> = lost_of.collect();
    let lost: usize = lost_of.iter().sum();
    let largest = lost_of.into_iter().max().unwrap_or(0);
    let allowed = case.settings.memory.max_loss;
    if lost <= largest || lost as f64 <= allowed * all as f64 {
        return Vec::new();
    }
    let what = format!(
        "{lost} of the {all} lines of all notes are gone, more than the {:.0} % that one change may drop",
        allowed * 100.0
    );
    let remedy =
        "retire notes a few at a time, or raise `memory.max_loss` in dream.toml in a change of its own";
    let root = &case.change.root;
    vec![Finding::error(TOO_MUCH_LOST, if root.is_empty() { "." } else { root }, what, remedy)]
}

fn lines(file: &File) -> impl Iterator<Item = &[u8]> {
    file.bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())
}

/// The lines of files that are new: what was moved, to the archive or under another name, is not lost.
#[derive(Default)]
struct Moved<'a>(BTreeMap<&'a [u8], usize>);

impl<'a> Moved<'a> {
    /// How many lines of a file that is gone stand nowhere else. A few words that happen to stand elsewhere do not
    /// make it a move.
    fn lost(&mut self, file: &'a File) -> usize {
        let (mut stayed, mut gone) = (0, 0);
        for line in lines(file) {
            match self.0.get_mut(line).filter(|times| **times > 0) {
                Some(times) => {
                    *times -= 1;
                    stayed += 1;
                }
                None => gone += 1,
            }
        }
        if stayed > gone { gone } else { stayed + gone }
    }
}
