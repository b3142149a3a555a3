//! Wishes that somebody else has grouped.
//!
//! Words alone do not tell that `kept in cents` and `integers for money, always` are one wish; who reads does. Owns what
//! is left for a reader ([`open`]: what people said that counts and that no pattern took up), and the decision about the
//! groups that come back ([`judged`]): by the same rules as the miner's own groups, but for those about the words that
//! wordings share. Refuses any text but the people's own, and a group that stands against what others want.

use super::group::{self, Group, Groups};
use super::likeness::Weights;
use super::people::People;
use super::request::Requests;
use super::vote::{self, Said, Vote, Wording};
use super::worth::Judge;
use super::{Miner, identity, lesson};
use crate::pattern::{Corpus, Fingerprint, Lesson, Pattern};
use crate::redact::Clean;
use crate::session::SessionId;
use std::collections::{BTreeMap, BTreeSet};

/// Something that a person said in a session.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spoken {
    /// What was said, verbatim.
    pub text: Clean,
    /// The session.
    pub session: SessionId,
    /// Its event.
    pub event: u32,
}

/// Turns that ask for the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grouped {
    /// All of them.
    pub turns: Vec<Spoken>,
    /// Where in `turns` the one stands that says it best.
    pub best: usize,
}

/// What no pattern took up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Open {
    /// The turns, those first that say most clearly that they hold from now on.
    pub turns: Vec<Spoken>,
    /// Independent sessions in which they were said.
    pub sessions: u32,
    /// Whether enough sessions and people said them that one of them could be a team's wish.
    pub may_be_one: bool,
}

/// What people said that counts and that none of these patterns took up.
pub fn open(corpus: &Corpus<'_>, patterns: &[Pattern]) -> Open {
    let requests = Requests::of(corpus);
    let people = People::of(corpus, &requests);
    let said = vote::gather(corpus, &people);
    let taken: Vec<&Pattern> = patterns
        .iter()
        .filter(|pattern| {
            matches!(pattern.lesson, Lesson::Wish(_) | Lesson::Correction(_) | Lesson::Conflict(_))
        })
        .collect();
    let mut votes: Vec<&Vote<'_>> = Vec::new();
    for wording in &said.standing {
        let anchor = identity::spoken(&wording.wish.terms);
        let touching: Vec<&&Pattern> =
            taken.iter().filter(|pattern| identity::shares_a_word(&anchor, &pattern.anchor)).collect();
        let is_free = |vote: &&Vote<'_>| {
            let in_it = |pattern: &&&Pattern| {
                pattern.support.seen_in.contains(&vote.session)
                    || pattern.support.readers.contains(&vote.session)
            };
            !touching.iter().any(in_it)
        };
        votes.extend(
            wording.votes.iter().filter(is_free).filter(|vote| vote.strength.is_some() && !vote.asks()),
        );
    }
    votes.sort_by(|a, b| {
        let key = |vote: &Vote<'_>| (std::cmp::Reverse(vote.strength), vote.session, vote.remark.event);
        key(a).cmp(&key(b)).then_with(|| a.remark.text.cmp(&b.remark.text))
    });
    let standing = vote::standing(corpus, &votes);
    let settings = corpus.settings;
    let enough_people = !people.are_told_apart()
        || standing.people.len() + usize::from(standing.strangers) >= settings.min_people as usize;
    let mut seen = BTreeSet::new();
    let turns = votes.iter().filter_map(|vote| {
        let digest = corpus.digests.get(vote.session)?;
        // The same words of one witness are one turn.
        let is_new = seen.insert((&digest.root, vote.remark.text.to_lowercase()));
        is_new.then(|| Spoken {
            text: vote.remark.text.clone(),
            session: digest.session.clone(),
            event: vote.remark.event,
        })
    });
    Open {
        turns: turns.collect(),
        sessions: standing.roots.len() as u32,
        may_be_one: standing.roots.len() >= settings.min_sessions as usize && enough_people,
    }
}

/// The pattern of each group, or why it is none. `patterns`: what is known to hold, which no group may stand against.
pub fn judged(
    corpus: &Corpus<'_>,
    groups: &[Grouped],
    patterns: &[Pattern],
) -> Vec<Result<Pattern, &'static str>> {
    let requests = Requests::of(corpus);
    let people = People::of(corpus, &requests);
    let said = vote::gather(corpus, &people);
    let weights = || {
        let wishes = said.standing.iter().map(|wording| &wording.wish);
        Weights::learn(wishes, &requests.worked_with, &[])
    };
    groups
        .iter()
        .map(|group| pattern(corpus, group, patterns, &said, &requests, people.are_told_apart(), weights()))
        .collect()
}

fn pattern(
    corpus: &Corpus<'_>,
    grouped: &Grouped,
    patterns: &[Pattern],
    said: &Said<'_>,
    requests: &Requests,
    told_apart: bool,
    weights: Weights,
) -> Result<Pattern, &'static str> {
    let wordings = these(corpus, grouped, said);
    let members: Vec<usize> = (0..wordings.len()).collect();
    let vectors: Vec<_> = wordings.iter().map(|wording| weights.vector(&wording.wish)).collect();
    let group = Group { middle: group::middle(&wordings, &vectors, &members), members };
    let passing: Vec<_> = said.passing.iter().map(|(wish, times)| (weights.vector(wish), *times)).collect();
    let groups = Groups { weights, vectors, all: vec![group.clone()] };
    let (vectors, weights) = (&groups.vectors, &groups.weights);
    let judge = Judge { corpus, wordings: &wordings, requests, passing: &passing, weights, told_apart };
    if let Some(why) = judge.objection(&group) {
        return Err(why);
    }
    let best = grouped.turns.get(grouped.best).ok_or("its best wording is not among its turns")?;
    let states = |vote: &Vote<'_>| vote.remark.text == best.text && vote.states_a_wish() && !vote.asks();
    if !wordings.iter().flat_map(|wording| &wording.votes).any(states) {
        return Err("its best wording does not say what is wanted");
    }
    let mut anchor = identity::agreement("wish", &group.middle);
    if anchor.len() < 2 {
        // Wordings that have no word in common: what makes it this wish is its best one.
        let terms = wordings.iter().find(|wording| wording.texts.contains(best.text.as_str()));
        anchor = terms.map(|wording| identity::spoken(&wording.wish.terms)).unwrap_or_default();
    }
    if patterns.iter().any(|other| identity::stands_against(&anchor, &other.anchor)) {
        return Err("it stands against what others ask for");
    }
    let mut wish = lesson::of(&wordings, vectors, &group.members, &group.middle);
    wish.variants.retain(|variant| *variant != best.text);
    if wish.wording != best.text {
        wish.variants.insert(0, std::mem::replace(&mut wish.wording, best.text.clone()));
        (wish.wanted, wish.unwanted) = (None, None);
    }
    let evidence = lesson::evidence(corpus, &wordings, vectors, &group.members, &group.middle);
    let miner = Miner { corpus, wordings: &wordings, groups: &groups, judge };
    Ok(miner.pattern(anchor, Lesson::Wish(wish), &group.members, evidence))
}

/// The wordings of these turns, with the votes for them alone.
fn these<'a>(corpus: &Corpus<'a>, grouped: &Grouped, said: &Said<'a>) -> Vec<Wording<'a>> {
    let turns: BTreeMap<(&SessionId, u32), BTreeSet<&str>> =
        grouped.turns.iter().fold(BTreeMap::new(), |mut turns, turn| {
            turns.entry((&turn.session, turn.event)).or_insert_with(BTreeSet::new).insert(turn.text.as_str());
            turns
        });
    let is_one = |vote: &Vote<'_>| {
        let session = corpus.digests.get(vote.session).map(|digest| &digest.session);
        let texts = session.and_then(|session| turns.get(&(session, vote.remark.event)));
        texts.is_some_and(|texts| texts.contains(vote.remark.text.as_str()))
    };
    let restricted = said.standing.iter().map(|wording| {
        let votes: Vec<Vote<'a>> = wording.votes.iter().filter(|vote| is_one(vote)).cloned().collect();
        let texts = votes.iter().map(|vote| vote.remark.text.as_str()).collect();
        Wording { wish: wording.wish.clone(), votes, texts }
    });
    restricted.filter(|wording| !wording.votes.is_empty()).collect()
}

/// The turns of earlier groups, by what they are called: a group is written down without its words.
pub fn spoken_of(corpus: &Corpus<'_>, session: &SessionId, event: u32, hash: &str) -> Option<Spoken> {
    let at = corpus.digests.binary_search_by(|digest| digest.session.cmp(session)).ok()?;
    let mut remarks = corpus.digests.get(at)?.remarks.iter();
    let remark = remarks.find(|remark| remark.event == event && Spoken::hash_of(&remark.text) == hash)?;
    Some(Spoken { text: remark.text.clone(), session: session.clone(), event })
}

impl Spoken {
    /// A name for what was said, 16 hexadecimal digits.
    pub fn hash(&self) -> String {
        Spoken::hash_of(&self.text)
    }

    fn hash_of(text: &str) -> String {
        Fingerprint::of(&[text]).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use crate::pattern::job::Jobs;
    use crate::settings::Mining;
    use serde_json::json;

    /// Sessions of different jobs, in each of which one person says one thing.
    fn said(said: &[(&str, &str)]) -> Vec<Digest> {
        let asks =
            ["repair the pump", "paint the wall", "count all lanterns", "write to Ada", "bake for the fair"];
        let digest = |(n, (person, text)): (usize, &(&str, &str))| -> Digest {
            let session = SessionId::of(&[n as u8]);
            serde_json::from_value(json!({
                "session": session, "root": session, "agent": "codex", "contributor": person,
                "ask": format!("{} of house {n}", asks[n % asks.len()]), "task": format!("t{n}"),
                "steps": ["git status", "make all"],
                "remarks": [{"event": 7, "text": text, "sort": "wish", "lasting": true}],
                "counts": {"calls": 2, "failed": 0, "retries": 0, "turns": 2},
            }))
            .unwrap()
        };
        let mut digests: Vec<Digest> = said.iter().enumerate().map(digest).collect();
        digests.sort_by(|a, b| a.session.cmp(&b.session));
        digests
    }

    /// What becomes of all that is open, put together.
    fn together(digests: &[Digest], best: &str) -> Result<Pattern, &'static str> {
        let settings = Mining::default();
        let corpus = Corpus { digests, jobs: Jobs::group(digests, &settings), settings: &settings };
        let open = open(&corpus, &[]);
        assert_eq!(open.sessions as usize, digests.len());
        let best = open.turns.iter().position(|turn| *turn.text == *best).unwrap();
        judged(&corpus, &[Grouped { turns: open.turns, best }], &[]).remove(0)
    }

    #[test]
    fn wishes_without_a_word_in_common_are_counted_as_any_other() {
        let wishes = [
            ("ann", "From now on, amounts are kept in cents."),
            ("bea", "Always store money as integers."),
            ("cem", "From now on no price becomes a float."),
        ];
        let pattern = together(&said(&wishes), "Always store money as integers.").unwrap();
        let Lesson::Wish(wish) = &pattern.lesson else { panic!("{pattern:?}") };
        assert_eq!(&*wish.wording, "Always store money as integers.");
        assert_eq!((pattern.support.sessions, pattern.support.people, wish.variants.len()), (3, 3, 2));
        assert_eq!(pattern.evidence.len(), 3);
    }

    #[test]
    fn too_few_sessions_or_people_are_too_few_whoever_groups_them() {
        let cents = ("ann", "From now on, amounts are kept in cents.");
        let few = said(&[cents, ("bea", "Always store money as integers.")]);
        assert!(together(&few, cents.1).is_err());
        let alone = said(&[
            cents,
            ("ann", "Always store money as integers."),
            ("ann", "Never keep a price as float."),
        ]);
        assert!(together(&alone, cents.1).is_err());
    }
}
