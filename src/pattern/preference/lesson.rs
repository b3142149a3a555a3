//! Words a group of wishes with what its people said: the clearest wording, its variants, the quotes.
//!
//! Owns the choice among verbatim texts; refuses to write any of its own.

use super::likeness::Vector;
use super::vote::{Vote, Wording, person};
use super::wish;
use crate::digest::remark::Sort;
use crate::digest::remark::cue::Strength;
use crate::pattern::{Corpus, Evidence, WishLesson};
use crate::redact::Clean;
use std::collections::{BTreeMap, BTreeSet};

/// Most variants that a lesson lists.
const MOST_VARIANTS: usize = 6;
/// A wording up to this many bytes is short enough for an index line.
const SHORT: usize = 90;

/// One distinct text and how clearly it says what the group wants.
struct Text<'a> {
    text: &'a Clean,
    blames: bool,
    vector: &'a Vector,
    clarity: f64,
}

/// The lesson of a group: `members` index into `wordings` and `vectors`.
pub(super) fn of(
    wordings: &[Wording<'_>],
    vectors: &[Vector],
    members: &[usize],
    middle: &Vector,
) -> WishLesson {
    let mut texts: BTreeMap<String, Text<'_>> = BTreeMap::new();
    for &member in members {
        let votes = &wordings[member].votes;
        let near = nearness(&vectors[member], middle);
        for vote in votes {
            let said = 1.0 + (votes.len() as f64).ln() * 0.2;
            let clarity = clarity(vote, near) * said;
            let blames = vote.remark.sort == Sort::Correction;
            let text = Text { text: &vote.remark.text, blames, vector: &vectors[member], clarity };
            texts.entry(vote.remark.text.to_lowercase()).or_insert(text);
        }
    }
    let mut texts: Vec<Text<'_>> = texts.into_values().collect();
    texts.sort_by(|a, b| b.clarity.total_cmp(&a.clarity).then_with(|| a.text.cmp(b.text)));
    let Some(clearest) = texts.first() else {
        return WishLesson { wording: Clean::default(), variants: Vec::new(), wanted: None, unwanted: None };
    };
    let (mut wanted, mut unwanted) = sides(clearest);
    // The clearest wording may name one side only: others name the other. What they name must not differ in
    // what both name.
    for text in &texts {
        let (also_wanted, also_unwanted) = sides(text);
        if wanted.is_some() && same(&wanted, &also_wanted) {
            unwanted = unwanted.or(also_unwanted);
        } else if unwanted.is_some() && same(&unwanted, &also_unwanted) {
            wanted = wanted.or(also_wanted);
        }
    }
    WishLesson { wording: clearest.text.clone(), variants: variants(&texts), wanted, unwanted }
}

fn sides(text: &Text<'_>) -> (Option<Clean>, Option<Clean>) {
    let wish = wish::read(text.text, text.blames);
    let part = |at: Option<std::ops::Range<usize>>| at.and_then(|at| text.text.part(at));
    (part(wish.wanted), part(wish.unwanted))
}

fn same(a: &Option<Clean>, b: &Option<Clean>) -> bool {
    matches!((a, b), (Some(a), Some(b)) if a.eq_ignore_ascii_case(b))
}

/// How near to the middle of its group a wording is.
fn nearness(vector: &Vector, middle: &Vector) -> f64 {
    0.05 + vector.likeness(middle).same.powf(1.5)
}

/// How clearly a remark says what its group wants: in lasting words, `near` the group's middle, short, as a
/// command rather than as blame or a story.
fn clarity(vote: &Vote<'_>, near: f64) -> f64 {
    let sure = match vote.strength {
        Some(Strength::Lasting) => 1.0,
        Some(Strength::Standing) => 0.85,
        Some(Strength::Mild) => 0.6,
        Some(Strength::Faint) => 0.5,
        None => 0.3,
    };
    let command = if vote.remark.sort == Sort::Wish { 1.0 } else { 0.5 };
    let text = vote.remark.text.as_str();
    let short = if text.len() <= SHORT { 1.0 } else { SHORT as f64 / text.len() as f64 };
    let question = if text.ends_with('?') { 0.7 } else { 1.0 };
    sure * command * short * question * near
}

/// Other wordings, the one least like those already taken first.
fn variants(texts: &[Text<'_>]) -> Vec<Clean> {
    let mut taken: Vec<&Text<'_>> = texts.iter().take(1).collect();
    let mut rest: Vec<&Text<'_>> = texts.iter().skip(1).collect();
    while taken.len() <= MOST_VARIANTS && !rest.is_empty() {
        let nearest = |text: &Text<'_>| {
            taken.iter().map(|other| text.vector.likeness(other.vector).related).fold(0.0, f64::max)
        };
        let next = rest
            .iter()
            .enumerate()
            .min_by(|(_, a), (_, b)| nearest(a).total_cmp(&nearest(b)).then_with(|| a.text.cmp(b.text)))
            .map(|(at, _)| at);
        let Some(next) = next else { break };
        taken.push(rest.remove(next));
    }
    taken.into_iter().skip(1).map(|text| text.text.clone()).collect()
}

/// Quotes for a group: the clearest first, one a session, different people before the same again.
pub(super) fn evidence(
    corpus: &Corpus<'_>,
    wordings: &[Wording<'_>],
    vectors: &[Vector],
    members: &[usize],
    middle: &Vector,
) -> Vec<Evidence> {
    let mut votes: Vec<(f64, usize, &Vote<'_>)> = Vec::new();
    for &member in members {
        let near = nearness(&vectors[member], middle);
        votes.extend(wordings[member].votes.iter().map(|vote| (clarity(vote, near), member, vote)));
    }
    votes.sort_by(|a, b| {
        b.0.total_cmp(&a.0)
            .then_with(|| a.2.remark.text.cmp(&b.2.remark.text))
            .then(a.2.session.cmp(&b.2.session))
            .then(a.2.remark.event.cmp(&b.2.remark.event))
    });
    let mut quotes = Vec::new();
    let mut roots = BTreeSet::new();
    let mut people = BTreeSet::new();
    let mut said = BTreeSet::new();
    // First one quote a person and wording, then whatever else there is.
    for only_new in [true, false] {
        for &(_, member, vote) in &votes {
            let Some(digest) = corpus.digests.get(vote.session) else { continue };
            let new = people.is_empty() || !people.contains(&person(digest)) || !said.contains(&member);
            if quotes.len() >= corpus.settings.max_evidence
                || only_new && !new
                || roots.contains(&digest.root)
            {
                continue;
            }
            roots.insert(&digest.root);
            people.insert(person(digest));
            said.insert(member);
            quotes.push(Evidence {
                session: digest.session.clone(),
                event: vote.remark.event,
                at: digest.began,
                quote: vote.remark.text.clone(),
            });
        }
    }
    quotes
}
