//! What an error message complains about, as far as its words say: the typed slots of a mistake note.
//!
//! A message is untrusted, so nothing of it becomes a sentence of ours. It is sorted into one of a few
//! complaints by the fixed words that such messages share; what is left over, a few plain words, is shown in
//! quotation marks.

use regex::Regex;
use std::sync::LazyLock;

/// A sort of complaint, and the advice that fits every message of the sort. `{}` stands for the subject in
/// quotation marks.
struct Complaint {
    /// What such messages look like; the group `s` is their subject, `p` their purpose.
    pattern: &'static str,
    /// What to do, when the message names its subject.
    advice: &'static str,
    /// What to do, when it does not.
    plain: &'static str,
}

/// The words that may make up a subject: plain ones, and masked parts.
macro_rules! subject {
    ($name:literal) => {
        concat!("(?P<", $name, r">[\w'’/.<>*-]+(?: [\w'’/.<>*-]+){0,5}?)")
    };
}

/// Every sort, the most telling first.
const COMPLAINTS: &[Complaint] = &[
    Complaint {
        pattern: concat!(
            subject!("s"),
            r" (?:does|do) ?(?:not|n['’]t) (?:add up|sum up|match|equal|agree)[,:;] ",
            subject!("p"),
            r" (?:is|was|of)?:? ?<num>"
        ),
        advice: "make sure that {} adds up to {p}",
        plain: "make sure that the amounts agree",
    },
    Complaint {
        pattern: concat!(
            subject!("s"),
            r" (?:does|do) ?(?:not|n['’]t) (?:add up|sum up|match|equal|agree|correspond)\b"
        ),
        advice: "make sure that {} adds up and agrees with what it has to match",
        plain: "make sure that the amounts agree",
    },
    Complaint {
        pattern: concat!(
            subject!("s"),
            r" (?:cannot|can ?not|can['’]t|must not|may not) be used (?:to|for|in|with|on|as) ",
            subject!("p"),
            r"(?:[.,;:!]|$)"
        ),
        advice: "do not use {} for {p}",
        plain: "use something that is allowed here",
    },
    Complaint {
        pattern: concat!(
            subject!("s"),
            r" (?:should|must|has to|have to|needs? to) (?:match|agree|be equal|equal|correspond)\b"
        ),
        advice: "make sure that {} matches",
        plain: "make sure that the amounts agree",
    },
    Complaint {
        pattern: concat!(
            subject!("s"),
            r" (?:cannot|can ?not|can['’]t|must not|may not) be (?P<p>\w{2,}(?:ed|nt|en|wn|ld))(?:[.,;:!]|$)"
        ),
        advice: "check first whether {} can be {p}",
        plain: "check first whether this is allowed",
    },
    Complaint {
        pattern: concat!(
            r"\b(?:not enough|insufficient|too few|no more|no remaining) ",
            subject!("s"),
            r"(?:[.,;:!]|$)"
        ),
        advice: "check first that there are enough {}",
        plain: "check first that there is enough",
    },
    Complaint {
        pattern: concat!(
            subject!("s"),
            r" (?:is|are|was) (?:not enough|insufficient|too (?:low|small|short)|not sufficient)\b"
        ),
        advice: "check first that {} is enough, and use no more than it has",
        plain: "check first that there is enough",
    },
    Complaint {
        pattern: concat!(
            r"\b",
            subject!("s"),
            r" (?:(?:is |are |was )?(?:not available|no longer available|sold out)\b|(?:is|are|was) unavailable\b|unavailable(?:[.,;:!]|$))"
        ),
        advice: "check first that {} is available",
        plain: "check first that it is available",
    },
    Complaint {
        pattern: concat!(r"command not found: ", subject!("s"), r"(?:[.,;:!]|$)"),
        advice: "do not count on {}: it is not installed or not on the path",
        plain: "check first that the program is installed",
    },
    Complaint {
        pattern: concat!(r"(?:^|[:;] ?)", subject!("s"), r": (?:command )?not found\b"),
        advice: "do not count on {}: it is not installed or not on the path",
        plain: "check first that the program is installed",
    },
    Complaint {
        pattern: concat!(r"\bno module named ", subject!("s"), r"(?:[.,;:!]|$)"),
        advice: "make sure that the module {} can be imported: use the project's own environment",
        plain: "use the project's own environment",
    },
    Complaint {
        pattern: concat!(
            r"\b(?:unknown|unrecogni[sz]ed|unexpected|unsupported|invalid|illegal|no such) (?:command[- ]line )?(?:option|argument|flag|parameter|switch|subcommand|command)s?:? ",
            subject!("s"),
            r"(?:[.,;:!]| found|$)"
        ),
        advice: "do not pass {}: it is not known here",
        plain: "look at the help text for the options it has",
    },
    Complaint {
        pattern: concat!(
            r"\b(?:missing|requires?|need|expected)(?: a| an| the)?(?: required)? (?:option|argument|flag|parameter|field|property|value|variable)s?:? ",
            subject!("s"),
            r"(?:[.,;:!]|$)"
        ),
        advice: "give {}",
        plain: "give everything that is required",
    },
    Complaint {
        pattern: concat!(
            subject!("s"),
            r" (?:is|are) (?:required|missing|not set|unset|undefined|mandatory)\b"
        ),
        advice: "make sure that {} is given",
        plain: "give everything that is required",
    },
    Complaint {
        pattern: concat!(
            r"\b(?:could not|cannot|can ?not|unable to|failed to) (?:find|locate|resolve) ",
            subject!("s"),
            r"(?:[.,;:!]|$)"
        ),
        advice: "make sure that {} exists: look it up instead of guessing its name",
        plain: "look the name up instead of guessing it",
    },
    Complaint {
        pattern: concat!(
            subject!("s"),
            r" (?:is |was |were )?(?:not found|does not exist|doesn['’]t exist|not exist|unknown)\b"
        ),
        advice: "make sure that {} exists: look it up instead of guessing its name",
        plain: "look the name up instead of guessing it",
    },
    Complaint {
        pattern: r"\b(?:no such file or directory|file not found|ENOENT)\b",
        advice: "check the path first: list the folder instead of guessing",
        plain: "check the path first: list the folder instead of guessing",
    },
    Complaint {
        pattern: concat!(subject!("s"), r" already (?:exists|exist|in use|used|taken|running|defined)\b"),
        advice: "check first whether {} is there already",
        plain: "check first whether it is there already",
    },
    Complaint {
        pattern: r"\b(?:permission denied|access denied|forbidden|unauthori[sz]ed|not authori[sz]ed|EACCES|not permitted)\b",
        advice: "find out first whether you may do this",
        plain: "find out first whether you may do this, and ask if not",
    },
    Complaint {
        pattern: r"\b(?:connection refused|could not connect|cannot connect|failed to connect|ECONNREFUSED|unreachable|is not running)\b",
        advice: "make sure first that the service is up",
        plain: "make sure first that the service is up",
    },
    Complaint {
        pattern: r"\b(?:timed out|timeout|deadline exceeded)\b",
        advice: "expect it to take long: run it in parts, in the background or with a longer limit",
        plain: "expect it to take long: run it in parts, in the background or with a longer limit",
    },
    Complaint {
        pattern: r"(?:\b(?:is locked|lock file|could not (?:get|acquire) lock|held by (?:another )?process)|\.lock)\b",
        advice: "make sure that nothing else holds the lock",
        plain: "make sure that nothing else holds the lock",
    },
    Complaint {
        pattern: r"\b(?:has not been|have not been|hasn['’]t been|must be .{0,30}\bfirst|before (?:you )?\w+ing|not (?:yet )?(?:initiali[sz]ed|logged in|built|installed|started))\b",
        advice: "do what it asks for first",
        plain: "do first what it asks for",
    },
    Complaint {
        pattern: concat!(r"\b(?:invalid|malformed|illegal|bad) ", subject!("s"), r"(?:[.,;:!]|$)"),
        advice: "check the form of {}",
        plain: "check the form of what you pass",
    },
];

/// The complaints with their patterns made ready.
static READY: LazyLock<Vec<(Regex, &'static Complaint)>> = LazyLock::new(|| {
    let ready = |complaint: &'static Complaint| {
        let pattern = Regex::new(&format!("(?i){}", complaint.pattern)).ok()?;
        Some((pattern, complaint))
    };
    COMPLAINTS.iter().filter_map(ready).collect()
});

/// What to do about an error, from the words of its template: a clause in the imperative, without a full stop.
/// `None` when the message belongs to no sort that is known.
pub(super) fn advice(template: &str) -> Option<String> {
    let (found, complaint) =
        READY.iter().find_map(|(pattern, complaint)| Some((pattern.captures(template)?, complaint)))?;
    let named = |group: &str| found.name(group).and_then(|words| shown(words.as_str()));
    let needs_purpose = complaint.advice.contains("{p}");
    match (complaint.advice.contains("{}"), named("s"), named("p")) {
        (false, ..) => Some(complaint.advice.to_owned()),
        (true, Some(subject), Some(purpose)) if needs_purpose => {
            Some(complaint.advice.replace("{}", &subject).replace("{p}", &purpose))
        }
        (true, Some(subject), _) if !needs_purpose => Some(complaint.advice.replace("{}", &subject)),
        _ => Some(complaint.plain.to_owned()),
    }
}

/// A subject in quotation marks, its masked parts as `…`; `None` when nothing telling is left of it.
fn shown(words: &str) -> Option<String> {
    let mut kept: Vec<&str> = Vec::new();
    for word in words.split_whitespace() {
        let masked = word.contains('<') || word.contains('*');
        let word = if masked { "…" } else { word.trim_matches(|c: char| !c.is_alphanumeric() && c != '-') };
        let filler = kept.is_empty() && FILLERS.contains(&word.to_ascii_lowercase().as_str());
        let again = masked && kept.last() == Some(&"…");
        if !(word.is_empty() || filler || again) {
            kept.push(word);
        }
    }
    let telling = kept.iter().any(|word| word.chars().filter(|c| c.is_alphabetic()).count() > 1);
    telling.then(|| format!("“{}”", kept.join(" ")))
}

/// Words that begin a message and say nothing.
const FILLERS: &[&str] = &[
    "error",
    "err",
    "fatal",
    "warning",
    "the",
    "a",
    "an",
    "that",
    "this",
    "your",
    "is",
    "of",
    "…",
    "exception",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_many_programs_find_their_advice() {
        let rows = [
            ("Error: sum of parts does not add up, total is <num>", "make sure that “sum of parts” adds up"),
            (
                "Error: voucher cannot be used to pay the deposit",
                "do not use “voucher” for “pay the deposit”",
            ),
            ("not enough rooms in house <id>", "check first that there are enough “rooms in house …”"),
            ("room service unavailable", "check first that “room service” is available"),
            ("Error: store credit is not enough", "“store credit” is enough"),
            ("room <id> not available on <date>", "check first that “room …” is available"),
            ("the number of guests should match", "make sure that “number of guests” matches"),
            ("unpaid room cannot be upgraded", "check first whether “unpaid room” can be “upgraded”"),
            ("(eval):1: command not found: frob9", "do not count on “frob9”"),
            ("bash: line <num>: frobnicate: command not found", "do not count on “frobnicate”"),
            ("error: unexpected argument '--frob' found", "do not pass “--frob”"),
            ("ModuleNotFoundError: No module named 'yaml'", "the module “yaml”"),
            ("Error: order not found", "“order” exists"),
            ("ls: cannot access '<path>': No such file or directory", "check the path first"),
            ("fatal: Unable to create '<path>.lock'", "nothing else holds the lock"),
            ("dial tcp <ip>: connect: connection refused", "the service is up"),
        ];
        for (message, expected) in rows {
            let said = advice(message).unwrap_or_default();
            assert!(said.contains(expected), "{message}: {said}");
        }
        assert_eq!(advice("something odd happened"), None);
        assert_eq!(advice("the booking refers to an unavailable room"), None);
    }
}
