//! Sentences for the commit: what speaks for a learning, in numbers.

use crate::learning::message;
use crate::pattern::{Grade, Pattern, Rate, Remedy};

/// Who saw it, from when to when.
pub(super) fn seen(pattern: &Pattern) -> String {
    let support = &pattern.support;
    let day = |at: Option<jiff::Timestamp>| at.map(|at| at.strftime("%Y-%m-%d").to_string());
    let period = match (day(support.first), day(support.last)) {
        (Some(first), Some(last)) if first == last => format!(", on {first}"),
        (Some(first), Some(last)) => format!(", from {first} to {last}"),
        _ => String::new(),
    };
    format!("Seen in {}{period}.", message::support_in_words(support))
}

/// What the grade means.
pub(super) fn grade(grade: Grade) -> &'static str {
    match grade {
        Grade::Suggested => "Graded suggested: agents say so, and nothing else supports it yet.",
        Grade::Friction => {
            "Graded friction: it recurs and costs retries; no outcome says that it makes sessions fail."
        }
        Grade::Corroborated => {
            "Graded corroborated: independent sessions agree; nothing here proves a cause."
        }
        Grade::Confirmed => {
            "Graded confirmed: runs of the same job with and without it end differently, and the false-discovery bound holds."
        }
    }
}

/// How often a remedy worked.
pub(super) fn remedy(remedy: &Remedy) -> String {
    format!("worked in {} of the {} that tried", remedy.worked, sessions(remedy.tried))
}

/// `1 session`, `2 sessions`.
pub(super) fn sessions(n: u32) -> String {
    if n == 1 { "1 session".to_owned() } else { format!("{n} sessions") }
}

/// `11 of 12`.
pub(super) fn rate(rate: Rate) -> String {
    format!("{} of {}", rate.hits, rate.of)
}
