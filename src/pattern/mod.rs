//! What holds across sessions.
//!
//! `mine` takes the digests of all sessions and gives [`Pattern`]s: recurring mistakes ([`mistake`] from error
//! texts, [`contrast`] from outcomes), converged workflows ([`playbook`]), emergent [`preference`]s, and what
//! agents suggest ([`suggestion`]). Pure functions: the same set of digests gives the same patterns in the same order, whatever order they came in.
//! Refuses to word anything: that is the author's work in [`crate::learning`].

pub mod contrast;
pub mod identity;
pub mod job;
mod lesson;
pub mod memo;
mod mining;
pub mod mistake;
pub mod playbook;
pub mod preference;
pub mod statistics;
pub(crate) mod stem;
pub mod suggestion;
pub mod template;
pub mod witness;
mod worded;

pub use identity::Known;
pub use lesson::{
    ConflictLesson, ContrastLesson, Done, ErrorLesson, Further, Habit, Lesson, Rate, Remedy, Side,
    SuggestionLesson, Way, WishLesson, WorkflowLesson, WorkflowStep,
};
pub use mining::{Given, Mined, mine, mine_telling};

use crate::digest::Digest;
use crate::redact::Clean;
use crate::session::SessionId;
use crate::settings::Mining;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Names a pattern; stays the same from cycle to cycle. 16 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The fingerprint of a lesson with these defining parts (kind first, then whatever makes it this lesson
    /// and no other: never counts, dates or examples).
    pub fn of(parts: &[&str]) -> Fingerprint {
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        Fingerprint(hasher.finalize().to_hex()[..16].to_owned())
    }

    /// Takes a fingerprint that was written down earlier (a commit trailer); `None` unless well-formed.
    pub fn parse(text: &str) -> Option<Fingerprint> {
        SessionId::parse(text).map(|_| Fingerprint(text.to_owned()))
    }

    /// The 16 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The three kinds of thing that a memory holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Something that keeps going wrong.
    Mistake,
    /// A workflow that sessions converge on.
    Playbook,
    /// What people keep asking for.
    Preference,
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Kind::Mistake => "mistake",
            Kind::Playbook => "playbook",
            Kind::Preference => "preference",
        })
    }
}

impl std::fmt::Display for Grade {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Grade::Suggested => "suggested",
            Grade::Friction => "friction",
            Grade::Corroborated => "corroborated",
            Grade::Confirmed => "confirmed",
        })
    }
}

/// How sure we may be, and of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// Agents suggested it; no failure, no request of a person and no outcome was counted for it.
    Suggested,
    /// It recurs and costs retries; no outcome says that it causes failure.
    Friction,
    /// Independent sessions, jobs and agents over the thresholds, with a remedy that was seen to work or
    /// several people asking.
    Corroborated,
    /// A contrast within jobs with outcomes, the false-discovery bound held.
    Confirmed,
}

impl Grade {
    /// Takes a word that was written down earlier (a commit trailer); friction for any that is none.
    pub fn parse(word: &str) -> Grade {
        let known = [Grade::Confirmed, Grade::Corroborated, Grade::Suggested].into_iter();
        known.into_iter().find(|grade| grade.to_string() == word).unwrap_or(Grade::Friction)
    }
}

/// Where a pattern was seen: the smallest circle that covers its evidence. All `None` is the whole team.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Scope {
    /// Only with this agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<Clean>,
    /// Only with this model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<Clean>,
    /// Only in this project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<Clean>,
    /// Only for this person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contributor: Option<Clean>,
}

/// How much speaks for a pattern, independent witnesses only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Support {
    /// Independent sessions (distinct roots).
    pub sessions: u32,
    /// Distinct jobs.
    pub jobs: u32,
    /// Distinct agents (tool and model).
    pub agents: u32,
    /// Distinct people; 0 where no transcript says who.
    pub people: u32,
    /// First and last time it was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Timestamp>,
    /// See `first`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Timestamp>,
    /// The sessions counted, as indices into the digests that were mined; empty where it was read back.
    #[serde(skip)]
    pub seen_in: Vec<usize>,
    /// Sessions, counted in the same way, that show it too and had read its own note: no evidence for it.
    #[serde(skip)]
    pub readers: Vec<usize>,
    /// Of an error: where it happened, also where its note had been read.
    #[serde(skip)]
    pub met: Vec<Met>,
    /// Of a workflow: the sessions that were asked for what it is for, and whether each of them followed it.
    #[serde(skip)]
    pub asked: Vec<(usize, bool)>,
    /// Of a wish: what people said, sentence by sentence, also where its note had been read.
    #[serde(skip)]
    pub said: Vec<preference::Turn>,
}

/// An error in one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Met {
    /// The session, as an index into the digests that were mined.
    pub session: usize,
    /// The first event where it happened.
    pub first: u32,
    /// The last one.
    pub last: u32,
}

/// A verbatim quote with the session and event it comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Evidence {
    /// The session.
    pub session: SessionId,
    /// The event in it.
    pub event: u32,
    /// When the session began, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The quote, from a digest of that session.
    pub quote: Clean,
}

/// Everything a miner looks at.
#[derive(Clone, Debug)]
pub struct Corpus<'a> {
    /// The digests, in the order of [`witness::in_order`]: miners must not depend on any other order.
    pub digests: &'a [Digest],
    /// Which session (index into `digests`) had which job.
    pub jobs: job::Jobs,
    /// The thresholds.
    pub settings: &'a Mining,
}

/// Something that holds across sessions.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// Its name.
    pub fingerprint: Fingerprint,
    /// What makes it this lesson and no other: the lesson's sort first (`error`, `contrast`, `correction`,
    /// `workflow`, `wish`, `conflict`, `suggestion`), then its defining parts (step and template; the steps; what is wanted
    /// and what not; …). Later cycles recognise the lesson by it, in other words too.
    pub anchor: Vec<Clean>,
    /// What it says.
    pub lesson: Lesson,
    /// How much speaks for it.
    pub support: Support,
    /// How sure we may be.
    pub grade: Grade,
    /// Where it holds.
    pub scope: Scope,
    /// A few quotes, the clearest first, at most one a session; never more than
    /// [`Mining::max_evidence`].
    pub evidence: Vec<Evidence>,
    /// Larger is more worth a place in the memory: cost avoided times certainty. Only for ordering.
    pub weight: f64,
}

impl Pattern {
    /// By what later cycles know it again.
    pub fn known(&self) -> Known {
        Known {
            fingerprint: self.fingerprint.clone(),
            anchor: self.anchor.clone(),
            turns: preference::Turns::of(&self.support.said),
            cycles: 0,
        }
    }

    /// Which folder of the memory it belongs to.
    pub fn kind(&self) -> Kind {
        match self.lesson {
            Lesson::Error(_) | Lesson::Contrast(_) | Lesson::Correction(_) => Kind::Mistake,
            Lesson::Workflow(_) => Kind::Playbook,
            Lesson::Wish(_) | Lesson::Conflict(_) => Kind::Preference,
            Lesson::Suggestion(SuggestionLesson { kind, .. }) => kind,
        }
    }
}
