//! A request as the words that tell jobs apart.
//!
//! Owns which words those are and how much each of them weighs. Refuses to look at what a session did: only what
//! was asked says which job it is.

use crate::pattern::memo::{Reading, remembered};
use crate::pattern::stem;
use crate::pattern::worded::Word;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// So many requests are imagined beside the ones there are, so that the weights of a handful of requests are
/// not left to chance.
const IMAGINED: f64 = 50.0;

/// So many of them are imagined when it is asked whether nearly every request has a word.
const IMAGINED_WITHOUT: f64 = 10.0;

/// Share of the imagined requests that have a given word of [`OF_REQUESTS`].
const IMAGINED_SHARE: f64 = 0.5;

/// A word that fewer requests have weighs no more: that a word is in one request only says how somebody put it,
/// not that it is the job's name.
const RARE_ENOUGH: usize = 5;

/// A request of fewer content words names no job.
pub(super) const FEWEST_WORDS: usize = 2;

/// The stems of a request's words with content, each once.
pub(super) fn words(ask: &str) -> Vec<String> {
    let words = || content_words(ask).collect::<BTreeSet<String>>();
    remembered(Reading::Request, ask, || Vec::from_iter(words()))
}

/// Whether a word bears a digit: ticket numbers, versions, dates.
pub(super) fn is_numbered(word: &str) -> bool {
    word.contains(|c: char| c.is_ascii_digit())
}

/// What each word weighs, given all distinct requests: its inverse document frequency, squared as in the cosine
/// of two weighted vectors (Salton and Buckley, "Term-weighting approaches in automatic text retrieval", 1988),
/// and next to nothing where nearly every request has it: that is a template's boilerplate. `requests` are sets of
/// places in `words`.
pub(super) fn weights(requests: &[&[Word]], words: &[String]) -> Vec<f64> {
    let mut having = vec![0usize; words.len()];
    for &word in requests.iter().copied().flatten() {
        having[word as usize] += 1;
    }
    let all = requests.len() as f64 + IMAGINED;
    let weight = |(word, having): (&String, usize)| {
        let imagined = if OF_REQUESTS_STEMS.contains(word) { IMAGINED * IMAGINED_SHARE } else { 0.0 };
        let tells = (all / (having.max(RARE_ENOUGH) as f64 + imagined)).ln();
        let others = 1.0 - having as f64 / (requests.len() as f64 + IMAGINED_WITHOUT);
        (tells * others).powi(2)
    };
    words.iter().zip(having).map(weight).collect()
}

/// Stems of the lower-case words, without those that carry no content. Identifiers, paths, versions and dates
/// stay in one piece, because their parts say less than they do.
fn content_words(text: &str) -> impl Iterator<Item = String> + '_ {
    let inside_identifier = |c: char| matches!(c, '_' | '-' | '.' | '/' | ':' | '#' | '@');
    text.split(move |c: char| !(c.is_alphanumeric() || inside_identifier(c)))
        .map(move |word| word.trim_matches(inside_identifier).to_lowercase())
        .filter(|word| !word.is_empty() && WITHOUT_CONTENT.binary_search(&word.as_str()).is_err())
        .map(|word| stem::stem(&word))
}

/// English words that say nothing about which job it is. Sorted.
#[rustfmt::skip]
const WITHOUT_CONTENT: &[&str] = &[
    "a", "about", "above", "after", "ahead", "all", "also", "always", "am", "an", "and", "another", "any",
    "anything", "are", "as", "at", "be", "because", "been", "before", "being", "between", "both", "but",
    "by", "can", "continue", "could", "d", "did", "do", "does", "doing", "done", "down", "e.g", "each",
    "etc", "even", "every", "everybody", "far", "few", "for", "from", "go", "had", "has", "have", "having",
    "he", "hello", "help", "her", "here", "hey", "hi", "his", "how", "i", "i.e", "if", "in", "into", "is",
    "it", "its", "itself", "just", "kindly", "least", "less", "let", "like", "ll", "long", "m", "many",
    "may", "me", "might", "more", "most", "much", "must", "my", "need", "needs", "never", "no", "nobody",
    "not", "nothing", "now", "of", "off", "ok", "okay", "on", "one", "only", "or", "other", "ought", "our",
    "out", "over", "own", "per", "please", "pls", "quite", "rather", "re", "really", "s", "same", "shall",
    "she", "should", "since", "so", "some", "somebody", "someone", "something", "still", "such", "sure",
    "t", "than", "thank", "thanks", "that", "the", "their", "them", "then", "there", "these", "they",
    "this", "those", "through", "to", "too", "under", "until", "up", "us", "ve", "very", "want", "was",
    "we", "well", "were", "what", "when", "where", "which", "while", "who", "whom", "whose", "why", "will",
    "with", "within", "without", "would", "yes", "you", "your",
];

/// Words that requests of any kind have: they say what is to be done or how urgent it is, and paraphrases differ
/// in them.
#[rustfmt::skip]
const OF_REQUESTS: &[&str] = &[
    "add", "adjust", "again", "allow", "already", "ask", "bring", "broken", "bug", "build", "cause", "change",
    "check", "clean", "complete", "correct", "create", "debug", "deliver", "easier", "enable", "ensure", "error",
    "extend", "fail", "failing", "find", "finish", "fix", "get", "give", "handle", "implement", "improve",
    "include", "introduce", "investigate", "issue", "keep", "lack", "look", "make", "misbehave", "missing",
    "move", "new", "perform", "prepare", "problem", "produce", "provide", "put", "quickly", "refactor",
    "remove", "rename", "repair", "replace", "report", "request", "require", "resolve", "rework", "rewrite",
    "run", "see", "set", "show", "simple", "simplify", "soon", "start", "support", "take", "today", "try", "turn",
    "update", "urgent", "use", "way", "wish", "work", "write", "wrong",
];

/// The stems of [`OF_REQUESTS`].
static OF_REQUESTS_STEMS: LazyLock<BTreeSet<String>> =
    LazyLock::new(|| OF_REQUESTS.iter().map(|word| stem::stem(word)).collect());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_without_content_are_sorted() {
        assert!(WITHOUT_CONTENT.is_sorted());
    }
}
