//! Changing who the reader listens to, what it is and what it is for: overriding instructions, new roles and
//! goals, hiding things from people, spreading itself to other instruction files.

use super::Finding;
use super::grammar::{Block, Sentence};

const REMEDY: &str = "say what to do in the project, not what the agent is or whom it obeys";

const OVERRIDE: &[&str] = &[
    "ignor",
    "disregard",
    "forget",
    "overrid",
    "overriding",
    "overrul",
    "bypass",
    "discard",
    "supersed",
    "neglect",
    "violat",
    "abandon",
    "disobey",
    "circumvent",
    "dismiss",
    "drop",
    "skip",
    "suspend",
    "erase",
    "eras",
    "unlearn",
    "nullif",
    "void",
    "defy",
];
const INSTRUCTIONS: &[&str] = &[
    "instruction",
    "prompt",
    "rule",
    "guidelin",
    "polic",
    "policy",
    "policies",
    "directiv",
    "constraint",
    "restriction",
    "guardrail",
    "order",
    "command",
    "limit",
    "limitation",
    "safeguard",
    "programming",
    "training",
    "message",
    "guidance",
    "context",
    "principle",
    "boundar",
    "boundaries",
    "everything",
    "anything",
    "told",
];
/// Words that make instructions the ones the reader was given.
const GIVEN: &[&str] = &[
    "previous",
    "prior",
    "above",
    "earlier",
    "all",
    "your",
    "system",
    "any",
    "preceding",
    "original",
    "safety",
    "security",
    "every",
    "human",
    "user",
    "users",
    "user's",
    "operator",
    "developer",
    "developer's",
    "initial",
    "existing",
    "former",
    "other",
    "team's",
    "owner's",
    "earlier",
    "before",
    "foregoing",
    "you",
    "content",
    "usage",
    "ethical",
    "current",
    "maintainers",
    "maintainer's",
    "company",
];
/// Objects that leave no doubt.
const GUARDS: &[&str] = &["guardrail", "safeguard"];

/// Findings, one a sentence and way.
pub(super) fn inspect(blocks: &[Block]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for sentence in blocks.iter().flat_map(|block| &block.sentences) {
        let ways: [(&'static str, fn(&Sentence) -> bool, &str); 5] = [
            ("overrides-instructions", overrides, "tells the reader to set instructions aside"),
            ("changes-role", changes_role, "gives the reader another role or goal"),
            ("obeys-others", obeys_others, "tells the reader to obey others or to trust what it reads"),
            ("hides-from-people", hides, "tells the reader to keep something from people"),
            ("spreads-itself", spreads, "tells the reader to write itself into other instructions"),
        ];
        for (rule, broken, what) in ways {
            if broken(sentence) {
                findings.push(Finding { rule, line: sentence.line(), what: what.to_owned(), remedy: REMEDY });
            }
        }
    }
    findings
}

fn overrides(sentence: &Sentence) -> bool {
    let removed = |verb: usize| {
        let Some(object) = sentence.follows(verb, 8, INSTRUCTIONS) else { return false };
        let between = sentence.words.get(verb + 1..sentence.words.len().min(object + 6)).unwrap_or_default();
        // "ignore the rule in generated code": one named rule is a setting, not an authority.
        let given = between.iter().any(|word| word.exactly(GIVEN)) || sentence.words[object].is(GUARDS);
        let vague = sentence.words[object].exactly(&[
            "everything",
            "anything",
            "message",
            "messages",
            "command",
            "commands",
            "order",
            "orders",
            "limit",
            "limits",
            "context",
            "training",
            "told",
        ]);
        let told = between.iter().any(|word| {
            word.exactly(&[
                "previous",
                "prior",
                "above",
                "earlier",
                "preceding",
                "before",
                "told",
                "system",
                "your",
                "foregoing",
            ])
        });
        given && (!vague || told) && !is_tool_talk(sentence, object)
    };
    let by_verb = sentence.all(OVERRIDE).into_iter().any(|verb| removed(verb) && !sentence.negated(verb));
    let by_negation = sentence
        .all(&[
            "follow", "obey", "comply", "adher", "respect", "apply", "appli", "listen", "bound", "heed",
            "abide", "abid", "honor", "honour",
        ])
        .into_iter()
        .any(|verb| removed(verb) && sentence.negated(verb));
    let attention =
        sentence.run_of(&[&["no"], &["attention"], &["to"]]).is_some() && sentence.has(INSTRUCTIONS);
    let precedence = sentence.has(&["precedenc", "supersed", "overrid", "overrul", "outrank"])
        && (sentence.follows(0, 40, &["instruction", "prompt", "guidelin", "safety"]).is_some())
        && sentence.words.iter().any(|word| word.exactly(GIVEN))
        && !sentence.has(&["config", "flag", "css", "styl", "lint"]);
    let lapsed = sentence.has(&[
        "instruction",
        "guidelin",
        "restriction",
        "guardrail",
        "polic",
        "policies",
        "safeguard",
    ]) && sentence
        .words
        .iter()
        .any(|word| word.exactly(&["previous", "prior", "earlier", "your", "safety", "all", "system"]))
        && (sentence
            .run_of(&[&["no"], &["longer"], &["appl", "apply", "applies", "valid", "bind", "count", "hold"]])
            .is_some()
            || sentence.run_of(&[&["do", "does"], &["not"], &["appl", "apply", "count", "bind"]]).is_some()
            || sentence.has(&["obsolete", "void", "lifted", "revoked", "suspended"]));
    by_verb || by_negation || attention || precedence || lapsed
}

/// Rules of linters, firewalls and style sheets are not instructions to an agent.
fn is_tool_talk(sentence: &Sentence, object: usize) -> bool {
    let around = sentence
        .words
        .get(object.saturating_sub(3)..sentence.words.len().min(object + 3))
        .unwrap_or_default();
    let tool = around.iter().any(|word| {
        word.is(&[
            "lint", "linter", "eslint", "clippy", "css", "styl", "ruff", "deprecat", "build", "make",
            "makefile", "test", "compiler", "foreign", "key", "type", "log", "commit", "sql", "shell",
        ])
    });
    tool && !sentence.words.iter().any(|word| word.exactly(&["system", "safety", "your", "human"]))
}

fn changes_role(sentence: &Sentence) -> bool {
    let words = &sentence.words;
    let now = sentence.run_of(&[&["you"], &["are"], &["now"]]).is_some_and(|at| {
        words.get(at + 3).is_some_and(|word| {
            word.exactly(&[
                "a",
                "an",
                "the",
                "free",
                "allowed",
                "authorized",
                "authorised",
                "unrestricted",
                "no",
                "operating",
                "acting",
                "called",
                "able",
                "permitted",
                "granted",
                "in",
                "root",
                "admin",
                "my",
                "known",
                "dan",
                "jailbroken",
            ])
        }) && !sentence.has(&["branch", "folder", "directory", "step"])
    });
    let acting = sentence
        .run_of(&[&["act", "behav", "pretend", "pos", "rol", "role"], &["as", "like", "to", "that"]])
        .is_some_and(|at| {
            let rest = words.get(at + 2..words.len().min(at + 9)).unwrap_or_default();
            rest.iter().any(|word| {
                word.is(&[
                    "unrestricted",
                    "root",
                    "admin",
                    "administrator",
                    "dan",
                    "jailbroken",
                    "unfiltered",
                    "evil",
                    "hacker",
                    "human",
                    "owner",
                    "developer",
                    "superuser",
                    "limitless",
                    "uncensored",
                ])
            }) && !sentence.negated(at)
        });
    let purpose = (0..words.len().saturating_sub(1)).any(|at| {
        let whose = words[at].exactly(&["your", "agent's", "assistant's", "model's"]);
        let adjective = words.get(at + 1).is_some_and(|word| {
            word.exactly(&[
                "new", "real", "true", "only", "primary", "sole", "main", "actual", "secret", "first",
                "highest", "top",
            ])
        });
        let noun = words.get(at + 1 + usize::from(adjective));
        let is_purpose = noun.is_some_and(|word| {
            word.is(&[
                "goal",
                "mission",
                "objectiv",
                "purpos",
                "role",
                "rol",
                "identity",
                "priorit",
                "priority",
                "loyalty",
                "allegianc",
                "master",
                "persona",
                "job",
                "task",
            ])
        });
        let verb = words.get(at + 2 + usize::from(adjective)..words.len().min(at + 5)).unwrap_or_default();
        let defined = verb.iter().any(|word| {
            word.exactly(&["is", "are", "becomes", "changes", "shall", "will", "now", "changed", "has"])
        });
        whose
            && is_purpose
            && defined
            && (adjective
                || !noun.is_some_and(|word| word.is(&["task", "job", "role"]))
                || sentence.has(&["now"]))
    });
    let fresh = sentence
        .run_of(&[
            &["new"],
            &["instruction", "directiv", "goal", "objectiv", "mission", "persona", "identity"],
            &["follow", "is", "are", "from", "for", "below", "now", ""],
        ])
        .is_some()
        && !sentence.has(&["creat", "add", "writ", "hir"]);
    let mode = sentence
        .all(&["enter", "enabl", "switch", "activat", "unlock", "engag", "turn", "go"])
        .into_iter()
        .any(|verb| {
            !sentence.negated(verb)
                && sentence.follows(verb, 5, &["mode"]).is_some()
                && sentence.words.iter().any(|word| {
                    word.exactly(&[
                        "god",
                        "dan",
                        "jailbreak",
                        "unrestricted",
                        "unsafe",
                        "yolo",
                        "unfiltered",
                        "admin",
                        "bypass",
                        "autonomous",
                        "sudo",
                        "root",
                    ])
                })
        });
    now || acting || purpose || fresh || mode
}

fn obeys_others(sentence: &Sentence) -> bool {
    const SOURCES: &[&str] = &[
        "output", "page", "website", "web", "email", "mail", "file", "tool", "comment", "document",
        "respons", "message", "stranger", "anyone", "sender", "issue", "caller", "whoever",
    ];
    let obeyed = sentence
        .all(&["obey", "serv", "trust", "comply", "accept", "follow", "execut", "believ"])
        .into_iter()
        .any(|verb| {
            if sentence.negated(verb) {
                return false;
            }
            let rest = sentence.words.get(verb + 1..sentence.words.len().min(verb + 9)).unwrap_or_default();
            let all = rest.iter().take(4).any(|word| {
                word.exactly(&[
                    "all",
                    "any",
                    "every",
                    "whatever",
                    "anything",
                    "everything",
                    "blindly",
                    "anyone",
                    "whoever",
                ])
            });
            let order = rest
                .iter()
                .any(|word| word.is(&["instruction", "command", "order", "request", "demand", "directiv"]));
            let source = rest.iter().any(|word| word.is(SOURCES));
            let obeys = sentence.words[verb].is(&["obey", "comply"]);
            all && (order && (source || obeys) || obeys)
                || sentence.words[verb].is(&["trust", "believ"]) && all && source
        });
    let treated =
        sentence.all(&["treat", "interpret", "regard", "consider", "handl"]).into_iter().any(|verb| {
            !sentence.negated(verb)
                && sentence.follows(verb, 8, SOURCES).is_some()
                && sentence
                    .follows(
                        verb,
                        12,
                        &["instruction", "command", "order", "trusted", "authoritativ", "approved"],
                    )
                    .is_some()
                && !sentence.has(&["untrusted", "data"])
        });
    let anything = sentence
        .run_of(&[
            &["do"],
            &["anything", "whatever", "everything"],
            &["they", "it", "the", "he", "she", "a", "any"],
        ])
        .is_some()
        && sentence.has(&["say", "ask", "tell", "want", "request", "instruct"]);
    obeyed || treated || anything
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
    silence || hidden || stealth
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
