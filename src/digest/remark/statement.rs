//! Sentences that are no command and may be a wish all the same: `screws are turned sunwise`; and sentences about one
//! thing at hand, which never are more.
//!
//! Owns telling them from questions and stories; refuses to take one for a wish, which only recurrence can show.

use super::word::Word;

/// Whether a sentence wants something of the other one (`I want the doors open`) rather than telling about oneself.
pub(super) fn wants(words: &[Word], start: usize) -> bool {
    let text = |at: usize| words.get(start + at).map_or("", |word| word.text.as_str());
    let own = words.iter().any(|word| matches!(word.text.as_str(), "my" | "mine" | "me" | "myself"));
    text(0) == "i"
        && matches!(text(1), "want" | "need" | "ask" | "expect" | "wish" | "demand" | "would")
        && (text(2) != "to" || text(3) == "see")
        && !own
        && is_of_a_statement_s_length(words)
}

/// Whether a sentence is a plain statement about things: no question, nobody's own story, neither too short to name
/// anything nor so long that it tells several things.
pub(super) fn states(words: &[Word], start: usize) -> bool {
    const STORY: &[&str] = &[
        "i", "my", "me", "mine", "myself", "you", "your", "he", "she", "they", "it", "this", "that", "these",
        "those", "there", "here", "thanks", "hi", "hello", "ok", "yes", "why", "what", "how", "who", "when",
        "where", "which",
    ];
    let first = words.get(start).map_or("", |word| word.text.as_str());
    wants(words, start) || !STORY.contains(&first) && is_of_a_statement_s_length(words)
}

/// Whether a sentence is about one thing at hand (`make this story longer`) and says nothing of all such things.
pub(super) fn points_at_one_thing(words: &[Word]) -> bool {
    const GENERAL: &[&str] = &[
        "all",
        "always",
        "any",
        "each",
        "ever",
        "every",
        "generally",
        "must",
        "never",
        "our",
        "rule",
        "we",
        "whenever",
    ];
    // What may follow `this` without being the thing.
    const NO_THING: &[&str] = &[
        "and",
        "are",
        "as",
        "at",
        "by",
        "can",
        "does",
        "for",
        "from",
        "has",
        "in",
        "is",
        "kind",
        "on",
        "one's",
        "only",
        "or",
        "please",
        "should",
        "so",
        "sort",
        "style",
        "team",
        "the",
        "time",
        "to",
        "too",
        "was",
        "way",
        "will",
        "with",
        "repo",
        "repository",
        "project",
        "codebase",
        "company",
    ];
    // `letters from this house` speaks of the house's letters.
    let belongs = |at: usize| at > 0 && matches!(words[at - 1].text.as_str(), "from" | "of");
    let things = words.windows(2).enumerate().any(|(at, pair)| match pair {
        [this, thing] => {
            matches!(this.text.as_str(), "this" | "these")
                && !belongs(at)
                && !thing.is_mark()
                && !NO_THING.contains(&thing.text.as_str())
        }
        _ => false,
    });
    // `no name here`, but not `names are blue here`.
    let place = words.iter().enumerate().any(|(at, word)| {
        let clause = words.iter().take(at).rev().take_while(|word| !word.is_mark());
        word.text == "here"
            && words.get(at + 1).is_none_or(|next| next.is_mark() || next.text == "please")
            && !clause.clone().any(|word| matches!(word.text.as_str(), "is" | "are" | "goes" | "go"))
    });
    (things || place) && !words.iter().any(|word| GENERAL.contains(&word.text.as_str()))
}

fn is_of_a_statement_s_length(words: &[Word]) -> bool {
    let spoken = words.iter().filter(|word| !word.is_mark()).count();
    (SHORTEST_STATEMENT..=LONGEST_STATEMENT).contains(&spoken)
        && words.last().is_none_or(|word| word.text != "?")
}

/// Words that a plain statement has at least.
const SHORTEST_STATEMENT: usize = 3;
/// Words that a plain statement has at most.
const LONGEST_STATEMENT: usize = 24;
