//! What one note did, as a report tells it.

use crate::impact::{self, Claim, Hit, Merged};
use crate::learning::effect::{Effect, Usage};
use crate::pattern::Rate;
use crate::verdict::Decider;
use jiff::Timestamp;

/// What a note did that stands.
#[derive(Clone, Debug)]
pub struct Measured {
    /// Its path inside the memory.
    pub note: String,
    /// The learning in a sentence, as it was last taken up.
    pub title: String,
    /// `mistake`, `playbook`, `preference`.
    pub kind: String,
    /// When it first came to the target.
    pub merged: Timestamp,
    /// Who took it up, where git keeps it.
    pub by: Option<Decider>,
    /// When what it says last changed: what comes after is counted from here.
    pub worded: Timestamp,
    /// What is counted: `sessions that ran git push`.
    pub occasion: String,
    /// What a hit is.
    pub hit: Hit,
    /// Before the merge.
    pub before: Rate,
    /// Since.
    pub after: Rate,
    /// Since, where the note was read.
    pub read: Rate,
    /// Since, where it was not.
    pub unread: Rate,
    /// When a session last read it.
    pub last_read: Option<Timestamp>,
    /// When a session last showed what it is against, or for a workflow, followed it.
    pub last_seen: Option<Timestamp>,
    /// How often it came before agents, and what they did then.
    pub usage: Usage,
    /// What the figures come to.
    pub effect: Effect,
    /// What the comparison can carry.
    pub claim: Claim,
    /// Probability, 0 to 1, that it would have shown a halving.
    pub power: Option<f64>,
    /// The rate week by week, oldest first.
    pub weeks: Vec<impact::Week>,
}

impl Measured {
    /// What was measured of a learning that stands.
    pub(super) fn of(merged: &Merged, measured: &impact::Measured) -> Measured {
        let impact::Measured { impact, claim, power, occasion, hit, weeks, .. } = measured;
        Measured {
            note: merged.note.clone(),
            title: merged.title.clone(),
            kind: merged.kind.clone(),
            merged: merged.at,
            by: merged.by.clone(),
            worded: merged.worded,
            occasion: occasion.clone(),
            hit: *hit,
            before: impact.before,
            after: impact.after,
            read: impact.read,
            unread: impact.unread,
            last_read: impact.last_read,
            last_seen: impact.last_seen,
            usage: impact.usage,
            effect: impact.effect,
            claim: *claim,
            power: *power,
            weeks: weeks.clone(),
        }
    }

    /// Where it stands in a list: what works first, then what needs somebody.
    pub(super) fn rank(&self) -> u8 {
        match self.effect {
            Effect::Works => 0,
            Effect::Ineffective => 1,
            Effect::NoEffectSeen => 2,
            Effect::TooEarly => 3,
        }
    }
}
