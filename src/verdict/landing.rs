//! Which learnings the target's commits say have landed, and which were taken back.
//!
//! The history is replayed from its beginning. A commit that names a pattern of a cycle in its message lands that
//! learning: the cycle's own commit, a copy of it, a squash with the trailers of many in its body. `git revert` names
//! the commit that it takes back: a learning, a squash, a merge with all that it brought, or a revert, whose learnings
//! land again. What the messages do not say, [`super::text`] finds in the notes.

use super::history::History;
use std::collections::BTreeMap;

/// A learning by the names of its cycle and its pattern.
pub type Key = (String, String);

/// Stands for the cycle where a pattern was forgotten: that lands, and is taken back, as learnings are. No cycle has
/// this name.
const FORGOTTEN: &str = "";

/// What the messages say about one learning.
#[derive(Clone, Debug)]
pub(super) struct Landing {
    /// Whether it stands, by the last of them.
    pub(super) stands: bool,
    /// The commit that landed it first.
    pub(super) landed: usize,
    /// The commit that decided last.
    pub(super) decided: usize,
    /// Whether that one was a revert.
    pub(super) is_revert: bool,
    /// Whether it landed again after a revert.
    pub(super) again: bool,
    /// Whether the commit that landed it landed others too.
    pub(super) in_company: bool,
}

/// What the messages say about every learning.
pub(super) struct Landings(BTreeMap<Key, Landing>);

/// What a commit did to learnings: landed (`true`) or taken back.
type Effect = Vec<(Key, bool)>;

impl Landings {
    /// Replays a history.
    pub(super) fn of(history: &History) -> Landings {
        let mut landings = Landings(BTreeMap::new());
        let mut effects: BTreeMap<usize, Effect> = BTreeMap::new();
        for (at, past) in history.commits.iter().enumerate() {
            let mut effect: Effect = Vec::new();
            for taken_back in reverted(&past.message).filter_map(|name| history.find(name)) {
                effect.extend(undone(history, &effects, taken_back));
            }
            let is_revert = !effect.is_empty();
            // A revert may quote what it takes back.
            if !is_revert {
                effect.extend(named(&past.message).into_iter().map(|key| (key, true)));
            }
            if effect.is_empty() {
                continue;
            }
            for (key, lands) in &effect {
                landings.apply(key, *lands, at, is_revert, effect.len() > 1);
            }
            effects.insert(at, effect);
        }
        landings
    }

    fn apply(&mut self, key: &Key, lands: bool, at: usize, is_revert: bool, in_company: bool) {
        match self.0.get_mut(key) {
            // Picked before it was merged: it landed once.
            Some(landing) if lands && landing.stands => {}
            Some(landing) => {
                landing.again |= lands;
                (landing.stands, landing.decided, landing.is_revert) = (lands, at, is_revert);
            }
            None => {
                let landing =
                    Landing { stands: lands, landed: at, decided: at, is_revert, again: false, in_company };
                self.0.insert(key.clone(), landing);
            }
        }
    }

    /// What is said about a learning; `None`: nothing.
    pub(super) fn of_learning(&self, key: &Key) -> Option<&Landing> {
        self.0.get(key)
    }

    /// What is said about forgetting a pattern, where it is forgotten.
    pub(super) fn forgotten(&self, pattern: &str) -> Option<&Landing> {
        self.0.get(&(FORGOTTEN.to_owned(), pattern.to_owned())).filter(|landing| landing.stands)
    }

    /// The learning of a cycle that landed last; `None` where none ever has.
    pub(super) fn last_of(&self, cycle: &str) -> Option<&Landing> {
        let of_cycle =
            self.0.range((cycle.to_owned(), String::new())..).take_while(|(key, _)| key.0 == cycle);
        of_cycle.map(|(_, landing)| landing).max_by_key(|landing| landing.landed)
    }
}

/// What reverting a commit does: the opposite of what the commit did, or of what came with it if it is a merge.
fn undone(history: &History, effects: &BTreeMap<usize, Effect>, commit: usize) -> Effect {
    let mut commits = vec![commit];
    if history.commits[commit].parents.len() > 1 {
        commits.extend(history.merged_with(commit));
    }
    // What a merge brought is undone as a whole: the last word of it counts.
    commits.sort_unstable();
    let mut last: BTreeMap<&Key, bool> = BTreeMap::new();
    for (key, lands) in commits.iter().filter_map(|commit| effects.get(commit)).flatten() {
        last.insert(key, *lands);
    }
    last.into_iter().map(|(key, lands)| (key.clone(), !lands)).collect()
}

/// The learnings that a message names, and the patterns that it forgets: in trailers or, where commits were squashed
/// into one, anywhere in its body.
pub fn named(message: &str) -> Vec<Key> {
    let mut keys = Vec::new();
    let mut cycle = None;
    for line in message.lines() {
        // `git merge --squash` indents the messages that it puts together.
        let line = line.trim_start();
        if let Some(name) = line.strip_prefix("Dream-Cycle: ") {
            cycle = Some(name.trim());
        } else if line.trim_end() == "Dream-Change: forget" {
            cycle = Some(FORGOTTEN);
        } else if let (Some(pattern), Some(cycle)) = (line.strip_prefix("Dream-Pattern: "), cycle) {
            let key = (cycle.to_owned(), pattern.trim().to_owned());
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    keys
}

/// The commits that a message says are taken back.
pub(super) fn reverted(message: &str) -> impl Iterator<Item = &str> {
    let said = message.match_indices("This reverts commit ").map(|(at, said)| &message[at + said.len()..]);
    said.map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(rest.len());
        &rest[..end]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_learnings_and_what_they_take_back() {
        let squash = "Dreams (#7)\n\n* mistake: a\n\n  Dream-Cycle: c1\n  Dream-Kind: mistake\n  Dream-Pattern: p1\n\n* mistake: b\n\n  Dream-Cycle: c1\n  Dream-Pattern: p2\n";
        let key = |pattern: &str| ("c1".to_owned(), pattern.to_owned());
        assert_eq!(named(squash), [key("p1"), key("p2")]);
        assert_eq!(named("Dream-Pattern: p1"), []);
        let forget = "forget: a\n\nDream-Change: forget\nDream-Kind: mistake\nDream-Pattern: p1\n";
        assert_eq!(named(&format!("{squash}\n{forget}"))[2..], [(FORGOTTEN.to_owned(), "p1".to_owned())]);
        let revert = "Revert \"x\"\n\nThis reverts commit 0123abc, reversing\nchanges made to 4567def.\n";
        assert_eq!(reverted(revert).collect::<Vec<_>>(), ["0123abc"]);
    }
}
