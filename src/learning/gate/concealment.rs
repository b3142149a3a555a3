//! Keeping things from people, and spreading: text that tells its reader to stay silent about it, or to copy it into
//! other instructions.

use super::Finding;
use super::grammar::{Block, Sentence};

const REMEDY: &str = "write notes that people may read, and leave it to them where else they belong";

/// Findings, one a sentence and way.
pub(super) fn inspect(blocks: &[Block]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for sentence in blocks.iter().flat_map(|block| &block.sentences) {
        let mut push = |rule, what: &str| {
            findings.push(Finding { rule, line: sentence.line(), what: what.to_owned(), remedy: REMEDY });
        };
        if hides(sentence) {
            push("hides-from-people", "tells the reader to keep something from people");
        }
        if spreads(sentence) {
            push("spreads-itself", "tells the reader to write itself into other instructions");
        }
    }
    findings
}

fn hides(sentence: &Sentence) -> bool {
    const PEOPLE: &[&str] = &[
        "user",
        "human",
        "anyone",
        "anybody",
        "reviewer",
        "maintainer",
        "developer",
        "owner",
        "operator",
        "admin",
        "team",
        "them",
        "people",
        "person",
        "nobody",
        "supervisor",
        "someone",
    ];
    let silence = sentence
        .all(&[
            "tell", "inform", "notif", "notify", "alert", "warn", "mention", "report", "reveal", "disclos",
            "admit", "announc", "let", "show", "explain", "say",
        ])
        .into_iter()
        .any(|verb| {
            let weak = sentence.words[verb].is(&[
                "mention", "reveal", "disclos", "show", "report", "explain", "say", "admit", "announc",
            ]);
            let rest = sentence.words.get(verb + 1..sentence.words.len().min(verb + 8)).unwrap_or_default();
            let people = rest.iter().any(|word| word.is(PEOPLE) || word.exactly(&["me", "us", "him", "her"]));
            let this = rest.iter().any(|word| {
                word.exactly(&[
                    "this",
                    "that",
                    "these",
                    "it",
                    "you",
                    "what",
                    "your",
                    "change",
                    "changes",
                    "instruction",
                    "instructions",
                    "note",
                    "rule",
                ])
            });
            // What customers may hear is a policy; what the person at the keyboard may hear is not the note's to say.
            let negated =
                sentence.negated(verb) || verb > 0 && sentence.words[verb - 1].exactly(&["without"]);
            negated && (people && (!weak || this) || weak && this && verb < 4 && rest.len() <= 4)
        });
    let hidden = sentence
        .all(&["hide", "hid", "hiding", "conceal", "keep", "cover", "disguis", "mask"])
        .into_iter()
        .any(|verb| {
            let from =
                sentence.follows(verb, 8, &["from"]).and_then(|from| sentence.follows(from, 4, PEOPLE));
            let secretly = sentence.words[verb].is(&["hid", "conceal", "disguis"])
                || sentence.follows(verb, 5, &["secret", "hidden", "quiet", "confidential"]).is_some();
            from.is_some() && secretly && !sentence.negated(verb)
        });
    let stealth =
        sentence.words.iter().any(|word| {
            word.exactly(&["secretly", "covertly", "stealthily", "surreptitiously", "unnoticed"])
        }) && !sentence.words.iter().any(|word| word.exactly(&["never", "not"]));
    let unaware = sentence
        .all(&["learn", "know", "notic", "find", "hear", "discover", "realiz", "suspect", "see"])
        .into_iter()
        .any(|verb| {
            let rest = sentence.words.get(verb + 1..sentence.words.len().min(verb + 5)).unwrap_or_default();
            let subject = sentence.words.get(verb.saturating_sub(4)..verb).unwrap_or_default();
            subject.iter().any(|word| word.is(PEOPLE))
                && sentence.negated(verb)
                && rest.iter().any(|word| word.exactly(&["it", "this", "that"]))
                && subject.iter().any(|word| {
                    word.exactly(&["must", "should", "may", "can", "shall", "let", "never", "ought"])
                })
        });
    let omitted = sentence.all(&["leav", "omit", "exclud", "remov", "drop"]).into_iter().any(|verb| {
        let mention = sentence.follows(verb, 6, &["mention", "referenc", "trac", "trace"]);
        mention.and_then(|at| sentence.follows(at, 4, &["this", "these", "it", "that"])).is_some()
            && !sentence.negated(verb)
    });
    let quiet = sentence
        .run_of(&[
            &["keep", "leav"],
            &["this", "it", "that", "these"],
            &["quiet", "secret", "hidden", "confidential", "between", "to", "private", "off"],
        ])
        .is_some_and(|at| {
            !sentence.negated(at)
                && (!sentence.words[at + 2].exactly(&["to", "off", "private"])
                    || sentence.has(&["yourself", "record"]))
        });
    silence || hidden || stealth || unaware || quiet || omitted
}

fn spreads(sentence: &Sentence) -> bool {
    const FILES: &[&str] = &[
        "claude.md",
        "agents.md",
        "memory.md",
        "gemini.md",
        "skill.md",
        ".cursorrules",
        "copilot",
        "memory",
        "settings.json",
        "bashrc",
        ".bashrc",
        "zshrc",
        ".zshrc",
        ".profile",
        "authorized",
        "crontab",
        "notes",
        "instructions",
        "prompt",
        "hooks",
    ];
    sentence
        .all(&[
            "copy", "copi", "append", "add", "insert", "writ", "repeat", "includ", "propagat", "replicat",
            "sav", "stor", "paste", "past", "spread", "put",
        ])
        .into_iter()
        .any(|verb| {
            let rest = sentence.words.get(verb + 1..sentence.words.len().min(verb + 14)).unwrap_or_default();
            let itself =
                rest.iter().take(5).any(|word| word.exactly(&["this", "these", "above", "following"]))
                    && rest.iter().take(6).any(|word| {
                        word.is(&[
                            "note",
                            "rule",
                            "instruction",
                            "text",
                            "line",
                            "message",
                            "block",
                            "prompt",
                            "paragraph",
                            "sentence",
                            "directiv",
                        ])
                    });
            let everywhere =
                rest.iter().any(|word| word.exactly(&["every", "all", "each", "other", "future"]))
                    || rest.iter().any(|word| word.exactly(FILES));
            let persistence = rest
                .iter()
                .any(|word| word.exactly(&["authorized", "crontab", ".bashrc", "bashrc", ".zshrc", "zshrc"]))
                && rest.iter().any(|word| word.is(&["key", "line", "job", "entry", "command", "script"]));
            (itself && everywhere || persistence) && !sentence.negated(verb)
        })
}
