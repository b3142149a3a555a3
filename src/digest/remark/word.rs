//! Words of a sentence: lower-cased, contractions and common typing slips written out, each with its place.
//!
//! Owns what counts as one word (`snake_case`, `--no-verify` and `src/a.rs` are one, `small-step` is two).
//! Refuses to know what a word means.

use std::ops::Range;

/// Longest run of words looked at; what a person types as one sentence is far shorter.
pub(crate) const MOST_WORDS: usize = 96;

/// One word, or one punctuation mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// Where it stands in the text it was read from.
    pub(crate) at: Range<usize>,
    /// Lower case, written out: `don't` is the two words `do` and `not`, both at the same place.
    pub(crate) text: String,
    /// It stands between backticks: a name, whatever it means elsewhere (`any`).
    pub(crate) code: bool,
}

impl Word {
    /// Whether it is a punctuation mark.
    pub(crate) fn is_mark(&self) -> bool {
        is_mark(&self.text)
    }
}

/// Whether a word's text is a mark and no word.
pub(crate) fn is_mark(text: &str) -> bool {
    !text.chars().any(char::is_alphanumeric)
}

/// Words that people write in one piece and mean as several, or mistype, and what they mean.
const WRITTEN_OUT: &[(&str, &[&str])] = &[
    ("aren't", &["are", "not"]),
    ("can't", &["can", "not"]),
    ("cannot", &["can", "not"]),
    ("cant", &["can", "not"]),
    ("couldn't", &["could", "not"]),
    ("didn't", &["did", "not"]),
    ("didnt", &["did", "not"]),
    ("doesn't", &["does", "not"]),
    ("doesnt", &["does", "not"]),
    ("don't", &["do", "not"]),
    ("dont", &["do", "not"]),
    ("don’t", &["do", "not"]),
    ("dnt", &["do", "not"]),
    ("alway", &["always"]),
    ("allways", &["always"]),
    ("alwasy", &["always"]),
    ("alwyas", &["always"]),
    ("gonna", &["going", "to"]),
    ("hadn't", &["had", "not"]),
    ("hasn't", &["has", "not"]),
    ("haven't", &["have", "not"]),
    ("i'd", &["i", "would"]),
    ("i'll", &["i", "will"]),
    ("i'm", &["i", "am"]),
    ("i've", &["i", "have"]),
    ("insted", &["instead"]),
    ("isn't", &["is", "not"]),
    ("isnt", &["is", "not"]),
    ("it's", &["it", "is"]),
    ("let's", &["let", "us"]),
    ("lets", &["let", "us"]),
    ("mustn't", &["must", "not"]),
    ("needn't", &["need", "not"]),
    ("nver", &["never"]),
    ("pelase", &["please"]),
    ("plase", &["please"]),
    ("pleas", &["please"]),
    ("pls", &["please"]),
    ("plz", &["please"]),
    ("rember", &["remember"]),
    ("shouldn't", &["should", "not"]),
    ("shouldnt", &["should", "not"]),
    ("that's", &["that", "is"]),
    ("thats", &["that", "is"]),
    ("there's", &["there", "is"]),
    ("they're", &["they", "are"]),
    ("u", &["you"]),
    ("w/", &["with"]),
    ("w/o", &["without"]),
    ("wasn't", &["was", "not"]),
    ("we'd", &["we", "would"]),
    ("we'll", &["we", "will"]),
    ("we're", &["we", "are"]),
    ("we've", &["we", "have"]),
    ("weren't", &["were", "not"]),
    ("what's", &["what", "is"]),
    ("won't", &["will", "not"]),
    ("wont", &["will", "not"]),
    ("wouldn't", &["would", "not"]),
    ("you'd", &["you", "would"]),
    ("you'll", &["you", "will"]),
    ("you're", &["you", "are"]),
    ("you've", &["you", "have"]),
    ("youve", &["you", "have"]),
];

/// The words and punctuation marks of a text, in order; at most [`MOST_WORDS`].
pub(crate) fn words(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    let mut chars = text.char_indices().peekable();
    let mut code = false;
    while let Some((start, first)) = chars.next() {
        if found.len() >= MOST_WORDS {
            break;
        }
        code ^= first == '`';
        if first == '*' && stands_alone(text, start) {
            found.push(Word { at: start..start + 1, text: "star".to_owned(), code });
            continue;
        }
        if first.is_whitespace()
            || matches!(first, '`' | '"' | '“' | '”' | '*' | '\'' | '‘' | '’')
            || is_sigil(first)
        {
            continue;
        }
        let starts_flag = first == '-' && chars.peek().is_some_and(|&(_, c)| c == '-' || c.is_alphanumeric());
        if !first.is_alphanumeric() && first != '_' && !starts_flag {
            found.push(Word { at: start..start + first.len_utf8(), text: first.to_string(), code });
            continue;
        }
        let mut end = start + first.len_utf8();
        while let Some(&(at, c)) = chars.peek() {
            if !(c.is_alphanumeric() || is_joiner(c)) {
                break;
            }
            end = at + c.len_utf8();
            chars.next();
        }
        push_written_out(text, start..end, code, &mut found);
    }
    found
}

/// Whether a sign has white space before it and no letter after it: `select * from`, but not `*this*`.
fn stands_alone(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    let after = text.get(at + 1..).and_then(|after| after.chars().next());
    before == Some(' ') && after.is_none_or(|c| !c.is_alphanumeric() && c != '*')
}

/// Characters that belong to a name and end no clause: `#region`, `[field]`, `@owner`.
fn is_sigil(c: char) -> bool {
    matches!(c, '#' | '@' | '[' | ']' | '{' | '}' | '<' | '>' | '$' | '%' | '\\' | '^' | '&' | '~')
}

/// Characters that hold one word together when they stand inside it.
fn is_joiner(c: char) -> bool {
    matches!(c, '_' | '.' | '/' | '+' | '#' | '@' | '\'' | '’' | '-')
}

/// Adds one run of word characters: trimmed, written out, split at hyphens.
fn push_written_out(text: &str, at: Range<usize>, code: bool, found: &mut Vec<Word>) {
    let raw = text.get(at.clone()).unwrap_or_default();
    let lower = raw.to_lowercase().replace('’', "'");
    if let Some((_, meant)) = WRITTEN_OUT.iter().find(|(slip, _)| *slip == lower) {
        found.extend(meant.iter().map(|word| Word { at: at.clone(), text: (*word).to_owned(), code }));
        return;
    }
    let trimmed = raw.trim_end_matches(['.', '\'', '’', '-', '/', ':']);
    let end = at.start + trimmed.len();
    let lower = trimmed.to_lowercase().replace('’', "'");
    if let Some((_, meant)) = WRITTEN_OUT.iter().find(|(slip, _)| *slip == lower) {
        found.extend(meant.iter().map(|word| Word { at: at.start..end, text: (*word).to_owned(), code }));
    } else if splits_at_hyphens(&lower) {
        let mut start = at.start;
        for part in trimmed.split('-') {
            if !part.is_empty() {
                found.push(Word { at: start..start + part.len(), text: part.to_lowercase(), code });
            }
            start += part.len() + 1;
        }
    } else {
        let word = lower.strip_suffix("'s").unwrap_or(&lower);
        if !word.is_empty() {
            found.push(Word { at: at.start..end, text: word.to_owned(), code });
        }
    }
    // A full stop that ended the run still ends the clause.
    if raw.len() > trimmed.len() && raw.ends_with('.') {
        found.push(Word { at: at.end - 1..at.end, text: ".".to_owned(), code: false });
    }
}

/// `small-step` is two words; `--flag`, `non-null`, `pre-commit`, `f-string` and `a-1` are one.
fn splits_at_hyphens(word: &str) -> bool {
    let mut parts = word.split('-');
    let first = parts.next().unwrap_or_default();
    let keeps = ["", "no", "non", "not", "pre", "re", "un", "e"].contains(&first);
    // `made-up`, `opt-in`: without its last part the first one means something else.
    let phrasal =
        ["-up", "-off", "-out", "-in", "-on", "-by", "-to", "-down"].iter().any(|end| word.ends_with(end));
    word.contains('-')
        && !keeps
        && !phrasal
        && word.split('-').all(|part| part.chars().all(char::is_alphabetic) && part.chars().count() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn contractions_and_slips_are_written_out() {
        assert_eq!(texts("Dont use npm, pls."), ["do", "not", "use", "npm", ",", "please", "."]);
        assert_eq!(texts("We’re w/o `--no-verify`!"), ["we", "are", "without", "--no-verify", "!"]);
        assert_eq!(texts("small-step edits of src/a.rs"), ["small", "step", "edits", "of", "src/a.rs"]);
    }

    #[test]
    fn places_point_into_the_text_whatever_its_script() {
        let text = "Größe—nicht „ändern“: 中文 e\u{301}x…";
        for word in words(text) {
            assert!(text.get(word.at.clone()).is_some(), "{word:?}");
        }
    }
}
