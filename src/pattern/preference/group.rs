//! Puts wordings that ask for the same thing into groups, and finds out on the way which words exclude each other.
//!
//! Owns the order of the steps: what carries a group by itself is clustered ([`cluster`]), words that compete for one
//! place are learnt from the groups ([`slot`]) and keep their sides apart from then on, mild wordings join what they
//! are most like, and groups that would be recognised as one wish become one. Refuses to judge what a group is worth.

use super::lexicon::LEXICON;
use super::likeness::{Pair, Vector, Weights};
use super::vote::{Vote, Wording};
use super::{alternative, cluster, frame, identity, slot, value, vote};
use crate::pattern::Corpus;
use std::collections::{BTreeMap, BTreeSet};

/// How often rivals are learnt from the groups and the groups made anew.
const ROUNDS: usize = 3;
/// Likeness of two groups, as a share of the threshold, from which they may be two sides of one thing.
const NEAR: f64 = 0.6;

/// Share of what is said from which it is nearly all.
const NEARLY_ALL: f64 = 0.8;
/// Share of the heaviest word's weight that a word has that names what a group is about.
const NAMING: f64 = 0.5;

/// Times that people want two things at once from which these are no alternatives.
const TOGETHER: usize = 2;
/// Share of the heaviest word's weight from which a word may divide a group.
const DISPUTED: f64 = 0.4;
/// Sessions of a camp.
const CAMP: usize = 2;
/// How much more like one camp than like the other a wording is that goes with it.
const TAKES_SIDE: f64 = 0.1;

/// One group of wordings: indices into the wordings, sorted.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) members: Vec<usize>,
    pub(super) middle: Vector,
}

/// All groups, and what they were made with.
pub(super) struct Groups {
    pub(super) weights: Weights,
    /// One a wording.
    pub(super) vectors: Vec<Vector>,
    pub(super) all: Vec<Group>,
}

/// Groups all wordings. `asked`: in how many different requests each word is; `told_apart`: transcripts say who is who.
pub(super) fn group(
    corpus: &Corpus<'_>,
    wordings: &[Wording<'_>],
    asked: &BTreeMap<String, usize>,
    told_apart: bool,
) -> Groups {
    let mut pairs = named_alternatives(corpus, wordings);
    let mut groups = grouped(corpus, wordings, asked, &pairs, told_apart);
    for _ in 1..ROUNDS {
        let mut rivals = rivals(corpus, wordings, &groups);
        rivals.retain(|pair| !pairs.contains(pair));
        if rivals.is_empty() {
            break;
        }
        pairs.extend(rivals);
        groups = grouped(corpus, wordings, asked, &pairs, told_apart);
    }
    groups
}

/// The middle of these wordings; what is said often counts more, but not in full.
pub(super) fn middle(wordings: &[Wording<'_>], vectors: &[Vector], members: &[usize]) -> Vector {
    let times = |at: usize| wordings.get(at).map_or(0.0, |wording| (wording.votes.len() as f64).sqrt());
    Vector::middle(members.iter().filter_map(|&at| Some((vectors.get(at)?, times(at)))))
}

/// What people name as each other's alternatives, and what they put in one place.
fn named_alternatives(corpus: &Corpus<'_>, wordings: &[Wording<'_>]) -> Vec<Pair> {
    let said = wordings.iter().filter(|wording| wording.wish.replaces).flat_map(|wording| {
        let digests = wording.votes.iter().filter_map(|vote| corpus.digests.get(vote.session));
        digests.map(|digest| (&wording.wish, digest.root.as_str()))
    });
    let mut anybody: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut told = frame::Told::new();
    for vote in wordings.iter().flat_map(|wording| &wording.votes) {
        let Some(digest) = corpus.digests.get(vote.session) else { continue };
        anybody.entry(&vote.remark.text).or_default().insert(&digest.root);
        if let Some(person) = vote::person(digest) {
            told.entry(&vote.remark.text).or_default().hear(person, &digest.root);
        }
    }
    let mut pairs = alternative::learn(said);
    pairs.extend(alternative::one_place(&anybody));
    pairs.extend(frame::rivals(&told));
    pairs.extend(value::rivals(&told));
    // What people want in one breath they do not take for alternatives: `leading commas, always`.
    pairs.retain(|(here, there)| {
        let both = |wording: &&Wording<'_>| {
            here.iter().chain(there).all(|term| wording.wish.terms.get(term).is_some_and(|sign| *sign > 0))
        };
        wordings.iter().filter(both).map(|wording| wording.votes.len()).sum::<usize>() < TOGETHER
    });
    pairs.sort();
    pairs.dedup();
    pairs
}

/// Rivals within each group, and within each two groups that are near.
fn rivals(corpus: &Corpus<'_>, wordings: &[Wording<'_>], groups: &Groups) -> Vec<Pair> {
    let of = |members: &[usize]| -> Vec<Pair> {
        let about: Vec<&Wording<'_>> = members.iter().filter_map(|&at| wordings.get(at)).collect();
        slot::rivals(&about, corpus.digests)
    };
    let near = corpus.settings.wish_similarity * NEAR;
    let mut found: Vec<Pair> = Vec::new();
    for (at, here) in groups.all.iter().enumerate() {
        found.extend(of(&here.members));
        for there in groups.all.iter().skip(at + 1).filter(|there| !(is_lone(here) && is_lone(there))) {
            let likeness = here.middle.likeness(&there.middle);
            if likeness.same >= near {
                let both: Vec<usize> = here.members.iter().chain(&there.members).copied().collect();
                found.extend(of(&both));
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

fn grouped(
    corpus: &Corpus<'_>,
    wordings: &[Wording<'_>],
    asked: &BTreeMap<String, usize>,
    pairs: &[Pair],
    told_apart: bool,
) -> Groups {
    let threshold = corpus.settings.wish_similarity;
    let weights = Weights::learn(wordings.iter().map(|wording| &wording.wish), asked, pairs);
    let vectors: Vec<Vector> = wordings.iter().map(|wording| weights.vector(&wording.wish)).collect();
    let recurs = |vote: &Vote<'_>| told_apart && !vote::stands_in_request(corpus, vote);
    let carries = |at: &usize| {
        wordings.get(*at).is_some_and(|w| w.votes.iter().any(|vote| vote.carries() || recurs(vote)))
    };
    let (carrying, mild): (Vec<usize>, Vec<usize>) = (0..wordings.len()).partition(carries);
    let chosen: Vec<Vector> = carrying.iter().filter_map(|&at| vectors.get(at).cloned()).collect();
    let times: Vec<f64> =
        carrying.iter().filter_map(|&at| Some(wordings.get(at)?.votes.len() as f64)).collect();
    let mut all: Vec<Group> = cluster::group(&chosen, &times, threshold)
        .into_iter()
        .map(|members| {
            let members: Vec<usize> =
                members.into_iter().filter_map(|at| carrying.get(at).copied()).collect();
            Group { middle: middle(wordings, &vectors, &members), members }
        })
        .collect();
    join(&mut all, &mild, &vectors, threshold);
    unite(&mut all, wordings, &vectors, threshold * NEAR);
    let all = all.into_iter().flat_map(|group| camps(corpus, wordings, &vectors, group)).collect();
    Groups { weights, vectors, all }
}

/// Lets each mild wording join the group that it is most like.
fn join(groups: &mut [Group], mild: &[usize], vectors: &[Vector], threshold: f64) {
    let mut joining: Vec<(usize, usize)> = Vec::new();
    let said_by = cluster::said_by(vectors);
    for &at in mild {
        let Some(vector) = vectors.get(at) else { continue };
        let likeness = groups.iter().enumerate().map(|(group, to)| (group, vector.likeness(&to.middle).same));
        let best = likeness.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        let hangs = |group: usize| {
            let mut members = groups.get(group).map_or(Vec::new(), |group| group.members.clone());
            members.push(at);
            cluster::hangs_on_one_word(vectors, &members, at, &said_by)
        };
        let best = best.filter(|&(group, same)| same >= threshold && !hangs(group));
        joining.extend(best.map(|(group, _)| (group, at)));
    }
    for (group, at) in joining {
        if let Some(group) = groups.get_mut(group) {
            group.members.push(at);
        }
    }
    for group in groups {
        group.members.sort_unstable();
    }
}

/// A group whose people want opposite things of one of its main words, as its camps: `leading commas always`, `commas at
/// the end, never leading`. Who says neither goes with whom they are more like.
fn camps(corpus: &Corpus<'_>, wordings: &[Wording<'_>], vectors: &[Vector], group: Group) -> Vec<Group> {
    let having = |term: &str, wanted: bool| -> Vec<usize> {
        let says = |at: &&usize| {
            wordings.get(**at).is_some_and(|wording| match wording.wish.terms.get(term) {
                Some(sign) if wanted => *sign > 0,
                Some(sign) => *sign < 0 && !wording.wish.refuses_several(),
                None => false,
            })
        };
        group.members.iter().filter(says).copied().collect()
    };
    let standing = |members: &[usize]| {
        let votes: Vec<&Vote<'_>> =
            members.iter().filter_map(|&at| wordings.get(at)).flat_map(|wording| &wording.votes).collect();
        vote::standing(corpus, &votes)
    };
    let split = group.middle.core(DISPUTED).into_iter().find_map(|(term, _)| {
        let (wanting, refusing) = (having(term, true), having(term, false));
        if LEXICON.telling(term) < 0.9 || wanting.is_empty() || refusing.is_empty() {
            return None;
        }
        let (here, there) = (standing(&wanting), standing(&refusing));
        let camps = here.roots.len().min(there.roots.len()) >= CAMP
            && !here.people.is_empty()
            && !there.people.is_empty()
            && here.people.is_disjoint(&there.people);
        camps.then_some((wanting, refusing))
    });
    let Some((wanting, refusing)) = split else { return vec![group] };
    let mut camps = [wanting, refusing].map(|members| {
        let middle = middle(wordings, vectors, &members);
        Group { members, middle }
    });
    let others: Vec<usize> = group
        .members
        .iter()
        .copied()
        .filter(|at| !camps.iter().any(|camp| camp.members.contains(at)))
        .collect();
    for at in others {
        let Some(vector) = vectors.get(at) else { continue };
        let [here, there] =
            [0, 1].map(|camp: usize| camps.get(camp).map_or(0.0, |camp| vector.likeness(&camp.middle).same));
        if let Some(camp) =
            camps.get_mut(usize::from(there > here)).filter(|_| (here - there).abs() > TAKES_SIDE)
        {
            camp.members.push(at);
        }
    }
    for camp in &mut camps {
        camp.members.sort_unstable();
        camp.middle = middle(wordings, vectors, &camp.members);
    }
    camps.into_iter().collect()
}

/// Whether a group is a single wording. There are many of them, and two of them are no team's wish.
fn is_lone(group: &Group) -> bool {
    group.members.len() < 2
}

/// Makes one group of those that later cycles would take for one wish: nobody is to read it twice.
fn unite(groups: &mut Vec<Group>, wordings: &[Wording<'_>], vectors: &[Vector], near: f64) {
    let mut at = 0;
    let mut said: BTreeMap<&str, usize> = BTreeMap::new();
    for wording in wordings {
        for term in wording.wish.terms.keys() {
            *said.entry(term).or_default() += wording.votes.len();
        }
    }
    let said_by = cluster::said_by(vectors);
    while at < groups.len() {
        let Some(here) = groups.get(at) else { break };
        let anchor = identity::agreement("wish", &here.middle);
        let same = |there: &Group| {
            if is_lone(here) && is_lone(there) {
                return false;
            }
            let both: Vec<usize> = here.members.iter().chain(&there.members).copied().collect();
            let hangs = |group: &Group| {
                group
                    .members
                    .iter()
                    .all(|&member| cluster::hangs_on_one_word(vectors, &both, member, &said_by))
            };
            let likeness = here.middle.likeness(&there.middle);
            !likeness.opposed
                && !likeness.contradicts
                && likeness.same > 0.0
                && (identity::same_wish(&anchor, &identity::agreement("wish", &there.middle))
                    || likeness.same >= near && share_a_name(here, there, wordings, &said))
                && !hangs(here)
                && !hangs(there)
        };
        match groups.iter().skip(at + 1).position(same) {
            Some(after) => {
                let other = groups.remove(at + 1 + after);
                if let Some(here) = groups.get_mut(at) {
                    here.members.extend(other.members);
                    here.members.sort_unstable();
                    here.middle = middle(wordings, vectors, &here.members);
                }
            }
            None => at += 1,
        }
    }
}

/// Whether two groups are about one thing with a name of its own: nearly all they say has it, and nearly nobody else
/// says it. `said` is how often each term is said at all.
fn share_a_name(here: &Group, there: &Group, wordings: &[Wording<'_>], said: &BTreeMap<&str, usize>) -> bool {
    let count = |group: &Group, term: Option<&str>| -> usize {
        let having = |wording: &&Wording<'_>| term.is_none_or(|term| wording.wish.terms.contains_key(term));
        let of = group.members.iter().filter_map(|&at| wordings.get(at));
        of.filter(having).map(|wording| wording.votes.len()).sum()
    };
    let most = |part: usize, whole: usize| part as f64 >= NEARLY_ALL * whole as f64;
    let (all_here, all_there) = (count(here, None), count(there, None));
    // `a service needs a dashboard`, `a service has a chart`: each adds a name of its own to the one they share.
    let own = |group: &Group, all: usize, other: &Group| {
        group.middle.core(NAMING).into_iter().any(|(term, sign)| {
            let telling = LEXICON.telling(term) > 0.99 && sign != 0.0;
            // Every word of a single wording is in all of it.
            group.members.len() > 1
                && telling
                && most(count(group, Some(term)), all)
                && count(other, Some(term)) == 0
        })
    };
    if own(here, all_here, there) && own(there, all_there, here) {
        return false;
    }
    here.middle.core(NAMING).into_iter().any(|(term, _)| {
        let (of_here, of_there) = (count(here, Some(term)), count(there, Some(term)));
        LEXICON.telling(term) > 0.99
            && most(of_here, all_here)
            && most(of_there, all_there)
            && most(of_here + of_there, said.get(term).copied().unwrap_or_default())
    })
}
