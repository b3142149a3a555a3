//! Whether the people of one group are of one mind, and are several.
//!
//! Owns the last look at a group before it becomes a note: whichever side a note took of people who disagree, it would
//! be the wrong one for somebody, and one person's wish is no team's. Refuses to name the sides ([`super::conflict`]).

use super::frame;
use super::group::Group;
use super::lexicon::LEXICON;
use super::likeness::Vector;
use super::vote::{self, Standing};
use super::worth::Judge;
use std::collections::{BTreeMap, BTreeSet};

/// Share of the heaviest word's weight from which a word belongs to what a group is about.
const CORE: f64 = 0.4;
/// Share of a group's votes that are one person's from which the others have to say the same more clearly.
const ONE_PERSON: f64 = 0.7;
/// Words that make what is turned down depend on something.
const CONDITIONS: &[&str] = &[
    "unless", "without", "before", "until", "till", "except", "only", "if", "when", "need", "needs",
    "instead", "but",
];
/// Sessions on either side from which a word that some want and others do not divides a group.
const TURNED_SESSIONS: usize = 2;

impl Judge<'_> {
    /// Whether people of one group want different things after all: they say the same sentence with another word in
    /// one place, or what all of them speak of is wanted by some and not by others. Then nothing is said: whichever
    /// side the note took, it would be the wrong one for somebody.
    pub(super) fn is_divided(&self, group: &Group) -> bool {
        let mut said: BTreeMap<&str, (bool, BTreeSet<&str>)> = BTreeMap::new();
        let mut signs: BTreeMap<&str, [Standing<'_>; 2]> = BTreeMap::new();
        for wording in group.members.iter().filter_map(|&at| self.wordings.get(at)) {
            let refuses_several = wording.wish.refuses_several();
            for vote in &wording.votes {
                let Some(digest) = self.corpus.digests.get(vote.session) else { continue };
                let Some(person) = vote::person(digest) else { continue };
                // `never delete unless we agree`, `ask before you delete` turn the same word differently and agree.
                let (conditional, people) = said.entry(&vote.remark.text).or_insert_with(|| {
                    let spoken = frame::spoken(&vote.remark.text);
                    (spoken.iter().any(|word| CONDITIONS.contains(&word.as_str())), BTreeSet::new())
                });
                people.insert(person);
                let unclear = *conditional || refuses_several;
                for (term, sign) in
                    wording.wish.terms.iter().filter(|(_, sign)| **sign > 0 || **sign < 0 && !unclear)
                {
                    let side = &mut signs.entry(term).or_default()[usize::from(*sign > 0)];
                    side.people.insert(person);
                    side.roots.insert(&digest.root);
                }
            }
        }
        let mut clauses: BTreeMap<Vec<String>, BTreeSet<&str>> = BTreeMap::new();
        for (text, (_, people)) in said {
            clauses.entry(frame::clause(text)).or_default().extend(people);
        }
        let clauses: Vec<(Vec<String>, BTreeSet<&str>)> = clauses.into_iter().collect();
        let differ = clauses.iter().enumerate().any(|(at, (here, people))| {
            let others = clauses.iter().skip(at + 1).filter(|(_, others)| people.is_disjoint(others));
            others.into_iter().any(|(there, _)| frame::differ_in_a_word(here, there))
        });
        let named = group.middle.core(CORE).into_iter().filter(|(term, _)| LEXICON.telling(term) > 0.99);
        let turned = named.take(1).any(|(term, _)| {
            signs.get(term).is_some_and(|[against, wanting]| {
                against.roots.len().min(wanting.roots.len()) >= TURNED_SESSIONS
                    && against.people.is_disjoint(&wanting.people)
            })
        });
        differ || turned
    }

    /// Whether nearly all of it is one person's, and what others say only resembles it.
    pub(super) fn is_one_person_s(&self, group: &Group) -> bool {
        let mut votes_of: BTreeMap<&str, BTreeMap<usize, f64>> = BTreeMap::new();
        for &at in &group.members {
            let Some(wording) = self.wordings.get(at) else { continue };
            for vote in &wording.votes {
                let person = self.corpus.digests.get(vote.session).and_then(vote::person).unwrap_or_default();
                *votes_of.entry(person).or_default().entry(at).or_default() += 1.0;
            }
        }
        let count = |of: &BTreeMap<usize, f64>| of.values().sum::<f64>();
        let all: f64 = votes_of.values().map(count).sum();
        let first = votes_of.iter().max_by(|a, b| count(a.1).total_cmp(&count(b.1)).then(b.0.cmp(a.0)));
        let Some((person, own)) = first.filter(|(_, own)| count(own) >= ONE_PERSON * all) else {
            return false;
        };
        if person.is_empty() {
            return false;
        }
        let vector = |at: usize| self.wordings.get(at).map(|wording| self.weights.vector(&wording.wish));
        let own_vectors: Vec<(Vector, f64)> =
            own.iter().filter_map(|(&at, times)| Some((vector(at)?, *times))).collect();
        let middle = Vector::middle(own_vectors.iter().map(|(vector, times)| (vector, *times)));
        let others = votes_of.iter().filter(|(other, _)| *other != person).flat_map(|(_, of)| of.keys());
        let threshold = self.corpus.settings.wish_similarity;
        !others.filter_map(|&at| vector(at)).any(|other| other.likeness(&middle).same >= threshold)
    }
}
