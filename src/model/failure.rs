//! Why there is no reply.

pub(super) use crate::web::telling;
use std::fmt;

/// Why a prompt has no reply. The texts hold nothing that has not passed redaction: services repeat what they were sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The model would not answer.
    Refused(String),
    /// The answer reached [`super::Prompt::most_tokens`].
    Truncated,
    /// The answer is not the value that was asked for.
    Malformed(String),
    /// The service does not take this key, does not know this model, or finds the request wrong.
    Denied(String),
    /// The service was asked too often, time after time.
    Busy(String),
    /// The service did not do its work, time after time.
    Broken(String),
    /// No answer within the deadline.
    TimedOut(u32),
    /// Nobody is there.
    Unreachable(String),
    /// It would take more than there is to spend.
    OverBudget,
    /// It was asked in a batch that is not done yet; the next cycle fetches the answer.
    InBatch,
    /// A person stopped it.
    Interrupted,
    /// Not asked, because an earlier prompt failed for good.
    NotAsked,
}

impl Failure {
    /// Whether it is of no use to ask anything else.
    pub fn is_final(&self) -> bool {
        matches!(self, Failure::Denied(_) | Failure::Unreachable(_) | Failure::Interrupted)
    }

    /// Whether it is the service's doing and not the prompt's: another prompt may fail in the same way.
    pub(super) fn is_of_the_service(&self) -> bool {
        matches!(self, Failure::Busy(_) | Failure::Broken(_) | Failure::TimedOut(_))
    }

    /// Whether the same prompt may be answered at another time.
    pub fn may_pass(&self) -> bool {
        use Failure::{Broken, Busy, InBatch, Interrupted, NotAsked, OverBudget, TimedOut, Unreachable};
        matches!(
            self,
            Busy(_)
                | Broken(_)
                | TimedOut(_)
                | Unreachable(_)
                | OverBudget
                | InBatch
                | Interrupted
                | NotAsked
        )
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Refused(why) => write!(f, "the model would not answer: {why}"),
            Failure::Truncated => f.write_str("the answer was longer than it may be"),
            Failure::Malformed(why) => write!(f, "the answer is not what was asked for: {why}"),
            Failure::Denied(why) => write!(f, "the request was turned away: {why}"),
            Failure::Busy(why) => write!(f, "the service is busy: {why}"),
            Failure::Broken(why) => write!(f, "the service failed: {why}"),
            Failure::TimedOut(seconds) => write!(f, "no answer within {seconds} seconds"),
            Failure::Unreachable(why) => write!(f, "the service cannot be reached: {why}"),
            Failure::OverBudget => f.write_str("the budget does not reach for it"),
            Failure::InBatch => f.write_str("its batch is not done yet; the next cycle fetches the answer"),
            Failure::Interrupted => f.write_str("stopped by a person"),
            Failure::NotAsked => f.write_str("not asked after the failure before it"),
        }
    }
}

impl std::error::Error for Failure {}
