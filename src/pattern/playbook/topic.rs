//! What the sessions that follow a workflow were asked for, and others were not.
//!
//! Owns the words of requests and their association with a set of sessions (hypergeometric, Bonferroni over the
//! words tried). A sequence that goes with no topic is mostly a habit: nobody could say when to follow it. The
//! exceptions are [`super::cohesion`]'s.

use super::significance::LogFactorials;
use super::trail::Trails;
use crate::digest::Digest;
use crate::pattern::Corpus;
use crate::pattern::memo::{Reading, remembered};
use crate::pattern::worded::different;
use crate::redact::Clean;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

/// Chance that a sequence without any topic is given one.
const ERROR_RATE: f64 = 0.01;
/// Most words of a topic.
const MOST_WORDS: usize = 5;
/// Most bytes of a request that are read.
const LONGEST_ASK: usize = 2000;
/// Words shorter than this say nothing.
const SHORTEST_WORD: usize = 3;
/// How many times likelier a word must be in requests of followers than in others; below that it is a manner of
/// speaking.
const LIFT: f64 = 3.0;
/// Share of the sessions with a word that must follow the workflow for the word alone to stand for its topic.
const TELLING: f64 = 0.5;

/// Which trails were asked with which word.
pub(super) struct Requests {
    /// For each word the trails (indices into [`Trails::all`]), ascending. Words are in the order of their stems.
    with: Vec<Vec<u32>>,
    /// For each word how people write it, most often first by name.
    written: Vec<Clean>,
    /// For each trail the words of its request.
    of: Vec<Vec<u32>>,
    /// Trails that were asked anything.
    asked: usize,
}

/// What a workflow is for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Topic {
    /// The words, most telling first, as people write them.
    pub(super) words: Vec<Clean>,
    /// The trails with such a request (indices into [`Trails::all`]), ascending.
    pub(super) trails: Vec<u32>,
}

impl Requests {
    pub(super) fn of(digests: &[Digest], trails: &Trails) -> Requests {
        let asks: Vec<&Clean> = trails.all.iter().map(|trail| &digests[trail.session].ask).collect();
        let (different, of) = different(&asks, |ask| ask);
        let words_of = |ask: &&Clean| {
            let ask = ask.cut(LONGEST_ASK);
            remembered(Reading::Topic, &ask, || Vec::from_iter(words(&ask)))
        };
        let read: Vec<Vec<(String, Range<usize>)>> = different.par_iter().map(words_of).collect();
        let mut asking: Vec<Vec<u32>> = vec![Vec::new(); different.len()];
        (0u32..).zip(of).for_each(|(trail, ask)| asking[ask].push(trail));
        let asked = asking.iter().zip(&read).filter(|(_, words)| !words.is_empty());
        let asked = asked.map(|(trails, _)| trails.len()).sum();
        // Of each form how often it was written, and where it stands once.
        type Forms<'a> = BTreeMap<&'a str, (usize, Option<Clean>)>;
        let mut found: HashMap<&str, (Vec<u32>, Forms<'_>)> = HashMap::new();
        for ((ask, trails), words) in different.iter().zip(&asking).zip(&read) {
            for (stem, at) in words {
                let (with, forms) = found.entry(stem).or_default();
                with.extend(trails);
                let form = forms.entry(ask.get(at.clone()).unwrap_or_default());
                form.or_insert_with(|| (0, ask.part(at.clone()))).0 += trails.len();
            }
        }
        // Among equally frequent forms the last by name: lower case sorts after upper case.
        let commonest = |forms: Forms<'_>| {
            let most = forms.into_iter().max_by(|a, b| a.1.0.cmp(&b.1.0).then(a.0.cmp(b.0)));
            most.and_then(|(_, (_, written))| written).unwrap_or_default()
        };
        let mut found: Vec<(&str, (Vec<u32>, Forms<'_>))> = found.into_iter().collect();
        found.sort_unstable_by_key(|(stem, _)| *stem);
        let (mut with, mut written) = (Vec::new(), Vec::new());
        let mut of = vec![Vec::new(); trails.all.len()];
        for (word, (_, (mut trails, forms))) in (0u32..).zip(found) {
            trails.sort_unstable();
            trails.iter().for_each(|trail| of[*trail as usize].push(word));
            written.push(commonest(forms));
            with.push(trails);
        }
        Requests { with, written, of, asked }
    }

    /// The topic of these trails: words that their requests have and others have not; `None` if there are none,
    /// or if they are the words of fewer than `min_jobs` jobs.
    pub(super) fn topic(
        &self,
        followers: &[u32],
        corpus: &Corpus<'_>,
        trails: &Trails,
        table: &LogFactorials,
    ) -> Option<Topic> {
        let mut is_follower = vec![false; trails.all.len()];
        followers.iter().for_each(|trail| is_follower[*trail as usize] = true);
        let follows = |trail: &u32| is_follower[*trail as usize];
        let mut hits = vec![0usize; self.with.len()];
        let words = followers.iter().flat_map(|trail| &self.of[*trail as usize]);
        words.for_each(|word| hits[*word as usize] += 1);
        let mut tried: Vec<(f64, usize, f64)> = Vec::new();
        for (word, (asked, hits)) in
            self.with.iter().zip(hits).enumerate().filter(|(_, (_, hits))| *hits >= 2)
        {
            let outside = self.asked.saturating_sub(followers.len()).max(1);
            let elsewhere = (asked.len() - hits) as f64 / outside as f64;
            if hits as f64 / followers.len().max(1) as f64 >= LIFT * elsewhere {
                let drawn = followers.len().min(self.asked);
                let ln_p = table.hypergeometric(self.asked, asked.len(), drawn, hits);
                tried.push((ln_p, word, hits as f64 / asked.len() as f64));
            }
        }
        let limit = (ERROR_RATE / tried.len().max(1) as f64).ln();
        tried.retain(|(ln_p, ..)| *ln_p <= limit);
        tried.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let telling: Vec<usize> =
            tried.iter().filter(|(.., telling)| *telling >= TELLING).map(|tried| tried.1).collect();
        let standing = if telling.is_empty() { vec![tried.first()?.1] } else { telling };
        let asked = standing.iter().filter_map(|word| self.with.get(*word)).flatten();
        let trails_asked: BTreeSet<u32> = asked.copied().collect();
        // The same job is asked for in many wordings, so its words may be its own; all words together are not.
        let with_topic = followers.iter().filter(|trail| trails_asked.contains(trail));
        let jobs: BTreeSet<usize> =
            with_topic.map(|trail| corpus.jobs.of(trails.all[*trail as usize].session)).collect();
        if jobs.len() < corpus.settings.min_jobs as usize {
            return None;
        }
        // A word of one job may well be a name that only this job has.
        let shared = tried.iter().map(|tried| tried.1).filter(|word| {
            let asked = self.with.get(*word).into_iter().flatten().filter(|trail| follows(trail));
            let jobs: BTreeSet<usize> =
                asked.map(|trail| corpus.jobs.of(trails.all[*trail as usize].session)).collect();
            jobs.len() >= corpus.settings.min_jobs as usize
        });
        let words = shared.take(MOST_WORDS).filter_map(|word| self.written.get(word).cloned());
        Some(Topic { words: words.collect(), trails: trails_asked.into_iter().collect() })
    }
}

/// The words of a request that may carry its topic, each once: stem, and where it stands as written.
fn words(ask: &str) -> BTreeMap<String, Range<usize>> {
    let mut words = BTreeMap::new();
    let mut start = None;
    let ends = ask.char_indices().chain(std::iter::once((ask.len(), ' ')));
    for (at, character) in ends {
        match (start, character.is_alphanumeric() || character == '_') {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                start = None;
                if let Some(stem) = ask.get(from..at).and_then(stem) {
                    words.entry(stem).or_insert(from..at);
                }
            }
            _ => {}
        }
    }
    words
}

/// A word without case and common endings; `None` for a word that carries no topic: a short one, one with a
/// digit (it names this job's thing), one that any request may have.
fn stem(word: &str) -> Option<String> {
    let lower = word.to_lowercase();
    let short = lower.chars().count() < SHORTEST_WORD;
    if short
        || lower.bytes().any(|b| b.is_ascii_digit())
        || WITHOUT_TOPIC.binary_search(&lower.as_str()).is_ok()
    {
        return None;
    }
    let ending = ["ings", "ing", "ed", "es", "s"].iter().find_map(|ending| lower.strip_suffix(ending));
    let stem = ending.filter(|stem| stem.len() >= 4).unwrap_or(&lower);
    Some(stem.strip_suffix('e').unwrap_or(stem).to_owned())
}

/// English words that any request may have. Sorted.
const WITHOUT_TOPIC: &[&str] = &[
    "about", "after", "again", "all", "also", "and", "any", "are", "because", "been", "before", "but", "can",
    "could", "did", "does", "done", "for", "from", "get", "had", "has", "have", "hello", "help", "her",
    "here", "hey", "him", "his", "how", "into", "its", "just", "let", "like", "make", "need", "not", "now",
    "off", "okay", "one", "only", "our", "out", "over", "please", "she", "should", "some", "sure", "than",
    "thank", "thanks", "that", "the", "their", "them", "then", "there", "these", "they", "this", "those",
    "too", "use", "using", "very", "want", "was", "were", "what", "when", "where", "which", "while", "who",
    "why", "will", "with", "would", "yes", "you", "your",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_case_and_endings_and_things_that_only_one_job_has() {
        let stems: Vec<String> =
            words("Please release v12 of the Packages; releasing é-ß").into_keys().collect();
        assert_eq!(stems, ["packag", "releas"]);
        assert!(WITHOUT_TOPIC.is_sorted());
    }
}
