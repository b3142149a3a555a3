//! What a program can mend: the index, and white space.

use super::change::Change;
use super::rule::style;
use crate::memory::{MEMORY_FILE, index};
use crate::settings::Settings;
use std::collections::BTreeMap;

/// The new texts, by path inside the memory, of the files that can be mended. `usefulness` ranks notes by their path,
/// for an index that cannot hold all.
pub fn fix(
    change: &Change,
    settings: &Settings,
    usefulness: &BTreeMap<String, f64>,
) -> BTreeMap<String, String> {
    let mut mended = BTreeMap::new();
    for (path, text, _) in change.texts().filter(|(path, ..)| path.ends_with(".md")) {
        let better = style::mended(&text);
        if better != text {
            mended.insert(path.to_owned(), better);
        }
    }
    let mut memory = change.memory_after();
    if let Some(main) = mended.get(MEMORY_FILE) {
        memory.main = Some(main.clone());
    }
    let budget = settings.memory.budget as usize;
    let too_long = memory.main.as_deref().is_some_and(|main| index::tokens(main) > budget);
    if too_long || !index::drift(&memory).is_empty() {
        mended.insert(MEMORY_FILE.to_owned(), index::regenerate(&memory, usefulness, budget));
    }
    mended
}
