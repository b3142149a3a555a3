//! Outcomes that became known after their session was digested: `outcomes/<cycle>.jsonl`.
//!
//! A digest in the ledger is never rewritten. What an evaluation or a CI run says of its session later is added
//! beside it, one JSON object a line, and joined when digests are read. Owns the line's format and the rule that of
//! several outcomes of one session the last one wins, of those that are as trustworthy as any. Refuses to judge an outcome.

use crate::digest::{Digest, Outcome, OutcomeSource};
use crate::redact::Clean;
use crate::session::SessionId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The outcome of a session that an earlier cycle digested.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LateOutcome {
    /// The session.
    pub session: SessionId,
    /// 0 failed, 1 succeeded.
    pub outcome: f64,
    /// Who says so.
    #[serde(default = "stated", skip_serializing_if = "is_stated")]
    pub by: OutcomeSource,
    /// The rubric that it was graded by, with its version: `task@0123abcd`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rubric: Option<String>,
    /// Its job, where that is told with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<Clean>,
    /// When it was added, as given by `--now`.
    pub at: Timestamp,
    /// How many additions of outcomes the ledger had before: the order of those with the same moment.
    #[serde(default)]
    pub after: usize,
}

impl LateOutcome {
    /// Whether a digest says something else than this.
    pub fn is_news_to(&self, digest: &Digest) -> bool {
        digest.outcome != Some(self.outcome()) || self.job.is_some() && self.job != digest.task
    }

    fn outcome(&self) -> Outcome {
        Outcome { score: self.outcome, by: self.by }
    }
}

fn stated() -> OutcomeSource {
    OutcomeSource::Stated
}

fn is_stated(by: &OutcomeSource) -> bool {
    *by == OutcomeSource::Stated
}

/// Joins digests, sorted by session, with what became known of them, whatever order that comes in.
pub fn join(digests: &mut [Digest], mut late: Vec<LateOutcome>) {
    late.sort_by_key(|late| (late.at, late.after));
    for outcome in late {
        let Ok(place) = digests.binary_search_by(|digest| digest.session.cmp(&outcome.session)) else {
            continue;
        };
        let Some(digest) = digests.get_mut(place) else { continue };
        // What a model made of a session is less than what it states or its tests show.
        if digest.outcome.is_none_or(|known| outcome.by <= known.by) {
            digest.outcome = Some(outcome.outcome());
        }
        if outcome.job.is_some() {
            digest.task = outcome.job;
        }
    }
}
