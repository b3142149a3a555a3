//! A number with what it counts, as sentences say it.

/// `1 session`, `2 sessions`, `1 person`, `2 people`.
pub(crate) fn count(n: impl TryInto<u64>, noun: &str) -> String {
    match (n.try_into().unwrap_or(u64::MAX), noun) {
        (1, noun) => format!("1 {noun}"),
        (n, "person") => format!("{n} people"),
        (n, noun) => format!("{n} {noun}s"),
    }
}
