//! How much of what a learning says stands in a note.

use crate::repo::compare::changed_lines;
use anyhow::Result;
use std::collections::BTreeMap;

/// What became of a learning's lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// They all stand, and nothing else of the note was changed.
    All,
    /// Some stand, and people added none.
    Partly,
    /// People wrote lines of their own, or all of it anew.
    Changed,
    /// None stands: the note is gone, or as it was before.
    Nothing,
    /// It cannot be told: what was proposed is no longer known.
    Untold,
}

/// What became of a proposed text. `before`: the note that it was to replace, empty if there was none.
pub(super) fn kept(before: &[u8], proposed: &[u8], now: &[u8]) -> Result<Kept> {
    if plain(now) == plain(proposed) {
        return Ok(Kept::All);
    }
    if !before.is_empty() && plain(now) == plain(before) {
        return Ok(Kept::Nothing);
    }
    let lines: Vec<&[u8]> = proposed.split(|byte| *byte == b'\n').collect();
    let added = changed_lines(before, proposed)?.added;
    let of_learning = added.iter().filter_map(|number| lines.get(*number as usize - 1).copied());
    let mut stand: BTreeMap<&[u8], usize> = BTreeMap::new();
    for line in now.split(|byte| *byte == b'\n') {
        *stand.entry(trimmed(line)).or_default() += 1;
    }
    let kept = of_learning.map(trimmed).filter(|line| !line.is_empty()).filter(|line| {
        let left = stand.get_mut(line).filter(|left| **left > 0);
        left.map(|left| *left -= 1).is_some()
    });
    let kept = kept.count();
    let by_people = changed_lines(proposed, now)?.added.len();
    Ok(match (kept, by_people) {
        (0, 0) => Kept::Nothing,
        (_, 0) => Kept::Partly,
        _ => Kept::Changed,
    })
}

/// A text without what Windows and editors do to line ends.
fn plain(text: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').map(trimmed).collect();
    while lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    lines
}

fn trimmed(line: &[u8]) -> &[u8] {
    line.trim_ascii_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_stand_are_told_from_lines_that_people_wrote() {
        let kept = |before: &str, proposed: &str, now: &str| {
            kept(before.as_bytes(), proposed.as_bytes(), now.as_bytes()).unwrap()
        };
        assert_eq!(kept("", "a\nb\n", "a\r\nb"), Kept::All);
        assert_eq!(kept("", "a\nb\n", "b\n"), Kept::Partly);
        assert_eq!(kept("", "a\nb\n", "a\nb\nc\n"), Kept::Changed);
        assert_eq!(kept("", "a\nb\n", "x\ny\n"), Kept::Changed);
        assert_eq!(kept("old\n", "new\n", "old\n"), Kept::Nothing);
        assert_eq!(kept("old\n", "old\nnew\n", "old\nnewer\n"), Kept::Changed);
        assert_eq!(kept("old\n", "old\nnew\nmore\n", "old\nnew\n"), Kept::Partly);
    }
}
