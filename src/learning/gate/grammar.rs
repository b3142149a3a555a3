//! Sentences as lists of plain words, and the few questions that rules ask about them.
//!
//! Owns cutting text into blocks, sentences and words, stems, and polarity: whether a verb is told to be done or
//! not to be done. Refuses to know what is dangerous.

use crate::digest::addressed::fold;

/// Lines that belong together: a paragraph, a list item, a heading, a line of code.
#[derive(Debug)]
pub(super) struct Block {
    /// The folded text, lines kept.
    pub(super) text: String,
    /// The number of its first line.
    pub(super) line: u32,
    /// Its sentences.
    pub(super) sentences: Vec<Sentence>,
}

impl Block {
    /// The line of this byte of the folded text.
    pub(super) fn line_at(&self, byte: usize) -> u32 {
        let before = self.text.get(..byte).unwrap_or_default();
        let breaks = before.bytes().filter(|b| *b == b'\n').count();
        self.line.saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX))
    }
}

/// One sentence.
#[derive(Debug, Default)]
pub(super) struct Sentence {
    /// Its words in order.
    pub(super) words: Vec<Word>,
}

/// One word of a sentence.
#[derive(Clone, Debug)]
pub(super) struct Word {
    /// Folded. Words joined by `-` or `_` are several; an address is one.
    pub(super) text: String,
    /// Its line.
    pub(super) line: u32,
    /// Whether it is a web address, a host or a mail address.
    pub(super) address: bool,
    /// Whether a comma, colon, semicolon or bracket stands before it.
    pub(super) after_pause: bool,
}

/// Endings that a stem may take.
const ENDINGS: &[&str] =
    &["", "e", "s", "es", "ed", "d", "ing", "'s", "al", "als", "ion", "ions", "ation", "ations"];

/// Words that turn a verb into its opposite.
const NEGATORS: &[&str] = &[
    "no",
    "not",
    "never",
    "dont",
    "cannot",
    "cant",
    "mustnt",
    "shouldnt",
    "wont",
    "neither",
    "nor",
    "avoid",
    "forbidden",
    "refuse",
    "stop",
    "without",
    "prohibited",
    "nobody",
    "instead",
    "rather",
];

/// Verbs that swallow a negation in front of them: "do not forget to run".
const SWALLOWERS: &[&str] = &[
    "forget", "hesitate", "fail", "worry", "mind", "only", "just", "bother", "neglect", "delay", "miss",
    "merely",
];

/// Words that may stand between a negation and its verb, set apart by commas.
const FILLERS: &[&str] = &[
    "ever",
    "please",
    "again",
    "really",
    "under",
    "any",
    "circumstances",
    "even",
    "at",
    "all",
    "you",
    "whatever",
    "happens",
];

impl Word {
    /// Whether the word is one of these stems, with any usual ending.
    pub(super) fn is(&self, stems: &[&str]) -> bool {
        let word = self.text.as_str();
        let first = word.as_bytes().first();
        // Nearly every stem begins with another letter.
        let may_be = stems.iter().filter(|stem| stem.as_bytes().first() == first);
        may_be.into_iter().any(|stem| word.strip_prefix(stem).is_some_and(|ending| ENDINGS.contains(&ending)))
    }

    /// Whether the word is exactly one of these.
    pub(super) fn exactly(&self, words: &[&str]) -> bool {
        words.contains(&self.text.as_str())
    }

    fn negates(&self) -> bool {
        self.exactly(NEGATORS) || self.text.ends_with("n't")
    }
}

impl Sentence {
    /// Positions of words with one of these stems.
    pub(super) fn all(&self, stems: &[&str]) -> Vec<usize> {
        (0..self.words.len()).filter(|i| self.words[*i].is(stems)).collect()
    }

    /// Whether a word with one of these stems stands in the sentence.
    pub(super) fn has(&self, stems: &[&str]) -> bool {
        self.words.iter().any(|word| word.is(stems))
    }

    /// Whether a word with one of these stems stands after `from`, at most `reach` words on.
    pub(super) fn follows(&self, from: usize, reach: usize, stems: &[&str]) -> Option<usize> {
        (from + 1..self.words.len().min(from + 1 + reach)).find(|i| self.words[*i].is(stems))
    }

    /// Whether these words stand one after the other somewhere; a word is given as its possible stems.
    pub(super) fn run_of(&self, stems: &[&[&str]]) -> Option<usize> {
        let windows = self.words.windows(stems.len().max(1)).enumerate();
        windows
            .filter(|(_, window)| window.iter().zip(stems).all(|(word, stems)| word.is(stems)))
            .map(|(index, _)| index)
            .next()
    }

    /// Whether the word at `index` is told not to be done. Counts the negations shortly before it, within the
    /// clause; two make none ("never merge without asking" asks).
    pub(super) fn negated(&self, index: usize) -> bool {
        self.negations(index) % 2 == 1
    }

    fn negations(&self, index: usize) -> usize {
        let mut count = 0;
        for (distance, position) in (0..index).rev().enumerate() {
            let word = &self.words[position];
            let after = &self.words[position + 1];
            // A clause ends at a pause, unless the pause only sets an aside apart ("never, ever, ask").
            let ends = after.after_pause && !word.exactly(FILLERS) && !word.negates();
            let joined = word.exactly(&["but", "then", "so", "and"]) && distance > 3;
            if distance >= 7 || ends || joined {
                break;
            }
            if word.exactly(SWALLOWERS) {
                return 0;
            }
            // Who is told to "stop and ask" is not told to stop asking.
            let alone = word.exactly(&["stop", "refuse"]) && after.exactly(&["and"]);
            count += usize::from(word.negates() && !alone);
        }
        count
    }

    /// The first word's line.
    pub(super) fn line(&self) -> Option<u32> {
        self.words.first().map(|word| word.line)
    }
}

/// The text's blocks.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    let mut fenced = false;
    for (index, line) in text.lines().enumerate() {
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let trimmed = line.trim_start_matches([' ', '\t', '>']);
        let fence = trimmed.starts_with("```") || trimmed.starts_with("~~~");
        if fence || trimmed.trim().is_empty() {
            fenced ^= fence;
            open = fenced && !fence && open;
            continue;
        }
        let folded = fold::fold(trimmed);
        match blocks.last_mut() {
            Some(block) if open && !starts_block(trimmed) => {
                block.text.push('\n');
                block.text.push_str(&folded);
            }
            _ => blocks.push(Block { text: folded, line: number, sentences: Vec::new() }),
        }
        open = true;
    }
    for block in &mut blocks {
        block.sentences = sentences(block);
    }
    blocks
}

fn starts_block(line: &str) -> bool {
    let numbered = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = numbered.len() < line.len() && numbered.starts_with([')', '.']);
    number || line.starts_with(['#', '|']) || ["- ", "* ", "+ "].iter().any(|mark| line.starts_with(mark))
}

fn sentences(block: &Block) -> Vec<Sentence> {
    let mut sentences = vec![Sentence::default()];
    let mut pause = false;
    for (number, line) in block.text.split('\n').enumerate() {
        let line_number = block.line.saturating_add(u32::try_from(number).unwrap_or(u32::MAX));
        for piece in line.split_whitespace() {
            let opening = piece.trim_start_matches(['"', '\'', '(', '[', '{', '<', '_', '~', ':']);
            pause |= piece.starts_with(['(', '[', ';']);
            let body =
                opening.trim_end_matches(['"', '\'', ')', ']', '}', '>', ',', ';', ':', '.', '!', '?', '_']);
            let tail = opening.get(body.len()..).unwrap_or_default();
            let Some(sentence) = sentences.last_mut() else { continue };
            push_words(sentence, body, line_number, &mut pause);
            pause |= tail.contains([',', ';', ':', ')', ']']);
            if tail.contains(['.', '!', '?']) && !sentence.words.is_empty() {
                sentences.push(Sentence::default());
                pause = false;
            }
        }
    }
    for sentence in &mut sentences {
        join_spaced_letters(sentence);
    }
    sentences.retain(|sentence| !sentence.words.is_empty());
    sentences
}

fn push_words(sentence: &mut Sentence, body: &str, line: u32, pause: &mut bool) {
    if body.is_empty() {
        return;
    }
    let address = is_address(body);
    let words: Vec<&str> = if address || ["sign-off", "go-ahead"].contains(&body) {
        vec![body]
    } else if body.eq_ignore_ascii_case("w/o") {
        vec!["without"]
    } else {
        body.split(['-', '_', '/', ';', ':', '=', '(', ')', ',']).collect()
    };
    for word in words.into_iter().filter(|word| !word.is_empty()) {
        let text = if address { word.to_owned() } else { fold::unleet(word) };
        sentence.words.push(Word { text, line, address, after_pause: std::mem::take(pause) });
    }
}

/// `https://…`, `www.…`, `host.top/path`, `10.0.0.1:80`, `a@b.top`
fn is_address(word: &str) -> bool {
    if word.contains("://") || word.starts_with("www.") || word.starts_with("git@") {
        return true;
    }
    let host = word.split(['/', ':']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    let labels: Vec<&str> = host.split('.').collect();
    let Some((top, rest)) = labels.split_last() else { return false };
    let named =
        rest.iter().all(|l| !l.is_empty() && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
    let numeric = labels.len() == 4 && labels.iter().all(|label| label.parse::<u8>().is_ok());
    const TOPS: &[&str] = &[
        "com", "net", "org", "io", "dev", "app", "xyz", "info", "biz", "site", "online", "top", "ru", "cn",
        "de", "uk", "co", "me", "ai", "cloud", "tech", "store", "link", "click", "example", "test",
        "invalid", "gg", "cc", "tk", "eu", "us", "in", "fr", "nl",
    ];
    let path = word.len() > host.len() || word.contains('@');
    !rest.is_empty() && named && (TOPS.contains(top) || path && (2..=6).contains(&top.len()) && *top != "rs")
        || numeric
}

/// `i g n o r e` is one word.
fn join_spaced_letters(sentence: &mut Sentence) {
    let words = std::mem::take(&mut sentence.words);
    let mut out: Vec<Word> = Vec::with_capacity(words.len());
    let mut letters = 0;
    for word in words {
        let single = word.text.chars().count() == 1 && word.text.chars().all(char::is_alphanumeric);
        letters = if single { letters + 1 } else { 0 };
        out.push(word);
        if letters >= 4 {
            // The fourth letter shows that the three before it belong to it; later ones join one by one.
            let from = out.len() - if letters == 4 { 4 } else { 2 };
            let joined: String =
                out.get(from..).unwrap_or_default().iter().map(|word| word.text.as_str()).collect();
            out.truncate(from + 1);
            if let Some(word) = out.last_mut() {
                word.text = joined;
            }
        }
    }
    sentence.words = out;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(text: &str) -> Sentence {
        blocks(text).remove(0).sentences.remove(0)
    }

    #[test]
    fn words_are_plain_and_know_their_line() {
        let blocks = blocks("# One\n\n- I g n o r e\n  the (**old**) rules, see https://x.org/a-b.\n");
        let words: Vec<_> = blocks[1].sentences[0].words.iter().map(|w| (w.text.as_str(), w.line)).collect();
        assert_eq!(
            words,
            [("ignore", 3), ("the", 4), ("old", 4), ("rules", 4), ("see", 4), ("https://x.org/a-b", 4)]
        );
        assert!(blocks[1].sentences[0].words[5].address);
    }

    #[test]
    fn negation_counts_and_is_swallowed() {
        let at = |text: &str| {
            let sentence = sentence(text);
            let index = sentence.all(&["ask", "run"])[0];
            sentence.negated(index)
        };
        assert!(at("never ask the user"));
        assert!(at("merge without asking"));
        assert!(!at("never merge without asking"));
        assert!(!at("do not forget to run it"));
        assert!(!at("if it does not build, run it"));
    }
}
