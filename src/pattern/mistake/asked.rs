//! Whether sessions were asked for clearly different things.
//!
//! One job asked for in several wordings can look like several jobs. For a mistake that would make an error of one
//! job a recurring one, so the gate asks for more: requests that share most of what is rare in them are one job
//! here, whatever else they say.

use crate::digest::Digest;
use crate::pattern::Corpus;
use std::collections::{BTreeMap, BTreeSet};

/// Share of the rarer words of the shorter request from which two requests may be for one job.
const SAME_REQUEST: f64 = 0.5;

/// The words of every request, with how telling each is.
pub(super) struct Asks {
    words: Vec<BTreeSet<String>>,
    /// Inverse document frequency.
    telling: BTreeMap<String, f64>,
}

impl Asks {
    /// Looks at every request once.
    pub(super) fn of(digests: &[Digest]) -> Asks {
        let words: Vec<BTreeSet<String>> = digests.iter().map(|digest| words(&digest.ask)).collect();
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        for word in words.iter().flatten() {
            *times.entry(word.clone()).or_default() += 1;
        }
        let all = digests.len().max(1) as f64;
        let telling =
            times.into_iter().map(|(word, times)| (word, (1.0 + all / times as f64).ln())).collect();
        Asks { words, telling }
    }

    /// How many clearly different things these sessions were asked for. Stated tasks are believed; a session
    /// that was asked nothing is a job of its own, as the jobs say.
    pub(super) fn different(&self, corpus: &Corpus<'_>, sessions: &BTreeSet<usize>) -> u32 {
        let mut jobs: BTreeMap<usize, usize> = BTreeMap::new();
        for &session in sessions {
            jobs.entry(corpus.jobs.of(session)).or_insert(session);
        }
        let mut apart: Vec<usize> = Vec::new();
        for &session in jobs.values() {
            if !apart.iter().any(|&other| self.may_be_one_job(corpus.digests, session, other)) {
                apart.push(session);
            }
        }
        apart.len() as u32
    }

    fn may_be_one_job(&self, digests: &[Digest], a: usize, b: usize) -> bool {
        let stated = |session: usize| digests.get(session).is_some_and(|digest| digest.task.is_some());
        let (Some(left), Some(right)) = (self.words.get(a), self.words.get(b)) else { return false };
        if (stated(a) && stated(b)) || left.is_empty() || right.is_empty() {
            return false;
        }
        let sum = |words: &mut dyn Iterator<Item = &String>| -> f64 {
            words.map(|word| self.telling.get(word).copied().unwrap_or_default()).sum()
        };
        let shared = sum(&mut left.intersection(right));
        let shorter = sum(&mut left.iter()).min(sum(&mut right.iter()));
        shorter > 0.0 && shared / shorter >= SAME_REQUEST
    }
}

/// The words of a request in lower case, short ones left out.
fn words(ask: &str) -> BTreeSet<String> {
    ask.split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() > 2)
        .map(str::to_lowercase)
        .collect()
}
