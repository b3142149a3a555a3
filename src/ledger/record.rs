//! What a cycle did, as it is written down in `cycles/<cycle>.json`.
//!
//! A wire format of its own, with a version: what is in a repository today must be readable by every later
//! git-dream, whatever the types of the domain become. Unknown fields are ignored, absent ones have defaults.

use super::{CostRecord, ModelRecord};
use crate::learning::Learning;
use crate::learning::refusal::Reopened;
use crate::pattern::{Known, Support};
use crate::redact::Clean;
use crate::repo::Oid;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a cycle did. Object ids are written as 40 hexadecimal digits.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CycleRecord {
    /// Version of this format.
    pub version: u32,
    /// The cycle's name.
    pub cycle: String,
    /// When it ran, as given by `--now`.
    pub at: Timestamp,
    /// The branch that its learnings are proposed for.
    pub target: String,
    /// The commit of that branch which it started from; empty if there was none.
    pub base: String,
    /// The branch that it made, `dream/<cycle>`; `None` when there was nothing to say.
    pub branch: Option<String>,
    /// The last commit of that branch.
    pub tip: Option<String>,
    /// The engine that wrote.
    pub engine: String,
    /// The agent, or the import, whose own branch this is the record of ([`super::own`]); `None` of a dream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Hash of the settings in force: two cycles with the same one judged alike.
    pub settings: String,
    /// Plain counts by name: `sessions_read`, `sessions_new`, `skipped`, …
    pub counts: BTreeMap<String, u64>,
    /// What it proposed, in the order of the commits.
    pub learnings: Vec<LearningRecord>,
    /// What it did not propose, and why.
    pub refused: Vec<RefusedRecord>,
    /// Notes that people should look at, because no cycle can mend them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub due: Vec<DueRecord>,
    /// Fingerprints of learnings of earlier cycles that still waited for review when this one ran: people decided on them
    /// later than that.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<String>,
    /// Lessons that got their name in this cycle: a later one knows them again, in other words too.
    pub known: Vec<Known>,
    /// What a model had to do with it; absent where none was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelRecord>,
}

/// Every lesson that these cycles named, the first name first.
pub fn known(cycles: &[CycleRecord]) -> Vec<Known> {
    let of_cycle = |(before, cycle): (usize, &CycleRecord)| {
        let cycles = before + 1;
        let known = cycle.known.iter().map(move |known| Known { cycles, ..known.clone() });
        known.collect::<Vec<Known>>()
    };
    cycles.iter().enumerate().flat_map(of_cycle).collect()
}

/// A learning that a cycle proposed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LearningRecord {
    /// The commit that proposes it; `None` while it is only planned.
    pub commit: Option<String>,
    /// `add`, `revise`, `promote`, `merge`, `retire`, `restore`.
    pub change: String,
    /// `mistake`, `playbook`, `preference`.
    pub kind: String,
    /// Path of the note.
    pub note: String,
    /// The learning in a sentence.
    pub title: String,
    /// Fingerprint of the pattern.
    pub pattern: String,
    /// How well founded it is.
    pub grade: String,
    /// What it rests on, counted.
    pub support: SupportRecord,
    /// Who rejected it before, and what is new since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reopened: Option<ReopenedRecord>,
    /// Paths of the notes that it takes away: where a note lay before it moved, the other note of a merge.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub leaves: Vec<String>,
    /// How useful its note was held to be beside others; 0 where no record says so.
    #[serde(skip_serializing_if = "is_nought")]
    pub weight: f64,
    /// What its note says, hashed: what people refused of an agent's own is known again when its commits are gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// Who worded it, where that was not the builtin author.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worded_by: Option<String>,
    /// What asking a model about it cost, whenever that was paid; absent where none was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<CostRecord>,
}

/// A learning that was rejected before.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReopenedRecord {
    /// Who rejected it; empty where git does not keep that, as of a branch that is deleted.
    pub who: String,
    /// When.
    pub at: Option<Timestamp>,
    /// With which commit.
    pub commit: Option<String>,
    /// In what way.
    pub how: String,
    /// Why, where somebody said so.
    pub reason: Option<Clean>,
    /// Whether it was said in other words then.
    pub in_other_words: bool,
    /// Independent sessions that spoke for it then.
    pub sessions_then: u32,
    /// Independent sessions that have since.
    pub sessions_since: u32,
}

impl From<&Reopened> for ReopenedRecord {
    fn from(reopened: &Reopened) -> ReopenedRecord {
        let Reopened { refusal, in_other_words, sessions_then, sessions_since, .. } = reopened;
        ReopenedRecord {
            who: refusal.who.clone().unwrap_or_default(),
            at: refusal.at,
            commit: refusal.commit.clone(),
            how: refusal.how.clone(),
            reason: refusal.reason.clone(),
            in_other_words: *in_other_words,
            sessions_then: *sessions_then,
            sessions_since: *sessions_since,
        }
    }
}

fn is_nought(weight: &f64) -> bool {
    *weight == 0.0
}

impl LearningRecord {
    /// The commit that proposes it, where that is the name of one.
    pub fn commit(&self) -> Option<Oid> {
        self.commit.as_deref().and_then(Oid::parse)
    }
}

impl From<&Learning> for LearningRecord {
    fn from(learning: &Learning) -> LearningRecord {
        LearningRecord {
            commit: None,
            change: learning.change.to_string(),
            kind: learning.kind.to_string(),
            note: learning.note.clone(),
            title: learning.title.clone(),
            pattern: learning.pattern.to_string(),
            grade: learning.grade.to_string(),
            support: SupportRecord::from(&learning.support),
            reopened: None,
            leaves: learning.leaves.clone(),
            weight: learning.weight,
            words: None,
            worded_by: learning.worded_by.clone(),
            cost: None,
        }
    }
}

/// What a learning rests on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SupportRecord {
    /// Independent sessions.
    pub sessions: u32,
    /// Distinct jobs.
    pub jobs: u32,
    /// Distinct agents.
    pub agents: u32,
    /// Distinct people; 0 where no transcript says who.
    pub people: u32,
}

impl From<&Support> for SupportRecord {
    fn from(support: &Support) -> SupportRecord {
        let Support { sessions, jobs, agents, people, .. } = *support;
        SupportRecord { sessions, jobs, agents, people }
    }
}

/// Something that a cycle did not propose.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RefusedRecord {
    /// What it would have said.
    pub title: String,
    /// Fingerprint of its pattern, where it has one.
    pub pattern: String,
    /// Why not.
    pub reason: String,
}

/// A note that people should look at.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DueRecord {
    /// Path of the note.
    pub note: String,
    /// What is wrong with it.
    pub reason: String,
}
