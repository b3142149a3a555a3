//! Which sentences of a turn are one remark: what leans on its neighbour says nothing, or half, alone.
//!
//! People cut a thought where they like: `tests first. then code. always`, `too long. 5 lines max`, `You deleted it
//! without asking. Always ask before you delete.` Owns joining such sentences, and telling what only says how far
//! another one holds (`in all tickets`); refuses to join two wishes.

use super::cue::Strength;
use super::word::{Word, words};
use super::{courtesy, cue};
use std::ops::Range;

/// Most words of a sentence that only completes its neighbour.
const LONGEST_FRAGMENT: usize = 3;
/// Words of a sentence that another one may point back to.
const SHORTEST_NAMING: usize = 4;
/// Longest two sentences that are taken as one, bytes.
const LONGEST_JOINED: usize = 200;
/// Most words of a sentence or clause that only points back.
const LONGEST_LEANING: usize = 8;
/// Most words of a sentence that only says how far another one holds.
const LONGEST_SCOPE: usize = 6;
/// Most words of a sentence that goes on in an order.
const LONGEST_STEP: usize = 8;

/// Joins a sentence with the one before it, on the same line, where one of the two leans on the other.
pub(super) fn join(turn: &str, sentences: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let mut joined: Vec<Range<usize>> = Vec::new();
    let mut leans_on_next = false;
    for sentence in sentences {
        let here = words(turn.get(sentence.clone()).unwrap_or_default());
        let before = joined.last().filter(|before| {
            let gap = turn.get(before.end..sentence.start).unwrap_or("\n");
            gap.len() <= 2 && !gap.contains('\n') && sentence.end - before.start <= LONGEST_JOINED
        });
        let is_fragment = fragment(&here);
        let leans = |before: &Range<usize>| {
            let there = words(turn.get(before.clone()).unwrap_or_default());
            leans_on_next
                || is_fragment
                || is_scope(&here)
                || asks_how_often(&here)
                || goes_on_in_order(&here)
                || spoken_words(&there).len() >= SHORTEST_NAMING && points_back(&here)
                || complains_and_wishes(&there, &here)
        };
        match before.cloned().filter(leans) {
            Some(before) => {
                joined.pop();
                joined.push(before.start..sentence.end);
            }
            None => joined.push(sentence),
        }
        leans_on_next = is_fragment && complains(&here);
    }
    joined
}

/// Whether these words only say how far something else holds: `always`, `general rule`, `in all tickets`, `for all
/// future work`, `we do this everywhere`.
pub(super) fn is_scope(words: &[Word]) -> bool {
    const MARKS: &[&str] = &[
        "all",
        "always",
        "any",
        "convention",
        "each",
        "ever",
        "every",
        "everywhere",
        "exception",
        "exceptions",
        "forever",
        "future",
        "generally",
        "now",
        "onwards",
        "permanently",
        "policy",
        "principle",
        "rule",
        "standard",
        "throughout",
    ];
    const QUANTIFIERS: &[&str] = &["all", "any", "each", "every", "future", "next", "our"];
    const AROUND: &[&str] = &[
        "a", "again", "also", "an", "and", "applies", "as", "at", "by", "case", "cases", "course", "default",
        "do", "for", "forward", "from", "general", "going", "golden", "here", "holds", "house", "in", "is",
        "it", "no", "of", "on", "onward", "our", "please", "remember", "single", "so", "team", "that", "the",
        "this", "time", "times", "us", "we", "with", "without", "work",
    ];
    let spoken = spoken_words(words);
    let mut after_quantifier = false;
    let known = spoken.iter().all(|word| {
        let named = std::mem::replace(&mut after_quantifier, QUANTIFIERS.contains(word));
        named || MARKS.contains(word) || AROUND.contains(word)
    });
    let marked = spoken.iter().any(|word| MARKS.contains(word));
    let negation =
        matches!(spoken.as_slice(), ["no", rest @ ..] if !rest.iter().any(|w| w.starts_with("exception")));
    // `every gorp` names what is wished for, `in every gorp` where.
    let names = matches!(spoken.as_slice(), [first, noun] if QUANTIFIERS.contains(first)
        && !MARKS.contains(noun) && !AROUND.contains(noun));
    (1..=LONGEST_SCOPE).contains(&spoken.len()) && known && marked && !negation && !names
}

/// Whether the last part of these words, after a mark, only says how far the rest holds.
pub(super) fn ends_in_scope(words: &[Word]) -> bool {
    let part = |part: &&[Word]| part.iter().any(|word| !word.is_mark());
    let mut parts = words.split(Word::is_mark).filter(part).rev();
    parts.next().is_some_and(is_scope) && parts.next().is_some()
}

/// Whether these words tell what comes after what was just named: `then code`, `only after that the rest`.
pub(super) fn goes_on_in_order(words: &[Word]) -> bool {
    let start = usize::from(words.first().is_some_and(|word| word.text == "and"));
    let text = |at: usize| words.get(start + at).map_or("", |word| word.text.as_str());
    let opens = match text(0) {
        "then" | "afterwards" => true,
        "only" => matches!(text(1), "after" | "afterwards" | "then"),
        _ => false,
    };
    opens && spoken_words(words).len() <= LONGEST_STEP
}

/// Whether these few words name a thing only by pointing back to it: `keep it alive`, `new code needs one`.
pub(super) fn points_back(words: &[Word]) -> bool {
    const POINTERS: &[&str] = &["it", "one", "such", "that", "them", "they", "this"];
    let spoken = spoken_words(words);
    let pointer = spoken.iter().position(|word| POINTERS.contains(word));
    let counts = |at: usize| spoken.get(at) == Some(&"one") && at + 1 < spoken.len();
    spoken.len() <= LONGEST_LEANING && pointer.is_some_and(|at| !counts(at))
}

/// Whether a sentence is one word and little besides: it completes what stands beside it. A thank-you is none, nor is
/// a prohibition (`no emojis`).
fn fragment(words: &[Word]) -> bool {
    const LITTLE: &[&str] = &[
        "again", "always", "ever", "here", "never", "no", "not", "only", "please", "still", "that", "the",
        "too", "wrong",
    ];
    let spoken = spoken_words(words);
    let named = spoken.iter().filter(|word| !LITTLE.contains(word)).count();
    let prohibits = matches!(spoken.first(), Some(&("no" | "not" | "never"))) && named > 0;
    spoken.len() <= LONGEST_FRAGMENT
        && named <= 1
        && !prohibits
        && courtesy::courtesies(words) == 0
        && !cue::judge(words).chat
}

/// `how often do I have to say this`
fn asks_how_often(words: &[Word]) -> bool {
    matches!(words, [how, often, ..] if how.text == "how" && matches!(often.text.as_str(), "often" | "many"))
}

/// Whether a fragment finds fault: what is wanted follows.
fn complains(words: &[Word]) -> bool {
    words.iter().any(|word| matches!(word.text.as_str(), "?" | "again" | "no" | "still" | "too" | "wrong"))
}

/// Whether the first of two sentences only finds fault and the second says what is wanted of the same thing.
fn complains_and_wishes(first: &[Word], second: &[Word]) -> bool {
    let spoken = spoken_words(first);
    let too = spoken.len() >= 2 && spoken.get(spoken.len() - 2) == Some(&"too");
    let judged = cue::judge(first);
    let asks = first.last().is_some_and(|word| matches!(word.text.as_str(), "?" | "!"))
        && first.iter().any(|word| word.text == "?");
    let deed = matches!(spoken.as_slice(), ["you", did, ..] if did.ends_with("ed") && *did != "need");
    let fault = too || deed || judged.wrong || asks || spoken.last() == Some(&"again");
    fault
        && judged.wish < Some(Strength::Lasting)
        && cue::judge(second).wish.is_some()
        && (too || spoken.iter().any(|one| spoken_words(second).iter().any(|other| akin(one, other))))
}

/// Whether two words are forms of one: `delete`, `deleting`.
fn akin(one: &str, other: &str) -> bool {
    const SMALL: &[&str] = &[
        "and", "are", "can", "did", "does", "for", "from", "had", "has", "have", "here", "its", "not", "our",
        "please", "should", "that", "the", "them", "then", "there", "these", "they", "this", "was", "were",
        "what", "when", "which", "why", "will", "with", "would", "you", "your",
    ];
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let shared = short.bytes().zip(long.bytes()).take_while(|(a, b)| a == b).count();
    !SMALL.contains(&short) && shared >= 3 && shared + 1 >= short.len() && long.len() <= shared + 3
}

fn spoken_words(words: &[Word]) -> Vec<&str> {
    words.iter().filter(|word| !word.is_mark()).map(|word| word.text.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::spoken;
    use super::*;

    #[test]
    fn what_says_nothing_alone_stays_with_its_neighbour() {
        let parts = |turn: &str| -> Vec<String> {
            let sentences = join(turn, spoken::sentences(turn));
            sentences.into_iter().map(|at| turn[at].to_owned()).collect()
        };
        for whole in [
            "decimal gorps again. hex!",
            "too long. 5 gorps max",
            "cups? no. gorps",
            "Gorps stay free of wax. general rule",
            "yyyy-mm-dd!! how often",
            "gorps first. then wax. always",
            "Every gorp does one thing only. For all future work.",
            "You waxed gorps without asking. Always ask before you wax a gorp.",
            "why is there no gorp?! I want the gorp first",
            "that gorp is far too long. 30 zindles max, always",
        ] {
            assert_eq!(parts(whole), [whole]);
        }
        assert_eq!(parts("Use gorps. No zindles."), ["Use gorps.", "No zindles."]);
        assert_eq!(parts("Looks good. Use gorps."), ["Looks good.", "Use gorps."]);
    }

    #[test]
    fn what_only_says_how_far_is_no_wish() {
        for scope in [
            "always.",
            "in all gorps",
            "for all future work",
            "every time",
            "no exceptions",
            "we do this everywhere",
            "as a rule",
        ] {
            assert!(is_scope(&words(scope)), "{scope}");
        }
        for wish in ["no gorps ever", "every gorp", "use gorps always", "", "never"] {
            assert!(!is_scope(&words(wish)), "{wish}");
        }
    }
}
