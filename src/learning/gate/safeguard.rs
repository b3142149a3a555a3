//! Weakening what keeps agents and machines safe: sandboxes, hooks, verification, permissions of files and tools,
//! flags that switch asking off.

use super::Finding;
use super::grammar::{Block, Sentence};
use regex::Regex;
use std::sync::LazyLock;

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

static FLAGS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let expressions = [
        r"--?dangerously[\w-]*",
        r"--yolo\b|--full-auto\b|--trust-all[\w-]*|--allow-all[\w-]*|--auto-?approve\b|-auto-approve\b|--skip-permissions?[\w-]*|--bypass-[\w-]*|--approve-all\b|--yes-always\b|--no-confirm\w*|--no-approval\b|--accept-all\b",
        r"\bbypasspermissions\b|\bdanger-full-access\b|\bapproval[_-]?policy\b.{0,12}\b(?:never|none)\b|\bpermission-mode\b.{0,4}\b(?:bypass\w*|acceptedits|dontask)|\bacceptedits\b|\bdontask\b",
        r"--no-verify\b|--no-gpg-sign\b|\bhusky\s*=\s*0\b|\bcore\.hookspath[\s=]+(?:/dev/null|''|\x22\x22)|\bgit\s+commit\s[^\n;|]*\s-\w*n\w*\b\s",
        r"\bchmod\s+(?:-\w+\s+)*(?:0?777|a[+=]rwx|ugo[+=]rwx|o[+=]w\w*)\b",
        r"\bnopasswd\b|\bsetenforce\s+0\b|\bufw\s+disable\b|\biptables\s+-f\b|\bspctl\s+--master-disable\b|\bset-executionpolicy\s+(?:bypass|unrestricted)|-executionpolicy\s+bypass|\bset-mppreference\b",
        r"\bstricthostkeychecking[\s=]+no\b|\bsslverify[\s=]+(?:false|0)\b|\bnode_tls_reject_unauthorized[\s=]+['\x22]?0|\bpythonhttpsverify[\s=]+0|\bverify\s*=\s*false\b|--trusted-host\b|--no-check-certificate\b",
        r"--no-sandbox\b",
        r"--privileged\b[^\n]*docker|docker[^\n]*--privileged\b",
    ];
    expressions.iter().filter_map(|expression| Regex::new(expression).ok()).collect()
});

/// Findings, one a sentence or flag.
pub(super) fn inspect(blocks: &[Block]) -> Vec<Finding> {
    let mut lines: Vec<u32> = Vec::new();
    for block in blocks {
        lines.extend(flags(block));
        let broken = block.sentences.iter().filter(|sentence| weakens(sentence) || grants(sentence));
        lines.extend(broken.filter_map(Sentence::line));
    }
    lines.dedup();
    let what = "weakens what keeps agents and machines safe";
    lines
        .into_iter()
        .map(|line| Finding { rule: RULE, line: Some(line), what: what.to_owned(), remedy: REMEDY })
        .collect()
}

fn flags(block: &Block) -> Option<u32> {
    let hits = FLAGS.iter().flat_map(|expression| expression.find_iter(&block.text));
    hits.filter(|hit| !forbidden(&block.text, hit.start()))
        // Browsers in containers need it, and it is the browser's own sandbox.
        .filter(|hit| {
            hit.as_str() != "--no-sandbox"
                || !["chrom", "puppeteer", "playwright", "electron"]
                    .iter()
                    .any(|name| block.text.contains(name))
        })
        .map(|hit| block.line_at(hit.start()))
        .min()
}

/// Whether what stands at this byte is named in order to forbid it, or as what fails.
fn forbidden(text: &str, byte: usize) -> bool {
    let before = text.get(..byte).unwrap_or_default();
    let clause = before.rsplit(['.', '!', '?', ';', ',', '\n']).next().unwrap_or_default();
    let words: Vec<&str> = clause.split_whitespace().collect();
    let recent = words.get(words.len().saturating_sub(8)..).unwrap_or_default();
    let forbids = |word: &&str| {
        matches!(
            *word,
            "never"
                | "not"
                | "dont"
                | "avoid"
                | "without"
                | "cannot"
                | "forbidden"
                | "reject"
                | "rejects"
                | "refuse"
                | "no"
                | "instead"
                | "unknown"
                | "unrecognized"
                | "invalid"
                | "prohibited"
        ) || word.ends_with("n't")
    };
    let swallowed = |word: &&str| {
        matches!(
            *word,
            "forget" | "hesitate" | "fail" | "mind" | "only" | "just" | "worry" | "but" | "then" | "so"
        )
    };
    recent.iter().any(forbids) && !recent.iter().any(swallowed)
}

fn weakens(sentence: &Sentence) -> bool {
    let verbs = sentence.all(WEAKEN).into_iter();
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
            (whom && wide(at) || itself) && !sentence.negated(at)
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
    given || has || all || settings
}
