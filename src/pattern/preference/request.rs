//! How alike the requests of sessions are, so that one job in other words is not taken for two.
//!
//! A wish that is only said where one thing is asked for belongs to that thing. Owns the comparison of requests by
//! their rare words; refuses to name jobs ([`crate::pattern::job`] does, where requests are nearly the same).

use super::vote;
use super::wish::read;
use crate::digest::Digest;
use crate::digest::remark::cue::Strength;
use crate::digest::step::Step;
use crate::pattern::Corpus;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Shared weight, as a share of the lighter request's, from which two requests are about one thing.
const ONE_THING: f64 = 0.5;
/// Requests that a small collection is treated as having besides its own.
const BACKGROUND: f64 = 30.0;
/// Occurrences that every word is treated as having besides its own.
const SMOOTHING: f64 = 3.0;

/// The words of every session's request, and how rare each word is among requests.
#[derive(Clone, Debug, Default)]
pub(super) struct Requests {
    words: Vec<BTreeSet<String>>,
    weight: BTreeMap<String, f64>,
    /// In how many jobs' requests each word is.
    pub(super) asked: BTreeMap<String, usize>,
    /// In how many jobs each word is in a request or in the name of a step that was taken: what everybody works with
    /// (`commit`, `test`) names nothing.
    pub(super) worked_with: BTreeMap<String, usize>,
}

impl Requests {
    /// Reads the requests of all sessions, in the corpus' order.
    pub(super) fn of(corpus: &Corpus<'_>) -> Requests {
        let words: Vec<BTreeSet<String>> = corpus
            .digests
            .par_iter()
            .map(|digest| read(&without_wishes(digest), false).terms.into_keys().collect())
            .collect();
        let mut having: BTreeMap<&str, (usize, BTreeSet<usize>)> = BTreeMap::new();
        for (session, of) in words.iter().enumerate() {
            for word in of {
                let (times, jobs) = having.entry(word).or_default();
                *times += 1;
                jobs.insert(corpus.jobs.of(session));
            }
        }
        let rarity =
            |times: usize| ((words.len() as f64 + BACKGROUND) / (times as f64 + SMOOTHING)).ln().max(0.1);
        let weight = having.iter().map(|(word, (times, _))| ((*word).to_owned(), rarity(*times))).collect();
        let asked: BTreeMap<String, usize> =
            having.iter().map(|(word, (_, jobs))| ((*word).to_owned(), jobs.len())).collect();
        let mut worked_with = asked.clone();
        for (word, jobs) in words_of_steps(corpus) {
            let known = worked_with.entry(word).or_default();
            *known = (*known).max(jobs);
        }
        Requests { words, weight, asked, worked_with }
    }

    /// Whether two sessions were asked for one thing, the words of `besides` left out on both sides. Where nothing is
    /// left to compare, they are taken to be different.
    pub(super) fn alike(&self, a: usize, b: usize, besides: &BTreeSet<String>) -> bool {
        let (Some(a), Some(b)) = (self.words.get(a), self.words.get(b)) else { return false };
        let weigh = |words: &mut dyn Iterator<Item = &String>| -> f64 {
            words.filter(|word| !besides.contains(*word)).filter_map(|word| self.weight.get(word)).sum()
        };
        let shared = weigh(&mut a.intersection(b));
        let lighter = weigh(&mut a.iter()).min(weigh(&mut b.iter()));
        lighter > 0.0 && shared >= ONE_THING * lighter
    }

    /// Whether hardly any request has all of these words together, however common each is.
    pub(super) fn never_has(&self, terms: &BTreeSet<&str>) -> bool {
        let all = |words: &&BTreeSet<String>| terms.iter().all(|term| words.contains(*term));
        terms.len() > 1 && self.words.iter().filter(all).count() < 2
    }

    /// How many things these sessions were asked for, at most `enough`: more need not be told apart.
    pub(super) fn different(
        &self,
        sessions: &BTreeSet<usize>,
        besides: &BTreeSet<String>,
        enough: usize,
    ) -> usize {
        let mut apart: Vec<usize> = Vec::new();
        for &session in sessions {
            if apart.len() >= enough {
                break;
            }
            if !apart.iter().any(|&other| self.alike(session, other, besides)) {
                apart.push(session);
            }
        }
        apart.len()
    }
}

/// What a session was asked for, the wishes left out that people add to a request: `fix the login. no emojis, ever`
/// asks for nothing about emojis.
fn without_wishes(digest: &Digest) -> String {
    let mut ask = digest.ask.as_str().to_owned();
    for remark in &digest.remarks {
        let adds = remark.lasting || vote::strength(&remark.text) >= Some(Strength::Standing);
        if adds && !vote::opens_request(digest, &remark.text) {
            ask = ask.replace(remark.text.as_str(), " ");
        }
    }
    ask
}

/// The words of steps' names, each with in how many jobs it is.
fn words_of_steps(corpus: &Corpus<'_>) -> BTreeMap<String, usize> {
    let mut jobs_of: BTreeMap<&Step, BTreeSet<usize>> = BTreeMap::new();
    for (session, digest) in corpus.digests.iter().enumerate() {
        for step in &digest.steps {
            jobs_of.entry(step).or_default().insert(corpus.jobs.of(session));
        }
    }
    let mut words: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (step, jobs) in jobs_of {
        for word in read(&step.0, false).terms.into_keys() {
            words.entry(word).or_default().extend(&jobs);
        }
    }
    words.into_iter().map(|(word, jobs)| (word, jobs.len())).collect()
}
