//! What people keep asking for, and what they keep correcting.
//!
//! Takes the remarks of all sessions, groups those that ask for the same thing in other words ([`cluster`] over
//! the vectors of [`likeness`]), and takes up what several people ask for in several sessions of different
//! jobs. Where people want opposite things, says so with both sides' words ([`conflict`]). Owns the decision
//! what is a team's preference; refuses to settle a conflict, to trust a single voice, or to word anything
//! itself: every text is verbatim from a person.

mod alternative;
mod cluster;
mod conflict;
mod divided;
mod frame;
mod gather;
mod group;
mod grouped;
mod identity;
mod lesson;
mod lexicon;
mod likeness;
mod people;
mod request;
mod sentence;
mod slot;
mod term;
mod turns;
mod value;
mod vote;
mod wish;
mod worth;

#[cfg(test)]
mod planted;

pub use grouped::{Grouped, Open, Spoken, judged, open, spoken_of};
pub(super) use identity::alike_wish;
pub use identity::{disputes, same_wish};
pub(super) use sentence::group_sentences;
pub use sentence::say_the_same;
pub use term::{Term, Terms};
pub use turns::{Turn, Turns};

use super::{
    ConflictLesson, Corpus, Evidence, Fingerprint, Grade, Lesson, Pattern, Scope, Side, Support, witness,
};
use crate::digest::Digest;
use crate::redact::Clean;
use group::{Group, Groups};
use lexicon::LEXICON;
use likeness::Vector;
use std::collections::{BTreeMap, BTreeSet};
use vote::Wording;
use wish::Wish;
use worth::Judge;

/// Share of both sides' sessions from which the smaller side of a conflict is worth showing even if it is one session.
const REAL_MINORITY: f64 = 0.25;
/// Sessions from which the smaller side of a conflict is worth showing whatever its share.
const REAL_SESSIONS: usize = 2;
/// Share of the heaviest word's weight that a word has that a group may be about.
const NAMING: f64 = 0.2;
/// Share of a wish's turns that it shares with another one from which the two are one.
const SAME_TURNS: f64 = 0.5;
/// Wordings of a group that is a part of another one with the same name whatever else it says.
const FEW_WORDINGS: usize = 2;
/// Share of a group's votes that have its name.
const NEARLY_ALL: f64 = 0.8;
/// Share of all who say a name that two groups must have for it to be theirs.
const MOSTLY: f64 = 0.6;
/// Mean sign of a word from which most of a group are of one mind about it.
const CLEAR: f64 = 0.3;
/// Probability, were wishes voiced to any agent alike, from which it is chance that only one agent heard one.
const CHANCE: f64 = 0.005;

/// Mines wishes, conflicts between wishes, and recurring corrections. Sorted by anchor.
pub fn mine(corpus: &Corpus<'_>) -> Vec<Pattern> {
    let requests = request::Requests::of(corpus);
    let people = people::People::of(corpus, &requests);
    let said = vote::gather(corpus, &people);
    let groups = group::group(corpus, &said.standing, &requests.worked_with, people.are_told_apart());
    let vector = |(wish, times): &(Wish, usize)| (groups.weights.vector(wish), *times);
    let passing: Vec<(Vector, usize)> = said.passing.iter().map(vector).collect();
    let judge = Judge {
        corpus,
        wordings: &said.standing,
        requests: &requests,
        passing: &passing,
        weights: &groups.weights,
        told_apart: people.are_told_apart(),
    };
    let miner = Miner { corpus, wordings: &said.standing, groups: &groups, judge };
    let mut patterns: Vec<Pattern> = Vec::new();
    let mut contradicted = BTreeSet::new();
    for sides in miner.conflicts() {
        contradicted.extend(sides.iter().flatten().copied());
        let conflict = miner.conflict(&sides);
        let again = |one: &Pattern| patterns.iter().any(|other| same_wish(&one.anchor, &other.anchor));
        patterns.extend(conflict.filter(|one| !again(one)));
    }
    let mut free: BTreeSet<usize> = (0..groups.all.len()).filter(|at| !contradicted.contains(at)).collect();
    let worth =
        |at: &usize| groups.all.get(*at).and_then(|group| Some((group.clone(), miner.agreement(group)?)));
    let (taken, mut agreed): (Vec<usize>, Vec<(Group, Pattern)>) =
        free.iter().filter_map(|at| Some((*at, worth(at)?))).unzip();
    free.retain(|at| !taken.contains(at));
    for (group, parts) in gather::by_name(&groups, &said.standing, &free, &requests.worked_with) {
        if parts.iter().all(|at| free.contains(at))
            && miner.judge.is_meant(&group)
            && let Some(pattern) = miner.agreement(&group)
        {
            free.retain(|at| !parts.contains(at));
            agreed.push((group, pattern));
        }
    }
    patterns.extend(miner.once(agreed));
    patterns.sort_by(|a, b| a.anchor.cmp(&b.anchor));
    patterns
}

struct Miner<'a> {
    corpus: &'a Corpus<'a>,
    wordings: &'a [Wording<'a>],
    groups: &'a Groups,
    judge: Judge<'a>,
}

impl Miner<'_> {
    /// What people want opposite things of. A side that only repeats people of the other side is no side: they were
    /// misread, or changed their mind.
    fn conflicts(&self) -> Vec<conflict::Sides> {
        let view = |group: &Group| {
            let votes = self.judge.votes(&group.members);
            let standing = vote::standing(self.corpus, &votes);
            // Who only throws in a word takes no side.
            let said: Vec<_> = votes.iter().copied().filter(|vote| vote.strength.is_some()).collect();
            let wishing = vote::standing(self.corpus, &said);
            let texts = self.judge.texts(&group.members);
            conflict::Group {
                middle: group.middle.clone(),
                texts: texts.iter().map(|text| frame::spoken(text)).collect(),
                wishes: self.judge.may_contradict(&group.members),
                names: self.names(group),
                clauses: texts.iter().map(|text| frame::clause(text)).collect(),
                people: wishing.people.iter().map(|person| (*person).to_owned()).collect(),
                sessions: standing.roots.len(),
            }
        };
        let views: Vec<conflict::Group> = self.groups.all.iter().map(view).collect();
        let mut said: BTreeMap<String, usize> = BTreeMap::new();
        for wording in self.wordings {
            for term in wording.wish.terms.keys() {
                *said.entry(term.clone()).or_default() += wording.votes.len();
            }
        }
        conflict::find(&views, &said, self.corpus.settings.wish_similarity)
    }

    /// The telling words that a group clearly wants or does not want, and in how many votes they are.
    fn names(&self, group: &Group) -> BTreeMap<String, conflict::Name> {
        let clear = |sign: f64| sign.abs() >= CLEAR;
        let core = group.middle.core(NAMING).into_iter();
        let named = core.filter(|(term, sign)| LEXICON.telling(term) > 0.99 && clear(*sign));
        let times = |term: &str| {
            let of = group.members.iter().filter_map(|&at| self.wordings.get(at));
            of.filter(|wording| wording.wish.terms.contains_key(term))
                .map(|wording| wording.votes.len())
                .sum()
        };
        let all = self.judge.votes(&group.members).len().max(1) as f64;
        let name = |(term, sign): (&str, f64)| {
            let said = times(term);
            (term.to_owned(), conflict::Name { sign, said, share: said as f64 / all })
        };
        named.map(name).filter(|(_, name)| name.said > 0).collect()
    }

    fn members(&self, side: &[usize]) -> Vec<usize> {
        let groups = side.iter().filter_map(|&at| self.groups.all.get(at));
        let mut members: Vec<usize> = groups.flat_map(|group| group.members.iter().copied()).collect();
        members.sort_unstable();
        members
    }

    /// The pattern of a conflict, if enough people and sessions take part in it on both sides; else nothing is said
    /// about either.
    fn conflict(&self, sides: &conflict::Sides) -> Option<Pattern> {
        let with_middle = |side: &Vec<usize>| {
            let members = self.members(side);
            let middle = group::middle(self.wordings, &self.groups.vectors, &members);
            (members, middle)
        };
        let mut sides: Vec<(Vec<usize>, Vector)> = sides.iter().map(with_middle).collect();
        let sessions: Vec<usize> =
            sides.iter().map(|(members, _)| self.judge.standing(members).roots.len()).collect();
        let total: usize = sessions.iter().sum();
        let mut counts = sessions.iter();
        sides.retain(|_| {
            let count = counts.next().copied().unwrap_or_default();
            count >= REAL_SESSIONS || count as f64 >= REAL_MINORITY * total as f64
        });
        if sides.len() < 2 || !self.judge.is_conflict(&sides) {
            return None;
        }
        let vectors = &self.groups.vectors;
        let mut told: Vec<Side> = sides
            .iter()
            .map(|(members, middle)| Side {
                wish: lesson::of(self.wordings, vectors, members, middle),
                support: self.support(members),
                evidence: lesson::evidence(self.corpus, self.wordings, vectors, members, middle),
            })
            .collect();
        told.sort_by(|a, b| {
            let count = |side: &Side| (side.support.people, side.support.sessions);
            count(b).cmp(&count(a)).then_with(|| a.wish.wording.cmp(&b.wish.wording))
        });
        let most = self.corpus.settings.max_evidence;
        let evidence = interleaved(told.iter().map(|side| side.evidence.as_slice()).collect(), most);
        let everyone: Vec<usize> = sides.iter().flat_map(|(members, _)| members.iter().copied()).collect();
        let middles: Vec<Vector> = sides.into_iter().map(|(_, middle)| middle).collect();
        let anchor = identity::conflict(&middles);
        Some(self.pattern(anchor, Lesson::Conflict(ConflictLesson { sides: told }), &everyone, evidence))
    }

    /// The pattern of a group that nobody contradicts, if it is worth one.
    fn agreement(&self, group: &Group) -> Option<Pattern> {
        if !self.judge.is_preference(group) {
            return None;
        }
        let Group { members, middle } = group;
        let vectors = &self.groups.vectors;
        let wish = lesson::of(self.wordings, vectors, members, middle);
        let evidence = lesson::evidence(self.corpus, self.wordings, vectors, members, middle);
        let stated = self.judge.votes(members).iter().any(|vote| vote.states_a_wish());
        // Who asks a question corrects nothing yet.
        if !stated && wish.wording.ends_with('?') {
            return None;
        }
        let (sort, lesson) = match stated {
            true => ("wish", Lesson::Wish(wish)),
            false => ("correction", Lesson::Correction(wish)),
        };
        Some(self.pattern(identity::agreement(sort, middle), lesson, members, evidence))
    }

    /// Leaves out what says again, in part, what a weightier wish says: items of one short list are one wish until
    /// people voice them apart, and so is a sentence that only one wording says about a thing with a name of its own.
    fn once(&self, mut agreed: Vec<(Group, Pattern)>) -> Vec<Pattern> {
        agreed.sort_by(|a, b| b.1.weight.total_cmp(&a.1.weight).then_with(|| a.1.anchor.cmp(&b.1.anchor)));
        let mut kept: Vec<(Group, Pattern)> = Vec::new();
        for (group, pattern) in agreed {
            if !kept.iter().any(|(other, _)| self.says_again(&group, other)) {
                kept.push((group, pattern));
            }
        }
        kept.into_iter().map(|(_, pattern)| pattern).collect()
    }

    fn says_again(&self, group: &Group, weightier: &Group) -> bool {
        let turns = |of: &Group| -> BTreeSet<(usize, u32)> {
            self.judge.votes(&of.members).iter().map(|vote| (vote.session, vote.remark.event)).collect()
        };
        let (here, there) = (turns(group), turns(weightier));
        let shared = here.intersection(&there).count();
        if shared as f64 >= SAME_TURNS * here.len() as f64 {
            return true;
        }
        let votes = |of: &Group, term: Option<&str>| -> f64 {
            let wordings = of.members.iter().filter_map(|&at| self.wordings.get(at));
            let having =
                wordings.filter(|wording| term.is_none_or(|term| wording.wish.terms.contains_key(term)));
            having.map(|wording| wording.votes.len()).sum::<usize>() as f64
        };
        let nearly_all = |of: &Group, term: &str| votes(of, Some(term)) >= NEARLY_ALL * votes(of, None);
        let names = |of: &Group| -> Vec<String> {
            let core = of.middle.core(NAMING).into_iter().filter(|(term, _)| LEXICON.telling(term) > 0.99);
            core.map(|(term, _)| term.to_owned()).filter(|term| nearly_all(of, term)).collect()
        };
        let (names_here, names_there) = (names(group), names(weightier));
        let everybody = |term: &str| -> f64 {
            let having = self.wordings.iter().filter(|wording| wording.wish.terms.contains_key(term));
            having.map(|wording| wording.votes.len()).sum::<usize>() as f64
        };
        let theirs = |term: &String| {
            let both = votes(group, Some(term)) + votes(weightier, Some(term));
            names_there.contains(term) && both >= MOSTLY * everybody(term)
        };
        // `a service needs a dashboard`, `a service has an owner`: a name of its own makes it another wish.
        let own = names_here.iter().any(|term| votes(weightier, Some(term)) == 0.0);
        let few = group.members.len() <= FEW_WORDINGS;
        names_here.iter().any(theirs) && (few || !own)
    }

    fn sessions(&self, members: &[usize]) -> BTreeSet<usize> {
        self.judge.votes(members).iter().map(|vote| vote.session).collect()
    }

    fn support(&self, members: &[usize]) -> Support {
        let mut support = witness::support(self.corpus.digests, &self.corpus.jobs, &self.sessions(members));
        support.jobs = self.judge.standing(members).jobs.len() as u32;
        let turn = |vote: &&vote::Vote<'_>| {
            Some(Turn::of(vote.session, self.corpus.digests.get(vote.session)?, vote.remark))
        };
        support.said = self.judge.votes(members).iter().filter_map(turn).collect();
        support
    }

    /// Where a wish holds. Only one agent's where most sessions were another's: that one of two agents never heard it
    /// may be chance.
    fn scope(&self, members: &[usize]) -> Scope {
        let sessions = self.sessions(members);
        let mut scope = witness::scope(self.corpus.digests, &sessions);
        let chance = |same: &dyn Fn(&Digest) -> bool| {
            let share = self.corpus.digests.iter().filter(|d| same(d)).count() as f64
                / self.corpus.digests.len() as f64;
            share.powi(sessions.len() as i32) > CHANCE
        };
        if scope.agent.as_ref().is_some_and(|agent| chance(&|digest| digest.agent == *agent)) {
            scope.agent = None;
        }
        if scope.model.as_ref().is_some_and(|model| chance(&|digest| digest.model.as_ref() == Some(model))) {
            scope.model = None;
        }
        let standing = self.judge.standing(members);
        let one = standing.people.len() == 1 && !standing.strangers;
        if one && scope.contributor.is_none() {
            let digests = sessions.iter().filter_map(|&at| self.corpus.digests.get(at));
            scope.contributor = digests.filter_map(|digest| digest.contributor.clone()).next();
        }
        scope
    }

    fn pattern(
        &self,
        anchor: Vec<Clean>,
        lesson: Lesson,
        members: &[usize],
        evidence: Vec<Evidence>,
    ) -> Pattern {
        let support = self.support(members);
        let standing = self.judge.standing(members);
        let agree = support.people > 1 || support.agents > 1;
        let grade = if agree { Grade::Corroborated } else { Grade::Friction };
        let sure = standing.sure.len() as f64 / standing.roots.len().max(1) as f64;
        let weight =
            f64::from(support.sessions) * (1.0 + f64::from(support.people)).sqrt() * (0.5 + sure / 2.0);
        let parts: Vec<&str> = anchor.iter().map(Clean::as_str).collect();
        let fingerprint = Fingerprint::of(&parts);
        Pattern { fingerprint, anchor, lesson, support, grade, scope: self.scope(members), evidence, weight }
    }
}

/// Takes from each in turn, so that no side's quotes crowd out the other's.
fn interleaved(sides: Vec<&[Evidence]>, most: usize) -> Vec<Evidence> {
    let longest = sides.iter().map(|side| side.len()).max().unwrap_or_default();
    let turns = (0..longest).flat_map(|at| sides.iter().filter_map(move |side| side.get(at)));
    let mut taken: Vec<Evidence> = Vec::new();
    for quote in turns {
        if taken.len() < most && !taken.iter().any(|other| other.session == quote.session) {
            taken.push(quote.clone());
        }
    }
    taken
}
