//! Whether a sentence tells to use what it names, or only mentions it.
//!
//! "Use `a`, not `b`" tells of `a` alone; "`a` was renamed to `b`" knows itself what is gone. A note is to be accused
//! only of what it tells, so whatever a sentence leaves in doubt counts as mentioned.

/// Words that turn round what follows them. Two of them cancel out: never push *without* running it.
const TURNING: &[&str] = &[
    "not",
    "never",
    "no",
    "don't",
    "don’t",
    "doesn't",
    "doesn’t",
    "won't",
    "can't",
    "cannot",
    "avoid",
    "without",
    "instead",
    "rather",
    "forget",
    "skip",
    "unless",
    "neither",
    "nor",
    "stop",
    "except",
];

/// Words with which a sentence says itself that something is not there, may not be, or is yet to be made.
const ELSEWHEN: &[&str] = &[
    "removed",
    "renamed",
    "deleted",
    "gone",
    "replaced",
    "replaces",
    "moved",
    "deprecated",
    "obsolete",
    "former",
    "formerly",
    "previously",
    "longer",
    "anymore",
    "legacy",
    "old",
    "older",
    "dropped",
    "exist",
    "exists",
    "missing",
    "absent",
    "optional",
    "optionally",
    "present",
    "e.g",
    "example",
    "examples",
    "such",
    "like",
    "similar",
    "historic",
    "historical",
    "originally",
    "migrated",
    "superseded",
    "hypothetical",
    "yet",
    "create",
    "creates",
    "created",
    "creating",
    "generate",
    "generates",
    "generated",
    "generating",
    "write",
    "writes",
    "written",
    "save",
    "saves",
    "saved",
    "produce",
    "produces",
    "produced",
    "emits",
    "dump",
    "download",
    "upstream",
    "was",
    "were",
    "unlike",
];

/// Words that a heading has whose section is not to be followed.
const AVOIDED: &[&str] = &[
    "removed",
    "renamed",
    "deleted",
    "deprecated",
    "obsolete",
    "former",
    "formerly",
    "old",
    "legacy",
    "wrong",
    "bad",
    "history",
    "changelog",
    "incorrect",
    "anti-pattern",
    "anti-patterns",
    "antipatterns",
];

/// Verbs that begin to tell anew after a comma or a conjunction: instead of that, *use* this.
const TELLING: &[&str] = &[
    "use", "run", "prefer", "call", "edit", "try", "do", "start", "read", "see", "change", "put", "add",
    "go", "open", "pick", "choose", "always", "only", "invoke", "execute", "import", "look", "check",
    "update",
];

/// What a telling verb may follow.
const BEGINNING: &[&str] = &["and", "but", "then", "instead", "just", "please", "always", "rather"];

/// Whether what stands between these two parts of a sentence is told to be used.
pub(super) fn tells(before: &str, after: &str) -> bool {
    let before = last_sentence(before);
    let after = first_sentence(after);
    let is_elsewhen = |word: &str| ELSEWHEN.contains(&word);
    if words(before).chain(words(after)).any(|word| is_elsewhen(&word.text)) {
        return false;
    }
    !turns(before)
}

/// The sentence around code, in lower case.
pub(super) fn sentence(before: &str, after: &str) -> String {
    format!("{} {}", last_sentence(before), first_sentence(after)).to_lowercase()
}

/// Whether what follows these words is not to be done.
fn turns(before: &str) -> bool {
    let mut turned = false;
    let mut begins = true;
    for word in words(before) {
        if begins && TELLING.contains(&word.text.as_str()) {
            turned = false;
        } else if TURNING.contains(&word.text.as_str()) {
            turned = !turned;
        }
        begins = word.ends_clause || BEGINNING.contains(&word.text.as_str());
    }
    turned
}

/// Whether a heading, a comment, or the line that introduces a list says not to do what follows it.
pub(super) fn introduces_what_to_avoid(line: &str) -> bool {
    let mut count = 0;
    let avoids = words(line).any(|word| {
        count += 1;
        AVOIDED.contains(&word.text.as_str())
    });
    // `Before:` is the opposite of `After:`; "before you push:" is not.
    avoids || turns(last_sentence(line)) || (count == 1 && words(line).any(|word| word.text == "before"))
}

struct Word {
    text: String,
    /// A comma, colon or bracket stands behind it.
    ends_clause: bool,
}

fn words(sentence: &str) -> impl Iterator<Item = Word> + '_ {
    sentence.split_whitespace().map(|word| Word {
        text: word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase(),
        ends_clause: word.ends_with([',', ':', ')', '(', '*']),
    })
}

/// Where sentences end: a mark with white space behind it, or a dash or arrow between blanks.
fn is_end(mark: char, next: Option<char>) -> bool {
    matches!(mark, '—' | '–' | '→' | ';')
        || (matches!(mark, '.' | '!' | '?') && next.is_none_or(char::is_whitespace))
}

fn last_sentence(text: &str) -> &str {
    let mut start = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((at, mark)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        if is_end(mark, next) && !is_abbreviation(text.get(..at).unwrap_or_default()) {
            start = at + mark.len_utf8();
        }
    }
    text.get(start..).unwrap_or_default()
}

fn first_sentence(text: &str) -> &str {
    let mut characters = text.char_indices().peekable();
    while let Some((at, mark)) = characters.next() {
        if is_end(mark, characters.peek().map(|(_, next)| *next)) {
            return text.get(..at).unwrap_or_default();
        }
    }
    text
}

/// Whether a full stop after this ends an abbreviation and no sentence.
fn is_abbreviation(before: &str) -> bool {
    ["e.g", "i.e", "etc", "vs"].iter().any(|short| before.ends_with(short))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_and_what_is_only_mentioned() {
        let told = [
            "Run @ first.",
            "Never push without running @.",
            "Instead of x, use @.",
            "Do not run x. Run @ before you push.",
            "Don't forget to run @.",
            "Not x but @".replace("but", ", but use").leak(),
            "Use @ instead of x.",
            "Use @, not x.",
            "Edit routes in @; never by hand.",
            "Never push unless @ passes.",
        ];
        let mentioned = [
            "Do not use @.",
            "Use x instead of @.",
            "Use x, not @.",
            "@ was renamed to x.",
            "There is no @ any more.",
            "@ does not exist, use x.",
            "Create @ with the following content",
            "Write the plan to @.",
            "Avoid @ and x",
            "files, e.g. @, are fine",
            "x (formerly @)",
            "If @ is present, run it",
            "x rather than @",
        ];
        let judge = |sentence: &str| {
            let (before, after) = sentence.split_once('@').unwrap();
            tells(before, after)
        };
        for sentence in told {
            assert!(judge(sentence), "{sentence}");
        }
        for sentence in mentioned {
            assert!(!judge(sentence), "{sentence}");
        }
    }
}
