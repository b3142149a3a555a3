//! The words of a text, as notes are searched by.
//!
//! Letters and digits make a word; an identifier (`book_reservation`, `maxRetries`, `--no-edit`, `src/main.rs`) is a word
//! as it stands and its parts are words, too, so that both who pastes it and who describes it finds it. Words are reduced
//! to their stems; those that every sentence has are left out.

use crate::pattern::stem::stem;

/// Words that say nothing about what a text is about.
const EMPTY: &[&str] = &[
    "a", "about", "also", "an", "and", "are", "as", "at", "be", "been", "being", "but", "by", "can", "could",
    "did", "do", "does", "done", "for", "from", "had", "has", "have", "having", "he", "her", "here", "him",
    "his", "how", "i", "if", "in", "into", "is", "it", "its", "just", "may", "me", "might", "my", "no",
    "not", "of", "on", "or", "our", "shall", "she", "should", "so", "than", "that", "the", "their", "them",
    "then", "there", "these", "they", "this", "those", "to", "us", "very", "was", "we", "were", "what",
    "when", "where", "which", "who", "whom", "why", "will", "with", "would", "you", "your",
];

/// Longest word that is kept whole, bytes: a hash or a line of base64 is nobody's search.
const LONGEST: usize = 64;

/// Gives every word of a text to `take`, in order.
pub fn each(text: &str, mut take: impl FnMut(&str)) {
    for chunk in
        text.split(|sign: char| !(sign.is_alphanumeric() || matches!(sign, '_' | '-' | '.' | '/' | ':')))
    {
        let chunk = chunk.trim_matches(|sign: char| !sign.is_alphanumeric());
        if chunk.is_empty() || chunk.len() > LONGEST {
            continue;
        }
        let parts = parts(chunk);
        if parts.len() > 1 {
            take(&chunk.to_lowercase());
        }
        for part in parts {
            let word = part.to_lowercase();
            if !EMPTY.contains(&word.as_str()) {
                take(&stem(&word));
            }
        }
    }
}

/// What an identifier is put together from: `maxRetries` is `max` and `Retries`.
fn parts(chunk: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for piece in chunk.split(|sign: char| !sign.is_alphanumeric()).filter(|piece| !piece.is_empty()) {
        let mut from = 0;
        let mut was_lower = false;
        for (at, sign) in piece.char_indices() {
            if sign.is_uppercase() && was_lower {
                parts.extend(piece.get(from..at));
                from = at;
            }
            was_lower = sign.is_lowercase();
        }
        parts.extend(piece.get(from..));
    }
    parts
}

#[cfg(test)]
mod tests {
    fn words(text: &str) -> Vec<String> {
        let mut words = Vec::new();
        super::each(text, |word| words.push(word.to_owned()));
        words
    }

    #[test]
    fn identifiers_are_found_whole_and_by_their_parts() {
        assert_eq!(
            words("Use the `book_reservation` tool"),
            ["use", "book_reservation", "book", "reservat", "tool"]
        );
        assert_eq!(words("maxRetries"), ["maxretries", "max", "retri"]);
        assert_eq!(
            words("--no-edits, src/main.rs"),
            ["no-edits", "edit", "src/main.rs", "src", "main", "rs"]
        );
        assert_eq!(words("committing commits"), words("committed commit"));
        assert_eq!(words("Zürich 東京 don't"), ["zürich", "東京", "don", "t"]);
        assert_eq!(words(&"x".repeat(500)), [""; 0]);
    }
}
