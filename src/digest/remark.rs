//! What people said about the work: corrections of the agent, and wishes for how to work.
//!
//! Only text that a person typed is looked at, and of that only what they said themselves ([`spoken`]). Owns
//! the judgement of single sentences ([`cue`]); refuses to decide whether a wish is a team's: one person in
//! one session may mean this task alone, so that is decided across sessions ([`crate::pattern::preference`]).

mod courtesy;
pub(crate) mod cue;
mod lean;
mod spoken;
mod statement;
pub(crate) mod word;

use crate::redact::Clean;
use crate::session::{Body, Session};
use crate::settings::Reading;
use cue::Strength;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// One sentence that a person typed and that says how to work, or what was wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Remark {
    /// The event it stands in.
    pub event: u32,
    /// The sentence, verbatim and shortened.
    pub text: Clean,
    /// What sort.
    pub sort: Sort,
    /// It says so itself: always, never, from now on, as a rule, we use …
    #[serde(default)]
    pub lasting: bool,
    /// It says that it is about this task alone: for now, just this once, in this file …
    #[serde(default)]
    pub passing: bool,
}

/// What sort of remark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sort {
    /// How to work: use this, avoid that.
    Wish,
    /// What the agent did was wrong.
    Correction,
}

/// What people said about the work, in order; at most [`Reading::max_remarks`], the surest kept.
///
/// A correction needs something to correct: it counts only after the agent has done or said something.
pub fn find(session: &Session, settings: &Reading) -> Vec<Remark> {
    let mut found: Vec<(Option<Strength>, Remark)> = Vec::new();
    let mut agent_spoke = false;
    for event in &session.events {
        match &event.body {
            Body::Agent(_) | Body::Call(_) => agent_spoke = true,
            Body::Person(turn) => {
                for sentence in lean::join(turn, spoken::sentences(turn)) {
                    remarks_of(turn, sentence, event.number, agent_spoke, settings.max_quote, &mut found);
                }
            }
            Body::Context(_) | Body::Interrupted => {}
        }
    }
    keep_surest(found, settings.max_remarks)
}

/// The remarks of one sentence: usually none or one, several where it strings wishes together.
fn remarks_of(
    turn: &Clean,
    sentence: Range<usize>,
    event: u32,
    agent_spoke: bool,
    max_quote: usize,
    found: &mut Vec<(Option<Strength>, Remark)>,
) {
    let Some(text) = turn.part(sentence) else { return };
    let words = word::words(&text);
    if text.contains(REDACTED) || words.iter().any(looks_random) {
        return;
    }
    let whole = cue::judge(&words);
    for part in clauses(&words) {
        let Some(clause) = words.get(part) else { continue };
        let judged = cue::judge(clause);
        let wrong = judged.wrong && agent_spoke;
        let bare = agent_spoke && !judged.chat && is_terse(clause) && !asks_to_be_told(clause);
        if judged.wish.is_none() && !wrong && !bare {
            continue;
        }
        let (Some(first), Some(last)) = (clause.first(), clause.last()) else { continue };
        let Some(quote) = text.part(first.at.start..last.at.end) else { continue };
        // What opens a sentence (`for this task only, …`, `from now on …`) holds for all of its clauses.
        let lasting = judged.wish == Some(Strength::Lasting) || lean::ends_in_scope(clause);
        found.push((
            judged.wish,
            Remark {
                event,
                text: quote.cut(max_quote),
                sort: if wrong { Sort::Correction } else { Sort::Wish },
                lasting,
                passing: judged.passing || whole.passing,
            },
        ));
    }
}

/// Whether a sentence is as short as what people throw in (`redline??`, `5 lines max`) and names something. Such a
/// sentence says nothing by itself; across sessions it may be the tenth time that somebody has to say it.
fn is_terse(words: &[word::Word]) -> bool {
    let start = courtesy::courtesies(words);
    let spoken = words.iter().skip(start).filter(|word| !word.is_mark()).count();
    // `perfect, merging` tells what one does next.
    let least = if start > 0 { SHORTEST_AFTER_COURTESY } else { 1 };
    (least..=LONGEST_TERSE).contains(&spoken)
}

/// Whether somebody only wants to know something: `can you show me the numbers for June`.
fn asks_to_be_told(words: &[word::Word]) -> bool {
    words.windows(2).any(|pair| {
        matches!(pair[0].text.as_str(), "show" | "tell" | "give" | "send")
            && matches!(pair[1].text.as_str(), "me" | "us")
    })
}

/// Least words of such a sentence after a courtesy.
const SHORTEST_AFTER_COURTESY: usize = 3;
/// Most words of a sentence that is kept although nothing in it says that it is a wish.
const LONGEST_TERSE: usize = 16;

/// How a placeholder begins that stands for a secret. A sentence that hands over a secret is no wish for how to
/// work, and all of them would look alike.
const REDACTED: &str = "[redacted:";

/// A hash, a key or an encoded blob: nothing that people ask for again.
fn looks_random(word: &word::Word) -> bool {
    let digits = word.text.chars().filter(char::is_ascii_digit).count();
    word.text.len() >= 20 && digits >= 3 && !word.text.contains('/')
}

/// Cuts a sentence where it turns from one thing to a wish: `fix the bug, and always run the tests`.
fn clauses(words: &[word::Word]) -> Vec<Range<usize>> {
    const TURNS: &[&str] = &["and", "but", "also", "plus", "then", ",", ";", ":", "(", "und", "et", "y"];
    // Shorter parts are no clause of their own: `tabs, never spaces`.
    const SHORTEST: usize = 3;
    let mut parts = Vec::new();
    let mut start = 0;
    let mut at = 1;
    while at + SHORTEST <= words.len() {
        let turns = TURNS.contains(&words[at].text.as_str());
        let next = at + 1 + courtesy::courtesies(&words[at + 1..]);
        if turns
            && at >= start + SHORTEST
            && next + SHORTEST <= words.len()
            && cue::starts_wish(&words[next..])
            && !contrasts(&words[start..at], &words[at], &words[next..])
            // What comes before a mark and is no wish by itself says what the wish is about.
            && (!words[at].is_mark() || cue::judge(&words[start..at]).wish >= Some(Strength::Mild))
            && stands_alone(&words[start..at], &words[next..])
        {
            parts.push(start..at);
            start = at + 1;
            at = next;
        }
        at += 1;
    }
    parts.push(start..words.len());
    parts
}

/// Whether two halves say one thing from both sides: `don't use floats; we keep integers`.
fn contrasts(before: &[word::Word], turn: &word::Word, after: &[word::Word]) -> bool {
    let negated = |half: &[word::Word]| {
        half.iter()
            .any(|word| matches!(word.text.as_str(), "not" | "never" | "no" | "avoid" | "stop" | "without"))
    };
    turn.is_mark()
        && negated(before) != negated(after)
        && after.len() <= LONGEST_CONTRAST
        && cue::judge(before).wish >= Some(Strength::Standing)
}

/// Most words of a half that only says the other one from the other side.
const LONGEST_CONTRAST: usize = 10;

/// Most words of a second half that only completes the first.
const LONGEST_AFTERTHOUGHT: usize = 4;

/// Whether what comes after a turn is a sentence of its own and not the other half of the first: `before you
/// commit, always run the tests` and `always use tabs, never use spaces` are one wish each.
fn stands_alone(before: &[word::Word], after: &[word::Word]) -> bool {
    const CONDITIONS: &[&str] = &[
        "before", "after", "when", "whenever", "if", "once", "for", "in", "on", "while", "as", "from",
        "since",
    ];
    let opening = before.get(courtesy::courtesies(before)).map(|word| word.text.as_str());
    let conditional = opening.is_some_and(|word| CONDITIONS.contains(&word));
    let closing = after.first().is_some_and(|word| {
        CONDITIONS.contains(&word.text.as_str())
            && !after.iter().rev().skip(1).any(|word| word.is_mark() || word.text == "always")
    });
    let negated = after.first().is_some_and(|word| matches!(word.text.as_str(), "never" | "do" | "no"));
    let same_verb = negated
        && after
            .iter()
            .skip(1)
            .take(2)
            .any(|word| word.text.len() > 2 && before.iter().any(|b| b.text == word.text));
    // `pin the version, don't use latest`: the second half says what the first one is to replace.
    let afterthought = negated
        && after.iter().filter(|word| !word.is_mark()).count() <= LONGEST_AFTERTHOUGHT
        && before.len() <= LONGEST_AFTERTHOUGHT + 2
        && cue::judge(before).wish >= Some(Strength::Mild);
    // `kept in cents, never as a float`
    let goes_on = negated
        && after.get(1).is_some_and(|word| {
            matches!(word.text.as_str(), "as" | "a" | "an" | "the" | "in" | "with" | "on")
        });
    let leans = lean::is_scope(after) || lean::goes_on_in_order(after) || lean::points_back(after);
    !conditional && !closing && !same_verb && !afterthought && !goes_on && !leans
}

/// The surest remarks, in the order in which they were said.
fn keep_surest(found: Vec<(Option<Strength>, Remark)>, most: usize) -> Vec<Remark> {
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by_key(|&at| {
        let (strength, remark) = &found[at];
        (
            std::cmp::Reverse(
                (*strength).max((remark.sort == Sort::Correction).then_some(Strength::Standing)),
            ),
            at,
        )
    });
    order.truncate(most);
    order.sort_unstable();
    order.into_iter().map(|at| found[at].1.clone()).collect()
}
