//! Who said what: every remark that counts, gathered under what it asks for.
//!
//! Owns the choice of remarks (passing ones don't count, nor those that name nothing) and the count of who
//! independently stands behind a set of them. Refuses to compare wishes.

use super::lexicon::LEXICON;
use super::people::People;
use super::wish::{Wish, read};
use crate::digest::Digest;
use crate::digest::remark::cue::{Strength, judge};
use crate::digest::remark::word::{Word, words};
use crate::digest::remark::{Remark, Sort};
use crate::pattern::Corpus;
use crate::pattern::memo::written::Written;
use crate::pattern::memo::{Reading, remembered};
use crate::pattern::worded::different;
use crate::redact::Clean;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// One remark of one session.
#[derive(Clone, Debug)]
pub(super) struct Vote<'a> {
    /// Index into the corpus' digests.
    pub(super) session: usize,
    /// What was said.
    pub(super) remark: &'a Remark,
    /// How sure its words are that it is a wish; `None` for a correction that states no wish.
    pub(super) strength: Option<Strength>,
}

/// One set of signed words, and all who said it.
#[derive(Clone, Debug)]
pub(super) struct Wording<'a> {
    /// What it asks for.
    pub(super) wish: Wish,
    /// Who said it, in the corpus' order.
    pub(super) votes: Vec<Vote<'a>>,
    /// What they said, each text once: many say the same in the same words.
    pub(super) texts: BTreeSet<&'a str>,
}

impl Vote<'_> {
    /// Whether it can carry a group: a mild wish may as well be what one task needs.
    pub(super) fn carries(&self) -> bool {
        self.remark.sort == Sort::Correction || self.strength >= Some(Strength::Standing)
    }

    /// Whether it is a question.
    pub(super) fn asks(&self) -> bool {
        self.remark.text.ends_with('?')
    }

    /// Whether it says what is wanted, and not only that something was wrong.
    pub(super) fn states_a_wish(&self) -> bool {
        self.strength.is_some()
            && (self.remark.sort == Sort::Wish || self.strength >= Some(Strength::Standing))
    }
}

/// All that was said and counts.
#[derive(Clone, Debug, Default)]
pub(super) struct Said<'a> {
    /// One entry a set of signed words, in the order of those words: the order in which sessions come makes no
    /// difference.
    pub(super) standing: Vec<Wording<'a>>,
    /// What was said to hold for the task at hand only, with how often.
    pub(super) passing: Vec<(Wish, usize)>,
}

/// Gathers the remarks of all sessions whose people count.
pub(super) fn gather<'a>(corpus: &Corpus<'a>, people: &People) -> Said<'a> {
    let Readings { read, of } = readings(corpus);
    // The places of wordings by what they ask for, and by the sentence: what is said often is compared once.
    let mut places: BTreeMap<&BTreeMap<String, i8>, usize> = BTreeMap::new();
    let mut place_of: Vec<Option<usize>> = vec![None; read.len()];
    let mut wordings: Vec<Wording<'a>> = Vec::new();
    let mut of = of.iter();
    let mut passing: BTreeMap<&BTreeMap<String, i8>, (Wish, usize)> = BTreeMap::new();
    for (session, digest) in corpus.digests.iter().enumerate() {
        for (remark, &sentence) in digest.remarks.iter().zip(of.by_ref().take(digest.remarks.len())) {
            let Some((wish, strength)) = &read[sentence] else { continue };
            if wish.terms.is_empty() || !people.count_in(session) {
                continue;
            }
            if remark.passing {
                passing.entry(&wish.terms).or_insert_with(|| (wish.clone(), 0)).1 += 1;
                continue;
            }
            let strength = if remark.lasting { Some(Strength::Lasting) } else { *strength };
            let vote = Vote { session, remark, strength };
            if strength <= Some(Strength::Mild) && is_of_the_moment(wish) {
                continue;
            }
            let asks = || strength <= Some(Strength::Faint) && stands_in_request(corpus, &vote);
            let opens = || opens_request(digest, &remark.text) && !says_always(&remark.text);
            if opens() || strength != Some(Strength::Lasting) && asks() {
                continue;
            }
            let place = *place_of[sentence].get_or_insert_with(|| {
                *places.entry(&wish.terms).or_insert_with(|| {
                    wordings.push(Wording { wish: wish.clone(), votes: Vec::new(), texts: BTreeSet::new() });
                    wordings.len() - 1
                })
            });
            let wording = &mut wordings[place];
            wording.wish.replaces |= wish.replaces;
            wording.texts.insert(&remark.text);
            wording.votes.push(vote);
        }
    }
    let mut wordings: Vec<Option<Wording<'a>>> = wordings.into_iter().map(Some).collect();
    let standing = places.into_values().filter_map(|place| wordings[place].take()).collect();
    Said { standing, passing: passing.into_values().collect() }
}

/// Whether a wish names nothing but everyday actions: `commit and push`, `run it again`.
fn is_of_the_moment(wish: &Wish) -> bool {
    wish.terms.keys().all(|term| LEXICON.has("gate", term) || LEXICON.telling(term) < 0.5)
}

/// What was read in sentences. One text is two: said as a wish, and as a correction.
struct Readings {
    /// `None` where nobody said it so.
    read: Vec<Option<(Wish, Option<Strength>)>>,
    /// For every remark, in the corpus' order, its sentence.
    of: Vec<usize>,
}

/// Reads every sentence there is once, in parallel: what is said often is said in the same words often.
fn readings(corpus: &Corpus<'_>) -> Readings {
    let remarks: Vec<&Remark> = corpus.digests.iter().flat_map(|digest| &digest.remarks).collect();
    let (first, mut of) = different(&remarks, |remark| &remark.text);
    let mut is_said = vec![false; first.len() * 2];
    for (sentence, remark) in of.iter_mut().zip(&remarks) {
        *sentence = *sentence * 2 + usize::from(remark.sort == Sort::Correction);
        is_said[*sentence] = true;
    }
    let reading = |(sentence, is_said): (usize, &bool)| {
        let text = &first[sentence / 2].text;
        is_said.then(|| (read(text, sentence % 2 == 1), strength(text)))
    };
    Readings { read: is_said.par_iter().enumerate().with_min_len(16).map(reading).collect(), of }
}

/// How much a sentence says that it is about how to work; `None` where it does not.
pub(super) fn strength(text: &str) -> Option<Strength> {
    remembered(Reading::Strength, text, || judge(&words(text)).wish)
}

impl Written for Strength {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(*self as u8);
    }

    fn read(from: &mut &[u8]) -> Option<Strength> {
        let number = u8::read(from)?;
        let all = [Strength::Faint, Strength::Mild, Strength::Standing, Strength::Lasting];
        all.into_iter().find(|strength| *strength as u8 == number)
    }
}

/// Who independently stands behind something.
#[derive(Clone, Debug, Default)]
pub(super) struct Standing<'a> {
    /// Roots: sessions that are not repetitions of each other.
    pub(super) roots: BTreeSet<&'a str>,
    /// Of these, the ones in which it is said in words that can carry a group.
    pub(super) sure: BTreeSet<&'a str>,
    /// Of these, the ones in which it is said to hold from now on.
    pub(super) lasting: BTreeSet<&'a str>,
    /// Jobs: a transcript's own task id where it has one, else the group that its request falls into.
    pub(super) jobs: BTreeSet<(Option<&'a str>, usize)>,
    /// Known people.
    pub(super) people: BTreeSet<&'a str>,
    /// Agents: tool and model.
    pub(super) agents: BTreeSet<(&'a str, Option<&'a str>)>,
    /// Whether somebody unknown is among those who said it.
    pub(super) strangers: bool,
}

/// Counts who stands behind these votes.
pub(super) fn standing<'a>(corpus: &Corpus<'a>, votes: &[&Vote<'a>]) -> Standing<'a> {
    let mut standing = Standing::default();
    for vote in votes {
        let Some(digest) = corpus.digests.get(vote.session) else { continue };
        let root = digest.root.as_str();
        standing.roots.insert(root);
        if vote.carries() {
            standing.sure.insert(root);
        }
        if vote.strength == Some(Strength::Lasting) {
            standing.lasting.insert(root);
        }
        standing.jobs.insert(job(corpus, digest, vote.session));
        standing.agents.insert((digest.agent.as_str(), digest.model.as_deref()));
        match person(digest) {
            Some(person) => _ = standing.people.insert(person),
            None => standing.strangers = true,
        }
    }
    standing
}

/// Whether a text is what a session was asked first: a request is no wish for how to work, unless it says so.
pub(super) fn opens_request(digest: &Digest, text: &str) -> bool {
    let ask = digest.ask.trim_start();
    (0..=COURTESY).any(|at| ask.get(at..).is_some_and(|rest| rest.starts_with(text)))
}

/// Whether a sentence says outright that it holds from now on. What opens a session is its job, whatever else it
/// speaks of (`check the notes against the house style`).
fn says_always(text: &str) -> bool {
    remembered(Reading::Outright, text, || is_outright(&words(text)))
}

fn is_outright(words: &[Word]) -> bool {
    const OUTRIGHT: &[&str] = &[
        "always",
        "never",
        "ever",
        "forever",
        "henceforth",
        "whenever",
        "everywhere",
        "future",
        "onwards",
        "generally",
    ];
    let pair = |first: &[&str], second: &[&str]| {
        words
            .windows(2)
            .any(|pair| first.contains(&pair[0].text.as_str()) && second.contains(&pair[1].text.as_str()))
    };
    words.iter().any(|word| OUTRIGHT.contains(&word.text.as_str()))
        || pair(&["every", "each"], &["time"])
        || pair(&["now", "here"], &["on"])
        || pair(&["going", "moving"], &["forward"])
        || pair(&["a", "general", "our", "the"], &["rule", "policy", "principle"])
        || pair(&["in"], &["general", "every", "each", "all"])
        || words.first().is_some_and(|word| word.text == "we")
}

/// How far into a request its first sentence may start, bytes: after `hi, could you please`.
const COURTESY: usize = 24;

/// Whether a remark stands in the session's request.
pub(super) fn stands_in_request(corpus: &Corpus<'_>, vote: &Vote<'_>) -> bool {
    corpus.digests.get(vote.session).is_some_and(|digest| digest.ask.contains(vote.remark.text.as_str()))
}

/// The job of a session.
fn job<'a>(corpus: &Corpus<'a>, digest: &'a Digest, session: usize) -> (Option<&'a str>, usize) {
    match digest.task.as_deref() {
        Some(task) => (Some(task), 0),
        None => (None, corpus.jobs.of(session)),
    }
}

/// Who a session's agent worked for.
pub(super) fn person(digest: &Digest) -> Option<&str> {
    digest.contributor.as_ref().map(Clean::as_str).filter(|name| !name.is_empty())
}
