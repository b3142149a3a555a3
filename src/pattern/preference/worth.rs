//! What a group of wordings is worth: whether enough people stand behind it, and whether it is about how to work.
//!
//! Owns every reason to leave a group out: too few independent voices, nothing named, a request rather than a wish, a
//! command of the moment, said for now only. Refuses to compare groups ([`super::conflict`]).

use super::frame;
use super::group::Group;
use super::lexicon::LEXICON;
use super::likeness::{Vector, Weights};
use super::request::Requests;
use super::vote::{self, Standing, Vote, Wording};
use super::wish::Wish;
use crate::digest::remark::Sort;
use crate::digest::remark::cue::Strength;
use crate::pattern::Corpus;
use crate::pattern::stem::stem;
use std::collections::{BTreeMap, BTreeSet};

/// Sessions that must say it in words of their own strength; other wordings count only beside these.
pub(super) const SURE_SESSIONS: usize = 2;
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
const OFTEN_SESSIONS: usize = 4;
/// The same for a group with a name of its own.
const NAMED_FOCUS: f64 = 0.1;
/// Wordings that have a group's name at least, and share of its wordings.
const NAMED_WORDINGS: usize = 3;
/// See `NAMED_WORDINGS`.
const NAMED_SHARE: f64 = 0.75;
/// Sessions in which the same words are a command.
const GIVEN_AGAIN: usize = 3;
/// Wordings of a group that only one session says for sure.
const WISHED_TEXTS: usize = 3;
/// Wordings, and people, of a group that nobody words as a wish.
const UNMARKED_TEXTS: usize = 4;
/// See `UNMARKED_TEXTS`.
const UNMARKED_PEOPLE: usize = 3;
/// Different requests beside which several people say the same for it to count although no wording of it says by
/// itself that it is about how to work.
const RECURRING_REQUESTS: usize = 3;
/// Share of a group's sessions whose request is about the very words of the wish, from which the words are the
/// jobs' subject and not a way of working.
const SUBJECT_SHARE: f64 = 0.6;

/// What groups are judged by.
pub(super) struct Judge<'a> {
    pub(super) corpus: &'a Corpus<'a>,
    pub(super) wordings: &'a [Wording<'a>],
    pub(super) requests: &'a Requests,
    /// Wishes that people voice for the task at hand only, each with how often.
    pub(super) passing: &'a [(Vector, usize)],
    pub(super) weights: &'a Weights,
    /// Transcripts say who is who.
    pub(super) told_apart: bool,
}

impl<'a> Judge<'a> {
    /// The votes for these wordings.
    pub(super) fn votes(&self, members: &[usize]) -> Vec<&'a Vote<'a>> {
        members.iter().filter_map(|&at| self.wordings.get(at)).flat_map(|wording| &wording.votes).collect()
    }

    /// What these wordings say, each text once.
    pub(super) fn texts(&self, members: &[usize]) -> BTreeSet<&'a str> {
        let wordings = members.iter().filter_map(|&at| self.wordings.get(at));
        wordings.flat_map(|wording| wording.texts.iter().copied()).collect()
    }

    /// Who stands behind these wordings.
    pub(super) fn standing(&self, members: &[usize]) -> Standing<'a> {
        vote::standing(self.corpus, &self.votes(members))
    }

    /// Whether nobody contradicts what is left of a group after all reasons to leave it out.
    pub(super) fn is_preference(&self, group: &Group) -> bool {
        self.objection_to_support(group).is_none()
            && self.says_something(group)
            && self.objection_to_sort(group).is_none()
    }

    /// Why a group is no preference, but for what its wordings' words have in common: somebody else says that they mean
    /// one thing.
    pub(super) fn objection(&self, group: &Group) -> Option<&'static str> {
        self.objection_to_support(group).or_else(|| self.objection_to_sort(group))
    }

    fn objection_to_support(&self, group: &Group) -> Option<&'static str> {
        let votes = self.votes(&group.members);
        let stated = votes.iter().any(|vote| vote.states_a_wish());
        let taken_up = self.is_taken_up(&self.standing(&group.members), &votes, stated);
        (!taken_up).then_some("too few independent sessions and people ask for it")
    }

    fn objection_to_sort(&self, group: &Group) -> Option<&'static str> {
        let votes = self.votes(&group.members);
        if self.is_command(group, &votes, &self.standing(&group.members)) {
            return Some("it is a command of the moment");
        }
        if self.is_subject(&group.members, &group.middle) || self.is_request(&group.members) {
            return Some("it is what these tasks were about");
        }
        if self.is_mostly_passing(group) {
            return Some("people say it for the task at hand only");
        }
        if self.is_divided(group) {
            return Some("its people want different things");
        }
        self.is_one_person_s(group).then_some("it is one person's wish")
    }

    /// Whether several sessions say for sure that it is about how to work, or that it holds from now on: what
    /// a group needs whose wordings share one name only.
    pub(super) fn is_meant(&self, group: &Group) -> bool {
        let standing = self.standing(&group.members);
        standing.sure.len() >= SURE_SESSIONS || !standing.lasting.is_empty()
    }

    /// Whether a conflict whose sides have these wordings is one that people should see.
    pub(super) fn is_conflict(&self, sides: &[(Vec<usize>, Vector)]) -> bool {
        let everyone: Vec<usize> = sides.iter().flat_map(|(members, _)| members.iter().copied()).collect();
        self.is_taken_up(&self.standing(&everyone), &self.votes(&everyone), true)
            && !self.is_mostly_asked(&everyone)
            && sides.iter().all(|(members, _)| self.is_side(members))
            && !sides.iter().any(|(members, middle)| self.is_subject(members, middle))
    }

    /// Whether a side of a conflict is a wish by itself: `why is the annex missing?` and `add the annex` are none.
    fn is_side(&self, members: &[usize]) -> bool {
        self.votes(members).iter().any(|vote| vote.strength >= Some(Strength::Mild) && !vote.asks())
    }

    /// Whether wordings may contradict others: not if all are questions, or one command that is given again and again
    /// and that nobody words as more than that.
    pub(super) fn may_contradict(&self, members: &[usize]) -> bool {
        let votes = self.votes(members);
        let standing = vote::standing(self.corpus, &votes);
        let texts: BTreeSet<String> = self.texts(members).into_iter().map(str::to_lowercase).collect();
        let given_again = texts.len() < 2 && standing.sure.is_empty() && standing.roots.len() >= GIVEN_AGAIN;
        !given_again && votes.iter().any(|vote| vote.strength.is_some() && !vote.asks())
    }

    /// Whether enough independent people and sessions stand behind a wish. Where the transcripts tell people
    /// apart, several of them have to agree. Where they do not, nobody can say that two sessions are two people:
    /// then it has to have been said, more than once, that it holds from now on.
    fn is_taken_up(&self, standing: &Standing<'_>, votes: &[&Vote<'_>], stated: bool) -> bool {
        let settings = self.corpus.settings;
        let different = self.different_requests(votes, RECURRING_REQUESTS);
        let sessions = standing.roots.len() >= settings.min_sessions as usize
            && standing.jobs.len() >= settings.min_jobs as usize
            && different >= settings.min_jobs as usize
            && (standing.sure.len() >= SURE_SESSIONS
                || standing.people.len() >= settings.min_people as usize
                    && self.told_apart
                    && different >= RECURRING_REQUESTS);
        let people = match self.told_apart {
            _ if !stated => true,
            true => standing.people.len() + usize::from(standing.strangers) >= settings.min_people as usize,
            false => {
                let often = standing.roots.len() >= settings.min_sessions as usize + LASTING_SESSIONS;
                standing.lasting.len() >= if often { 1 } else { LASTING_SESSIONS }
            }
        };
        sessions && people
    }

    /// How many different things the sessions of these votes were asked for, at most `enough`; what was voted for
    /// is left out, since it may stand in the request itself.
    fn different_requests(&self, votes: &[&Vote<'_>], enough: usize) -> usize {
        let sessions: BTreeSet<usize> = votes.iter().map(|vote| vote.session).collect();
        let besides: BTreeSet<String> = votes
            .iter()
            .filter(|vote| vote::stands_in_request(self.corpus, vote))
            .flat_map(|vote| super::wish::read(&vote.remark.text, false).terms.into_keys())
            .collect();
        self.requests.different(&sessions, &besides, enough)
    }

    /// Whether a group names anything (`do it always before you change the code` does not), and whether what its
    /// wordings share is most of what they say: long sentences about other things may share one word by chance.
    fn says_something(&self, group: &Group) -> bool {
        if !self.is_about_one_thing(group) {
            return false;
        }
        let core: BTreeSet<&str> = group.middle.core(CORE).into_iter().map(|(term, _)| term).collect();
        let shared = |wish: &Wish| {
            let size = |term: &String| self.weights.says(term).powi(2);
            let all: f64 = wish.terms.keys().map(size).sum();
            let shared: f64 = wish.terms.keys().filter(|term| core.contains(term.as_str())).map(size).sum();
            if all > 0.0 { shared / all } else { 0.0 }
        };
        let focus: f64 =
            group.members.iter().filter_map(|&at| self.wordings.get(at)).map(|w| shared(&w.wish)).sum();
        let least = match self.standing(&group.members).roots.len() {
            _ if self.has_a_name(group) => NAMED_FOCUS,
            often if often >= OFTEN_SESSIONS => OFTEN_FOCUS,
            _ => FOCUS,
        };
        focus >= least * group.members.len() as f64
    }

    /// Whether several people, in several wordings, say one word that nearly nobody says besides: what else their
    /// sentences say is why.
    fn has_a_name(&self, group: &Group) -> bool {
        let names = group.middle.core(CORE).into_iter().filter(|(term, _)| LEXICON.telling(term) > 0.99);
        names.map(|(term, _)| term).any(|term| {
            let having: Vec<usize> = group
                .members
                .iter()
                .copied()
                .filter(|&at| self.wordings.get(at).is_some_and(|w| w.wish.terms.contains_key(term)))
                .collect();
            let times = self.votes(&having).len();
            having.len() >= NAMED_WORDINGS
                && having.len() as f64 >= NAMED_SHARE * group.members.len() as f64
                && self.standing(&having).people.len() >= self.corpus.settings.min_people as usize
                && self.is_rare(term, times)
        })
    }

    /// Whether most of what a group says shares two telling words, or one where most of it is said in words of its own
    /// strength. One everyday word alone (`option 1`, `seems fine`) is shared by sentences about anything.
    fn is_about_one_thing(&self, group: &Group) -> bool {
        let votes = self.votes(&group.members);
        let mut said: BTreeMap<&str, usize> = BTreeMap::new();
        for wording in group.members.iter().filter_map(|&at| self.wordings.get(at)) {
            for term in wording.wish.terms.keys() {
                *said.entry(term).or_default() += wording.votes.len();
            }
        }
        let number = |term: &str| term.bytes().all(|b| b.is_ascii_digit());
        let often = said.iter().filter(|(term, times)| **times * 2 >= votes.len() && !number(term));
        let together: BTreeSet<&str> = often.map(|(term, _)| *term).collect();
        let shared: Vec<&str> = together.iter().copied().filter(|term| LEXICON.telling(term) > 0.5).collect();
        let sure = votes.iter().filter(|vote| vote.carries()).count();
        match shared.as_slice() {
            // Everyday words that hardly anybody puts together: `a list of the changes`.
            [] => sure * 2 >= votes.len() && self.requests.never_has(&together),
            [one] => {
                let said_for_sure = sure * 3 >= votes.len() || self.has_a_name(group);
                let rare = || self.is_rare(one, said.get(one).copied().unwrap_or_default());
                said_for_sure && (rare() || self.requests.never_has(&together))
            }
            _ => true,
        }
    }

    /// Whether nearly nobody says this word but the `times` times in one group, and no work is about it.
    fn is_rare(&self, term: &str, times: usize) -> bool {
        let having = self.wordings.iter().filter(|wording| wording.wish.terms.contains_key(term));
        let all: usize = having.map(|wording| wording.votes.len()).sum();
        self.requests.asked.get(term).is_none_or(|jobs| *jobs < 2) && times * 3 >= all * 2
    }

    /// Whether the telling words of a group are what most of its sessions were asked to work on: a wish about the
    /// login page in sessions about the login page is part of the job. Words that say to hold from now on outweigh
    /// that.
    fn is_subject(&self, members: &[usize], middle: &Vector) -> bool {
        let votes = self.votes(members);
        let standing = vote::standing(self.corpus, &votes);
        if standing.lasting.len() * 2 >= standing.roots.len() {
            return false;
        }
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
            let asked = super::wish::read(&ask, false).terms;
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
        let lasting = standing.lasting.len() * 2 >= standing.roots.len();
        let few = self.different_requests(&votes, RECURRING_REQUESTS) < RECURRING_REQUESTS;
        !lasting && (few || self.texts(members).len() < WISHED_TEXTS) && self.is_mostly_asked(members)
    }

    /// Whether most of what these wordings say stands in the sessions' requests.
    fn is_mostly_asked(&self, members: &[usize]) -> bool {
        let votes = self.votes(members);
        let asked = votes.iter().filter(|vote| vote::stands_in_request(self.corpus, vote)).count();
        asked as f64 >= SUBJECT_SHARE * votes.len() as f64
    }

    /// Whether people say the same as often for the task at hand only: then it never was more than that.
    fn is_mostly_passing(&self, group: &Group) -> bool {
        let standing = self.standing(&group.members);
        let threshold = self.corpus.settings.wish_similarity;
        let alike = |wish: &Vector| wish.likeness(&group.middle).same >= threshold;
        let passing =
            || -> usize { self.passing.iter().filter(|(wish, _)| alike(wish)).map(|(_, times)| times).sum() };
        standing.lasting.len() * 2 < standing.roots.len() && passing() * 2 >= standing.roots.len()
    }

    /// Whether a group is a command of the moment: always in the same words (`go ahead`), or naming nothing but everyday
    /// actions (`commit and push`).
    fn is_command(&self, group: &Group, votes: &[&Vote<'_>], standing: &Standing<'_>) -> bool {
        let texts: BTreeSet<String> = self.texts(&group.members).into_iter().map(str::to_lowercase).collect();
        let core = group.middle.core(CORE);
        let general = standing.lasting.len() * 2 >= standing.roots.len();
        // Nobody says of it how to work: what people say to each agent, not what they want of all.
        let wishing: BTreeSet<usize> = votes
            .iter()
            .filter(|vote| vote.strength >= Some(Strength::Mild))
            .map(|vote| vote.session)
            .collect();
        let several = texts.len() >= WISHED_TEXTS && standing.people.len() > 1;
        let marked = |vote: &&Vote<'_>| {
            let spoken = || frame::spoken(&vote.remark.text);
            vote.strength >= Some(Strength::Lasting)
                || vote.remark.sort == Sort::Correction
                || spoken().iter().any(|word| LEXICON.has("norm", word) || LEXICON.has("negator", word))
                || speaks_of_all(&spoken())
        };
        let unmarked = texts.len() < UNMARKED_TEXTS && standing.people.len() <= UNMARKED_PEOPLE;
        if unmarked && !votes.iter().any(marked) {
            return true;
        }
        let wished = standing.sure.len() >= SURE_SESSIONS
            || several && (!standing.sure.is_empty() || wishing.len() >= SURE_SESSIONS);
        if !wished && (texts.len() < UNMARKED_TEXTS || standing.people.len() < UNMARKED_PEOPLE) {
            return true;
        }
        if general || texts.len() > 1 && standing.sure.len() >= SURE_SESSIONS {
            return false;
        }
        texts.len() < 2
            || core.iter().all(|(term, _)| LEXICON.has("gate", term) || LEXICON.telling(term) < 0.5)
    }
}

/// Whether a sentence speaks of things of a sort (`months in dates`) and not of one (`the button`).
fn speaks_of_all(spoken: &[String]) -> bool {
    spoken.iter().enumerate().any(|(at, word)| {
        let pointed = at.checked_sub(1).and_then(|at| spoken.get(at));
        let plural =
            word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") && stem(word).len() < word.len();
        plural
            && !pointed.is_some_and(|word| {
                matches!(word.as_str(), "the" | "these" | "those" | "this" | "it" | "he" | "she")
            })
    })
}
