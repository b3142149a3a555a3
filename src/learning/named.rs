//! What a sentence names: what must not differ where two sentences are to say the same.
//!
//! Owns the line between a name (a command, a path, a flag, a number, a quoted value) and a word that may be put
//! otherwise. Refuses to look anything up.

/// What a line names: what stands in code spans and quotation marks, and words that are no plain words.
pub(crate) fn names(line: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut plain = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(['`', '“', '"']) {
        let (before, opened) = rest.split_at(at);
        plain.push_str(before);
        plain.push(' ');
        let close = if opened.starts_with('“') {
            "”"
        } else if opened.starts_with('`') {
            "`"
        } else {
            "\""
        };
        let inner = opened.get(opened.chars().next().map_or(0, char::len_utf8)..).unwrap_or_default();
        match inner.split_once(close) {
            Some((name, after)) => {
                names.push(name.trim().to_owned());
                rest = after;
            }
            None => rest = inner,
        }
    }
    plain.push_str(rest);
    names.retain(|name| !name.is_empty());
    let mut is_first = true;
    for word in plain.split_whitespace() {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '_' | '/'));
        if is_name(bare, is_first) {
            names.push(bare.to_owned());
        }
        is_first = word.ends_with(['.', '!', '?', ':', ';']) || (is_first && bare.is_empty());
    }
    names
}

/// Whether a word of a sentence is a name: a path, flag, version, identifier, or a word with a capital inside a sentence.
fn is_name(word: &str, is_first: bool) -> bool {
    let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
    let joined = word.contains(['/', '_', '=', '@', '\\']) || word.contains('.') || word.starts_with('-');
    let mut letters = word.chars();
    let first = letters.next().is_some_and(char::is_uppercase);
    let later = letters.any(char::is_uppercase);
    has_digit || (joined && word.chars().any(char::is_alphanumeric)) || later || (first && !is_first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_whole_and_nothing_breaks_on_an_open_mark() {
        assert_eq!(names("Call `a b` with “c”, not \"d\", on GitHub."), ["a b", "c", "d", "GitHub"]);
        assert_eq!(names("Then an open ` and “ and é"), Vec::<String>::new());
    }
}
