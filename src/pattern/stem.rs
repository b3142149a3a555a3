//! Reduces a word to its stem, so that `committing`, `commits` and `committed` are one.
//!
//! Owns a light suffix stripper in the spirit of Porter's first steps (An algorithm for suffix stripping, 1980);
//! a stem need not be a word. Refuses to touch what is no plain word: flags, paths, identifiers, other scripts.

/// The stem of a lower-case word.
pub(crate) fn stem(word: &str) -> String {
    if let Some((first, last)) = word.rsplit_once('-').filter(|_| !word.starts_with('-')) {
        return format!("{first}-{}", stem_plain(last));
    }
    stem_plain(word)
}

fn stem_plain(word: &str) -> String {
    let plain = word.len() > 3 && word.bytes().all(|b| b.is_ascii_lowercase());
    if !plain {
        return word.to_owned();
    }
    let singular = without_plural(word);
    let bare = without_ending(&singular);
    let bare = bare.strip_suffix('e').filter(|rest| rest.len() >= 3).unwrap_or(&bare);
    match bare.strip_suffix('y') {
        Some(rest) if rest.len() >= 3 => format!("{rest}i"),
        _ => bare.to_owned(),
    }
}

fn without_plural(word: &str) -> String {
    if let Some(rest) = word.strip_suffix("ies").filter(|rest| rest.len() >= 2) {
        return format!("{rest}y");
    }
    if let Some(rest) = word
        .strip_suffix("es")
        .filter(|rest| rest.ends_with(['s', 'x', 'z']) || rest.ends_with("ch") || rest.ends_with("sh"))
    {
        return rest.to_owned();
    }
    // `commas`, `schemas`, but not `alias`, whose plural has an ending of its own.
    const SINGULAR: &[&str] = &["alias", "atlas", "bias", "canvas", "gas", "has", "pandas", "was"];
    let keeps = ["ss", "us", "is", "os"].iter().any(|end| word.ends_with(end)) || SINGULAR.contains(&word);
    word.strip_suffix('s').filter(|_| !keeps).unwrap_or(word).to_owned()
}

fn without_ending(word: &str) -> String {
    // Longest first; the second part is what stands in its place, the third how much must remain.
    const ENDINGS: &[(&str, &str, usize)] = &[
        ("ization", "ize", 3),
        ("isation", "ize", 3),
        ("entation", "ent", 2),
        ("ating", "ate", 3),
        ("ation", "ate", 3),
        ("ness", "", 3),
        ("ingly", "", 4),
        ("edly", "", 4),
        ("ing", "", 3),
        ("ed", "", 3),
        ("ly", "", 4),
    ];
    for (ending, instead, least) in ENDINGS {
        if let Some(rest) = word.strip_suffix(ending).filter(|rest| rest.len() >= *least && has_vowel(rest)) {
            let rest = if instead.is_empty() { undoubled(rest) } else { rest };
            return format!("{rest}{instead}");
        }
    }
    word.to_owned()
}

/// `committ` → `commit`; `pass`, `call`, `fuzz` stay.
fn undoubled(word: &str) -> &str {
    let mut last = word.bytes().rev();
    match (last.next(), last.next()) {
        (Some(a), Some(b)) if a == b && !matches!(a, b'l' | b's' | b'z') && word.len() > 3 => {
            word.get(..word.len() - 1).unwrap_or(word)
        }
        _ => word,
    }
}

fn has_vowel(word: &str) -> bool {
    word.bytes().any(|b| matches!(b, b'a' | b'e' | b'i' | b'o' | b'u' | b'y'))
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn forms_of_a_word_meet() {
        for forms in [
            &["commit", "commits", "committed", "committing"][..],
            &["indent", "indents", "indented", "indenting", "indentation"],
            &["format", "formats", "formatted", "formatting"],
            &["dependency", "dependencies"],
            &["squash", "squashes", "squashed", "squashing"],
            &["merge", "merges", "merged", "merging"],
            &["rebase", "rebasing", "rebased"],
            &["test", "tests", "testing", "tested"],
            &["branch", "branches"],
        ] {
            let stems: std::collections::BTreeSet<_> = forms.iter().map(|form| stem(form)).collect();
            assert_eq!(stems.len(), 1, "{stems:?}");
        }
        assert_eq!(stem("--no-edits"), "--no-edits");
        assert_ne!(stem("pass"), stem("pa"));
    }
}
