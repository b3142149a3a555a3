//! Planted preferences: sessions made from a seed and a vocabulary, and a score of what is mined from them.
//!
//! Each vocabulary has wishes in several wordings, conflicts, wishes of one task, single voices and small talk.
//! The last one is made of invented words, so that no list of known words can help.

mod made_up;
mod vocabulary;

use super::*;
use crate::digest::{Digest, remark};
use crate::pattern::job::Jobs;
use crate::redact::redact;
use crate::session::{Body, Event, Session, SessionId};
use crate::settings::{Mining, Reading};
use made_up::INVENTED;
use std::collections::BTreeMap;
use vocabulary::{CHAT, OPS, SCIENCE, Vocabulary, WEB};

/// A small generator of numbers (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }

    fn one_of<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

const PEOPLE: [&str; 6] = ["ada", "bo", "cem", "dee", "eli", "fay"];

/// What was planted under a name, and what it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Planted {
    Wish(usize),
    Side(usize, bool),
    Decoy,
}

struct Made {
    digests: Vec<Digest>,
    planted: BTreeMap<String, Planted>,
}

fn make(vocabulary: &Vocabulary, seed: u64, sessions: usize, tells_people: bool) -> Made {
    let mut numbers = Numbers(seed);
    let mut said: Vec<Vec<String>> = vec![Vec::new(); sessions];
    let mut planted = BTreeMap::new();
    let who: Vec<usize> = (0..sessions).map(|_| numbers.below(PEOPLE.len())).collect();
    let mut plant = |numbers: &mut Numbers,
                     said: &mut Vec<Vec<String>>,
                     texts: &[&str],
                     people: &[usize],
                     times: usize,
                     as_what: Planted| {
        for text in texts {
            planted.insert((*text).to_owned(), as_what.clone());
        }
        let able: Vec<usize> = (0..sessions).filter(|&s| people.contains(&who[s])).collect();
        for nth in 0..times {
            let session = able[numbers.below(able.len())];
            // Everybody who is meant to speak does so at least once; every wording, too, if there is room.
            said[session]
                .push(texts[if nth < texts.len() { nth } else { numbers.below(texts.len()) }].to_owned());
        }
    };
    let some_people = |numbers: &mut Numbers, least: usize| -> Vec<usize> {
        let count = least + numbers.below(4);
        let first = numbers.below(PEOPLE.len());
        (0..count.min(PEOPLE.len())).map(|at| (first + at) % PEOPLE.len()).collect()
    };
    for (at, texts) in vocabulary.wishes.iter().enumerate() {
        let people = some_people(&mut numbers, 3);
        let times = 6 + numbers.below(6);
        plant(&mut numbers, &mut said, texts, &people, times, Planted::Wish(at));
    }
    for (at, (here, there)) in vocabulary.conflicts.iter().enumerate() {
        for (texts, first, people) in [(here, true, [0, 1, 2]), (there, false, [3, 4, 5])] {
            let times = 4 + numbers.below(4);
            plant(&mut numbers, &mut said, texts, &people, times, Planted::Side(at, first));
        }
    }
    for text in vocabulary.passing {
        plant(&mut numbers, &mut said, &[text], &[0, 1, 2, 3, 4, 5], 6, Planted::Decoy);
    }
    for text in vocabulary.single {
        plant(&mut numbers, &mut said, &[text], &[0, 1, 2, 3, 4, 5], 1, Planted::Decoy);
    }
    for text in vocabulary.task_only {
        planted.insert((*text).to_owned(), Planted::Decoy);
    }
    let jobs = sessions / 3;
    let mut digests: Vec<Digest> = (0..sessions)
        .map(|at| {
            let job = at % jobs;
            let ask = vocabulary.asks[job % vocabulary.asks.len()].replace("{}", &format!("{}", 100 + job));
            let mut first = ask.clone();
            if job < vocabulary.task_only.len() {
                first = format!("{first} {}.", vocabulary.task_only[job]);
            }
            let mut turns = Vec::new();
            for text in std::mem::take(&mut said[at]) {
                match numbers.below(4) {
                    0 => first = format!("{first}\n\n{text}"),
                    1 => turns.push(format!("{}. {text}", numbers.one_of(CHAT).trim_end_matches(['?', '!']))),
                    _ => turns.push(text),
                }
            }
            for _ in 0..numbers.below(3) {
                turns.push(numbers.one_of(CHAT).to_owned());
            }
            turns.insert(0, first);
            digest(at, job, &ask, &turns, tells_people.then(|| PEOPLE[who[at]]))
        })
        .collect();
    digests.sort_by(|a, b| a.session.cmp(&b.session));
    Made { digests, planted }
}

/// Turns into a session, the session into a digest, the way real ones go.
fn digest(at: usize, job: usize, ask: &str, turns: &[String], person: Option<&str>) -> Digest {
    let id = SessionId::of(format!("{at}").as_bytes());
    let agent = redact(["claude-code", "codex"][at % 2]);
    let mut events = Vec::new();
    for turn in turns {
        for body in [Body::Person(redact(turn)), Body::Agent(redact("Done."))] {
            events.push(Event { number: events.len() as u32 + 1, at: None, body });
        }
    }
    let contributor = person.map(redact);
    let session = Session {
        id: id.clone(),
        source: None,
        parent: None,
        agent: agent.clone(),
        model: None,
        project: None,
        folders: Vec::new(),
        contributor: contributor.clone(),
        task: None,
        outcome: None,
        events,
    };
    Digest {
        remarks: remark::find(&session, &Reading::default()),
        contributor,
        task: Some(redact(&format!("job {job}"))),
        ask: redact(ask),
        ..Digest::empty(id, agent)
    }
}

fn mined(digests: &[Digest], settings: &Mining) -> Vec<Pattern> {
    mine(&Corpus { digests, jobs: Jobs::group(digests, settings), settings })
}

#[derive(Clone, Copy, Debug, Default)]
struct Score {
    planted: usize,
    found: usize,
    right: usize,
    one_sided: usize,
    decoys: usize,
}

/// What a wish's texts were planted as: what most of them were.
fn planted_as(made: &Made, wish: &WishLessonTexts) -> Planted {
    let mut counts: BTreeMap<Planted, usize> = BTreeMap::new();
    for text in wish {
        let known = made.planted.iter().find(|(planted, _)| planted.contains(text.trim_end_matches('.')));
        *counts.entry(known.map_or(Planted::Decoy, |(_, what)| what.clone())).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map_or(Planted::Decoy, |(what, _)| what)
}

type WishLessonTexts = Vec<String>;

fn score(made: &Made, vocabulary: &Vocabulary, patterns: &[Pattern], told: bool) -> Score {
    let mut score =
        Score { planted: vocabulary.wishes.len() + vocabulary.conflicts.len(), ..Score::default() };
    let mut seen = BTreeSet::new();
    for pattern in patterns {
        score.found += 1;
        let texts = |wish: &crate::pattern::WishLesson, evidence: &[Evidence]| -> Vec<String> {
            std::iter::once(wish.wording.to_string())
                .chain(evidence.iter().map(|quote| quote.quote.to_string()))
                .collect()
        };
        let right = match &pattern.lesson {
            Lesson::Wish(wish) | Lesson::Correction(wish) => {
                match planted_as(made, &texts(wish, &pattern.evidence)) {
                    Planted::Wish(at) => seen.insert(Planted::Wish(at)),
                    Planted::Side(..) => {
                        score.one_sided += 1;
                        false
                    }
                    Planted::Decoy => {
                        score.decoys += 1;
                        false
                    }
                }
            }
            Lesson::Conflict(conflict) => {
                let sides: BTreeSet<Planted> = conflict
                    .sides
                    .iter()
                    .map(|side| planted_as(made, &texts(&side.wish, &side.evidence)))
                    .collect();
                let at = sides
                    .iter()
                    .find_map(|side| if let Planted::Side(at, _) = side { Some(*at) } else { None });
                at.is_some_and(|at| {
                    sides == BTreeSet::from([Planted::Side(at, true), Planted::Side(at, false)])
                        && seen.insert(Planted::Side(at, true))
                })
            }
            _ => false,
        };
        score.right += usize::from(right);
        if told && !right {
            println!(
                "    wrong: {:?} {:?}",
                pattern.anchor,
                pattern.evidence.iter().map(|e| &e.quote).collect::<Vec<_>>()
            );
        }
    }
    if told {
        for at in 0..vocabulary.wishes.len() {
            if !seen.contains(&Planted::Wish(at)) {
                println!("    missed: {:?}", vocabulary.wishes[at]);
            }
        }
        for at in 0..vocabulary.conflicts.len() {
            if !seen.contains(&Planted::Side(at, true)) {
                println!("    missed conflict: {:?}", vocabulary.conflicts[at]);
            }
        }
    }
    score
}

/// The vocabularies were written while the miner was: this guards against losing what it finds, no more.
#[test]
fn planted_preferences_are_found_and_nothing_else() {
    let settings = Mining::default();
    for tells_people in [true, false] {
        for vocabulary in [&WEB, &OPS, &INVENTED, &SCIENCE] {
            let mut total = Score::default();
            for seed in 1000..1004 {
                let made = make(vocabulary, seed, 240, tells_people);
                let told = std::env::var_os("TELL").is_some();
                let one = score(&made, vocabulary, &mined(&made.digests, &settings), told);
                total.planted += one.planted;
                total.found += one.found;
                total.right += one.right;
                total.one_sided += one.one_sided;
                total.decoys += one.decoys;
            }
            let recall = total.right as f64 / total.planted as f64;
            let precision = total.right as f64 / total.found.max(1) as f64;
            println!(
                "{:<12} people told apart: {tells_people:<5} recall {recall:.3} precision {precision:.3} {total:?}",
                vocabulary.name
            );
            assert!(recall >= 0.9 && precision >= 0.95, "{}: {total:?}", vocabulary.name);
            assert_eq!((total.one_sided, total.decoys), (0, 0), "{}", vocabulary.name);
        }
    }
}

/// Sentences, each said by somebody else, on a job of its own.
fn said(texts: &[&str]) -> Vec<Digest> {
    const ASKS: [&str; 6] = [
        "Mend the gutter of the barn",
        "Count the lanterns in the cellar",
        "Draw a map of the orchard",
        "Translate the miller's letter",
        "Sort the seeds by colour",
        "Weigh the anvil again",
    ];
    let session = |(at, text): (usize, &&str)| {
        let ask = ASKS[at % ASKS.len()];
        let turns = [ask.to_owned(), (*text).to_owned()];
        let steps = vec![crate::digest::step::Step(redact("edit *.txt"))];
        Digest { steps, ..digest(at, at, ask, &turns, Some(PEOPLE[at % PEOPLE.len()])) }
    };
    texts.iter().enumerate().map(session).collect()
}

#[test]
fn who_says_the_same_in_other_words_does_not_disagree() {
    let wishes: [&[&str]; 5] = [
        &[
            "Don't answer with a bare string on errors; use snarf+glorp.",
            "In this team error responses are always snarf+glorp.",
            "Errors from our endpoints must use the snarf+glorp shape, not a bare string.",
        ],
        &[
            "Never tune on the test split.",
            "Please keep the test split out of tuning.",
            "The test split is for the final number only, do not tune on it.",
            "Tuning happens on validation, the test split stays untouched.",
        ],
        &["No logic in notebooks; it goes into the package.", "Logic goes to the package, always."],
        &[
            "Hyperparameters live in conf/ with us.",
            "Don't hide hyperparameters in the code; conf/ is the place.",
        ],
        &[
            "Keep commits small: a single change per commit.",
            "Never lump everything into one big commit; small commits, please.",
        ],
    ];
    for wordings in wishes {
        for often in wordings {
            for once in wordings.iter().filter(|other| *other != often) {
                for texts in [&[*often, *often, *once][..], &[*often, *once, *often, *once]] {
                    let patterns = mined(&said(texts), &Mining::default());
                    let disagree = patterns.iter().find(|one| matches!(one.lesson, Lesson::Conflict(_)));
                    assert!(disagree.is_none(), "{often} / {once}");
                }
            }
        }
    }
}

#[test]
fn who_wants_the_opposite_disagrees_even_where_few_say_so() {
    for (often, once) in [
        (
            "Please never annotate tests, it makes them hard to read.",
            "We always want annotations, test functions included.",
        ),
        ("Always single quotes for strings.", "Always double quotes for strings."),
        ("Do not delete experiment branches.", "Please delete experiment branches after the merge."),
    ] {
        let patterns = mined(&said(&[often, often, once]), &Mining::default());
        let disagree = patterns.iter().any(|one| matches!(one.lesson, Lesson::Conflict(_)));
        assert!(disagree, "{often} / {once}: {patterns:?}");
    }
}

#[test]
fn the_order_of_sessions_makes_no_difference() {
    let made = make(&INVENTED, 7, 120, true);
    let settings = Mining::default();
    let mut shuffled = made.digests.clone();
    shuffled.reverse();
    let anchors = |digests: &[Digest]| -> Vec<_> {
        // Where a session stands among the digests does change with their order.
        let counted = |of: Support| (of.sessions, of.jobs, of.people, of.first);
        mined(digests, &settings).into_iter().map(|p| (p.anchor, counted(p.support))).collect()
    };
    assert_eq!(anchors(&made.digests), anchors(&shuffled));
}

#[test]
fn a_lesson_is_recognised_when_it_has_grown() {
    let settings = Mining::default();
    let made = make(&INVENTED, 11, 240, true);
    let half: Vec<Digest> = made.digests.iter().step_by(2).cloned().collect();
    let all = mined(&made.digests, &settings);
    let wishes = mined(&half, &settings).into_iter().filter(|early| {
        let texts = early.evidence.iter().map(|quote| quote.quote.to_string()).collect();
        matches!(planted_as(&made, &texts), Planted::Wish(_))
    });
    for early in wishes {
        let same = all.iter().filter(|late| same_wish(&early.anchor, &late.anchor)).count();
        assert_eq!(
            same,
            1,
            "{:?} among {:?}",
            early.anchor,
            all.iter().map(|p| &p.anchor).collect::<Vec<_>>()
        );
    }
}
