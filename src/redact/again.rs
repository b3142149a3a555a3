//! Looking through a text that was written down clean.
//!
//! A ledger may have been edited, so every text is redacted again when it is read back. A ledger says the same few
//! things over and over, though: names of steps, agents, people, the same request. What this thread found clean as
//! it stands a moment ago is clean still, and equal texts then share one piece of memory. Refuses to remember a text
//! in which something was found, and to grow beyond its bounds.

use super::clean::Clean;
use super::redactor::redact;
use std::cell::RefCell;
use std::collections::HashSet;

/// Most texts that a thread remembers; then it begins anew.
const MOST_TEXTS: usize = 1 << 16;
/// Longest text that is remembered, bytes: long ones hardly come twice.
const LONGEST: usize = 256;

thread_local! {
    static CLEAN: RefCell<HashSet<Clean>> = RefCell::default();
}

/// Redacts a text that is most likely clean and was seen before.
pub(super) fn redact_again(raw: &str) -> Clean {
    if raw.len() > LONGEST {
        return redact(raw);
    }
    CLEAN.with_borrow_mut(|known| match known.get(raw) {
        Some(clean) => clean.clone(),
        None => {
            let clean = redact(raw);
            if known.len() >= MOST_TEXTS {
                known.clear();
            }
            if &*clean == raw {
                known.insert(clean.clone());
            }
            clean
        }
    })
}
