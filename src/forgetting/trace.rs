//! Which texts say something that only some digests say.
//!
//! The records of cycles hold titles, and a title may be a person's own words. Whether it is one of theirs who is to be
//! forgotten is told by runs of words: one that stands in what is to go and nowhere in what stays. Owns that comparison.
//! Refuses single words: they are everybody's.

use crate::digest::Digest;
use crate::digest::failure::mask;
use serde_json::Value;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Words in a run; a shorter text is one run.
const RUN: usize = 4;

/// Runs of words that stand in what is to go and not in what stays.
#[derive(Clone, Debug, Default)]
pub struct Traces(BTreeSet<u64>);

impl Traces {
    /// Looks for the runs of these texts.
    pub fn of<'d>(
        texts: impl Iterator<Item = &'d str>,
        going: impl Iterator<Item = &'d Digest>,
        staying: impl Iterator<Item = &'d Digest>,
    ) -> Traces {
        let wanted: BTreeSet<u64> = texts.flat_map(|text| runs_of(text).collect::<Vec<_>>()).collect();
        let mut found = BTreeSet::new();
        for digest in going {
            runs_in(digest, &mut |run| found.extend(wanted.get(&run)));
        }
        for digest in staying {
            runs_in(digest, &mut |run| {
                found.remove(&run);
            });
        }
        Traces(found)
    }

    /// Whether a text, one of those that were looked for, has such a run.
    pub fn are_in(&self, text: &str) -> bool {
        runs_of(text).any(|run| self.0.contains(&run))
    }
}

/// The runs of a text: of each part between what a mask has taken out.
fn runs_of(text: &str) -> impl Iterator<Item = u64> {
    let mut parts = vec![Vec::new()];
    for word in text.split_whitespace() {
        match mask::is_placeholder(
            word.trim_matches(|c: char| !matches!(c, '<' | '>') && !c.is_alphanumeric()),
        ) {
            true => parts.push(Vec::new()),
            false => parts.last_mut().into_iter().for_each(|part| part.append(&mut words(word))),
        }
    }
    let runs = |part: Vec<String>| -> Vec<u64> {
        let length = part.len().min(RUN);
        if length < 2 { Vec::new() } else { part.windows(length).map(hash).collect() }
    };
    parts.into_iter().flat_map(runs)
}

/// Every run of two to [`RUN`] words in what a digest says.
fn runs_in(digest: &Digest, take: &mut impl FnMut(u64)) {
    let mut open = Vec::from_iter(serde_json::to_value(digest).ok());
    while let Some(value) = open.pop() {
        match value {
            Value::String(text) => {
                let words = words(&text);
                for length in 2..=RUN {
                    words.windows(length).map(hash).for_each(&mut *take);
                }
            }
            Value::Array(values) => open.extend(values),
            Value::Object(values) => open.extend(values.into_iter().map(|(_, value)| value)),
            _ => {}
        }
    }
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

fn hash(run: &[String]) -> u64 {
    let mut hasher = DefaultHasher::new();
    run.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::redact;
    use crate::session::SessionId;

    fn digest(ask: &str) -> Digest {
        let session = SessionId::of(ask.as_bytes());
        let line = serde_json::json!({
            "session": session, "root": session, "agent": "a", "ask": redact(ask),
            "counts": { "calls": 0, "failed": 0, "retries": 0, "turns": 1 },
        });
        serde_json::from_value(line).unwrap()
    }

    #[test]
    fn words_that_others_say_too_are_no_trace() {
        let titles = ["Never call the harbour master at home", "Always say please", "Boats: <num> of <num>"];
        let going = [digest("never call the harbour master at home, always say please: boats 1 of 2")];
        let staying = [digest("Always say please! And never call the harbour.")];
        let traces = Traces::of(titles.into_iter(), going.iter(), staying.iter());
        assert_eq!(titles.map(|title| traces.are_in(title)), [true, false, false]);
        assert!(!Traces::of(titles.into_iter(), going.iter(), going.iter()).are_in(titles[0]));
    }
}
