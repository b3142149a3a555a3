//! What sessions made of a note since people took it up.
//!
//! Only the words: another module measures it, the plan reads it. A note that works must not look stale because its
//! mistake stopped, and one that is read while its mistake goes on must not look useful because it is read.

use crate::pattern::Rate;
use jiff::Timestamp;
use serde::Serialize;

/// What a note did, as far as the sessions since its merge can tell.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Impact {
    /// Before the merge: the sessions with what the note is against (its mistake, a session that went another way
    /// than its workflow, a person who had to say it again), out of those in which it could have been.
    pub before: Rate,
    /// The same since the merge.
    pub after: Rate,
    /// Of those since the merge, where the note was read.
    pub read: Rate,
    /// Of those since the merge, where it was not.
    pub unread: Rate,
    /// When a session last read the note.
    pub last_read: Option<Timestamp>,
    /// When a session last showed what the note is against, or for a workflow, followed it.
    pub last_seen: Option<Timestamp>,
    /// When a session last did what the note is about, whether or not what it is against came up: ran its step, or had
    /// its job. `None` where nothing tells such sessions from others, as with a wish.
    pub last_occasion: Option<Timestamp>,
    /// What that comes to.
    pub effect: Effect,
}

/// What the figures come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// What it is against has become rarer, beyond chance.
    Works,
    /// There is enough to tell, and no difference to be seen.
    NoEffectSeen,
    /// Too few sessions could have shown it.
    TooEarly,
    /// It is read, and what it is against goes on.
    Ineffective,
}

impl std::fmt::Display for Effect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Effect::Works => "works",
            Effect::NoEffectSeen => "no effect seen",
            Effect::TooEarly => "too early",
            Effect::Ineffective => "ineffective: revise",
        })
    }
}
