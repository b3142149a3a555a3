//! What sessions made of a note since people took it up.
//!
//! Only the words: another module measures it, the plan reads it. A note that works must not look stale because its
//! mistake stopped, and one that is read while its mistake goes on must not look useful because it is read.

use crate::pattern::Rate;
use jiff::Timestamp;
use serde::Serialize;

/// How often a note came before agents since it says what it says, and what they did then: independent sessions, each
/// counted once among the first two, and at most once among the next two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Usage {
    /// Its rule was put before the agent.
    pub shown: u32,
    /// The agent asked for all of it.
    pub opened: u32,
    /// The agent then did what it says.
    pub followed: u32,
    /// What it is against then came up all the same.
    pub contradicted: u32,
    /// Sessions in which git-dream could have shown it. Where there are none, that nobody read it says nothing.
    pub connected: u32,
    /// When a session last followed it.
    pub last_followed: Option<Timestamp>,
}

impl Usage {
    /// The sessions that it came before.
    pub fn given(&self) -> u32 {
        self.shown + self.opened
    }

    /// Those of which nobody can tell what they did with it.
    pub fn unknown(&self) -> u32 {
        self.given().saturating_sub(self.followed + self.contradicted)
    }
}

impl std::fmt::Display for Usage {
    /// `shown in 12 sessions, opened in 3; then followed in 5, contradicted in 1, unknown in 9`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sessions = |n: u32| if n == 1 { "1 session".to_owned() } else { format!("{n} sessions") };
        let Usage { shown, opened, followed, contradicted, connected, .. } = self;
        if self.given() == 0 {
            return match connected {
                0 => f.write_str("came before no agent; no session had git-dream connected"),
                _ => write!(f, "came before no agent in {} with git-dream connected", sessions(*connected)),
            };
        }
        write!(f, "shown in {}, opened in {opened}; then ", sessions(*shown))?;
        write!(f, "followed in {followed}, contradicted in {contradicted}, unknown in {}", self.unknown())?;
        if *connected > self.given() {
            write!(f, "; git-dream was connected in {connected}")?;
        }
        Ok(())
    }
}

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
    /// How often it came before agents, and what they did then.
    pub usage: Usage,
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
