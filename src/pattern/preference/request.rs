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
use crate::pattern::job::Job;
use crate::pattern::worded::{Word, Worded, different};
use rayon::prelude::*;
use std::borrow::Cow;
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
    words: Worded,
    /// By the number of a word.
    weight: Vec<f64>,
    /// In how many jobs' requests each word is.
    pub(super) asked: BTreeMap<String, usize>,
    /// In how many jobs each word is in a request or in the name of a step that was taken: what everybody works with
    /// (`commit`, `test`) names nothing.
    pub(super) worked_with: BTreeMap<String, usize>,
}

impl Requests {
    /// Reads the requests of all sessions, in the corpus' order.
    pub(super) fn of(corpus: &Corpus<'_>) -> Requests {
        let asks: Vec<Cow<'_, str>> = corpus.digests.par_iter().map(without_wishes).collect();
        let asks: Vec<&str> = asks.iter().map(Cow::as_ref).collect();
        let words = Worded::of(&asks, |ask| read(ask, false).terms.into_keys());
        let mut times = vec![0usize; words.words.len()];
        let mut jobs = JobsHaving::new(words.words.len());
        for job in 0..corpus.jobs.count() {
            for &word in corpus.jobs.sessions(job).iter().flat_map(|&session| words.set(session)) {
                times[word as usize] += 1;
                jobs.count(word, job);
            }
        }
        let rarity =
            |times: &usize| ((asks.len() as f64 + BACKGROUND) / (*times as f64 + SMOOTHING)).ln().max(0.1);
        let weight = times.iter().map(rarity).collect();
        let asked: BTreeMap<String, usize> = words.words.iter().cloned().zip(jobs.counts).collect();
        let mut worked_with = asked.clone();
        for (word, jobs) in words_of_steps(corpus) {
            let known = worked_with.entry(word).or_default();
            *known = (*known).max(jobs);
        }
        Requests { words, weight, asked, worked_with }
    }

    /// Whether two sessions were asked for one thing, the words of `besides` (ascending) left out on both sides. Where
    /// nothing is left to compare, they are taken to be different.
    fn alike(&self, a: usize, b: usize, besides: &[Word]) -> bool {
        let (a, b) = (self.words.set(a), self.words.set(b));
        let weigh = |words: &mut dyn Iterator<Item = &Word>| -> f64 {
            let words = words.filter(|word| besides.binary_search(word).is_err());
            words.map(|&word| self.weight[word as usize]).sum()
        };
        let shared = weigh(&mut a.iter().filter(|word| b.binary_search(word).is_ok()));
        let lighter = weigh(&mut a.iter()).min(weigh(&mut b.iter()));
        lighter > 0.0 && shared >= ONE_THING * lighter
    }

    /// Whether hardly any request has all of these words together, however common each is.
    pub(super) fn never_has(&self, terms: &BTreeSet<&str>) -> bool {
        let numbers: Option<Vec<Word>> = terms.iter().map(|term| self.words.number(term)).collect();
        let together = |numbers: &[Word]| {
            let all = |words: &&[Word]| numbers.iter().all(|word| words.binary_search(word).is_ok());
            self.words.each().filter(all).take(2).count()
        };
        // A word that no request has at all is in none together with others.
        terms.len() > 1 && numbers.is_none_or(|numbers| together(&numbers) < 2)
    }

    /// How many things these sessions were asked for, at most `enough`: more need not be told apart.
    pub(super) fn different(
        &self,
        sessions: &BTreeSet<usize>,
        besides: &BTreeSet<String>,
        enough: usize,
    ) -> usize {
        let besides: Vec<Word> = besides.iter().filter_map(|word| self.words.number(word)).collect();
        let mut apart: Vec<usize> = Vec::new();
        for &session in sessions {
            if apart.len() >= enough {
                break;
            }
            if !apart.iter().any(|&other| self.alike(session, other, &besides)) {
                apart.push(session);
            }
        }
        apart.len()
    }
}

/// What a session was asked for, the wishes left out that people add to a request: `fix the login. no emojis, ever`
/// asks for nothing about emojis.
fn without_wishes(digest: &Digest) -> Cow<'_, str> {
    let mut ask = Cow::Borrowed(digest.ask.as_str());
    for remark in &digest.remarks {
        // Most of what people say stands somewhere else.
        if !ask.contains(remark.text.as_str()) {
            continue;
        }
        let adds = remark.lasting || vote::strength(&remark.text) >= Some(Strength::Standing);
        if adds && !vote::opens_request(digest, &remark.text) {
            ask = Cow::Owned(ask.replace(remark.text.as_str(), " "));
        }
    }
    ask
}

/// The words of steps' names, each with in how many jobs it is.
fn words_of_steps(corpus: &Corpus<'_>) -> Vec<(String, usize)> {
    let steps: Vec<&Step> = corpus.digests.iter().flat_map(|digest| &digest.steps).collect();
    let (kinds, kind_of) = different(&steps, |step| step);
    let names: Vec<&str> = kinds.iter().map(|step| step.0.as_str()).collect();
    let words = Worded::of(&names, |step| read(step, false).terms.into_keys());
    let mut taken = kind_of.as_slice();
    let mut steps_of: Vec<&[usize]> = Vec::with_capacity(corpus.digests.len());
    for digest in corpus.digests {
        let (here, rest) = taken.split_at(digest.steps.len());
        steps_of.push(here);
        taken = rest;
    }
    let mut steps = JobsHaving::new(kinds.len());
    let mut jobs = JobsHaving::new(words.words.len());
    for job in 0..corpus.jobs.count() {
        for &step in corpus.jobs.sessions(job).iter().flat_map(|&session| steps_of[session]) {
            if steps.count(step as u32, job) {
                words.set(step).iter().for_each(|&word| _ = jobs.count(word, job));
            }
        }
    }
    words.words.into_iter().zip(jobs.counts).collect()
}

/// In how many jobs things are; takes the jobs one after the other.
struct JobsHaving {
    counts: Vec<usize>,
    last: Vec<Option<Job>>,
}

impl JobsHaving {
    fn new(things: usize) -> JobsHaving {
        JobsHaving { counts: vec![0; things], last: vec![None; things] }
    }

    /// Takes down that a job has a thing; whether that was not known yet.
    fn count(&mut self, thing: u32, job: Job) -> bool {
        let is_new = self.last[thing as usize].replace(job) != Some(job);
        self.counts[thing as usize] += usize::from(is_new);
        is_new
    }
}
