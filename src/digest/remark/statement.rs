//! Sentences that are no command and may be a wish all the same: `screws are turned sunwise`.
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

fn is_of_a_statement_s_length(words: &[Word]) -> bool {
    let spoken = words.iter().filter(|word| !word.is_mark()).count();
    (SHORTEST_STATEMENT..=LONGEST_STATEMENT).contains(&spoken)
        && words.last().is_none_or(|word| word.text != "?")
}

/// Words that a plain statement has at least.
const SHORTEST_STATEMENT: usize = 3;
/// Words that a plain statement has at most.
const LONGEST_STATEMENT: usize = 24;
