//! Weakening what keeps agents and machines safe: sandboxes, hooks, verification, permissions of files and tools,
//! flags that switch asking off.

use super::Finding;
use super::flag;
use super::grammar::{Block, Sentence};

const RULE: &str = "weakens-safeguards";
const REMEDY: &str = "fix what the safeguard complains about, or let people change it in its own settings";

const WEAKEN: &[&str] = &[
    "disabl",
    "deactivat",
    "remov",
    "kill",
    "circumvent",
    "evad",
    "loosen",
    "relax",
    "weaken",
    "escap",
    "unset",
    "bypass",
    "skip",
    "skipping",
    "suppress",
    "silenc",
    "delet",
    "uninstall",
    "stop",
    "lift",
    "defeat",
    "subvert",
    "avoid",
    "sidestep",
    "dodg",
    "mut",
    "neutraliz",
    "neutralis",
    "ignor",
    "comment",
    "drop",
    "workaround",
];
/// Things whose name alone says what they guard.
const GUARDS: &[&str] = &[
    "sandbox",
    "guardrail",
    "safeguard",
    "firewall",
    "antivirus",
    "selinux",
    "apparmor",
    "2fa",
    "mfa",
    "gatekeeper",
    "dlp",
    "seccomp",
    "failsafe",
];
/// Guards in two words.
const PAIRS: &[(&[&str], &[&str])] = &[
    (
        &["safety", "security", "permission", "approval", "authorization", "access", "policy", "integrity"],
        &[
            "check",
            "control",
            "limit",
            "rule",
            "filter",
            "gate",
            "setting",
            "measur",
            "featur",
            "restriction",
            "feature",
            "mechanism",
            "interlock",
            "lock",
            "net",
            "polic",
            "policies",
            "scan",
            "scanner",
            "prompt",
            "system",
        ],
    ),
    (
        &["content", "output", "secret", "leak", "malware", "virus"],
        &["filter", "scanning", "scanner", "scan", "redaction", "detection", "polic"],
    ),
    (&["branch", "push", "deletion", "write"], &["protection"]),
    (&["audit", "security", "access"], &["log", "logging", "trail", "logger"]),
    (
        &["tls", "ssl", "certificat", "signatur", "checksum", "host", "gpg"],
        &["verification", "verify", "check", "checking", "validation", "key"],
    ),
    (&["git", "commit", "push", "precommit", "husky", "safety", "security", "claude", "agent"], &["hook"]),
    (&["code", "peer", "human", "security"], &["review"]),
    (&["two"], &["factor"]),
];

/// Findings, one a sentence or flag.
pub(super) fn inspect(blocks: &[Block]) -> Vec<Finding> {
    let mut lines: Vec<u32> = Vec::new();
    for block in blocks {
        lines.extend(flag::weakens(block));
        let broken = block
            .sentences
            .iter()
            .filter(|sentence| weakens(sentence) || weakened(sentence) || grants(sentence));
        lines.extend(broken.filter_map(Sentence::line));
    }
    lines.dedup();
    let what = "weakens what keeps agents and machines safe";
    lines
        .into_iter()
        .map(|line| Finding { rule: RULE, line: Some(line), what: what.to_owned(), remedy: REMEDY })
        .collect()
}

fn weakens(sentence: &Sentence) -> bool {
    let verbs = sentence.all(WEAKEN).into_iter().filter(|at| sentence.words[*at].text != "removal");
    let phrases = (0..sentence.words.len()).filter(|at| {
        let word = &sentence.words[*at];
        let next = |words: &[&str]| {
            (at + 1..sentence.words.len().min(at + 7)).any(|i| sentence.words[i].exactly(words))
        };
        word.is(&["turn", "switch", "shut", "power"]) && next(&["off", "down"])
            || word.is(&["set", "flip"]) && next(&["off", "false", "disabled", "none", "0"])
            || word.is(&["break", "get", "work", "go"])
                && (at + 1..sentence.words.len().min(at + 2))
                    .any(|i| sentence.words[i].exactly(&["around", "out", "past"]))
    });
    verbs
        .chain(phrases)
        .any(|verb| guard_after(sentence, verb) && !sentence.negated(verb) && !fails_then(sentence, verb))
}

/// "with the sandbox switched off"; "hooks are slow, so bypass them"; "past the protection"
fn weakened(sentence: &Sentence) -> bool {
    let guards: Vec<usize> = (0..sentence.words.len()).filter(|at| is_guard(sentence, *at)).collect();
    let passive = guards.iter().any(|guard| {
        let off = (guard + 1..sentence.words.len().min(guard + 6)).find(|at| {
            sentence.words[*at].exactly(&[
                "off",
                "disabled",
                "deactivated",
                "bypassed",
                "suspended",
                "lifted",
                "muted",
                "circumvented",
                "skipped",
            ])
        });
        off.is_some_and(|off| !sentence.negated(off) && !fails_then(sentence, off))
    });
    let pronoun = guards.iter().any(|guard| {
        sentence.all(WEAKEN).into_iter().any(|verb| {
            verb > *guard
                && sentence
                    .words
                    .get(verb + 1)
                    .is_some_and(|word| word.exactly(&["them", "it", "those", "these", "that"]))
                && !sentence.negated(verb)
                && !fails_then(sentence, verb)
        })
    });
    let opened = sentence.all(&["unprotect", "unguard"]).into_iter().any(|verb| !sentence.negated(verb))
        || sentence.all(&["open"]).into_iter().any(|verb| {
            sentence.follows(verb, 4, &["firewall"]).is_some()
                && sentence.words.iter().any(|word| word.exactly(&["all", "any", "every", "wide"]))
                && !sentence.negated(verb)
        });
    let past = sentence.all(&["past"]).into_iter().any(|at| {
        sentence
            .follows(
                at,
                3,
                &[
                    "protection",
                    "guard",
                    "hook",
                    "polic",
                    "policy",
                    "filter",
                    "gate",
                    "review",
                    "restriction",
                    "check",
                ],
            )
            .is_some()
            && sentence.has(&["forc", "forcing", "push", "get", "sneak", "slip", "go"])
            && !sentence.negated(at)
    });
    passive || pronoun || past || opened
}

/// Whether the word, or it and the ones after it, name something that guards.
fn is_guard(sentence: &Sentence, at: usize) -> bool {
    let word = &sentence.words[at];
    let pair = |(first, second): &(&[&str], &[&str])| {
        word.is(first)
            && (at + 1..sentence.words.len().min(at + 3)).any(|next| sentence.words[next].is(second))
    };
    word.is(GUARDS) || PAIRS.iter().any(pair) && !sentence.has(&["react", "component", "webhook"])
}

fn guard_after(sentence: &Sentence, verb: usize) -> bool {
    let end = sentence.words.len().min(verb + 9);
    let component =
        sentence.has(&["react", "component", "useeffect", "usestat", "lifecycle", "vue", "webhook"]);
    (verb + 1..end).any(|at| {
        let word = &sentence.words[at];
        let pair = |(first, second): &(&[&str], &[&str])| {
            word.is(first)
                && (at + 1..end.min(at + 3)).any(|next| sentence.words[next].is(second))
                && !(component && second.contains(&"hook"))
        };
        let bare_hook = word.is(&["hook"])
            && !component
            && sentence.words[verb].is(&[
                "disabl",
                "bypass",
                "skip",
                "skipping",
                "turn",
                "circumvent",
                "deactivat",
            ]);
        let commented =
            sentence.words[verb].is(&["comment", "ignor", "stop", "avoid", "drop", "delet", "remov"]);
        word.is(GUARDS) && !(commented && word.is(&["firewall"]) && sentence.has(&["rule"]))
            || bare_hook
            || PAIRS.iter().any(pair)
    })
}

/// "the build fails when the sandbox is disabled": what it leads to, not what to do.
fn fails_then(sentence: &Sentence, verb: usize) -> bool {
    let before = sentence.words.get(..verb).unwrap_or_default();
    let Some(fail) = before.iter().position(|word| word.is(&["fail", "break", "crash", "refus"])) else {
        return false;
    };
    let reason =
        |word: &super::grammar::Word| word.exactly(&["when", "if", "because", "after", "once", "unless"]);
    before.iter().skip(fail).any(reason) && !sentence.words[verb].after_pause
}

/// "grant yourself admin rights", "you have full access", "allow all tools"
fn grants(sentence: &Sentence) -> bool {
    const POWER: &[&str] = &[
        "access",
        "permission",
        "privileg",
        "right",
        "rights",
        "authority",
        "control",
        "root",
        "admin",
        "administrator",
    ];
    let wide = |at: usize| {
        let end = sentence.words.len().min(at + 9);
        (at + 1..end).any(|i| {
            sentence.words[i].exactly(&[
                "full",
                "unrestricted",
                "unlimited",
                "root",
                "admin",
                "all",
                "complete",
                "every",
                "superuser",
                "elevated",
                "owner",
                "any",
            ])
        }) && (at + 1..end).any(|i| sentence.words[i].is(POWER))
    };
    let given =
        sentence.all(&["grant", "giv", "give", "assign", "elevat", "escalat"]).into_iter().any(|at| {
            let whom = (at + 1..sentence.words.len().min(at + 5)).any(|i| {
                sentence.words[i].exactly(&[
                    "yourself",
                    "agent",
                    "agents",
                    "assistant",
                    "itself",
                    "everyone",
                    "model",
                    "claude",
                    "codex",
                    "process",
                ])
            });
            let itself = sentence.words[at].is(&["escalat", "elevat"])
                && sentence.follows(at, 4, &["privileg", "permission", "right", "access"]).is_some();
            let own = (at + 1..sentence.words.len().min(at + 3))
                .any(|i| sentence.words[i].exactly(&["yourself", "itself"]));
            let power = sentence.follows(at, 8, POWER).is_some();
            (whom && wide(at) || own && power || itself) && !sentence.negated(at)
        });
    let has = sentence.run_of(&[&["you"], &["have", "now"]]).is_some_and(|at| {
        wide(at)
            && !sentence.negated(at + 1)
            && !sentence.has(&["if", "make", "check", "ensur", "until", "verify"])
    });
    let all = sentence
        .all(&["allow", "permit", "enabl", "whitelist", "allowlist", "approv"])
        .into_iter()
        .any(|at| {
            let rest = sentence.words.get(at + 1..sentence.words.len().min(at + 5)).unwrap_or_default();
            rest.iter().any(|word| word.exactly(&["all", "every", "any", "everything"]))
                && rest.iter().any(|word| word.is(&["tool", "command", "permission", "action", "bash"]))
                && !sentence.negated(at)
        });
    let settings = sentence.all(&["add", "append", "put", "insert", "writ", "set"]).into_iter().any(|at| {
        let list = sentence
            .follows(
                at,
                10,
                &[
                    "allowlist",
                    "whitelist",
                    "allowed",
                    "allowedtools",
                    "sudoers",
                    "permissions.allow",
                    "alloweddomains",
                ],
            )
            .is_some();
        list && (sentence
            .follows(
                at,
                12,
                &[
                    "tool",
                    "settings.json",
                    "sudoers",
                    "permission",
                    "permissions.allow",
                    "command",
                    "agent",
                    "bash",
                ],
            )
            .is_some())
            && !sentence.negated(at)
    });
    let edited =
        sentence.words.iter().any(|word| {
            word.exactly(&["settings.json", "settings.local.json", "permissions.allow", "sudoers"])
        }) && sentence
            .all(&["edit", "chang", "updat", "modif", "modify", "extend", "add", "set", "write", "writ"])
            .into_iter()
            .any(|at| !sentence.negated(at))
            && sentence.has(&["allow", "permission", "approv", "bypass", "hook", "permit"]);
    given || has || all || settings || edited
}
