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
mod identity;
mod lesson;
mod lexicon;
mod likeness;
pub(super) mod stem;
mod vote;
mod wish;

#[cfg(test)]
mod planted;

pub use identity::same_wish;

use super::{
    ConflictLesson, Corpus, Evidence, Fingerprint, Grade, Lesson, Pattern, Scope, Side, Support, witness,
};
use crate::redact::Clean;
use lexicon::LEXICON;
use likeness::{Vector, Weights};
use std::collections::BTreeSet;
use vote::{Standing, Vote, Wording};

/// Share of both sides' sessions from which the smaller side of a conflict is real even if it is one session.
const REAL_MINORITY: f64 = 0.25;
/// Sessions from which the smaller side of a conflict is real whatever its share.
const REAL_SESSIONS: usize = 2;
/// Sessions that must say it in words of their own strength; other wordings count only beside these.
const SURE_SESSIONS: usize = 2;
/// Where nobody tells people apart: sessions in which it must be said to hold from now on; one of them is enough
/// where it is said in as many sessions more than the least.
const LASTING_SESSIONS: usize = 2;
/// Share of the heaviest word's weight from which a word belongs to what a group is about.
const CORE: f64 = 0.4;
/// Mean share of what the wordings of a group say that is what the group is about.
const FOCUS: f64 = 0.55;
/// The same for a group that this many sessions stand behind: chance resemblance does not recur so often.
const OFTEN_FOCUS: f64 = 0.4;
/// See `OFTEN_FOCUS`.
const OFTEN_SESSIONS: usize = 5;
/// Different requests beside which several people say the same for it to count although no wording of it says by
/// itself that it is about how to work.
const RECURRING_REQUESTS: usize = 3;
/// Share of a group's sessions whose request is about the very words of the wish, from which the words are the
/// jobs' subject and not a way of working.
const SUBJECT_SHARE: f64 = 0.6;

/// Mines wishes, conflicts between wishes, and recurring corrections. Sorted by anchor.
pub fn mine(corpus: &Corpus<'_>) -> Vec<Pattern> {
    let wordings = vote::gather(corpus);
    let weights =
        Weights::learn(wordings.iter().map(|wording| &wording.wish), &alternatives(corpus, &wordings));
    let vectors: Vec<Vector> = wordings.iter().map(|wording| weights.vector(&wording.wish)).collect();
    let miner = Miner {
        corpus,
        wordings: &wordings,
        vectors: &vectors,
        several_people: several_people(corpus),
        weights: &weights,
    };
    let groups = miner.groups();
    let views: Vec<conflict::Group> = groups.iter().map(|group| miner.view(group)).collect();
    let conflicts = conflict::find(&views, corpus.settings.wish_similarity);
    let mut patterns = Vec::new();
    let mut settled = BTreeSet::new();
    for sides in conflicts {
        let sides = miner.real_sides(&groups, sides);
        if sides.len() > 1 {
            settled.extend(sides.iter().flatten().copied());
            patterns.extend(miner.conflict(&groups, &sides));
        }
    }
    let alone = groups.iter().enumerate().filter(|(at, _)| !settled.contains(at));
    patterns.extend(alone.filter_map(|(_, group)| miner.agreement(group)));
    patterns.sort_by(|a, b| a.anchor.cmp(&b.anchor));
    patterns
}

/// What people name as each other's alternatives.
fn alternatives(corpus: &Corpus<'_>, wordings: &[Wording<'_>]) -> Vec<likeness::Pair> {
    let said = wordings.iter().filter(|wording| wording.wish.replaces).flat_map(|wording| {
        let digests = wording.votes.iter().filter_map(|vote| corpus.digests.get(vote.session));
        digests.map(|digest| (&wording.wish, digest.root.as_str()))
    });
    let texts = wordings.iter().flat_map(|wording| &wording.votes).filter_map(|vote| {
        corpus.digests.get(vote.session).map(|digest| (vote.remark.text.as_str(), digest.root.as_str()))
    });
    let mut pairs = alternative::learn(said);
    pairs.extend(alternative::one_place(texts));
    pairs
}

/// Whether the transcripts tell people apart.
fn several_people(corpus: &Corpus<'_>) -> bool {
    corpus.digests.iter().filter_map(vote::person).collect::<BTreeSet<_>>().len() > 1
}

/// One group of wordings: indices into the wordings, sorted.
struct Group {
    members: Vec<usize>,
    middle: Vector,
}

struct Miner<'a> {
    corpus: &'a Corpus<'a>,
    wordings: &'a [Wording<'a>],
    vectors: &'a [Vector],
    several_people: bool,
    weights: &'a Weights,
}

impl<'a> Miner<'a> {
    /// Groups what carries a group by itself, then lets each mild wording join the group that it is most like.
    fn groups(&self) -> Vec<Group> {
        let threshold = self.corpus.settings.wish_similarity;
        let recurs = |vote: &Vote<'_>| self.several_people && !vote::stands_in_request(self.corpus, vote);
        let carries = |at: &usize| self.wordings[*at].votes.iter().any(|vote| vote.carries() || recurs(vote));
        let (carrying, mild): (Vec<usize>, Vec<usize>) = (0..self.wordings.len()).partition(carries);
        let vectors: Vec<Vector> = carrying.iter().map(|&at| self.vectors[at].clone()).collect();
        let times: Vec<f64> = carrying.iter().map(|&at| self.wordings[at].votes.len() as f64).collect();
        let mut groups: Vec<Group> = cluster::group(&vectors, &times, threshold)
            .into_iter()
            .map(|members| {
                let members: Vec<usize> = members.into_iter().map(|at| carrying[at]).collect();
                Group { middle: self.middle(&members), members }
            })
            .collect();
        let mut joining: Vec<(usize, usize)> = Vec::new();
        for at in mild {
            let likeness = groups
                .iter()
                .enumerate()
                .map(|(group, to)| (group, self.vectors[at].likeness(&to.middle).same));
            let best = likeness.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
            joining.extend(best.filter(|&(_, same)| same >= threshold).map(|(group, _)| (group, at)));
        }
        for (group, at) in joining {
            groups[group].members.push(at);
        }
        for group in &mut groups {
            group.members.sort_unstable();
        }
        groups
    }

    fn middle(&self, members: &[usize]) -> Vector {
        let times = |at: usize| (self.wordings[at].votes.len() as f64).sqrt();
        Vector::middle(members.iter().map(|&at| (&self.vectors[at], times(at))))
    }

    fn votes(&self, members: &[usize]) -> Vec<&'a Vote<'a>> {
        members.iter().flat_map(|&at| &self.wordings[at].votes).collect()
    }

    fn standing(&self, members: &[usize]) -> Standing<'a> {
        vote::standing(self.corpus, &self.votes(members))
    }

    fn view(&self, group: &Group) -> conflict::Group {
        let votes = self.votes(&group.members);
        conflict::Group {
            middle: group.middle.clone(),
            texts: votes.iter().map(|vote| conflict::spoken(&vote.remark.text)).collect(),
            sessions: vote::standing(self.corpus, &votes).roots.len(),
        }
    }

    /// The sides that enough sessions stand behind to be more than a slip.
    fn real_sides(&self, groups: &[Group], sides: conflict::Sides) -> conflict::Sides {
        let sessions: Vec<usize> =
            sides.iter().map(|side| self.standing(&members(groups, side)).roots.len()).collect();
        let total: usize = sessions.iter().sum();
        let real = |count: usize| count >= REAL_SESSIONS || count as f64 >= REAL_MINORITY * total as f64;
        sides.into_iter().zip(sessions).filter(|&(_, count)| real(count)).map(|(side, _)| side).collect()
    }

    /// The pattern of a conflict, if enough people and sessions take part in it.
    fn conflict(&self, groups: &[Group], sides: &conflict::Sides) -> Option<Pattern> {
        let everyone: Vec<usize> = sides.iter().flat_map(|side| members(groups, side)).collect();
        if !self.taken_up(&self.standing(&everyone), &self.votes(&everyone), true)
            || self.is_request(&everyone)
            || sides.iter().any(|s| self.is_subject(&members(groups, s)))
        {
            return None;
        }
        let mut told: Vec<Side> = sides
            .iter()
            .map(|side| {
                let members = members(groups, side);
                let middle = self.middle(&members);
                Side {
                    wish: lesson::of(self.wordings, self.vectors, &members, &middle),
                    support: self.support(&members),
                    evidence: lesson::evidence(self.corpus, self.wordings, self.vectors, &members, &middle),
                }
            })
            .collect();
        told.sort_by(|a, b| {
            let count = |side: &Side| (side.support.people, side.support.sessions);
            count(b).cmp(&count(a)).then_with(|| a.wish.wording.cmp(&b.wish.wording))
        });
        let middles: Vec<Vector> = sides.iter().map(|side| self.middle(&members(groups, side))).collect();
        let most = self.corpus.settings.max_evidence;
        let evidence = interleaved(told.iter().map(|side| side.evidence.as_slice()).collect(), most);
        Some(self.pattern(
            identity::conflict(&middles),
            Lesson::Conflict(ConflictLesson { sides: told }),
            &everyone,
            evidence,
        ))
    }

    /// The pattern of a group that nobody contradicts, if enough people and sessions stand behind it.
    fn agreement(&self, group: &Group) -> Option<Pattern> {
        let votes = self.votes(&group.members);
        let stated = votes.iter().any(|vote| vote.states_a_wish());
        let standing = self.standing(&group.members);
        let command = || is_command(group, &standing);
        let refused = || command() || self.is_subject(&group.members) || self.is_request(&group.members);
        if !self.taken_up(&standing, &votes, stated) || !self.says_something(group) || refused() {
            return None;
        }
        let wish = lesson::of(self.wordings, self.vectors, &group.members, &group.middle);
        let evidence =
            lesson::evidence(self.corpus, self.wordings, self.vectors, &group.members, &group.middle);
        let (sort, lesson) = match stated {
            true => ("wish", Lesson::Wish(wish)),
            false => ("correction", Lesson::Correction(wish)),
        };
        Some(self.pattern(identity::agreement(sort, &group.middle), lesson, &group.members, evidence))
    }

    /// Whether enough independent people and sessions stand behind a wish. Where the transcripts tell people
    /// apart, several of them have to agree. Where they do not, nobody can say that two sessions are two people:
    /// then it has to have been said, more than once, that it holds from now on.
    fn taken_up(&self, standing: &Standing<'_>, votes: &[&Vote<'_>], stated: bool) -> bool {
        let settings = self.corpus.settings;
        let sessions = standing.roots.len() >= settings.min_sessions as usize
            && standing.jobs.len() >= settings.min_jobs as usize
            && (standing.sure.len() >= SURE_SESSIONS
                || standing.people.len() >= settings.min_people as usize
                    && self.several_people
                    && vote::different_requests(self.corpus, votes) >= RECURRING_REQUESTS);
        let people = match self.several_people {
            _ if !stated => true,
            true => standing.people.len() + usize::from(standing.strangers) >= settings.min_people as usize,
            false => {
                let often = standing.roots.len() >= settings.min_sessions as usize + LASTING_SESSIONS;
                standing.lasting.len() >= if often { 1 } else { LASTING_SESSIONS }
            }
        };
        sessions && people
    }

    /// Whether a group names anything (`do it always before you change the code` does not), and whether what its
    /// wordings share is most of what they say: long sentences about other things may share one word by chance.
    fn says_something(&self, group: &Group) -> bool {
        let names = group.middle.core(0.3).iter().any(|(term, _)| LEXICON.telling(term) > 0.5);
        let core: BTreeSet<&str> = group.middle.core(CORE).into_iter().map(|(term, _)| term).collect();
        let shared = |wish: &wish::Wish| {
            let size = |term: &String| self.weights.says(term).powi(2);
            let all: f64 = wish.terms.keys().map(size).sum();
            let shared: f64 = wish.terms.keys().filter(|term| core.contains(term.as_str())).map(size).sum();
            if all > 0.0 { shared / all } else { 0.0 }
        };
        let focus: f64 = group.members.iter().map(|&at| shared(&self.wordings[at].wish)).sum();
        let often = self.standing(&group.members).roots.len() >= OFTEN_SESSIONS;
        names && focus >= if often { OFTEN_FOCUS } else { FOCUS } * group.members.len() as f64
    }

    /// Whether the telling words of a group are what most of its sessions were asked to work on: a wish about the
    /// login page in sessions about the login page is part of the job. Words that say to hold from now on outweigh
    /// that.
    fn is_subject(&self, members: &[usize]) -> bool {
        let votes = self.votes(members);
        let standing = vote::standing(self.corpus, &votes);
        if standing.lasting.len() * 2 >= standing.roots.len() {
            return false;
        }
        let middle = self.middle(members);
        let core: Vec<&str> = middle
            .core(CORE)
            .iter()
            .map(|(term, _)| *term)
            .filter(|term| LEXICON.telling(term) > 0.5)
            .collect();
        let about = votes.iter().filter(|vote| {
            let Some(digest) = self.corpus.digests.get(vote.session) else { return false };
            // The wish may stand in the request itself; that does not make it the subject.
            let ask = digest.ask.replace(vote.remark.text.as_str(), " ");
            let asked = wish::read(&ask, false).terms;
            let shared = core.iter().filter(|term| asked.contains_key(**term)).count();
            !core.is_empty() && shared * 3 >= core.len() * 2
        });
        about.count() as f64 >= SUBJECT_SHARE * votes.len() as f64
    }

    /// Whether a group is what sessions were asked to do rather than how: most of it stands in the requests
    /// themselves, in words that do not say to hold beyond them, and the requests are few.
    fn is_request(&self, members: &[usize]) -> bool {
        let votes = self.votes(members);
        let standing = vote::standing(self.corpus, &votes);
        let asked = votes.iter().filter(|vote| vote::stands_in_request(self.corpus, vote)).count();
        let lasting = standing.lasting.len() * 2 >= standing.roots.len();
        let few = vote::different_requests(self.corpus, &votes) <= self.corpus.settings.min_jobs as usize;
        !lasting && few && asked as f64 >= SUBJECT_SHARE * votes.len() as f64
    }

    fn sessions(&self, members: &[usize]) -> BTreeSet<usize> {
        self.votes(members).iter().map(|vote| vote.session).collect()
    }

    fn support(&self, members: &[usize]) -> Support {
        let mut support = witness::support(self.corpus.digests, &self.corpus.jobs, &self.sessions(members));
        support.jobs = self.standing(members).jobs.len() as u32;
        support
    }

    fn scope(&self, members: &[usize]) -> Scope {
        let mut scope = witness::scope(self.corpus.digests, &self.sessions(members));
        let standing = self.standing(members);
        let one = standing.people.len() == 1 && !standing.strangers;
        if one && scope.contributor.is_none() {
            let digests = self.sessions(members).into_iter().filter_map(|at| self.corpus.digests.get(at));
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
        let standing = self.standing(members);
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

/// Whether a group is a command of the moment: always in the same words (`go ahead`), or naming nothing but everyday
/// actions (`commit and push`).
fn is_command(group: &Group, standing: &Standing<'_>) -> bool {
    let core = group.middle.core(CORE);
    let general = standing.lasting.len() * 2 >= standing.roots.len();
    if general || group.members.len() > 1 && standing.sure.len() >= SURE_SESSIONS {
        return false;
    }
    group.members.len() < 2
        || core.iter().all(|(term, _)| LEXICON.has("gate", term) || LEXICON.telling(term) < 0.5)
}

fn members(groups: &[Group], side: &[usize]) -> Vec<usize> {
    let mut members: Vec<usize> = side.iter().flat_map(|&at| groups[at].members.iter().copied()).collect();
    members.sort_unstable();
    members
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
