//! Lines that cannot be the cause, whatever words are in them.
//!
//! Owns three shapes: a wrapper (one program reports that another one ended), a step on the way (what is not so yet,
//! or is tried again), and a line that is nothing but a redacted value. Refuses to say which line is the cause.

use crate::digest::expression::Expression;

/// Most words beside a redaction mark that still say nothing: `context: [redacted:…]`, `api key=[redacted:…]`.
const LABEL_WORDS: usize = 2;

/// How a redaction mark begins.
const REDACTED: &str = "[redacted";

/// One program tells how another one ended. The same words come with every cause, so they name none.
pub(super) static WRAPPER: Expression = Expression::new(concat!(
    r"(?i)(?:\breturned (?:a )?(?:non-?zero )?(?:-?\d+ )?exit (?:status|code)\b|\breturned (?:a )?non-?zero\b|\bnon-?zero exit (?:status|code)\b|\b(?:exit(?:ed|s)?|fail(?:ed|s)?|terminated|died) with (?:an? )?(?:exit |return |error )?(?:status|code):? -?\d+|",
    r"^\S*make(?:\[\d+\])?: \*\*\* (?:\[.*\] error -?\d+|waiting for unfinished jobs)|\belifecycle\b|^\W*build failed\b|^(?:> |\[)?task \S+ failed\b|^\d+ errors? generated\b|a complete log of this run\b|^ninja: build stopped\b)",
));

/// What a program says on its way: it goes on to try, so the end of the matter stands elsewhere.
static ON_THE_WAY: Expression = Expression::new(
    r"(?i)\b(?:not (?:\w+ ){0,3}yet|yet to|re-?trying|will retry|trying again|falling back|attempt \d+(?: of |/)\d+)\b",
);

/// Whether a line only reports that something else ended.
pub(super) fn is_wrapper(line: &str) -> bool {
    WRAPPER.is_match(line)
}

/// Whether a line tells of a state that the program goes on from.
pub(super) fn is_on_the_way(line: &str) -> bool {
    ON_THE_WAY.is_match(line)
}

/// Whether a line has no substance but a redacted value: who reads it learns nothing.
pub(super) fn is_redacted(line: &str) -> bool {
    if !line.contains(REDACTED) {
        return false;
    }
    let mut words = 0;
    let mut rest = line;
    while let Some((before, after)) = rest.split_once(REDACTED) {
        words += words_in(before);
        rest = after.split_once(']').map_or("", |(_, rest)| rest);
    }
    words + words_in(rest) <= LABEL_WORDS
}

fn words_in(text: &str) -> usize {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.contains(char::is_alphabetic)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_only_passes_on_an_end_names_no_cause() {
        for line in [
            "collect2: error: ld returned 1 exit status",
            "make: *** [Makefile:12: app.elf] Error 1",
            "gmake[2]: *** Waiting for unfinished jobs....",
            "error: subprocess exited with code 3",
            "Command '['tar', 'x']' returned non-zero exit status 2.",
            "FATAL ERROR: command exited with status 1: flasher -x",
            "1 error generated.",
            "npm error A complete log of this run can be found in: /tmp/a.log",
            " ELIFECYCLE  Command failed with exit code 1.",
        ] {
            assert!(is_wrapper(line), "{line}");
        }
        for line in [
            "make: *** No rule to make target 'a'.  Stop.",
            "error: build directory is locked",
            "exit status is unknown to the scheduler",
        ] {
            assert!(!is_wrapper(line), "{line}");
        }
    }

    #[test]
    fn a_redacted_value_with_a_label_says_nothing() {
        assert!(is_redacted("context: [redacted:github-token:1]"));
        assert!(is_redacted("api key=[redacted:x:1] [redacted:y:2]"));
        assert!(!is_redacted("login refused for token [redacted:x:1]"));
        assert!(!is_redacted("E4107"));
    }

    #[test]
    fn what_is_tried_again_is_not_the_end() {
        assert!(is_on_the_way("Link not established yet but required"));
        assert!(is_on_the_way("connection refused, retrying in 5 s"));
        assert!(!is_on_the_way("the core is read protected"));
    }
}
