//! Figures as they are printed for programs, wherever they are printed.

use crate::learning::effect::Usage;
use crate::pattern::Rate;
use crate::pattern::statistics::interval::wilson;
use jiff::Timestamp;
use serde::Serialize;

/// A rate with its 95 % interval.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Share {
    hits: u32,
    of: u32,
    interval: (f64, f64),
}

impl From<Rate> for Share {
    fn from(Rate { hits, of }: Rate) -> Share {
        Share { hits, of, interval: wilson(hits, of) }
    }
}

/// Independent sessions since a note says what it says, that it came before, and what they did then.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Used {
    shown: u32,
    opened: u32,
    followed: u32,
    contradicted: u32,
    /// Of those that it came before, those of which nobody can tell which of the two.
    unknown: u32,
    /// Those in which git-dream could have shown it.
    connected: u32,
    last_followed: Option<Timestamp>,
}

impl From<Usage> for Used {
    fn from(usage: Usage) -> Used {
        let Usage { shown, opened, followed, contradicted, connected, last_followed } = usage;
        Used { shown, opened, followed, contradicted, unknown: usage.unknown(), connected, last_followed }
    }
}
